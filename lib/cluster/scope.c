/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/scope.h"

#include "base/str.h"

static const char *kind_key(struct arena *arena, const char *group,
			    const char *kind)
{
	return arena_printf(arena, "%s/%s", group, kind);
}

struct map *cluster_definitions(struct arena *arena, const struct objects *want)
{
	struct map *out = map_new(arena);

	for (size_t i = 0; i < want->n; i++) {
		const struct object *object = &want->v[i];
		const json_t *spec = doc_get(object->doc, "spec", NULL);
		struct cluster_definition one = {
			.origin = object->origin,
			.spec = spec,
		};
		const char *scope;

		if (!object_is(object, "apiextensions.k8s.io",
			       "CustomResourceDefinition"))
			continue;
		one.group = doc_get_string(spec, "group", NULL);
		one.kind = doc_get_string(spec, "names", "kind", NULL);
		one.plural = doc_get_string(spec, "names", "plural", NULL);
		scope = doc_get_string(spec, "scope", NULL);
		if (!one.group || !one.kind || !one.plural || !scope)
			continue;
		one.namespaced = str_equal(scope, "Namespaced");
		map_set(out, kind_key(arena, one.group, one.kind),
			arena_memdup(arena, &one, sizeof(one)));
	}
	return out;
}

const struct cluster_definition *cluster_definition_of(
	const struct map *definitions, const struct object *object)
{
	AUTO_ARENA struct arena *scratch = arena_new();

	return map_get(definitions,
		       kind_key(scratch, object->group, object->kind));
}

bool cluster_definition_serves(const struct cluster_definition *definition,
			       const char *version)
{
	const json_t *one;
	size_t i;

	json_array_foreach(doc_get(definition->spec, "versions", NULL), i,
			   one) {
		if (str_equal(doc_get_string(one, "name", NULL), version))
			return json_is_true(doc_get(one, "served", NULL));
	}
	return false;
}
