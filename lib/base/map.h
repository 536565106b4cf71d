/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

/*
 * Map: strings to pointers, with room for "not there".  Lives in an arena and
 * dies with it.  Keys are copied, values borrowed.  Iteration is in order of
 * insertion, so that what is printed from a map is the same on every run;
 * hashing is seeded at random, so that nobody can choose colliding keys.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct map_entry {
	const char *key;
	void *value;
};

struct map {
	struct arena *arena;
	struct map_entry *entries; /* in order of insertion */
	size_t n;
	size_t room;
	size_t *slots; /* index into entries plus 1, or 0 */
	size_t n_slots;
};

struct map *map_new(struct arena *arena);
/* Add or replace.  Returns the value that was there, or NULL. */
void *map_set(struct map *map, const char *key, void *value);
/* NULL where there is no such key. */
void *map_get(const struct map *map, const char *key);
bool map_has(const struct map *map, const char *key);

#endif
