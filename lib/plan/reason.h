/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLAN_REASON_H
#define PLAN_REASON_H

/*
 * Reason: why an object differs, field by field.  Pure.
 *
 * A field has drifted where what lives is not what was applied last: somebody
 * has changed it in the cluster.  It is pending where what is wanted is not:
 * git was changed.  It can be both.  What was applied last is told by the mark
 * of the object, by what was rendered at the commit that was synced last, and
 * where neither is known by whether we still have the field in managedFields.
 *
 * status.h has judged the plan before: it knows the object as a whole.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "object/fields.h"
#include "object/object.h"
#include "plan/plan.h"
#include "plan/record.h"

/* A commit, as far as it is told. */
struct reason_commit {
	const char *oid;
	const char *author; /* "Name <email>" */
	const char *subject;
	int64_t when;
};

struct reason {
	bool drifted;
	bool pending;
	/* An admission webhook has done it, or would.  Drift: the field is
	 * ours still, and has another value.  Pending: what git wants lives,
	 * and the server would make another of it. */
	bool admitted;
	/* Of drift: who has changed it; its `paths` is the subresource.
	 * manager NULL: the server does not tell. */
	struct fields_taken who;
	/* Where it stands in git, or has stood; of what is pending, who has
	 * changed that.  NULL where it was not found. */
	const char *origin;
	const struct reason_commit *commit;
};

struct reason_field {
	struct fields_change change;
	struct reason reason;
};

struct reasons {
	/* Of the object as a whole: that there is one, or is none any more. */
	struct reason object;
	const char *note;          /* in words, or NULL */
	const struct object *then; /* as it was applied last, or NULL */
	struct reason_field *v;    /* the fields that differ */
	size_t n;
	size_t room;
};

/* What is known besides the plan. */
struct reason_wish {
	const struct record *record; /* of the object's app; NULL: there is no
					cluster, and all is pending */
	const struct objects *then;  /* what was synced last, sorted; NULL: it
					is not known */
	bool marks;                  /* of the cluster */
};

/* Would it help to know what was synced last? */
bool reason_needs_then(const struct plan_step *step);

/* Fill in step->reasons where there is something to do. */
MUST_USE int reason_judge(struct plan *plan, struct plan_step *step,
			  const struct reason_wish *wish, struct err *err);

/* Has the object drifted, or is it pending, as a whole or in any field? */
bool reason_drifted(const struct plan_step *step);
bool reason_pending(const struct plan_step *step);

#endif
