/* SPDX-License-Identifier: Apache-2.0 */
#include "render/kustomize/sort.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "document/decode.h"
#include "render/kustomize/config.h"

struct sort_key {
	int rank;
	bool namespace;   /* a Namespace, */
	bool core;        /* of the core group */
	const char *kind; /* group, version and kind as one text */
	const char *name; /* these, namespace and name as another */
	struct resource *resource;
};

/* What is missing sorts behind letters. */
static const char *text_or(const char *text, const char *otherwise)
{
	return *text ? text : otherwise;
}

static int compare_keys(const void *a, const void *b)
{
	const struct sort_key *left = a, *right = b;
	int difference;

	if (left->rank != right->rank)
		return left->rank < right->rank ? -1 : 1;
	difference = strcmp(left->kind, right->kind);
	/* The Namespace comes before kinds of other groups called so. */
	if (left->namespace && right->namespace && (left->core || right->core))
		difference = -difference;
	return difference ? difference : strcmp(left->name, right->name);
}

/* resid.Gvk's String(): "Deployment.v1.apps", "[noKind].[noVer].[noGrp]". */
static const char *spell_kind(struct arena *arena, const struct resource_id *id)
{
	return arena_printf(arena, "%s.%s.%s", text_or(id->kind, "[noKind]"),
			    text_or(id->version, "[noVer]"),
			    text_or(id->group, "[noGrp]"));
}

static void make_key(struct build *build, struct resource *resource,
		     struct sort_key *key)
{
	struct arena *arena = build->arena;
	const struct resource_id id = resource_id(build, resource);

	key->resource = resource;
	key->namespace = !strcmp(id.kind, "Namespace");
	key->core = !*id.group;
	key->kind = arena_printf(arena, "%s_%s_%s", text_or(id.group, "~G"),
				 text_or(id.version, "~V"),
				 text_or(id.kind, "~K"));
	key->name = arena_printf(arena, "%s|%s|%s", spell_kind(arena, &id),
				 text_or(id.namespace, "~X"),
				 text_or(id.name, "~N"));
}

/* The first of these kinds that are named last in a list counts. */
static int rank_in(const struct legacy_order *order, const char *kind)
{
	for (size_t i = order->last.n; i > 0; i--)
		if (!strcmp(node_text(order->last.v[i - 1]), kind))
			return (int)i;
	for (size_t i = order->first.n; i > 0; i--)
		if (!strcmp(node_text(order->first.v[i - 1]), kind))
			return (int)i - 1 - (int)order->first.n;
	return 0;
}

static int check_options(const struct sort_options *options, bool *fifo,
			 struct err *err)
{
	const char *order = node_text(options->order);

	*fifo = !strcmp(order, "fifo");
	if (!*fifo && strcmp(order, "legacy") != 0)
		return node_fail(options->at, err,
				 "sortOptions.order: expected 'fifo' or "
				 "'legacy', found '%s'",
				 order);
	if (*fifo && options->legacy)
		return node_fail(options->legacy->at, err,
				 "sortOptions.legacySortOptions: the order is "
				 "'fifo', which has none");
	return 0;
}

int sort_resources(struct build *build, struct resource_set *set,
		   const struct sort_options *options, struct err *err)
{
	struct sort_key *keys;
	bool fifo = false;

	if (options && check_options(options, &fifo, err) < 0)
		return -1;
	if (fifo)
		return 0;
	keys = arena_array(build->arena, set->n, sizeof(*keys));
	for (size_t i = 0; i < set->n; i++) {
		const char *kind = resource_kind(build, set->v[i])->kind;

		make_key(build, set->v[i], &keys[i]);
		keys[i].rank = options && options->legacy ?
				       rank_in(options->legacy, kind) :
				       config_kind_rank(kind);
	}
	if (set->n)
		qsort(keys, set->n, sizeof(*keys), compare_keys);
	for (size_t i = 0; i < set->n; i++)
		set->v[i] = keys[i].resource;
	return 0;
}
