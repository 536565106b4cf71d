/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLAN_ORDER_H
#define PLAN_ORDER_H

/*
 * Order: when each wanted object is applied.  Pure.
 *
 * Everything has a slot.  What has the same slot is applied in parallel, and a
 * slot begins when the one before is done.  By rank, an object's slot is that
 * of
 *
 *	its app         dependsOn of gitops.yaml
 *	its phase       argocd.argoproj.io/hook: PreSync, none or Sync, PostSync
 *			(or helm.sh/hook, see heed_hook())
 *	its wave        argocd.argoproj.io/sync-wave, 0 where it has none (or of
 *			Helm's hooks helm.sh/hook-weight)
 *	its stage       object_stage()
 *
 * and it is later than all that its config.kubernetes.io/depends-on names
 * (cli-utils v0.37, pkg/object/dependson).  A Namespace or definition is never
 * in a later phase or wave than what it is for (argo-cd v3.1).
 */

#include <stdbool.h>

#include "apps/apps.h"
#include "base/compiler.h"
#include "base/err.h"
#include "plan/plan.h"

/*
 * Fill in the slots of the wanted steps.  ERR_INPUT, with the object's origin,
 * for an annotation that cannot be read, names what is not wanted, or leads
 * around in a circle, which the message shows.  Where not all apps of the
 * repository are `chosen`, what is not wanted here may be of another.
 */
MUST_USE int order_steps(struct plan *plan, const struct apps *apps,
			 struct err *err);

/* The steps of a plan that are wanted, sorted by their slots; in the plan's
 * arena. */
struct plan_step **order_by_slot(const struct plan *plan);

/* Negative, 0 or positive: which is earlier. */
int order_compare(const struct plan_step *a, const struct plan_step *b);

/*
 * Must all that is in an earlier group be healthy before `step` is applied?  So
 * it is where app, phase or wave are later than those of `before`, and where it
 * depends on something by name.
 */
bool order_waits(const struct plan_step *before, const struct plan_step *step);

/*
 * Does `step` make no sense without `before`, which is earlier?  So it is
 * where they are of one app and of two phases or waves, where its app depends
 * on the other's, and where it depends on it by name.
 */
bool order_needs(const struct plan_step *step, const struct plan_step *before,
		 const struct apps *apps);

#endif
