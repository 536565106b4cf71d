/* SPDX-License-Identifier: Apache-2.0 */
#include "object/ignore_set.h"

#include <string.h>

#include "document/document.h"
#include "object/fields.h"
#include "object/fields_set.h"

/* ---- items of lists ---- */

static bool may_be(const json_t *item, const char *element, const json_t *value)
{
	const char *key;
	json_t *member;

	if (element[0] == 'v')
		return doc_equal(item, value);
	if (!json_is_object(item))
		return false;
	json_object_foreach(each(value), key, member) {
		const json_t *wanted = json_object_get(item, key);

		if (wanted && !doc_equal(wanted, member))
			return false;
	}
	return true;
}

static const json_t *wanted_item(const json_t *list, const char *element,
				 size_t *index)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const json_t *value = NULL, *found = NULL, *item;
	size_t i;

	if (element[0] == 'i')
		return fields_step(list, element, index);
	value = fields_element_value(scratch, element);
	json_array_foreach(list, i, item) {
		if (!value || !may_be(item, element, value))
			continue;
		if (found)
			return NULL;
		found = item;
		*index = i;
	}
	return found;
}

const json_t *ignore_wanted(const json_t *want, const char *element,
			    size_t *index)
{
	size_t unused;

	if (element[0] == 'f')
		return fields_step(want, element, NULL);
	return wanted_item(want, element, index ? index : &unused);
}

const json_t *ignore_living(const json_t *live, const char *element,
			    const json_t *known)
{
	return element[0] == 'i' && fields_has_children(known) ?
		       NULL :
		       fields_step(live, element, NULL);
}

/* "k:{"name":"web"}", as it is owned; or "i:0" where nobody owns it so. */
static char *element_of(struct arena *scratch, const json_t *known,
			const json_t *list, size_t index)
{
	const char *element;
	json_t *child;

	json_object_foreach(each(known), element, child) {
		size_t found;

		if ((element[0] == 'k' || element[0] == 'v') &&
		    wanted_item(list, element, &found) && found == index)
			return arena_strdup(scratch, element);
	}
	return arena_printf(scratch, "i:%zu", index);
}

/* The same for an item that a path chooses by what it has. */
static char *element_by_token(struct arena *scratch, const char *token,
			      const json_t *item)
{
	const char *name = arena_strndup(scratch, token + 1,
					 strcspn(token + 1, "="));
	AUTO_STR struct str out = STR_INIT(STR_BIG);
	json_t *key = doc_object(scratch);

	json_object_set(key, name, json_object_get(item, name));
	str_add(&out, "k:");
	doc_write_json(&out, key);
	return str_keep(&out, scratch);
}

/* ---- paths ---- */

static bool is_container(const json_t *value)
{
	return json_is_object(value) || json_is_array(value);
}

/* What is wanted and nobody owns yet. */
static void add_unknown(struct arena *scratch, json_t **out, const json_t *want,
			const json_t *known)
{
	json_t *value;
	const char *key;
	size_t i;

	json_object_foreach(each(want), key, value) {
		const char *element = arena_printf(scratch, "f:%s", key);

		if (!json_object_get(known, element))
			fields_add_child(out, element, json_object());
	}
	json_array_foreach(want, i, value) {
		const char *element = element_of(scratch, known, want, i);

		if (element[0] == 'i')
			fields_add_child(out, element, json_object());
	}
}

/* All of a field: as far down as parts of it are owned. */
static json_t *expand(struct arena *scratch, const json_t *want,
		      const json_t *live, const json_t *known)
{
	json_t *out = NULL, *child;
	const char *element;

	if (!fields_has_children(known) || (want && !is_container(want)))
		return json_object();
	json_object_foreach(each(known), element, child) {
		const json_t *wanted, *living;

		if (!fields_is_child(element))
			continue;
		wanted = ignore_wanted(want, element, NULL);
		living = fields_step(live, element, NULL);
		if (wanted || living)
			fields_add_child(&out, element,
					 expand(scratch, wanted, living,
						child));
	}
	add_unknown(scratch, &out, want, known);
	return out;
}

static json_t *follow(struct arena *scratch, const char *pointer,
		      const json_t *want, const json_t *live,
		      const json_t *known);

static json_t *follow_items(struct arena *scratch, const char *token,
			    const char *pointer, const json_t *want,
			    const json_t *live, const json_t *known)
{
	json_t *out = NULL, *item;
	size_t i;

	json_array_foreach(want, i, item) {
		const char *element;

		if (!doc_pointer_chooses(token, item, i))
			continue;
		element = element_of(scratch, known, want, i);
		if (element[0] == 'i' && *token == '[')
			element = element_by_token(scratch, token, item);
		fields_add_child(&out, element,
				 follow(scratch, pointer, item,
					ignore_living(live, element, known),
					json_object_get(known, element)));
	}
	return out;
}

/* NULL where it leads nowhere. */
static json_t *follow(struct arena *scratch, const char *pointer,
		      const json_t *want, const json_t *live,
		      const json_t *known)
{
	AUTO_STR struct str token = STR_INIT(STR_BIG);
	const json_t *wanted, *living;
	const char *element;
	json_t *out = NULL;

	if (!*pointer)
		return want || live ? expand(scratch, want, live, known) : NULL;
	if (!doc_pointer_next(&pointer, &token))
		return NULL;
	if (json_is_array(want))
		return follow_items(scratch, str_text(&token), pointer, want,
				    live, known);
	element = arena_printf(scratch, "f:%s", str_text(&token));
	wanted = fields_step(want, element, NULL);
	living = fields_step(live, element, NULL);
	fields_add_child(&out, element,
			 follow(scratch, pointer, wanted, living,
				json_object_get(known, element)));
	return out;
}

/* What is written as a text becomes data on the server. */
static const char *data_of(struct arena *scratch, const char *pointer,
			   const json_t *want)
{
	static const char texts[] = "/stringData";
	const size_t n = strlen(texts);

	if (!str_equal(doc_get_string(want, "kind", NULL), "Secret") ||
	    !str_starts(pointer, texts) || (pointer[n] && pointer[n] != '/'))
		return pointer;
	return arena_printf(scratch, "/data%s", pointer + n);
}

/* ---- managers ---- */

/* What of an entry is wanted.  That a map is there says nothing of what others
 * have in it. */
static json_t *owned(const json_t *set, const json_t *want, const json_t *known)
{
	json_t *out = NULL, *child;
	const char *element;

	json_object_foreach(each(set), element, child) {
		const json_t *parts = json_object_get(known, element);
		const json_t *wanted;

		if (!fields_is_child(element))
			continue;
		wanted = ignore_wanted(want, element, NULL);
		if (!wanted)
			continue;
		if (fields_has_children(child))
			fields_add_child(&out, element,
					 owned(child, wanted, parts));
		else if (!fields_has_children(parts))
			fields_add_child(&out, element, json_object());
	}
	return out;
}

static bool is_named(const char *const *managers, const json_t *entry)
{
	const char *manager = doc_get_string(entry, "manager", NULL);

	for (; managers && *managers; managers++)
		if (str_equal(*managers, manager))
			return !fields_is_folded_entry(entry, "");
	return false;
}

json_t *ignore_set(struct arena *arena, const struct ignore *ignore,
		   const json_t *want, const json_t *live, const json_t *known)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	json_t *set = doc_object(scratch);
	const json_t *entry;
	size_t i;

	for (i = 0; i < ignore->n_paths; i++) {
		const struct ignore_path *path = &ignore->paths[i];
		json_t *one = follow(scratch,
				     data_of(scratch, path->pointer, want),
				     want, live, known);

		*path->met |= one != NULL;
		set = fields_union(scratch, set, fields_keep(scratch, one));
	}
	json_array_foreach(doc_get(live, "metadata", "managedFields", NULL), i,
			   entry) {
		if (is_named(ignore->managers, entry))
			set = fields_union(
				scratch, set,
				fields_keep(scratch,
					    owned(json_object_get(entry,
								  "fieldsV1"),
						  want, known)));
	}
	return doc_share(arena, set);
}
