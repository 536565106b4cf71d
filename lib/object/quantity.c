/* SPDX-License-Identifier: Apache-2.0 */
#include "object/quantity.h"

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/str.h"

#define DIGITS_MOST   18 /* fit in 64 bits */
#define EXPONENT_MOST 99

/* rest * 2^twos * 5^fives, where neither divides the rest: each amount has one
 * such form. */
struct quantity {
	bool negative;
	uint64_t rest;
	int twos;
	int fives;
};

static const struct {
	const char *name;
	int twos;
	int fives;
} suffixes[] = {
	{ "", 0, 0 },    { "E", 18, 18 }, { "Ei", 60, 0 }, { "G", 9, 9 },
	{ "Gi", 30, 0 }, { "Ki", 10, 0 }, { "M", 6, 6 },   { "Mi", 20, 0 },
	{ "P", 15, 15 }, { "Pi", 50, 0 }, { "T", 12, 12 }, { "Ti", 40, 0 },
	{ "k", 3, 3 },   { "m", -3, -3 }, { "n", -9, -9 }, { "u", -6, -6 },
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "e3", "E-3". */
static bool read_exponent(const char *text, struct quantity *out)
{
	bool negative;
	int value = 0;

	if (*text != 'e' && *text != 'E')
		return false;
	text++;
	negative = *text == '-';
	text += *text == '-' || *text == '+';
	if (!*text)
		return false;
	for (; is_digit(*text) && value <= EXPONENT_MOST; text++)
		value = 10 * value + *text - '0';
	out->twos += negative ? -value : value;
	out->fives += negative ? -value : value;
	return !*text && value <= EXPONENT_MOST;
}

static bool read_suffix(const char *text, struct quantity *out)
{
	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
		if (!str_equal(text, suffixes[i].name))
			continue;
		out->twos += suffixes[i].twos;
		out->fives += suffixes[i].fives;
		return true;
	}
	return read_exponent(text, out);
}

/* The number in front; NULL where there is none, else what follows it. */
static const char *read_number(const char *text, struct quantity *out)
{
	bool fraction = false;
	int digits = 0;

	for (; is_digit(*text) || (*text == '.' && !fraction); text++) {
		if (*text == '.') {
			fraction = true;
			continue;
		}
		if (++digits > DIGITS_MOST)
			return NULL;
		out->rest = 10 * out->rest + (uint64_t)(*text - '0');
		out->twos -= fraction;
		out->fives -= fraction;
	}
	return digits ? text : NULL;
}

static bool read_quantity(const char *text, struct quantity *out)
{
	*out = (struct quantity){ .negative = *text == '-' };
	text = read_number(text + (*text == '-' || *text == '+'), out);
	if (!text || !read_suffix(text, out))
		return false;
	if (!out->rest)
		*out = (struct quantity){ 0 };
	for (; out->rest && out->rest % 2 == 0; out->rest /= 2)
		out->twos++;
	for (; out->rest && out->rest % 5 == 0; out->rest /= 5)
		out->fives++;
	return true;
}

bool quantity_equal(const char *a, const char *b)
{
	struct quantity left, right;

	return read_quantity(a, &left) && read_quantity(b, &right) &&
	       left.negative == right.negative && left.rest == right.rest &&
	       left.twos == right.twos && left.fives == right.fives;
}
