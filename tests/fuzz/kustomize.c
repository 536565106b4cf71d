/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A tree, in the form of the golden cases ("-- path --", and the file below),
 * is built or refused; what is built can be turned into values and back into
 * YAML.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/vec.h"
#include "document/document.h"
#include "render/kustomize/kustomize.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct files {
	struct tree_file *v;
	size_t n;
	size_t room;
};

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* The name in a line "-- name --", or NULL. */
static const char *name_in(struct arena *arena, const char *line, size_t n)
{
	if (n < 7 || memcmp(line, "-- ", 3) != 0 ||
	    memcmp(line + n - 3, " --", 3) != 0)
		return NULL;
	return arena_strndup(arena, line + 3, n - 6);
}

static void split(struct arena *arena, const char *text, struct files *out)
{
	const char *start = NULL, *name = NULL, *found;
	size_t n;

	for (const char *p = text;; p += n + 1) {
		n = strcspn(p, "\n");
		found = name_in(arena, p, n);
		if ((found || !p[n]) && name)
			*vec_push(arena, out) = (struct tree_file){
				.path = name,
				.text = arena_strndup(arena, start,
						      (size_t)(p - start)),
			};
		if (found) {
			name = found;
			start = p + n + 1;
		}
		if (!p[n])
			return;
	}
}

static const char *top_of(const struct files *files)
{
	for (size_t i = 0; i < files->n; i++)
		if (str_starts(files->v[i].path, "top/"))
			return "top";
	return "";
}

static void check_object(struct arena *arena,
			 const struct kustomize_object *object)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	AUTO_ERR struct err err = { 0 };
	json_t *value;

	check(object->file && object->line);
	if (doc_from_node(arena, object->root, &value, &err) < 0 ||
	    doc_write_yaml(&text, value, &err) < 0)
		check(err.status == ERR_INPUT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_ERR struct err err = { 0 };
	struct kustomize_objects out = { 0 };
	struct files files = { 0 };
	struct kustomize_args args = {
		.bytes = (size_t)1 << 20,
		.objects = 200,
		.deadline_ms = clock_ms() + 5000,
	};

	if (size > (size_t)64 << 10)
		return 0;
	split(arena, arena_strndup(arena, (const char *)data, size), &files);
	args.tree = tree_from_table(arena, files.v, files.n);
	args.path = top_of(&files);
	if (kustomize_build(arena, &args, &out, &err) < 0) {
		check(err.status != ERR_OK && *err.msg);
		return 0;
	}
	for (size_t i = 0; i < out.n; i++)
		check_object(arena, &out.v[i]);
	return 0;
}
