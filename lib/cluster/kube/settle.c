/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/clock.h"
#include "base/vec.h"
#include "cluster/kube/refuse.h"
#include "cluster/kube/state.h"
#include "document/document.h"

#define DEFINITIONS "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
#define SETTLE_MS   60000
#define POLL_MS     200

struct item_list {
	struct cluster_item **v;
	size_t n;
	size_t room;
};

static const json_t *find_condition(const json_t *object, const char *type)
{
	const json_t *one;
	size_t i;

	json_array_foreach(doc_get(object, "status", "conditions", NULL), i,
			   one) {
		if (str_equal(doc_get_string(one, "type", NULL), type))
			return one;
	}
	return NULL;
}

/* Established, or never to be; false where it is to be asked again. */
static bool is_settled(struct cluster_item *item, const json_t *object)
{
	const json_t *accepted = find_condition(object, "NamesAccepted");
	const json_t *established = find_condition(object, "Established");
	const char *message = doc_get_string(accepted, "message", NULL);

	if (str_equal(doc_get_string(accepted, "status", NULL), "False")) {
		err_set(&item->err, ERR_REFUSED,
			"the server does not accept its names%s%s",
			message ? ": " : "", message ? message : "");
		return true;
	}
	return str_equal(doc_get_string(established, "status", NULL), "True");
}

static bool take_definition(struct arena *scratch, struct cluster_item *item,
			    struct kube_call *call)
{
	json_t *object;

	if (call->response.status != 200) {
		kube_refuse(call, &item->err);
		return true;
	}
	if (doc_read_json(scratch, "answer of the cluster", call->response.body,
			  &object, &item->err) < 0)
		return true;
	return is_settled(item, object);
}

/* Ask for all that are left; what is settled leaves the list. */
static int poll_definitions(struct kube *kube, struct item_list *left,
			    struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct kube_call *calls = arena_array(scratch, left->n, sizeof(*calls));
	size_t n = left->n;
	int status;

	for (size_t i = 0; i < n; i++) {
		const struct object *want = left->v[i]->want;

		calls[i] = (struct kube_call){
			.method = "GET",
			.path = arena_printf(scratch, "%s/%s", DEFINITIONS,
					     http_escape(scratch, want->name)),
			.arena = scratch,
		};
	}
	status = kube_client_all(kube->client, calls, n, err);
	left->n = 0;
	for (size_t i = 0; status == 0 && i < n; i++)
		if (!take_definition(scratch, left->v[i], &calls[i]))
			left->v[left->n++] = left->v[i];
	for (size_t i = 0; i < n; i++)
		err_clear(&calls[i].response.err);
	return status;
}

/* Are all versions that a definition serves known to the server? */
static bool is_served(const struct kube *kube, const struct object *want)
{
	const json_t *spec = doc_get(want->doc, "spec", NULL);
	const char *group = doc_get_string(spec, "group", NULL);
	const char *kind = doc_get_string(spec, "names", "kind", NULL);
	const json_t *one;
	size_t i;

	json_array_foreach(doc_get(spec, "versions", NULL), i, one) {
		const char *version = doc_get_string(one, "name", NULL);

		if (version && json_is_true(doc_get(one, "served", NULL)) &&
		    !kube_kinds_find(&kube->kinds, group, version, kind))
			return false;
	}
	return true;
}

static int poll_kinds(struct kube *kube, struct item_list *left,
		      struct err *err)
{
	size_t n = left->n;

	if (kube_rediscover(kube, err) < 0)
		return -1;
	left->n = 0;
	for (size_t i = 0; i < n; i++)
		if (!is_served(kube, left->v[i]->want))
			left->v[left->n++] = left->v[i];
	return 0;
}

/* Poll until none is left, or for so long that it makes no sense. */
static int wait_for(struct kube *kube, struct item_list *left,
		    int (*poll)(struct kube *kube, struct item_list *left,
				struct err *err),
		    const char *what, struct err *err)
{
	const int64_t until = clock_ms() + SETTLE_MS;
	const size_t n = left->n;

	while (left->n) {
		run_progress(kube->run, what, n - left->n, n);
		if (poll(kube, left, err) < 0)
			return -1;
		if (!left->n || clock_ms() > until)
			break;
		if (run_pause(kube->run, POLL_MS, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < left->n; i++)
		err_set(&left->v[i]->err, ERR_TEMPORARY,
			"not %s after %d seconds", what, SETTLE_MS / 1000);
	return 0;
}

static void check_namespace(struct cluster_item *item)
{
	struct cluster_item now = { .want = item->want, .live = item->merged };

	if (kube_is_going(&now))
		item->err = now.err;
}

int kube_settle(void *data, struct cluster_item **items, size_t n,
		struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct kube *kube = data;
	struct item_list definitions = { 0 }, established = { 0 };

	for (size_t i = 0; i < n; i++) {
		const struct object *want = items[i]->want;

		if (items[i]->err.status != ERR_OK)
			continue;
		if (object_is(want, "", "Namespace"))
			check_namespace(items[i]);
		if (object_is(want, "apiextensions.k8s.io",
			      "CustomResourceDefinition"))
			*vec_push(scratch, &definitions) = items[i];
	}
	if (!definitions.n)
		return 0;
	for (size_t i = 0; i < definitions.n; i++)
		*vec_push(scratch, &established) = definitions.v[i];
	if (wait_for(kube, &definitions, poll_definitions, "established", err) <
	    0)
		return -1;
	definitions.n = 0;
	for (size_t i = 0; i < established.n; i++)
		if (established.v[i]->err.status == ERR_OK)
			*vec_push(scratch, &definitions) = established.v[i];
	return wait_for(kube, &definitions, poll_kinds, "served", err);
}
