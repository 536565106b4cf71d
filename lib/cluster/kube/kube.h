/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLUSTER_KUBE_KUBE_H
#define CLUSTER_KUBE_KUBE_H

/*
 * A cluster that is a Kubernetes API server.  Each file is one duty:
 *
 *	discovery   which kinds there are
 *	identify    what the wanted kinds are
 *	list, read  what lives
 *	patch       server-side apply of many objects; conflict, refuse: what
 *	            becomes of an answer that is not 2xx
 *	fold        what others applied on our behalf becomes ours
 *	try, apply  the two uses of it
 *	settle      wait until new kinds are served
 *	watch       what a WATCH tells; follow: many collections at once
 *	wait        until objects are healthy: wait_judge, what is known of
 *	            each; wait_promise, who tells; wait_sources, what is
 *	            followed; pods, why they are not
 */

#include "base/compiler.h"
#include "base/err.h"
#include "base/run.h"
#include "cluster/cluster.h"

MUST_USE int kube_open(struct run *run, const struct cluster_args *args,
		       struct cluster **out, struct err *err);

#endif
