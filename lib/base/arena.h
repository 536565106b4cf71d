/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

/*
 * Arena: owner of everything a run, or one turn of a loop, keeps.
 *
 * Memory taken from an arena lives until the arena is freed; nothing is freed
 * singly.  Handles that need a destructor of their own (a connection, one
 * reference to a document) are tied to the arena with arena_defer(), and are
 * closed last in, first out.  So a function that takes an arena needs no
 * cleanup path, and every early return is right.
 *
 *	AUTO_ARENA struct arena *scratch = arena_new();
 *	char *path = arena_printf(scratch, "%s/%s", dir, name);
 *
 * Allocation never fails: with no memory left the process aborts.  That is
 * admissible because every reader of outside bytes has a cap.  Built with
 * -DARENA_MALLOC, each allocation is a malloc() of its own, so that ASan sees
 * inside.
 */

#include <stdarg.h>
#include <stddef.h>

#include "base/compiler.h"

struct arena;

/* An empty arena.  Free it with arena_free(), or declare it AUTO_ARENA. */
struct arena *arena_new(void);

/* Run the deferred destructors, last first, and free all memory.  NULL is
 * ignored. */
void arena_free(struct arena *arena);

/* `size` zeroed bytes, aligned for any type of which `size` is a multiple of
 * the size: texts stand close together.  `size` may be 0. */
void *arena_alloc(struct arena *arena, size_t size);

/* A zeroed array of `n` members of `size` bytes; aborts where the product
 * overflows. */
void *arena_array(struct arena *arena, size_t n, size_t size);

/* Copies that end with NUL.  arena_strdup(NULL) is NULL. */
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t n);
void *arena_memdup(struct arena *arena, const void *bytes, size_t n);

char *arena_printf(struct arena *arena, const char *fmt, ...) PRINTF(2, 3);
char *arena_vprintf(struct arena *arena, const char *fmt, va_list ap)
	PRINTF(2, 0);

/* Call `destroy(handle)` when the arena is freed. */
void arena_defer(struct arena *arena, void (*destroy)(void *), void *handle);

/* Bytes handed out so far, for tests and -vv. */
size_t arena_used(const struct arena *arena);

void arena_cleanup(struct arena **arena);
#define AUTO_ARENA __attribute__((cleanup(arena_cleanup)))

/*
 * malloc(), calloc(), realloc() and strdup() that abort with no memory left,
 * for the few things whose life no arena bounds.  free() what they return.
 */
void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *old, size_t size);
char *xstrdup(const char *text);

/* What they do instead of that; it does not return. */
void xmalloc_or(void (*function)(void));

/* Memory was asked for in another way, and there is none. */
NORETURN void xmalloc_failed(void);

#endif
