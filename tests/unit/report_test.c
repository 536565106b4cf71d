/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/vec.h"
#include "git/repo.h"
#include "report/report.h"

/* A run with a report whose streams are memory. */
static struct run run;
static struct err err;
static struct report *report;
static char *out, *errors;
static size_t out_size, errors_size;
static FILE *out_file, *errors_file;

static const struct revision revision = {
	.oid = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d",
	.name = "main",
	.author = "Ada <ada@example.com>",
	.subject = "raise the number of workers",
	.when = 1700000000,
};

static const struct cluster cluster = { .kind = "directory",
					.name = "staging" };

static int setup(void **state)
{
	(void)state;
	out_file = open_memstream(&out, &out_size);
	errors_file = open_memstream(&errors, &errors_size);
	run_init(&run, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	err_clear(&err);
	run_release(&run);
	fclose(out_file);
	fclose(errors_file);
	free(out);
	free(errors);
	return 0;
}

static void open_with(struct report_args args)
{
	args.out = out_file;
	args.err = errors_file;
	report_open(&run, &args, &report);
	report_source(report, "config.git", &revision);
}

static void open_as(const char *command)
{
	open_with((struct report_args){ .command = command });
}

static void assert_out(const char *text)
{
	fflush(out_file);
	assert_string_equal(out ? out : "", text);
}

static void assert_errors(const char *text)
{
	fflush(errors_file);
	assert_string_equal(errors ? errors : "", text);
}

/* ---- plans ---- */

static const char wanted[] = "apiVersion: v1\n"
			     "kind: Namespace\n"
			     "metadata: {name: demo}\n"
			     "---\n"
			     "apiVersion: v1\n"
			     "kind: ConfigMap\n"
			     "metadata: {name: web, namespace: demo}\n"
			     "data: {workers: '4'}\n"
			     "---\n"
			     "apiVersion: v1\n"
			     "kind: Secret\n"
			     "metadata: {name: key, namespace: demo}\n"
			     "stringData: {token: hunter2-new}\n";

static const char config_now[] =
	"{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{"
	"\"name\":\"web\",\"namespace\":\"demo\"},\"data\":"
	"{\"workers\":\"2\"}}";
static const char config_then[] =
	"{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{"
	"\"name\":\"web\",\"namespace\":\"demo\"},\"data\":"
	"{\"workers\":\"4\"}}";
static const char secret_now[] =
	"{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{"
	"\"name\":\"key\",\"namespace\":\"demo\"},\"data\":"
	"{\"token\":\"aHVudGVyMi1vbGQ=\"}}";
static const char secret_then[] =
	"{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{"
	"\"name\":\"key\",\"namespace\":\"demo\"},\"data\":"
	"{\"token\":\"aHVudGVyMi1uZXc=\"}}";

static struct bytes text(const char *json)
{
	return (struct bytes){ json, strlen(json) };
}

static void read_plan(const char *yaml, struct plan *plan)
{
	struct objects *want = arena_alloc(run.arena, sizeof(*want));
	struct docs docs = { 0 };

	assert_int_equal(doc_read_yaml(run.arena, "app.yaml", text(yaml), NULL,
				       &docs, &err),
			 0);
	for (size_t i = 0; i < docs.n; i++)
		assert_int_equal(objects_add_doc(run.arena, &docs.v[i], want,
						 &err),
				 0);
	assert_int_equal(objects_sort(want, &err), 0);
	plan_init(run.arena, want, &(const struct record_members){ 0 }, plan);
}

/* Namespace to create, ConfigMap and Secret to change. */
static void demo_plan(struct plan *plan)
{
	read_plan(wanted, plan);
	plan->v[1].item.live = text(config_now);
	plan->v[1].item.merged = text(config_then);
	plan->v[2].item.live = text(secret_now);
	plan->v[2].item.merged = text(secret_then);
	assert_int_equal(plan_judge(plan, &err), 0);
}

/* ---- diff ---- */

static void a_diff_shows_each_change_and_masks_secrets(void **state)
{
	struct plan plan;

	(void)state;
	open_as("diff");
	report_cluster(report, &cluster);
	demo_plan(&plan);
	plan.v[2].item.unchecked = "its Namespace comes in this sync";
	*vec_push(run.arena, &plan.v[1].overridden) = (struct fields_taken){
		.manager = "kubectl-edit",
		.paths = ".data.workers",
	};
	assert_int_equal(report_diff(report, &plan, &err), 0);
	assert_int_equal(report_close(report, 1, &err), 1);
	assert_out("create    Namespace demo\n"
		   "change    ConfigMap demo/web\n"
		   "change    Secret demo/key\n"
		   "\n"
		   "create    Namespace demo                          "
		   "app.yaml:1\n"
		   "--- /dev/null\n"
		   "+++ main@1a2b3c4\n"
		   "@@ -0,0 +1,4 @@\n"
		   "+apiVersion: v1\n"
		   "+kind: Namespace\n"
		   "+metadata:\n"
		   "+  name: demo\n"
		   "\n"
		   "change    ConfigMap demo/web                      "
		   "app.yaml:5\n"
		   "  overrides kubectl-edit: .data.workers\n"
		   "--- live\n"
		   "+++ main@1a2b3c4\n"
		   "@@ -1,6 +1,6 @@\n"
		   " apiVersion: v1\n"
		   " data:\n"
		   "-  workers: \"2\"\n"
		   "+  workers: \"4\"\n"
		   " kind: ConfigMap\n"
		   " metadata:\n"
		   "   name: web\n"
		   "\n"
		   "change    Secret demo/key                         "
		   "app.yaml:10\n"
		   "  not checked: its Namespace comes in this sync\n"
		   "--- live\n"
		   "+++ main@1a2b3c4\n"
		   "@@ -1,6 +1,6 @@\n"
		   " apiVersion: v1\n"
		   " data:\n"
		   "-  token: '*** (11 bytes, #1)'\n"
		   "+  token: '*** (11 bytes, #2)'\n"
		   " kind: Secret\n"
		   " metadata:\n"
		   "   name: key\n"
		   "\n"
		   "1 to create, 2 to change: main@1a2b3c4 \"raise the number "
		   "of workers\" -> staging\n");
	assert_errors("");
}

static void colour_is_a_matter_of_lines(void **state)
{
	struct plan plan;

	(void)state;
	open_with((struct report_args){
		.command = "diff",
		.color = REPORT_ALWAYS,
	});
	read_plan("apiVersion: v1\nkind: Namespace\nmetadata: {name: demo}\n",
		  &plan);
	assert_int_equal(plan_judge(&plan, &err), 0);
	assert_int_equal(report_diff(report, &plan, &err), 0);
	fflush(out_file);
	assert_non_null(strstr(out, "\033[32mcreate\033[0m    Namespace demo"));
	assert_non_null(strstr(out, "\n\033[1m--- /dev/null\033[0m\n"));
	assert_non_null(strstr(out, "\n\033[32m+kind: Namespace\033[0m\n"));
}

static void a_quiet_diff_names_what_differs_and_no_more(void **state)
{
	struct plan plan;

	(void)state;
	open_with((struct report_args){ .command = "diff", .quiet = true });
	demo_plan(&plan);
	assert_int_equal(report_diff(report, &plan, &err), 0);
	assert_out("create    Namespace demo                          "
		   "app.yaml:1\n"
		   "change    ConfigMap demo/web                      "
		   "app.yaml:5\n"
		   "change    Secret demo/key                         "
		   "app.yaml:10\n"
		   "1 to create, 2 to change: main@1a2b3c4 \"raise the number "
		   "of workers\"\n");
}

static void a_quiet_diff_without_difference_is_silent(void **state)
{
	struct plan plan;

	(void)state;
	open_with((struct report_args){ .command = "diff", .quiet = true });
	read_plan(wanted, &plan);
	assert_int_equal(report_diff(report, &plan, &err), 0);
	run_warn(&run, "something minor");
	assert_int_equal(report_close(report, 0, &err), 0);
	assert_out("");
	assert_errors("");
}

static void a_verbose_diff_lists_the_unchanged(void **state)
{
	struct plan plan;

	(void)state;
	open_as("diff");
	run.verbose = 1;
	read_plan("apiVersion: v1\nkind: Namespace\nmetadata: {name: demo}\n",
		  &plan);
	assert_int_equal(report_diff(report, &plan, &err), 0);
	assert_out("unchanged Namespace demo                          "
		   "app.yaml:1\n"
		   "1 unchanged: main@1a2b3c4 \"raise the number of "
		   "workers\"\n");
}

/* ---- sync ---- */

static void a_sync_has_a_line_for_each_step_and_a_summary(void **state)
{
	struct event event = { .kind = EVENT_STEP };
	struct plan plan;

	(void)state;
	open_as("sync");
	report_cluster(report, &cluster);
	demo_plan(&plan);
	plan.v[0].outcome = PLAN_DONE;
	plan.v[1].outcome = PLAN_ERROR;
	plan.v[2].outcome = PLAN_SKIPPED;
	for (size_t i = 0; i < plan.n; i++) {
		event.item = &plan.v[i];
		run_emit(&run, &event);
	}
	report_sync(report, &plan);
	assert_out("created   Namespace demo                          "
		   "app.yaml:1\n"
		   "failed    ConfigMap demo/web                      "
		   "app.yaml:5\n"
		   "skipped   Secret demo/key                         "
		   "app.yaml:10\n"
		   "1 created, 1 failed, 1 skipped: main@1a2b3c4 \"raise the "
		   "number of workers\" -> staging\n");
}

/* The lines of one step that was carried out, and of the summary. */
static void sync_one(struct plan *plan)
{
	const struct event event = { .kind = EVENT_STEP, .item = &plan->v[0] };

	plan->v[0].outcome = PLAN_DONE;
	run_emit(&run, &event);
	report_sync(report, plan);
}

static const char one_namespace[] = "apiVersion: v1\n"
				    "kind: Namespace\n"
				    "metadata: {name: demo}\n";

static void what_a_write_did_not_change_is_for_the_verbose(void **state)
{
	struct plan plan;

	(void)state;
	open_as("sync");
	read_plan(one_namespace, &plan);
	sync_one(&plan);
	assert_out("1 unchanged: main@1a2b3c4 \"raise the number of "
		   "workers\"\n");
}

static void a_verbose_sync_names_each_object_once(void **state)
{
	struct plan plan;

	(void)state;
	open_as("sync");
	run.verbose = 1;
	read_plan(one_namespace, &plan);
	sync_one(&plan);
	assert_out("unchanged Namespace demo                          "
		   "app.yaml:1\n"
		   "1 unchanged: main@1a2b3c4 \"raise the number of "
		   "workers\"\n");
}

static void what_was_done_was_checked(void **state)
{
	struct plan plan;

	(void)state;
	open_as("sync");
	read_plan(one_namespace, &plan);
	assert_int_equal(plan_judge(&plan, &err), 0);
	plan.v[0].item.unchecked = "its Namespace comes in this sync";
	sync_one(&plan);
	assert_out("created   Namespace demo                          "
		   "app.yaml:1\n"
		   "1 created: main@1a2b3c4 \"raise the number of "
		   "workers\"\n");
}

/* ---- hostile and secret text ---- */

static void foreign_text_cannot_steer_the_terminal(void **state)
{
	static const struct revision evil = {
		.oid = "1a2b3c4",
		.name = "main\033]0;owned\a",
		.subject = "all is well\r\033[2Kfoo",
	};
	struct plan plan;

	(void)state;
	open_as("diff");
	report_source(report, "x", &evil);
	read_plan("apiVersion: v1\nkind: ConfigMap\n"
		  "metadata: {name: a}\ndata: {a: \"\\e[31m\\u202e\"}\n",
		  &plan);
	assert_int_equal(plan_judge(&plan, &err), 0);
	assert_int_equal(report_diff(report, &plan, &err), 0);
	err_set(&err, ERR_REFUSED, "no\ngitops: sync: done\r\033[A");
	report_close(report, 2, &err);
	fflush(out_file);
	assert_null(strchr(out, '\033'));
	assert_null(strchr(out, '\r'));
	assert_null(strstr(out, "\xe2\x80\xae"));
	assert_errors("gitops: diff: no\n"
		      "  gitops: sync: done\\x0d\\x1b[A\n");
}

static void no_stream_shows_a_secret(void **state)
{
	(void)state;
	open_as("sync");
	run_add_secret(&run, "hunter2-canary", 14);
	run.verbose = 2;
	run_warn(&run, "warned of hunter2-canary");
	run_debug(&run, "sent hunter2-canary");
	err_set(&err, ERR_ACCESS, "no hunter2-canary");
	err_hint(&err, "use hunter2-canary");
	report_close(report, 2, &err);
	assert_errors("gitops: sync: warning: warned of ***\n"
		      "gitops: sent ***\n"
		      "gitops: sync: no ***\n"
		      "hint: use ***\n");
}

/* ---- warnings and errors ---- */

static void a_warning_is_given_once(void **state)
{
	(void)state;
	open_as("sync");
	run_warn(&run, "deprecated");
	run_warn(&run, "deprecated");
	assert_errors("gitops: sync: warning: deprecated\n");
}

static void a_warning_of_many_objects_is_given_once(void **state)
{
	static const char *old[] = { "v1 Thing is deprecated", NULL };
	static const char *odd[] = { "unknown field", "v1 Thing is deprecated",
				     NULL };
	struct plan plan;

	(void)state;
	open_as("sync");
	read_plan(wanted, &plan);
	plan.v[0].item.warnings = old;
	plan.v[1].item.warnings = odd;
	plan.v[2].item.warnings = old;
	report_sync(report, &plan);
	assert_errors("gitops: sync: warning: Namespace demo and 2 more: v1 "
		      "Thing is deprecated\n"
		      "gitops: sync: warning: ConfigMap demo/web: unknown "
		      "field\n");
}

static void warnings_have_an_end(void **state)
{
	size_t lines = 0;

	(void)state;
	open_as("sync");
	for (int i = 0; i < 500; i++)
		run_warn(&run, "number %d %0*d", i, 10000, 0);
	fflush(errors_file);
	for (size_t i = 0; i < errors_size; i++)
		lines += errors[i] == '\n';
	assert_int_equal(lines, 51);
	assert_true(errors_size < 51 * 1100);
}

static void a_quiet_run_that_fails_tells_its_warnings(void **state)
{
	(void)state;
	open_with((struct report_args){ .command = "sync", .quiet = true });
	run_warn(&run, "deprecated");
	assert_errors("");
	err_set(&err, ERR_FAILED, "bad");
	assert_int_equal(report_close(report, 2, &err), 2);
	assert_errors("gitops: sync: warning: deprecated\n"
		      "gitops: sync: bad\n");
}

static void a_hint_shared_by_a_row_of_errors_is_given_once(void **state)
{
	struct err one = { 0 };

	(void)state;
	open_as("sync");
	err_set(&err, ERR_INPUT, "a");
	err_hint(&err, "do this");
	err_set(&one, ERR_INPUT, "b");
	err_hint(&one, "do this");
	err_append(&err, &one);
	err_set(&one, ERR_INPUT, "c");
	err_hint(&one, "do that");
	err_append(&err, &one);
	report_close(report, 2, &err);
	assert_errors("gitops: sync: a\n"
		      "gitops: sync: b\n"
		      "hint: do this\n"
		      "gitops: sync: c\n"
		      "hint: do that\n");
}

/* ---- progress ---- */

static void progress_in_a_log_is_a_line_for_each_stage(void **state)
{
	(void)state;
	open_with((struct report_args){
		.command = "sync",
		.progress = REPORT_ALWAYS,
	});
	run_progress(&run, "reading", 1, 9);
	run_progress(&run, "reading", 2, 9);
	run_progress(&run, NULL, 3, 9);
	run_progress(&run, "applying", 1, 9);
	assert_errors("gitops: sync: reading 1 of 9\n"
		      "gitops: sync: applying 1 of 9\n");
}

static void a_quick_run_in_ci_shows_none(void **state)
{
	static const char *const env[] = { "CI=true", NULL };

	(void)state;
	run.env = env;
	open_as("sync");
	run_progress(&run, "reading", 1, 9);
	assert_errors("");
}

static void progress_is_not_for_files(void **state)
{
	(void)state;
	open_as("sync");
	run_progress(&run, "reading", 1, 9);
	assert_errors("");
}

/* ---- results that cannot be written ---- */

static int close_on(const char *path, int status)
{
	struct report_args args = { .command = "diff", .err = errors_file };

	args.out = fopen(path, "w");
	assert_non_null(args.out);
	report_open(&run, &args, &report);
	report_text(report, "something\n");
	status = report_close(report, status, &err);
	fclose(args.out);
	return status;
}

static void a_full_disk_is_an_error(void **state)
{
	(void)state;
	assert_int_equal(close_on("/dev/full", 0), 2);
	assert_int_equal(close_on("/dev/full", 1), 2);
	assert_int_equal(close_on("/dev/full", 4), 4);
	assert_errors("gitops: diff: write to standard output: "
		      "No space left on device\n"
		      "gitops: diff: write to standard output: "
		      "No space left on device\n"
		      "gitops: diff: write to standard output: "
		      "No space left on device\n");
}

static void a_reader_that_left_is_a_signal(void **state)
{
	struct report_args args = { .command = "diff", .err = errors_file };
	int pipes[2];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(pipes), 0);
	close(pipes[0]);
	args.out = fdopen(pipes[1], "w");
	report_open(&run, &args, &report);
	report_text(report, "something\n");
	assert_int_equal(report_close(report, 0, &err), 128 + SIGPIPE);
	fclose(args.out);
	assert_errors("");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_diff_shows_each_change_and_masks_secrets),
		TEST(colour_is_a_matter_of_lines),
		TEST(a_quiet_diff_names_what_differs_and_no_more),
		TEST(a_quiet_diff_without_difference_is_silent),
		TEST(a_verbose_diff_lists_the_unchanged),
		TEST(a_sync_has_a_line_for_each_step_and_a_summary),
		TEST(what_a_write_did_not_change_is_for_the_verbose),
		TEST(a_verbose_sync_names_each_object_once),
		TEST(what_was_done_was_checked),
		TEST(foreign_text_cannot_steer_the_terminal),
		TEST(no_stream_shows_a_secret),
		TEST(a_warning_is_given_once),
		TEST(a_warning_of_many_objects_is_given_once),
		TEST(warnings_have_an_end),
		TEST(a_quiet_run_that_fails_tells_its_warnings),
		TEST(a_hint_shared_by_a_row_of_errors_is_given_once),
		TEST(progress_in_a_log_is_a_line_for_each_stage),
		TEST(a_quick_run_in_ci_shows_none),
		TEST(progress_is_not_for_files),
		TEST(a_full_disk_is_an_error),
		TEST(a_reader_that_left_is_a_signal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
