/* SPDX-License-Identifier: Apache-2.0 */

/*
 * gitops rollback: return to an earlier state, as a commit, and sync.
 *
 *	records -> the commit to go back to, for each app
 *	both trees -> edits -> a commit on the tip -> sync
 */

#include "cmd/rollback.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "cmd/cmd.h"
#include "cmd/fleet.h"
#include "cmd/hold.h"
#include "cmd/offline.h"
#include "cmd/restore.h"
#include "cmd/sync.h"
#include "cmd/tell.h"
#include "git/land.h"

struct rollback_args {
	struct source_args source;
	struct target_args target;
	struct change_args change;
	struct output_args output;
	struct tell_args tell;
	struct sync_how sync;
	struct rollback_how how;
	const char *steps;
	const char *image;
	int format;
	bool no_sync;
	bool offline;
};

static const struct opt rollback_opts[] = {
	OPT_FLAG(struct rollback_args, how.dry_run, 0, "dry-run",
		 "show what would be committed, and stop"),
	OPT_STRING(struct rollback_args, how.forge, 0, "forge", "KIND",
		   "what the repository is on; told by its host"),
	OPT_STRING(struct rollback_args, image, 0, "image", "NAME",
		   "this image alone, and nothing else"),
	OPT_FLAG(struct rollback_args, no_sync, 0, "no-sync",
		 "commit, and leave the cluster as it is"),
	OPT_FLAG(struct rollback_args, offline, 0, "offline",
		 "make no commit; sync it as the cache has it"),
	OPT_CHOICE(struct rollback_args, format, 'o', "output", "FORMAT",
		   "format of the result", output_formats),
	OPT_FLAG(struct rollback_args, how.ours, 0, "ours",
		 "undo also what was changed since the last sync"),
	OPT_FLAG(struct rollback_args, how.pull_request, 0, "pull-request",
		 "open a pull request, and sync nothing"),
	OPT_FLAG(struct rollback_args, how.push, 0, "push",
		 "push from a local repository, too"),
	OPT_STRING(struct rollback_args, how.reason, 0, "reason", "TEXT",
		   "why, for the message of the commit"),
	OPT_FLAG(struct rollback_args, how.sign, 0, "sign",
		 "sign the commit, as git is set up to"),
	OPT_FLAG(struct rollback_args, how.sign_off, 0, "signoff",
		 "add a line Signed-off-by"),
	OPT_STRING(struct rollback_args, steps, 0, "steps", "N",
		   "so many successful syncs back (1)"),
	OPT_STRING(struct rollback_args, how.to, 0, "to", "REVISION",
		   "back to this commit, tag or number in history"),
	OPT_INCLUDE(struct rollback_args, source, source_opts),
	OPT_INCLUDE(struct rollback_args, target, target_opts),
	OPT_INCLUDE(struct rollback_args, change, change_opts),
	OPT_INCLUDE(struct rollback_args, output, output_opts),
	OPT_INCLUDE(struct rollback_args, tell, tell_opts),
	OPT_INCLUDE(struct rollback_args, sync, sync_how_opts),
	OPT_END,
};

/* ---- which apps ---- */

static const struct record_sync *last_of(const struct record *record)
{
	return record->syncs.n ? &record->syncs.v[0] : NULL;
}

/* Clocks count seconds: within one, what git says. */
static bool is_later(const struct source *source, const struct record_sync *one,
		     const struct record_sync *other)
{
	AUTO_ERR struct err ignored = { 0 };
	bool behind;

	if (one->when != other->when || str_equal(one->commit, other->commit))
		return one->when > other->when;
	return *one->commit && *other->commit &&
	       repo_is_behind(source->repo, other->commit, one->commit, &behind,
			      &ignored) == 0 &&
	       behind;
}

static const struct record *latest_of(const struct source *source,
				      const struct apply_records *records)
{
	const struct record *latest = NULL;
	const struct record_sync *newest = NULL;

	for (size_t i = 0; i < records->n; i++) {
		const struct record_sync *last = last_of(&records->v[i]);

		if (!last || (newest && !is_later(source, last, newest)))
			continue;
		latest = &records->v[i];
		newest = last;
	}
	return latest;
}

/* Where nobody says which, those that the latest sync was of. */
static int choose_latest(const struct source *source,
			 struct apply_records *records, struct err *err)
{
	const struct record *latest = latest_of(source, records);
	const struct record_sync *newest = latest ? last_of(latest) : NULL;
	const char *app = latest ? latest->app : NULL;
	size_t n = 0;

	for (size_t i = 0; newest && i < records->n; i++) {
		const struct record_sync *last = last_of(&records->v[i]);

		if (!last || is_later(source, newest, last))
			continue;
		if (!str_equal(last->commit, newest->commit)) {
			err_set(err, ERR_USAGE,
				"apps %s and %s were synced last at the same "
				"time, of different commits",
				app, records->v[i].app);
			return err_hint(err, "say which with --app");
		}
		records->v[n++] = records->v[i];
	}
	records->n = n;
	return 0;
}

/* ---- the commit ---- */

static int load(struct source *source, struct cluster *cluster,
		const struct rollback_how *how, struct apply_records *records,
		struct err *err)
{
	if (source_load_records(source, cluster, records, err) < 0)
		return -1;
	if (!how->take_over && planning_check_repository(records, err) < 0)
		return -1;
	if (how->image &&
	    rollback_image_choose(source, how->image, records, err) < 0)
		return -1;
	return source->args->apps || how->to ?
		       0 :
		       choose_latest(source, records, err);
}

static int find_goals(struct restore *restore,
		      const struct apply_records *records,
		      const struct rollback_how *how, struct report *report,
		      struct err *err)
{
	struct restore_goal goal;

	if (how->to && records->n > 1) {
		err_set(err, ERR_USAGE, "--to: there are several apps");
		return err_hint(err, "say which with --app");
	}
	for (size_t i = 0; i < records->n; i++) {
		if (rollback_goal(restore->source, &records->v[i], how, &goal,
				  err) < 0)
			return -1;
		if (!goal.rev)
			continue;
		report_goal(report, goal.app,
			    how->image ? how->image->name : NULL,
			    &goal.then->revision);
		*vec_push(restore->source->run->arena, &restore->goals) = goal;
	}
	return 0;
}

static void tell(const struct restore *restore, const char *commit,
		 const struct report_pull *pull, struct report *report)
{
	struct arena *arena = restore->source->run->arena;
	const char **paths = arena_array(arena, restore->edits.n,
					 sizeof(*paths));
	const struct report_rollback rollback = {
		.subject = restore->edits.n ? restore->subject : NULL,
		.commit = commit,
		.undone = restore->undone.v,
		.n_undone = restore->undone.n,
		.rejected = restore->rejected.v,
		.n_rejected = restore->rejected.n,
		.paths = paths,
		.n_paths = restore->edits.n,
		.pull = pull->action ? pull : NULL,
	};

	for (size_t i = 0; i < restore->edits.n; i++)
		paths[i] = restore->edits.v[i].path;
	report_rollback(report, &rollback);
}

int rollback_find(struct restore *restore, struct cluster *cluster,
		  const struct rollback_how *how, struct report *report,
		  struct err *err)
{
	struct apply_records records;

	if (load(restore->source, cluster, how, &records, err) < 0 ||
	    (!how->held && hold_check_rollback(&records, how->to, err) < 0))
		return -1;
	return find_goals(restore, &records, how, report, err);
}

/* Onto the branch, and the source to it. */
static int land(struct restore *restore, const struct rollback_how *how,
		repo_make *make, struct repo_landed *landed, struct err *err)
{
	const struct repo_land_args args = { .push = how->push };
	struct source *source = restore->source;

	if (repo_land(source->repo, &args, make, restore, landed, err) < 0 ||
	    source_follow(source, err) < 0)
		return -1;
	return verify_source(source, err);
}

int rollback_commit(struct source *source, struct cluster *cluster,
		    const struct rollback_how *how, struct report *report,
		    bool *found, struct err *err)
{
	struct restore restore = {
		.source = source,
		.image = how->image,
		.reason = how->reason,
		.ours = how->ours,
		.sign = how->sign,
		.sign_off = how->sign_off,
	};
	repo_make *make = how->image ? rollback_image_make : restore_make;
	struct repo_commit_args trial = { 0 };
	struct repo_landed landed = { 0 };
	struct report_pull pull = { 0 };
	int failed = 0;

	if (rollback_find(&restore, cluster, how, report, err) < 0)
		return -1;
	*found = restore.goals.n > 0;
	if (*found && how->dry_run)
		failed = make(&restore, source->repo, &source->revision, &trial,
			      err);
	else if (*found && how->pull_request)
		failed = rollback_pull(&restore, how, make, &pull, err);
	else if (*found)
		failed = land(&restore, how, make, &landed, err);
	if (failed)
		return -1;
	tell(&restore, landed.oid, &pull, report);
	if (landed.oid)
		source_tell(source);
	restore_choose(&restore, &source->apps);
	return 0;
}

/* ---- the command ---- */

static int check_args(struct run *run, struct rollback_args *args,
		      struct err *err)
{
	if (args->image &&
	    rollback_image_parse(run, args->image, &args->how.image, err) < 0)
		return -1;
	if (opt_check_number("steps", args->steps, err) < 0)
		return -1;
	if (args->steps)
		args->how.steps = strtoul(args->steps, NULL, 10);
	args->how.take_over = args->sync.prune.take_over;
	args->no_sync |= args->how.pull_request;
	args->how.held = args->no_sync || args->offline;
	args->source.offline = args->offline;
	if (args->how.pull_request && (args->how.push || args->offline))
		return err_set(err, ERR_USAGE,
			       "--pull-request excludes --push and --offline");
	if (args->offline && args->no_sync)
		return err_set(err, ERR_USAGE,
			       "--offline and --no-sync exclude each other");
	if (args->offline && args->image) {
		err_set(err, ERR_USAGE,
			"--offline and --image exclude each other");
		return err_hint(err, "what is synced without a commit is a "
				     "commit that is there, as a whole");
	}
	if (args->steps && !args->how.steps)
		return err_set(err, ERR_USAGE, "--steps: at least 1");
	if (args->steps && args->how.to)
		return err_set(err, ERR_USAGE,
			       "--steps and --to exclude each other");
	if (!args->source.worktree)
		return 0;
	err_set(err, ERR_USAGE, "--worktree: a rollback is a commit");
	return err_hint(err, "for uncommitted files there is git restore");
}

static int rollback_run(struct run *run, int argc, char **argv,
			struct report **report, struct err *err)
{
	struct rollback_args args = {
		.source = SOURCE_DEFAULTS,
		.output = OUTPUT_DEFAULTS,
		.tell = TELL_DEFAULTS,
		.sync = SYNC_HOW_DEFAULTS,
	};
	struct target_args target;
	struct cluster *cluster;
	struct source source;
	bool found;

	if (opt_parse(run, rollback_opts, &args, argc, argv,
		      &args.source.location, err) < 0)
		return -1;
	output_open(run, "rollback", args.format, &args.output, report);
	tell_at_end(run, &args.tell, *report);

	if (check_args(run, &args, err) < 0 ||
	    source_open(run, &args.source, *report, &source, err) < 0 ||
	    fleet_one(&source, &args.target, &target, err) < 0 ||
	    target_open(run, &target, &args.change, &source, *report, &cluster,
			err) < 0)
		return -1;
	if (args.offline)
		return offline_sync(&source, cluster, &args.how, &args.sync,
				    *report, err);
	if (rollback_commit(&source, cluster, &args.how, *report, &found, err) <
	    0)
		return -1;
	if (!found || args.how.dry_run || args.no_sync)
		return 0;
	args.sync.prune.hold = HOLD_RESUME;
	return sync_source(&source, cluster, &args.sync, *report, err);
}

const struct cmd cmd_rollback = {
	.name = "rollback",
	.operands = "[REPOSITORY]",
	.summary = "return to an earlier state, as a commit, and sync",
	.opts = rollback_opts,
	.fn = rollback_run,
};
