/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLUSTER_KUBE_PODS_H
#define CLUSTER_KUBE_PODS_H

/*
 * Pods: why a workload does not get well.  Its own status only counts; what is
 * wrong is told by its pods, and by the events of both.  Pure: it is told of
 * pods, ReplicaSets and events as they come, in any order, and asked at the
 * end of each.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/map.h"
#include "object/health.h"

/* What has to be known of an object to find its pods. */
struct kube_workload {
	const char *uid;      /* NULL of an object that does not live */
	bool has_sets;        /* a Deployment: its pods are its ReplicaSet's */
	const char *revision; /* of its newest pods or ReplicaSet, or NULL:
				 there is only one */
};

/* False where it is of no kind that makes pods; `uid` is set all the same. */
bool kube_workload_read(struct arena *arena, const json_t *object,
			struct kube_workload *out);

struct kube_pods {
	struct arena *arena;
	struct map *sets;     /* uid to struct kube_set */
	struct map *pods;     /* uid to struct kube_pod */
	struct map *by_owner; /* uid of an owner to struct kube_owned */
	struct map *warnings; /* uid of an event to struct kube_warning */
	struct map *about;    /* uid to what is warned of it */
};

void kube_pods_init(struct arena *arena, struct kube_pods *pods);

/*
 * Learn of one object.  Returns the uid of the object at the top of it whose
 * health may be another now, or NULL.  `listed` events happened before, and
 * explain but prove nothing.
 */
const char *kube_pods_take_set(struct kube_pods *pods, const json_t *object,
			       bool gone);
const char *kube_pods_take_pod(struct kube_pods *pods, const json_t *object,
			       bool gone);
const char *kube_pods_take_event(struct kube_pods *pods, const json_t *object,
				 bool listed);

/* Forget the pods of a namespace ("" for all): they are listed anew. */
void kube_pods_forget_pods(struct kube_pods *pods, const char *namespace);

/*
 * The health of a workload that by its own status has `base`: worse where one
 * of its newest pods is stuck, or none can be made.  Pods of the revision
 * before do not count.
 */
struct health kube_pods_judge(const struct kube_pods *pods, struct arena *arena,
			      const struct kube_workload *workload,
			      const struct health *base);

/* The newest warnings about the workload and its newest pods, three at most:
 * "Pod web-1: FailedMount: ... (5 times)".  NULL-ended. */
const char **kube_pods_warnings(const struct kube_pods *pods,
				struct arena *arena,
				const struct kube_workload *workload);

#endif
