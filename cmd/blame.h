/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_BLAME_H
#define CMD_BLAME_H

/*
 * Blame: where in git a field stands that has changed between two commits,
 * and which commit has changed it.
 *
 *	struct blame blame = { 0 };
 *
 *	blame_open(&blame, source, then);
 *	blame_add(&blame, step);             for each step
 *	blame_find_commits(&blame, err);
 */

#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/map.h"
#include "cmd/common.h"
#include "cmd/place.h"
#include "plan/plan.h"
#include "plan/reason.h"

/* One commit, and what was read of it. */
struct blame_side {
	const char *commit; /* NULL: files that are not committed */
	struct place_files files;
};

/* A place whose commit is asked for. */
struct blame_query {
	struct reason *reason;
	const struct blame_side *side; /* `then`: the line is gone */
	struct place place;
};

struct blame {
	struct arena *arena;
	struct source *source;
	struct blame_side now, then;
	const char *const *changed; /* files, NULL-ended; NULL: not known */
	struct map *diffs;          /* of these */
	struct {
		struct blame_query *v;
		size_t n, room;
	} queries;
};

/* `then` may be NULL. */
void blame_open(struct blame *blame, struct source *source,
		const struct source *then);

/* Find the places of what is pending in a step. */
void blame_add(struct blame *blame, struct plan_step *step);

/* And then the commits, in one walk through what is between the two. */
MUST_USE int blame_find_commits(struct blame *blame, struct err *err);

#endif
