/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <string.h>

#include "base/str.h"

/*
 * The length of the character at `s`, of which `n` bytes may be read, and its
 * code point; 0 where it is not UTF-8 (RFC 3629, table in part 4).
 */
static size_t decode(const unsigned char *s, size_t n, uint32_t *code)
{
	size_t len;
	uint32_t least;

	if (s[0] < 0x80) {
		*code = s[0];
		return 1;
	}
	if (s[0] >= 0xc2 && s[0] <= 0xdf) {
		len = 2;
		least = 0x80;
		*code = s[0] & 0x1f;
	} else if ((s[0] & 0xf0) == 0xe0) {
		len = 3;
		least = 0x800;
		*code = s[0] & 0x0f;
	} else if (s[0] >= 0xf0 && s[0] <= 0xf4) {
		len = 4;
		least = 0x10000;
		*code = s[0] & 0x07;
	} else {
		return 0;
	}
	if (len > n)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (s[i] & 0x3f);
	}
	if (*code < least || *code > 0x10ffff ||
	    (*code >= 0xd800 && *code <= 0xdfff))
		return 0;
	return len;
}

bool str_is_utf8(const char *text, size_t n)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t i = 0;

	while (i < n) {
		uint64_t word;
		uint32_t code;
		size_t len;

		/* Eight plain characters at once: most text is only those. */
		if (n - i >= sizeof(word)) {
			memcpy(&word, s + i, sizeof(word));
			if (!(word & 0x8080808080808080)) {
				i += sizeof(word);
				continue;
			}
		}
		len = decode(s + i, n - i, &code);
		if (!len)
			return false;
		i += len;
	}
	return true;
}

/*
 * Characters above ASCII that change how their neighbours are read: C1
 * controls, line and paragraph separator, and what turns the direction of
 * writing (Unicode UAX 9, table 4).
 */
static bool misleads(uint32_t code)
{
	return (code >= 0x80 && code <= 0x9f) || code == 0x061c ||
	       code == 0x200e || code == 0x200f ||
	       (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069);
}

void str_add_shown(struct str *str, const char *text, size_t n, bool lines)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t start = 0, i = 0;

	while (i < n) {
		uint32_t code = s[i];
		size_t len;

		if ((code >= 0x20 && code < 0x7f) ||
		    (lines && (code == '\n' || code == '\t'))) {
			i++;
			continue;
		}
		len = code < 0x80 ? 0 : decode(s + i, n - i, &code);
		if (len && !misleads(code)) {
			i += len;
			continue;
		}
		str_add_bytes(str, text + start, i - start);
		if (len)
			str_printf(str, "\\u{%04x}", (unsigned)code);
		else
			str_printf(str, "\\x%02x", (unsigned)s[i]);
		i += len ? len : 1;
		start = i;
	}
	str_add_bytes(str, text + start, n - start);
}

/* Longer names are not typed by hand. */
#define NAME_MOST 64

/* Insert, delete, replace and swap of neighbours each cost 1 (optimal string
 * alignment); both lengths are at most NAME_MOST. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][NAME_MOST + 1];

	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *row = rows[i % 3], *above = rows[(i + 2) % 3];
		const size_t *above2 = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t least = above[j - 1] + (a[i - 1] != b[j - 1]);

			if (above[j] + 1 < least)
				least = above[j] + 1;
			if (row[j - 1] + 1 < least)
				least = row[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && above2[j - 2] + 1 < least)
				least = above2[j - 2] + 1;
			row[j] = least;
		}
	}
	return rows[a_len % 3][b_len];
}

const char *str_nearest(const char *name, const char *const *names)
{
	size_t len = strlen(name), best = len / 3 + 1;
	const char *nearest = NULL;

	if (len > NAME_MOST)
		return NULL;
	for (; *names; names++) {
		size_t other = strlen(*names), d;

		if (other > NAME_MOST)
			continue;
		d = distance(name, len, *names, other);
		if (d < best) {
			best = d;
			nearest = *names;
		}
	}
	return nearest;
}
