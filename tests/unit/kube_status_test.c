/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "cluster/kube/status.h"
#include "document/document.h"

static struct bytes bytes(const char *text)
{
	return (struct bytes){ text, strlen(text) };
}

static void expect(long status, const char *body, enum err_status kind,
		   const char *text)
{
	AUTO_ERR struct err err = { 0 };

	assert_int_equal(kube_status_fail("GET /x", status, bytes(body), &err),
			 -1);
	if (err.status != kind || strcmp(err.msg, text) != 0)
		fail_msg("%d '%s'", err.status, err.msg);
}

static void the_message_of_a_status_is_told(void **state)
{
	(void)state;
	expect(403, "{\"kind\":\"Status\",\"message\":\"pods is forbidden\"}",
	       ERR_ACCESS, "GET /x: pods is forbidden");
	expect(429, "{\"kind\":\"Status\",\"message\":\"slow down\"}",
	       ERR_TEMPORARY, "GET /x: slow down");
	expect(401, "{\"kind\":\"Status\",\"message\":\"Unauthorized\"}",
	       ERR_ACCESS, "GET /x: 401, our credentials are not accepted");
	expect(422, "{\"kind\":\"Status\"}", ERR_REFUSED,
	       "GET /x: 422, invalid");
}

static void each_cause_is_an_error(void **state)
{
	static const char body[] =
		"{\"kind\":\"Status\",\"message\":\"x is invalid: [...]\","
		"\"details\":{\"causes\":[{\"field\":\"spec.replicas\","
		"\"message\":\"Invalid value: -1: must be greater\"},{},"
		"{\"message\":\"conflict with kubectl\"},{\"message\":7}]}}";
	AUTO_ERR struct err err = { 0 };

	(void)state;
	kube_status_fail("PATCH /x", 422, bytes(body), &err);
	assert_int_equal(err_count(&err), 2);
	assert_int_equal(err.status, ERR_REFUSED);
	assert_string_equal(err.msg, "PATCH /x: spec.replicas: Invalid value: "
				     "-1: must be greater");
	assert_string_equal(err.next->msg, "PATCH /x: conflict with kubectl");
}

static void what_is_no_status_is_told_by_its_number(void **state)
{
	static const struct {
		const char *body;
		const char *text;
	} cases[] = {
		{ "", "GET /x: 503, the server is not available" },
		{ "<html>", "GET /x: 503, the server is not available" },
		{ "{\"kind\":\"Pod\"}",
		  "GET /x: 503, the server is not available" },
		{ "{\"kind\":", "GET /x: 503, the server is not available" },
		{ "[1]", "GET /x: 503, the server is not available" },
		{ "\xff\xfe", "GET /x: 503, the server is not available" },
		{ "upstream is down\nreally",
		  "GET /x: 503, the server is not available: upstream is "
		  "down" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		expect(503, cases[i].body, ERR_TEMPORARY, cases[i].text);
	expect(418, "", ERR_REFUSED, "GET /x: 418, unexpected answer");
	expect(307, "", ERR_FAILED,
	       "GET /x: 307, a redirect, which is not followed");
}

static void a_long_message_is_cut(void **state)
{
	AUTO_STR struct str body = STR_INIT(STR_BIG);
	AUTO_ERR struct err err = { 0 };

	(void)state;
	str_add(&body, "{\"kind\":\"Status\",\"message\":\"");
	for (int i = 0; i < 100000; i++)
		str_add_char(&body, 'x');
	str_add(&body, "\"}");
	kube_status_fail("GET /x", 400, str_bytes(&body), &err);
	assert_in_range(strlen(err.msg), 4000, 5000);
}

static void row_5_24_some_trouble_passes(void **state)
{
#define STATUS(message) "{\"kind\":\"Status\",\"message\":\"" message "\"}"
	static const struct {
		long status;
		const char *body;
		bool passes;
	} cases[] = {
		{ 500, STATUS("etcdserver: leader changed"), true },
		{ 500, STATUS("rpc error: etcdserver: request timed out"),
		  true },
		{ 500,
		  STATUS("Internal error occurred: failed calling webhook "
			 "\\\"v.example.com\\\": context deadline exceeded"),
		  true },
		{ 500,
		  STATUS("failed calling webhook \\\"v\\\": service not found"),
		  false },
		{ 400, STATUS("etcdserver: leader changed"), false },
		{ 500, "etcdserver: leader changed", false },
		{ 500, "", false },
		{ 409,
		  STATUS("Operation cannot be fulfilled on resourcequotas "
			 "\\\"q\\\": the object has been modified"),
		  true },
		{ 409, STATUS("Apply failed with 1 conflict"), false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (kube_status_passes(cases[i].status, bytes(cases[i].body)) !=
		    cases[i].passes)
			fail_msg("%ld %s", cases[i].status, cases[i].body);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_message_of_a_status_is_told),
		cmocka_unit_test(each_cause_is_an_error),
		cmocka_unit_test(what_is_no_status_is_told_by_its_number),
		cmocka_unit_test(a_long_message_is_cut),
		cmocka_unit_test(row_5_24_some_trouble_passes),
	};

	doc_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
