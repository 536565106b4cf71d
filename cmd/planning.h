/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_PLANNING_H
#define CMD_PLANNING_H

/*
 * Planning: what diff and sync have in common, from the wish and the cluster to
 * the plan.  Changes nothing.
 */

#include <stdbool.h>

#include "apply/records.h"
#include "base/compiler.h"
#include "base/err.h"
#include "cluster/cluster.h"
#include "cmd/broken.h"
#include "cmd/common.h"
#include "cmd/hold.h"
#include "cmd/opt.h"
#include "object/object.h"
#include "plan/plan.h"
#include "plan/prune.h"

/* What may be deleted. */
struct planning_args {
	const char **kinds; /* also these, or NULL */
	const char *max_deletes;
	const char *approve;
	bool none;
	bool force_replace; /* of what cannot be changed */
	bool take_over;     /* what was synced from another repository */
	enum hold_mode hold;
	enum broken_mode broken;
	bool await_gone; /* no option: Namespaces that are being deleted */
};
extern const struct opt planning_opts[];

struct planning {
	struct apply_records records;
	struct holds holds;
	struct broken broken;
	struct objects want;
	struct record_members candidates; /* for deletion */
	struct prune_rules rules;
	struct plan plan;
};

/*
 * Read the records and what lives, and judge.  Without `try` the cluster is
 * not asked what it would make of the wish.  ERR_REFUSED where the records say
 * that it was another repository that was synced here under these names.  What
 * `broken` has afterwards is for the caller to tell of.
 */
MUST_USE int planning_make(struct source *source, struct cluster *cluster,
			   const struct planning_args *args, bool try,
			   struct planning *out, struct err *err);

/* ERR_REFUSED where one of the records is of another repository. */
MUST_USE int planning_check_repository(const struct apply_records *records,
				       struct err *err);

#endif
