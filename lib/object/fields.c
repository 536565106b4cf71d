/* SPDX-License-Identifier: Apache-2.0 */
#include "object/fields.h"

#include <string.h>

#include "base/str.h"
#include "base/vec.h"
#include "document/document.h"
#include "object/fields_set.h"

#define LAST_APPLIED "kubectl.kubernetes.io/last-applied-configuration"

/* The name that the server gives to what was there before it kept count. */
#define BEFORE "before-first-apply"

/* Managers who applied, on our behalf, what is in git. */
static const struct {
	const char *manager;
	const char *operation;
} folded[] = {
	{ BEFORE, "Update" },
	{ "kubectl", "Apply" },
	{ "kubectl", "Update" },
	{ "kubectl-client-side-apply", "Update" },
};

/* A string of an entry; "" where it is missing. */
static const char *text_of(const json_t *entry, const char *key)
{
	const char *text = doc_get_string(entry, key, NULL);

	return text ? text : "";
}

static const json_t *set_of(const json_t *entry)
{
	return json_object_get(entry, "fieldsV1");
}

static const json_t *entries_of(const json_t *object)
{
	return doc_get(object, "metadata", "managedFields", NULL);
}

bool fields_is_entry(const json_t *entry, const char *manager,
		     const char *operation, const char *subresource)
{
	return str_equal(text_of(entry, "manager"), manager) &&
	       str_equal(text_of(entry, "operation"), operation) &&
	       str_equal(text_of(entry, "subresource"), subresource);
}

bool fields_is_folded_entry(const json_t *entry, const char *manager)
{
	for (size_t i = 0; i < ARRAY_LEN(folded); i++)
		if (fields_is_entry(entry, folded[i].manager,
				    folded[i].operation, ""))
			return !str_equal(folded[i].manager, manager);
	return false;
}

bool fields_is_folded(const char *manager)
{
	for (size_t i = 0; i < ARRAY_LEN(folded); i++)
		if (str_equal(folded[i].manager, manager))
			return true;
	return false;
}

const json_t *fields_entry(const json_t *object, const char *manager,
			   const char *operation, const char *subresource)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(entries_of(object), i, entry) {
		if (fields_is_entry(entry, manager, operation, subresource))
			return entry;
	}
	return NULL;
}

/*
 * The entry that the folded ones are added to: ours, else one of them at the
 * object's own version, else the first.  One entry has one version, and the
 * server reads all of its paths at that.
 */
static const json_t *find_base(const json_t *live, const char *manager)
{
	const json_t *ours = fields_entry(live, manager, "Apply", "");
	const json_t *first = NULL, *entry;
	const char *version = text_of(live, "apiVersion");
	size_t i;

	if (ours)
		return ours;
	json_array_foreach(entries_of(live), i, entry) {
		if (!fields_is_folded_entry(entry, manager))
			continue;
		if (str_equal(text_of(entry, "apiVersion"), version))
			return entry;
		if (!first)
			first = entry;
	}
	return first;
}

/* The last-applied annotation itself, as a set. */
static json_t *annotation_set(struct arena *arena)
{
	json_t *set = doc_object(arena);

	doc_set(set, doc_object(arena), "f:metadata", "f:annotations",
		"f:" LAST_APPLIED, NULL);
	return set;
}

/* What of an entry is known to be kubectl's or ours. */
static json_t *known(struct arena *arena, const json_t *object,
		     const json_t *entry, const char *manager)
{
	const json_t *ours = fields_entry(object, manager, "Apply", "");
	const char *text = doc_get_string(object, "metadata", "annotations",
					  LAST_APPLIED, NULL);
	AUTO_ERR struct err ignored = { 0 };
	json_t *out, *applied;

	out = fields_intersection(arena, set_of(entry), set_of(ours));
	if (!text || doc_read_json(arena, "last-applied",
				   (struct bytes){ text, strlen(text) },
				   &applied, &ignored) < 0)
		return out;
	out = fields_union(arena, out,
			   fields_claimed(arena, set_of(entry), applied,
					  set_of(ours)));
	return fields_union(arena, out,
			    fields_intersection(arena, set_of(entry),
						annotation_set(arena)));
}

/* What of an entry is folded. */
static json_t *taken_of(struct arena *arena, const json_t *object,
			const json_t *entry, const char *manager)
{
	if (!fields_is_folded_entry(entry, manager))
		return doc_object(arena);
	if (str_equal(text_of(entry, "manager"), BEFORE))
		return known(arena, object, entry, manager);
	return fields_union(arena, set_of(entry), NULL);
}

json_t *fields_fold(struct arena *arena, const json_t *live,
		    const char *manager)
{
	const json_t *base = find_base(live, manager), *entry;
	json_t *set = doc_object(arena), *out = doc_array(arena), *ours;
	bool found = false;
	size_t i;

	json_array_foreach(entries_of(live), i, entry) {
		json_t *taken = taken_of(arena, live, entry, manager), *rest;
		json_t *copy = doc_copy(arena, entry);

		found |= !fields_empty(taken);
		set = fields_union(arena, set, taken);
		rest = fields_difference(arena, set_of(entry), taken);
		doc_set(copy, rest, "fieldsV1", NULL);
		if (fields_is_entry(entry, manager, "Apply", ""))
			set = fields_union(arena, set, rest);
		else if (!fields_is_folded_entry(entry, manager) ||
			 !fields_empty(rest))
			json_array_append(out, copy);
	}
	if (!found)
		return NULL;

	ours = doc_copy(arena, base);
	doc_set_string(ours, manager, "manager", NULL);
	doc_set_string(ours, "Apply", "operation", NULL);
	doc_set_string(ours, "FieldsV1", "fieldsType", NULL);
	doc_set(ours, set, "fieldsV1", NULL);
	json_array_append(out, ours);
	return out;
}

json_t *fields_folded(struct arena *arena, const json_t *live,
		      const char *manager)
{
	json_t *set = doc_object(arena);
	const json_t *entry;
	size_t i;

	json_array_foreach(entries_of(live), i, entry) {
		set = fields_union(arena, set,
				   taken_of(arena, live, entry, manager));
	}
	return set;
}

/* What managers own in `applied` once `last` is folded. */
static json_t *kept_of(struct arena *arena, const json_t *applied,
		       const char *manager, const json_t *last)
{
	json_t *set = doc_object(arena);
	const json_t *entry;
	size_t i;

	json_array_foreach(entries_of(applied), i, entry) {
		const json_t *rest = set_of(entry);

		if (fields_is_folded_entry(entry, manager))
			rest = fields_difference(arena, rest, last);
		set = fields_union(arena, set, rest);
	}
	return set;
}

/*
 * What every apply has, and the server leaves out of managedFields: the name.
 * It keeps metadata from going with the last label that is given up.
 */
static json_t *with_metadata(struct arena *arena, json_t *set)
{
	json_t *always = doc_object(arena);

	doc_set(always, doc_object(arena), "f:metadata", NULL);
	return fields_union(arena, set, always);
}

/*
 * What the server's merge.Updater.prune() takes out on the first apply after
 * the fold.  `applied` counts as well, because the server makes the entry of
 * before-first-apply there.
 */
json_t *fields_given_up(struct arena *arena, const json_t *live,
			const json_t *applied, const char *manager)
{
	json_t *last, *kept;

	last = fields_union(arena, fields_folded(arena, live, manager),
			    fields_folded(arena, applied, manager));
	if (fields_empty(last))
		return last;
	kept = with_metadata(arena, kept_of(arena, applied, manager, last));
	last = fields_difference(arena, fields_named(arena, last),
				 fields_named(arena, kept));
	return fields_present(arena, last, applied);
}

/* What one entry of `live` lost to ours in `applied`, and is not the same. */
static const json_t *lost(struct arena *arena, const json_t *entry,
			  const json_t *live, const json_t *applied,
			  const json_t *ours)
{
	const char *manager = text_of(entry, "manager");
	const char *operation = text_of(entry, "operation");
	const char *subresource = text_of(entry, "subresource");
	const json_t *set = set_of(entry), *other;
	size_t i;

	json_array_foreach(entries_of(applied), i, other) {
		if (fields_is_entry(other, manager, operation, subresource))
			set = fields_difference(arena, set, set_of(other));
	}
	set = fields_intersection(arena, set, set_of(ours));
	return fields_differing(arena, set, live, applied);
}

void fields_overridden(struct arena *arena, const json_t *live,
		       const json_t *applied, const char *manager,
		       struct fields_takens *out)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const json_t *ours = fields_entry(applied, manager, "Apply", "");
	const json_t *entry;
	size_t i;

	json_array_foreach(entries_of(live), i, entry) {
		const char *other = text_of(entry, "manager");
		struct fields_taken *taken;
		const json_t *set;

		if (str_equal(other, manager))
			continue;
		set = lost(scratch, entry, live, applied, ours);
		if (fields_empty(set))
			continue;
		taken = vec_push(arena, out);
		taken->manager = arena_strdup(arena, other);
		taken->operation = arena_strdup(arena,
						text_of(entry, "operation"));
		taken->time = arena_strdup(arena, text_of(entry, "time"));
		taken->paths = fields_shown(arena, set);
	}
}
