/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "fault_server.h"
#include "http/http.h"

/* One GET of `path` by the listener `name`, as `identity`. */
struct visit {
	const char *name;
	const char *host; /* NULL: localhost */
	struct http_identity identity;
	const char *const *env;
	const char *path; /* NULL: /ok */
};

static void go(void **state, const struct visit *visit, long *status,
	       struct err *err)
{
	const char *port = fault_server_port(state, visit->name);
	struct http_request request = { .method = "GET" };
	struct http *http;
	struct run run;

	run_init(&run, visit->env);
	request.url = arena_printf(run.arena, "https://%s:%s%s",
				   visit->host ? visit->host : "localhost",
				   port, visit->path ? visit->path : "/ok");
	request.tries = 1;
	*status = 0;
	assert_return_code(http_open(&run, &visit->identity, &http, err), 0);
	if (http_one(http, &request, err) == 0)
		*status = request.response.status;
	run_release(&run);
}

static void expect_welcome(void **state, const struct visit *visit)
{
	AUTO_ERR struct err err = { 0 };
	long status;

	go(state, visit, &status, &err);
	if (status != 200)
		fail_msg("%s: %ld %s", visit->name, status, err.msg);
}

static void expect_no(void **state, const struct visit *visit,
		      enum err_status kind, const char *text)
{
	AUTO_ERR struct err err = { 0 };
	long status;

	go(state, visit, &status, &err);
	if (status || err.status != kind || !strstr(err.msg, text))
		fail_msg("%s: %ld %d %s", visit->name, status, err.status,
			 err.msg);
	assert_null(strstr(err.msg, "sesame"));
}

static void a_known_authority_is_trusted(void **state)
{
	struct visit visit = { .name = "https" };

	visit.identity.ca_pem = fault_server_file(state, "ca.crt");
	expect_welcome(state, &visit);
	visit.host = "127.0.0.1";
	expect_welcome(state, &visit);
}

static void the_authority_may_come_by_environment(void **state)
{
	const char *path = fault_server_path(state, "ca.crt");
	AUTO_ARENA struct arena *arena = arena_new();
	const char *env[] = { arena_printf(arena, "SSL_CERT_FILE=%s", path),
			      NULL };
	struct visit visit = { .name = "https", .env = env };

	expect_welcome(state, &visit);
}

static void a_stranger_is_not_trusted(void **state)
{
	struct visit visit = { .name = "https" };

	visit.identity.ca_pem = fault_server_file(state, "stranger.crt");
	expect_no(state, &visit, ERR_ACCESS, "certificate is not accepted");
	visit.identity.ca_pem = (struct bytes){ 0 };
	expect_no(state, &visit, ERR_ACCESS, "certificate is not accepted");
}

static void another_name_is_not_trusted(void **state)
{
	struct visit visit = { .name = "renamed" };

	visit.identity.ca_pem = fault_server_file(state, "ca.crt");
	expect_no(state, &visit, ERR_ACCESS, "'localhost'");
}

static void what_has_expired_is_not_trusted(void **state)
{
	struct visit visit = { .name = "expired" };
	AUTO_ERR struct err err = { 0 };
	long status;

	visit.identity.ca_pem = fault_server_file(state, "ca.crt");
	go(state, &visit, &status, &err);
	assert_int_equal(err.status, ERR_ACCESS);
	assert_non_null(strstr(err.msg, "expired"));
	assert_non_null(strstr(err.hint, "clock"));
}

static void insecure_trusts_anybody(void **state)
{
	struct visit visit = { .name = "expired" };

	visit.identity.insecure = true;
	expect_welcome(state, &visit);
}

static void the_server_may_have_another_name(void **state)
{
	struct visit visit = { .name = "renamed", .host = "127.0.0.1" };

	visit.identity.ca_pem = fault_server_file(state, "ca.crt");
	visit.identity.server_name = "api.internal";
	expect_welcome(state, &visit);
	visit.identity.server_name = "api.external";
	expect_no(state, &visit, ERR_ACCESS, "'api.external'");
	visit.identity.server_name = "bad name";
	expect_no(state, &visit, ERR_USAGE, "bad name");
	visit.name = "https";
	visit.identity.server_name = "127.0.0.1";
	visit.host = "localhost";
	expect_welcome(state, &visit);
}

static void the_host_header_is_of_the_address(void **state)
{
	const char *port = fault_server_port(state, "renamed");
	struct http_identity identity = {
		.ca_pem = fault_server_file(state, "ca.crt"),
		.server_name = "api.internal",
	};
	struct http_request request = { .method = "GET" };
	struct err err = { 0 };
	struct http *http;
	struct run run;

	run_init(&run, NULL);
	request.url = arena_printf(run.arena, "https://127.0.0.1:%s/echo",
				   port);
	assert_return_code(http_open(&run, &identity, &http, &err), 0);
	assert_return_code(http_one(http, &request, &err), 0);
	assert_non_null(strstr(request.response.body.data,
			       arena_printf(run.arena, "127.0.0.1:%s", port)));
	run_release(&run);
}

static void a_client_certificate_is_shown(void **state)
{
	struct visit visit = { .name = "mutual" };

	visit.identity.ca_pem = fault_server_file(state, "ca.crt");
	expect_no(state, &visit, ERR_TEMPORARY, "localhost");
	visit.identity.cert_pem = fault_server_file(state, "client.crt");
	visit.identity.key_pem = fault_server_file(state, "client.key");
	expect_welcome(state, &visit);
}

static void a_key_that_does_not_fit_is_our_fault(void **state)
{
	struct visit visit = { .name = "mutual" };

	visit.identity.ca_pem = fault_server_file(state, "ca.crt");
	visit.identity.cert_pem = fault_server_file(state, "client.crt");
	visit.identity.key_pem = fault_server_file(state, "https.key");
	expect_no(state, &visit, ERR_ACCESS, "client certificate");
	visit.identity.key_pem = (struct bytes){ "garbage", 7 };
	expect_no(state, &visit, ERR_ACCESS, "client certificate");
}

static void garbage_is_no_authority(void **state)
{
	static const char pem[] = "-----BEGIN CERTIFICATE-----\nAAAA\n"
				  "-----END CERTIFICATE-----\n";
	struct visit visit = { .name = "https" };

	visit.identity.ca_pem = (struct bytes){ pem, sizeof(pem) - 1 };
	expect_no(state, &visit, ERR_INPUT, "authority");
}

static void plain_text_on_a_tls_port_is_no_answer(void **state)
{
	struct visit visit = { .name = "http" };

	expect_no(state, &visit, ERR_TEMPORARY, "localhost");
}

static const char *proxy_url(void **state, struct arena *arena,
			     const char *user)
{
	return arena_printf(arena, "http://%s127.0.0.1:%s", user,
			    fault_server_port(state, "proxy"));
}

static void a_proxy_connects_us(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct visit visit = { .name = "https" };

	visit.identity.ca_pem = fault_server_file(state, "ca.crt");
	visit.identity.proxy = proxy_url(state, arena, "");
	expect_welcome(state, &visit);
	visit.identity.proxy = proxy_url(state, arena, "jo:sesame-open@");
	expect_welcome(state, &visit);
}

static void row_63_a_proxy_may_refuse(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct visit visit = { .name = "https" };

	visit.identity.ca_pem = fault_server_file(state, "ca.crt");
	visit.identity.proxy = proxy_url(state, arena, "jo:sesame-wrong@");
	expect_no(state, &visit, ERR_ACCESS, "refused to connect");
	visit.identity.proxy = "http://127.0.0.1:1";
	expect_no(state, &visit, ERR_TEMPORARY, "through the proxy");
}

static void the_environment_names_the_proxy(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();
	const char *env[] = {
		arena_printf(arena, "HTTPS_PROXY=%s",
			     proxy_url(state, arena, "jo:sesame-wrong@")),
		NULL,
		NULL,
	};
	struct visit visit = {
		.name = "renamed",
		.host = "api.internal",
		.env = env,
	};

	visit.identity.ca_pem = fault_server_file(state, "ca.crt");
	expect_no(state, &visit, ERR_ACCESS, "refused to connect");
	env[0] = arena_printf(arena, "HTTPS_PROXY=%s",
			      proxy_url(state, arena, "jo:sesame-open@"));
	expect_welcome(state, &visit);
	/* Loopback goes without a proxy, as with kubectl. */
	env[0] = "HTTPS_PROXY=http://127.0.0.1:1";
	visit.name = "https";
	visit.host = "localhost";
	expect_welcome(state, &visit);
	/* And so does what NO_PROXY covers, by the address we connect to. */
	env[1] = "NO_PROXY=127.0.0.0/8";
	visit.name = "renamed";
	visit.host = "127.0.0.1";
	visit.identity.server_name = "api.internal";
	expect_welcome(state, &visit);
	/* The identity's own goes before the environment's. */
	visit.identity.proxy = "";
	expect_welcome(state, &visit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_known_authority_is_trusted),
		cmocka_unit_test(the_authority_may_come_by_environment),
		cmocka_unit_test(a_stranger_is_not_trusted),
		cmocka_unit_test(another_name_is_not_trusted),
		cmocka_unit_test(what_has_expired_is_not_trusted),
		cmocka_unit_test(insecure_trusts_anybody),
		cmocka_unit_test(the_server_may_have_another_name),
		cmocka_unit_test(the_host_header_is_of_the_address),
		cmocka_unit_test(a_client_certificate_is_shown),
		cmocka_unit_test(a_key_that_does_not_fit_is_our_fault),
		cmocka_unit_test(garbage_is_no_authority),
		cmocka_unit_test(plain_text_on_a_tls_port_is_no_answer),
		cmocka_unit_test(a_proxy_connects_us),
		cmocka_unit_test(row_63_a_proxy_may_refuse),
		cmocka_unit_test(the_environment_names_the_proxy),
	};

	http_init();
	return cmocka_run_group_tests(tests, fault_server_start,
				      fault_server_stop);
}
