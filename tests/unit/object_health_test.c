/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "object/health.h"

/* An object as it lives, in which state it is, and why. */
struct health_case {
	const char *what;
	const char *yaml; /* without metadata, which is the same for all */
	enum health_state state;
	bool passing;
	const char *reason;
};

#define DEPLOYMENT "{apiVersion: apps/v1, kind: Deployment, "
#define REPLICASET "{apiVersion: apps/v1, kind: ReplicaSet, "
#define STATEFUL   "{apiVersion: apps/v1, kind: StatefulSet, "
#define DAEMON     "{apiVersion: apps/v1, kind: DaemonSet, "
#define JOB        "{apiVersion: batch/v1, kind: Job, "
#define POD        "{apiVersion: v1, kind: Pod, "
#define CLAIM      "{apiVersion: v1, kind: PersistentVolumeClaim, "
#define VOLUME     "{apiVersion: v1, kind: PersistentVolume, "
#define WIDGET     "{apiVersion: example.com/v1, kind: Widget, "
#define SCALER                                                                 \
	"{apiVersion: autoscaling/v2, "                                        \
	"kind: HorizontalPodAutoscaler, "
#define DEFINITION                                                             \
	"{apiVersion: apiextensions.k8s.io/v1, kind: "                         \
	"CustomResourceDefinition, "
#define SERVER    "{apiVersion: apiregistration.k8s.io/v1, kind: APIService, "
#define SEEN      "status: {observedGeneration: 2, "
#define AVAILABLE "{type: Available, status: 'True'}"
#define ROLLED                                                                 \
	"{type: Progressing, status: 'True', reason: NewReplicaSetAvailable}"
#define ALL_THREE                                                              \
	"replicas: 3, updatedReplicas: 3, readyReplicas: 3, "                  \
	"availableReplicas: 3, "
#define STEADY "currentRevision: a, updateRevision: a, currentReplicas: 3, "
#define BROKEN "containerStatuses: [{name: web, ready: false, "
#define WAITS(reason)                                                          \
	POD "status: {phase: Pending, " BROKEN "state: {waiting: {reason: "    \
	    "" reason "}}}]}}"
#define CRASHES(policy, restarts)                                              \
	POD "spec: {restartPolicy: " policy "}, "                              \
	    "status: {phase: Running, " BROKEN "restartCount: " restarts ", "  \
	    "lastState: {terminated: {exitCode: 137, reason: OOMKilled}}, "    \
	    "state: {waiting: {reason: CrashLoopBackOff}}}]}}"

static const struct health_case workloads[] = {
	{ "a new deployment",
	  DEPLOYMENT "spec: {replicas: 3, progressDeadlineSeconds: 600}}",
	  HEALTH_IN_PROGRESS, false, "its controller has not seen it yet" },
	{ "a deployment as it was before",
	  DEPLOYMENT "status: {observedGeneration: 1}}", HEALTH_IN_PROGRESS,
	  false, "its controller has not seen it yet" },
	{ "a deployment with too few pods",
	  DEPLOYMENT "spec: {replicas: 3}, " SEEN "replicas: 1}}",
	  HEALTH_IN_PROGRESS, false, "1 of 3 replicas exist" },
	{ "a deployment with old pods",
	  DEPLOYMENT "spec: {replicas: 3}, " SEEN
		     "replicas: 3, updatedReplicas: 1}}",
	  HEALTH_IN_PROGRESS, false, "1 of 3 replicas are updated" },
	{ "a deployment with too many pods",
	  DEPLOYMENT "spec: {replicas: 3}, " SEEN
		     "replicas: 4, updatedReplicas: 3}}",
	  HEALTH_IN_PROGRESS, false, "1 old replica is still there" },
	{ "a deployment with pods that are not ready",
	  DEPLOYMENT "spec: {replicas: 3}, " SEEN
		     "replicas: 3, updatedReplicas: 3, readyReplicas: 2}}",
	  HEALTH_IN_PROGRESS, false, "2 of 3 replicas are ready" },
	{ "a deployment with pods that are ready for too short a time",
	  DEPLOYMENT "spec: {replicas: 3}, " SEEN
		     "replicas: 3, updatedReplicas: 3, readyReplicas: 3}}",
	  HEALTH_IN_PROGRESS, false, "0 of 3 replicas are available" },
	{ "a deployment whose rollout goes on",
	  DEPLOYMENT
	  "spec: {replicas: 3, progressDeadlineSeconds: 600}, " SEEN ALL_THREE
	  "conditions: [" AVAILABLE "]}}",
	  HEALTH_IN_PROGRESS, false, "the rollout is not complete yet" },
	{ "a deployment without a deadline",
	  DEPLOYMENT "spec: {replicas: 3}, " SEEN ALL_THREE
		     "conditions: [" AVAILABLE "]}}",
	  HEALTH_CURRENT, false, "" },
	{ "a deployment that is not available",
	  DEPLOYMENT "spec: {replicas: 0}, " SEEN
		     "conditions: [{type: Available, status: 'False', "
		     "reason: MinimumReplicasUnavailable}]}}",
	  HEALTH_IN_PROGRESS, false,
	  "is not available: MinimumReplicasUnavailable" },
	{ "a deployment",
	  DEPLOYMENT
	  "spec: {replicas: 3, progressDeadlineSeconds: 600}, " SEEN ALL_THREE
	  "conditions: [" AVAILABLE ", " ROLLED "]}}",
	  HEALTH_CURRENT, false, "" },
	{ "a deployment after its deadline",
	  DEPLOYMENT SEEN "conditions: [{type: Progressing, status: 'False', "
			  "reason: ProgressDeadlineExceeded, "
			  "message: timed out}]}}",
	  HEALTH_FAILED, false, "ProgressDeadlineExceeded: timed out" },
	{ "a deadline that was passed before",
	  DEPLOYMENT "status: {observedGeneration: 1, conditions: "
		     "[{type: Progressing, status: 'False', "
		     "reason: ProgressDeadlineExceeded}]}}",
	  HEALTH_IN_PROGRESS, false, "its controller has not seen it yet" },
	{ "a deployment against a quota",
	  DEPLOYMENT SEEN "conditions: [{type: ReplicaFailure, status: 'True', "
			  "reason: FailedCreate, "
			  "message: exceeded quota}]}}",
	  HEALTH_FAILED, true, "FailedCreate: exceeded quota" },
	{ "a paused deployment", DEPLOYMENT "spec: {paused: true}, " SEEN "}}",
	  HEALTH_SUSPENDED, false, "is paused" },
	{ "a replica set on the way",
	  REPLICASET "spec: {replicas: 3}, " SEEN
		     "replicas: 3, fullyLabeledReplicas: 3, readyReplicas: 2}}",
	  HEALTH_IN_PROGRESS, false, "2 of 3 replicas are ready" },
	{ "a replica set",
	  REPLICASET "spec: {replicas: 3}, " SEEN "fullyLabeledReplicas: "
		     "3, " ALL_THREE "}}",
	  HEALTH_CURRENT, false, "" },
	{ "a stateful set on the way",
	  STATEFUL "spec: {replicas: 3}, " SEEN "replicas: 1}}",
	  HEALTH_IN_PROGRESS, false, "1 of 3 replicas exist" },
	{ "a stateful set between two revisions",
	  STATEFUL "spec: {replicas: 3}, " SEEN
		   "replicas: 3, readyReplicas: 3, updatedReplicas: 1, "
		   "currentReplicas: 3, currentRevision: a, "
		   "updateRevision: b}}",
	  HEALTH_IN_PROGRESS, false, "1 of 3 replicas are updated" },
	{ "a stateful set that is updated in part",
	  STATEFUL "spec: {replicas: 3, updateStrategy: {rollingUpdate: "
		   "{partition: 2}}}, " SEEN
		   "replicas: 3, readyReplicas: 3, updatedReplicas: 1}}",
	  HEALTH_CURRENT, false, "" },
	{ "a stateful set",
	  STATEFUL "spec: {replicas: 3}, " SEEN ALL_THREE STEADY "}}",
	  HEALTH_CURRENT, false, "" },
	{ "a stateful set that somebody else updates",
	  STATEFUL "spec: {updateStrategy: {type: OnDelete}}, " SEEN "}}",
	  HEALTH_CURRENT, false, "" },
	{ "a daemon set that is not counted", DAEMON SEEN "}}",
	  HEALTH_IN_PROGRESS, false,
	  "its controller has not counted nodes yet" },
	{ "a daemon set on the way",
	  DAEMON SEEN "desiredNumberScheduled: 2, currentNumberScheduled: 2, "
		      "updatedNumberScheduled: 1}}",
	  HEALTH_IN_PROGRESS, false, "1 of 2 pods are updated" },
	{ "a daemon set without nodes",
	  DAEMON SEEN "desiredNumberScheduled: 0}}", HEALTH_CURRENT, false,
	  "" },
	{ "a job that has not started", JOB "spec: {}}", HEALTH_IN_PROGRESS,
	  false, "has not started yet" },
	{ "a job at work",
	  JOB "status: {startTime: '2026-01-01T00:00:00Z', active: 1}}",
	  HEALTH_IN_PROGRESS, false,
	  "is not complete: 1 running, 0 succeeded, 0 failed" },
	{ "a complete job",
	  JOB "status: {conditions: [{type: Complete, status: 'True'}]}}",
	  HEALTH_CURRENT, false, "" },
	{ "a failed job",
	  JOB "status: {conditions: [{type: Failed, status: 'True', "
	      "reason: BackoffLimitExceeded}]}}",
	  HEALTH_FAILED, false, "BackoffLimitExceeded" },
	{ "a job on hold", JOB "spec: {suspend: true}}", HEALTH_SUSPENDED,
	  false, "is suspended" },
};

static const struct health_case pods[] = {
	{ "a pod that nobody has seen", POD "spec: {}}", HEALTH_IN_PROGRESS,
	  false, "is not running yet" },
	{ "a pod that is ready",
	  POD "status: {phase: Running, conditions: [{type: Ready, status: "
	      "'True'}]}}",
	  HEALTH_CURRENT, false, "" },
	{ "a pod that has done its work", POD "status: {phase: Succeeded}}",
	  HEALTH_CURRENT, false, "" },
	{ "a pod that was evicted",
	  POD "status: {phase: Failed, reason: Evicted, message: no memory}}",
	  HEALTH_FAILED, false, "failed: Evicted: no memory" },
	{ "a pod that failed",
	  POD "status: {phase: Failed, " BROKEN
	      "state: {terminated: {exitCode: 3, reason: Error}}}]}}",
	  HEALTH_FAILED, false,
	  "failed: container 'web': it ended with exit code 3 (Error)" },
	{ "a pod that no node takes",
	  POD "status: {phase: Pending, conditions: [{type: PodScheduled, "
	      "status: 'False', reason: Unschedulable, message: 0/1 nodes}]}}",
	  HEALTH_FAILED, true, "Unschedulable: 0/1 nodes" },
	{ "a container that is being made", WAITS("ContainerCreating"),
	  HEALTH_IN_PROGRESS, false, "container 'web': ContainerCreating" },
	{ "an image that was not found once", WAITS("ErrImagePull"),
	  HEALTH_IN_PROGRESS, false, "container 'web': ErrImagePull" },
	{ "an image that is not there",
	  WAITS("ImagePullBackOff, message: not found"), HEALTH_FAILED, false,
	  "container 'web': ImagePullBackOff: not found" },
	{ "an image that may not be pulled", WAITS("ErrImageNeverPull"),
	  HEALTH_FAILED, false, "container 'web': ErrImageNeverPull" },
	{ "an image that is none", WAITS("InvalidImageName"), HEALTH_FAILED,
	  false, "container 'web': InvalidImageName" },
	{ "a container without its Secret", WAITS("CreateContainerConfigError"),
	  HEALTH_FAILED, true, "container 'web': CreateContainerConfigError" },
	{ "a container that crashes", CRASHES("Always", "1"), HEALTH_FAILED,
	  false,
	  "container 'web': CrashLoopBackOff; it ended with exit code 137 "
	  "(OOMKilled)" },
	{ "a container that has crashed once", CRASHES("Always", "0"),
	  HEALTH_IN_PROGRESS, false,
	  "container 'web': CrashLoopBackOff; it ended with exit code 137 "
	  "(OOMKilled)" },
	{ "a Job's container that crashes", CRASHES("OnFailure", "5"),
	  HEALTH_IN_PROGRESS, false,
	  "container 'web': CrashLoopBackOff; it ended with exit code 137 "
	  "(OOMKilled)" },
	{ "the worst of the containers",
	  POD "status: {phase: Pending, "
	      "initContainerStatuses: [{name: prepare, state: {waiting: "
	      "{reason: CreateContainerConfigError}}}], "
	      "containerStatuses: [{name: a, ready: true}, {name: b, state: "
	      "{waiting: {reason: InvalidImageName}}}, {name: c, state: "
	      "{waiting: {reason: PodInitializing}}}]}}",
	  HEALTH_FAILED, false, "container 'b': InvalidImageName" },
	{ "a container that is not ready",
	  POD "status: {phase: Running, " BROKEN "state: {running: {}}}]}}",
	  HEALTH_IN_PROGRESS, false, "container 'web' is not ready" },
};

static const struct health_case others[] = {
	{ "a claim that is bound", CLAIM "status: {phase: Bound}}",
	  HEALTH_CURRENT, false, "" },
	{ "a claim that waits", CLAIM "status: {phase: Pending}}",
	  HEALTH_IN_PROGRESS, false, "is not bound to a volume" },
	{ "a claim that is lost", CLAIM "status: {phase: Lost}}", HEALTH_FAILED,
	  false, "its volume is lost" },
	{ "a volume", VOLUME "status: {phase: Available}}", HEALTH_CURRENT,
	  false, "" },
	{ "a volume that cannot be recycled",
	  VOLUME "status: {phase: Failed, reason: Gone}}", HEALTH_FAILED, false,
	  "Gone" },
	{ "a definition",
	  DEFINITION "status: {conditions: [{type: Established, status: "
		     "'True'}]}}",
	  HEALTH_CURRENT, false, "" },
	{ "a definition whose names are taken",
	  DEFINITION "status: {conditions: [{type: NamesAccepted, status: "
		     "'False', message: taken}]}}",
	  HEALTH_FAILED, false, "the server does not accept its names: taken" },
	{ "a definition that comes",
	  DEFINITION "status: {conditions: [{type: Established, status: "
		     "'False', reason: Installing}]}}",
	  HEALTH_IN_PROGRESS, false, "is not established" },
	{ "a definition that does not",
	  DEFINITION "status: {conditions: [{type: Established, status: "
		     "'False', reason: NotAccepted}]}}",
	  HEALTH_FAILED, false, "is not established: NotAccepted" },
	{ "an API service that is not there",
	  SERVER "status: {conditions: [{type: Available, status: 'False', "
		 "reason: MissingEndpoints}]}}",
	  HEALTH_IN_PROGRESS, false, "is not available: MissingEndpoints" },
	{ "an API service", SERVER "status: {conditions: [" AVAILABLE "]}}",
	  HEALTH_CURRENT, false, "" },
	{ "an autoscaler", SCALER "spec: {}}", HEALTH_CURRENT, false, "" },
	{ "an autoscaler of nothing",
	  SCALER "status: {conditions: [{type: AbleToScale, status: 'False', "
		 "reason: FailedGetScale, message: not found}]}}",
	  HEALTH_FAILED, true, "cannot scale: FailedGetScale: not found" },
	{ "an autoscaler without metrics",
	  SCALER "status: {conditions: [{type: ScalingActive, status: 'False', "
		 "reason: FailedGetResourceMetric}]}}",
	  HEALTH_IN_PROGRESS, false,
	  "cannot tell the load: FailedGetResourceMetric" },
	{ "an autoscaler with a bad selector",
	  SCALER "status: {conditions: [{type: ScalingActive, status: 'False', "
		 "reason: InvalidSelector}]}}",
	  HEALTH_FAILED, false, "cannot scale: InvalidSelector" },
	{ "an autoscaler at rest",
	  SCALER "status: {conditions: [{type: ScalingActive, status: 'False', "
		 "reason: ScalingDisabled}]}}",
	  HEALTH_CURRENT, false, "" },
	{ "a custom object without a status", WIDGET "spec: {}}",
	  HEALTH_CURRENT, false, "" },
	{ "a custom object that is ready",
	  WIDGET "status: {conditions: [{type: Ready, status: 'True'}]}}",
	  HEALTH_CURRENT, false, "" },
	{ "a custom object that is not ready",
	  WIDGET "status: {conditions: [{type: Ready, status: 'False', "
		 "reason: Dial, message: refused}]}}",
	  HEALTH_IN_PROGRESS, false, "Ready is False: Dial: refused" },
	{ "a custom object that was ready before",
	  WIDGET "status: {observedGeneration: 1, conditions: [{type: Ready, "
		 "status: 'True'}]}}",
	  HEALTH_IN_PROGRESS, false, "its controller has not seen it yet" },
	{ "a condition of before",
	  WIDGET "status: {conditions: [{type: Ready, status: 'True', "
		 "observedGeneration: 1}]}}",
	  HEALTH_IN_PROGRESS, false, "Ready is told of an earlier state" },
	{ "a custom object that is stalled",
	  WIDGET "status: {conditions: [{type: Ready, status: 'False'}, "
		 "{type: Stalled, status: 'True', reason: BadSpec}]}}",
	  HEALTH_FAILED, false, "BadSpec" },
	{ "a custom object at work",
	  WIDGET "status: {conditions: [{type: Reconciling, status: 'True', "
		 "reason: Building}]}}",
	  HEALTH_IN_PROGRESS, false, "Building" },
	{ "what is no status", WIDGET "status: [1, {}]}", HEALTH_CURRENT, false,
	  "" },
};

static json_t *read_object(struct arena *arena, const char *yaml)
{
	struct docs docs = { 0 };
	struct err err = { 0 };

	assert_int_equal(doc_read_yaml(arena, "live.yaml",
				       (struct bytes){ yaml, strlen(yaml) },
				       NULL, &docs, &err),
			 0);
	assert_int_equal(docs.n, 1);
	return docs.v[0].value;
}

static void judge_all(const struct health_case *cases, size_t n,
		      const struct health_rule *rule)
{
	for (size_t i = 0; i < n; i++) {
		AUTO_ARENA struct arena *arena = arena_new();
		json_t *object = read_object(arena, cases[i].yaml);
		struct health health;

		doc_set(object, doc_keep(arena, json_integer(2)), "metadata",
			"generation", NULL);
		health = health_judge(arena, object, 2, rule);
		if (health.state != cases[i].state ||
		    health.passing != cases[i].passing ||
		    strcmp(health.reason, cases[i].reason) != 0)
			fail_msg("%s: %s%s: '%s'", cases[i].what,
				 health_word(health.state),
				 health.passing ? ", passing" : "",
				 health.reason);
	}
}

static void workloads_are_judged_by_their_counts(void **state)
{
	(void)state;
	judge_all(workloads, ARRAY_LEN(workloads), NULL);
}

static void a_pod_is_judged_by_its_worst_container(void **state)
{
	(void)state;
	judge_all(pods, ARRAY_LEN(pods), NULL);
}

static void other_kinds_are_judged_by_their_conditions(void **state)
{
	(void)state;
	judge_all(others, ARRAY_LEN(others), NULL);
}

static void what_is_being_deleted_is_not_there_yet(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();
	json_t *object = read_object(arena, WIDGET "status: {conditions: "
						   "[{type: Ready, status: "
						   "'True'}]}}");
	struct health health;

	(void)state;
	doc_set_string(object, "2026-01-01T00:00:00Z", "metadata",
		       "deletionTimestamp", NULL);
	health = health_judge(arena, object, 0, NULL);
	assert_int_equal(health.state, HEALTH_IN_PROGRESS);
	assert_string_equal(health.reason, "is being deleted");
}

static void an_object_older_than_our_write_does_not_count(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();
	json_t *object = read_object(arena, WIDGET "spec: {}}");
	struct health health;

	(void)state;
	health = health_judge(arena, object, 1, NULL);
	assert_int_equal(health.state, HEALTH_IN_PROGRESS);
	health = health_judge(arena, object, 0, NULL);
	assert_int_equal(health.state, HEALTH_CURRENT);
}

#define VALUES(...) ((const char *const[]){ __VA_ARGS__, NULL })

static const struct health_test in_progress[] = {
	{ "/status/phase", VALUES("Upgrading") },
};
static const struct health_test failed[] = {
	{ "/status/phase", VALUES("Failed", "Lost*") },
	{ "/status/conditions/[type=Broken]/status", VALUES("True") },
};
static const struct health_test healthy[] = {
	{ "/status/phase", VALUES("Ready", "Running") },
	{ "/status/ready", VALUES("/spec/replicas") },
	{ "/status/ok", VALUES("True") },
	{ "/status/address/0", VALUES("*") },
};
static const struct health_rule rule = {
	.in_progress = { in_progress, ARRAY_LEN(in_progress) },
	.failed = { failed, ARRAY_LEN(failed) },
	.healthy = { healthy, ARRAY_LEN(healthy) },
};

#define THREE  WIDGET "spec: {replicas: 3}, status: "
#define HEALTH "ready: 3, ok: true, address: [{ip: x}]"

static void a_rule_of_its_own_is_in_place_of_its_kind(void **state)
{
	static const struct health_case cases[] = {
		{ "healthy", THREE "{phase: Running, " HEALTH "}}",
		  HEALTH_CURRENT, false, "" },
		{ "of two phases", THREE "{phase: Pending, " HEALTH "}}",
		  HEALTH_IN_PROGRESS, false,
		  "/status/phase is 'Pending', expected 'Ready' or "
		  "'Running'" },
		{ "without a phase", THREE "{" HEALTH "}}", HEALTH_IN_PROGRESS,
		  false,
		  "/status/phase is not there, expected 'Ready' or "
		  "'Running'" },
		{ "fewer than wanted", THREE "{phase: Ready, ready: 2}}",
		  HEALTH_IN_PROGRESS, false,
		  "/status/ready is 2, expected that of /spec/replicas, 3" },
		{ "a boolean", THREE "{phase: Ready, ready: 3, ok: false}}",
		  HEALTH_IN_PROGRESS, false,
		  "/status/ok is false, expected 'True'" },
		{ "nothing at all", THREE "{phase: Ready, ready: 3, ok: true}}",
		  HEALTH_IN_PROGRESS, false,
		  "/status/address/0 is not there, expected anything" },
		{ "a mapping", THREE "{phase: {a: 1}}}", HEALTH_IN_PROGRESS,
		  false,
		  "/status/phase is a mapping, expected 'Ready' or "
		  "'Running'" },
		{ "failed", THREE "{phase: Failed}}", HEALTH_FAILED, false,
		  "/status/phase is 'Failed'" },
		{ "failed by a pattern", THREE "{phase: LostLeader}}",
		  HEALTH_FAILED, false, "/status/phase is 'LostLeader'" },
		{ "failed by a condition",
		  THREE "{phase: Ready, conditions: [{type: A}, {type: Broken, "
			"status: 'True'}], " HEALTH "}}",
		  HEALTH_FAILED, false,
		  "/status/conditions/[type=Broken]/status is 'True'" },
		{ "in progress before it can fail",
		  THREE "{phase: Upgrading, conditions: [{type: Broken, "
			"status: 'True'}]}}",
		  HEALTH_IN_PROGRESS, false, "/status/phase is 'Upgrading'" },
		{ "not by its conditions",
		  THREE "{phase: Ready, conditions: [{type: Ready, status: "
			"'False'}, {type: Stalled, status: 'True'}], " HEALTH
			"}}",
		  HEALTH_CURRENT, false, "" },
		{ "not observed yet",
		  THREE "{phase: Ready, observedGeneration: 1, " HEALTH "}}",
		  HEALTH_IN_PROGRESS, false,
		  "its controller has not seen it yet" },
	};

	(void)state;
	judge_all(cases, ARRAY_LEN(cases), &rule);
}

static void a_long_value_is_cut(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();
	json_t *object = read_object(arena, THREE "{}}");
	char *text = arena_strdup(arena, "");

	(void)state;
	for (int i = 0; i < 50; i++)
		text = arena_printf(arena, "%s\u00e4", text);
	doc_set_string(object, text, "status", "phase", NULL);
	text[80] = '\0';
	assert_string_equal(health_judge(arena, object, 0, &rule).reason,
			    arena_printf(arena,
					 "/status/phase is '%s...', expected "
					 "'Ready' or 'Running'",
					 text));
}

static void a_foreign_kind_may_be_silent(void **state)
{
	static const struct {
		const char *yaml;
		bool silent;
	} cases[] = {
		{ WIDGET "spec: {}}", true },
		{ WIDGET "status: {conditions: [{type: Synced}]}}", true },
		{ WIDGET "status: {conditions: [{type: Ready}]}}", false },
		{ WIDGET "spec: {suspend: true}}", false },
		{ DEPLOYMENT "spec: {}}", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_ARENA struct arena *arena = arena_new();

		assert_int_equal(health_is_silent(
					 read_object(arena, cases[i].yaml)),
				 cases[i].silent);
	}
}

static void only_what_a_controller_acts_on_is_judged(void **state)
{
	static const struct {
		const char *group;
		const char *kind;
		bool judged;
	} kinds[] = {
		{ "", "ConfigMap", false },
		{ "", "PersistentVolumeClaim", true },
		{ "", "Pod", true },
		{ "", "Service", false },
		{ "apps", "ControllerRevision", false },
		{ "apps", "Deployment", true },
		{ "batch", "CronJob", false },
		{ "cert-manager.io", "Certificate", true },
		{ "gateway.networking.k8s.io", "Gateway", true },
		{ "networking.k8s.io", "Ingress", false },
		{ "storagemigration.k8s.io", "StorageVersionMigration", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct object object = {
			.group = kinds[i].group,
			.kind = kinds[i].kind,
		};

		assert_int_equal(health_is_judged(&object), kinds[i].judged);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(workloads_are_judged_by_their_counts),
		cmocka_unit_test(a_pod_is_judged_by_its_worst_container),
		cmocka_unit_test(other_kinds_are_judged_by_their_conditions),
		cmocka_unit_test(what_is_being_deleted_is_not_there_yet),
		cmocka_unit_test(an_object_older_than_our_write_does_not_count),
		cmocka_unit_test(a_rule_of_its_own_is_in_place_of_its_kind),
		cmocka_unit_test(a_long_value_is_cut),
		cmocka_unit_test(a_foreign_kind_may_be_silent),
		cmocka_unit_test(only_what_a_controller_acts_on_is_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
