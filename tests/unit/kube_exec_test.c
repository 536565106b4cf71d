/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <stdlib.h>

#include "base/file.h"
#include "cluster/kube/exec.h"
#include "document/document.h"

#define V1      "client.authentication.k8s.io/v1"
#define V1BETA1 "client.authentication.k8s.io/v1beta1"

/* A run in a directory with a plugin, which is a shell script. */
struct bed {
	struct run run;
	const char *env[3];
	char dir[64];
	const char *args[3];
	const char *exec_env[3];
	struct kube_exec exec;
	struct kube_config config;
	struct kube_credential got;
};

static void open_bed(struct bed *bed)
{
	*bed = (struct bed){ .env = { "PATH=/usr/bin:/bin", "HOME=/home/jo" } };
	strcpy(bed->dir, "/tmp/kubeexec-XXXXXX");
	assert_non_null(mkdtemp(bed->dir));
	run_init(&bed->run, bed->env);
	bed->exec = (struct kube_exec){
		.api_version = V1,
		.args = bed->args,
		.env = bed->exec_env,
		.interactive = KUBE_INTERACTIVE_NEVER,
	};
	bed->config = (struct kube_config){
		.server = "https://api",
		.user_from = "file: user 'u'",
		.exec = &bed->exec,
	};
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
	open_bed(&(bed))

static void put_plugin(struct bed *bed, const char *script)
{
	struct arena *arena = bed->run.arena;
	struct bytes bytes;
	struct err err = { 0 };

	bed->exec.command = arena_printf(arena, "%s/plugin", bed->dir);
	bytes.data = arena_printf(arena, "#!/bin/sh\n%s\n", script);
	bytes.len = strlen(bytes.data);
	assert_return_code(file_write(bed->exec.command, bytes, 0700, &err), 0);
}

static void expect_token(struct bed *bed, const char *token)
{
	AUTO_ERR struct err err = { 0 };

	if (kube_exec_run(&bed->run, &bed->config, &bed->got, &err) < 0)
		fail_msg("%s", err.msg);
	assert_string_equal(bed->got.token, token);
}

static void expect_refused(struct bed *bed, enum err_status status,
			   const char *text)
{
	AUTO_ERR struct err err = { 0 };

	if (kube_exec_run(&bed->run, &bed->config, &bed->got, &err) == 0)
		fail_msg("accepted, but expected: %s", text);
	if (err.status != status || !strstr(err.msg, text) ||
	    !str_starts(err.msg, "file: user 'u': "))
		fail_msg("%d '%s', but expected: %s", err.status, err.msg,
			 text);
}

static int parse(struct bed *bed, const char *text, struct err *err)
{
	struct bytes output = { text, strlen(text) };

	bed->exec.command = "plugin";
	return kube_exec_parse(&bed->run, &bed->exec, output, &bed->got, err);
}

#define REPLY(version, status)                                                 \
	"{\"kind\":\"ExecCredential\",\"apiVersion\":\"" version               \
	"\",\"status\":{" status "}}"

static void a_reply_is_read(void **state)
{
	BED(bed);
	struct err err = { 0 };

	(void)state;
	assert_return_code(
		parse(&bed,
		      REPLY(V1, "\"token\":\"abcdef\",\"expirationTimestamp\":"
				"\"1970-01-01T01:00:00+00:30\""),
		      &err),
		0);
	assert_string_equal(bed.got.token, "abcdef");
	assert_int_equal(bed.got.expires, 1800);
	assert_return_code(parse(&bed,
				 REPLY(V1, "\"clientCertificateData\":\"C\","
					   "\"clientKeyData\":\"K\""),
				 &err),
			   0);
	assert_null(bed.got.token);
	assert_int_equal(bed.got.expires, 0);
	assert_string_equal(bed.got.cert_pem.data, "C");
	assert_string_equal(bed.got.key_pem.data, "K");
	bed.exec.api_version = V1BETA1;
	assert_return_code(parse(&bed, REPLY(V1BETA1, "\"token\":\"a\""), &err),
			   0);
}

static void a_reply_is_checked(void **state)
{
	static const struct {
		const char *reply;
		const char *text;
	} cases[] = {
		{ "", "expected it to print an ExecCredential as JSON" },
		{ "please log in", "as JSON" },
		{ "{\"token\": \"canary", "as JSON" },
		{ "[]", "expected it to print an ExecCredential" },
		{ "{\"kind\":\"Status\"}", "an ExecCredential" },
		{ "{\"kind\":\"ExecCredential\"}", "of no apiVersion" },
		{ REPLY(V1BETA1, ""), "of " V1BETA1 ", not of " V1 },
		{ REPLY(V1, ""), "neither token nor client certificate" },
		{ REPLY(V1, "\"token\":\"\""), "neither token" },
		{ REPLY(V1, "\"token\":7"), "neither token" },
		{ REPLY(V1, "\"token\":\"a\\r\\nb\""), "line end inside" },
		{ REPLY(V1, "\"clientCertificateData\":\"C\""),
		  "a client certificate without its key" },
		{ REPLY(V1, "\"token\":\"a\",\"clientKeyData\":\"K\""),
		  "a client key without its certificate" },
		{ REPLY(V1, "\"token\":\"a\",\"expirationTimestamp\":\"soon\""),
		  "plugin: expirationTimestamp: " },
	};
	BED(bed);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_ERR struct err err = { 0 };

		if (parse(&bed, cases[i].reply, &err) == 0 ||
		    !strstr(err.msg, cases[i].text))
			fail_msg("'%s': '%s'", cases[i].reply, err.msg);
		assert_null(strstr(err.msg, "canary"));
	}
}

static void the_token_becomes_a_secret(void **state)
{
	BED(bed);
	AUTO_STR struct str shown = STR_INIT(STR_BIG);
	struct err err = { 0 };

	(void)state;
	assert_return_code(parse(&bed, REPLY(V1, "\"token\":\"canary-token\""),
				 &err),
			   0);
	run_redact(&bed.run, &shown, "canary-token", 12);
	assert_string_equal(str_text(&shown), "***");
}

static void a_plugin_gets_arguments_and_environment(void **state)
{
	BED(bed);

	(void)state;
	bed.args[0] = "get token";
	bed.args[1] = "$(id)";
	bed.exec_env[0] = "HOME=/home/plugin";
	bed.exec_env[1] = "EXTRA=1";
	put_plugin(&bed, "printf '{\"kind\":\"ExecCredential\",\"apiVersion\":"
			 "\"" V1 "\",\"status\":{\"token\":\"%s-%s-%s-%s\"}}' "
			 "\"$1\" \"$2\" \"$HOME\" \"$EXTRA\"");
	expect_token(&bed, "get token-$(id)-/home/plugin-1");
}

/* What the plugin was told, as JSON. */
static json_t *told(struct bed *bed)
{
	const char *path = arena_printf(bed->run.arena, "%s/told", bed->dir);
	struct bytes text;
	struct err err = { 0 };
	json_t *value;

	assert_return_code(file_read(bed->run.arena, path, 1 << 20, &text,
				     &err),
			   0);
	assert_return_code(doc_read_json(bed->run.arena, path, text, &value,
					 &err),
			   0);
	return value;
}

static void a_plugin_is_told_of_the_cluster_where_it_wants(void **state)
{
	BED(bed);
	json_t *info;

	(void)state;
	put_plugin(&bed, "printf %s \"$KUBERNETES_EXEC_INFO\" >\"${0%/*}/told\""
			 "\necho '" REPLY(V1, "\"token\":\"abc\"") "'");
	expect_token(&bed, "abc");
	info = told(&bed);
	assert_string_equal(doc_get_string(info, "apiVersion", NULL), V1);
	assert_string_equal(doc_get_string(info, "kind", NULL),
			    "ExecCredential");
	assert_true(json_is_false(doc_get(info, "spec", "interactive", NULL)));
	assert_null(doc_get(info, "spec", "cluster", NULL));

	bed.exec.provide_cluster_info = true;
	bed.config.server_name = "kube";
	bed.config.insecure = true;
	bed.config.proxy = "http://p:1";
	bed.config.ca_pem = (struct bytes){ "PEM", 3 };
	bed.config.exec_extension = doc_object(bed.run.arena);
	doc_set_string(bed.config.exec_extension, "b", "a", NULL);
	expect_token(&bed, "abc");
	info = doc_get(told(&bed), "spec", "cluster", NULL);
	assert_string_equal(doc_get_string(info, "server", NULL),
			    "https://api");
	assert_string_equal(doc_get_string(info, "tls-server-name", NULL),
			    "kube");
	assert_true(
		json_is_true(doc_get(info, "insecure-skip-tls-verify", NULL)));
	assert_string_equal(doc_get_string(info, "proxy-url", NULL),
			    "http://p:1");
	assert_string_equal(doc_get_string(info, "certificate-authority-data",
					   NULL),
			    "UEVN");
	assert_string_equal(doc_get_string(info, "config", "a", NULL), "b");
}

static void a_plugin_that_fails_is_quoted(void **state)
{
	BED(bed);

	(void)state;
	put_plugin(&bed, "echo first >&2; echo 'session expired' >&2; exit 7");
	expect_refused(&bed, ERR_ACCESS, "exit status 7: session expired");
	put_plugin(&bed, "exit 1");
	expect_refused(&bed, ERR_ACCESS, "plugin: exit status 1");
	put_plugin(&bed, "kill -9 $$");
	expect_refused(&bed, ERR_ACCESS, "exit status 137");
	put_plugin(&bed, "head -c 3000000 /dev/zero");
	expect_refused(&bed, ERR_FAILED, "wrote more than 1048576 bytes");
}

static void a_plugin_that_is_not_there_comes_with_its_hint(void **state)
{
	BED(bed);
	AUTO_ERR struct err err = { 0 };

	(void)state;
	bed.exec.command = "no-such-plugin";
	bed.exec.install_hint = "get it at https://example.com";
	assert_int_equal(kube_exec_run(&bed.run, &bed.config, &bed.got, &err),
			 -1);
	assert_int_equal(err.status, ERR_NOT_FOUND);
	assert_string_equal(err.hint, "get it at https://example.com");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reply_is_read),
		cmocka_unit_test(a_reply_is_checked),
		cmocka_unit_test(the_token_becomes_a_secret),
		cmocka_unit_test(a_plugin_gets_arguments_and_environment),
		cmocka_unit_test(
			a_plugin_is_told_of_the_cluster_where_it_wants),
		cmocka_unit_test(a_plugin_that_fails_is_quoted),
		cmocka_unit_test(
			a_plugin_that_is_not_there_comes_with_its_hint),
	};

	doc_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
