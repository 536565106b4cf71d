/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Events to nodes, by the rules of yaml.v3 and of kustomize's own expansion of
 * anchors: an alias is a copy of what its anchor holds, and counts as many
 * nodes.
 */

#include <stdlib.h>
#include <string.h>

#include "document/scalar.h"
#include "document/yaml_read.h"

#define TAG_PREFIX "tag:yaml.org,2002:"
/* From here on the keys of a mapping are compared by hash. */
#define MANY_KEYS 16
/* Longer texts seldom come twice. */
#define RECENT_LONGEST 24

struct anchor {
	struct node *node;
	size_t nodes;
	size_t height;   /* of the tallest branch; a scalar's is 0 */
	bool unfinished; /* still being read: an alias to it is a cycle */
};

static int read_node(struct yaml_reader *reader, struct node **out,
		     size_t *height, struct err *err);

static int count_nodes(struct yaml_reader *reader, size_t n, struct err *err)
{
	reader->nodes += n;
	if (reader->nodes <= reader->budget->nodes)
		return 0;
	doc_yaml_fail(reader, err,
		      "more than %zu nodes in a file, aliases expanded",
		      reader->budget->nodes);
	return err_hint(err, "split the file, or write fewer aliases");
}

int doc_yaml_check_depth(const struct yaml_reader *reader, size_t more,
			 struct err *err)
{
	if (reader->depth + more <= reader->budget->depth)
		return 0;
	return doc_yaml_fail(reader, err, "nested more than %zu levels deep",
			     reader->budget->depth);
}

/* ---- texts ---- */

/* A copy in the arena, NUL behind it: one for all equal texts that are short
 * and follow each other closely. */
static const char *keep_text(struct yaml_reader *reader, const char *text,
			     size_t n)
{
	unsigned hash = (unsigned)n;
	const char **slot;

	if (n > RECENT_LONGEST)
		return arena_memdup(reader->arena, text, n + 1);
	for (size_t i = 0; i < n; i++)
		hash = hash * 31 + (unsigned char)text[i];
	slot = &reader->recent[(hash ^ hash >> 15) % RECENT_TEXTS];
	if (!*slot || strlen(*slot) != n || memcmp(*slot, text, n) != 0)
		*slot = arena_memdup(reader->arena, text, n + 1);
	return *slot;
}

static struct node *new_node(struct yaml_reader *reader, enum node_kind kind)
{
	struct node *node = arena_alloc(reader->arena, sizeof(*node));

	node->kind = (unsigned char)kind;
	node->line = doc_yaml_line(reader);
	node->file = reader->name;
	return node;
}

/* ---- anchors ---- */

static struct anchor *add_anchor(struct yaml_reader *reader,
				 const yaml_char_t *name, struct node *node)
{
	struct anchor *anchor;

	if (!name)
		return NULL;
	if (!reader->anchors)
		reader->anchors = map_new(reader->arena);
	anchor = arena_alloc(reader->arena, sizeof(*anchor));
	anchor->node = node;
	anchor->nodes = 1;
	map_set(reader->anchors, (const char *)name, anchor);
	return anchor;
}

/* The anchor of the current alias, or NULL and an error. */
static struct anchor *find_anchor(struct yaml_reader *reader, struct err *err)
{
	const char *name = (const char *)reader->event.data.alias.anchor;
	struct anchor *anchor = NULL;

	if (reader->anchors)
		anchor = map_get(reader->anchors, name);
	if (!anchor) {
		doc_yaml_fail(reader, err, "no anchor '&%s' for '*%s'", name,
			      name);
		return NULL;
	}
	if (anchor->unfinished) {
		doc_yaml_fail(reader, err,
			      "alias '*%s' stands inside its own anchor '&%s'",
			      name, name);
		return NULL;
	}
	if (count_nodes(reader, anchor->nodes, err) < 0 ||
	    doc_yaml_check_depth(reader, anchor->height, err) < 0)
		return NULL;
	return anchor;
}

/* ---- scalars ---- */

enum node_style doc_yaml_event_style(const yaml_event_t *event)
{
	switch (event->data.scalar.style) {
	case YAML_SINGLE_QUOTED_SCALAR_STYLE:
		return NODE_SINGLE_QUOTED;
	case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
		return NODE_QUOTED;
	case YAML_LITERAL_SCALAR_STYLE:
		return NODE_LITERAL;
	case YAML_FOLDED_SCALAR_STYLE:
		return NODE_FOLDED;
	case YAML_ANY_SCALAR_STYLE:
	case YAML_PLAIN_SCALAR_STYLE:
		break;
	}
	return NODE_PLAIN;
}

/* The scalar's own tag without its prefix, or NULL; "!" alone says nothing. */
static const char *own_tag(const yaml_event_t *event)
{
	const char *tag = (const char *)event->data.scalar.tag;

	if (!tag || !strcmp(tag, "!"))
		return NULL;
	return str_starts(tag, TAG_PREFIX) ? tag + strlen(TAG_PREFIX) : tag;
}

static enum node_tag named_tag(const char *name)
{
	static const struct {
		const char *name;
		enum node_tag tag;
	} known[] = {
		{ "binary", NODE_BINARY },       { "bool", NODE_BOOL },
		{ "float", NODE_FLOAT },         { "int", NODE_INT },
		{ "null", NODE_NULL },           { "str", NODE_STR },
		{ "timestamp", NODE_TIMESTAMP },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (!strcmp(known[i].name, name))
			return known[i].tag;
	return NODE_OTHER_TAG;
}

static bool is_merge(const yaml_event_t *event)
{
	return event->type == YAML_SCALAR_EVENT && !event->data.scalar.tag &&
	       event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	       event->data.scalar.length == 2 &&
	       !memcmp(event->data.scalar.value, "<<", 2);
}

static int read_scalar(struct yaml_reader *reader, struct node **out,
		       struct err *err)
{
	const yaml_event_t *event = &reader->event;
	const char *text = (const char *)event->data.scalar.value;
	size_t n = event->data.scalar.length;
	const char *tag = own_tag(event);
	struct node *node;

	if (count_nodes(reader, 1, err) < 0)
		return -1;
	node = new_node(reader, NODE_SCALAR);
	node->text = keep_text(reader, text, n);
	node->n = (uint32_t)n;
	node->style = (unsigned char)doc_yaml_event_style(event);
	node->tagged = tag != NULL;
	node->tag = (unsigned char)(tag                       ? named_tag(tag) :
				    node->style != NODE_PLAIN ? NODE_STR :
				    is_merge(event)           ? NODE_OTHER_TAG :
						      doc_text_tag(text, n));
	add_anchor(reader, event->data.scalar.anchor, node);
	*out = node;
	return 0;
}

/* ---- keys ---- */

static int fail_key(const struct yaml_reader *reader, const char *what,
		    struct err *err)
{
	doc_yaml_fail(reader, err, "expected a string as key, found %s", what);
	return err_hint(err, "quote it");
}

static int read_alias_key(struct yaml_reader *reader, struct node_entry *out,
			  struct err *err)
{
	struct anchor *anchor = find_anchor(reader, err);
	const struct node *node;

	if (!anchor)
		return -1;
	node = anchor->node;
	if (node->kind != NODE_SCALAR || strlen(node->text) != node->n)
		return fail_key(reader, "an alias of something else", err);
	out->key = node->text;
	out->key_len = node->n;
	out->quoted = node->tag == NODE_STR;
	return 0;
}

/* The current event as the key of `out`. */
static int read_key(struct yaml_reader *reader, struct node_entry *out,
		    struct err *err)
{
	const yaml_event_t *event = &reader->event;
	struct node *node;

	*out = (struct node_entry){ .line = doc_yaml_line(reader) & INT32_MAX };
	if (event->type == YAML_ALIAS_EVENT)
		return read_alias_key(reader, out, err);
	if (event->type != YAML_SCALAR_EVENT) {
		doc_yaml_fail(reader, err,
			      "expected a string as key, found a %s",
			      event->type == YAML_MAPPING_START_EVENT ?
				      "mapping" :
				      "sequence");
		return err_hint(err, "quote a text that begins with '{' or "
				     "'[', such as a template");
	}
	if (memchr(event->data.scalar.value, '\0', event->data.scalar.length))
		return fail_key(reader, "one that holds a NUL", err);
	if (event->data.scalar.anchor || event->data.scalar.tag) {
		if (read_scalar(reader, &node, err) < 0)
			return -1;
		if (node->tagged && node->tag != NODE_STR)
			return fail_key(reader, "a text with a tag", err);
		out->key = node->text;
		out->key_len = node->n;
		out->quoted = node->tag == NODE_STR;
		return 0;
	}
	if (count_nodes(reader, 1, err) < 0)
		return -1;
	out->key_len = (uint32_t)event->data.scalar.length;
	out->key = keep_text(reader, (const char *)event->data.scalar.value,
			     out->key_len);
	out->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	return 0;
}

/* Is it harmless that a key stands twice? */
static bool says_the_same(const struct node *a, const struct node *b)
{
	return a->kind == NODE_SCALAR && b->kind == NODE_SCALAR &&
	       a->tag == b->tag && a->n == b->n &&
	       !memcmp(a->text, b->text, a->n);
}

static int fail_twice(const struct yaml_reader *reader,
		      const struct node_entry *first,
		      const struct node_entry *second, struct err *err)
{
	if (reader->repeats && says_the_same(first->value, second->value))
		return 0;
	return err_set(err, ERR_INPUT,
		       "%s:%u: key \"%.80s\" is set twice in this mapping, "
		       "first at line %u",
		       reader->name, second->line, second->key, first->line);
}

static int check_many_keys(const struct yaml_reader *reader,
			   struct node_entry *entries, size_t n,
			   struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct map *seen = map_new(scratch);
	struct node_entry *first;

	for (size_t i = 0; i < n; i++) {
		first = map_set(seen, entries[i].key, &entries[i]);
		if (first && fail_twice(reader, first, &entries[i], err) < 0)
			return -1;
	}
	return 0;
}

static int check_keys(const struct yaml_reader *reader,
		      struct node_entry *entries, size_t n, struct err *err)
{
	if (n > MANY_KEYS)
		return check_many_keys(reader, entries, n, err);
	for (size_t i = 1; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (entries[i].key_len == entries[j].key_len &&
			    !memcmp(entries[i].key, entries[j].key,
				    entries[i].key_len) &&
			    fail_twice(reader, &entries[j], &entries[i], err) <
				    0)
				return -1;
	return 0;
}

/* ---- collections ---- */

/* What "<<" brings: a mapping, an alias of one, or a sequence of both. */
static int read_merge(struct yaml_reader *reader, struct node **sources,
		      size_t *height, struct err *err)
{
	bool alias = reader->event.type == YAML_ALIAS_EVENT;
	unsigned line = doc_yaml_line(reader);
	struct node *node;
	bool right;

	if (read_node(reader, &node, height, err) < 0)
		return -1;
	right = node->kind == NODE_MAPPING ||
		(node->kind == NODE_SEQUENCE && !alias);
	for (size_t i = 0; node->kind == NODE_SEQUENCE && i < node->n; i++)
		right = right && node->items[i]->kind == NODE_MAPPING;
	if (!right)
		return err_set(err, ERR_INPUT,
			       "%s:%u: expected a mapping, or a sequence of "
			       "mappings, to merge",
			       reader->name, line);
	*sources = node;
	return 0;
}

/* Keys of the mapping itself win, then those of earlier sources. */
static void merge_one(struct yaml_reader *reader, struct node *mapping,
		      const struct node *source)
{
	const struct node_entry *from;
	struct node_entry *added;

	for (size_t i = 0; i < source->n; i++) {
		from = &source->entries[i];
		if (node_find(mapping, from->key))
			continue;
		added = node_add(reader->arena, mapping, from->key,
				 node_copy(reader->arena, from->value));
		added->quoted = from->quoted;
		added->line = from->line;
	}
}

static void merge(struct yaml_reader *reader, struct node *mapping,
		  const struct node *sources)
{
	if (sources->kind == NODE_MAPPING)
		merge_one(reader, mapping, sources);
	for (size_t i = 0; sources->kind == NODE_SEQUENCE && i < sources->n;
	     i++)
		merge_one(reader, mapping, sources->items[i]);
}

static void push_entry(struct yaml_reader *reader,
		       const struct node_entry *entry)
{
	if (reader->n_entries == reader->entries_room) {
		reader->entries_room = reader->entries_room * 2 + 64;
		reader->entries =
			xrealloc(reader->entries,
				 reader->entries_room * sizeof(*entry));
	}
	reader->entries[reader->n_entries++] = *entry;
}

static void push_item(struct yaml_reader *reader, struct node *item)
{
	if (reader->n_items == reader->items_room) {
		reader->items_room = reader->items_room * 2 + 64;
		reader->items = xrealloc(reader->items,
					 reader->items_room * sizeof(item));
	}
	reader->items[reader->n_items++] = item;
}

static int read_entries(struct yaml_reader *reader, struct node *mapping,
			size_t *height, struct err *err)
{
	size_t base = reader->n_entries, child;
	struct node *sources = NULL;
	struct node_entry entry;

	for (;;) {
		if (doc_yaml_next(reader, err) < 0)
			return -1;
		if (reader->event.type == YAML_MAPPING_END_EVENT)
			break;
		child = 0;
		if (is_merge(&reader->event)) {
			if (sources)
				return doc_yaml_fail(reader, err,
						     "'<<' is set twice in "
						     "this mapping");
			if (doc_yaml_next(reader, err) < 0 ||
			    read_merge(reader, &sources, &child, err) < 0)
				return -1;
		} else {
			if (read_key(reader, &entry, err) < 0 ||
			    doc_yaml_next(reader, err) < 0 ||
			    read_node(reader, &entry.value, &child, err) < 0)
				return -1;
			push_entry(reader, &entry);
		}
		if (child > *height)
			*height = child;
	}
	mapping->n = mapping->room = (uint32_t)(reader->n_entries - base);
	reader->n_entries = base;
	if (mapping->n) {
		if (check_keys(reader, reader->entries + base, mapping->n,
			       err) < 0)
			return -1;
		mapping->entries = node_entries(reader->arena, mapping->n);
		memcpy(mapping->entries, reader->entries + base,
		       mapping->n * sizeof(entry));
	}
	if (sources)
		merge(reader, mapping, sources);
	return 0;
}

static int read_members(struct yaml_reader *reader, struct node *sequence,
			size_t *height, struct err *err)
{
	size_t base = reader->n_items, child;
	struct node *member;

	for (;;) {
		if (doc_yaml_next(reader, err) < 0)
			return -1;
		if (reader->event.type == YAML_SEQUENCE_END_EVENT)
			break;
		child = 0;
		if (read_node(reader, &member, &child, err) < 0)
			return -1;
		push_item(reader, member);
		if (child > *height)
			*height = child;
	}
	sequence->n = sequence->room = (uint32_t)(reader->n_items - base);
	reader->n_items = base;
	if (sequence->n)
		sequence->items = arena_memdup(reader->arena,
					       reader->items + base,
					       sequence->n * sizeof(member));
	return 0;
}

static int read_collection(struct yaml_reader *reader, struct node **out,
			   size_t *height, struct err *err)
{
	const yaml_event_t *event = &reader->event;
	bool mapping = event->type == YAML_MAPPING_START_EVENT;
	bool flow = mapping ? event->data.mapping_start.style ==
				      YAML_FLOW_MAPPING_STYLE :
			      event->data.sequence_start.style ==
				      YAML_FLOW_SEQUENCE_STYLE;
	const yaml_char_t *name = mapping ? event->data.mapping_start.anchor :
					    event->data.sequence_start.anchor;
	struct node *node = new_node(reader,
				     mapping ? NODE_MAPPING : NODE_SEQUENCE);
	size_t nodes = reader->nodes, inner = 0;
	struct anchor *anchor;

	node->style = flow ? NODE_FLOW : NODE_PLAIN;
	if (count_nodes(reader, 1, err) < 0 ||
	    doc_yaml_check_depth(reader, 1, err) < 0)
		return -1;
	anchor = add_anchor(reader, name, node);
	if (anchor)
		anchor->unfinished = true;
	reader->depth++;
	if ((mapping ? read_entries(reader, node, &inner, err) :
		       read_members(reader, node, &inner, err)) < 0)
		return -1;
	reader->depth--;
	*height = inner + 1;
	if (anchor) {
		anchor->unfinished = false;
		anchor->nodes = reader->nodes - nodes;
		anchor->height = *height;
	}
	*out = node;
	return 0;
}

static int read_alias(struct yaml_reader *reader, struct node **out,
		      size_t *height, struct err *err)
{
	struct anchor *anchor = find_anchor(reader, err);

	if (!anchor)
		return -1;
	*height = anchor->height;
	*out = node_copy(reader->arena, anchor->node);
	return 0;
}

/* The node that the current event begins, to its last event. */
static int read_node(struct yaml_reader *reader, struct node **out,
		     size_t *height, struct err *err)
{
	switch (reader->event.type) {
	case YAML_SCALAR_EVENT:
		*height = 0;
		return read_scalar(reader, out, err);
	case YAML_ALIAS_EVENT:
		return read_alias(reader, out, height, err);
	case YAML_MAPPING_START_EVENT:
	case YAML_SEQUENCE_START_EVENT:
		return read_collection(reader, out, height, err);
	default:
		return doc_yaml_fail(reader, err, "expected a value");
	}
}

int doc_yaml_root(struct yaml_reader *reader, struct node **out,
		  struct err *err)
{
	size_t height = 0;

	return read_node(reader, out, &height, err);
}
