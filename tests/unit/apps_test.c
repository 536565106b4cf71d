/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "apps/apps.h"

#define APP "apiVersion: gitops/v1\napps:\n- name: web\n  path: deploy\n"

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

static int read_text(const char *text, struct apps *out)
{
	const struct tree_file file = { APPS_FILE, text, TREE_FILE };

	return apps_read(arena, tree_from_table(arena, &file, 1), APPS_FILE,
			 out, &err);
}

static void images_are_read(void **state)
{
	const struct app_image *one;
	struct apps apps;

	(void)state;
	assert_int_equal(
		read_text(APP "  images:\n"
			      "  - {image: acme/web, policy: semver ^1, "
			      "minAge: 1d}\n"
			      "  - {image: acme/job, policy: numerical asc, "
			      "filter: '^m-(?P<n>\\d+)$', extract: $n}\n"
			      "release: {branch: prod, push: none}\n",
			  &apps),
		0);
	assert_int_equal(apps.v[0].images.n, 2);
	one = &apps.v[0].images.v[0];
	assert_string_equal(one->image, "acme/web");
	assert_string_equal(one->policy, "semver ^1");
	assert_int_equal(one->min_age_s, 86400);
	assert_null(one->filter);
	assert_string_equal(one->origin, "gitops.yaml:6");
	one = &apps.v[0].images.v[1];
	assert_string_equal(one->filter, "^m-(?P<n>\\d+)$");
	assert_string_equal(one->extract, "$n");
	assert_string_equal(apps.release.branch, "prod");
	assert_int_equal(apps.release.push, APPS_PUSH_NONE);
}

static void pull_requests_are_read(void **state)
{
	struct apps apps;

	(void)state;
	assert_int_equal(read_text(APP "release:\n"
				       "  push: pull-request\n"
				       "  branch: release/{app}\n"
				       "  labels: [a, b]\n"
				       "  reviewers: [ada]\n"
				       "  draft: true\n"
				       "  autoMerge: true\n",
				   &apps),
			 0);
	assert_int_equal(apps.release.push, APPS_PUSH_PULL_REQUEST);
	assert_string_equal(apps.release.branch, "release/{app}");
	assert_string_equal(apps.release.labels[1], "b");
	assert_null(apps.release.labels[2]);
	assert_string_equal(apps.release.reviewers[0], "ada");
	assert_true(apps.release.draft);
	assert_true(apps.release.auto_merge);
}

static void clusters_are_read(void **state)
{
	struct apps apps;

	(void)state;
	assert_int_equal(read_text(APP "clusters:\n"
				       "- name: staging\n"
				       "- {name: eu, context: eks-eu, "
				       "apps: [web]}\n",
				   &apps),
			 0);
	assert_int_equal(apps.clusters.n, 2);
	assert_string_equal(apps.clusters.v[0].context, "staging");
	assert_null(apps.clusters.v[0].apps);
	assert_string_equal(apps.clusters.v[1].context, "eks-eu");
	assert_string_equal(apps.clusters.v[1].apps[0], "web");
	assert_null(apps.clusters.v[1].apps[1]);
	assert_string_equal(apps.clusters.v[1].origin, "gitops.yaml:7");
	assert_ptr_equal(apps_find_cluster(&apps, "eu"), &apps.clusters.v[1]);
	assert_null(apps_find_cluster(&apps, "eks-eu"));
}

static void wrong_clusters_have_a_place(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		{ APP "clusters:\n- context: a\n",
		  "gitops.yaml:6: this cluster has no name" },
		{ APP "clusters:\n- name: a\n- name: a\n",
		  "gitops.yaml:7: there are two clusters named 'a'" },
		{ APP "clusters:\n- name: A\n",
		  "gitops.yaml:6: name: 'A' is no name" },
		{ APP "clusters:\n- name: a\n  apps: [wbe]\n",
		  "gitops.yaml:7: cluster a: there is no app 'wbe'; did you "
		  "mean 'web'?" },
		{ APP "clusters:\n- name: a\n  vars: {x: y}\n",
		  "gitops.yaml:7: cluster a: vars: none of its apps has vars" },
		{ APP "clusters:\n- name: a\n  vars: {1: y}\n",
		  "gitops.yaml:7: vars: '1': this is no name of a variable" },
		{ APP "clusters:\n- name: a\n  apps: []\n",
		  "gitops.yaml:6: cluster a: apps is empty" },
	};
	struct apps apps;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(read_text(cases[i].text, &apps), -1);
		assert_int_equal(err.status, ERR_INPUT);
		assert_string_equal(err.msg, cases[i].message);
		err_clear(&err);
	}
}

static void nothing_is_said_of_releases(void **state)
{
	struct apps apps;

	(void)state;
	assert_int_equal(read_text(APP, &apps), 0);
	assert_int_equal(apps.v[0].images.n, 0);
	assert_null(apps.release.branch);
	assert_int_equal(apps.release.push, APPS_PUSH_BRANCH);
}

/* As they are spelled, so that a version keeps its zero. */
static void vars_are_texts(void **state)
{
	static const char *const pairs[][2] = {
		{ "tag", "1.10" }, { "n", "3" },       { "on", "yes" },
		{ "empty", "" },   { "_null", "~" },   { "lines", "ab" },
		{ "mode", "010" }, { "text", "a: b" },
	};
	const struct map *vars;
	struct apps apps;

	(void)state;
	assert_int_equal(
		read_text(APP "  vars:\n    tag: 1.10\n    n: 3\n"
			      "    on: yes\n    empty: ''\n    _null: '~'\n"
			      "    lines: \"a\\nb\\n\"\n    mode: 010\n"
			      "    text: 'a: b'\n",
			  &apps),
		0);
	vars = apps.v[0].vars;
	assert_int_equal(vars->n, ARRAY_LEN(pairs));
	for (size_t i = 0; i < vars->n; i++) {
		assert_string_equal(vars->entries[i].key, pairs[i][0]);
		assert_string_equal(vars->entries[i].value, pairs[i][1]);
	}
}

static void an_app_without_vars_has_none(void **state)
{
	struct map *over = map_new(arena);
	struct apps apps;

	(void)state;
	map_set(over, "a", arena_strdup(arena, "x"));
	assert_int_equal(read_text(APP, &apps), 0);
	assert_null(apps.v[0].vars);
	/* Not even those of others. */
	assert_null(app_vars(arena, &apps.v[0], over));
	assert_int_equal(read_text(APP "  vars: {}\n", &apps), 0);
	assert_int_equal(apps.v[0].vars->n, 0);
	assert_int_equal(app_vars(arena, &apps.v[0], over)->n, 1);
}

static void some_vars_come_before_others(void **state)
{
	struct map *over = map_new(arena);
	const struct map *vars;
	struct apps apps;

	(void)state;
	assert_int_equal(read_text(APP "  vars: {a: '1', b: '2'}\n", &apps), 0);
	assert_ptr_equal(app_vars(arena, &apps.v[0], NULL), apps.v[0].vars);
	map_set(over, "b", arena_strdup(arena, "3"));
	map_set(over, "c", arena_strdup(arena, "4"));
	vars = app_vars(arena, &apps.v[0], over);
	assert_int_equal(vars->n, 3);
	assert_string_equal(map_get(vars, "a"), "1");
	assert_string_equal(map_get(vars, "b"), "3");
	assert_string_equal(map_get(vars, "c"), "4");
	assert_string_equal(map_get(apps.v[0].vars, "b"), "2");
}

static void charts_are_read(void **state)
{
	const struct app_helm *helm;
	struct apps apps;

	(void)state;
	assert_int_equal(
		read_text(APP
			  "  namespace: n\n  helm:\n"
			  "    releaseName: shop\n"
			  "    valuesFiles: [prod.yaml, ../all.yaml]\n"
			  "    values: {replicas: 3, tag: '1.10', on: yes}\n"
			  "    kubeVersion: 1.30\n"
			  "    apiVersions: [example.com/v1]\n"
			  "    skipCRDs: true\n",
			  &apps),
		0);
	helm = apps.v[0].helm;
	assert_string_equal(helm->origin, "gitops.yaml:7");
	assert_string_equal(helm->release_name, "shop");
	assert_string_equal(helm->values_files[0], "deploy/prod.yaml");
	assert_string_equal(helm->values_files[1], "all.yaml");
	assert_null(helm->values_files[2]);
	assert_string_equal(helm->values, "{\"on\":\"yes\",\"replicas\":3,"
					  "\"tag\":\"1.10\"}");
	assert_string_equal(helm->kube_version, "1.30");
	assert_string_equal(helm->api_versions[0], "example.com/v1");
	assert_true(helm->skip_crds);
}

static void a_release_is_named_as_its_app(void **state)
{
	struct apps apps;

	(void)state;
	assert_int_equal(read_text(APP "  namespace: n\n  helm: {}\n", &apps),
			 0);
	assert_string_equal(apps.v[0].helm->release_name, "web");
	assert_null(apps.v[0].helm->values_files[0]);
	assert_null(apps.v[0].helm->values);
	assert_null(apps.v[0].helm->kube_version);
	assert_int_equal(read_text(APP, &apps), 0);
	assert_null(apps.v[0].helm);
}

static void apps_are_rendered_from_the_same_or_not(void **state)
{
	static const char *const others[] = {
		APP "  vars: {a: '2'}\n",
		APP "  vars: {b: '1'}\n",
		APP "  vars: {a: '1', b: '1'}\n",
		APP "  vars: {}\n",
		APP,
		APP "  vars: {a: '1'}\n  namespace: n\n",
		APP "  namespace: n\n  helm: {}\n",
		APP "  namespace: n\n  helm: {values: {a: 1}}\n",
		APP "  namespace: n\n  helm: {values: {a: 2}}\n",
		APP "  namespace: n\n  helm: {skipCRDs: true}\n",
		APP "  namespace: n\n  helm: {valuesFiles: [a]}\n",
		APP "  namespace: n\n  helm: {valuesFiles: [a, b]}\n",
		APP "  namespace: n\n  helm: {releaseName: x}\n",
	};
	struct apps apps, other;

	(void)state;
	assert_int_equal(read_text(APP "  vars: {a: '1'}\n", &apps), 0);
	assert_true(app_is_same_place(&apps.v[0], &apps.v[0]));
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		assert_int_equal(read_text(others[i], &other), 0);
		assert_false(app_is_same_place(&apps.v[0], &other.v[0]));
		assert_false(app_is_same_place(&other.v[0], &apps.v[0]));
		apps = other;
		assert_true(app_is_same_place(&apps.v[0], &other.v[0]));
	}
}

static void wrong_fields_have_a_place(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		{ APP "  images:\n  - {policy: newest}\n",
		  "gitops.yaml:6: images: this member has no image" },
		{ APP "  images:\n  - {image: web}\n",
		  "gitops.yaml:6: images: web has no policy" },
		{ APP "  images:\n  - {image: web, policy: newest}\n"
		      "  - {image: web, policy: newest}\n",
		  "gitops.yaml:7: images: web stands here twice" },
		{ APP "release: {push: force}\n",
		  "gitops.yaml:5: push: expected 'branch', 'none' or "
		  "'pull-request', found 'force'" },
		{ APP "release: {labels: [a]}\n",
		  "gitops.yaml:5: release: labels is of pull requests "
		  "alone" },
		{ APP "release: {push: pull-request, draft: 'no'}\n",
		  "gitops.yaml:5: draft: expected true or false, found "
		  "'no'" },
		{ APP "  helm: {}\n",
		  "gitops.yaml:5: helm: app web has no namespace" },
		{ APP "  namespace: n\n  helm:\n    values: [a.yaml]\n",
		  "gitops.yaml:7: values: expected a mapping" },
		{ APP "  namespace: n\n  helm:\n    valuesFiles:\n"
		      "    - ../../up.yaml\n",
		  "gitops.yaml:8: valuesFiles: path '../../up.yaml' leads "
		  "outside the repository" },
		{ APP "  namespace: n\n  helm:\n    releaseName: -x\n",
		  "gitops.yaml:7: releaseName: '-x' is no name" },
		{ APP "  namespace: n\n  helm:\n    set: {a: b}\n",
		  "gitops.yaml:7: unknown field 'set'" },
		{ APP "  vars: [a]\n",
		  "gitops.yaml:5: vars: expected a mapping of names to texts" },
		{ APP "  vars:\n    a-b: x\n",
		  "gitops.yaml:6: vars: 'a-b': this is no name of a variable" },
		{ APP "  vars:\n    1a: x\n",
		  "gitops.yaml:6: vars: '1a': this is no name of a variable" },
		{ APP "  vars:\n    a: x\n    b: [x]\n",
		  "gitops.yaml:7: vars: 'b': expected a text" },
		{ APP "  vars:\n    a:\n",
		  "gitops.yaml:6: vars: 'a': it has no value" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct apps apps;

		assert_int_equal(read_text(cases[i].text, &apps), -1);
		assert_string_equal(err.msg, cases[i].message);
		err_clear(&err);
	}
}

static void rules_are_read(void **state)
{
	const struct app_ignore *ignore;
	const struct app_health *health;
	struct apps apps;

	(void)state;
	assert_int_equal(
		read_text(APP
			  "  ignore:\n"
			  "  - {kind: Deployment, name: 'w*', namespace: ns,"
			  " group: apps, paths: [/spec/replicas]}\n"
			  "  - {kind: '*', managers: [scaler, other]}\n"
			  "  health:\n"
			  "  - kind: Thing\n"
			  "    healthy: {/status/a: True, /status/b: [1, x]}\n"
			  "    failed: {/status/a: 'False'}\n",
			  &apps),
		0);
	assert_int_equal(apps.v[0].ignore.n, 2);
	ignore = &apps.v[0].ignore.v[0];
	assert_string_equal(ignore->target.group, "apps");
	assert_string_equal(ignore->target.kind, "Deployment");
	assert_string_equal(ignore->target.name, "w*");
	assert_string_equal(ignore->target.namespace, "ns");
	assert_string_equal(ignore->paths[0], "/spec/replicas");
	assert_null(ignore->paths[1]);
	assert_null(ignore->managers[0]);
	assert_string_equal(ignore->origin, "gitops.yaml:6");
	ignore = &apps.v[0].ignore.v[1];
	assert_null(ignore->target.name);
	assert_string_equal(ignore->managers[1], "other");
	assert_int_equal(apps.v[0].health.n, 1);
	health = &apps.v[0].health.v[0];
	assert_int_equal(health->healthy.n, 2);
	assert_string_equal(health->healthy.v[0].path, "/status/a");
	assert_string_equal(health->healthy.v[0].values[0], "True");
	assert_string_equal(health->healthy.v[1].values[1], "x");
	assert_null(health->healthy.v[1].values[2]);
	assert_int_equal(health->failed.n, 1);
	assert_int_equal(health->in_progress.n, 0);
	assert_string_equal(health->origin, "gitops.yaml:9");
}

static void wrong_rules_have_a_place(void **state)
{
	static const struct {
		const char *rule; /* line 6 */
		const char *message;
	} cases[] = {
		{ "  ignore:\n  - {paths: [/spec/x]}\n",
		  "gitops.yaml:6: ignore: this rule has no kind" },
		{ "  ignore:\n  - {kind: Pod}\n",
		  "gitops.yaml:6: ignore: this rule has neither paths nor "
		  "managers" },
		{ "  ignore:\n  - {kind: Pod, paths: [spec.x]}\n",
		  "gitops.yaml:6: ignore: 'spec.x' is no JSON pointer" },
		{ "  ignore:\n  - {kind: Pod, paths: [/metadata]}\n",
		  "gitops.yaml:6: ignore: '/metadata' holds what says which "
		  "object it is" },
		{ "  ignore:\n  - {kind: Pod, paths: [/kind]}\n",
		  "gitops.yaml:6: ignore: '/kind' says which object it is" },
		{ "  ignore:\n  - {kind: Pod, paths: [/metadata/name]}\n",
		  "gitops.yaml:6: ignore: '/metadata/name' says which object "
		  "it is" },
		{ "  ignore:\n  - {kind: Pod, managers: [gitops]}\n",
		  "gitops.yaml:6: ignore: gitops is the manager of what is "
		  "synced" },
		{ "  ignore:\n  - {kind: Pod, path: [/spec]}\n",
		  "gitops.yaml:6: unknown field 'path'" },
		{ "  health:\n  - {healthy: {/a: b}}\n",
		  "gitops.yaml:6: health: this rule has no kind" },
		{ "  health:\n  - {kind: Pod, failed: {/a: b}}\n",
		  "gitops.yaml:6: health: this rule does not say what is "
		  "healthy" },
		{ "  health:\n  - {kind: Pod, healthy: Ready}\n",
		  "gitops.yaml:6: healthy: expected paths with their values" },
		{ "  health:\n  - {kind: Pod, healthy: {a: b}}\n",
		  "gitops.yaml:6: healthy: 'a' is no JSON pointer" },
		{ "  health:\n  - {kind: Pod, healthy: {/l/*/a: b}}\n",
		  "gitops.yaml:6: healthy: '/l/*/a' leads to more than one "
		  "value" },
		{ "  health:\n  - {kind: Pod, healthy: {/a: }}\n",
		  "gitops.yaml:6: healthy: /a: expected a value or a list of "
		  "values" },
		{ "  health:\n  - {kind: Pod, failed: {/a: []}}\n",
		  "gitops.yaml:6: failed: /a: expected a value or a list of "
		  "values" },
		{ "  health:\n  - {kind: Pod, failed: {/a: [b, {c: d}]}}\n",
		  "gitops.yaml:6: failed: /a: expected a value or a list of "
		  "values" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct apps apps;
		char *text = arena_printf(arena, "%s%s", APP, cases[i].rule);

		assert_int_equal(read_text(text, &apps), -1);
		assert_string_equal(err.msg, cases[i].message);
		err_clear(&err);
	}
}

static void deletes_are_a_number_or_a_part(void **state)
{
	static const char *const wrong[] = { "",    "%",    "x",      "-1",
					     "1%%", "101%", "1000001" };
	unsigned percent;
	size_t number;

	(void)state;
	assert_true(apps_read_deletes("7", &number, &percent));
	assert_int_equal(number, 7);
	assert_int_equal(percent, 0);
	assert_true(apps_read_deletes("10%", &number, &percent));
	assert_int_equal(number, 0);
	assert_int_equal(percent, 10);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_false(apps_read_deletes(wrong[i], &number, &percent));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pull_requests_are_read),
		TEST(clusters_are_read),
		TEST(deletes_are_a_number_or_a_part),
		TEST(images_are_read),
		TEST(nothing_is_said_of_releases),
		TEST(rules_are_read),
		TEST(wrong_clusters_have_a_place),
		TEST(vars_are_texts),
		TEST(an_app_without_vars_has_none),
		TEST(some_vars_come_before_others),
		TEST(charts_are_read),
		TEST(a_release_is_named_as_its_app),
		TEST(apps_are_rendered_from_the_same_or_not),
		TEST(wrong_fields_have_a_place),
		TEST(wrong_rules_have_a_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
