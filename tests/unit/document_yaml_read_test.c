/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "document/document.h"

static struct arena *arena;
static struct err err;
static struct docs docs;

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	docs = (struct docs){ 0 };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	err_clear(&err);
	arena_free(arena);
	return 0;
}

static int read_text(const char *text)
{
	struct bytes bytes = { text, strlen(text) };

	docs = (struct docs){ 0 };
	return doc_read_yaml(arena, "a.yaml", bytes, NULL, &docs, &err);
}

static char *as_json(const json_t *value)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	doc_write_json(&out, value);
	return str_keep(&out, arena);
}

static void assert_reads(const char *text, const char *json)
{
	if (read_text(text) < 0)
		fail_msg("%s: %s", text, err.msg);
	assert_int_equal(docs.n, 1);
	assert_string_equal(as_json(docs.v[0].value), json);
}

static void assert_refused(const char *text, const char *message)
{
	assert_int_equal(read_text(text), -1);
	assert_int_equal(err.status, ERR_INPUT);
	assert_string_equal(err.msg, message);
	assert_int_equal(docs.n, 0);
	err_clear(&err);
}

struct pair {
	const char *yaml;
	const char *json;
};

static void plain_scalars_have_the_types_of_yaml_v3(void **state)
{
	static const struct pair cases[] = {
		{ "true", "true" },
		{ "False", "false" },
		{ "yes", "\"yes\"" },
		{ "on", "\"on\"" },
		{ "n", "\"n\"" },
		{ "tRUE", "\"tRUE\"" },
		{ "[~, null, Null, NULL, nULL]", "[null,null,null,null,"
						 "\"nULL\"]" },
		{ "0", "0" },
		{ "-0", "0" },
		{ "+7", "7" },
		{ "0x1F", "31" },
		{ "-0X1f", "-31" },
		{ "0o17", "15" },
		{ "017", "15" },
		{ "0o8", "\"0o8\"" },
		{ "0b101", "5" },
		{ "0b-101", "-5" },
		{ "0b2", "\"0b2\"" },
		{ "0x", "\"0x\"" },
		{ "1_000", "1000" },
		{ "_1", "\"_1\"" },
		{ "08", "8" },
		{ "09.5", "9.5" },
		{ ".5", "0.5" },
		{ ".5_5", "0.55000000000000004" },
		{ "._5", "\"._5\"" },
		{ "1.", "1" },
		{ "1.0", "1" },
		{ "1e3", "1000" },
		{ "1.5e-1", "0.14999999999999999" },
		{ "1e", "\"1e\"" },
		{ "1e400", "\"1e400\"" },
		{ "1.2.3", "\"1.2.3\"" },
		{ "12:30", "\"12:30\"" },
		{ "10.0.0.1", "\"10.0.0.1\"" },
		{ "9223372036854775807", "9223372036854775807" },
		{ "-9223372036854775808", "-9223372036854775808" },
		{ "=", "\"=\"" },
		{ "<<", "\"<<\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_reads(cases[i].yaml, cases[i].json);
}

static void integers_above_int64_are_reals_as_for_the_api_server(void **state)
{
	(void)state;
	assert_int_equal(read_text("18446744073709551615"), 0);
	assert_true(json_is_real(docs.v[0].value));
	assert_true(json_real_value(docs.v[0].value) == 18446744073709551615.0);
	assert_int_equal(read_text("-9223372036854775809"), 0);
	assert_true(json_is_real(docs.v[0].value));
	assert_reads("0xFFFFFFFFFFFFFFFFF", "\"0xFFFFFFFFFFFFFFFFF\"");
}

static void dates_become_rfc_3339_texts(void **state)
{
	static const struct pair cases[] = {
		{ "2001-01-01", "\"2001-01-01T00:00:00Z\"" },
		{ "2001-1-2", "\"2001-01-02T00:00:00Z\"" },
		{ "2001-02-29", "\"2001-02-29\"" },
		{ "2000-02-29", "\"2000-02-29T00:00:00Z\"" },
		{ "2001-13-01", "\"2001-13-01\"" },
		{ "2001-1-2 3:4:5.120", "\"2001-01-02T03:04:05.12Z\"" },
		{ "2001-01-01t00:00:00+01:30",
		  "\"2001-01-01T00:00:00+01:30\"" },
		{ "2001-01-01T00:00:00-00:00", "\"2001-01-01T00:00:00Z\"" },
		{ "2001-01-01T00:00:00", "\"2001-01-01T00:00:00\"" },
		{ "2001-01-01 00:00:60", "\"2001-01-01 00:00:60\"" },
		{ "2001-01-01T00:00:00+25:00",
		  "\"2001-01-01T00:00:00+25:00\"" },
		{ "2001-01-01T00:00:00+1:00", "\"2001-01-01T00:00:00+1:00\"" },
		{ "2001-1", "\"2001-1\"" },
		{ "2001-a-1", "\"2001-a-1\"" },
		{ "2001-01-01x", "\"2001-01-01x\"" },
		{ "[2001-01-01, 2001-01-01 1:2:3]",
		  "[\"2001-01-01T00:00:00Z\",\"2001-01-01 1:2:3\"]" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_reads(cases[i].yaml, cases[i].json);
}

static void tags_choose_the_type(void **state)
{
	(void)state;
	assert_reads("!!str 12", "\"12\"");
	assert_reads("! 12", "12");
	assert_reads("! '12'", "\"12\"");
	assert_reads("!!int \"3\"", "3");
	assert_reads("!!float 3", "3");
	assert_reads("!mine 12", "\"12\"");
	assert_reads("!!timestamp 2001-01-01", "\"2001-01-01T00:00:00Z\"");
	assert_reads("!!binary aGVsbG8=", "\"hello\"");
	assert_reads("!!binary /w==", "\"\xef\xbf\xbd\"");
	assert_reads("[!!bool True, !!bool false, !!null ~]",
		     "[true,false,null]");
	assert_reads("!!str >\n  a\n  b\n", "\"a b\\n\"");
	assert_refused("!!bool 1", "a.yaml:1: '1' is no !!bool");
	assert_reads("!!set {a, b}", "{\"a\":\"\",\"b\":\"\"}");
	assert_refused("!!int 1.0", "a.yaml:1: '1.0' is no !!int");
	assert_refused("a: !!null x", "a.yaml:1: 'x' is no !!null");
	assert_refused("!!binary .", "a.yaml:1: a !!binary value that is no "
				     "base64");
}

static void nothing_is_null_but_between_brackets(void **state)
{
	(void)state;
	assert_reads("a:\nb: {c: , d: ~}\n",
		     "{\"a\":null,\"b\":{\"c\":\"\",\"d\":null}}");
}

static void a_folded_text_is_what_kustomize_makes_of_it(void **state)
{
	(void)state;
	assert_reads("a: >\n  b\n  c\n\n  d\n", "{\"a\":\"b c\\nd\\n\"}");
	assert_reads("a: >\n  b\n    c\n  d\n",
		     "{\"a\":\"b\\n\\n  c\\nd\\n\"}");
	assert_reads("a: >-\n  b\n    c\n", "{\"a\":\"b\\n\\n  c\"}");
	assert_reads("a: >2-\n   b\n  c\n\n  d\n\n\n  e\n",
		     "{\"a\":\" b\\nc d\\ne\"}");
	assert_reads("a: >+\n\n\n", "{\"a\":\"\\n\\n\"}");
	assert_reads("a: >+\n  b\n\n", "{\"a\":\"b\\n\\n\\n\"}");
	assert_reads("a: >\n  b \n    c\n", "{\"a\":\"b \\n  c\\n\"}");
}

static void keys_are_strings(void **state)
{
	(void)state;
	assert_reads("yes: 1\n\"1\": 2\n!!str 3: 4\n",
		     "{\"1\":2,\"3\":4,\"yes\":1}");
	assert_refused("a: 1\n12: x\n", "a.yaml:2: expected a string as key, "
					"found the number '12'");
	assert_refused("null: x\n", "a.yaml:1: expected a string as key, "
				    "found the null 'null'");
	assert_refused("2001-01-01: x\n", "a.yaml:1: expected a string as "
					  "key, found the date '2001-01-01'");
	assert_refused("a: {{ x }}\n", "a.yaml:1: expected a string as key, "
				       "found a mapping");
	assert_refused("? [a]\n: b\n", "a.yaml:1: expected a string as key, "
				       "found a sequence");
	assert_refused("\"a\\0b\": 1\n", "a.yaml:1: expected a string as key, "
					 "found one that holds a NUL");
}

static void the_hint_for_a_key_can_be_followed(void **state)
{
	(void)state;
	assert_int_equal(read_text("12: x\n"), -1);
	assert_string_equal(err.hint, "quote it");
}

static void equal_keys_are_refused_with_both_places(void **state)
{
	(void)state;
	assert_refused("x: 1\na:\n  b: 1\n  c:\n    x: 2\n  d: 3\n  b: 4\n",
		       "a.yaml:7: key \"b\" is set twice in this mapping, "
		       "first at line 3");
	assert_refused("---\nx: 1\n---\n# c\ny: {a: 1,\n  b: 2, a: 3}\n",
		       "a.yaml:6: key \"a\" is set twice in this mapping, "
		       "first at line 5");
}

static void aliases_repeat_the_value_of_their_anchor(void **state)
{
	(void)state;
	assert_reads("a: &x {b: [1]}\nc: *x\nd: &k key\n*k : 1\n",
		     "{\"a\":{\"b\":[1]},\"c\":{\"b\":[1]},\"d\":\"key\","
		     "\"key\":1}");
	assert_reads("? &k key\n: *k\n", "{\"key\":\"key\"}");
	assert_refused("- &k [key]\n- {*k : 1}\n",
		       "a.yaml:2: expected a string as key, found an alias of "
		       "something else");
	assert_reads("a: &x {b: [1]}\nc: *x\n",
		     "{\"a\":{\"b\":[1]},\"c\":{\"b\":[1]}}");
	assert_reads("a: &x 1\nb: &x 2\nc: *x\n", "{\"a\":1,\"b\":2,\"c\":2}");
}

static void an_alias_needs_its_anchor(void **state)
{
	(void)state;
	assert_refused("a: *x\nb: &x 1\n", "a.yaml:1: no anchor '&x' for '*x'");
	assert_refused("a: &x 1\n---\nb: *x\n",
		       "a.yaml:3: no anchor '&x' for '*x'");
	assert_refused("a: &x\n  - 1\n  - b: *x\n",
		       "a.yaml:3: alias '*x' stands inside its own anchor "
		       "'&x'");
}

static void merge_keys_fill_in_what_is_missing(void **state)
{
	(void)state;
	assert_reads("a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\n"
		     "c:\n  <<: [*a, *b]\n  z: 3\nd: {<<: {<<: *b, y: 4}}\n",
		     "{\"a\":{\"x\":1,\"y\":1},\"b\":{\"y\":2,\"z\":2},"
		     "\"c\":{\"x\":1,\"y\":1,\"z\":3},"
		     "\"d\":{\"y\":4,\"z\":2}}");
	assert_reads("\"<<\": 1\n", "{\"<<\":1}");
	assert_reads("<<: []\n", "{}");
	assert_refused("a: 1\n<<: 2\n",
		       "a.yaml:2: expected a mapping, or a sequence of "
		       "mappings, to merge");
	assert_refused("a: &a [{}]\nb:\n  <<: *a\n",
		       "a.yaml:3: expected a mapping, or a sequence of "
		       "mappings, to merge");
	assert_refused("<<: {}\n<<: {}\n",
		       "a.yaml:2: '<<' is set twice in this mapping");
}

static void documents_have_their_places(void **state)
{
	(void)state;
	assert_int_equal(read_text("# head\n---\na: 1\n--- # one\n---\n\n"
				   "# none\n---\n\n- b\n---\n~\n"),
			 0);
	assert_int_equal(docs.n, 2);
	assert_string_equal(docs.v[0].origin, "a.yaml:3");
	assert_string_equal(docs.v[0].name, "a.yaml");
	assert_int_equal(docs.v[0].line, 3);
	assert_string_equal(docs.v[1].origin, "a.yaml:10");
	assert_string_equal(as_json(docs.v[1].value), "[\"b\"]");
}

static void members_of_a_list_have_their_places(void **state)
{
	(void)state;
	assert_int_equal(read_text("---\nkind: List\nitems:\n- a: 1\n  items:\n"
				   "  - x\n-\n  b: 2\n"),
			 0);
	assert_int_equal(docs.v[0].n_item_lines, 2);
	assert_int_equal(docs.v[0].item_lines[0], 4);
	assert_int_equal(docs.v[0].item_lines[1], 8);
	assert_int_equal(read_text("spec:\n  items: [a]\n"), 0);
	assert_int_equal(docs.v[0].n_item_lines, 0);
}

static void line_ends_and_byte_order_marks_are_taken_as_they_come(void **state)
{
	(void)state;
	assert_reads("\xef\xbb\xbf"
		     "a: |\r\n  x\r\n  y\r\nb: \"c\r\n  d\"\r\n",
		     "{\"a\":\"x\\ny\\n\",\"b\":\"c d\"}");
	assert_int_equal(read_text("a: 1\r\n---\r\nb: 2\r\n"), 0);
	assert_int_equal(docs.n, 2);
	assert_string_equal(docs.v[1].origin, "a.yaml:3");
	assert_int_equal(read_text("a: 1\n---\n\xef\xbb\xbf"
				   "b: 2\n"),
			 0);
	assert_int_equal(docs.n, 2);
}

static void empty_streams_hold_nothing(void **state)
{
	static const char *const texts[] = { "",        "\n",
					     "# x\n",   "---\n",
					     "---",     "null\n",
					     "--- ~\n", "---\n---\n---\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(read_text(texts[i]), 0);
		assert_int_equal(docs.n, 0);
	}
}

static void a_separator_stands_alone(void **state)
{
	(void)state;
	assert_refused("a: 1\n--- b: 2\n",
		       "a.yaml:2: expected nothing behind '---', found "
		       "'b: 2'");
	assert_refused("a: 1\n...\nb: 2\n",
		       "a.yaml:3: did not find expected <document start>");
	assert_refused("a: 1\n--- b",
		       "a.yaml:2: expected '---' between two documents");
	assert_reads("a: 1\n...\n", "{\"a\":1}");
	assert_reads("a: 1\n---", "{\"a\":1}");
}

static void syntax_errors_name_file_and_line(void **state)
{
	(void)state;
	assert_refused("a: 1\n---\nb:\n  c: 1\n d: 2\n",
		       "a.yaml:5: did not find expected key while parsing a "
		       "block mapping that begins at line 3");
	assert_refused("a: 'b\n",
		       "a.yaml:2: found unexpected end of stream while "
		       "scanning a quoted scalar that begins at line 1");
	assert_refused("a: \"\\ud83d\\ude00\"\n",
		       "a.yaml:1: found invalid Unicode character escape code "
		       "while parsing a quoted scalar");
}

static void what_begins_no_document_has_a_hint(void **state)
{
	(void)state;
	assert_int_equal(read_text("a: 1\n...\nb: 2\n"), -1);
	assert_string_equal(err.hint, "put a line '---' between two documents");
}

static void tabs_and_directives_have_hints(void **state)
{
	(void)state;
	assert_int_equal(read_text("a:\n\tb: 1\n"), -1);
	assert_string_equal(err.msg, "a.yaml:2: found character that cannot "
				     "start any token while scanning for the "
				     "next token");
	assert_string_equal(err.hint, "indent with spaces: YAML takes no tabs");
	err_clear(&err);
	assert_int_equal(read_text("%YAML 1.2\n---\na: 1\n"), -1);
	assert_string_equal(err.hint, "remove lines that begin with '%': YAML "
				      "directives are not supported");
}

static void what_is_no_utf8_is_refused_where_it_stands(void **state)
{
	(void)state;
	assert_refused("a: 1\nb: \xff\n",
		       "a.yaml:2: invalid leading UTF-8 octet (0xFF)");
	assert_refused("a: 1\n\nb: \x01\n",
		       "a.yaml:3: control characters are not allowed (0x01)");
	assert_refused("\xff\xfe"
		       "a",
		       "a.yaml:1: UTF-16, expected UTF-8");
	assert_refused("a: 1\n---\n\xfe\xff\n",
		       "a.yaml:3: UTF-16, expected UTF-8");
}

static void numbers_that_json_does_not_know_are_refused(void **state)
{
	(void)state;
	assert_refused("a:\n  b: .nan\n",
		       "a.yaml:2: .nan is no number that JSON knows");
	assert_refused("-.INF", "a.yaml:1: -.INF is no number that JSON knows");
	assert_reads("'.nan'", "\".nan\"");
}

static void annotations_of_manifests_are_texts_as_spelled(void **state)
{
	static const char text[] =
		"x: &x 1.50\n"
		"metadata:\n  labels: {a: 1.50}\n  annotations:\n"
		"    a: 1.50\n    b: ~\n    c:\n    d: 0x10\n    e: *x\n"
		"spec: {metadata: {annotations: {a: 1.50}}}\n"
		"items:\n- metadata: {annotations: {b: true}}\n"
		"- metadata: {annotations: {}, name: n}\n"
		"- metadata: {annotations: ~}\n";
	struct bytes bytes = { text, sizeof(text) - 1 };

	(void)state;
	assert_int_equal(doc_read_manifests(arena, "a.yaml", bytes, NULL, &docs,
					    &err),
			 0);
	assert_string_equal(
		as_json(docs.v[0].value),
		"{\"items\":[{\"metadata\":{\"annotations\":{\"b\":\"true\"}}},"
		"{\"metadata\":{\"name\":\"n\"}},{\"metadata\":{}}],"
		"\"metadata\":{\"annotations\":{\"a\":\"1.50\",\"b\":\"~\","
		"\"c\":\"\",\"d\":\"0x10\",\"e\":\"1.50\"},"
		"\"labels\":{\"a\":1.5}},"
		"\"spec\":{\"metadata\":{\"annotations\":{\"a\":1.5}}},"
		"\"x\":1.5}");
}

static void a_failed_read_adds_nothing(void **state)
{
	static const char text[] = "b: 2\n---\nb: [\n";
	struct bytes bytes = { text, sizeof(text) - 1 };

	(void)state;
	assert_int_equal(read_text("a: 1\n"), 0);
	assert_int_equal(doc_read_yaml(arena, "b.yaml", bytes, NULL, &docs,
				       &err),
			 -1);
	assert_int_equal(docs.n, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(plain_scalars_have_the_types_of_yaml_v3),
		TEST(integers_above_int64_are_reals_as_for_the_api_server),
		TEST(dates_become_rfc_3339_texts),
		TEST(tags_choose_the_type),
		TEST(nothing_is_null_but_between_brackets),
		TEST(a_folded_text_is_what_kustomize_makes_of_it),
		TEST(keys_are_strings),
		TEST(the_hint_for_a_key_can_be_followed),
		TEST(equal_keys_are_refused_with_both_places),
		TEST(aliases_repeat_the_value_of_their_anchor),
		TEST(an_alias_needs_its_anchor),
		TEST(merge_keys_fill_in_what_is_missing),
		TEST(documents_have_their_places),
		TEST(members_of_a_list_have_their_places),
		TEST(line_ends_and_byte_order_marks_are_taken_as_they_come),
		TEST(empty_streams_hold_nothing),
		TEST(a_separator_stands_alone),
		TEST(syntax_errors_name_file_and_line),
		TEST(what_begins_no_document_has_a_hint),
		TEST(tabs_and_directives_have_hints),
		TEST(what_is_no_utf8_is_refused_where_it_stands),
		TEST(numbers_that_json_does_not_know_are_refused),
		TEST(annotations_of_manifests_are_texts_as_spelled),
		TEST(a_failed_read_adds_nothing),
	};

	doc_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
