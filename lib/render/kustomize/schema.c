/* SPDX-License-Identifier: Apache-2.0 */
#include "render/kustomize/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "document/decode.h"

#define KEY_MOST     512
#define REF_PREFIX   "#/definitions/"
#define REF_HOPS_CAP 16 /* from one $ref to the next */

static const struct schema_at nothing = { .definition = -1 };

/* ---- tables ---- */

static int compare_types(const void *a, const void *b)
{
	const struct schema_type *left = a, *right = b;
	int difference = strcmp(left->api_version, right->api_version);

	return difference ? difference : strcmp(left->kind, right->kind);
}

static int compare_scopes(const void *a, const void *b)
{
	const struct scope_type *left = a, *right = b;
	int difference = strcmp(left->api_version, right->api_version);

	return difference ? difference : strcmp(left->kind, right->kind);
}

static int compare_fields(const void *a, const void *b)
{
	const struct schema_field *left = a, *right = b;

	return strcmp(left->name, right->name);
}

static struct schema_at in_tables(const struct schema *schema, int definition)
{
	struct schema_at at = { .schema = schema, .definition = definition };

	return definition < 0 ? nothing : at;
}

static struct schema_at table_field(const struct schema_at *at,
				    const char *name)
{
	const struct schema_field wanted = { .name = name }, *field;
	const struct schema_definition *definition;
	struct schema_at found;

	if (at->field || at->definition < 0)
		return nothing;
	definition = &schema_default.definitions[at->definition];
	field = bsearch(&wanted, schema_default.fields + definition->first,
			(size_t)definition->n, sizeof(*field), compare_fields);
	if (!field)
		return nothing;
	if (!field->list)
		return in_tables(at->schema, field->inner);
	found = nothing;
	found.schema = at->schema;
	found.field = field;
	return found;
}

/* ---- a file ---- */

/* A definition of the tables, by name. */
static struct schema_at named(const struct schema *schema, const char *name)
{
	for (size_t i = 0; i < schema_default.n_definitions; i++)
		if (!strcmp(schema_default.definitions[i].name, name))
			return in_tables(schema, (int)i);
	return nothing;
}

/* The node, or where its $ref leads to in the end, which may be nowhere. */
static struct schema_at in_file(const struct schema *schema,
				const struct node *node)
{
	struct schema_at at = nothing, in_tables = nothing;
	const char *ref;

	for (unsigned hops = 0; node; hops++) {
		ref = node_text(node_get(node, "$ref"));
		if (!*ref) {
			at.schema = schema;
			at.node = node;
			return at;
		}
		if (!str_starts(ref, REF_PREFIX) || hops == REF_HOPS_CAP)
			return nothing;
		ref += strlen(REF_PREFIX);
		if (schema->tables != TABLES_UNUSED)
			in_tables = named(schema, ref);
		node = node_get(schema->definitions, ref);
		if (in_tables.schema &&
		    (!node || schema->tables == TABLES_WANTED))
			return in_tables;
	}
	return nothing;
}

static struct schema_at file_field(const struct schema_at *at, const char *name)
{
	const struct node *field = node_get(node_get(at->node, "properties"),
					    name);

	if (!field) {
		field = node_get(at->node, "additionalProperties");
		if (!node_is(field, NODE_MAPPING))
			return nothing;
	}
	return in_file(at->schema, field);
}

static bool file_merges(const struct node *node, struct schema_keys *keys)
{
	const char *strategy =
		node_text(node_get(node, "x-kubernetes-patch-strategy"));
	const struct node *list = node_get(node, "x-kubernetes-list-map-keys");
	const char *key =
		node_text(node_get(node, "x-kubernetes-patch-merge-key"));
	bool merges = false;
	size_t n;

	for (; *strategy; strategy += n + (strategy[n] == ',')) {
		n = strcspn(strategy, ",");
		merges = merges || (n == 5 && !memcmp(strategy, "merge", 5));
	}
	if (node_is(list, NODE_SEQUENCE))
		for (size_t i = 0; i < list->n && keys->n < SCHEMA_KEYS; i++)
			keys->v[keys->n++] = node_text(list->items[i]);
	else if (*key)
		keys->v[keys->n++] = key;
	return merges;
}

/* ---- both ---- */

static const char *type_key(char out[KEY_MOST], const char *api_version,
			    const char *kind)
{
	snprintf(out, KEY_MOST, "%s %s", api_version, kind);
	return out;
}

static struct schema_at type_in_tables(const struct schema *schema,
				       const char *api_version,
				       const char *kind)
{
	const struct schema_type wanted = { api_version, kind, -1 }, *type;

	type = bsearch(&wanted, schema_default.types, schema_default.n_types,
		       sizeof(*type), compare_types);
	return type ? in_tables(schema, type->definition) : nothing;
}

struct schema_at schema_of(const struct schema *schema, const char *api_version,
			   const char *kind)
{
	struct schema_at at = nothing;
	const struct node *node;
	char key[KEY_MOST];

	if (!schema->definitions || schema->tables != TABLES_UNUSED)
		at = type_in_tables(schema, api_version, kind);
	if (!schema->definitions)
		return at;
	node = map_get(schema->types, type_key(key, api_version, kind));
	if (node && (!at.schema || schema->tables == TABLES_USED))
		at = in_file(schema, node);
	return at;
}

struct schema_at schema_field_of(const struct schema_at *at, const char *name)
{
	if (!at->schema)
		return nothing;
	return at->node ? file_field(at, name) : table_field(at, name);
}

struct schema_at schema_members_of(const struct schema_at *at)
{
	if (!at->schema)
		return nothing;
	if (!at->node)
		return at->field ? in_tables(at->schema, at->field->inner) :
				   nothing;
	if (!node_text_is(node_get(at->node, "type"), "array"))
		return nothing;
	return in_file(at->schema, node_get(at->node, "items"));
}

bool schema_merges(const struct schema_at *at, struct schema_keys *keys)
{
	*keys = (struct schema_keys){ 0 };
	if (!at->schema)
		return false;
	if (at->node)
		return file_merges(at->node, keys);
	if (!at->field || !at->field->merge)
		return false;
	while (keys->n < SCHEMA_KEYS && at->field->keys[keys->n]) {
		keys->v[keys->n] = at->field->keys[keys->n];
		keys->n++;
	}
	return true;
}

bool schema_is_cluster_scoped(struct schema *schema, const char *api_version,
			      const char *kind)
{
	const struct scope_type wanted = { api_version, kind, false }, *known;
	char key[KEY_MOST];

	known = bsearch(&wanted, scope_default, scope_n_default, sizeof(wanted),
			compare_scopes);
	if (known)
		return known->cluster;
	if (!schema->definitions && schema->tables == TABLES_UNUSED)
		schema->tables = TABLES_WANTED;
	return schema->scopes &&
	       map_has(schema->scopes, type_key(key, api_version, kind));
}

/* ---- reading ---- */

/* "apps/v1 Deployment" of x-kubernetes-group-version-kind, or NULL. */
static char *read_type(struct arena *arena, const struct node *gvk)
{
	const char *group = node_text(node_get(gvk, "group"));

	if (!node_is(gvk, NODE_MAPPING))
		return NULL;
	return arena_printf(arena, "%s%s%s %s", group, *group ? "/" : "",
			    node_text(node_get(gvk, "version")),
			    node_text(node_get(gvk, "kind")));
}

static void read_types(struct arena *arena, struct schema *schema)
{
	const struct node *all = schema->definitions, *gvks;
	char *key;

	for (size_t i = 0; i < all->n; i++) {
		gvks = node_get(all->entries[i].value,
				"x-kubernetes-group-version-kind");
		for (size_t j = 0; node_is(gvks, NODE_SEQUENCE) && j < gvks->n;
		     j++) {
			key = read_type(arena, gvks->items[j]);
			if (key)
				map_set(schema->types, key,
					all->entries[i].value);
		}
	}
}

/* A kind that is read at a path, and at none that holds a namespace, lives in
 * none. */
static void read_scopes(struct arena *arena, const struct node *paths,
			struct schema *schema)
{
	struct map *inside = map_new(arena);
	char *key;

	for (int pass = 0; node_is(paths, NODE_MAPPING) && pass < 2; pass++) {
		for (size_t i = 0; i < paths->n; i++) {
			key = read_type(arena,
					node_get2(paths->entries[i].value,
						  "get",
						  "x-kubernetes-group-version-"
						  "kind"));
			if (!key)
				continue;
			if (!pass && strstr(paths->entries[i].key,
					    "namespaces/{namespace}"))
				map_set(inside, key, schema);
			else if (pass && !map_has(inside, key))
				map_set(schema->scopes, key, schema);
		}
	}
}

int schema_read(struct arena *arena, const struct node *root,
		struct schema *schema, struct err *err)
{
	const struct node *definitions = node_get(root, "definitions");

	if (!node_is(definitions, NODE_MAPPING)) {
		node_fail(root, err,
			  "expected an OpenAPI document with 'definitions'");
		return err_hint(err, "make one with 'kustomize openapi fetch'");
	}
	schema->definitions = definitions;
	schema->types = map_new(arena);
	schema->scopes = map_new(arena);
	read_types(arena, schema);
	read_scopes(arena, node_get(root, "paths"), schema);
	return 0;
}
