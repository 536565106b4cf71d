/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* mkdtemp() */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cache.h"
#include "base/digest.h"
#include "base/file.h"
#include "git/cache.h"

#define DAMAGED "gitops-damaged"

/*
 * Each fetch adds a pack, and what was broken off leaves one behind.  Nobody
 * tidies a bare cache; past this many files a new one is fetched whole.
 */
#define PACK_FILES 128

int repo_cache_path(struct run *run, const char *cache_dir, const char *url,
		    const char **out, struct err *err)
{
	char name[DIGEST_SHA256_HEX];
	const char *parent;

	if (cache_open(run, cache_dir, "git", &parent, err) < 0)
		return -1;
	digest_sha256_hex(url, strlen(url), name);
	*out = arena_printf(run->arena, "%s/%s", parent, name);
	return 0;
}

/* ---- one of them ---- */

static size_t count_files(const char *path)
{
	DIR *dir = opendir(path);
	size_t n = 0;

	if (!dir)
		return 0;
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

int repo_cache_mark_damaged(const char *cache, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();

	return file_write(arena_printf(scratch, "%s/%s", cache, DAMAGED),
			  (struct bytes){ "", 0 }, 0600, err);
}

bool repo_cache_usable(struct run *run, const char *cache)
{
	const char *mark = arena_printf(run->arena, "%s/%s", cache, DAMAGED);
	const char *packs = arena_printf(run->arena, "%s/objects/pack", cache);
	struct stat st;

	if (lstat(cache, &st) < 0)
		return false;
	if (!S_ISDIR(st.st_mode) || !cache_is_ours(&st) ||
	    access(mark, F_OK) == 0 || count_files(packs) > PACK_FILES) {
		run_debug(run, "cache %s is to be replaced", cache);
		return false;
	}
	return true;
}

int repo_cache_open(const char *cache, git_repository **out, struct err *err)
{
	if (git_repository_open_bare(out, cache) < 0)
		return repo_fail(err, ERR_FAILED, "open cache %s", cache);
	return 0;
}

/* What a run that was killed has left beside the cache.  We hold the lock, so
 * nobody works on it. */
static void sweep(struct run *run, const char *cache)
{
	const char *slash = strrchr(cache, '/');
	const char *parent = arena_strndup(run->arena, cache,
					   (size_t)(slash - cache));
	const char *prefix = arena_printf(run->arena, "%s.new.", slash + 1);
	DIR *dir = opendir(parent);
	const struct dirent *one;

	while (dir && (one = readdir(dir)))
		if (str_starts(one->d_name, prefix))
			repo_cache_abandon(arena_printf(run->arena, "%s/%s",
							parent, one->d_name));
	if (dir)
		closedir(dir);
}

int repo_cache_begin(struct run *run, const char *cache, const char **path,
		     git_repository **out, struct err *err)
{
	char *fresh = arena_printf(run->arena, "%s.new.XXXXXX", cache);

	sweep(run, cache);
	if (!mkdtemp(fresh))
		return err_errno(err, ERR_FAILED, "make %s", fresh);
	if (git_repository_init(out, fresh, true) < 0)
		return repo_fail(err, ERR_FAILED, "make %s", fresh);
	*path = fresh;
	return 0;
}

void repo_cache_abandon(const char *path)
{
	AUTO_ERR struct err ignored = { 0 };

	if (file_remove_all(path, &ignored) < 0)
		return;
}

int repo_cache_finish(struct run *run, const char *cache, const char *path,
		      struct err *err)
{
	char *old = arena_printf(run->arena, "%s.new.XXXXXX", cache);

	if (rename(path, cache) == 0)
		return 0;
	/* There is one already.  Whoever reads it has it open. */
	if (!mkdtemp(old) || rename(cache, old) < 0 || rename(path, cache) < 0)
		return err_errno(err, ERR_FAILED, "replace %s", cache);
	repo_cache_abandon(old);
	return 0;
}
