/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <signal.h>
#include <sys/time.h>
#include <time.h>

#include "base/clock.h"
#include "fault_server.h"
#include "http/http.h"

/* A run, an http to the plain listener, and what the run emitted. */
struct bed {
	struct run run;
	struct http *http;
	struct str events;
};

static void record(void *payload, const struct event *event)
{
	struct str *events = payload;

	str_printf(events, "%s\n", event->text);
}

static void open_bed(struct bed *bed, const struct http_identity *identity)
{
	struct err err = { 0 };

	*bed = (struct bed){ .events = STR_INIT(STR_BIG) };
	run_init(&bed->run, NULL);
	bed->run.emit = record;
	bed->run.payload = &bed->events;
	bed->run.verbose = 2;
	assert_return_code(http_open(&bed->run, identity, &bed->http, &err), 0);
}

static void close_bed(struct bed *bed)
{
	run_release(&bed->run);
	str_release(&bed->events);
}

#define BED(bed)                                                               \
	__attribute__((cleanup(close_bed))) struct bed bed;                    \
	open_bed(&(bed), &(struct http_identity){ .allow_http = true })

/* A GET of the plain listener. */
static struct http_request get(void **state, struct bed *bed, const char *path)
{
	return (struct http_request){
		.method = "GET",
		.url = arena_printf(bed->run.arena, "%s%s",
				    fault_server_url(state, "http"), path),
		.arena = bed->run.arena,
		.timeout_ms = 5000,
	};
}

static void expect_ok(struct bed *bed, struct http_request *request)
{
	AUTO_ERR struct err err = { 0 };

	if (http_one(bed->http, request, &err) < 0)
		fail_msg("%s: %s", request->url, err.msg);
	assert_int_equal(request->response.status, 200);
	assert_string_equal(request->response.body.data, "ok");
}

/* The request fails, with this status and this in its message. */
static void expect_failure(struct bed *bed, struct http_request *request,
			   enum err_status status, const char *text)
{
	AUTO_ERR struct err err = { 0 };

	assert_int_equal(http_one(bed->http, request, &err), -1);
	if (err.status != status || !strstr(err.msg, text))
		fail_msg("%s: %d '%s'", request->url, err.status, err.msg);
	assert_int_equal(request->response.status, 0);
	assert_int_equal(request->response.body.len, 0);
}

static void results_come_by_index(void **state)
{
	enum { N = 300 };
	BED(bed);
	struct http_request requests[N];
	struct err err = { 0 };

	for (int i = 0; i < N; i++)
		requests[i] = get(state, &bed,
				  arena_printf(bed.run.arena, "/huge/%d", i));
	assert_return_code(http_all(bed.http, requests, N, &err), 0);
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(requests[i].response.status, 200);
		assert_int_equal(requests[i].response.body.len, i);
	}
	assert_int_equal(http_counts(bed.http)->requests, N);
	assert_int_equal(http_counts(bed.http)->writes, 0);
	assert_int_equal(http_counts(bed.http)->retries, 0);
	assert_in_range(http_counts(bed.http)->in_flight_most, 2, 48);
	assert_true(http_counts(bed.http)->bytes_received > N * N / 2);
}

static void no_request_at_all_is_fine(void **state)
{
	BED(bed);
	struct err err = { 0 };

	(void)state;
	assert_return_code(http_all(bed.http, NULL, 0, &err), 0);
}

static void method_headers_and_body_arrive(void **state)
{
	static const char *const headers[] = { "X-Test: 1",
					       "Content-Type: text/plain",
					       NULL };
	BED(bed);
	struct http_request request = get(state, &bed, "/echo/a%2Fb?c=d");
	struct err err = { 0 };
	const char *body;

	request.method = "PATCH";
	request.headers = headers;
	request.body = (struct bytes){ "a\tbody", 6 };
	assert_return_code(http_one(bed.http, &request, &err), 0);
	body = request.response.body.data;
	assert_non_null(strstr(body, "\"PATCH\""));
	assert_non_null(strstr(body, "/echo/a%2Fb?c=d"));
	assert_non_null(strstr(body, "\"X-Test\": \"1\""));
	assert_non_null(strstr(body, "\"Content-Type\": \"text/plain\""));
	assert_non_null(strstr(body, "a\\tbody"));
	assert_null(strstr(body, "Expect"));
	assert_int_equal(http_counts(bed.http)->writes, 1);
	request.method = "DELETE";
	request.body = (struct bytes){ 0 };
	assert_return_code(http_one(bed.http, &request, &err), 0);
	assert_non_null(strstr(request.response.body.data, "\"DELETE\""));
	request.method = "HEAD";
	assert_return_code(http_one(bed.http, &request, &err), 0);
	assert_int_equal(request.response.body.len, 0);
	request.method = "PATCH";
	request.url = arena_printf(bed.run.arena, "%s&dryRun=All", request.url);
	assert_return_code(http_one(bed.http, &request, &err), 0);
	assert_int_equal(http_counts(bed.http)->writes, 2);
}

static void a_throttled_request_waits_as_it_was_told(void **state)
{
	BED(bed);
	struct http_request request = get(state, &bed,
					  "/flaky/throttle/1/429?after=1");
	int64_t start = clock_ms();

	expect_ok(&bed, &request);
	assert_in_range(clock_ms() - start, 1000, 3000);
	assert_int_equal(http_counts(bed.http)->retries, 1);
}

static void retry_after_may_be_a_date(void **state)
{
	BED(bed);
	time_t then = (time_t)clock_wall() + 2;
	struct tm tm;
	char date[64], *path;
	struct http_request request;
	int64_t start = clock_ms();

	gmtime_r(&then, &tm);
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	path = arena_printf(bed.run.arena, "/flaky/date/1/503?after=%s",
			    http_escape(bed.run.arena, date));
	request = get(state, &bed, path);
	expect_ok(&bed, &request);
	assert_in_range(clock_ms() - start, 900, 4000);
}

static void a_wait_too_long_is_given_up_at_once(void **state)
{
	BED(bed);
	struct http_request request = get(state, &bed,
					  "/flaky/late/1/429?after=86400");
	struct err err = { 0 };

	assert_return_code(http_one(bed.http, &request, &err), 0);
	assert_int_equal(request.response.status, 429);
	assert_int_equal(request.response.retry_after_s, 86400);
	assert_int_equal(http_counts(bed.http)->retries, 0);
}

static void garbage_in_retry_after_is_as_none(void **state)
{
	BED(bed);
	struct http_request request = get(state, &bed,
					  "/flaky/garbage/1/429?after=soon;-1");

	expect_ok(&bed, &request);
	assert_int_equal(http_counts(bed.http)->retries, 1);
}

static void trouble_on_the_way_is_tried_again(void **state)
{
	static const char *const paths[] = {
		"/flaky/a/1/502", "/flaky/b/2/503", "/flaky/c/1/504",
		"/reset/d/1",     "/close/e/1",     "/cut/f/1",
		"/chunks/g/2",
	};
	BED(bed);
	struct http_request requests[ARRAY_LEN(paths)];
	struct err err = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		requests[i] = get(state, &bed, paths[i]);
	assert_return_code(http_all(bed.http, requests, ARRAY_LEN(paths), &err),
			   0);
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		assert_int_equal(requests[i].response.status, 200);
		assert_string_equal(requests[i].response.body.data, "ok");
	}
	/* libcurl itself repeats e where the connection was an old one. */
	assert_in_range(http_counts(bed.http)->retries, 8, 9);
}

static void a_write_is_tried_again_too(void **state)
{
	BED(bed);
	struct http_request request = get(state, &bed, "/cut/write/1");

	request.method = "PATCH";
	request.body = (struct bytes){ "{}", 2 };
	expect_ok(&bed, &request);
	assert_int_equal(http_counts(bed.http)->writes, 2);
}

static void tries_come_to_an_end(void **state)
{
	BED(bed);
	struct http_request request = get(state, &bed, "/status/503/html");
	struct err err = { 0 };

	request.tries = 2;
	assert_return_code(http_one(bed.http, &request, &err), 0);
	assert_int_equal(request.response.status, 503);
	assert_string_equal(request.response.content_type, "text/html");
	assert_int_equal(http_counts(bed.http)->requests, 2);
	request = get(state, &bed, "/cut/always/1000");
	request.tries = 2;
	expect_failure(&bed, &request, ERR_TEMPORARY, "cut short");
	assert_int_equal(http_counts(bed.http)->requests, 4);
}

static bool passes(long status, struct bytes body)
{
	return status == 500 && strstr(body.data, "leader changed");
}

static void the_caller_may_know_what_passes(void **state)
{
	BED(bed);
	struct http_request request = get(
		state, &bed,
		"/flaky/leader/1/500?message=etcdserver:%20leader%20changed");
	struct err err = { 0 };

	request.transient = passes;
	expect_ok(&bed, &request);
	request = get(state, &bed, "/status/500");
	request.transient = passes;
	assert_return_code(http_one(bed.http, &request, &err), 0);
	assert_int_equal(request.response.status, 500);
	assert_int_equal(http_counts(bed.http)->retries, 1);
}

static void caps_are_kept(void **state)
{
	BED(bed);
	struct http_request request = get(state, &bed, "/huge/2000");
	struct err err = { 0 };

	request.body_cap = 2000;
	assert_return_code(http_one(bed.http, &request, &err), 0);
	assert_int_equal(request.response.body.len, 2000);
	request.body_cap = 1999;
	expect_failure(&bed, &request, ERR_FAILED, "more than 1999 bytes");
	request = get(state, &bed, "/bomb/50000000");
	request.body_cap = 1 << 20;
	expect_failure(&bed, &request, ERR_FAILED, "more than 1048576 bytes");
	request = get(state, &bed, "/headers/10/1000");
	assert_return_code(http_one(bed.http, &request, &err), 0);
	request = get(state, &bed, "/headers/70/1000");
	expect_failure(&bed, &request, ERR_FAILED,
		       "more than 65536 bytes of headers");
	request = get(state, &bed, "/headers/1/70000");
	expect_failure(&bed, &request, ERR_FAILED, "");
	assert_int_equal(http_counts(bed.http)->retries, 0);
}

static void a_small_gzip_is_inflated(void **state)
{
	BED(bed);
	struct http_request request = get(state, &bed, "/bomb/100000");
	struct err err = { 0 };

	assert_return_code(http_one(bed.http, &request, &err), 0);
	assert_int_equal(request.response.body.len, 100000);
	assert_true(http_counts(bed.http)->bytes_received < 5000);
}

static void silence_and_dripping_end(void **state)
{
	BED(bed);
	struct http_request requests[2] = {
		get(state, &bed, "/silent"),
		get(state, &bed, "/drip"),
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

struct sink {
	size_t bytes, restarts;
	bool refuse;
};

static int take(void *context, const char *data, size_t n, struct err *err)
{
	struct sink *sink = context;

	if (sink->refuse)
		return err_set(err, ERR_INPUT, "I do not like it");
	if (!data) {
		sink->bytes = 0;
		sink->restarts++;
		return 0;
	}
	sink->bytes += n;
	return 0;
}

static void a_sink_is_fed_and_told_of_a_restart(void **state)
{
	BED(bed);
	struct sink sink = { 0 };
	struct http_request request = get(state, &bed, "/huge/300000");
	struct err err = { 0 };

	request.sink = take;
	request.context = &sink;
	assert_return_code(http_one(bed.http, &request, &err), 0);
	assert_int_equal(sink.bytes, 300000);
	assert_int_equal(sink.restarts, 0);
	assert_int_equal(request.response.body.len, 0);

	sink = (struct sink){ 0 };
	request = get(state, &bed, "/cut/sink/1");
	request.sink = take;
	request.context = &sink;
	assert_return_code(http_one(bed.http, &request, &err), 0);
	assert_int_equal(sink.bytes, 2);
	assert_int_equal(sink.restarts, 1);
}

static void a_sink_can_refuse_and_has_a_cap(void **state)
{
	BED(bed);
	struct sink sink = { .refuse = true };
	struct http_request request = get(state, &bed, "/ok");

	request.sink = take;
	request.context = &sink;
	expect_failure(&bed, &request, ERR_INPUT, "I do not like it");
	sink.refuse = false;
	request = get(state, &bed, "/huge/300000");
	request.sink = take;
	request.context = &sink;
	request.body_cap = 1000;
	expect_failure(&bed, &request, ERR_FAILED, "more than 1000 bytes");
}

static void an_error_is_not_fed_to_the_sink(void **state)
{
	BED(bed);
	struct sink sink = { 0 };
	struct http_request request = get(state, &bed, "/status/404");
	struct err err = { 0 };

	request.sink = take;
	request.context = &sink;
	assert_return_code(http_one(bed.http, &request, &err), 0);
	assert_int_equal(sink.bytes, 0);
	assert_non_null(
		strstr(request.response.body.data, "the server says no"));
}

struct login {
	const char *headers[2];
	unsigned asked, prepared;
};

static bool log_in(void *context, struct http_request *request)
{
	struct login *login = context;

	login->asked++;
	login->headers[0] = "Authorization: Bearer first-token";
	return request->response.status == 401;
}

static void prepare(void *context, struct http_request *request)
{
	struct login *login = context;

	(void)request;
	login->prepared++;
}

static void again_sends_it_once_more(void **state)
{
	BED(bed);
	struct login login = { .headers = { "Authorization: Bearer old" } };
	struct http_request request = get(state, &bed, "/token/1");
	struct err err = { 0 };

	request.headers = login.headers;
	request.again = log_in;
	request.prepare = prepare;
	request.again_context = &login;
	expect_ok(&bed, &request);
	assert_int_equal(login.asked, 1);
	assert_int_equal(login.prepared, 2);
	assert_int_equal(http_counts(bed.http)->requests, 2);

	request.url = arena_printf(bed.run.arena, "%s/status/401",
				   fault_server_url(state, "http"));
	assert_return_code(http_one(bed.http, &request, &err), 0);
	assert_int_equal(request.response.status, 401);
	assert_int_equal(http_counts(bed.http)->requests, 4);
}

static void no_redirect_is_followed(void **state)
{
	static const char *const headers[] = { "Authorization: Bearer canary",
					       NULL };
	BED(bed);
	struct http_request request = get(state, &bed, "/redirect");
	struct err err = { 0 };

	request.headers = headers;
	assert_return_code(http_one(bed.http, &request, &err), 0);
	assert_int_equal(request.response.status, 307);
	assert_non_null(strstr(request.response.location, "/collect"));
	request = get(state, &bed, "/log/collect");
	assert_return_code(http_one(bed.http, &request, &err), 0);
	assert_string_equal(request.response.body.data, "[]");
}

static void warnings_are_kept(void **state)
{
	BED(bed);
	struct http_request request = get(state, &bed, "/warnings");

	expect_ok(&bed, &request);
	assert_string_equal(request.response.warnings[0], "v1beta1 is \"old\"");
	assert_string_equal(request.response.warnings[1], "twice");
	assert_null(request.response.warnings[2]);
}

static void what_must_not_be_sent_is_not(void **state)
{
	static const char *const split[] = { "X-A: b\r\nX-Evil: c", NULL };
	BED(bed);
	__attribute__((cleanup(close_bed))) struct bed strict;
	struct http_request request = get(state, &bed, "/ok");

	request.headers = split;
	expect_failure(&bed, &request, ERR_INPUT, "header 'X-A'");
	request = get(state, &bed, "/ok");
	request.url = "http://jo:hunter2@localhost:1/";
	expect_failure(&bed, &request, ERR_USAGE, "credentials");
	request.url = "file:///etc/passwd";
	expect_failure(&bed, &request, ERR_USAGE, "");
	request.url = "ftp://localhost/x";
	expect_failure(&bed, &request, ERR_FAILED, "");
	open_bed(&strict, &(struct http_identity){ 0 });
	request = get(state, &strict, "/ok");
	expect_failure(&strict, &request, ERR_USAGE, "only https is allowed");
	assert_int_equal(http_counts(strict.http)->requests, 0);
}

static void a_refused_connection_is_said_soon(void **state)
{
	BED(bed);
	struct http_request request = get(state, &bed, "/ok");
	int64_t start = clock_ms();

	request.url = "http://127.0.0.1:1/";
	expect_failure(&bed, &request, ERR_TEMPORARY,
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
	BED(bed);
	struct http_request requests[N];
	AUTO_ERR struct err err = { 0 };
	int64_t start = clock_ms();

	requests[0] = get(state, &bed, "/ok");
	requests[1] = get(state, &bed, "/status/503");
	for (int i = 2; i < N; i++)
		requests[i] = get(state, &bed, "/silent");
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
		requests[i] = get(state, &bed, "/ok");
	err_clear(&err);
	assert_return_code(http_all(bed.http, requests, N, &err), 0);
}

static void requests_in_flight_may_finish_after_a_signal(void **state)
{
	BED(bed);
	struct http_request request = get(state, &bed, "/huge/9000000");
	struct err err = { 0 };

	/* Already cancelled: nothing is begun. */
	cancelled = SIGTERM;
	bed.run.cancelled = &cancelled;
	assert_int_equal(http_all(bed.http, &request, 1, &err), -1);
	assert_int_equal(http_counts(bed.http)->requests, 0);
	err_clear(&err);
}

static void the_deadline_ends_it(void **state)
{
	BED(bed);
	struct http_request requests[2] = {
		get(state, &bed, "/silent"),
		get(state, &bed, "/status/503"),
	};
	AUTO_ERR struct err err = { 0 };
	int64_t start = clock_ms();

	bed.run.deadline_ms = start + 700;
	assert_int_equal(http_all(bed.http, requests, 2, &err), -1);
	assert_int_equal(err.status, ERR_TEMPORARY);
	assert_true(clock_ms() - start < 1500);
}

static void a_try_is_told_without_secrets(void **state)
{
	static const char *const headers[] = {
		"Authorization: Bearer canary-token", NULL
	};
	BED(bed);
	struct http_request request =
		get(state, &bed, "/flaky/told/1/503?secret=canary-query");

	request.headers = headers;
	expect_ok(&bed, &request);
	assert_non_null(strstr(str_text(&bed.events),
			       "GET /flaky/told/1/503?secret=... 503 "));
	assert_non_null(strstr(str_text(&bed.events), " 200 "));
	assert_non_null(strstr(str_text(&bed.events), ", try 2\n"));
	assert_null(strstr(str_text(&bed.events), "canary"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results_come_by_index),
		cmocka_unit_test(no_request_at_all_is_fine),
		cmocka_unit_test(method_headers_and_body_arrive),
		cmocka_unit_test(a_throttled_request_waits_as_it_was_told),
		cmocka_unit_test(retry_after_may_be_a_date),
		cmocka_unit_test(a_wait_too_long_is_given_up_at_once),
		cmocka_unit_test(garbage_in_retry_after_is_as_none),
		cmocka_unit_test(trouble_on_the_way_is_tried_again),
		cmocka_unit_test(a_write_is_tried_again_too),
		cmocka_unit_test(tries_come_to_an_end),
		cmocka_unit_test(the_caller_may_know_what_passes),
		cmocka_unit_test(caps_are_kept),
		cmocka_unit_test(a_small_gzip_is_inflated),
		cmocka_unit_test(silence_and_dripping_end),
		cmocka_unit_test(a_sink_is_fed_and_told_of_a_restart),
		cmocka_unit_test(a_sink_can_refuse_and_has_a_cap),
		cmocka_unit_test(an_error_is_not_fed_to_the_sink),
		cmocka_unit_test(again_sends_it_once_more),
		cmocka_unit_test(no_redirect_is_followed),
		cmocka_unit_test(warnings_are_kept),
		cmocka_unit_test(what_must_not_be_sent_is_not),
		cmocka_unit_test(a_refused_connection_is_said_soon),
		cmocka_unit_test(a_signal_stops_all_and_keeps_what_is_done),
		cmocka_unit_test(requests_in_flight_may_finish_after_a_signal),
		cmocka_unit_test(the_deadline_ends_it),
		cmocka_unit_test(a_try_is_told_without_secrets),
	};

	http_init();
	return cmocka_run_group_tests(tests, fault_server_start,
				      fault_server_stop);
}
