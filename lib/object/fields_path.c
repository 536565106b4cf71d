/* SPDX-License-Identifier: Apache-2.0 */
/* Where sets of fields meet values. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "document/document.h"
#include "object/fields.h"
#include "object/fields_set.h"

#define SHOWN_MOST ((size_t)64 << 10)

/* Has the item of a list the values of all key fields? */
static bool has_key(const json_t *item, const json_t *key)
{
	json_t *value;
	const char *name;

	json_object_foreach(each(key), name, value) {
		if (!doc_equal(json_object_get(item, name), value))
			return false;
	}
	return json_is_object(item);
}

json_t *fields_element_value(struct arena *scratch, const char *element)
{
	const struct bytes text = { element + 2, strlen(element + 2) };
	AUTO_ERR struct err ignored = { 0 };
	json_t *value;

	if (doc_read_json(scratch, "field path", text, &value, &ignored) < 0 ||
	    (element[0] == 'k' && !json_is_object(value)))
		return NULL;
	return value;
}

bool fields_is_item(const json_t *item, const char *element,
		    const json_t *value)
{
	return element[0] == 'k' ? has_key(item, value) :
				   doc_equal(item, value);
}

static json_t *step_item(const json_t *list, const char *element, size_t *index)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	json_t *item, *wanted;
	size_t i;

	if (element[0] == 'i') {
		*index = strtoul(element + 2, NULL, 10);
		return json_array_get(list, *index);
	}
	wanted = fields_element_value(scratch, element);
	if (!wanted)
		return NULL;
	json_array_foreach(list, i, item) {
		if (fields_is_item(item, element, wanted)) {
			*index = i;
			return item;
		}
	}
	return NULL;
}

json_t *fields_step(const json_t *value, const char *element, size_t *index)
{
	size_t ignored;

	if (element[0] == 'f')
		return json_object_get(value, element + 2);
	if (!json_is_array(value))
		return NULL;
	return step_item(value, element, index ? index : &ignored);
}

static json_t *present_children(const json_t *node, const json_t *value)
{
	json_t *out = NULL, *child;
	const char *element;

	json_object_foreach(each(node), element, child) {
		json_t *inner, *kept;

		if (!fields_is_child(element))
			continue;
		inner = fields_step(value, element, NULL);
		if (!inner)
			continue;
		kept = present_children(child, inner);
		if (fields_is_member(child))
			fields_add_self(&kept);
		fields_add_child(&out, element, kept);
	}
	return out;
}

json_t *fields_present(struct arena *arena, const json_t *set,
		       const json_t *object)
{
	return fields_keep(arena, present_children(set, object));
}

static json_t *claimed_children(const json_t *node, const json_t *value,
				const json_t *ours)
{
	json_t *out = NULL, *child;
	const char *element;

	json_object_foreach(each(node), element, child) {
		const json_t *inner, *our = json_object_get(ours, element);
		json_t *kept;

		if (!fields_is_child(element))
			continue;
		inner = fields_step(value, element, NULL);
		if (!inner)
			continue;
		if (str_equal(element, "f:metadata"))
			kept = present_children(child, inner);
		else if (our)
			kept = claimed_children(child, inner, our);
		else
			kept = json_deep_copy(child);
		if (fields_is_member(child))
			fields_add_self(&kept);
		fields_add_child(&out, element, kept);
	}
	return out;
}

json_t *fields_claimed(struct arena *arena, const json_t *set,
		       const json_t *configuration, const json_t *ours)
{
	return fields_keep(arena, claimed_children(set, configuration, ours));
}

static json_t *differing_children(const json_t *node, const json_t *a,
				  const json_t *b)
{
	json_t *out = NULL, *child;
	const char *element;

	json_object_foreach(each(node), element, child) {
		const json_t *left, *right;
		json_t *kept = NULL;

		if (!fields_is_child(element))
			continue;
		left = fields_step(a, element, NULL);
		right = fields_step(b, element, NULL);
		if (fields_has_children(child))
			kept = differing_children(child, left, right);
		else if (!doc_equal(left, right))
			kept = json_object();
		fields_add_child(&out, element, kept);
	}
	return out;
}

json_t *fields_differing(struct arena *arena, const json_t *set,
			 const json_t *a, const json_t *b)
{
	return fields_keep(arena, differing_children(set, a, b));
}

static bool is_empty(const json_t *value)
{
	return !json_object_size(value) && !json_array_size(value);
}

static void set_null(json_t *value, const char *element, size_t index)
{
	if (element[0] == 'f')
		json_object_set_new(value, element + 2, json_null());
	else
		json_array_set_new(value, index, json_null());
}

/* Indexes move when an item goes: find all first, then go from the end. */
static void remove_gone(json_t *list, const bool *gone)
{
	for (size_t i = json_array_size(list); i-- > 0;)
		if (gone[i])
			json_array_remove(list, i);
}

static void remove_items(struct arena *scratch, json_t *value,
			 const json_t *set)
{
	bool *gone = arena_array(scratch, json_array_size(value),
				 sizeof(*gone));
	const char *element;
	json_t *child;

	json_object_foreach(each(set), element, child) {
		json_t *inner;
		size_t index = 0;

		if (!fields_is_child(element))
			continue;
		inner = fields_step(value, element, &index);
		if (!inner)
			continue;
		if (!fields_is_member(child)) {
			if (is_empty(inner))
				continue;
			remove_items(scratch, inner, child);
			if (is_empty(inner))
				set_null(value, element, index);
		} else if (element[0] == 'f') {
			json_object_del(value, element + 2);
		} else {
			gone[index] = true;
		}
	}
	remove_gone(value, gone);
}

json_t *fields_remove(struct arena *arena, const json_t *object,
		      const json_t *set)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	json_t *out = doc_copy(arena, object);

	remove_items(scratch, out, set);
	return out;
}

static void show_key(struct str *out, const json_t *key)
{
	json_t *value;
	const char *name, *before = "";

	json_object_foreach(each(key), name, value) {
		str_printf(out, "%s%s=", before, name);
		doc_write_json(out, value);
		before = ",";
	}
}

void fields_show_element(struct str *out, const char *element)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const json_t *value;

	if (element[0] == 'f') {
		str_printf(out, ".%s", element + 2);
		return;
	}
	value = element[0] == 'i' ? NULL :
				    fields_element_value(scratch, element);
	str_add_char(out, '[');
	if (!value) {
		str_add(out, element + 2);
	} else if (element[0] == 'k') {
		show_key(out, value);
	} else {
		str_add_char(out, '=');
		doc_write_json(out, value);
	}
	str_add_char(out, ']');
}

static void show_leaves(struct str *out, struct str *path, const json_t *node)
{
	json_t *child;
	const char *element;
	size_t len = path->len;

	json_object_foreach(each(node), element, child) {
		if (!fields_is_child(element))
			continue;
		fields_show_element(path, element);
		if (fields_has_children(child)) {
			show_leaves(out, path, child);
		} else {
			str_add(out, out->len ? ", " : "");
			str_add(out, str_text(path));
		}
		str_cut(path, len);
	}
}

char *fields_shown(struct arena *arena, const json_t *set)
{
	AUTO_STR struct str out = STR_INIT(SHOWN_MOST);
	AUTO_STR struct str path = STR_INIT(SHOWN_MOST);

	show_leaves(&out, &path, set);
	return str_keep(&out, arena);
}
