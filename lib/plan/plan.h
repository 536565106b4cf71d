/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

/*
 * Plan: the steps that lead from what lives to what is wanted.  diff prints
 * it, sync carries the same plan out.  Pure: it compares what the cluster has
 * said, and asks nothing.
 *
 *	plan_init(arena, &want, &members, &plan); one step an object
 *	cluster_read, cluster_try on plan_items()
 *	plan_judge(&plan);                        what each step has to do
 *	prune_judge(&plan, &rules);               what becomes of the members
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "cluster/cluster.h"
#include "object/fields.h"
#include "object/object.h"
#include "plan/record.h"

enum plan_action {
	PLAN_UNCHANGED,
	PLAN_CREATE,
	PLAN_CHANGE,
	PLAN_REPLACE, /* it cannot be changed, or is a hook: deleted, and made
			 anew */
	PLAN_ADOPT,   /* no value moves, but we come to own our fields, or
			give some up: until then git cannot remove them */
	PLAN_APPLY,   /* not tried (--validate none): the server will tell */
	PLAN_FAILED,  /* the cluster refused it, or could not say */
	PLAN_DELETE,  /* git does not want it any more */
	PLAN_KEEP,    /* it is left as it is: step.why */
	PLAN_GONE,    /* neither, and it is not there */
	PLAN_ACTIONS,
};

/* Why there is something to do; status.h finds it out. */
enum plan_cause {
	PLAN_NO_CAUSE, /* there is nothing, or it is not known */
	PLAN_DRIFTED,  /* somebody has changed or deleted what lives */
	PLAN_AWAITED,  /* git was changed since it was applied */
};

enum plan_outcome {
	PLAN_PENDING, /* not begun */
	PLAN_DONE,
	PLAN_ERROR,   /* item.err says why */
	PLAN_SKIPPED, /* an earlier stage failed, or the run was ended */
};

/* When a wanted step is carried out, see plan/order.h. */
struct plan_slot {
	unsigned level; /* of its app */
	int phase;      /* -1, 0, 1 */
	int wave;
	enum object_stage stage;
	unsigned after; /* so many others in a row, by name */
};

struct reasons;

struct plan_steps {
	struct plan_step **v;
	size_t n;
	size_t room;
};

struct plan_step {
	enum plan_action action;
	enum plan_cause cause;
	enum object_stage stage;
	struct plan_slot slot;
	struct plan_steps needs; /* what it depends on by name */
	struct cluster_item item;
	struct fields_takens overridden; /* managers that lose fields to us */
	/* Of an object that is not wanted any more; else NULL. */
	const struct record_member *member;
	unsigned hook;   /* 0, or flags of plan/hook.h */
	const char *why; /* PLAN_KEEP; or why it is made anew */
	bool forget;     /* PLAN_KEEP: it is not ours, nor is it recorded */
	struct reasons *reasons; /* why, by reason.h; or NULL */
	enum plan_outcome outcome;
};

/* First what is wanted, in object_order(); then the members of records that
 * are not, in the reverse order. */
struct plan {
	struct arena *arena;
	struct plan_step *v;
	size_t n;
	size_t n_want; /* the first so many */
	size_t count[PLAN_ACTIONS];
};

/* One step for each object of `want` and of `members`, which are sorted and
 * outlive the plan. */
void plan_init(struct arena *arena, const struct objects *want,
	       const struct record_members *members, struct plan *plan);

/* The items of the steps: all for cluster_read(), the first `n_want` for
 * cluster_try(). */
struct cluster_item **plan_items(struct plan *plan);

/*
 * Judge each wanted step from its item: what has to be done, and whom it
 * overrides.  After cluster_apply() it may be called for one step again, to
 * learn what the server did of it.
 */
MUST_USE int plan_judge(struct plan *plan, struct err *err);
MUST_USE int plan_judge_step(struct plan *plan, struct plan_step *step,
			     struct err *err);

/*
 * The errors of all steps in one list, each beginning with the object's
 * origin and name.  Leaves the steps as they are.
 */
void plan_errors(const struct plan *plan, struct err *err);

/*
 * The two sides of a step as they are compared and shown: without what the
 * server keeps for itself (managedFields, resourceVersion, uid, generation,
 * creationTimestamp, selfLink, status, and the last-applied annotation).
 * NULL for a side that is not there.  An object that could not be tried shows
 * what is wanted.
 */
MUST_USE int plan_sides(const struct plan_step *step, struct arena *arena,
			json_t **before, json_t **after, struct err *err);

/* The step is to have this action; the plan's counts follow. */
void plan_set_action(struct plan *plan, struct plan_step *step,
		     enum plan_action action);

/* How many writes of objects it takes. */
size_t plan_writes(const struct plan *plan);

/* Does the plan change anything? */
bool plan_changes(const struct plan *plan);

#endif
