/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APPLY_NOTE_H
#define APPLY_NOTE_H

/*
 * Note: what a sync tells whoever looks at the cluster, beside the records
 * (apply/records.h): a Kubernetes Event at the record of each app to which it
 * has done something, or where it has failed.
 */

#include "apply/records.h"
#include "base/err.h"
#include "base/run.h"
#include "cluster/cluster.h"
#include "plan/plan.h"
#include "plan/record.h"

/*
 * `sync` as for apply_settle_records(), `why` the errors of the run.  Nothing
 * is told of what is likely to pass, nor of an app that has no record.  That it
 * cannot be told is a warning.
 */
void apply_note(struct run *run, struct cluster *cluster,
		const struct apply_records *records, const struct plan *plan,
		const struct record_sync *sync, const struct err *why);

#endif
