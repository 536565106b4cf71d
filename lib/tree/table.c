/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "tree/tree.h"

/* Sorted by path, so that what a directory holds lies together. */
struct table {
	struct tree_file *files;
	size_t n;
};

static int by_path(const void *a, const void *b)
{
	const struct tree_file *one = a, *other = b;

	return strcmp(one->path, other->path);
}

/* The first file that does not sort before `path`. */
static size_t seek(const struct table *table, const char *path)
{
	size_t low = 0, high = table->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(table->files[middle].path, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const struct tree_file *find(const struct table *table, const char *path)
{
	size_t i = seek(table, path);

	if (i < table->n && str_equal(table->files[i].path, path))
		return &table->files[i];
	return NULL;
}

/* "path/", what all below it begins with; "" at the root. */
static const char *prefix_of(struct arena *arena, const char *path)
{
	return *path ? arena_printf(arena, "%s/", path) : "";
}

static int table_stat(void *data, const char *path, enum tree_kind *kind,
		      struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const struct table *table = data;
	const struct tree_file *file = find(table, path);
	const char *prefix = prefix_of(scratch, path);
	size_t i = seek(table, prefix);

	if (file)
		*kind = file->kind;
	else if (!*path ||
		 (i < table->n && str_starts(table->files[i].path, prefix)))
		*kind = TREE_DIR;
	else
		return err_set(err, ERR_NOT_FOUND, "%s: no such file", path);
	return 0;
}

static int table_read(void *data, struct arena *arena, const char *path,
		      size_t cap_bytes, struct bytes *out, struct err *err)
{
	const struct tree_file *file = find(data, path);
	struct bytes text;

	if (!file)
		return err_set(err, ERR_NOT_FOUND, "%s: no such file", path);
	text.len = strlen(file->text);
	if (text.len > cap_bytes)
		return err_set(err, ERR_INPUT, "%s: larger than %zu bytes",
			       path, cap_bytes);
	text.data = arena_strndup(arena, file->text, text.len);
	*out = text;
	return 0;
}

static int table_list(void *data, struct arena *arena, const char *path,
		      struct tree_entries *out, struct err *err UNUSED)
{
	const struct table *table = data;
	const char *prefix = prefix_of(arena, path);
	size_t skip = strlen(prefix);

	for (size_t i = seek(table, prefix);
	     i < table->n && str_starts(table->files[i].path, prefix); i++) {
		const char *rest = table->files[i].path + skip;
		size_t len = strcspn(rest, "/");
		struct tree_entry one = {
			.name = arena_strndup(arena, rest, len),
			.kind = rest[len] ? TREE_DIR : table->files[i].kind,
		};

		/* All that lies in one directory is one entry here. */
		if (rest[len] && out->n &&
		    str_equal(out->v[out->n - 1].name, one.name))
			continue;
		*vec_push(arena, out) = one;
	}
	return 0;
}

struct tree *tree_from_table(struct arena *arena, const struct tree_file *files,
			     size_t n)
{
	static const struct tree_backend backend = {
		.stat = table_stat,
		.read = table_read,
		.list = table_list,
	};
	struct tree *tree = arena_alloc(arena, sizeof(*tree));
	struct table *table = arena_alloc(arena, sizeof(*table));

	table->files = arena_memdup(arena, files, n * sizeof(*files));
	table->n = n;
	if (n)
		qsort(table->files, n, sizeof(*files), by_path);
	tree->name = "table";
	tree->backend = &backend;
	tree->data = table;
	return tree;
}
