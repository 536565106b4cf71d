/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_ROLLBACK_H
#define CMD_ROLLBACK_H

/* Rollback: what sync does where it has failed. */

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "cluster/cluster.h"
#include "cmd/common.h"
#include "cmd/restore.h"
#include "git/land.h"
#include "report/report.h"

struct rollback_how {
	size_t steps;       /* how many successful syncs back; 0 is 1 */
	const char *to;     /* or a revision, or the number of a sync */
	const char *reason; /* or NULL */
	const struct image_ref *image; /* this alone, or NULL */
	bool take_over;                /* also what was synced from elsewhere */
	bool ours; /* also what was changed since the last sync */
	bool push; /* of a local repository, too */
	bool sign;
	bool sign_off;
	bool held;         /* also what is not to be synced */
	bool pull_request; /* do not push it to the branch */
	const char *forge; /* for that, or NULL: told by the host */
	bool dry_run;
};

/* Where one app goes back to; rev NULL where there is nothing to go back to.
 * rollback_goal.c */
MUST_USE int rollback_goal(struct source *source, const struct record *record,
			   const struct rollback_how *how,
			   struct restore_goal *goal, struct err *err);

/* Where the apps that are chosen go back to; no goals where there is nothing to
 * go back to. */
MUST_USE int rollback_find(struct restore *restore, struct cluster *cluster,
			   const struct rollback_how *how,
			   struct report *report, struct err *err);

/*
 * Commit that the apps which are chosen go back, by their records.  `source` is
 * at that commit then, and those apps alone are chosen; *found is false where
 * there is nothing to go back to.
 */
MUST_USE int rollback_commit(struct source *source, struct cluster *cluster,
			     const struct rollback_how *how,
			     struct report *report, bool *found,
			     struct err *err);

/* Put the commit into a pull request, and leave the branch as it is; `action`
 * of `out` is NULL where there is none.  rollback_pull.c */
MUST_USE int rollback_pull(struct restore *restore,
			   const struct rollback_how *how, repo_make *make,
			   struct report_pull *out, struct err *err);

/* ---- one image: rollback_image.c ---- */

/* The value of --image, which names no tag. */
MUST_USE int rollback_image_parse(struct run *run, const char *text,
				  const struct image_ref **out,
				  struct err *err);

/* Keep the records of the apps that set it.  ERR_NOT_FOUND: none does. */
MUST_USE int rollback_image_choose(struct source *source,
				   const struct image_ref *image,
				   struct apply_records *records,
				   struct err *err);

/* Is it at the commit what it is at the goal?  So it is, too, where the goal
 * does not set it: there is nothing to go back to. */
bool rollback_image_is_same(const struct restore_goal *goal,
			    const struct image_ref *image, const char *commit);

/* Was it taken back by this commit? */
bool rollback_image_rejects(struct repo *repo, const char *commit,
			    const struct image_ref *image);

/* A repo_make of a struct restore: its image gets the tags of the goals, and no
 * other byte is changed.  No edits where it has them. */
int rollback_image_make(void *data, struct repo *repo,
			const struct revision *tip,
			struct repo_commit_args *out, struct err *err);

#endif
