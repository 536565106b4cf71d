/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLAN_MOVES_H
#define PLAN_MOVES_H

/* Moves: where the images of an object went when it was changed. */

#include "base/map.h"
#include "plan/plan.h"

/*
 * Add them as keys, "NAME OLD -> NEW", where OLD and NEW are the tag, the
 * digest or both, and "-" where there is none.  What is created or deleted
 * moves nothing.
 */
void plan_moves(const struct plan_step *step, struct map *out);

#endif
