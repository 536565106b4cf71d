/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "document/document.h"

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

static json_t *value_of(const char *json)
{
	struct bytes bytes = { json, strlen(json) };
	json_t *value = NULL;

	if (doc_read_json(arena, "json", bytes, &value, &err) < 0)
		fail_msg("%s: %s", json, err.msg);
	return value;
}

static void assert_prints(const char *json, const char *yaml)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	if (doc_write_yaml(&out, value_of(json), &err) < 0)
		fail_msg("%s: %s", json, err.msg);
	assert_string_equal(str_text(&out), yaml);
}

struct pair {
	const char *json;
	const char *yaml;
};

static void assert_all_print(const struct pair *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_prints(cases[i].json, cases[i].yaml);
}

#define ASSERT_ALL_PRINT(cases)                                                \
	assert_all_print(cases, sizeof(cases) / sizeof((cases)[0]))

static void collections_are_laid_out_in_blocks(void **state)
{
	static const struct pair cases[] = {
		{ "{}", "{}\n" },
		{ "[]", "[]\n" },
		{ "{\"a\":{\"b\":{}},\"c\":[]}", "a:\n  b: {}\nc: []\n" },
		{ "{\"a\":[1,{\"b\":2,\"c\":[3]},[4,[5]],[]]}",
		  "a:\n- 1\n- b: 2\n  c:\n  - 3\n- - 4\n  - - 5\n- []\n" },
		{ "[{\"a\":{\"b\":1}},null]", "- a:\n    b: 1\n- null\n" },
		{ "\"x\"", "x\n" },
		{ "\"a\\nb\"", "|-\n  a\n  b\n" },
		{ "[null,true,false]", "- null\n- true\n- false\n" },
	};

	(void)state;
	ASSERT_ALL_PRINT(cases);
}

static void keys_are_in_natural_order(void **state)
{
	static const struct pair cases[] = {
		{ "{\"a10\":1,\"a2\":1,\"a01\":1,\"a1\":1,\"a\":1}",
		  "a: 1\na1: 1\na01: 1\na2: 1\na10: 1\n" },
		{ "{\"b\":1,\"a\":1,\"Z\":1,\"B\":1,\"A\":1}",
		  "A: 1\nB: 1\nZ: 1\na: 1\nb: 1\n" },
		{ "{\"ab\":1,\"aB\":1,\"a1\":1,\"a_b\":1,\"a/b\":1,"
		  "\"a.b\":1,\"a-b\":1,\"a b\":1}",
		  "a b: 1\na-b: 1\na.b: 1\na/b: 1\na_b: 1\na1: 1\naB: 1\n"
		  "ab: 1\n" },
		{ "{\"\xc3\xa9\x31\x30\":1,\"\xc3\xa9\x31\x31\":1,"
		  "\"\xc3\xa9\x31\":1}",
		  "\xc3\xa9\x31: 1\n\xc3\xa9\x31\x30: 1\n"
		  "\xc3\xa9\x31\x31: 1\n" },
		{ "{\"x100\":1,\"x1000\":1,\"x20\":1}",
		  "x20: 1\nx100: 1\nx1000: 1\n" },
		{ "{\"\xc3\xa9\":1,\"z\":1,\"\xe2\x82\xac\":1,\"9\":1}",
		  "\xe2\x82\xac: 1\n\"9\": 1\nz: 1\n\xc3\xa9: 1\n" },
	};

	(void)state;
	ASSERT_ALL_PRINT(cases);
}

static void an_order_with_a_cycle_follows_from_the_keys_alone(void **state)
{
	(void)state;
	assert_prints("{\"1a\":1,\"2a\":1,\"10a\":1}",
		      "10a: 1\n1a: 1\n2a: 1\n");
	assert_prints("{\"2a\":1,\"10a\":1,\"1a\":1}",
		      "10a: 1\n1a: 1\n2a: 1\n");
}

static void texts_are_quoted_where_yaml_1_1_would_read_them(void **state)
{
	static const struct pair cases[] = {
		{ "\"\"", "\"\"\n" },
		{ "[\"y\",\"Yes\",\"off\",\"NO\",\"nO\"]",
		  "- \"y\"\n- \"Yes\"\n- \"off\"\n- \"NO\"\n- nO\n" },
		{ "[\"~\",\"null\",\"nul\",\"=\",\"<<\"]",
		  "- \"~\"\n- \"null\"\n- nul\n- =\n- <<\n" },
		{ "[\"1\",\"0x1F\",\"0o17\",\"0o8\",\"1_0\",\"_1\"]",
		  "- \"1\"\n- \"0x1F\"\n- \"0o17\"\n- 0o8\n- \"1_0\"\n- _1\n" },
		{ "[\".5\",\"1e3\",\"1e400\",\"1.2.3\",\".inf\",\".nan\"]",
		  "- \".5\"\n- \"1e3\"\n- 1e400\n- 1.2.3\n- \".inf\"\n"
		  "- \".nan\"\n" },
		{ "[\"12:30\",\"12:60\",\"1:2:3.5\",\"-1:2\",\"1:a\"]",
		  "- \"12:30\"\n- 12:60\n- \"1:2:3.5\"\n- \"-1:2\"\n- 1:a\n" },
		{ "[\"2001-01-01\",\"2001-13-01\",\"0b-1\",\"0o-7\"]",
		  "- \"2001-01-01\"\n- 2001-13-01\n- \"0b-1\"\n- 0o-7\n" },
	};

	(void)state;
	ASSERT_ALL_PRINT(cases);
}

static void texts_are_quoted_where_they_mean_something_to_yaml(void **state)
{
	static const struct pair cases[] = {
		{ "[\" a\",\"a \",\"a b\"]", "- ' a'\n- 'a '\n- a b\n" },
		{ "[\"- a\",\"-a\",\"-\",\"?\",\"? a\",\":a\",\": a\"]",
		  "- '- a'\n- -a\n- '-'\n- '?'\n- '? a'\n- :a\n- ': a'\n" },
		{ "[\"a\\u2028#\",\"a\\u2029#\"]",
		  "- 'a\xe2\x80\xa8  #'\n- 'a\xe2\x80\xa9  #'\n" },
		{ "[\"a: b\",\"a:\",\"a:b\",\"a #b\",\"a#b\"]",
		  "- 'a: b'\n- 'a:'\n- a:b\n- 'a #b'\n- a#b\n" },
		{ "[\"---\",\"--\",\"...a\",\"'\",\"it's\",\"@a\"]",
		  "- '---'\n- --\n- '...a'\n- ''''\n- it's\n- '@a'\n" },
		{ "[\"{{ x }}\",\"$(X)\",\"a,b\",\"[a\"]",
		  "- '{{ x }}'\n- $(X)\n- a,b\n- '[a'\n" },
	};

	(void)state;
	ASSERT_ALL_PRINT(cases);
}

static void what_is_not_printable_is_escaped(void **state)
{
	static const struct pair cases[] = {
		{ "[\"\\t\",\"a\\\\b\\u0007\",\"\\u001b[\",\"\\u0000\"]",
		  "- \"\\t\"\n- \"a\\\\b\\a\"\n- \"\\e[\"\n- \"\\0\"\n" },
		{ "\"\\ud83d\\ude00 \xc3\xa9\"", "\"\\U0001F600 \xc3\xa9\"\n" },
		{ "\"\\ufeffa\"", "\"\\uFEFF\\x61\"\n" },
		{ "\"a\\ufeffa\"", "\"a\\uFEFFa\"\n" },
		{ "\"a\\r\\nb\"", "\"a\\r\\nb\"\n" },
	};

	(void)state;
	ASSERT_ALL_PRINT(cases);
}

static void lines_are_literal_where_they_can_be(void **state)
{
	static const struct pair cases[] = {
		{ "{\"a\":\"x\\ny\"}", "a: |-\n  x\n  y\n" },
		{ "{\"a\":\"x\\ny\\n\"}", "a: |\n  x\n  y\n" },
		{ "{\"a\":\"x\\n\\n\"}", "a: |+\n  x\n\n" },
		{ "{\"a\":\"\\n\"}", "a: |2+\n\n" },
		{ "{\"a\":\" x\\ny\"}", "a: |2-\n   x\n  y\n" },
		{ "{\"a\":\"\\n\\nx\\n\"}", "a: |2\n\n\n  x\n" },
		{ "{\"a\":[\"x\\n\\n y\\n\"]}", "a:\n- |\n  x\n\n   y\n" },
		{ "{\"a\":\"x \\ny\"}", "a: \"x \\ny\"\n" },
		{ "{\"a\":\"x\\n \"}", "a: \"x\\n \"\n" },
		{ "{\"a\":\"x\\ty\\n\"}", "a: \"x\\ty\\n\"\n" },
	};

	(void)state;
	ASSERT_ALL_PRINT(cases);
}

#define TENS   "xxxxxxxxx xxxxxxxxx xxxxxxxxx xxxxxxxxx "
#define EIGHTY TENS "xxxxxxxxx xxxxxxxxx xxxxxxxxx xxxxxxxxxx"

static void a_line_is_broken_at_a_space_behind_column_80(void **state)
{
	static const struct pair cases[] = {
		{ "\"" EIGHTY " y\"", EIGHTY " y\n" },
		{ "\"" EIGHTY "x y\"", EIGHTY "x\n  y\n" },
		{ "{\"a\":\"" EIGHTY " y\"}", "a: " EIGHTY "\n  y\n" },
		{ "{\"a\":\"" EIGHTY "  y z\"}", "a: " EIGHTY "  y\n  z\n" },
		{ "{\"a\":\"# " EIGHTY " y\"}", "a: '# " EIGHTY "\n  y'\n" },
		{ "{\"a\":\"\\t" EIGHTY "  y\"}",
		  "a: \"\\t" EIGHTY "\n  \\ y\"\n" },
		{ "{\"a\":\"" EIGHTY " y\\nz\"}",
		  "a: |-\n  " EIGHTY " y\n  z\n" },
		{ "[[\"" EIGHTY " y\"]]", "- - " EIGHTY "\n    y\n" },
	};

	(void)state;
	ASSERT_ALL_PRINT(cases);
}

static void keys_follow_the_same_rules(void **state)
{
	static const struct pair cases[] = {
		{ "{\"\":1}", "\"\": 1\n" },
		{ "{\"yes\":1}", "\"yes\": 1\n" },
		{ "{\"a: b\":1}", "'a: b': 1\n" },
		{ "{\"a\\nb\":{\"c\":1}}", "? |-\n  a\n  b\n: c: 1\n" },
		{ "{\"a\\tb\":1}", "\"a\\tb\": 1\n" },
		{ "{\"a\\rb\":[1]}", "? \"a\\rb\"\n: - 1\n" },
		{ "{\"<<\":1}", "\"<<\": 1\n" },
		{ "{\"" TENS TENS TENS "12345678\":1}",
		  TENS TENS TENS "12345678: 1\n" },
		{ "{\"" TENS TENS TENS "123456789\":1}",
		  "? " TENS "xxxxxxxxx xxxxxxxxx xxxxxxxxx xxxxxxxxx\n"
		  "  " TENS "123456789\n: 1\n" },
	};

	(void)state;
	ASSERT_ALL_PRINT(cases);
}

static void numbers_have_their_shortest_digits(void **state)
{
	static const struct pair cases[] = {
		{ "[0,-1,9223372036854775807,-9223372036854775808]",
		  "- 0\n- -1\n- 9223372036854775807\n"
		  "- -9223372036854775808\n" },
		{ "[1.0,-0.0,1e3,1e18,1e19,1e20,1e21]",
		  "- 1\n- 0\n- 1000\n- 1000000000000000000\n"
		  "- 10000000000000000000\n- 1e+20\n- 1e+21\n" },
		{ "[0.1,1.5,100000.5,1000000.5,0.0001,0.00001]",
		  "- 0.1\n- 1.5\n- 100000.5\n- 1.0000005e+06\n- 0.0001\n"
		  "- 1e-05\n" },
		{ "[5e-324,1.7976931348623157e308,0.30000000000000004]",
		  "- 5e-324\n- 1.7976931348623157e+308\n"
		  "- 0.30000000000000004\n" },
		{ "[5.684341886080802e-14,-9.5367431640625e-07]",
		  "- 5.684341886080802e-14\n- -9.5367431640625e-07\n" },
		{ "[-0.0,-1e19,-2.5e-320]", "- 0\n- -1e+19\n- -2.5e-320\n" },
		{ "9007199254740993.0", "9007199254740992\n" },
		{ "1234567890123456789.0", "1234567890123456800\n" },
	};

	(void)state;
	ASSERT_ALL_PRINT(cases);
}

static void breaks_of_unicode_are_what_kustomize_makes_of_them(void **state)
{
	static const struct pair cases[] = {
		{ "\"a \\u0085 b\"", "a b\n" },
		{ "\"a\\u0085\\u0085b\"", "|-\n  a\n  b\n" },
		{ "\"\\u0085\"", "' '\n" },
		{ "{\"a\":\"p\\u2029q\"}", "a: 'p\xe2\x80\xa9  q'\n" },
		{ "{\"a\":\"p\\u2028\\nq\"}", "a: |-\n  p\xe2\x80\xa8\n  q\n" },
	};

	(void)state;
	ASSERT_ALL_PRINT(cases);
}

static void what_yaml_cannot_hold_is_refused_by_its_place(void **state)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	(void)state;
	str_add(&out, "before\n");
	assert_int_equal(doc_write_yaml(&out,
					value_of("{\"a/b\":[1,\"\\u007f\"]}"),
					&err),
			 -1);
	assert_int_equal(err.status, ERR_INPUT);
	assert_string_equal(err.msg, "'/a~1b/1' holds the control character "
				     "U+007F, which YAML cannot hold");
	assert_string_equal(str_text(&out), "before\n");
	err_clear(&err);
	assert_int_equal(doc_write_yaml(&out, value_of("{\"\\u0085\":1}"),
					&err),
			 -1);
}

static void for_the_console_everything_is_shown(void **state)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	(void)state;
	doc_show_yaml(&out, value_of("[\"\\u007f\",\"\\u0085\",\"\\uffff\"]"));
	assert_string_equal(str_text(&out),
			    "- \"\\x7F\"\n- \"\\N\"\n- \"\\uFFFF\"\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(collections_are_laid_out_in_blocks),
		TEST(keys_are_in_natural_order),
		TEST(an_order_with_a_cycle_follows_from_the_keys_alone),
		TEST(texts_are_quoted_where_yaml_1_1_would_read_them),
		TEST(texts_are_quoted_where_they_mean_something_to_yaml),
		TEST(what_is_not_printable_is_escaped),
		TEST(lines_are_literal_where_they_can_be),
		TEST(a_line_is_broken_at_a_space_behind_column_80),
		TEST(keys_follow_the_same_rules),
		TEST(numbers_have_their_shortest_digits),
		TEST(breaks_of_unicode_are_what_kustomize_makes_of_them),
		TEST(what_yaml_cannot_hold_is_refused_by_its_place),
		TEST(for_the_console_everything_is_shown),
	};

	doc_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
