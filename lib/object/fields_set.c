/* SPDX-License-Identifier: Apache-2.0 */
#include "object/fields_set.h"

#include <string.h>

#include "base/str.h"
#include "document/document.h"
#include "object/fields.h"

enum operation { UNION, DIFFERENCE, INTERSECTION };

/* Elements of types we do not know are dropped, as the server does it. */
bool fields_is_child(const char *element)
{
	return element[0] && strchr("fkvi", element[0]) && element[1] == ':';
}

bool fields_has_children(const json_t *node)
{
	const char *element;
	json_t *child;

	json_object_foreach(each(node), element, child) {
		if (fields_is_child(element))
			return true;
	}
	return false;
}

bool fields_is_member(const json_t *node)
{
	return node &&
	       (json_object_get(node, ".") || !fields_has_children(node));
}

void fields_add_child(json_t **node, const char *element, json_t *child)
{
	if (!child)
		return;
	if (!*node)
		*node = json_object();
	json_object_set_new_nocheck(*node, element, child);
}

void fields_add_self(json_t **node)
{
	if (*node)
		json_object_set_new_nocheck(*node, ".", json_object());
	else
		*node = json_object();
}

json_t *fields_keep(struct arena *arena, json_t *node)
{
	return node ? doc_keep(arena, node) : doc_object(arena);
}

static bool member_of(const json_t *a, const json_t *b,
		      enum operation operation)
{
	switch (operation) {
	case UNION:
		return fields_is_member(a) || fields_is_member(b);
	case DIFFERENCE:
		return fields_is_member(a) && !fields_is_member(b);
	case INTERSECTION:
		return fields_is_member(a) && fields_is_member(b);
	}
	return false;
}

/* NULL where nothing is left.  Either side may be NULL. */
static json_t *combine(const json_t *a, const json_t *b,
		       enum operation operation);

static json_t *combine_children(const json_t *a, const json_t *b,
				enum operation operation)
{
	json_t *out = NULL, *child;
	const char *element;

	json_object_foreach(each(a), element, child) {
		if (fields_is_child(element))
			fields_add_child(&out, element,
					 combine(child,
						 json_object_get(b, element),
						 operation));
	}
	if (operation != UNION)
		return out;
	json_object_foreach(each(b), element, child) {
		if (fields_is_child(element) && !json_object_get(a, element))
			fields_add_child(&out, element,
					 combine(NULL, child, operation));
	}
	return out;
}

static json_t *combine(const json_t *a, const json_t *b,
		       enum operation operation)
{
	json_t *out = combine_children(a, b, operation);

	if (member_of(a, b, operation))
		fields_add_self(&out);
	return out;
}

json_t *fields_union(struct arena *arena, const json_t *a, const json_t *b)
{
	return fields_keep(arena, combine_children(a, b, UNION));
}

json_t *fields_difference(struct arena *arena, const json_t *a, const json_t *b)
{
	return fields_keep(arena, combine_children(a, b, DIFFERENCE));
}

json_t *fields_intersection(struct arena *arena, const json_t *a,
			    const json_t *b)
{
	return fields_keep(arena, combine_children(a, b, INTERSECTION));
}

bool fields_empty(const json_t *set)
{
	return !fields_has_children(set);
}

static json_t *name_children(const json_t *node)
{
	json_t *out = NULL, *child;
	const char *element;

	json_object_foreach(each(node), element, child) {
		json_t *named;

		if (!fields_is_child(element))
			continue;
		named = name_children(child);
		if (fields_is_member(child) || element[0] == 'f')
			fields_add_self(&named);
		fields_add_child(&out, element, named);
	}
	return out;
}

json_t *fields_named(struct arena *arena, const json_t *set)
{
	return fields_keep(arena, name_children(set));
}
