/* SPDX-License-Identifier: Apache-2.0 */
/* Single fields: where two objects differ, who has them, where they stand. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"
#include "document/document.h"
#include "object/fields.h"
#include "object/fields_set.h"

#define CHANGES_MOST 2000 /* of one object */
#define DEPTH_MOST   128

/* ---- where two objects differ ---- */

struct comparison {
	struct arena *arena;
	struct fields_changes *out;
	const char *path[DEPTH_MOST + 1];
	size_t depth;
};

/* The field where we are differs. */
static void add_change(struct comparison *c)
{
	AUTO_STR struct str shown = STR_INIT(STR_BIG);
	struct fields_change *change;
	const char **path;

	if (c->out->n == CHANGES_MOST)
		return;
	path = arena_array(c->arena, c->depth + 1, sizeof(*path));
	for (size_t i = 0; i < c->depth; i++) {
		path[i] = arena_strdup(c->arena, c->path[i]);
		fields_show_element(&shown, path[i]);
	}
	change = vec_push(c->arena, c->out);
	change->path = path;
	change->shown = str_keep(&shown, c->arena);
}

static void compare(struct comparison *c, const json_t *a, const json_t *b,
		    const json_t *set);

static void compare_element(struct comparison *c, const json_t *a,
			    const json_t *b, const json_t *set,
			    const char *element)
{
	c->path[c->depth++] = element;
	compare(c, fields_step(a, element, NULL), fields_step(b, element, NULL),
		json_object_get(set, element));
	c->path[--c->depth] = NULL;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void compare_mappings(struct comparison *c, const json_t *a,
			     const json_t *b, const json_t *set)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct map *keys = map_new(scratch);
	const char **sorted, *key;
	json_t *value;

	json_object_foreach(each(a), key, value)
		map_set(keys, key, keys);
	json_object_foreach(each(b), key, value)
		map_set(keys, key, keys);
	sorted = arena_array(scratch, keys->n, sizeof(*sorted));
	for (size_t i = 0; i < keys->n; i++)
		sorted[i] = keys->entries[i].key;
	if (keys->n)
		qsort(sorted, keys->n, sizeof(*sorted), by_text);
	for (size_t i = 0; i < keys->n; i++)
		compare_element(c, a, b, set,
				arena_printf(scratch, "f:%s", sorted[i]));
}

/* By the elements that somebody owns: "k:{...}" and "v:..."; false where there
 * are none. */
static bool compare_owned(struct comparison *c, const json_t *a,
			  const json_t *b, const json_t *set)
{
	bool found = false;
	const char *element;
	json_t *child;

	json_object_foreach(each(set), element, child) {
		if (element[0] != 'k' && element[0] != 'v')
			continue;
		found = true;
		if (fields_step(a, element, NULL) ||
		    fields_step(b, element, NULL))
			compare_element(c, a, b, set, element);
	}
	return found;
}

/* Add the names of the members of a list; false where one has none, or one is
 * there twice. */
static bool add_names(struct map *names, const json_t *list)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct map *seen = map_new(scratch);
	const json_t *member;
	size_t i;

	json_array_foreach(list, i, member) {
		const char *name = doc_get_string(member, "name", NULL);

		if (!name || map_set(seen, name, seen))
			return false;
		map_set(names, name, names);
	}
	return true;
}

static bool compare_named(struct comparison *c, const json_t *a,
			  const json_t *b, const json_t *set)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct map *names = map_new(scratch);

	if (!add_names(names, a) || !add_names(names, b))
		return false;
	for (size_t i = 0; i < names->n; i++) {
		json_t *key = doc_object(scratch);
		AUTO_STR struct str element = STR_INIT(STR_BIG);

		doc_set_string(key, names->entries[i].key, "name", NULL);
		str_add(&element, "k:");
		doc_write_json(&element, key);
		compare_element(c, a, b, set, str_keep(&element, scratch));
	}
	return true;
}

/* Members of plain values tell nothing by their places. */
static bool compare_placed(struct comparison *c, const json_t *a,
			   const json_t *b)
{
	const size_t n = json_array_size(a);
	char element[32];

	if (n != json_array_size(b))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!json_is_object(json_array_get(a, i)) ||
		    !json_is_object(json_array_get(b, i)))
			return false;
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(element, sizeof(element), "i:%zu", i);
		compare_element(c, a, b, NULL, element);
	}
	return true;
}

static void compare(struct comparison *c, const json_t *a, const json_t *b,
		    const json_t *set)
{
	const size_t before = c->out->n;

	if (doc_equal(a, b))
		return;
	if (c->depth < DEPTH_MOST && json_is_object(a) && json_is_object(b))
		compare_mappings(c, a, b, set);
	else if (c->depth < DEPTH_MOST && json_is_array(a) && json_is_array(b))
		(void)(compare_owned(c, a, b, set) ||
		       compare_named(c, a, b, set) || compare_placed(c, a, b));
	if (c->out->n == before)
		add_change(c);
}

void fields_compare(struct arena *arena, const json_t *a, const json_t *b,
		    const json_t *set, struct fields_changes *out)
{
	struct comparison c = { .arena = arena, .out = out };

	if (a && b)
		compare(&c, a, b, set);
}

/* ---- who has a field ---- */

static const json_t *entries_of(const json_t *object)
{
	return doc_get(object, "metadata", "managedFields", NULL);
}

static json_t *add_owned(struct arena *arena, json_t *set, const json_t *object)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(entries_of(object), i, entry) {
		set = fields_union(arena, set,
				   json_object_get(entry, "fieldsV1"));
	}
	return set;
}

json_t *fields_owned(struct arena *arena, const json_t *a, const json_t *b)
{
	return add_owned(arena, add_owned(arena, doc_object(arena), a), b);
}

const json_t *fields_value(const json_t *object, const char *const *path)
{
	for (; object && *path; path++)
		object = fields_step(object, *path, NULL);
	return object;
}

const char *const *fields_declared(struct arena *arena, const json_t *want,
				   const char *const *path)
{
	const char **other;

	if (!path[0] || !path[1] || path[2] || !str_equal(path[0], "f:data") ||
	    !str_equal(doc_get_string(want, "kind", NULL), "Secret") ||
	    !doc_get(want, "stringData", path[1] + 2, NULL))
		return path;
	other = arena_array(arena, 3, sizeof(*other));
	other[0] = "f:stringData";
	other[1] = path[1];
	return other;
}

bool fields_has(const json_t *entry, const char *const *path)
{
	const json_t *node = json_object_get(entry, "fieldsV1");

	for (; node && *path; path++) {
		const json_t *child = json_object_get(node, *path);

		/* One that is owned as a whole holds all below it. */
		if (!child)
			return fields_is_member(node) &&
			       !fields_has_children(node);
		node = child;
	}
	return node != NULL;
}

static const char *text_of(const json_t *entry, const char *key)
{
	const char *text = doc_get_string(entry, key, NULL);

	return text ? text : "";
}

bool fields_holder(struct arena *arena, const json_t *live, const char *manager,
		   const char *const *path, struct fields_taken *out)
{
	const json_t *entry, *last = NULL;
	size_t i;

	json_array_foreach(entries_of(live), i, entry) {
		if (str_equal(text_of(entry, "manager"), manager) ||
		    !fields_has(entry, path))
			continue;
		/* Times of one form, and in UTC. */
		if (!last ||
		    strcmp(text_of(entry, "time"), text_of(last, "time")) >= 0)
			last = entry;
	}
	if (!last)
		return false;
	*out = (struct fields_taken){
		.manager = arena_strdup(arena, text_of(last, "manager")),
		.operation = arena_strdup(arena, text_of(last, "operation")),
		.time = arena_strdup(arena, text_of(last, "time")),
		.paths = arena_strdup(arena, text_of(last, "subresource")),
	};
	return true;
}

/* ---- where a field stands ---- */

/* Is the scalar what a key field of an element says? */
static bool is_scalar(const struct node *node, const json_t *value)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	if (json_is_string(value))
		return node && node_text_is(node, json_string_value(value));
	doc_write_json(&text, value);
	return node && node_text_is(node, str_text(&text));
}

static bool has_keys(const struct node *member, const json_t *keys)
{
	const char *name;
	json_t *value;

	json_object_foreach(each(keys), name, value) {
		const struct node *found = node_get(member, name);

		/* Files may leave out what the server sets. */
		if (found ? !is_scalar(found, value) :
			    !str_equal(name, "protocol"))
			return false;
	}
	return node_is(member, NODE_MAPPING);
}

static const struct node *find_member(const struct node *list,
				      const char *element)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const json_t *value;

	if (!node_is(list, NODE_SEQUENCE))
		return NULL;
	if (element[0] == 'i') {
		const size_t i = strtoul(element + 2, NULL, 10);

		return i < list->n ? list->items[i] : NULL;
	}
	value = fields_element_value(scratch, element);
	for (size_t i = 0; value && i < list->n; i++)
		if (element[0] == 'k' ? has_keys(list->items[i], value) :
					is_scalar(list->items[i], value))
			return list->items[i];
	return NULL;
}

unsigned fields_line(const struct node *root, const char *const *path,
		     const struct node **value)
{
	unsigned line = root ? root->line : 0;

	for (; root && *path; path++) {
		const struct node_entry *entry;

		if ((*path)[0] != 'f') {
			root = find_member(root, *path);
			line = root ? root->line : 0;
			continue;
		}
		entry = node_find(root, *path + 2);
		root = entry ? entry->value : NULL;
		line = entry ? entry->line : 0;
	}
	if (value)
		*value = root;
	return root ? line : 0;
}
