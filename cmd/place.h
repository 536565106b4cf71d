/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_PLACE_H
#define CMD_PLACE_H

/*
 * Place: the file and line where a field of an object is set.
 *
 * Objects are rendered without noting where each of their values is from.  It
 * is looked for afterwards, of the few that are told of: in the object's own
 * document, then in what else its app is made from.  A place is told where the
 * value stands there as it is wanted; better none than a wrong one.
 */

#include <stdbool.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/str.h"
#include "object/object.h"
#include "tree/tree.h"

/* The files of one commit, as far as they were looked at. */
struct place_files {
	struct arena *arena;
	const struct tree *tree; /* NULL: it is not there */
	struct map *read;        /* names to what is in them */
	size_t looks;            /* of place_find(), which tires */
};

struct place {
	const char *file;
	unsigned line;
};

/* A field that is looked for: the value at a path of an object. */
struct place_field {
	const struct object *object;
	const char *const *path; /* as in fields.h */
	const char *key;         /* the last of them */
	const char *text;        /* of a scalar, or NULL */
};

/* `tree` may be NULL. */
void place_open(struct arena *arena, const struct tree *tree,
		struct place_files *out);

/* `path` is as the object that lives has it.  False where `object` has no such
 * field. */
bool place_field(struct arena *arena, const struct object *object,
		 const char *const *path, struct place_field *out);

/* Of a file, or nothing where it cannot be read. */
struct bytes place_text(struct place_files *files, const char *name);

/* Where an object begins. */
bool place_object(struct arena *arena, const struct object *object,
		  struct place *out);

/* In the object's own document. */
bool place_own(struct place_files *files, const struct place_field *field,
	       struct place *out);

/* The line of a file that sets the field, in a patch of the object or as an
 * entry of a kustomization's images or replicas; 0 where none does. */
unsigned place_line(struct place_files *files, const char *name,
		    const struct place_field *field);

/* A scalar in these files, the keys of `names`: in patches of the object, in
 * the images and replicas of kustomizations, and in what is no object.  Where
 * very many are looked for the last ones are not found. */
bool place_find(struct place_files *files, const struct map *names,
		const struct place_field *field, struct place *out);

/* How well does a line of a file fit, if place_line() is none?  0: not at all;
 * less than PLACE_SURE. */
#define PLACE_SURE 16
unsigned place_score(struct bytes line, const struct place_field *field);

#endif
