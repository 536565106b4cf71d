/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_EXPLAIN_H
#define CMD_EXPLAIN_H

/*
 * Explain: the reasons of a plan (plan/reason.h), with the places and commits
 * of what is pending.  Nothing is asked of the cluster: what was synced last is
 * rendered from git again, where that is needed to tell.
 *
 * What cannot be found out, because a commit is not here any more or a clone is
 * shallow, is left out: it is no error.
 */

#include "apply/records.h"
#include "base/compiler.h"
#include "base/err.h"
#include "cluster/cluster.h"
#include "cmd/common.h"
#include "cmd/compare.h"
#include "plan/plan.h"

/* Of a plan that was judged. */
MUST_USE int explain_plan(struct source *source, const struct cluster *cluster,
			  const struct apply_records *records,
			  struct plan *plan, struct err *err);

/* Of two revisions: all is pending. */
MUST_USE int explain_compare(struct compare *compare, struct err *err);

#endif
