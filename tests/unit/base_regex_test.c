/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/regex.h"

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

static bool matches(const char *pattern, const char *text, bool whole)
{
	struct regex *regex;
	int status = whole ? regex_compile_whole(arena, pattern, &regex, &err) :
			     regex_compile(arena, pattern, &regex, &err);

	if (status < 0)
		fail_msg("%s: %s", pattern, err.msg);
	return regex_matches(regex, text, strlen(text));
}

static void an_expression_is_searched_for_or_is_the_whole(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool part, whole;
	} cases[] = {
		{ "web", "web", true, true },
		{ "web", "webs", true, false },
		{ "web", "WEB", false, false },
		{ "w.b", "web", true, true },
		{ "a|ab", "ab", true, true },
		{ "^web$", "web", true, true },
		{ "(?i)WEB", "web", true, true },
		{ "[[:alpha:]]+", "web", true, true },
		{ "\\d{2,}", "a12", true, false },
		{ "\\pL+", "\xc3\xa9", true, true },
		{ "(?P<name>a)b", "ab", true, true },
		{ "a*?", "aaa", true, true },
		{ "[]a]+", "]a", true, true },
		{ "[^]]", "a", true, true },
		{ "", "a", true, false },
		{ "", "", true, true },
		{ ".", "\n", false, false },
		/* RE2 repeats anchors. */
		{ "^*a", "ba", true, false },
		{ "a$*", "ab", true, false },
		{ "[$*]", "$", true, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(matches(cases[i].pattern, cases[i].text,
					 false),
				 cases[i].part);
		assert_int_equal(matches(cases[i].pattern, cases[i].text, true),
				 cases[i].whole);
	}
}

static void templates_are_filled_as_go_does(void **state)
{
	/* Go's regexp.Expand; policy/ in tests/peer asks it at random. */
	static const struct {
		const char *pattern, *text, *template, *want;
	} cases[] = {
		{ "a(b)(c)?", "xabx", "$1-$2-$0", "b--ab" },
		{ "a(b)", "ab", "$1x ${1}x", " bx" },
		{ "(?P<ts>\\d+)", "v12", "$ts.${ts}", "12.12" },
		{ "a", "a", "$$ $ ${ $- ${x", "$ $ ${ $- ${x" },
		{ "a", "a", "$9 $01 $no", "  " },
		{ "a", "a", "", "" },
	};
	struct regex *regex;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_STR struct str out = STR_INIT(STR_BIG);

		assert_int_equal(regex_compile(arena, cases[i].pattern, &regex,
					       &err),
				 0);
		assert_true(regex_expand(regex, cases[i].text,
					 strlen(cases[i].text),
					 cases[i].template, &out));
		assert_string_equal(str_text(&out), cases[i].want);
		assert_false(regex_expand(regex, "-", 1, "$0", &out));
	}
	assert_int_equal(regex_compile_whole(arena, "a", &regex, &err), 0);
	{
		AUTO_STR struct str out = STR_INIT(STR_BIG);

		assert_true(regex_expand(regex, "a", 1, "<$0$1>", &out));
		assert_string_equal(str_text(&out), "<a>");
	}
}

static void what_re2_does_not_know_is_refused(void **state)
{
	static const char *const patterns[] = {
		"(?=a)", "(?<=a)b", "(?!a)", "(a)\\1",    "a**",       "a++",
		"(?>a)", "(?R)",    "(?1)",  "(*ACCEPT)", "\\R",       "\\Ka",
		"\\h",   "\\X",     "[",     "(",         ")",         "*",
		"a)(b",  "\\",      "(?#c)", "(?|a)",     "(?(1)a|b)", "a{2}+",
	};
	struct regex *regex;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
		if (regex_compile_whole(arena, patterns[i], &regex, &err) == 0)
			fail_msg("%s is taken", patterns[i]);
		assert_int_equal(err.status, ERR_INPUT);
		assert_non_null(strstr(err.msg, patterns[i]));
		err_clear(&err);
	}
}

static void a_search_ends(void **state)
{
	char text[61];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	text[sizeof(text) - 2] = 'b';
	assert_false(matches("(a+)+$", text, true));
	assert_false(matches("(.*a){20}$", text, true));
}

static void a_long_expression_is_refused(void **state)
{
	const size_t n = (size_t)70 << 10;
	char *pattern = arena_alloc(arena, n + 1);
	struct regex *regex;

	(void)state;
	memset(pattern, 'a', n);
	pattern[0] = '.';
	assert_int_equal(regex_compile(arena, pattern, &regex, &err), -1);
	assert_string_equal(err.msg,
			    "a regular expression of more than 65536 bytes");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_expression_is_searched_for_or_is_the_whole),
		TEST(templates_are_filled_as_go_does),
		TEST(what_re2_does_not_know_is_refused),
		TEST(a_search_ends),
		TEST(a_long_expression_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
