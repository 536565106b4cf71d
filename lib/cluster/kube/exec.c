/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/kube/exec.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/process.h"
#include "document/document.h"

#define TIMEOUT_MS             60000
#define TIMEOUT_INTERACTIVE_MS 300000
#define OUTPUT_CAP             ((size_t)1 << 20)
#define INFO_CAP               ((size_t)4 << 20)

static int choose_terminal(const struct kube_exec *exec, bool *interactive,
			   struct err *err)
{
	bool terminal = isatty(STDIN_FILENO);

	switch (exec->interactive) {
	case KUBE_INTERACTIVE_NEVER:
		*interactive = false;
		return 0;
	case KUBE_INTERACTIVE_IF_AVAILABLE:
		*interactive = terminal;
		return 0;
	case KUBE_INTERACTIVE_ALWAYS:
		break;
	}
	*interactive = true;
	if (terminal)
		return 0;
	err_set(err, ERR_ACCESS,
		"interactiveMode is Always, but there is no terminal");
	return err_hint(err, "log in with it on a terminal first, or set "
			     "interactiveMode to IfAvailable");
}

static json_t *cluster_info(struct run *run, const struct kube_config *config)
{
	json_t *cluster = doc_object(run->arena);
	AUTO_STR struct str ca = STR_INIT(INFO_CAP);

	doc_set_string(cluster, config->server, "server", NULL);
	if (config->server_name)
		doc_set_string(cluster, config->server_name, "tls-server-name",
			       NULL);
	if (config->insecure)
		doc_set(cluster, doc_keep(run->arena, json_true()),
			"insecure-skip-tls-verify", NULL);
	if (config->proxy)
		doc_set_string(cluster, config->proxy, "proxy-url", NULL);
	if (config->ca_pem.len) {
		str_add_base64(&ca, config->ca_pem.data, config->ca_pem.len);
		doc_set_string(cluster, str_text(&ca),
			       "certificate-authority-data", NULL);
	}
	if (config->exec_extension)
		doc_set(cluster, config->exec_extension, "config", NULL);
	return cluster;
}

/* "KUBERNETES_EXEC_INFO={...}": what the plugin is told. */
static const char *exec_info(struct run *run, const struct kube_config *config,
			     bool interactive)
{
	json_t *info = doc_object(run->arena);
	AUTO_STR struct str text = STR_INIT(INFO_CAP);

	doc_set_string(info, config->exec->api_version, "apiVersion", NULL);
	doc_set_string(info, "ExecCredential", "kind", NULL);
	doc_set(info, doc_keep(run->arena, json_boolean(interactive)), "spec",
		"interactive", NULL);
	if (config->exec->provide_cluster_info)
		doc_set(info, cluster_info(run, config), "spec", "cluster",
			NULL);
	str_add(&text, "KUBERNETES_EXEC_INFO=");
	doc_write_json(&text, info);
	return str_keep(&text, run->arena);
}

static size_t count(const char *const *list)
{
	size_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

/* Set "NAME=value" in a list that has room for it. */
static void set_env(const char **env, const char *entry)
{
	size_t name = strcspn(entry, "=") + 1;

	while (*env && strncmp(*env, entry, name) != 0)
		env++;
	*env = entry;
}

static const char **make_env(struct run *run, const struct kube_exec *exec,
			     const char *info)
{
	size_t n = count(run->env);
	const char **env = arena_array(run->arena, n + count(exec->env) + 2,
				       sizeof(*env));

	if (n)
		memcpy(env, run->env, n * sizeof(*env));
	for (const char **entry = exec->env; *entry; entry++)
		set_env(env, *entry);
	set_env(env, info);
	return env;
}

static const char **make_argv(struct run *run, const struct kube_exec *exec)
{
	size_t n = count(exec->args);
	const char **argv = arena_array(run->arena, n + 2, sizeof(*argv));

	argv[0] = exec->command;
	if (n)
		memcpy(argv + 1, exec->args, n * sizeof(*argv));
	return argv;
}

/* Its last words are the ones that say what went wrong. */
static const char *last_line(struct run *run, struct bytes text)
{
	size_t end = text.len, start;

	while (end && strchr(" \t\r\n", text.data[end - 1]))
		end--;
	start = end;
	while (start && text.data[start - 1] != '\n')
		start--;
	return arena_strndup(run->arena, text.data + start, end - start);
}

static int start(struct run *run, const struct kube_config *config,
		 struct process_result *result, struct err *err)
{
	const struct kube_exec *exec = config->exec;
	struct process_args args = {
		.dir = ".", /* as with kubectl: arguments may be paths */
		.output_cap = OUTPUT_CAP,
	};
	const char *said;

	if (choose_terminal(exec, &args.inherit_terminal, err) < 0)
		return -1;
	args.timeout_ms = args.inherit_terminal ? TIMEOUT_INTERACTIVE_MS :
						  TIMEOUT_MS;
	args.argv = make_argv(run, exec);
	args.env = make_env(run, exec,
			    exec_info(run, config, args.inherit_terminal));
	if (process_run(run, &args, result, err) < 0) {
		if (err->status == ERR_NOT_FOUND && exec->install_hint)
			err_hint(err, "%s", exec->install_hint);
		return -1;
	}
	said = last_line(run, result->errors);
	if (result->status != 0)
		return err_set(err, ERR_ACCESS, "%s: exit status %d%s%s",
			       exec->command, result->status, *said ? ": " : "",
			       said);
	if (*said)
		run_debug(run, "%s: %s", exec->command, said);
	return 0;
}

static int check_kind(const struct kube_exec *exec, const json_t *reply,
		      struct err *err)
{
	const char *kind = doc_get_string(reply, "kind", NULL);
	const char *version = doc_get_string(reply, "apiVersion", NULL);

	if (!str_equal(kind, "ExecCredential"))
		return err_set(err, ERR_INPUT,
			       "%s: expected it to print an ExecCredential",
			       exec->command);
	if (!str_equal(version, exec->api_version)) {
		err_set(err, ERR_INPUT,
			"%s: printed an ExecCredential of %s, not of %s",
			exec->command, version ? version : "no apiVersion",
			exec->api_version);
		return err_hint(err, "make apiVersion in the kubeconfig what "
				     "the plugin supports");
	}
	return 0;
}

static void keep_secret(struct run *run, const char *text)
{
	if (text)
		run_add_secret(run, text, strlen(text));
}

int kube_exec_parse(struct run *run, const struct kube_exec *exec,
		    struct bytes output, struct kube_credential *out,
		    struct err *err)
{
	struct kube_credential found = { 0 };
	const char *cert, *key, *expires;
	AUTO_ERR struct err quoted = { 0 };
	json_t *reply;

	/* A parser's error may quote what could be half a token. */
	if (doc_read_json(run->arena, exec->command, output, &reply, &quoted) <
	    0) {
		err_set(err, ERR_INPUT,
			"%s: expected it to print an ExecCredential as JSON",
			exec->command);
		return err_hint(err, "run the plugin by hand to see what it "
				     "prints");
	}
	if (check_kind(exec, reply, err) < 0)
		return -1;
	found.token = doc_get_string(reply, "status", "token", NULL);
	cert = doc_get_string(reply, "status", "clientCertificateData", NULL);
	key = doc_get_string(reply, "status", "clientKeyData", NULL);
	expires = doc_get_string(reply, "status", "expirationTimestamp", NULL);
	keep_secret(run, found.token);
	keep_secret(run, key);
	if (!cert != !key)
		return err_set(err, ERR_INPUT,
			       "%s: gave a client %s without its %s",
			       exec->command, cert ? "certificate" : "key",
			       cert ? "key" : "certificate");
	if ((!found.token || !*found.token) && !cert)
		return err_set(err, ERR_INPUT,
			       "%s: gave neither token nor client certificate",
			       exec->command);
	if (found.token && strpbrk(found.token, "\r\n"))
		return err_set(err, ERR_INPUT,
			       "%s: gave a token with a line end inside",
			       exec->command);
	if (expires && clock_parse_rfc3339(expires, &found.expires, err) < 0)
		return err_wrap(err, "%s: expirationTimestamp", exec->command);
	if (cert) {
		found.cert_pem = (struct bytes){ cert, strlen(cert) };
		found.key_pem = (struct bytes){ key, strlen(key) };
	}
	*out = found;
	return 0;
}

int kube_exec_run(struct run *run, const struct kube_config *config,
		  struct kube_credential *out, struct err *err)
{
	struct process_result result;

	run_debug(run, "%s: asking %s", config->user_from,
		  config->exec->command);
	if (start(run, config, &result, err) < 0 ||
	    kube_exec_parse(run, config->exec, result.output, out, err) < 0)
		return err_wrap(err, "%s", config->user_from);
	return 0;
}
