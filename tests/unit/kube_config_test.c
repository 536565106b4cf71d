/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "cluster/kube/config.h"
#include "document/document.h"
#include "http/http.h"

#define PEM "-----BEGIN X-----\nAAAA\n-----END X-----\n"
/* The same in base64. */
#define PEM64 "LS0tLS1CRUdJTiBYLS0tLS0KQUFBQQotLS0tLUVORCBYLS0tLS0K"

/* A run in a directory of its own. */
struct bed {
	struct run run;
	struct cluster_args args;
	const char *env[6];
	char dir[64];
	struct str warnings;
	struct kube_config config;
};

static void record(void *payload, const struct event *event)
{
	if (event->kind == EVENT_WARNING)
		str_printf(payload, "%s\n", event->text);
}

static void open_bed(struct bed *bed)
{
	*bed = (struct bed){ .warnings = STR_INIT(STR_BIG) };
	strcpy(bed->dir, "/tmp/kubeconfig-XXXXXX");
	assert_non_null(mkdtemp(bed->dir));
	run_init(&bed->run, bed->env);
	bed->run.emit = record;
	bed->run.payload = &bed->warnings;
}

static void close_bed(struct bed *bed)
{
	struct err err = { 0 };

	if (file_remove_all(bed->dir, &err) < 0)
		err_clear(&err);
	run_release(&bed->run);
	str_release(&bed->warnings);
}

#define BED(bed)                                                               \
	__attribute__((cleanup(close_bed))) struct bed bed;                    \
	open_bed(&(bed))

static const char *put(struct bed *bed, const char *name, const char *text)
{
	const char *path = arena_printf(bed->run.arena, "%s/%s", bed->dir,
					name);
	struct bytes bytes = { text, strlen(text) };
	struct err err = { 0 };

	assert_return_code(file_write(path, bytes, 0600, &err), 0);
	return path;
}

/* A kubeconfig with one context, given what its cluster and user say. */
static const char *put_one(struct bed *bed, const char *cluster,
			   const char *user)
{
	return put(bed, "config",
		   arena_printf(bed->run.arena,
				"current-context: dev\n"
				"contexts:\n"
				"- name: dev\n"
				"  context: {cluster: c, user: u}\n"
				"clusters:\n"
				"- name: c\n"
				"  cluster: {%s}\n"
				"users:\n"
				"- name: u\n"
				"  user: {%s}\n",
				cluster, user));
}

static void expect_loaded(struct bed *bed)
{
	AUTO_ERR struct err err = { 0 };

	if (kube_config_load(&bed->run, &bed->args, &bed->config, &err) < 0)
		fail_msg("%s", err.msg);
}

static void expect_refused(struct bed *bed, enum err_status status,
			   const char *text)
{
	AUTO_ERR struct err err = { 0 };

	if (kube_config_load(&bed->run, &bed->args, &bed->config, &err) == 0)
		fail_msg("loaded, but expected: %s", text);
	if (err.status != status || !strstr(err.msg, text))
		fail_msg("%d '%s', but expected: %s", err.status, err.msg,
			 text);
}

/* The error, and the hint that comes with it. */
static void expect_hint(struct bed *bed, const char *text, const char *hint)
{
	AUTO_ERR struct err err = { 0 };

	assert_int_equal(kube_config_load(&bed->run, &bed->args, &bed->config,
					  &err),
			 -1);
	if (!strstr(err.msg, text) || !err.hint || !strstr(err.hint, hint))
		fail_msg("'%s', '%s'", err.msg, err.hint);
}

static void a_kubeconfig_is_read(void **state)
{
	BED(bed);

	(void)state;
	put(&bed, "ca.pem", PEM);
	bed.args.kubeconfig = put_one(
		&bed,
		"server: https://api:6443/, certificate-authority: ca.pem, "
		"tls-server-name: kube, proxy-url: socks5://p:1080",
		"token: canary-token, client-certificate-data: " PEM64
		", client-key-data: " PEM64);
	expect_loaded(&bed);
	assert_string_equal(bed.config.context, "dev");
	assert_string_equal(bed.config.namespace, "default");
	assert_string_equal(bed.config.server, "https://api:6443");
	assert_string_equal(bed.config.server_name, "kube");
	assert_string_equal(bed.config.proxy, "socks5h://p:1080");
	assert_string_equal(bed.config.ca_pem.data, PEM);
	assert_string_equal(bed.config.token, "canary-token");
	assert_string_equal(bed.config.cert_pem.data, PEM);
	assert_string_equal(bed.config.key_pem.data, PEM);
	assert_null(bed.config.exec);
	assert_string_equal(str_text(&bed.warnings), "");
}

static void secrets_are_registered(void **state)
{
	BED(bed);
	AUTO_STR struct str shown = STR_INIT(STR_BIG);
	static const char text[] =
		"canary-token canary-word canary-proxy " PEM64;

	(void)state;
	bed.args.kubeconfig =
		put_one(&bed,
			"server: https://a, proxy-url: "
			"'http://u:canary-proxy@p'",
			"token: canary-token, client-certificate-data: " PEM64
			", client-key-data: " PEM64);
	expect_loaded(&bed);
	bed.args.kubeconfig = put_one(&bed, "server: https://a",
				      "username: jo, password: canary-word");
	expect_loaded(&bed);
	assert_string_equal(bed.config.username, "jo");
	assert_string_equal(bed.config.password, "canary-word");
	run_redact(&bed.run, &shown, text, sizeof(text) - 1);
	assert_string_equal(str_text(&shown), "*** *** *** ***");
}

static void the_context_may_be_chosen(void **state)
{
	BED(bed);

	(void)state;
	bed.args.kubeconfig = put(
		&bed, "config",
		"current-context: one\n"
		"contexts:\n"
		"- {name: one, context: {cluster: c, user: u}}\n"
		"- {name: two, context: {cluster: c, user: u, namespace: n2}}\n"
		"clusters: [{name: c, cluster: {server: 'https://a'}}]\n"
		"users: [{name: u, user: {}}]\n");
	bed.args.context = "two";
	expect_loaded(&bed);
	assert_string_equal(bed.config.context, "two");
	assert_string_equal(bed.config.namespace, "n2");
	bed.args.namespace = "n3";
	expect_loaded(&bed);
	assert_string_equal(bed.config.namespace, "n3");
	bed.args.namespace = "N_3";
	expect_refused(&bed, ERR_USAGE, "--namespace: 'N_3'");
	bed.args.namespace = NULL;
	bed.args.context = "tow";
	expect_hint(&bed, "no context 'tow'", "'two'");
	bed.args.context = "production";
	expect_hint(&bed, "no context 'production'", "one, two");
}

static void of_several_files_the_first_wins(void **state)
{
	BED(bed);

	(void)state;
	put(&bed, "a.pem", "A" PEM);
	mkdir(arena_printf(bed.run.arena, "%s/sub", bed.dir), 0700);
	put(&bed, "sub/a.pem", "B" PEM);
	put(&bed, "1",
	    "clusters:\n"
	    "- {name: c, cluster: {server: 'https://first', "
	    "certificate-authority: a.pem}}\n");
	put(&bed, "sub/2",
	    "current-context: dev\n"
	    "clusters:\n"
	    "- {name: c, cluster: {server: 'https://second'}}\n"
	    "- {name: d, cluster: {server: 'https://d', "
	    "certificate-authority: a.pem}}\n"
	    "contexts:\n"
	    "- {name: dev, context: {cluster: c, user: u}}\n"
	    "- {name: other, context: {cluster: d, user: u}}\n"
	    "users: [{name: u, user: {token: from-second}}]\n");
	put(&bed, "3",
	    "current-context: other\n"
	    "users: [{name: u, user: {token: from-third}}]\n");
	bed.env[0] = arena_printf(bed.run.arena,
				  "KUBECONFIG=%s/1::%s/none:%s/sub/2:%s/3",
				  bed.dir, bed.dir, bed.dir, bed.dir);
	expect_loaded(&bed);
	assert_string_equal(bed.config.context, "dev");
	assert_string_equal(bed.config.server, "https://first");
	assert_string_equal(bed.config.token, "from-second");
	assert_string_equal(bed.config.ca_pem.data, "A" PEM);
	/* Each path is relative to the file it stands in. */
	bed.args.context = "other";
	expect_loaded(&bed);
	assert_string_equal(bed.config.ca_pem.data, "B" PEM);
}

static void home_is_the_default(void **state)
{
	BED(bed);

	(void)state;
	bed.env[0] = arena_printf(bed.run.arena, "HOME=%s", bed.dir);
	expect_hint(&bed, "there is no kubeconfig", "--kubeconfig");
	mkdir(arena_printf(bed.run.arena, "%s/.kube", bed.dir), 0700);
	put_one(&bed, "server: https://a", "");
	rename(arena_printf(bed.run.arena, "%s/config", bed.dir),
	       arena_printf(bed.run.arena, "%s/.kube/config", bed.dir));
	expect_loaded(&bed);
	assert_string_equal(bed.config.server, "https://a");
}

static void what_is_not_there_is_said(void **state)
{
	BED(bed);

	(void)state;
	bed.args.kubeconfig = "/nonexistent/config";
	expect_refused(&bed, ERR_NOT_FOUND,
		       "kubeconfig: /nonexistent/config: no such file");
	bed.args.kubeconfig = bed.dir;
	expect_refused(&bed, ERR_INPUT, "not a regular file");
	bed.args.kubeconfig = NULL;
	bed.env[0] = "KUBECONFIG=/nonexistent/a:/nonexistent/b";
	expect_refused(&bed, ERR_NOT_FOUND, "/nonexistent/a:/nonexistent/b");
	bed.args.kubeconfig = put_one(&bed, "server: https://a",
				      "client-certificate: none");
	expect_refused(&bed, ERR_NOT_FOUND,
		       "/config: user 'u': client-certificate: /");
	bed.args.kubeconfig =
		put_one(&bed, "server: https://a, certificate-authority: none",
			"");
	expect_refused(&bed, ERR_NOT_FOUND,
		       "/config: cluster 'c': certificate-authority: /");
	bed.args.kubeconfig = put(&bed, "config", "");
	expect_hint(&bed, "no current-context", "--context");
	put(&bed, "config", "[a, b]");
	expect_refused(&bed, ERR_INPUT, "expected one mapping");
	put(&bed, "config", "a: [");
	expect_refused(&bed, ERR_INPUT, "/config:");
	put(&bed, "config", "clusters: 7");
	expect_refused(&bed, ERR_INPUT, "clusters: expected a list");
	put(&bed, "config", "users: [{name: u}]");
	expect_refused(&bed, ERR_INPUT, "users: item 1");
}

static void broken_links_name_the_context(void **state)
{
	static const struct {
		const char *context;
		const char *text;
	} cases[] = {
		{ "cluster: c", "context 'dev': it names no user" },
		{ "user: u", "context 'dev': it names no cluster" },
		{ "cluster: x, user: u", "context 'dev': no cluster 'x'" },
		{ "cluster: c, user: x", "context 'dev': no user 'x'" },
		{ "cluster: c, user: u, namespace: A",
		  "context 'dev': namespace: 'A'" },
		{ "cluster: 1, user: u",
		  "context 'dev': cluster: expected text" },
	};
	BED(bed);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bed.args.kubeconfig =
			put(&bed, "config",
			    arena_printf(bed.run.arena,
					 "current-context: dev\n"
					 "contexts: [{name: dev, context: "
					 "{%s}}]\n"
					 "clusters: [{name: c, cluster: "
					 "{server: 'https://a'}}]\n"
					 "users: [{name: u, user: {}}]\n",
					 cases[i].context));
		expect_refused(&bed, ERR_INPUT, cases[i].text);
	}
}

static void clusters_are_checked(void **state)
{
	static const struct {
		const char *cluster;
		const char *text;
	} cases[] = {
		{ "", "cluster 'c': server: expected the URL" },
		{ "server: 8", "cluster 'c': server: expected text" },
		{ "server: api.example.com", "cluster 'c': server: not a URL" },
		{ "server: 'http://api.example.com'",
		  "cluster 'c': server: expected https://, not http://" },
		{ "server: 'ftp://127.0.0.1'", "not ftp://" },
		{ "server: 'https://u:p@a'", "without user" },
		{ "server: 'https://a?b'", "without user" },
		{ "server: 'https://a', proxy-url: 'ftp://p'",
		  "cluster 'c': proxy-url: expected http://" },
		{ "server: 'https://a', proxy-url: ':'",
		  "cluster 'c': proxy-url: not a URL" },
		{ "server: 'https://a', certificate-authority: config",
		  "certificate-authority: expected PEM" },
		{ "server: 'https://a', certificate-authority-data: '#'",
		  "certificate-authority-data: not base64" },
		{ "server: 'https://a', certificate-authority-data: AAAA",
		  "certificate-authority-data: expected PEM" },
		{ "server: 'https://a', certificate-authority: config, "
		  "certificate-authority-data: AAAA",
		  "both certificate-authority and certificate-authority-data" },
		{ "server: 'https://a', insecure-skip-tls-verify: 'yes'",
		  "insecure-skip-tls-verify: expected true or false" },
		{ "server: 'https://a', insecure-skip-tls-verify: true, "
		  "certificate-authority-data: " PEM64,
		  "exclude each other" },
	};
	BED(bed);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bed.args.kubeconfig = put_one(&bed, cases[i].cluster, "");
		expect_refused(&bed, ERR_INPUT, cases[i].text);
	}
}

static void users_are_checked(void **state)
{
	static const struct {
		const char *user;
		const char *text;
	} cases[] = {
		{ "token: 12345678", "user 'u': token: expected text" },
		{ "token: a, username: b", "more than one of token" },
		{ "username: b, exec: {apiVersion: "
		  "client.authentication.k8s.io/v1beta1, command: x}",
		  "more than one of token" },
		{ "client-certificate-data: " PEM64,
		  "user 'u': client-key is missing" },
		{ "client-key-data: " PEM64,
		  "user 'u': client-certificate is missing" },
		{ "client-key-data: '*'",
		  "user 'u': client-key-data: not base64" },
		{ "auth-provider: {name: gcp}", "user 'u': auth-provider" },
		{ "as-groups: [a]", "user 'u': as-uid, as-groups" },
		{ "as: a, as-groups: b", "as-groups: expected a list" },
		{ "as: a, as-groups: [b, 1]", "as-groups: item 2" },
		{ "as: a, as-user-extra: {k: v}",
		  "as-user-extra: k: expected a list" },
		{ "exec: x", "user 'u': exec: expected a mapping" },
		{ "exec: {command: x}", "user 'u': exec: apiVersion" },
		{ "exec: {apiVersion: client.authentication.k8s.io/v1alpha1}",
		  "not client.authentication.k8s.io/v1alpha1" },
		{ "exec: {apiVersion: client.authentication.k8s.io/v1}",
		  "exec: command: expected one" },
		{ "exec: {apiVersion: client.authentication.k8s.io/v1, "
		  "command: x}",
		  "exec: interactiveMode: client" },
		{ "exec: {apiVersion: client.authentication.k8s.io/v1, "
		  "command: x, interactiveMode: Perhaps}",
		  "not 'Perhaps'" },
		{ "exec: {apiVersion: client.authentication.k8s.io/v1, "
		  "command: x, interactiveMode: Never, env: [{name: A}]}",
		  "env: item 1" },
	};
	BED(bed);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bed.args.kubeconfig = put_one(&bed, "server: https://a",
					      cases[i].user);
		expect_refused(&bed, ERR_INPUT, cases[i].text);
	}
}

static void an_exec_plugin_is_read(void **state)
{
	BED(bed);
	const struct kube_exec *exec;

	(void)state;
	put(&bed, "plugin", "");
	bed.args.kubeconfig = put_one(
		&bed,
		"server: https://a, extensions: [{name: "
		"client.authentication.k8s.io/exec, extension: {a: b}}]",
		"exec: {apiVersion: client.authentication.k8s.io/v1, command: "
		"./plugin, interactiveMode: IfAvailable, args: [get-token], "
		"provideClusterInfo: true, installHint: get it, env: "
		"[{name: AWS_PROFILE, value: production}, "
		"{name: API_TOKEN, value: canary-env}]}");
	expect_loaded(&bed);
	exec = bed.config.exec;
	assert_string_equal(exec->command,
			    arena_printf(bed.run.arena, "%s/plugin", bed.dir));
	assert_string_equal(exec->args[0], "get-token");
	assert_null(exec->args[1]);
	assert_string_equal(exec->env[0], "AWS_PROFILE=production");
	assert_int_equal(exec->interactive, KUBE_INTERACTIVE_IF_AVAILABLE);
	assert_true(exec->provide_cluster_info);
	assert_string_equal(exec->install_hint, "get it");
	assert_string_equal(doc_get_string(bed.config.exec_extension, "a",
					   NULL),
			    "b");
}

static void nothing_is_taken_from_the_repository(void **state)
{
	BED(bed);

	(void)state;
	bed.args.kubeconfig = put_one(&bed, "server: https://a", "");
	bed.args.tree_dir = bed.dir;
	expect_refused(&bed, ERR_REFUSED, "inside the repository");
	/* Nor by a link into it. */
	bed.args.kubeconfig = arena_printf(bed.run.arena, "%s-link", bed.dir);
	assert_return_code(symlink(arena_printf(bed.run.arena, "%s/config",
						bed.dir),
				   bed.args.kubeconfig),
			   0);
	expect_refused(&bed, ERR_REFUSED, "inside the repository");
	unlink(bed.args.kubeconfig);
	/* A neighbour whose name begins alike is outside. */
	mkdir(arena_printf(bed.run.arena, "%s/re", bed.dir), 0700);
	mkdir(arena_printf(bed.run.arena, "%s/repo", bed.dir), 0700);
	bed.args.tree_dir = arena_printf(bed.run.arena, "%s/re", bed.dir);
	put(&bed, "repo/config", "");
	bed.args.kubeconfig = arena_printf(bed.run.arena, "%s/repo/config",
					   bed.dir);
	expect_refused(&bed, ERR_USAGE, "no current-context");
	/* A plugin inside it is not run either. */
	put(&bed, "re/plugin", "");
	bed.args.kubeconfig = put_one(
		&bed, "server: https://a",
		"exec: {apiVersion: client.authentication.k8s.io/v1, command: "
		"./re/plugin, interactiveMode: Never}");
	expect_refused(&bed, ERR_REFUSED, "is inside the repository");
}

static void impersonation_comes_from_both_sides(void **state)
{
	static const char *const groups[] = { "g1", "g2", NULL };
	BED(bed);

	(void)state;
	bed.args.kubeconfig = put_one(&bed, "server: https://a",
				      "as: jo, as-uid: '7', as-groups: [a], "
				      "as-user-extra: {scopes: [x, y]}");
	expect_loaded(&bed);
	assert_string_equal(bed.config.as, "jo");
	assert_string_equal(bed.config.as_uid, "7");
	assert_string_equal(bed.config.as_groups[0], "a");
	assert_int_equal(bed.config.n_as_extra, 1);
	assert_string_equal(bed.config.as_extra[0].values[1], "y");
	bed.args.as = "ann";
	bed.args.as_groups = groups;
	expect_loaded(&bed);
	assert_string_equal(bed.config.as, "ann");
	assert_null(bed.config.as_uid);
	assert_string_equal(bed.config.as_groups[1], "g2");
	assert_int_equal(bed.config.n_as_extra, 0);
	bed.args.as = NULL;
	bed.args.kubeconfig = put_one(&bed, "server: https://a", "");
	expect_refused(&bed, ERR_USAGE, "--as-group needs --as");
}

static void what_is_not_safe_is_warned_of(void **state)
{
	BED(bed);

	(void)state;
	bed.args.kubeconfig =
		put_one(&bed,
			"server: https://a, insecure-skip-tls-verify: true",
			"token: abcdef");
	expect_loaded(&bed);
	assert_true(bed.config.insecure);
	assert_non_null(
		strstr(str_text(&bed.warnings), "certificate is not verified"));
	assert_null(strstr(str_text(&bed.warnings), "chmod"));
	chmod(bed.args.kubeconfig, 0644);
	expect_loaded(&bed);
	assert_non_null(strstr(str_text(&bed.warnings), "chmod 600"));
}

static void plain_http_is_for_this_machine(void **state)
{
	BED(bed);

	(void)state;
	bed.args.kubeconfig = put_one(&bed, "server: 'http://127.0.0.1:8001'",
				      "");
	expect_loaded(&bed);
	bed.args.kubeconfig = put_one(&bed, "server: 'http://localhost:8001/x'",
				      "");
	expect_loaded(&bed);
	assert_string_equal(bed.config.server, "http://localhost:8001/x");
}

static void a_pod_uses_its_service_account(void **state)
{
	BED(bed);

	(void)state;
	bed.env[0] = "KUBERNETES_SERVICE_HOST=fd00::1";
	bed.env[1] = "KUBERNETES_SERVICE_PORT=443";
	bed.env[2] = arena_printf(bed.run.arena,
				  "GITOPS_SERVICE_ACCOUNT_DIR=%s", bed.dir);
	expect_refused(&bed, ERR_NOT_FOUND, "service account: ");
	put(&bed, "ca.crt", PEM);
	put(&bed, "token", "canary-token\n");
	expect_loaded(&bed);
	assert_string_equal(bed.config.context, "in-cluster");
	assert_string_equal(bed.config.server, "https://[fd00::1]:443");
	assert_string_equal(bed.config.namespace, "default");
	put(&bed, "namespace", "flux\n");
	expect_loaded(&bed);
	assert_string_equal(bed.config.namespace, "flux");
	assert_string_equal(bed.config.ca_pem.data, PEM);
	/* A kubeconfig goes before it. */
	bed.args.kubeconfig = put_one(&bed, "server: https://a", "");
	expect_loaded(&bed);
	assert_string_equal(bed.config.context, "dev");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kubeconfig_is_read),
		cmocka_unit_test(secrets_are_registered),
		cmocka_unit_test(the_context_may_be_chosen),
		cmocka_unit_test(of_several_files_the_first_wins),
		cmocka_unit_test(home_is_the_default),
		cmocka_unit_test(what_is_not_there_is_said),
		cmocka_unit_test(broken_links_name_the_context),
		cmocka_unit_test(clusters_are_checked),
		cmocka_unit_test(users_are_checked),
		cmocka_unit_test(an_exec_plugin_is_read),
		cmocka_unit_test(nothing_is_taken_from_the_repository),
		cmocka_unit_test(impersonation_comes_from_both_sides),
		cmocka_unit_test(what_is_not_safe_is_warned_of),
		cmocka_unit_test(plain_http_is_for_this_machine),
		cmocka_unit_test(a_pod_uses_its_service_account),
	};

	doc_init();
	http_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
