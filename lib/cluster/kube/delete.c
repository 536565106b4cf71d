/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/clock.h"
#include "cluster/kube/list.h"
#include "cluster/kube/refuse.h"
#include "cluster/kube/state.h"
#include "document/document.h"

#define POLL_MS      100 /* the first pause, which doubles */
#define POLL_MOST_MS 2000
#define GONE_MS      60000 /* so long finalizers may take */

struct deletion {
	struct cluster_item *item;
	struct kube_call call;
	const char *uid; /* of what was read */
};

static const char *uid_of(struct arena *arena, struct bytes live)
{
	struct bytes uid = kube_text_string(
		kube_text_member(kube_text_member(live, "metadata"), "uid"));

	return arena_strndup(arena, uid.data ? uid.data : "", uid.len);
}

/* Only what was read is deleted: by now it may be another one. */
static struct bytes options(struct arena *arena, const char *uid)
{
	json_t *body = doc_object(arena);

	doc_set_string(body, "v1", "apiVersion", NULL);
	doc_set_string(body, "DeleteOptions", "kind", NULL);
	doc_set_string(body, "Background", "propagationPolicy", NULL);
	doc_set_string(body, uid, "preconditions", "uid", NULL);
	return kube_json(arena, body);
}

static bool prepare(struct kube *kube, struct arena *scratch,
		    struct cluster_item *item, struct deletion *out)
{
	struct kube_resource resource;

	*out = (struct deletion){ .item = item };
	if (item->err.status != ERR_OK || !item->live.len ||
	    !kube_item_resource(kube, item, &resource))
		return false;
	out->uid = uid_of(scratch, item->live);
	out->call = (struct kube_call){
		.method = "DELETE",
		.path = kube_path(scratch, &resource, item->want->namespace,
				  item->want->name, ""),
		.content_type = "application/json",
		.body = options(scratch, out->uid),
		.arena = scratch,
	};
	return true;
}

static void take_answer(struct deletion *deletion)
{
	struct cluster_item *item = deletion->item;
	struct http_response *response = &deletion->call.response;

	/* It may have gone by itself, or by our first try. */
	if ((response->status >= 200 && response->status <= 299) ||
	    response->status == 404) {
		item->written = true;
	} else if (response->status == 409) {
		err_set(&item->err, ERR_REFUSED,
			"another object has taken its place meanwhile, which "
			"is not deleted");
	} else if (response->status || response->err.status) {
		kube_refuse(&deletion->call, &item->err);
	}
}

static int delete_all(struct kube *kube, struct deletion *deletions, size_t n,
		      struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct kube_call *calls = arena_array(scratch, n, sizeof(*calls));
	int status;

	for (size_t i = 0; i < n; i++)
		calls[i] = deletions[i].call;
	run_progress(kube->run, "deleting", 0, n);
	status = kube_client_all(kube->client, calls, n, err);
	/* Also where the run ends meanwhile: what is gone has to be told. */
	for (size_t i = 0; i < n; i++) {
		deletions[i].call = calls[i];
		take_answer(&deletions[i]);
		err_clear(&calls[i].response.err);
	}
	return status;
}

/* Those that are still there, at the front. */
static size_t keep_present(struct arena *scratch, struct deletion *deletions,
			   size_t n)
{
	size_t left = 0;

	for (size_t i = 0; i < n; i++) {
		struct cluster_item *item = deletions[i].item;

		if (item->err.status == ERR_OK && item->live.len &&
		    str_equal(uid_of(scratch, item->live), deletions[i].uid))
			deletions[left++] = deletions[i];
	}
	return left;
}

/* Read until none is left, or for so long that it makes no sense.  `n` is how
 * many are left. */
static int poll_gone(struct kube *kube, struct deletion *deletions, size_t *n,
		     struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct cluster_item **items = arena_array(scratch, *n, sizeof(*items));
	const int64_t until = clock_ms() + GONE_MS;
	const size_t total = *n;
	int64_t pause = POLL_MS;

	for (;;) {
		for (size_t i = 0; i < *n; i++)
			items[i] = deletions[i].item;
		if (kube_read(kube, items, *n, err) < 0)
			return -1;
		*n = keep_present(scratch, deletions, *n);
		run_progress(kube->run, "deleting", total - *n, total);
		if (!*n || clock_ms() > until)
			return 0;
		if (run_pause(kube->run, pause, err) < 0)
			return -1;
		pause = pause * 2 > POLL_MOST_MS ? POLL_MOST_MS : pause * 2;
	}
}

/* Whoever is not gone is told with what holds it, also where the time is up. */
static int await_gone(struct kube *kube, struct deletion *deletions, size_t n,
		      struct err *err)
{
	int status = poll_gone(kube, deletions, &n, err);

	for (size_t i = 0; i < n; i++)
		if (deletions[i].item->err.status == ERR_OK)
			(void)kube_is_going(deletions[i].item);
	return status;
}

/* A second delete could change how the first goes about it. */
static bool is_going_already(const struct cluster_item *item)
{
	const struct bytes metadata = kube_text_member(item->live, "metadata");

	return kube_text_member(metadata, "deletionTimestamp").len > 0;
}

int kube_delete(void *data, struct cluster_item **items, size_t n,
		struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct kube *kube = data;
	struct deletion *sent = arena_array(scratch, n, sizeof(*sent));
	struct deletion *going = arena_array(scratch, n, sizeof(*going));
	size_t n_sent = 0, n_going = 0;

	for (size_t i = 0; i < n; i++) {
		struct deletion one;

		if (!prepare(kube, scratch, items[i], &one))
			continue;
		one.item->written = is_going_already(one.item);
		if (one.item->written)
			going[n_going++] = one;
		else
			sent[n_sent++] = one;
	}
	if (n_sent && delete_all(kube, sent, n_sent, err) < 0)
		return -1;
	for (size_t i = 0; i < n_sent; i++)
		if (sent[i].item->written)
			going[n_going++] = sent[i];
	return n_going ? await_gone(kube, going, n_going, err) : 0;
}
