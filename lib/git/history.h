/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GIT_HISTORY_H
#define GIT_HISTORY_H

/*
 * History: the commits behind a commit, out of the object database.
 *
 * What was fetched has its whole history, since libgit2 1.5 knows no depth:
 * nothing is ever to be deepened.  Only a clone of the user's may be shallow;
 * then the history ends early and says so, and we fetch nothing into it.
 *
 *	struct repo_log_args args = { .tip = revision.oid, .limit = 20 };
 *	if (repo_log(repo, &args, &log, err) < 0)
 *		return -1;
 *	for (size_t i = 0; i < log.n; i++)
 *		use(log.v[i].revision.subject);
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "git/commit.h"
#include "git/repo.h"

struct repo_log_args {
	const char *tip;   /* a commit's id */
	const char *until; /* neither this commit nor what is behind it */
	/* Only commits that change one of these, compared with each of their
	 * parents; NULL-ended, and NULL for all. */
	const char *const *paths;
	int64_t since; /* seconds since 1970: none that is older; after many of
			  these in a row the walk ends, whatever clocks that
			  were wrong have left behind them */
	size_t limit;  /* that many at most; 0: no limit */
	size_t look;   /* look at that many at most; 0: 100,000 */
};

struct repo_log_entry {
	struct revision revision; /* its name is the id, in short */
	const char *committer;    /* "Name <email>" */
	const char *body;         /* below the subject, trailers and all */
	/* As git has them; and "Gitops-..." of every paragraph that has nothing
	 * else, since a forge that squashes adds to the message. */
	struct repo_trailer *trailers;
	size_t n_trailers;
	const char *const *parents; /* ids */
	size_t n_parents;
};

struct repo_log {
	struct repo_log_entry *v;
	size_t n;
	size_t room;
	bool cut; /* there may be more: a limit, `look`, or a shallow clone */
};

/* The newest first, by the clocks of those who committed. */
MUST_USE int repo_log(struct repo *repo, const struct repo_log_args *args,
		      struct repo_log *out, struct err *err);

/* The value of the first trailer of that name, in any case, or NULL. */
const char *repo_trailer(const struct repo_log_entry *entry, const char *name);

/* What is at `path` ("": the whole tree) in a commit: the id of the file or
 * directory, NULL where there is nothing. */
MUST_USE int repo_path_id(struct repo *repo, const char *commit,
			  const char *path, const char **oid, struct err *err);

/* Is `old` the commit `new`, or behind it? */
MUST_USE int repo_is_behind(struct repo *repo, const char *old, const char *new,
			    bool *out, struct err *err);

/* The best commit that is behind both, or NULL. */
MUST_USE int repo_merge_base(struct repo *repo, const char *a, const char *b,
			     const char **oid, struct err *err);

#endif
