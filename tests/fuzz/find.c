/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a file sets images.  An image that is found and given another tag is
 * found again, with that tag, and nothing else has changed.
 */
#include <stdint.h>
#include <string.h>

#include "image/find.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = { "a.yaml", "kustomization.yaml",
				     "values.yaml" };

static void must(bool truth)
{
	if (!truth)
		__builtin_trap();
}

static void must_be_within(const struct splice_file *file,
			   const struct splice_place *place)
{
	must(!place || (place->begin <= place->end &&
			place->end <= file->bytes.len && place->line));
}

static void change(struct arena *arena, const struct splice_file *file,
		   const struct image_uses *uses, size_t i)
{
	const struct image_use *use = &uses->v[i];
	struct splice_edit edit = { .place = use->whole };
	struct image_ref ref = use->ref;
	struct image_uses again = { 0 };
	AUTO_ERR struct err err = { 0 };
	struct splice_file changed;
	struct bytes bytes;

	if (use->fault || !use->whole)
		return;
	ref.tag = "fuzzed";
	edit.text = image_ref_print(arena, &ref);
	if (splice_apply(arena, file, &edit, 1, &bytes, &err) < 0)
		return;
	must(splice_read(arena, file->name, bytes, &changed, &err) == 0);
	image_find(arena, &changed, false, &again);
	must(again.n == uses->n);
	for (size_t k = 0; k < again.n; k++) {
		const struct image_ref *was = &uses->v[k].ref;
		const struct image_ref *is = &again.v[k].ref;

		must(!again.v[k].fault == !uses->v[k].fault);
		if (again.v[k].fault)
			continue;
		must(str_equal(was->name, is->name));
		must(str_equal(is->tag, k == i ? "fuzzed" : was->tag));
		must(str_equal(was->digest, is->digest));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena *arena = arena_new();
	const struct bytes bytes = {
		arena_strndup(arena, (const char *)data, size), size
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		AUTO_ERR struct err err = { 0 };
		struct image_markers markers = { 0 };
		struct image_uses uses = { 0 };
		struct splice_file file;

		if (strlen(bytes.data) != size ||
		    splice_read(arena, names[i], bytes, &file, &err) < 0)
			return 0;
		image_find(arena, &file, false, &uses);
		image_find_markers(arena, &file, &markers);
		for (size_t k = 0; k < uses.n; k++) {
			must_be_within(&file, uses.v[k].whole);
			must_be_within(&file, uses.v[k].tag);
			if (k < 8)
				change(arena, &file, &uses, k);
		}
		for (size_t k = 0; k < markers.n; k++) {
			must_be_within(&file, markers.v[k].at);
			must(markers.v[k].fault ||
			     (markers.v[k].namespace && markers.v[k].policy));
		}
	}
	return 0;
}
