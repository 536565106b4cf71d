/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/kube/fold.h"

#include <string.h>

#include "cluster/kube/refuse.h"
#include "cluster/kube/status.h"
#include "document/document.h"
#include "object/fields.h"

#define ROUNDS 5 /* of reading again what somebody else has written */

static json_t *parse(struct arena *arena, struct bytes text)
{
	AUTO_ERR struct err ignored = { 0 };
	json_t *object;

	if (!text.len ||
	    doc_read_json(arena, "object", text, &object, &ignored) < 0)
		return NULL;
	return object;
}

bool kube_folds(struct bytes object)
{
	AUTO_ARENA struct arena *scratch = arena_new();

	/* Of most objects a look at the text is enough. */
	if (!object.len ||
	    (!strstr(object.data, "\"kubectl\"") &&
	     !strstr(object.data, "\"kubectl-client-side-apply\"") &&
	     !strstr(object.data, "\"before-first-apply\"")))
		return false;
	return fields_fold(scratch, parse(scratch, object), CLUSTER_MANAGER) !=
	       NULL;
}

/* One object under way: written, or read again. */
struct folding {
	struct cluster_item *item;
	struct bytes *live;
	const char *path;
	bool read;
};

/* NULL, with the item's err, where its kind is not there any more. */
static const char *path_of(struct arena *scratch, const struct kube *kube,
			   struct cluster_item *item)
{
	struct kube_resource resource;

	if (!kube_item_resource(kube, item, &resource))
		return NULL;
	resource.version = item->want->version;
	return kube_path(scratch, &resource, item->want->namespace,
			 item->want->name, "");
}

/*
 * The resourceVersion makes it a write of what was read: where somebody else
 * was faster, the server answers 409.
 */
static struct bytes fold_patch(struct arena *scratch, struct bytes text)
{
	const json_t *live = parse(scratch, text);
	json_t *fields = fields_fold(scratch, live, CLUSTER_MANAGER);
	json_t *version = doc_get(live, "metadata", "resourceVersion", NULL);
	json_t *patch = doc_array(scratch);
	json_t *one = doc_object(scratch), *two = doc_object(scratch);

	doc_set_string(one, "replace", "op", NULL);
	doc_set_string(one, "/metadata/managedFields", "path", NULL);
	doc_set(one, fields, "value", NULL);
	json_array_append(patch, one);
	doc_set_string(two, "replace", "op", NULL);
	doc_set_string(two, "/metadata/resourceVersion", "path", NULL);
	doc_set(two, version, "value", NULL);
	json_array_append(patch, two);
	return kube_json(scratch, patch);
}

static void make_call(struct arena *scratch, const struct folding *folding,
		      struct kube_call *call)
{
	*call = (struct kube_call){ .arena = scratch };
	if (folding->read) {
		call->method = "GET";
		call->path = folding->path;
		return;
	}
	call->method = "PATCH";
	call->path = arena_printf(scratch, "%s?fieldManager=" CLUSTER_MANAGER,
				  folding->path);
	call->content_type = "application/json-patch+json";
	call->body = fold_patch(scratch, *folding->live);
}

/* Is there more to do for it? */
static bool take_answer(struct kube *kube, struct folding *folding,
			struct kube_call *call)
{
	const struct bytes body = call->response.body;

	switch (call->response.status) {
	case 200:
		*folding->live = (struct bytes){
			arena_strndup(kube->run->arena, body.data, body.len),
			body.len,
		};
		/* What was written is folded, what was read may be. */
		if (!folding->read || !kube_folds(*folding->live))
			return false;
		folding->read = false;
		return true;
	case 404:
		/* Then the apply makes it, with nothing to fold. */
		return false;
	case 409:
		folding->read = true;
		return true;
	default:
		kube_refuse(call, &folding->item->err);
		return false;
	}
}

static int fold_round(struct kube *kube, struct folding *foldings, size_t *n,
		      struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct kube_call *calls = arena_array(scratch, *n, sizeof(*calls));
	size_t left = 0;
	int status;

	for (size_t i = 0; i < *n; i++)
		make_call(scratch, &foldings[i], &calls[i]);
	status = kube_client_all(kube->client, calls, *n, err);
	for (size_t i = 0; status == 0 && i < *n; i++)
		if (take_answer(kube, &foldings[i], &calls[i]))
			foldings[left++] = foldings[i];
	for (size_t i = 0; i < *n; i++)
		err_clear(&calls[i].response.err);
	*n = left;
	return status;
}

int kube_fold_all(struct kube *kube, struct cluster_item **items,
		  struct bytes *lives, size_t n, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct folding *foldings = arena_array(scratch, n, sizeof(*foldings));
	size_t left = 0;

	for (size_t i = 0; i < n; i++) {
		struct folding *folding = &foldings[left];

		if (items[i]->err.status != ERR_OK || items[i]->unfolded ||
		    !kube_folds(lives[i]))
			continue;
		folding->item = items[i];
		folding->live = &lives[i];
		folding->path = path_of(scratch, kube, items[i]);
		if (folding->path)
			left++;
	}
	/* Twice a round: to read it again and to write it again. */
	for (int round = 0; left && round < 2 * ROUNDS; round++)
		if (fold_round(kube, foldings, &left, err) < 0)
			return -1;
	for (size_t i = 0; i < left; i++)
		err_set(&foldings[i].item->err, ERR_TEMPORARY,
			"others keep writing it");
	return 0;
}

/*
 * Does the set have anything at or below the field of a cause?  Of
 * "spec.template.spec.volumes[0].name" only what is before the index counts:
 * sets name items by their keys.
 */
static bool owns_place(struct arena *scratch, const json_t *set,
		       const char *field)
{
	while (set && *field && *field != '[') {
		size_t n = strcspn(field, ".[");

		set = json_object_get(set, arena_printf(scratch, "f:%.*s",
							(int)n, field));
		field += n + (field[n] == '.');
	}
	return set != NULL;
}

bool kube_fold_cures(const struct cluster_item *item, struct bytes answer)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const json_t *said = kube_status_parse(scratch, answer), *cause;
	const json_t *folded;
	bool any = false;
	size_t i;

	if (!item->fold)
		return false;
	folded = fields_folded(scratch, parse(scratch, item->live),
			       CLUSTER_MANAGER);
	json_array_foreach(doc_get(said, "details", "causes", NULL), i, cause) {
		const char *field = doc_get_string(cause, "field", NULL);

		if (!field || !owns_place(scratch, folded, field))
			return false;
		any = true;
	}
	return any;
}

static bool is_folded_by_apply(const struct cluster_item *item)
{
	if (item->unchecked || item->unfolded || item->immutable ||
	    item->anew || item->err.status != ERR_OK)
		return false;
	return kube_folds(item->live) || kube_folds(item->merged);
}

/* What is left of the server's answer once what nobody owns is gone; NULL
 * where that is all of it. */
static json_t *without_given_up(struct arena *scratch,
				const struct cluster_item *item)
{
	const json_t *live = parse(scratch, item->live);
	const json_t *applied = parse(scratch, item->merged);
	const json_t *set = fields_given_up(scratch, live, applied,
					    CLUSTER_MANAGER);

	if (fields_empty(set))
		return NULL;
	return fields_remove(scratch, applied, set);
}

static void take_updated(struct kube *kube, struct cluster_item *item,
			 struct kube_call *call)
{
	const struct bytes body = call->response.body;
	struct arena *arena = kube->run->arena;

	switch (call->response.status) {
	case 200:
		item->merged = (struct bytes){
			arena_strndup(arena, body.data, body.len), body.len
		};
		return;
	case 403:
	case 405:
		/* We may apply, but not update: then without the defaults
		 * that the server would put in the place of what goes. */
		item->merged = (struct bytes){
			arena_strndup(arena, call->body.data, call->body.len),
			call->body.len
		};
		return;
	case 409:
		err_set(&item->err, ERR_TEMPORARY,
			"somebody else has written it while it was tried");
		return;
	default:
		kube_refuse(call, &item->err);
	}
}

int kube_fold_tried(struct kube *kube, struct cluster_item **items, size_t n,
		    struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct cluster_item **sent = arena_array(scratch, n, sizeof(*sent));
	struct kube_call *calls = arena_array(scratch, n, sizeof(*calls));
	size_t n_sent = 0;
	int status;

	for (size_t i = 0; i < n; i++) {
		const json_t *rest = NULL;
		const char *path = NULL;

		if (is_folded_by_apply(items[i]))
			rest = without_given_up(scratch, items[i]);
		if (rest)
			path = path_of(scratch, kube, items[i]);
		if (!path)
			continue;
		sent[n_sent] = items[i];
		calls[n_sent++] = (struct kube_call){
			.method = "PUT",
			.path = arena_printf(scratch,
					     "%s?fieldManager=" CLUSTER_MANAGER
					     "&dryRun=All",
					     path),
			.content_type = "application/json",
			.body = kube_json(scratch, rest),
			.arena = scratch,
		};
	}
	status = kube_client_all(kube->client, calls, n_sent, err);
	for (size_t i = 0; status == 0 && i < n_sent; i++)
		take_updated(kube, sent[i], &calls[i]);
	for (size_t i = 0; i < n_sent; i++)
		err_clear(&calls[i].response.err);
	return status;
}
