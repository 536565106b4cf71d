/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "release/release.h"

#define CAP ((size_t)64 << 10)

#define OBJECT(name, image)                                                    \
	"apiVersion: v1\nkind: Pod\nmetadata: {name: " name "}\n"              \
	"spec: {containers: [{name: main, image: '" image "'}]}\n"
#define DIGEST                                                                 \
	"sha256:"                                                              \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER                                                                  \
	"sha256:"                                                              \
	"fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

static struct run run;
static struct err err;

static int setup(void **state)
{
	(void)state;
	run_init(&run, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	err_clear(&err);
	run_release(&run);
	return 0;
}

/* The plan for one image in a tree that is one app, or what its gitops.yaml
 * says. */
static int plan_from(const struct tree_file *files, size_t n, const char *image,
		     const struct image_ref *from, struct release_plan *plan)
{
	struct tree *tree = tree_from_table(run.arena, files, n);
	struct release_args *args = arena_alloc(run.arena, sizeof(*args));
	AUTO_ERR struct err none = { 0 };
	struct image_ref ref;
	struct apps apps;

	if (apps_read(run.arena, tree, APPS_FILE, &apps, &none) < 0 &&
	    apps_of_path(run.arena, "", NULL, &apps, &err) < 0)
		return -1;
	if (none.status != ERR_OK && none.status != ERR_NOT_FOUND)
		fail_msg("%s", none.msg);
	if (apps_choose(&apps, NULL, &err) < 0 ||
	    image_ref_parse(run.arena, image, &ref, &err) < 0)
		fail_msg("%s", err.msg);
	args->images = arena_memdup(run.arena, &ref, sizeof(ref));
	args->n_images = 1;
	args->from = from;
	return release_plan(release_new(&run, args), tree, &apps, plan, &err);
}

static int plan_for(const struct tree_file *files, size_t n, const char *image,
		    struct release_plan *plan)
{
	return plan_from(files, n, image, NULL, plan);
}

/* The files that it changes, in order. */
static const char *changed(const struct tree_file *files, size_t n,
			   const char *image)
{
	AUTO_STR struct str out = STR_INIT(CAP);
	struct release_plan plan;

	if (plan_for(files, n, image, &plan) < 0)
		return arena_strdup(run.arena, err.msg);
	for (size_t i = 0; i < plan.n_edits; i++)
		str_printf(&out, "%s%s", i ? " " : "", plan.edits[i].path);
	return str_keep(&out, run.arena);
}

static void files_are_those_that_are_rendered(void **state)
{
	static const struct tree_file plain[] = {
		{ "b/web.YML", OBJECT("b", "web:1"), TREE_FILE },
		{ "a.json",
		  "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"spec\": "
		  "{\"containers\": [{\"image\": \"web:1\"}]}}",
		  TREE_FILE },
		{ ".hidden/web.yaml", OBJECT("h", "web:1"), TREE_FILE },
		{ "web.txt", OBJECT("t", "web:1"), TREE_FILE },
		{ "gitops.yml", OBJECT("g", "web:1"), TREE_FILE },
		{ "link.yaml", "b/web.YML", TREE_LINK },
	};
	static const struct tree_file kustomized[] = {
		{ APPS_FILE,
		  "apiVersion: gitops/v1\napps: [{name: a, path: app}]\n",
		  TREE_FILE },
		{ "app/kustomization.yaml",
		  "resources: [../base, web.yaml]\n"
		  "components: [../part]\n"
		  "patches: [{path: patch.yaml, target: {name: prod}}]\n"
		  "configMapGenerator: [{name: c, files: [data.yaml]}]\n"
		  "namePrefix: prod\n",
		  TREE_FILE },
		{ "app/web.yaml", OBJECT("w", "web:1"), TREE_FILE },
		{ "app/patch.yaml", OBJECT("p", "web:1"), TREE_FILE },
		{ "app/data.yaml", "{{ no YAML", TREE_FILE },
		{ "app/unused.yaml", OBJECT("u", "web:1"), TREE_FILE },
		{ "app/prod/web.yaml", OBJECT("u", "web:1"), TREE_FILE },
		{ "base/kustomization.yml", "resources: [base.yaml]\n",
		  TREE_FILE },
		{ "base/base.yaml", OBJECT("b", "web:1"), TREE_FILE },
		{ "part/Kustomization", "images: [{name: web, newTag: v1}]\n",
		  TREE_FILE },
		{ "other/web.yaml", OBJECT("o", "web:1"), TREE_FILE },
	};

	(void)state;
	assert_string_equal(changed(plain, ARRAY_LEN(plain), "web:2"),
			    "a.json b/web.YML gitops.yml");
	assert_string_equal(changed(kustomized, ARRAY_LEN(kustomized), "web:2"),
			    "base/base.yaml app/web.yaml part/Kustomization "
			    "app/patch.yaml");
}

/* What becomes of a file called `name`. */
static const char *edited(const char *name, const char *text, const char *image)
{
	const struct tree_file file = { name, text, TREE_FILE };
	struct release_plan plan;

	if (plan_for(&file, 1, image, &plan) < 0)
		return arena_strdup(run.arena, err.msg);
	if (!plan.n_edits)
		return "nothing";
	return arena_strndup(run.arena, plan.edits[0].after.data,
			     plan.edits[0].after.len);
}

static void tags_and_digests_are_set(void **state)
{
	static const struct {
		const char *name;
		const char *before;
		const char *image;
		const char *after;
	} cases[] = {
		{ "a.yaml", OBJECT("a", "web:1"), "web:2",
		  OBJECT("a", "web:2") },
		{ "a.yaml", OBJECT("a", "web"), "web:2", OBJECT("a", "web:2") },
		{ "a.yaml", OBJECT("a", "docker.io/library/web:1"), "web:2",
		  OBJECT("a", "docker.io/library/web:2") },
		{ "a.yaml", OBJECT("a", "web:1"), "web@" DIGEST,
		  OBJECT("a", "web@" DIGEST) },
		{ "a.yaml", OBJECT("a", "web:1@" OTHER), "web:2@" DIGEST,
		  OBJECT("a", "web:2@" DIGEST) },
		{ "a.yaml", OBJECT("a", "web:2"), "web:2", "nothing" },
		{ "kustomization.yaml",
		  "images:\n- name: web\n  newTag: v1\n  digest: " OTHER "\n",
		  "web:2@" DIGEST,
		  "images:\n- name: web\n  newTag: \"2\"\n  digest: " DIGEST
		  "\n" },
		{ "kustomization.yaml",
		  "images:\n- name: web\n  digest: " OTHER "\n",
		  "web:2@" DIGEST,
		  "images:\n- name: web\n  digest: " DIGEST "\n" },
		{ "values.yaml", "image: {repository: web, tag: 1.0}\n",
		  "web:1.1", "image: {repository: web, tag: \"1.1\"}\n" },
		{ "values.yaml",
		  "image:\n  repository: web\n  tag: 1@" OTHER "\n",
		  "web:2@" DIGEST,
		  "image:\n  repository: web\n  tag: 2@" DIGEST "\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(edited(cases[i].name, cases[i].before,
					   cases[i].image),
				    cases[i].after);
}

static void one_tag_goes_back_and_a_lock_does_not_hold_it(void **state)
{
	static const struct tree_file files[] = {
		{ APPS_FILE,
		  "apiVersion: gitops/v1\n"
		  "apps:\n"
		  "- name: web\n"
		  "  path: web\n"
		  "  lock: {by: Ada, reason: a fair}\n",
		  TREE_FILE },
		{ "web/a.yaml", OBJECT("a", "web:2"), TREE_FILE },
		{ "web/b.yaml", OBJECT("b", "web:2@" DIGEST), TREE_FILE },
		{ "web/c.yaml", OBJECT("c", "web:3"), TREE_FILE },
		{ "web/d.yaml", OBJECT("d", "web"), TREE_FILE },
	};
	const struct image_ref from = { .tag = "2" };
	struct release_plan plan;

	(void)state;
	assert_int_equal(plan_from(files, ARRAY_LEN(files), "web:1", &from,
				   &plan),
			 0);
	assert_int_equal(plan.n_edits, 1);
	assert_string_equal(plan.edits[0].path, "web/a.yaml");
	assert_int_equal(plan_for(files, ARRAY_LEN(files), "web:1", &plan), -1);
	assert_int_equal(err.status, ERR_REFUSED);
}

static void what_cannot_be_set_is_an_error(void **state)
{
	static const struct {
		const char *name;
		const char *before;
		const char *image;
		const char *message;
	} cases[] = {
		{ "kustomization.yaml", "images:\n- {name: a, newName: web}\n",
		  "web:2", "kustomization.yaml:2: web: no tag is set here" },
		{ "values.yaml", "image: {repository: web, tag: v1}\n",
		  "web:2@" DIGEST,
		  "values.yaml:1: web: no digest is set here" },
		{ "kustomization.yaml",
		  "images:\n- {name: web, newTag: v1, digest: '" OTHER "'}\n",
		  "web@" DIGEST,
		  "kustomization.yaml:2: web: its tag stays, and would not be "
		  "that of the digest" },
		{ "a.yaml", OBJECT("a", "web:1"), "wbe:2",
		  "--image wbe: no file that the apps are made from sets it" },
		{ "a.yaml", OBJECT("a", "web:1"), "web",
		  "--image web: it has no policy to choose by" },
		{ "a.yaml", "a: [\n", "web:2",
		  "a.yaml:2: did not find expected node content while parsing "
		  "a flow node" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_string_equal(edited(cases[i].name, cases[i].before,
					   cases[i].image),
				    cases[i].message);
		err_clear(&err);
	}
}

static void a_shared_file_has_one_policy(void **state)
{
	static const struct tree_file files[] = {
		{ APPS_FILE,
		  "apiVersion: gitops/v1\n"
		  "apps:\n"
		  "- name: a\n"
		  "  path: a\n"
		  "  images: [{image: web, policy: newest}]\n"
		  "- name: b\n"
		  "  path: b\n"
		  "  images: [{image: docker.io/web, policy: semver ^1}]\n",
		  TREE_FILE },
		{ "a/kustomization.yaml", "resources: [../web.yaml]\n",
		  TREE_FILE },
		{ "b/kustomization.yaml", "resources: [../web.yaml]\n",
		  TREE_FILE },
		{ "web.yaml", OBJECT("w", "web:1"), TREE_FILE },
	};

	(void)state;
	assert_string_equal(changed(files, ARRAY_LEN(files), "web:2"),
			    "gitops.yaml:8: docker.io/web has another policy "
			    "at gitops.yaml:5");
}

static void of_a_chart_values_are_changed(void **state)
{
	static const struct tree_file files[] = {
		{ "c/Chart.yaml", "name: c\n", TREE_FILE },
		{ "c/values.yaml", "image: {repository: a, tag: v1}\n",
		  TREE_FILE },
		{ "c/prod.yaml", "image: a:v1\n", TREE_FILE },
		{ "c/other.yaml", "image: a:v1\n", TREE_FILE },
		{ "c/templates/a.yaml", "{{ if }}: }\n", TREE_FILE },
		{ "gitops.yaml",
		  "apiVersion: gitops/v1\napps:\n"
		  "- {name: c, path: c, namespace: n, helm: {valuesFiles: "
		  "[prod.yaml],\n"
		  "   values: {image: 'a:v1'}}}\n"
		  "- {name: d, path: d, namespace: n, lock: {by: me, reason: "
		  "no},\n"
		  "   helm: {values: {image: 'b:v1'}}}\n",
		  TREE_FILE },
	};
	struct release_plan plan;

	(void)state;
	assert_string_equal(changed(files, ARRAY_LEN(files), "a:v2"),
			    "c/values.yaml c/prod.yaml gitops.yaml");
	/* The lock of one app is none of another's. */
	assert_int_equal(plan_for(files, ARRAY_LEN(files), "b:v2", &plan), -1);
	assert_int_equal(err.status, ERR_REFUSED);
}

static void moves_are_told_once(void **state)
{
	static const struct tree_file files[] = {
		{ "a.yaml", OBJECT("a", "web:1"), TREE_FILE },
		{ "b.yaml", OBJECT("b", "web:1"), TREE_FILE },
		{ "c.yaml", OBJECT("c", "web"), TREE_FILE },
		{ "d.yaml", OBJECT("d", "library/web:2"), TREE_FILE },
	};
	struct release_plan plan;
	const char **moves;
	size_t n;

	(void)state;
	assert_int_equal(plan_for(files, ARRAY_LEN(files), "web:2", &plan), 0);
	moves = release_moves(run.arena, &plan, &n);
	assert_int_equal(n, 2);
	assert_string_equal(moves[0], "web 1 -> 2");
	assert_string_equal(moves[1], "web - -> 2");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(files_are_those_that_are_rendered),
		TEST(tags_and_digests_are_set),
		TEST(one_tag_goes_back_and_a_lock_does_not_hold_it),
		TEST(what_cannot_be_set_is_an_error),
		TEST(a_shared_file_has_one_policy),
		TEST(of_a_chart_values_are_changed),
		TEST(moves_are_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
