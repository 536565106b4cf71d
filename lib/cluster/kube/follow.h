/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLUSTER_KUBE_FOLLOW_H
#define CLUSTER_KUBE_FOLLOW_H

/*
 * Follow: collections of objects as they are and as they change, by one LIST
 * and then WATCHes of each, all at the same time.  However many objects change
 * and however often, that is a request for each collection, and one more every
 * half minute.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "cluster/kube/list.h"
#include "cluster/kube/state.h"
#include "cluster/kube/watch.h"

struct kube_source {
	struct kube_resource resource;
	const char *namespace; /* "" for all */
	const char *selector;  /* part of a query, or "" */

	/* One object, as text: as it is, or as it was when it went away. */
	void (*take)(struct kube_source *source, struct bytes object,
		     bool gone);
	/* A LIST begins; or it is `whole`, and what did not come with it is not
	 * there any more. */
	void (*listed)(struct kube_source *source, bool whole);
	void *context; /* for both */

	/* Why the server does not let us see it, once that is known. */
	struct err refused;

	/* follow.c's own. */
	struct arena *arena;
	const char *version; /* from which to go on; NULL: LIST */
	struct kube_list list;
	struct kube_watch watch;
	const char *token; /* of the next page, or NULL */
};

/* In the arena; the caller fills in the rest. */
struct kube_source *kube_source_new(struct arena *arena);

/* Is what is taken what there was, rather than what happens? */
bool kube_source_is_listing(const struct kube_source *source);

/*
 * Go on following until enough(context), or for half a minute at most: call it
 * again.  A source that is refused is left out from then on.
 */
MUST_USE int kube_follow(struct kube *kube, struct kube_source **sources,
			 size_t n, bool (*enough)(void *context), void *context,
			 struct err *err);

#endif
