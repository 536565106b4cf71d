/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GIT_LINES_H
#define GIT_LINES_H

/*
 * Lines: which commit has brought a line of a file, or taken it away.  Of a
 * log, which is bounded by who asks for it, only the commits are looked at that
 * have changed the file: their ids tell.
 *
 *	struct repo_line line = { tip, "deploy/web.yaml", 12 };
 *
 *	if (repo_line_added(repo, &log, &line, &commit, err) < 0)
 *		return -1;
 */

#include "base/compiler.h"
#include "base/err.h"
#include "git/history.h"
#include "git/repo.h"

struct repo_line {
	const char *commit; /* where it stands: a whole id */
	const char *path;
	unsigned number; /* from 1 */
};

/* The commit of the log, which begins at that of the line, that has brought it;
 * NULL where it is older. */
MUST_USE int repo_line_added(struct repo *repo, const struct repo_log *log,
			     const struct repo_line *line,
			     const struct repo_log_entry **out,
			     struct err *err);

/* The commit of the log, which ends behind that of the line, that has taken it
 * away; NULL where it is still there. */
MUST_USE int repo_line_removed(struct repo *repo, const struct repo_log *log,
			       const struct repo_line *line,
			       const struct repo_log_entry **out,
			       struct err *err);

/* The files that differ between two commits, by their ids, sorted: NULL-ended,
 * and no more than `most`. */
MUST_USE int repo_changed_files(struct repo *repo, const char *from,
				const char *to, size_t most,
				const char *const **out, struct err *err);

#endif
