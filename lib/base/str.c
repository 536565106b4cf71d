/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST ((size_t)64)

/*
 * Room for `n` more bytes and a NUL, or `full`.  Growth doubles, so that many
 * small appends cost what they are long; the cap is not passed even in
 * allocation.
 */
static bool make_room(struct str *str, size_t n)
{
	size_t need, room;

	if (str->full || n > str->cap_bytes - str->len) {
		str->full = true;
		return false;
	}
	need = str->len + n + 1;
	room = str->room ? str->room : ROOM_FIRST;
	while (room < need)
		room = room > SIZE_MAX / 2 ? need : room * 2;
	if (room > str->cap_bytes && str->cap_bytes < SIZE_MAX)
		room = str->cap_bytes + 1;
	str->data = xrealloc(str->data, room);
	str->room = room;
	return true;
}

static inline bool reserve(struct str *str, size_t n)
{
	return (!str->full && n < str->room - str->len) || make_room(str, n);
}

void str_add(struct str *str, const char *text)
{
	str_add_bytes(str, text, strlen(text));
}

void str_add_bytes(struct str *str, const void *bytes, size_t n)
{
	if (!reserve(str, n))
		return;
	if (n)
		memcpy(str->data + str->len, bytes, n);
	str->len += n;
	str->data[str->len] = '\0';
}

void str_add_char(struct str *str, char c)
{
	if (!reserve(str, 1))
		return;
	str->data[str->len++] = c;
	str->data[str->len] = '\0';
}

void str_add_repeat(struct str *str, char c, size_t n)
{
	if (!reserve(str, n))
		return;
	memset(str->data + str->len, c, n);
	str->len += n;
	str->data[str->len] = '\0';
}

void str_printf(struct str *str, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	str_vprintf(str, fmt, ap);
	va_end(ap);
}

void str_vprintf(struct str *str, const char *fmt, va_list ap)
{
	size_t free_room = str->room - str->len;
	va_list again;
	int n;

	va_copy(again, ap);
	/* What is there often suffices, and then one pass does. */
	n = vsnprintf(str->data ? str->data + str->len : NULL, free_room, fmt,
		      ap);
	if (n < 0)
		abort();
	if (!reserve(str, (size_t)n)) {
		if (free_room)
			str->data[str->len] = '\0';
	} else {
		if ((size_t)n >= free_room)
			vsnprintf(str->data + str->len, (size_t)n + 1, fmt,
				  again);
		str->len += (size_t)n;
	}
	va_end(again);
}

void str_cut(struct str *str, size_t len)
{
	assert(len <= str->len);
	if (!str->data)
		return;
	str->len = len;
	str->data[len] = '\0';
}

bool str_cut_text(struct str *str, size_t most)
{
	if (str->len <= most)
		return false;
	while (most && ((unsigned char)str->data[most] & 0xc0) == 0x80)
		most--;
	str_cut(str, most);
	return true;
}

void str_clear(struct str *str)
{
	str_cut(str, 0);
	str->full = false;
}

void str_release(struct str *str)
{
	free(str->data);
	*str = (struct str)STR_INIT(str->cap_bytes);
}

const char *str_text(const struct str *str)
{
	return str->data ? str->data : "";
}

struct bytes str_bytes(const struct str *str)
{
	return (struct bytes){ str_text(str), str->len };
}

char *str_keep(const struct str *str, struct arena *arena)
{
	return arena_memdup(arena, str_text(str), str->len + 1);
}

bool str_starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *text, const char *suffix)
{
	size_t n = strlen(text), suffix_len = strlen(suffix);

	return n >= suffix_len &&
	       memcmp(text + n - suffix_len, suffix, suffix_len) == 0;
}

bool str_equal(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	return strcmp(a, b) == 0;
}

static const char base64_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void str_add_base64(struct str *str, const void *bytes, size_t n)
{
	const unsigned char *in = bytes;
	char *out;

	if (n > SIZE_MAX / 4 * 3 - 3 || !reserve(str, (n + 2) / 3 * 4)) {
		str->full = true;
		return;
	}
	out = str->data + str->len;
	for (; n >= 3; in += 3, n -= 3) {
		*out++ = base64_digits[in[0] >> 2];
		*out++ = base64_digits[(in[0] & 3) << 4 | in[1] >> 4];
		*out++ = base64_digits[(in[1] & 15) << 2 | in[2] >> 6];
		*out++ = base64_digits[in[2] & 63];
	}
	if (n) {
		unsigned second = n == 2 ? in[1] : 0;

		*out++ = base64_digits[in[0] >> 2];
		*out++ = base64_digits[(in[0] & 3) << 4 | second >> 4];
		*out++ = n == 2 ? base64_digits[(second & 15) << 2] : '=';
		*out++ = '=';
	}
	*out = '\0';
	str->len = (size_t)(out - str->data);
}

/* 0 to 63, or -1. */
static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

bool str_decode_base64(struct str *str, const char *text, size_t n)
{
	size_t digits = 0, padding = 0;
	uint32_t word = 0;
	char *out;

	/* First whether it is Base64 at all, so that nothing is added where
	 * it is not. */
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\n' || text[i] == '\r')
			continue;
		if (text[i] == '=')
			padding++;
		else if (base64_value(text[i]) < 0 || padding)
			return false;
		else
			digits++;
	}
	if ((digits + padding) % 4 != 0 || padding > 2)
		return false;
	if (!reserve(str, digits / 4 * 3 + digits % 4 * 6 / 8))
		return true;
	out = str->data + str->len;
	digits = 0;
	for (size_t i = 0; i < n; i++) {
		int value = base64_value(text[i]);

		if (value < 0)
			continue;
		word = word << 6 | (uint32_t)value;
		/* The first digit of four completes no byte. */
		switch (digits++ % 4) {
		case 1:
			*out++ = (char)(word >> 4 & 0xff);
			break;
		case 2:
			*out++ = (char)(word >> 2 & 0xff);
			break;
		case 3:
			*out++ = (char)(word & 0xff);
			break;
		}
	}
	*out = '\0';
	str->len = (size_t)(out - str->data);
	return true;
}
