/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/arena.h"
#include "http/trace.h"
#include "http/transfer.h"

static void a_url_comes_apart(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct http_url url;
	struct err err = { 0 };

	(void)state;
	assert_return_code(
		http_url_parse(arena,
			       "https://jo:p%40ss@Git.Example.com/a/b?c=d&e",
			       &url, &err),
		0);
	assert_string_equal(url.scheme, "https");
	assert_string_equal(url.user, "jo");
	assert_string_equal(url.password, "p@ss");
	assert_string_equal(url.host, "git.example.com");
	assert_string_equal(url.port, "443");
	assert_string_equal(url.path, "/a/b");
	assert_string_equal(url.query, "c=d&e");

	assert_return_code(http_url_parse(arena, "http://[2001:DB8::1]:8080",
					  &url, &err),
			   0);
	assert_string_equal(url.host, "2001:db8::1");
	assert_string_equal(url.port, "8080");
	assert_string_equal(url.path, "/");
	assert_null(url.user);
	assert_null(url.password);
	assert_null(url.query);

	assert_return_code(http_url_parse(arena, "ssh://git@host/path", &url,
					  &err),
			   0);
	assert_string_equal(url.port, "");
	assert_return_code(http_url_parse(arena,
					  "https://[fe80::1%25eth0]:6443", &url,
					  &err),
			   0);
}

static void what_is_no_url_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"host/path",
		"https://",
		"https:///path",
		"https://host:port/",
		"https://host:99999/",
		"https://ho st/",
		"https://host/a\nb",
		"https://host/\x7f",
		"https://jo%0a:x@host/",
		"https://ho%0ast/",
	};
	AUTO_ARENA struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct http_url url = { .port = "untouched" };
		struct err err = { 0 };

		if (http_url_parse(arena, bad[i], &url, &err) == 0)
			fail_msg("'%s' was accepted", bad[i]);
		assert_int_equal(err.status, ERR_USAGE);
		assert_string_equal(url.port, "untouched");
		err_clear(&err);
	}
}

static void no_error_quotes_a_password(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_ERR struct err err = { 0 };
	struct http_url url;

	(void)state;
	assert_int_equal(http_url_parse(arena, "https://jo:hunter2@host:x/",
					&url, &err),
			 -1);
	assert_null(strstr(err.msg, "hunter2"));
}

static void a_segment_is_escaped(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();

	(void)state;
	assert_string_equal(http_escape(arena, "a b/c"), "a%20b%2Fc");
	assert_string_equal(http_escape(arena, "sha-1_2.3~4"), "sha-1_2.3~4");
	assert_string_equal(http_escape(arena, "\xc3\xa4?&=+"),
			    "%C3%A4%3F%26%3D%2B");
	assert_string_equal(http_escape(arena, ""), "");
}

static void waiting_doubles_up_to_a_limit(void **state)
{
	static const int64_t most[] = {
		500, 1000, 2000, 4000, 8000, 8000, 8000
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(most); i++) {
		assert_int_equal(http_backoff_ms(i + 1, 0, 0), most[i] / 2);
		for (uint32_t random = 1; random < 100000; random += 97) {
			int64_t wait = http_backoff_ms(i + 1, 0, random);

			assert_in_range(wait, most[i] / 2, most[i]);
		}
	}
	assert_in_range(http_backoff_ms(40, 0, 0), 4000, 8000);
}

static void retry_after_is_the_least(void **state)
{
	(void)state;
	for (uint32_t random = 0; random < 10000; random++)
		assert_in_range(http_backoff_ms(1, 3, random), 3000, 3500);
}

static void only_what_passes_is_worth_a_retry(void **state)
{
	static const long once[] = { 200, 201, 301, 400, 401, 403,
				     404, 409, 422, 500, 501 };
	static const long often[] = { 429, 502, 503, 504 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(once); i++)
		assert_int_equal(http_worth(CURLE_OK, once[i], true), 1);
	for (size_t i = 0; i < ARRAY_LEN(often); i++)
		assert_int_equal(http_worth(CURLE_OK, often[i], true), 10);
	assert_int_equal(http_worth(CURLE_RECV_ERROR, 0, false), 10);
	assert_int_equal(http_worth(CURLE_PARTIAL_FILE, 200, true), 10);
	assert_int_equal(http_worth(CURLE_COULDNT_CONNECT, 0, true), 10);
	assert_int_equal(http_worth(CURLE_COULDNT_CONNECT, 0, false), 3);
	assert_int_equal(http_worth(CURLE_PEER_FAILED_VERIFICATION, 0, true),
			 1);
	assert_int_equal(http_worth(CURLE_WRITE_ERROR, 200, true), 1);
}

static const char *proxy_of(const char *const *env, const char *url)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct http_url parts;
	struct err err = { 0 };
	struct run run;
	const char *proxy;

	run_init(&run, env);
	assert_return_code(http_url_parse(arena, url, &parts, &err), 0);
	proxy = http_proxy(&run, &parts);
	run_release(&run);
	return proxy; /* borrowed from env */
}

static void the_proxy_is_of_the_scheme(void **state)
{
	static const char *const env[] = { "HTTPS_PROXY=http://s:1",
					   "http_proxy=http://h:2",
					   "HTTP_PROXY=http://cgi:3", NULL };
	static const char *const all[] = { "all_proxy=socks5://a:4", NULL };

	(void)state;
	assert_string_equal(proxy_of(env, "https://a.example"), "http://s:1");
	assert_string_equal(proxy_of(env, "http://a.example"), "http://h:2");
	assert_string_equal(proxy_of(all, "https://a.example"), "socks5://a:4");
	assert_string_equal(proxy_of(NULL, "https://a.example"), "");
}

static void row_64_no_proxy_is_read_as_go_reads_it(void **state)
{
	static const struct {
		const char *list;
		const char *url;
		bool direct;
	} cases[] = {
		{ "", "https://10.1.2.3:6443", false },
		{ "*", "https://a.example", true },
		{ "10.0.0.0/8", "https://10.1.2.3:6443", true },
		{ "10.0.0.0/8", "https://11.1.2.3:6443", false },
		{ "10.16.0.0/12", "https://10.31.255.255", true },
		{ "10.16.0.0/12", "https://10.32.0.0", false },
		{ "10.1.2.3/32,x", "https://10.1.2.3", true },
		{ "0.0.0.0/0", "https://10.1.2.3", true },
		{ "10.0.0.0/33", "https://10.1.2.3", false },
		{ "10.0.0.0/", "https://10.1.2.3", false },
		{ "10.0.0.0/8", "https://ten.example", false },
		{ "2001:db8::/32", "https://[2001:db8::5]:6443", true },
		{ "2001:db8::/32", "https://[2001:db9::5]:6443", false },
		{ "10.1.2.3", "https://10.1.2.3:6443", true },
		{ "10.1.2.3:6443", "https://10.1.2.3:6443", true },
		{ "10.1.2.3:443", "https://10.1.2.3:6443", false },
		{ "[2001:db8::5]:6443", "https://[2001:db8::5]:6443", true },
		{ "2001:db8::5", "https://[2001:db8::5]:6443", true },
		{ "[2001:db8::5]", "https://[2001:db8::5]:6443", true },
		{ "example.com", "https://example.com", true },
		{ "example.com", "https://a.EXAMPLE.com", true },
		{ "example.com", "https://notexample.com", false },
		{ ".example.com", "https://a.example.com", true },
		{ ".example.com", "https://example.com", false },
		{ "*.example.com", "https://a.example.com", true },
		{ "*.example.com", "https://example.com", false },
		{ "example.com:8443", "https://example.com:8443", true },
		{ "example.com:8443", "https://example.com", false },
		{ "a, b ,example.com", "https://example.com", true },
		{ ",,:80,[", "https://example.com", false },
		{ "nothing", "https://127.0.0.1:6443", true },
		{ "nothing", "https://[::1]:6443", true },
		{ "nothing", "https://localhost:6443", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_ARENA struct arena *arena = arena_new();
		const char *env[] = {
			"https_proxy=http://p:3128",
			arena_printf(arena, "NO_PROXY=%s", cases[i].list),
			NULL,
		};
		const char *proxy = proxy_of(env, cases[i].url);

		if ((*proxy == '\0') != cases[i].direct)
			fail_msg("NO_PROXY=%s %s: '%s'", cases[i].list,
				 cases[i].url, proxy);
	}
}

static void a_proxy_is_shown_without_its_password(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();

	(void)state;
	assert_string_equal(http_proxy_shown(arena, "http://jo:p@ss@p:1"),
			    "http://p:1");
	assert_string_equal(http_proxy_shown(arena, "jo:pass@p:1"), "p:1");
	assert_string_equal(http_proxy_shown(arena, "http://p:1"),
			    "http://p:1");
	assert_string_equal(http_proxy_shown(arena, ""), "");
}

static void warnings_are_unquoted_and_told_once(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();
	const char **list = NULL;

	(void)state;
	list = http_add_warnings(arena, list, "299 - \"one\"");
	list = http_add_warnings(arena, list,
				 "299 - \"a \\\"b\\\"\" \"Mon, 1 Jan\", "
				 "299 x:1 \"one\", 299 - \"two, three\"");
	list = http_add_warnings(arena, list, "299 - \"open");
	list = http_add_warnings(arena, list, "garbage, \"\", \"");
	assert_string_equal(list[0], "one");
	assert_string_equal(list[1], "a \"b\"");
	assert_string_equal(list[2], "two, three");
	assert_string_equal(list[3], "open");
	assert_null(list[4]);
}

static void warnings_have_a_cap(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();
	const char **list = NULL;
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 500; i++)
		list = http_add_warnings(arena, list,
					 arena_printf(arena, "299 - \"%d\"",
						      i));
	while (list[n])
		n++;
	assert_int_equal(n, 64);
}

static void a_trace_shows_no_secret_of_a_query(void **state)
{
	static const struct {
		const char *query;
		const char *shown;
	} cases[] = {
		{ NULL, "/a" },
		{ "dryRun=All&force=true", "/a?dryRun=All&force=true" },
		{ "token=abc&limit=5", "/a?token=...&limit=5" },
		{ "watch&limits=x", "/a?watch&limits=..." },
		{ "", "/a" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_STR struct str out = STR_INIT(STR_BIG);
		struct http_url url = { .path = "/a", .query = cases[i].query };

		http_show_target(&out, &url);
		assert_string_equal(str_text(&out), cases[i].shown);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_url_comes_apart),
		cmocka_unit_test(what_is_no_url_is_refused),
		cmocka_unit_test(no_error_quotes_a_password),
		cmocka_unit_test(a_segment_is_escaped),
		cmocka_unit_test(waiting_doubles_up_to_a_limit),
		cmocka_unit_test(retry_after_is_the_least),
		cmocka_unit_test(only_what_passes_is_worth_a_retry),
		cmocka_unit_test(the_proxy_is_of_the_scheme),
		cmocka_unit_test(row_64_no_proxy_is_read_as_go_reads_it),
		cmocka_unit_test(a_proxy_is_shown_without_its_password),
		cmocka_unit_test(warnings_are_unquoted_and_told_once),
		cmocka_unit_test(warnings_have_a_cap),
		cmocka_unit_test(a_trace_shows_no_secret_of_a_query),
	};

	http_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
