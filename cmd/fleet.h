/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_FLEET_H
#define CMD_FLEET_H

/*
 * Fleet: one command on several clusters, which are those of gitops.yaml or
 * of --context.  What they have in common is rendered once; then each works in
 * a process of its own, all at the same time.
 *
 *	const struct fleet_job job = { .work = status_cluster, .data = &args };
 *
 *	return fleet_run(&source, &args.target, report, &job, err);
 */

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "cmd/common.h"
#include "report/report.h"

/* What a command does with a cluster. */
struct fleet_job {
	/* With the one that `target` names: the exit status, or -1 with err
	 * set. */
	int (*work)(struct source *source, const struct target_args *target,
		    void *data, struct report *report, struct err *err);
	/* In place of it for each of several, where what they have in common
	 * cannot be rendered, with err set; or NULL.  Returns -1. */
	int (*fail)(struct source *source, const struct target_args *target,
		    void *data, struct report *report, struct err *err);
	void *data;
	bool renders; /* the apps that are chosen */
	bool goes_on; /* with other apps where one does not render */
};

/*
 * Do it with all of them.  With one it is that work, here; with several the
 * result is an exit status: of those that did not end well the one that a rerun
 * would help least.
 */
MUST_USE int fleet_run(struct source *source, const struct target_args *target,
		       struct report *report, const struct fleet_job *job,
		       struct err *err);

/* For commands that work with one cluster only: choose it as fleet_run() does.
 * ERR_USAGE where there are several. */
MUST_USE int fleet_one(struct source *source, const struct target_args *target,
		       struct target_args *out, struct err *err);

#endif
