/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RENDER_KUSTOMIZE_MERGE_H
#define RENDER_KUSTOMIZE_MERGE_H

/*
 * Merge: a strategic merge patch, as kustomize applies one (kyaml's merge2).
 *
 * Mappings merge, null deletes, and lists are replaced, but for those that the
 * schema of their kind says merge by a key.  "$patch: delete", "replace" and
 * "merge" are obeyed in mappings, and as a member of a list.
 *
 * Much of what follows is how kyaml does it rather than how one would: the
 * order of a merged list, what becomes of members without their key, that
 * values without a text disappear from whatever a patch is applied to.
 */

#include "base/compiler.h"
#include "base/err.h"
#include "document/node.h"
#include "render/kustomize/schema.h"

/*
 * Merge `patch` into `target`, which is changed in place, as is the patch.
 * `*out` is the result, or NULL where the patch deletes the target.  ERR_INPUT
 * where kinds of nodes differ, or a directive is not known.
 */
MUST_USE int merge_patch(struct arena *arena, const struct schema *schema,
			 struct node *target, struct node *patch,
			 struct node **out, struct err *err);

/* ---- between merge.c and merge_list.c ---- */

struct merge {
	struct arena *arena;
	const struct schema *schema;
};

enum merge_directive {
	MERGE_MERGE,
	MERGE_REPLACE,
	MERGE_DELETE,
};

/* Merge two nodes, each of which may be missing (NULL). */
MUST_USE int merge_nodes(const struct merge *merge, struct schema_at at,
			 struct node *target, struct node *patch,
			 struct node **out, struct err *err);

/* The same for lists whose members merge by these keys. */
MUST_USE int merge_lists(const struct merge *merge, const struct schema_at *at,
			 const struct schema_keys *keys, struct node *target,
			 struct node *patch, struct node **out,
			 struct err *err);

/* What "delete", "replace" or "merge" says. */
MUST_USE int merge_read_directive(const struct node *text,
				  enum merge_directive *out, struct err *err);

#endif
