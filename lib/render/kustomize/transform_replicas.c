/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "document/decode.h"
#include "render/kustomize/transform.h"

static int set_count(struct arena *arena, struct node *node, const void *data,
		     struct err *err)
{
	const struct replica_entry *replica = data;

	if (node->kind != NODE_SCALAR)
		return node_fail(node, err,
				 "expected a number of replicas, found a "
				 "collection");
	node_set_text(arena, node,
		      arena_printf(arena, "%" PRId64, replica->count),
		      NODE_INT);
	return 0;
}

static bool is_called(struct build *build, struct resource *resource,
		      const char *name, const struct fieldspec *spec)
{
	struct resource_id id = resource_id(build, resource);

	if (!strcmp(id.name, name) &&
	    resource_id_is(&id, spec->group, spec->version, spec->kind))
		return true;
	for (size_t i = 0; i < resource->past.n; i++) {
		id = resource_past_id(build, resource, i);
		if (!strcmp(id.name, name) &&
		    resource_id_is(&id, spec->group, spec->version, spec->kind))
			return true;
	}
	return false;
}

int transform_replicas(struct build *build, struct resource_set *set,
		       const struct replica_entry *replica,
		       const struct fieldspecs *specs, struct err *err)
{
	const struct fieldspec_setter setter = {
		.set = set_count,
		.data = replica,
		.creates = true,
		.create_kind = NODE_SCALAR,
		.create_tag = NODE_INT,
	};
	const char *name = node_text(replica->name);
	bool found = false;

	if (build_check(build, replica->at, err) < 0)
		return -1;
	for (size_t i = 0; i < specs->n; i++) {
		for (size_t j = 0; j < set->n; j++) {
			struct resource *resource = set->v[j];

			if (node_is_empty(resource->root) ||
			    !is_called(build, resource, name, &specs->v[i]))
				continue;
			found = true;
			if (fieldspec_matches(&specs->v[i], resource->root) &&
			    fieldspec_apply(build->arena, &specs->v[i],
					    resource->root, &setter, err) < 0)
				return -1;
		}
	}
	if (found)
		return 0;
	node_fail(replica->at, err,
		  "replicas: no object that has any is "
		  "called '%s'",
		  name);
	return err_hint(err, "name a Deployment, StatefulSet, ReplicaSet or "
			     "ReplicationController");
}
