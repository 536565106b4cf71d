/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"

static char order[8];
static char a[] = "a", b[] = "b", c[] = "c", z[] = "z";

static void note(void *handle)
{
	strncat(order, handle, 1);
}

static void memory_is_zeroed_and_aligned(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();
	size_t sizes[] = { 1, 3, 16, 100, 4096, 100000, 0, 7 };

	(void)state;
	for (int round = 0; round < 100; round++) {
		for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
			char *p = arena_alloc(arena, sizes[i]);

			assert_int_equal((uintptr_t)p % _Alignof(max_align_t),
					 0);
			for (size_t j = 0; j < sizes[i]; j++)
				assert_int_equal(p[j], 0);
			memset(p, 0xff, sizes[i]);
		}
	}
}

static void nothing_overlaps(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();
	unsigned *all[1000];

	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(all); i++) {
		all[i] = arena_array(arena, i % 50 + 1, sizeof(unsigned));
		for (unsigned j = 0; j <= i % 50; j++)
			all[i][j] = i;
	}
	for (unsigned i = 0; i < ARRAY_LEN(all); i++) {
		for (unsigned j = 0; j <= i % 50; j++)
			assert_int_equal(all[i][j], i);
	}
}

static void copies_end_with_nul(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();

	(void)state;
	assert_string_equal(arena_strdup(arena, "abc"), "abc");
	assert_null(arena_strdup(arena, NULL));
	assert_string_equal(arena_strndup(arena, "abcdef", 3), "abc");
	assert_string_equal(arena_strndup(arena, "ab", 30), "ab");
	assert_string_equal(arena_strndup(arena, "", 0), "");
	assert_memory_equal(arena_memdup(arena, "a\0b", 3), "a\0b", 3);
}

static void printf_takes_text_of_any_length(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();
	char long_text[2000];

	(void)state;
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	assert_string_equal(arena_printf(arena, "%s-%d", "a", 7), "a-7");
	assert_int_equal(strlen(arena_printf(arena, "<%s>", long_text)), 2001);
	for (size_t n = 250; n < 260; n++)
		assert_int_equal(strlen(arena_printf(arena, "%.*s", (int)n,
						     long_text)),
				 n);
}

static void destructors_run_last_first(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	order[0] = '\0';
	arena_defer(arena, note, a);
	arena_defer(arena, note, b);
	arena_defer(arena, note, c);
	arena_free(arena);
	assert_string_equal(order, "cba");
	arena_free(NULL);
}

static void defer_another(void *arena)
{
	arena_defer(arena, note, z);
}

static void a_destructor_may_defer_another(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	order[0] = '\0';
	arena_defer(arena, note, a);
	arena_defer(arena, defer_another, arena);
	arena_free(arena);
	assert_string_equal(order, "za");
}

static void used_counts_what_was_asked_for(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();

	(void)state;
	arena_alloc(arena, 10);
	arena_alloc(arena, 100000);
	assert_int_equal(arena_used(arena), 100010);
}

static void a_vec_keeps_what_was_pushed(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct numbers {
		int *v;
		size_t n, room;
	} numbers = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		*vec_push(arena, &numbers) = i;
	assert_int_equal(numbers.n, 1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(numbers.v[i], i);
}

static void a_map_finds_what_was_set(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct map *map = map_new(arena);
	char key[32];

	(void)state;
	for (size_t i = 0; i < 5000; i++) {
		snprintf(key, sizeof(key), "key %zu", i);
		assert_null(map_set(map, key, arena_strdup(arena, key)));
	}
	assert_int_equal(map->n, 5000);
	for (size_t i = 0; i < 5000; i++) {
		snprintf(key, sizeof(key), "key %zu", i);
		assert_string_equal(map_get(map, key), key);
		/* Iteration is in order of insertion. */
		assert_string_equal(map->entries[i].key, key);
	}
	assert_null(map_get(map, "key 5000"));
	assert_false(map_has(map, ""));
}

static void a_map_replaces_and_says_what_was_there(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct map *map = map_new(arena);
	char key[] = "a";

	(void)state;
	assert_null(map_set(map, key, a));
	key[0] = 'b'; /* the map has its own copy */
	assert_ptr_equal(map_set(map, "a", z), a);
	assert_ptr_equal(map_get(map, "a"), z);
	assert_int_equal(map->n, 1);
}

static void a_map_tells_null_from_not_there(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct map *map = map_new(arena);

	(void)state;
	map_set(map, "", NULL);
	assert_true(map_has(map, ""));
	assert_null(map_get(map, ""));
	assert_false(map_has(map, "x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_and_aligned),
		cmocka_unit_test(nothing_overlaps),
		cmocka_unit_test(copies_end_with_nul),
		cmocka_unit_test(printf_takes_text_of_any_length),
		cmocka_unit_test(destructors_run_last_first),
		cmocka_unit_test(a_destructor_may_defer_another),
		cmocka_unit_test(used_counts_what_was_asked_for),
		cmocka_unit_test(a_vec_keeps_what_was_pushed),
		cmocka_unit_test(a_map_finds_what_was_set),
		cmocka_unit_test(a_map_replaces_and_says_what_was_there),
		cmocka_unit_test(a_map_tells_null_from_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
