/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APPLY_RECORDS_H
#define APPLY_RECORDS_H

/*
 * Records: read from the cluster, and kept there (plan/record.h).
 *
 *	apply_load_records    before anything is compared
 *	apply_claim           before the first write: all that was, and will be
 *	apply_settle_records  at the end: what is
 *
 * Each writes what has changed and nothing else.
 */

#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/run.h"
#include "cluster/cluster.h"
#include "plan/plan.h"
#include "plan/record.h"

struct apply_records {
	struct record *v;
	size_t n;
	const char *repository; /* that is synced */
};

/* ERR_INPUT for one that cannot be trusted, see record_read(). */
MUST_USE int apply_load_records(struct run *run, struct cluster *cluster,
				struct apply_records *records, struct err *err);

/* ERR_TEMPORARY where another run has changed a record meanwhile. */
MUST_USE int apply_claim(struct run *run, struct cluster *cluster,
			 struct apply_records *records, const struct plan *plan,
			 struct err *err);

/*
 * `sync` is what this run was, without its number and its counts, which are
 * each app's own; it is added where the run has done anything to the app, or
 * was of another commit than the last.  Where another run has written a record
 * meanwhile it is ERR_TEMPORARY, and all that this run wanted is in the record
 * beside what the other has put there.
 */
MUST_USE int apply_settle_records(struct run *run, struct cluster *cluster,
				  struct apply_records *records,
				  const struct plan *plan,
				  const struct record_sync *sync,
				  struct err *err);

/* Fill in the counts of `sync`: what the run has done to the app. */
void apply_count(const struct record *record, const struct plan *plan,
		 struct record_sync *sync);

/* Say in the records that their apps are held, and write nothing else. */
MUST_USE int apply_hold_records(struct run *run, struct cluster *cluster,
				struct apply_records *records,
				const struct record_hold *hold,
				struct err *err);

#endif
