/* SPDX-License-Identifier: Apache-2.0 */

/* Texts to objects: what is one, and what is a list of them. */

#include <string.h>

#include "base/str.h"
#include "base/vec.h"
#include "document/decode.h"
#include "render/kustomize/layer.h"

/* ERR_INPUT unless it has a kind and, but for Lists, a name. */
static int check_object(const struct node *root, struct err *err)
{
	const char *kind;

	if (root->kind != NODE_MAPPING) {
		node_fail(root, err, "not an object but %s",
			  root->kind == NODE_SEQUENCE ? "a list" : "a scalar");
		return err_hint(err, "an object is a mapping with apiVersion, "
				     "kind and metadata");
	}
	kind = node_text(node_get(root, "kind"));
	if (!*kind)
		return node_fail(root, err, "kind is missing");
	if (!str_ends(kind, "List") &&
	    !*node_text(node_get2(root, "metadata", "name")))
		return node_fail(root, err, "%s: metadata.name is missing",
				 kind);
	return 0;
}

/* Those that are not empty, once they are checked. */
static int keep_objects(struct arena *arena, const struct nodes *from,
			struct nodes *to, struct err *err)
{
	for (size_t i = 0; i < from->n; i++) {
		if (node_is_empty(from->v[i]))
			continue;
		if (check_object(from->v[i], err) < 0)
			return -1;
		*vec_push(arena, to) = from->v[i];
	}
	return 0;
}

/* A file that is nothing but a List is what the list holds. */
static void open_single(struct arena *arena, struct nodes *nodes)
{
	const struct node *root, *items;
	const char *kind;

	if (nodes->n != 1)
		return;
	root = nodes->v[0];
	kind = node_text(node_get(root, "kind"));
	items = node_get(root, "items");
	if ((strcmp(kind, "List") != 0 && strcmp(kind, "ResourceList") != 0) ||
	    (!items && !node_get(root, "functionConfig")))
		return;
	nodes->n = 0;
	for (size_t i = 0; node_is(items, NODE_SEQUENCE) && i < items->n; i++)
		*vec_push(arena, nodes) = items->items[i];
}

/* The members of a list of another kind, as they come back from JSON. */
static int open_list(struct arena *arena, const struct node *items,
		     struct nodes *queue, struct err *err)
{
	struct node *member;
	json_t *value;

	if (items->kind != NODE_SEQUENCE)
		return node_fail(items, err, "items: expected a list");
	for (size_t i = 0; i < items->n; i++) {
		struct nodes one = { 0 };

		if (doc_from_node(arena, items->items[i], &value, err) < 0)
			return -1;
		member = node_from_json_text(arena, value);
		member->file = items->items[i]->file;
		member->line = items->items[i]->line;
		*vec_push(arena, &one) = member;
		open_single(arena, &one);
		if (keep_objects(arena, &one, queue, err) < 0)
			return -1;
	}
	return 0;
}

static int add_object(struct build *build, struct node *root,
		      struct resources *out, struct err *err)
{
	if (++build->objects > build->args->objects)
		return node_fail(root, err,
				 "more than %zu objects in one build",
				 build->args->objects);
	*vec_push(build->arena, out) = resource_new(build, root);
	return 0;
}

int layer_parse(const struct layer *layer, const struct doc_source *source,
		struct resources *out, struct err *err)
{
	struct arena *arena = layer->build->arena;
	struct nodes read = { 0 }, queue = { 0 };

	if (doc_read_nodes(arena, source, NULL, &read, err) < 0)
		return -1;
	open_single(arena, &read);
	if (keep_objects(arena, &read, &queue, err) < 0)
		return -1;
	/* What a list holds goes to the end of the queue. */
	for (size_t i = 0; i < queue.n; i++) {
		struct node *root = queue.v[i];
		const struct node *items = node_get(root, "items");

		if (!str_ends(node_text(node_get(root, "kind")), "List") ||
		    !items) {
			if (add_object(layer->build, root, out, err) < 0)
				return -1;
		} else if (!node_is_null(items) &&
			   open_list(arena, items, &queue, err) < 0) {
			return -1;
		}
	}
	return 0;
}
