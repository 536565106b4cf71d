/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLAN_PRUNE_H
#define PLAN_PRUNE_H

/*
 * Prune: what becomes of objects that were applied once and that git does not
 * want any more.  Pure.
 *
 * One is deleted only if the record of its app names it, it carries the mark
 * of that app for what it is itself, has the UID that was recorded, no owner,
 * no annotation by which any of the tools of the field is told to leave it
 * alone, is of a kind that is pruned, and if everything could be read.
 */

#include <stdbool.h>
#include <stddef.h>

#include "apps/apps.h"
#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/map.h"
#include "plan/plan.h"
#include "plan/record.h"

struct prune_rules {
	const struct apps *apps;
	const struct record *records; /* of the apps that are chosen */
	size_t n_records;
	/* object_key() of what other apps of the repository want, to their
	 * names; NULL where all are chosen. */
	const struct map *elsewhere;
	bool unread; /* an app does not render, that could be one of them */
	bool marks;  /* of the cluster: objects carry marks */
	bool none;   /* --no-prune */
	const char *const *kinds; /* --prune-kinds: also these; NULL-ended, or
				     NULL */
	bool limited;             /* are these given, in place of each app's
				     own? */
	size_t max_deletes;
	unsigned max_deletes_percent;
	bool approved;  /* is `approve` given? */
	size_t approve; /* exactly so many, of all apps */
};

/* Is it of a kind that is deleted only where `kinds` (as in the rules) names
 * it, because it takes much else with it? */
bool prune_keeps_kind(const struct object *object, const char *const *kinds);

/* ERR_USAGE, with the nearest, for a kind that is named in `kinds` and is not
 * one of these. */
MUST_USE int prune_check_kinds(const char *const *kinds, struct err *err);

/*
 * The members of the records that no object of `want`, sorted, is: whatever
 * their version.  What has moved from one app to another is no candidate.
 * Sorted by record_member_order().
 */
void prune_candidates(struct arena *arena, const struct record *records,
		      size_t n, const struct objects *want,
		      struct record_members *out);

/* Judge the steps of members from what was read: PLAN_DELETE, PLAN_KEEP or
 * PLAN_GONE. */
MUST_USE int prune_judge(struct plan *plan, const struct prune_rules *rules,
			 struct err *err);

/* ERR_REFUSED where an app would lose more objects than it may; the message
 * says how many, and the hint how to allow it. */
MUST_USE int prune_check_budget(const struct plan *plan,
				const struct prune_rules *rules,
				struct err *err);

#endif
