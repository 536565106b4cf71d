/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "render/render.h"

#define MAP(name)                                                              \
	"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " name "}\n"

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

static int render(const struct tree_file *files, size_t n, const char *path,
		  struct objects *out)
{
	const struct render_args args = {
		.tree = tree_from_table(arena, files, n),
		.path = path,
	};
	struct rendered rendered;
	int status = render_path(arena, &args, &rendered, &err);

	*out = rendered.objects;
	return status;
}

static void assert_refused(const struct tree_file *files, size_t n,
			   const char *path, const char *message)
{
	struct objects out = { 0 };

	assert_int_equal(render(files, n, path, &out), -1);
	assert_int_equal(err.status, ERR_INPUT);
	assert_string_equal(err.msg, message);
}

static void manifests_come_in_the_order_of_their_paths(void **state)
{
	static const struct tree_file files[] = {
		{ "b.yaml", MAP("b1") "---\n" MAP("b2"), TREE_FILE },
		{ "a/z.YML", MAP("z"), TREE_FILE },
		{ "a.json",
		  "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\","
		  "\"metadata\":{\"name\":\"j\"}}",
		  TREE_FILE },
		{ "README.md", "# not a manifest", TREE_FILE },
		{ ".hidden.yaml", "not: [yaml", TREE_FILE },
		{ "gitops.yaml", "apps: []\n", TREE_FILE },
	};
	static const char *const expected[] = { "j", "z", "b1", "b2" };
	struct objects out = { 0 };

	(void)state;
	assert_int_equal(render(files, ARRAY_LEN(files), "", &out), 0);
	assert_int_equal(out.n, ARRAY_LEN(expected));
	for (size_t i = 0; i < out.n; i++)
		assert_string_equal(out.v[i].name, expected[i]);
	assert_string_equal(out.v[3].origin, "b.yaml:5");
}

static void members_of_a_list_have_lines_of_their_own(void **state)
{
	static const struct tree_file files[] = {
		{ "l.yaml",
		  "apiVersion: v1\nkind: List\nitems:\n"
		  "- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n"
		  "- apiVersion: v1\n  kind: ConfigMap\n"
		  "  metadata: {name: b, annotations: {v: 1.50}}\n",
		  TREE_FILE },
	};
	struct objects out = { 0 };

	(void)state;
	assert_int_equal(render(files, 1, "", &out), 0);
	assert_int_equal(out.n, 2);
	assert_string_equal(out.v[0].origin, "l.yaml:4");
	assert_string_equal(out.v[1].origin, "l.yaml:5");
	assert_string_equal(doc_get_string(out.v[1].doc, "metadata",
					   "annotations", "v", NULL),
			    "1.50");
}

static void one_file_is_a_path_too(void **state)
{
	static const struct tree_file files[] = {
		{ "a/one.yaml", MAP("one"), TREE_FILE },
		{ "a/two.yaml", MAP("two"), TREE_FILE },
	};
	struct objects out = { 0 };

	(void)state;
	assert_int_equal(render(files, 2, "./a//two.yaml", &out), 0);
	assert_int_equal(out.n, 1);
	assert_string_equal(out.v[0].name, "two");
}

static void all_faults_are_reported_together(void **state)
{
	static const struct tree_file files[] = {
		{ "a.yaml", "kind: ConfigMap\nmetadata: {name: a}\n",
		  TREE_FILE },
		{ "b.yaml", MAP("b"), TREE_FILE },
		{ "c.yaml", "a: 1\na: 2\n", TREE_FILE },
	};
	struct objects out = { 0 };

	(void)state;
	assert_int_equal(render(files, 3, "", &out), -1);
	assert_int_equal(err_count(&err), 2);
	assert_memory_equal(err.msg, "a.yaml:1: ", 10);
	assert_memory_equal(err.next->msg, "c.yaml:2: ", 10);
}

static void nothing_to_render_is_an_error(void **state)
{
	static const struct tree_file files[] = {
		{ "docs/README.md", "text", TREE_FILE },
		{ "empty/a.yaml", "# nothing\n", TREE_FILE },
	};

	(void)state;
	assert_refused(files, 2, "empty", "table: no objects in 'empty'");
	err_clear(&err);
	assert_refused(files, 2, "docs", "table: no objects in 'docs'");
}

static void a_chart_is_refused(void **state)
{
	static const struct tree_file files[] = {
		{ "x/a.yaml", MAP("a"), TREE_FILE },
		{ "x/y/Chart.yaml", "{}", TREE_FILE },
	};

	(void)state;
	assert_refused(files, 2, "x",
		       "x/y/Chart.yaml: this directory is a Helm chart");
	assert_non_null(err.hint);
}

/* ---- charts ---- */

static const char chart_prints[] =
	"---\n# Source: o/crds/c.yaml\n"
	"{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}\n"
	"---\n# Source: o/templates/a.yaml\n"
	"{apiVersion: v1, kind: ConfigMap, metadata: {name: a1}}\n"
	"---\n"
	"{apiVersion: v1, kind: ConfigMap, metadata: {name: a2}}\n"
	"---\n# Source: o/charts/db/templates/d.yaml\n"
	"# none\n"
	"---\r\n# Source: o/templates/l.yaml\r\n"
	"apiVersion: v1\nkind: List\nitems:\n"
	"- {apiVersion: v1, kind: ConfigMap, metadata: {name: l}}\n";

static const struct tree_file chart_files[] = {
	{ "web/Chart.yaml", "name: other\n", TREE_FILE },
	{ "web/prod.yaml", "a: 1\n", TREE_FILE },
	{ "both/Chart.yaml", "name: both\n", TREE_FILE },
	{ "both/kustomization.yaml", "{}", TREE_FILE },
	{ "plain/a.yaml", MAP("a"), TREE_FILE },
};

/* What helm would print, and what it was told. */
struct helm {
	const char *prints; /* NULL: it fails */
	struct helm_chart told;
};

static int inflate(void *data, const struct helm_chart *chart,
		   struct bytes *out, struct err *e)
{
	struct helm *helm = data;

	helm->told = *chart;
	if (!helm->prints)
		return err_set(e, ERR_INPUT,
			       "helm: found in Chart.yaml, but missing in "
			       "charts/ directory: redis");
	*out = (struct bytes){ helm->prints, strlen(helm->prints) };
	return 0;
}

static int render_chart(const char *path, struct helm *helm,
			const char *const *files, struct objects *out)
{
	static const char *const none[] = { NULL };
	const struct render_chart chart = {
		.origin = "gitops.yaml:7",
		.release = "shop",
		.namespace = "n",
		.values_files = files ? files : none,
		.values = "{\"b\":2}",
		.api_versions = none,
	};
	const struct kustomize_outside outside = { .inflate = inflate,
						   .data = helm };
	const struct render_args args = {
		.tree = tree_from_table(arena, chart_files,
					ARRAY_LEN(chart_files)),
		.path = path,
		.chart = &chart,
		.outside = &outside,
	};
	struct rendered rendered;
	int status = render_path(arena, &args, &rendered, &err);

	*out = rendered.objects;
	return status;
}

static void objects_of_a_chart_come_from_its_templates(void **state)
{
	static const char *const files[] = { "web/prod.yaml", NULL };
	struct helm helm = {
		.prints = chart_prints,
	};
	static const char *const expected[][2] = {
		{ "c", "web/crds/c.yaml" },
		{ "a1", "web/templates/a.yaml" },
		{ "a2", "web/templates/a.yaml" },
		{ "l", "web/templates/l.yaml" },
	};
	struct objects out = { 0 };

	(void)state;
	assert_int_equal(render_chart("web", &helm, files, &out), 0);
	assert_int_equal(out.n, ARRAY_LEN(expected));
	for (size_t i = 0; i < out.n; i++) {
		assert_string_equal(out.v[i].name, expected[i][0]);
		assert_string_equal(out.v[i].origin, expected[i][1]);
	}
	assert_string_equal(helm.told.path, "web");
	assert_string_equal(helm.told.release, "shop");
	assert_string_equal(helm.told.namespace, "n");
	assert_int_equal(helm.told.n_values, 2);
	assert_memory_equal(helm.told.values[0].data, "a: 1\n", 5);
	assert_memory_equal(helm.told.values[1].data, "{\"b\":2}", 7);
	assert_true(helm.told.crds && helm.told.no_tests &&
		    !helm.told.no_hooks);
}

static void a_chart_that_is_none_is_refused(void **state)
{
	static const char *const missing[] = { "web/none.yaml", NULL };
	static const struct {
		const char *path;
		const char *const *files;
		const char *prints;
		const char *message;
	} cases[] = {
		{ "plain", NULL, "",
		  "gitops.yaml:7: helm: 'plain' is no chart: it has no "
		  "Chart.yaml" },
		{ "plain/a.yaml", NULL, "",
		  "gitops.yaml:7: helm: 'plain/a.yaml' is no chart: it has no "
		  "Chart.yaml" },
		{ "both", NULL, "",
		  "gitops.yaml:7: helm: 'both' is a kustomization, by its "
		  "kustomization.yaml" },
		{ "web", missing, "",
		  "gitops.yaml:7: valuesFiles: web/none.yaml: not in table" },
		{ "web", NULL, NULL,
		  "gitops.yaml:7: web: helm: found in Chart.yaml, but missing "
		  "in charts/ directory: redis" },
		{ "web", NULL,
		  "---\n# Source: w/templates/a.yaml\na: b: c\n"
		  "---\n# Source: w/templates/b.yaml\nkind: X\n",
		  "web/templates/a.yaml as rendered:1: mapping values are not "
		  "allowed in this context" },
		{ "web", NULL, "---\n# Source: w/templates/b.yaml\nkind: X\n",
		  "web/templates/b.yaml: apiVersion is missing" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct helm helm = { .prints = cases[i].prints };
		struct objects out = { 0 };

		assert_int_equal(render_chart(cases[i].path, &helm,
					      cases[i].files, &out),
				 -1);
		assert_string_equal(err.msg, cases[i].message);
		err_clear(&err);
	}
}

/* ---- kustomizations ---- */

static const struct tree_file kustomized[] = {
	{ "b.yaml", MAP("plain"), TREE_FILE },
	{ "a/kustomization.yml", "namePrefix: a-\nresources: [one.yaml]\n",
	  TREE_FILE },
	{ "a/one.yaml", MAP("one") "---\n" MAP("another"), TREE_FILE },
	{ "a/unused/two.yaml", "not: [yaml", TREE_FILE },
	{ "c/Kustomization", "resources: [gone.yaml]\n", TREE_FILE },
	{ "d/kustomization.yaml", "namePrefix: x-\n", TREE_FILE },
};

static void a_kustomization_is_built_where_it_is_met(void **state)
{
	static const char *const expected[] = { "a-another", "a-one", "plain" };
	struct objects out = { 0 };

	(void)state;
	assert_int_equal(render(kustomized, 4, "", &out), 0);
	assert_int_equal(out.n, ARRAY_LEN(expected));
	for (size_t i = 0; i < out.n; i++)
		assert_string_equal(out.v[i].name, expected[i]);
	assert_string_equal(out.v[0].origin, "a/one.yaml:5");
	assert_string_equal(out.v[1].origin, "a/one.yaml:1");
	assert_string_equal(out.v[2].origin, "b.yaml:1");
}

static void its_file_stands_for_its_directory(void **state)
{
	struct objects out = { 0 };

	(void)state;
	assert_int_equal(render(kustomized, 4, "a/kustomization.yml", &out), 0);
	assert_int_equal(out.n, 2);
}

static int note(void *data, const struct object *object, struct err *unused)
{
	(void)unused;
	str_printf(data, "%s/%s ", object->kind, object->name);
	return 0;
}

static void what_is_only_printed_need_not_be_whole(void **state)
{
	static const struct tree_file files[] = {
		{ "kustomization.yaml", "resources: [a.yaml]\n", TREE_FILE },
		{ "a.yaml",
		  "kind: B\nmetadata: {name: b/c}\n---\n"
		  "kind: A\nmetadata: {name: a}\n",
		  TREE_FILE },
	};
	AUTO_STR struct str noted = STR_INIT(STR_BIG);
	struct render_args args = {
		.tree = tree_from_table(arena, files, 2),
		.path = "",
		.each = note,
		.data = &noted,
	};
	struct rendered rendered;

	(void)state;
	assert_int_equal(render_path(arena, &args, &rendered, &err), 0);
	assert_true(rendered.each);
	assert_int_equal(rendered.objects.n, 0);
	assert_string_equal(str_text(&noted), "A/a B/b/c ");
	args.each = NULL;
	assert_int_equal(render_path(arena, &args, &rendered, &err), -1);
	assert_int_equal(err_count(&err), 2);
	assert_string_equal(err.msg, "a.yaml:4: apiVersion is missing");
}

static void what_is_only_printed_may_be_nothing(void **state)
{
	AUTO_STR struct str noted = STR_INIT(STR_BIG);
	struct render_args args = {
		.tree = tree_from_table(arena, kustomized,
					ARRAY_LEN(kustomized)),
		.path = "d",
		.each = note,
		.data = &noted,
	};
	struct rendered rendered;

	(void)state;
	assert_int_equal(render_path(arena, &args, &rendered, &err), 0);
	assert_true(rendered.each);
	args.each = NULL;
	assert_int_equal(render_path(arena, &args, &rendered, &err), -1);
	assert_string_equal(err.msg, "table: no objects in 'd'");
}

static void faults_of_kustomizations_and_files_come_together(void **state)
{
	struct objects out = { 0 };

	(void)state;
	assert_int_equal(render(kustomized, 5, "", &out), -1);
	assert_string_equal(err.msg,
			    "c/Kustomization:1: c/gone.yaml: not in table");
}

static void encrypted_documents_are_refused(void **state)
{
	static const struct tree_file files[] = {
		{ "s.yaml",
		  "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n"
		  "data: {a: \"ENC[AES256_GCM]\"}\n"
		  "sops: {mac: x, version: 3}\n",
		  TREE_FILE },
	};

	(void)state;
	assert_refused(files, 1, "",
		       "s.yaml:1: this document is encrypted by sops, which "
		       "gitops cannot decrypt");
}

static void submodules_are_refused_where_they_are_rendered(void **state)
{
	static const struct tree_file files[] = {
		{ "a.yaml", MAP("a"), TREE_FILE },
		{ "lib/sub", "0123456789", TREE_GITLINK },
	};

	(void)state;
	assert_refused(files, 2, "",
		       "lib/sub: this is a submodule; its files are not part "
		       "of this repository");
}

static void links_are_followed_but_not_in_circles(void **state)
{
	static const struct tree_file files[] = {
		{ "base/a.yaml", MAP("a"), TREE_FILE },
		{ "prod/base", "../base", TREE_LINK },
		{ "loop/a.yaml", MAP("a"), TREE_FILE },
		{ "loop/again", "../loop", TREE_LINK },
	};
	struct objects out = { 0 };

	(void)state;
	assert_int_equal(render(files, 4, "prod", &out), 0);
	assert_string_equal(out.v[0].origin, "prod/base/a.yaml:1");
	assert_refused(files, 4, "loop",
		       "loop/again: this link leads back to 'loop', which "
		       "holds it");
}

static void a_path_outside_the_tree_is_refused(void **state)
{
	static const struct tree_file files[] = {
		{ "a.yaml", MAP("a"), TREE_FILE },
	};
	static const char *const paths[] = { "..", "/etc", "a/../../etc" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct objects out = { 0 };

		assert_int_equal(render(files, 1, paths[i], &out), -1);
		assert_int_equal(err.status, ERR_INPUT);
		err_clear(&err);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(objects_of_a_chart_come_from_its_templates),
		TEST(a_chart_that_is_none_is_refused),
		TEST(manifests_come_in_the_order_of_their_paths),
		TEST(members_of_a_list_have_lines_of_their_own),
		TEST(one_file_is_a_path_too),
		TEST(all_faults_are_reported_together),
		TEST(nothing_to_render_is_an_error),
		TEST(a_chart_is_refused),
		TEST(a_kustomization_is_built_where_it_is_met),
		TEST(its_file_stands_for_its_directory),
		TEST(what_is_only_printed_need_not_be_whole),
		TEST(what_is_only_printed_may_be_nothing),
		TEST(faults_of_kustomizations_and_files_come_together),
		TEST(encrypted_documents_are_refused),
		TEST(submodules_are_refused_where_they_are_rendered),
		TEST(links_are_followed_but_not_in_circles),
		TEST(a_path_outside_the_tree_is_refused),
	};

	doc_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
