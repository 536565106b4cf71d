/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "document/document.h"
#include "document/json_patch.h"

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
	json_t *value = NULL;

	if (doc_read_json(arena, "json", (struct bytes){ json, strlen(json) },
			  &value, &err) < 0)
		fail_msg("%s: %s", json, err.msg);
	return value;
}

static int apply(const char *target, const char *operations, json_t **out)
{
	err_clear(&err);
	return json_patch_apply(arena, value_of(target), value_of(operations),
				out, &err);
}

static void operations_do_what_rfc_6902_says(void **state)
{
	static const struct {
		const char *target, *operations, *result;
	} cases[] = {
		{ "{\"a\":1}", "[{\"op\":\"add\",\"path\":\"/b\",\"value\":2}]",
		  "{\"a\":1,\"b\":2}" },
		{ "{\"a\":[1,3]}",
		  "[{\"op\":\"add\",\"path\":\"/a/1\",\"value\":2},"
		  "{\"op\":\"add\",\"path\":\"/a/-\",\"value\":4}]",
		  "{\"a\":[1,2,3,4]}" },
		{ "{\"a\":{\"b\":1}}",
		  "[{\"op\":\"remove\",\"path\":\"/a/b\"}]", "{\"a\":{}}" },
		{ "{\"a\":[1,2]}",
		  "[{\"op\":\"replace\",\"path\":\"/a/0\",\"value\":[]}]",
		  "{\"a\":[[],2]}" },
		{ "{\"a\":1}",
		  "[{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/b\"},"
		  "{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/c\"}]",
		  "{\"b\":1,\"c\":1}" },
		{ "{\"a\":{\"x\":1.0}}",
		  "[{\"op\":\"test\",\"path\":\"/a\",\"value\":{\"x\":1.0}}]",
		  "{\"a\":{\"x\":1.0}}" },
		{ "{\"a/b\":1,\"~\":2}",
		  "[{\"op\":\"replace\",\"path\":\"/a~1b\",\"value\":3},"
		  "{\"op\":\"replace\",\"path\":\"/~0\",\"value\":4}]",
		  "{\"a/b\":3,\"~\":4}" },
		{ "{\"a\":1}",
		  "[{\"op\":\"replace\",\"path\":\"\",\"value\":{}}]", "{}" },
		/* Of the library that kustomize uses, beyond the RFC. */
		{ "{\"a\":[1,2]}",
		  "[{\"op\":\"replace\",\"path\":\"/a/-1\",\"value\":3}]",
		  "{\"a\":[1,3]}" },
		{ "{}", "[{\"op\":\"add\",\"path\":\"/a\"}]", "{\"a\":null}" },
		{ "{}", "[{\"op\":\"test\",\"path\":\"/a\",\"value\":null}]",
		  "{}" },
		{ "{}", "[]", "{}" },
	};
	json_t *out;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (apply(cases[i].target, cases[i].operations, &out) < 0)
			fail_msg("%s: %s", cases[i].operations, err.msg);
		assert_true(doc_equal(out, value_of(cases[i].result)));
	}
}

static void what_cannot_be_done_is_named(void **state)
{
	static const struct {
		const char *operations, *message;
	} cases[] = {
		{ "[{\"op\":\"remove\",\"path\":\"/x\"}]",
		  "operation 1 (remove /x): there is nothing to remove" },
		{ "[{\"op\":\"add\",\"path\":\"/x/y\",\"value\":1}]",
		  "operation 1 (add /x/y): the path leads nowhere" },
		{ "[{\"op\":\"add\",\"path\":\"/l/9\",\"value\":1}]",
		  "operation 1 (add /l/9): the list is not that long" },
		{ "[{\"op\":\"add\",\"path\":\"/l/x\",\"value\":1}]",
		  "operation 1 (add /l/x): expected an index of the list, or "
		  "'-'" },
		{ "[{\"op\":\"test\",\"path\":\"/a\",\"value\":1},"
		  "{\"op\":\"test\",\"path\":\"/a\",\"value\":2}]",
		  "operation 2 (test /a): the test fails, it is 1" },
		{ "[{\"op\":\"odd\",\"path\":\"/a\"}]",
		  "operation 1 (odd /a): there is no such operation" },
		{ "[{\"op\":\"add\",\"value\":1}]",
		  "operation 1 (add ): 'path' is missing" },
		{ "[{\"op\":\"add\",\"path\":\"a\",\"value\":1}]",
		  "operation 1 (add a): expected a path that begins with "
		  "'/'" },
		{ "[{\"op\":\"copy\",\"path\":\"/b\"}]",
		  "operation 1 (copy /b): 'from' is missing" },
	};
	json_t *out;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(apply("{\"a\":1,\"l\":[1]}",
				       cases[i].operations, &out),
				 -1);
		assert_int_equal(err.status, ERR_INPUT);
		assert_string_equal(err.msg, cases[i].message);
	}
}

static void copies_of_copies_end(void **state)
{
	AUTO_STR struct str operations = STR_INIT(STR_BIG);
	json_t *out;

	(void)state;
	for (unsigned i = 0; i < 40; i++)
		str_printf(&operations,
			   "%s{\"op\":\"copy\",\"from\":\"/a\","
			   "\"path\":\"/a/c%u\"}",
			   i ? "," : "[", i);
	str_add(&operations, "]");
	assert_int_equal(apply("{\"a\":{\"x\":1}}", str_text(&operations),
			       &out),
			 -1);
	assert_non_null(strstr(err.msg, "too much is copied"));
}

static void a_result_does_not_go_too_deep(void **state)
{
	AUTO_STR struct str operations = STR_INIT(STR_BIG);
	AUTO_STR struct str path = STR_INIT(STR_BIG);
	json_t *out;

	(void)state;
	str_add(&path, "/a");
	for (unsigned i = 0; i < 600; i++) {
		str_add(&path, "/a");
		str_printf(&operations,
			   "%s{\"op\":\"add\",\"path\":\"%s\",\"value\":{}}",
			   i ? "," : "[", str_text(&path));
	}
	str_add(&operations, "]");
	assert_int_equal(apply("{\"a\":{}}", str_text(&operations), &out), -1);
	assert_non_null(strstr(err.msg, "the result would be too deep"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(operations_do_what_rfc_6902_says),
		TEST(what_cannot_be_done_is_named),
		TEST(copies_of_copies_end),
		TEST(a_result_does_not_go_too_deep),
	};

	doc_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
