/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "report/report.h"

static struct arena *arena;
static struct str out = STR_INIT(65536);
static struct err err;

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	str_release(&out);
	err_clear(&err);
	return 0;
}

#define RUN                                                                    \
	"\"run\": {\"started\": \"2026-01-02T03:04:05Z\", "                    \
	"\"milliseconds\": 2050}"
#define REVISION "\"revision\": {\"commit\": \"1a2b3c\"}"
#define CLUSTER  "\"cluster\": {\"name\": \"prod\"}"

static void write_metrics(const char *document, const char *before)
{
	json_t *doc;

	assert_int_equal(doc_read_json(arena, "document",
				       (struct bytes){ document,
						       strlen(document) },
				       &doc, &err),
			 0);
	str_clear(&out);
	report_metrics(&out, doc, before);
}

/* The samples of a family, and nothing behind its name that is not asked. */
static void assert_samples(const char *name, const char *samples)
{
	AUTO_STR struct str found = STR_INIT(65536);
	const char *line = str_text(&out);

	for (; *line; line += strcspn(line, "\n") + 1)
		if (str_starts(line, name) && line[strlen(name)] == '{')
			str_add_bytes(&found, line + strlen(name),
				      strcspn(line, "\n") + 1 - strlen(name));
	assert_string_equal(str_text(&found), samples);
}

static void a_sync_is_told_in_these_bytes(void **state)
{
	(void)state;
	write_metrics(
		"{" RUN ", " REVISION ", " CLUSTER ", \"exitStatus\": 0, "
		"\"apps\": [{\"name\": \"web\"}], \"objects\": ["
		"{\"app\": \"web\", \"outcome\": \"created\", \"health\": "
		"{\"state\": \"current\"}}, "
		"{\"app\": \"web\", \"outcome\": \"replaced\"}, "
		"{\"app\": \"web\", \"outcome\": \"adopted\"}, "
		"{\"app\": \"web\", \"outcome\": \"kept\"}]}",
		"");
	assert_string_equal(
		str_text(&out),
		"# HELP gitops_objects Objects by what the last sync did to "
		"them, or found of them.\n"
		"# TYPE gitops_objects gauge\n"
		"gitops_objects{app=\"web\",cluster=\"prod\","
		"outcome=\"changed\"} 2\n"
		"gitops_objects{app=\"web\",cluster=\"prod\","
		"outcome=\"created\"} 1\n"
		"gitops_objects{app=\"web\",cluster=\"prod\","
		"outcome=\"deleted\"} 0\n"
		"gitops_objects{app=\"web\",cluster=\"prod\","
		"outcome=\"failed\"} 0\n"
		"gitops_objects{app=\"web\",cluster=\"prod\","
		"outcome=\"skipped\"} 0\n"
		"gitops_objects{app=\"web\",cluster=\"prod\","
		"outcome=\"unchanged\"} 1\n"
		"gitops_objects{app=\"web\",cluster=\"prod\","
		"outcome=\"unhealthy\"} 0\n"
		"# HELP gitops_revision_info The commit that was synced "
		"last.\n"
		"# TYPE gitops_revision_info gauge\n"
		"gitops_revision_info{app=\"web\",cluster=\"prod\","
		"revision=\"1a2b3c\"} 1\n"
		"# HELP gitops_sync_duration_seconds How long the last sync "
		"took.\n"
		"# TYPE gitops_sync_duration_seconds gauge\n"
		"gitops_sync_duration_seconds{app=\"web\",cluster=\"prod\"} "
		"2.050\n"
		"# HELP gitops_sync_exit_status The exit status of the last "
		"sync.\n"
		"# TYPE gitops_sync_exit_status gauge\n"
		"gitops_sync_exit_status{app=\"web\",cluster=\"prod\"} 0\n"
		"# HELP gitops_sync_last_run_timestamp_seconds When the last "
		"sync ended, whether well or not.\n"
		"# TYPE gitops_sync_last_run_timestamp_seconds gauge\n"
		"gitops_sync_last_run_timestamp_seconds{app=\"web\","
		"cluster=\"prod\"} 1767323047\n"
		"# HELP gitops_sync_last_success_timestamp_seconds When the "
		"last sync that went well ended.\n"
		"# TYPE gitops_sync_last_success_timestamp_seconds gauge\n"
		"gitops_sync_last_success_timestamp_seconds{app=\"web\","
		"cluster=\"prod\"} 1767323047\n"
		"# HELP gitops_sync_success Whether the last sync went well.\n"
		"# TYPE gitops_sync_success gauge\n"
		"gitops_sync_success{app=\"web\",cluster=\"prod\"} 1\n");
}

static void the_app_that_is_to_blame_has_failed(void **state)
{
	(void)state;
	write_metrics("{" RUN ", " CLUSTER ", \"exitStatus\": 5, "
		      "\"apps\": [{\"name\": \"web\"}, {\"name\": \"db\"}], "
		      "\"objects\": ["
		      "{\"app\": \"web\", \"outcome\": \"changed\", "
		      "\"health\": {\"state\": \"in progress\"}}, "
		      "{\"app\": \"db\", \"outcome\": \"unchanged\"}]}",
		      "");
	assert_samples("gitops_sync_success",
		       "{app=\"web\",cluster=\"prod\"} 0\n"
		       "{app=\"db\",cluster=\"prod\"} 1\n");
	assert_samples("gitops_sync_last_success_timestamp_seconds",
		       "{app=\"db\",cluster=\"prod\"} 1767323047\n");
}

static void a_failure_of_nobody_is_everybodys(void **state)
{
	(void)state;
	write_metrics("{" RUN ", " CLUSTER ", \"exitStatus\": 4, "
		      "\"apps\": [{\"name\": \"web\"}, {\"name\": \"db\"}], "
		      "\"objects\": []}",
		      "");
	assert_samples("gitops_sync_success",
		       "{app=\"web\",cluster=\"prod\"} 0\n"
		       "{app=\"db\",cluster=\"prod\"} 0\n");
	assert_samples("gitops_objects", "");
}

/* Alerts on a series must not go silent because git is away. */
static void a_failure_before_anything_fails_what_was_there(void **state)
{
	static const char early[] = "{" RUN ", \"cluster\": null, "
				    "\"exitStatus\": 4}";

	(void)state;
	write_metrics(early, "");
	assert_samples("gitops_sync_success", "{app=\"\",cluster=\"\"} 0\n");
	assert_samples("gitops_sync_exit_status",
		       "{app=\"\",cluster=\"\"} 4\n");

	write_metrics(early,
		      "gitops_sync_success{app=\"\",cluster=\"\"} 0\n"
		      "gitops_sync_success{app=\"a} \\\"b\",cluster=\"c\"} 1\n"
		      "gitops_sync_success_of_another{app=\"x\"} 1\n"
		      "gitops_sync_last_success_timestamp_seconds"
		      "{app=\"a} \\\"b\",cluster=\"c\"} 17\n");
	assert_samples("gitops_sync_success",
		       "{app=\"a} \\\"b\",cluster=\"c\"} 0\n");
	assert_samples("gitops_sync_last_success_timestamp_seconds",
		       "{app=\"a} \\\"b\",cluster=\"c\"} 17\n");
}

static void what_a_file_holds_by_accident_is_not_taken_over(void **state)
{
	static const char *const befores[] = {
		"gitops_sync_success",
		"gitops_sync_success{",
		"gitops_sync_success{app=\"web\"",
		"gitops_sync_success{other=\"web\"} 1",
		"\n\n# HELP\n",
		"gitops_sync_last_success_timestamp_seconds"
		"{app=\"\",cluster=\"prod\"} +Inf\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(befores); i++) {
		write_metrics("{" RUN ", " CLUSTER ", \"exitStatus\": 2}",
			      befores[i]);
		assert_samples("gitops_sync_success",
			       "{app=\"\",cluster=\"prod\"} 0\n");
		assert_samples("gitops_sync_last_success_timestamp_seconds",
			       "");
	}
}

static void each_cluster_of_a_fleet_has_its_own(void **state)
{
	(void)state;
	write_metrics("{" RUN ", \"exitStatus\": 3, \"clusters\": ["
		      "{\"name\": \"eu\", \"exitStatus\": 0, \"report\": "
		      "{" RUN ", \"apps\": [{\"name\": \"web\"}]}}, "
		      "{\"name\": \"us\", \"exitStatus\": 3}]}",
		      "gitops_sync_success{app=\"web\",cluster=\"eu\"} 1\n"
		      "gitops_sync_success{app=\"web\",cluster=\"us\"} 1\n"
		      "gitops_sync_success{app=\"web\",cluster=\"us2\"} 1\n");
	assert_samples("gitops_sync_success",
		       "{app=\"web\",cluster=\"eu\"} 1\n"
		       "{app=\"web\",cluster=\"us\"} 0\n");
	assert_samples("gitops_sync_last_run_timestamp_seconds",
		       "{app=\"web\",cluster=\"eu\"} 1767323047\n"
		       "{app=\"web\",cluster=\"us\"} 1767323047\n");
}

static void labels_are_escaped(void **state)
{
	(void)state;
	write_metrics("{" RUN ", \"cluster\": {\"name\": "
		      "\"a\\\\b\\\"c\\nd{}\"}, \"exitStatus\": 0, "
		      "\"apps\": [{\"name\": \"web\"}]}",
		      "");
	assert_samples("gitops_sync_success",
		       "{app=\"web\",cluster=\"a\\\\b\\\"c\\nd{}\"} 1\n");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_sync_is_told_in_these_bytes),
		TEST(the_app_that_is_to_blame_has_failed),
		TEST(a_failure_of_nobody_is_everybodys),
		TEST(a_failure_before_anything_fails_what_was_there),
		TEST(what_a_file_holds_by_accident_is_not_taken_over),
		TEST(each_cluster_of_a_fleet_has_its_own),
		TEST(labels_are_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
