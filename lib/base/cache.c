/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* mkdtemp() */
#include "base/cache.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"

bool cache_is_ours(const struct stat *st)
{
	return st->st_uid == geteuid() && !(st->st_mode & (S_IWGRP | S_IWOTH));
}

static int make_private_dir(const char *path, struct err *err)
{
	struct stat st;

	if (file_make_dir(path, 0700, err) < 0)
		return -1;
	if (stat(path, &st) < 0)
		return err_errno(err, ERR_FAILED, "%s", path);
	if (cache_is_ours(&st))
		return 0;
	err_set(err, ERR_ACCESS,
		"cache %s belongs to another user, or others may write to it",
		path);
	return err_hint(err, "chmod go-w it, or set XDG_CACHE_HOME to a "
			     "directory of your own");
}

static void remove_dir(void *handle)
{
	AUTO_ERR struct err ignored = { 0 };

	if (file_remove_all(handle, &ignored) < 0)
		return;
}

int cache_make_beside(struct arena *arena, const char *path, const char **out,
		      struct err *err)
{
	char *made = arena_printf(arena, "%s.new.XXXXXX", path);

	if (!mkdtemp(made))
		return err_errno(err, ERR_FAILED, "make %s", made);
	arena_defer(arena, remove_dir, made);
	*out = made;
	return 0;
}

int cache_make_temporary(const struct run *run, struct arena *arena,
			 const char **out, struct err *err)
{
	const char *parent = run_env(run, "TMPDIR");
	char *path = arena_printf(arena, "%s/gitops.XXXXXX",
				  parent ? parent : "/tmp");

	if (!mkdtemp(path)) {
		err_errno(err, ERR_FAILED, "make a temporary directory: %s",
			  path);
		return err_hint(err, "set TMPDIR to a directory that can be "
				     "written to");
	}
	arena_defer(arena, remove_dir, path);
	*out = path;
	return 0;
}

static const char *wanted_dir(struct run *run, const char *base,
			      const char *name)
{
	const char *cache = run_env(run, "XDG_CACHE_HOME");
	const char *home = run_env(run, "HOME");

	if (base)
		return arena_printf(run->arena, "%s/%s", base, name);
	/* The specification says to ignore a relative one. */
	if (cache && *cache == '/')
		return arena_printf(run->arena, "%s/gitops/%s", cache, name);
	if (home && *home == '/')
		return arena_printf(run->arena, "%s/.cache/gitops/%s", home,
				    name);
	return NULL;
}

int cache_open(struct run *run, const char *base, const char *name,
	       const char **out, struct err *err)
{
	const char *dir = wanted_dir(run, base, name);
	AUTO_ERR struct err why = { 0 };

	if (!dir)
		return cache_make_temporary(run, run->arena, out, err);
	if (make_private_dir(dir, &why) == 0 && access(dir, W_OK) == 0) {
		*out = dir;
		return 0;
	}
	/* Foreign is refused; unwritable is only a pity. */
	if (why.status && faccessat(AT_FDCWD, dir, F_OK, 0) == 0) {
		err_append(err, &why);
		return -1;
	}
	run_debug(run, "no cache: %s", why.msg ? why.msg : dir);
	return cache_make_temporary(run, run->arena, out, err);
}
