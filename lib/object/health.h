/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OBJECT_HEALTH_H
#define OBJECT_HEALTH_H

/*
 * Health: is an object, as it lives, what was wished for, or on the way there?
 * By the rules of kstatus (cli-utils), with Flux's for Jobs, and what Argo CD
 * adds to them.  Pure: only the object is looked at.
 *
 * What no controller has to act on is not judged at all: ConfigMaps, Roles,
 * Services.  A Service of type LoadBalancer and an Ingress do not wait for
 * their address, as with kstatus: it may be given by hand, or never.
 *
 * Objects of kinds that we do not know tell by their conditions Ready,
 * Reconciling and Stalled (KEP of kstatus); one that has none of them is taken
 * as it is.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "object/object.h"

enum health_state {
	HEALTH_CURRENT,     /* it is what was wished for */
	HEALTH_SUSPENDED,   /* it is on hold, because that was wished for */
	HEALTH_IN_PROGRESS, /* on the way */
	HEALTH_FAILED,      /* will not get there by itself */
};

struct health {
	enum health_state state;
	const char *reason; /* for people; "" where there is nothing to say */
	bool passing;       /* failed, but that may pass by itself: it counts
			       once it lasts for HEALTH_PATIENCE_MS */
};

/*
 * A rule of gitops.yaml, for objects that tell in their own way how they are.
 * What stands at a path is one of the values: a pattern as of fnmatch(3), "*"
 * for whatever is there, or, where it begins with "/", the path to what it is
 * to be equal to.
 */
struct health_test {
	const char *path;          /* as of doc_pointer_check() */
	const char *const *values; /* NULL-ended */
};

struct health_tests {
	const struct health_test *v;
	size_t n;
};

/* Asked in this order; what is none of it is in progress. */
struct health_rule {
	struct health_tests in_progress; /* any of them holds */
	struct health_tests failed;      /* any of them holds */
	struct health_tests healthy;     /* all of them hold */
};

/* As long as kstatus has for a pod that no node takes. */
#define HEALTH_PATIENCE_MS 15000

/* Can it be anything but current: by its kind, or a rule of its own? */
bool health_is_judged(const struct object *object);

/*
 * Judge an object.  What a controller says counts only if it has seen at least
 * `generation`, that which our own write returned; 0 takes what there is.
 * `rule` is in place of that of its kind; or NULL.
 */
struct health health_judge(struct arena *arena, const json_t *object,
			   int64_t generation, const struct health_rule *rule);

/*
 * Has its controller seen `generation`?  Where it has not, what its pods do is
 * of before.
 */
bool health_is_observed(const json_t *object, int64_t generation);

/*
 * Is it of a kind that we do not know, and does not tell whether it is Ready?
 * Whoever knows that its kind does so in the end may wait for that.
 */
bool health_is_silent(const json_t *object);

/* Is there nothing left to wait for? */
bool health_is_settled(const struct health *health);

/* "current", "suspended", "in progress", "failed" */
const char *health_word(enum health_state state);

/* metadata.generation; 0 where it has none. */
int64_t health_generation(const json_t *object);

#endif
