/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RENDER_KUSTOMIZE_PATCH_H
#define RENDER_KUSTOMIZE_PATCH_H

/*
 * Patch: the objects that a patch is for, and its application: a strategic
 * merge patch, or a list of JSON patch operations (RFC 6902).
 */

#include "render/kustomize/layer.h"

/* An entry of `patches`, from the entry or its file. */
MUST_USE int patch_run(const struct layer *layer,
		       const struct patch_entry *entry,
		       struct resource_set *set, struct err *err);

/* An entry of `patchesJson6902`. */
MUST_USE int patch_run_json(const struct layer *layer,
			    const struct patch_entry *entry,
			    struct resource_set *set, struct err *err);

/*
 * Entries of `patchesStrategicMerge`, each a patch or the path of one; and
 * `text`, which may be NULL, with more.
 */
MUST_USE int patch_run_strategic(const struct layer *layer,
				 const struct nodes *entries,
				 const struct node *text,
				 struct resource_set *set, struct err *err);

#endif
