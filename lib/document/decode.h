/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DOCUMENT_DECODE_H
#define DOCUMENT_DECODE_H

/*
 * Decode: a mapping into a struct, by a table of its fields.
 *
 *	struct image {
 *		const struct node *at;
 *		const struct node *name;
 *	};
 *	static const struct decode_field image_fields[] = {
 *		DECODE_TEXT(struct image, name, "name"),
 *	};
 *	static const struct decode_table image_table =
 *		DECODE_TABLE(struct image, image_fields);
 *
 * The first member of every decoded struct is `at`, the mapping it came from.
 * A text stays a node, so that its place is at hand; it is NULL where the
 * field is missing or null, as is a pointer to an inner struct.  A list whose
 * field is there has a `v` that is not NULL, even where it is empty.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "document/node.h"

enum decode_type {
	DECODE_TYPE_TEXT,    /* const struct node *, a scalar */
	DECODE_TYPE_TEXTS,   /* struct nodes, of scalars */
	DECODE_TYPE_MAP,     /* const struct node *, a mapping of scalars */
	DECODE_TYPE_NODE,    /* struct node *, anything */
	DECODE_TYPE_BOOL,    /* bool */
	DECODE_TYPE_INT,     /* int64_t */
	DECODE_TYPE_STRUCT,  /* struct X * */
	DECODE_TYPE_STRUCTS, /* struct { struct X *v; size_t n, room; } */
};

struct decode_table;

struct decode_field {
	const char *name;
	enum decode_type type;
	size_t offset;
	const struct decode_table *inner;
};

struct decode_table {
	const struct decode_field *fields;
	size_t n;
	size_t size; /* of the struct */
};

/* Room for any list of structs: they are all laid out as this one. */
struct decode_list {
	void *v;
	size_t n;
	size_t room;
};

/* clang-format off */
#define DECODE_FIELD(type, strct, member, name, inner)                         \
	{ name, type, offsetof(strct, member), inner }
#define DECODE_TEXT(s, m, name)                                                \
	DECODE_FIELD(DECODE_TYPE_TEXT, s, m, name, NULL)
#define DECODE_TEXTS(s, m, name)                                               \
	DECODE_FIELD(DECODE_TYPE_TEXTS, s, m, name, NULL)
#define DECODE_MAP(s, m, name)                                                 \
	DECODE_FIELD(DECODE_TYPE_MAP, s, m, name, NULL)
#define DECODE_NODE(s, m, name)                                                \
	DECODE_FIELD(DECODE_TYPE_NODE, s, m, name, NULL)
#define DECODE_BOOL(s, m, name)                                                \
	DECODE_FIELD(DECODE_TYPE_BOOL, s, m, name, NULL)
#define DECODE_INT(s, m, name)                                                 \
	DECODE_FIELD(DECODE_TYPE_INT, s, m, name, NULL)
#define DECODE_STRUCT(s, m, name, inner)                                       \
	DECODE_FIELD(DECODE_TYPE_STRUCT, s, m, name, inner)
#define DECODE_STRUCTS(s, m, name, inner)                                      \
	DECODE_FIELD(DECODE_TYPE_STRUCTS, s, m, name, inner)
#define DECODE_TABLE(strct, fields)                                            \
	{ fields, ARRAY_LEN(fields), sizeof(strct) }
/* clang-format on */

enum decode_flags {
	/* Fields that the table does not have are left alone; without it they
	 * are errors that name the nearest field. */
	DECODE_LENIENT = 1,
	/* As Go's encoding/json does: names in any letter case. */
	DECODE_ANY_CASE = 2,
	/* Plain scalars have the types of YAML 1.2: "yes" is a text. */
	DECODE_V1_2 = 4,
	/* A number or boolean where a text is wanted is taken for its text. */
	DECODE_SPELL = 8,
};

/*
 * Fill the struct at `out`, all of it zero, from `mapping`.  Plain scalars
 * have the types of YAML 1.1, where "y", "no" and "on" are booleans, as in
 * kustomizations and in what kubectl reads.
 *
 * ERR_INPUT with "FILE:LINE:": `mapping` is none, an unknown field, a value
 * of another type.
 */
MUST_USE int doc_decode(struct arena *arena, const struct node *mapping,
			const struct decode_table *table, unsigned flags,
			void *out, struct err *err);

/*
 * Which of `names` (NULL-ended, in the order in which the message is to list
 * them) a text is.  `*out` stays as it is where there is no text, or "".
 * ERR_INPUT, with the field, for any other.
 */
MUST_USE int node_choose(const struct node *text, const char *field,
			 const char *const *names, int *out, struct err *err);

/* ERR_INPUT "FILE:LINE: ..." at a node; without the place where it has none.
 * Always -1. */
int node_fail(const struct node *node, struct err *err, const char *fmt, ...)
	PRINTF(3, 4);
/* For the compiler's eyes, as in err.h. */
#define node_fail(...) ((void)node_fail(__VA_ARGS__), err_failed())

#endif
