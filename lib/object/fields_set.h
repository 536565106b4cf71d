/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OBJECT_FIELDS_SET_H
#define OBJECT_FIELDS_SET_H

/*
 * A set as a tree, for the room object alone.  Each node is a mapping from
 * path elements to nodes.  A node is a member of the set if it has ".", or if
 * it has no children; its children are those whose element has a known type.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/* A mapping to iterate over: jansson's iterators take no const. */
static inline json_t *each(const json_t *mapping)
{
	return (json_t *)(uintptr_t)mapping;
}

bool fields_is_child(const char *element);
bool fields_has_children(const json_t *node);
bool fields_is_member(const json_t *node);

/*
 * A node under construction; json NULL where it is nothing yet, so that what
 * stays empty is never made.
 */
void fields_add_child(json_t **node, const char *element, json_t *child);
void fields_add_self(json_t **node);

/* A finished set for the arena: {} for NULL. */
json_t *fields_keep(struct arena *arena, json_t *node);

/*
 * The set and, of each field in it, the fields around it: what structured-
 * merge-diff calls EnsureNamedFieldsAreMembers, without the schema.  A map's
 * key that has children and no "." of its own counts as a field, too; the
 * server writes the "." of such keys.
 */
json_t *fields_named(struct arena *arena, const json_t *set);

/* The value behind "k:" or "v:", or NULL where that is no JSON, or no map of
 * key fields. */
json_t *fields_element_value(struct arena *scratch, const char *element);

/* Is it the item of a list that an element with this value means? */
bool fields_is_item(const json_t *item, const char *element,
		    const json_t *value);

/* The value a path element leads to, or NULL.  `index` may be NULL; for a
 * list's item it is told. */
json_t *fields_step(const json_t *value, const char *element, size_t *index);

/* The part of the set that is there in `object`. */
json_t *fields_present(struct arena *arena, const json_t *set,
		       const json_t *object);

/*
 * The part of the set that an applied configuration stands for: what is there
 * in it, and where it has something that `ours` has not, all below that, too,
 * because the defaults in a probe go with the probe.  Of metadata only what is
 * there: labels have no defaults, but other writers.
 */
json_t *fields_claimed(struct arena *arena, const json_t *set,
		       const json_t *configuration, const json_t *ours);

/* The leaves of the set whose values are not the same in both objects. */
json_t *fields_differing(struct arena *arena, const json_t *set,
			 const json_t *a, const json_t *b);

/* Append one element as fields_shown() does: ".spec", "[name=\"web\"]". */
void fields_show_element(struct str *out, const char *element);

/* Entries of managedFields: is it that of a manager, or one that is folded? */
bool fields_is_entry(const json_t *entry, const char *manager,
		     const char *operation, const char *subresource);
bool fields_is_folded_entry(const json_t *entry, const char *manager);

#endif
