/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/kube/fold.h"
#include "cluster/kube/immutable.h"
#include "cluster/kube/patch.h"
#include "cluster/kube/refuse.h"
#include "cluster/kube/state.h"

static void take_refusal(const struct kube *kube, struct kube_patch *patch)
{
	struct cluster_item *item = patch->item;

	item->immutable = kube_immutable_fields(kube->run->arena, item,
						&patch->call);
	if (item->immutable)
		kube_refuse_immutable(item);
	else
		kube_refuse(&patch->call, &item->err);
}

/*
 * Apply what has no err.  Answers count also where the run ends meanwhile:
 * what was written has to be told.
 */
static int apply_all(struct kube *kube, struct cluster_item **items, size_t n,
		     struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct kube_patch *patches = arena_array(scratch, n, sizeof(*patches));
	size_t n_sent = 0;
	int status;

	for (size_t i = 0; i < n; i++)
		if (items[i]->err.status == ERR_OK &&
		    kube_patch_init(kube, items[i], &patches[n_sent]))
			n_sent++;
	run_progress(kube->run, "applying", 0, n_sent);
	status = kube_patch_all(kube, patches, n_sent, false, err);
	for (size_t i = 0; i < n_sent; i++) {
		struct kube_patch *patch = &patches[i];
		struct http_response *response = &patch->call.response;

		if (kube_patch_done(patch)) {
			patch->item->merged = response->body;
			patch->item->warnings = response->warnings;
			patch->item->written = true;
		} else if (response->status || response->err.status) {
			take_refusal(kube, patch);
		}
	}
	kube_patch_drop(patches, n_sent);
	return status;
}

/*
 * Of an object that had no managedFields at all the server tells in its answer
 * who it thinks had set what was there: before-first-apply.  Fold that as
 * well, and apply once more.
 */
static int apply_again(struct kube *kube, struct cluster_item **items, size_t n,
		       struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct cluster_item **again = arena_array(scratch, n, sizeof(*again));
	struct bytes *lives = arena_array(scratch, n, sizeof(*lives));
	size_t n_again = 0;

	for (size_t i = 0; i < n; i++) {
		if (items[i]->err.status != ERR_OK || items[i]->unfolded ||
		    !kube_folds(items[i]->merged))
			continue;
		lives[n_again] = items[i]->merged;
		again[n_again++] = items[i];
	}
	if (!n_again)
		return 0;
	if (kube_fold_all(kube, again, lives, n_again, err) < 0)
		return -1;
	return apply_all(kube, again, n_again, err);
}

int kube_apply(void *data, struct cluster_item **items, size_t n,
	       struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct kube *kube = data;
	struct bytes *lives = arena_array(scratch, n, sizeof(*lives));

	for (size_t i = 0; i < n; i++) {
		(void)kube_is_going(items[i]);
		lives[i] = items[i]->live;
	}
	if (kube_fold_all(kube, items, lives, n, err) < 0 ||
	    apply_all(kube, items, n, err) < 0)
		return -1;
	return apply_again(kube, items, n, err);
}
