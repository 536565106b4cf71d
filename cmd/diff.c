/* SPDX-License-Identifier: Apache-2.0 */

/*
 * gitops diff: show what sync would change.  It is the first half of sync,
 * and changes nothing.
 */

#include "cmd/cmd.h"
#include "cmd/common.h"
#include "cmd/compare.h"
#include "cmd/fleet.h"
#include "cmd/planning.h"
#include "cmd/tell.h"

#define EXIT_DIFFERENT 1 /* diff(1), kubectl diff */

struct diff_args {
	struct source_args source;
	struct target_args target;
	struct change_args change;
	struct output_args output;
	struct tell_args tell;
	struct planning_args prune;
	const char *from, *to; /* revisions, or NULL */
	int format;
};

static const struct opt diff_opts[] = {
	OPT_STRING(struct diff_args, from, 0, "from", "REVISION",
		   "compare with this revision, and no cluster"),
	OPT_CHOICE(struct diff_args, format, 'o', "output", "FORMAT",
		   "format of the result", output_formats),
	OPT_STRING(struct diff_args, to, 0, "to", "REVISION",
		   "with --from: the same as --rev"),
	OPT_INCLUDE(struct diff_args, source, source_opts),
	OPT_INCLUDE(struct diff_args, target, target_opts),
	OPT_INCLUDE(struct diff_args, change, change_opts),
	OPT_INCLUDE(struct diff_args, output, output_opts),
	OPT_INCLUDE(struct diff_args, tell, tell_report_opts),
	OPT_INCLUDE(struct diff_args, prune, planning_opts),
	OPT_END,
};

static int check_args(struct diff_args *args, struct err *err)
{
	if (args->from &&
	    verify_check_alone(&args->source.verify, "diff --from", err) < 0)
		return -1;
	if (!args->to)
		return 0;
	if (!args->from) {
		err_set(err, ERR_USAGE, "--to: it is not said from where");
		return err_hint(err, "say --from REVISION as well, or --rev to "
				     "compare a revision with a cluster");
	}
	if (args->source.rev)
		return err_set(err, ERR_USAGE,
			       "--to and --rev exclude each other");
	if (args->source.worktree)
		return err_set(err, ERR_USAGE,
			       "--to and --worktree exclude each other");
	args->source.rev = args->to;
	return 0;
}

/* Two revisions, and no cluster; but where there are several, as one has it. */
static int diff_revisions(struct source *source,
			  const struct target_args *target, void *data,
			  struct report *report, struct err *err)
{
	const struct diff_args *args = data;
	struct compare compare = {
		.to = source,
		.namespace = target->namespace,
	};

	if (source_at(source, args->from, &compare.from, err) < 0)
		return err_wrap(err, "--from");
	report_from(report, &compare.from->revision);
	if (compare_render(&compare, err) < 0 ||
	    report_diff(report, &compare.plan, err) < 0 ||
	    verify_end(source, err) < 0)
		return -1;
	return plan_changes(&compare.plan) ? EXIT_DIFFERENT : 0;
}

static int diff_cluster(struct source *source, const struct target_args *target,
			void *data, struct report *report, struct err *err)
{
	const struct diff_args *args = data;
	struct planning planning;
	struct cluster *cluster;

	if (target_open(source->run, target, &args->change, source, report,
			&cluster, err) < 0 ||
	    planning_make(source, cluster, &args->prune, true, &planning, err) <
		    0 ||
	    report_diff(report, &planning.plan, err) < 0)
		return -1;

	/* What the cluster or sync would refuse is an error, not a
	 * difference. */
	plan_errors(&planning.plan, err);
	if (err->status != ERR_OK ||
	    prune_check_budget(&planning.plan, &planning.rules, err) < 0 ||
	    verify_end(source, err) < 0)
		return -1;
	return plan_changes(&planning.plan) ? EXIT_DIFFERENT : 0;
}

/* Do the clusters differ in more than their apps? */
static bool has_vars(const struct apps *apps)
{
	for (size_t i = 0; i < apps->clusters.n; i++)
		if (apps->clusters.v[i].vars)
			return true;
	return false;
}

static int diff_run(struct run *run, int argc, char **argv,
		    struct report **report, struct err *err)
{
	struct diff_args args = {
		.source = SOURCE_DEFAULTS,
		.output = OUTPUT_DEFAULTS,
	};
	struct fleet_job job = { diff_cluster, &args, true };
	struct source source;

	if (opt_parse(run, diff_opts, &args, argc, argv, &args.source.location,
		      err) < 0 ||
	    check_args(&args, err) < 0)
		return -1;
	output_open(run, "diff", args.format, &args.output, report);
	tell_at_end(run, &args.tell, *report);

	if (source_open(run, &args.source, *report, &source, err) < 0)
		return -1;
	if (args.from && !args.target.contexts && !has_vars(&source.apps))
		return diff_revisions(&source, &args.target, &args, *report,
				      err);
	if (args.from)
		job = (struct fleet_job){ diff_revisions, &args, false };
	return fleet_run(&source, &args.target, *report, &job, err);
}

const struct cmd cmd_diff = {
	.name = "diff",
	.operands = "[REPOSITORY]",
	.summary = "show what sync would change, and why",
	.details = "Exits with 0 where nothing differs, 1 where something "
		   "does, 2 on an error.",
	.opts = diff_opts,
	.fn = diff_run,
};
