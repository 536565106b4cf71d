/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/hook.h"

#include "base/map.h"
#include "document/document.h"
#include "object/health.h"
#include "object/mark.h"
#include "plan/heed.h"
#include "plan/order.h"
#include "plan/prune.h"

static const char *annotation(const json_t *object, const char *key)
{
	return doc_get_string(object, "metadata", "annotations", key, NULL);
}

/* Either tool's policy, in its own words. */
static bool policy_says(const json_t *want, const char *argo, const char *helm)
{
	return heed_lists(annotation(want, HEED_HOOK_POLICY), argo) ||
	       heed_lists(annotation(want, HEED_HELM_HOOK_POLICY), helm);
}

static unsigned read_hook(const json_t *want)
{
	struct heed_hook hook;
	unsigned flags = HOOK_RUNS;

	if (!heed_hook(want, &hook))
		return 0;
	if (heed_lists(hook.phases, "Skip") ||
	    (!heed_lists(hook.phases, "PreSync") &&
	     !heed_lists(hook.phases, "Sync") &&
	     !heed_lists(hook.phases, "PostSync")))
		return HOOK_LEFT;
	if ((!annotation(want, HEED_HOOK_POLICY) &&
	     !annotation(want, HEED_HELM_HOOK_POLICY)) ||
	    policy_says(want, "BeforeHookCreation", "before-hook-creation"))
		flags |= HOOK_BEFORE;
	if (policy_says(want, "HookSucceeded", "hook-succeeded"))
		flags |= HOOK_SUCCEEDED;
	if (policy_says(want, "HookFailed", "hook-failed"))
		flags |= HOOK_FAILED;
	return flags;
}

void hook_find(struct plan *plan, const char *const *kinds)
{
	for (size_t i = 0; i < plan->n_want; i++) {
		struct plan_step *step = &plan->v[i];
		const struct object *want = step->item.want;

		step->hook = read_hook(want->doc);
		if (prune_keeps_kind(want, kinds))
			step->hook &= HOOK_RUNS | HOOK_LEFT;
		step->item.anew = step->hook & HOOK_BEFORE;
	}
}

/* Is what lives an earlier run? */
static bool is_run(const struct cluster_item *item)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_ERR struct err broken = { 0 };
	const char *set = doc_get_string(item->want->doc, "metadata", "labels",
					 MARK_LABEL, NULL);
	struct heed_hook hook;
	json_t *live;

	if (doc_read_json(scratch, "live", item->live, &live, &broken) < 0)
		return false;
	return heed_hook(live, &hook) ||
	       (set && mark_is_ours(live, item->want, set));
}

void hook_rest(struct plan *plan)
{
	for (size_t i = 0; i < plan->n_want; i++) {
		struct plan_step *step = &plan->v[i];
		struct cluster_item *item = &step->item;
		struct heed_hook hook;

		if (!step->hook || item->leave || item->err.status != ERR_OK)
			continue;
		item->leave = true;
		step->why = NULL;
		if (step->hook & HOOK_LEFT &&
		    heed_hook(item->want->doc, &hook)) {
			step->why = arena_printf(plan->arena, "its %s says %s",
						 hook.key, hook.says);
			plan_set_action(plan, step, PLAN_KEEP);
		}
		if (item->live.len && !is_run(item))
			item->anew = false;
	}
}

/* Is it a reason for the hooks of its app to run? */
static bool has_something_to_do(const struct plan_step *step)
{
	switch (step->action) {
	case PLAN_CREATE:
	case PLAN_CHANGE:
	case PLAN_REPLACE:
	case PLAN_ADOPT:
	case PLAN_APPLY:
	case PLAN_DELETE:
		return !step->hook;
	case PLAN_UNCHANGED:
	case PLAN_FAILED:
	case PLAN_KEEP:
	case PLAN_GONE:
	case PLAN_ACTIONS:
		break;
	}
	return false;
}

static bool rests(const struct plan_step *step)
{
	return step->hook & HOOK_RUNS && step->action == PLAN_UNCHANGED;
}

/* Has its last run failed?  Only one that is made anew can run again. */
static bool has_failed(const struct plan_step *step)
{
	const struct cluster_item *item = &step->item;
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_ERR struct err broken = { 0 };
	json_t *live;

	return rests(step) && item->anew && item->live.len &&
	       health_is_judged(item->want) &&
	       doc_read_json(scratch, "live", item->live, &live, &broken) ==
		       0 &&
	       health_judge(scratch, live, 0, item->want->health).state ==
		       HEALTH_FAILED;
}

/* The first hook of each app that has failed, by the app's name. */
static struct map *find_failed(struct arena *scratch, struct plan *plan)
{
	struct map *failed = map_new(scratch);

	for (size_t i = 0; i < plan->n_want; i++) {
		struct plan_step *step = &plan->v[i];
		const char *app = step->item.want->app;
		const struct plan_step *first = map_get(failed, app);

		if (has_failed(step) &&
		    (!first || order_compare(step, first) < 0))
			map_set(failed, app, step);
	}
	return failed;
}

/* Why it runs, or NULL: it rests on.  Those that run before the one that has
 * failed have done their work. */
static const char *why_it_runs(const struct plan_step *step,
			       const struct map *busy, const struct map *failed)
{
	const char *app = step->item.want->app;
	const struct plan_step *first = map_get(failed, app);

	if (map_has(busy, app))
		return "it is a hook, and runs because its app changes";
	if (first && order_compare(first, step) < 0)
		return "it is a hook, and runs because one before it has "
		       "failed";
	return has_failed(step) ?
		       "it is a hook, and runs because it has failed" :
		       NULL;
}

bool hook_wake(struct plan *plan)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct map *busy = map_new(scratch), *failed;
	bool any = false;

	for (size_t i = 0; i < plan->n; i++)
		if (has_something_to_do(&plan->v[i]))
			map_set(busy, plan->v[i].item.want->app, plan);
	failed = find_failed(scratch, plan);
	for (size_t i = 0; i < plan->n_want; i++) {
		struct plan_step *step = &plan->v[i];
		const char *why = NULL;

		if (rests(step))
			why = why_it_runs(step, busy, failed);
		if (!why)
			continue;
		step->why = why;
		step->item.leave = false;
		any = true;
	}
	return any;
}

bool hook_is_over(const struct plan_step *step)
{
	const struct health *health = &step->item.health;

	if (!(step->hook & HOOK_RUNS) || step->outcome != PLAN_DONE)
		return false;
	if (!health_is_judged(step->item.want))
		return step->hook & HOOK_SUCCEEDED;
	if (!health->reason)
		return false;
	return (health->state == HEALTH_CURRENT &&
		step->hook & HOOK_SUCCEEDED) ||
	       (health->state == HEALTH_FAILED && step->hook & HOOK_FAILED);
}
