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
