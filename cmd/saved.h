/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_SAVED_H
#define CMD_SAVED_H

/*
 * Saved: a plan as a file, so that what was reviewed is what is done.  It holds
 * no value of any object, only what they are, what becomes of them, and digests
 * of both sides; of Secrets not even these.
 *
 *	saved_write("plan.json", &source, cluster, &planning, err);    diff
 *
 *	saved_read(arena, "plan.json", &saved, err);                   sync
 *	saved_check(&saved, &source, cluster, &planning, err);
 */

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "cluster/cluster.h"
#include "cmd/common.h"
#include "cmd/planning.h"
#include "document/document.h"

struct saved {
	const char *path;
	const char *commit; /* that is to be synced */
	const json_t *doc;
};

MUST_USE int saved_write(const char *path, const struct source *source,
			 const struct cluster *cluster,
			 const struct planning *planning, struct err *err);

/* ERR_INPUT where the file is no plan. */
MUST_USE int saved_read(struct arena *arena, const char *path,
			struct saved *out, struct err *err);

/* ERR_REFUSED, with one error for each thing that has moved, where the plan of
 * now is not the one that was saved. */
MUST_USE int saved_check(const struct saved *saved, const struct source *source,
			 const struct cluster *cluster,
			 const struct planning *planning, struct err *err);

#endif
