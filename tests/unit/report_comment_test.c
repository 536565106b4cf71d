/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "document/document.h"
#include "report/report.h"

#define MANY 40

static const struct revision revision = {
	.oid = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d",
	.name = "main",
	.subject = "many",
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
		.quiet = true,
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

/* A plan to create so many. */
static void tell(size_t n)
{
	struct object *wanted = arena_array(run.arena, MANY, sizeof(*wanted));
	const struct objects want = { .v = wanted, .n = n };
	const struct record_members none = { 0 };
	struct plan plan;

	for (size_t i = 0; i < n; i++)
		wanted[i] = (struct object){
			.version = "v1",
			.kind = "ConfigMap",
			.namespace = "demo",
			.name = arena_printf(run.arena, "map-%02zu", i),
			.origin = "a.yaml:1",
			.doc = doc_object(run.arena),
		};
	plan_init(run.arena, &want, &none, &plan);
	assert_int_equal(plan_judge(&plan, &err), 0);
	assert_int_equal(report_diff(report, &plan, &err), 0);
}

static const char *comment(const struct err *failed, size_t most, bool plain)
{
	const struct report_comment args = {
		.title = "gitops/diff prod_1",
		.failed = failed,
		.most = most,
		.plain = plain,
	};
	char *body;

	assert_int_equal(report_comment(report, &args, &body, &err), 0);
	return body;
}

static void where_nothing_differs_nothing_is_said(void **state)
{
	(void)state;
	tell(0);
	assert_null(comment(NULL, 65536, false));
	assert_string_equal(report_line(report, NULL), "no difference");
}

static void a_failure_is_said_whatever_is_known(void **state)
{
	AUTO_ERR struct err failed = { 0 }, second = { 0 };

	(void)state;
	run_add_secret(&run, "hunter2-canary", 14);
	err_set(&failed, ERR_INPUT, "a.yaml:1: ```\nhunter2-canary \033[A");
	err_set(&second, ERR_INPUT, "b.yaml:1: no");
	err_append(&failed, &second);
	assert_string_equal(comment(&failed, 65536, false),
			    "### gitops/diff prod&#95;1: "
			    "<code>main&#64;1a2b3c4</code>\n\n"
			    "\n**It has failed:**\n\n"
			    "````\na.yaml:1: ```\n*** \\x1b[A\n"
			    "b.yaml:1: no\n````\n");
	assert_string_equal(report_line(report, &failed), "a.yaml:1: ```");
}

static void it_is_no_longer_than_asked_for(void **state)
{
	const size_t most[] = { 3000, 5000, 32768 };
	const char *body;

	(void)state;
	tell(MANY);
	for (size_t i = 0; i < ARRAY_LEN(most); i++) {
		for (int plain = 0; plain < 2; plain++) {
			body = comment(NULL, most[i], plain);
			assert_true(strlen(body) <= most[i]);
			assert_null(strstr(body, plain ? "<" : "`ConfigMap"));
		}
	}
	body = comment(NULL, 3000, true);
	assert_non_null(strstr(body, " more objects differ.\n"));
	assert_non_null(strstr(body, " left out: the comment would be too "
				     "long."));
	assert_string_equal(report_line(report, NULL), "40 to create");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			where_nothing_differs_nothing_is_said, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_failure_is_said_whatever_is_known, setup, teardown),
		cmocka_unit_test_setup_teardown(it_is_no_longer_than_asked_for,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
