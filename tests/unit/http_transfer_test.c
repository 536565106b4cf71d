/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "fault_server.h"
#include "http_bed.h"

static void results_come_by_index(void **state)
{
	enum { N = 300 };
	HTTP_BED(bed);
	struct http_request requests[N];
	struct err err = { 0 };

	for (int i = 0; i < N; i++)
		requests[i] = http_bed_get(state, &bed,
					   arena_printf(bed.run.arena,
							"/huge/%d", i));
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
	HTTP_BED(bed);
	struct err err = { 0 };

	(void)state;
	assert_return_code(http_all(bed.http, NULL, 0, &err), 0);
}

static void method_headers_and_body_arrive(void **state)
{
	static const char *const headers[] = { "X-Test: 1",
					       "Content-Type: text/plain",
					       NULL };
	HTTP_BED(bed);
	struct http_request request = http_bed_get(state, &bed,
						   "/echo/a%2Fb?c=d");
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

static void caps_are_kept(void **state)
{
	HTTP_BED(bed);
	struct http_request request = http_bed_get(state, &bed, "/huge/2000");
	struct err err = { 0 };

	request.body_cap = 2000;
	assert_return_code(http_one(bed.http, &request, &err), 0);
	assert_int_equal(request.response.body.len, 2000);
	request.body_cap = 1999;
	http_bed_expect_failure(&bed, &request, ERR_FAILED,
				"more than 1999 bytes");
	request = http_bed_get(state, &bed, "/bomb/50000000");
	request.body_cap = 1 << 20;
	http_bed_expect_failure(&bed, &request, ERR_FAILED,
				"more than 1048576 bytes");
	request = http_bed_get(state, &bed, "/headers/10/1000");
	assert_return_code(http_one(bed.http, &request, &err), 0);
	request = http_bed_get(state, &bed, "/headers/70/1000");
	http_bed_expect_failure(&bed, &request, ERR_FAILED,
				"more than 65536 bytes of headers");
	request = http_bed_get(state, &bed, "/headers/1/70000");
	http_bed_expect_failure(&bed, &request, ERR_FAILED, "");
	assert_int_equal(http_counts(bed.http)->retries, 0);
}

static void a_small_gzip_is_inflated(void **state)
{
	HTTP_BED(bed);
	struct http_request request = http_bed_get(state, &bed, "/bomb/100000");
	struct err err = { 0 };

	assert_return_code(http_one(bed.http, &request, &err), 0);
	assert_int_equal(request.response.body.len, 100000);
	assert_true(http_counts(bed.http)->bytes_received < 5000);
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
	HTTP_BED(bed);
	struct sink sink = { 0 };
	struct http_request request = http_bed_get(state, &bed, "/huge/300000");
	struct err err = { 0 };

	request.sink = take;
	request.context = &sink;
	assert_return_code(http_one(bed.http, &request, &err), 0);
	assert_int_equal(sink.bytes, 300000);
	assert_int_equal(sink.restarts, 0);
	assert_int_equal(request.response.body.len, 0);

	sink = (struct sink){ 0 };
	request = http_bed_get(state, &bed, "/cut/sink/1");
	request.sink = take;
	request.context = &sink;
	assert_return_code(http_one(bed.http, &request, &err), 0);
	assert_int_equal(sink.bytes, 2);
	assert_int_equal(sink.restarts, 1);
}

static void a_sink_can_refuse_and_has_a_cap(void **state)
{
	HTTP_BED(bed);
	struct sink sink = { .refuse = true };
	struct http_request request = http_bed_get(state, &bed, "/ok");

	request.sink = take;
	request.context = &sink;
	http_bed_expect_failure(&bed, &request, ERR_INPUT, "I do not like it");
	sink.refuse = false;
	request = http_bed_get(state, &bed, "/huge/300000");
	request.sink = take;
	request.context = &sink;
	request.body_cap = 1000;
	http_bed_expect_failure(&bed, &request, ERR_FAILED,
				"more than 1000 bytes");
}

static void an_error_is_not_fed_to_the_sink(void **state)
{
	HTTP_BED(bed);
	struct sink sink = { 0 };
	struct http_request request = http_bed_get(state, &bed, "/status/404");
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
	HTTP_BED(bed);
	struct login login = { .headers = { "Authorization: Bearer old" } };
	struct http_request request = http_bed_get(state, &bed, "/token/1");
	struct err err = { 0 };

	request.headers = login.headers;
	request.again = log_in;
	request.prepare = prepare;
	request.again_context = &login;
	http_bed_expect_ok(&bed, &request);
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
	HTTP_BED(bed);
	struct http_request request = http_bed_get(state, &bed, "/redirect");
	struct err err = { 0 };

	request.headers = headers;
	assert_return_code(http_one(bed.http, &request, &err), 0);
	assert_int_equal(request.response.status, 307);
	assert_non_null(strstr(request.response.location, "/collect"));
	request = http_bed_get(state, &bed, "/log/collect");
	assert_return_code(http_one(bed.http, &request, &err), 0);
	assert_string_equal(request.response.body.data, "[]");
}

static void warnings_are_kept(void **state)
{
	HTTP_BED(bed);
	struct http_request request = http_bed_get(state, &bed, "/warnings");

	http_bed_expect_ok(&bed, &request);
	assert_string_equal(request.response.warnings[0], "v1beta1 is \"old\"");
	assert_string_equal(request.response.warnings[1], "twice");
	assert_null(request.response.warnings[2]);
}

static void what_must_not_be_sent_is_not(void **state)
{
	static const char *const split[] = { "X-A: b\r\nX-Evil: c", NULL };
	HTTP_BED(bed);
	__attribute__((cleanup(http_bed_close))) struct http_bed strict;
	struct http_request request = http_bed_get(state, &bed, "/ok");

	request.headers = split;
	http_bed_expect_failure(&bed, &request, ERR_INPUT, "header 'X-A'");
	request = http_bed_get(state, &bed, "/ok");
	request.url = "http://jo:hunter2@localhost:1/";
	http_bed_expect_failure(&bed, &request, ERR_USAGE, "credentials");
	request.url = "file:///etc/passwd";
	http_bed_expect_failure(&bed, &request, ERR_USAGE, "");
	request.url = "ftp://localhost/x";
	http_bed_expect_failure(&bed, &request, ERR_FAILED, "");
	http_bed_open(&strict, &(struct http_identity){ 0 });
	request = http_bed_get(state, &strict, "/ok");
	http_bed_expect_failure(&strict, &request, ERR_USAGE,
				"only https is allowed");
	assert_int_equal(http_counts(strict.http)->requests, 0);
}

static void a_try_is_told_without_secrets(void **state)
{
	static const char *const headers[] = {
		"Authorization: Bearer canary-token", NULL
	};
	HTTP_BED(bed);
	struct http_request request =
		http_bed_get(state, &bed,
			     "/flaky/told/1/503?secret=canary-query");

	request.headers = headers;
	http_bed_expect_ok(&bed, &request);
	assert_non_null(strstr(str_text(&bed.events),
			       "GET /flaky/told/1/503?secret=... 503 "));
	assert_non_null(strstr(str_text(&bed.events), " 200 "));
	assert_non_null(strstr(str_text(&bed.events), ", try 2\n"));
	assert_null(strstr(str_text(&bed.events), "canary"));
}

static int count_bytes(void *context, const char *data, size_t n,
		       struct err *err)
{
	size_t *bytes = context;

	(void)data, (void)err;
	*bytes += n;
	return 0;
}

static bool any_bytes(void *context)
{
	return *(size_t *)context > 0;
}

static bool never(void *context)
{
	(void)context;
	return false;
}

static void streams_end_when_enough_is_known(void **state)
{
	HTTP_BED(bed);
	struct http_request requests[] = {
		http_bed_get(state, &bed, "/silent"),
		http_bed_get(state, &bed, "/drip"),
	};
	struct err err = { 0 };
	size_t bytes = 0;

	requests[1].sink = count_bytes;
	requests[1].context = &bytes;
	assert_return_code(http_until(bed.http, requests, 2, any_bytes, &bytes,
				      &err),
			   0);
	assert_int_equal(bytes, 1);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(requests[i].response.status, 0);
		assert_int_equal(requests[i].response.err.status, ERR_OK);
	}
	/* What was given up does not get in the way of what comes. */
	requests[0] = http_bed_get(state, &bed, "/ok");
	http_bed_expect_ok(&bed, &requests[0]);
}

static void streams_end_when_one_of_them_does(void **state)
{
	HTTP_BED(bed);
	struct http_request requests[] = {
		http_bed_get(state, &bed, "/drip"),
		http_bed_get(state, &bed, "/status/403"),
	};
	struct err err = { 0 };

	assert_return_code(http_until(bed.http, requests, 2, never, NULL, &err),
			   0);
	assert_int_equal(requests[0].response.status, 0);
	assert_int_equal(requests[0].response.err.status, ERR_OK);
	assert_int_equal(requests[1].response.status, 403);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results_come_by_index),
		cmocka_unit_test(no_request_at_all_is_fine),
		cmocka_unit_test(method_headers_and_body_arrive),
		cmocka_unit_test(caps_are_kept),
		cmocka_unit_test(a_small_gzip_is_inflated),
		cmocka_unit_test(a_sink_is_fed_and_told_of_a_restart),
		cmocka_unit_test(a_sink_can_refuse_and_has_a_cap),
		cmocka_unit_test(an_error_is_not_fed_to_the_sink),
		cmocka_unit_test(streams_end_when_enough_is_known),
		cmocka_unit_test(streams_end_when_one_of_them_does),
		cmocka_unit_test(again_sends_it_once_more),
		cmocka_unit_test(no_redirect_is_followed),
		cmocka_unit_test(warnings_are_kept),
		cmocka_unit_test(what_must_not_be_sent_is_not),
		cmocka_unit_test(a_try_is_told_without_secrets),
	};

	http_init();
	return cmocka_run_group_tests(tests, fault_server_start,
				      fault_server_stop);
}
