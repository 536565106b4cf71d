/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLUSTER_KUBE_REFUSE_H
#define CLUSTER_KUBE_REFUSE_H

/* Refuse: what the server says of one object, for the person who wrote it. */

#include <stdbool.h>

#include "cluster/kube/state.h"

/*
 * The cause alone, in one line: whoever prints it names the object.  All
 * fields that are wrong are told at once.  Takes the call's own err, if any.
 * Always -1.
 */
int kube_refuse(struct kube_call *call, struct err *err);

/* Did server-side apply stop at the first field it does not know? */
bool kube_is_typed_error(const struct kube_call *call);

/*
 * Answers that are about the run and not about an object: none at all, or
 * that we are not who we say.
 */
MUST_USE int kube_check_answers(const struct kube *kube,
				struct kube_call *calls, size_t n,
				struct err *err);

#endif
