/* SPDX-License-Identifier: Apache-2.0 */

/* JSON to the byte as Go's encoding/json writes it: for hashes of content, and
 * for JSON that stands in a text. */

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "document/document.h"
#include "document/rune.h"
#include "document/scalar.h"
#include "document/unconst.h"

struct go_writer {
	struct str *out;
	const char *indent;
	unsigned depth;
};

static void write_value(struct go_writer *w, const json_t *value);

static void write_rune(struct str *out, const char *p, uint32_t rune,
		       size_t width)
{
	static const struct {
		char c;
		char letter;
	} shorts[] = {
		{ '"', '"' },  { '\\', '\\' }, { '\b', 'b' }, { '\f', 'f' },
		{ '\n', 'n' }, { '\r', 'r' },  { '\t', 't' },
	};

	for (size_t i = 0; i < ARRAY_LEN(shorts); i++)
		if (rune == (unsigned char)shorts[i].c) {
			str_printf(out, "\\%c", shorts[i].letter);
			return;
		}
	if (rune == RUNE_INVALID)
		str_add(out, "\\ufffd");
	else if (rune < 0x20 || rune == '<' || rune == '>' || rune == '&' ||
		 rune == 0x2028 || rune == 0x2029)
		str_printf(out, "\\u%04" PRIx32, rune);
	else
		str_add_bytes(out, p, width);
}

static void write_string(struct str *out, const char *text, size_t n)
{
	size_t width;
	uint32_t rune;

	str_add_char(out, '"');
	for (size_t i = 0; i < n; i += width) {
		rune = doc_rune(text + i, n - i, &width);
		write_rune(out, text + i, rune, width);
	}
	str_add_char(out, '"');
}

static void new_line(struct go_writer *w)
{
	if (!w->indent)
		return;
	str_add_char(w->out, '\n');
	for (unsigned i = 0; i < w->depth; i++)
		str_add(w->out, w->indent);
}

static void write_array(struct go_writer *w, const json_t *array)
{
	size_t n = json_array_size(array);

	str_add_char(w->out, '[');
	w->depth++;
	for (size_t i = 0; i < n; i++) {
		if (i)
			str_add_char(w->out, ',');
		new_line(w);
		write_value(w, json_array_get(array, i));
	}
	w->depth--;
	if (n)
		new_line(w);
	str_add_char(w->out, ']');
}

struct member {
	const char *key;
	size_t len;
	const json_t *value;
};

static int compare_members(const void *a, const void *b)
{
	const struct member *left = a, *right = b;
	size_t n = left->len < right->len ? left->len : right->len;
	int difference = memcmp(left->key, right->key, n);

	return difference ? difference :
			    (left->len > right->len) - (left->len < right->len);
}

static void write_object(struct go_writer *w, const json_t *object)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	size_t n = json_object_size(object), i = 0;
	struct member *members = arena_array(scratch, n, sizeof(*members));
	json_t *mutable = doc_unconst(object);

	for (void *it = json_object_iter(mutable); it;
	     it = json_object_iter_next(mutable, it), i++)
		members[i] = (struct member){
			json_object_iter_key(it),
			json_object_iter_key_len(it),
			json_object_iter_value(it),
		};
	if (n)
		qsort(members, n, sizeof(*members), compare_members);
	str_add_char(w->out, '{');
	w->depth++;
	for (i = 0; i < n; i++) {
		if (i)
			str_add_char(w->out, ',');
		new_line(w);
		write_string(w->out, members[i].key, members[i].len);
		str_add(w->out, w->indent ? ": " : ":");
		write_value(w, members[i].value);
	}
	w->depth--;
	if (n)
		new_line(w);
	str_add_char(w->out, '}');
}

static void write_value(struct go_writer *w, const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		write_object(w, value);
		break;
	case JSON_ARRAY:
		write_array(w, value);
		break;
	case JSON_STRING:
		write_string(w->out, json_string_value(value),
			     json_string_length(value));
		break;
	case JSON_INTEGER:
		str_printf(w->out, "%" JSON_INTEGER_FORMAT,
			   json_integer_value(value));
		break;
	case JSON_REAL:
		doc_add_json_real(w->out, json_real_value(value));
		break;
	case JSON_TRUE:
		str_add(w->out, "true");
		break;
	case JSON_FALSE:
		str_add(w->out, "false");
		break;
	case JSON_NULL:
		str_add(w->out, "null");
		break;
	}
}

void doc_write_go_json(struct str *out, const json_t *value, const char *indent)
{
	struct go_writer w = { .out = out, .indent = indent };

	write_value(&w, value);
}
