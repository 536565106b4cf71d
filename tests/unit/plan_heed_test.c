/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "plan/heed.h"

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

static const struct heed_rules no_rules;

#define FLUX "kustomize.toolkit.fluxcd.io/"

/* A plan of one ConfigMap with this in its metadata. */
static struct plan *plan_of(const char *metadata)
{
	struct plan *plan = arena_alloc(arena, sizeof(*plan));
	struct objects *want = arena_alloc(arena, sizeof(*want));
	const struct record_members none = { 0 };
	const char *text = arena_printf(arena,
					"apiVersion: v1\nkind: ConfigMap\n"
					"metadata: {name: a, namespace: n%s}\n",
					metadata);
	struct docs docs = { 0 };

	assert_int_equal(doc_read_yaml(arena, "a.yaml",
				       (struct bytes){ text, strlen(text) },
				       NULL, &docs, &err),
			 0);
	assert_int_equal(objects_add_doc(arena, &docs.v[0], want, &err), 0);
	plan_init(arena, want, &none, plan);
	return plan;
}

#define ANNOTATED(key, value) ", annotations: {" FLUX key ": " value "}"
#define LABELLED(key, value)  ", labels: {" FLUX key ": " value "}"
#define LIVE(where, key, value)                                                \
	"{\"metadata\":{\"name\":\"a\",\"" where "\":{\"" FLUX key             \
	"\":\"" value "\"}}}"
#define PLAIN "{\"metadata\":{\"name\":\"a\"}}"

static const struct {
	const char *want; /* its metadata */
	const char *live; /* or NULL */
	const char *why;  /* it is left alone: its end; or NULL */
	bool unfolded;
} cases[] = {
	{ "", NULL, NULL, false },
	{ "", PLAIN, NULL, false },
	{ ANNOTATED("ssa", "Override"), PLAIN, NULL, false },
	{ ANNOTATED("ssa", "Ignore"), NULL, "ssa says Ignore", false },
	{ ANNOTATED("ssa", "ignore"), PLAIN, "ssa says Ignore", false },
	{ LABELLED("ssa", "IGNORE"), PLAIN, "ssa says Ignore", false },
	{ "", LIVE("annotations", "ssa", "Ignore"), "ssa says Ignore", false },
	{ "", LIVE("labels", "ssa", "ignore"), "ssa says Ignore", false },
	{ ANNOTATED("ssa", "IfNotPresent"), NULL, NULL, false },
	{ ANNOTATED("ssa", "IfNotPresent"), PLAIN,
	  "ssa says IfNotPresent, and it is there", false },
	/* This one counts in git alone. */
	{ "", LIVE("annotations", "ssa", "IfNotPresent"), NULL, false },
	{ ANNOTATED("ssa", "Merge"), PLAIN, NULL, true },
	{ "", LIVE("annotations", "ssa", "merge"), NULL, true },
	{ ANNOTATED("reconcile", "Disabled"), NULL, "reconcile says Disabled",
	  false },
	{ "", LIVE("annotations", "reconcile", "disabled"),
	  "reconcile says Disabled", false },
	{ "", LIVE("annotations", "reconcile", "Enabled"), NULL, false },
	{ "", LIVE("annotations", "reconcile", "nonsense"), NULL, false },
};

static void what_annotations_say_is_heeded(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct plan *plan = plan_of(cases[i].want);
		struct plan_step *step = &plan->v[0];

		if (cases[i].live)
			step->item.live = (struct bytes){
				cases[i].live, strlen(cases[i].live)
			};
		step->item.fold = true;
		assert_int_equal(heed_wishes(plan, &err), 0);
		heed_items(plan, &no_rules);
		assert_int_equal(step->item.leave, cases[i].why != NULL);
		assert_int_equal(step->item.unfolded, cases[i].unfolded);
		assert_int_equal(step->item.fold, !cases[i].unfolded);
		assert_int_equal(step->action == PLAN_KEEP,
				 cases[i].why != NULL);
		if (cases[i].why)
			assert_true(str_ends(step->why, cases[i].why));
		if (cases[i].why) {
			assert_int_equal(plan_judge(plan, &err), 0);
			assert_int_equal(plan->count[PLAN_KEEP], 1);
			assert_false(plan_changes(plan));
		}
	}
}

#define ARGO "argocd.argoproj.io/sync-options"

static const struct {
	const char *want;
	const char *live;
	bool forced; /* --force-replace */
	bool may;
} leaves[] = {
	{ "", PLAIN, false, false },
	{ "", PLAIN, true, true },
	{ ANNOTATED("force", "enabled"), PLAIN, false, true },
	{ ANNOTATED("force", "Disabled"), PLAIN, false, false },
	{ "", LIVE("labels", "force", "Enabled"), false, true },
	{ ", annotations: {" ARGO ": 'Replace=true, Force=true'}", PLAIN, false,
	  true },
	{ ", annotations: {" ARGO ": Replace=true}", PLAIN, false, false },
	{ ", annotations: {" ARGO ": Force=true}", PLAIN, false, false },
};

static void leave_to_replace_is_given_in_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(leaves); i++) {
		const struct heed_rules rules = {
			.force_replace = leaves[i].forced,
		};
		struct plan *plan = plan_of(leaves[i].want);
		struct cluster_item *item = &plan->v[0].item;

		item->live = (struct bytes){ leaves[i].live,
					     strlen(leaves[i].live) };
		assert_int_equal(heed_wishes(plan, &err), 0);
		heed_items(plan, &rules);
		assert_int_equal(item->may_replace, leaves[i].may);
		assert_int_equal(item->replace_hint == NULL, leaves[i].may);
	}
}

static void what_takes_much_with_it_must_be_named(void **state)
{
	static const char *const named[] = { "PersistentVolumeClaim", NULL };
	struct heed_rules rules = { .force_replace = true };
	struct plan *plan = plan_of("");
	struct object claim = *plan->v[0].item.want;

	(void)state;
	claim.kind = "PersistentVolumeClaim";
	plan->v[0].item.want = &claim;
	heed_items(plan, &rules);
	assert_false(plan->v[0].item.may_replace);
	assert_non_null(strstr(plan->v[0].item.replace_hint,
			       "--prune-kinds=PersistentVolumeClaim"));
	rules.kinds = named;
	heed_items(plan, &rules);
	assert_true(plan->v[0].item.may_replace);
}

#define GOING "{\"metadata\":{\"deletionTimestamp\":\"2026-11-24T08:15:00Z\"}}"

static void what_is_being_deleted_is_made_anew(void **state)
{
	struct plan *plan = plan_of("");
	struct plan_step *step = &plan->v[0];
	struct object space = *step->item.want;

	(void)state;
	step->item.live = (struct bytes){ GOING, sizeof(GOING) - 1 };
	heed_items(plan, &no_rules);
	assert_int_equal(plan_judge(plan, &err), 0);
	assert_int_equal(step->action, PLAN_REPLACE);
	assert_non_null(strstr(step->why, "once it is gone"));

	/* All that is in it goes, too. */
	step->item.anew = false;
	space.kind = "Namespace";
	step->item.want = &space;
	heed_items(plan, &no_rules);
	assert_false(step->item.anew);
}

/* Proved to be as it was applied, and so there; its text is not. */
static void what_is_proved_is_present(void **state)
{
	struct plan *plan = plan_of(ANNOTATED("ssa", "IfNotPresent"));

	(void)state;
	plan->v[0].item.proved = true;
	heed_items(plan, &no_rules);
	assert_int_equal(plan->v[0].action, PLAN_KEEP);
}

static void what_could_not_be_read_is_not_judged(void **state)
{
	struct plan *plan = plan_of(ANNOTATED("ssa", "Ignore"));

	(void)state;
	err_set(&plan->v[0].item.err, ERR_ACCESS, "forbidden");
	heed_items(plan, &no_rules);
	assert_int_equal(plan->v[0].action, PLAN_UNCHANGED);
	assert_int_equal(plan_judge(plan, &err), 0);
	assert_int_equal(plan->v[0].action, PLAN_FAILED);
}

static void a_value_that_nobody_knows_is_an_error(void **state)
{
	(void)state;
	assert_int_equal(heed_wishes(plan_of(ANNOTATED("ssa", "Ignored")),
				     &err),
			 -1);
	assert_int_equal(err.status, ERR_INPUT);
	assert_string_equal(err.msg, "a.yaml:1: ConfigMap n/a: " FLUX
				     "ssa: 'Ignored' is none of IfNotPresent, "
				     "Ignore, Merge, Override");
	err_clear(&err);
	assert_int_equal(heed_wishes(plan_of(LABELLED("reconcile", "off")),
				     &err),
			 -1);
	assert_string_equal(err.msg, "a.yaml:1: ConfigMap n/a: " FLUX
				     "reconcile: 'off' is none of Disabled, "
				     "Enabled");
}

static void a_list_stands_between_commas(void **state)
{
	(void)state;
	assert_true(heed_lists("A=b, prune=FALSE", "Prune=false"));
	assert_true(heed_lists("x", "X"));
	assert_false(heed_lists("xy", "x"));
	assert_false(heed_lists("", "x"));
	assert_false(heed_lists(NULL, "x"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_annotations_say_is_heeded),
		TEST(leave_to_replace_is_given_in_words),
		TEST(what_takes_much_with_it_must_be_named),
		TEST(what_is_being_deleted_is_made_anew),
		TEST(what_is_proved_is_present),
		TEST(what_could_not_be_read_is_not_judged),
		TEST(a_value_that_nobody_knows_is_an_error),
		TEST(a_list_stands_between_commas),
	};

	doc_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
