/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OBJECT_IGNORE_H
#define OBJECT_IGNORE_H

/*
 * Ignore: fields of an object that others take care of, such as the replicas
 * of what an autoscaler scales.  Pure.
 *
 * With server-side apply it is not enough not to look at them: a field that we
 * own and send no more is removed, unless somebody else owns it, too.  So of
 * each field that is ignored, on what lives:
 *
 *	another applies it          it is left out, and theirs alone
 *	we own it, or nobody does   it is sent as it lives: nothing changes
 *	another updates it          it is left out: it was taken from us
 *	it is not there             it is left out
 *
 * What is owned as a whole (an atomic list) is sent with the values that live
 * in it, or, where that makes it what lives, treated as one field.  An object
 * that does not live is sent as git wants it, and so are the marks (mark.h) and
 * the keys of list items.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"

/* The fields at a path. */
struct ignore_path {
	const char *pointer; /* as of doc_pointer_check() */
	bool *met;           /* set where it leads to anything */
};

struct ignore {
	const struct ignore_path *paths;
	size_t n_paths;
	/* The fields that these managers own, NULL-ended.  What is folded into
	 * ours (fields.h) is none of theirs. */
	const char *const *managers;
};

/* What becomes of a wish. */
struct ignored {
	json_t *doc;        /* what is sent */
	const char **paths; /* of fields that differ from the wish and are left
			       alone, as fields_shown() has them; sorted,
			       NULL-ended, or NULL */
};

/*
 * What is sent of `want` by `manager`, given what lives.  `manager` NULL: there
 * are none, and what is not sent is gone (a file).
 */
void ignore_apply(struct arena *arena, const struct ignore *ignore,
		  const json_t *want, const json_t *live, const char *manager,
		  struct ignored *out);

/* Let it outlive the arena that it was made in: the paths, and `doc` where it
 * is to be sent. */
void ignore_keep(struct arena *arena, struct ignored *ignored, bool sent);

/* Append what is not ignored of a wish, and what is ignored: the text of which
 * mark_object() takes a digest. */
void ignore_add_text(struct str *out, const struct ignore *ignore,
		     const json_t *want);

#endif
