/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLUSTER_KUBE_PATCH_H
#define CLUSTER_KUBE_PATCH_H

/*
 * Patch: server-side apply of many objects at once, tried or done.
 *
 * Forced, or with --no-force: an apply that meets conflicts is sent again
 * without the contested fields.  What is only a matter of time (a definition
 * that not every API server knows yet, somebody else's write in the same
 * moment) is sent again, too.
 */

#include <stdbool.h>
#include <stddef.h>

#include "cluster/kube/state.h"

struct kube_patch {
	struct cluster_item *item;
	const char *namespace; /* where: the item's own, or another */
	const char *name;
	const json_t *doc;   /* what is applied there */
	struct arena *arena; /* for the answer */
	struct kube_call call;
	bool sent; /* else item->err says why not */

	bool forced; /* private: so far, and since when */
	unsigned tries;
	struct kube_resource resource;
};

/* The patch that applies an item as it is wanted.  False, with the item's err,
 * where its kind is not there any more. */
bool kube_patch_init(const struct kube *kube, struct cluster_item *item,
		     struct kube_patch *patch);

/*
 * Send all; each that was sent then has its answer in call.response.  -1 ends
 * the run; what was answered before is still there.
 */
MUST_USE int kube_patch_all(struct kube *kube, struct kube_patch *patches,
			    size_t n, bool dry_run, struct err *err);

/* Was it answered 2xx? */
bool kube_patch_done(const struct kube_patch *patch);

/* Drop what the answers hold besides the arena's; for the end, or after -1. */
void kube_patch_drop(struct kube_patch *patches, size_t n);

#endif
