/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLUSTER_SCOPE_H
#define CLUSTER_SCOPE_H

/*
 * Scope: what identification is about in every kind of cluster.  For the room
 * cluster alone.
 */

#include <stdbool.h>

#include "base/arena.h"
#include "base/map.h"
#include "object/object.h"

/* A kind that a CustomResourceDefinition among the wanted objects defines. */
struct cluster_definition {
	const char *group;
	const char *kind;
	const char *plural;
	bool namespaced;
	const char *origin; /* of the CustomResourceDefinition */
	const json_t *spec; /* its */
};

/*
 * What is defined by `want`, from "group/kind" to struct cluster_definition.
 * Definitions that lack what is needed are left out; the server will say so.
 */
struct map *cluster_definitions(struct arena *arena,
				const struct objects *want);

/* The definition of an object's kind, or NULL. */
const struct cluster_definition *cluster_definition_of(
	const struct map *definitions, const struct object *object);

/* Does it serve this version? */
bool cluster_definition_serves(const struct cluster_definition *definition,
			       const char *version);

#endif
