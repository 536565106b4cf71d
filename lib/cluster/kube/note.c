/* SPDX-License-Identifier: Apache-2.0 */

/* Notes: Events of the core group, which kubectl describe shows. */

#include "base/clock.h"
#include "base/digest.h"
#include "cluster/kube/state.h"
#include "document/document.h"

#define EXISTS 409 /* it is our own, of which we had no answer */

/* A name of its own, so that a request may be sent again. */
static const char *name_of(struct arena *arena, const struct object *about)
{
	uint64_t random;

	digest_random(&random, sizeof(random));
	return arena_printf(arena, "%s.%016llx", about->name,
			    (unsigned long long)random);
}

static json_t *compose(struct arena *arena, const struct cluster_note *note)
{
	const char *now = clock_rfc3339(arena, clock_wall());
	const struct object *about = note->about;
	json_t *doc = doc_object(arena);

	doc_set_string(doc, "v1", "apiVersion", NULL);
	doc_set_string(doc, "Event", "kind", NULL);
	doc_set_string(doc, name_of(arena, about), "metadata", "name", NULL);
	doc_set_string(doc, about->namespace, "metadata", "namespace", NULL);
	doc_set_string(doc, about->api_version, "involvedObject", "apiVersion",
		       NULL);
	doc_set_string(doc, about->kind, "involvedObject", "kind", NULL);
	doc_set_string(doc, about->namespace, "involvedObject", "namespace",
		       NULL);
	doc_set_string(doc, about->name, "involvedObject", "name", NULL);
	doc_set_string(doc, note->uid, "involvedObject", "uid", NULL);
	doc_set_string(doc, note->warning ? "Warning" : "Normal", "type", NULL);
	doc_set_string(doc, note->reason, "reason", NULL);
	doc_set_string(doc, note->message, "message", NULL);
	doc_set_string(doc, CLUSTER_MANAGER, "source", "component", NULL);
	doc_set_string(doc, now, "firstTimestamp", NULL);
	doc_set_string(doc, now, "lastTimestamp", NULL);
	doc_set(doc, doc_keep(arena, json_integer(1)), "count", NULL);
	return doc;
}

static struct kube_call call_for(struct arena *arena,
				 const struct cluster_note *note)
{
	return (struct kube_call){
		.method = "POST",
		.path = arena_printf(arena, "/api/v1/namespaces/%s/events",
				     http_escape(arena,
						 note->about->namespace)),
		.content_type = "application/json",
		.body = kube_json(arena, compose(arena, note)),
		.arena = arena,
	};
}

int kube_note(void *data, struct cluster_note *notes, size_t n, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct kube *kube = data;
	struct kube_call *calls = arena_array(scratch, n, sizeof(*calls));
	int status;

	for (size_t i = 0; i < n; i++)
		calls[i] = call_for(scratch, &notes[i]);
	status = kube_client_all(kube->client, calls, n, err);
	for (size_t i = 0; i < n; i++) {
		const struct http_response *response = &calls[i].response;

		if ((response->status < 200 || response->status > 299) &&
		    response->status != EXISTS &&
		    (response->status || response->err.status))
			kube_client_fail(kube->client, &calls[i],
					 &notes[i].err);
	}
	return status;
}
