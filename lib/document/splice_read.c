/* SPDX-License-Identifier: Apache-2.0 */

/*
 * From libyaml's events to places.  Its marks count characters behind the byte
 * order mark, and a value's mark is that of its anchor or tag; so a cursor
 * follows the marks through the bytes.
 */

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "document/splice.h"
#include "document/yaml_read.h"

#define BOM "\xef\xbb\xbf"

struct cursor {
	const char *chunk; /* the document that it is in */
	size_t index;      /* characters before it, as libyaml counts */
	size_t at;         /* bytes of the file before it */
	unsigned line;
};

struct placer {
	struct splice_file *file;
	struct cursor cursor;
	struct splice_place *open; /* the collection we are in, or NULL */
	bool flow;
};

static struct placer *placer_of(const struct yaml_reader *reader)
{
	return reader->taken;
}

/* ---- the cursor ---- */

static void rewind_cursor(const struct yaml_reader *reader,
			  struct cursor *cursor)
{
	const struct placer *placer = placer_of(reader);

	cursor->chunk = reader->chunk.data;
	cursor->index = 0;
	cursor->line = reader->line;
	cursor->at = (size_t)(reader->chunk.data - placer->file->bytes.data);
	if (reader->chunk.len >= strlen(BOM) &&
	    !memcmp(reader->chunk.data, BOM, strlen(BOM)))
		cursor->at += strlen(BOM);
}

/* Go to where a mark is.  Marks come in order, or nearly. */
static void go_to(const struct yaml_reader *reader, size_t index)
{
	struct placer *placer = placer_of(reader);
	struct cursor *cursor = &placer->cursor;
	const char *data = placer->file->bytes.data;
	size_t len = placer->file->bytes.len;

	if (cursor->chunk != reader->chunk.data || index < cursor->index)
		rewind_cursor(reader, cursor);
	while (cursor->index < index && cursor->at < len) {
		cursor->line += data[cursor->at] == '\n';
		cursor->at++;
		while (cursor->at < len &&
		       ((unsigned char)data[cursor->at] & 0xc0) == 0x80)
			cursor->at++;
		cursor->index++;
	}
}

/* Go on to a place further back in the file. */
static void go_on(struct placer *placer, size_t at)
{
	struct cursor *cursor = &placer->cursor;
	const char *data = placer->file->bytes.data;

	while (cursor->at < at) {
		cursor->line += data[cursor->at] == '\n';
		cursor->at++;
		if (((unsigned char)data[cursor->at - 1] & 0xc0) != 0x80)
			cursor->index++;
	}
}

/* ---- where a scalar really begins ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t skip_blanks(const char *data, size_t at, size_t end)
{
	while (at < end && (is_blank(data[at]) || data[at] == '#')) {
		if (data[at] == '#')
			while (at < end && data[at] != '\n' && data[at] != '\r')
				at++;
		else
			at++;
	}
	return at;
}

/* An anchor is letters, digits, "-" and "_"; a tag ends at a blank, in flow at
 * a comma, or with its own ">". */
static size_t skip_property(const char *data, size_t at, size_t end)
{
	static const char word[] = "abcdefghijklmnopqrstuvwxyz-_"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	bool anchor = data[at] == '&';
	bool whole = !anchor && at + 1 < end && data[at + 1] == '<';

	for (at++; at < end && !is_blank(data[at]); at++)
		if (anchor ? !memchr(word, data[at], sizeof(word) - 1) :
		    whole  ? data[at - 1] == '>' :
			     data[at] == ',')
			break;
	return at;
}

/* Behind anchor and tag, with what is between. */
static size_t skip_properties(const char *data, size_t at, size_t end)
{
	while (at < end && (data[at] == '&' || data[at] == '!'))
		at = skip_blanks(data, skip_property(data, at, end), end);
	return at;
}

/* ---- places ---- */

static const char *copy_text(struct yaml_reader *reader, const void *text,
			     size_t n)
{
	return arena_strndup(reader->arena, text, n);
}

static struct splice_place *new_place(struct yaml_reader *reader,
				      enum splice_kind kind, const char *key)
{
	const struct placer *placer = placer_of(reader);
	struct splice_place *place = arena_alloc(reader->arena, sizeof(*place));

	go_to(reader, reader->event.start_mark.index);
	place->kind = kind;
	place->key = key;
	place->flow = placer->flow;
	place->up = placer->open;
	place->begin = place->end = placer->cursor.at;
	place->line = placer->cursor.line;
	return place;
}

static void keep_anchor(struct yaml_reader *reader, const yaml_char_t *name,
			struct splice_place *place)
{
	if (!name)
		return;
	if (!reader->anchors)
		reader->anchors = map_new(reader->arena);
	map_set(reader->anchors, (const char *)name, place);
}

static struct splice_place *read_scalar(struct yaml_reader *reader,
					const char *key)
{
	struct splice_place *place = new_place(reader, SPLICE_SCALAR, key);
	const yaml_event_t *event = &reader->event;
	struct placer *placer = placer_of(reader);
	const char *data = placer->file->bytes.data;
	size_t begin = place->begin;

	go_to(reader, event->end_mark.index);
	place->end = placer->cursor.at;
	if (event->data.scalar.anchor || event->data.scalar.tag) {
		begin = skip_properties(data, begin, place->end);
		go_to(reader, event->start_mark.index);
		go_on(placer, begin);
		place->begin = begin;
		place->line = placer->cursor.line;
	}
	place->style = doc_yaml_event_style(event);
	place->len = event->data.scalar.length;
	place->text = arena_memdup(reader->arena, event->data.scalar.value,
				   place->len + 1);
	place->tag = arena_strdup(reader->arena,
				  (const char *)event->data.scalar.tag);
	keep_anchor(reader, event->data.scalar.anchor, place);
	return place;
}

static int read_alias(struct yaml_reader *reader, const char *key,
		      struct splice_place **out, struct splice_place **of,
		      struct err *err)
{
	const char *name = (const char *)reader->event.data.alias.anchor;

	*of = reader->anchors ? map_get(reader->anchors, name) : NULL;
	if (!*of)
		return doc_yaml_fail(reader, err, "no anchor '&%s' for '*%s'",
				     name, name);
	(*of)->repeated = true;
	*out = new_place(reader, SPLICE_ALIAS, key);
	(*out)->text = arena_strdup(reader->arena, name);
	(*out)->len = strlen(name);
	return 0;
}

static int read_key(struct yaml_reader *reader, const char **out,
		    struct err *err)
{
	const yaml_event_t *event = &reader->event;
	struct splice_place *alias, *key;

	if (event->type == YAML_SCALAR_EVENT && !event->data.scalar.anchor) {
		*out = copy_text(reader, event->data.scalar.value,
				 event->data.scalar.length);
		return 0;
	}
	if (event->type == YAML_SCALAR_EVENT) {
		key = read_scalar(reader, NULL);
	} else if (event->type != YAML_ALIAS_EVENT) {
		return doc_yaml_fail(reader, err, "expected a string as key");
	} else if (read_alias(reader, NULL, &alias, &key, err) < 0) {
		return -1;
	}
	if (key->kind != SPLICE_SCALAR)
		return doc_yaml_fail(reader, err, "expected a string as key");
	*out = key->text;
	key->is_key = true;
	return 0;
}

static int read_place(struct yaml_reader *reader, const char *key,
		      struct splice_place **out, struct err *err);

static int read_members(struct yaml_reader *reader, struct splice_place *place,
			struct err *err)
{
	bool mapping = place->kind == SPLICE_MAPPING;
	yaml_event_type_t last = mapping ? YAML_MAPPING_END_EVENT :
					   YAML_SEQUENCE_END_EVENT;
	struct splice_place **tail = &place->first;
	const char *key = NULL;

	for (;;) {
		if (doc_yaml_next(reader, err) < 0)
			return -1;
		if (reader->event.type == last)
			return 0;
		if (mapping && (read_key(reader, &key, err) < 0 ||
				doc_yaml_next(reader, err) < 0))
			return -1;
		if (read_place(reader, key, tail, err) < 0)
			return -1;
		tail = &(*tail)->next;
	}
}

static int read_collection(struct yaml_reader *reader, const char *key,
			   struct splice_place **out, struct err *err)
{
	const yaml_event_t *event = &reader->event;
	bool mapping = event->type == YAML_MAPPING_START_EVENT;
	bool flow = mapping ? event->data.mapping_start.style ==
				      YAML_FLOW_MAPPING_STYLE :
			      event->data.sequence_start.style ==
				      YAML_FLOW_SEQUENCE_STYLE;
	struct placer *placer = placer_of(reader);
	struct splice_place *place;
	bool was_flow = placer->flow;

	if (doc_yaml_check_depth(reader, 1, err) < 0)
		return -1;
	place = new_place(reader, mapping ? SPLICE_MAPPING : SPLICE_SEQUENCE,
			  key);
	keep_anchor(reader,
		    mapping ? event->data.mapping_start.anchor :
			      event->data.sequence_start.anchor,
		    place);
	placer->open = place;
	placer->flow = flow || was_flow;
	reader->depth++;
	if (read_members(reader, place, err) < 0)
		return -1;
	reader->depth--;
	placer->open = place->up;
	placer->flow = was_flow;
	*out = place;
	return 0;
}

static int read_place(struct yaml_reader *reader, const char *key,
		      struct splice_place **out, struct err *err)
{
	struct splice_place *of;

	switch (reader->event.type) {
	case YAML_SCALAR_EVENT:
		*out = read_scalar(reader, key);
		return 0;
	case YAML_ALIAS_EVENT:
		return read_alias(reader, key, out, &of, err);
	case YAML_MAPPING_START_EVENT:
	case YAML_SEQUENCE_START_EVENT:
		return read_collection(reader, key, out, err);
	default:
		return doc_yaml_fail(reader, err, "expected a value");
	}
}

/* As node_is_null() has it, of a root. */
static bool is_null(const struct splice_place *place)
{
	if (place->kind != SPLICE_SCALAR)
		return false;
	if (place->tag && strcmp(place->tag, "!") != 0)
		return str_equal(place->tag, YAML_NULL_TAG);
	return place->style == NODE_PLAIN &&
	       doc_text_tag(place->text, place->len) == NODE_NULL;
}

static int take_places(struct yaml_reader *reader, bool *empty, struct err *err)
{
	struct placer *placer = placer_of(reader);
	struct splice_place *root;

	placer->open = NULL;
	placer->flow = false;
	if (read_place(reader, NULL, &root, err) < 0)
		return -1;
	*empty = is_null(root);
	if (!*empty)
		*vec_push(reader->arena, &placer->file->documents) = root;
	return 0;
}

/* The documents of the file, which begins on this line. */
static int read_documents(struct arena *arena, struct splice_file *file,
			  unsigned line, struct err *err)
{
	struct placer placer = { .file = file };
	struct yaml_reader reader = {
		.arena = arena,
		.name = file->name,
		.budget = &doc_budget_default,
		.line = line,
		.take = take_places,
		.taken = &placer,
	};

	return doc_yaml_stream(&reader, file->bytes, err);
}

int splice_read(struct arena *arena, const char *name, struct bytes bytes,
		struct splice_file *out, struct err *err)
{
	struct splice_file file = {
		.name = arena_strdup(arena, name),
		.bytes = bytes,
	};

	if (read_documents(arena, &file, 1, err) < 0)
		return -1;
	*out = file;
	return 0;
}

/* ---- the text of a scalar ---- */

/* Where each line of the text begins, there and in the file. */
struct lines {
	struct line {
		size_t there, here;
	} * v;
	size_t n;
	size_t room;
};

static size_t end_of_line(struct bytes bytes, size_t at)
{
	while (at < bytes.len && bytes.data[at] != '\n' &&
	       bytes.data[at] != '\r')
		at++;
	return at;
}

static size_t next_line(struct bytes bytes, size_t at)
{
	at = end_of_line(bytes, at);
	if (at + 1 < bytes.len && bytes.data[at] == '\r' &&
	    bytes.data[at + 1] == '\n')
		at++;
	return at < bytes.len ? at + 1 : at;
}

/* Of a block each line is one of the file, behind its indentation. */
static bool find_lines(struct arena *arena, struct bytes bytes,
		       const struct splice_place *place, struct lines *out)
{
	const struct bytes text = { place->text, place->len };
	size_t at = next_line(bytes, place->begin);

	for (size_t from = 0; from < text.len; from = next_line(text, from)) {
		size_t n = end_of_line(text, from) - from;
		size_t end = end_of_line(bytes, at);

		if (end - at < n ||
		    memcmp(bytes.data + end - n, text.data + from, n) != 0)
			return false;
		*vec_push(arena, out) = (struct line){ from, end - n };
		at = next_line(bytes, at);
	}
	return true;
}

/* False where what the file has is not what it says. */
static bool find_text(struct arena *arena, struct bytes bytes,
		      const struct splice_place *place, struct lines *out)
{
	size_t quote = place->style != NODE_PLAIN;

	if (place->style == NODE_LITERAL)
		return find_lines(arena, bytes, place, out);
	if (place->style == NODE_FOLDED ||
	    place->end - place->begin != place->len + 2 * quote ||
	    memcmp(bytes.data + place->begin + quote, place->text,
		   place->len) != 0)
		return false;
	*vec_push(arena, out) = (struct line){ 0, place->begin + quote };
	return true;
}

static size_t here(const struct lines *lines, size_t there)
{
	size_t low = 0, high = lines->n;

	while (low + 1 < high) {
		size_t middle = low + (high - low) / 2;

		if (lines->v[middle].there <= there)
			low = middle;
		else
			high = middle;
	}
	return lines->v[low].here + (there - lines->v[low].there);
}

/* From the bytes of the text to those of the file. */
static void bring_here(const struct splice_place *text,
		       const struct lines *lines, struct splice_place *place)
{
	place->loose = !lines;
	place->begin = lines ? here(lines, place->begin) : text->begin;
	place->end = lines ? here(lines, place->end) : text->end;
	if (!lines)
		place->line = text->line;
	for (place = place->first; place; place = place->next)
		bring_here(text, lines, place);
}

int splice_enter(struct arena *arena, struct splice_file *file,
		 const struct splice_place *place, struct splice_places *out,
		 struct err *err)
{
	struct splice_file text = {
		.name = file->name,
		.bytes = { place->text, place->len },
	};
	struct lines lines = { 0 };
	bool spelled = find_text(arena, file->bytes, place, &lines) && lines.n;

	if (read_documents(arena, &text,
			   place->line + (place->style == NODE_LITERAL),
			   err) < 0)
		return -1;
	for (size_t i = 0; i < text.documents.n; i++)
		bring_here(place, spelled ? &lines : NULL, text.documents.v[i]);
	*out = text.documents;
	*vec_push(arena, &file->inside) =
		(struct splice_inside){ place, text.documents };
	return 0;
}
