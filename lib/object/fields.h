/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OBJECT_FIELDS_H
#define OBJECT_FIELDS_H

/*
 * Fields: sets of field paths in the notation of managedFields (fieldsV1 of
 * structured-merge-diff v4: "f:name", "k:{...}", "v:...", "i:0", "."), and
 * what the API server's server-side apply does with them (KEP-555).
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "document/node.h"

/*
 * The managedFields entry of a manager in a live object, or NULL.
 * `operation` is "Apply" or "Update"; `subresource` "" for the object itself.
 */
const json_t *fields_entry(const json_t *object, const char *manager,
			   const char *operation, const char *subresource);

/* Sets.  Results are new documents in the arena; an empty set is {}. */
json_t *fields_union(struct arena *arena, const json_t *a, const json_t *b);
json_t *fields_difference(struct arena *arena, const json_t *a,
			  const json_t *b);
json_t *fields_intersection(struct arena *arena, const json_t *a,
			    const json_t *b);
bool fields_empty(const json_t *set);

/*
 * Fold what others applied on our behalf into our own entry, as kubectl's
 * csaupgrade and Flux's ssa do: the entries of `kubectl` (Apply and Update) and
 * `kubectl-client-side-apply` (Update), of the object itself and not of a
 * subresource, become one Apply entry of `manager`.
 *
 * `before-first-apply` (Update) is whoever wrote the object while the server
 * kept no managedFields of it, be it `kubectl apply` or a controller that
 * labels Namespaces.  Of that entry only what is known is folded: what the
 * last-applied annotation lists, and what `manager` owns as well; the rest
 * stays where it is.
 *
 * Returns the new list of managedFields in the arena, or NULL where there is
 * nothing to fold.
 */
json_t *fields_fold(struct arena *arena, const json_t *live,
		    const char *manager);

/* Is this one of the managers that are folded? */
bool fields_is_folded(const char *manager);

/* What is folded: all that these managers own in `live`. */
json_t *fields_folded(struct arena *arena, const json_t *live,
		      const char *manager);

/*
 * The fields that `manager` would give up: what the folded entries own, that
 * neither its own entry in `applied` (the server's answer to a dry-run apply)
 * nor any other manager owns.  These the server removes once folded.
 */
json_t *fields_given_up(struct arena *arena, const json_t *live,
			const json_t *applied, const char *manager);

/*
 * A copy of `object` without the members of `set`, each with all below it.
 * Maps and lists that are emptied by it are null: so the server leaves them,
 * and takes them itself for some kinds and refuses them for others.
 */
json_t *fields_remove(struct arena *arena, const json_t *object,
		      const json_t *set);

/* What an apply by `manager` took from others. */
struct fields_taken {
	const char *manager;   /* who had it */
	const char *operation; /* "Apply" or "Update" */
	const char *time;      /* of that entry, RFC 3339, or "" */
	const char *paths;     /* ".spec.replicas, .spec.paused" */
};
struct fields_takens {
	struct fields_taken *v;
	size_t n;
	size_t room;
};

/*
 * Append what managers own in `live`, and no more in `applied`, while
 * `manager` owns it there with another value: what a forced apply overrode.
 */
void fields_overridden(struct arena *arena, const json_t *live,
		       const json_t *applied, const char *manager,
		       struct fields_takens *out);

/*
 * One field in which two objects differ: the path to it, element by element,
 * as sets have them.
 */
struct fields_change {
	const char *const *path; /* NULL-ended */
	const char *shown;       /* ".spec.replicas" */
};
struct fields_changes {
	struct fields_change *v;
	size_t n;
	size_t room;
};

/*
 * Append the fields in which two objects differ, either of which may be NULL: a
 * field that is there on one side only is one, with all below it.  Members of a
 * list are told apart by what `set` has of it, else by their names, else by
 * their places; a list whose order alone differs is one field.
 */
void fields_compare(struct arena *arena, const json_t *a, const json_t *b,
		    const json_t *set, struct fields_changes *out);

/* All that is owned by anybody in either object. */
json_t *fields_owned(struct arena *arena, const json_t *a, const json_t *b);

/* What a path leads to, or NULL. */
const json_t *fields_value(const json_t *object, const char *const *path);

/*
 * The path by which an object that is wanted declares a field that lives: for
 * data of a Secret it may be stringData, and what lives is its base64.
 */
const char *const *fields_declared(struct arena *arena, const json_t *want,
				   const char *const *path);

/* Does the entry of a manager in managedFields hold the field, or one around
 * it, or one within? */
bool fields_has(const json_t *entry, const char *const *path);

/*
 * Who but `manager` has that field in a live object: the one that came last.
 * Its `paths` is the subresource that it was set by, or "".  False where nobody
 * has it.
 */
bool fields_holder(struct arena *arena, const json_t *live, const char *manager,
		   const char *const *path, struct fields_taken *out);

/*
 * The line of a YAML document where the field stands, by its key or as a member
 * of a list; 0 where the path does not lead there.  `value` may be NULL.
 */
unsigned fields_line(const struct node *root, const char *const *path,
		     const struct node **value);

/* ".spec.containers[name=\"web\"].image", as kubectl's conflicts print it;
 * one path a leaf, joined by ", ". */
char *fields_shown(struct arena *arena, const json_t *set);

#endif
