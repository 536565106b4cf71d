/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "image/policy_inside.h"

#define NUMBER_MOST 512

static bool is_digit(char c, bool hexadecimal)
{
	if (c >= '0' && c <= '9')
		return true;
	return hexadecimal &&
	       ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'));
}

/* An underscore stands between digits, where "0x" is one. */
static bool underscores_are_fine(const char *text, bool hexadecimal)
{
	char before = '\0';

	for (; *text; before = *text++) {
		if (*text != '_')
			continue;
		if (!is_digit(text[1], hexadecimal) ||
		    (!is_digit(before, hexadecimal) &&
		     !(hexadecimal && strchr("xX", before))))
			return false;
	}
	return true;
}

/* The rest behind digits and underscores; `n` counts the digits. */
static const char *skip_digits(const char *text, bool hexadecimal, size_t *n)
{
	*n = 0;
	for (; is_digit(*text, hexadecimal) || *text == '_'; text++)
		*n += *text != '_';
	return text;
}

/* Digits with a point, and an exponent; hexadecimals must have one. */
static bool is_number(const char *text, bool hexadecimal)
{
	const char *exponent = hexadecimal ? "pP" : "eE";
	size_t whole, fraction = 0, n;

	text = skip_digits(text, hexadecimal, &whole);
	if (*text == '.')
		text = skip_digits(text + 1, hexadecimal, &fraction);
	if (!whole && !fraction)
		return false;
	if (!*text)
		return !hexadecimal;
	if (!strchr(exponent, *text))
		return false;
	text++;
	text += *text == '+' || *text == '-';
	text = skip_digits(text, false, &n);
	return n && !*text;
}

bool policy_number(const char *text, double *out)
{
	const char *digits = text + (*text == '+' || *text == '-');
	bool hexadecimal = digits[0] == '0' && (digits[1] | 0x20) == 'x';
	char plain[NUMBER_MOST];
	size_t n = 0;

	if (!strcasecmp(digits, "inf") || !strcasecmp(digits, "infinity")) {
		*out = *text == '-' ? -HUGE_VAL : HUGE_VAL;
		return true;
	}
	if (strlen(text) >= sizeof(plain) ||
	    !is_number(digits + (hexadecimal ? 2 : 0), hexadecimal) ||
	    !underscores_are_fine(digits, hexadecimal))
		return false;
	for (; *text; text++)
		if (*text != '_')
			plain[n++] = *text;
	plain[n] = '\0';
	*out = strtod(plain, NULL);
	return isfinite(*out);
}
