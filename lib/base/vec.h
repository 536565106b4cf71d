/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_VEC_H
#define BASE_VEC_H

/*
 * Vec: a growing array in an arena, for any struct that has the members
 * `v` (a pointer), `n` and `room`:
 *
 *	struct objects { struct object *v; size_t n, room; } all = { 0 };
 *	*vec_push(arena, &all) = one;
 *
 * A grown array leaves its old copy to the arena, so growth doubles.
 * Pointers into `v` die with the next push.
 */

#include <stddef.h>
#include <string.h>

#include "base/arena.h"

#define vec_push(arena, vec)                                                   \
	((vec)->v = vec_grow((arena), (vec)->v, (vec)->n, &(vec)->room,        \
			     sizeof(*(vec)->v)),                               \
	 &(vec)->v[(vec)->n++])

/* `v` with room for one more than `n` members of `size` bytes. */
void *vec_grow(struct arena *arena, void *v, size_t n, size_t *room,
	       size_t size);

#endif
