/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "document/document.h"
#include "plan/reason.h"
#include "report/report.h"

static const struct revision revision = {
	.oid = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d",
	.name = "main",
	.author = "Ann <ann@example.com>",
	.subject = "raise the number of workers",
	.when = 1767323045,
};

static struct run run;
static struct report *report;
static struct err err;
static char *out;
static size_t n_out;
static FILE *out_file;

static int setup(void **state)
{
	static const char *const env[] = { NULL };
	const struct report_args args = {
		.command = "diff",
		.out = out_file = open_memstream(&out, &n_out),
		.err = stderr,
	};

	(void)state;
	run_init(&run, env);
	report_open(&run, &args, &report);
	report_source(report, "config.git", &revision);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fclose(out_file);
	free(out);
	err_clear(&err);
	run_release(&run);
	return 0;
}

static struct bytes text(const char *json)
{
	return (struct bytes){ json, strlen(json) };
}

static void assert_out(const char *expected)
{
	fflush(out_file);
	assert_string_equal(out ? out : "", expected);
}

static void the_reason_stands_beside_the_line(void **state)
{
	static const char *const path[] = { "f:data", "f:workers", NULL };
	static const struct reason_commit commit = {
		.oid = "5c4b3a29876543210fedcba98765432100000000",
		.author = "Ada <ada@example.com>",
		.subject = "more workers \033[31m, and a subject that is so "
			   "long that it does not fit",
		.when = 1767323045,
	};
	struct reason_field field = {
		.change = { path, ".data.workers" },
		.reason = {
			.drifted = true,
			.pending = true,
			.who = { "horizontal-pod-autoscaler-of-the-house",
				 "Update", "2026-01-01T02:03:04Z", "scale" },
			.origin = "app.yaml:8",
			.commit = &commit,
		},
	};
	struct reasons reasons = { .v = &field, .n = 1 };
	const struct record_members none = { 0 };
	struct object wanted = {
		.api_version = "v1",
		.group = "",
		.version = "v1",
		.kind = "ConfigMap",
		.namespace = "demo",
		.name = "web",
		.origin = "app.yaml:1",
	};
	const struct objects want = { .v = &wanted, .n = 1 };
	struct plan plan;

	(void)state;
	wanted.doc = doc_object(run.arena);
	plan_init(run.arena, &want, &none, &plan);
	plan.v[0].item.live = text("{\"apiVersion\":\"v1\",\"data\":"
				   "{\"workers\":\"2\"}}");
	plan.v[0].item.merged = text("{\"apiVersion\":\"v1\",\"data\":"
				     "{\"workers\":\"4\"}}");
	plan.v[0].reasons = &reasons;
	assert_int_equal(plan_judge(&plan, &err), 0);
	assert_int_equal(report_diff(report, &plan, &err), 0);
	assert_int_equal(report_close(report, 1, &err), 1);
	assert_out("change    ConfigMap demo/web                      "
		   "app.yaml:1\n"
		   "  drift    horizontal-pod-autoscaler-of-the-house (Update "
		   "scale) 2026-01-01T0...\n"
		   "           .data.workers\n"
		   "  pending  5c4b3a2 2026-01-02 Ada: more workers \\x1b[31m, "
		   "and a subject that ...\n"
		   "           .data.workers  app.yaml:8\n"
		   "--- live\n"
		   "+++ main@1a2b3c4\n"
		   "@@ -1,3 +1,3 @@\n"
		   " apiVersion: v1\n"
		   " data:\n"
		   "-  workers: \"2\"\n"
		   "                                        # drift: "
		   "horizontal-pod-autoscaler-of-the-house\n"
		   "+  workers: \"4\"                         # pending: "
		   "5c4b3a2\n"
		   "\n"
		   "1 to change: main@1a2b3c4 \"raise the number of workers\""
		   "\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_reason_stands_beside_the_line, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
