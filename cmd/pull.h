/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_PULL_H
#define CMD_PULL_H

/*
 * Pull: a commit that goes to a branch of its own, which a pull request asks to
 * be merged.  It is found by that branch and updated, and closed when there is
 * nothing to be done any more.
 */

#include "apps/apps.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/run.h"
#include "forge/forge.h"
#include "git/land.h"
#include "git/repo.h"
#include "report/report.h"

/* The description, in Markdown, of the commit that was made. */
typedef const char *pull_body(void *data, const struct repo_commit_args *made);

struct pull_args {
	const char *base; /* branch that it is for; NULL: the one opened */
	const char *head; /* branch that is to be merged */
	const char *ours; /* the trailer of our commits there */
	repo_make *make;
	pull_body *body;
	void *data; /* of both */
	/* Labels and more of a new one, as they are when it is made. */
	const struct apps_release *config;
};

/*
 * Make the commit, and have its pull request say so.  The subject of the
 * message is its title.  The description ends in the trailers of the commit: a
 * forge that squashes makes its message of that.  The `action` of `out` is NULL
 * where there was nothing to be done.
 */
MUST_USE int pull_offer(struct run *run, struct repo *repo, struct forge *forge,
			const struct pull_args *args, struct report_pull *out,
			struct err *err);

/* What a message says below its subject. */
const char *pull_below(const char *message);

#endif
