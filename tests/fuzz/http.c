/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Any bytes as what http reads itself: "URL", a line end, NO_PROXY, a line
 * end, a Warning header.
 */

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "http/trace.h"
#include "http/transfer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The next line; moves past it. */
static const char *line(struct arena *arena, const char **rest)
{
	size_t n = strcspn(*rest, "\n");
	const char *text = arena_strndup(arena, *rest, n);

	*rest += n + ((*rest)[n] == '\n');
	return text;
}

static void read_url(struct run *run, const char *text)
{
	AUTO_STR struct str shown = STR_INIT(STR_BIG);
	struct err err = { 0 };
	struct http_url url;
	const char *proxy;

	if (http_url_parse(run->arena, text, &url, &err) < 0) {
		assert(err.status == ERR_USAGE);
		err_clear(&err);
		return;
	}
	assert(*url.host && !strpbrk(url.host, "\r\n /@"));
	assert(!url.user || !strpbrk(url.user, "\r\n"));
	proxy = http_proxy(run, &url);
	assert(!*proxy || strcmp(proxy, "http://u:pass@proxy:1") == 0);
	assert(!strstr(http_proxy_shown(run->arena, proxy), "pass"));
	http_show_target(&shown, &url);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *rest, *url, *env[3] = { NULL }, **warnings;
	struct run run;

	run_init(&run, env);
	rest = arena_strndup(run.arena, (const char *)data, size);
	url = line(run.arena, &rest);
	env[0] = "HTTPS_PROXY=http://u:pass@proxy:1";
	env[1] = arena_printf(run.arena, "NO_PROXY=%s", line(run.arena, &rest));
	read_url(&run, url);
	warnings = http_add_warnings(run.arena, NULL, rest);
	for (size_t i = 0; warnings && warnings[i]; i++)
		assert(i < 64 && *warnings[i]);
	run_release(&run);
	return 0;
}
