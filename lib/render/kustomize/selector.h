/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RENDER_KUSTOMIZE_SELECTOR_H
#define RENDER_KUSTOMIZE_SELECTOR_H

/* Selector: which objects of a set a patch or a replacement is for. */

#include "render/kustomize/kustomization.h"
#include "render/kustomize/resource_set.h"

/* A selector, ready to match. */
struct matcher;

MUST_USE int matcher_open(struct build *build, const struct selector *selector,
			  struct matcher **out, struct err *err);

/* By group, version, kind and name; and by namespace as it is given. */
bool matcher_accepts_id(const struct matcher *matcher,
			const struct resource_id *id);
/* By labels and annotations. */
bool matcher_accepts_labels(const struct matcher *matcher,
			    const struct resource *resource);
/* Has it a part that ids, or labels and annotations, are matched by? */
bool matcher_has_id(const struct matcher *matcher);
bool matcher_has_labels(const struct matcher *matcher);

/*
 * Is the object meant by a patch?  By its group, version and kind of now, its
 * name and namespace of now or at first, and its labels and annotations.
 */
bool matcher_accepts(struct build *build, const struct matcher *matcher,
		     struct resource *resource);

#endif
