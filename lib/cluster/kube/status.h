/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLUSTER_KUBE_STATUS_H
#define CLUSTER_KUBE_STATUS_H

/* Status: what an API server, or whatever stands before it, says when it does
 * not do what it was asked. */

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/*
 * An err for an answer that is not 2xx; `what` names the call.  The body may
 * be a Status object, a line of text, HTML, or anything.  Where the Status
 * lists causes, each is an err of its own in the list.  Always -1.
 */
int kube_status_fail(const char *what, long status, struct bytes body,
		     struct err *err);

/* The Status object of an answer, or NULL where it is none. */
json_t *kube_status_parse(struct arena *arena, struct bytes body);

/* What kind of error an HTTP status is. */
enum err_status kube_status_kind(long status);

/*
 * Is it trouble that passes by itself, though the HTTP status does not say
 * so: etcd without a leader, a webhook that was too slow, a quota that was
 * counted at the same moment (kapp v0.60 retries the same)?
 */
bool kube_status_passes(long status, struct bytes body);

#endif
