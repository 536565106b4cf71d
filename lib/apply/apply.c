/* SPDX-License-Identifier: Apache-2.0 */
#include "apply/apply.h"

static void tell(struct run *run, const struct plan_step *step)
{
	struct event event = { .kind = EVENT_STEP, .item = step };

	run_emit(run, &event);
}

/*
 * What became of the steps of a stage, told in the order of the plan.
 * Returns how many failed.
 */
static size_t settle_outcomes(struct run *run, struct plan *plan,
			      struct plan_step **steps, size_t n)
{
	size_t failed = 0;

	for (size_t i = 0; i < n; i++) {
		struct plan_step *step = steps[i];

		if (step->item.err.status != ERR_OK)
			step->outcome = PLAN_ERROR;
		else
			step->outcome = step->item.written ? PLAN_DONE :
							     PLAN_SKIPPED;
		/* Only the server's answer tells what an untried step did. */
		if (step->action == PLAN_APPLY && step->outcome == PLAN_DONE &&
		    plan_judge_step(plan, step, &step->item.err) < 0)
			step->outcome = PLAN_ERROR;
		failed += step->outcome == PLAN_ERROR;
		tell(run, step);
	}
	return failed;
}

static size_t stage_steps(struct plan *plan, enum object_stage stage,
			  struct plan_step **steps)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n; i++)
		if (plan->v[i].stage == stage &&
		    plan->v[i].action != PLAN_UNCHANGED)
			steps[n++] = &plan->v[i];
	return n;
}

/* One stage.  `failed` counts its failures, also where -1 is returned. */
static int apply_stage(struct run *run, struct cluster *cluster,
		       struct plan *plan, struct plan_step **steps, size_t n,
		       size_t *failed, struct err *err)
{
	struct cluster_item **items = arena_array(run->arena, n,
						  sizeof(*items));
	int status;

	for (size_t i = 0; i < n; i++)
		items[i] = &steps[i]->item;
	status = cluster_apply(cluster, items, n, err);
	if (status == 0)
		status = cluster_settle(cluster, items, n, err);
	*failed = settle_outcomes(run, plan, steps, n);
	return status;
}

static void skip(struct run *run, struct plan_step **steps, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		steps[i]->outcome = PLAN_SKIPPED;
		tell(run, steps[i]);
	}
}

int apply_plan(struct run *run, struct cluster *cluster, struct plan *plan,
	       struct err *err)
{
	struct plan_step **steps = arena_array(run->arena, plan->n,
					       sizeof(*steps));
	size_t all_failed = 0, total = 0;
	int status = 0;

	for (int stage = 0; stage < STAGE_COUNT; stage++) {
		size_t failed = 0;
		size_t n = stage_steps(plan, (enum object_stage)stage, steps);

		if (!n)
			continue;
		total += n;
		if (status < 0 || all_failed) {
			skip(run, steps, n);
			continue;
		}
		status = apply_stage(run, cluster, plan, steps, n, &failed,
				     err);
		all_failed += failed;
	}
	if (status < 0 || !all_failed)
		return status;
	err_set(err, ERR_PARTIAL, "%zu of %zu objects failed", all_failed,
		total);
	return err_hint(err, "mend what failed and run the same command "
			     "again: it goes on where this one stopped");
}
