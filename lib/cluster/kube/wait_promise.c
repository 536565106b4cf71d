/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A custom object that was just made has no status yet, and nothing about it
 * tells whether it ever will.  Its definition does: where `kubectl get` prints
 * a column with the condition Ready, somebody sets that condition.
 */

#include <string.h>

#include "base/vec.h"
#include "cluster/kube/wait.h"
#include "document/document.h"

#define DEFINITIONS "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
#define PATH_CAP    1024

/* .status.conditions[?(@.type=="Ready")].status, in any spelling. */
static bool shows_ready(const json_t *column)
{
	AUTO_STR struct str plain = STR_INIT(PATH_CAP);
	const char *path = doc_get_string(column, "jsonPath", NULL);

	for (; path && *path; path++)
		if (!strchr(" '\"", *path))
			str_add_char(&plain, *path);
	return str_starts(str_text(&plain),
			  ".status.conditions[?(@.type==Ready)]");
}

/* Do objects of a version tell, by the spec of their definition? */
static bool promises(const json_t *spec, const char *version)
{
	const json_t *one, *column;
	size_t i, k;

	json_array_foreach(doc_get(spec, "versions", NULL), i, one) {
		if (!str_equal(doc_get_string(one, "name", NULL), version))
			continue;
		json_array_foreach(doc_get(one, "additionalPrinterColumns",
					   NULL),
				   k, column)
			if (shows_ready(column))
				return true;
	}
	return false;
}

/* Those of a kind that promises are waited for, like the others. */
static void take_spec(struct kube_waiting *waiting,
		      const struct kube_waited_list *list, const json_t *spec)
{
	if (!promises(spec, list->v[0]->item->want->version))
		return;
	for (size_t i = 0; i < list->n; i++) {
		list->v[i]->promised = true;
		kube_waited_judge(waiting, list->v[i]);
		*vec_push(waiting->arena, &waiting->objects) = list->v[i];
	}
}

/* Who may not see a definition takes the objects as they are. */
static void take_definition(struct kube_waiting *waiting,
			    const struct kube_waited_list *list,
			    struct kube_call *call)
{
	AUTO_ERR struct err ignored = { 0 };
	json_t *object;

	if (call->response.status == 200 &&
	    doc_read_json(call->arena, call->path, call->response.body, &object,
			  &ignored) == 0)
		take_spec(waiting, list, doc_get(object, "spec", NULL));
	err_clear(&call->response.err);
}

static void make_call(struct arena *scratch,
		      const struct kube_waited_list *list,
		      struct kube_call *call)
{
	const struct kube_resource *resource = &list->v[0]->resource;

	*call = (struct kube_call){
		.method = "GET",
		.path = arena_printf(scratch, "%s/%s.%s", DEFINITIONS,
				     http_escape(scratch, resource->plural),
				     http_escape(scratch, resource->group)),
		.arena = scratch,
	};
}

int kube_waiting_ask_promises(struct kube_waiting *waiting, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const struct map *kinds = kube_waited_by_kind(scratch,
						      &waiting->silent);
	struct kube_call *calls = arena_array(scratch, kinds->n,
					      sizeof(*calls));
	struct kube_waited_list **asked = arena_array(scratch, kinds->n,
						      sizeof(*asked));
	size_t n = 0;

	for (size_t i = 0; i < kinds->n; i++) {
		struct kube_waited_list *list = kinds->entries[i].value;
		const struct cluster_definition *wanted =
			cluster_definition_of(waiting->kube->definitions,
					      list->v[0]->item->want);

		if (wanted) {
			take_spec(waiting, list, wanted->spec);
			continue;
		}
		make_call(scratch, list, &calls[n]);
		asked[n++] = list;
	}
	if (n && kube_client_all(waiting->kube->client, calls, n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		take_definition(waiting, asked[i], &calls[i]);
	return 0;
}
