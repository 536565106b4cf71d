/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLAN_RULE_H
#define PLAN_RULE_H

/*
 * Rule: what gitops.yaml says of single objects: which of their fields are
 * ignored (object/ignore.h), and when they are healthy (object/health.h).
 *
 *	rule_give(arena, &apps, &objects, &rules);   once their namespaces are
 *	                                             known, before they are
 *	                                             marked
 *	rule_warn(run, &rules);                      once what lives was read
 */

#include <stdbool.h>
#include <stddef.h>

#include "apps/apps.h"
#include "base/arena.h"
#include "base/run.h"
#include "object/object.h"

/* One rule of an app that is chosen. */
struct rule {
	const char *key; /* "ignore", "health" */
	const char *origin;
	const char *app;
	const struct app_target *target;
	const char *const *paths; /* of one to ignore, or NULL */
	bool *met;                /* of each path: it leads to something */
	size_t n_objects;         /* that it is for */
};

struct rules {
	struct rule *v; /* as they stand: those to ignore first */
	size_t n;
	size_t room;
};

/* Give each object the rules that are for it. */
void rule_give(struct arena *arena, const struct apps *apps,
	       struct objects *objects, struct rules *out);

/* A rule that is for no object, or of which a path leads nowhere, does not do
 * what somebody counts on. */
void rule_warn(const struct run *run, const struct rules *rules);

#endif
