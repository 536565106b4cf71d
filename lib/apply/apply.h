/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APPLY_APPLY_H
#define APPLY_APPLY_H

/*
 * Apply: the steps of a plan to the cluster, stage after stage, all of a
 * stage in parallel.  After a stage with a failure no further stage is begun:
 * what comes later may need what failed.
 */

#include "base/compiler.h"
#include "base/err.h"
#include "base/run.h"
#include "cluster/cluster.h"
#include "plan/plan.h"

/*
 * Carry out every wanted step that is not PLAN_UNCHANGED.  Each finished step
 * is an EVENT_STEP, in the order of the plan.  ERR_PARTIAL "3 of 41 objects
 * failed" where some did; plan_errors() lists them.
 */
MUST_USE int apply_plan(struct run *run, struct cluster *cluster,
			struct plan *plan, struct err *err);

/*
 * Delete what is to be deleted, in the reverse order: what was applied last
 * goes first, and is gone before the next.  After a stage with a failure none
 * is begun.  As apply_plan().
 */
MUST_USE int apply_prune(struct run *run, struct cluster *cluster,
			 struct plan *plan, struct err *err);

#endif
