/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/vec.h"
#include "cluster/kube/fold.h"
#include "cluster/kube/list.h"
#include "cluster/kube/refuse.h"
#include "cluster/kube/state.h"
#include "document/document.h"
#include "object/proof.h"

#define PAGE     500
#define GET_MOST 4 /* so few objects of a kind are asked for one by one */
#define KEY_CAP  1024

struct item_list {
	struct cluster_item **v;
	size_t n;
	size_t room;
};

/* Objects to be asked for one by one, and what leads to each. */
struct single {
	struct cluster_item *item;
	const char *path;
};

struct singles {
	struct single *v;
	size_t n;
	size_t room;
};

/* The wanted objects of one kind, and the LIST that reads them. */
struct reading {
	struct kube *kube;
	struct kube_resource resource;
	const struct object *first; /* any of them, for its names */
	struct item_list items;
	const char *namespace; /* of all of them, else "" */
	struct map *wanted;    /* "namespace/name" to struct cluster_item */

	struct kube_list list;
	const char *token; /* of the next page, or NULL */
	bool whole;        /* in one page, because a token expired */
	bool done;
};

struct readings {
	struct reading **v;
	size_t n;
	size_t room;
};

static void forget_live(struct cluster_item *item)
{
	item->live = (struct bytes){ 0 };
	item->proved = false;
	item->uid = NULL;
	item->ignored = (struct ignored){ 0 };
}

/* Items of a LIST have neither apiVersion nor kind, except custom ones. */
static struct bytes with_kind(struct arena *arena,
			      const struct reading *reading, struct bytes item)
{
	const struct kube_resource *resource = &reading->resource;
	const char *slash = *resource->group ? "/" : "";
	char *text;

	if (kube_text_member(item, "kind").len)
		text = arena_strndup(arena, item.data, item.len);
	else
		text = arena_printf(
			arena,
			"{\"apiVersion\":\"%s%s%s\",\"kind\":\"%s\",%.*s",
			resource->group, slash, resource->version,
			reading->first->kind, (int)item.len - 1, item.data + 1);
	return (struct bytes){ text, strlen(text) };
}

static void add_text(struct str *out, struct bytes metadata, const char *key)
{
	struct bytes text = kube_text_string(kube_text_member(metadata, key));

	str_add_bytes(out, text.data, text.len);
}

/* Does what lives prove that there is nothing to do? */
static bool prove(struct arena *scratch, const struct kube *kube,
		  const struct cluster_item *item, const json_t *live)
{
	const json_t *doc = item->ignored.doc ? item->ignored.doc :
						item->want->doc;
	const char *why;

	if (kube->full || item->anew)
		return false;
	if (proof_unchanged(scratch, doc, live, CLUSTER_MANAGER, &why))
		return true;
	run_debug(kube->run, "%s is not proved unchanged: %s",
		  object_shown(scratch, item->want), why);
	return false;
}

/*
 * What is not to be sent of it, and is there anything to send?  What lives is
 * parsed here, and once; what is made on the way goes with the item.
 */
static json_t *look_into(struct arena *scratch, const struct kube *kube,
			 struct cluster_item *item, struct bytes live)
{
	const struct object *want = item->want;
	AUTO_ERR struct err err = { 0 };
	json_t *object;

	if (!want->doc || (!want->ignore && (kube->full || item->anew)))
		return NULL;
	if (doc_read_json(scratch, "live", live, &object, &err) < 0) {
		run_debug(kube->run, "%s is not proved unchanged: %s",
			  object_shown(scratch, want), err.msg);
		return NULL;
	}
	if (want->ignore)
		ignore_apply(scratch, want->ignore, want->doc, object,
			     CLUSTER_MANAGER, &item->ignored);
	item->proved = prove(scratch, kube, item, object);
	ignore_keep(kube->run->arena, &item->ignored, !item->proved);
	return object;
}

/* Is there something to wait for, although nothing is to be done? */
static bool is_unhealthy(struct arena *scratch, const struct object *want,
			 const json_t *live)
{
	return health_is_judged(want) &&
	       health_judge(scratch, live, health_generation(live),
			    want->health)
			       .state != HEALTH_CURRENT;
}

/* Keep what lives, unless it tells nothing.  `live` may be borrowed. */
static void take_live(const struct kube *kube, struct cluster_item *item,
		      struct bytes live)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct arena *arena = kube->run->arena;
	const json_t *object;

	forget_live(item);
	object = look_into(scratch, kube, item, live);
	if (item->proved)
		item->uid = arena_strdup(arena,
					 doc_get_string(object, "metadata",
							"uid", NULL));
	if (!item->proved || is_unhealthy(scratch, item->want, object))
		item->live = (struct bytes){
			arena_strndup(arena, live.data, live.len),
			live.len,
		};
}

static int take_item(void *context, struct bytes item, struct err *err)
{
	struct reading *reading = context;
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_STR struct str key = STR_INIT(KEY_CAP);
	const struct bytes metadata = kube_text_member(item, "metadata");
	struct cluster_item *wanted;

	(void)err;
	add_text(&key, metadata, "namespace");
	str_add_char(&key, '/');
	add_text(&key, metadata, "name");
	wanted = map_get(reading->wanted, str_text(&key));
	if (wanted)
		take_live(reading->kube, wanted,
			  with_kind(scratch, reading, item));
	return 0;
}

static int take_data(void *context, const char *data, size_t n, struct err *err)
{
	struct reading *reading = context;

	if (!data) {
		kube_list_reset(&reading->list);
		return 0;
	}
	return kube_list_feed(&reading->list, data, n, err);
}

static void release_list(void *handle)
{
	kube_list_release(handle);
}

static struct reading *open_reading(struct arena *scratch, struct kube *kube,
				    const struct kube_resource *resource,
				    const struct object *first)
{
	struct reading *reading = arena_alloc(scratch, sizeof(*reading));

	*reading = (struct reading){
		.kube = kube,
		.resource = *resource,
		.first = first,
		.namespace = first->namespace,
		.wanted = map_new(scratch),
	};
	kube_list_init(&reading->list, take_item, reading);
	arena_defer(scratch, release_list, &reading->list);
	return reading;
}

static void add_item(struct arena *scratch, struct reading *reading,
		     struct cluster_item *item)
{
	const struct object *want = item->want;

	*vec_push(scratch, &reading->items) = item;
	if (!str_equal(reading->namespace, want->namespace))
		reading->namespace = "";
	map_set(reading->wanted,
		arena_printf(scratch, "%s/%s", want->namespace, want->name),
		item);
}

/* One reading for each kind.  A kind that nobody serves has no objects. */
static void sort_out(struct arena *scratch, struct kube *kube,
		     struct cluster_item **items, size_t n,
		     struct readings *out)
{
	struct map *kinds = map_new(scratch);

	for (size_t i = 0; i < n; i++) {
		const struct object *want = items[i]->want;
		const char *key = arena_printf(scratch, "%s/%s",
					       want->api_version, want->kind);
		struct reading *reading = map_get(kinds, key);
		struct kube_resource resource;

		forget_live(items[i]);
		if (!reading) {
			if (!kube_item_resource(kube, items[i], &resource) ||
			    (resource.comes && !resource.can_list))
				continue;
			reading = open_reading(scratch, kube, &resource, want);
			map_set(kinds, key, reading);
			*vec_push(scratch, out) = reading;
		}
		add_item(scratch, reading, items[i]);
	}
}

static void make_list_call(struct arena *scratch, struct reading *reading,
			   struct kube_call *call)
{
	AUTO_STR struct str query = STR_INIT(STR_BIG);

	if (!reading->whole)
		str_printf(&query, "limit=%d", PAGE);
	if (reading->token)
		str_printf(&query, "&continue=%s",
			   http_escape(scratch, reading->token));
	kube_list_reset(&reading->list);
	*call = (struct kube_call){
		.method = "GET",
		.path = kube_path(scratch, &reading->resource,
				  reading->namespace, "", str_text(&query)),
		.arena = scratch,
		.sink = take_data,
		.context = reading,
	};
}

static int take_page(struct arena *scratch, struct reading *reading,
		     const struct kube_call *call, struct err *err)
{
	const char *next;

	if (kube_list_end(&reading->list, scratch, &next, err) < 0)
		return err_wrap(err, "GET %s", call->path);
	if (next && reading->token && str_equal(next, reading->token))
		return err_set(err, ERR_FAILED,
			       "GET %s: the server gives the same page again",
			       call->path);
	reading->token = next;
	reading->done = !next;
	return 0;
}

/*
 * The token has expired: what was read so far is of another moment than what
 * would come.  So from the start, and all at once.
 */
static void restart(struct reading *reading)
{
	for (size_t i = 0; i < reading->items.n; i++)
		forget_live(reading->items.v[i]);
	reading->token = NULL;
	reading->whole = true;
}

static void add_singles(struct arena *scratch, const struct reading *reading,
			struct singles *out)
{
	for (size_t i = 0; i < reading->items.n; i++) {
		struct cluster_item *item = reading->items.v[i];

		*vec_push(scratch, out) = (struct single){
			.item = item,
			.path = kube_path(scratch, &reading->resource,
					  item->want->namespace,
					  item->want->name, ""),
		};
	}
}

static int take_answer(struct arena *scratch, struct reading *reading,
		       struct kube_call *call, struct singles *singly,
		       struct err *err)
{
	switch (call->response.status) {
	case 200:
		return take_page(scratch, reading, call, err);
	case 410:
		if (reading->whole)
			break;
		restart(reading);
		return 0;
	case 403:
		/* Who may not list all may still read some. */
		add_singles(scratch, reading, singly);
		reading->done = true;
		return 0;
	default:
		break;
	}
	return kube_client_fail(reading->kube->client, call, err);
}

/* Some pages may have come, others not: all errs are taken care of. */
static void drop_errors(struct kube_call *calls, size_t n)
{
	for (size_t i = 0; i < n; i++)
		err_clear(&calls[i].response.err);
}

/* One page of each list that has more; all at the same time. */
static int read_pages(struct arena *scratch, struct kube *kube,
		      struct reading **lists, size_t n, struct singles *singly,
		      struct err *err)
{
	struct kube_call *calls = arena_array(scratch, n, sizeof(*calls));
	int status;

	for (size_t i = 0; i < n; i++)
		make_list_call(scratch, lists[i], &calls[i]);
	status = kube_client_all(kube->client, calls, n, err);
	for (size_t i = 0; status == 0 && i < n; i++)
		status = take_answer(scratch, lists[i], &calls[i], singly, err);
	drop_errors(calls, n);
	return status;
}

static int read_lists(struct arena *scratch, struct kube *kube,
		      struct readings *lists, struct singles *singly,
		      struct err *err)
{
	size_t total = lists->n;

	while (lists->n) {
		size_t left = 0;

		run_progress(kube->run, "reading", total - lists->n, total);
		if (read_pages(scratch, kube, lists->v, lists->n, singly, err) <
		    0)
			return -1;
		for (size_t i = 0; i < lists->n; i++)
			if (!lists->v[i]->done)
				lists->v[left++] = lists->v[i];
		lists->n = left;
	}
	return 0;
}

static void take_single(const struct kube *kube, struct cluster_item *item,
			struct kube_call *call)
{
	if (call->response.status == 200)
		take_live(kube, item, call->response.body);
	else if (call->response.status != 404)
		kube_refuse(call, &item->err);
}

static int read_singly(struct arena *scratch, struct kube *kube,
		       const struct singles *singly, struct err *err)
{
	const size_t n = singly->n;
	struct kube_call *calls = arena_array(scratch, n, sizeof(*calls));
	int status;

	for (size_t i = 0; i < n; i++)
		calls[i] = (struct kube_call){
			.method = "GET",
			.path = singly->v[i].path,
			.arena = scratch,
		};
	run_progress(kube->run, "reading", 0, n);
	status = kube_client_all(kube->client, calls, n, err);
	if (status == 0)
		status = kube_check_answers(kube, calls, n, err);
	for (size_t i = 0; status == 0 && i < n; i++)
		take_single(kube, singly->v[i].item, &calls[i]);
	drop_errors(calls, n);
	return status;
}

int kube_read(void *data, struct cluster_item **items, size_t n,
	      struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct kube *kube = data;
	struct readings readings = { 0 }, lists = { 0 };
	struct singles singly = { 0 };

	sort_out(scratch, kube, items, n, &readings);
	for (size_t i = 0; i < readings.n; i++) {
		struct reading *reading = readings.v[i];

		if (reading->items.n > GET_MOST && reading->resource.can_list)
			*vec_push(scratch, &lists) = reading;
		else
			add_singles(scratch, reading, &singly);
	}
	if (read_lists(scratch, kube, &lists, &singly, err) < 0 ||
	    (singly.n && read_singly(scratch, kube, &singly, err) < 0))
		return -1;
	for (size_t i = 0; i < n; i++)
		items[i]->fold = kube_folds(items[i]->live);
	return 0;
}
