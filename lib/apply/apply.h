/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APPLY_APPLY_H
#define APPLY_APPLY_H

/*
 * Apply: the steps of a plan to the cluster, slot after slot (plan/order.h),
 * all of a slot in parallel.  After one with a failure no further one is begun:
 * what comes later may need what failed.  Or the apply goes on with all that
 * does not (order_needs()).
 */

#include <stdint.h>

#include "apps/apps.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/run.h"
#include "cluster/cluster.h"
#include "plan/plan.h"

#define APPLY_WAIT_S 300 /* where nobody says how long */

/* With what is slow, and with what fails. */
struct apply_patience {
	const struct apps *apps;
	int64_t seconds; /* to wait for health; -1: as long as each app says;
			    0: not at all */
	bool go_on;      /* after a failure */
};

/*
 * Carry out every wanted step that is not PLAN_UNCHANGED or PLAN_KEEP; one that
 * is PLAN_FAILED already is a failure here.  Each finished step
 * is an EVENT_STEP, in the order of the slots.  ERR_PARTIAL "3 of 41 objects
 * failed" where some did; plan_errors() lists them.  Where the order says so
 * it waits between slots, as apply_wait().
 */
MUST_USE int apply_plan(struct run *run, struct cluster *cluster,
			struct plan *plan,
			const struct apply_patience *patience, struct err *err);

/*
 * Delete the hooks that say so, now that it is known how they have turned out.
 * `status` is that of the run so far, and `err` its error; both go on.
 */
MUST_USE int apply_end_hooks(struct run *run, struct cluster *cluster,
			     struct plan *plan, int status, struct err *err);

/*
 * Delete what is to be deleted, in the reverse order of stages: what was
 * applied last goes first, and is gone before the next.  After a stage with a
 * failure none is begun.  As apply_plan().
 */
MUST_USE int apply_prune(struct run *run, struct cluster *cluster,
			 struct plan *plan, struct err *err);

/*
 * Wait until these wanted steps, as far as they can be unhealthy, are not,
 * also those that were unchanged.  ERR_UNHEALTHY at the first that fails, or
 * when the time is up, with one error for each object that is to blame.
 */
MUST_USE int apply_wait(struct run *run, struct cluster *cluster,
			struct plan_step *const *steps, size_t n,
			const struct apply_patience *patience, struct err *err);

/*
 * A Namespace that is wanted and that somebody has deleted: wait until it is
 * gone, a minute at most, and read all again, since what is in it goes with it.
 * One that is not gone by then has an err that says what holds it.
 */
MUST_USE int apply_await_namespaces(struct cluster *cluster, struct plan *plan,
				    struct err *err);

/*
 * Judge once the health of what is wanted and lives, as it was read: fills in
 * `health` and `events` of the items that can be unhealthy.  A cluster that
 * knows of no health leaves them as they are.
 */
MUST_USE int apply_judge(struct run *run, struct cluster *cluster,
			 struct plan *plan, struct err *err);

#endif
