/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/str.h"
#include "document/document.h"
#include "object/fields.h"

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

static struct node *nodes(const char *yaml)
{
	const struct doc_source source =
		doc_source_file("test", (struct bytes){ yaml, strlen(yaml) });
	struct nodes roots = { 0 };
	struct err err = { 0 };

	assert_int_equal(doc_read_nodes(arena, &source, NULL, &roots, &err), 0);
	return roots.v[0];
}

static json_t *parse(const char *yaml)
{
	struct err err = { 0 };
	json_t *out;

	assert_int_equal(doc_from_node(arena, nodes(yaml), &out, &err), 0);
	return out;
}

/* The paths that differ, joined by blanks. */
static const char *differing(const char *a, const char *b, const char *set)
{
	struct fields_changes changes = { 0 };
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	fields_compare(arena, parse(a), parse(b), set ? parse(set) : NULL,
		       &changes);
	for (size_t i = 0; i < changes.n; i++)
		str_printf(&out, "%s%s", i ? " " : "", changes.v[i].shown);
	return str_keep(&out, arena);
}

static void fields_that_differ(void **state)
{
	static const struct {
		const char *a, *b, *set, *paths;
	} cases[] = {
		{ "{a: 1, b: 2}", "{a: 1.0, b: 2}", NULL, "" },
		{ "{a: 1, b: 2}", "{b: 3, c: 4}", NULL, ".a .b .c" },
		{ "{a: {b: {c: 1}}}", "{a: {}}", NULL, ".a.b" },
		{ "{l: [{name: x, v: 1}, {name: y}]}",
		  "{l: [{name: y}, {name: x, v: 2}]}", NULL,
		  ".l[name=\"x\"].v" },
		{ "{l: [{name: x}, {name: y}]}", "{l: [{name: y}, {name: x}]}",
		  NULL, ".l" },
		{ "{l: [{name: x}]}", "{l: [{name: x}, {name: z}]}", NULL,
		  ".l[name=\"z\"]" },
		{ "{l: [{v: 1}, {v: 2}]}", "{l: [{v: 1}, {v: 3}]}", NULL,
		  ".l[1].v" },
		{ "{l: [a, b]}", "{l: [a, c]}", NULL, ".l" },
		{ "{l: [{port: 80, v: 1}]}", "{l: [{port: 80, v: 2}]}",
		  "{f:l: {'k:{\"port\":80}': {}}}", ".l[port=80].v" },
		{ "{l: [a, b]}", "{l: [a, c]}",
		  "{f:l: {'v:\"b\"': {}, 'v:\"c\"': {}}}",
		  ".l[=\"b\"] .l[=\"c\"]" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(differing(cases[i].a, cases[i].b,
					      cases[i].set),
				    cases[i].paths);
}

static const char live[] =
	"metadata:\n"
	"  managedFields:\n"
	"  - {manager: gitops, operation: Apply, time: '2026-01-03',\n"
	"     fieldsV1: {f:spec: {f:a: {}}}}\n"
	"  - {manager: alice, operation: Update, time: '2026-01-01',\n"
	"     fieldsV1: {f:spec: {f:a: {}, f:whole: {}}}}\n"
	"  - {manager: bob, operation: Update, subresource: scale,\n"
	"     time: '2026-01-02', fieldsV1: {f:spec: {f:a: {}, f:m: {f:x: "
	"{}}}}}\n";

/* "bob scale", or "" where nobody has it. */
static const char *holder(const char *const *path)
{
	struct fields_taken who;

	if (!fields_holder(arena, parse(live), "gitops", path, &who))
		return "";
	return arena_printf(arena, "%s %s", who.manager, who.paths);
}

static void the_holder_of_a_field_came_last(void **state)
{
	static const char *const a[] = { "f:spec", "f:a", NULL };
	static const char *const within[] = { "f:spec", "f:whole", "f:x",
					      NULL };
	static const char *const around[] = { "f:spec", "f:m", NULL };
	static const char *const beside[] = { "f:spec", "f:m", "f:y", NULL };

	(void)state;
	assert_string_equal(holder(a), "bob scale");
	assert_string_equal(holder(within), "alice ");
	assert_string_equal(holder(around), "bob scale");
	assert_string_equal(holder(beside), "");
}

static void fields_stand_on_lines(void **state)
{
	static const char *const image[] = { "f:spec", "f:list",
					     "k:{\"name\":\"b\"}", "f:image",
					     NULL };
	static const char *const port[] = {
		"f:spec", "f:ports", "k:{\"port\":80,\"protocol\":\"TCP\"}",
		NULL
	};
	static const char *const second[] = { "f:spec", "f:list", "i:1", NULL };
	static const char *const missing[] = { "f:spec", "f:list", "f:x",
					       NULL };
	const struct node *root = nodes("spec:\n"
					"  list:\n"
					"  - name: a\n"
					"    image: one\n"
					"  - name: b\n"
					"    image: two\n"
					"  ports:\n"
					"  - port: 80\n");
	const struct node *value;

	(void)state;
	assert_int_equal(fields_line(root, image, &value), 6);
	assert_string_equal(node_text(value), "two");
	/* Files may leave out what the server sets. */
	assert_int_equal(fields_line(root, port, NULL), 8);
	assert_int_equal(fields_line(root, second, NULL), 5);
	assert_int_equal(fields_line(root, missing, NULL), 0);
	assert_int_equal(fields_line(NULL, missing, NULL), 0);
}

static void data_of_a_secret_is_declared_as_text(void **state)
{
	static const char *const path[] = { "f:data", "f:k", NULL };
	const char *const *there;

	(void)state;
	there = fields_declared(arena,
				parse("{kind: Secret, stringData: {k: v}}"),
				path);
	assert_string_equal(there[0], "f:stringData");
	assert_string_equal(there[1], "f:k");
	assert_null(there[2]);
	assert_ptr_equal(fields_declared(arena,
					 parse("{kind: Secret, data: {k: v}}"),
					 path),
			 path);
	assert_ptr_equal(
		fields_declared(arena,
				parse("{kind: Other, stringData: {k: v}}"),
				path),
		path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(fields_that_differ, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(the_holder_of_a_field_came_last,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(fields_stand_on_lines, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			data_of_a_secret_is_declared_as_text, set_up,
			tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
