/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/vec.h"
#include "document/decode.h"
#include "render/kustomize/transform.h"

/* One run of a prefix or a suffix; the other is "". */
struct affix {
	const char *before;
	const char *behind;
};

static int set_name(struct arena *arena, struct node *node, const void *data,
		    struct err *err)
{
	const struct affix *affix = data;

	if (node->kind != NODE_SCALAR)
		return node_fail(node, err,
				 "expected a name to put '%s%s' to, found a "
				 "collection",
				 affix->before, affix->behind);
	node_set_text(arena, node,
		      arena_printf(arena, "%s%s%s", affix->before, node->text,
				   affix->behind),
		      NODE_NO_TAG);
	return 0;
}

/* Kinds whose names mean something by themselves. */
static bool keeps_name(const struct resource_id *id)
{
	return !strcmp(id->kind, "CustomResourceDefinition") ||
	       !strcmp(id->kind, "Namespace") ||
	       (!strcmp(id->kind, "APIService") &&
		!strcmp(id->group, "apiregistration.k8s.io"));
}

static int affix_one(struct build *build, struct resource *resource,
		     const struct affix *affix, const struct fieldspecs *specs,
		     struct err *err)
{
	const struct fieldspec_setter setter = {
		.set = set_name,
		.data = affix,
		.creates = true,
		.create_kind = NODE_SCALAR,
		.create_tag = NODE_STR,
	};
	const struct resource_id id = resource_first_id(build, resource);

	if (keeps_name(&id))
		return 0;
	for (size_t i = 0; i < specs->n; i++) {
		const struct fieldspec *spec = &specs->v[i];

		if (!resource_id_is(&id, spec->group, spec->version,
				    spec->kind))
			continue;
		if (!strcmp(spec->path, "metadata/name")) {
			if (*affix->before)
				*vec_push(build->arena,
					  &resource->prefixes) = affix->before;
			if (*affix->behind)
				*vec_push(build->arena,
					  &resource->suffixes) = affix->behind;
			if (*affix->before || *affix->behind)
				resource_push_id(build, resource);
		}
		if (fieldspec_matches(spec, resource->root) &&
		    fieldspec_apply(build->arena, spec, resource->root, &setter,
				    err) < 0)
			return -1;
	}
	return 0;
}

static int affix_all(struct build *build, struct resource_set *set,
		     const struct affix *affix, const struct fieldspecs *specs,
		     struct err *err)
{
	for (size_t i = 0; i < set->n; i++)
		if (build_check(build, NULL, err) < 0 ||
		    affix_one(build, set->v[i], affix, specs, err) < 0)
			return -1;
	resource_set_touch(set);
	return 0;
}

int transform_prefix(struct build *build, struct resource_set *set,
		     const char *prefix, const struct fieldspecs *specs,
		     struct err *err)
{
	const struct affix affix = { prefix, "" };

	return affix_all(build, set, &affix, specs, err);
}

int transform_suffix(struct build *build, struct resource_set *set,
		     const char *suffix, const struct fieldspecs *specs,
		     struct err *err)
{
	const struct affix affix = { "", suffix };

	return affix_all(build, set, &affix, specs, err);
}
