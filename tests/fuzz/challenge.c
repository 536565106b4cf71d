/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a registry says in headers: WWW-Authenticate, Link and Location.  No
 * login follows to another origin, and nothing but https is gone to.
 */
#include <stdint.h>
#include <string.h>

#include "image/challenge.h"
#include "image/registry_inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char url[] = "https://registry.example/v2/a/tags/list?n=1000";

static void must(bool truth)
{
	if (!truth)
		__builtin_trap();
}

static void must_be_at(struct arena *arena, const char *text, const char *host)
{
	AUTO_ERR struct err err = { 0 };
	struct http_url to;

	must(http_url_parse(arena, text, &to, &err) == 0);
	must(str_equal(to.scheme, "https") && !to.user && !to.password);
	must(!host || (str_equal(to.host, host) && str_equal(to.port, "443")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct origin origin = { .host = "registry.example" };
	AUTO_ARENA struct arena *arena = arena_new();
	const char *text = arena_strndup(arena, (const char *)data, size);
	AUTO_ERR struct err link_err = { 0 }, redirect_err = { 0 };
	struct registry_challenge challenge;
	const char *to;
	bool same;

	if (registry_challenge_parse(arena, text, &challenge))
		must(challenge.basic || challenge.realm);
	if (challenge.realm &&
	    !registry_realm_fault(arena, &origin, challenge.realm))
		must_be_at(arena, challenge.realm, NULL);

	if (registry_next_page(arena, url, text, &to, &link_err) < 0)
		must(link_err.status == ERR_REFUSED);
	else if (to)
		must_be_at(arena, to, "registry.example");

	if (registry_redirect(arena, url, text, &to, &same, &redirect_err) < 0)
		must(redirect_err.status == ERR_REFUSED);
	else
		must_be_at(arena, to, same ? "registry.example" : NULL);
	return 0;
}
