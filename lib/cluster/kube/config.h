/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLUSTER_KUBE_CONFIG_H
#define CLUSTER_KUBE_CONFIG_H

/*
 * Config: which API server, whom to trust, who we are; as kubectl reads it.
 *
 * The files are --kubeconfig, else the list in KUBECONFIG, else
 * ~/.kube/config.  Of several, the first that has an entry, or a current
 * context, wins.  Paths inside a file are relative to it.  With no file at
 * all, the service account of the pod we run in is used:
 * KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT, and token, ca.crt and
 * namespace below /var/run/secrets/kubernetes.io/serviceaccount, or below
 * GITOPS_SERVICE_ACCOUNT_DIR where that is set.
 *
 * Everything that can be checked without the server is checked here; each
 * error names the file, the entry and the field.  Every token, password and
 * private key becomes a secret of the run.
 */

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/run.h"
#include "base/str.h"
#include "cluster/cluster.h"

/* May the plugin ask on the terminal? */
enum kube_interactive {
	KUBE_INTERACTIVE_IF_AVAILABLE,
	KUBE_INTERACTIVE_NEVER,
	KUBE_INTERACTIVE_ALWAYS,
};

/* An exec credential plugin. */
struct kube_exec {
	const char *api_version;  /* client.authentication.k8s.io/v1[beta1] */
	const char *command;      /* absolute, or a name sought on PATH */
	const char **args;        /* NULL-ended, without the command */
	const char **env;         /* "NAME=value", NULL-ended */
	const char *install_hint; /* or NULL */
	enum kube_interactive interactive;
	bool provide_cluster_info;
};

/* One extra attribute of the user to impersonate. */
struct kube_extra {
	const char *key;
	const char **values; /* NULL-ended */
};

/* All strings in the run's arena; NULL or empty where not given. */
struct kube_config {
	const char *context;   /* "in-cluster" without a kubeconfig */
	const char *namespace; /* never "" */
	const char *user_from; /* "/home/jo/.kube/config: user 'jo'" */

	const char *server; /* with scheme, without a slash at the end */
	const char *server_name;
	const char *proxy;
	struct bytes ca_pem;
	bool insecure;
	json_t *exec_extension; /* the cluster's extension for plugins */

	struct bytes cert_pem;
	struct bytes key_pem;
	const char *token;
	const char *token_file; /* goes before token */
	const char *username;
	const char *password;
	const struct kube_exec *exec;

	const char *as;
	const char *as_uid;
	const char *const *as_groups; /* NULL-ended, or NULL */
	const struct kube_extra *as_extra;
	size_t n_as_extra;
};

/*
 * Find and read the configuration that `args` asks for.  ERR_USAGE for a
 * context that is not there (with the nearest that is), ERR_NOT_FOUND for a
 * missing file, ERR_INPUT for what a file says, ERR_REFUSED for a kubeconfig
 * inside the repository.
 */
MUST_USE int kube_config_load(struct run *run, const struct cluster_args *args,
			      struct kube_config *out, struct err *err);

/*
 * The token in a token file, without the line end; a secret of the run.
 * ERR_INPUT where it is empty or has a line end inside.
 */
MUST_USE int kube_config_read_token(struct run *run, const char *path,
				    const char **out, struct err *err);

#endif
