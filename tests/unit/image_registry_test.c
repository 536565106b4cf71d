/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "image/challenge.h"
#include "image/registry_inside.h"

static struct arena *arena;
static struct err err;

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	err_clear(&err);
	arena_free(arena);
	return 0;
}

static void challenges_are_read(void **state)
{
	static const struct {
		const char *header;
		bool basic;
		const char *realm, *service;
	} cases[] = {
		/* Docker Hub, and others */
		{ "Bearer realm=\"https://auth.docker.io/token\","
		  "service=\"registry.docker.io\"",
		  false, "https://auth.docker.io/token", "registry.docker.io" },
		{ "Bearer realm=\"https://a/t\",service=\"b\","
		  "scope=\"repository:x:pull\",error=\"invalid_token\"",
		  false, "https://a/t", "b" },
		{ "bearer   REALM = https , Service=b", false, "https", "b" },
		{ "Basic realm=\"Registry Realm\"", true, NULL, NULL },
		{ "Basic", true, NULL, NULL },
		{ "Basic realm=\"x\", Bearer realm=\"y\"", true, "y", NULL },
		{ "Bearer realm=\"y\", Basic realm=\"x\"", true, "y", NULL },
		{ "Negotiate, Basic realm=\"x\"", true, NULL, NULL },
		{ "Digest realm=\"d\", nonce=\"n\", Bearer realm=\"y\"", false,
		  "y", NULL },
		{ "Bearer realm=\"a\", Bearer realm=\"b\"", false, "a", NULL },
		{ "Bearer realm=\"a\\\"b\\\\c\"", false, "a\"b\\c", NULL },
		{ "Bearer realm=\"a,b\",service=\"c\"", false, "a,b", "c" },
		{ ", ,Basic", true, NULL, NULL },
		/* nothing that we can give */
		{ "", false, NULL, NULL },
		{ NULL, false, NULL, NULL },
		{ "Bearer", false, NULL, NULL },
		{ "Bearer realm=\"open", false, NULL, NULL },
		{ "Bearer realm=", false, NULL, NULL },
		{ "Negotiate YIIabc==", false, NULL, NULL },
		{ "\"Basic\"", false, NULL, NULL },
		{ "Basics realm=\"x\"", false, NULL, NULL },
		{ "realm=\"x\"", false, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct registry_challenge found;
		bool any = registry_challenge_parse(arena, cases[i].header,
						    &found);

		if (found.basic != cases[i].basic ||
		    !str_equal(found.realm, cases[i].realm) ||
		    !str_equal(found.service, cases[i].service))
			fail_msg("%s: %d %s %s", cases[i].header, found.basic,
				 found.realm, found.service);
		assert_int_equal(any, cases[i].basic || cases[i].realm);
	}
}

/* T11 of the reliability notes: what a login must not be sent to. */
static void a_login_goes_to_no_odd_realm(void **state)
{
	static const struct {
		const char *host;
		bool plain;
		const char *realm, *fault;
	} cases[] = {
		{ "ghcr.io", false, "https://ghcr.io/token", NULL },
		{ "registry-1.docker.io", false, "https://auth.docker.io/token",
		  NULL },
		{ "ghcr.io", false, "https://ghcr.io:8443/token", NULL },
		{ "ghcr.io", false, "http://ghcr.io/token", "is not https" },
		{ "ghcr.io", false, "http://127.0.0.1/token", "is not https" },
		{ "ghcr.io", false, "ftp://ghcr.io/token", "is not https" },
		{ "ghcr.io", false, "https://169.254.169.254/latest",
		  "is an address, and not its own" },
		{ "ghcr.io", false, "https://[fe80::1]/t",
		  "is an address, and not its own" },
		{ "ghcr.io", false, "https://127.0.0.1/t",
		  "is an address, and not its own" },
		{ "ghcr.io", false, "https://2130706433/t",
		  "is an address, and not its own" },
		{ "ghcr.io", false, "https://localhost/t",
		  "is an address, and not its own" },
		{ "ghcr.io", false, "https://u:p@ghcr.io/t",
		  "holds credentials" },
		{ "ghcr.io", false, "https:///t", "is no URL" },
		{ "ghcr.io", false, "//ghcr.io/t", "is no URL" },
		{ "ghcr.io", false, "https://ghcr.io/t\r\nX: y", "is no URL" },
		{ "ghcr.io", false, "", "is no URL" },
		/* by http, where the user said so */
		{ "reg.lan:5000", true, "http://reg.lan:5001/token", NULL },
		{ "reg.lan:5000", true, "https://auth.lan/token", NULL },
		{ "reg.lan:5000", true, "http://auth.lan/token",
		  "is not https" },
		{ "reg.lan:5000", true, "http://reg.lan.evil.io/t",
		  "is not https" },
		{ "10.0.0.5:5000", true, "http://10.0.0.5/token", NULL },
		{ "10.0.0.5:5000", true, "http://10.0.0.6/token",
		  "is not https" },
		/* on this machine */
		{ "localhost:5000", true, "http://127.0.0.1:5001/t", NULL },
		{ "127.0.0.1:5000", true, "https://localhost:5001/t", NULL },
		{ "[::1]:5000", true, "http://[::1]:5001/t", NULL },
		{ "localhost:5000", false, "http://127.0.0.1:5001/t",
		  "is not https" },
		{ "127.0.0.1.evil.io", true, "http://127.0.0.1/t",
		  "is not https" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct origin origin = { .host = cases[i].host,
					       .plain = cases[i].plain };
		const char *fault = registry_realm_fault(arena, &origin,
							 cases[i].realm);

		if (!str_equal(fault, cases[i].fault))
			fail_msg("%s of %s: %s", cases[i].realm, cases[i].host,
				 fault ? fault : "is fine");
	}
}

static void loopback_is_this_machine_alone(void **state)
{
	static const char *const here[] = { "localhost", "127.0.0.1",
					    "127.1.2.3", "::1" };
	static const char *const not_here[] = {
		"127.evil.io", "localhost.evil.io", "::2",
		"10.0.0.1",    "evil.localhost",    "",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(here); i++)
		assert_true(registry_is_loopback(here[i]));
	for (size_t i = 0; i < ARRAY_LEN(not_here); i++)
		assert_false(registry_is_loopback(not_here[i]));
}

static void row_89_the_next_page_is_where_the_first_was(void **state)
{
	static const char url[] = "https://r.io/v2/a/tags/list?n=1";
	static const struct {
		const char *link, *next; /* "!": refused */
	} cases[] = {
		{ NULL, NULL },
		{ "", NULL },
		{ "</v2/a/tags/list?last=b&n=1>; rel=\"next\"",
		  "https://r.io:443/v2/a/tags/list?last=b&n=1" },
		{ "</x>;rel=next", "https://r.io:443/x" },
		{ "</x>; title=\"y\"; rel=\"next\"", "https://r.io:443/x" },
		{ "</p>; rel=\"prev\", </x>; rel=\"next\"",
		  "https://r.io:443/x" },
		{ "<?last=c>; rel=\"next\"",
		  "https://r.io:443/v2/a/tags/list?last=c" },
		{ "<https://r.io/x>; rel=\"next\"", "https://r.io/x" },
		{ "<https://r.io:443/x>; rel=\"next\"", "https://r.io:443/x" },
		{ "<https://R.IO/x>; rel=\"next\"", "https://R.IO/x" },
		{ "</x>", NULL },
		{ "</x>; rel=\"nextish\"", NULL },
		{ "</x; rel=\"next\"", NULL },
		{ "<https://r.io:8443/x>; rel=\"next\"", "!" },
		{ "<http://r.io/x>; rel=\"next\"", "!" },
		{ "<https://evil.io/x>; rel=\"next\"", "!" },
		{ "<https://r.io.evil.io/x>; rel=\"next\"", "!" },
		{ "<https://r.io@evil.io/x>; rel=\"next\"", "!" },
		{ "<https://u:p@r.io/x>; rel=\"next\"", "!" },
		{ "<//evil.io/x>; rel=\"next\"", "!" },
		{ "<list?n=2>; rel=\"next\"", "!" },
		{ "<file:///etc/passwd>; rel=\"next\"", "!" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *next = NULL;

		if (registry_next_page(arena, url, cases[i].link, &next, &err) <
		    0) {
			assert_int_equal(err.status, ERR_REFUSED);
			err_clear(&err);
			next = "!";
		}
		if (!str_equal(next, cases[i].next))
			fail_msg("%s: %s", cases[i].link, next ? next : "none");
	}
}

/* T10: a redirect keeps the login at the same origin alone, and goes nowhere
 * but by https. */
static void a_redirect_is_looked_at(void **state)
{
	static const struct {
		const char *url, *location, *to; /* NULL: refused */
		bool same;
	} cases[] = {
		{ "https://r.io/v2/x", "/y", "https://r.io:443/y", true },
		{ "https://r.io/v2/x", "https://r.io/y", "https://r.io/y",
		  true },
		{ "https://r.io/v2/x", "https://r.io:444/y",
		  "https://r.io:444/y", false },
		{ "https://r.io/v2/x", "https://cdn.io/y?sig=1",
		  "https://cdn.io/y?sig=1", false },
		{ "https://r.io/v2/x", "https://sub.r.io/y",
		  "https://sub.r.io/y", false },
		{ "http://127.0.0.1:5000/v2/x", "http://127.0.0.1:5000/y",
		  "http://127.0.0.1:5000/y", true },
		{ "http://127.0.0.1:5000/v2/x", "https://cdn.io/y",
		  "https://cdn.io/y", false },
		{ "http://127.0.0.1:5000/v2/x", "http://127.0.0.1:5001/y", NULL,
		  false },
		{ "https://r.io/v2/x", "http://r.io/y", NULL, false },
		{ "https://r.io/v2/x", "http://cdn.io/y", NULL, false },
		{ "https://r.io/v2/x", "https://u:p@r.io/y", NULL, false },
		{ "https://r.io/v2/x", "file:///etc/passwd", NULL, false },
		{ "https://r.io/v2/x", "//cdn.io/y", NULL, false },
		{ "https://r.io/v2/x", "y", NULL, false },
		{ "https://r.io/v2/x", "", NULL, false },
		{ "https://r.io/v2/x", NULL, NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *to = NULL;
		bool same = false;

		if (registry_redirect(arena, cases[i].url, cases[i].location,
				      &to, &same, &err) < 0) {
			assert_int_equal(err.status, ERR_REFUSED);
			err_clear(&err);
			to = NULL;
			same = false;
		}
		if (!str_equal(to, cases[i].to) || same != cases[i].same)
			fail_msg("%s: %s", cases[i].location,
				 to ? to : "refused");
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(challenges_are_read),
		TEST(a_login_goes_to_no_odd_realm),
		TEST(loopback_is_this_machine_alone),
		TEST(row_89_the_next_page_is_where_the_first_was),
		TEST(a_redirect_is_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
