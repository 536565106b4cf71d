/* SPDX-License-Identifier: Apache-2.0 */
#include "http/transfer.h"

#include <string.h>

/* The API server sends at most 16 KiB of them; this is for anybody else. */
#define WARNINGS_CAP 64

/* The text of a quoted-string, unescaped; moves past its closing quote. */
static char *unquote(struct arena *arena, const char **at)
{
	char *text = arena_alloc(arena, strlen(*at) + 1);
	const char *from = *at + 1;
	size_t n = 0;

	while (*from && *from != '"') {
		if (*from == '\\' && from[1])
			from++;
		text[n++] = *from++;
	}
	*at = *from ? from + 1 : from;
	return text;
}

static const char **add(struct arena *arena, const char **list,
			const char *text)
{
	const char **longer;
	size_t n = 0;

	for (; list && list[n]; n++) {
		if (strcmp(list[n], text) == 0)
			return list;
	}
	if (n == WARNINGS_CAP)
		return list;
	longer = arena_array(arena, n + 2, sizeof(*longer));
	if (n)
		memcpy(longer, list, n * sizeof(*longer));
	longer[n] = text;
	return longer;
}

/* RFC 7234 5.5: 299 agent "text" "date", 299 - "another".  A date is told
 * from a text by standing behind one. */
const char **http_add_warnings(struct arena *arena, const char **list,
			       const char *value)
{
	bool have_text = false;

	while (*value) {
		if (*value == ',') {
			have_text = false;
			value++;
		} else if (*value == '"') {
			const char *text = unquote(arena, &value);

			if (!have_text && *text)
				list = add(arena, list, text);
			have_text = true;
		} else {
			value++;
		}
	}
	return list;
}
