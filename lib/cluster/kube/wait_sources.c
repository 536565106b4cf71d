/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What is followed during a wait: the objects by their kinds; and beside them
 * the warnings of their namespaces and, where there are workloads, the pods
 * and ReplicaSets, which say why something is not healthy.
 */

#include "base/vec.h"
#include "cluster/kube/wait.h"
#include "document/document.h"

/* In more namespaces than these, what explains is followed in all at once. */
#define EXPLAINED_MOST 8

/* Objects that are followed together. */
struct group {
	struct kube_waiting *waiting;
	struct map *by_name; /* "namespace/name" to struct kube_waited */
};

/* ---- the objects ---- */

static void add_text(struct str *out, struct bytes metadata, const char *key)
{
	struct bytes text = kube_text_string(kube_text_member(metadata, key));

	str_add_bytes(out, text.data, text.len);
}

/* Most of what comes is not ours, and is not parsed. */
static struct kube_waited *find_waited(const struct group *group,
				       struct bytes object)
{
	AUTO_STR struct str key = STR_INIT(STR_BIG);
	struct bytes metadata = kube_text_member(object, "metadata");

	add_text(&key, metadata, "namespace");
	str_add_char(&key, '/');
	add_text(&key, metadata, "name");
	return map_get(group->by_name, str_text(&key));
}

/*
 * Members of a LIST have neither apiVersion nor kind.  What cannot be read
 * changes nothing.
 */
static json_t *read_object(struct arena *scratch, struct bytes text,
			   const char *api_version, const char *kind)
{
	AUTO_ERR struct err ignored = { 0 };
	json_t *object;

	if (doc_read_json(scratch, "answer of the cluster", text, &object,
			  &ignored) < 0)
		return NULL;
	doc_set_string(object, api_version, "apiVersion", NULL);
	doc_set_string(object, kind, "kind", NULL);
	return object;
}

static void take_object(struct kube_source *source, struct bytes text,
			bool gone)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const struct group *group = source->context;
	struct kube_waited *one = find_waited(group, text);
	const json_t *object;

	if (!one)
		return;
	one->listed = true;
	object = read_object(scratch, text, one->item->want->api_version,
			     one->item->want->kind);
	if (gone)
		kube_waited_gone(group->waiting, one);
	else if (object)
		kube_waited_look(group->waiting, one, object);
}

static void objects_listed(struct kube_source *source, bool whole)
{
	const struct group *group = source->context;

	for (size_t i = 0; i < group->by_name->n; i++) {
		struct kube_waited *one = group->by_name->entries[i].value;

		if (!whole)
			one->listed = false;
		else if (!one->listed)
			kube_waited_gone(group->waiting, one);
	}
}

static bool is_of_objects(const struct kube_source *source)
{
	return source->take == take_object;
}

/* One object is followed by its name, however many others there are. */
static void add_group(struct kube_waiting *waiting,
		      const struct kube_waited_list *list,
		      const char *namespace)
{
	struct arena *arena = waiting->arena;
	struct group *group = arena_alloc(arena, sizeof(*group));
	struct kube_source *source = kube_source_new(arena);

	*group = (struct group){ waiting, map_new(arena) };
	for (size_t i = 0; i < list->n; i++) {
		const struct object *want = list->v[i]->item->want;

		map_set(group->by_name,
			arena_printf(arena, "%s/%s", want->namespace,
				     want->name),
			list->v[i]);
	}
	source->resource = list->v[0]->resource;
	source->namespace = namespace;
	if (list->n == 1)
		source->selector =
			arena_printf(arena, "fieldSelector=metadata.name%%3D%s",
				     http_escape(arena,
						 list->v[0]->item->want->name));
	source->take = take_object;
	source->listed = objects_listed;
	source->context = group;
	*vec_push(arena, &waiting->sources) = source;
}

static void add_to(struct arena *arena, struct map *lists, const char *key,
		   struct kube_waited *one)
{
	struct kube_waited_list *list = map_get(lists, key);

	if (!list) {
		list = arena_alloc(arena, sizeof(*list));
		map_set(lists, key, list);
	}
	*vec_push(arena, list) = one;
}

const struct map *kube_waited_by_kind(struct arena *arena,
				      const struct kube_waited_list *list)
{
	struct map *kinds = map_new(arena);

	for (size_t i = 0; i < list->n; i++) {
		const struct object *want = list->v[i]->item->want;

		add_to(arena, kinds,
		       arena_printf(arena, "%s/%s", want->api_version,
				    want->kind),
		       list->v[i]);
	}
	return kinds;
}

/* One source a kind, in the namespace that is the same for all, or in all. */
static void open_objects(struct kube_waiting *waiting)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const struct map *kinds = kube_waited_by_kind(scratch,
						      &waiting->objects);

	for (size_t i = 0; i < kinds->n; i++) {
		const struct kube_waited_list *list = kinds->entries[i].value;
		const char *namespace = list->v[0]->item->want->namespace;

		for (size_t k = 1; k < list->n; k++)
			if (!str_equal(namespace,
				       list->v[k]->item->want->namespace))
		namespace = "";
		add_group(waiting, list, namespace);
	}
}

/* ---- what explains them ---- */

static void judge_uid(struct kube_waiting *waiting, const char *uid)
{
	struct kube_waited *one = uid ? map_get(waiting->by_uid, uid) : NULL;

	if (one)
		kube_waited_judge(waiting, one);
}

static void take_pod(struct kube_source *source, struct bytes text, bool gone)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct kube_waiting *waiting = source->context;
	const json_t *object = read_object(scratch, text, "v1", "Pod");

	if (object)
		judge_uid(waiting,
			  kube_pods_take_pod(&waiting->pods, object, gone));
}

static void pods_listed(struct kube_source *source, bool whole)
{
	struct kube_waiting *waiting = source->context;

	if (!whole)
		kube_pods_forget_pods(&waiting->pods, source->namespace);
}

static void take_set(struct kube_source *source, struct bytes text, bool gone)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct kube_waiting *waiting = source->context;
	const json_t *object = read_object(scratch, text, "apps/v1",
					   "ReplicaSet");

	if (object)
		judge_uid(waiting,
			  kube_pods_take_set(&waiting->pods, object, gone));
}

static void take_event(struct kube_source *source, struct bytes text, bool gone)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct kube_waiting *waiting = source->context;
	const json_t *object = read_object(scratch, text, "v1", "Event");

	if (object && !gone)
		judge_uid(waiting,
			  kube_pods_take_event(&waiting->pods, object,
					       kube_source_is_listing(source)));
}

/* Of a ReplicaSet or an event that is gone nothing follows. */
static void others_listed(struct kube_source *source, bool whole)
{
	(void)source;
	(void)whole;
}

static void add_explainer(struct kube_waiting *waiting, const char *group,
			  const char *plural, const char *namespace,
			  void (*take)(struct kube_source *source,
				       struct bytes object, bool gone))
{
	struct kube_source *source = kube_source_new(waiting->arena);

	source->resource = (struct kube_resource){
		.group = group,
		.version = "v1",
		.plural = plural,
		.namespaced = true,
		.can_list = true,
	};
	source->namespace = namespace;
	source->take = take;
	source->listed = others_listed;
	source->context = waiting;
	if (take == take_pod)
		source->listed = pods_listed;
	if (take == take_event)
		source->selector = "fieldSelector=type%3DWarning";
	*vec_push(waiting->arena, &waiting->sources) = source;
}

static void explain(struct kube_waiting *waiting, const char *namespace,
		    bool pods)
{
	add_explainer(waiting, "", "events", namespace, take_event);
	if (!pods)
		return;
	add_explainer(waiting, "", "pods", namespace, take_pod);
	add_explainer(waiting, "apps", "replicasets", namespace, take_set);
}

/* In each namespace where something is not healthy, or in all at once. */
static void open_explainers(struct kube_waiting *waiting)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct map *spaces = map_new(scratch); /* not NULL: with pods */
	struct kube_workload ignored;
	bool any_pods = false;

	for (size_t i = 0; i < waiting->objects.n; i++) {
		const struct object *want = waiting->objects.v[i]->item->want;
		bool pods = kube_workload_read(scratch, want->doc, &ignored);

		if (!*want->namespace)
			continue;
		any_pods |= pods;
		if (pods || !map_has(spaces, want->namespace))
			map_set(spaces, want->namespace, pods ? waiting : NULL);
	}
	if (spaces->n > EXPLAINED_MOST) {
		explain(waiting, "", any_pods);
		return;
	}
	for (size_t i = 0; i < spaces->n; i++)
		explain(waiting,
			arena_strdup(waiting->arena, spaces->entries[i].key),
			spaces->entries[i].value != NULL);
}

/* ---- all of them ---- */

void kube_waiting_open(struct kube_waiting *waiting, bool objects)
{
	if (objects)
		open_objects(waiting);
	open_explainers(waiting);
}

static bool has_settled(const struct group *group)
{
	for (size_t i = 0; i < group->by_name->n; i++)
		if (!kube_waited_is_settled(group->by_name->entries[i].value))
			return false;
	return true;
}

void kube_waiting_drop_settled(struct kube_waiting *waiting)
{
	size_t n = 0;

	for (size_t i = 0; i < waiting->sources.n; i++) {
		struct kube_source *source = waiting->sources.v[i];

		if (!is_of_objects(source) || !has_settled(source->context))
			waiting->sources.v[n++] = source;
	}
	waiting->sources.n = n;
}

static bool is_refused(const struct kube_source *source)
{
	return is_of_objects(source) && source->refused.status;
}

bool kube_waiting_is_refused(const struct kube_waiting *waiting)
{
	for (size_t i = 0; i < waiting->sources.n; i++)
		if (is_refused(waiting->sources.v[i]))
			return true;
	return false;
}

/* A source for each namespace, in place of one for all. */
static int narrow(struct kube_waiting *waiting, struct kube_source *source,
		  struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const struct group *group = source->context;
	struct map *spaces = map_new(scratch);

	if (!source->resource.namespaced || *source->namespace) {
		*err = source->refused;
		source->refused = (struct err){ 0 };
		return err_hint(err, "allow 'list' and 'watch' for it, or do "
				     "not wait: --wait 0");
	}
	for (size_t i = 0; i < group->by_name->n; i++) {
		struct kube_waited *one = group->by_name->entries[i].value;

		add_to(scratch, spaces, one->item->want->namespace, one);
	}
	for (size_t i = 0; i < spaces->n; i++) {
		const struct kube_waited_list *list = spaces->entries[i].value;

		add_group(waiting, list, list->v[0]->item->want->namespace);
	}
	return 0;
}

int kube_waiting_narrow(struct kube_waiting *waiting, struct err *err)
{
	const size_t n = waiting->sources.n;
	struct kube_source **old = waiting->sources.v;

	waiting->sources.n = 0;
	waiting->sources.v = NULL;
	waiting->sources.room = 0;
	for (size_t i = 0; i < n; i++) {
		if (!is_refused(old[i]))
			*vec_push(waiting->arena, &waiting->sources) = old[i];
		else if (narrow(waiting, old[i], err) < 0)
			return -1;
	}
	return 0;
}
