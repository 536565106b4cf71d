/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_RESTORE_H
#define CMD_RESTORE_H

/*
 * Restore: the commit that takes apps back to what they were at other commits,
 * and changes no other app.
 *
 *	struct restore restore = { .source = source };
 *
 *	if (restore_open(source, &goal, err) < 0)
 *		return -1;
 *	*vec_push(arena, &restore.goals) = goal;
 *	if (repo_land(source->repo, &args, restore_make, &restore, &landed, err)
 *	    < 0)
 *		return -1;
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "cmd/common.h"
#include "git/commit.h"
#include "git/history.h"
#include "image/reference.h"
#include "object/object.h"
#include "tree/trace.h"

/* One app, and where it is to go. */
struct restore_goal {
	const char *app;
	const char *rev;     /* whose inputs it gets: a commit, tag or branch */
	const char *present; /* the commit that was synced last: what is newer
				is undone only where restore.ours says so;
				NULL: all may be */
	/* What the app was there: */
	struct source *then;
	const struct app *was;
	struct tree_trace *trace;
	struct objects objects;
};

struct restore {
	struct source *source;
	const struct image_ref *image; /* that alone, by rollback_image_make();
					  NULL: the apps */
	const char *reason;            /* or NULL */
	bool ours; /* what was changed since is undone, too */
	bool sign; /* the commit; else as git is set up */
	bool sign_off;
	struct {
		struct restore_goal *v;
		size_t n, room;
	} goals;

	/* What was made of it on the last tip: */
	struct {
		struct repo_edit *v;
		size_t n, room;
	} edits;
	struct {
		struct revision *v;
		size_t n, room;
	} undone; /* the newest first, RESTORE_UNDONE at most */
	struct {
		const char **v;
		size_t n, room;
	} rejected;          /* images that ran, and do not run there */
	const char *subject; /* of the commit */
};

#define RESTORE_UNDONE 20

/* The trailers of the commit: "APP COMMIT", COMMIT, IMAGE. */
#define RESTORE_GOES    "Gitops-Rollback"
#define RESTORE_UNDOES  "Gitops-Rolled-Back"
#define RESTORE_REJECTS "Gitops-Reject"

/* Find the commit of a goal, and render the app there. */
MUST_USE int restore_open(struct source *source, struct restore_goal *goal,
			  struct err *err);

/* Choose the apps of the goals, and no other: what is not rolled back is not to
 * be synced by the way. */
void restore_choose(const struct restore *restore, struct apps *apps);

/* Has this commit what the goal is rendered from?  Not if it is not there. */
bool restore_is_same(const struct restore_goal *goal, const char *commit);

/* Is this commit one of ours? */
bool restore_is_rollback(struct repo *repo, const char *commit);

/* Where a commit took the app back to, by its trailers, or NULL. */
const char *restore_goes_to(const struct repo_log_entry *entry,
			    const char *app);
const char *restore_taken_to(struct repo *repo, const char *commit,
			     const char *app);

/* How the commit is signed, and its trailer for a goal. */
enum repo_signing restore_signing(const struct restore *restore);
struct repo_trailer restore_trailer(struct arena *arena,
				    const struct restore_goal *goal);

/* Are these the same objects, in the same order? */
bool restore_are_same(const struct objects *a, const struct objects *b);

/* ERR_REFUSED: an app that is not to go back would be changed. */
int restore_spare(const struct app *app, struct err *err);

/*
 * A repo_make.  No edits where the apps are already as they were.  ERR_REFUSED
 * where an input was changed after what was synced last, or where another app
 * would be changed.
 */
int restore_make(void *data, struct repo *repo, const struct revision *tip,
		 struct repo_commit_args *out, struct err *err);

#endif
