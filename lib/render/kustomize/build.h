/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RENDER_KUSTOMIZE_BUILD_H
#define RENDER_KUSTOMIZE_BUILD_H

/*
 * Build: what one build of a kustomization knows throughout, from the top to
 * the last base.  Inside render/kustomize/ only.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "render/kustomize/kustomize.h"
#include "render/kustomize/schema.h"

struct build {
	struct arena *arena; /* of all nodes; freed when values are made */
	const struct kustomize_args *args;
	struct schema schema;
	bool schema_chosen; /* the first kustomization to name one has it */
	size_t bytes;       /* read so far */
	size_t objects;     /* loaded or generated so far */
	size_t copied;      /* values, by replacements so far */
};

/*
 * For every loop over objects: ERR_INPUT, at the place of what is being done,
 * where the build has come to need more memory than any should, and
 * ERR_TEMPORARY where its time is up.  A small tree can ask for as much as it
 * likes of either, by aliases, patches, and bases that are named again and
 * again.
 */
MUST_USE int build_check(const struct build *build, const struct node *at,
			 struct err *err);

#endif
