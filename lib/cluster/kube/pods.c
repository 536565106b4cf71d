/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/kube/pods.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "document/document.h"

#define REVISION      "deployment.kubernetes.io/revision"
#define TEMPLATE      "deprecated.daemonset.template.generation"
#define WARNINGS_MOST 3

struct kube_set {
	const char *uid;
	const char *owner;
	const char *revision;
	bool gone;
};

struct kube_pod {
	const char *uid;
	const char *namespace;
	const char *name;
	const char *owner;
	const char *revision; /* NULL: not said */
	struct health health;
	bool failed; /* it will not run again; another one may */
	bool gone;
};

struct kube_warning {
	const char *uid; /* of what it is about */
	const char *time;
	const char *text;
};

/* What is owned by one object. */
struct kube_owned {
	struct {
		struct kube_pod **v;
		size_t n, room;
	} pods;
	struct {
		struct kube_set **v;
		size_t n, room;
	} sets;
};

/* What is said about one object. */
struct kube_about {
	struct {
		struct kube_warning **v;
		size_t n, room;
	} warnings;
	const char *refusal; /* why no pod could be made for it, or NULL */
};

void kube_pods_init(struct arena *arena, struct kube_pods *pods)
{
	*pods = (struct kube_pods){
		.arena = arena,
		.sets = map_new(arena),
		.pods = map_new(arena),
		.by_owner = map_new(arena),
		.warnings = map_new(arena),
		.about = map_new(arena),
	};
}

/* ---- what a workload says of itself ---- */

static const char *read_uid(struct arena *arena, const json_t *object)
{
	return arena_strdup(arena,
			    doc_get_string(object, "metadata", "uid", NULL));
}

static const char *annotation(const json_t *object, const char *name)
{
	return doc_get_string(object, "metadata", "annotations", name, NULL);
}

bool kube_workload_read(struct arena *arena, const json_t *object,
			struct kube_workload *out)
{
	const char *kind = doc_get_string(object, "kind", NULL);
	const char *revision = NULL;

	*out = (struct kube_workload){
		.uid = read_uid(arena, object),
		.has_sets = str_equal(kind, "Deployment"),
	};
	if (out->has_sets)
		revision = annotation(object, REVISION);
	else if (str_equal(kind, "StatefulSet"))
		revision = doc_get_string(object, "status", "updateRevision",
					  NULL);
	else if (str_equal(kind, "DaemonSet"))
		revision = annotation(object, TEMPLATE);
	else if (!str_equal(kind, "ReplicaSet") && !str_equal(kind, "Job"))
		return false;
	out->revision = arena_strdup(arena, revision);
	return true;
}

/* ---- what is learnt ---- */

static const char *owner_of(struct arena *arena, const json_t *object)
{
	const json_t *one;
	size_t i;

	json_array_foreach(doc_get(object, "metadata", "ownerReferences", NULL),
			   i, one)
		if (json_is_true(doc_get(one, "controller", NULL)))
			return arena_strdup(arena,
					    doc_get_string(one, "uid", NULL));
	return NULL;
}

static struct kube_owned *owned_by(struct kube_pods *pods, const char *owner)
{
	struct kube_owned *owned = map_get(pods->by_owner, owner);

	if (!owned) {
		owned = arena_alloc(pods->arena, sizeof(*owned));
		map_set(pods->by_owner, owner, owned);
	}
	return owned;
}

static struct kube_about *about(struct kube_pods *pods, const char *uid)
{
	struct kube_about *found = map_get(pods->about, uid);

	if (!found) {
		found = arena_alloc(pods->arena, sizeof(*found));
		map_set(pods->about, uid, found);
	}
	return found;
}

/* A pod was made: what was refused before is so no more. */
static void drop_refusal(struct kube_pods *pods, const char *owner)
{
	struct kube_about *found = map_get(pods->about, owner);

	if (found)
		found->refusal = NULL;
}

/* Who owns what owns a pod, or what does. */
static const char *top_owner(const struct kube_pods *pods, const char *owner)
{
	const struct kube_set *set = map_get(pods->sets, owner);

	return set && set->owner ? set->owner : owner;
}

const char *kube_pods_take_set(struct kube_pods *pods, const json_t *object,
			       bool gone)
{
	const char *uid = doc_get_string(object, "metadata", "uid", NULL);
	struct kube_set *set = uid ? map_get(pods->sets, uid) : NULL;

	if (!uid)
		return NULL;
	if (!set) {
		set = arena_alloc(pods->arena, sizeof(*set));
		map_set(pods->sets, uid, set);
		set->uid = arena_strdup(pods->arena, uid);
		set->owner = owner_of(pods->arena, object);
		if (set->owner)
			*vec_push(pods->arena,
				  &owned_by(pods, set->owner)->sets) = set;
	}
	set->revision = arena_strdup(pods->arena, annotation(object, REVISION));
	set->gone = gone;
	return set->owner;
}

/* A pod's revision, as a StatefulSet or a DaemonSet names it. */
static const char *revision_of(const json_t *pod)
{
	const json_t *labels = doc_get(pod, "metadata", "labels", NULL);
	const char *template = doc_get_string(labels, "pod-template-generation",
					      NULL);

	if (template)
		return template;
	return doc_get_string(labels, "controller-revision-hash", NULL);
}

static struct kube_pod *new_pod(struct kube_pods *pods, const char *uid,
				const json_t *object)
{
	struct arena *arena = pods->arena;
	struct kube_pod *pod = arena_alloc(arena, sizeof(*pod));
	const json_t *metadata = doc_get(object, "metadata", NULL);
	const char *name;

	pod->uid = arena_strdup(arena, uid);
	pod->namespace = arena_strdup(arena, doc_get_string(metadata,
							    "namespace", NULL));
	name = doc_get_string(metadata, "name", NULL);
	pod->name = arena_strdup(arena, name ? name : "");
	pod->owner = owner_of(arena, object);
	pod->revision = arena_strdup(arena, revision_of(object));
	map_set(pods->pods, uid, pod);
	if (pod->owner) {
		*vec_push(arena, &owned_by(pods, pod->owner)->pods) = pod;
		drop_refusal(pods, pod->owner);
	}
	return pod;
}

const char *kube_pods_take_pod(struct kube_pods *pods, const json_t *object,
			       bool gone)
{
	const char *uid = doc_get_string(object, "metadata", "uid", NULL);
	const char *phase = doc_get_string(object, "status", "phase", NULL);
	struct kube_pod *pod = uid ? map_get(pods->pods, uid) : NULL;

	if (!uid)
		return NULL;
	if (!pod)
		pod = new_pod(pods, uid, object);
	pod->gone = gone ||
		    doc_get(object, "metadata", "deletionTimestamp", NULL);
	pod->failed = str_equal(phase, "Failed");
	pod->health = health_judge(pods->arena, object, 0, NULL);
	return pod->owner ? top_owner(pods, pod->owner) : NULL;
}

/* The last time it happened; RFC 3339 sorts as text. */
static const char *event_time(const json_t *event)
{
	const char *time = doc_get_string(event, "series", "lastObservedTime",
					  NULL);

	if (!time)
		time = doc_get_string(event, "lastTimestamp", NULL);
	if (!time)
		time = doc_get_string(event, "eventTime", NULL);
	if (!time)
		time = doc_get_string(event, "metadata", "creationTimestamp",
				      NULL);
	return time ? time : "";
}

static const char *event_text(struct arena *arena, const json_t *event)
{
	const json_t *of = doc_get(event, "involvedObject", NULL);
	const char *kind = doc_get_string(of, "kind", NULL);
	const char *name = doc_get_string(of, "name", NULL);
	const char *reason = doc_get_string(event, "reason", NULL);
	const char *message = doc_get_string(event, "message", NULL);
	const json_t *count = doc_get(event, "count", NULL);
	const char *times = "";

	if (!json_is_integer(count))
		count = doc_get(event, "series", "count", NULL);
	if (json_integer_value(count) > 1)
		times = arena_printf(arena, " (%lld times)",
				     (long long)json_integer_value(count));
	return arena_printf(arena, "%s %s: %s: %s%s", kind ? kind : "",
			    name ? name : "", reason ? reason : "",
			    message ? message : "", times);
}

const char *kube_pods_take_event(struct kube_pods *pods, const json_t *object,
				 bool listed)
{
	struct arena *arena = pods->arena;
	const char *uid = doc_get_string(object, "metadata", "uid", NULL);
	const char *of = doc_get_string(object, "involvedObject", "uid", NULL);
	const char *reason = doc_get_string(object, "reason", NULL);
	const char *message = doc_get_string(object, "message", NULL);
	struct kube_warning *warning = uid ? map_get(pods->warnings, uid) :
					     NULL;

	if (!uid || !of)
		return NULL;
	if (!warning) {
		warning = arena_alloc(arena, sizeof(*warning));
		map_set(pods->warnings, uid, warning);
		*vec_push(arena, &about(pods, of)->warnings) = warning;
	}
	warning->time = arena_strdup(arena, event_time(object));
	warning->text = event_text(arena, object);
	if (!listed && str_equal(reason, "FailedCreate"))
		about(pods, of)->refusal = arena_printf(arena, "%s: %s", reason,
							message ? message : "");
	return top_owner(pods, arena_strdup(arena, of));
}

void kube_pods_forget_pods(struct kube_pods *pods, const char *namespace)
{
	for (size_t i = 0; i < pods->pods->n; i++) {
		struct kube_pod *pod = pods->pods->entries[i].value;

		if (!*namespace || str_equal(pod->namespace, namespace))
			pod->gone = true;
	}
}

/* ---- what it comes to ---- */

/*
 * The uid of what owns the newest pods: the workload itself, or its newest
 * ReplicaSet; NULL where that is not there yet.
 */
static const char *newest_owner(const struct kube_pods *pods,
				const struct kube_workload *workload)
{
	const struct kube_owned *owned;

	if (!workload->has_sets)
		return workload->uid;
	owned = map_get(pods->by_owner, workload->uid);
	for (size_t i = 0; owned && i < owned->sets.n; i++) {
		const struct kube_set *set = owned->sets.v[i];

		if (!set->gone && set->revision &&
		    str_equal(set->revision, workload->revision))
			return set->uid;
	}
	return NULL;
}

/* NULL where nothing is known of it. */
static const struct kube_owned *find_owned(const struct kube_pods *pods,
					   const char *owner)
{
	return owner ? map_get(pods->by_owner, owner) : NULL;
}

static bool is_newest(const struct kube_workload *workload,
		      const struct kube_pod *pod)
{
	return !pod->gone &&
	       (workload->has_sets || !workload->revision || !pod->revision ||
		str_equal(pod->revision, workload->revision));
}

/* How badly off a pod is, for its workload. */
static int badness(const struct kube_pod *pod)
{
	switch (pod->health.state) {
	case HEALTH_CURRENT:
	case HEALTH_SUSPENDED:
		break;
	case HEALTH_IN_PROGRESS:
		return 1;
	case HEALTH_FAILED:
		/* Another one is made in its place, or the Job gives up. */
		return pod->failed ? 2 : pod->health.passing ? 3 : 4;
	}
	return 0;
}

static const struct kube_pod *worst_pod(const struct kube_pods *pods,
					const struct kube_workload *workload)
{
	const struct kube_owned *owned =
		find_owned(pods, newest_owner(pods, workload));
	const struct kube_pod *worst = NULL;

	for (size_t i = 0; owned && i < owned->pods.n; i++) {
		const struct kube_pod *pod = owned->pods.v[i];

		if (is_newest(workload, pod) && badness(pod) > 0 &&
		    (!worst || badness(pod) > badness(worst)))
			worst = pod;
	}
	return worst;
}

struct health kube_pods_judge(const struct kube_pods *pods, struct arena *arena,
			      const struct kube_workload *workload,
			      const struct health *base)
{
	const struct kube_about *said = map_get(pods->about, workload->uid);
	const struct kube_pod *worst = worst_pod(pods, workload);
	struct health health = *base;

	if (health_is_settled(base))
		return health;
	if (worst)
		health.reason = arena_printf(arena, "%s; Pod %s: %s",
					     base->reason, worst->name,
					     worst->health.reason);
	if (base->state == HEALTH_FAILED)
		return health;
	if (worst && worst->health.state == HEALTH_FAILED && !worst->failed) {
		health.state = HEALTH_FAILED;
		health.passing = worst->health.passing;
	} else if (said && said->refusal) {
		health.state = HEALTH_FAILED;
		health.passing = true;
		health.reason = arena_printf(arena, "%s; %s", base->reason,
					     said->refusal);
	}
	return health;
}

/* ---- what is warned of ---- */

struct warning_list {
	struct kube_warning **v;
	size_t n;
	size_t room;
};

static void add_warnings(const struct kube_pods *pods, struct arena *arena,
			 const char *uid, struct warning_list *out)
{
	const struct kube_about *found = uid ? map_get(pods->about, uid) : NULL;

	for (size_t i = 0; found && i < found->warnings.n; i++)
		*vec_push(arena, out) = found->warnings.v[i];
}

static int newest_first(const void *a, const void *b)
{
	const struct kube_warning *x = *(struct kube_warning *const *)a;
	const struct kube_warning *y = *(struct kube_warning *const *)b;
	int order = strcmp(y->time, x->time);

	return order ? order : strcmp(x->text, y->text);
}

const char **kube_pods_warnings(const struct kube_pods *pods,
				struct arena *arena,
				const struct kube_workload *workload)
{
	const char *owner = newest_owner(pods, workload);
	const struct kube_owned *owned = find_owned(pods, owner);
	struct warning_list list = { 0 };
	const char **texts;
	size_t n;

	add_warnings(pods, arena, workload->uid, &list);
	if (owner && owner != workload->uid)
		add_warnings(pods, arena, owner, &list);
	for (size_t i = 0; owned && i < owned->pods.n; i++)
		if (is_newest(workload, owned->pods.v[i]))
			add_warnings(pods, arena, owned->pods.v[i]->uid, &list);
	if (list.n)
		qsort(list.v, list.n, sizeof(struct kube_warning *),
		      newest_first);
	n = list.n < WARNINGS_MOST ? list.n : WARNINGS_MOST;
	texts = arena_array(arena, n + 1, sizeof(*texts));
	for (size_t i = 0; i < n; i++)
		texts[i] = arena_strdup(arena, list.v[i]->text);
	return texts;
}
