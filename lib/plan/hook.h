/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLAN_HOOK_H
#define PLAN_HOOK_H

/*
 * Hook: an object that does something once when its app is synced, such as a
 * Job that migrates a database.  Argo CD's annotations (argo-cd v3.1), by which
 * plan/order.h puts it before, among or behind the rest.  Pure.
 *
 *	argocd.argoproj.io/hook
 *		PreSync, Sync, PostSync: it runs
 *		Skip, SyncFail, PreDelete, PostDelete: it is left alone
 *	argocd.argoproj.io/hook-delete-policy
 *		BeforeHookCreation, HookSucceeded, HookFailed
 *
 * And those of Helm, helm.sh/hook and helm.sh/hook-delete-policy, as Argo CD
 * takes them (heed_hook()).
 *
 * A hook rests unless its app has something else to do in this sync, or its
 * last run has failed, or that of one before it: it is PLAN_UNCHANGED then,
 * also where it is not there.  Where it runs, the one of the last time is
 * deleted and it is made anew, whether it has changed or not.
 *
 *	hook_find     before cluster_read()
 *	hook_rest     after it, and after heed_items()
 *	hook_wake     after plan_judge(): then the woken are to be tried
 */

#include <stdbool.h>

#include "plan/plan.h"

/* plan_step.hook, as flags. */
enum hook {
	HOOK_RUNS = 1 << 0,
	HOOK_BEFORE = 1 << 1,    /* the last one is deleted before it runs */
	HOOK_SUCCEEDED = 1 << 2, /* it is deleted once it has succeeded */
	HOOK_FAILED = 1 << 3,    /* it is deleted once it has failed */
	HOOK_LEFT = 1 << 4,      /* it is of a kind that does not run here */
};

/* `kinds`, as in prune_rules, may be deleted though they take much with
 * them. */
void hook_find(struct plan *plan, const char *const *kinds);

/*
 * Let all hooks rest.  One that lives and is neither a hook nor ours is no run
 * of it, and not deleted.
 */
void hook_rest(struct plan *plan);

/* Let those run whose app has something else to do, and those that have failed,
 * with the hooks behind them.  Are there any? */
bool hook_wake(struct plan *plan);

/* Is it to be deleted, now that it is known how it has turned out? */
bool hook_is_over(const struct plan_step *step);

#endif
