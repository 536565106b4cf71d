/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLUSTER_KUBE_WAIT_H
#define CLUSTER_KUBE_WAIT_H

/*
 * Wait: until the objects of a run are healthy, one has failed, or the time is
 * up.  For wait*.c alone.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/map.h"
#include "cluster/kube/follow.h"
#include "cluster/kube/pods.h"
#include "cluster/kube/state.h"
#include "object/health.h"

/* One object that is waited for. */
struct kube_waited {
	struct cluster_item *item;
	struct kube_resource resource;
	int64_t generation; /* that our own write returned */
	struct kube_workload workload;
	bool has_pods;      /* workload says which, and they count */
	const char *class;  /* StorageClass of a claim, or NULL */
	bool silent;        /* of a foreign kind, and without Ready */
	bool promised;      /* its kind is one that tells Ready */
	struct health base; /* by what the object itself says */
	struct health now;  /* and by what is known besides */
	int64_t failing_ms; /* since when it fails; 0: it does not */
	bool listed;        /* it was in the last LIST */
};

struct kube_waited_list {
	struct kube_waited **v;
	size_t n;
	size_t room;
};

struct kube_waiting {
	struct kube *kube;
	struct arena *arena;
	int64_t until_ms;
	struct kube_waited_list objects; /* not healthy when it began */
	struct kube_waited_list silent;  /* written, and healthy unless their
					    kind promises to tell */
	size_t total;                    /* with those that were */
	struct map *by_uid;              /* of the objects */
	struct kube_pods pods;
	struct map *classes; /* StorageClasses that bind at first use, a set;
				NULL: not asked for yet */
	struct {
		struct kube_source **v;
		size_t n, room;
	} sources;
};

/* ---- wait_judge.c ---- */

/* What an object says, as it is now, or that it is there no more. */
void kube_waited_look(struct kube_waiting *waiting, struct kube_waited *one,
		      const json_t *object);
void kube_waited_gone(struct kube_waiting *waiting, struct kube_waited *one);
/* Judge anew: something else is known now. */
void kube_waited_judge(struct kube_waiting *waiting, struct kube_waited *one);

bool kube_waited_is_settled(const struct kube_waited *one);
/* For good, and not only for this moment? */
bool kube_waited_has_failed(const struct kube_waited *one);

/* Is there a claim of which only its StorageClass tells? */
bool kube_waiting_needs_classes(const struct kube_waiting *waiting);
MUST_USE int kube_waiting_ask_classes(struct kube_waiting *waiting,
				      struct err *err);

/* ---- wait_promise.c ---- */

/*
 * Which of the silent objects are of a kind that promises to tell when it is
 * ready?  They are to be waited for, too.
 */
MUST_USE int kube_waiting_ask_promises(struct kube_waiting *waiting,
				       struct err *err);

/* ---- wait_sources.c ---- */

/* Lists of those of one kind, struct kube_waited_list, in a map. */
const struct map *kube_waited_by_kind(struct arena *arena,
				      const struct kube_waited_list *list);

/* What is to be followed: the objects, where there is time for them to become
 * others than they were read, and what explains them. */
void kube_waiting_open(struct kube_waiting *waiting, bool objects);
/* Follow no more what has nothing left to tell. */
void kube_waiting_drop_settled(struct kube_waiting *waiting);
/*
 * Is a source of objects refused?  Who may not see them everywhere may still
 * see them where they are; where not even that, there is no waiting.
 */
bool kube_waiting_is_refused(const struct kube_waiting *waiting);
MUST_USE int kube_waiting_narrow(struct kube_waiting *waiting, struct err *err);

#endif
