/* SPDX-License-Identifier: Apache-2.0 */

/*
 * gitops diff: show what sync would change.  It is the first half of sync,
 * and changes nothing.
 */

#include "cmd/cmd.h"
#include "cmd/common.h"
#include "cmd/compare.h"
#include "cmd/explain.h"
#include "cmd/fleet.h"
#include "cmd/planning.h"
#include "cmd/post.h"
#include "cmd/saved.h"
#include "cmd/tell.h"
#include "plan/reason.h"

#define EXIT_DIFFERENT 1 /* diff(1), kubectl diff */

static const char *const diff_choices[] = { "text", "json", "markdown", NULL };
static const enum report_format diff_formats[] = {
	REPORT_TEXT,
	REPORT_JSON,
	REPORT_MARKDOWN,
};

/* Which differences are told by the exit status: enum report_about. */
static const char *const fail_choices[] = { "any", "drift", "pending", NULL };

struct diff_args {
	struct source_args source;
	struct target_args target;
	struct change_args change;
	struct output_args output;
	struct tell_args tell;
	struct planning_args prune;
	struct post_args post;
	const char *from, *to; /* revisions, or NULL */
	const char *out;       /* the file for the plan, or NULL */
	int format;
	int fail_on;
	bool exit_zero;
	bool name_only;
	bool summary;
};

static const struct opt diff_opts[] = {
	OPT_STRING(struct diff_args, from, 0, "from", "REVISION",
		   "compare with this revision, and no cluster"),
	OPT_FLAG(struct diff_args, exit_zero, 0, "exit-zero",
		 "exit with 0 where something differs, too"),
	OPT_CHOICE(struct diff_args, fail_on, 0, "fail-on", "WHAT",
		   "exit with 1 for these differences alone", fail_choices),
	OPT_FLAG(struct diff_args, name_only, 0, "name-only",
		 "print the objects that differ, and no more"),
	OPT_CHOICE(struct diff_args, format, 'o', "output", "FORMAT",
		   "format of the result", diff_choices),
	OPT_STRING(struct diff_args, out, 0, "out", "FILE",
		   "save the plan, for sync --plan"),
	OPT_FLAG(struct diff_args, summary, 0, "summary",
		 "print what differs and why, not how"),
	OPT_STRING(struct diff_args, to, 0, "to", "REVISION",
		   "with --from: the same as --rev"),
	OPT_INCLUDE(struct diff_args, source, source_opts),
	OPT_INCLUDE(struct diff_args, target, target_opts),
	OPT_INCLUDE(struct diff_args, change, change_opts),
	OPT_INCLUDE(struct diff_args, output, output_opts),
	OPT_INCLUDE(struct diff_args, tell, tell_diff_opts),
	OPT_INCLUDE(struct diff_args, prune, planning_opts),
	OPT_INCLUDE(struct diff_args, post, post_opts),
	OPT_END,
};

static int check_args(struct diff_args *args, struct err *err)
{
	if (args->from &&
	    verify_check_alone(&args->source.verify, "diff --from", err) < 0)
		return -1;
	if (args->name_only && args->summary)
		return err_set(err, ERR_USAGE,
			       "--name-only and --summary exclude each other");
	if (args->exit_zero && args->fail_on)
		return err_set(err, ERR_USAGE,
			       "--exit-zero and --fail-on exclude each other");
	if (args->out && (args->from || args->source.worktree))
		return err_set(err, ERR_USAGE,
			       "--out: only a commit and a cluster make a plan "
			       "that can be carried out");
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

/* The exit status of a plan that could be made. */
static int judge(const struct diff_args *args, const struct plan *plan)
{
	bool differs = args->fail_on == REPORT_ABOUT_ANY && plan_changes(plan);

	for (size_t i = 0; i < plan->n; i++)
		differs |= args->fail_on == REPORT_ABOUT_DRIFT ?
				   reason_drifted(&plan->v[i]) :
				   args->fail_on == REPORT_ABOUT_PENDING &&
					   reason_pending(&plan->v[i]);
	return differs && !args->exit_zero ? EXIT_DIFFERENT : 0;
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
	    explain_compare(&compare, err) < 0 ||
	    report_diff(report, &compare.plan, err) < 0)
		return -1;
	broken_errors(&compare.broken, false, err);
	if (err->status != ERR_OK || verify_end(source, err) < 0)
		return -1;
	return judge(args, &compare.plan);
}

static int diff_cluster(struct source *source, const struct target_args *target,
			void *data, struct report *report, struct err *err)
{
	const struct diff_args *args = data;
	struct planning_args prune = args->prune;
	struct planning planning;
	struct cluster *cluster;

	prune.broken = BROKEN_LEAVE;
	if (target_open(source->run, target, &args->change, source, report,
			&cluster, err) < 0 ||
	    planning_make(source, cluster, &prune, true, &planning, err) < 0 ||
	    explain_plan(source, cluster, &planning.records, &planning.plan,
			 err) < 0)
		return -1;
	report_holds(report, planning.holds.v, planning.holds.n);
	if (report_diff(report, &planning.plan, err) < 0)
		return -1;

	/* What the cluster or sync would refuse is an error, not a
	 * difference. */
	plan_errors(&planning.plan, err);
	broken_errors(&planning.broken, false, err);
	if (err->status != ERR_OK ||
	    prune_check_budget(&planning.plan, &planning.rules, err) < 0 ||
	    verify_end(source, err) < 0)
		return -1;
	if (args->out &&
	    saved_write(args->out, source, cluster, &planning, err) < 0)
		return -1;
	return judge(args, &planning.plan);
}

/* Either, and post it. */
static int diff_one(struct source *source, const struct target_args *target,
		    void *data, struct report *report, struct err *err)
{
	const struct diff_args *args = data;
	int status = args->from ?
			     diff_revisions(source, target, data, report, err) :
			     diff_cluster(source, target, data, report, err);

	return post_diff(&args->post, source, target, status, err);
}

/* Neither: it could not be begun. */
static int diff_none(struct source *source, const struct target_args *target,
		     void *data, struct report *report, struct err *err)
{
	const struct diff_args *args = data;

	(void)report;
	return post_diff(&args->post, source, target, -1, err);
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
	struct fleet_job job = { diff_one, diff_none, &args, true, true };
	struct target_args one;
	struct source source;

	if (opt_parse(run, diff_opts, &args, argc, argv, &args.source.location,
		      err) < 0 ||
	    check_args(&args, err) < 0)
		return -1;
	output_open(run, "diff", diff_formats[args.format], &args.output,
		    report);
	args.tell.about = (enum report_about)args.fail_on;
	tell_at_end(run, &args.tell, *report);
	report_set_detail(*report, args.name_only ? REPORT_NAMES :
				   args.summary   ? REPORT_SUMMARY :
						    REPORT_WHOLE);

	args.post.revisions = args.from != NULL;
	if (post_check(run, &args.post, err) < 0)
		return -1;
	if (source_open(run, &args.source, *report, &source, err) < 0)
		return post_unread(&args.post, &source, &args.target, err);
	if (args.from && !args.target.contexts && !has_vars(&source.apps))
		return diff_one(&source, &args.target, &args, *report, err);
	job.renders = job.goes_on = !args.from;
	if (args.out && fleet_one(&source, &args.target, &one, err) < 0)
		return err_wrap(err, "--out");
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
