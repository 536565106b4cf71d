/* SPDX-License-Identifier: Apache-2.0 */

/* What becomes of a generated object: a new one, or part of one that is there,
 * as its `behavior` says. */

#include <string.h>

#include "document/decode.h"
#include "render/kustomize/generator.h"

static void merge_data(struct build *build, struct node *root,
		       const char *field, const struct node *old)
{
	struct node *merged =
		resource_merge_texts(build->arena, node_get(old, field),
				     node_get(root, field), false);

	node_remove(root, field);
	if (merged->n)
		node_add(build->arena, root, field, merged);
}

/* What the API server makes of stringData. */
static const struct node *fold_string_data(struct build *build,
					   const struct node *root)
{
	const struct node *texts = node_get(root, "stringData");
	struct node *copy, *data;

	if (!node_is(texts, NODE_MAPPING))
		return root;
	copy = node_copy(build->arena, root);
	data = node_open(build->arena, copy, "data");
	for (size_t i = 0; i < texts->n; i++)
		node_set(build->arena, data, texts->entries[i].key,
			 generator_encode(build->arena,
					  node_text(texts->entries[i].value),
					  strlen(node_text(
						  texts->entries[i].value))));
	return copy;
}

static int fail_behavior(const struct resource *resource,
			 const struct resource_id *id, const char *why,
			 struct err *err)
{
	return err_set(err, ERR_INPUT, "%s:%u: %s %s %s", resource->file,
		       resource->line, id->kind, id->name, why);
}

static void merge(struct build *build, struct resource *old,
		  struct resource *resource)
{
	const struct resource_kind *kind = resource_kind(build, resource);
	const struct node *from = old->root;

	if (!strcmp(kind->api_version, "v1") && !strcmp(kind->kind, "Secret"))
		from = fold_string_data(build, old->root);
	resource_take_metadata(build, resource, old);
	merge_data(build, resource->root, "data", from);
	merge_data(build, resource->root, "binaryData", old->root);
	if (old->origin)
		origin_set(build, resource, old->origin);
}

int generator_absorb(struct build *build, struct resource_set *set,
		     struct resource *resource, struct err *err)
{
	const struct resource_id id = resource_id(build, resource);
	const struct resources *there = resource_set_find(build, set, &id);
	enum resource_behavior behavior = resource->behavior;
	bool replaces = behavior == BEHAVIOR_REPLACE ||
			behavior == BEHAVIOR_MERGE;
	struct resource *old;

	if (!there->n && replaces) {
		fail_behavior(resource, &id,
			      "is not there to be merged or replaced", err);
		return err_hint(err, "remove 'behavior', or name the one that "
				     "'resources' brings");
	}
	if (!there->n)
		return resource_set_append(build, set, resource, err);
	if (there->n > 1)
		return fail_behavior(resource, &id,
				     "could be merged into more than one", err);
	if (!replaces) {
		fail_behavior(resource, &id, "is there already", err);
		if (behavior == BEHAVIOR_NONE)
			return -1;
		return err_hint(err, "set 'behavior: merge' or 'behavior: "
				     "replace'");
	}
	old = there->v[0];
	if (behavior == BEHAVIOR_MERGE)
		merge(build, old, resource);
	else
		resource_take_metadata(build, resource, old);
	resource->file = old->file;
	resource->line = old->line;
	*old = *resource;
	return 0;
}
