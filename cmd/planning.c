/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/planning.h"

#include <stdlib.h>

#include "apply/apply.h"
#include "plan/heed.h"
#include "plan/hook.h"
#include "plan/order.h"
#include "plan/owner.h"

const struct opt planning_opts[] = {
	OPT_STRING(struct planning_args, approve, 0, "approve-deletes", "N",
		   "delete exactly so many objects"),
	OPT_FLAG(struct planning_args, force_replace, 0, "force-replace",
		 "delete and make anew what cannot be changed"),
	OPT_STRING(struct planning_args, max_deletes, 0, "max-deletes", "N|N%",
		   "delete at most so many of an app"),
	OPT_FLAG(struct planning_args, none, 0, "no-prune",
		 "delete nothing that git does not want any more"),
	OPT_STRINGS(struct planning_args, kinds, 0, "prune-kinds", "KIND",
		    "delete also this kind; repeatable"),
	OPT_FLAG(struct planning_args, take_over, 0, "take-over",
		 "take what another repository or app has"),
	OPT_END,
};

static int make_rules(const struct source *source,
		      const struct planning_args *args,
		      struct planning *planning, struct err *err)
{
	size_t most = 0;
	unsigned percent = 0;

	if (opt_check_number("approve-deletes", args->approve, err) < 0 ||
	    prune_check_kinds(args->kinds, err) < 0)
		return -1;
	if (args->max_deletes &&
	    !apps_read_deletes(args->max_deletes, &most, &percent))
		return err_set(err, ERR_USAGE,
			       "--max-deletes: expected a number, or a "
			       "percentage such as 10%%, found '%s'",
			       args->max_deletes);
	planning->rules = (struct prune_rules){
		.apps = &source->apps,
		.records = planning->records.v,
		.n_records = planning->records.n,
		.none = args->none,
		.kinds = args->kinds,
		.limited = args->max_deletes != NULL,
		.max_deletes = most,
		.max_deletes_percent = percent,
		.approved = args->approve != NULL,
		.approve = args->approve ? strtoul(args->approve, NULL, 10) : 0,
	};
	return 0;
}

/* What the records name and nobody wants: nobody of the chosen, at first. */
static int find_candidates(struct source *source, enum broken_mode mode,
			   struct planning *planning, struct err *err)
{
	AUTO_ERR struct err one = { 0 };
	struct map *elsewhere;

	prune_candidates(source->run->arena, planning->records.v,
			 planning->records.n, &planning->want,
			 &planning->candidates);
	if (planning->rules.none || !planning->candidates.n ||
	    planning->records.n == source->apps.n)
		return 0;
	/* It is told of already. */
	planning->rules.unread = planning->broken.n != 0;
	if (planning->rules.unread)
		return 0;
	if (source_elsewhere(source, &elsewhere, &one) == 0) {
		planning->rules.elsewhere = elsewhere;
		return 0;
	}
	planning->rules.unread = true;
	err_wrap(&one, "to find out whether other apps want what this one does "
		       "not");
	err_hint(&one, "mend it, or leave deletes out with --no-prune");
	if (mode == BROKEN_STOP) {
		err_append(err, &one);
		return -1;
	}
	broken_add(source->run->arena, &planning->broken, NULL, &one);
	return run_check(source->run, err);
}

int planning_check_repository(const struct apply_records *records,
			      struct err *err)
{
	for (size_t i = 0; i < records->n; i++) {
		const struct record *record = &records->v[i];

		if (!*record->repository ||
		    str_equal(record->repository, records->repository))
			continue;
		err_set(err, ERR_REFUSED,
			"app %s of this cluster was synced from %s, and this "
			"is %s",
			record->app, record->repository, records->repository);
		return err_hint(err, "name this app differently (--app, or "
				     "name in gitops.yaml), or say --take-over "
				     "where the repository has moved");
	}
	return 0;
}

/* What another app has is not ours to take; within a repository it is. */
static int check_owners(const struct source *source, const struct plan *plan,
			struct err *err)
{
	struct arena *arena = source->run->arena;
	const struct apps *apps = &source->apps;
	const char **sets = arena_array(arena, apps->n + 1, sizeof(*sets));
	struct record record;

	for (size_t i = 0; i < apps->n; i++) {
		record_init(arena, apps->v[i].name, apps->record_namespace,
			    &record);
		sets[i] = record.set;
	}
	return owner_check(plan, sets, err);
}

/* Once, and again for the hooks that run because of that. */
static int judge(struct cluster *cluster, struct plan *plan, bool try,
		 struct err *err)
{
	if (try &&
	    cluster_try(cluster, plan_items(plan), plan->n_want, err) < 0)
		return -1;
	return plan_judge(plan, err);
}

/* First of all: what is held is not even rendered. */
static int load_records(struct source *source, struct cluster *cluster,
			const struct planning_args *args,
			struct planning *planning, struct err *err)
{
	struct apply_records *records = &planning->records;

	if (source_load_records(source, cluster, records, err) < 0)
		return -1;
	if (!args->take_over && planning_check_repository(records, err) < 0)
		return -1;
	return hold_judge(source, args->hold, records, &planning->holds, err);
}

int planning_make(struct source *source, struct cluster *cluster,
		  const struct planning_args *args, bool try,
		  struct planning *out, struct err *err)
{
	struct run *run = source->run;
	struct plan *plan = &out->plan;

	*out = (struct planning){ 0 };
	if (verify_since(source, cluster, err) < 0 ||
	    load_records(source, cluster, args, out, err) < 0 ||
	    broken_find(source, args->broken, &out->records, &out->broken,
			err) < 0 ||
	    make_rules(source, args, out, err) < 0 ||
	    source_objects(source, cluster, &out->records, &out->want, err) < 0)
		return -1;
	out->rules.marks = cluster->marks;
	if (find_candidates(source, args->broken, out, err) < 0)
		return -1;

	plan_init(run->arena, &out->want, &out->candidates, plan);
	if (order_steps(plan, &source->apps, err) < 0 ||
	    heed_wishes(plan, err) < 0)
		return -1;
	/* Files are no cluster: whoever applies them heeds that. */
	if (cluster->marks)
		hook_find(plan, args->kinds);
	if (cluster_read(cluster, plan_items(plan), plan->n, err) < 0)
		return -1;
	if (args->await_gone && apply_await_namespaces(cluster, plan, err) < 0)
		return -1;
	rule_warn(run, &source->rules);
	if (cluster->marks) {
		heed_items(plan, &(const struct heed_rules){
					 args->force_replace, args->kinds });
		hook_rest(plan);
	}
	if (prune_judge(plan, &out->rules, err) < 0 ||
	    (cluster->marks && !args->take_over &&
	     check_owners(source, plan, err) < 0))
		return -1;
	if (judge(cluster, plan, try, err) < 0)
		return -1;
	return hook_wake(plan) ? judge(cluster, plan, try, err) : 0;
}
