/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLUSTER_KUBE_STATE_H
#define CLUSTER_KUBE_STATE_H

/* State: what the files of a kube cluster share. */

#include <stdbool.h>
#include <stddef.h>

#include "base/map.h"
#include "base/run.h"
#include "cluster/cluster.h"
#include "cluster/kube/client.h"
#include "cluster/kube/discovery.h"
#include "cluster/scope.h"

struct kube {
	struct run *run;
	struct kube_client *client;
	bool no_force;
	bool full;
	struct kube_kinds kinds;
	struct arena *kinds_arena; /* theirs alone: they are asked for anew */
	bool fresh;                /* nothing was made of them yet */
	struct map *groups;        /* that are wanted, a set */
	struct map *definitions;   /* among the wanted objects */
};

/* Where the objects of a kind are. */
struct kube_resource {
	const char *group;
	const char *version;
	const char *plural;
	bool namespaced;
	bool can_list;
	bool comes;   /* its definition comes in this run: not served yet */
	bool defined; /* its definition is among the wanted objects */
};

/* Does the server of its group version not answer just now?  Then it is not
 * known what that has. */
bool kube_is_away(const struct kube *kube, const struct object *object);

/* False where neither the server nor a wanted definition knows the kind. */
bool kube_find_resource(const struct kube *kube, const struct object *object,
			struct kube_resource *out);

/* The same for an item, whose err says that it is gone where it is. */
bool kube_item_resource(const struct kube *kube, struct cluster_item *item,
			struct kube_resource *out);

/*
 * The path of a call: of the kind everywhere, in a namespace ("" for none),
 * or of one object; with a query, or "".
 */
char *kube_path(struct arena *arena, const struct kube_resource *resource,
		const char *namespace, const char *name, const char *query);

/* The steps of a run; cluster.h says what each does. */
MUST_USE int kube_identify(void *data, struct objects *want, struct err *err);
MUST_USE int kube_read(void *data, struct cluster_item **items, size_t n,
		       struct err *err);
MUST_USE int kube_try(void *data, struct cluster_item **items, size_t n,
		      struct err *err);
MUST_USE int kube_apply(void *data, struct cluster_item **items, size_t n,
			struct err *err);
MUST_USE int kube_settle(void *data, struct cluster_item **items, size_t n,
			 struct err *err);
MUST_USE int kube_wait(void *data, struct cluster_item **items, size_t n,
		       int64_t wait_ms, struct err *err);

MUST_USE int kube_delete(void *data, struct cluster_item **items, size_t n,
			 struct err *err);

MUST_USE int kube_note(void *data, struct cluster_note *notes, size_t n,
		       struct err *err);

/* Ask the server for its kinds, in place of those that are known. */
MUST_USE int kube_rediscover(struct kube *kube, struct err *err);

/*
 * Is the object being deleted?  Then it must not be written, and the item's
 * err says so, with the finalizers that it waits for.
 */
bool kube_is_going(struct cluster_item *item);

/* A value as compact JSON in the arena. */
struct bytes kube_json(struct arena *arena, const json_t *value);

#endif
