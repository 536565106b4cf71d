/* SPDX-License-Identifier: Apache-2.0 */

/*
 * An object whose name has changed is looked up by each of its former names;
 * only such an object is ever a candidate.  Candidates come from an index by
 * former name and present namespace, so that the cost is that of the
 * references, not of all pairs of objects.
 */

#include "render/kustomize/reference.h"

#include <string.h>

#include "base/vec.h"
#include "document/decode.h"

#define KEY_CAP ((size_t)64 << 10)

struct index {
	struct map *by_name; /* former name -> struct resources */
	struct map
		*by_namespace; /* present namespace and former name -> them */
	struct map *origins;   /* present, or "*", and first namespace */
};

/* One field of one object that may hold the name of another. */
struct fix {
	struct build *build;
	const struct index *index;
	const struct reference *target; /* what it may be the name of */
	const struct fieldspec *spec;
	struct resource *referrer;
	struct resource_id id;        /* of the referrer */
	const struct map *namespaces; /* of a RoleBinding's subjects */
};

/* ---- the index ---- */

static void add(struct arena *arena, struct map *map, const char *key,
		struct resource *resource)
{
	struct resources *list = map_get(map, key);

	if (!list) {
		list = arena_alloc(arena, sizeof(*list));
		map_set(map, key, list);
	}
	if (!list->n || list->v[list->n - 1] != resource)
		*vec_push(arena, list) = resource;
}

static const char *namespace_key(struct str *key, const char *namespace,
				 const char *name)
{
	str_clear(key);
	str_printf(key, "%s/%s", namespace, name);
	return str_text(key);
}

static struct index make_index(struct build *build,
			       const struct resource_set *set)
{
	AUTO_STR struct str key = STR_INIT(KEY_CAP);
	struct index index = {
		.by_name = map_new(build->arena),
		.by_namespace = map_new(build->arena),
		.origins = map_new(build->arena),
	};

	for (size_t i = 0; i < set->n; i++) {
		struct resource *resource = set->v[i];
		const struct resource_id id = resource_id(build, resource);
		const struct resource_id first = resource_first_id(build,
								   resource);
		const char *namespace = resource_effective_namespace(&id);
		const char *origin = resource_effective_namespace(&first);

		map_set(index.origins, namespace_key(&key, namespace, origin),
			resource);
		map_set(index.origins, namespace_key(&key, "*", origin),
			resource);

		for (size_t j = 0; j < resource->past.n; j++) {
			const char *name = resource->past.v[j].name;

			add(build->arena, index.by_name, name, resource);
			add(build->arena, index.by_namespace,
			    namespace_key(&key, namespace, name), resource);
		}
	}
	return index;
}

/* ---- candidates ---- */

static bool was_a(struct build *build, struct resource *resource,
		  const char *group, const char *version, const char *kind)
{
	for (size_t i = 0; i < resource->past.n; i++) {
		const struct resource_id id = resource_past_id(build, resource,
							       i);

		if (resource_id_is(&id, group, version, kind))
			return true;
	}
	return false;
}

/* The last of one list of affixes and of the other are the same, as far as
 * the shorter one goes; one that is empty may match all. */
static bool same_ends(const struct resource_texts *a,
		      const struct resource_texts *b, bool empty_matches)
{
	size_t n = a->n < b->n ? a->n : b->n;

	if (!n)
		return empty_matches || a->n == b->n;
	for (size_t i = 1; i <= n; i++)
		if (strcmp(a->v[a->n - i], b->v[b->n - i]) != 0)
			return false;
	return true;
}

static bool same_affixes(const struct resource *a, const struct resource *b,
			 bool empty_matches)
{
	return same_ends(&a->prefixes, &b->prefixes, empty_matches) &&
	       same_ends(&a->suffixes, &b->suffixes, empty_matches);
}

/* Can the referrer see it at all, where it lives? */
static bool is_in_sight(const struct fix *fix, struct resource *resource,
			const struct resource_id *id)
{
	if (fix->id.cluster || id->cluster)
		return true;
	if (!strcmp(resource_effective_namespace(&fix->id),
		    resource_effective_namespace(id)))
		return true;
	return fix->namespaces &&
	       map_has(fix->namespaces, resource_namespace(resource));
}

/* Namespaces have to be the same, but for what service accounts are to
 * RoleBindings elsewhere. */
static bool is_near(const struct fix *fix, const struct resource_id *id)
{
	return fix->id.cluster || id->cluster ||
	       !strcmp(id->kind, "ServiceAccount") ||
	       !strcmp(resource_effective_namespace(&fix->id),
		       resource_effective_namespace(id));
}

/* What "roleRef" says of what it names. */
static bool fits_role(const struct fix *fix, struct resource *resource)
{
	const struct node *role = node_get(fix->referrer->root, "roleRef");
	const struct node *group = node_get(role, "apiGroup");
	const struct node *kind = node_get(role, "kind");

	if (!str_ends(fix->spec->path, "roleRef/name") || !group || !kind)
		return true;
	return was_a(fix->build, resource, node_spelled(group), NULL,
		     node_spelled(kind));
}

/* A mapping's "namespace" says where its name is looked for. */
static bool lives_in(const struct fix *fix, struct resource *resource,
		     const char *namespace, bool first)
{
	const struct resource_id id = first ? resource_first_id(fix->build,
								resource) :
					      resource_id(fix->build, resource);
	const char *lives = resource_effective_namespace(&id);

	return strcmp(lives, RESOURCE_NO_NAMESPACE) != 0 &&
	       !strcmp(lives, namespace);
}

static bool is_candidate(const struct fix *fix, struct resource *resource)
{
	const struct resource_id id = resource_id(fix->build, resource);

	return is_in_sight(fix, resource, &id) && is_near(fix, &id) &&
	       was_a(fix->build, resource, fix->target->group,
		     fix->target->version, fix->target->kind) &&
	       fits_role(fix, resource);
}

static void add_candidates(const struct fix *fix, const struct resources *from,
			   struct resources *to)
{
	for (size_t i = 0; from && i < from->n; i++)
		if (is_candidate(fix, from->v[i]))
			*vec_push(fix->build->arena, to) = from->v[i];
}

/* All that were once called so, in the order of the set. */
static struct resources find_candidates(const struct fix *fix, const char *name)
{
	AUTO_STR struct str key = STR_INIT(KEY_CAP);
	struct resources found = { 0 };

	/* From a namespace it sees that one, what lives in none, and, as a
	 * RoleBinding, service accounts of others. */
	if (fix->id.cluster || (fix->namespaces && fix->namespaces->n)) {
		add_candidates(fix, map_get(fix->index->by_name, name), &found);
		return found;
	}
	add_candidates(fix,
		       map_get(fix->index->by_namespace,
			       namespace_key(&key,
					     resource_effective_namespace(
						     &fix->id),
					     name)),
		       &found);
	add_candidates(fix,
		       map_get(fix->index->by_namespace,
			       namespace_key(&key, RESOURCE_NO_NAMESPACE,
					     name)),
		       &found);
	return found;
}

/* Was anything that the referrer sees in a namespace of that name at first? */
static bool was_in_sight(const struct fix *fix, const char *namespace)
{
	AUTO_STR struct str key = STR_INIT(KEY_CAP);
	const struct map *origins = fix->index->origins;
	const char *own = resource_effective_namespace(&fix->id);

	if (fix->id.cluster)
		return map_has(origins, namespace_key(&key, "*", namespace));
	if (map_has(origins, namespace_key(&key, own, namespace)))
		return true;
	for (size_t i = 0; fix->namespaces && i < fix->namespaces->n; i++)
		if (map_has(origins,
			    namespace_key(&key, fix->namespaces->entries[i].key,
					  namespace)))
			return true;
	return false;
}

/* By the namespaces that candidates had at first, or else that they have. */
static void keep_in_namespace(const struct fix *fix, const char *namespace,
			      struct resources *candidates)
{
	bool first = was_in_sight(fix, namespace);
	size_t n = 0;

	for (size_t i = 0; i < candidates->n; i++)
		if (lives_in(fix, candidates->v[i], namespace, first))
			candidates->v[n++] = candidates->v[i];
	candidates->n = n;
}

static void keep_same_affixes(const struct fix *fix, bool empty_matches,
			      struct resources *candidates)
{
	size_t n = 0;

	for (size_t i = 0; i < candidates->n; i++)
		if (same_affixes(candidates->v[i], fix->referrer,
				 empty_matches))
			candidates->v[n++] = candidates->v[i];
	candidates->n = n;
}

/* Are they the same to whoever takes their names, and namespaces? */
static bool are_alike(const struct resources *candidates, bool namespaces)
{
	const struct resource *first = candidates->v[0];

	for (size_t i = 1; i < candidates->n; i++)
		if (strcmp(resource_name(candidates->v[i]),
			   resource_name(first)) != 0 ||
		    (namespaces && strcmp(resource_namespace(candidates->v[i]),
					  resource_namespace(first)) != 0))
			return false;
	return true;
}

static int fail_ambiguous(const struct fix *fix, const struct node *at,
			  const struct resources *candidates, struct err *err)
{
	const struct resource *a = candidates->v[0], *b = candidates->v[1];

	node_fail(at, err,
		  "'%s' could be the name of %s '%s' (%s:%u) and of '%s' "
		  "(%s:%u)",
		  node_text(at), fix->target->kind, resource_name(a), a->file,
		  a->line, resource_name(b), b->file, b->line);
	return err_hint(err, "give them different names, or different "
			     "namespaces");
}

/* The one object that the name means; NULL: none that was renamed. */
static int choose(const struct fix *fix, const struct node *at,
		  struct resources *candidates, bool namespaces,
		  struct resource **out, struct err *err)
{
	*out = NULL;
	if (candidates->n != 1) {
		keep_same_affixes(fix, true, candidates);
		if (candidates->n > 1)
			keep_same_affixes(fix, false, candidates);
	}
	if (candidates->n > 1 && !are_alike(candidates, namespaces))
		return fail_ambiguous(fix, at, candidates, err);
	if (candidates->n)
		*out = candidates->v[0];
	return 0;
}

/* ---- fixing ---- */

static int fix_scalar(const struct fix *fix, struct node *node, struct err *err)
{
	struct resources candidates = find_candidates(fix, node->text);
	struct resource *target;

	if (choose(fix, node, &candidates, false, &target, err) < 0)
		return -1;
	if (target && strcmp(resource_name(target), node->text) != 0)
		node_set_text(fix->build->arena, node, resource_name(target),
			      NODE_NO_TAG);
	return 0;
}

/* A mapping with a name and, maybe, a namespace. */
static int fix_mapping(const struct fix *fix, struct node *node,
		       struct err *err)
{
	struct arena *arena = fix->build->arena;
	const struct node *name = node_get(node, "name");
	const struct node *namespace = node_get(node, "namespace");
	struct resources candidates;
	struct resource *target;

	if (!name)
		return node_fail(node, err,
				 "field '%s' has no 'name', as a reference "
				 "has",
				 fix->spec->path);
	candidates = find_candidates(fix, node_spelled(name));
	if (namespace)
		keep_in_namespace(fix, node_spelled(namespace), &candidates);
	if (choose(fix, name, &candidates, true, &target, err) < 0)
		return -1;
	if (!target || (!strcmp(resource_name(target), node_spelled(name)) &&
			!*resource_namespace(target)))
		return 0;
	node_set(arena, node, "name", node_plain(arena, resource_name(target)));
	if (*resource_namespace(target))
		node_set(arena, node, "namespace",
			 node_plain(arena, resource_namespace(target)));
	return 0;
}

static int fix_node(struct arena *arena, struct node *node, const void *data,
		    struct err *err)
{
	const struct fix *fix = data;

	(void)arena;
	if (node_is_null(node))
		return 0;
	if (node->kind == NODE_SCALAR)
		return fix_scalar(fix, node, err);
	if (node->kind == NODE_MAPPING)
		return fix_mapping(fix, node, err);
	for (size_t i = 0; i < node->n; i++) {
		struct node *member = node->items[i];

		if (node_is_null(member))
			continue;
		if (member->kind == NODE_SEQUENCE)
			return node_fail(member, err,
					 "field '%s' has a list in a list",
					 fix->spec->path);
		if ((member->kind == NODE_SCALAR ?
			     fix_scalar(fix, member, err) :
			     fix_mapping(fix, member, err)) < 0)
			return -1;
	}
	return 0;
}

/* The namespaces of the service accounts that a RoleBinding binds. */
static int find_namespaces(struct build *build, const struct resource *resource,
			   const struct map **out, struct err *err)
{
	const struct node *subjects = node_get(resource->root, "subjects");
	const struct node *namespace;
	struct map *found = NULL;

	*out = NULL;
	if (!node_text_is(node_get(resource->root, "kind"), "RoleBinding") ||
	    !node_is(subjects, NODE_SEQUENCE))
		return 0;
	found = map_new(build->arena);
	for (size_t i = 0; i < subjects->n; i++) {
		namespace = node_get(subjects->items[i], "namespace");
		if (!namespace ||
		    !node_text_is(node_get(subjects->items[i], "kind"),
				  "ServiceAccount"))
			continue;
		if (!node_is_string(namespace))
			return node_fail(subjects->items[i], err,
					 "the namespace of this subject is no "
					 "text");
		map_set(found, namespace->text, found);
	}
	*out = found;
	return 0;
}

static int fix_resource(struct build *build, const struct index *index,
			struct resource *resource, const struct config *config,
			struct err *err)
{
	const struct resource_id first = resource_first_id(build, resource);
	struct fix fix = {
		.build = build,
		.index = index,
		.referrer = resource,
		.id = resource_id(build, resource),
	};
	const struct fieldspec_setter setter = {
		.set = fix_node,
		.data = &fix,
	};

	if (find_namespaces(build, resource, &fix.namespaces, err) < 0)
		return -1;
	for (size_t i = 0; i < config->references.n; i++) {
		fix.target = &config->references.v[i];
		for (size_t j = 0; j < fix.target->referrers.n; j++) {
			fix.spec = &fix.target->referrers.v[j];
			if (!resource_id_is(&first, fix.spec->group,
					    fix.spec->version, fix.spec->kind))
				continue;
			if (fieldspec_apply(build->arena, fix.spec,
					    resource->root, &setter, err) < 0)
				return -1;
		}
	}
	return 0;
}

int reference_fix(struct build *build, struct resource_set *set,
		  const struct config *config, struct err *err)
{
	const struct index index = make_index(build, set);

	for (size_t i = 0; i < set->n; i++)
		if (build_check(build, NULL, err) < 0 ||
		    fix_resource(build, &index, set->v[i], config, err) < 0)
			return -1;
	resource_set_touch(set);
	return 0;
}
