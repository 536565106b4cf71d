/* SPDX-License-Identifier: Apache-2.0 */
#include "apply/apply.h"

#include "plan/hook.h"
#include "plan/order.h"

static void tell(struct run *run, const struct plan_step *step)
{
	struct event event = { .kind = EVENT_STEP, .item = step };

	run_emit(run, &event);
}

/* What became of the steps of a stage, told in the order of the plan. */
static void settle_outcomes(struct run *run, struct plan *plan,
			    struct plan_step **steps, size_t n)
{
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
		tell(run, step);
	}
}

static size_t count_failed(struct plan_step **steps, size_t n)
{
	size_t failed = 0;

	for (size_t i = 0; i < n; i++)
		failed += steps[i]->outcome == PLAN_ERROR;
	return failed;
}

/* Steps, and their items. */
struct work {
	struct plan_step **steps;
	struct cluster_item **items;
	size_t n;
};

typedef int work_fn(struct cluster *cluster, const struct work *work,
		    struct err *err);

static int delete_all(struct cluster *cluster, const struct work *work,
		      struct err *err)
{
	return cluster_delete(cluster, work->items, work->n, err);
}

/*
 * Those that are to be deleted and made anew: as it was planned, or, where they
 * were not tried, as the server has just told.
 */
static size_t find_replaced(const struct work *work, enum plan_action action,
			    struct cluster_item **out)
{
	size_t n = 0;

	for (size_t i = 0; i < work->n; i++) {
		struct cluster_item *item = work->items[i];

		if (work->steps[i]->action != action ||
		    (action != PLAN_REPLACE &&
		     !(item->immutable && item->may_replace)))
			continue;
		err_clear(&item->err);
		out[n++] = item;
	}
	return n;
}

/* That it is neither here nor there is no state to keep quiet about. */
static void tell_unmade(struct cluster_item *item)
{
	if (item->err.status != ERR_OK) {
		err_wrap(&item->err,
			 "was deleted to be made anew, and is not made");
		return;
	}
	err_set(&item->err, ERR_TEMPORARY,
		"was deleted to be made anew, and is not made yet");
	err_hint(&item->err, "run the same command again");
}

/* Delete those in the way, wait until they are gone, then apply these. */
static int replace(struct cluster *cluster, struct cluster_item **gone,
		   size_t n_gone, struct cluster_item **items, size_t n,
		   struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	bool *deleted = arena_array(scratch, n_gone, sizeof(*deleted));
	int status = n_gone ? cluster_delete(cluster, gone, n_gone, err) : 0;

	for (size_t i = 0; i < n_gone; i++) {
		deleted[i] = gone[i]->written;
		gone[i]->written = false;
	}
	if (status == 0)
		status = cluster_apply(cluster, items, n, err);
	for (size_t i = 0; i < n_gone; i++)
		if (deleted[i] && !gone[i]->live.len && !gone[i]->written)
			tell_unmade(gone[i]);
	return status;
}

static int apply_and_settle(struct cluster *cluster, const struct work *work,
			    struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct cluster_item **gone = arena_array(scratch, work->n,
						 sizeof(*gone));
	size_t n = find_replaced(work, PLAN_REPLACE, gone);

	if (replace(cluster, gone, n, work->items, work->n, err) < 0)
		return -1;
	n = find_replaced(work, PLAN_APPLY, gone);
	if (n && replace(cluster, gone, n, gone, n, err) < 0)
		return -1;
	return cluster_settle(cluster, work->items, work->n, err);
}

/* One stage; what has become of it is known also where -1 is returned. */
static int carry_out(struct run *run, struct cluster *cluster, work_fn *fn,
		     struct plan *plan, struct plan_step **steps, size_t n,
		     struct err *err)
{
	struct cluster_item **items = arena_array(run->arena, n,
						  sizeof(*items));
	int status;

	for (size_t i = 0; i < n; i++)
		items[i] = &steps[i]->item;
	status = fn(cluster, &(const struct work){ steps, items, n }, err);
	settle_outcomes(run, plan, steps, n);
	return status;
}

static void skip(struct run *run, struct plan_step **steps, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		steps[i]->outcome = PLAN_SKIPPED;
		tell(run, steps[i]);
	}
}

/* What has become of all of them. */
static int sum_up(int status, size_t failed, size_t total, struct err *err)
{
	if (status < 0 || !failed)
		return status;
	err_set(err, ERR_PARTIAL, "%zu of %zu objects failed", failed, total);
	return err_hint(err, "mend what failed and run the same command "
			     "again: it goes on where this one stopped");
}

/* ---- what is wanted ---- */

/* The end of the slot that begins at `begin`; `work` are those of its steps
 * that have something to do. */
static size_t take_slot(struct plan_step **steps, size_t n, size_t begin,
			struct plan_step **work, size_t *n_work)
{
	size_t end = begin;

	*n_work = 0;
	for (; end < n && order_compare(steps[begin], steps[end]) == 0; end++)
		if (steps[end]->action != PLAN_UNCHANGED &&
		    steps[end]->action != PLAN_KEEP)
			work[(*n_work)++] = steps[end];
	return end;
}

/* The wanted steps under way. */
struct applying {
	struct run *run;
	struct cluster *cluster;
	struct plan *plan;
	const struct apply_patience *patience;
	struct plan_step **steps; /* by their slots */
	bool *lost; /* of each: failed, skipped or unhealthy: nothing that
			   needs it is begun */
	bool any_lost;
	size_t healthy; /* so many of the steps are known to be, or lost */
	struct err unhealthy;
};

static void lose(struct applying *applying, size_t i)
{
	applying->lost[i] = true;
	applying->any_lost = true;
}

/* Does it need what is lost? */
static bool is_blocked(const struct applying *applying,
		       const struct plan_step *step, size_t begin)
{
	for (size_t i = 0; applying->any_lost && i < begin; i++)
		if (applying->lost[i] && order_needs(step, applying->steps[i],
						     applying->patience->apps))
			return true;
	return false;
}

/* Wait for the steps before `end` that are not lost, once. */
static int wait_once(struct applying *applying, size_t end, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct plan_step **rest = arena_array(scratch, end, sizeof(*rest));
	size_t n = 0;

	for (size_t i = 0; i < end; i++)
		if (!applying->lost[i])
			rest[n++] = applying->steps[i];
	return apply_wait(applying->run, applying->cluster, rest, n,
			  applying->patience, err);
}

static bool lose_unhealthy(struct applying *applying, size_t end,
			   enum health_state state)
{
	bool any = false;

	for (size_t i = 0; i < end; i++) {
		const struct health *health = &applying->steps[i]->item.health;

		if (applying->lost[i] || !health->reason ||
		    health->state != state)
			continue;
		lose(applying, i);
		any = true;
	}
	return any;
}

/*
 * A wait ends at the first failure.  Where that is no reason to stop, the rest
 * is waited for as long as something comes of it.
 */
static int wait_before(struct applying *applying, size_t end, struct err *err)
{
	applying->healthy = end;
	for (;;) {
		AUTO_ERR struct err one = { 0 };

		if (wait_once(applying, end, &one) == 0)
			return 0;
		if (!applying->patience->go_on || one.status != ERR_UNHEALTHY) {
			err_append(err, &one);
			return -1;
		}
		err_append(&applying->unhealthy, &one);
		if (!lose_unhealthy(applying, end, HEALTH_FAILED) &&
		    !lose_unhealthy(applying, end, HEALTH_IN_PROGRESS))
			return 0;
	}
}

/* Of a slot's work, what can be begun: to the front.  Returns how many. */
static size_t sort_out(struct applying *applying, struct plan_step **work,
		       size_t n, size_t begin)
{
	size_t left = 0;

	for (size_t i = 0; i < n; i++) {
		struct plan_step *step = work[i];

		if (step->action == PLAN_FAILED)
			step->outcome = PLAN_ERROR;
		else if (is_blocked(applying, step, begin))
			step->outcome = PLAN_SKIPPED;
		else
			work[left++] = step;
		if (step->outcome != PLAN_PENDING)
			tell(applying->run, step);
	}
	return left;
}

/* One slot, of which `work` is to be done.  -1 ends the run. */
static int apply_slot(struct applying *applying, struct plan_step **work,
		      size_t n, size_t begin, struct err *err)
{
	if (applying->any_lost && !applying->patience->go_on) {
		skip(applying->run, work, n);
		return 0;
	}
	if (applying->healthy < begin &&
	    order_waits(applying->steps[applying->healthy], work[0]) &&
	    wait_before(applying, begin, err) < 0) {
		skip(applying->run, work, n);
		return -1;
	}
	n = sort_out(applying, work, n, begin);
	return n ? carry_out(applying->run, applying->cluster, apply_and_settle,
			     applying->plan, work, n, err) :
		   0;
}

/* What has failed in a slot, or was not begun, is lost.  Returns how many have
 * failed. */
static size_t find_lost(struct applying *applying, size_t begin, size_t end)
{
	for (size_t i = begin; i < end; i++)
		if (applying->steps[i]->outcome == PLAN_ERROR ||
		    applying->steps[i]->outcome == PLAN_SKIPPED)
			lose(applying, i);
	return count_failed(applying->steps + begin, end - begin);
}

int apply_plan(struct run *run, struct cluster *cluster, struct plan *plan,
	       const struct apply_patience *patience, struct err *err)
{
	struct plan_step **work = arena_array(run->arena, plan->n_want,
					      sizeof(*work));
	struct applying applying = {
		.run = run,
		.cluster = cluster,
		.plan = plan,
		.patience = patience,
		.steps = order_by_slot(plan),
		.lost = arena_array(run->arena, plan->n_want, sizeof(bool)),
	};
	size_t failed = 0, total = 0, end, n;
	int status = 0;

	for (size_t begin = 0; begin < plan->n_want; begin = end) {
		end = take_slot(applying.steps, plan->n_want, begin, work, &n);
		total += n;
		if (n && status == 0)
			status = apply_slot(&applying, work, n, begin, err);
		else if (n)
			skip(run, work, n);
		failed += find_lost(&applying, begin, end);
	}
	status = sum_up(status, failed, total, err);
	err_append(err, &applying.unhealthy);
	return err->status == ERR_OK ? status : -1;
}

/* ---- hooks ---- */

static void add_hook_error(const struct cluster_item *item, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_ERR struct err one = { 0 };

	err_set(&one, ERR_PARTIAL, "%s: %s: delete the hook that is over: %s",
		item->want->origin, object_shown(scratch, item->want),
		item->err.msg);
	err_append(err, &one);
}

int apply_end_hooks(struct run *run, struct cluster *cluster, struct plan *plan,
		    int status, struct err *err)
{
	struct cluster_item *over = arena_array(run->arena, plan->n_want,
						sizeof(*over));
	struct cluster_item **items = arena_array(run->arena, plan->n_want,
						  sizeof(*items));
	AUTO_ERR struct err later = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < plan->n_want; i++) {
		const struct cluster_item *item = &plan->v[i].item;

		if (!hook_is_over(&plan->v[i]))
			continue;
		over[n].want = item->want;
		over[n].live = item->merged;
		items[n] = &over[n];
		n++;
	}
	if (!n || err->status == ERR_CANCELLED)
		return status;
	if (cluster_delete(cluster, items, n, &later) < 0)
		err_append(err, &later);
	for (size_t i = 0; i < n; i++) {
		if (over[i].err.status != ERR_OK)
			add_hook_error(&over[i], err);
		err_clear(&over[i].err);
	}
	return err->status == ERR_OK ? status : -1;
}

/* ---- what is not ---- */

static size_t deletes_of(struct plan *plan, enum object_stage stage,
			 struct plan_step **work)
{
	size_t n = 0;

	for (size_t i = plan->n_want; i < plan->n; i++)
		if (plan->v[i].stage == stage &&
		    plan->v[i].action == PLAN_DELETE)
			work[n++] = &plan->v[i];
	return n;
}

int apply_prune(struct run *run, struct cluster *cluster, struct plan *plan,
		struct err *err)
{
	struct plan_step **work =
		arena_array(run->arena, plan->n - plan->n_want, sizeof(*work));
	size_t all_failed = 0, total = 0;
	int status = 0;

	for (int stage = STAGE_COUNT - 1; stage >= 0; stage--) {
		size_t n = deletes_of(plan, (enum object_stage)stage, work);

		total += n;
		if (!n)
			continue;
		if (status < 0 || all_failed) {
			skip(run, work, n);
			continue;
		}
		status = carry_out(run, cluster, delete_all, plan, work, n,
				   err);
		all_failed += count_failed(work, n);
	}
	return sum_up(status, all_failed, total, err);
}
