/* SPDX-License-Identifier: Apache-2.0 */

/* How a wait goes on when watches end, and what it makes of what they tell. */

#include "test.h"

#include "kube_script.h"

#define JOBS                                                                   \
	"/apis/batch/v1/namespaces/demo/jobs?limit=500&"                       \
	"fieldSelector=metadata.name%3Dwork"
#define WATCH                                                                  \
	"/apis/batch/v1/namespaces/demo/jobs?watch=true&"                      \
	"allowWatchBookmarks=true&timeoutSeconds=25&resourceVersion="
#define JOB(version, more)                                                     \
	"{\"metadata\":{\"name\":\"work\",\"namespace\":\"demo\","             \
	"\"uid\":\"u1\",\"resourceVersion\":\"" version "\"}" more "}"
#define COMPLETE                                                               \
	",\"status\":{\"conditions\":[{\"type\":\"Complete\","                 \
	"\"status\":\"True\"}]}"
#define LISTED(version, items)                                                 \
	"{\"metadata\":{\"resourceVersion\":\"" version                        \
	"\"},\"items\":[" items "]}"
#define CHANGE(type, object) "{\"type\":\"" type "\",\"object\":" object "}\n"
#define BOOKMARK(version)                                                      \
	CHANGE("BOOKMARK",                                                     \
	       "{\"metadata\":{\"resourceVersion\":\"" version "\"}}")
/* Nobody may see what would explain it. */
#define UNEXPLAINED                                                            \
	{ "GET", "/api/v1/namespaces/demo/events?", 403, NULL },               \
		{ "GET", "/api/v1/namespaces/demo/pods?", 403, NULL },         \
	{                                                                      \
		"GET", "/apis/apps/v1/namespaces/demo/replicasets?", 403, NULL \
	}
#define KINDS                                                                  \
	GROUPS(GROUP(                                                          \
		"batch", "v1", ,                                               \
		RESOURCE("jobs", "Job",                                        \
			 "Namespaced")) "," GROUP("example.com", "v1", ,       \
						  RESOURCE("widgets",          \
							   "Widget",           \
							   "Namespaced")))
#define DEFINITION                                                             \
	"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/"             \
	"widgets.example.com"
#define COLUMN(path)                                                           \
	"{\"spec\":{\"versions\":[{\"name\":\"v1\","                           \
	"\"additionalPrinterColumns\":[{\"jsonPath\":\"" path "\"}]}]}}"
#define WIDGETS "/apis/example.com/v1/namespaces/demo/widgets?limit=500"
#define READY                                                                  \
	",\"status\":{\"conditions\":[{\"type\":\"Ready\","                    \
	"\"status\":\"True\"}]}"

/* An object called work that was just written. */
static struct cluster_item *written(const char *api_version, const char *kind,
				    const char *more)
{
	struct objects *objects = parse(arena_printf(
		run.arena,
		"{apiVersion: %s, kind: %s, metadata: {name: work, "
		"namespace: demo}%s}",
		api_version, kind, more));
	struct cluster_item *item = arena_alloc(run.arena, sizeof(*item));
	const char *text = arena_printf(run.arena,
					"{\"apiVersion\":\"%s\","
					"\"kind\":\"%s\",\"metadata\":{}}",
					api_version, kind);
	struct err err = { 0 };

	SCRIPT({ "GET", "/apis", 200, KINDS }, { "GET", "/api", 200, CORE });
	assert_int_equal(cluster_identify(cluster, objects, &err), 0);
	item->want = &objects->v[0];
	item->written = true;
	item->merged = (struct bytes){ text, strlen(text) };
	return item;
}

static struct cluster_item *job(const char *more)
{
	return written("batch/v1", "Job", more);
}

static void await(struct cluster_item *item, enum health_state state,
		  const char *reason)
{
	AUTO_ERR struct err err = { 0 };

	assert_int_equal(cluster_wait(cluster, &item, 1, 60000, &err), 0);
	assert_int_equal(item->health.state, state);
	assert_string_equal(item->health.reason, reason);
	for (size_t i = 0; i < n_script; i++)
		if (!used[i])
			fail_msg("not asked: %s", script[i].path);
}

static void what_is_listed_healthy_is_not_watched(void **state)
{
	struct cluster_item *item = job("");

	(void)state;
	SCRIPT({ "GET", JOBS, 200, LISTED("5", JOB("4", COMPLETE)) },
	       UNEXPLAINED);
	await(item, HEALTH_CURRENT, "");
}

static void row_39_a_watch_that_ends_goes_on_from_where_it_was(void **state)
{
	struct cluster_item *item = job("");

	(void)state;
	SCRIPT({ "GET", JOBS, 200, LISTED("5", JOB("4", "")) }, UNEXPLAINED,
	       { "GET", WATCH "5&", 200, CHANGE("MODIFIED", JOB("6", "")) },
	       { "GET", WATCH "6&", 200, BOOKMARK("9") },
	       { "GET", WATCH "9&", 200, "" },
	       { "GET", WATCH "9&", 200,
		 CHANGE("MODIFIED", JOB("10", COMPLETE)) });
	await(item, HEALTH_CURRENT, "");
}

static void row_39_a_watch_that_cannot_go_on_begins_anew(void **state)
{
	struct cluster_item *item = job("");

	(void)state;
	SCRIPT({ "GET", JOBS, 200, LISTED("5", JOB("4", "")) }, UNEXPLAINED,
	       { "GET", WATCH "5&", 410, NULL },
	       { "GET", JOBS, 200, LISTED("7", JOB("4", "")) },
	       { "GET", WATCH "7&", 200,
		 CHANGE("ERROR", "{\"kind\":\"Status\",\"code\":410}") },
	       { "GET", JOBS, 200, LISTED("9", JOB("8", COMPLETE)) });
	await(item, HEALTH_CURRENT, "");
}

static void row_40_a_watch_that_is_silent_is_not_believed(void **state)
{
	struct cluster_item *item = job("");

	(void)state;
	SCRIPT({ "GET", JOBS, 200, LISTED("5", JOB("4", "")) }, UNEXPLAINED,
	       { "GET", WATCH "5&", 0, NULL },
	       { "GET", JOBS, 200, LISTED("9", JOB("8", COMPLETE)) });
	await(item, HEALTH_CURRENT, "");
}

static void what_is_not_listed_any_more_is_gone(void **state)
{
	struct cluster_item *item = job("");

	(void)state;
	SCRIPT({ "GET", JOBS, 200, LISTED("5", JOB("4", "")) }, UNEXPLAINED,
	       { "GET", WATCH "5&", 410, NULL },
	       { "GET", JOBS, 200, LISTED("7", "") },
	       { "GET", WATCH "7&", 200, "" });
	await(item, HEALTH_FAILED, "is gone: somebody has deleted it");
}

static void a_job_may_go_once_it_is_done(void **state)
{
	struct cluster_item *item = job(", spec: {ttlSecondsAfterFinished: 0}");

	(void)state;
	SCRIPT({ "GET", JOBS, 200, LISTED("5", JOB("4", "")) }, UNEXPLAINED,
	       { "GET", WATCH "5&", 200, CHANGE("DELETED", JOB("6", "")) });
	await(item, HEALTH_CURRENT, "is done and gone");
}

static void who_may_not_look_cannot_wait(void **state)
{
	struct cluster_item *item = job("");
	AUTO_ERR struct err err = { 0 };

	(void)state;
	SCRIPT({ "GET", JOBS, 403, NULL }, UNEXPLAINED);
	assert_int_equal(cluster_wait(cluster, &item, 1, 60000, &err), -1);
	assert_non_null(strstr(err.hint, "--wait 0"));
}

static void a_server_that_is_away_ends_the_run(void **state)
{
	struct cluster_item *item = job("");
	AUTO_ERR struct err err = { 0 };

	(void)state;
	SCRIPT({ "GET", JOBS, 200, LISTED("5", JOB("4", "")) }, UNEXPLAINED,
	       { "GET", WATCH "5&", 0, NULL }, { "GET", JOBS, 0, NULL });
	assert_int_equal(cluster_wait(cluster, &item, 1, 60000, &err), -1);
}

static void a_broken_watch_ends_the_run(void **state)
{
	struct cluster_item *item = job("");
	AUTO_ERR struct err err = { 0 };

	(void)state;
	SCRIPT({ "GET", JOBS, 200, LISTED("5", JOB("4", "")) }, UNEXPLAINED,
	       { "GET", WATCH "5&", 200, "no line of a watch\n" });
	assert_int_equal(cluster_wait(cluster, &item, 1, 60000, &err), -1);
}

static void a_kind_may_promise_to_tell(void **state)
{
	struct cluster_item *item = written("example.com/v1", "Widget", "");

	(void)state;
	SCRIPT({ "GET", DEFINITION, 200,
		 COLUMN(".status.conditions[?(@.type == 'Ready')].status") },
	       { "GET", WIDGETS, 200, LISTED("5", JOB("4", "")) },
	       { "GET", "/api/v1/namespaces/demo/events?", 403, NULL },
	       { "GET", "/apis/example.com/v1/namespaces/demo/widgets?watch",
		 200, CHANGE("MODIFIED", JOB("6", READY)) });
	await(item, HEALTH_CURRENT, "");
}

static void what_nobody_promises_is_not_waited_for(void **state)
{
	struct cluster_item *item = written("example.com/v1", "Widget", "");

	(void)state;
	SCRIPT({ "GET", DEFINITION, 200,
		 COLUMN(".status.conditions[?(@.type=='Synced')].status") });
	await(item, HEALTH_CURRENT, "");
	SCRIPT({ "GET", DEFINITION, 200, "{\"spec\":[]}" });
	await(item, HEALTH_CURRENT, "");
	SCRIPT({ "GET", DEFINITION, 403, NULL });
	await(item, HEALTH_CURRENT, "");
}

/* What was read a moment ago is not asked for again. */
static void without_time_only_what_explains_is_listed(void **state)
{
	struct cluster_item *item = job("");
	AUTO_ERR struct err err = { 0 };

	(void)state;
	SCRIPT(UNEXPLAINED);
	assert_int_equal(cluster_wait(cluster, &item, 1, 0, &err), 0);
	assert_int_equal(item->health.state, HEALTH_IN_PROGRESS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_listed_healthy_is_not_watched),
		TEST(row_39_a_watch_that_ends_goes_on_from_where_it_was),
		TEST(row_39_a_watch_that_cannot_go_on_begins_anew),
		TEST(row_40_a_watch_that_is_silent_is_not_believed),
		TEST(what_is_not_listed_any_more_is_gone),
		TEST(a_job_may_go_once_it_is_done),
		TEST(a_kind_may_promise_to_tell),
		TEST(what_nobody_promises_is_not_waited_for),
		TEST(who_may_not_look_cannot_wait),
		TEST(a_server_that_is_away_ends_the_run),
		TEST(a_broken_watch_ends_the_run),
		TEST(without_time_only_what_explains_is_listed),
	};

	doc_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
