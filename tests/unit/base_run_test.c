/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/clock.h"
#include "base/run.h"

static void redacts(const struct run *run, const char *text, const char *want)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	run_redact(run, &out, text, strlen(text));
	assert_string_equal(str_text(&out), want);
}

static void the_environment_is_what_main_gives(void **state)
{
	static const char *const env[] = { "HOME=/home/x", "EMPTY=", "HOMER=no",
					   NULL };
	struct run run;

	(void)state;
	run_init(&run, env);
	assert_string_equal(run_env(&run, "HOME"), "/home/x");
	assert_null(run_env(&run, "EMPTY"));
	assert_null(run_env(&run, "HOM"));
	run_release(&run);
	run_init(&run, NULL);
	assert_null(run_env(&run, "HOME"));
	run_release(&run);
}

struct recorder {
	int n;
	struct event last;
	char text[100];
};

static void record(void *payload, const struct event *event)
{
	struct recorder *recorder = payload;

	recorder->n++;
	recorder->last = *event;
	if (event->text)
		strncpy(recorder->text, event->text,
			sizeof(recorder->text) - 1);
}

static void events_reach_the_listener(void **state)
{
	struct recorder recorder = { 0 };
	struct run run;

	(void)state;
	run_init(&run, NULL);
	run_warn(&run, "nobody listens");
	run.emit = record;
	run.payload = &recorder;
	run_warn(&run, "%s %d", "warn", 1);
	assert_int_equal(recorder.last.kind, EVENT_WARNING);
	assert_string_equal(recorder.text, "warn 1");
	run_progress(&run, "apply", 3, 10);
	assert_int_equal(recorder.last.kind, EVENT_PROGRESS);
	assert_string_equal(recorder.text, "apply");
	assert_int_equal(recorder.last.done, 3);
	assert_int_equal(recorder.last.total, 10);
	run_debug(&run, "not asked for");
	assert_int_equal(recorder.n, 2);
	run.verbose = 2;
	run_debug(&run, "asked for");
	assert_int_equal(recorder.n, 3);
	assert_string_equal(recorder.text, "asked for");
	run_release(&run);
}

static void a_signal_or_the_deadline_ends_a_run(void **state)
{
	volatile sig_atomic_t cancelled = 0;
	AUTO_ERR struct err err = { 0 };
	struct run run;

	(void)state;
	run_init(&run, NULL);
	assert_int_equal(run_check(&run, &err), 0);
	assert_int_equal(run_time_left_ms(&run, 500), 500);

	run.cancelled = &cancelled;
	run.deadline_ms = clock_ms() + 60000;
	assert_int_equal(run_check(&run, &err), 0);
	assert_int_equal(run_time_left_ms(&run, 500), 500);
	assert_in_range(run_time_left_ms(&run, 100000), 50000, 60000);

	run.deadline_ms = clock_ms() - 1;
	assert_int_equal(run_time_left_ms(&run, 500), 0);
	assert_int_equal(run_check(&run, &err), -1);
	assert_int_equal(err.status, ERR_TEMPORARY);
	assert_non_null(err.hint);
	err_clear(&err);

	cancelled = SIGTERM;
	assert_int_equal(run_check(&run, &err), -1);
	assert_int_equal(err.status, ERR_CANCELLED);
	run_release(&run);
}

static void without_a_secret_text_stays(void **state)
{
	struct run run;

	(void)state;
	run_init(&run, NULL);
	redacts(&run, "all of this", "all of this");
	run_add_secret(&run, "short", 5);
	run_add_secret(&run, "", 0);
	redacts(&run, "a short text", "a short text");
	run_release(&run);
}

static void secrets_are_redacted_wherever_they_stand(void **state)
{
	struct run run;

	(void)state;
	run_init(&run, NULL);
	run_add_secret(&run, "hunter22", 8);
	run_add_secret(&run, "hunter22", 8);
	redacts(&run, "hunter22", "***");
	redacts(&run, "x=hunter22;hunter22hunter22", "x=***;******");
	redacts(&run, "hunter2", "hunter2");
	redacts(&run, "hunter2hunter22", "hunter2***");
	run_release(&run);
}

static void the_longest_secret_wins(void **state)
{
	struct run run;

	(void)state;
	run_init(&run, NULL);
	run_add_secret(&run, "abcdef", 6);
	run_add_secret(&run, "abcdefghij", 10);
	redacts(&run, "abcdefghij abcdefg", "*** ***g");
	run_release(&run);
}

static void the_line_end_of_a_token_file_is_not_of_the_secret(void **state)
{
	struct run run;

	(void)state;
	run_init(&run, NULL);
	run_add_secret(&run, "tok3n-value\r\n", 13);
	redacts(&run, "Bearer tok3n-value.", "Bearer ***.");
	run_release(&run);
}

/* Whatever stands before and behind the secret, no eight digits of its
 * Base64 may be left. */
static void base64_is_redacted_at_every_offset(void **state)
{
	static const char secret[] = "s3cr3t?>value-0123456789";
	struct run run;

	(void)state;
	run_init(&run, NULL);
	run_add_secret(&run, secret, strlen(secret));
	for (int before = 0; before < 7; before++) {
		for (int behind = 0; behind < 4; behind++) {
			AUTO_STR struct str plain = STR_INIT(STR_BIG);
			AUTO_STR struct str coded = STR_INIT(STR_BIG);
			AUTO_STR struct str out = STR_INIT(STR_BIG);

			str_printf(&plain, "%.*s%s%.*s", before,
				   "user12:", secret, behind, "wxyz");
			str_add_base64(&coded, str_text(&plain), plain.len);
			run_redact(&run, &out, coded.data, coded.len);
			assert_non_null(strstr(str_text(&out), "***"));
			assert_true(coded.len - out.len >=
				    (strlen(secret) * 8 / 6) - 2 - 3);
		}
	}
	redacts(&run, "czNjcjN0Pz52YWx1ZS0wMTIzNDU2Nzg5", "***");
	/* and in the alphabet for URLs */
	redacts(&run, "czNjcjN0Pz52YWx1ZS0wMTIzNDU2Nzg5.e", "***.e");
	run_release(&run);
}

static void other_spellings_are_redacted(void **state)
{
	static const char secret[] = "p@ss/w\"rd!+\n\xfa";
	struct run run;

	(void)state;
	run_init(&run, NULL);
	run_add_secret(&run, secret, strlen(secret));
	redacts(&run, secret, "***");
	redacts(&run, "https://u:p%40ss%2Fw%22rd%21%2B%0A%FA@host",
		"https://u:***@host");
	redacts(&run, "p%40ss%2fw%22rd%21%2b%0a%fa", "***");
	redacts(&run, "p%40ss%2Fw%22rd!+%0A%FA", "***");
	redacts(&run, "{\"a\": \"p@ss/w\\\"rd!+\\n\xfa\"}", "{\"a\": \"***\"}");
	run_release(&run);
}

static void url_safe_base64_is_redacted(void **state)
{
	static const char secret[] = "\xff\xef\xbe\xfb\xff\xff\xfe\xfa";
	struct run run;

	(void)state;
	run_init(&run, NULL);
	run_add_secret(&run, secret, strlen(secret));
	redacts(&run, "/++++////vo=", "***");
	redacts(&run, "_----____vo", "***");
	run_release(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_environment_is_what_main_gives),
		cmocka_unit_test(events_reach_the_listener),
		cmocka_unit_test(a_signal_or_the_deadline_ends_a_run),
		cmocka_unit_test(without_a_secret_text_stays),
		cmocka_unit_test(secrets_are_redacted_wherever_they_stand),
		cmocka_unit_test(the_longest_secret_wins),
		cmocka_unit_test(
			the_line_end_of_a_token_file_is_not_of_the_secret),
		cmocka_unit_test(base64_is_redacted_at_every_offset),
		cmocka_unit_test(other_spellings_are_redacted),
		cmocka_unit_test(url_safe_base64_is_redacted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
