/* SPDX-License-Identifier: Apache-2.0 */
#include "base/vec.h"
#include "cluster/kube/state.h"
#include "document/document.h"

/* Names for str_nearest() and for lists of what there is. */
struct names {
	const char **v;
	size_t n;
	size_t room;
};

static const char *group_version(struct arena *arena,
				 const struct kube_kind *kind)
{
	return arena_printf(arena, "%s%s%s", kind->group,
			    *kind->group ? "/" : "", kind->version);
}

static const char *join(struct arena *arena, const struct names *names)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	for (size_t i = 0; i < names->n; i++)
		str_printf(&out, "%s%s", i ? ", " : "", names->v[i]);
	return str_keep(&out, arena);
}

/* Where else a kind of this name is: in its own group, or in any. */
static struct names places(struct arena *arena, const struct kube *kube,
			   const struct object *object, bool any_group)
{
	struct names out = { 0 };

	for (size_t i = 0; i < kube->kinds.n; i++) {
		const struct kube_kind *kind = kube->kinds.v[i];

		if (str_equal(kind->kind, object->kind) &&
		    (any_group || str_equal(kind->group, object->group)))
			*vec_push(arena, &out) = group_version(arena, kind);
	}
	return out;
}

static const char *nearest(struct arena *arena, const struct kube *kube,
			   const struct object *object)
{
	struct names names = { 0 };

	for (size_t i = 0; i < kube->kinds.n; i++)
		*vec_push(arena, &names) = kube->kinds.v[i]->kind;
	*vec_push(arena, &names) = NULL;
	return str_nearest(object->kind, names.v);
}

static void hint_unknown(const struct kube *kube, const struct object *object,
			 struct arena *scratch, struct err *err)
{
	const struct cluster_definition *definition =
		cluster_definition_of(kube->definitions, object);
	struct names own = places(scratch, kube, object, false);
	struct names others = places(scratch, kube, object, true);
	const char *kind = nearest(scratch, kube, object);

	if (definition)
		err_hint(err, "%s defines the kind, but does not serve %s",
			 definition->origin, object->version);
	else if (own.n)
		err_hint(err, "this cluster serves %s as %s", object->kind,
			 join(scratch, &own));
	else if (others.n)
		err_hint(err, "this cluster has %s in %s", object->kind,
			 join(scratch, &others));
	else if (kind)
		err_hint(err, "did you mean %s?", kind);
	else
		err_hint(err, "add its CustomResourceDefinition to the "
			      "repository, or install it in the cluster");
}

static void refuse_unknown(const struct kube *kube, const struct object *object,
			   struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_ERR struct err one = { 0 };
	const char *shown = object_shown(scratch, object);

	if (kube_is_away(kube, object)) {
		err_set(&one, ERR_TEMPORARY,
			"%s: %s: the server of %s does not answer just now",
			object->origin, shown, object->api_version);
		err_hint(&one, "see 'kubectl get apiservice %s.%s'",
			 object->version, object->group);
	} else {
		err_set(&one, ERR_NOT_FOUND,
			"%s: %s: this cluster has no kind %s in %s",
			object->origin, shown, object->kind,
			object->api_version);
		hint_unknown(kube, object, scratch, &one);
	}
	err_append(err, &one);
}

/* TokenReview and its like are questions, not objects. */
static void refuse_unpatchable(const struct object *object, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_ERR struct err one = { 0 };

	err_set(&one, ERR_REFUSED,
		"%s: %s: this cluster does not let %s objects be applied",
		object->origin, object_shown(scratch, object), object->kind);
	err_hint(&one, "remove it from the repository");
	err_append(err, &one);
}

static void place_object(struct kube *kube, struct object *object,
			 const struct kube_resource *resource)
{
	struct arena *arena = kube->run->arena;

	if (!resource->namespaced)
		object_set_namespace(arena, object, "");
	else if (!*object->namespace)
		object_set_namespace(arena, object,
				     kube_client_namespace(kube->client));
}

static bool identify_one(struct kube *kube, struct object *object,
			 struct err *err)
{
	const struct kube_kind *kind =
		kube_kinds_find(&kube->kinds, object->group, object->version,
				object->kind);
	struct kube_resource resource;

	if (!kube_find_resource(kube, object, &resource)) {
		refuse_unknown(kube, object, err);
		return false;
	}
	if (kind && !kind->can_patch) {
		refuse_unpatchable(object, err);
		return false;
	}
	place_object(kube, object, &resource);
	return true;
}

static void warn_of_stale(const struct kube *kube)
{
	const struct map *stale = kube->kinds.stale;

	for (size_t i = 0; i < stale->n; i++)
		run_warn(kube->run,
			 "the server of API %s does not answer just now",
			 stale->entries[i].key);
}

/* The groups in question: of the objects, and of what they define. */
static void add_groups(struct kube *kube, const struct objects *want)
{
	const struct map *definitions = kube->definitions;

	kube->groups = map_new(kube->run->arena);
	map_set(kube->groups, "", kube); /* of the records */
	for (size_t i = 0; i < want->n; i++)
		map_set(kube->groups, want->v[i].group, kube);
	for (size_t i = 0; i < definitions->n; i++) {
		const struct cluster_definition *definition =
			definitions->entries[i].value;

		map_set(kube->groups, definition->group, kube);
	}
}

int kube_identify(void *data, struct objects *want, struct err *err)
{
	struct kube *kube = data;
	struct arena *arena = kube->run->arena;
	bool known = true;

	kube->definitions = cluster_definitions(arena, want);
	add_groups(kube, want);
	/* Once will do where it was only for the records before. */
	if (!kube->fresh || !kube->kinds.all) {
		run_progress(kube->run, "asking for kinds", 0, 0);
		if (kube_rediscover(kube, err) < 0)
			return -1;
	}
	kube->fresh = !want->n;
	for (size_t i = 0; i < want->n; i++)
		known &= identify_one(kube, &want->v[i], err);
	if (!known)
		return -1;
	warn_of_stale(kube);
	return 0;
}
