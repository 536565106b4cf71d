/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "document/decode.h"
#include "document/document.h"

struct inner {
	const struct node *at;
	const struct node *name;
	bool on;
};

struct outer {
	const struct node *at;
	const struct node *text;
	struct nodes texts;
	const struct node *map;
	struct node *any;
	bool flag;
	int64_t count;
	struct inner *one;
	struct {
		struct inner *v;
		size_t n, room;
	} many;
};

/* clang-format off */
static const struct decode_field inner_fields[] = {
	DECODE_TEXT(struct inner, name, "name"),
	DECODE_BOOL(struct inner, on, "on"),
};
static const struct decode_table inner_table =
	DECODE_TABLE(struct inner, inner_fields);

static const struct decode_field outer_fields[] = {
	DECODE_NODE(struct outer, any, "any"),
	DECODE_INT(struct outer, count, "count"),
	DECODE_BOOL(struct outer, flag, "flag"),
	DECODE_STRUCTS(struct outer, many, "many", &inner_table),
	DECODE_MAP(struct outer, map, "map"),
	DECODE_STRUCT(struct outer, one, "one", &inner_table),
	DECODE_TEXT(struct outer, text, "text"),
	DECODE_TEXTS(struct outer, texts, "texts"),
};
static const struct decode_table outer_table =
	DECODE_TABLE(struct outer, outer_fields);
/* clang-format on */

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

static int decode(const char *text, unsigned flags, struct outer *out)
{
	const struct doc_source source =
		doc_source_file("k.yaml", (struct bytes){ text, strlen(text) });
	struct nodes nodes = { 0 };

	err_clear(&err);
	*out = (struct outer){ 0 };
	if (doc_read_nodes(arena, &source, NULL, &nodes, &err) < 0)
		fail_msg("%s: %s", text, err.msg);
	return doc_decode(arena, nodes.v[0], &outer_table, flags, out, &err);
}

static void each_type_is_decoded(void **state)
{
	struct outer out;

	(void)state;
	assert_int_equal(decode("text: x\n"
				"texts: [a, 'b']\n"
				"map: {k: v, m: ~}\n"
				"any: {deep: [1]}\n"
				"flag: yes\n"
				"count: -3\n"
				"one: {name: i, on: true}\n"
				"many: [{name: j}, ~, {}]\n",
				0, &out),
			 0);
	assert_string_equal(node_text(out.text), "x");
	assert_int_equal(out.texts.n, 2);
	assert_string_equal(node_text(out.texts.v[1]), "b");
	assert_string_equal(node_text(node_get(out.map, "m")), "");
	assert_false(node_is_null(node_get(out.map, "m")));
	assert_int_equal(out.any->kind, NODE_MAPPING);
	assert_true(out.flag);
	assert_int_equal(out.count, -3);
	assert_true(out.one->on);
	assert_int_equal(out.many.n, 3);
	assert_string_equal(node_text(out.many.v[0].name), "j");
	assert_non_null(out.many.v[2].at);
}

static void what_is_missing_or_null_is_nothing(void **state)
{
	struct outer out;

	(void)state;
	assert_int_equal(decode("text: ~\ntexts:\none: null\nmany: []\n", 0,
				&out),
			 0);
	assert_null(out.text);
	assert_null(out.texts.v);
	assert_null(out.one);
	/* But an empty list is there. */
	assert_non_null(out.many.v);
	assert_int_equal(out.many.n, 0);
}

static void another_type_is_an_error_with_its_place(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "text: 1\n",
		  "k.yaml:1: text: expected a text, found the number '1'" },
		{ "text: no\n",
		  "k.yaml:1: text: expected a text, found the boolean 'no'" },
		{ "text: []\n",
		  "k.yaml:1: text: expected a text, found a list" },
		{ "\ntexts: a\n",
		  "k.yaml:2: texts: expected a list of texts, found the text "
		  "'a'" },
		{ "texts:\n- a\n- 1\n",
		  "k.yaml:3: texts: expected a text, found the number '1'" },
		{ "map: {a: [b]}\n",
		  "k.yaml:1: map: expected a text, found a list" },
		{ "flag: 1\n",
		  "k.yaml:1: flag: expected true or false, found the number "
		  "'1'" },
		{ "count: x\n",
		  "k.yaml:1: count: expected a whole number, found the text "
		  "'x'" },
		{ "one: x\n", "k.yaml:1: expected a mapping, found a scalar" },
		{ "many: {}\n",
		  "k.yaml:1: many: expected a list, found a mapping" },
		{ "many: [{nam: x}]\n", "k.yaml:1: unknown field 'nam'" },
		{ "- text\n", "k.yaml:1: expected a mapping, found a list" },
	};
	struct outer out;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(decode(cases[i].text, 0, &out), -1);
		assert_int_equal(err.status, ERR_INPUT);
		assert_string_equal(err.msg, cases[i].message);
	}
}

static void an_unknown_field_names_the_nearest(void **state)
{
	struct outer out;

	(void)state;
	assert_int_equal(decode("txt: x\n", 0, &out), -1);
	assert_string_equal(err.hint, "did you mean 'text'?");
	assert_int_equal(decode("txt: x\ntext: z\n", DECODE_LENIENT, &out), 0);
	assert_string_equal(node_text(out.text), "z");
}

static void names_may_come_in_any_case_but_once(void **state)
{
	struct outer out;

	(void)state;
	assert_int_equal(decode("TEXT: x\n", 0, &out), -1);
	assert_int_equal(decode("TEXT: x\n", DECODE_ANY_CASE, &out), 0);
	assert_string_equal(node_text(out.text), "x");
	assert_int_equal(decode("text: x\nText: y\n", DECODE_ANY_CASE, &out),
			 -1);
	assert_string_equal(err.msg, "k.yaml:2: 'Text' sets the same field as "
				     "'text' at line 1");
}

static void what_is_a_text_depends_on_the_version(void **state)
{
	struct outer out;

	(void)state;
	assert_int_equal(decode("text: no\n", DECODE_V1_2, &out), 0);
	assert_int_equal(decode("text: 'no'\n", 0, &out), 0);
	assert_int_equal(decode("text: 2024-01-02\n", 0, &out), 0);
	assert_int_equal(decode("text: !!str 1\n", 0, &out), 0);
}

static void numbers_can_be_spelled(void **state)
{
	static const struct {
		const char *text, *spelled;
	} cases[] = {
		{ "1", "1" },     { "0x10", "16" },    { "1.50", "1.5" },
		{ "1.0", "1" },   { "yes", "true" },   { "off", "false" },
		{ "0.1", "0.1" }, { "1e3", "1000" },   { "x", "x" },
		{ "'01'", "01" }, { "1e-7", "1e-07" },
	};
	struct outer out;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(decode(arena_printf(arena,
						     "text: %s\ntexts: [%s]\n"
						     "map: {a: %s}\n",
						     cases[i].text,
						     cases[i].text,
						     cases[i].text),
					DECODE_SPELL, &out),
				 0);
		assert_string_equal(node_text(out.text), cases[i].spelled);
		assert_string_equal(node_text(out.texts.v[0]),
				    cases[i].spelled);
		assert_string_equal(node_text(node_get(out.map, "a")),
				    cases[i].spelled);
	}
}

static void one_of_a_few_names_is_chosen(void **state)
{
	static const char *const names[] = { "red", "green", "blue", NULL };
	struct outer out;
	int chosen = 7;

	(void)state;
	assert_int_equal(decode("text: ''\n", 0, &out), 0);
	assert_int_equal(node_choose(out.text, "text", names, &chosen, &err),
			 0);
	assert_int_equal(node_choose(NULL, "text", names, &chosen, &err), 0);
	assert_int_equal(chosen, 7);
	assert_int_equal(decode("text: blue\n", 0, &out), 0);
	assert_int_equal(node_choose(out.text, "text", names, &chosen, &err),
			 0);
	assert_int_equal(chosen, 2);
	assert_int_equal(decode("text: Red\n", 0, &out), 0);
	assert_int_equal(node_choose(out.text, "text", names, &chosen, &err),
			 -1);
	assert_string_equal(err.msg, "k.yaml:1: text: expected 'red', 'green' "
				     "or 'blue', found 'Red'");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_type_is_decoded),
		TEST(what_is_missing_or_null_is_nothing),
		TEST(another_type_is_an_error_with_its_place),
		TEST(an_unknown_field_names_the_nearest),
		TEST(names_may_come_in_any_case_but_once),
		TEST(what_is_a_text_depends_on_the_version),
		TEST(numbers_can_be_spelled),
		TEST(one_of_a_few_names_is_chosen),
	};

	doc_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
