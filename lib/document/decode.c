/* SPDX-License-Identifier: Apache-2.0 */
#include "document/decode.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "base/vec.h"
#include "document/document.h"
#include "document/scalar.h"

int(node_fail)(const struct node *node, struct err *err, const char *fmt, ...)
{
	AUTO_STR struct str text = STR_INIT(4096);
	va_list ap;

	va_start(ap, fmt);
	str_vprintf(&text, fmt, ap);
	va_end(ap);
	if (!node || !node->file)
		return err_set(err, ERR_INPUT, "%s", str_text(&text));
	return err_set(err, ERR_INPUT, "%s:%u: %s", node->file, node->line,
		       str_text(&text));
}

/* What all functions here are handed. */
struct decoder {
	struct arena *arena;
	unsigned flags;
	struct err *err;
};

static enum scalar_dialect dialect_of(const struct decoder *decoder)
{
	return decoder->flags & DECODE_V1_2 ? SCALAR_READ : SCALAR_WRITTEN;
}

static enum scalar_type type_of(const struct decoder *decoder,
				const struct node *node)
{
	struct scalar scalar;

	if (node->style >= NODE_QUOTED)
		return SCALAR_STRING;
	if (node->tagged)
		return node->tag == NODE_NULL ? SCALAR_NULL : SCALAR_STRING;
	doc_scalar_resolve(node->text, node->n, dialect_of(decoder), true,
			   &scalar);
	return scalar.type == SCALAR_TIME ? SCALAR_STRING : scalar.type;
}

static bool is_absent(const struct decoder *decoder, const struct node *node)
{
	return node->kind == NODE_SCALAR &&
	       type_of(decoder, node) == SCALAR_NULL;
}

/* What a node is, for people: "the boolean 'no'". */
static void describe(const struct decoder *decoder, const struct node *node,
		     struct str *out)
{
	static const char *const scalars[] = {
		[SCALAR_STRING] = "the text",    [SCALAR_NULL] = "the null",
		[SCALAR_TRUE] = "the boolean",   [SCALAR_FALSE] = "the boolean",
		[SCALAR_INTEGER] = "the number", [SCALAR_REAL] = "the number",
		[SCALAR_TIME] = "the date",
	};

	if (node->kind == NODE_MAPPING)
		str_add(out, "a mapping");
	else if (node->kind == NODE_SEQUENCE)
		str_add(out, "a list");
	else
		str_printf(out, "%s '%.60s'", scalars[type_of(decoder, node)],
			   node->text);
}

static int fail_type(const struct decoder *decoder, const struct node *node,
		     const char *name, const char *wanted)
{
	struct err *err = decoder->err;
	AUTO_STR struct str found = STR_INIT(256);

	describe(decoder, node, &found);
	node_fail(node, err, "%s: expected %s, found %s", name, wanted,
		  str_text(&found));
	if (node->kind == NODE_SCALAR && !strcmp(wanted, "a text"))
		return err_hint(err, "quote it");
	return -1;
}

/* Where a text is wanted: a number or boolean, spelled anew. */
static struct node *spell(const struct decoder *decoder, struct node *node)
{
	AUTO_STR struct str text = STR_INIT(64);
	struct scalar scalar;
	struct node *copy;

	if (!(decoder->flags & DECODE_SPELL) || node->kind != NODE_SCALAR ||
	    node->style >= NODE_QUOTED || node->tagged)
		return node;
	doc_scalar_resolve(node->text, node->n, dialect_of(decoder), true,
			   &scalar);
	if (scalar.type == SCALAR_REAL && isfinite(scalar.real) &&
	    doc_real_as_integer(scalar.real, &scalar.integer))
		scalar.type = SCALAR_INTEGER;
	switch (scalar.type) {
	case SCALAR_STRING:
	case SCALAR_NULL:
	case SCALAR_TIME:
		return node;
	case SCALAR_TRUE:
	case SCALAR_FALSE:
		str_add(&text, scalar.type == SCALAR_TRUE ? "true" : "false");
		break;
	case SCALAR_INTEGER:
		str_printf(&text, "%" JSON_INTEGER_FORMAT, scalar.integer);
		break;
	case SCALAR_REAL:
		if (!isfinite(scalar.real))
			return node;
		doc_add_real_short(&text, scalar.real);
		break;
	}
	copy = node_copy(decoder->arena, node);
	node_set_text(decoder->arena, copy, str_text(&text), NODE_STR);
	copy->style = NODE_QUOTED;
	return copy;
}

static int decode_text(const struct decoder *decoder, const struct node *node,
		       const char *name, const struct node **out)
{
	if (node->kind != NODE_SCALAR ||
	    type_of(decoder, node) != SCALAR_STRING)
		return fail_type(decoder, node, name, "a text");
	if (strlen(node->text) != node->n)
		return node_fail(node, decoder->err, "%s: holds a NUL", name);
	*out = node;
	return 0;
}

static int decode_texts(const struct decoder *decoder, const struct node *node,
			const char *name, struct nodes *out)
{
	const struct node *text;

	if (node->kind != NODE_SEQUENCE)
		return fail_type(decoder, node, name, "a list of texts");
	out->v = arena_array(decoder->arena, node->n, sizeof(*out->v));
	for (size_t i = 0; i < node->n; i++) {
		out->v[i] = spell(decoder, node->items[i]);
		if (decode_text(decoder, out->v[i], name, &text) < 0)
			return -1;
	}
	out->n = out->room = node->n;
	return 0;
}

static int check_key(const struct decoder *decoder, const struct node *mapping,
		     const struct node_entry *entry, const char *name)
{
	struct err *err = decoder->err;
	const struct node key = {
		.kind = NODE_SCALAR,
		.style = entry->quoted ? NODE_QUOTED : NODE_PLAIN,
		.line = entry->line,
		.file = mapping->file,
		.text = entry->key,
		.n = entry->key_len,
	};

	if (type_of(decoder, &key) == SCALAR_STRING)
		return 0;
	node_fail(&key, err, "%s: expected a text as key, found '%.60s'", name,
		  entry->key);
	return err_hint(err, "quote it");
}

/* A null in it is an empty text, as Go has it. */
static int decode_map(const struct decoder *decoder, const struct node *node,
		      const char *name, const struct node **out)
{
	struct arena *arena = decoder->arena;
	struct node *copy, *empty;
	const struct node *text;

	if (node->kind != NODE_MAPPING)
		return fail_type(decoder, node, name, "a mapping of texts");
	copy = node_copy(arena, node);
	for (size_t i = 0; i < copy->n; i++) {
		if (check_key(decoder, node, &copy->entries[i], name) < 0)
			return -1;
		if (is_absent(decoder, copy->entries[i].value)) {
			empty = node_string(arena, "");
			empty->line = copy->entries[i].line;
			empty->file = copy->file;
			copy->entries[i].value = empty;
			continue;
		}
		copy->entries[i].value = spell(decoder, copy->entries[i].value);
		if (decode_text(decoder, copy->entries[i].value, name, &text) <
		    0)
			return -1;
	}
	*out = copy;
	return 0;
}

static int decode_bool(const struct decoder *decoder, const struct node *node,
		       const char *name, bool *out)
{
	enum scalar_type type = SCALAR_STRING;

	if (node->kind == NODE_SCALAR)
		type = type_of(decoder, node);
	if (type != SCALAR_TRUE && type != SCALAR_FALSE)
		return fail_type(decoder, node, name, "true or false");
	*out = type == SCALAR_TRUE;
	return 0;
}

static int decode_int(const struct decoder *decoder, const struct node *node,
		      const char *name, int64_t *out)
{
	struct scalar scalar = { .type = SCALAR_STRING };
	json_int_t whole;

	if (node->kind == NODE_SCALAR && node->style < NODE_QUOTED)
		doc_scalar_resolve(node->text, node->n, dialect_of(decoder),
				   false, &scalar);
	/* JSON, which it passes, has one kind of number. */
	if (scalar.type == SCALAR_REAL &&
	    doc_real_as_integer(scalar.real, &whole)) {
		scalar.type = SCALAR_INTEGER;
		scalar.integer = whole;
	}
	if (scalar.type != SCALAR_INTEGER)
		return fail_type(decoder, node, name, "a whole number");
	*out = scalar.integer;
	return 0;
}

static int decode(const struct decoder *decoder, const struct node *mapping,
		  const struct decode_table *table, void *out);

static int decode_structs(const struct decoder *decoder,
			  const struct node *node,
			  const struct decode_field *field,
			  struct decode_list *out)
{
	size_t size = field->inner->size;
	unsigned char *v;

	if (node->kind != NODE_SEQUENCE)
		return fail_type(decoder, node, field->name, "a list");
	v = arena_array(decoder->arena, node->n, size);
	for (size_t i = 0; i < node->n; i++) {
		if (is_absent(decoder, node->items[i]))
			continue;
		if (decode(decoder, node->items[i], field->inner,
			   v + i * size) < 0)
			return -1;
	}
	out->v = v;
	out->n = out->room = node->n;
	return 0;
}

static int decode_struct(const struct decoder *decoder, const struct node *node,
			 const struct decode_field *field, void **out)
{
	*out = arena_alloc(decoder->arena, field->inner->size);
	return decode(decoder, node, field->inner, *out);
}

static int decode_field(const struct decoder *decoder, struct node *node,
			const struct decode_field *field, void *out)
{
	void *at = (unsigned char *)out + field->offset;
	struct decode_list list = { 0 };
	void *inner = NULL;

	if (is_absent(decoder, node))
		return 0;
	switch (field->type) {
	case DECODE_TYPE_TEXT:
		return decode_text(decoder, spell(decoder, node), field->name,
				   at);
	case DECODE_TYPE_TEXTS:
		return decode_texts(decoder, node, field->name, at);
	case DECODE_TYPE_MAP:
		return decode_map(decoder, node, field->name, at);
	case DECODE_TYPE_NODE:
		*(struct node **)at = node;
		return 0;
	case DECODE_TYPE_BOOL:
		return decode_bool(decoder, node, field->name, at);
	case DECODE_TYPE_INT:
		return decode_int(decoder, node, field->name, at);
	/* Any pointer, and any list, may stand there. */
	case DECODE_TYPE_STRUCT:
		if (decode_struct(decoder, node, field, &inner) < 0)
			return -1;
		memcpy(at, &inner, sizeof(inner));
		return 0;
	case DECODE_TYPE_STRUCTS:
		if (decode_structs(decoder, node, field, &list) < 0)
			return -1;
		memcpy(at, &list, sizeof(list));
		return 0;
	}
	return 0;
}

static const struct decode_field *find_field(const struct decode_table *table,
					     const char *name, unsigned flags)
{
	for (size_t i = 0; i < table->n; i++)
		if (!strcmp(table->fields[i].name, name))
			return &table->fields[i];
	for (size_t i = 0; flags & DECODE_ANY_CASE && i < table->n; i++)
		if (!strcasecmp(table->fields[i].name, name))
			return &table->fields[i];
	return NULL;
}

static int fail_unknown(const struct decoder *decoder,
			const struct node *mapping,
			const struct node_entry *entry,
			const struct decode_table *table)
{
	const char **names = arena_array(decoder->arena, table->n + 1,
					 sizeof(*names));
	struct err *err = decoder->err;
	const char *near;

	for (size_t i = 0; i < table->n; i++)
		names[i] = table->fields[i].name;
	err_set(err, ERR_INPUT, "%s:%u: unknown field '%.80s'", mapping->file,
		entry->line, entry->key);
	near = str_nearest(entry->key, names);
	return near ? err_hint(err, "did you mean '%s'?", near) : -1;
}

/* In two spellings a field may stand twice. */
static int check_once(const struct decoder *decoder, const struct node *mapping,
		      size_t i, const struct decode_field *field)
{
	const struct node_entry *entry = &mapping->entries[i], *first;

	for (size_t j = 0; j < i; j++) {
		first = &mapping->entries[j];
		if (strcasecmp(first->key, field->name) != 0 ||
		    !strcmp(first->key, entry->key))
			continue;
		return err_set(decoder->err, ERR_INPUT,
			       "%s:%u: '%s' sets the same field as '%s' at "
			       "line %u",
			       mapping->file, entry->line, entry->key,
			       first->key, first->line);
	}
	return 0;
}

static int decode(const struct decoder *decoder, const struct node *mapping,
		  const struct decode_table *table, void *out)
{
	const struct decode_field *field;
	const struct node_entry *entry;

	if (mapping->kind != NODE_MAPPING)
		return node_fail(mapping, decoder->err,
				 "expected a mapping, found %s",
				 mapping->kind == NODE_SEQUENCE ? "a list" :
								  "a scalar");
	*(const struct node **)out = mapping;
	for (size_t i = 0; i < mapping->n; i++) {
		entry = &mapping->entries[i];
		field = find_field(table, entry->key, decoder->flags);
		if (field) {
			if (check_once(decoder, mapping, i, field) < 0)
				return -1;
			if (decode_field(decoder, entry->value, field, out) < 0)
				return -1;
		} else if (!(decoder->flags & DECODE_LENIENT)) {
			return fail_unknown(decoder, mapping, entry, table);
		}
	}
	return 0;
}

int doc_decode(struct arena *arena, const struct node *mapping,
	       const struct decode_table *table, unsigned flags, void *out,
	       struct err *err)
{
	const struct decoder decoder = { arena, flags, err };

	return decode(&decoder, mapping, table, out);
}

int node_choose(const struct node *text, const char *field,
		const char *const *names, int *out, struct err *err)
{
	AUTO_STR struct str all = STR_INIT(STR_BIG);

	if (!text || !*text->text)
		return 0;
	for (int i = 0; names[i]; i++) {
		if (str_equal(names[i], text->text)) {
			*out = i;
			return 0;
		}
		str_printf(&all, "%s'%s'",
			   !i           ? "" :
			   names[i + 1] ? ", " :
					  " or ",
			   names[i]);
	}
	return node_fail(text, err, "%s: expected %s, found '%s'", field,
			 str_text(&all), text->text);
}
