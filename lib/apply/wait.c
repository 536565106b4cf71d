/* SPDX-License-Identifier: Apache-2.0 */
#include "apply/apply.h"

#include "document/document.h"

static bool is_waited_for(const struct plan_step *step)
{
	const struct cluster_item *item = &step->item;

	return health_is_judged(item->want) && item->err.status == ERR_OK &&
	       step->action != PLAN_KEEP &&
	       (item->written || cluster_item_lives(item));
}

static int64_t seconds_for(const struct plan_step *step,
			   const struct apply_patience *patience)
{
	const struct app *app;

	if (patience->seconds >= 0)
		return patience->seconds;
	app = apps_find(patience->apps, step->item.want->app);
	return app && app->wait_s >= 0 ? app->wait_s : APPLY_WAIT_S;
}

/* "deploy/web.yaml:1: Deployment demo/web: failed: ...", warnings below. */
static void add_error(struct err *err, const struct cluster_item *item)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_STR struct str events = STR_INIT(STR_BIG);
	AUTO_ERR struct err one = { 0 };

	for (const char **event = item->events; event && *event; event++)
		str_printf(&events, "\n%s", *event);
	err_set(&one, ERR_UNHEALTHY, "%s: %s: %s: %s%s", item->want->origin,
		object_shown(scratch, item->want),
		health_word(item->health.state), item->health.reason,
		str_text(&events));
	err_append(err, &one);
}

static size_t count(struct cluster_item *const *items, size_t n,
		    enum health_state state)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += items[i]->health.state == state;
	return found;
}

/* Where something has failed, what is on its way still is nobody's fault. */
static int judge_wait(struct cluster_item *const *items, size_t n,
		      struct err *err)
{
	const size_t failed = count(items, n, HEALTH_FAILED);
	const size_t late = count(items, n, HEALTH_IN_PROGRESS);
	const enum health_state state = failed ? HEALTH_FAILED :
						 HEALTH_IN_PROGRESS;

	if (!failed && !late)
		return 0;
	if (failed) {
		err_set(err, ERR_UNHEALTHY,
			"applied, but %zu of %zu objects failed%s", failed, n,
			late ? ", and more were not healthy yet" : "");
		err_hint(err, "mend it in git and sync again, or go back with "
			      "gitops rollback");
	} else {
		err_set(err, ERR_UNHEALTHY,
			"applied, but %zu of %zu objects are not healthy in "
			"time",
			late, n);
		err_hint(err, "wait longer with --wait, or not at all with "
			      "--wait 0");
	}
	for (size_t i = 0; i < n; i++)
		if (items[i]->health.state == state)
			add_error(err, items[i]);
	return -1;
}

int apply_wait(struct run *run, struct cluster *cluster,
	       struct plan_step *const *steps, size_t n,
	       const struct apply_patience *patience, struct err *err)
{
	struct cluster_item **items = arena_array(run->arena, n,
						  sizeof(*items));
	int64_t longest = 0;
	size_t n_items = 0;

	for (size_t i = 0; i < n; i++) {
		int64_t seconds = seconds_for(steps[i], patience);

		if (!seconds || !is_waited_for(steps[i]))
			continue;
		items[n_items++] = &steps[i]->item;
		if (longest < seconds)
			longest = seconds;
	}
	if (!n_items)
		return 0;
	if (cluster_wait(cluster, items, n_items, longest * 1000, err) < 0)
		return -1;
	return judge_wait(items, n_items, err);
}

/* Is it a Namespace that is being deleted? */
static bool is_going_namespace(const struct cluster_item *item)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_ERR struct err broken = { 0 };
	json_t *live;

	return object_is(item->want, "", "Namespace") && item->live.len &&
	       item->err.status == ERR_OK &&
	       doc_read_json(scratch, "live", item->live, &live, &broken) ==
		       0 &&
	       doc_get(live, "metadata", "deletionTimestamp", NULL);
}

int apply_await_namespaces(struct cluster *cluster, struct plan *plan,
			   struct err *err)
{
	struct cluster_item **going = arena_array(plan->arena, plan->n_want,
						  sizeof(*going));
	size_t n = 0;

	for (size_t i = 0; i < plan->n_want; i++)
		if (is_going_namespace(&plan->v[i].item))
			going[n++] = &plan->v[i].item;
	if (!n)
		return 0;
	/* What is being deleted is not deleted again. */
	if (cluster_delete(cluster, going, n, err) < 0) {
		plan_errors(plan, err);
		return -1;
	}
	for (size_t i = 0; i < n; i++)
		going[i]->written = false;
	return cluster_read(cluster, plan_items(plan), plan->n, err);
}

int apply_judge(struct run *run, struct cluster *cluster, struct plan *plan,
		struct err *err)
{
	struct cluster_item **items = arena_array(run->arena, plan->n_want,
						  sizeof(*items));
	size_t n = 0;

	for (size_t i = 0; i < plan->n_want; i++)
		if (is_waited_for(&plan->v[i]))
			items[n++] = &plan->v[i].item;
	return n ? cluster_wait(cluster, items, n, 0, err) : 0;
}
