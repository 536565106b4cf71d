/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RENDER_KUSTOMIZE_REFERENCE_H
#define RENDER_KUSTOMIZE_REFERENCE_H

/*
 * Reference: fields that hold the name of another object get the name that it
 * has in the end; and variables, "$(NAME)", the value of a field.
 */

#include "render/kustomize/layer.h"

/* ERR_INPUT where a name could mean several objects. */
MUST_USE int reference_fix(struct build *build, struct resource_set *set,
			   const struct config *config, struct err *err);

/* Note which object each variable reads from, and keep it for the end.
 * ERR_INPUT where one is declared twice, or means several objects. */
MUST_USE int variable_declare(struct build *build, struct accumulator *to,
			      const struct var_entry *v, size_t n,
			      struct err *err);
/* Add those that a base has declared.  ERR_INPUT where one is there. */
MUST_USE int variable_merge(struct build *build, struct accumulator *to,
			    const struct accumulator *from, struct err *err);
/* Put the values in their places. */
MUST_USE int variable_resolve(struct build *build, struct accumulator *in,
			      struct err *err);

#endif
