/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/vec.h"
#include "plan/order.h"

static struct arena *arena;
static struct err err;
static struct apps apps;

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	apps = (struct apps){ 0 };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	err_clear(&err);
	arena_free(arena);
	return 0;
}

#define DEPENDS "config.kubernetes.io/depends-on"
#define WAVE    "argocd.argoproj.io/sync-wave"
#define HOOK    "argocd.argoproj.io/hook"

/* "Kind name", in namespace n where it is no Namespace, with an annotation. */
static char *one(const char *kind, const char *name, const char *key,
		 const char *value)
{
	const char *group = !strcmp(kind, "Deployment") ? "apps/v1" : "v1";
	const char *where = strcmp(kind, "Namespace") != 0 ? ", namespace: n" :
							     "";

	return arena_printf(arena,
			    "---\napiVersion: %s\nkind: %s\n"
			    "metadata: {name: %s%s, annotations: "
			    "{%s: \"%s\"}}\n",
			    group, kind, name, where, key, value);
}

static int order(const char *a, const char *b, const char *c, struct plan *plan)
{
	const struct record_members none = { 0 };
	const char *text = arena_printf(arena, "%s%s%s", a, b, c);
	struct objects *want = arena_alloc(arena, sizeof(*want));
	struct docs docs = { 0 };

	assert_int_equal(doc_read_yaml(arena, "a.yaml",
				       (struct bytes){ text, strlen(text) },
				       NULL, &docs, &err),
			 0);
	for (size_t i = 0; i < docs.n; i++)
		assert_int_equal(objects_add_doc(arena, &docs.v[i], want, &err),
				 0);
	assert_int_equal(objects_sort(want, &err), 0);
	for (size_t i = 0; i < want->n; i++)
		want->v[i].app = want->v[i].name;
	plan_init(arena, want, &none, plan);
	return order_steps(plan, &apps, &err);
}

/* "a b,c": b and c at the same time. */
static void expect(const char *a, const char *b, const char *c,
		   const char *wanted)
{
	AUTO_STR struct str got = STR_INIT(STR_BIG);
	struct plan_step **steps;
	struct plan plan;

	assert_int_equal(order(a, b, c, &plan), 0);
	steps = order_by_slot(&plan);
	for (size_t i = 0; i < plan.n_want; i++) {
		if (i)
			str_add(&got, order_compare(steps[i - 1], steps[i]) ?
					      " " :
					      ",");
		str_add(&got, steps[i]->item.want->name);
	}
	assert_string_equal(str_text(&got), wanted);
}

static void expect_error(const char *a, const char *b, const char *c,
			 const char *words)
{
	struct plan plan;

	assert_int_equal(order(a, b, c, &plan), -1);
	if (!strstr(err.msg, words))
		fail_msg("'%s' is not in '%s'", words, err.msg);
	err_clear(&err);
}

static void stages_come_by_themselves(void **state)
{
	(void)state;
	expect(one("Deployment", "a", "x", "y"),
	       one("ConfigMap", "b", "x", "y"), one("Namespace", "n", "x", "y"),
	       "n b a");
	expect(one("ConfigMap", "a", "x", "y"), one("ConfigMap", "b", "x", "y"),
	       one("Service", "c", "x", "y"), "a,b c");
}

static void hooks_of_helm_have_a_phase_and_a_weight(void **state)
{
	static const char *const hook =
		"helm.sh/hook: post-install, helm.sh/hook-weight";

	(void)state;
	expect(one("Service", "a", "helm.sh/hook", "pre-install,pre-upgrade"),
	       one("ConfigMap", "b", "x", "y"),
	       one("ConfigMap", "c", "helm.sh/hook", "post-upgrade"), "a b c");
	expect(one("ConfigMap", "a", hook, "3"),
	       one("Deployment", "b", hook, "-2"),
	       one("ConfigMap", "c", "helm.sh/hook-weight", "9"), "c b a");
	expect_error(one("ConfigMap", "a", hook, "x"), "", "",
		     "ConfigMap n/a: helm.sh/hook-weight: expected a whole "
		     "number");
}

static void what_is_depended_on_comes_first(void **state)
{
	(void)state;
	expect(one("ConfigMap", "a", DEPENDS, "apps/namespaces/n/Deployment/c"),
	       one("ConfigMap", "b", "x", "y"),
	       one("Deployment", "c", "x", "y"), "b c a");
	expect(one("ConfigMap", "a", DEPENDS,
		   "/namespaces/n/ConfigMap/b, /namespaces/n/ConfigMap/c"),
	       one("ConfigMap", "b", DEPENDS, "/namespaces/n/ConfigMap/c"),
	       one("ConfigMap", "c", "x", "y"), "c b a");
}

static void waves_and_phases_come_before_stages(void **state)
{
	(void)state;
	expect(one("ConfigMap", "a", WAVE, "1"),
	       one("Deployment", "b", "x", "y"),
	       one("Deployment", "c", WAVE, "-2"), "c b a");
	expect(one("ConfigMap", "a", HOOK, "PostSync"),
	       one("Deployment", "b", HOOK, "Sync"),
	       one("Deployment", "c", HOOK, "PreSync"), "c b a");
}

static void a_namespace_is_as_early_as_what_is_in_it(void **state)
{
	(void)state;
	expect(one("ConfigMap", "a", WAVE, "-5"),
	       one("Namespace", "n", WAVE, "3"),
	       one("ConfigMap", "c", "x", "y"), "n a c");
}

static void apps_come_after_those_they_depend_on(void **state)
{
	struct app *app = vec_push(arena, &apps);

	(void)state;
	*app = (struct app){ .name = "a", .level = 1, .chosen = true };
	expect(one("Namespace", "a", "x", "y"),
	       one("Deployment", "b", "x", "y"), "", "b a");
}

/* The names of those that make no sense without the first, "b c". */
static void expect_needs(const char *a, const char *b, const char *c,
			 const char *wanted)
{
	AUTO_STR struct str got = STR_INIT(STR_BIG);
	struct plan_step **steps;
	struct plan plan;

	assert_int_equal(order(a, b, c, &plan), 0);
	steps = order_by_slot(&plan);
	for (size_t i = 1; i < plan.n_want; i++)
		if (order_needs(steps[i], steps[0], &apps))
			str_printf(&got, "%s%s", got.len ? " " : "",
				   steps[i]->item.want->name);
	assert_string_equal(str_text(&got), wanted);
}

static void what_makes_no_sense_without_it(void **state)
{
	static const char *on[] = { "a", NULL }, *of[] = { "b", NULL };

	(void)state;
	for (const char *name = "abc"; *name; name++) {
		struct app *app = vec_push(arena, &apps);

		*app = (struct app){
			.name = arena_strndup(arena, name, 1),
			.chosen = true,
		};
	}

	/* Stages alone are no reason. */
	expect_needs(one("ConfigMap", "a", "x", "y"),
		     one("Service", "b", "x", "y"),
		     one("Deployment", "c", "x", "y"), "");
	expect_needs(one("ConfigMap", "a", "x", "y"),
		     one("Service", "b", DEPENDS, "/namespaces/n/ConfigMap/a"),
		     one("Deployment", "c", DEPENDS, "/namespaces/n/Service/b"),
		     "b");
	/* Phases and waves are of one app. */
	expect_needs(one("ConfigMap", "a", WAVE, "-1"),
		     one("Service", "b", "x", "y"),
		     one("Deployment", "c", HOOK, "PostSync"), "");
	apps.v[1] = (struct app){
		.name = "b", .level = 1, .depends_on = on, .chosen = true
	};
	apps.v[2] = (struct app){
		.name = "c", .level = 2, .depends_on = of, .chosen = true
	};
	expect_needs(one("ConfigMap", "a", "x", "y"),
		     one("Service", "b", "x", "y"),
		     one("Deployment", "c", "x", "y"), "b c");
}

static void later_phases_and_waves_of_an_app_need_it(void **state)
{
	struct plan plan;
	struct plan_step **steps;

	(void)state;
	assert_int_equal(order(one("ConfigMap", "a", WAVE, "-1"),
			       one("Service", "b", "x", "y"),
			       one("Deployment", "c", HOOK, "PostSync"), &plan),
			 0);
	for (size_t i = 0; i < plan.n; i++)
		((struct object *)(uintptr_t)plan.v[i].item.want)->app = "one";
	steps = order_by_slot(&plan);
	assert_true(order_needs(steps[1], steps[0], &apps));
	assert_true(order_needs(steps[2], steps[0], &apps));
	assert_true(order_needs(steps[2], steps[1], &apps));
	assert_false(order_needs(steps[0], steps[0], &apps));
}

static void what_must_be_healthy_first(void **state)
{
	struct plan_step early = { 0 }, late = { 0 };

	(void)state;
	late.slot.stage = STAGE_SERVICE;
	assert_false(order_waits(&early, &late));
	late.slot.after = 1;
	assert_true(order_waits(&early, &late));
	late.slot = (struct plan_slot){ .wave = 1 };
	assert_true(order_waits(&early, &late));
	late.slot = (struct plan_slot){ .phase = 1 };
	assert_true(order_waits(&early, &late));
	late.slot = (struct plan_slot){ .level = 1 };
	assert_true(order_waits(&early, &late));
}

static void circles_are_shown(void **state)
{
	(void)state;
	expect_error(one("ConfigMap", "a", DEPENDS,
			 "/namespaces/n/ConfigMap/b"),
		     one("ConfigMap", "b", DEPENDS,
			 "/namespaces/n/ConfigMap/a"),
		     "", "ConfigMap n/a -> ConfigMap n/b -> ConfigMap n/a");
	expect_error(one("ConfigMap", "a", DEPENDS,
			 "/namespaces/n/ConfigMap/a"),
		     "", "", "ConfigMap n/a -> ConfigMap n/a");
}

static void annotations_that_are_wrong_are_refused(void **state)
{
	static const char *const references[] = {
		"ConfigMap/b",
		"/namespaces/n/ConfigMap",
		"/namespace/n/ConfigMap/b",
		"/namespaces//ConfigMap/b",
		"/namespaces/n/ConfigMap/b/c",
		",",
	};
	static const char *const waves[] = { "x",   "1x",  "",
					     "1.5", "--1", "99999999" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(references); i++)
		expect_error(one("ConfigMap", "a", DEPENDS, references[i]), "",
			     "", "a.yaml:2: ConfigMap n/a: " DEPENDS);
	for (size_t i = 0; i < ARRAY_LEN(waves); i++)
		expect_error(one("ConfigMap", "a", WAVE, waves[i]), "", "",
			     "a.yaml:2: ConfigMap n/a: " WAVE);
	expect_error(one("ConfigMap", "a", DEPENDS, "/Namespace/n"), "", "",
		     "there is no /Namespace/n in this sync");
}

static void what_another_app_may_have_is_not_missed(void **state)
{
	struct app *app = vec_push(arena, &apps);

	(void)state;
	*app = (struct app){ .name = "other" };
	expect(one("ConfigMap", "a", DEPENDS, "/Namespace/n"), "", "", "a");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(stages_come_by_themselves),
		TEST(hooks_of_helm_have_a_phase_and_a_weight),
		TEST(what_is_depended_on_comes_first),
		TEST(waves_and_phases_come_before_stages),
		TEST(a_namespace_is_as_early_as_what_is_in_it),
		TEST(apps_come_after_those_they_depend_on),
		TEST(what_makes_no_sense_without_it),
		TEST(later_phases_and_waves_of_an_app_need_it),
		TEST(what_must_be_healthy_first),
		TEST(circles_are_shown),
		TEST(annotations_that_are_wrong_are_refused),
		TEST(what_another_app_may_have_is_not_missed),
	};

	doc_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
