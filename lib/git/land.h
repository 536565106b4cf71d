/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GIT_LAND_H
#define GIT_LAND_H

/*
 * Land: a commit on the tip of a branch, whoever else pushes meanwhile.
 *
 * The edits are computed on a tip.  When another was faster they are computed
 * again on the new one, five times at most; nothing is merged or rebased.
 *
 *	static int make(void *data, struct repo *repo,
 *			const struct revision *tip,
 *			struct repo_commit_args *out, struct err *err);
 *
 *	struct repo_land_args args = { .branch = "main" };
 *	if (repo_land(repo, &args, make, &moves, &landed, err) < 0)
 *		return -1;
 *	if (!landed.oid)
 *		... nothing was to be done
 */

#include <stdbool.h>

#include "git/commit.h"
#include "git/repo.h"

struct repo_land_args {
	const char *branch; /* "main"; NULL: the one that was opened, or that
			       HEAD names */
	bool push; /* of a repository with a working directory: to the upstream
		      of the branch, too */
	/*
	 * For pull requests: the commit is made on `branch`, but `head` is
	 * what names it.  That branch is ours: each of its commits has the
	 * trailer `ours`, or is a merge.  It is made, or moved on: the new
	 * commit follows on it and on `branch`, with the edits alone, so that
	 * nothing is ever forced and no review loses its place.
	 */
	const char *head;
	const char *ours;
};

struct repo_landed {
	const char *oid;    /* the commit, or NULL: there was nothing to do */
	const char *branch; /* "main"; it is there when the commit is made */
	const char *base;   /* the commit it follows on */
	const char *was;    /* what `head` named before, or NULL */
	bool pushed;        /* it is where others see it */
	unsigned tries;     /* 1 where nobody was in the way */
};

/*
 * What is to be done on top of `tip`, a function of it alone.  No edits: there
 * is nothing to do.
 */
typedef int repo_make(void *data, struct repo *repo, const struct revision *tip,
		      struct repo_commit_args *out, struct err *err);

/*
 * In a repository with a working directory the commit goes to the branch that
 * is checked out, with an entry in the reflog; index and files follow where
 * the commit changes them.  No hook is run there.  Killed at any point, a
 * second call ends in the same one commit.  repo_revision() is the new commit
 * from then on, but where `head` names it.
 *
 * ERR_REFUSED: HEAD is detached, a merge is under way, or files that are to be
 * changed have uncommitted changes, each named; `head` has commits of others;
 * and what repo_push() is refused.  ERR_TEMPORARY: outrun five times, network,
 * a lock of git is held.
 */
MUST_USE int repo_land(struct repo *repo, const struct repo_land_args *args,
		       repo_make *make, void *data, struct repo_landed *out,
		       struct err *err);

#endif
