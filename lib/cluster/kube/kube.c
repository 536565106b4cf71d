/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/kube/kube.h"

#include <string.h>

#include "cluster/kube/state.h"
#include "document/document.h"

static const struct http_counts *counts(const void *data)
{
	const struct kube *kube = data;

	return kube_client_counts(kube->client);
}

static const struct cluster_backend backend = {
	.identify = kube_identify,
	.read = kube_read,
	.try = kube_try,
	.apply = kube_apply,
	.settle = kube_settle,
	.delete = kube_delete,
	.wait = kube_wait,
	.note = kube_note,
	.counts = counts,
};

static void release_kinds(void *handle)
{
	struct kube *kube = handle;

	arena_free(kube->kinds_arena);
}

int kube_rediscover(struct kube *kube, struct err *err)
{
	struct arena *arena = arena_new();
	struct kube_kinds kinds;

	if (kube_discover(kube->client, arena, kube->groups, &kinds, err) < 0) {
		arena_free(arena);
		return -1;
	}
	arena_free(kube->kinds_arena);
	kube->kinds_arena = arena;
	kube->kinds = kinds;
	return 0;
}

int kube_open(struct run *run, const struct cluster_args *args,
	      struct cluster **out, struct err *err)
{
	struct kube *kube = arena_alloc(run->arena, sizeof(*kube));
	struct cluster *cluster = arena_alloc(run->arena, sizeof(*cluster));

	kube->run = run;
	arena_defer(run->arena, release_kinds, kube);
	kube->no_force = args->no_force;
	kube->full = args->full;
	if (kube_client_open(run, args, &kube->client, err) < 0)
		return -1;
	*cluster = (struct cluster){
		.kind = "kube",
		.name = kube_client_context(kube->client),
		.server = kube_client_server(kube->client),
		.marks = true,
		.backend = &backend,
		.data = kube,
	};
	*out = cluster;
	return 0;
}

/* The same kind at another version, which the server has now. */
static const struct kube_kind *any_version(const struct kube *kube,
					   const struct object *object)
{
	for (size_t i = 0; i < kube->kinds.n; i++) {
		const struct kube_kind *kind = kube->kinds.v[i];

		if (object_is(object, kind->group, kind->kind))
			return kind;
	}
	return NULL;
}

bool kube_is_away(const struct kube *kube, const struct object *object)
{
	AUTO_ARENA struct arena *scratch = arena_new();

	return map_has(kube->kinds.stale,
		       arena_printf(scratch, "%s/%s", object->group,
				    object->version));
}

/* A kind that is not served yet lives, if at all, at another version. */
static bool find_coming(const struct kube *kube, const struct object *object,
			const struct cluster_definition *definition,
			struct kube_resource *out)
{
	const struct kube_kind *kind;

	if (!definition ||
	    !cluster_definition_serves(definition, object->version) ||
	    kube_is_away(kube, object))
		return false;
	kind = any_version(kube, object);
	*out = (struct kube_resource){
		.group = object->group,
		.version = kind ? kind->version : object->version,
		.plural = definition->plural,
		.namespaced = definition->namespaced,
		.can_list = kind != NULL,
		.comes = true,
		.defined = true,
	};
	return true;
}

bool kube_find_resource(const struct kube *kube, const struct object *object,
			struct kube_resource *out)
{
	const struct cluster_definition *definition =
		cluster_definition_of(kube->definitions, object);
	const struct kube_kind *kind =
		kube_kinds_find(&kube->kinds, object->group, object->version,
				object->kind);

	if (!kind && !object->doc)
		kind = any_version(kube, object);
	if (!kind)
		return find_coming(kube, object, definition, out);
	*out = (struct kube_resource){
		.group = kind->group,
		.version = kind->version,
		.plural = kind->plural,
		.namespaced = kind->namespaced,
		.can_list = kind->can_list,
		.defined = definition != NULL,
	};
	return true;
}

/* A server of a group may have gone away since kube_identify(). */
bool kube_item_resource(const struct kube *kube, struct cluster_item *item,
			struct kube_resource *out)
{
	if (kube_find_resource(kube, item->want, out))
		return true;
	if (kube_is_away(kube, item->want))
		return err_set(&item->err, ERR_TEMPORARY,
			       "the server of %s does not answer just now",
			       item->want->api_version) == 0;
	return err_set(&item->err,
		       item->want->doc ? ERR_TEMPORARY : ERR_NOT_FOUND,
		       "this cluster has no kind %s in %s any more",
		       item->want->kind, item->want->api_version) == 0;
}

char *kube_path(struct arena *arena, const struct kube_resource *resource,
		const char *namespace, const char *name, const char *query)
{
	AUTO_STR struct str path = STR_INIT(STR_BIG);

	if (*resource->group)
		str_printf(&path, "/apis/%s",
			   http_escape(arena, resource->group));
	else
		str_add(&path, "/api");
	str_printf(&path, "/%s", http_escape(arena, resource->version));
	if (resource->namespaced && *namespace)
		str_printf(&path, "/namespaces/%s",
			   http_escape(arena, namespace));
	str_printf(&path, "/%s", http_escape(arena, resource->plural));
	if (*name)
		str_printf(&path, "/%s", http_escape(arena, name));
	if (*query)
		str_printf(&path, "?%s", query);
	return str_keep(&path, arena);
}

struct bytes kube_json(struct arena *arena, const json_t *value)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	doc_write_json(&text, value);
	return (struct bytes){ str_keep(&text, arena), text.len };
}

static void list_finalizers(struct str *out, const json_t *live)
{
	const json_t *finalizer;
	const char *before = "";
	size_t i;

	json_array_foreach(doc_get(live, "metadata", "finalizers", NULL), i,
			   finalizer) {
		const char *text = json_string_value(finalizer);

		str_printf(out, "%s%s", before, text ? text : "");
		before = ", ";
	}
}

bool kube_is_going(struct cluster_item *item)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_STR struct str finalizers = STR_INIT(STR_BIG);
	AUTO_ERR struct err ignored = { 0 };
	json_t *live;

	/* Few are, and parsing them all would cost. */
	if (!item->live.len || !strstr(item->live.data, "deletionTimestamp") ||
	    doc_read_json(scratch, "live", item->live, &live, &ignored) < 0 ||
	    !doc_get_string(live, "metadata", "deletionTimestamp", NULL))
		return false;
	list_finalizers(&finalizers, live);
	err_set(&item->err, ERR_TEMPORARY, "is being deleted%s%s%s",
		finalizers.len ? " (finalizers: " : "", str_text(&finalizers),
		finalizers.len ? ")" : "");
	err_hint(&item->err, "wait until it is gone%s",
		 finalizers.len ? ", or find out why its finalizers stay" : "");
	return true;
}
