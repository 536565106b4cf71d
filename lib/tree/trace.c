/* SPDX-License-Identifier: Apache-2.0 */
#include "tree/trace.h"

static void note(struct map *map, const char *path)
{
	map_set(map, path, map);
}

static int trace_stat(void *data, const char *path, enum tree_kind *kind,
		      struct err *err)
{
	struct tree_trace *trace = data;
	const struct tree *of = trace->of;
	AUTO_ERR struct err missing = { 0 };

	if (of->backend->stat(of->data, path, kind, &missing) == 0) {
		if (*kind != TREE_DIR)
			note(trace->files, path);
		return 0;
	}
	if (missing.status == ERR_NOT_FOUND)
		note(trace->missing, path);
	err_append(err, &missing);
	return -1;
}

static int trace_read(void *data, struct arena *arena, const char *path,
		      size_t cap_bytes, struct bytes *out, struct err *err)
{
	struct tree_trace *trace = data;
	const struct tree *of = trace->of;

	note(trace->files, path);
	return of->backend->read(of->data, arena, path, cap_bytes, out, err);
}

static int trace_list(void *data, struct arena *arena, const char *path,
		      struct tree_entries *out, struct err *err)
{
	struct tree_trace *trace = data;
	const struct tree *of = trace->of;

	note(trace->lists, path);
	return of->backend->list(of->data, arena, path, out, err);
}

static const struct tree_backend backend = {
	.stat = trace_stat,
	.read = trace_read,
	.list = trace_list,
};

struct tree_trace *tree_trace(struct arena *arena, const struct tree *of)
{
	struct tree_trace *trace = arena_alloc(arena, sizeof(*trace));

	*trace = (struct tree_trace){
		.tree = { of->name, &backend, trace },
		.of = of,
		.files = map_new(arena),
		.missing = map_new(arena),
		.lists = map_new(arena),
	};
	return trace;
}
