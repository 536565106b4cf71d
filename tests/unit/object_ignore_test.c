/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "document/document.h"
#include "object/ignore.h"

#define MOST 4

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

/* YAML with ` for the double quotes inside of keys, so that it can be read. */
static json_t *parse(const char *text)
{
	char *yaml = arena_strdup(arena, text);
	struct docs docs = { 0 };
	struct err err = { 0 };

	for (char *at = yaml; *at; at++)
		if (*at == '`')
			*at = '"';
	if (doc_read_yaml(arena, "test", (struct bytes){ yaml, strlen(yaml) },
			  NULL, &docs, &err) < 0)
		fail_msg("%s: %s", err.msg, yaml);
	assert_int_equal(docs.n, 1);
	return docs.v[0].value;
}

/* An object with this spec, or without one. */
static json_t *thing(const char *spec)
{
	json_t *out = parse("{apiVersion: x/v1, kind: Thing, "
			    "metadata: {name: a}}");

	if (spec)
		doc_set(out, parse(spec), "spec", NULL);
	return out;
}

static json_t *entry(const char *head, const char *set)
{
	json_t *out =
		parse(arena_printf(arena, "{%s, apiVersion: x/v1}", head));

	doc_set(out, parse(set), "fieldsV1", "f:spec", NULL);
	return out;
}

#define UPDATES "manager: scaler, operation: Update, subresource: scale"
#define APPLIES "manager: other, operation: Apply"
#define KUBECTL "manager: kubectl-client-side-apply, operation: Update"

struct ignore_case {
	const char *what;
	const char *want; /* its spec */
	const char *live;
	const char *ours; /* our set of its spec, or NULL */
	const char *who;  /* another entry, or NULL */
	const char *theirs;
	const char *paths[MOST];
	const char *sent;  /* the spec; NULL: none */
	const char *shown; /* those that differ */
};

static const struct ignore_case cases[] = {
	{ "ours, and changed by nobody that counts",
	  "{n: 2}",
	  "{n: 5}",
	  "{'f:n': {}}",
	  NULL,
	  NULL,
	  { "/spec/n" },
	  "{n: 5}",
	  ".spec.n" },
	{ "ours, and as it is wanted",
	  "{n: 2}",
	  "{n: 2}",
	  "{'f:n': {}}",
	  NULL,
	  NULL,
	  { "/spec/n" },
	  "{n: 2}",
	  "" },
	{ "taken from us by an update",
	  "{n: 2, x: 1}",
	  "{n: 5, x: 1}",
	  "{'f:x': {}}",
	  UPDATES,
	  "{'f:n': {}}",
	  { "/spec/n" },
	  "{x: 1}",
	  ".spec.n" },
	{ "shared with who updates",
	  "{n: 2}",
	  "{n: 2}",
	  "{'f:n': {}}",
	  UPDATES,
	  "{'f:n': {}}",
	  { "/spec/n" },
	  "{n: 2}",
	  "" },
	{ "shared with who applies",
	  "{n: 2, x: 1}",
	  "{n: 2, x: 1}",
	  "{'f:n': {}, 'f:x': {}}",
	  APPLIES,
	  "{'f:n': {}}",
	  { "/spec/n" },
	  "{x: 1}",
	  "" },
	{ "set by a default",
	  "{n: 2}",
	  "{n: 1}",
	  "{}",
	  NULL,
	  NULL,
	  { "/spec/n" },
	  "{n: 1}",
	  ".spec.n" },
	{ "not there",
	  "{n: 2, x: 1}",
	  "{x: 1}",
	  "{'f:x': {}}",
	  NULL,
	  NULL,
	  { "/spec/n" },
	  "{x: 1}",
	  ".spec.n" },
	{ "removed in git, and ours alone",
	  "{x: 1}",
	  "{n: 5, x: 1}",
	  "{'f:n': {}, 'f:x': {}}",
	  NULL,
	  NULL,
	  { "/spec/n" },
	  "{x: 1, n: 5}",
	  ".spec.n" },
	{ "never in git",
	  "{x: 1}",
	  "{n: 5, x: 1}",
	  "{'f:x': {}}",
	  UPDATES,
	  "{'f:n': {}}",
	  { "/spec/n" },
	  "{x: 1}",
	  "" },
	{ "what kubectl applied becomes ours",
	  "{n: 2}",
	  "{n: 5}",
	  NULL,
	  KUBECTL,
	  "{'f:n': {}}",
	  { "/spec/n" },
	  "{n: 5}",
	  ".spec.n" },
	{ "the same quantity",
	  "{cpu: 1000m}",
	  "{cpu: '1'}",
	  "{'f:cpu': {}}",
	  NULL,
	  NULL,
	  { "/spec/cpu" },
	  "{cpu: '1'}",
	  "" },
	{ "a map with what is left of it",
	  "{m: {a: 1, b: 2}}",
	  "{m: {a: 9, b: 8}}",
	  "{'f:m': {'f:b': {}}}",
	  UPDATES,
	  "{'f:m': {'f:a': {}}}",
	  { "/spec/m" },
	  "{m: {b: 8}}",
	  ".spec.m.a .spec.m.b" },
	{ "a map of which nothing is left",
	  "{m: {a: 1}, x: 1}",
	  "{m: {a: 9}, x: 1}",
	  "{'f:x': {}}",
	  UPDATES,
	  "{'f:m': {'f:a': {}}}",
	  { "/spec/m/a" },
	  "{x: 1}",
	  ".spec.m.a" },
	{ "an item by what it has",
	  "{l: [{name: a, v: 1}, {name: b, v: 1}]}",
	  "{l: [{name: z, v: 0}, {name: a, v: 7}, {name: b, v: 8}]}",
	  "{'f:l': {'k:{`name`:`a`}': {'f:name': {}, 'f:v': {}}, "
	  "'k:{`name`:`b`}': {'f:name': {}, 'f:v': {}}}}",
	  NULL,
	  NULL,
	  { "/spec/l/[name=b]/v" },
	  "{l: [{name: a, v: 1}, {name: b, v: 8}]}",
	  ".spec.l[name=\"b\"].v" },
	{ "an item by its place in git",
	  "{l: [{name: a, v: 1}]}",
	  "{l: [{name: z, v: 0}, {name: a, v: 7}]}",
	  "{'f:l': {'k:{`name`:`a`}': {'f:name': {}, 'f:v': {}}}}",
	  NULL,
	  NULL,
	  { "/spec/l/0/v" },
	  "{l: [{name: a, v: 7}]}",
	  ".spec.l[name=\"a\"].v" },
	{ "all items",
	  "{l: [{name: a, v: 1}, {name: b, v: 1}]}",
	  "{l: [{name: a, v: 7}, {name: b, v: 8}]}",
	  "{'f:l': {'k:{`name`:`a`}': {'f:name': {}}, "
	  "'k:{`name`:`b`}': {'f:name': {}, 'f:v': {}}}}",
	  UPDATES,
	  "{'f:l': {'k:{`name`:`a`}': {'f:v': {}}}}",
	  { "/spec/l/*/v" },
	  "{l: [{name: a}, {name: b, v: 8}]}",
	  ".spec.l[name=\"a\"].v .spec.l[name=\"b\"].v" },
	{ "the key of an item stays",
	  "{l: [{name: a, v: 1}]}",
	  "{l: [{name: a, v: 7}]}",
	  "{}",
	  APPLIES,
	  "{'f:l': {'k:{`name`:`a`}': {'.': {}, 'f:name': {}, 'f:v': {}}}}",
	  { "/spec/l/0" },
	  "{l: [{name: a}]}",
	  ".spec.l[name=\"a\"].v" },
	{ "a key field with a default",
	  "{l: [{port: 80, v: 1}]}",
	  "{l: [{port: 80, p: TCP, v: 7}]}",
	  "{'f:l': {'k:{`p`:`TCP`,`port`:80}': {'f:port': {}, 'f:v': {}}}}",
	  NULL,
	  NULL,
	  { "/spec/l/0/v" },
	  "{l: [{port: 80, v: 7}]}",
	  ".spec.l[p=\"TCP\",port=80].v" },
	{ "a part of what we own as a whole",
	  "{l: [a, b, c]}",
	  "{l: [a, x, y]}",
	  "{'f:l': {}}",
	  NULL,
	  NULL,
	  { "/spec/l/1" },
	  "{l: [a, x, c]}",
	  ".spec.l[1]" },
	{ "a whole that was taken because of it",
	  "{l: [a, b], x: 1}",
	  "{l: [a, z], x: 1}",
	  "{'f:x': {}}",
	  UPDATES,
	  "{'f:l': {}}",
	  { "/spec/l/1" },
	  "{x: 1}",
	  ".spec.l[1]" },
	{ "a whole that was taken for more",
	  "{l: [a, b], x: 1}",
	  "{l: [q, z], x: 1}",
	  "{'f:x': {}}",
	  UPDATES,
	  "{'f:l': {}}",
	  { "/spec/l/1" },
	  "{l: [a, z], x: 1}",
	  ".spec.l[1]" },
	{ "what leads nowhere",
	  "{n: 2}",
	  "{n: 5}",
	  "{'f:n': {}}",
	  NULL,
	  NULL,
	  { "/spec/m", "/spec/n/o", "/spec/n/0" },
	  "{n: 2}",
	  "" },
	{ "all of it",
	  "{n: 2}",
	  "{n: 5, m: 1}",
	  "{}",
	  UPDATES,
	  "{'f:n': {}, 'f:m': {}}",
	  { "/spec" },
	  NULL,
	  ".spec.n" },
};

static char *joined(const char **paths)
{
	char *out = arena_strdup(arena, "");

	for (; paths && *paths; paths++)
		out = arena_printf(arena, "%s%s%s", out, *out ? " " : "",
				   *paths);
	return out;
}

static char *as_json(const json_t *value)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	if (value)
		doc_write_json(&out, value);
	return str_keep(&out, arena);
}

static json_t *living(const struct ignore_case *one)
{
	json_t *out = thing(one->live), *entries = doc_array(arena);

	if (one->ours)
		json_array_append(entries,
				  entry("manager: gitops, operation: Apply",
					one->ours));
	if (one->who)
		json_array_append(entries, entry(one->who, one->theirs));
	doc_set(out, entries, "metadata", "managedFields", NULL);
	return out;
}

static void check(const struct ignore_case *one, const char *manager)
{
	struct ignore_path paths[MOST];
	bool met[MOST] = { false };
	struct ignore ignore = { .paths = paths };
	struct ignored ignored;
	char *sent, *expected;

	for (; ignore.n_paths < MOST && one->paths[ignore.n_paths];
	     ignore.n_paths++)
		paths[ignore.n_paths] = (struct ignore_path){
			one->paths[ignore.n_paths], &met[ignore.n_paths]
		};
	ignore_apply(arena, &ignore, thing(one->want), living(one), manager,
		     &ignored);
	sent = as_json(ignored.doc);
	expected = as_json(thing(one->sent));
	if (!str_equal(sent, expected))
		fail_msg("%s: sent %s, expected %s", one->what, sent, expected);
	if (!str_equal(joined(ignored.paths), one->shown))
		fail_msg("%s: shown '%s'", one->what, joined(ignored.paths));
}

static void what_is_sent_depends_on_who_owns_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		check(&cases[i], "gitops");
}

static void a_file_keeps_what_is_ignored(void **state)
{
	static const struct ignore_case files[] = {
		{ "another value",
		  "{n: 2}",
		  "{n: 5}",
		  NULL,
		  NULL,
		  NULL,
		  { "/spec/n" },
		  "{n: 5}",
		  ".spec.n" },
		{ "in the file alone",
		  "{x: 1}",
		  "{n: 5, x: 1}",
		  NULL,
		  NULL,
		  NULL,
		  { "/spec/n" },
		  "{n: 5, x: 1}",
		  ".spec.n" },
		{ "in git alone",
		  "{n: 2, x: 1}",
		  "{x: 1}",
		  NULL,
		  NULL,
		  NULL,
		  { "/spec/n" },
		  "{x: 1}",
		  ".spec.n" },
		{ "items by what they have",
		  "{l: [{name: a, v: 1}, {name: b, v: 1}]}",
		  "{l: [{name: b, v: 7}]}",
		  NULL,
		  NULL,
		  NULL,
		  { "/spec/l/[name=b]/v" },
		  "{l: [{name: a, v: 1}, {name: b, v: 7}]}",
		  ".spec.l[name=\"b\"].v" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		check(&files[i], NULL);
}

static void fields_of_a_manager_are_ignored(void **state)
{
	static const char *const managers[] = { "scaler", NULL };
	const struct ignore ignore = { .managers = managers };
	struct ignore_case one = {
		.live = "{n: 5, m: {a: 1, b: 3}, theirs: 1}",
		.ours = "{'f:m': {'f:b': {}}}",
		.who = UPDATES,
		.theirs = "{'f:n': {}, 'f:m': {'.': {}, 'f:a': {}}, "
			  "'f:theirs': {}}",
	};
	struct ignored ignored;

	(void)state;
	ignore_apply(arena, &ignore, thing("{n: 2, m: {a: 2, b: 2}}"),
		     living(&one), "gitops", &ignored);
	assert_string_equal(as_json(doc_get(ignored.doc, "spec", NULL)),
			    "{\"m\":{\"b\":2}}");
	assert_string_equal(joined(ignored.paths), ".spec.m.a .spec.n");
}

static void marks_are_never_ignored(void **state)
{
	json_t *want = thing(NULL), *live = thing(NULL);
	bool met = false;
	const struct ignore_path path = { "/metadata/annotations", &met };
	const struct ignore ignore = { .paths = &path, .n_paths = 1 };
	struct ignored ignored;

	(void)state;
	doc_set(want, parse("{gitops/applied: new, a: '1'}"), "metadata",
		"annotations", NULL);
	doc_set(live, parse("{gitops/applied: old, a: '2'}"), "metadata",
		"annotations", NULL);
	ignore_apply(arena, &ignore, want, live, "gitops", &ignored);
	assert_string_equal(as_json(doc_get(ignored.doc, "metadata",
					    "annotations", NULL)),
			    "{\"a\":\"2\",\"gitops/applied\":\"new\"}");
	assert_true(met);
}

static void texts_of_a_secret_are_its_data(void **state)
{
	json_t *want = parse("{apiVersion: v1, kind: Secret, metadata: "
			     "{name: a}, stringData: {p: new, q: x}}");
	json_t *live = parse("{apiVersion: v1, kind: Secret, metadata: "
			     "{name: a}, data: {p: b2xk, q: eA==}}");
	bool met = false;
	const struct ignore_path path = { "/stringData/p", &met };
	const struct ignore ignore = { .paths = &path, .n_paths = 1 };
	struct ignored ignored;

	(void)state;
	ignore_apply(arena, &ignore, want, live, "gitops", &ignored);
	assert_string_equal(as_json(doc_get(ignored.doc, "data", NULL)),
			    "{\"p\":\"b2xk\",\"q\":\"eA==\"}");
	assert_null(doc_get(ignored.doc, "stringData", NULL));
	assert_string_equal(joined(ignored.paths), ".data.p");
}

/* What is ignored may change in git; what is to be ignored may not. */
static void the_text_is_of_what_counts(void **state)
{
	bool met = false;
	const struct ignore_path n = { "/spec/n", &met };
	const struct ignore_path m = { "/spec/m", &met };
	const struct ignore one = { .paths = &n, .n_paths = 1 };
	const struct ignore other = { .paths = &m, .n_paths = 1 };
	AUTO_STR struct str a = STR_INIT(STR_BIG), b = STR_INIT(STR_BIG);
	AUTO_STR struct str c = STR_INIT(STR_BIG), d = STR_INIT(STR_BIG);

	(void)state;
	ignore_add_text(&a, &one, thing("{n: 1, x: 1}"));
	ignore_add_text(&b, &one, thing("{n: 2, x: 1}"));
	ignore_add_text(&c, &one, thing("{n: 1, x: 2}"));
	ignore_add_text(&d, &other, thing("{x: 1}"));
	assert_string_equal(str_text(&a), str_text(&b));
	assert_string_not_equal(str_text(&a), str_text(&c));
	assert_string_not_equal(str_text(&a), str_text(&d));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_keeps_what_is_ignored),
		TEST(fields_of_a_manager_are_ignored),
		TEST(marks_are_never_ignored),
		TEST(texts_of_a_secret_are_its_data),
		TEST(the_text_is_of_what_counts),
		TEST(what_is_sent_depends_on_who_owns_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
