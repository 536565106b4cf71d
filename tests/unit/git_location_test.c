/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "git/location.h"
#include "git/repo.h"

static void locations_are_read(void **state UNUSED)
{
	static const struct {
		const char *text;
		enum location_kind kind;
		const char *url, *shown, *user, *host, *port, *path;
	} cases[] = {
		{ ".", LOCATION_PATH, ".", ".", NULL, NULL, NULL, NULL },
		{ "/srv/my repo", LOCATION_PATH, "/srv/my repo", "/srv/my repo",
		  NULL, NULL, NULL, NULL },
		{ "./a:b", LOCATION_PATH, "./a:b", "./a:b", NULL, NULL, NULL,
		  NULL },
		{ "file:///srv/a%20b", LOCATION_FILE, "/srv/a b",
		  "file:///srv/a%20b", NULL, NULL, NULL, NULL },
		{ "file://localhost/srv", LOCATION_FILE, "/srv",
		  "file://localhost/srv", NULL, NULL, NULL, NULL },
		{ "https://git.example.com/team/config.git", LOCATION_HTTP,
		  "https://git.example.com/team/config.git",
		  "https://git.example.com/team/config.git", NULL,
		  "git.example.com", "443", "team/config.git" },
		{ "HTTPS://bob@Git.Example.COM:8443//team/x", LOCATION_HTTP,
		  "https://git.example.com:8443/team/x",
		  "https://git.example.com:8443/team/x", "bob",
		  "git.example.com", "8443", "team/x" },
		{ "https://a.example:443/x", LOCATION_HTTP,
		  "https://a.example/x", "https://a.example/x", NULL,
		  "a.example", "443", "x" },
		{ "https://[2001:DB8::1]:444/x", LOCATION_HTTP,
		  "https://[2001:db8::1]:444/x", "https://[2001:db8::1]:444/x",
		  NULL, "[2001:db8::1]", "444", "x" },
		{ "http://localhost:3000/a/b", LOCATION_HTTP,
		  "http://localhost:3000/a/b", "http://localhost:3000/a/b",
		  NULL, "localhost", "3000", "a/b" },
		{ "http://127.8.9.1/a", LOCATION_HTTP, "http://127.8.9.1/a",
		  "http://127.8.9.1/a", NULL, "127.8.9.1", "80", "a" },
		{ "ssh://git@host.example:2222/team/x.git", LOCATION_SSH,
		  "ssh://git@host.example:2222/team/x.git",
		  "ssh://host.example:2222/team/x.git", "git", "host.example",
		  "2222", "team/x.git" },
		{ "ssh://git@host/~bob/x", LOCATION_SSH,
		  "ssh://git@host:22/~bob/x", "ssh://host/~bob/x", "git",
		  "host", "22", "~bob/x" },
		{ "git@GitHub.com:team/config.git", LOCATION_SSH,
		  "git@github.com:team/config.git",
		  "github.com:team/config.git", "git", "github.com", "22",
		  "team/config.git" },
		{ "git@[::1]:x", LOCATION_SSH, "git@[::1]:x", "[::1]:x", "git",
		  "[::1]", "22", "x" },
	};
	AUTO_ARENA struct arena *arena = arena_new();

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_ERR struct err err = { 0 };
		struct location one = { 0 };

		if (repo_location_parse(arena, cases[i].text, &one, &err) < 0)
			fail_msg("%s: %s", cases[i].text, err.msg);
		assert_int_equal(one.kind, cases[i].kind);
		assert_string_equal(one.url, cases[i].url);
		assert_string_equal(one.shown, cases[i].shown);
		assert_true(str_equal(one.user, cases[i].user));
		assert_true(str_equal(one.host, cases[i].host));
		assert_true(str_equal(one.port, cases[i].port));
		assert_true(str_equal(one.path, cases[i].path));
		assert_int_equal(repo_is_remote(cases[i].text),
				 cases[i].kind != LOCATION_PATH);
	}
}

static void locations_that_mean_something_else_are_refused(void **state UNUSED)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "", "is empty" },
		{ "-upload-pack=touch /tmp/x", "begins with a dash" },
		{ "ext::sh -c touch% /tmp/x", "blank or a control" },
		{ "ext::sh", "remote helpers are not run" },
		{ "fd::17/foo", "remote helpers are not run" },
		{ "git://host/x", "neither encrypted nor authenticated" },
		{ "ftp://host/x", "scheme is not supported" },
		{ "https://host", "names no repository" },
		{ "https://host/", "names no repository" },
		{ "https:///x", "has no valid host" },
		{ "https://-oProxyCommand=x/y", "has no valid host" },
		{ "ssh://git@-oProxyCommand=x/y", "has no valid host" },
		{ "ssh://-oProxyCommand=x@host/y", "cannot have that user" },
		{ "ssh://host/y", "names no user" },
		{ "host:y", "names no user" },
		{ "git@host:", "names no repository" },
		{ "git@host:-oX", "names no repository" },
		{ "git@-host:x", "has no valid host" },
		{ "ssh://git@host/x';touch${IFS}y;'", "holds the character" },
		{ "ssh://git@host/x!y", "holds the character" },
		{ "https://host/a?token=CANARY-1", "holds the character ?" },
		{ "https://host/a#b", "holds the character #" },
		{ "https://host/a%0ab", "escaped control character" },
		{ "https://host/a%0D", "escaped control character" },
		{ "https://host/a%00", "escaped control character" },
		{ "https://host/a%7f", "escaped control character" },
		{ "https://host/a%zz", "no escape" },
		{ "https://host/a%4", "no escape" },
		{ "https://ho%0ast/a", "escaped control character" },
		{ "https://host\n.example/a", "control character" },
		{ "https://host/a b", "control character" },
		{ "https://host:0/a", "no valid port" },
		{ "https://host:65536/a", "no valid port" },
		{ "https://host:99999999999999999999/a", "no valid port" },
		{ "https://host:/a", "no valid port" },
		{ "https://host:1x/a", "no valid port" },
		{ "https://[::1/a", "no valid host" },
		{ "https://[::1]x/a", "no valid host" },
		{ "https://[zz]/a", "no valid host" },
		{ "http://example.com/a", "not encrypted" },
		{ "http://127.0.0.1.example.com/a", "not encrypted" },
		{ "http://localhost.example.com/a", "not encrypted" },
		{ "file://host/a", "another host" },
		{ "https://bob:CANARY-2@host/a", "has a password" },
		{ "https://bob:CANARY/3@host/a", "no valid" },
		{ "https://bob:CANARY@4@host/a", "has a password" },
		{ "bob:CANARY-5@host:a", "has a password" },
		{ "ssh://git:CANARY-6@host/a", "has a password" },
	};
	AUTO_ARENA struct arena *arena = arena_new();

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_ERR struct err err = { 0 };
		struct location one;

		if (repo_location_parse(arena, cases[i].text, &one, &err) == 0)
			fail_msg("%s was taken", cases[i].text);
		if (!strstr(err.msg, cases[i].message))
			fail_msg("%s: %s", cases[i].text, err.msg);
		assert_int_equal(err.status, ERR_USAGE);
		assert_null(strstr(err.msg, "CANARY"));
		assert_true(!err.hint || !strstr(err.hint, "CANARY"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(locations_are_read),
		cmocka_unit_test(
			locations_that_mean_something_else_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
