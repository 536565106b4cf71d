/* SPDX-License-Identifier: Apache-2.0 */
#include "base/vec.h"

#define ROOM_FIRST 8

void *vec_grow(struct arena *arena, void *v, size_t n, size_t *room,
	       size_t size)
{
	void *grown;

	if (n < *room)
		return v;
	*room = *room ? *room * 2 : ROOM_FIRST;
	grown = arena_array(arena, *room, size);
	if (n)
		memcpy(grown, v, n * size);
	return grown;
}
