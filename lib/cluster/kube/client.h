/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLUSTER_KUBE_CLIENT_H
#define CLUSTER_KUBE_CLIENT_H

/*
 * Client: an API server that we may talk to.  It knows the server's address,
 * whom it trusts, who we are (client certificate, token, token file, basic
 * auth, exec plugin, impersonation), and keeps that true while a run lasts: a
 * token file is read again when it changes or after a 401, an exec plugin is
 * asked again when its credential expires or once after a 401, and the
 * request is then sent again.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/run.h"
#include "cluster/cluster.h"
#include "cluster/kube/config.h"
#include "http/http.h"

struct kube_client;

/* Connect nothing yet: load and check all that a request will need. */
MUST_USE int kube_client_open(struct run *run, const struct cluster_args *args,
			      struct kube_client **out, struct err *err);

/* The context that was chosen, "in-cluster" without a kubeconfig. */
const char *kube_client_context(const struct kube_client *client);
/* A digest of its address and of the authority that its certificate is of: the
 * address alone is the same within many clusters. */
const char *kube_client_server(const struct kube_client *client);
/* The default namespace; never "". */
const char *kube_client_namespace(const struct kube_client *client);
const struct http_counts *kube_client_counts(const struct kube_client *client);

/* One call of the API. */
struct kube_call {
	const char *method;
	const char *path;         /* "/apis/apps/v1/...?dryRun=All", escaped */
	const char *content_type; /* of the body; NULL: none */
	const char *accept;       /* NULL: application/json */
	struct bytes body;
	struct arena *arena; /* where the response is kept */
	size_t body_cap;     /* of the response; 0: http's default */
	/* As in struct http_request. */
	unsigned tries;
	int (*sink)(void *context, const char *data, size_t n, struct err *err);
	void *context;
	struct http_response response; /* its err is moved by
					  kube_client_fail() */
};

/*
 * Send all at once and wait for all.  0 where each has a response (of any
 * status, or an err of its own); -1 for what ends the run.
 */
MUST_USE int kube_client_all(struct kube_client *client,
			     struct kube_call *calls, size_t n,
			     struct err *err);

/* The same for watches; as http_until(). */
MUST_USE int kube_client_until(struct kube_client *client,
			       struct kube_call *calls, size_t n,
			       bool (*enough)(void *context), void *context,
			       struct err *err);

/*
 * One call whose answer must be 2xx; anything else is an err made by
 * kube_client_fail().
 */
MUST_USE int kube_client_one(struct kube_client *client, struct kube_call *call,
			     struct err *err);

/*
 * Turn a call that was not answered 2xx into an err: the transport's own, or
 * the text of the server's Status object ("METHOD PATH: message", without
 * noise), each cause where it lists them.  401 and 403 are ERR_ACCESS, 404
 * ERR_NOT_FOUND, 409 and 422 and 400 ERR_REFUSED, 429 and 5xx ERR_TEMPORARY.
 * Always -1.
 */
int kube_client_fail(const struct kube_client *client, struct kube_call *call,
		     struct err *err);

#endif
