/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "document/scalar.h"

/* Words that are no strings.  1.1 means: only where a text is written. */
static const struct word {
	const char *text;
	enum scalar_type type;
	bool v1_1;
	double real;
} words[] = {
	{ "", SCALAR_NULL, false, 0 },
	{ "~", SCALAR_NULL, false, 0 },
	{ "null", SCALAR_NULL, false, 0 },
	{ "Null", SCALAR_NULL, false, 0 },
	{ "NULL", SCALAR_NULL, false, 0 },
	{ "true", SCALAR_TRUE, false, 0 },
	{ "True", SCALAR_TRUE, false, 0 },
	{ "TRUE", SCALAR_TRUE, false, 0 },
	{ "false", SCALAR_FALSE, false, 0 },
	{ "False", SCALAR_FALSE, false, 0 },
	{ "FALSE", SCALAR_FALSE, false, 0 },
	{ "y", SCALAR_TRUE, true, 0 },
	{ "Y", SCALAR_TRUE, true, 0 },
	{ "yes", SCALAR_TRUE, true, 0 },
	{ "Yes", SCALAR_TRUE, true, 0 },
	{ "YES", SCALAR_TRUE, true, 0 },
	{ "on", SCALAR_TRUE, true, 0 },
	{ "On", SCALAR_TRUE, true, 0 },
	{ "ON", SCALAR_TRUE, true, 0 },
	{ "n", SCALAR_FALSE, true, 0 },
	{ "N", SCALAR_FALSE, true, 0 },
	{ "no", SCALAR_FALSE, true, 0 },
	{ "No", SCALAR_FALSE, true, 0 },
	{ "NO", SCALAR_FALSE, true, 0 },
	{ "off", SCALAR_FALSE, true, 0 },
	{ "Off", SCALAR_FALSE, true, 0 },
	{ "OFF", SCALAR_FALSE, true, 0 },
	{ ".nan", SCALAR_REAL, false, (double)NAN },
	{ ".NaN", SCALAR_REAL, false, (double)NAN },
	{ ".NAN", SCALAR_REAL, false, (double)NAN },
	{ ".inf", SCALAR_REAL, false, (double)INFINITY },
	{ ".Inf", SCALAR_REAL, false, (double)INFINITY },
	{ ".INF", SCALAR_REAL, false, (double)INFINITY },
	{ "+.inf", SCALAR_REAL, false, (double)INFINITY },
	{ "+.Inf", SCALAR_REAL, false, (double)INFINITY },
	{ "+.INF", SCALAR_REAL, false, (double)INFINITY },
	{ "-.inf", SCALAR_REAL, false, (double)-INFINITY },
	{ "-.Inf", SCALAR_REAL, false, (double)-INFINITY },
	{ "-.INF", SCALAR_REAL, false, (double)-INFINITY },
};

#define WORD_LONGEST 5

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool resolve_word(const char *text, size_t n,
			 enum scalar_dialect dialect, struct scalar *out)
{
	/* Most texts begin otherwise. */
	if (n > WORD_LONGEST || !strchr("~nNtTfFyYoO.+-", *text))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (words[i].text[0] != text[0] ||
		    strcmp(words[i].text, text) != 0)
			continue;
		if (words[i].v1_1 && dialect == SCALAR_READ)
			return false;
		out->type = words[i].type;
		out->real = words[i].real;
		return true;
	}
	return false;
}

/* The digits up to the end in `base`; UINT64_MAX and `*over` where they are
 * too many. */
static bool parse_digits(const char *p, unsigned base, uint64_t *out,
			 bool *over)
{
	uint64_t value = 0;
	unsigned digit;

	*over = false;
	for (; *p; p++) {
		if (is_digit(*p))
			digit = (unsigned)(*p - '0');
		else if ((*p | 0x20) >= 'a' && (*p | 0x20) <= 'f')
			digit = (unsigned)((*p | 0x20) - 'a') + 10;
		else
			return false;
		if (digit >= base)
			return false;
		if (value > (UINT64_MAX - digit) / base)
			*over = true;
		else
			value = value * base + digit;
	}
	*out = value;
	return true;
}

/* Go's prefixes: 0b, 0o, 0x, and 0 alone for eight. */
static unsigned take_prefix(const char **p)
{
	const char *s = *p;
	char letter = (char)(s[0] ? s[1] | 0x20 : 0);

	if (s[0] != '0' || !s[1])
		return 10;
	if (!s[2] || !strchr("box", letter)) {
		*p += 1;
		return 8;
	}
	*p += 2;
	return letter == 'b' ? 2 : letter == 'o' ? 8 : 16;
}

/*
 * strconv.ParseInt(), then ParseUint(), which takes no sign; `base` 0 looks
 * for a prefix.  False also where the number is too large for both: in
 * decimal it is a real then.
 */
static bool parse_integer(const char *text, unsigned base, struct scalar *out)
{
	const char *p = text;
	bool negative = *p == '-', sign = negative || *p == '+', over;
	uint64_t value;

	p += sign;
	if (!*p)
		return false;
	if (!base)
		base = take_prefix(&p);
	if (!parse_digits(p, base, &value, &over) || over)
		return false;
	if (value > INT64_MAX && negative && value == (uint64_t)INT64_MAX + 1) {
		out->type = SCALAR_INTEGER;
		out->integer = INT64_MIN;
	} else if (value <= INT64_MAX) {
		out->type = SCALAR_INTEGER;
		out->integer = (json_int_t)value;
		if (negative)
			out->integer = -out->integer;
	} else if (!sign) {
		out->type = SCALAR_REAL;
		out->real = (double)value;
		out->was_integer = true;
	} else {
		return false;
	}
	return true;
}

/* 0b-101 and 0o-7: the prefix stands before the sign, and yaml.v3 takes it.
 * yaml.v2 does so for 0b only. */
static bool parse_odd_integer(const char *text, enum scalar_dialect dialect,
			      struct scalar *out)
{
	unsigned base = text[0] != '0'                           ? 0 :
			text[1] == 'b'                           ? 2 :
			text[1] == 'o' && dialect == SCALAR_READ ? 8 :
								   0;

	return base && parse_integer(text + 2, base, out);
}

static const char *skip_digits(const char *p)
{
	while (is_digit(*p))
		p++;
	return p;
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? that does not
 * overflow. */
static bool parse_real(const char *text, struct scalar *out)
{
	const char *p = text + (*text == '-' || *text == '+');
	const char *whole = p, *digits;
	double value;

	p = skip_digits(p);
	if (*p == '.') {
		digits = ++p;
		p = skip_digits(p);
		if (digits - 1 == whole && p == digits)
			return false;
	} else if (p == whole) {
		return false;
	}
	if (*p == 'e' || *p == 'E') {
		p++;
		p += *p == '-' || *p == '+';
		digits = p;
		p = skip_digits(p);
		if (p == digits)
			return false;
	}
	if (*p)
		return false;
	value = strtod(text, NULL);
	if (isinf(value))
		return false;
	out->type = SCALAR_REAL;
	out->real = value;
	return true;
}

/* Go's rule for a real that begins with a point: an underscore stands
 * between two digits. */
static bool underscores_are_between_digits(const char *text)
{
	for (const char *p = text; *p; p++)
		if (*p == '_' && (!is_digit(p[-1]) || !is_digit(p[1])))
			return false;
	return true;
}

static void resolve_number(const char *text, enum scalar_dialect dialect,
			   struct scalar *out)
{
	if (*text == '.')
		parse_real(text, out);
	else if (!parse_integer(text, 0, out) && !parse_real(text, out))
		parse_odd_integer(text, dialect, out);
}

void doc_scalar_resolve(const char *text, size_t n, enum scalar_dialect dialect,
			bool times, struct scalar *out)
{
	AUTO_STR struct str plain = STR_INIT(n);

	out->type = SCALAR_STRING;
	out->was_integer = false;
	if (resolve_word(text, n, dialect, out))
		return;
	if (!is_digit(*text) && *text != '-' && *text != '+' && *text != '.')
		return;
	if (memchr(text, '\0', n))
		return;
	if (times && *text != '.' && doc_scalar_time(text, out->time)) {
		out->type = SCALAR_TIME;
		return;
	}
	if (!memchr(text, '_', n)) {
		resolve_number(text, dialect, out);
		return;
	}
	if (*text == '.' && !underscores_are_between_digits(text))
		return;
	for (size_t i = 0; i < n; i++)
		if (text[i] != '_')
			str_add_char(&plain, text[i]);
	resolve_number(str_text(&plain), dialect, out);
}

bool doc_scalar_is_base60(const char *text, size_t n)
{
	const char *p = text + (*text == '-' || *text == '+');
	const char *end = text + n;
	bool colon = false;

	if (!is_digit(*p))
		return false;
	while (is_digit(*p) || *p == '_')
		p++;
	for (; *p == ':'; colon = true) {
		p++;
		if (!is_digit(*p))
			return false;
		/* At most two digits, the first of two below six. */
		p += is_digit(p[1]) && *p < '6' ? 2 : 1;
	}
	if (!colon)
		return false;
	if (*p == '.')
		for (p++; is_digit(*p) || *p == '_';)
			p++;
	return p == end;
}
