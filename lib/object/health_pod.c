/* SPDX-License-Identifier: Apache-2.0 */

/* The health of a pod: by the container that is worst off. */

#include "object/health_rule.h"

/* Why a container waits that will not run by itself. */
static const struct {
	const char *reason;
	bool passing; /* a Secret may still come, a node may get room */
} stuck[] = {
	{ "CreateContainerConfigError", true },
	{ "CreateContainerError", true },
	{ "ErrImageNeverPull", false },
	{ "ImageInspectError", true },
	{ "ImagePullBackOff", false },
	{ "InvalidImageName", false },
};

/* "; it ended with exit code 137 (OOMKilled)" */
static const char *ending(struct arena *arena, const json_t *terminated)
{
	const char *reason = doc_get_string(terminated, "reason", NULL);
	const char *message = doc_get_string(terminated, "message", NULL);

	return arena_printf(arena, "it ended with exit code %lld%s%s%s%s%s",
			    (long long)health_number(terminated, "exitCode", 0),
			    reason ? " (" : "", reason ? reason : "",
			    reason ? ")" : "", message ? ": " : "",
			    message ? message : "");
}

/* The last end of a container, behind what is said of it; or "". */
static const char *last_ending(struct arena *arena, const json_t *container)
{
	const json_t *last = doc_get(container, "lastState", "terminated",
				     NULL);

	return last ? arena_printf(arena, "; %s", ending(arena, last)) : "";
}

/*
 * One crash is forgiven: what it needs may have started at the same moment.
 * A Job counts the crashes itself.
 */
static bool is_crashing(const json_t *pod, const json_t *container,
			const char *reason)
{
	const char *policy = doc_get_string(pod, "spec", "restartPolicy", NULL);

	return str_equal(reason, "CrashLoopBackOff") &&
	       (!policy || str_equal(policy, "Always")) &&
	       health_number(container, "restartCount", 0) > 0;
}

static struct health judge_waiting(struct arena *arena, const json_t *pod,
				   const json_t *container, const char *what)
{
	const json_t *waiting = doc_get(container, "state", "waiting", NULL);
	const char *reason = doc_get_string(waiting, "reason", NULL);
	const char *text = arena_printf(arena, "%s: %s%s", what,
					health_condition_text(arena, waiting),
					last_ending(arena, container));

	for (size_t i = 0; i < ARRAY_LEN(stuck); i++) {
		if (!str_equal(reason, stuck[i].reason))
			continue;
		return stuck[i].passing ? health_passing(arena, "%s", text) :
					  health_failed(arena, "%s", text);
	}
	if (is_crashing(pod, container, reason))
		return health_failed(arena, "%s", text);
	return health_in_progress(arena, "%s", text);
}

static struct health judge_container(struct arena *arena, const json_t *pod,
				     const json_t *container, const char *kind)
{
	const char *name = doc_get_string(container, "name", NULL);
	const char *what = arena_printf(arena, "%s '%s'", kind,
					name ? name : "");
	const json_t *state = doc_get(container, "state", NULL);
	const json_t *terminated = doc_get(state, "terminated", NULL);

	if (json_is_true(doc_get(container, "ready", NULL)))
		return health_current();
	if (doc_get(state, "waiting", NULL))
		return judge_waiting(arena, pod, container, what);
	if (terminated && health_number(terminated, "exitCode", 0) == 0)
		return health_current();
	if (terminated)
		return health_in_progress(arena, "%s: %s", what,
					  ending(arena, terminated));
	return health_in_progress(arena, "%s is not ready%s", what,
				  last_ending(arena, container));
}

/* The later in the enum, and the surer, the worse. */
static bool is_worse(const struct health *a, const struct health *b)
{
	if (a->state != b->state)
		return a->state > b->state;
	return a->state == HEALTH_FAILED && !a->passing && b->passing;
}

static struct health worst_container(struct arena *arena, const json_t *pod)
{
	static const struct {
		const char *key;
		const char *kind;
	} lists[] = {
		{ "initContainerStatuses", "init container" },
		{ "containerStatuses", "container" },
	};
	struct health worst = health_current();

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		const json_t *list = doc_get(pod, "status", lists[i].key, NULL);
		const json_t *container;
		size_t k;

		json_array_foreach(list, k, container) {
			struct health health = judge_container(arena, pod,
							       container,
							       lists[i].kind);

			if (is_worse(&health, &worst))
				worst = health;
		}
	}
	return worst;
}

static struct health failed_pod(struct arena *arena, const json_t *pod)
{
	const char *text = health_condition_text(arena,
						 doc_get(pod, "status", NULL));
	struct health worst = worst_container(arena, pod);

	return health_failed(arena, "failed%s%s%s%s", *text ? ": " : "", text,
			     *worst.reason ? ": " : "", worst.reason);
}

struct health health_pod(struct arena *arena, const json_t *object)
{
	const char *phase = doc_get_string(object, "status", "phase", NULL);
	const json_t *scheduled = health_condition(object, "PodScheduled");
	const char *reason = doc_get_string(scheduled, "reason", NULL);
	struct health worst;

	if (str_equal(phase, "Succeeded"))
		return health_current();
	if (str_equal(phase, "Failed"))
		return failed_pod(arena, object);
	if (str_equal(phase, "Running") &&
	    health_condition_is(object, "Ready", "True"))
		return health_current();
	if (health_condition_is(object, "PodScheduled", "False") &&
	    str_equal(reason, "Unschedulable"))
		return health_passing(arena, "%s",
				      health_condition_text(arena, scheduled));
	worst = worst_container(arena, object);
	if (worst.state != HEALTH_CURRENT)
		return worst;
	return health_in_progress(arena, "is %s",
				  str_equal(phase, "Running") ?
					  "not ready" :
					  "not running yet");
}
