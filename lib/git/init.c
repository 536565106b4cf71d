/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <git2/sys/alloc.h>

#include "git/inside.h"

/*
 * Objects that are read once are not worth keeping, and what is mapped of a
 * pack counts as our memory.  Both limits are soft.
 */
#define OBJECT_CACHE_BYTES ((ssize_t)8 << 20)
#define MAPPED_BYTES       ((size_t)64 << 20)

/* More than any history there is, and less than would fill the memory. */
#define PACK_OBJECTS ((size_t)50 << 20)

/* ---- memory: with none left we abort, as everywhere ---- */

static void *get(size_t n, const char *file UNUSED, int line UNUSED)
{
	return xmalloc(n);
}

static void *get_zeroed(size_t n, size_t size, const char *file UNUSED,
			int line UNUSED)
{
	return xcalloc(n, size);
}

static void *get_again(void *old, size_t size, const char *file UNUSED,
		       int line UNUSED)
{
	return xrealloc(old, size);
}

/* xcalloc() would fail on a product that overflows; so must these. */
static void *get_array_again(void *old, size_t n, size_t size,
			     const char *file UNUSED, int line UNUSED)
{
	return size && n > SIZE_MAX / size ? NULL : xrealloc(old, n * size);
}

static void *get_array(size_t n, size_t size, const char *file, int line)
{
	return get_array_again(NULL, n, size, file, line);
}

static char *copy_bytes(const char *text, size_t n, const char *file UNUSED,
			int line UNUSED)
{
	char *copy = xmalloc(n + 1);

	memcpy(copy, text, n);
	copy[n] = '\0';
	return copy;
}

static char *copy_text(const char *text, const char *file, int line)
{
	return copy_bytes(text, strlen(text), file, line);
}

static char *copy_most(const char *text, size_t n, const char *file, int line)
{
	return copy_bytes(text, strnlen(text, n), file, line);
}

/*
 * ---- loading ----
 *
 * libgit2 reads all certificate authorities of the system when it is loaded,
 * a third of the time of a command that needs none of it: so it is loaded when
 * it is needed.
 */

/* Where the user's own configuration is: by run's environment, not ours. */
static void set_search_path(struct run *run)
{
	const char *home = run_env(run, "HOME");
	const char *xdg = run_env(run, "XDG_CONFIG_HOME");

	if (xdg)
		xdg = arena_printf(run->arena, "%s/git", xdg);
	else if (home)
		xdg = arena_printf(run->arena, "%s/.config/git", home);
	git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_GLOBAL,
			 home ? home : "");
	git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_XDG,
			 xdg ? xdg : "");
}

void repo_load(void)
{
	static bool done;
	static git_allocator allocator = {
		.gmalloc = get,
		.gcalloc = get_zeroed,
		.gstrdup = copy_text,
		.gstrndup = copy_most,
		.gsubstrdup = copy_bytes,
		.grealloc = get_again,
		.greallocarray = get_array_again,
		.gmallocarray = get_array,
		.gfree = free,
	};
	/* Harmless to who only reads; but the last two, which repo.c looks at
	 * itself to say what they mean. */
	static const char *extensions[] = {
		"worktreeconfig",    "partialclone", "preciousobjects",
		"relativeworktrees", "objectformat", "refstorage",
	};

	if (done)
		return;
	done = true;
	git_libgit2_opts(GIT_OPT_SET_ALLOCATOR, &allocator);
	git_libgit2_init();
	git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions,
			 ARRAY_LEN(extensions));
	git_libgit2_opts(GIT_OPT_SET_ODB_PACKED_PRIORITY, REPO_PACKED_PRIORITY);
	git_libgit2_opts(GIT_OPT_SET_ODB_LOOSE_PRIORITY, REPO_LOOSE_PRIORITY);
	git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 1);
	git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, OBJECT_CACHE_BYTES);
	git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, MAPPED_BYTES);
	git_libgit2_opts(GIT_OPT_SET_PACK_MAX_OBJECTS, PACK_OBJECTS);
}

void repo_init(struct run *run)
{
	repo_load();
	set_search_path(run);
}
