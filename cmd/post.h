/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_POST_H
#define CMD_POST_H

/*
 * Post: say what a diff has found where the repository is discussed, in a
 * comment of the pull request and in the status of its commit.  There is one of
 * each for a choice of cluster and apps, so that several jobs, and the clusters
 * of a fleet, do not take each other's place.
 *
 *	status = diff_cluster(source, target, ...);
 *	return post_diff(&args->post, source, target, status, err);
 */

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/run.h"
#include "cmd/common.h"
#include "cmd/opt.h"

struct post_args {
	const char *forge;        /* as in forge_args, or NULL */
	const char *pull_request; /* its number; NULL: the CI job's */
	bool comment;
	bool commit_status;
	bool revisions; /* no option: two are compared, and no cluster */
};
extern const struct opt post_opts[];

/* Is it known where to?  Before anything is done; a job that is for no pull
 * request is warned of. */
MUST_USE int post_check(struct run *run, const struct post_args *args,
			struct err *err);

/*
 * Post what was told to source->report, and, where `status` is -1, the errors.
 * Returns `status`, or -1 where it could not be posted, with the reason behind
 * the errors there are.
 */
MUST_USE int post_diff(const struct post_args *args, struct source *source,
		       const struct target_args *target, int status,
		       struct err *err);

/* The repository could not be read, and so the clusters are not known but by
 * the options: post the errors as statuses.  Always -1. */
MUST_USE int post_unread(const struct post_args *args, struct source *source,
			 const struct target_args *target, struct err *err);

#endif
