/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DOCUMENT_JSON_PATCH_H
#define DOCUMENT_JSON_PATCH_H

/*
 * JSON patch: RFC 6902, as evanphx/json-patch v4 does it, which kustomize
 * uses.  Where the two differ: "replace" of a member that is missing adds it,
 * "add" without a value adds null, and an index may be negative, from the end.
 */

#include <jansson.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"

/*
 * Apply the operations, an array of objects, to `value`, which is changed.
 * `*out` is the result, in the arena: `value`, unless an operation replaces the
 * root.  ERR_INPUT, "operation N (OP PATH): ...", for the first that fails.
 */
MUST_USE int json_patch_apply(struct arena *arena, json_t *value,
			      const json_t *operations, json_t **out,
			      struct err *err);

#endif
