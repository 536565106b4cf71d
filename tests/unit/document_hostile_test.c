/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Bombs.  What is held against the
 * caps is work that can be counted, jansson's allocations, and not time.
 */

#include "test.h"

#include <stdlib.h>

#include "document/document.h"

#define MIB ((size_t)1 << 20)

static struct arena *arena;
static struct err err;
static struct docs docs;
static size_t allocations;
static size_t allocated;

static void *count(size_t size)
{
	allocations++;
	allocated += size;
	return xmalloc(size);
}

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	docs = (struct docs){ 0 };
	allocations = allocated = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	err_clear(&err);
	arena_free(arena);
	return 0;
}

static int read_str(const struct str *text)
{
	return doc_read_yaml(arena, "bomb.yaml", str_bytes(text), NULL, &docs,
			     &err);
}

static void assert_refused(const struct str *text, const char *message)
{
	assert_int_equal(read_str(text), -1);
	assert_int_equal(err.status, ERR_INPUT);
	assert_string_equal(err.msg, message);
}

static void repeat(struct str *out, const char *text, size_t n)
{
	while (n-- > 0)
		str_add(out, text);
}

static void brackets_without_end(void **state)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	(void)state;
	repeat(&text, "[", 200000);
	assert_refused(&text, "bomb.yaml:1: nested more than 128 levels deep");
	assert_true(allocations < 1000);
}

static void braces_without_end(void **state)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	(void)state;
	repeat(&text, "{a: ", 50000);
	assert_refused(&text, "bomb.yaml:1: nested more than 128 levels deep");
	assert_true(allocations < 1000);
}

static void dashes_without_end(void **state)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	(void)state;
	repeat(&text, "- ", 100000);
	assert_refused(&text, "bomb.yaml:1: nested more than 128 levels deep");
	assert_true(allocations < 1000);
}

static void the_deepest_that_is_read_can_be_written(void **state)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	(void)state;
	repeat(&text, "[", 128);
	repeat(&text, "]", 128);
	assert_int_equal(read_str(&text), 0);
	assert_int_equal(doc_write_yaml(&out, docs.v[0].value, &err), 0);
	assert_int_equal(out.len, 2 * 127 + 3);
}

/* Ten aliases of ten aliases of ten ... : 10^12 strings of 400 bytes. */
static void a_billion_laughs(void **state)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	(void)state;
	str_add(&text, "a0: &a0 [ha,ha,ha,ha,ha,ha,ha,ha,ha,ha]\n");
	for (int i = 1; i < 12; i++) {
		str_printf(&text, "a%d: &a%d [", i, i);
		for (int k = 0; k < 9; k++)
			str_printf(&text, "*a%d,", i - 1);
		str_printf(&text, "*a%d]\n", i - 1);
	}
	assert_refused(&text, "bomb.yaml:6: more than 1000000 nodes in a "
			      "file, aliases expanded");
	assert_string_equal(err.hint, "split the file, or write fewer aliases");
	assert_true(allocated < MIB);
}

/* Each merge doubles what the mapping before it holds. */
static void merges_upon_merges(void **state)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	(void)state;
	str_add(&text, "a0: &a0 {x: [1, 2, 3, 4, 5, 6, 7, 8]}\n");
	for (int i = 1; i < 40; i++)
		str_printf(&text, "a%d: &a%d {<<: *a%d, k%d: *a%d}\n", i, i,
			   i - 1, i, i - 1);
	assert_int_equal(read_str(&text), -1);
	assert_non_null(strstr(err.msg, "more than 1000000 nodes"));
	assert_true(allocated < MIB);
}

/* No level is deep in the file; only written out it is. */
static void a_chain_of_aliases_is_as_deep_as_it_is_long(void **state)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	(void)state;
	str_add(&text, "a0: &a0 [1]\n");
	for (int i = 1; i < 5000; i++)
		str_printf(&text, "a%d: &a%d [*a%d]\n", i, i, i - 1);
	assert_refused(&text, "bomb.yaml:128: nested more than 128 levels "
			      "deep");
}

static void cycles(void **state)
{
	static const char *const texts[] = {
		"a: &a {b: *a}\n",           "&a [*a]\n",
		"a: &a {<<: *a}\n",          "&a\n? *a\n: 1\n",
		"a: &a {b: {c: [d, *a]}}\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		AUTO_STR struct str text = STR_INIT(STR_BIG);

		str_add(&text, texts[i]);
		assert_int_equal(read_str(&text), -1);
		assert_non_null(
			strstr(err.msg, "stands inside its own anchor"));
		err_clear(&err);
	}
}

static void nodes_are_counted_over_the_file(void **state)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	(void)state;
	str_add(&text, "- [");
	repeat(&text, "a,", 500000);
	str_add(&text, "]\n---\n- [");
	repeat(&text, "a,", 500000);
	str_add(&text, "]\n");
	assert_refused(&text, "bomb.yaml:3: more than 1000000 nodes in a "
			      "file, aliases expanded");
	assert_true(allocated < 100 * MIB);
}

static void many_keys_are_read(void **state)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	(void)state;
	for (int i = 0; i < 300000; i++)
		str_printf(&text, "key-%d: %d\n", i, i);
	assert_int_equal(read_str(&text), 0);
	assert_int_equal(json_object_size(docs.v[0].value), 300000);
	assert_true(allocations < 1000000);
	assert_int_equal(doc_write_yaml(&out, docs.v[0].value, &err), 0);
	assert_int_equal(out.len, text.len);
}

static void many_anchors_are_found(void **state)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	(void)state;
	for (int i = 0; i < 50000; i++)
		str_printf(&text, "- &anchor%d x\n", i);
	for (int i = 0; i < 50000; i++)
		str_printf(&text, "- *anchor%d\n", i);
	assert_int_equal(read_str(&text), 0);
	assert_int_equal(json_array_size(docs.v[0].value), 100000);
	assert_true(allocations < 400000);
}

static void a_file_has_a_size(void **state)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	(void)state;
	str_add(&text, "a: \"");
	repeat(&text, "0123456789abcdef", 20 * MIB / 16);
	str_add(&text, "\"\n");
	assert_refused(&text, "bomb.yaml:1: 20971526 bytes, more than the "
			      "8388608 that are read of a file");
	assert_int_equal(allocations, 0);
}

static void a_scalar_of_eight_megabytes_is_read(void **state)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	(void)state;
	str_add(&text, "\"");
	repeat(&text, "0123456789abcdef", 8 * MIB / 16 - 1);
	str_add(&text, "\"\n");
	assert_int_equal(read_str(&text), 0);
	assert_true(allocated < 17 * MIB);
}

static void documents_are_counted(void **state)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	(void)state;
	repeat(&text, "a: 1\n---\n", 20001);
	assert_refused(&text, "bomb.yaml:40001: more than 20000 documents in "
			      "a file");
}

static void digits_without_end_are_a_number_or_a_text(void **state)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	(void)state;
	repeat(&text, "1_", 100000);
	repeat(&text, "1", 100000);
	assert_int_equal(read_str(&text), 0);
	assert_true(json_is_string(docs.v[0].value));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(brackets_without_end),
		TEST(braces_without_end),
		TEST(dashes_without_end),
		TEST(the_deepest_that_is_read_can_be_written),
		TEST(a_billion_laughs),
		TEST(merges_upon_merges),
		TEST(a_chain_of_aliases_is_as_deep_as_it_is_long),
		TEST(cycles),
		TEST(nodes_are_counted_over_the_file),
		TEST(many_keys_are_read),
		TEST(many_anchors_are_found),
		TEST(a_file_has_a_size),
		TEST(a_scalar_of_eight_megabytes_is_read),
		TEST(documents_are_counted),
		TEST(digits_without_end_are_a_number_or_a_text),
	};

	json_set_alloc_funcs(count, free);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
