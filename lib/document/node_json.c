/* SPDX-License-Identifier: Apache-2.0 */

/* Values as nodes: what yaml.v3 reads of what it has written of them. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "document/document.h"
#include "document/scalar.h"
#include "document/unconst.h"
#include "document/yaml_style.h"

static enum node_style style_of(const char *text, size_t n)
{
	struct yaml_text analysis;

	doc_yaml_analyze(text, n, &analysis);
	switch (doc_yaml_style(&analysis, false)) {
	case STYLE_PLAIN:
		return NODE_PLAIN;
	case STYLE_LITERAL:
		return NODE_LITERAL;
	case STYLE_SINGLE_QUOTED:
		return NODE_SINGLE_QUOTED;
	case STYLE_DOUBLE_QUOTED:
		break;
	}
	return NODE_QUOTED;
}

/* How the values came to be YAML. */
enum form {
	FORM_MARSHALED, /* as a map of Go */
	FORM_JSON,      /* as a text of JSON */
};

static struct node *make(struct arena *arena, const json_t *value,
			 enum form form);

static struct node *from_string(struct arena *arena, const json_t *value,
				enum form form)
{
	const char *text = json_string_value(value);
	size_t n = json_string_length(value);
	struct node *node = node_bytes(arena, text, n);

	node->style = form == FORM_JSON ? NODE_QUOTED :
					  (unsigned char)style_of(text, n);
	return node;
}

static struct node *from_integer(struct arena *arena, json_int_t integer)
{
	char text[24];

	snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, integer);
	return node_tagged(arena, text, NODE_INT);
}

static struct node *from_number(struct arena *arena, double number)
{
	AUTO_STR struct str text = STR_INIT(64);

	doc_add_real_g(&text, number);
	return node_tagged(arena, str_text(&text),
			   doc_text_tag(str_text(&text), text.len));
}

static struct node *from_object(struct arena *arena, const json_t *object,
				enum form form)
{
	struct node *node = node_mapping(arena);
	json_t *mutable = doc_unconst(object);
	struct node_entry *entry;
	const char *key;
	json_t *value;

	json_object_foreach(mutable, key, value) {
		entry = node_add(arena, node, key, make(arena, value, form));
		entry->quoted = form == FORM_JSON ||
				style_of(key, strlen(key)) != NODE_PLAIN;
	}
	if (!node->n || form == FORM_JSON)
		node->style = NODE_FLOW;
	return node;
}

static struct node *from_array(struct arena *arena, const json_t *array,
			       enum form form)
{
	struct node *node = node_sequence(arena);

	for (size_t i = 0; i < json_array_size(array); i++)
		node_append(arena, node,
			    make(arena, json_array_get(array, i), form));
	if (!node->n || form == FORM_JSON)
		node->style = NODE_FLOW;
	return node;
}

static struct node *make(struct arena *arena, const json_t *value,
			 enum form form)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return from_object(arena, value, form);
	case JSON_ARRAY:
		return from_array(arena, value, form);
	case JSON_STRING:
		return from_string(arena, value, form);
	case JSON_INTEGER:
		if (form == FORM_JSON)
			return from_integer(arena, json_integer_value(value));
		return from_number(arena, (double)json_integer_value(value));
	case JSON_REAL:
		return from_number(arena, json_real_value(value));
	case JSON_TRUE:
		return node_tagged(arena, "true", NODE_BOOL);
	case JSON_FALSE:
		return node_tagged(arena, "false", NODE_BOOL);
	case JSON_NULL:
		break;
	}
	return node_null(arena);
}

struct node *node_from_json(struct arena *arena, const json_t *value)
{
	return make(arena, value, FORM_MARSHALED);
}

struct node *node_from_json_text(struct arena *arena, const json_t *value)
{
	return make(arena, value, FORM_JSON);
}
