/* SPDX-License-Identifier: Apache-2.0 */
#include "render/kustomize/resource.h"

#include <string.h>

#include "base/str.h"
#include "base/vec.h"

struct resource *resource_new(struct build *build, struct node *root)
{
	struct resource *resource = arena_alloc(build->arena,
						sizeof(*resource));

	resource->root = root;
	resource->file = root->file;
	resource->line = root->line;
	return resource;
}

static void copy_texts(struct arena *arena, struct resource_texts *texts)
{
	texts->v = arena_memdup(arena, texts->v, texts->n * sizeof(*texts->v));
	texts->room = texts->n;
}

struct resource *resource_copy(struct build *build,
			       const struct resource *resource)
{
	struct arena *arena = build->arena;
	struct resource *copy = arena_memdup(arena, resource,
					     sizeof(*resource));

	copy->root = node_copy(arena, resource->root);
	copy->past.v = arena_memdup(arena, resource->past.v,
				    resource->past.n * sizeof(*copy->past.v));
	copy->past.room = copy->past.n;
	copy_texts(arena, &copy->prefixes);
	copy_texts(arena, &copy->suffixes);
	copy_texts(arena, &copy->variables);
	return copy;
}

/*
 * Texts are never changed, only replaced: as long as the object has the same
 * ones, what was made of them holds.
 */
const struct resource_kind *resource_kind(struct build *build,
					  struct resource *resource)
{
	const char *api_version =
		node_spelled(node_get(resource->root, "apiVersion"));
	const char *name = node_spelled(node_get(resource->root, "kind"));
	struct resource_kind *kind = &resource->kind;
	const char *slash;

	if (kind->api_version == api_version && kind->kind == name)
		return kind;
	slash = strchr(api_version, '/');
	kind->api_version = api_version;
	kind->kind = name;
	kind->group = "";
	kind->version = api_version;
	if (slash) {
		kind->group = arena_strndup(build->arena, api_version,
					    (size_t)(slash - api_version));
		kind->version = slash + 1;
	}
	kind->cluster = schema_is_cluster_scoped(&build->schema, api_version,
						 name);
	return kind;
}

static const char *metadata_text(const struct resource *resource,
				 const char *field)
{
	return node_text(node_get2(resource->root, "metadata", field));
}

const char *resource_name(const struct resource *resource)
{
	return metadata_text(resource, "name");
}

const char *resource_namespace(const struct resource *resource)
{
	return metadata_text(resource, "namespace");
}

struct resource_id resource_id(struct build *build, struct resource *resource)
{
	const struct resource_kind *kind = resource_kind(build, resource);

	return (struct resource_id){
		.group = kind->group,
		.version = kind->version,
		.kind = kind->kind,
		.name = resource_name(resource),
		.namespace = resource_namespace(resource),
		.cluster = kind->cluster,
	};
}

struct resource_id resource_past_id(struct build *build,
				    struct resource *resource, size_t i)
{
	const struct resource_kind *kind = resource_kind(build, resource);
	const struct resource_past *past = &resource->past.v[i];

	return (struct resource_id){
		.group = kind->group,
		.version = kind->version,
		.kind = past->kind,
		.name = past->name,
		.namespace = past->namespace,
	};
}

struct resource_id resource_first_id(struct build *build,
				     struct resource *resource)
{
	return resource->past.n ? resource_past_id(build, resource, 0) :
				  resource_id(build, resource);
}

void resource_set_texts(struct build *build, struct resource *resource,
			const char *field, const struct node *from)
{
	struct node *metadata = node_open(build->arena, resource->root,
					  "metadata");
	struct node *texts = node_mapping(build->arena);

	for (size_t i = 0; node_is(from, NODE_MAPPING) && i < from->n; i++)
		node_add(build->arena, texts, from->entries[i].key,
			 node_string(build->arena,
				     node_spelled(from->entries[i].value)));
	node_remove(metadata, field);
	if (texts->n)
		node_add(build->arena, metadata, field, texts);
}

void resource_push_id(struct build *build, struct resource *resource)
{
	const struct resource_id id = resource_id(build, resource);

	/* Nothing to remember of what has no name: kustomize drops it. */
	*vec_push(build->arena, &resource->past) = (struct resource_past){
		.kind = id.kind,
		.name = id.name,
		.namespace = resource_effective_namespace(&id),
	};
}

const char *resource_effective_namespace(const struct resource_id *id)
{
	if (id->cluster)
		return RESOURCE_NO_NAMESPACE;
	return *id->namespace ? id->namespace : RESOURCE_DEFAULT_NAMESPACE;
}

bool resource_id_equal(const struct resource_id *a, const struct resource_id *b)
{
	return !strcmp(a->name, b->name) && !strcmp(a->kind, b->kind) &&
	       !strcmp(a->group, b->group) && !strcmp(a->version, b->version) &&
	       !strcmp(resource_effective_namespace(a),
		       resource_effective_namespace(b));
}

static bool accepts(const char *wanted, const char *is)
{
	return !wanted || !*wanted || !strcmp(wanted, is);
}

bool resource_id_is(const struct resource_id *id, const char *group,
		    const char *version, const char *kind)
{
	return accepts(group, id->group) && accepts(version, id->version) &&
	       accepts(kind, id->kind);
}

char *resource_id_shown(struct build *build, const struct resource_id *id)
{
	bool namespace = *id->namespace &&
			 strcmp(id->namespace, RESOURCE_NO_NAMESPACE) != 0;

	return arena_printf(build->arena, "%s %s%s%s",
			    *id->kind ? id->kind : "object",
			    namespace ? id->namespace : "",
			    namespace ? "/" : "", id->name);
}

bool resource_has_history(const struct resource *resource)
{
	return resource->past.n || resource->prefixes.n ||
	       resource->suffixes.n || resource->behavior != BEHAVIOR_NONE ||
	       resource->marked || resource->from_helm;
}

#define MARK "internal.config.kubernetes.io/mark"

void resource_mark(struct build *build, struct resource *resource)
{
	struct node *metadata;

	if (!resource_has_history(resource))
		return;
	metadata = node_open(build->arena, resource->root, "metadata");
	node_set(build->arena, node_open(build->arena, metadata, "annotations"),
		 MARK, node_string(build->arena, ""));
}

/* A patch can have copied it, with the metadata, to anywhere. */
static void erase(struct node *node)
{
	node_remove(node, MARK);
	for (size_t i = 0; node->kind == NODE_MAPPING && i < node->n; i++)
		erase(node->entries[i].value);
	for (size_t i = 0; node->kind == NODE_SEQUENCE && i < node->n; i++)
		erase(node->items[i]);
}

static void forget(struct resource *resource)
{
	resource->past.n = 0;
	resource->prefixes.n = 0;
	resource->suffixes.n = 0;
	resource->behavior = BEHAVIOR_NONE;
	resource->needs_hash = false;
	resource->marked = false;
	resource->from_helm = false;
}

void resource_unmark(struct resource *resource, bool keep)
{
	struct node *metadata = node_get(resource->root, "metadata");
	struct node *annotations = node_get(metadata, "annotations");
	bool there = node_get(annotations, MARK) != NULL;

	node_remove(annotations, MARK);
	if (there && !annotations->n)
		node_remove(metadata, "annotations");
	if (keep)
		erase(resource->root);
	else if (!there)
		forget(resource);
}

void resource_set_name(struct build *build, struct resource *resource,
		       const char *name)
{
	node_set(build->arena,
		 node_open(build->arena, resource->root, "metadata"), "name",
		 node_plain(build->arena, name));
}

void resource_set_namespace(struct build *build, struct resource *resource,
			    const char *namespace)
{
	struct node *metadata = node_get(resource->root, "metadata");

	if (!*namespace) {
		node_remove(metadata, "namespace");
		return;
	}
	node_set(build->arena,
		 node_open(build->arena, resource->root, "metadata"),
		 "namespace", node_plain(build->arena, namespace));
}

/* As a string; a null is its spelling, or empty. */
static struct node *text_of(struct arena *arena, const struct node *value,
			    bool nulls)
{
	if (value->kind != NODE_SCALAR || (!nulls && node_is_null(value)))
		return node_string(arena, "");
	return node_bytes(arena, value->text, value->n);
}

struct node *resource_merge_texts(struct arena *arena, const struct node *under,
				  const struct node *over, bool nulls)
{
	const struct node *sources[] = { over, under };
	struct node *merged = node_mapping(arena);

	for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
		if (!node_is(sources[i], NODE_MAPPING))
			continue;
		for (size_t j = 0; j < sources[i]->n; j++) {
			const struct node_entry *entry =
				&sources[i]->entries[j];

			if (!node_get(merged, entry->key))
				node_add(arena, merged, entry->key,
					 text_of(arena, entry->value, nulls));
		}
	}
	return merged;
}

void resource_take_metadata(struct build *build, struct resource *resource,
			    const struct resource *from)
{
	static const char *const fields[] = { "labels", "annotations" };
	struct resource old = *resource;

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		resource_set_texts(
			build, resource, fields[i],
			resource_merge_texts(build->arena,
					     node_get2(from->root, "metadata",
						       fields[i]),
					     node_get2(resource->root,
						       "metadata", fields[i]),
					     true));
	resource_set_name(build, resource, resource_name(from));
	resource_set_namespace(build, resource, resource_namespace(from));
	resource->past = from->past;
	resource->prefixes = from->prefixes;
	resource->suffixes = from->suffixes;
	resource->variables = from->variables;
	resource->behavior = from->behavior;
	resource->marked = from->marked;
	resource->from_helm = from->from_helm;
	resource->needs_hash = from->needs_hash && old.needs_hash;
}
