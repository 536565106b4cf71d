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

static int read_json(const char *json, json_t **value)
{
	struct bytes bytes = { json, strlen(json) };

	return doc_read_json(arena, "GET /api", bytes, value, &err);
}

static json_t *value_of(const char *json)
{
	json_t *value = NULL;

	if (read_json(json, &value) < 0)
		fail_msg("%s: %s", json, err.msg);
	return value;
}

static void assert_refused(const char *json, const char *message)
{
	json_t *value = NULL;

	assert_int_equal(read_json(json, &value), -1);
	assert_null(value);
	assert_int_equal(err.status, ERR_INPUT);
	assert_string_equal(err.msg, message);
	err_clear(&err);
}

static char *as_json(const json_t *value)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	doc_write_json(&out, value);
	return str_keep(&out, arena);
}

static void json_is_printed_sorted_and_compact(void **state)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	(void)state;
	assert_string_equal(as_json(value_of("{\"b\": [1, 2.5], \"a\": {}}")),
			    "{\"a\":{},\"b\":[1,2.5]}");
	doc_write_json_pretty(&out, value_of("{\"b\":1,\"a\":[]}"));
	assert_string_equal(str_text(&out), "{\n  \"a\": [],\n  \"b\": 1\n}\n");
}

static void doubles_of_servers_come_back_the_same(void **state)
{
	static const char *const numbers[] = { "0.1", "5e-324",
					       "1.7976931348623157e308",
					       "0.30000000000000004" };
	json_t *one, *two;

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		one = value_of(numbers[i]);
		two = value_of(as_json(one));
		assert_true(json_real_value(one) == json_real_value(two));
	}
}

/* What an API server prints for a schema's maximum of 2^64. */
static void integers_that_are_too_large_are_reals(void **state)
{
	json_t *value;

	(void)state;
	value = value_of("{\"s\":\"99999999999999999999\\\"1\",\"min\":"
			 "-18446744073709552000,\"max\": 18446744073709552000,"
			 "\"n\":[9223372036854775807,1234567890123456789012.5,"
			 "1e2]}");
	assert_true(json_is_real(doc_get(value, "max", NULL)));
	assert_true(json_real_value(doc_get(value, "min", NULL)) ==
		    -18446744073709552000.0);
	assert_string_equal(doc_get_string(value, "s", NULL),
			    "99999999999999999999\"1");
	assert_true(json_integer_value(doc_pointer(value, "/n/0")) ==
		    9223372036854775807);
}

static void bad_json_is_refused_with_its_line(void **state)
{
	(void)state;
	assert_refused("", "GET /api:1: unexpected token near end of file");
	assert_refused("{\"a\":1,\n\"a\":2}",
		       "GET /api:2: duplicate object key near '\"a\"'");
	assert_refused("{\"a\":\n1e999}", "GET /api:2: real number overflow");
	assert_refused("[1] x", "GET /api:1: end of file expected");
}

static void an_error_never_quotes_a_value(void **state)
{
	json_t *value;

	(void)state;
	assert_int_equal(read_json("{\"password\": hunter2}", &value), -1);
	assert_null(strstr(err.msg, "hunter2"));
}

static void paths_of_keys_are_followed(void **state)
{
	json_t *value = value_of("{\"a\":{\"b\":{\"c\":\"d\"}},\"e\":[1]}");

	(void)state;
	assert_string_equal(doc_get_string(value, "a", "b", "c", NULL), "d");
	assert_null(doc_get(value, "a", "x", "c", NULL));
	assert_null(doc_get(value, "e", "b", NULL));
	assert_null(doc_get_string(value, "a", NULL));
	assert_null(doc_get(NULL, "a", NULL));
	assert_ptr_equal(doc_get(value, NULL), value);
}

static void setting_makes_the_mappings_on_the_way(void **state)
{
	json_t *object = doc_object(arena);

	(void)state;
	doc_set_string(object, "v", "a", "b", "c", NULL);
	doc_set(object, doc_array(arena), "a", "l", NULL);
	assert_string_equal(as_json(object),
			    "{\"a\":{\"b\":{\"c\":\"v\"},\"l\":[]}}");
	doc_set_string(object, "w", "a", "b", NULL);
	doc_set(object, NULL, "a", "l", NULL);
	doc_set(object, NULL, "x", "y", NULL);
	assert_string_equal(as_json(object), "{\"a\":{\"b\":\"w\"}}");
}

static void a_copy_is_free_to_be_changed(void **state)
{
	json_t *value = value_of("{\"a\":{\"b\":1}}");
	json_t *copy = doc_copy(arena, value);

	(void)state;
	doc_set_string(copy, "x", "a", "b", NULL);
	assert_string_equal(as_json(value), "{\"a\":{\"b\":1}}");
	assert_null(doc_copy(arena, NULL));
	assert_null(doc_keep(arena, NULL));
}

static void a_shared_value_outlives_its_arena(void **state)
{
	struct arena *other = arena_new();
	json_t *value = NULL;

	(void)state;
	assert_int_equal(doc_read_json(other, "x",
				       (struct bytes){ "[\"kept\"]", 8 },
				       &value, &err),
			 0);
	doc_share(arena, value);
	arena_free(other);
	assert_string_equal(as_json(value), "[\"kept\"]");
}

static void numbers_are_equal_by_value(void **state)
{
	(void)state;
	assert_true(doc_equal(value_of("[1,{\"a\":2.0}]"),
			      value_of("[1.0,{\"a\":2}]")));
	assert_false(doc_equal(value_of("1"), value_of("1.5")));
	assert_false(doc_equal(value_of("9007199254740993"),
			       value_of("9007199254740992.0")));
	assert_false(doc_equal(value_of("9223372036854775807"),
			       value_of("9223372036854775808.0")));
}

static void values_of_other_types_are_not_equal(void **state)
{
	static const char *const values[] = {
		"null", "true", "false", "1",         "\"1\"",     "[]",
		"{}",   "[1]",  "[1,2]", "{\"a\":1}", "{\"b\":1}", "\"\"",
	};
	const size_t n = sizeof(values) / sizeof(values[0]);

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++)
			assert_int_equal(doc_equal(value_of(values[i]),
						   value_of(values[k])),
					 i == k);
	assert_false(doc_equal(value_of("1"), NULL));
	assert_true(doc_equal(NULL, NULL));
}

/* RFC 6901, part 5. */
static void pointers_lead_where_the_rfc_says(void **state)
{
	json_t *value = value_of("{\"foo\":[\"bar\",\"baz\"],\"\":0,"
				 "\"a/b\":1,\"c%d\":2,\"m~n\":8,\" \":7}");
	static const struct {
		const char *pointer, *json;
	} cases[] = {
		{ "/foo", "[\"bar\",\"baz\"]" },
		{ "/foo/0", "\"bar\"" },
		{ "/", "0" },
		{ "/a~1b", "1" },
		{ "/c%d", "2" },
		{ "/ ", "7" },
		{ "/m~0n", "8" },
	};

	(void)state;
	assert_ptr_equal(doc_pointer(value, ""), value);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(as_json(doc_pointer(value,
							cases[i].pointer)),
				    cases[i].json);
}

static void pointers_that_lead_nowhere_are_null(void **state)
{
	static const char *const pointers[] = {
		"foo",      "/x",
		"/foo/2",   "/foo/-",
		"/foo/01",  "/foo/",
		"/foo/0/0", "/m~n",
		"/m~",      "/foo/99999999999999999999"
	};
	json_t *value = value_of("{\"foo\":[1,2],\"m~n\":8}");

	(void)state;
	for (size_t i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++)
		assert_null(doc_pointer(value, pointers[i]));
}

static void items_are_chosen_by_what_they_have(void **state)
{
	static const struct {
		const char *pointer, *json;
	} cases[] = {
		{ "", "{\"l\":[{\"n\":\"a\"},{\"n\":\"b/c\",\"p\":80}]}" },
		{ "/l/1/p", "80" },
		{ "/l/[n=b~1c]/p", "80" },
		{ "/l/[p=80]/n", "\"b/c\"" },
		{ "/l/*/p", "80" },
		{ "/l/*/n", "\"a\"" },
		{ "/l/[n=x]/p", "" },
		{ "/l/[n=a]/p", "" },
		{ "/l/2", "" },
		{ "/l/01", "" },
		{ "/[n=a]", "" },
		{ "/*", "" },
	};
	json_t *value = value_of("{\"l\":[{\"n\":\"a\"},"
				 "{\"n\":\"b/c\",\"p\":80}]}");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const json_t *found = doc_choose(value, cases[i].pointer);

		assert_string_equal(found ? as_json(found) : "", cases[i].json);
	}
}

static void what_is_no_pointer_is_told(void **state)
{
	static const struct {
		const char *pointer;
		bool is_one;
	} cases[] = {
		{ "/spec/replicas", true },
		{ "/a~1b/~0", true },
		{ "/l/[name=web]/x", true },
		{ "/l/[k=]", true },
		{ "/l/*", true },
		{ "/", true },
		{ "", false },
		{ "spec", false },
		{ "/a~2", false },
		{ "/a~", false },
		{ "/l/[name]", false },
		{ "/l/[=web]", false },
		{ "/l/[name=web", false },
		{ "/l/[", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(doc_pointer_check(cases[i].pointer),
				 cases[i].is_one);
}

static void tokens_are_escaped_as_they_are_added(void **state)
{
	AUTO_STR struct str pointer = STR_INIT(100);

	(void)state;
	doc_pointer_add(&pointer, "a/b~c");
	doc_pointer_add(&pointer, "");
	assert_string_equal(str_text(&pointer), "/a~1b~0c/");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(json_is_printed_sorted_and_compact),
		TEST(doubles_of_servers_come_back_the_same),
		TEST(integers_that_are_too_large_are_reals),
		TEST(bad_json_is_refused_with_its_line),
		TEST(an_error_never_quotes_a_value),
		TEST(paths_of_keys_are_followed),
		TEST(setting_makes_the_mappings_on_the_way),
		TEST(a_copy_is_free_to_be_changed),
		TEST(a_shared_value_outlives_its_arena),
		TEST(numbers_are_equal_by_value),
		TEST(values_of_other_types_are_not_equal),
		TEST(pointers_lead_where_the_rfc_says),
		TEST(pointers_that_lead_nowhere_are_null),
		TEST(items_are_chosen_by_what_they_have),
		TEST(what_is_no_pointer_is_told),
		TEST(tokens_are_escaped_as_they_are_added),
	};

	doc_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
