/* SPDX-License-Identifier: Apache-2.0 */
#include "object/health.h"

#include <stdlib.h>
#include <string.h>

#include "object/health_rule.h"

/* What is known of a kind. */
struct kind {
	const char *group;
	const char *kind;
	struct health (*judge)(struct arena *arena, const json_t *object);
	bool observes; /* its controller always sets observedGeneration */
};

static const struct kind kinds[] = {
	{ "", "PersistentVolume", health_volume, false },
	{ "", "PersistentVolumeClaim", health_claim, false },
	{ "", "Pod", health_pod, false },
	{ "apiextensions.k8s.io", "CustomResourceDefinition", health_definition,
	  false },
	{ "apiregistration.k8s.io", "APIService", health_api_service, false },
	{ "apps", "DaemonSet", health_daemon_set, true },
	{ "apps", "Deployment", health_deployment, true },
	{ "apps", "ReplicaSet", health_replica_set, true },
	{ "apps", "StatefulSet", health_stateful_set, true },
	{ "autoscaling", "HorizontalPodAutoscaler", health_autoscaler, false },
	{ "batch", "Job", health_job, false },
};

/* ---- answers ---- */

struct health health_current(void)
{
	return (struct health){ .state = HEALTH_CURRENT, .reason = "" };
}

struct health health_suspended(const char *reason)
{
	return (struct health){ .state = HEALTH_SUSPENDED, .reason = reason };
}

struct health health_in_progress(struct arena *arena, const char *fmt, ...)
{
	struct health health = { .state = HEALTH_IN_PROGRESS };
	va_list ap;

	va_start(ap, fmt);
	health.reason = arena_vprintf(arena, fmt, ap);
	va_end(ap);
	return health;
}

struct health health_failed(struct arena *arena, const char *fmt, ...)
{
	struct health health = { .state = HEALTH_FAILED };
	va_list ap;

	va_start(ap, fmt);
	health.reason = arena_vprintf(arena, fmt, ap);
	va_end(ap);
	return health;
}

struct health health_passing(struct arena *arena, const char *fmt, ...)
{
	struct health health = { .state = HEALTH_FAILED, .passing = true };
	va_list ap;

	va_start(ap, fmt);
	health.reason = arena_vprintf(arena, fmt, ap);
	va_end(ap);
	return health;
}

bool health_is_settled(const struct health *health)
{
	return health->state == HEALTH_CURRENT ||
	       health->state == HEALTH_SUSPENDED;
}

const char *health_word(enum health_state state)
{
	static const char *const words[] = {
		[HEALTH_CURRENT] = "current",
		[HEALTH_SUSPENDED] = "suspended",
		[HEALTH_IN_PROGRESS] = "in progress",
		[HEALTH_FAILED] = "failed",
	};

	return words[state];
}

/* ---- what an object says ---- */

int64_t health_number(const json_t *mapping, const char *key, int64_t otherwise)
{
	const json_t *value = doc_get(mapping, key, NULL);

	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

int64_t health_generation(const json_t *object)
{
	return health_number(doc_get(object, "metadata", NULL), "generation",
			     0);
}

const json_t *health_condition(const json_t *object, const char *type)
{
	const json_t *one;
	size_t i;

	json_array_foreach(doc_get(object, "status", "conditions", NULL), i,
			   one)
		if (str_equal(doc_get_string(one, "type", NULL), type))
			return one;
	return NULL;
}

bool health_condition_is(const json_t *object, const char *type,
			 const char *status)
{
	const json_t *condition = health_condition(object, type);

	return str_equal(doc_get_string(condition, "status", NULL), status);
}

const char *health_condition_text(struct arena *arena, const json_t *condition)
{
	const char *reason = doc_get_string(condition, "reason", NULL);
	const char *message = doc_get_string(condition, "message", NULL);

	if (!reason)
		reason = "";
	if (!message)
		message = "";
	return arena_printf(arena, "%s%s%s", reason,
			    *reason && *message ? ": " : "", message);
}

/* ---- any object ---- */

/* "Ready is False: MissingData: no such secret" */
static struct health not_ready(struct arena *arena, const json_t *ready)
{
	const char *status = doc_get_string(ready, "status", NULL);
	const char *text = health_condition_text(arena, ready);

	return health_in_progress(arena, "Ready is %s%s%s",
				  status ? status : "not known",
				  *text ? ": " : "", text);
}

/* By its conditions, for kinds without a rule. */
static struct health judge_ready(struct arena *arena, const json_t *object,
				 int64_t generation)
{
	const json_t *ready = health_condition(object, "Ready");

	if (!ready)
		return health_current();
	/* Some controllers have observed nothing but single conditions. */
	if (health_number(ready, "observedGeneration", generation) < generation)
		return health_in_progress(arena,
					  "Ready is told of an earlier state");
	if (str_equal(doc_get_string(ready, "status", NULL), "True"))
		return health_current();
	return not_ready(arena, ready);
}

static const struct kind *find_kind(const char *group, const char *kind)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_equal(kinds[i].group, group) &&
		    str_equal(kinds[i].kind, kind))
			return &kinds[i];
	return NULL;
}

static const struct kind *kind_of(const json_t *object)
{
	const char *version = doc_get_string(object, "apiVersion", NULL);
	const char *kind = doc_get_string(object, "kind", NULL);
	const size_t n = version && strchr(version, '/') ?
				 strcspn(version, "/") :
				 0;

	for (size_t i = 0; version && i < ARRAY_LEN(kinds); i++) {
		const char *group = kinds[i].group;

		if (strlen(group) == n && strncmp(group, version, n) == 0 &&
		    str_equal(kinds[i].kind, kind))
			return &kinds[i];
	}
	return NULL;
}

/* Where the kind always says what was observed, nothing said is no. */
bool health_is_observed(const json_t *object, int64_t generation)
{
	const struct kind *known = kind_of(object);
	const int64_t otherwise = known && known->observes ? 0 : generation;

	return health_generation(object) >= generation &&
	       health_number(doc_get(object, "status", NULL),
			     "observedGeneration", otherwise) >= generation;
}

bool health_is_silent(const json_t *object)
{
	return !kind_of(object) && !health_condition(object, "Ready") &&
	       !json_is_true(doc_get(object, "spec", "suspend", NULL));
}

struct health health_judge(struct arena *arena, const json_t *object,
			   int64_t generation, const struct health_rule *rule)
{
	const struct kind *known = kind_of(object);
	const json_t *stalled = health_condition(object, "Stalled");
	const json_t *reconciling = health_condition(object, "Reconciling");

	if (doc_get(object, "metadata", "deletionTimestamp", NULL))
		return health_in_progress(arena, "is being deleted");
	if (!health_is_observed(object, generation))
		return health_in_progress(arena,
					  "its controller has not seen it yet");
	if (rule)
		return health_by_rule(arena, object, rule);
	if (health_condition_is(object, "Reconciling", "True"))
		return health_in_progress(arena, "%s",
					  health_condition_text(arena,
								reconciling));
	if (health_condition_is(object, "Stalled", "True"))
		return health_failed(arena, "%s",
				     health_condition_text(arena, stalled));
	if (known)
		return known->judge(arena, object);
	return judge_ready(arena, object, generation);
}

/* What has no rule in Kubernetes' own groups needs none. */
bool health_is_judged(const struct object *object)
{
	return object->health || find_kind(object->group, object->kind) ||
	       !object_is_own_group(object->group);
}
