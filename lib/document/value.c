/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "document/document.h"
#include "document/unconst.h"

void doc_init(void)
{
	json_set_alloc_funcs(xmalloc, free);
}

static void give_up(void *value)
{
	json_decref(value);
}

json_t *doc_keep(struct arena *arena, json_t *value)
{
	if (value)
		arena_defer(arena, give_up, value);
	return value;
}

json_t *doc_share(struct arena *arena, json_t *value)
{
	return doc_keep(arena, json_incref(value));
}

json_t *doc_copy(struct arena *arena, const json_t *value)
{
	return doc_keep(arena, json_deep_copy(value));
}

json_t *doc_object(struct arena *arena)
{
	return doc_keep(arena, json_object());
}

json_t *doc_array(struct arena *arena)
{
	return doc_keep(arena, json_array());
}

static json_t *walk(const json_t *value, va_list path)
{
	const json_t *at = value;
	const char *key;

	while (at && (key = va_arg(path, const char *)))
		at = json_object_get(at, key);
	return doc_unconst(at);
}

json_t *doc_get(const json_t *value, ...)
{
	json_t *found;
	va_list path;

	va_start(path, value);
	found = walk(value, path);
	va_end(path);
	return found;
}

const char *doc_get_string(const json_t *value, ...)
{
	const char *text;
	va_list path;

	va_start(path, value);
	text = json_string_value(walk(value, path));
	va_end(path);
	return text;
}

/* The mapping under `key`, made where there is none or something else. */
static json_t *open_mapping(json_t *object, const char *key)
{
	json_t *inner = json_object_get(object, key);

	if (!json_is_object(inner)) {
		inner = json_object();
		json_object_set_new_nocheck(object, key, inner);
	}
	return inner;
}

static void set(json_t *object, json_t *value, va_list path)
{
	const char *key = va_arg(path, const char *), *next;
	json_t *at = object;

	while ((next = va_arg(path, const char *))) {
		if (!value && !json_is_object(json_object_get(at, key)))
			return;
		at = open_mapping(at, key);
		key = next;
	}
	if (value)
		json_object_set_nocheck(at, key, value);
	else
		json_object_del(at, key);
}

void doc_set(json_t *object, json_t *value, ...)
{
	va_list path;

	va_start(path, value);
	set(object, value, path);
	va_end(path);
}

void doc_set_string(json_t *object, const char *text, ...)
{
	json_t *value = json_string_nocheck(text);
	va_list path;

	va_start(path, text);
	set(object, value, path);
	va_end(path);
	json_decref(value);
}

/* 2^63: the first double above what json_int_t holds. */
#define INTEGER_END 9223372036854775808.0

static bool equal_mixed(json_int_t integer, double real)
{
	return real == trunc(real) && real >= -INTEGER_END &&
	       real < INTEGER_END && (json_int_t)real == integer;
}

static bool equal_objects(const json_t *a, const json_t *b)
{
	json_t *mutable = doc_unconst(a), *left, *right;
	const char *key;
	size_t len;

	if (json_object_size(a) != json_object_size(b))
		return false;
	json_object_keylen_foreach(mutable, key, len, left)
	{
		right = json_object_getn(b, key, len);
		if (!right || !doc_equal(left, right))
			return false;
	}
	return true;
}

static bool equal_arrays(const json_t *a, const json_t *b)
{
	size_t n = json_array_size(a);

	if (n != json_array_size(b))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!doc_equal(json_array_get(a, i), json_array_get(b, i)))
			return false;
	return true;
}

bool doc_equal(const json_t *a, const json_t *b)
{
	if (a == b)
		return true;
	if (!a || !b)
		return false;
	if (json_is_integer(a) && json_is_real(b))
		return equal_mixed(json_integer_value(a), json_real_value(b));
	if (json_is_real(a) && json_is_integer(b))
		return equal_mixed(json_integer_value(b), json_real_value(a));
	if (json_typeof(a) != json_typeof(b))
		return false;
	if (json_is_object(a))
		return equal_objects(a, b);
	if (json_is_array(a))
		return equal_arrays(a, b);
	return json_equal(a, b);
}
