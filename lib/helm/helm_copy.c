/* SPDX-License-Identifier: Apache-2.0 */

/* From a tree to a directory that a program can read. */

#include <sys/stat.h>

#include "base/file.h"
#include "helm/helm.h"

#define DEPTH_CAP 32 /* a link may lead to what holds it */

struct copy {
	const struct tree *tree;
	struct arena *scratch;
	size_t bytes;
	size_t entries;
};

static int copy_file(struct copy *copy, const char *path, const char *to,
		     struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct bytes bytes;

	if (tree_read(copy->tree, scratch, path, &bytes, err) < 0)
		return -1;
	copy->bytes += bytes.len;
	if (copy->bytes > HELM_BYTES)
		return err_set(err, ERR_INPUT,
			       "%s: the files of this chart are larger than "
			       "%zu MiB together",
			       path, HELM_BYTES >> 20);
	return file_create(to, bytes, 0600, err);
}

static int copy_dir(struct copy *copy, const char *path, const char *to,
		    unsigned depth, struct err *err)
{
	struct tree_entries entries = { 0 };
	struct arena *scratch = copy->scratch;
	enum tree_kind kind;

	if (depth > DEPTH_CAP)
		return err_set(err, ERR_INPUT,
			       "%s: more than %d directories inside each other",
			       path, DEPTH_CAP);
	if (mkdir(to, 0700) < 0)
		return err_errno(err, ERR_FAILED, "make %s", to);
	if (tree_list(copy->tree, scratch, path, &entries, err) < 0)
		return -1;
	copy->entries += entries.n;
	if (copy->entries > HELM_ENTRIES)
		return err_set(err, ERR_INPUT,
			       "%s: more than %d files and directories in this "
			       "chart",
			       path, HELM_ENTRIES);
	for (size_t i = 0; i < entries.n; i++) {
		const char *name = entries.v[i].name;
		const char *from = *path ? arena_printf(scratch, "%s/%s", path,
							name) :
					   name;
		const char *into = arena_printf(scratch, "%s/%s", to, name);

		if (entries.v[i].kind == TREE_OTHER)
			continue;
		if (tree_resolve(copy->tree, scratch, from, &kind, NULL, err) <
		    0)
			return -1;
		if ((kind == TREE_DIR ?
			     copy_dir(copy, from, into, depth + 1, err) :
			     copy_file(copy, from, into, err)) < 0)
			return -1;
	}
	return 0;
}

int helm_copy(const struct tree *tree, const char *path, const char *to,
	      struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct copy copy = { .tree = tree, .scratch = scratch };

	return copy_dir(&copy, path, to, 0, err);
}
