/* SPDX-License-Identifier: Apache-2.0 */

/*
 * gitops sync: make the cluster match the repository.
 *
 *	repository -> revision -> tree -> objects we want
 *	cluster -> records -> objects there are -> what an apply would make
 *	of them
 *	both -> plan -> claim -> apply, slot after slot -> wait until it is
 *	healthy -> prune -> settle
 */

#include "cmd/sync.h"
#include "apply/apply.h"
#include "apply/note.h"
#include "base/clock.h"
#include "cmd/cmd.h"
#include "cmd/common.h"
#include "cmd/fleet.h"
#include "cmd/restore.h"
#include "cmd/rollback.h"
#include "cmd/saved.h"
#include "cmd/tell.h"
#include "plan/order.h"

enum validate { VALIDATE_SERVER, VALIDATE_NONE };

static const char *const validate_choices[] = { "server", "none", NULL };

enum on_error { ON_ERROR_STOP, ON_ERROR_CONTINUE };

static const char *const on_error_choices[] = { "stop", "continue", NULL };

const struct opt sync_how_opts[] = {
	OPT_CHOICE(struct sync_how, on_error, 0, "on-error", "HOW",
		   "after a failure go on with what does not need it",
		   on_error_choices),
	OPT_CHOICE(struct sync_how, validate, 0, "validate", "HOW",
		   "dry-run every object before the first write",
		   validate_choices),
	OPT_SECONDS(struct sync_how, wait, 0, "wait", "DURATION",
		    "wait this long for health (5m); 0: do not"),
	OPT_SECONDS(struct sync_how, wait_lock, 0, "wait-lock", "DURATION",
		    "wait this long for another sync to end"),
	OPT_INCLUDE(struct sync_how, prune, planning_opts),
	OPT_END,
};

struct sync_args {
	struct source_args source;
	struct target_args target;
	struct change_args change;
	struct output_args output;
	struct tell_args tell;
	struct sync_how how;
	const char *suspend; /* why */
	bool resume;
	const char *plan; /* the file of a saved one, or NULL */
	int format;
	bool rollback;
};

static const struct opt sync_opts[] = {
	OPT_CHOICE(struct sync_args, format, 'o', "output", "FORMAT",
		   "format of the result", output_formats),
	OPT_STRING(struct sync_args, plan, 0, "plan", "FILE",
		   "do what diff --out has saved, or nothing"),
	OPT_FLAG(struct sync_args, resume, 0, "resume",
		 "sync also what is suspended, from now on"),
	OPT_FLAG(struct sync_args, rollback, 0, "rollback-on-failure",
		 "go back where it does not become healthy"),
	OPT_STRING(struct sync_args, suspend, 0, "suspend", "REASON",
		   "leave the apps alone until --resume, and stop"),
	OPT_INCLUDE(struct sync_args, source, source_opts),
	OPT_INCLUDE(struct sync_args, target, target_opts),
	OPT_INCLUDE(struct sync_args, change, change_opts),
	OPT_INCLUDE(struct sync_args, output, output_opts),
	OPT_INCLUDE(struct sync_args, tell, tell_opts),
	OPT_INCLUDE(struct sync_args, how, sync_how_opts),
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

bool sync_goes_on(const struct sync_how *how)
{
	return how->on_error == ON_ERROR_CONTINUE;
}

/* May it be carried out?  Nothing has been changed up to here. */
static int check_plan(const struct planning *planning,
		      const struct apply_patience *patience, struct err *err)
{
	if (!patience->go_on)
		plan_errors(&planning->plan, err);
	if (err->status != ERR_OK)
		return -1;
	return prune_check_budget(&planning->plan, &planning->rules, err);
}

/*
 * One that is at it already would be in the way, and we in its.  A single
 * object needs no lock: its write is whole by itself.
 */
static int lock_apps(struct source *source, struct cluster *cluster,
		     const struct planning *planning, int64_t wait_s,
		     struct apply_lock **lock, struct err *err)
{
	struct run *run = source->run;
	struct apply_holder *holder = arena_alloc(run->arena, sizeof(*holder));

	*lock = NULL;
	*holder = source_holder(source);
	if (!cluster->marks || plan_writes(&planning->plan) < 2)
		return 0;
	return apply_lock(run, cluster, &planning->records, holder, wait_s,
			  lock, err);
}

/*
 * The records name all that will be before anything is, and in settle() what
 * is: a run that dies in between leaves nothing behind that the next one does
 * not know of.
 */
static int claim(struct source *source, struct cluster *cluster,
		 struct planning *planning, int64_t wait_s,
		 struct apply_lock **lock, struct err *err)
{
	if (lock_apps(source, cluster, planning, wait_s, lock, err) < 0)
		return -1;
	if (!plan_changes(&planning->plan) ||
	    apply_claim(source->run, cluster, &planning->records,
			&planning->plan, err) == 0)
		return 0;
	apply_unlock(*lock);
	return -1;
}

static int carry_out(struct run *run, struct cluster *cluster,
		     struct plan *plan, const struct apply_patience *patience,
		     struct err *err)
{
	if (apply_plan(run, cluster, plan, patience, err) < 0 ||
	    apply_wait(run, cluster, order_by_slot(plan), plan->n_want,
		       patience, err) < 0)
		return -1;
	return apply_prune(run, cluster, plan, err);
}

/* This run, for the records and for those who look. */
static struct record_sync this_sync(const struct source *source,
				    int64_t begin_ms)
{
	struct record_sync sync = source_sync(source);

	sync.seconds = (clock_ms() - begin_ms + 500) / 1000;
	sync.when = clock_wall() - sync.seconds;
	return sync;
}

static const char *note_of(struct arena *arena, const struct record_hold *hold)
{
	return arena_printf(arena, "rolled back offline, with no commit%s%s",
			    *hold->why ? ": " : "", hold->why);
}

/* What a run that failed has done is recorded, too; its error stays. */
static int settle(struct source *source, struct cluster *cluster,
		  struct planning *planning, int status, int64_t begin_ms,
		  struct err *err)
{
	const struct apply_records *records = &planning->records;
	struct record_sync sync = this_sync(source, begin_ms);
	AUTO_ERR struct err later = { 0 };

	if (err->status == ERR_CANCELLED)
		return status;
	if (records->n && records->v[0].hold)
		sync.note = note_of(source->run->arena, records->v[0].hold);
	sync.result = status == 0                  ? "done" :
		      err->status == ERR_UNHEALTHY ? "unhealthy" :
						     "failed";
	if (apply_settle_records(source->run, cluster, &planning->records,
				 &planning->plan, &sync, &later) == 0)
		return status;
	err_append(err, &later);
	return -1;
}

static void note(struct source *source, struct cluster *cluster,
		 const struct planning *planning, int64_t begin_ms,
		 const struct err *err)
{
	const struct record_sync sync = this_sync(source, begin_ms);

	apply_note(source->run, cluster, &planning->records, &planning->plan,
		   &sync, err);
}

/* A hold that ends, or begins, is written with what is synced. */
static void begin_hold(struct planning *planning, const struct sync_how *how,
		       struct report *report)
{
	if (!how->hold)
		report_holds(report, planning->holds.v, planning->holds.n);
	for (size_t i = 0; how->hold && i < planning->records.n; i++)
		planning->records.v[i].hold = how->hold;
}

static int sync_rest(struct source *source, struct cluster *cluster,
		     const struct sync_how *how, struct report *report,
		     struct planning *planning, struct err *err)
{
	const bool go_on = sync_goes_on(how);
	const struct apply_patience patience = {
		.apps = &source->apps,
		.seconds = how->wait,
		.go_on = go_on,
	};
	const int64_t begin_ms = clock_ms();
	struct planning_args prune = how->prune;
	struct apply_lock *lock;
	int status;

	prune.broken = go_on ? BROKEN_SKIP : BROKEN_STOP;
	if (planning_make(source, cluster, &prune,
			  how->validate == VALIDATE_SERVER, planning,
			  err) < 0 ||
	    check_plan(planning, &patience, err) < 0 ||
	    (how->saved &&
	     saved_check(how->saved, source, cluster, planning, err) < 0)) {
		note(source, cluster, planning, begin_ms, err);
		return -1;
	}
	begin_hold(planning, how, report);
	if (claim(source, cluster, planning, how->wait_lock, &lock, err) < 0) {
		note(source, cluster, planning, begin_ms, err);
		return -1;
	}

	status = carry_out(source->run, cluster, &planning->plan, &patience,
			   err);
	status = apply_end_hooks(source->run, cluster, &planning->plan, status,
				 err);
	status = settle(source, cluster, planning, status, begin_ms, err);
	apply_unlock(lock);
	note(source, cluster, planning, begin_ms, err);
	if (status < 0)
		plan_errors(&planning->plan, err);
	report_sync(report, &planning->plan);
	return status;
}

/* What does not render is told of in the end, where the rest went on. */
static int sync_once(struct source *source, struct cluster *cluster,
		     const struct sync_how *how, struct report *report,
		     struct planning *planning, struct err *err)
{
	int status = sync_rest(source, cluster, how, report, planning, err);

	if (!planning->broken.n)
		return status;
	broken_errors(&planning->broken, planning->records.n != 0, err);
	return -1;
}

int sync_source(struct source *source, struct cluster *cluster,
		const struct sync_how *how, struct report *report,
		struct err *err)
{
	struct planning planning;

	return sync_once(source, cluster, how, report, &planning, err);
}

/* ---- --rollback-on-failure ---- */

/* Of the apps that were chosen those stay that are not healthy. */
static void choose_unhealthy(struct source *source, const struct plan *plan)
{
	for (size_t i = 0; i < source->apps.n; i++) {
		struct app *app = &source->apps.v[i];

		app->chosen = false;
		for (size_t j = 0; j < plan->n_want; j++) {
			const struct cluster_item *item = &plan->v[j].item;

			if (str_equal(item->want->app, app->name) &&
			    (item->health.state == HEALTH_FAILED ||
			     item->health.state == HEALTH_IN_PROGRESS))
				app->chosen = true;
		}
	}
}

/* Once for a commit: what does not help is not tried again and again. */
static int check_once(const struct source *source, struct err *err)
{
	if (!restore_is_rollback(source->repo, source->revision.oid))
		return 0;
	err_set(err, ERR_REFUSED,
		"%.7s is a rollback itself: it is not rolled back",
		source->revision.oid);
	return err_hint(err, "go further back with gitops rollback --to, or "
			     "mend it in git");
}

/* The sync has failed, and that stays its result. */
static int go_back(struct source *source, struct cluster *cluster,
		   const struct sync_args *args, struct report *report,
		   struct err *err)
{
	struct run *run = source->run;
	const struct rollback_how how = {
		.reason = arena_printf(run->arena,
				       "The sync of %.7s did not become "
				       "healthy.",
				       source->revision.oid),
		.take_over = args->how.prune.take_over,
	};
	const char *failed = source->revision.oid;
	bool found;

	if (check_once(source, err) < 0)
		return -1;
	/* The wait may have taken all the time there was. */
	if (args->output.timeout)
		run->deadline_ms = clock_ms() + args->output.timeout * 1000;
	if (rollback_commit(source, cluster, &how, report, &found, err) < 0)
		return -1;
	/* It may be a rollback that somebody has merged. */
	if (!found || str_equal(source->revision.oid, failed))
		return 0;
	return sync_source(source, cluster, &args->how, report, err);
}

static int check_rollback(const struct sync_args *args, struct err *err)
{
	if (args->suspend && args->resume)
		return err_set(err, ERR_USAGE,
			       "--suspend and --resume exclude each other");
	if (args->rollback && args->source.worktree)
		return err_set(err, ERR_USAGE,
			       "--worktree and --rollback-on-failure exclude "
			       "each other");
	if (args->rollback && !args->how.wait)
		return err_set(err, ERR_USAGE,
			       "--rollback-on-failure: with --wait 0 it is not "
			       "known");
	return 0;
}

/* The commit is the plan's own; what would do more than it is refused. */
static int read_plan(struct run *run, struct sync_args *args,
		     struct saved *saved, struct err *err)
{
	if (!args->plan)
		return 0;
	if (args->source.rev || args->source.worktree || args->rollback ||
	    args->how.validate == VALIDATE_NONE)
		return err_set(err, ERR_USAGE,
			       "--plan excludes --rev, --worktree, "
			       "--rollback-on-failure and --validate none");
	if (saved_read(run->arena, args->plan, saved, err) < 0)
		return -1;
	args->source.rev = saved->commit;
	args->how.saved = saved;
	return 0;
}

static int sync_cluster(struct source *source, const struct target_args *target,
			void *data, struct report *report, struct err *err)
{
	const struct sync_args *args = data;
	AUTO_ERR struct err later = { 0 };
	struct planning planning;
	struct cluster *cluster;

	if (target_open(source->run, target, &args->change, source, report,
			&cluster, err) < 0 ||
	    check_worktree(args, cluster, err) < 0)
		return -1;
	if (args->suspend)
		return hold_suspend(source, cluster, args->suspend,
				    args->how.prune.take_over, report, err);
	if (sync_once(source, cluster, &args->how, report, &planning, err) == 0)
		return verify_end(source, err);
	if (!args->rollback || err->status != ERR_UNHEALTHY)
		return -1;
	choose_unhealthy(source, &planning.plan);
	if (go_back(source, cluster, args, report, &later) < 0)
		err_append(err, &later);
	return -1;
}

static int sync_run(struct run *run, int argc, char **argv,
		    struct report **report, struct err *err)
{
	struct sync_args args = {
		.source = SOURCE_DEFAULTS,
		.output = OUTPUT_DEFAULTS,
		.tell = TELL_DEFAULTS,
		.how = SYNC_HOW_DEFAULTS,
	};
	struct fleet_job job = { .work = sync_cluster, .data = &args };
	struct source source;
	struct saved saved;

	if (opt_parse(run, sync_opts, &args, argc, argv, &args.source.location,
		      err) < 0)
		return -1;
	output_open(run, "sync", args.format, &args.output, report);
	tell_at_end(run, &args.tell, *report);

	args.how.prune.hold = args.resume ? HOLD_RESUME : HOLD_HEED;
	/* Who stops a sync need not like what it would sync. */
	args.source.inspect = args.suspend != NULL;
	job.renders = !args.suspend;
	job.goes_on = sync_goes_on(&args.how);
	if (check_rollback(&args, err) < 0 ||
	    read_plan(run, &args, &saved, err) < 0 ||
	    source_open(run, &args.source, *report, &source, err) < 0)
		return -1;
	return fleet_run(&source, &args.target, *report, &job, err);
}

const struct cmd cmd_sync = {
	.name = "sync",
	.operands = "[REPOSITORY]",
	.summary = "make the cluster match the repository",
	.opts = sync_opts,
	.fn = sync_run,
};
