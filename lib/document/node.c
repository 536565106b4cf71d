/* SPDX-License-Identifier: Apache-2.0 */
#include "document/node.h"

#include <string.h>

#include "base/map.h"
#include "base/vec.h"
#include "document/scalar.h"

/*
 * Before the entries of a mapping with room for many stands an index, which is
 * made when a key is looked for.
 */
#define MANY_ENTRIES 64

struct head {
	struct arena *arena;
	struct map *index; /* key -> its place + 1; NULL: not made */
};

static struct node *make(struct arena *arena, enum node_kind kind)
{
	struct node *node = arena_alloc(arena, sizeof(*node));

	node->kind = (unsigned char)kind;
	return node;
}

static struct head *head_of(const struct node *mapping)
{
	return (struct head *)(void *)mapping->entries - 1;
}

struct node_entry *node_entries(struct arena *arena, size_t room)
{
	struct head *head;

	if (room <= MANY_ENTRIES)
		return arena_array(arena, room, sizeof(struct node_entry));
	head = arena_alloc(arena,
			   sizeof(*head) + room * sizeof(struct node_entry));
	head->arena = arena;
	return (struct node_entry *)(void *)(head + 1);
}

/* The entries have moved. */
static void drop_index(struct node *mapping)
{
	if (mapping->room > MANY_ENTRIES)
		head_of(mapping)->index = NULL;
}

static void index_entry(struct map *index, const struct node *mapping, size_t i)
{
	const struct node_entry *entry = &mapping->entries[i];

	if (strlen(entry->key) == entry->key_len && !map_has(index, entry->key))
		map_set(index, entry->key, (void *)(uintptr_t)(i + 1));
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
		copy->entries = node_entries(arena, node->n);
		for (size_t i = 0; i < node->n; i++) {
			copy->entries[i] = node->entries[i];
			copy->entries[i].value =
				node_copy(arena, node->entries[i].value);
		}
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

static struct node_entry *find_indexed(const struct node *mapping,
				       const char *key)
{
	struct head *head = head_of(mapping);
	size_t place;

	if (!head->index) {
		head->index = map_new(head->arena);
		for (size_t i = 0; i < mapping->n; i++)
			index_entry(head->index, mapping, i);
	}
	place = (size_t)(uintptr_t)map_get(head->index, key);
	return place ? &mapping->entries[place - 1] : NULL;
}

struct node_entry *node_find(const struct node *node, const char *key)
{
	size_t n;

	if (!node_is(node, NODE_MAPPING))
		return NULL;
	if (node->n > MANY_ENTRIES)
		return find_indexed(node, key);
	n = strlen(key);
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

/* Room for one more. */
static void grow_entries(struct arena *arena, struct node *mapping)
{
	size_t room = mapping->room ? 2 * (size_t)mapping->room : 4;
	struct node_entry *entries = node_entries(arena, room);

	if (mapping->n)
		memcpy(entries, mapping->entries,
		       mapping->n * sizeof(*entries));
	mapping->entries = entries;
	mapping->room = (uint32_t)room;
}

struct node_entry *node_add(struct arena *arena, struct node *mapping,
			    const char *key, struct node *value)
{
	size_t n = strlen(key);
	struct node_entry *entry;

	if (mapping->n == mapping->room)
		grow_entries(arena, mapping);
	entry = &mapping->entries[mapping->n++];
	*entry = (struct node_entry){
		.key = arena_memdup(arena, key, n + 1),
		.key_len = (uint32_t)n,
		.line = value->line & INT32_MAX,
		.value = value,
	};
	if (mapping->room > MANY_ENTRIES && head_of(mapping)->index)
		index_entry(head_of(mapping)->index, mapping, mapping->n - 1);
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
	drop_index(mapping);
}

void node_drop_valueless(struct node *mapping)
{
	size_t n = 0;

	for (size_t i = 0; i < mapping->n; i++)
		if (mapping->entries[i].value)
			mapping->entries[n++] = mapping->entries[i];
	if (n != mapping->n)
		drop_index(mapping);
	mapping->n = (uint32_t)n;
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
