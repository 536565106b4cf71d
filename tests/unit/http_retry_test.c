/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <signal.h>
#include <sys/time.h>
#include <time.h>

#include "base/clock.h"
#include "fault_server.h"
#include "http_bed.h"

static void row_1_a_throttled_request_waits_as_it_was_told(void **state)
{
	HTTP_BED(bed);
	struct http_request request =
		http_bed_get(state, &bed, "/flaky/throttle/1/429?after=1");
	int64_t start = clock_ms();

	http_bed_expect_ok(&bed, &request);
	assert_in_range(clock_ms() - start, 1000, 3000);
	assert_int_equal(http_counts(bed.http)->retries, 1);
}

static void retry_after_may_be_a_date(void **state)
{
	HTTP_BED(bed);
	time_t then = (time_t)clock_wall() + 2;
	struct tm tm;
	char date[64], *path;
	struct http_request request;
	int64_t start = clock_ms();

	gmtime_r(&then, &tm);
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	path = arena_printf(bed.run.arena, "/flaky/date/1/503?after=%s",
			    http_escape(bed.run.arena, date));
	request = http_bed_get(state, &bed, path);
	http_bed_expect_ok(&bed, &request);
	assert_in_range(clock_ms() - start, 900, 4000);
}

static void row_3_a_wait_too_long_is_given_up_at_once(void **state)
{
	HTTP_BED(bed);
	struct http_request request =
		http_bed_get(state, &bed, "/flaky/late/1/429?after=86400");
	struct err err = { 0 };

	assert_return_code(http_one(bed.http, &request, &err), 0);
	assert_int_equal(request.response.status, 429);
	assert_int_equal(request.response.retry_after_s, 86400);
	assert_int_equal(http_counts(bed.http)->retries, 0);
}

static void garbage_in_retry_after_is_as_none(void **state)
{
	HTTP_BED(bed);
	struct http_request request =
		http_bed_get(state, &bed, "/flaky/garbage/1/429?after=soon;-1");

	http_bed_expect_ok(&bed, &request);
	assert_int_equal(http_counts(bed.http)->retries, 1);
}

static void trouble_on_the_way_is_tried_again(void **state)
{
	static const char *const paths[] = {
		"/flaky/a/1/502", "/flaky/b/2/503", "/flaky/c/1/504",
		"/reset/d/1",     "/close/e/1",     "/cut/f/1",
		"/chunks/g/2",
	};
	HTTP_BED(bed);
	struct http_request requests[ARRAY_LEN(paths)];
	struct err err = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		requests[i] = http_bed_get(state, &bed, paths[i]);
	assert_return_code(http_all(bed.http, requests, ARRAY_LEN(paths), &err),
			   0);
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		assert_int_equal(requests[i].response.status, 200);
		assert_string_equal(requests[i].response.body.data, "ok");
	}
	/* libcurl itself repeats d and e where their connections were old. */
	assert_in_range(http_counts(bed.http)->retries, 7, 9);
}

static void a_write_is_tried_again_too(void **state)
{
	HTTP_BED(bed);
	struct http_request request = http_bed_get(state, &bed, "/cut/write/1");

	request.method = "PATCH";
	request.body = (struct bytes){ "{}", 2 };
	http_bed_expect_ok(&bed, &request);
	assert_int_equal(http_counts(bed.http)->writes, 2);
}

static void tries_come_to_an_end(void **state)
{
	HTTP_BED(bed);
	struct http_request request = http_bed_get(state, &bed,
						   "/status/503/html");
	struct err err = { 0 };

	request.tries = 2;
	assert_return_code(http_one(bed.http, &request, &err), 0);
	assert_int_equal(request.response.status, 503);
	assert_string_equal(request.response.content_type, "text/html");
	assert_int_equal(http_counts(bed.http)->requests, 2);
	request = http_bed_get(state, &bed, "/cut/always/1000");
	request.tries = 2;
	http_bed_expect_failure(&bed, &request, ERR_TEMPORARY, "cut short");
	assert_int_equal(http_counts(bed.http)->requests, 4);
}

static bool passes(long status, struct bytes body)
{
	return status == 500 && strstr(body.data, "leader changed");
}

static void the_caller_may_know_what_passes(void **state)
{
	HTTP_BED(bed);
	struct http_request request = http_bed_get(
		state, &bed,
		"/flaky/leader/1/500?message=etcdserver:%20leader%20changed");
	struct err err = { 0 };

	request.transient = passes;
	http_bed_expect_ok(&bed, &request);
	request = http_bed_get(state, &bed, "/status/500");
	request.transient = passes;
	assert_return_code(http_one(bed.http, &request, &err), 0);
	assert_int_equal(request.response.status, 500);
	assert_int_equal(http_counts(bed.http)->retries, 1);
}

static void row_14_58_silence_and_dripping_end(void **state)
{
	HTTP_BED(bed);
	struct http_request requests[2] = {
		http_bed_get(state, &bed, "/silent"),
		http_bed_get(state, &bed, "/drip"),
	};
	struct err err = { 0 };

	for (size_t i = 0; i < 2; i++) {
		requests[i].timeout_ms = 200;
		requests[i].tries = 2;
	}
	assert_return_code(http_all(bed.http, requests, 2, &err), 0);
	for (size_t i = 0; i < 2; i++) {
		struct err *cause = &requests[i].response.err;

		assert_int_equal(requests[i].response.status, 0);
		assert_int_equal(cause->status, ERR_TEMPORARY);
		assert_non_null(strstr(cause->msg, "no answer in time"));
		err_clear(cause);
	}
	assert_int_equal(http_counts(bed.http)->retries, 2);
}

static void a_refused_connection_is_said_soon(void **state)
{
	HTTP_BED(bed);
	struct http_request request = http_bed_get(state, &bed, "/ok");
	int64_t start = clock_ms();

	request.url = "http://127.0.0.1:1/";
	http_bed_expect_failure(&bed, &request, ERR_TEMPORARY,
				"connect to 127.0.0.1:1: Connection refused");
	assert_true(clock_ms() - start < 3000);
}

static volatile sig_atomic_t cancelled;

static void on_alarm(int signal)
{
	cancelled = signal;
}

static void alarm_in(long ms)
{
	const struct itimerval timer = {
		.it_value = { ms / 1000, ms % 1000 * 1000 },
	};
	const struct sigaction action = { .sa_handler = on_alarm };

	cancelled = 0;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

static void a_signal_stops_all_and_keeps_what_is_done(void **state)
{
	enum { N = 100 };
	HTTP_BED(bed);
	struct http_request requests[N];
	AUTO_ERR struct err err = { 0 };
	int64_t start = clock_ms();

	requests[0] = http_bed_get(state, &bed, "/ok");
	requests[1] = http_bed_get(state, &bed, "/status/503");
	for (int i = 2; i < N; i++)
		requests[i] = http_bed_get(state, &bed, "/silent");
	bed.run.cancelled = &cancelled;
	alarm_in(600);
	assert_int_equal(http_all(bed.http, requests, N, &err), -1);
	assert_int_equal(err.status, ERR_CANCELLED);
	assert_in_range(clock_ms() - start, 2500, 4500);
	assert_int_equal(requests[0].response.status, 200);
	for (int i = 1; i < N; i++) {
		assert_int_equal(requests[i].response.status, 0);
		assert_int_equal(requests[i].response.err.status, ERR_OK);
	}
	/* The handles are as good as new. */
	bed.run.cancelled = NULL;
	for (int i = 0; i < N; i++)
		requests[i] = http_bed_get(state, &bed, "/ok");
	err_clear(&err);
	assert_return_code(http_all(bed.http, requests, N, &err), 0);
}

static void after_a_signal_nothing_is_begun(void **state)
{
	HTTP_BED(bed);
	struct http_request request = http_bed_get(state, &bed, "/ok");
	struct err err = { 0 };

	cancelled = SIGTERM;
	bed.run.cancelled = &cancelled;
	assert_int_equal(http_all(bed.http, &request, 1, &err), -1);
	assert_int_equal(http_counts(bed.http)->requests, 0);
	err_clear(&err);
}

static void the_deadline_ends_it(void **state)
{
	HTTP_BED(bed);
	struct http_request requests[2] = {
		http_bed_get(state, &bed, "/silent"),
		http_bed_get(state, &bed, "/status/503"),
	};
	AUTO_ERR struct err err = { 0 };
	int64_t start = clock_ms();

	bed.run.deadline_ms = start + 700;
	assert_int_equal(http_all(bed.http, requests, 2, &err), -1);
	assert_int_equal(err.status, ERR_TEMPORARY);
	assert_true(clock_ms() - start < 1500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			row_1_a_throttled_request_waits_as_it_was_told),
		cmocka_unit_test(retry_after_may_be_a_date),
		cmocka_unit_test(row_3_a_wait_too_long_is_given_up_at_once),
		cmocka_unit_test(garbage_in_retry_after_is_as_none),
		cmocka_unit_test(trouble_on_the_way_is_tried_again),
		cmocka_unit_test(a_write_is_tried_again_too),
		cmocka_unit_test(tries_come_to_an_end),
		cmocka_unit_test(the_caller_may_know_what_passes),
		cmocka_unit_test(row_14_58_silence_and_dripping_end),
		cmocka_unit_test(a_refused_connection_is_said_soon),
		cmocka_unit_test(a_signal_stops_all_and_keeps_what_is_done),
		cmocka_unit_test(after_a_signal_nothing_is_begun),
		cmocka_unit_test(the_deadline_ends_it),
	};

	http_init();
	return cmocka_run_group_tests(tests, fault_server_start,
				      fault_server_stop);
}
