/* SPDX-License-Identifier: Apache-2.0 */
#include "document/node.h"

#include <string.h>

#include "base/vec.h"
#include "document/scalar.h"

static struct node *make(struct arena *arena, enum node_kind kind)
{
	struct node *node = arena_alloc(arena, sizeof(*node));

	node->kind = (unsigned char)kind;
	return node;
}

struct node *node_tagged(struct arena *arena, const char *text,
			 enum node_tag tag)
{
	struct node *node = make(arena, NODE_SCALAR);

	node_set_text(arena, node, text, tag);
	return node;
}

struct node *node_plain(struct arena *arena, const char *text)
{
	return node_tagged(arena, text, NODE_NO_TAG);
}

struct node *node_bytes(struct arena *arena, const char *data, size_t n)
{
	struct node *node = make(arena, NODE_SCALAR);
	char *text = arena_alloc(arena, n + 1);

	if (n)
		memcpy(text, data, n);
	node->text = text;
	node->n = (uint32_t)n;
	node->tag = NODE_STR;
	if (memchr(text, '\n', n))
		node->style = NODE_LITERAL;
	return node;
}

struct node *node_string(struct arena *arena, const char *text)
{
	return node_bytes(arena, text, strlen(text));
}

struct node *node_null(struct arena *arena)
{
	return node_tagged(arena, "null", NODE_NULL);
}

struct node *node_mapping(struct arena *arena)
{
	return make(arena, NODE_MAPPING);
}

struct node *node_sequence(struct arena *arena)
{
	return make(arena, NODE_SEQUENCE);
}

struct node *node_copy(struct arena *arena, const struct node *node)
{
	struct node *copy = arena_memdup(arena, node, sizeof(*node));

	copy->room = copy->n;
	if (node->kind == NODE_MAPPING) {
		copy->entries = arena_memdup(arena, node->entries,
					     node->n * sizeof(*node->entries));
		for (size_t i = 0; i < node->n; i++)
			copy->entries[i].value =
				node_copy(arena, node->entries[i].value);
	} else if (node->kind == NODE_SEQUENCE) {
		copy->items = arena_array(arena, node->n, sizeof(*node->items));
		for (size_t i = 0; i < node->n; i++)
			copy->items[i] = node_copy(arena, node->items[i]);
	}
	return copy;
}

bool node_is_empty(const struct node *node)
{
	return node_is_null(node) || (node->kind != NODE_SCALAR && !node->n);
}

bool node_is_string(const struct node *node)
{
	return node_is(node, NODE_SCALAR) &&
	       (node->tag == NODE_STR || node->tag == NODE_NO_TAG);
}

const char *node_text(const struct node *node)
{
	return node_is_null(node) ? "" : node_spelled(node);
}

const char *node_spelled(const struct node *node)
{
	return node_is(node, NODE_SCALAR) ? node->text : "";
}

bool node_text_is(const struct node *node, const char *text)
{
	return !strcmp(node_text(node), text);
}

struct node_entry *node_find(const struct node *node, const char *key)
{
	size_t n = strlen(key);

	if (!node_is(node, NODE_MAPPING))
		return NULL;
	for (size_t i = 0; i < node->n; i++)
		if (node->entries[i].key_len == n &&
		    !memcmp(node->entries[i].key, key, n))
			return &node->entries[i];
	return NULL;
}

struct node *node_get(const struct node *node, const char *key)
{
	struct node_entry *entry = node_find(node, key);

	return entry ? entry->value : NULL;
}

struct node *node_get2(const struct node *node, const char *outer,
		       const char *inner)
{
	return node_get(node_get(node, outer), inner);
}

void node_set_text(struct arena *arena, struct node *node, const char *text,
		   enum node_tag tag)
{
	size_t n = strlen(text);

	node->text = arena_memdup(arena, text, n + 1);
	node->n = (uint32_t)n;
	node->tag = (unsigned char)tag;
}

void node_clear(struct node *node, enum node_kind kind)
{
	node->kind = (unsigned char)kind;
	node->tag = NODE_NO_TAG;
	node->style = NODE_PLAIN;
	node->tagged = false;
	node->n = node->room = 0;
	node->text = kind == NODE_SCALAR ? "" : NULL;
}

/* Without quotes YAML 1.1 would take it for something else than text. */
static bool is_ambiguous(const struct node *node)
{
	struct scalar scalar;

	if (node->kind != NODE_SCALAR || node->style >= NODE_QUOTED ||
	    !node_is_string(node) || !node->n)
		return false;
	doc_scalar_resolve(node->text, node->n, SCALAR_WRITTEN, true, &scalar);
	return scalar.type != SCALAR_STRING && scalar.type != SCALAR_TIME;
}

struct node_entry *node_add(struct arena *arena, struct node *mapping,
			    const char *key, struct node *value)
{
	size_t n = strlen(key), room = mapping->room;
	struct node_entry *entry;

	mapping->entries = vec_grow(arena, mapping->entries, mapping->n, &room,
				    sizeof(*mapping->entries));
	mapping->room = (uint32_t)room;
	entry = &mapping->entries[mapping->n++];
	*entry = (struct node_entry){
		.key = arena_memdup(arena, key, n + 1),
		.key_len = (uint32_t)n,
		.line = value->line & INT32_MAX,
		.value = value,
	};
	return entry;
}

void node_set(struct arena *arena, struct node *mapping, const char *key,
	      struct node *value)
{
	struct node_entry *entry;
	struct node old;

	if (node_is_null(value)) {
		node_remove(mapping, key);
		return;
	}
	entry = node_find(mapping, key);
	if ((!entry || entry->value == value) && is_ambiguous(value))
		value->style = NODE_QUOTED;
	if (!entry) {
		node_add(arena, mapping, key, value);
		return;
	}
	old = *entry->value;
	*entry->value = *value;
	entry->value->style = old.style;
	entry->value->tagged = old.tagged;
}

void node_remove(struct node *mapping, const char *key)
{
	struct node_entry *entry = node_find(mapping, key);

	if (!entry)
		return;
	mapping->n--;
	memmove(entry, entry + 1,
		(size_t)(mapping->entries + mapping->n - entry) *
			sizeof(*entry));
}

void node_append(struct arena *arena, struct node *sequence,
		 struct node *member)
{
	size_t room = sequence->room;

	sequence->items = vec_grow(arena, sequence->items, sequence->n, &room,
				   sizeof(*sequence->items));
	sequence->room = (uint32_t)room;
	sequence->items[sequence->n++] = member;
}

struct node *node_open(struct arena *arena, struct node *mapping,
		       const char *key)
{
	struct node *inner = node_get(mapping, key);

	if (!inner) {
		inner = node_mapping(arena);
		node_add(arena, mapping, key, inner);
	} else if (inner->kind != NODE_MAPPING) {
		node_clear(inner, NODE_MAPPING);
	}
	return inner;
}
