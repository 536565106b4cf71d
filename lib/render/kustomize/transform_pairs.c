/* SPDX-License-Identifier: Apache-2.0 */

/* Labels and annotations: texts that are set in mappings. */

#include <stdlib.h>
#include <string.h>

#include "document/decode.h"
#include "render/kustomize/transform.h"

struct pair {
	const char *key;
	struct node *value;
};

/*
 * All fields of an object that did not have the key share one node, as in
 * kustomize: what a replacement changes in one of them, it changes in all.
 */
static int set_pair(struct arena *arena, struct node *node, const void *data,
		    struct err *err)
{
	const struct pair *pair = data;

	if (node_is_null(node))
		return 0;
	if (node->kind != NODE_MAPPING)
		return node_fail(node, err,
				 "expected a mapping to set '%s' in, found "
				 "something else",
				 pair->key);
	node_set(arena, node, pair->key, pair->value);
	return 0;
}

int transform_pairs(struct build *build, struct resource_set *set,
		    const struct node *pairs, const struct fieldspecs *specs,
		    struct err *err)
{
	struct pair pair;
	const struct fieldspec_setter setter = {
		.set = set_pair,
		.data = &pair,
		.creates = true,
		.create_kind = NODE_MAPPING,
	};

	for (size_t i = 0; i < set->n; i++) {
		if (build_check(build, pairs, err) < 0)
			return -1;
		for (size_t j = 0; j < pairs->n; j++) {
			pair.key = pairs->entries[j].key;
			pair.value = node_tagged(build->arena,
						 pairs->entries[j].value->text,
						 NODE_STR);
			if (fieldspecs_apply(build->arena, specs,
					     set->v[i]->root, &setter, err) < 0)
				return -1;
		}
	}
	return 0;
}
