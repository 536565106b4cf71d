/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_OFFLINE_H
#define CMD_OFFLINE_H

/*
 * Offline: a rollback while the git server is away.  No commit is made: the
 * earlier revision is synced as the cache has it, and the records of the apps
 * hold them there.
 */

#include "base/compiler.h"
#include "base/err.h"
#include "cluster/cluster.h"
#include "cmd/common.h"
#include "cmd/rollback.h"
#include "cmd/sync.h"
#include "report/report.h"

/* ERR_USAGE where apps would go back to different commits. */
MUST_USE int offline_sync(struct source *source, struct cluster *cluster,
			  const struct rollback_how *how,
			  const struct sync_how *sync, struct report *report,
			  struct err *err);

#endif
