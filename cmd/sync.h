/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_SYNC_H
#define CMD_SYNC_H

/* Sync: what other commands do at their end, too. */

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "cluster/cluster.h"
#include "cmd/common.h"
#include "cmd/opt.h"
#include "cmd/planning.h"
#include "report/report.h"

struct saved;

struct sync_how {
	struct planning_args prune;
	int validate;
	int on_error;
	/* The apps are held from now on, by this, or NULL. */
	const struct record_hold *hold;
	int64_t wait_lock; /* seconds */
	int64_t wait;      /* seconds; 0: not at all; -1: as each app says */
	const struct saved *saved; /* nothing but this, or NULL */
};
extern const struct opt sync_how_opts[];
#define SYNC_HOW_DEFAULTS                                                      \
	{                                                                      \
		.prune = { .await_gone = true }, .wait = -1,                   \
	}

/* Past what fails: --on-error continue? */
bool sync_goes_on(const struct sync_how *how);

/* Make the cluster match the apps that are chosen, and report it. */
MUST_USE int sync_source(struct source *source, struct cluster *cluster,
			 const struct sync_how *how, struct report *report,
			 struct err *err);

#endif
