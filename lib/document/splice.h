/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DOCUMENT_SPLICE_H
#define DOCUMENT_SPLICE_H

/*
 * Splice: change single values of a YAML file and no other byte of it.
 *
 * A file is read into its places: where each value stands, in the order of the
 * file.  Documents are counted as doc_read_nodes() counts them.  An edit puts
 * a new text in the place of a scalar; comments, anchors, line ends, a byte
 * order mark and everything else stay as they are.
 *
 *	struct splice_file file;
 *	struct splice_edit edit = { .text = "nginx:1.26" };
 *	if (splice_read(arena, "web.yaml", bytes, &file, err) < 0 ||
 *	    splice_find(arena, &file, 0, "/spec/image", &edit.place, err) < 0 ||
 *	    splice_apply(arena, &file, &edit, 1, &bytes, err) < 0)
 *		return -1;
 *
 * The new value is always a string: what YAML would take for a number, a
 * boolean or null is quoted; else the quotes, or their absence, are kept.
 *
 * A text may hold YAML itself, as patches of kustomizations do: splice_enter()
 * reads it, and its places can be changed as those of the file.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "document/node.h"

enum splice_kind {
	SPLICE_SCALAR,
	SPLICE_MAPPING,
	SPLICE_SEQUENCE,
	SPLICE_ALIAS,
};

struct splice_place {
	enum splice_kind kind;
	enum node_style style; /* of a scalar */
	bool flow;             /* stands within [] or {} */
	bool repeated;         /* an alias brings it to other places, too */
	bool is_key;           /* one of those is a key */
	bool loose;            /* in a text that is not spelled as it reads */
	unsigned line;         /* from 1 */
	/* Of a scalar, its bytes with the quotes, without anchor and tag. */
	size_t begin, end;
	const char *text; /* of a scalar: its value; of an alias: its name */
	size_t len;
	const char *tag; /* as libyaml resolves it, or NULL */
	const char *key; /* its key in a mapping; NULL in a sequence */
	struct splice_place *up, *first, *next;
};

struct splice_places {
	struct splice_place **v;
	size_t n;
	size_t room;
};

/* A scalar whose text was entered. */
struct splice_inside {
	const struct splice_place *place;
	struct splice_places documents;
};

struct splice_file {
	const char *name; /* as the user knows it */
	struct bytes bytes;
	struct splice_places documents; /* their roots */
	struct {
		struct splice_inside *v;
		size_t n;
		size_t room;
	} inside;
};

/* Caps are those of doc_budget_default.  ERR_INPUT "NAME:LINE: ..." where it
 * is no YAML. */
MUST_USE int splice_read(struct arena *arena, const char *name,
			 struct bytes bytes, struct splice_file *out,
			 struct err *err);

/*
 * Read the text of a scalar of the file as YAML: the roots of its documents,
 * which live as long as the file.  Lines and bytes of their places are those
 * of the file; where the text is folded or has escapes they cannot be changed.
 * ERR_INPUT "NAME:LINE: ..." where it is no YAML.
 */
MUST_USE int splice_enter(struct arena *arena, struct splice_file *file,
			  const struct splice_place *place,
			  struct splice_places *out, struct err *err);

/*
 * The place that a JSON pointer leads to in the document of that number.
 * ERR_NOT_FOUND where there is none; ERR_INPUT where an alias or a merge key
 * is in the way, with the line where the value really stands.
 */
MUST_USE int splice_find(struct arena *arena, const struct splice_file *file,
			 size_t document, const char *pointer,
			 const struct splice_place **out, struct err *err);

/* The JSON pointer that leads to a place. */
const char *splice_pointer(struct arena *arena,
			   const struct splice_place *place);

/* The comment behind a place, on its line, from "#" on; else of 0 bytes. */
struct bytes splice_comment(const struct splice_file *file,
			    const struct splice_place *place);

struct splice_edit {
	const struct splice_place *place;
	const char *text; /* the new value */
};

/*
 * The bytes of the file with these edits, in any order.  What comes out was
 * read again and has the same places but for the new values.
 *
 * ERR_INPUT "NAME:LINE: POINTER: ..." for a place that cannot be changed
 * alone: a mapping, an alias, a block scalar, a text over several lines, an
 * empty one without quotes, one with a tag of its own; and for a value that
 * cannot be written on a line.
 */
MUST_USE int splice_apply(struct arena *arena, const struct splice_file *file,
			  const struct splice_edit *edits, size_t n,
			  struct bytes *out, struct err *err);

#endif
