/* SPDX-License-Identifier: Apache-2.0 */

/*
 * gitops sync: make the cluster match the repository.
 *
 *	repository -> revision -> tree -> objects we want
 *	cluster -> objects there are -> what an apply would make of them
 *	both -> plan -> apply, stage after stage
 */

#include "apply/apply.h"
#include "cmd/cmd.h"
#include "cmd/common.h"
#include "plan/plan.h"

enum validate { VALIDATE_SERVER, VALIDATE_NONE };

static const char *const validate_choices[] = { "server", "none", NULL };

struct sync_args {
	struct source_args source;
	struct target_args target;
	struct change_args change;
	struct output_args output;
	int format;
	int validate;
};

static const struct opt sync_opts[] = {
	OPT_CHOICE(struct sync_args, format, 'o', "output", "FORMAT",
		   "format of the result", output_formats),
	OPT_CHOICE(struct sync_args, validate, 0, "validate", "HOW",
		   "dry-run every object before the first write",
		   validate_choices),
	OPT_INCLUDE(struct sync_args, source, source_opts),
	OPT_INCLUDE(struct sync_args, target, target_opts),
	OPT_INCLUDE(struct sync_args, change, change_opts),
	OPT_INCLUDE(struct sync_args, output, output_opts),
	OPT_END,
};

/* Uncommitted files leave no trail in git: only files may be made of them. */
static int check_worktree(const struct sync_args *args,
			  const struct cluster *cluster, struct err *err)
{
	if (!args->source.worktree || str_equal(cluster->kind, "directory"))
		return 0;
	err_set(err, ERR_USAGE,
		"--worktree: a cluster is synced from commits only");
	return err_hint(err, "commit the files, or try them with 'gitops diff "
			     "--worktree'");
}

static int sync_run(struct run *run, int argc, char **argv,
		    struct report **report, struct err *err)
{
	struct sync_args args = {
		.source = SOURCE_DEFAULTS,
		.output = OUTPUT_DEFAULTS,
	};
	struct cluster *cluster;
	struct objects want = { 0 };
	struct source source;
	struct plan plan;
	int status;

	if (opt_parse(run, sync_opts, &args, argc, argv, &args.source.location,
		      err) < 0)
		return -1;
	output_open(run, "sync", args.format, &args.output, report);

	/* What the repository wants. */
	if (source_open(run, &args.source, *report, &source, err) < 0 ||
	    target_open(run, &args.target, &args.change, &source, *report,
			&cluster, err) < 0 ||
	    check_worktree(&args, cluster, err) < 0 ||
	    source_objects(&source, cluster, &want, err) < 0)
		return -1;

	/* What the cluster has, and what it would make of the wish. */
	plan_init(run->arena, &want, &plan);
	if (cluster_read(cluster, plan_items(&plan), plan.n, err) < 0)
		return -1;
	if (args.validate == VALIDATE_SERVER &&
	    cluster_try(cluster, plan_items(&plan), plan.n, err) < 0)
		return -1;
	if (plan_judge(&plan, err) < 0)
		return -1;

	/* Nothing has been changed up to here, and nothing will be unless the
	 * cluster would take all of it. */
	plan_errors(&plan, err);
	if (err->status != ERR_OK)
		return -1;

	status = apply_plan(run, cluster, &plan, err);
	if (status < 0)
		plan_errors(&plan, err);
	report_sync(*report, &plan);
	return status;
}

const struct cmd cmd_sync = {
	.name = "sync",
	.operands = "[REPOSITORY]",
	.summary = "make the cluster match the repository",
	.opts = sync_opts,
	.fn = sync_run,
};
