/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TREE_TREE_H
#define TREE_TREE_H

/*
 * Tree: files to read, and nothing else.  The tree of a commit, a directory
 * of the host, or a test's table look the same to whoever renders.
 *
 * Paths are relative to the tree's root, separated by "/", without "." or
 * ".."; "" is the root.  Symbolic links are followed inside the tree only: one
 * that is absolute, or leaves the root at any step even if it comes back, is
 * ERR_INPUT (CVE-2022-24904).  A gitlink (submodule) or a Git LFS pointer that
 * would be read is ERR_INPUT that says what it is.
 *
 * A backend says what an entry is and reads its bytes; links, caps and
 * messages are the work of this room, so that they hold for all backends.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

enum tree_kind {
	TREE_FILE,
	TREE_DIR,
	TREE_LINK,
	TREE_GITLINK, /* a submodule's commit */
	TREE_OTHER,   /* a socket, device or pipe of a directory */
};

struct tree_entry {
	const char *name; /* one path component */
	enum tree_kind kind;
};

struct tree_entries {
	struct tree_entry *v; /* sorted by name, bytewise */
	size_t n;
	size_t room;
};

/* What a backend does.  Paths it gets are clean and have no link in any but
 * the last component. */
struct tree_backend {
	/* What is at `path`?  ERR_NOT_FOUND where there is nothing. */
	int (*stat)(void *data, const char *path, enum tree_kind *kind,
		    struct err *err);
	/* The bytes of a file, or the target of a link, NUL-terminated. */
	int (*read)(void *data, struct arena *arena, const char *path,
		    size_t cap_bytes, struct bytes *out, struct err *err);
	/* The members of a directory, in any order. */
	int (*list)(void *data, struct arena *arena, const char *path,
		    struct tree_entries *out, struct err *err);
};

struct tree {
	const char *name; /* for messages: "main@1a2b3c4" or a directory */
	const struct tree_backend *backend;
	void *data;
};

#define TREE_FILE_CAP ((size_t)8 << 20)

/*
 * Read the file at `path`, following links.  ERR_NOT_FOUND where there is
 * none (the hint names the nearest entry beside it), ERR_INPUT where it is a
 * directory, larger than TREE_FILE_CAP, a gitlink or an LFS pointer.
 */
MUST_USE int tree_read(const struct tree *tree, struct arena *arena,
		       const char *path, struct bytes *out, struct err *err);

/* The members of the directory at `path`, sorted, links as TREE_LINK. */
MUST_USE int tree_list(const struct tree *tree, struct arena *arena,
		       const char *path, struct tree_entries *out,
		       struct err *err);

/*
 * What `path` is once links are followed, and where that is.  `real` may be
 * NULL.  ERR_NOT_FOUND where there is nothing.
 */
MUST_USE int tree_resolve(const struct tree *tree, struct arena *arena,
			  const char *path, enum tree_kind *kind,
			  const char **real, struct err *err);

/*
 * `base` and `path` joined and cleaned of ".", ".." and "//".  ERR_INPUT
 * where the result would lie outside the root, `path` is absolute, or holds
 * NUL or a control character.
 */
MUST_USE int tree_join(struct arena *arena, const char *base, const char *path,
		       const char **out, struct err *err);

/* Is `path` the file or directory `top`, or below it? */
bool tree_is_below(const char *path, const char *top);

/* A directory of the host.  Opened without following a link in any component
 * below `path`. */
MUST_USE int tree_open_directory(struct arena *arena, const char *path,
				 struct tree **out, struct err *err);

/* A table of files, for tests and for what is made in memory. */
struct tree_file {
	const char *path;
	const char *text;
	enum tree_kind kind; /* TREE_FILE, TREE_LINK or TREE_GITLINK */
};
struct tree *tree_from_table(struct arena *arena, const struct tree_file *files,
			     size_t n);

#endif
