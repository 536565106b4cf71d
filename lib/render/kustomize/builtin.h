/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RENDER_KUSTOMIZE_BUILTIN_H
#define RENDER_KUSTOMIZE_BUILTIN_H

/* Builtin: the transformers that the fields of a kustomization ask for. */

#include "render/kustomize/layer.h"

/* Run them all, in kustomize's order, over what is accumulated. */
MUST_USE int builtin_transform(struct layer *layer, struct accumulator *to,
			       struct err *err);

/* A transformer of this origin (NULL: unknown) has run. */
void builtin_finish(struct build *build, struct accumulator *to,
		    const struct origin *origin);

#endif
