/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

/*
 * Files of the host: the one way to open, read and write them.  Descriptors
 * are O_CLOEXEC, reads have a cap, writes are whole or not at all: a new file
 * beside the old one, fsync, rename, fsync of the directory.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

/*
 * The whole file, NUL-terminated, in the arena.  ERR_NOT_FOUND where there is
 * none, ERR_INPUT where it is larger than `cap_bytes` or no regular file.
 */
MUST_USE int file_read(struct arena *arena, const char *path, size_t cap_bytes,
		       struct bytes *out, struct err *err);

/* Replace or make `path` with these bytes and this mode, atomically. */
MUST_USE int file_write(const char *path, struct bytes bytes, mode_t mode,
			struct err *err);

/* Make a file that must not be there yet, for a directory that nobody else
 * looks into: it is not flushed to the disk. */
MUST_USE int file_create(const char *path, struct bytes bytes, mode_t mode,
			 struct err *err);

/* mkdir -p; made directories get `mode`.  0 where it is there already. */
MUST_USE int file_make_dir(const char *path, mode_t mode, struct err *err);

/* A lock that dies with the process: flock() on `path`, made if need be.
 * ERR_TEMPORARY where another process holds it and `wait_ms` has passed.
 * The lock is given up when the arena is freed. */
MUST_USE int file_lock(struct arena *arena, const char *path, long wait_ms,
		       struct err *err);

/* Is `path`, links resolved, `dir` or below it?  Not if it is not there. */
bool file_is_below(const char *path, const char *dir);

/* Delete a file or a directory with all it holds, following no link. */
MUST_USE int file_remove_all(const char *path, struct err *err);

#endif
