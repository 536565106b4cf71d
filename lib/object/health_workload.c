/* SPDX-License-Identifier: Apache-2.0 */

/* The health of what makes pods. */

#include "object/health_rule.h"

/* A deployment that may take for ever says so by this number. */
#define NO_DEADLINE INT32_MAX

static struct health short_of(struct arena *arena, int64_t have, int64_t want,
			      const char *what, const char *are)
{
	return health_in_progress(arena, "%lld of %lld %s %s", (long long)have,
				  (long long)want, what, are);
}

static struct health too_many(struct arena *arena, int64_t n)
{
	return health_in_progress(arena, "%lld old %s still there",
				  (long long)n,
				  n == 1 ? "replica is" : "replicas are");
}

static int64_t wanted(const json_t *object)
{
	return health_number(doc_get(object, "spec", NULL), "replicas", 1);
}

/* A quota is full, or a webhook says no: pods cannot be made. */
static bool is_refused(struct arena *arena, const json_t *object,
		       struct health *out)
{
	const json_t *failure = health_condition(object, "ReplicaFailure");

	if (!health_condition_is(object, "ReplicaFailure", "True"))
		return false;
	*out = health_passing(arena, "%s",
			      health_condition_text(arena, failure));
	return true;
}

static bool has_deadline(const json_t *object)
{
	return health_number(doc_get(object, "spec", NULL),
			     "progressDeadlineSeconds",
			     NO_DEADLINE) != NO_DEADLINE;
}

/* Are the replicas there, the new ones, and no more? */
static struct health count_replicas(struct arena *arena, const json_t *object)
{
	const json_t *status = doc_get(object, "status", NULL);
	const int64_t want = wanted(object);
	const int64_t all = health_number(status, "replicas", 0);
	const int64_t updated = health_number(status, "updatedReplicas", 0);
	const int64_t available = health_number(status, "availableReplicas", 0);
	const int64_t ready = health_number(status, "readyReplicas", 0);

	if (all < want)
		return short_of(arena, all, want, "replicas", "exist");
	if (updated < want)
		return short_of(arena, updated, want, "replicas",
				"are updated");
	if (all > want)
		return too_many(arena, all - want);
	if (ready < want)
		return short_of(arena, ready, want, "replicas", "are ready");
	if (available < updated)
		return short_of(arena, available, want, "replicas",
				"are available");
	return health_current();
}

struct health health_deployment(struct arena *arena, const json_t *object)
{
	const json_t *progress = health_condition(object, "Progressing");
	const json_t *available = health_condition(object, "Available");
	const char *reason = doc_get_string(progress, "reason", NULL);
	struct health health;

	if (json_is_true(doc_get(object, "spec", "paused", NULL)))
		return health_suspended("is paused");
	if (str_equal(reason, "ProgressDeadlineExceeded"))
		return health_failed(arena, "%s",
				     health_condition_text(arena, progress));
	if (is_refused(arena, object, &health))
		return health;
	health = count_replicas(arena, object);
	if (health.state != HEALTH_CURRENT)
		return health;
	if (has_deadline(object) &&
	    (!str_equal(reason, "NewReplicaSetAvailable") ||
	     !health_condition_is(object, "Progressing", "True")))
		return health_in_progress(arena,
					  "the rollout is not complete yet");
	if (!health_condition_is(object, "Available", "True"))
		return health_in_progress(arena, "is not available%s%s",
					  available ? ": " : "",
					  health_condition_text(arena,
								available));
	return health_current();
}

struct health health_replica_set(struct arena *arena, const json_t *object)
{
	const json_t *status = doc_get(object, "status", NULL);
	const int64_t want = wanted(object);
	const int64_t all = health_number(status, "replicas", 0);
	const int64_t labeled = health_number(status, "fullyLabeledReplicas",
					      0);
	const int64_t available = health_number(status, "availableReplicas", 0);
	const int64_t ready = health_number(status, "readyReplicas", 0);
	struct health health;

	if (is_refused(arena, object, &health))
		return health;
	if (labeled < want)
		return short_of(arena, labeled, want, "replicas", "exist");
	if (ready < want)
		return short_of(arena, ready, want, "replicas", "are ready");
	if (available < want)
		return short_of(arena, available, want, "replicas",
				"are available");
	if (all > want)
		return too_many(arena, all - want);
	return health_current();
}

/* A rollout that updates only some of the replicas, by their number. */
static struct health judge_partition(struct arena *arena, int64_t want,
				     int64_t partition, int64_t updated)
{
	const int64_t to_update = want > partition ? want - partition : 0;

	if (updated < to_update)
		return short_of(arena, updated, to_update, "replicas",
				"are updated");
	return health_current();
}

struct health health_stateful_set(struct arena *arena, const json_t *object)
{
	const json_t *strategy = doc_get(object, "spec", "updateStrategy",
					 NULL);
	const json_t *rolling = doc_get(strategy, "rollingUpdate", NULL);
	const json_t *status = doc_get(object, "status", NULL);
	const int64_t want = wanted(object);
	const int64_t all = health_number(status, "replicas", 0);
	const int64_t ready = health_number(status, "readyReplicas", 0);
	const int64_t updated = health_number(status, "updatedReplicas", 0);
	const int64_t partition = health_number(rolling, "partition", 0);

	/* It is updated when somebody deletes its pods. */
	if (str_equal(doc_get_string(strategy, "type", NULL), "OnDelete"))
		return health_current();
	if (all < want)
		return short_of(arena, all, want, "replicas", "exist");
	if (ready < want)
		return short_of(arena, ready, want, "replicas", "are ready");
	if (all > want)
		return too_many(arena, all - want);
	if (partition > 0)
		return judge_partition(arena, want, partition, updated);
	if (!str_equal(doc_get_string(status, "currentRevision", NULL),
		       doc_get_string(status, "updateRevision", NULL)) ||
	    health_number(status, "currentReplicas", 0) < want)
		return short_of(arena, updated, want, "replicas",
				"are updated");
	return health_current();
}

struct health health_daemon_set(struct arena *arena, const json_t *object)
{
	const json_t *status = doc_get(object, "status", NULL);
	const char *strategy = doc_get_string(object, "spec", "updateStrategy",
					      "type", NULL);
	const int64_t want = health_number(status, "desiredNumberScheduled",
					   -1);
	const struct {
		const char *key;
		const char *are;
	} counts[] = {
		{ "currentNumberScheduled", "exist" },
		{ "updatedNumberScheduled", "are updated" },
		{ "numberReady", "are ready" },
		{ "numberAvailable", "are available" },
	};

	if (want < 0)
		return health_in_progress(
			arena, "its controller has not counted nodes yet");
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		const int64_t n = health_number(status, counts[i].key, 0);

		/* It is updated when somebody deletes its pods. */
		if (str_equal(strategy, "OnDelete") &&
		    str_equal(counts[i].key, "updatedNumberScheduled"))
			continue;
		if (n < want)
			return short_of(arena, n, want, "pods", counts[i].are);
	}
	return health_current();
}

struct health health_job(struct arena *arena, const json_t *object)
{
	const json_t *status = doc_get(object, "status", NULL);
	const int64_t succeeded = health_number(status, "succeeded", 0);
	const int64_t failed = health_number(status, "failed", 0);

	if (health_condition_is(object, "Complete", "True"))
		return health_current();
	if (health_condition_is(object, "Failed", "True"))
		return health_failed(
			arena, "%s",
			health_condition_text(arena,
					      health_condition(object,
							       "Failed")));
	if (json_is_true(doc_get(object, "spec", "suspend", NULL)))
		return health_suspended("is suspended");
	if (!doc_get(status, "startTime", NULL))
		return health_in_progress(arena, "has not started yet");
	return health_in_progress(
		arena,
		"is not complete: %lld running, %lld succeeded, "
		"%lld failed",
		(long long)health_number(status, "active", 0),
		(long long)succeeded, (long long)failed);
}
