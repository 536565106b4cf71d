/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RENDER_KUSTOMIZE_PATH_H
#define RENDER_KUSTOMIZE_PATH_H

/*
 * Path: fields of an object as replacements and variables name them.
 *
 *	spec.template.spec.containers.[name=web].image
 *	metadata.annotations.[example.com/owner]     a key with dots
 *	spec.ports.0.port      data.*      spec.args.[=-v]
 */

#include "base/compiler.h"
#include "base/err.h"
#include "document/node.h"

struct path_parts {
	const char **v;
	size_t n;
	size_t room;
};

/* Divide by ".", where "\." is none.  `indices`: "ports[0]" is two parts. */
void path_split(struct arena *arena, const char *path, bool indices,
		struct path_parts *out);

/*
 * The one node at the end of the path; NULL where there is none.  "[k=v]" is
 * the first member with that very text, "-" the last.  ERR_INPUT where a part
 * does not fit what it meets.
 */
MUST_USE int path_look_up(struct arena *arena, struct node *root,
			  const struct path_parts *path, struct node **out,
			  struct err *err);

/* The same, and where there is none it is made, of that kind at the end.  An
 * index is never made: then it is NULL. */
MUST_USE int path_make(struct arena *arena, struct node *root,
		       const struct path_parts *path, enum node_kind kind,
		       struct node **out, struct err *err);

/* What path_match() makes where nothing is. */
struct path_create {
	bool on;
	enum node_kind kind; /* of the last part */
};

/*
 * Append all nodes that the path leads to.  "[k=v]" is every member whose text
 * the regular expression v matches, "*" every one.
 */
MUST_USE int path_match(struct arena *arena, struct node *root,
			const struct path_parts *path,
			const struct path_create *create, struct nodes *out,
			struct err *err);

#endif
