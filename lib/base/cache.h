/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_CACHE_H
#define BASE_CACHE_H

/*
 * Cache: directories of ours for what can be had again.  Each may be deleted
 * at any time, and none is used that somebody else could have written to.
 */

#include <stdbool.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/run.h"

/*
 * The directory for one kind of things, made where it is missing: `name` in
 * `base`, or where that is NULL in $XDG_CACHE_HOME/gitops or ~/.cache/gitops.
 * On a machine where we may keep nothing it is a temporary one.  ERR_ACCESS
 * where it belongs to another user, or others may write to it.
 */
MUST_USE int cache_open(struct run *run, const char *base, const char *name,
			const char **out, struct err *err);

/* A directory in $TMPDIR that is deleted with the arena. */
MUST_USE int cache_make_temporary(const struct run *run, struct arena *arena,
				  const char **out, struct err *err);

/* The same beside `path`, to be filled and then moved there, whole. */
MUST_USE int cache_make_beside(struct arena *arena, const char *path,
			       const char **out, struct err *err);

/* May nobody but us write to it? */
bool cache_is_ours(const struct stat *st);

#endif
