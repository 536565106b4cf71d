/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The hash of what a generated object holds, behind its name.  It is of a
 * JSON text in which, whatever the name, the name is empty: kustomize looks
 * for it in a field called "metadata/name".
 */

#include <string.h>

#include "base/digest.h"
#include "document/decode.h"
#include "document/document.h"
#include "render/kustomize/generator.h"

#define HASH_LENGTH 10

/* Every integer as a double: so Go reads JSON. */
static json_t *as_doubles(struct arena *arena, json_t *value)
{
	const char *key;
	json_t *member;
	size_t i;

	if (json_is_integer(value))
		return doc_keep(arena,
				json_real((double)json_integer_value(value)));
	json_object_foreach(value, key, member)
		json_object_set_nocheck(value, key, as_doubles(arena, member));
	json_array_foreach(value, i, member)
		json_array_set(value, i, as_doubles(arena, member));
	return value;
}

/* One field of the text.  `only_map`: left out unless it is a mapping. */
static int add_field(struct build *build, const struct node *root,
		     const char *field, bool only_map, json_t *to,
		     struct err *err)
{
	const struct node *node = node_get(root, field);
	json_t *value;

	if (only_map && !node_is(node, NODE_MAPPING))
		return 0;
	if (!node || node->kind == NODE_SCALAR) {
		doc_set_string(to, node_spelled(node), field, NULL);
		return 0;
	}
	if (doc_from_node(build->arena, node, &value, err) < 0)
		return -1;
	doc_set(to, as_doubles(build->arena, value), field, NULL);
	return 0;
}

static void encode(const struct str *text, char out[HASH_LENGTH + 1])
{
	static const char from[] = "013ae", to[] = "ghkmt";
	char hex[DIGEST_SHA256_HEX];
	const char *bad;

	digest_sha256_hex(str_text(text), text->len, hex);
	for (size_t i = 0; i < HASH_LENGTH; i++) {
		bad = strchr(from, hex[i]);
		out[i] = bad ? to[bad - from] : hex[i];
	}
	out[HASH_LENGTH] = '\0';
}

int generator_hash_of(struct build *build, struct resource *resource,
		      const char **out, struct err *err)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	const char *kind = resource_kind(build, resource)->kind;
	const struct node *root = resource->root;
	json_t *value = doc_object(build->arena);
	bool secret = !strcmp(kind, "Secret");
	char hash[HASH_LENGTH + 1];

	if (!secret && strcmp(kind, "ConfigMap") != 0)
		return err_set(err, ERR_INPUT,
			       "%s:%u: the name of a %s cannot carry a hash",
			       resource->file, resource->line, kind);
	doc_set_string(value, kind, "kind", NULL);
	doc_set_string(value, "", "name", NULL);
	if (add_field(build, root, "data", false, value, err) < 0)
		return -1;
	if (secret ? add_field(build, root, "type", false, value, err) < 0 ||
			     add_field(build, root, "stringData", true, value,
				       err) < 0 :
		     add_field(build, root, "binaryData", true, value, err) < 0)
		return -1;
	doc_write_go_json(&text, value, NULL);
	encode(&text, hash);
	*out = arena_strdup(build->arena, hash);
	return 0;
}

int generator_hash(struct build *build, struct resource_set *set,
		   struct err *err)
{
	struct resource *resource;
	const char *hash;

	for (size_t i = 0; i < set->n; i++) {
		resource = set->v[i];
		if (!resource->needs_hash)
			continue;
		if (generator_hash_of(build, resource, &hash, err) < 0)
			return -1;
		resource_push_id(build, resource);
		resource_set_name(build, resource,
				  arena_printf(build->arena, "%s-%s",
					       resource_name(resource), hash));
	}
	resource_set_touch(set);
	return 0;
}
