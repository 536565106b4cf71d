/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RENDER_KUSTOMIZE_RESOURCE_SET_H
#define RENDER_KUSTOMIZE_RESOURCE_SET_H

/*
 * Resource set: the objects of a build so far, in order, no two of which are
 * called the same.  They are found by what they are or were called through an
 * index, which is made when it is needed: whoever changes names says so with
 * resource_set_touch().
 */

#include "base/map.h"
#include "render/kustomize/resource.h"

struct resource_set {
	struct resource **v;
	size_t n;
	size_t room;
	struct map *by_present; /* id -> struct resource; NULL: not made */
	struct map *by_any;     /* id -> struct resources; NULL: not made */
};

/* ERR_INPUT where one of that id is there. */
MUST_USE int resource_set_append(struct build *build, struct resource_set *set,
				 struct resource *resource, struct err *err);

/* Those that are, or were, called so; in order. */
const struct resources *resource_set_find(struct build *build,
					  struct resource_set *set,
					  const struct resource_id *id);

/* Names, namespaces or kinds have changed, or members gone. */
void resource_set_touch(struct resource_set *set);

/* Drop what has been deleted. */
void resource_set_drop_empty(struct resource_set *set);

/* ERR_INPUT where two are called the same. */
MUST_USE int resource_set_check(struct build *build, struct resource_set *set,
				struct err *err);

#endif
