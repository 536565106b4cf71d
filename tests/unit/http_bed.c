/* SPDX-License-Identifier: Apache-2.0 */
#include "http_bed.h"

#include "fault_server.h"
#include "test.h"

static void record(void *payload, const struct event *event)
{
	struct str *events = payload;

	if (event->text)
		str_printf(events, "%s\n", event->text);
}

void http_bed_open(struct http_bed *bed, const struct http_identity *identity)
{
	struct err err = { 0 };

	*bed = (struct http_bed){ .events = STR_INIT(STR_BIG) };
	run_init(&bed->run, NULL);
	bed->run.emit = record;
	bed->run.payload = &bed->events;
	bed->run.verbose = 2;
	assert_return_code(http_open(&bed->run, identity, &bed->http, &err), 0);
}

void http_bed_close(struct http_bed *bed)
{
	run_release(&bed->run);
	str_release(&bed->events);
}

struct http_request http_bed_get(void **state, struct http_bed *bed,
				 const char *path)
{
	return (struct http_request){
		.method = "GET",
		.url = arena_printf(bed->run.arena, "%s%s",
				    fault_server_url(state, "http"), path),
		.arena = bed->run.arena,
		.timeout_ms = 5000,
	};
}

void http_bed_expect_ok(struct http_bed *bed, struct http_request *request)
{
	AUTO_ERR struct err err = { 0 };

	if (http_one(bed->http, request, &err) < 0)
		fail_msg("%s: %s", request->url, err.msg);
	assert_int_equal(request->response.status, 200);
	assert_string_equal(request->response.body.data, "ok");
}

void http_bed_expect_failure(struct http_bed *bed, struct http_request *request,
			     enum err_status status, const char *text)
{
	AUTO_ERR struct err err = { 0 };

	assert_int_equal(http_one(bed->http, request, &err), -1);
	if (err.status != status || !strstr(err.msg, text))
		fail_msg("%s: %d '%s'", request->url, err.status, err.msg);
	assert_int_equal(request->response.status, 0);
	assert_int_equal(request->response.body.len, 0);
}
