/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "plan/heed.h"
#include "plan/hook.h"

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

/* A hook of the app "a" with these annotations, and beside it a ConfigMap. */
static struct plan *plan_of(const char *kind, const char *annotations)
{
	struct plan *plan = arena_alloc(arena, sizeof(*plan));
	struct objects *want = arena_alloc(arena, sizeof(*want));
	const struct record_members none = { 0 };
	const char *text = arena_printf(
		arena,
		"apiVersion: v1\nkind: %s\n"
		"metadata: {name: h, namespace: n, annotations: {%s}}\n---\n"
		"apiVersion: v1\nkind: Service\nmetadata: {name: s}\n",
		kind, annotations);
	struct docs docs = { 0 };

	assert_int_equal(doc_read_yaml(arena, "a.yaml",
				       (struct bytes){ text, strlen(text) },
				       NULL, &docs, &err),
			 0);
	for (size_t i = 0; i < docs.n; i++)
		assert_int_equal(objects_add_doc(arena, &docs.v[i], want, &err),
				 0);
	for (size_t i = 0; i < want->n; i++)
		want->v[i].app = "a";
	plan_init(arena, want, &none, plan);
	return plan;
}

#define HOOK(value)       "argocd.argoproj.io/hook: '" value "'"
#define POLICY(value)     ", argocd.argoproj.io/hook-delete-policy: '" value "'"
#define HELM(value)       "helm.sh/hook: '" value "'"
#define H_POLICY(value)   ", helm.sh/hook-delete-policy: '" value "'"
#define LIVE_HELM         LIVE("\"helm.sh/hook\":\"pre-upgrade\"")
#define LIVE(annotations) "{\"metadata\":{\"annotations\":{" annotations "}}}"
#define LIVE_HOOK         LIVE("\"argocd.argoproj.io/hook\":\"Sync\"")

static const struct {
	const char *kind;
	const char *annotations;
	const char *live; /* or NULL */
	enum plan_action rests;
	enum plan_action runs; /* once its app has something to do */
	bool anew;
} cases[] = {
	{ "ConfigMap", HOOK("PreSync"), NULL, PLAN_UNCHANGED, PLAN_CREATE,
	  true },
	{ "ConfigMap", HOOK("Sync"), LIVE_HOOK, PLAN_UNCHANGED, PLAN_REPLACE,
	  true },
	{ "ConfigMap", HOOK("postsync, SyncFail"), LIVE_HOOK, PLAN_UNCHANGED,
	  PLAN_REPLACE, true },
	/* Somebody else's is no run of it: it is changed, and not deleted. */
	{ "ConfigMap", HOOK("Sync"), LIVE(""), PLAN_UNCHANGED, PLAN_APPLY,
	  false },
	{ "ConfigMap", HOOK("Sync") POLICY("HookSucceeded"), LIVE_HOOK,
	  PLAN_UNCHANGED, PLAN_APPLY, false },
	{ "ConfigMap", HOOK("Sync") POLICY("HookSucceeded,BeforeHookCreation"),
	  LIVE_HOOK, PLAN_UNCHANGED, PLAN_REPLACE, true },
	/* Its data would go with it. */
	{ "PersistentVolumeClaim", HOOK("PreSync"), LIVE_HOOK, PLAN_UNCHANGED,
	  PLAN_APPLY, false },
	{ "ConfigMap", HOOK("Skip"), NULL, PLAN_KEEP, PLAN_KEEP, false },
	{ "ConfigMap", HOOK("PreSync,Skip"), LIVE_HOOK, PLAN_KEEP, PLAN_KEEP,
	  false },
	{ "ConfigMap", HOOK("SyncFail"), NULL, PLAN_KEEP, PLAN_KEEP, false },
	/* Those of Helm, as Argo CD takes them. */
	{ "ConfigMap", HELM("pre-install,pre-upgrade"), NULL, PLAN_UNCHANGED,
	  PLAN_CREATE, true },
	{ "ConfigMap", HELM("post-upgrade"), LIVE_HELM, PLAN_UNCHANGED,
	  PLAN_REPLACE, true },
	{ "ConfigMap", HELM("pre-upgrade") H_POLICY("hook-succeeded"),
	  LIVE_HELM, PLAN_UNCHANGED, PLAN_APPLY, false },
	{ "ConfigMap",
	  HELM("pre-upgrade") H_POLICY("hook-failed, before-hook-creation"),
	  LIVE_HELM, PLAN_UNCHANGED, PLAN_REPLACE, true },
	{ "ConfigMap", HELM("test"), NULL, PLAN_KEEP, PLAN_KEEP, false },
	{ "ConfigMap", HELM("pre-rollback,post-delete"), NULL, PLAN_KEEP,
	  PLAN_KEEP, false },
	{ "ConfigMap", HELM("pre-install") ", " HOOK("Skip"), NULL, PLAN_KEEP,
	  PLAN_KEEP, false },
	{ "ConfigMap", HELM("crd-install"), LIVE(""), PLAN_APPLY, PLAN_APPLY,
	  false },
	/* No hook at all. */
	{ "ConfigMap", "x: y", LIVE(""), PLAN_APPLY, PLAN_APPLY, false },
};

static struct plan_step *hook_of(struct plan *plan)
{
	return strcmp(plan->v[0].item.want->name, "h") == 0 ? &plan->v[0] :
							      &plan->v[1];
}

static struct plan_step *other_of(struct plan *plan)
{
	return hook_of(plan) == &plan->v[0] ? &plan->v[1] : &plan->v[0];
}

static void a_hook_runs_with_its_app(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct plan *plan = plan_of(cases[i].kind,
					    cases[i].annotations);
		struct plan_step *hook = hook_of(plan);

		if (cases[i].live)
			hook->item.live = (struct bytes){
				cases[i].live, strlen(cases[i].live)
			};
		other_of(plan)->item.proved = true;
		hook_find(plan, NULL);
		hook_rest(plan);
		assert_int_equal(hook->item.anew, cases[i].anew);
		assert_int_equal(plan_judge(plan, &err), 0);
		assert_int_equal(hook->action, cases[i].rests);
		assert_false(hook_wake(plan));

		other_of(plan)->item.proved = false;
		assert_int_equal(plan_judge(plan, &err), 0);
		assert_int_equal(hook_wake(plan),
				 cases[i].rests == PLAN_UNCHANGED);
		assert_int_equal(plan_judge(plan, &err), 0);
		assert_int_equal(hook->action, cases[i].runs);
	}
}

#define LIVE_POD(phase)                                                        \
	"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{"               \
	"\"annotations\":{\"argocd.argoproj.io/hook\":\"Sync\"}},"             \
	"\"status\":{\"phase\":\"" phase "\"}}"

static void a_hook_that_has_failed_runs_again(void **state)
{
	static const struct {
		const char *annotations;
		const char *live;
		bool runs;
	} pods[] = {
		{ HOOK("Sync"), LIVE_POD("Failed"), true },
		{ HOOK("Sync"), LIVE_POD("Succeeded"), false },
		{ HOOK("Sync"), LIVE_POD("Pending"), false },
		/* It is never made anew. */
		{ HOOK("Sync") POLICY("HookSucceeded"), LIVE_POD("Failed"),
		  false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pods); i++) {
		struct plan *plan = plan_of("Pod", pods[i].annotations);
		struct plan_step *hook = hook_of(plan);

		hook->item.live = (struct bytes){ pods[i].live,
						  strlen(pods[i].live) };
		other_of(plan)->item.proved = true;
		hook_find(plan, NULL);
		hook_rest(plan);
		assert_int_equal(plan_judge(plan, &err), 0);
		assert_int_equal(hook_wake(plan), pods[i].runs);
		assert_int_equal(plan_judge(plan, &err), 0);
		assert_int_equal(hook->action,
				 pods[i].runs ? PLAN_REPLACE : PLAN_UNCHANGED);
	}
}

static void another_app_is_no_reason(void **state)
{
	struct plan *plan = plan_of("ConfigMap", HOOK("Sync"));
	struct object other = *other_of(plan)->item.want;

	(void)state;
	other.app = "b";
	other_of(plan)->item.want = &other;
	hook_find(plan, NULL);
	hook_rest(plan);
	assert_int_equal(plan_judge(plan, &err), 0);
	assert_int_equal(other_of(plan)->action, PLAN_CREATE);
	assert_false(hook_wake(plan));
}

static void a_hook_that_is_left_alone_stays_so(void **state)
{
	struct plan *plan = plan_of("ConfigMap",
				    HOOK("Sync") ", kustomize.toolkit.fluxcd."
						 "io/ssa: Ignore");

	(void)state;
	hook_find(plan, NULL);
	heed_items(plan, &(const struct heed_rules){ 0 });
	hook_rest(plan);
	assert_int_equal(plan_judge(plan, &err), 0);
	assert_false(hook_wake(plan));
	assert_int_equal(hook_of(plan)->action, PLAN_KEEP);
}

static const struct {
	const char *kind;
	const char *policy;
	const char *reason; /* NULL: nobody has waited */
	enum health_state state;
	bool over;
} ends[] = {
	{ "Pod", "", "", HEALTH_CURRENT, false },
	{ "Pod", POLICY("HookSucceeded"), "", HEALTH_CURRENT, true },
	{ "Pod", POLICY("HookSucceeded"), "", HEALTH_FAILED, false },
	{ "Pod", POLICY("HookSucceeded"), "", HEALTH_IN_PROGRESS, false },
	{ "Pod", POLICY("HookSucceeded"), NULL, HEALTH_CURRENT, false },
	{ "Pod", POLICY("HookFailed"), "", HEALTH_FAILED, true },
	{ "Pod", POLICY("HookFailed"), "", HEALTH_CURRENT, false },
	{ "Pod", POLICY("HookFailed,HookSucceeded"), "", HEALTH_CURRENT, true },
	/* It cannot fail. */
	{ "ConfigMap", POLICY("HookSucceeded"), NULL, HEALTH_CURRENT, true },
	{ "ConfigMap", POLICY("HookFailed"), NULL, HEALTH_CURRENT, false },
};

static void a_hook_is_deleted_when_its_policy_says_so(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		struct plan *plan = plan_of(ends[i].kind,
					    arena_printf(arena, "%s%s",
							 HOOK("PreSync"),
							 ends[i].policy));
		struct plan_step *hook = hook_of(plan);

		hook_find(plan, NULL);
		hook->item.health = (struct health){ ends[i].state,
						     ends[i].reason, false };
		assert_false(hook_is_over(hook));
		hook->outcome = PLAN_DONE;
		assert_int_equal(hook_is_over(hook), ends[i].over);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_hook_runs_with_its_app),
		TEST(a_hook_that_has_failed_runs_again),
		TEST(another_app_is_no_reason),
		TEST(a_hook_that_is_left_alone_stays_so),
		TEST(a_hook_is_deleted_when_its_policy_says_so),
	};

	doc_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
