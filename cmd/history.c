/* SPDX-License-Identifier: Apache-2.0 */

/*
 * gitops history: what became of each app, as its record and the log of git
 * tell it.  Nothing is read of the cluster but the records.
 */

#include <stdlib.h>

#include "base/clock.h"
#include "base/vec.h"
#include "cmd/cmd.h"
#include "cmd/common.h"
#include "cmd/compare.h"
#include "cmd/fleet.h"
#include "cmd/past.h"

#define EVENTS 20 /* of each app, unless it is said */

struct history_args {
	struct source_args source;
	struct target_args target;
	struct output_args output;
	int64_t number; /* of one sync; 0: all */
	const char *limit;
	int64_t since; /* seconds; -1: all */
	int format;
};

static const struct opt history_opts[] = {
	OPT_STRING(struct history_args, limit, 0, "limit", "N",
		   "so many events of each app at most (20)"),
	OPT_CHOICE(struct history_args, format, 'o', "output", "FORMAT",
		   "format of the result", output_formats),
	OPT_SECONDS(struct history_args, since, 0, "since", "DURATION",
		    "what was so long ago, or later"),
	OPT_INCLUDE(struct history_args, source, source_opts),
	OPT_INCLUDE(struct history_args, target, target_opts),
	OPT_INCLUDE(struct history_args, output, output_opts),
	OPT_END,
};

static struct past_args past_of(const struct history_args *args)
{
	return (struct past_args){
		.from = args->since < 0 ? 0 : clock_wall() - args->since,
		.most = args->limit ? strtoul(args->limit, NULL, 10) : EVENTS,
	};
}

/* ---- one run ---- */

static const struct record_sync *find_sync(const struct record_syncs *syncs,
					   int64_t number)
{
	for (size_t i = 0; i < syncs->n; i++)
		if (syncs->v[i].number == number)
			return &syncs->v[i];
	return NULL;
}

/* The sync alone, in full. */
static void tell_run(struct run *run, const struct record *record,
		     const struct record_sync *sync, struct report *report)
{
	struct report_past past = { .record = record };

	*vec_push(run->arena, &past.events) = (struct report_event){
		.when = sync->when,
		.sync = sync,
	};
	report_history(report, &past, 1);
}

/* One app of the repository as it was synced. */
static int open_side(const struct source *source, const char *app,
		     const struct record_sync *sync, struct source **out,
		     struct err *err)
{
	if (source_at(source, sync->commit, out, err) < 0)
		return err_wrap(err, "sync %lld", (long long)sync->number);
	for (size_t i = 0; i < (*out)->apps.n; i++)
		(*out)->apps.v[i].chosen = str_equal((*out)->apps.v[i].name,
						     app);
	return 0;
}

/* What was rendered then, compared with the run before; the first is compared
 * with nothing. */
static int diff_runs(const struct source *source, const char *app,
		     const struct record_sync *before,
		     const struct record_sync *sync, const char *namespace,
		     struct report *report, struct err *err)
{
	struct compare compare = { .namespace = namespace };

	if (open_side(source, app, sync, &compare.to, err) < 0)
		return -1;
	if (before && open_side(source, app, before, &compare.from, err) < 0)
		return -1;
	if (!before) {
		compare.from = arena_memdup(source->run->arena, compare.to,
					    sizeof(*compare.to));
		compare.from->apps.n = 0;
	}
	report_source(report, source->shown, &compare.to->revision);
	if (before)
		report_from(report, &compare.from->revision);
	return compare_render(&compare, err) < 0 ?
		       -1 :
		       report_diff(report, &compare.plan, err);
}

static int show_run(struct source *source, const struct apply_records *records,
		    int64_t number, const char *namespace,
		    struct report *report, struct err *err)
{
	const struct record *record = records->v;
	const struct record_sync *sync, *before;

	if (records->n != 1) {
		err_set(err, ERR_USAGE, "%lld: there are several apps",
			(long long)number);
		return err_hint(err, "say which with --app");
	}
	sync = find_sync(&record->syncs, number);
	before = find_sync(&record->syncs, number - 1);
	if (!sync) {
		err_set(err, ERR_NOT_FOUND,
			"the record of app %s has no sync %lld", record->app,
			(long long)number);
		return err_hint(err, "see gitops history --app %s",
				record->app);
	}
	tell_run(source->run, record, sync, report);
	if (!source->repo || !*sync->commit || (before && !*before->commit)) {
		run_warn(source->run, "files that are in no commit cannot be "
				      "compared");
		return 0;
	}
	if (!before && number > 1) {
		run_warn(source->run, "the record does not go back to the run "
				      "before");
		return 0;
	}
	return diff_runs(source, record->app, before, sync, namespace, report,
			 err);
}

/* ---- the command ---- */

static int history_cluster(struct source *source,
			   const struct target_args *target, void *data,
			   struct report *report, struct err *err)
{
	const struct history_args *args = data;
	const struct past_args past = past_of(args);
	const struct change_args change = { 0 };
	struct apply_records records;
	struct report_past *apps;
	struct cluster *cluster;

	if (target_open(source->run, target, &change, source, report, &cluster,
			err) < 0 ||
	    source_load_records(source, cluster, &records, err) < 0)
		return -1;
	if (args->number)
		return show_run(source, &records, args->number,
				target->namespace, report, err);
	if (past_read(source, &records, &past, &apps, err) < 0)
		return -1;
	report_history(report, apps, records.n);
	return 0;
}

static int history_run(struct run *run, int argc, char **argv,
		       struct report **report, struct err *err)
{
	struct history_args args = {
		.source = SOURCE_DEFAULTS,
		.output = OUTPUT_DEFAULTS,
		.since = -1,
	};
	const struct fleet_job job = { .work = history_cluster, .data = &args };
	struct source source;

	args.number = opt_take_number(run->arena, history_opts, &argc, argv);
	if (opt_parse(run, history_opts, &args, argc, argv,
		      &args.source.location, err) < 0 ||
	    opt_check_number("limit", args.limit, err) < 0)
		return -1;
	args.source.inspect = true;
	output_open(run, "history", args.format, &args.output, report);

	if (source_open(run, &args.source, *report, &source, err) < 0)
		return -1;
	return fleet_run(&source, &args.target, *report, &job, err);
}

const struct cmd cmd_history = {
	.name = "history",
	.operands = "[NUMBER] [REPOSITORY]",
	.summary = "show what became of each app, newest first",
	.opts = history_opts,
	.fn = history_run,
};
