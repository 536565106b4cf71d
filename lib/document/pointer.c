/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "document/document.h"
#include "document/unconst.h"

void doc_pointer_add(struct str *pointer, const char *token)
{
	str_add_char(pointer, '/');
	for (; *token; token++) {
		if (*token == '~')
			str_add(pointer, "~0");
		else if (*token == '/')
			str_add(pointer, "~1");
		else
			str_add_char(pointer, *token);
	}
}

bool doc_add_scalar(struct str *out, const json_t *value)
{
	if (json_is_string(value))
		str_add_bytes(out, json_string_value(value),
			      json_string_length(value));
	else if (value && !json_is_object(value) && !json_is_array(value))
		doc_write_json(out, value);
	else
		return false;
	return true;
}

/* Undo the escapes of one token; false where a ~ is followed by something
 * else. */
static bool unescape(const char *token, size_t n, struct str *out)
{
	str_clear(out);
	for (size_t i = 0; i < n; i++) {
		if (token[i] != '~') {
			str_add_char(out, token[i]);
			continue;
		}
		if (++i == n || (token[i] != '0' && token[i] != '1'))
			return false;
		str_add_char(out, token[i] == '0' ? '~' : '/');
	}
	return true;
}

/* A member of an array: decimal, no leading zeros, no "-". */
static json_t *member_at(const json_t *array, const char *token, size_t n)
{
	size_t index = 0, size = json_array_size(array);

	if (!n || (n > 1 && token[0] == '0'))
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (token[i] < '0' || token[i] > '9')
			return NULL;
		index = index * 10 + (size_t)(token[i] - '0');
		if (index >= size)
			return NULL;
	}
	return json_array_get(array, index);
}

json_t *doc_pointer(const json_t *value, const char *pointer)
{
	AUTO_STR struct str token = STR_INIT(STR_BIG);
	const json_t *at = value;
	size_t n;

	while (at && *pointer) {
		if (*pointer != '/')
			return NULL;
		pointer++;
		n = strcspn(pointer, "/");
		if (json_is_array(at)) {
			at = member_at(at, pointer, n);
		} else {
			if (!unescape(pointer, n, &token))
				return NULL;
			at = json_object_getn(at, str_text(&token), token.len);
		}
		pointer += n;
	}
	return doc_unconst(at);
}

/* ---- items by what they have ---- */

bool doc_pointer_next(const char **pointer, struct str *token)
{
	const char *begin = *pointer + 1;
	size_t n;

	if (**pointer != '/')
		return false;
	n = strcspn(begin, "/");
	*pointer = begin + n;
	return unescape(begin, n, token);
}

/* "[name=web]": the value may hold anything. */
static bool is_selector(const char *token)
{
	const char *equals = strchr(token, '=');

	return *token == '[' && equals && equals > token + 1 &&
	       str_ends(equals, "]");
}

bool doc_pointer_check(const char *pointer)
{
	AUTO_STR struct str token = STR_INIT(STR_BIG);

	if (!*pointer)
		return false;
	while (*pointer) {
		if (!doc_pointer_next(&pointer, &token) ||
		    (*str_text(&token) == '[' &&
		     !is_selector(str_text(&token))))
			return false;
	}
	return true;
}

static bool has(const json_t *item, const char *selector)
{
	const char *key = selector + 1, *equals = strchr(selector, '=');
	AUTO_STR struct str value = STR_INIT(STR_BIG);
	size_t n = strlen(equals + 1) - 1;

	return doc_add_scalar(&value,
			      json_object_getn(item, key,
					       (size_t)(equals - key))) &&
	       value.len == n && strncmp(str_text(&value), equals + 1, n) == 0;
}

bool doc_pointer_chooses(const char *token, const json_t *item, size_t index)
{
	AUTO_STR struct str number = STR_INIT(STR_BIG);

	if (is_selector(token))
		return has(item, token);
	str_printf(&number, "%zu", index);
	return str_equal(token, "*") || str_equal(token, str_text(&number));
}

json_t *doc_choose(const json_t *value, const char *pointer)
{
	AUTO_STR struct str token = STR_INIT(STR_BIG);
	json_t *item, *found;
	size_t i;

	if (!*pointer)
		return doc_unconst(value);
	if (!doc_pointer_next(&pointer, &token))
		return NULL;
	if (!json_is_array(value)) {
		item = json_object_getn(value, str_text(&token), token.len);
		return item ? doc_choose(item, pointer) : NULL;
	}
	json_array_foreach(value, i, item) {
		if (!doc_pointer_chooses(str_text(&token), item, i))
			continue;
		found = doc_choose(item, pointer);
		if (found)
			return found;
	}
	return NULL;
}
