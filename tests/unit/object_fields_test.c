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

/* YAML with ` for the double quotes inside of keys, so that it can be read. */
static json_t *parse(const char *text)
{
	char *yaml = arena_strdup(arena, text);
	struct docs docs = { 0 };
	struct err err = { 0 };

	for (char *at = yaml; *at; at++)
		if (*at == '`')
			*at = '"';
	assert_int_equal(doc_read_yaml(arena, "test",
				       (struct bytes){ yaml, strlen(yaml) },
				       NULL, &docs, &err),
			 0);
	assert_int_equal(docs.n, 1);
	return docs.v[0].value;
}

static const char *json(const json_t *value)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	doc_write_json(&out, value);
	return str_keep(&out, arena);
}

static void assert_same(const json_t *value, const char *expected)
{
	assert_string_equal(json(value), json(parse(expected)));
}

/* Results of fieldpath.Set of structured-merge-diff v6.3.3. */
static const struct {
	const char *a;
	const char *b;
	const char *both;
	const char *difference;
	const char *intersection;
} sets[] = {
	/* clang-format off */
	{ "{}",
	  "{}",
	  "{}",
	  "{}",
	  "{}" },
	{ "{'f:a':{}}",
	  "{}",
	  "{'f:a':{}}",
	  "{'f:a':{}}",
	  "{}" },
	{ "{}",
	  "{'f:a':{}}",
	  "{'f:a':{}}",
	  "{}",
	  "{}" },
	{ "{'f:a':{}}",
	  "{'f:a':{}}",
	  "{'f:a':{}}",
	  "{}",
	  "{'f:a':{}}" },
	{ "{'f:a':{'f:b':{}}}",
	  "{'f:a':{'f:c':{}}}",
	  "{'f:a':{'f:b':{},'f:c':{}}}",
	  "{'f:a':{'f:b':{}}}",
	  "{}" },
	{ "{'f:a':{'.':{},'f:b':{}}}",
	  "{'f:a':{'f:b':{}}}",
	  "{'f:a':{'.':{},'f:b':{}}}",
	  "{'f:a':{}}",
	  "{'f:a':{'f:b':{}}}" },
	{ "{'f:a':{'.':{},'f:b':{}}}",
	  "{'f:a':{}}",
	  "{'f:a':{'.':{},'f:b':{}}}",
	  "{'f:a':{'f:b':{}}}",
	  "{'f:a':{}}" },
	{ "{'f:a':{'f:b':{}}}",
	  "{'f:a':{}}",
	  "{'f:a':{'.':{},'f:b':{}}}",
	  "{'f:a':{'f:b':{}}}",
	  "{}" },
	{ "{'f:a':{}}",
	  "{'f:a':{'f:b':{}}}",
	  "{'f:a':{'.':{},'f:b':{}}}",
	  "{'f:a':{}}",
	  "{}" },
	{ "{'k:{`name`:`web`}':{'.':{},'f:image':{},'f:name':{}}}",
	  "{'k:{`name`:`web`}':{'f:image':{}}}",
	  "{'k:{`name`:`web`}':{'.':{},'f:image':{},'f:name':{}}}",
	  "{'k:{`name`:`web`}':{'.':{},'f:name':{}}}",
	  "{'k:{`name`:`web`}':{'f:image':{}}}" },
	{ "{'v:`x`':{},'v:1':{}}",
	  "{'v:1':{},'v:true':{}}",
	  "{'v:1':{},'v:`x`':{},'v:true':{}}",
	  "{'v:`x`':{}}",
	  "{'v:1':{}}" },
	{ "{'i:0':{},'i:1':{}}",
	  "{'i:1':{}}",
	  "{'i:0':{},'i:1':{}}",
	  "{'i:0':{}}",
	  "{'i:1':{}}" },
	{ "{'z:new':{},'f:a':{'z:new':{}}}",
	  "{'f:a':{}}",
	  "{'f:a':{}}",
	  "{}",
	  "{'f:a':{}}" },
	{ "{'f:a':{'.':{}}}",
	  "{'f:b':{'.':{},'f:c':{'.':{}}}}",
	  "{'f:a':{},'f:b':{'.':{},'f:c':{}}}",
	  "{'f:a':{}}",
	  "{}" },
	/* clang-format on */
};

static void sets_combine_as_the_server_has_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
		const json_t *a = parse(sets[i].a), *b = parse(sets[i].b);

		assert_same(fields_union(arena, a, b), sets[i].both);
		assert_same(fields_difference(arena, a, b), sets[i].difference);
		assert_same(fields_intersection(arena, a, b),
			    sets[i].intersection);
	}
}

static void a_set_without_known_elements_is_empty(void **state)
{
	(void)state;
	assert_true(fields_empty(NULL));
	assert_true(fields_empty(parse("{}")));
	assert_true(fields_empty(parse("{'z:later':{},'.':{}}")));
	assert_false(fields_empty(parse("{'f:a':{}}")));
}

static void leaves_are_shown_as_the_server_shows_conflicts(void **state)
{
	const json_t *set = parse(
		"{'f:spec':{'f:replicas':{},'f:containers':{"
		"'k:{`name`:`web`}':{'.':{},'f:image':{},"
		"'f:ports':{'k:{`containerPort`:80,`protocol`:`TCP`}':{}}}}},"
		"'f:finalizers':{'v:`a/b`':{}},'f:args':{'i:2':{}}}");

	(void)state;
	assert_string_equal(
		fields_shown(arena, set),
		".spec.replicas, .spec.containers[name=\"web\"].image, "
		".spec.containers[name=\"web\"]"
		".ports[containerPort=80,protocol=\"TCP\"], "
		".finalizers[=\"a/b\"], .args[2]");
}

static const char web[] =
	"{metadata: {labels: {app: web}, annotations: {a: '1'}},"
	" finalizers: [x, y],"
	" spec: {replicas: 2, containers: ["
	"{name: web, image: a, env: [{name: A, value: '1'}]},"
	"{name: side, image: b}]}}";

static const struct {
	const char *set;
	const char *left;
} removals[] = {
	{ "{}", web },
	{ "{'f:none':{},'f:spec':{'f:none':{'f:deep':{}}}}", web },
	{ "{'f:spec':{}}",
	  "{metadata: {labels: {app: web}, annotations: {a: '1'}},"
	  " finalizers: [x, y]}" },
	{ "{'f:metadata':{'f:annotations':{'f:a':{}}},'f:spec':{},"
	  "'f:finalizers':{'v:`x`':{}}}",
	  "{metadata: {labels: {app: web}, annotations: null},"
	  " finalizers: [y]}" },
	{ "{'f:metadata':{},'f:finalizers':{'v:`x`':{},'v:`y`':{}},'f:spec':"
	  "{'f:replicas':{},'f:containers':{'k:{`name`:`web`}':{}}}}",
	  "{finalizers: null,"
	  " spec: {containers: [{name: side, image: b}]}}" },
	{ "{'f:metadata':{},'f:finalizers':{'i:0':{},'i:1':{}},'f:spec':"
	  "{'f:containers':{'k:{`name`:`web`}':{'f:env':{'k:{`name`:`A`}':{}}},"
	  "'k:{`name`:`side`}':{'f:image':{}}}}}",
	  "{finalizers: null,"
	  " spec: {replicas: 2, containers:"
	  " [{name: web, image: a, env: null}, {name: side}]}}" },
};

static void members_are_removed_with_all_below_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(removals); i++) {
		const json_t *object = parse(web);

		assert_same(fields_remove(arena, object,
					  parse(removals[i].set)),
			    removals[i].left);
		assert_same(object, web);
	}
}

/* "MANAGER:OPERATION[:SUBRESOURCE] FIELDS" as an entry. */
static const char *entry(char *text)
{
	char *fields = strchr(text, ' ');
	char *operation = strchr(text, ':');
	char *subresource;

	*fields++ = *operation++ = '\0';
	subresource = strchr(operation, ':');
	if (subresource)
		*subresource++ = '\0';
	return arena_printf(arena,
			    "{manager: %s, operation: %s, subresource: '%s', "
			    "apiVersion: v1, fieldsType: FieldsV1, time: "
			    "'2026-01-01T00:00:00Z', fieldsV1: %s}",
			    text, operation, subresource ? subresource : "",
			    fields);
}

/* A list of these, with " | " in between. */
static const char *entries(const char *text)
{
	char *at = arena_strdup(arena, text), *next;
	const char *out = "";

	for (; at && *at; at = next) {
		next = strstr(at, " | ");
		if (next) {
			*next = '\0';
			next += strlen(" | ");
		}
		out = arena_printf(arena, "%s%s%s", out, *out ? ", " : "",
				   entry(at));
	}
	return arena_printf(arena, "[%s]", out);
}

/* An object with these entries, and the rest in YAML. */
static json_t *object(const char *managers, const char *rest)
{
	return parse(arena_printf(arena,
				  "{apiVersion: v1, metadata: {name: x, "
				  "labels: {a: b}, managedFields: %s}, %s}",
				  entries(managers), rest));
}

static void an_entry_is_found_by_all_of_its_names(void **state)
{
	const json_t *live = object("a:Update {'f:x':{}} | a:Apply {'f:y':{}} "
				    "| a:Update:status {'f:z':{}}",
				    "");
	const json_t *found;

	(void)state;
	found = fields_entry(live, "a", "Apply", "");
	assert_same(json_object_get(found, "fieldsV1"), "{'f:y':{}}");
	found = fields_entry(live, "a", "Update", "status");
	assert_same(json_object_get(found, "fieldsV1"), "{'f:z':{}}");
	assert_null(fields_entry(live, "b", "Apply", ""));
	assert_null(fields_entry(live, "a", "Apply", "status"));
	assert_null(fields_entry(parse("{metadata: {}}"), "a", "Apply", ""));
}

static void there_is_nothing_to_fold_among_others(void **state)
{
	(void)state;
	assert_null(fields_fold(arena,
				object("gitops:Apply {'f:x':{}} | "
				       "kubectl-edit:Update {'f:y':{}} | "
				       "kubectl:Update:scale {'f:z':{}}",
				       ""),
				"gitops"));
	assert_null(fields_fold(arena, parse("{}"), "gitops"));
}

static void what_kubectl_applied_becomes_our_entry(void **state)
{
	const json_t *live =
		object("kubectl:Apply {'f:a':{}} | other:Update {'f:o':{}} | "
		       "kubectl-client-side-apply:Update {'f:b':{}}",
		       "");

	(void)state;
	assert_same(fields_fold(arena, live, "gitops"),
		    entries("other:Update {'f:o':{}} | "
			    "gitops:Apply {'f:a':{},'f:b':{}}"));
}

/* Nobody knows who wrote before the server kept count: a controller may have,
 * and what it wrote is not ours to remove. */
static void of_what_came_before_only_the_known_is_folded(void **state)
{
	static const char before[] =
		"before-first-apply:Update {'f:metadata':{'f:annotations':{"
		"'.':{},'f:kubectl.kubernetes.io/last-applied-configuration':"
		"{},'f:theirs':{}}},'f:ours':{},'f:git':{},'f:other':{}}";
	json_t *live = object(before, "");

	(void)state;
	assert_null(fields_fold(arena, live, "gitops"));
	live = object(arena_printf(arena, "%s | gitops:Apply {'f:ours':{}}",
				   before),
		      "");
	assert_same(json_array_get(fields_fold(arena, live, "gitops"), 0),
		    entry(arena_strdup(
			    arena,
			    "before-first-apply:Update {'f:metadata':{"
			    "'f:annotations':{'.':{},'f:kubectl.kubernetes.io/"
			    "last-applied-configuration':{},'f:theirs':{}}},"
			    "'f:git':{},'f:other':{}}")));
	doc_set_string(live, "{\"git\":1}", "metadata", "annotations",
		       "kubectl.kubernetes.io/last-applied-configuration",
		       NULL);
	assert_same(fields_fold(arena, live, "gitops"),
		    entries("before-first-apply:Update {'f:metadata':{"
			    "'f:annotations':{'.':{},'f:theirs':{}}},"
			    "'f:other':{}} | "
			    "gitops:Apply {'f:metadata':{'f:annotations':{"
			    "'f:kubectl.kubernetes.io/"
			    "last-applied-configuration':{}}},"
			    "'f:git':{},'f:ours':{}}"));
}

/* What it is part of has gone from git: so its defaults go, too. */
static void defaults_go_with_what_they_are_defaults_of(void **state)
{
	json_t *live =
		object("before-first-apply:Update {'f:spec':{'f:probe':{'.':{},"
		       "'f:port':{},'f:scheme':{}},'f:size':{},'f:mode':{}}} | "
		       "gitops:Apply {'f:spec':{'f:size':{}}}",
		       "");

	(void)state;
	doc_set_string(live, "{\"spec\":{\"size\":1,\"probe\":{\"port\":1}}}",
		       "metadata", "annotations",
		       "kubectl.kubernetes.io/last-applied-configuration",
		       NULL);
	assert_same(fields_fold(arena, live, "gitops"),
		    entries("before-first-apply:Update {'f:spec':{'f:mode':{}}}"
			    " | gitops:Apply {'f:spec':{'f:probe':{'.':{},"
			    "'f:port':{},'f:scheme':{}},'f:size':{}}}"));
}

static void what_is_folded_joins_the_entry_we_have(void **state)
{
	json_t *live = object("kubectl:Update {'f:b':{}} | "
			      "gitops:Apply {'f:a':{}}",
			      "");
	json_t *ours =
		json_array_get(doc_get(live, "metadata", "managedFields", NULL),
			       1);
	const json_t *folded;

	(void)state;
	doc_set_string(ours, "v2", "apiVersion", NULL);
	folded = json_array_get(fields_fold(arena, live, "gitops"), 0);
	assert_string_equal(doc_get_string(folded, "manager", NULL), "gitops");
	assert_string_equal(doc_get_string(folded, "apiVersion", NULL), "v2");
	assert_same(json_object_get(folded, "fieldsV1"), "{'f:a':{},'f:b':{}}");
}

/* Where entries have several versions, the object's own is taken. */
static void one_entry_has_one_version(void **state)
{
	json_t *live = object("kubectl:Apply {'f:a':{}} | "
			      "kubectl:Update {'f:b':{}}",
			      "");
	json_t *first =
		json_array_get(doc_get(live, "metadata", "managedFields", NULL),
			       0);

	(void)state;
	doc_set_string(first, "v1beta1", "apiVersion", NULL);
	assert_same(fields_fold(arena, live, "gitops"),
		    entries("gitops:Apply {'f:a':{},'f:b':{}}"));
}

/* Live and applied: entries, and what of the object matters. */
static const struct {
	const char *live, *live_rest;
	const char *applied, *applied_rest;
	const char *given_up;
} folds[] = {
	/* Nothing to fold. */
	{ "other:Update {'f:a':{}}", "a: 1", "gitops:Apply {'f:b':{}}",
	  "a: 1, b: 1", "{}" },
	/* Not in git any more; with what holds it, which is a field, too. */
	{ "kubectl:Apply {'f:s':{'f:a':{},'f:b':{}}}", "s: {a: 1, b: 1}",
	  "gitops:Apply {'f:s':{'f:b':{}}}", "s: {a: 1, b: 1}",
	  "{'f:s':{'f:a':{}}}" },
	{ "kubectl:Apply {'f:s':{'f:a':{}}}", "s: {a: 1}",
	  "gitops:Apply {'f:b':{}}", "s: {a: 1}", "{'f:s':{'.':{},'f:a':{}}}" },
	/* Another manager owns it as well. */
	{ "kubectl:Apply {'f:a':{}}", "a: 1", "other:Update {'f:a':{}}", "a: 1",
	  "{}" },
	{ "kubectl:Apply {'f:a':{}}", "a: 1", "other:Update:status {'f:a':{}}",
	  "a: 1", "{}" },
	/* It is gone already. */
	{ "kubectl:Apply {'f:a':{}}", "", "gitops:Apply {}", "", "{}" },
	/* The item of a list that another has a field of goes as a whole. */
	{ "kubectl:Apply {'f:l':{'k:{`name`:`x`}':{'.':{},'f:name':{}}}}",
	  "l: [{name: x, o: 1}]",
	  "other:Update {'f:l':{'k:{`name`:`x`}':{'f:o':{}}}}",
	  "l: [{name: x, o: 1}]",
	  "{'f:l':{'k:{`name`:`x`}':{'.':{},'f:name':{}}}}" },
	/* Whatever goes, the name stays. */
	{ "kubectl:Apply {'f:metadata':{'f:labels':{'.':{},'f:a':{}}}}", "", "",
	  "", "{'f:metadata':{'f:labels':{'.':{},'f:a':{}}}}" },
	/* Of before-first-apply the known goes, if it is not wanted. */
	{ "", "",
	  "before-first-apply:Update {'f:a':{},'f:b':{}} | "
	  "gitops:Apply {'f:a':{}}",
	  "a: 1, b: 2", "{}" },
	{ "before-first-apply:Update {'f:a':{},'f:b':{}} | "
	  "gitops:Apply {'f:a':{},'f:b':{}}",
	  "a: 1, b: 2",
	  "before-first-apply:Update {'f:a':{},'f:b':{}} | "
	  "gitops:Apply {'f:a':{}}",
	  "a: 1, b: 2", "{'f:b':{}}" },
};

static void what_a_fold_gives_up_is_what_nobody_else_owns(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(folds); i++) {
		json_t *live = object(folds[i].live, folds[i].live_rest);
		json_t *applied = object(folds[i].applied,
					 folds[i].applied_rest);

		assert_same(fields_given_up(arena, live, applied, "gitops"),
			    folds[i].given_up);
	}
}

static void an_override_names_manager_and_paths(void **state)
{
	const json_t *live = object("scaler:Update {'f:a':{},'f:b':{}} | "
				    "gitops:Apply {'f:c':{}} | "
				    "same:Update {'f:c':{}}",
				    "a: 1, b: 1, c: 1");
	const json_t *applied = object("scaler:Update {'f:b':{}} | "
				       "gitops:Apply {'f:a':{},'f:c':{}}",
				       "a: 2, b: 1, c: 1");
	struct fields_takens takens = { 0 };

	(void)state;
	fields_overridden(arena, live, applied, "gitops", &takens);
	assert_int_equal(takens.n, 1);
	assert_string_equal(takens.v[0].manager, "scaler");
	assert_string_equal(takens.v[0].operation, "Update");
	assert_string_equal(takens.v[0].time, "2026-01-01T00:00:00Z");
	assert_string_equal(takens.v[0].paths, ".a");
}

#define ITEM "{'f:l':{'k:{`name`:`x`}':{'.':{},'f:name':{},'f:v':{}}}}"

/* A folded entry is gone after the apply, but what had the wanted value was
 * not taken from anybody. */
static void an_equal_value_is_no_override(void **state)
{
	const json_t *live = object("kubectl:Apply " ITEM,
				    "l: [{name: x, v: 1}]");
	const json_t *applied = object("gitops:Apply " ITEM,
				       "l: [{name: x, v: 2}]");
	struct fields_takens takens = { 0 };

	(void)state;
	fields_overridden(arena, live, live, "gitops", &takens);
	assert_int_equal(takens.n, 0);
	fields_overridden(arena, live, applied, "gitops", &takens);
	assert_int_equal(takens.n, 1);
	assert_string_equal(takens.v[0].paths, ".l[name=\"x\"].v");
}

/* Whatever a server sends, nothing is read that is not there. */
static void broken_sets_are_empty_ones(void **state)
{
	static const char *const broken[] = {
		"{'f:a':null}", "{'f:a':[1]}",
		"{'k:':{}}",    "{'k:{':{}}",
		"{'k:[]':{}}",  "{'v:':{}}",
		"{'i:':{}}",    "{'i:-1':{}}",
		"{'f:':{}}",    "{'i:99999999999999999999':{}}",
	};
	const json_t *object = parse("{'': 1, a: [1, {b: 2}], f: {a: {}}}");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		const json_t *set = parse(broken[i]);

		assert_non_null(fields_shown(arena, set));
		assert_non_null(fields_remove(arena, object, set));
		assert_non_null(fields_union(arena, set, object));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_combine_as_the_server_has_it),
		cmocka_unit_test(a_set_without_known_elements_is_empty),
		cmocka_unit_test(
			leaves_are_shown_as_the_server_shows_conflicts),
		cmocka_unit_test(members_are_removed_with_all_below_them),
		cmocka_unit_test(an_entry_is_found_by_all_of_its_names),
		cmocka_unit_test(there_is_nothing_to_fold_among_others),
		cmocka_unit_test(what_kubectl_applied_becomes_our_entry),
		cmocka_unit_test(of_what_came_before_only_the_known_is_folded),
		cmocka_unit_test(defaults_go_with_what_they_are_defaults_of),
		cmocka_unit_test(what_is_folded_joins_the_entry_we_have),
		cmocka_unit_test(one_entry_has_one_version),
		cmocka_unit_test(what_a_fold_gives_up_is_what_nobody_else_owns),
		cmocka_unit_test(an_override_names_manager_and_paths),
		cmocka_unit_test(an_equal_value_is_no_override),
		cmocka_unit_test(broken_sets_are_empty_ones),
	};

	doc_init();
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
