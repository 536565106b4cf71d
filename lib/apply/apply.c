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

/* The steps of a stage that have something to do: of what is wanted, or of
 * what is not. */
static size_t stage_steps(struct plan *plan, enum object_stage stage,
			  bool wanted, struct plan_step **steps)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n; i++) {
		struct plan_step *step = &plan->v[i];

		if (step->stage != stage || wanted != !step->member)
			continue;
		if (wanted ? step->action != PLAN_UNCHANGED :
			     step->action == PLAN_DELETE)
			steps[n++] = step;
	}
	return n;
}

typedef int work_fn(struct cluster *cluster, struct cluster_item **items,
		    size_t n, struct err *err);

static int apply_and_settle(struct cluster *cluster,
			    struct cluster_item **items, size_t n,
			    struct err *err)
{
	if (cluster_apply(cluster, items, n, err) < 0)
		return -1;
	return cluster_settle(cluster, items, n, err);
}

/* One stage.  `failed` counts its failures, also where -1 is returned. */
static int carry_out(struct run *run, struct cluster *cluster, work_fn *work,
		     struct plan *plan, struct plan_step **steps, size_t n,
		     size_t *failed, struct err *err)
{
	struct cluster_item **items = arena_array(run->arena, n,
						  sizeof(*items));
	int status;

	for (size_t i = 0; i < n; i++)
		items[i] = &steps[i]->item;
	status = work(cluster, items, n, err);
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

static int all_stages(struct run *run, struct cluster *cluster, work_fn *work,
		      struct plan *plan, bool wanted, struct err *err)
{
	struct plan_step **steps = arena_array(run->arena, plan->n,
					       sizeof(*steps));
	size_t all_failed = 0, total = 0;
	int status = 0;

	for (int i = 0; i < STAGE_COUNT; i++) {
		const int stage = wanted ? i : STAGE_COUNT - 1 - i;
		size_t failed = 0;
		size_t n = stage_steps(plan, (enum object_stage)stage, wanted,
				       steps);

		if (!n)
			continue;
		total += n;
		if (status < 0 || all_failed) {
			skip(run, steps, n);
			continue;
		}
		status = carry_out(run, cluster, work, plan, steps, n, &failed,
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

int apply_plan(struct run *run, struct cluster *cluster, struct plan *plan,
	       struct err *err)
{
	return all_stages(run, cluster, apply_and_settle, plan, true, err);
}

int apply_prune(struct run *run, struct cluster *cluster, struct plan *plan,
		struct err *err)
{
	return all_stages(run, cluster, cluster_delete, plan, false, err);
}
