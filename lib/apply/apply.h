/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APPLY_APPLY_H
#define APPLY_APPLY_H

/*
 * Apply: the steps of a plan to the cluster, stage after stage, all of a
 * stage in parallel.  After a stage with a failure no further stage is begun:
 * what comes later may need what failed.  Then wait for their
 * health.
 */

#include "base/compiler.h"
#include "base/err.h"
#include "base/run.h"
#include "cluster/cluster.h"
#include "plan/plan.h"

/*
 * Carry out every step that is not PLAN_UNCHANGED.  Each finished step is an
 * EVENT_STEP, in the order of the plan.  ERR_PARTIAL "3 of 41 objects failed"
 * where some did; plan_errors() lists them.
 */
MUST_USE int apply_plan(struct run *run, struct cluster *cluster,
			struct plan *plan, struct err *err);

/*
 * Wait until all objects of the plan that can be unhealthy are not, also those
 * that were unchanged; not at all where `seconds` is 0.  ERR_UNHEALTHY at the
 * first that fails, or when the time is up, with one error for each object
 * that is to blame.
 */
MUST_USE int apply_wait(struct run *run, struct cluster *cluster,
			struct plan *plan, int64_t seconds, struct err *err);

#endif
