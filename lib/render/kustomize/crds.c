/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Files of `crds`: OpenAPI definitions by name, as kubebuilder once made them,
 * whose extensions say which fields hold names, labels and annotations.
 */

#include <string.h>

#include "base/str.h"
#include "base/vec.h"
#include "document/decode.h"
#include "render/kustomize/config.h"

#define DEPTH_CAP 64
#define PATH_CAP  4096

/* One kind that is looked at. */
struct look {
	struct arena *arena;
	const struct node *all; /* definitions by name */
	const char *kind;
	struct config *config;
	struct str path;
	unsigned depth;
};

/* Is it an object of its own? */
static bool is_object(const struct node *properties)
{
	return node_get(properties, "kind") &&
	       node_get(properties, "apiVersion") &&
	       node_get(properties, "metadata");
}

/* kustomize takes what follows the last dot for the kind. */
static const char *kind_of(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot ? dot + 1 : name;
}

static struct node *schema_of_definition(const struct node *definition)
{
	struct node *schema = node_get(definition, "Schema");

	return schema ? schema : node_get(definition, "schema");
}

static int add_field(struct look *look, struct fieldspecs *to, const char *more,
		     struct err *err)
{
	struct fieldspec *spec = arena_alloc(look->arena, sizeof(*spec));
	const struct fieldspecs one = { spec, 1 };

	spec->kind = look->kind;
	spec->path = arena_printf(look->arena, "%s%s%s", str_text(&look->path),
				  more ? "/" : "", more ? more : "");
	return config_merge_fieldspecs(look->arena, to, &one, to, err);
}

static int add_reference(struct look *look, const struct node *property,
			 struct err *err)
{
	const char *version = node_text(
		node_get(property, "x-kubernetes-object-ref-api-version"));
	const char *kind =
		node_text(node_get(property, "x-kubernetes-object-ref-kind"));
	const struct node *key = node_get(property,
					  "x-kubernetes-object-ref-name-key");
	struct reference *reference = arena_alloc(look->arena,
						  sizeof(*reference));
	struct config one = { .references = { reference, 1 } };

	reference->version = version;
	reference->kind = kind;
	if (add_field(look, &reference->referrers,
		      key ? node_text(key) : "name", err) < 0)
		return -1;
	return config_merge(look->arena, look->config, &one, look->config, err);
}

static int look_at(struct look *look, const char *name, struct err *err);

static int look_at_property(struct look *look, const struct node *property,
			    struct err *err)
{
	const char *ref = node_text(node_get(property, "$ref"));

	if (node_is_string(node_get(property, "x-kubernetes-annotation")) &&
	    add_field(look, &look->config->common_annotations, NULL, err) < 0)
		return -1;
	if (node_is_string(node_get(property, "x-kubernetes-label-selector")) &&
	    add_field(look, &look->config->common_labels, NULL, err) < 0)
		return -1;
	if (node_is_string(node_get(property, "x-kubernetes-identity")) &&
	    add_field(look, &look->config->name_prefix, NULL, err) < 0)
		return -1;
	if (node_is_string(node_get(property,
				    "x-kubernetes-object-ref-api-version")) &&
	    node_is_string(
		    node_get(property, "x-kubernetes-object-ref-kind")) &&
	    add_reference(look, property, err) < 0)
		return -1;
	return *ref ? look_at(look, ref, err) : 0;
}

static int look_at(struct look *look, const char *name, struct err *err)
{
	const struct node *schema =
		schema_of_definition(node_get(look->all, name));
	const struct node *properties = node_get(schema, "properties");
	size_t before = look->path.len;

	if (!node_is(properties, NODE_MAPPING))
		return 0;
	if (look->depth == DEPTH_CAP)
		return node_fail(schema, err,
				 "definitions refer to each other more than "
				 "%d levels deep",
				 DEPTH_CAP);
	look->depth++;
	for (size_t i = 0; i < properties->n; i++) {
		if (before)
			str_add_char(&look->path, '/');
		str_add(&look->path, properties->entries[i].key);
		if (look_at_property(look, properties->entries[i].value, err) <
		    0)
			return -1;
		str_cut(&look->path, before);
	}
	look->depth--;
	return 0;
}

int config_read_crds(struct arena *arena, const struct node *root,
		     struct config *out, struct err *err)
{
	struct config found = { 0 };
	struct look look = {
		.arena = arena,
		.all = root,
		.config = &found,
		.path = STR_INIT(PATH_CAP),
	};
	int result = 0;

	if (root->kind != NODE_MAPPING)
		return node_fail(root, err,
				 "expected OpenAPI definitions by name");
	for (size_t i = 0; result == 0 && i < root->n; i++) {
		const struct node *schema =
			schema_of_definition(root->entries[i].value);

		if (!is_object(node_get(schema, "properties")))
			continue;
		look.kind = kind_of(root->entries[i].key);
		result = look_at(&look, root->entries[i].key, err);
	}
	str_release(&look.path);
	if (result == 0)
		*out = found;
	return result;
}
