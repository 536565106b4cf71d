/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

#include <stdint.h>
#include <string.h>

#include "base/digest.h"
#include "base/vec.h"

#define SLOTS_FIRST 16

static uint64_t rotate(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

/*
 * SipHash-1-3 (Aumasson and Bernstein, 2012), with a key of this process.
 * The order of the bytes in a word is the machine's: the hash leaves it
 * nowhere.
 */
static uint64_t hash(const char *text, size_t n)
{
	static uint64_t key[2];
	uint64_t v[4], word, last = (uint64_t)n << 56;
	size_t tail = n % 8;
	const char *end = text + n - tail;

	if (!key[0])
		digest_random(key, sizeof(key));
	v[0] = key[0] ^ 0x736f6d6570736575;
	v[1] = key[1] ^ 0x646f72616e646f6d;
	v[2] = key[0] ^ 0x6c7967656e657261;
	v[3] = key[1] ^ 0x7465646279746573;
	for (; text < end; text += 8) {
		memcpy(&word, text, sizeof(word));
		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	word = 0;
	memcpy(&word, text, tail);
	last ^= word;
	v[3] ^= last;
	sip_round(v);
	v[0] ^= last;
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* The slot that holds the key, or the empty one where it belongs. */
static size_t *find_slot(const struct map *map, const char *key)
{
	size_t mask = map->n_slots - 1;
	size_t i = hash(key, strlen(key)) & mask;

	while (map->slots[i] &&
	       strcmp(map->entries[map->slots[i] - 1].key, key) != 0)
		i = (i + 1) & mask;
	return &map->slots[i];
}

static void grow_slots(struct map *map)
{
	map->n_slots *= 2;
	map->slots = arena_array(map->arena, map->n_slots, sizeof(*map->slots));
	for (size_t i = 0; i < map->n; i++)
		*find_slot(map, map->entries[i].key) = i + 1;
}

struct map *map_new(struct arena *arena)
{
	struct map *map = arena_alloc(arena, sizeof(*map));

	map->arena = arena;
	map->n_slots = SLOTS_FIRST;
	map->slots = arena_array(arena, map->n_slots, sizeof(*map->slots));
	return map;
}

void *map_set(struct map *map, const char *key, void *value)
{
	size_t *slot = find_slot(map, key);
	void *old;

	if (*slot) {
		old = map->entries[*slot - 1].value;
		map->entries[*slot - 1].value = value;
		return old;
	}
	/* Three quarters full at most: an unsuccessful search stays short. */
	if ((map->n + 1) * 4 > map->n_slots * 3) {
		grow_slots(map);
		slot = find_slot(map, key);
	}
	map->entries = vec_grow(map->arena, map->entries, map->n, &map->room,
				sizeof(*map->entries));
	map->entries[map->n].key = arena_strdup(map->arena, key);
	map->entries[map->n].value = value;
	*slot = ++map->n;
	return NULL;
}

void *map_get(const struct map *map, const char *key)
{
	size_t slot = *find_slot(map, key);

	return slot ? map->entries[slot - 1].value : NULL;
}

bool map_has(const struct map *map, const char *key)
{
	return *find_slot(map, key) != 0;
}
