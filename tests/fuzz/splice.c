/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The first line is a value, the rest a file.  Every place either refuses the
 * value, with its line, or takes it and nothing else changes: no other byte,
 * and no other value.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "document/document.h"
#include "document/splice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each is an edit, which reads the file twice. */
#define PLACES 40

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* How many scalars differ; each has become the value. */
static size_t differences(const struct node *a, const struct node *b,
			  const char *value)
{
	size_t n = 0;

	check(a->kind == b->kind);
	if (a->kind == NODE_SCALAR) {
		if (a->n == b->n && !memcmp(a->text, b->text, a->n) &&
		    a->tag == b->tag)
			return 0;
		check(str_equal(b->text, value) && b->tag == NODE_STR);
		return 1;
	}
	check(a->n == b->n);
	for (size_t i = 0; a->kind == NODE_MAPPING && i < a->n; i++) {
		check(str_equal(a->entries[i].key, b->entries[i].key));
		n += differences(a->entries[i].value, b->entries[i].value,
				 value);
	}
	for (size_t i = 0; a->kind == NODE_SEQUENCE && i < a->n; i++)
		n += differences(a->items[i], b->items[i], value);
	return n;
}

static bool is_repeated(const struct splice_place *place)
{
	for (; place; place = place->up)
		if (place->repeated)
			return true;
	return false;
}

static void compare(struct bytes was, struct bytes is,
		    const struct splice_place *place, const char *value)
{
	AUTO_ARENA struct arena *arena = arena_new();
	const struct doc_source before = doc_source_file("fuzz", was);
	const struct doc_source after = doc_source_file("fuzz", is);
	struct nodes a = { 0 }, b = { 0 };
	AUTO_ERR struct err err = { 0 };
	size_t n = 0;

	/* Two equal keys, too many aliases: no document at all. */
	if (doc_read_nodes(arena, &before, NULL, &a, &err) < 0)
		return;
	check(doc_read_nodes(arena, &after, NULL, &b, &err) == 0);
	check(a.n == b.n);
	for (size_t i = 0; i < a.n; i++)
		n += differences(a.v[i], b.v[i], value);
	check(n <= 1 || is_repeated(place));
}

static void edit(const struct splice_file *file,
		 const struct splice_place *place, const char *value)
{
	AUTO_ARENA struct arena *arena = arena_new();
	const struct splice_edit edits[] = { { place, value } };
	size_t rest = file->bytes.len - place->end;
	AUTO_ERR struct err err = { 0 };
	struct bytes out;

	check(place->begin <= place->end && place->end <= file->bytes.len);
	if (splice_apply(arena, file, edits, 1, &out, &err) < 0) {
		check(err.status == ERR_INPUT && str_starts(err.msg, "fuzz:"));
		return;
	}
	check(out.len >= place->begin + rest);
	check(!memcmp(out.data, file->bytes.data, place->begin));
	check(!memcmp(out.data + out.len - rest, file->bytes.data + place->end,
		      rest));
	compare(file->bytes, out, place, value);
}

static void edit_all(const struct splice_file *file,
		     const struct splice_place *place, const char *value,
		     unsigned *left)
{
	for (; place && *left; place = place->next) {
		--*left;
		edit(file, place, value);
		edit_all(file, place->first, value, left);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena *arena = arena_new();
	const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
	AUTO_ERR struct err err = { 0 };
	struct splice_file file;
	unsigned left = PLACES;
	const char *value;
	struct bytes text;

	if (!end)
		return 0;
	value = arena_strndup(arena, (const char *)data, (size_t)(end - data));
	text.data = (const char *)end + 1;
	text.len = size - (size_t)(end + 1 - data);
	if (splice_read(arena, "fuzz", text, &file, &err) < 0) {
		check(str_starts(err.msg, "fuzz:"));
		return 0;
	}
	for (size_t i = 0; i < file.documents.n; i++)
		edit_all(&file, file.documents.v[i], value, &left);
	return 0;
}
