/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OBJECT_MARK_H
#define OBJECT_MARK_H

/*
 * Mark: what an object carries of the app that it belongs to.
 *
 * The label is that of an ApplySet (KEP-3659, with the names that kubectl
 * v1.36 uses), so that other tools see whose it is.  Controllers copy labels
 * to what they make, and people copy manifests; so the annotation says of
 * which object the mark is: one that was copied is nobody's.  It also holds a
 * digest of what was applied, less what is ignored of it (ignore.h); but for
 * Secrets, whose data it could betray.
 */

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "object/object.h"

#define MARK_LABEL      "applyset.kubernetes.io/part-of"
#define MARK_ANNOTATION "gitops/applied"

/* The id of the ApplySet whose parent is this ConfigMap: what the label
 * holds, and the parent's own label applyset.kubernetes.io/id. */
char *mark_set_id(struct arena *arena, const char *name, const char *namespace);

/*
 * Put the marks of a set on a wanted object; its document is replaced.
 * ERR_INPUT where it has the label already, as kubectl refuses it.
 */
MUST_USE int mark_object(struct arena *arena, struct object *object,
			 const char *set, struct err *err);

/* Does a live object carry the marks of this set for what it is itself? */
bool mark_is_ours(const json_t *live, const struct object *object,
		  const char *set);

/* Do a live and a marked object have the same annotation? */
bool mark_is_same(const json_t *live, const json_t *marked);

/* Does the annotation of a marked object hold a digest of it? */
bool mark_has_digest(const json_t *marked);

#endif
