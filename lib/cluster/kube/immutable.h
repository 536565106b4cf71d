/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLUSTER_KUBE_IMMUTABLE_H
#define CLUSTER_KUBE_IMMUTABLE_H

/*
 * Immutable: fields that the server takes once and never changes.  The only
 * way to another value is to delete the object and make it anew.
 */

#include "base/arena.h"
#include "cluster/cluster.h"
#include "cluster/kube/client.h"

/*
 * The fields that a refusal says cannot be changed: "spec.selector,
 * spec.template".  NULL where it finds fault with anything else, too: then
 * making it anew would not help.  Flux takes any 409 and 422 for that.
 */
char *kube_immutable_fields(struct arena *arena,
			    const struct cluster_item *item,
			    const struct kube_call *call);

/* The item's err for its `immutable`. */
void kube_refuse_immutable(struct cluster_item *item);

#endif
