/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RENDER_KUSTOMIZE_SORT_H
#define RENDER_KUSTOMIZE_SORT_H

/* Sort: the order in which objects are printed. */

#include "render/kustomize/kustomization.h"
#include "render/kustomize/resource_set.h"

/*
 * `options` NULL is kustomize's legacy order: by the rank of the kind, then by
 * group, version and kind, then by namespace and name.  ERR_INPUT for options
 * that are none.
 */
MUST_USE int sort_resources(struct build *build, struct resource_set *set,
			    const struct sort_options *options,
			    struct err *err);

#endif
