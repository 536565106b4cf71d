/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GIT_PUSH_H
#define GIT_PUSH_H

/*
 * Push: let a branch name a new commit, where it still names the one that was
 * expected.  Never by force: the expected value is compared by whoever keeps
 * the branch, in the same step in which it moves.
 *
 * A repository that was fetched is pushed to where it came from; in a bare one
 * of this machine the branch is moved; from one with a working directory goes
 * to the branch's upstream what is committed there.
 */

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "git/repo.h"

struct repo_push_args {
	const char *branch;   /* "main" */
	const char *commit;   /* its id; NULL: the branch is to go */
	const char *expected; /* what the branch must name until now, and what
				 `commit` follows on; NULL: it must not be
				 there */
};

enum repo_pushed {
	REPO_PUSHED,
	REPO_OUTRUN, /* another moved the branch: begin anew on its tip */
};

/*
 * ERR_REFUSED: a protected branch, a hook, with the server's own words.
 * ERR_ACCESS: no permission.  ERR_TEMPORARY: network; the branch may have been
 * moved nevertheless.
 */
MUST_USE int repo_push(struct repo *repo, const struct repo_push_args *args,
		       enum repo_pushed *out, struct err *err);

/*
 * What the branch names now, where it is kept: NULL in `*oid` where it is not
 * there.  Nothing is fetched.
 */
MUST_USE int repo_ask_tip(struct repo *repo, const char *branch,
			  const char **oid, struct err *err);

#endif
