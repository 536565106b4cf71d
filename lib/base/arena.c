/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The first chunk is small, because a loop makes an arena per turn; later
 * ones double up to CHUNK_MOST, so that a big arena costs few calls.  What is
 * larger than a quarter of a chunk gets one of its own and wastes no tail.
 */
#define CHUNK_FIRST ((size_t)2 << 10)
#define CHUNK_MOST  ((size_t)256 << 10)
#define ALIGNMENT   _Alignof(max_align_t)

struct chunk {
	struct chunk *next;
	size_t size;
	size_t used;
	_Alignas(max_align_t) unsigned char bytes[];
};

struct deferred {
	struct deferred *next;
	void (*destroy)(void *);
	void *handle;
};

struct arena {
	struct chunk *chunks; /* the first is the one allocated from */
	struct deferred *deferred;
	size_t next_size;
	size_t used;
};

static void (*give_up)(void) = abort;

void xmalloc_or(void (*function)(void))
{
	give_up = function;
}

void xmalloc_failed(void)
{
	give_up();
	abort();
}

void *xmalloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		xmalloc_failed();
	return p;
}

void *xcalloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);

	if (!p)
		xmalloc_failed();
	return p;
}

void *xrealloc(void *old, size_t size)
{
	void *p = realloc(old, size ? size : 1);

	if (!p)
		xmalloc_failed();
	return p;
}

char *xstrdup(const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(xmalloc(size), text, size);
}

struct arena *arena_new(void)
{
	struct arena *arena = xcalloc(1, sizeof(*arena));

	arena->next_size = CHUNK_FIRST;
	return arena;
}

void arena_free(struct arena *arena)
{
	struct deferred *deferred;
	struct chunk *chunk;

	if (!arena)
		return;
	/* A destructor may still read the arena, and may defer another. */
	while ((deferred = arena->deferred) != NULL) {
		arena->deferred = deferred->next;
		deferred->destroy(deferred->handle);
	}
	while ((chunk = arena->chunks) != NULL) {
		arena->chunks = chunk->next;
		free(chunk);
	}
	free(arena);
}

void arena_cleanup(struct arena **arena)
{
	arena_free(*arena);
}

static struct chunk *chunk_new(size_t size)
{
	struct chunk *chunk;

	if (size > SIZE_MAX - sizeof(*chunk))
		xmalloc_failed();
	chunk = xcalloc(1, sizeof(*chunk) + size);
	chunk->size = size;
	return chunk;
}

/* A chunk for `size` bytes alone, behind the one allocated from. */
static void *alloc_apart(struct arena *arena, size_t size)
{
	struct chunk *chunk = chunk_new(size);

	chunk->used = size;
	if (arena->chunks) {
		chunk->next = arena->chunks->next;
		arena->chunks->next = chunk;
	} else {
		arena->chunks = chunk;
	}
	return chunk->bytes;
}

/* The size of a type is a multiple of its alignment. */
static size_t alignment(size_t size)
{
	size_t most = size & (~size + 1); /* the lowest bit that is set */

	if (!most)
		return 1;
	return most < ALIGNMENT ? most : ALIGNMENT;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	struct chunk *chunk = arena->chunks;
	size_t align = alignment(size), start;

	arena->used += size;
#ifdef ARENA_MALLOC
	return alloc_apart(arena, size);
#endif
	if (size > arena->next_size / 4)
		return alloc_apart(arena, size);
	start = chunk ? (chunk->used + align - 1) / align * align : 0;
	if (!chunk || start > chunk->size || chunk->size - start < size) {
		chunk = chunk_new(arena->next_size);
		chunk->next = arena->chunks;
		arena->chunks = chunk;
		if (arena->next_size < CHUNK_MOST)
			arena->next_size *= 2;
		start = 0;
	}
	chunk->used = start + size;
	return chunk->bytes + start;
}

void *arena_array(struct arena *arena, size_t n, size_t size)
{
	if (size && n > SIZE_MAX / size)
		xmalloc_failed();
	return arena_alloc(arena, n * size);
}

char *arena_strdup(struct arena *arena, const char *text)
{
	if (!text)
		return NULL;
	return arena_memdup(arena, text, strlen(text) + 1);
}

char *arena_strndup(struct arena *arena, const char *text, size_t n)
{
	size_t len = strnlen(text, n);
	char *copy = arena_alloc(arena, len + 1);

	if (len)
		memcpy(copy, text, len);
	return copy;
}

void *arena_memdup(struct arena *arena, const void *bytes, size_t n)
{
	void *copy = arena_alloc(arena, n);

	if (n)
		memcpy(copy, bytes, n);
	return copy;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = arena_vprintf(arena, fmt, ap);
	va_end(ap);
	return text;
}

char *arena_vprintf(struct arena *arena, const char *fmt, va_list ap)
{
	char small[256];
	va_list again;
	char *text;
	int n;

	va_copy(again, ap);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	if (n < 0)
		abort();
	if ((size_t)n < sizeof(small)) {
		text = arena_memdup(arena, small, (size_t)n + 1);
	} else {
		text = arena_alloc(arena, (size_t)n + 1);
		vsnprintf(text, (size_t)n + 1, fmt, again);
	}
	va_end(again);
	return text;
}

void arena_defer(struct arena *arena, void (*destroy)(void *), void *handle)
{
	struct deferred *deferred = arena_alloc(arena, sizeof(*deferred));

	deferred->destroy = destroy;
	deferred->handle = handle;
	deferred->next = arena->deferred;
	arena->deferred = deferred;
}

size_t arena_used(const struct arena *arena)
{
	return arena->used;
}
