/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <stdlib.h>

#include "base/file.h"
#include "cluster/kube/client.h"
#include "document/document.h"
#include "fault_server.h"

/* A run with a kubeconfig for one of the listeners. */
struct bed {
	void **state;
	struct run run;
	struct cluster_args args;
	char dir[64];
	struct kube_client *client;
};

static void open_bed(struct bed *bed, void **state)
{
	*bed = (struct bed){ .state = state };
	strcpy(bed->dir, "/tmp/kubeclient-XXXXXX");
	assert_non_null(mkdtemp(bed->dir));
	run_init(&bed->run, NULL);
}

static void close_bed(struct bed *bed)
{
	struct err err = { 0 };

	if (file_remove_all(bed->dir, &err) < 0)
		err_clear(&err);
	run_release(&bed->run);
}

#define BED(bed)                                                               \
	__attribute__((cleanup(close_bed))) struct bed bed;                    \
	open_bed(&(bed), state)

static const char *put(struct bed *bed, const char *name, const char *text)
{
	const char *path = arena_printf(bed->run.arena, "%s/%s", bed->dir,
					name);
	struct bytes bytes = { text, strlen(text) };
	struct err err = { 0 };

	assert_return_code(file_write(path, bytes, 0700, &err), 0);
	return path;
}

/* Open a client for the listener, as `user`. */
static void connect_as(struct bed *bed, const char *listener, const char *user)
{
	struct err err = { 0 };

	bed->args.kubeconfig =
		put(bed, "config",
		    arena_printf(bed->run.arena,
				 "current-context: dev\n"
				 "contexts: [{name: dev, context: {cluster: c, "
				 "user: u}}]\n"
				 "clusters: [{name: c, cluster: {server: '%s', "
				 "certificate-authority: %s}}]\n"
				 "users: [{name: u, user: {%s}}]\n",
				 fault_server_url(bed->state, listener),
				 fault_server_path(bed->state, "ca.crt"),
				 user));
	if (kube_client_open(&bed->run, &bed->args, &bed->client, &err) < 0)
		fail_msg("%s", err.msg);
}

static struct kube_call get(struct bed *bed, const char *path)
{
	return (struct kube_call){
		.method = "GET",
		.path = path,
		.arena = bed->run.arena,
	};
}

static const char *expect_ok(struct bed *bed, const char *path)
{
	struct kube_call call = get(bed, path);
	AUTO_ERR struct err err = { 0 };

	if (kube_client_one(bed->client, &call, &err) < 0)
		fail_msg("%s", err.msg);
	return call.response.body.data;
}

static void expect_failure(struct bed *bed, const char *path,
			   enum err_status status, const char *text)
{
	struct kube_call call = get(bed, path);
	AUTO_ERR struct err err = { 0 };

	assert_int_equal(kube_client_one(bed->client, &call, &err), -1);
	if (err.status != status || strcmp(err.msg, text) != 0)
		fail_msg("%d '%s'", err.status, err.msg);
}

/* From now on the server wants this token. */
static void renew(struct bed *bed, const char *token)
{
	expect_ok(bed, arena_printf(bed->run.arena, "/renew/%s", token));
}

static void a_token_is_sent(void **state)
{
	BED(bed);

	connect_as(&bed, "https", "token: first-token");
	assert_string_equal(kube_client_context(bed.client), "dev");
	assert_string_equal(kube_client_namespace(bed.client), "default");
	expect_ok(&bed, "/token/a");
	assert_int_equal(kube_client_counts(bed.client)->requests, 1);
}

static void a_password_is_sent(void **state)
{
	BED(bed);

	connect_as(&bed, "https", "username: jo, password: 'sesame:open'");
	assert_non_null(
		strstr(expect_ok(&bed, "/echo"), "Basic am86c2VzYW1lOm9wZW4="));
}

static void a_client_certificate_is_shown(void **state)
{
	BED(bed);

	connect_as(&bed, "mutual",
		   arena_printf(bed.run.arena,
				"client-certificate: %s, client-key: %s",
				fault_server_path(state, "client.crt"),
				fault_server_path(state, "client.key")));
	expect_ok(&bed, "/ok");
}

static void a_call_has_its_headers(void **state)
{
	static const char *const groups[] = { "g1", "g2", NULL };
	BED(bed);
	struct kube_call call = get(&bed, "/echo");
	AUTO_ERR struct err err = { 0 };
	const char *body;

	bed.args.as = "jo";
	bed.args.as_groups = groups;
	connect_as(&bed, "https", "");
	call.method = "PATCH";
	call.content_type = "application/apply-patch+yaml";
	call.body = (struct bytes){ "{}", 2 };
	assert_return_code(kube_client_one(bed.client, &call, &err), 0);
	body = call.response.body.data;
	assert_non_null(strstr(body, "\"Accept\": \"application/json\""));
	assert_non_null(strstr(body, "application/apply-patch+yaml"));
	assert_non_null(strstr(body, "\"Impersonate-User\": \"jo\""));
	assert_non_null(strstr(body, "\"Impersonate-Group\": \"g"));
	assert_null(strstr(body, "Authorization"));
	call = get(&bed, "/echo");
	call.accept = "application/json;g=apidiscovery.k8s.io";
	assert_return_code(kube_client_one(bed.client, &call, &err), 0);
	assert_non_null(strstr(call.response.body.data, "apidiscovery.k8s.io"));
}

static void extra_attributes_are_escaped(void **state)
{
	BED(bed);

	connect_as(&bed, "https",
		   "as: jo, as-uid: '7', as-user-extra: {a/b: [x]}");
	assert_non_null(strstr(expect_ok(&bed, "/echo"),
			       "\"Impersonate-Extra-a%2Fb\": \"x\""));
	assert_non_null(
		strstr(expect_ok(&bed, "/echo"), "\"Impersonate-Uid\": \"7\""));
}

static void a_token_file_is_read_again_after_401(void **state)
{
	BED(bed);

	put(&bed, "token", "second-token\n");
	connect_as(&bed, "https", "tokenFile: token");
	renew(&bed, "second-token");
	expect_ok(&bed, "/token/b");
	renew(&bed, "third-token");
	put(&bed, "token", "third-token\n");
	expect_ok(&bed, "/token/b");
	/* Where it has not changed, there is nothing to try. */
	renew(&bed, "fourth-token");
	expect_failure(&bed, "/token/b?c", ERR_ACCESS,
		       "GET /token/b: 401, our credentials are not accepted");
}

/* A plugin that gives the token in a file beside it, and counts. */
static const char plugin[] =
	"#!/bin/sh\n"
	"cd \"${0%/*}\"\n"
	"echo >>count\n"
	"printf '{\"kind\":\"ExecCredential\",\"apiVersion\":"
	"\"client.authentication.k8s.io/v1\",\"status\":{\"token\":\"%s\""
	"%s}}' \"$(cat token)\" \"$(cat more)\"\n";

#define EXEC                                                                   \
	"exec: {apiVersion: client.authentication.k8s.io/v1, command: "        \
	"./plugin, interactiveMode: Never}"

static size_t plugin_runs(struct bed *bed)
{
	struct bytes lines;
	struct err err = { 0 };

	assert_return_code(file_read(bed->run.arena,
				     arena_printf(bed->run.arena, "%s/count",
						  bed->dir),
				     1000, &lines, &err),
			   0);
	return lines.len;
}

static void a_plugin_is_asked_once_for_many_401(void **state)
{
	enum { N = 60 };
	BED(bed);
	struct kube_call calls[N];
	struct err err = { 0 };

	put(&bed, "plugin", plugin);
	put(&bed, "more", "");
	put(&bed, "token", "fifth-token");
	connect_as(&bed, "https", EXEC);
	renew(&bed, "sixth-token");
	put(&bed, "token", "sixth-token");
	for (int i = 0; i < N; i++)
		calls[i] = get(&bed, "/token/c");
	assert_return_code(kube_client_all(bed.client, calls, N, &err), 0);
	for (int i = 0; i < N; i++)
		assert_int_equal(calls[i].response.status, 200);
	assert_int_equal(plugin_runs(&bed), 2);
	/* Not even all of those in flight had to be sent again. */
	assert_in_range(kube_client_counts(bed.client)->requests, N + 2,
			1 + N + 48);
}

static void a_second_401_is_final(void **state)
{
	BED(bed);

	put(&bed, "plugin", plugin);
	put(&bed, "more", "");
	put(&bed, "token", "stale-token");
	connect_as(&bed, "https", EXEC);
	put(&bed, "token", "stale-token-too");
	expect_failure(&bed, "/token/d", ERR_ACCESS,
		       "GET /token/d: 401, our credentials are not accepted");
	assert_int_equal(plugin_runs(&bed), 2);
	assert_int_equal(kube_client_counts(bed.client)->requests, 2);
}

static void a_plugin_that_fails_meanwhile_is_the_reason(void **state)
{
	BED(bed);
	struct kube_call calls[3];
	struct err err = { 0 };

	put(&bed, "plugin", plugin);
	put(&bed, "more", "");
	put(&bed, "token", "stale-token");
	connect_as(&bed, "https", EXEC);
	put(&bed, "plugin", "#!/bin/sh\necho 'session expired' >&2\nexit 1\n");
	for (int i = 0; i < 3; i++)
		calls[i] = get(&bed, "/token/e");
	assert_return_code(kube_client_all(bed.client, calls, 3, &err), 0);
	for (int i = 0; i < 3; i++) {
		AUTO_ERR struct err one = { 0 };

		assert_int_equal(calls[i].response.status, 0);
		kube_client_fail(bed.client, &calls[i], &one);
		assert_int_equal(one.status, ERR_ACCESS);
		assert_non_null(strstr(one.msg, "session expired"));
	}
}

static void an_expired_token_is_replaced_before_it_is_sent(void **state)
{
	BED(bed);

	put(&bed, "plugin", plugin);
	put(&bed, "more", ",\"expirationTimestamp\":\"2001-01-01T00:00:00Z\"");
	put(&bed, "token", "old-token");
	connect_as(&bed, "https", EXEC);
	put(&bed, "token", "seventh-token");
	put(&bed, "more", "");
	renew(&bed, "seventh-token");
	expect_ok(&bed, "/token/f");
	assert_int_equal(plugin_runs(&bed), 2);
	assert_int_equal(kube_client_counts(bed.client)->requests, 2);
}

/* Members of a plugin's status for the certificate NAME.crt. */
static const char *certificate(struct bed *bed, const char *name)
{
	struct arena *arena = bed->run.arena;
	json_t *status = doc_object(arena);
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	struct bytes pem;

	pem = fault_server_file(bed->state,
				arena_printf(arena, "%s.crt", name));
	doc_set_string(status, pem.data, "clientCertificateData", NULL);
	pem = fault_server_file(bed->state,
				arena_printf(arena, "%s.key", name));
	doc_set_string(status, pem.data, "clientKeyData", NULL);
	doc_write_json(&text, status);
	str_cut(&text, text.len - 1);
	return arena_printf(arena, ",%s", str_text(&text) + 1);
}

static void a_plugin_may_give_a_certificate(void **state)
{
	enum { N = 60 };
	BED(bed);
	struct kube_call calls[N];
	struct err err = { 0 };

	put(&bed, "plugin", plugin);
	put(&bed, "token", "eighth-token");
	put(&bed, "more", certificate(&bed, "client"));
	connect_as(&bed, "mutual", EXEC);
	renew(&bed, "eighth-token");
	expect_ok(&bed, "/token/g");
	/* Another one, in the middle of the run, needs other connections. */
	renew(&bed, "ninth-token");
	put(&bed, "token", "ninth-token");
	put(&bed, "more", certificate(&bed, "https"));
	for (int i = 0; i < N; i++)
		calls[i] = get(&bed, "/token/g");
	assert_return_code(kube_client_all(bed.client, calls, N, &err), 0);
	for (int i = 0; i < N; i++)
		assert_int_equal(calls[i].response.status, 200);
	assert_int_equal(plugin_runs(&bed), 2);
	assert_in_range(kube_client_counts(bed.client)->requests, 3 + N + 1,
			3 + 2 * N);
}

static void the_server_is_quoted(void **state)
{
	BED(bed);

	connect_as(&bed, "https", "");
	expect_failure(&bed, "/status/409?x=y", ERR_REFUSED,
		       "GET /status/409: the server says no");
	expect_failure(&bed, "/status/403", ERR_ACCESS,
		       "GET /status/403: the server says no");
	expect_failure(&bed, "/nothing", ERR_NOT_FOUND,
		       "GET /nothing: 404, not found: 404 page not found");
	expect_failure(&bed, "/status/404/html", ERR_NOT_FOUND,
		       "GET /status/404/html: 404, not found");
	expect_failure(&bed, "/redirect", ERR_FAILED,
		       "GET /redirect: 307, a redirect, which is not "
		       "followed");
}

static void trouble_that_passes_is_tried_again(void **state)
{
	BED(bed);

	connect_as(&bed, "https", "");
	expect_ok(&bed, "/flaky/etcd/1/500?message=etcdserver:%20leader%20"
			"changed");
	assert_int_equal(kube_client_counts(bed.client)->retries, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_is_sent),
		cmocka_unit_test(a_password_is_sent),
		cmocka_unit_test(a_client_certificate_is_shown),
		cmocka_unit_test(a_call_has_its_headers),
		cmocka_unit_test(extra_attributes_are_escaped),
		cmocka_unit_test(a_token_file_is_read_again_after_401),
		cmocka_unit_test(a_plugin_is_asked_once_for_many_401),
		cmocka_unit_test(a_second_401_is_final),
		cmocka_unit_test(a_plugin_that_fails_meanwhile_is_the_reason),
		cmocka_unit_test(
			an_expired_token_is_replaced_before_it_is_sent),
		cmocka_unit_test(a_plugin_may_give_a_certificate),
		cmocka_unit_test(the_server_is_quoted),
		cmocka_unit_test(trouble_that_passes_is_tried_again),
	};

	doc_init();
	http_init();
	return cmocka_run_group_tests(tests, fault_server_start,
				      fault_server_stop);
}
