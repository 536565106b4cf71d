/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GIT_HERE_H
#define GIT_HERE_H

/* Here: the index of a working directory, for here.c. */

#include "git/inside.h"

/* git's index under git's own lock, from reading it until the branch has
 * moved: so that nobody's "git add" in between is lost. */
struct here_index {
	const char *path, *lock;
	const char *copy; /* libgit2 locks an index only while it writes it:
			     it works on a copy */
	git_index *git;
};

/* ERR_TEMPORARY where another git holds the lock. */
MUST_USE int repo_index_open(struct repo *repo, struct arena *arena,
			     struct here_index *out, struct err *err);
/* Put it in its place; the lock is kept. */
MUST_USE int repo_index_write(const struct here_index *index, struct err *err);
void repo_index_close(struct here_index *index);

#endif
