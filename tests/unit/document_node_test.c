/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <stdio.h>

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

static struct node *read(const char *text)
{
	const struct doc_source source =
		doc_source_file("a.yaml", (struct bytes){ text, strlen(text) });
	struct nodes nodes = { 0 };

	if (doc_read_nodes(arena, &source, NULL, &nodes, &err) < 0)
		fail_msg("%s: %s", text, err.msg);
	assert_int_equal(nodes.n, 1);
	return nodes.v[0];
}

static void assert_writes(const char *text, const char *expected)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	doc_write_node(&out, read(text));
	assert_string_equal(str_text(&out), expected);
}

static void a_node_is_what_is_written(void **state)
{
	const struct node *root = read("a: \"1\"\n"
				       "b: 1\n"
				       "c: [x, ~]\n"
				       "d: !!str 2\n"
				       "e: |\n  two\n  lines\n");
	const struct node *list = node_get(root, "c");

	(void)state;
	assert_int_equal(node_get(root, "a")->style, NODE_QUOTED);
	assert_int_equal(node_get(root, "a")->tag, NODE_STR);
	assert_int_equal(node_get(root, "b")->tag, NODE_INT);
	assert_int_equal(node_get(root, "b")->line, 2);
	assert_string_equal(node_get(root, "b")->file, "a.yaml");
	assert_int_equal(list->style, NODE_FLOW);
	assert_true(node_is_null(list->items[1]));
	assert_string_equal(node_text(list->items[1]), "");
	assert_string_equal(node_spelled(list->items[1]), "~");
	assert_true(node_get(root, "d")->tagged);
	assert_int_equal(node_get(root, "e")->style, NODE_LITERAL);
	assert_null(node_get(root, "nowhere"));
	assert_null(node_get2(root, "a", "b"));
	assert_true(node_is_empty(NULL));
}

static void fields_are_set_where_they_stand(void **state)
{
	struct node *root = read("b: 'old'\na: 1\n");

	(void)state;
	node_set(arena, root, "b", node_plain(arena, "new"));
	assert_int_equal(root->n, 2);
	assert_string_equal(root->entries[0].key, "b");
	assert_int_equal(root->entries[0].value->style, NODE_SINGLE_QUOTED);
	node_set(arena, root, "c", node_plain(arena, "x"));
	assert_string_equal(root->entries[2].key, "c");
	node_set(arena, root, "a", node_null(arena));
	assert_null(node_get(root, "a"));
	node_set(arena, root, "nowhere", NULL);
	assert_int_equal(root->n, 2);
}

static void texts_that_could_be_taken_for_more_are_quoted(void **state)
{
	static const struct {
		const char *text;
		bool quoted;
	} cases[] = {
		{ "yes", true },  { "1", true }, { "1e3", true },
		{ "null", true }, { "", false }, { "web", false },
	};
	struct node *root, *value;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		root = node_mapping(arena);
		node_set(arena, root, "a",
			 node_tagged(arena, cases[i].text, NODE_STR));
		value = node_get(root, "a");
		assert_int_equal(value->style == NODE_QUOTED, cases[i].quoted);
		/* Set to itself, it is quoted as well. */
		value->style = NODE_PLAIN;
		node_set(arena, root, "a", value);
		assert_int_equal(value->style == NODE_QUOTED, cases[i].quoted);
	}
}

/* So many that an index is kept. */
static void a_large_mapping_is_as_a_small_one(void **state)
{
	struct node *root = node_mapping(arena), *copy;
	char key[16];

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(key, sizeof(key), "k%u", i);
		node_add(arena, root, key, node_plain(arena, key));
		assert_string_equal(node_text(node_get(root, key)), key);
	}
	assert_null(node_get(root, "k1000"));
	node_remove(root, "k500");
	assert_null(node_get(root, "k500"));
	assert_string_equal(node_text(node_get(root, "k501")), "k501");
	copy = node_copy(arena, root);
	node_set(arena, copy, "k7", node_plain(arena, "changed"));
	assert_string_equal(node_text(node_get(root, "k7")), "k7");
	assert_string_equal(node_text(node_get(copy, "k7")), "changed");
	for (size_t i = 0; i < copy->n; i += 2)
		copy->entries[i].value = NULL;
	node_drop_valueless(copy);
	assert_int_equal(copy->n, 499);
	assert_null(node_get(copy, "k0"));
	assert_string_equal(node_text(node_get(copy, "k998")), "k998");
}

/* A key that stands twice finds its first. */
static void the_first_of_a_key_is_found(void **state)
{
	struct node *root = node_mapping(arena);

	(void)state;
	for (size_t n = 0; n < 100; n++) {
		node_add(arena, root, "k", node_plain(arena, n ? "b" : "a"));
		assert_string_equal(node_text(node_get(root, "k")), "a");
	}
}

static void nodes_are_written_as_they_were(void **state)
{
	(void)state;
	assert_writes("b: 1\na: [x, {y: 2}]\n", "b: 1\na: [x, {y: 2}]\n");
	assert_writes("l:\n  - a\n  - b: 1\n    c: 2\n",
		      "l:\n- a\n- b: 1\n  c: 2\n");
	assert_writes("q: \"x\"\ns: 'y'\n", "q: \"x\"\ns: 'y'\n");
	assert_writes("t: |\n    two\n    lines\n", "t: |\n  two\n  lines\n");
	assert_writes("f: >\n  a\n\n  b\n", "f: >\n  a\n\n  b\n\n");
	assert_writes("f: >-\n  a b\n", "f: >-\n  a b\n");
	assert_writes("s: \"a\\Lb\"\n", "s: \"a\\Lb\"\n");
	assert_writes("l:\n-\n- ''\n", "l:\n-\n- ''\n");
	assert_writes("e: {}\nl: []\nn:\n", "e: {}\nl: []\nn:\n");
	assert_writes("a: 1 # lost\n", "a: 1\n");
}

static void a_tag_is_written_where_it_matters(void **state)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);
	struct node *root = read("a: 1\nb: x\n");

	(void)state;
	node_set_text(arena, node_get(root, "a"), "text", NODE_INT);
	node_set_text(arena, node_get(root, "b"), "1", NODE_STR);
	doc_write_node(&out, root);
	assert_string_equal(str_text(&out), "a: !!int text\nb: \"1\"\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_node_is_what_is_written),
		TEST(fields_are_set_where_they_stand),
		TEST(texts_that_could_be_taken_for_more_are_quoted),
		TEST(a_large_mapping_is_as_a_small_one),
		TEST(the_first_of_a_key_is_found),
		TEST(nodes_are_written_as_they_were),
		TEST(a_tag_is_written_where_it_matters),
	};

	doc_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
