/* SPDX-License-Identifier: Apache-2.0 */
#include "object/proof.h"

#include <string.h>

#include "base/str.h"
#include "document/document.h"
#include "object/fields.h"
#include "object/fields_set.h"
#include "object/mark.h"
#include "object/object.h"

#define SHOWN_MOST ((size_t)4 << 10)
#define ITEMS_MOST 1000 /* of one list: each is looked for among all */

/* Where we are in our entry, and on the way there; NULL for the root. */
struct step {
	const struct step *up;
	const char *element; /* "f:spec" */
};

struct proof {
	struct arena *scratch;
	const json_t *entries; /* managedFields of what lives */
	const json_t *ours;    /* one of them */
	bool digest;           /* the wish is known to be that of the last
				  apply, and not only to be of the object */
	const char *why;
};

static bool give_up(struct proof *proof, const char *why)
{
	proof->why = why;
	return false;
}

static void show_path(struct str *out, const struct step *at)
{
	if (!at)
		return;
	show_path(out, at->up);
	fields_show_element(out, at->element);
}

static bool give_up_at(struct proof *proof, const struct step *at,
		       const char *why)
{
	AUTO_STR struct str path = STR_INIT(SHOWN_MOST);

	show_path(&path, at);
	return give_up(proof, arena_printf(proof->scratch, "%s: %s",
					   str_text(&path), why));
}

/* The same place in another entry, or NULL. */
static const json_t *place_in(const json_t *set, const struct step *at)
{
	if (!at)
		return set;
	return json_object_get(place_in(set, at->up), at->element);
}

static const json_t *place_of_entry(const json_t *entry, const struct step *at)
{
	return place_in(json_object_get(entry, "fieldsV1"), at);
}

static const char *owner_since(const struct proof *proof, const json_t *entry)
{
	const char *manager = doc_get_string(entry, "manager", NULL);
	const char *time = doc_get_string(entry, "time", NULL);

	return arena_printf(proof->scratch, "%s%s%s",
			    manager ? manager : "somebody",
			    time ? " since " : "", time ? time : "");
}

static bool give_up_unowned(struct proof *proof, const struct step *at)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(proof->entries, i, entry) {
		if (place_of_entry(entry, at))
			return give_up_at(
				proof, at,
				arena_printf(proof->scratch, "owned by %s",
					     owner_since(proof, entry)));
	}
	return give_up_at(proof, at, "not owned by us");
}

/* Does another entry have parts of it? */
static const json_t *owner_of_parts(const struct proof *proof,
				    const struct step *at)
{
	const char *version = doc_get_string(proof->ours, "apiVersion", NULL);
	const json_t *entry;
	size_t i;

	json_array_foreach(proof->entries, i, entry) {
		/* At another version the same place may be called otherwise,
		 * but in the status. */
		bool other =
			!json_object_get(entry, "subresource") &&
			!str_equal(doc_get_string(entry, "apiVersion", NULL),
				   version);

		if (other || fields_has_children(place_of_entry(entry, at)))
			return entry;
	}
	return NULL;
}

/* Nothing but empty lists: of these an entry has only the atomic ones. */
static bool is_hollow(const json_t *value)
{
	const char *key;
	json_t *member;

	if (!json_object_size(value))
		return json_is_array(value) && !json_array_size(value);
	json_object_foreach(each(value), key, member) {
		if (!is_hollow(member))
			return false;
	}
	return true;
}

/*
 * What our entry has as a whole: a scalar, something empty, what is atomic.  A
 * map of which others have taken every field looks the same as an atomic one,
 * but then they own its parts; and so does one whose fields nobody owns.
 */
static bool prove_whole(struct proof *proof, const struct step *at,
			const json_t *want, const json_t *live)
{
	bool filled = json_object_size(want) || json_array_size(want);
	const json_t *other = filled ? owner_of_parts(proof, at) : NULL;

	if (other)
		return give_up_at(proof, at,
				  arena_printf(proof->scratch,
					       "parts of it are owned by %s",
					       owner_since(proof, other)));
	if (json_is_object(want) && is_hollow(want))
		return give_up_at(proof, at, "its lists are empty");
	if (proof->digest ? object_contains(live, want) : doc_equal(live, want))
		return true;
	return give_up_at(proof, at, live ? "is not as wanted" : "is missing");
}

/* ---- the walk along our entry ---- */

static bool prove(struct proof *proof, const struct step *at, const json_t *set,
		  const json_t *want, const json_t *live);

/* What says which object it is, and what the server sets, nobody owns. */
static bool is_never_owned(const struct step *at, const char *key)
{
	if (!at)
		return str_equal(key, "apiVersion") || str_equal(key, "kind");
	return !at->up && str_equal(at->element, "f:metadata") &&
	       (str_equal(key, "name") || str_equal(key, "namespace") ||
		str_equal(key, "creationTimestamp"));
}

/* Is everything wanted in the set? */
static bool prove_all_owned(struct proof *proof, const struct step *at,
			    const json_t *set, const json_t *want)
{
	const char *key;
	json_t *value;

	json_object_foreach(each(want), key, value) {
		struct step step = { at, NULL };

		if (is_never_owned(at, key))
			continue;
		step.element = arena_printf(proof->scratch, "f:%s", key);
		if (!json_object_get(set, step.element))
			return give_up_unowned(proof, &step);
	}
	return true;
}

static bool prove_map(struct proof *proof, const struct step *at,
		      const json_t *set, const json_t *want, const json_t *live)
{
	const char *element;
	json_t *child;

	if (live && !json_is_object(live))
		return give_up_at(proof, at, "is no map");
	json_object_foreach(each(set), element, child) {
		const struct step step = { at, element };
		const json_t *value;

		if (!fields_is_child(element))
			continue;
		value = fields_step(want, element, NULL);
		if (!value)
			return give_up_at(proof, &step,
					  "ours, and not wanted any more");
		if (!prove(proof, &step, child, value,
			   fields_step(live, element, NULL)))
			return false;
	}
	return prove_all_owned(proof, at, set, want);
}

/* One item of a list that we own. */
struct owned {
	const char *element;
	const json_t *value; /* behind "k:" or "v:" */
	const json_t *set;
};

struct owneds {
	struct owned *v;
	size_t n;
};

/* False where one is known by its index only. */
static bool read_owned(struct proof *proof, const json_t *set,
		       struct owneds *out)
{
	const char *element;
	json_t *child;

	out->v = arena_array(proof->scratch, json_object_size(set),
			     sizeof(*out->v));
	json_object_foreach(each(set), element, child) {
		struct owned *owned = &out->v[out->n];

		if (!fields_is_child(element))
			continue;
		*owned = (struct owned){ .element = element, .set = child };
		if (element[0] == 'k' || element[0] == 'v')
			owned->value = fields_element_value(proof->scratch,
							    element);
		if (!owned->value)
			return false;
		out->n++;
	}
	return true;
}

/* Can this be the wanted item?  A key field that it has not may have got a
 * default, but only the wish of the last apply is sure to get the same. */
static bool may_be(const struct proof *proof, const json_t *item,
		   const struct owned *owned)
{
	const char *key;
	json_t *value;

	if (owned->element[0] == 'v')
		return doc_equal(item, owned->value);
	if (!json_is_object(item))
		return false;
	json_object_foreach(each(owned->value), key, value) {
		const json_t *wanted = json_object_get(item, key);

		if (wanted ? !doc_equal(wanted, value) : !proof->digest)
			return false;
	}
	return true;
}

/* The only one it can be, or NULL. */
static const struct owned *find_owned(const struct proof *proof,
				      const struct owneds *owneds,
				      const json_t *item)
{
	const struct owned *found = NULL;

	for (size_t i = 0; i < owneds->n; i++) {
		if (!may_be(proof, item, &owneds->v[i]))
			continue;
		if (found)
			return NULL;
		found = &owneds->v[i];
	}
	return found;
}

/* Where it is in the live list; -1 where it is not, or more than once. */
static json_int_t find_live(const json_t *live, const struct owned *owned)
{
	json_int_t found = -1;
	const json_t *item;
	size_t i;

	json_array_foreach(live, i, item) {
		if (!fields_is_item(item, owned->element, owned->value))
			continue;
		if (found >= 0)
			return -1;
		found = (json_int_t)i;
	}
	return found;
}

/*
 * As many are owned as wanted, and each that is wanted is another one: then
 * all that are owned are wanted.  An apply puts ours into our order.
 */
static bool prove_list(struct proof *proof, const struct step *at,
		       const json_t *set, const json_t *want,
		       const json_t *live)
{
	struct owneds owneds = { 0 };
	json_int_t last = -1;
	const json_t *item;
	size_t i;

	if (!read_owned(proof, set, &owneds) || owneds.n > ITEMS_MOST)
		return give_up_at(proof, at, "is a list of another kind");
	if (owneds.n != json_array_size(want))
		return give_up_at(proof, at, "other items are ours");
	json_array_foreach(want, i, item) {
		const struct owned *owned = find_owned(proof, &owneds, item);
		struct step step = { at, owned ? owned->element : NULL };
		json_int_t now;

		if (!owned)
			return give_up_at(proof, at,
					  "it is not clear which items are "
					  "ours");
		now = find_live(live, owned);
		if (now < 0)
			return give_up_at(proof, &step, "is not there once");
		if (now <= last)
			return give_up_at(proof, &step, "is out of order");
		last = now;
		if (!prove(proof, &step, owned->set, item,
			   json_array_get(live, (size_t)now)))
			return false;
	}
	return true;
}

static bool prove(struct proof *proof, const struct step *at, const json_t *set,
		  const json_t *want, const json_t *live)
{
	if (json_is_null(want))
		return give_up_at(proof, at, "is wanted as null");
	if (!fields_has_children(set))
		return prove_whole(proof, at, want, live);
	if (json_is_object(want))
		return prove_map(proof, at, set, want, live);
	if (json_is_array(want))
		return prove_list(proof, at, set, want, live);
	return give_up_at(proof, at, "its parts are ours");
}

/* ---- the object ---- */

static bool same_text(const json_t *a, const json_t *b, const char *key)
{
	const char *text = doc_get_string(a, key, NULL);

	return text && str_equal(text, doc_get_string(b, key, NULL));
}

/*
 * Entries that become ours before the next apply.  One that is empty, or of
 * which nothing is known to be ours, stays as it is.
 */
static bool prove_not_folded(struct proof *proof, const json_t *live,
			     const char *manager)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(proof->entries, i, entry) {
		if (fields_is_folded_entry(entry, manager) &&
		    !fields_empty(fields_folded(proof->scratch, live, manager)))
			return give_up(proof,
				       arena_printf(proof->scratch,
						    "has fields of %s, which "
						    "become ours",
						    owner_since(proof, entry)));
	}
	return true;
}

/* Our one entry, at the version that is wanted. */
static bool find_entry(struct proof *proof, const json_t *want,
		       const char *manager)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(proof->entries, i, entry) {
		if (!fields_is_entry(entry, manager, "Apply", ""))
			continue;
		if (proof->ours)
			return give_up(proof, "we own fields of it twice");
		proof->ours = entry;
	}
	if (!proof->ours)
		return give_up(proof, "we own no field of it");
	if (!same_text(proof->ours, want, "apiVersion"))
		return give_up(proof, "was applied at another version");
	return true;
}

/*
 * What lives of a Secret, with stringData for those keys that are wanted by
 * it.  Where data has the key, too, it is not clear whose value is the
 * server's.
 */
static const json_t *with_string_data(struct arena *scratch, const json_t *want,
				      const json_t *live)
{
	const json_t *texts = json_object_get(want, "stringData");
	json_t *out = doc_keep(scratch, json_copy(each(live)));
	json_t *value, *decoded = doc_object(scratch);
	const char *key;

	if (!json_is_object(texts))
		return live;
	json_object_foreach(each(texts), key, value) {
		const char *data = doc_get_string(live, "data", key, NULL);
		AUTO_STR struct str text = STR_INIT(STR_BIG);

		if (data && !doc_get(want, "data", key, NULL) &&
		    str_decode_base64(&text, data, strlen(data)))
			json_object_set_new(decoded, key,
					    json_stringn(str_text(&text),
							 text.len));
	}
	doc_set(out, decoded, "stringData", NULL);
	return out;
}

static bool prove_object(struct proof *proof, const json_t *want,
			 const json_t *live, const char *manager)
{
	if (!same_text(live, want, "apiVersion") ||
	    !same_text(live, want, "kind"))
		return give_up(proof, "was read at another version");
	if (doc_get(live, "metadata", "deletionTimestamp", NULL))
		return give_up(proof, "is being deleted");
	if (!mark_is_same(live, want))
		return give_up(proof, "was not applied as it is wanted now");
	if (!find_entry(proof, want, manager) ||
	    !prove_not_folded(proof, live, manager))
		return false;
	if (!proof->digest)
		live = with_string_data(proof->scratch, want, live);
	return prove_map(proof, NULL, json_object_get(proof->ours, "fieldsV1"),
			 want, live);
}

bool proof_unchanged(struct arena *scratch, const json_t *want,
		     const json_t *live, const char *manager, const char **why)
{
	struct proof proof = {
		.scratch = scratch,
		.entries = doc_get(live, "metadata", "managedFields", NULL),
		.digest = mark_has_digest(want),
	};
	bool proved = prove_object(&proof, want, live, manager);

	*why = proof.why;
	return proved;
}
