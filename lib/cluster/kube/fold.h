/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLUSTER_KUBE_FOLD_H
#define CLUSTER_KUBE_FOLD_H

/*
 * Fold: what others applied on our behalf becomes ours, so that a field that
 * is removed in git is removed in the cluster (object/fields.h).
 *
 * In the cluster that is one write of managedFields before the apply.  It
 * cannot be tried: a dry-run leaves nothing behind for the next.  So what the
 * apply will then remove is worked out here, and the server is asked, by a
 * dry-run of an update, what it makes of the rest.
 */

#include <stdbool.h>
#include <stddef.h>

#include "cluster/kube/state.h"

/* Has the object, as JSON, entries to be folded? */
bool kube_folds(struct bytes object);

/*
 * Fold the entries of objects as they live: lives[i] is items[i]'s, and is
 * read again where somebody else has written it meanwhile.  An item's err says
 * what went wrong with it.
 */
MUST_USE int kube_fold_all(struct kube *kube, struct cluster_item **items,
			   struct bytes *lives, size_t n, struct err *err);

/*
 * May an answer 422 to a dry-run be only because of fields that will be gone
 * by then?  So it is if folded managers own something at each place that the
 * server finds fault with.
 */
bool kube_fold_cures(const struct cluster_item *item, struct bytes answer);

/*
 * After a dry-run apply of what lives: put into `merged` what the apply will
 * make of each once it is folded.
 */
MUST_USE int kube_fold_tried(struct kube *kube, struct cluster_item **items,
			     size_t n, struct err *err);

#endif
