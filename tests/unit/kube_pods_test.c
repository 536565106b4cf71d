/* SPDX-License-Identifier: Apache-2.0 */

/* Which pods count for a workload, and what is said of them. */

#include "test.h"

#include "cluster/kube/pods.h"
#include "document/document.h"

static struct arena *arena;
static struct kube_pods pods;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	kube_pods_init(arena, &pods);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static const json_t *parse(const char *yaml)
{
	struct docs docs = { 0 };
	struct err err = { 0 };

	assert_int_equal(doc_read_yaml(arena, "live.yaml",
				       (struct bytes){ yaml, strlen(yaml) },
				       NULL, &docs, &err),
			 0);
	return docs.v[0].value;
}

/* ReplicaSet `uid` of Deployment d, at a revision. */
static const char *add_set(const char *uid, const char *revision)
{
	const char *yaml = arena_printf(
		arena,
		"{metadata: {uid: %s, ownerReferences: [{uid: d, controller: "
		"true}], annotations: {deployment.kubernetes.io/revision: "
		"'%s'}}}",
		uid, revision);

	return kube_pods_take_set(&pods, parse(yaml), false);
}

/* Pod `uid` of an owner; `more` is metadata, `status` its status. */
static const char *add_pod(const char *uid, const char *owner, const char *more,
			   const char *status)
{
	const char *yaml = arena_printf(
		arena,
		"{apiVersion: v1, kind: Pod, metadata: {uid: %s, name: pod-%s, "
		"namespace: demo, ownerReferences: [{uid: other}, {uid: %s, "
		"controller: true}]%s}, status: %s}",
		uid, uid, owner, more, status);

	return kube_pods_take_pod(&pods, parse(yaml), false);
}

static const char *add_event(const char *uid, const char *of,
			     const char *reason, int second, bool listed)
{
	const char *yaml = arena_printf(
		arena,
		"{metadata: {uid: %s}, involvedObject: {uid: %s, kind: Pod, "
		"name: %s}, reason: %s, message: so it is, count: %d, "
		"lastTimestamp: '2026-01-01T00:00:%02dZ'}",
		uid, of, of, reason, second, second);

	return kube_pods_take_event(&pods, parse(yaml), listed);
}

#define STUCK                                                                  \
	"{phase: Pending, containerStatuses: [{name: web, state: {waiting: "   \
	"{reason: ImagePullBackOff}}}]}"
#define STARTING                                                               \
	"{phase: Pending, containerStatuses: [{name: web, state: {waiting: "   \
	"{reason: ContainerCreating}}}]}"

static const struct kube_workload deployment = {
	.uid = "d",
	.has_sets = true,
	.revision = "2",
};
static const struct kube_workload stateful = {
	.uid = "s",
	.revision = "new",
};

static void expect(const struct kube_workload *workload,
		   enum health_state state, bool passing, const char *reason)
{
	const struct health base = {
		.state = HEALTH_IN_PROGRESS,
		.reason = "0 of 1",
	};
	struct health health = kube_pods_judge(&pods, arena, workload, &base);

	assert_string_equal(health.reason, reason);
	assert_int_equal(health.state, state);
	assert_int_equal(health.passing, passing);
}

static void only_the_newest_replica_set_counts(void **state)
{
	(void)state;
	add_pod("a", "old", "", STUCK);
	assert_string_equal(add_set("old", "1"), "d");
	expect(&deployment, HEALTH_IN_PROGRESS, false, "0 of 1");
	assert_string_equal(add_set("new", "2"), "d");
	assert_string_equal(add_pod("b", "new", "", STARTING), "d");
	expect(&deployment, HEALTH_IN_PROGRESS, false,
	       "0 of 1; Pod pod-b: container 'web': ContainerCreating");
	assert_string_equal(add_pod("b", "new", "", STUCK), "d");
	expect(&deployment, HEALTH_FAILED, false,
	       "0 of 1; Pod pod-b: container 'web': ImagePullBackOff");
}

static void pods_may_come_before_their_replica_set(void **state)
{
	(void)state;
	assert_string_equal(add_pod("b", "new", "", STUCK), "new");
	expect(&deployment, HEALTH_IN_PROGRESS, false, "0 of 1");
	add_set("new", "2");
	expect(&deployment, HEALTH_FAILED, false,
	       "0 of 1; Pod pod-b: container 'web': ImagePullBackOff");
}

static void the_revision_is_on_the_pods_of_other_workloads(void **state)
{
	(void)state;
	add_pod("a", "s", ", labels: {controller-revision-hash: old}", STUCK);
	expect(&stateful, HEALTH_IN_PROGRESS, false, "0 of 1");
	add_pod("b", "s", ", labels: {controller-revision-hash: new}", STUCK);
	expect(&stateful, HEALTH_FAILED, false,
	       "0 of 1; Pod pod-b: container 'web': ImagePullBackOff");
}

static void pods_that_go_do_not_count(void **state)
{
	(void)state;
	add_pod("a", "s", ", deletionTimestamp: '2026-01-01T00:00:00Z'", STUCK);
	expect(&stateful, HEALTH_IN_PROGRESS, false, "0 of 1");
	add_pod("b", "s", "", STUCK);
	kube_pods_forget_pods(&pods, "elsewhere");
	expect(&stateful, HEALTH_FAILED, false,
	       "0 of 1; Pod pod-b: container 'web': ImagePullBackOff");
	kube_pods_forget_pods(&pods, "demo");
	expect(&stateful, HEALTH_IN_PROGRESS, false, "0 of 1");
}

static void a_pod_that_failed_may_be_replaced(void **state)
{
	(void)state;
	add_pod("a", "s", "", "{phase: Failed, reason: Evicted}");
	expect(&stateful, HEALTH_IN_PROGRESS, false,
	       "0 of 1; Pod pod-a: failed: Evicted");
}

static void what_is_healthy_has_no_pods_to_blame(void **state)
{
	const struct health base = { .state = HEALTH_CURRENT, .reason = "" };
	struct health health;

	(void)state;
	add_pod("a", "s", "", STUCK);
	health = kube_pods_judge(&pods, arena, &stateful, &base);
	assert_int_equal(health.state, HEALTH_CURRENT);
}

static void what_cannot_make_pods_fails_until_it_does(void **state)
{
	(void)state;
	assert_string_equal(add_event("e1", "s", "FailedCreate", 1, true), "s");
	expect(&stateful, HEALTH_IN_PROGRESS, false, "0 of 1");
	add_event("e1", "s", "FailedCreate", 2, false);
	expect(&stateful, HEALTH_FAILED, true,
	       "0 of 1; FailedCreate: so it is");
	add_pod("a", "s", "", STARTING);
	expect(&stateful, HEALTH_IN_PROGRESS, false,
	       "0 of 1; Pod pod-a: container 'web': ContainerCreating");
}

static void the_three_newest_warnings_are_told(void **state)
{
	const char **texts;

	(void)state;
	add_set("new", "2");
	add_pod("a", "new", "", STUCK);
	add_pod("z", "old", "", STUCK);
	add_event("e1", "a", "First", 1, true);
	add_event("e2", "d", "Second", 2, true);
	add_event("e3", "new", "Third", 3, false);
	add_event("e4", "z", "Foreign", 9, false);
	add_event("e5", "a", "Fifth", 5, false);
	add_event("e5", "a", "Fifth", 6, false);
	texts = kube_pods_warnings(&pods, arena, &deployment);
	assert_string_equal(texts[0], "Pod a: Fifth: so it is (6 times)");
	assert_string_equal(texts[1], "Pod new: Third: so it is (3 times)");
	assert_string_equal(texts[2], "Pod d: Second: so it is (2 times)");
	assert_null(texts[3]);
}

static void workloads_say_what_their_pods_are(void **state)
{
	static const struct {
		const char *yaml;
		bool makes_pods;
		const char *revision;
	} cases[] = {
		{ "{kind: Deployment, metadata: {uid: d, annotations: "
		  "{deployment.kubernetes.io/revision: '7'}}}",
		  true, "7" },
		{ "{kind: StatefulSet, metadata: {uid: d}, status: "
		  "{updateRevision: web-2}}",
		  true, "web-2" },
		{ "{kind: DaemonSet, metadata: {uid: d, annotations: "
		  "{deprecated.daemonset.template.generation: '3'}}}",
		  true, "3" },
		{ "{kind: Job, metadata: {uid: d}}", true, NULL },
		{ "{kind: Service, metadata: {uid: d}}", false, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct kube_workload workload;

		assert_int_equal(kube_workload_read(arena, parse(cases[i].yaml),
						    &workload),
				 cases[i].makes_pods);
		assert_string_equal(workload.uid, "d");
		assert_true(str_equal(workload.revision, cases[i].revision));
	}
}

static void what_has_no_uid_is_nothing(void **state)
{
	const json_t *object = parse("{metadata: [], status: 1}");

	(void)state;
	assert_null(kube_pods_take_pod(&pods, object, false));
	assert_null(kube_pods_take_set(&pods, object, false));
	assert_null(kube_pods_take_event(&pods, object, false));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(only_the_newest_replica_set_counts),
		TEST(pods_may_come_before_their_replica_set),
		TEST(the_revision_is_on_the_pods_of_other_workloads),
		TEST(pods_that_go_do_not_count),
		TEST(a_pod_that_failed_may_be_replaced),
		TEST(what_is_healthy_has_no_pods_to_blame),
		TEST(what_cannot_make_pods_fails_until_it_does),
		TEST(the_three_newest_warnings_are_told),
		TEST(workloads_say_what_their_pods_are),
		TEST(what_has_no_uid_is_nothing),
	};

	doc_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
