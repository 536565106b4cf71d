/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/kube/in_cluster.h"

#include <string.h>

#include "base/file.h"

#define DIR_DEFAULT   "/var/run/secrets/kubernetes.io/serviceaccount"
#define CA_CAP        ((size_t)1 << 20)
#define NAMESPACE_CAP 256

static const char *account_file(const struct run *run, const char *name)
{
	const char *dir = run_env(run, "GITOPS_SERVICE_ACCOUNT_DIR");

	return arena_printf(run->arena, "%s/%s", dir ? dir : DIR_DEFAULT, name);
}

bool kube_in_cluster(const struct run *run)
{
	return run_env(run, "KUBERNETES_SERVICE_HOST") &&
	       run_env(run, "KUBERNETES_SERVICE_PORT");
}

int kube_in_cluster_load(struct run *run, struct kube_config *out,
			 struct err *err)
{
	const char *host = run_env(run, "KUBERNETES_SERVICE_HOST");
	const char *port = run_env(run, "KUBERNETES_SERVICE_PORT");
	const char *ca = account_file(run, "ca.crt");
	const char *namespace = account_file(run, "namespace");
	AUTO_ERR struct err missing = { 0 };
	struct bytes text;
	const bool ipv6 = strchr(host, ':') != NULL;

	out->context = "in-cluster";
	out->server = arena_printf(run->arena,
				   ipv6 ? "https://[%s]:%s" : "https://%s:%s",
				   host, port);
	out->token_file = account_file(run, "token");
	out->user_from = arena_printf(run->arena, "service account in %s",
				      out->token_file);
	if (file_read(run->arena, ca, CA_CAP, &out->ca_pem, err) < 0)
		return err_wrap(err, "service account");
	/* A projected volume need not have it. */
	if (file_read(run->arena, namespace, NAMESPACE_CAP, &text, &missing) ==
	    0)
		out->namespace = arena_strndup(run->arena, text.data,
					       strcspn(text.data, " \r\n"));
	return 0;
}
