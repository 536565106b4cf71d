/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GIT_CACHE_H
#define GIT_CACHE_H

/*
 * Cache: bare repositories under one directory of ours, by the digest of
 * their URL.  Every one of them may be thrown away at any time; one that is
 * damaged, not ours or grown too large is replaced by a new one that is made
 * beside it.  Whoever changes one holds the lock "<path>.lock".
 */

#include "git/inside.h"

/* Where the repository at `url` is or would be kept.  ERR_ACCESS where the
 * directory above it is somebody else's. */
MUST_USE int repo_cache_path(struct run *run, const char *cache_dir,
			     const char *url, const char **out,
			     struct err *err);

/* Is it there, ours, and not said to be damaged? */
bool repo_cache_usable(struct run *run, const char *cache);

MUST_USE int repo_cache_open(const char *cache, git_repository **out,
			     struct err *err);

/* A new, empty one beside it, to be finished or abandoned. */
MUST_USE int repo_cache_begin(struct run *run, const char *cache,
			      const char **path, git_repository **out,
			      struct err *err);
MUST_USE int repo_cache_finish(struct run *run, const char *cache,
			       const char *path, struct err *err);
void repo_cache_abandon(const char *path);

#endif
