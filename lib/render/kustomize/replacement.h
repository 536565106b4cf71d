/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RENDER_KUSTOMIZE_REPLACEMENT_H
#define RENDER_KUSTOMIZE_REPLACEMENT_H

/* Replacement: the value of one field, copied to others. */

#include "render/kustomize/layer.h"
#include "render/kustomize/path.h"

/* Entries of `replacements`, some of which may be files with more. */
MUST_USE int replacement_run(const struct layer *layer,
			     const struct replacement_entries *entries,
			     struct resource_set *set, struct err *err);

/*
 * Set a field inside the YAML or JSON that a text of the object holds, where
 * the path leads through one.  1, or 0 where it does not, or nothing is found
 * there; then the object is as it was.
 */
int replacement_set_inside(struct build *build, struct node *root,
			   const struct path_parts *path,
			   const struct node *value,
			   const struct field_options *options);

/* Put a value into a field. */
MUST_USE int replacement_set(struct build *build, struct node *field,
			     const struct node *value,
			     const struct field_options *options,
			     struct err *err);

#endif
