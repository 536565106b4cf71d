/* SPDX-License-Identifier: Apache-2.0 */

/* What golden cases do not show: pieces of lib/render/kustomize by themselves,
 * and the limits of a build. */

#include "test.h"

#include "base/clock.h"
#include "document/document.h"
#include "render/kustomize/config.h"
#include "render/kustomize/kustomize.h"
#include "render/kustomize/label_selector.h"
#include "render/kustomize/merge.h"
#include "render/kustomize/path.h"
#include "render/kustomize/remote.h"

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
	return nodes.v[0];
}

static const char *written(const struct node *node)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	doc_write_node(&out, node);
	return str_keep(&out, arena);
}

/* ---- label selectors ---- */

static void label_selectors_match_as_in_kubernetes(void **state)
{
	static const struct {
		const char *selector;
		bool matches;
	} cases[] = {
		{ "", true },
		{ "app", true },
		{ "app=web", true },
		{ "app==web", true },
		{ "app!=web", false },
		{ "none!=web", true },
		{ "!app", false },
		{ "!none", true },
		{ "app in (web, api)", true },
		{ "app notin (web)", false },
		{ "none notin (web)", true },
		{ "app=web,tier=front", true },
		{ " app = web , tier in ( front ) ", true },
		{ "n>4", true },
		{ "n<5", false },
		{ "n>x", false },
		{ "empty=", true },
		{ "app in ()", false },
		{ "example.com/a=b", true },
	};
	const struct node *labels = read(
		"{app: web, tier: front, n: '5', empty: '', "
		"example.com/a: b}\n");
	struct label_selector *selector;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		err_clear(&err);
		if (label_selector_parse(arena, cases[i].selector, &selector,
					 &err) < 0) {
			assert_false(cases[i].matches);
			continue;
		}
		if (label_selector_matches(selector, labels) !=
		    cases[i].matches)
			fail_msg("%s", cases[i].selector);
	}
}

static void label_selectors_that_are_none_are_refused(void **state)
{
	static const char *const selectors[] = {
		"=",     "a=b=c", "a in b", "a in (b",       "a,",
		"a b",   "!",     "!a=b",   "a~b",           "a=b,,c=d",
		"a/b/c", "-a",    "a=_",    "a in (b,,c d)",
	};
	struct label_selector *selector;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(selectors); i++) {
		err_clear(&err);
		if (label_selector_parse(arena, selectors[i], &selector,
					 &err) == 0)
			fail_msg("%s is taken", selectors[i]);
		assert_int_equal(err.status, ERR_INPUT);
		assert_non_null(strstr(err.msg, selectors[i]));
	}
}

/* ---- paths ---- */

static void paths_are_divided_at_dots(void **state)
{
	static const struct {
		const char *path, *parts;
	} cases[] = {
		{ "a.b.c", "a|b|c|" },
		{ ".a", "a|" },
		{ "a\\.b.c", "a.b|c|" },
		{ "a.[b.c].d", "a|b.c|d|" },
		{ "l.[name=a.b].x", "l|[name=a.b]|x|" },
		{ "l.0.*", "l|0|*|" },
		{ "a..b", "a||b|" },
		{ "a.[b", "a|b|" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_STR struct str joined = STR_INIT(STR_BIG);
		struct path_parts parts;

		path_split(arena, cases[i].path, false, &parts);
		for (size_t j = 0; j < parts.n; j++)
			str_printf(&joined, "%s|", parts.v[j]);
		assert_string_equal(str_text(&joined), cases[i].parts);
	}
}

static void a_path_is_made_where_there_is_none(void **state)
{
	struct node *root = read("a: {b: 1}\n"), *found;
	struct path_parts path;

	(void)state;
	path_split(arena, "a.l.[name=x].y.z", false, &path);
	assert_int_equal(path_look_up(arena, root, &path, &found, &err), 0);
	assert_null(found);
	assert_int_equal(path_make(arena, root, &path, NODE_SCALAR, &found,
				   &err),
			 0);
	node_set_text(arena, found, "made", NODE_STR);
	assert_string_equal(written(root), "a: {b: 1, l: [{name: x, y: {z: "
					   "made}}]}\n");
}

static void a_path_may_lead_to_many(void **state)
{
	static const struct path_create nothing;
	struct node *root = read("l: [{n: a, v: 1}, {n: ab, v: 2}, {v: 3}]\n");
	struct path_parts path;
	struct nodes found = { 0 };

	(void)state;
	path_split(arena, "l.*.v", false, &path);
	assert_int_equal(path_match(arena, root, &path, &nothing, &found, &err),
			 0);
	assert_int_equal(found.n, 3);
	found.n = 0;
	path_split(arena, "l.[n=^a$].v", false, &path);
	assert_int_equal(path_match(arena, root, &path, &nothing, &found, &err),
			 0);
	assert_int_equal(found.n, 1);
	path_split(arena, "l.7.v", false, &path);
	assert_int_equal(path_match(arena, root, &path, &nothing, &found, &err),
			 -1);
	assert_string_equal(err.msg, "a.yaml:1: '7' of a path: this list has "
				     "3 members");
}

/* ---- merging ---- */

static void patches_merge_as_kustomize_merges_them(void **state)
{
	static const struct {
		const char *target, *patch, *result;
	} cases[] = {
		{ "a: 1\n", "b: 2\n", "a: 1\nb: 2\n" },
		{ "a: 1\n", "a: null\n", "{}\n" },
		{ "a: {b: 1, c: 2}\n", "a: {$patch: replace, d: 3}\n",
		  "a: {d: 3}\n" },
		{ "a: {b: 1}\nz: 1\n", "a: {$patch: delete}\n", "z: 1\n" },
		{ "a: [1, 2]\n", "a: [3]\n", "a: [3]\n" },
		{ "a: ~\n", "b: 1\n", "a: ~\nb: 1\n" },
	};
	const struct schema schema = { 0 };
	struct node *out;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(merge_patch(arena, &schema,
					     read(cases[i].target),
					     read(cases[i].patch), &out, &err),
				 0);
		assert_string_equal(written(out), cases[i].result);
	}
	assert_int_equal(merge_patch(arena, &schema, read("a: [1]\n"),
				     read("\na: {b: 1}\n"), &out, &err),
			 -1);
	assert_string_equal(err.msg, "a.yaml:2: this patch has a mapping where "
				     "its target has a list");
}

static void defaults_that_are_merged_into_nothing_are_themselves(void **state)
{
	const struct config nothing = { 0 };
	struct config merged;

	(void)state;
	assert_int_equal(config_merge(arena, &nothing, &config_default, &merged,
				      &err),
			 0);
	assert_int_equal(merged.common_labels.n,
			 config_default.common_labels.n);
	assert_int_equal(merged.images.n, config_default.images.n);
	assert_int_equal(merged.references.n, config_default.references.n);
	for (size_t i = 0; i < merged.references.n; i++)
		assert_int_equal(merged.references.v[i].referrers.n,
				 config_default.references.v[i].referrers.n);
}

/* ---- bases elsewhere ---- */

#define OID "0123456789012345678901234567890123456789"

static void remote_bases_are_taken_apart(void **state)
{
	static const struct {
		const char *text, *url, *path;
	} cases[] = {
		{ "https://h.example/o/r//a/b?ref=" OID,
		  "https://h.example/o/r", "a/b" },
		{ "https://h.example/o/r.git?ref=" OID,
		  "https://h.example/o/r.git", "" },
		{ "https://h.example/o/r.git/a?timeout=9&ref=" OID,
		  "https://h.example/o/r.git", "a" },
		{ "https://h.example/o/r/a/b?version=" OID,
		  "https://h.example/o/r", "a/b" },
		{ "github.com/o/r/a?ref=" OID, "https://github.com/o/r", "a" },
		{ "git@h.example:o/r//a?ref=" OID, "git@h.example:o/r", "a" },
		{ "ssh://git@h.example/o/r//a?ref=" OID,
		  "ssh://git@h.example/o/r", "a" },
		{ "git::https://h.example/o/r//a?ref=" OID,
		  "https://h.example/o/r", "a" },
	};
	struct build build = { .arena = arena };
	struct kustomize_remote remote;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_true(remote_is(cases[i].text));
		assert_int_equal(remote_parse(&build,
					      node_plain(arena, cases[i].text),
					      &remote, &err),
				 0);
		assert_string_equal(remote.url, cases[i].url);
		assert_string_equal(remote.path, cases[i].path);
		assert_string_equal(remote.commit, OID);
	}
	assert_false(remote_is("base"));
	assert_false(remote_is("../base"));
	assert_false(remote_is("a:b"));
}

/* ---- limits ---- */

static int build(const struct tree_file *files, size_t n,
		 struct kustomize_args *args)
{
	struct kustomize_objects out = { 0 };

	args->tree = tree_from_table(arena, files, n);
	args->path = "";
	args->bytes = args->bytes ? args->bytes : 1000;
	args->objects = args->objects ? args->objects : 10;
	return kustomize_build(arena, args, &out, &err);
}

static void a_build_has_limits(void **state)
{
	static const struct tree_file files[] = {
		{ "kustomization.yaml", "resources: [a.yaml, a.yaml]\n",
		  TREE_FILE },
		{ "a.yaml", "kind: A\nmetadata: {name: a}\n", TREE_FILE },
	};
	struct kustomize_args few = { .objects = 1 };
	struct kustomize_args small = { .bytes = 30 };
	struct kustomize_args late = { .deadline_ms = 1 };

	(void)state;
	assert_int_equal(build(files, 2, &few), -1);
	assert_string_equal(err.msg,
			    "a.yaml:1: more than 1 objects in one build");
	err_clear(&err);
	assert_int_equal(build(files, 2, &small), -1);
	assert_int_equal(err.status, ERR_INPUT);
	err_clear(&err);
	assert_int_equal(build(files, 2, &late), -1);
	assert_int_equal(err.status, ERR_TEMPORARY);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(label_selectors_match_as_in_kubernetes),
		TEST(label_selectors_that_are_none_are_refused),
		TEST(paths_are_divided_at_dots),
		TEST(a_path_is_made_where_there_is_none),
		TEST(a_path_may_lead_to_many),
		TEST(patches_merge_as_kustomize_merges_them),
		TEST(defaults_that_are_merged_into_nothing_are_themselves),
		TEST(remote_bases_are_taken_apart),
		TEST(a_build_has_limits),
	};

	doc_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
