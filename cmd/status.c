/* SPDX-License-Identifier: Apache-2.0 */

/*
 * gitops status: what runs, from which commit, is it healthy, has it drifted.
 * It plans as diff does, and changes nothing.
 */

#include "plan/status.h"
#include "apply/apply.h"
#include "cmd/cmd.h"
#include "cmd/common.h"
#include "cmd/fleet.h"
#include "cmd/planning.h"
#include "cmd/tell.h"

struct status_args {
	struct source_args source;
	struct target_args target;
	struct output_args output;
	struct tell_args tell;
	int format;
};

static const struct opt status_opts[] = {
	OPT_CHOICE(struct status_args, format, 'o', "output", "FORMAT",
		   "format of the result", output_formats),
	OPT_INCLUDE(struct status_args, source, source_opts),
	OPT_INCLUDE(struct status_args, target, target_opts),
	OPT_INCLUDE(struct status_args, output, output_opts),
	OPT_INCLUDE(struct status_args, tell, tell_report_opts),
	OPT_END,
};

/* Of the apps that do not render, too, by their order. */
static struct apply_records all_records(const struct source *source,
					const struct planning *planning)
{
	const struct apply_records *some = &planning->records;
	const struct broken *broken = &planning->broken;
	const struct apps *apps = &source->apps;
	struct apply_records out = { 0 };

	out.v = arena_array(source->run->arena, apps->n, sizeof(*out.v));
	for (size_t i = 0; i < apps->n; i++) {
		const char *name = apps->v[i].name;

		for (size_t j = 0; j < some->n; j++)
			if (str_equal(some->v[j].app, name))
				out.v[out.n++] = some->v[j];
		for (size_t j = 0; j < broken->n; j++)
			if (broken->v[j].record &&
			    str_equal(broken->v[j].record->app, name))
				out.v[out.n++] = *broken->v[j].record;
	}
	return out;
}

static void judge(const struct source *source, const struct cluster *cluster,
		  struct planning *planning, struct status *out)
{
	const char *commit = source->revision.oid;
	const struct status_wish wish = {
		.commit = commit ? commit : "",
		.repository = source->identity,
		.marks = cluster->marks,
	};

	const struct apply_records records = all_records(source, planning);

	status_judge(&planning->plan, records.v, records.n, &wish, out);
	for (size_t i = 0; i < out->n; i++)
		out->v[i].broken = broken_why(&planning->broken,
					      out->v[i].record->app);
}

static int status_cluster(struct source *source,
			  const struct target_args *target, void *data,
			  struct report *report, struct err *err)
{
	/* What was synced from elsewhere is no fault here: it is told. */
	const struct planning_args prune = {
		.take_over = true,
		.broken = BROKEN_SHOW,
	};
	const struct change_args change = { 0 };
	struct planning planning;
	struct cluster *cluster;
	struct status status;

	(void)data;
	if (target_open(source->run, target, &change, source, report, &cluster,
			err) < 0 ||
	    planning_make(source, cluster, &prune, true, &planning, err) < 0 ||
	    apply_judge(source->run, cluster, &planning.plan, err) < 0)
		return -1;
	judge(source, cluster, &planning, &status);
	report_status_holds(report, planning.holds.v, planning.holds.n);
	report_status(report, &planning.plan, &status);

	/* Whatever differs or ails is an answer; that the cluster does not
	 * tell is none. */
	plan_errors(&planning.plan, err);
	broken_errors(&planning.broken, false, err);
	return err->status == ERR_OK ? 0 : -1;
}

static int status_run(struct run *run, int argc, char **argv,
		      struct report **report, struct err *err)
{
	struct status_args args = {
		.source = SOURCE_DEFAULTS,
		.output = OUTPUT_DEFAULTS,
	};
	const struct fleet_job job = { status_cluster, NULL, NULL, true, true };
	struct source source;

	if (opt_parse(run, status_opts, &args, argc, argv,
		      &args.source.location, err) < 0)
		return -1;
	args.source.inspect = true;
	output_open(run, "status", args.format, &args.output, report);
	tell_at_end(run, &args.tell, *report);

	if (source_open(run, &args.source, *report, &source, err) < 0)
		return -1;
	return fleet_run(&source, &args.target, *report, &job, err);
}

const struct cmd cmd_status = {
	.name = "status",
	.operands = "[REPOSITORY]",
	.summary = "show what runs, from which commit, and how it is",
	.opts = status_opts,
	.fn = status_run,
};
