/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLUSTER_KUBE_EXEC_H
#define CLUSTER_KUBE_EXEC_H

/*
 * Exec: credentials from a plugin (client.authentication.k8s.io), such as
 * `aws eks get-token`.  The plugin gets the user's whole environment, as
 * kubectl gives it: these programs need HOME, PATH, proxies and their cloud's
 * variables.  On top come the kubeconfig's env and KUBERNETES_EXEC_INFO.  It
 * has one minute, or five where it may ask on the terminal.
 */

#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/run.h"
#include "base/str.h"
#include "cluster/kube/config.h"

/* What a plugin gave us; in the run's arena, and secrets of the run. */
struct kube_credential {
	const char *token; /* or NULL */
	struct bytes cert_pem, key_pem;
	int64_t expires; /* seconds since 1970; 0: never */
};

/* Run the plugin of `config`.  Every error names the user entry. */
MUST_USE int kube_exec_run(struct run *run, const struct kube_config *config,
			   struct kube_credential *out, struct err *err);

/* Read the ExecCredential that a plugin printed. */
MUST_USE int kube_exec_parse(struct run *run, const struct kube_exec *exec,
			     struct bytes output, struct kube_credential *out,
			     struct err *err);

#endif
