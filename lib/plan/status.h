/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLAN_STATUS_H
#define PLAN_STATUS_H

/*
 * Status: what a plan that was judged, and the records, say of each app.  Pure.
 *
 * What differs has either drifted, because somebody has changed or deleted what
 * lives; or git was changed since it was applied.  The mark of an object tells
 * (object/mark.h), for it is of what was applied last; where it does not, the
 * commit that was synced last does.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "plan/plan.h"
#include "plan/record.h"

struct status_app {
	const struct record *record;
	const char *broken; /* why it does not render, or NULL: for the caller
			       to set */
	bool same_commit;   /* the last sync was of the one that is wanted */
	bool moved;         /* the record is of another repository */
	size_t drifted;
	size_t awaited;
	size_t failed; /* objects that the cluster refuses, or cannot tell of */
	size_t judged; /* objects whose health is known */
	size_t healthy;
};

struct status {
	struct status_app *v; /* one a record */
	size_t n;
	size_t room;
};

/* What is compared with. */
struct status_wish {
	const char *commit;     /* "" for files */
	const char *repository; /* as records name it */
	bool marks;             /* of the cluster: objects carry marks */
};

/* Fill in the causes of the plan's steps, and sum up.  The records are those
 * of all apps of the plan. */
void status_judge(struct plan *plan, const struct record *records, size_t n,
		  const struct status_wish *wish, struct status *out);

/* The last sync of its app, or NULL. */
const struct record_sync *status_last(const struct status_app *app);

/* "in sync", "drifted", "pending", "never synced"; "unknown" where the cluster
 * could not tell. */
const char *status_state(const struct status_app *app);

#endif
