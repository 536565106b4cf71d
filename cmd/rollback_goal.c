/* SPDX-License-Identifier: Apache-2.0 */

/* Where an app goes back to, by its record. */

#include "cmd/restore.h"
#include "cmd/rollback.h"
#include "git/history.h"

#define LOOK 10000 /* commits between two syncs */

/* Back through the syncs of an app. */
struct walk {
	struct source *source;
	const struct record *record;
	const struct image_ref *image; /* NULL: the app as a whole */
	bool changed;                  /* only to what is different */
};

static int find_number(const struct record *record, int64_t number,
		       const char **commit, struct err *err)
{
	for (size_t i = 0; i < record->syncs.n; i++) {
		const struct record_sync *sync = &record->syncs.v[i];

		if (sync->number != number || !*sync->commit)
			continue;
		*commit = sync->commit;
		return 0;
	}
	err_set(err, ERR_NOT_FOUND,
		"--to: the record of app %s has no sync %lld of a commit",
		record->app, (long long)number);
	return err_hint(err, "see gitops history --app %s", record->app);
}

/* The sync of this commit that is behind the one at `i`. */
static size_t seek(const struct record *record, size_t i, const char *commit)
{
	while (++i < record->syncs.n &&
	       !str_equal(record->syncs.v[i].commit, commit))
		;
	return i;
}

/* Where this commit took it back to, or NULL. */
static const char *goes_to(const struct walk *walk, const char *commit,
			   const char *app)
{
	struct repo *repo = walk->source->repo;

	if (walk->image && !rollback_image_rejects(repo, commit, walk->image))
		return NULL;
	return restore_taken_to(repo, commit, app);
}

static bool is_same(const struct walk *walk, const struct restore_goal *goal,
		    const char *commit)
{
	return walk->image ? rollback_image_is_same(goal, walk->image, commit) :
			     restore_is_same(goal, commit);
}

/* What was synced before the sync at `i`, or NULL. */
static const char *before(const struct record *record, size_t i)
{
	const char *commit = record->syncs.v[i].commit;

	while (++i < record->syncs.n)
		if (*record->syncs.v[i].commit &&
		    !str_equal(record->syncs.v[i].commit, commit))
			return record->syncs.v[i].commit;
	return NULL;
}

/*
 * Where the app was taken back to by what the sync at `i` has brought, or NULL.
 * The commit of a pull request is behind the one that merges it, as it is
 * behind whatever was committed after it: it counts as long as the app is still
 * what it made of it.
 */
static const char *taken_to(const struct walk *walk, size_t i, const char *app)
{
	struct repo *repo = walk->source->repo;
	const char *commit = walk->record->syncs.v[i].commit;
	const char *to = goes_to(walk, commit, app);
	const struct repo_log_args args = {
		.tip = commit,
		.until = before(walk->record, i),
		.look = LOOK,
	};
	AUTO_ERR struct err ignored = { 0 };
	struct restore_goal made = { .app = app };
	struct repo_log log;

	if (to || !*commit || !args.until ||
	    repo_log(repo, &args, &log, &ignored) < 0)
		return to;
	for (size_t j = 0; !to && j < log.n; j++) {
		made.rev = log.v[j].revision.oid;
		to = goes_to(walk, made.rev, app);
	}
	return to && restore_open(walk->source, &made, &ignored) == 0 &&
			       is_same(walk, &made, commit) ?
		       to :
		       NULL;
}

/*
 * The goal that is one step behind the sync at `*i`; rev NULL: there is none.
 * What was rolled back is passed over: from a rollback the way goes on where
 * that went.  With `changed` also syncs that the app was the same at.
 */
static int step_back(struct walk *walk, size_t *i, struct restore_goal *goal,
		     struct err *err)
{
	const struct record_syncs *syncs = &walk->record->syncs;
	const char *from = syncs->v[*i].commit, *taken;

	goal->rev = NULL;
	while (*i < syncs->n) {
		taken = taken_to(walk, *i, goal->app);
		*i = taken ? seek(walk->record, *i, taken) : *i + 1;
		if (*i >= syncs->n)
			return 0;
		if (!str_equal(syncs->v[*i].result, "done") ||
		    !*syncs->v[*i].commit ||
		    str_equal(syncs->v[*i].commit, from))
			continue;
		*goal = (struct restore_goal){
			.app = goal->app,
			.rev = syncs->v[*i].commit,
		};
		if (restore_open(walk->source, goal, err) < 0)
			return -1;
		if (taken || !walk->changed || !is_same(walk, goal, from))
			return 0;
		goal->rev = NULL;
	}
	return 0;
}

static int find_done(struct walk *walk, size_t steps, struct restore_goal *goal,
		     struct err *err)
{
	const struct record_syncs *syncs = &walk->record->syncs;
	size_t i = 0;

	if (!syncs->n)
		return 0;
	do {
		if (step_back(walk, &i, goal, err) < 0)
			return -1;
	} while (goal->rev && --steps);
	if (goal->rev && *syncs->v[0].commit)
		goal->present = syncs->v[0].commit;
	/* Nobody has named it, and it was not changed. */
	if (goal->rev && !walk->changed && goal->present &&
	    restore_is_same(goal, goal->present))
		goal->rev = NULL;
	return 0;
}

/* The commit that the app follows: not the one that it was taken back to with
 * no commit in git. */
static const char *present_of(const struct record *record)
{
	const char *held = record->hold ? record->hold->commit : "";
	const char *commit;

	for (size_t i = 0; i < record->syncs.n; i++) {
		commit = record->syncs.v[i].commit;
		if (*commit && !str_equal(commit, held))
			return commit;
	}
	return NULL;
}

int rollback_goal(struct source *source, const struct record *record,
		  const struct rollback_how *how, struct restore_goal *goal,
		  struct err *err)
{
	struct walk walk = {
		.source = source,
		.record = record,
		.image = how->image,
		.changed = how->image || source->args->apps ||
			   source->apps.n == 1,
	};
	const int64_t number = how->to ? opt_number(how->to) : 0;

	*goal = (struct restore_goal){ .app = record->app, .rev = how->to };
	if (!how->to)
		return find_done(&walk, how->steps ? how->steps : 1, goal, err);
	if (number && find_number(record, number, &goal->rev, err) < 0)
		return -1;
	goal->present = present_of(record);
	return restore_open(source, goal, err);
}
