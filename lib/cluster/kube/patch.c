/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/kube/patch.h"

#include <string.h>

#include "base/clock.h"
#include "cluster/kube/conflict.h"
#include "cluster/kube/refuse.h"
#include "cluster/kube/status.h"
#include "document/document.h"

#define APPLY_TYPE    "application/apply-patch+yaml"
#define BODY_MOST     ((size_t)3 << 20) /* the API server's own limit */
#define AGAIN_MOST    5                 /* after a write by somebody else */
#define AGAIN_MS      500
#define NEW_KIND_MS   30000 /* until every API server knows a new kind */
#define NEW_KIND_WAIT 1000

bool kube_patch_init(const struct kube *kube, struct cluster_item *item,
		     struct kube_patch *patch)
{
	item->given_up = NULL;
	*patch = (struct kube_patch){
		.item = item,
		.namespace = item->want->namespace,
		.name = item->want->name,
		.doc = cluster_item_doc(item),
		.arena = kube->run->arena,
		.forced = !kube->no_force,
	};
	if (!kube_item_resource(kube, item, &patch->resource))
		return false;
	patch->resource.version = item->want->version;
	return true;
}

bool kube_patch_done(const struct kube_patch *patch)
{
	return patch->sent && patch->call.response.status >= 200 &&
	       patch->call.response.status <= 299;
}

void kube_patch_drop(struct kube_patch *patches, size_t n)
{
	for (size_t i = 0; i < n; i++)
		err_clear(&patches[i].call.response.err);
}

static bool make_call(struct arena *scratch, struct kube_patch *patch,
		      bool dry_run)
{
	const char *query = arena_printf(scratch,
					 "fieldManager=" CLUSTER_MANAGER
					 "&force=%s&fieldValidation=Strict%s",
					 patch->forced ? "true" : "false",
					 dry_run ? "&dryRun=All" : "");

	patch->call = (struct kube_call){
		.method = "PATCH",
		.path = kube_path(scratch, &patch->resource, patch->namespace,
				  patch->name, query),
		.content_type = APPLY_TYPE,
		.body = kube_json(scratch, patch->doc),
		.arena = patch->arena,
	};
	if (patch->call.body.len <= BODY_MOST)
		return true;
	err_set(&patch->item->err, ERR_REFUSED,
		"is %zu bytes long; an API server takes at most %zu",
		patch->call.body.len, BODY_MOST);
	return false;
}

/*
 * Send those in `pending` and leave the answers in them.  The calls of one
 * round are one array, because they are sent together.
 */
static int send_round(struct arena *scratch, struct kube *kube,
		      struct kube_patch **pending, size_t n, bool dry_run,
		      struct err *err)
{
	struct kube_call *calls = arena_array(scratch, n, sizeof(*calls));
	struct kube_patch **sent = arena_array(scratch, n, sizeof(*sent));
	size_t n_sent = 0;
	int status;

	for (size_t i = 0; i < n; i++) {
		err_clear(&pending[i]->call.response.err);
		pending[i]->sent = false;
		if (!make_call(scratch, pending[i], dry_run))
			continue;
		sent[n_sent] = pending[i];
		calls[n_sent++] = pending[i]->call;
	}
	status = kube_client_all(kube->client, calls, n_sent, err);
	if (status == 0)
		status = kube_check_answers(kube, calls, n_sent, err);
	for (size_t i = 0; i < n_sent; i++) {
		sent[i]->call = calls[i];
		sent[i]->sent = true;
		sent[i]->tries++;
	}
	return status;
}

/* Leave what is contested to others, and take what is left. */
static bool give_way(struct kube *kube, struct kube_patch *patch)
{
	struct arena *arena = kube->run->arena;
	json_t *doc = doc_copy(arena, patch->doc);
	char *given_up = kube_give_up(arena, patch->call.response.body, doc);

	if (!given_up)
		return false;
	patch->doc = doc;
	patch->forced = true;
	if (*given_up)
		patch->item->given_up = given_up;
	return true;
}

/* Is it a 404 of the kind, and not of the object or its namespace? */
static bool is_unknown_kind(const struct kube_patch *patch)
{
	AUTO_ARENA struct arena *scratch = arena_new();

	return !doc_get(kube_status_parse(scratch, patch->call.response.body),
			"details", "name", NULL);
}

/* How long to wait until it is sent again; -1 for not at all. */
static int64_t again_after(struct kube *kube, struct kube_patch *patch,
			   bool dry_run, int64_t since)
{
	switch (patch->call.response.status) {
	case 409:
		if (!patch->forced && give_way(kube, patch))
			return 0;
		return patch->tries < AGAIN_MOST ? AGAIN_MS : -1;
	case 404:
		if (!dry_run && patch->resource.defined &&
		    clock_ms() - since < NEW_KIND_MS && is_unknown_kind(patch))
			return NEW_KIND_WAIT;
		return -1;
	default:
		return -1;
	}
}

/*
 * Server-side apply tells of one unknown field only.  An object that is to be
 * created is checked as a whole: the dry-run of that, which cannot succeed,
 * tells of all.
 */
static int ask_for_all_faults(struct arena *scratch, struct kube *kube,
			      struct kube_patch *patches, size_t n,
			      struct err *err)
{
	struct kube_patch **typed = arena_array(scratch, n, sizeof(*typed));
	struct kube_call *calls = arena_array(scratch, n, sizeof(*calls));
	size_t n_typed = 0;
	int status;

	for (size_t i = 0; i < n; i++) {
		struct kube_patch *patch = &patches[i];

		if (!patch->sent || !kube_is_typed_error(&patch->call))
			continue;
		typed[n_typed] = patch;
		calls[n_typed++] = (struct kube_call){
			.method = "POST",
			.path = kube_path(scratch, &patch->resource,
					  patch->namespace, "",
					  "fieldValidation=Strict&dryRun=All"),
			.content_type = "application/json",
			.body = kube_json(scratch, patch->doc),
			.arena = patch->arena,
		};
	}
	if (!n_typed)
		return 0;
	status = kube_client_all(kube->client, calls, n_typed, err);
	for (size_t i = 0; i < n_typed; i++) {
		if (calls[i].response.status == 400 &&
		    strstr(calls[i].response.body.data, "unknown field"))
			typed[i]->call.response = calls[i].response;
		err_clear(&calls[i].response.err);
	}
	return status;
}

int kube_patch_all(struct kube *kube, struct kube_patch *patches, size_t n,
		   bool dry_run, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct kube_patch **pending = arena_array(scratch, n, sizeof(*pending));
	const int64_t since = clock_ms();
	size_t left = n;

	for (size_t i = 0; i < n; i++)
		pending[i] = &patches[i];
	while (left) {
		size_t sent = left;
		int64_t wait = 0;

		if (send_round(scratch, kube, pending, sent, dry_run, err) < 0)
			return -1;
		left = 0;
		for (size_t i = 0; i < sent; i++) {
			int64_t after = again_after(kube, pending[i], dry_run,
						    since);

			if (after < 0)
				continue;
			if (after > wait)
				wait = after;
			pending[left++] = pending[i];
		}
		if (run_pause(kube->run, wait, err) < 0)
			return -1;
	}
	return ask_for_all_faults(scratch, kube, patches, n, err);
}
