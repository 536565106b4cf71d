/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "object/mark.h"

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static struct object parse(const char *text)
{
	struct docs docs = { 0 };
	struct err err = { 0 };
	struct object out;

	assert_int_equal(doc_read_yaml(arena, "web.yaml",
				       (struct bytes){ text, strlen(text) },
				       NULL, &docs, &err),
			 0);
	assert_int_equal(object_from_doc(arena, &docs.v[0], &out, &err), 0);
	return out;
}

static const char *annotation(const struct object *object)
{
	return doc_get_string(object->doc, "metadata", "annotations",
			      MARK_ANNOTATION, NULL);
}

static struct object marked(const char *text, const char *set)
{
	struct object out = parse(text);
	struct err err = { 0 };

	assert_int_equal(mark_object(arena, &out, set, &err), 0);
	return out;
}

#define WEB "apiVersion: v1\nkind: Service\nmetadata: {name: web"

/* By computeApplySetID() of kubectl v1.36, for "web" in "default". */
static void an_id_is_that_of_kubectl(void **state)
{
	(void)state;
	assert_string_equal(mark_set_id(arena, "web", "default"),
			    "applyset-"
			    "IYdi3vvhrGq-RtA5r-S9japVmXqDHiKSxhjtQ1RXhsU"
			    "-v1");
}

static void marks_are_added_to_what_is_there(void **state)
{
	const char *text = WEB ", labels: {a: b}, annotations: {c: d}}\n";
	struct object before = parse(text), after = marked(text, "set");

	(void)state;
	assert_string_equal(doc_get_string(after.doc, "metadata", "labels",
					   MARK_LABEL, NULL),
			    "set");
	assert_string_equal(doc_get_string(after.doc, "metadata", "labels", "a",
					   NULL),
			    "b");
	assert_string_equal(doc_get_string(after.doc, "metadata", "annotations",
					   "c", NULL),
			    "d");
	assert_null(
		doc_get(before.doc, "metadata", "labels", MARK_LABEL, NULL));
}

static void a_mark_says_whose_and_what(void **state)
{
	struct object web = marked(WEB "}\n", "set");
	struct object same = marked(WEB "}\n", "set");
	struct object changed = marked(WEB ", labels: {a: b}}\n", "set");
	struct object other = parse("apiVersion: v1\nkind: Service\n"
				    "metadata: {name: other}\n");

	(void)state;
	assert_true(mark_is_same(web.doc, same.doc));
	assert_false(mark_is_same(web.doc, changed.doc));
	assert_true(mark_is_ours(web.doc, &changed, "set"));
	assert_false(mark_is_ours(web.doc, &web, "another"));
	/* Its labels and annotations were copied. */
	assert_false(mark_is_ours(web.doc, &other, "set"));
	assert_false(mark_is_ours(other.doc, &other, "set"));
}

static void nothing_is_told_of_a_secret(void **state)
{
	static const char text[] = "apiVersion: v1\nkind: Secret\n"
				   "metadata: {name: a}\ndata: {k: ";
	struct object a = marked(arena_printf(arena, "%sYQ==}\n", text), "s");
	struct object b = marked(arena_printf(arena, "%sYg==}\n", text), "s");

	(void)state;
	assert_string_equal(annotation(&a), annotation(&b));
}

static void a_foreign_mark_is_refused(void **state)
{
	struct object web = parse(WEB ", labels: {" MARK_LABEL ": x}}\n");
	struct err err = { 0 };

	(void)state;
	assert_int_equal(mark_object(arena, &web, "set", &err), -1);
	assert_true(strstr(err.msg, "web.yaml:1: Service web has the label"));
	err_clear(&err);
}

static void what_is_no_map_is_left_to_the_server(void **state)
{
	struct object web = marked(WEB ", labels: [a], annotations: null}\n",
				   "set");

	(void)state;
	assert_true(
		json_is_array(doc_get(web.doc, "metadata", "labels", NULL)));
	assert_non_null(annotation(&web));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_id_is_that_of_kubectl),
		TEST(marks_are_added_to_what_is_there),
		TEST(a_mark_says_whose_and_what),
		TEST(nothing_is_told_of_a_secret),
		TEST(a_foreign_mark_is_refused),
		TEST(what_is_no_map_is_left_to_the_server),
	};

	doc_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
