/* SPDX-License-Identifier: Apache-2.0 */
#define _XOPEN_SOURCE 700 /* realpath() */
#include "cluster/kube/config_entry.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/vec.h"

/* What a user of a kubeconfig may be. */

static void hide(struct run *run, const char *secret)
{
	if (secret)
		run_add_secret(run, secret, strlen(secret));
}

static int read_interactive(const struct config_entry *entry,
			    struct kube_exec *exec, struct err *err)
{
	static const struct {
		const char *name;
		enum kube_interactive mode;
	} modes[] = {
		{ "Always", KUBE_INTERACTIVE_ALWAYS },
		{ "IfAvailable", KUBE_INTERACTIVE_IF_AVAILABLE },
		{ "Never", KUBE_INTERACTIVE_NEVER },
	};
	const char *name;

	if (kube_entry_string(entry, "interactiveMode", &name, err) < 0)
		return -1;
	if (!name && str_ends(exec->api_version, "/v1"))
		return kube_entry_fail(entry, err,
				       "interactiveMode: %s requires it",
				       exec->api_version);
	exec->interactive = KUBE_INTERACTIVE_IF_AVAILABLE;
	for (size_t i = 0; name && i < ARRAY_LEN(modes); i++) {
		if (strcmp(name, modes[i].name) == 0) {
			exec->interactive = modes[i].mode;
			return 0;
		}
	}
	if (!name)
		return 0;
	return kube_entry_fail(entry, err,
			       "interactiveMode: expected Always, IfAvailable "
			       "or Never, not '%s'",
			       name);
}

/* AWS_PROFILE is none, AWS_SECRET_ACCESS_KEY is one. */
static bool is_secret_name(const char *name)
{
	static const char *const marks[] = { "KEY", "PASS", "SECRET", "TOKEN" };

	for (; *name; name++) {
		for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
			if (strncasecmp(name, marks[i], strlen(marks[i])) == 0)
				return true;
		}
	}
	return false;
}

static int read_env(const struct config_entry *entry, struct kube_exec *exec,
		    struct err *err)
{
	const json_t *list = json_object_get(entry->value, "env");
	size_t n = json_array_size(list);

	if (list && !json_is_null(list) && !json_is_array(list))
		return kube_entry_fail(entry, err, "env: expected a list");
	exec->env = arena_array(entry->run->arena, n + 1, sizeof(*exec->env));
	for (size_t i = 0; i < n; i++) {
		const json_t *item = json_array_get(list, i);
		const char *name, *value;

		name = json_string_value(json_object_get(item, "name"));
		value = json_string_value(json_object_get(item, "value"));
		if (!name || !*name || !value)
			return kube_entry_fail(entry, err,
					       "env: item %zu: expected a "
					       "name and a value",
					       i + 1);
		if (is_secret_name(name))
			hide(entry->run, value);
		exec->env[i] = arena_printf(entry->run->arena, "%s=%s", name,
					    value);
	}
	return 0;
}

/*
 * A name is sought on PATH.  A path is relative to the kubeconfig, and never
 * leads into the repository: what is pushed there must not be run here
 * (CVE-2022-24817).
 */
static int read_command(const struct config_entry *entry,
			struct kube_exec *exec, struct err *err)
{
	const char *path;
	char *real;

	if (kube_entry_string(entry, "command", &exec->command, err) < 0)
		return -1;
	if (!exec->command)
		return kube_entry_fail(entry, err, "command: expected one");
	if (!strchr(exec->command, '/'))
		return 0;
	if (kube_entry_path(entry, "command", &path, err) < 0)
		return -1;
	if (entry->tree_dir && file_is_below(path, entry->tree_dir)) {
		err_set(err, ERR_REFUSED,
			"%s: command: %s is inside the repository", entry->from,
			path);
		return err_hint(err, "keep the plugin where only you can "
				     "change it");
	}
	real = realpath(path, NULL);
	exec->command = arena_strdup(entry->run->arena, real ? real : path);
	free(real);
	return 0;
}

static int read_exec(const struct config_entry *user,
		     struct kube_config *config, struct err *err)
{
	struct config_entry entry = *user;
	struct kube_exec *exec = arena_alloc(user->run->arena, sizeof(*exec));

	entry.value = json_object_get(user->value, "exec");
	entry.from = arena_printf(user->run->arena, "%s: exec", user->from);
	if (!json_is_object(entry.value))
		return kube_entry_fail(user, err, "exec: expected a mapping");
	if (kube_entry_string(&entry, "apiVersion", &exec->api_version, err) <
	    0)
		return -1;
	if (!str_equal(exec->api_version, "client.authentication.k8s.io/v1") &&
	    !str_equal(exec->api_version,
		       "client.authentication.k8s.io/v1beta1"))
		return kube_entry_fail(
			&entry, err,
			"apiVersion: expected client.authentication.k8s.io/v1 "
			"or client.authentication.k8s.io/v1beta1%s%s",
			exec->api_version ? ", not " : "",
			exec->api_version ? exec->api_version : "");
	if (read_command(&entry, exec, err) < 0 ||
	    read_interactive(&entry, exec, err) < 0 ||
	    kube_entry_list(&entry, "args", &exec->args, err) < 0 ||
	    read_env(&entry, exec, err) < 0 ||
	    kube_entry_string(&entry, "installHint", &exec->install_hint, err) <
		    0 ||
	    kube_entry_bool(&entry, "provideClusterInfo",
			    &exec->provide_cluster_info, err) < 0)
		return -1;
	config->exec = exec;
	return 0;
}

static int read_extra(const struct config_entry *entry,
		      struct kube_config *config, struct err *err)
{
	struct config_entry inner = *entry;
	struct {
		struct kube_extra *v;
		size_t n, room;
	} extras = { 0 };
	const char *key;
	json_t *values;

	inner.value = json_object_get(entry->value, "as-user-extra");
	inner.from = arena_printf(entry->run->arena, "%s: as-user-extra",
				  entry->from);
	if (!inner.value || json_is_null(inner.value))
		return 0;
	if (!json_is_object(inner.value))
		return kube_entry_fail(&inner, err, "expected a mapping");
	json_object_foreach(inner.value, key, values) {
		struct kube_extra extra = { .key = key };

		if (kube_entry_list(&inner, key, &extra.values, err) < 0)
			return -1;
		if (extra.values)
			*vec_push(entry->run->arena, &extras) = extra;
	}
	config->as_extra = extras.v;
	config->n_as_extra = extras.n;
	return 0;
}

static int read_impersonation(const struct config_entry *entry,
			      struct kube_config *config, struct err *err)
{
	const char **groups;

	if (kube_entry_string(entry, "as", &config->as, err) < 0 ||
	    kube_entry_string(entry, "as-uid", &config->as_uid, err) < 0 ||
	    kube_entry_list(entry, "as-groups", &groups, err) < 0 ||
	    read_extra(entry, config, err) < 0)
		return -1;
	config->as_groups = groups;
	if (!config->as &&
	    (config->as_uid || config->as_groups || config->n_as_extra))
		return kube_entry_fail(entry, err,
				       "as-uid, as-groups and as-user-extra "
				       "need as, the user to impersonate");
	return 0;
}

static int check_user(const struct config_entry *entry,
		      const struct kube_config *config, struct err *err)
{
	const bool token = config->token || config->token_file;
	const bool basic = config->username || config->password;

	if (json_is_object(json_object_get(entry->value, "auth-provider"))) {
		kube_entry_fail(entry, err,
				"auth-provider: no longer supported, by "
				"kubectl neither");
		return err_hint(err, "use an exec plugin, such as "
				     "gke-gcloud-auth-plugin or kubelogin");
	}
	if (token + basic + !!config->exec > 1)
		return kube_entry_fail(entry, err,
				       "more than one of token, username and "
				       "exec is given");
	if (!config->cert_pem.len != !config->key_pem.len)
		return kube_entry_fail(entry, err, "%s is missing",
				       config->key_pem.len ?
					       "client-certificate" :
					       "client-key");
	return 0;
}

int kube_config_read_user(const struct config_entry *entry,
			  struct kube_config *config, struct err *err)
{
	struct run *run = entry->run;
	const json_t *exec = json_object_get(entry->value, "exec");
	const char *key_data;

	if (kube_entry_string(entry, "token", &config->token, err) < 0 ||
	    kube_entry_path(entry, "tokenFile", &config->token_file, err) < 0 ||
	    kube_entry_string(entry, "username", &config->username, err) < 0 ||
	    kube_entry_string(entry, "password", &config->password, err) < 0 ||
	    kube_entry_string(entry, "client-key-data", &key_data, err) < 0)
		return -1;
	hide(run, config->token);
	hide(run, config->password);
	hide(run, key_data);
	if (kube_entry_pem(entry, "client-certificate", &config->cert_pem,
			   err) < 0 ||
	    kube_entry_pem(entry, "client-key", &config->key_pem, err) < 0)
		return -1;
	hide(run, config->key_pem.data);
	if (exec && !json_is_null(exec) && read_exec(entry, config, err) < 0)
		return -1;
	if (read_impersonation(entry, config, err) < 0)
		return -1;
	return check_user(entry, config, err);
}
