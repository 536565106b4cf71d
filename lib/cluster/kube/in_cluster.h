/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLUSTER_KUBE_IN_CLUSTER_H
#define CLUSTER_KUBE_IN_CLUSTER_H

/* In cluster: the service account of the pod we run in; config.h tells of
 * it. */

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/run.h"
#include "cluster/kube/config.h"

/* Do we run in a pod that may talk to the API server? */
bool kube_in_cluster(const struct run *run);

MUST_USE int kube_in_cluster_load(struct run *run, struct kube_config *out,
				  struct err *err);

#endif
