/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The YAML that kustomize v5.8.2 prints: node tree, JSON, yaml.v2.  The
 * places where a line is broken or indented follow libyaml's emitter, of
 * which yaml.v2 is a translation, because its output is what is asked for to
 * the byte: `whitespace` says that the last thing written was a space or the
 * start of a line, `indention` that the line so far is only indentation and
 * the dashes of sequences.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "document/document.h"
#include "document/key_order.h"
#include "document/rune.h"
#include "document/scalar.h"
#include "document/unconst.h"
#include "document/yaml_fold.h"
#include "document/yaml_style.h"

/* A space met beyond this column becomes a line break. */
#define BEST_WIDTH 80
/* Keys of more bytes are written "? key". */
#define SIMPLE_KEY_MAX 128
#define INDENT         2

struct writer {
	struct str *out;
	size_t column;
	bool whitespace;
	bool indention;
	bool show;                 /* for the console: escape, never fail */
	uint32_t unprintable;      /* the first that cannot be printed, or 0 */
	struct doc_entry *entries; /* the keys of all open mappings */
	size_t n_entries;
	size_t room;
};

/* Where a node stands.  The root's indent is -1. */
struct place {
	int indent;
	bool in_mapping;
	bool simple_key;
};

static void put(struct writer *w, char c)
{
	str_add_char(w->out, c);
	w->column++;
}

static void put_break(struct writer *w)
{
	str_add_char(w->out, '\n');
	w->column = 0;
}

static void write_indent(struct writer *w, int indent)
{
	size_t want = indent < 0 ? 0 : (size_t)indent;

	if (!w->indention || w->column > want ||
	    (w->column == want && !w->whitespace))
		put_break(w);
	if (w->column < want) {
		str_add_repeat(w->out, ' ', want - w->column);
		w->column = want;
	}
	w->whitespace = true;
	w->indention = true;
}

static void write_indicator(struct writer *w, const char *text,
			    bool needs_space, bool keeps_indention)
{
	if (needs_space && !w->whitespace)
		put(w, ' ');
	str_add(w->out, text);
	w->column += strlen(text);
	w->whitespace = false;
	w->indention = w->indention && keeps_indention;
}

/* A text is walked rune by rune; `at` moves behind the one that is written. */
static void copy_rune(struct writer *w, const struct yaml_text *text,
		      size_t *at, size_t width)
{
	str_add_bytes(w->out, text->data + *at, width);
	w->column++;
	*at += width;
}

static bool is_space_at(const struct yaml_text *text, size_t at)
{
	return at < text->len && text->data[at] == ' ';
}

/* U+2028 and U+2029 end a line and stay what they are. */
static void copy_break(struct writer *w, const struct yaml_text *text,
		       size_t *at, size_t width)
{
	if (text->data[*at] == '\n') {
		put_break(w);
		*at += 1;
		return;
	}
	copy_rune(w, text, at, width);
	w->column = 0;
}

/* Plain and single-quoted: the same but for the quotes. */
static void write_flow(struct writer *w, const struct yaml_text *text,
		       bool quoted, const struct place *place)
{
	bool spaces = false, breaks = false, inside;
	size_t width;
	uint32_t rune;

	/* Most texts are short, and then nothing below can happen to them. */
	if (w->column + text->len <= BEST_WIDTH && !text->multiline &&
	    !(quoted && memchr(text->data, '\'', text->len))) {
		str_add_bytes(w->out, text->data, text->len);
		w->column += text->runes;
		return;
	}
	for (size_t i = 0; i < text->len;) {
		rune = doc_rune(text->data + i, text->len - i, &width);
		inside = !quoted || (i > 0 && i + 1 < text->len);
		if (rune == ' ') {
			if (!place->simple_key && !spaces && inside &&
			    w->column > BEST_WIDTH &&
			    !is_space_at(text, i + 1)) {
				write_indent(w, place->indent);
				i++;
			} else {
				copy_rune(w, text, &i, width);
			}
			spaces = true;
			continue;
		}
		if (doc_is_break(rune)) {
			copy_break(w, text, &i, width);
			w->indention = true;
			breaks = true;
			continue;
		}
		if (breaks)
			write_indent(w, place->indent);
		if (quoted && rune == '\'')
			put(w, '\'');
		copy_rune(w, text, &i, width);
		w->indention = false;
		spaces = breaks = false;
	}
}

static void write_escape(struct writer *w, uint32_t rune)
{
	static const struct {
		uint32_t rune;
		char letter;
	} known[] = {
		{ 0x00, '0' }, { 0x07, 'a' },   { 0x08, 'b' },   { 0x09, 't' },
		{ 0x0a, 'n' }, { 0x0b, 'v' },   { 0x0c, 'f' },   { 0x0d, 'r' },
		{ 0x1b, 'e' }, { 0x22, '"' },   { 0x5c, '\\' },  { 0x85, 'N' },
		{ 0xa0, '_' }, { 0x2028, 'L' }, { 0x2029, 'P' },
	};
	static const char hex[] = "0123456789ABCDEF";
	int digits = rune <= 0xff ? 2 : rune <= 0xffff ? 4 : 8;

	put(w, '\\');
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (known[i].rune == rune) {
			put(w, known[i].letter);
			return;
		}
	}
	put(w, digits == 2 ? 'x' : digits == 4 ? 'u' : 'U');
	while (digits-- > 0)
		put(w, hex[rune >> (4 * digits) & 0xf]);
}

static void write_double_quoted(struct writer *w, const struct yaml_text *text,
				const struct place *place)
{
	/* yaml.v2 asks for a BOM at the start of the text wherever it is. */
	bool bom = text->len >= 3 && !memcmp(text->data, "\xef\xbb\xbf", 3);
	bool spaces = false;
	size_t width;
	uint32_t rune;

	for (size_t i = 0; i < text->len;) {
		rune = doc_rune(text->data + i, text->len - i, &width);
		if (bom || !doc_is_printable(rune) || doc_is_break(rune) ||
		    rune == '"' || rune == '\\') {
			if (rune == RUNE_INVALID)
				rune = (unsigned char)text->data[i];
			write_escape(w, rune);
			i += width;
			spaces = false;
		} else if (rune == ' ') {
			if (!place->simple_key && !spaces &&
			    w->column > BEST_WIDTH && i > 0 &&
			    i + 1 < text->len) {
				write_indent(w, place->indent);
				if (is_space_at(text, i + 1))
					put(w, '\\');
				i++;
			} else {
				copy_rune(w, text, &i, width);
			}
			spaces = true;
		} else {
			copy_rune(w, text, &i, width);
			spaces = false;
		}
	}
}

/* What ends a text decides on "|", "|-" or "|+". */
static const char *chomping(const struct yaml_text *text)
{
	bool last = false, last_but_one = false;
	size_t width, n = 0;

	for (size_t i = text->len < 8 ? 0 : text->len - 8; i < text->len;
	     i += width) {
		last_but_one = last;
		last = doc_is_break(
			doc_rune(text->data + i, text->len - i, &width));
		n++;
	}
	if (!last)
		return "-";
	return n == 1 || last_but_one ? "+" : "";
}

/* The line that begins at `at`, without its break. */
static size_t line_length(const struct yaml_text *text, size_t at)
{
	size_t end = at, width;

	while (end < text->len &&
	       !doc_is_break(
		       doc_rune(text->data + end, text->len - end, &width)))
		end += width;
	return end - at;
}

static void write_literal(struct writer *w, const struct yaml_text *text,
			  int indent)
{
	size_t width, n;
	uint32_t rune = doc_rune(text->data, text->len, &width);

	write_indicator(w, "|", true, false);
	if (rune == ' ' || doc_is_break(rune))
		write_indicator(w, "2", false, false);
	write_indicator(w, chomping(text), false, false);
	put_break(w);
	w->indention = true;
	w->whitespace = true;
	for (size_t i = 0; i < text->len;) {
		n = line_length(text, i);
		if (n) {
			write_indent(w, indent);
			str_add_bytes(w->out, text->data + i, n);
			w->column += n;
			w->indention = false;
			i += n;
		}
		if (i == text->len)
			break;
		doc_rune(text->data + i, text->len - i, &width);
		copy_break(w, text, &i, width);
		w->indention = true;
	}
}

static void write_text(struct writer *w, const struct yaml_text *text,
		       const struct place *place)
{
	struct place inner = *place;

	if (text->unprintable && !w->unprintable)
		w->unprintable = text->unprintable;
	inner.indent = place->indent < 0 ? INDENT : place->indent + INDENT;
	switch (doc_yaml_style(text, place->simple_key)) {
	case STYLE_PLAIN:
		if (!w->whitespace)
			put(w, ' ');
		write_flow(w, text, false, &inner);
		break;
	case STYLE_SINGLE_QUOTED:
		write_indicator(w, "'", true, false);
		write_flow(w, text, true, &inner);
		put(w, '\'');
		break;
	case STYLE_DOUBLE_QUOTED:
		write_indicator(w, "\"", true, false);
		write_double_quoted(w, text, &inner);
		put(w, '"');
		break;
	case STYLE_LITERAL:
		write_literal(w, text, inner.indent);
		return;
	}
	w->whitespace = false;
	w->indention = false;
}

static void write_string(struct writer *w, const char *data, size_t len,
			 const struct place *place)
{
	AUTO_STR struct str folded = STR_INIT(len);
	struct yaml_text text;

	if (!w->show && doc_fold_nel(&folded, data, len)) {
		data = str_text(&folded);
		len = folded.len;
	}
	doc_yaml_analyze(data, len, &text);
	write_text(w, &text, place);
}

static void write_word(struct writer *w, const char *word)
{
	write_indicator(w, word, true, false);
}

static void write_integer(struct writer *w, json_int_t value)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%" JSON_INTEGER_FORMAT, value);
	write_word(w, digits);
}

static void write_real(struct writer *w, double value)
{
	AUTO_STR struct str digits = STR_INIT(64);

	doc_add_real(&digits, value);
	write_word(w, str_text(&digits));
}

static void write_node(struct writer *w, const json_t *value,
		       const struct place *place);

static void write_array(struct writer *w, const json_t *array,
			const struct place *place)
{
	struct place inner = { .indent = place->indent };
	size_t n = json_array_size(array);

	if (!n) {
		write_word(w, "[]");
		return;
	}
	/* Right under its key a sequence is not indented. */
	if (place->indent < 0)
		inner.indent = 0;
	else if (!place->in_mapping || w->indention)
		inner.indent += INDENT;
	for (size_t i = 0; i < n; i++) {
		write_indent(w, inner.indent);
		write_indicator(w, "-", true, true);
		write_node(w, json_array_get(array, i), &inner);
	}
}

static void write_key(struct writer *w, const struct doc_entry *entry,
		      struct place *place)
{
	struct yaml_text text;

	doc_yaml_analyze(entry->key, entry->len, &text);
	place->simple_key = !text.multiline && entry->len <= SIMPLE_KEY_MAX;
	write_indent(w, place->indent);
	if (place->simple_key) {
		write_text(w, &text, place);
		write_indicator(w, ":", false, false);
		place->simple_key = false;
		return;
	}
	write_indicator(w, "?", true, true);
	write_text(w, &text, place);
	write_indent(w, place->indent);
	write_indicator(w, ":", true, true);
}

/* The `n` keys of `object`, sorted, behind those of the mappings around it.
 * Returns where they begin. */
static size_t push_entries(struct writer *w, const json_t *object, size_t n)
{
	size_t base = w->n_entries;
	json_t *mutable = doc_unconst(object);
	struct doc_entry *entry;

	if (!w->entries || base + 2 * n > w->room) {
		w->room = 2 * (base + 2 * n);
		w->entries = xrealloc(w->entries,
				      w->room * sizeof(*w->entries));
	}
	for (void *it = json_object_iter(mutable); it;
	     it = json_object_iter_next(mutable, it)) {
		entry = &w->entries[w->n_entries++];
		entry->key = json_object_iter_key(it);
		entry->len = json_object_iter_key_len(it);
		entry->value = json_object_iter_value(it);
	}
	doc_sort_entries(w->entries + base, n, w->entries + base + n);
	return base;
}

static void write_object(struct writer *w, const json_t *object,
			 const struct place *place)
{
	struct place inner = { .in_mapping = true };
	size_t n = json_object_size(object), base;
	struct doc_entry entry;

	if (!n) {
		write_word(w, "{}");
		return;
	}
	inner.indent = place->indent < 0 ? 0 : place->indent + INDENT;
	base = push_entries(w, object, n);
	for (size_t i = 0; i < n; i++) {
		entry = w->entries[base + i];
		write_key(w, &entry, &inner);
		write_node(w, entry.value, &inner);
	}
	w->n_entries = base;
}

static void write_node(struct writer *w, const json_t *value,
		       const struct place *place)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		write_object(w, value, place);
		break;
	case JSON_ARRAY:
		write_array(w, value, place);
		break;
	case JSON_STRING:
		write_string(w, json_string_value(value),
			     json_string_length(value), place);
		break;
	case JSON_INTEGER:
		write_integer(w, json_integer_value(value));
		break;
	case JSON_REAL:
		write_real(w, json_real_value(value));
		break;
	case JSON_TRUE:
		write_word(w, "true");
		break;
	case JSON_FALSE:
		write_word(w, "false");
		break;
	case JSON_NULL:
		write_word(w, "null");
		break;
	}
}

/* Returns the first character that could not be printed, or 0. */
static uint32_t write_document(struct str *out, const json_t *value, bool show)
{
	static const struct place root = { .indent = -1 };
	struct writer w = {
		.out = out,
		.whitespace = true,
		.indention = true,
		.show = show,
	};

	write_node(&w, value, &root);
	write_indent(&w, 0);
	free(w.entries);
	return w.unprintable;
}

/* Add the pointer to the first text or key that cannot be printed; false
 * where `value` holds none. */
static bool find_unprintable(const json_t *value, struct str *pointer)
{
	json_t *mutable = doc_unconst(value), *member;
	size_t start = pointer->len, i;
	struct yaml_text text;
	const char *key;
	size_t len;

	if (json_is_string(value)) {
		doc_yaml_analyze(json_string_value(value),
				 json_string_length(value), &text);
		return text.unprintable;
	}
	json_array_foreach(value, i, member) {
		str_printf(pointer, "/%zu", i);
		if (find_unprintable(member, pointer))
			return true;
		str_cut(pointer, start);
	}
	json_object_keylen_foreach(mutable, key, len, member)
	{
		doc_pointer_add(pointer, key);
		doc_yaml_analyze(key, len, &text);
		if (text.unprintable || find_unprintable(member, pointer))
			return true;
		str_cut(pointer, start);
	}
	return false;
}

int doc_write_yaml(struct str *out, const json_t *value, struct err *err)
{
	AUTO_STR struct str pointer = STR_INIT(4096);
	size_t start = out->len;
	uint32_t rune = write_document(out, value, false);

	if (!rune)
		return 0;
	str_cut(out, start);
	find_unprintable(value, &pointer);
	err_set(err, ERR_INPUT,
		"'%s' holds the control character U+%04" PRIX32
		", which YAML cannot hold",
		str_text(&pointer), rune);
	return err_hint(err, "remove it, or keep the text in base64");
}

void doc_show_yaml(struct str *out, const json_t *value)
{
	write_document(out, value, true);
}
