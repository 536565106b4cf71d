/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DOCUMENT_NODE_H
#define DOCUMENT_NODE_H

/*
 * Node: a value of a YAML document as it is written, before anybody asks what
 * it means.
 *
 * kustomize transforms nodes, not values: a scalar keeps its text, its tag and
 * whether it was quoted, and a transformer may change one of them and leave
 * the others.  What it means in the end, doc_from_node() says.
 *
 *	node_get(root, "metadata")                   NULL where there is none
 *	node_set(arena, root, "kind", node_plain(arena, "Role"))
 *
 * Nodes live in an arena and are changed in place.  A node belongs to one
 * parent: node_copy() it before it goes to a second one.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum node_kind {
	NODE_SCALAR,
	NODE_MAPPING,
	NODE_SEQUENCE,
};

/* What a scalar's text was taken for when it was read. */
enum node_tag {
	NODE_NO_TAG, /* made by a program: means what its text means */
	NODE_STR,
	NODE_INT,
	NODE_FLOAT,
	NODE_BOOL,
	NODE_NULL,
	NODE_TIMESTAMP,
	NODE_BINARY,
	NODE_OTHER_TAG,
};

enum node_style {
	NODE_PLAIN, /* of a collection: block style */
	NODE_FLOW,  /* of a collection: [] or {} */
	/* From here on a scalar is a text, whatever it says. */
	NODE_QUOTED,
	NODE_SINGLE_QUOTED,
	NODE_LITERAL,
	NODE_FOLDED,
};

struct node_entry;

struct node {
	unsigned char kind;  /* enum node_kind */
	unsigned char tag;   /* enum node_tag; collections have none */
	unsigned char style; /* enum node_style */
	bool tagged;         /* the tag stands in the text: "!!str 1" */
	unsigned line;       /* of `file`, from 1; 0 where none holds it */
	const char *file;    /* as the user knows it, or NULL */
	uint32_t n;          /* bytes, entries or members */
	uint32_t room;
	union {
		const char *text; /* NUL behind its n bytes */
		struct node_entry *entries;
		struct node **items;
	};
};

struct node_entry {
	const char *key;
	uint32_t key_len;
	unsigned line : 31;
	unsigned quoted : 1; /* the key is a string, whatever its text */
	struct node *value;
};

struct nodes {
	struct node **v;
	size_t n;
	size_t room;
};

/* ---- making ---- */

/* A plain scalar without a tag; `text` is copied. */
struct node *node_plain(struct arena *arena, const char *text);
/* A string: literal where it has a line break, else plain. */
struct node *node_string(struct arena *arena, const char *text);
struct node *node_bytes(struct arena *arena, const char *data, size_t n);
struct node *node_tagged(struct arena *arena, const char *text,
			 enum node_tag tag);
struct node *node_null(struct arena *arena);
struct node *node_mapping(struct arena *arena);
struct node *node_sequence(struct arena *arena);
struct node *node_copy(struct arena *arena, const struct node *node);

/* For who fills a mapping by himself: an array for that many entries, of which
 * `room` has to be that number. */
struct node_entry *node_entries(struct arena *arena, size_t room);

/* ---- looking ---- */

/* Missing, or tagged as null. */
static inline bool node_is_null(const struct node *node)
{
	return !node || (node->kind == NODE_SCALAR && node->tag == NODE_NULL);
}

static inline bool node_is(const struct node *node, enum node_kind kind)
{
	return node && node->kind == kind;
}

/* Missing, null, or a collection without members. */
bool node_is_empty(const struct node *node);
/* A scalar that is a string, or was made without a tag. */
bool node_is_string(const struct node *node);
/* The text of a scalar; "" of anything else, null included. */
const char *node_text(const struct node *node);
/* The text as it is spelled, also of a null: "~".  "" where there is none. */
const char *node_spelled(const struct node *node);
bool node_text_is(const struct node *node, const char *text);

/* The first entry of that key, or NULL; also where `node` is no mapping.  Of a
 * large mapping an index is kept. */
struct node_entry *node_find(const struct node *node, const char *key);
struct node *node_get(const struct node *node, const char *key);
/* node_get() over two keys. */
struct node *node_get2(const struct node *node, const char *outer,
		       const char *inner);

/* ---- changing ---- */

/* Set the text and tag of a scalar, which keeps its style.  The text is
 * copied. */
void node_set_text(struct arena *arena, struct node *node, const char *text,
		   enum node_tag tag);

/* Make it an empty one of that kind, where it stands. */
void node_clear(struct node *node, enum node_kind kind);

/*
 * Set a field as kyaml's FieldSetter does: a missing or null value removes
 * the field; where the field is there its node takes the value over and keeps
 * its own style; else an entry is added whose key is plain.  A text that is
 * added, or set to itself, is quoted where YAML 1.1 would take it for another
 * value.
 */
void node_set(struct arena *arena, struct node *mapping, const char *key,
	      struct node *value);
/* Add an entry behind the others, whatever they are.  `key` is copied. */
struct node_entry *node_add(struct arena *arena, struct node *mapping,
			    const char *key, struct node *value);
void node_remove(struct node *mapping, const char *key);
/* Remove all entries whose value has been set to NULL: for those who remove
 * many. */
void node_drop_valueless(struct node *mapping);
void node_append(struct arena *arena, struct node *sequence,
		 struct node *member);
/* The mapping under `key`, made where there is none. */
struct node *node_open(struct arena *arena, struct node *mapping,
		       const char *key);

#endif
