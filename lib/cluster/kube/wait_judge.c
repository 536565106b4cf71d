/* SPDX-License-Identifier: Apache-2.0 */

/* What an object that is waited for comes to, by all that is known of it. */

#include "base/clock.h"
#include "cluster/kube/wait.h"
#include "document/document.h"

/* What explains a failure comes by another stream, perhaps a moment later. */
#define EXPLAIN_MS 400

static bool is_unbound(const struct kube_waited *one)
{
	return one->class && one->base.state == HEALTH_IN_PROGRESS;
}

void kube_waited_judge(struct kube_waiting *waiting, struct kube_waited *one)
{
	one->now = one->base;
	if (one->has_pods)
		one->now = kube_pods_judge(&waiting->pods, waiting->arena,
					   &one->workload, &one->base);
	/* A workload that uses it waits for it by itself. */
	if (is_unbound(one) && waiting->classes &&
	    map_has(waiting->classes, one->class))
		one->now = (struct health){
			.state = HEALTH_CURRENT,
			.reason = "is bound by its first consumer",
		};
	if (one->promised && one->silent && health_is_settled(&one->base))
		one->now = (struct health){
			.state = HEALTH_IN_PROGRESS,
			.reason = "does not tell yet whether it is ready",
		};
	if (one->now.state != HEALTH_FAILED)
		one->failing_ms = 0;
	else if (!one->failing_ms)
		one->failing_ms = clock_ms();
}

bool kube_waited_is_settled(const struct kube_waited *one)
{
	return health_is_settled(&one->now);
}

bool kube_waited_has_failed(const struct kube_waited *one)
{
	const int64_t patience_ms = one->now.passing ? HEALTH_PATIENCE_MS :
						       EXPLAIN_MS;

	return one->now.state == HEALTH_FAILED &&
	       clock_ms() - one->failing_ms >= patience_ms;
}

void kube_waited_look(struct kube_waiting *waiting, struct kube_waited *one,
		      const json_t *object)
{
	struct arena *arena = waiting->arena;
	bool makes_pods = kube_workload_read(arena, object, &one->workload);
	const char *uid = one->workload.uid;
	const char *class;

	one->base = health_judge(arena, object, one->generation,
				 one->item->want->health);
	one->silent = !one->item->want->health && health_is_silent(object);
	one->has_pods = makes_pods && uid &&
			health_is_observed(object, one->generation);
	if (object_is(one->item->want, "", "PersistentVolumeClaim")) {
		class = doc_get_string(object, "spec", "storageClassName",
				       NULL);
		one->class = arena_strdup(arena, class);
	}
	if (uid && !map_has(waiting->by_uid, uid))
		map_set(waiting->by_uid, uid, one);
	kube_waited_judge(waiting, one);
}

/* A Job may be set to go away once it is done. */
void kube_waited_gone(struct kube_waiting *waiting, struct kube_waited *one)
{
	const struct object *want = one->item->want;
	bool may_go = object_is(want, "batch", "Job") &&
		      doc_get(want->doc, "spec", "ttlSecondsAfterFinished",
			      NULL);

	one->has_pods = false;
	one->silent = false;
	one->base = (struct health){
		.state = may_go ? HEALTH_CURRENT : HEALTH_FAILED,
		.reason = may_go ? "is done and gone" :
				   "is gone: somebody has deleted it",
	};
	kube_waited_judge(waiting, one);
}

/* ---- claims ---- */

bool kube_waiting_needs_classes(const struct kube_waiting *waiting)
{
	for (size_t i = 0; !waiting->classes && i < waiting->objects.n; i++)
		if (is_unbound(waiting->objects.v[i]))
			return true;
	return false;
}

/*
 * Whoever may not see StorageClasses is not made to wait for what may never
 * come: then all of them count.
 */
static void assume_classes(struct kube_waiting *waiting)
{
	for (size_t i = 0; i < waiting->objects.n; i++)
		if (waiting->objects.v[i]->class)
			map_set(waiting->classes, waiting->objects.v[i]->class,
				waiting);
}

static void read_classes(struct kube_waiting *waiting, const json_t *list)
{
	const json_t *one;
	size_t i;

	json_array_foreach(doc_get(list, "items", NULL), i, one) {
		const char *name = doc_get_string(one, "metadata", "name",
						  NULL);
		const char *mode = doc_get_string(one, "volumeBindingMode",
						  NULL);

		if (name && str_equal(mode, "WaitForFirstConsumer"))
			map_set(waiting->classes, name, waiting);
	}
}

int kube_waiting_ask_classes(struct kube_waiting *waiting, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct kube_client *client = waiting->kube->client;
	struct kube_call call = {
		.method = "GET",
		.path = "/apis/storage.k8s.io/v1/storageclasses",
		.arena = scratch,
	};
	json_t *list;

	if (kube_client_all(client, &call, 1, err) < 0)
		return -1;
	waiting->classes = map_new(waiting->arena);
	if (call.response.status == 403) {
		assume_classes(waiting);
	} else {
		if (call.response.status != 200)
			return kube_client_fail(client, &call, err);
		if (doc_read_json(scratch, call.path, call.response.body, &list,
				  err) < 0)
			return -1;
		read_classes(waiting, list);
	}
	for (size_t i = 0; i < waiting->objects.n; i++)
		kube_waited_judge(waiting, waiting->objects.v[i]);
	return 0;
}
