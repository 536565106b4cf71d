/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "report/report.h"

static struct run run;
static struct err err;
static struct report *report;
static char *out, *errors;
static size_t out_size, errors_size;
static FILE *out_file, *errors_file;

/* One that sends no requests. */
static const struct cluster_backend files;
static const struct cluster cluster = {
	.kind = "directory",
	.name = "here",
	.backend = &files,
};

static int setup(void **state)
{
	struct report_args args = { .command = "diff", .format = REPORT_JSON };

	(void)state;
	out_file = open_memstream(&out, &out_size);
	errors_file = open_memstream(&errors, &errors_size);
	run_init(&run, NULL);
	args.out = out_file;
	args.err = errors_file;
	report_open(&run, &args, &report);
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

/* The document that was printed. */
static json_t *close_report(int status)
{
	struct err none = { 0 };
	json_t *doc;

	assert_int_equal(report_close(report, status, &err), status);
	assert_int_equal(doc_read_json(run.arena, "out",
				       (struct bytes){ out, out_size }, &doc,
				       &none),
			 0);
	return doc;
}

static const char *string_at(const json_t *doc, const char *pointer)
{
	return json_string_value(doc_pointer(doc, pointer));
}

static long long number_at(const json_t *doc, const char *pointer)
{
	const json_t *value = doc_pointer(doc, pointer);

	assert_true(json_is_integer(value));
	return json_integer_value(value);
}

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

static void a_failure_before_anything_is_a_document_too(void **state)
{
	json_t *doc;

	(void)state;
	err_set(&err, ERR_NOT_FOUND, "no such thing");
	err_hint(&err, "make one");
	doc = close_report(2);
	assert_string_equal(string_at(doc, "/apiVersion"), "gitops/v1");
	assert_string_equal(string_at(doc, "/kind"), "Report");
	assert_string_equal(string_at(doc, "/command"), "diff");
	assert_true(json_is_null(doc_pointer(doc, "/repository")));
	assert_true(json_is_null(doc_pointer(doc, "/revision")));
	assert_true(json_is_null(doc_pointer(doc, "/cluster")));
	assert_true(json_is_null(doc_pointer(doc, "/requests")));
	assert_string_equal(string_at(doc, "/errors/0/status"), "not found");
	assert_string_equal(string_at(doc, "/errors/0/message"),
			    "no such thing");
	assert_string_equal(string_at(doc, "/errors/0/hint"), "make one");
	assert_int_equal(number_at(doc, "/exitStatus"), 2);
}

static void the_source_is_told_whatever_bytes_its_author_used(void **state)
{
	static const struct revision revision = {
		.oid = "1a2b3c4d5e",
		.name = "HEAD",
		.author = "Andr\xe9 <a@example.com>",
		.subject = "l\xc3\xa9ger\033[0m",
		.when = 1700000000,
	};
	json_t *doc;

	(void)state;
	report_source(report, "config.git", &revision);
	report_cluster(report, &cluster);
	doc = close_report(0);
	assert_string_equal(string_at(doc, "/repository"), "config.git");
	assert_string_equal(string_at(doc, "/revision/commit"), "1a2b3c4d5e");
	assert_string_equal(string_at(doc, "/revision/author"),
			    "Andr\\xe9 <a@example.com>");
	assert_string_equal(string_at(doc, "/revision/subject"),
			    "l\xc3\xa9ger\033[0m");
	assert_string_equal(string_at(doc, "/revision/time"),
			    "2023-11-14T22:13:20Z");
	assert_string_equal(string_at(doc, "/cluster/name"), "here");
	assert_int_equal(number_at(doc, "/requests/total"), 0);
	/* The bytes themselves are JSON's own escapes. */
	assert_null(strchr(out, '\033'));
}

static void objects_come_with_both_sides_and_masked(void **state)
{
	struct plan plan;
	json_t *doc;

	(void)state;
	read_plan("apiVersion: v1\nkind: Secret\n"
		  "metadata: {name: key, namespace: demo}\n"
		  "data: {a: c2FtZQ==, token: bmV3}\n",
		  &plan);
	plan.v[0].item.live = text(
		"{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{"
		"\"name\":\"key\"},\"data\":{\"a\":\"c2FtZQ==\",\"token\":"
		"\"b2xk\"}}");
	plan.v[0].item.merged = text(
		"{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{"
		"\"name\":\"key\"},\"data\":{\"a\":\"c2FtZQ==\",\"token\":"
		"\"bmV3\"}}");
	assert_int_equal(plan_judge(&plan, &err), 0);
	assert_int_equal(report_diff(report, &plan, &err), 0);
	doc = close_report(1);
	assert_string_equal(string_at(doc, "/objects/0/kind"), "Secret");
	assert_string_equal(string_at(doc, "/objects/0/namespace"), "demo");
	assert_string_equal(string_at(doc, "/objects/0/origin"), "app.yaml:1");
	assert_string_equal(string_at(doc, "/objects/0/action"), "change");
	assert_true(json_is_null(doc_pointer(doc, "/objects/0/outcome")));
	assert_string_equal(string_at(doc, "/objects/0/before/data/a"),
			    "*** (4 bytes, #1)");
	assert_string_equal(string_at(doc, "/objects/0/before/data/token"),
			    "*** (3 bytes, #2)");
	assert_string_equal(string_at(doc, "/objects/0/after/data/token"),
			    "*** (3 bytes, #3)");
	assert_int_equal(number_at(doc, "/summary/change"), 1);
	assert_int_equal(number_at(doc, "/summary/create"), 0);
}

static void a_secret_that_looks_like_json_does_not_break_it(void **state)
{
	struct plan plan;
	json_t *doc;

	(void)state;
	run_add_secret(&run, "\":null,\"", 8);
	run_add_secret(&run, "1234567", 7);
	run_add_secret(&run, "hunter2-key", 11);
	read_plan("apiVersion: v1\nkind: Thing\nmetadata: {name: a}\n"
		  "spec: {n: 12345678, hunter2-key: x, y: has hunter2-key}\n",
		  &plan);
	assert_int_equal(plan_judge(&plan, &err), 0);
	assert_int_equal(report_diff(report, &plan, &err), 0);
	doc = close_report(1);
	assert_string_equal(string_at(doc, "/objects/0/after/spec/n"), "***8");
	assert_string_equal(string_at(doc, "/objects/0/after/spec/***"), "x");
	assert_string_equal(string_at(doc, "/objects/0/after/spec/y"),
			    "has ***");
	assert_true(json_is_null(doc_pointer(doc, "/objects/0/before")));
}

static void a_sync_tells_outcomes_and_errors_of_objects(void **state)
{
	struct plan plan;
	json_t *doc;

	(void)state;
	read_plan("apiVersion: v1\nkind: A\nmetadata: {name: a}\n---\n"
		  "apiVersion: v1\nkind: B\nmetadata: {name: b}\n",
		  &plan);
	assert_int_equal(plan_judge(&plan, &err), 0);
	plan.v[0].outcome = PLAN_DONE;
	plan.v[1].outcome = PLAN_ERROR;
	err_set(&plan.v[1].item.err, ERR_REFUSED, "quota exceeded");
	run_warn(&run, "something odd");
	report_sync(report, &plan);
	doc = close_report(3);
	assert_string_equal(string_at(doc, "/objects/0/outcome"), "created");
	assert_true(json_is_null(doc_pointer(doc, "/objects/0/error")));
	assert_string_equal(string_at(doc, "/objects/1/outcome"), "failed");
	assert_string_equal(string_at(doc, "/objects/1/error/message"),
			    "quota exceeded");
	assert_string_equal(string_at(doc, "/warnings/0"), "something odd");
	assert_int_equal(number_at(doc, "/summary/created"), 1);
	assert_int_equal(number_at(doc, "/summary/failed"), 1);
	assert_int_equal(number_at(doc, "/exitStatus"), 3);
	err_clear(&plan.v[1].item.err);
}

static void render_prints_a_list_and_no_report(void **state)
{
	struct objects want = { 0 };
	struct docs docs = { 0 };
	json_t *doc;

	(void)state;
	/* What the repository says is printed as it says it. */
	run_add_secret(&run, "hunter2", 7);
	assert_int_equal(doc_read_yaml(run.arena, "a.yaml",
				       text("apiVersion: v1\nkind: Secret\n"
					    "metadata: {name: a}\n"
					    "stringData: {a: hunter2}\n"),
				       NULL, &docs, &err),
			 0);
	assert_int_equal(objects_add_doc(run.arena, &docs.v[0], &want, &err),
			 0);
	assert_int_equal(report_object(report, &want.v[0], &err), 0);
	report_objects(report);
	doc = close_report(0);
	assert_string_equal(string_at(doc, "/kind"), "List");
	assert_string_equal(string_at(doc, "/items/0/stringData/a"), "hunter2");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* ---- who else hears of it ---- */

static const json_t *heard;
static bool deaf;
static char context[] = "context";

static int hear(void *data, const json_t *document, struct err *why)
{
	assert_ptr_equal(data, context);
	heard = document;
	return deaf ? err_set(why, ERR_FAILED, "is deaf") : 0;
}

/* A report in text, whose end is heard. */
static int close_heard(int status, bool quiet)
{
	const struct report_args args = {
		.command = "sync",
		.quiet = quiet,
		.who = "ann@host",
		.out = out_file,
		.err = errors_file,
	};

	report_open(&run, &args, &report);
	report_at_end(report, hear, context);
	report_app(report, "web");
	return report_close(report, status, &err);
}

static void the_end_is_heard_whatever_is_printed(void **state)
{
	(void)state;
	deaf = false;
	assert_int_equal(close_heard(0, true), 0);
	assert_string_equal(string_at(heard, "/command"), "sync");
	assert_string_equal(string_at(heard, "/apps/0/name"), "web");
	assert_string_equal(string_at(heard, "/run/who"), "ann@host");
	assert_true(number_at(heard, "/run/milliseconds") >= 0);
	fflush(out_file);
	fflush(errors_file);
	assert_int_equal(out_size, 0);
	assert_int_equal(errors_size, 0);
}

static void who_cannot_be_told_hides_no_failure(void **state)
{
	(void)state;
	deaf = true;
	assert_int_equal(close_heard(0, false), 2);
	assert_int_equal(close_heard(1, false), 2);
	err_set(&err, ERR_TEMPORARY, "the lock is held");
	assert_int_equal(close_heard(4, false), 4);
	assert_string_equal(string_at(heard, "/errors/0/message"),
			    "the lock is held");
	fflush(errors_file);
	assert_non_null(strstr(errors, "sync: the lock is held\n"
				       "gitops: sync: is deaf\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_failure_before_anything_is_a_document_too),
		TEST(the_source_is_told_whatever_bytes_its_author_used),
		TEST(objects_come_with_both_sides_and_masked),
		TEST(a_secret_that_looks_like_json_does_not_break_it),
		TEST(a_sync_tells_outcomes_and_errors_of_objects),
		TEST(render_prints_a_list_and_no_report),
		TEST(the_end_is_heard_whatever_is_printed),
		TEST(who_cannot_be_told_hides_no_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
