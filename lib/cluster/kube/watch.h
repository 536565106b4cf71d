/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLUSTER_KUBE_WATCH_H
#define CLUSTER_KUBE_WATCH_H

/*
 * Watch: the answer to a WATCH, a line of JSON for each change, taken apart
 * while it comes in.  Nothing is parsed but what is needed to tell the lines
 * apart.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

struct kube_watch {
	/* Take one object as it is now, or as it was when it went away. */
	void (*take)(void *context, struct bytes object, bool gone);
	void *context;

	struct str line;    /* the one under way */
	struct str version; /* resourceVersion of the last object or bookmark;
			       empty: none came */
	bool expired;       /* the server cannot go on from the version */
};

void kube_watch_init(struct kube_watch *watch,
		     void (*take)(void *context, struct bytes object,
				  bool gone),
		     void *context);
/* Begin anew. */
void kube_watch_reset(struct kube_watch *watch);
void kube_watch_release(struct kube_watch *watch);

/* ERR_FAILED for what is no line of a watch, and for one above 8 MiB. */
MUST_USE int kube_watch_feed(struct kube_watch *watch, const char *data,
			     size_t n, struct err *err);

#endif
