/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "document/document.h"
#include "document/scalar.h"

/* A double needs 17 digits at most. */
#define DIGITS_MAX 17

/* 0.DIGITS times ten to the power of `point`. */
struct decimal {
	char digits[DIGITS_MAX + 1];
	int n;
	int point;
	bool negative;
};

static void split(const char *scientific, struct decimal *out)
{
	const char *e = strchr(scientific, 'e');

	out->n = 0;
	for (const char *p = scientific; p < e; p++)
		if (*p >= '0' && *p <= '9')
			out->digits[out->n++] = *p;
	while (out->n > 1 && out->digits[out->n - 1] == '0')
		out->n--;
	out->digits[out->n] = '\0';
	out->point = (int)strtol(e + 1, NULL, 10) + 1;
}

/*
 * The fewest digits that read back as `real`.  A double has 15 digits always
 * and 17 at most, so three tries do; only next to zero it has fewer.  Below a
 * power of two doubles lie closer than above it, so that there the nearest
 * digits may fail and the next higher ones do.
 */
static void shortest(double real, struct decimal *out)
{
	double wanted = fabs(real);
	int precision = wanted < DBL_MIN ? 0 : DIGITS_MAX - 3;
	char text[32], *last;

	for (; precision < DIGITS_MAX; precision++) {
		snprintf(text, sizeof(text), "%.*e", precision, wanted);
		if (strtod(text, NULL) == wanted)
			break;
		/* "d.ddde-07" */
		last = text + (precision ? precision + 1 : 0);
		if (*last == '9')
			continue;
		(*last)++;
		if (strtod(text, NULL) == wanted)
			break;
	}
	split(text, out);
	out->negative = signbit(real) != 0;
}

/* Go's 'f' for a whole number: its digits, then zeros. */
static void spell_whole(const struct decimal *d, char out[static 32])
{
	int n = 0;

	if (d->negative)
		out[n++] = '-';
	for (int i = 0; i < d->point; i++)
		out[n++] = i < d->n ? d->digits[i] : '0';
	out[n] = '\0';
}

/* Numbers of 22 digits and more keep their exponent on the way through
 * JSON. */
static bool is_whole(double real)
{
	return real == trunc(real) && fabs(real) < 1e21;
}

bool doc_real_as_integer(double real, json_int_t *out)
{
	struct decimal d;
	char text[32];
	long long value;

	if (!is_whole(real))
		return false;
	if (real == 0) {
		*out = 0;
		return true;
	}
	shortest(real, &d);
	spell_whole(&d, text);
	errno = 0;
	value = strtoll(text, NULL, 10);
	if (errno)
		return false;
	*out = value;
	return true;
}

/* An exponent of one digit is written with a 0 before it where `digits` is
 * 2. */
static void add_exponent(struct str *out, const struct decimal *d, int digits)
{
	int exponent = d->point - 1;

	str_add_char(out, d->digits[0]);
	if (d->n > 1) {
		str_add_char(out, '.');
		str_add_bytes(out, d->digits + 1, (size_t)d->n - 1);
	}
	str_printf(out, "e%c%0*d", exponent < 0 ? '-' : '+', digits,
		   abs(exponent));
}

static void add_point(struct str *out, const struct decimal *d)
{
	if (d->point <= 0) {
		str_add(out, "0.");
		for (int i = d->point; i < 0; i++)
			str_add_char(out, '0');
		str_add(out, d->digits);
		return;
	}
	for (int i = 0; i < d->point; i++)
		str_add_char(out, i < d->n ? d->digits[i] : '0');
	if (d->n > d->point) {
		str_add_char(out, '.');
		str_add(out, d->digits + d->point);
	}
}

void doc_add_real_g(struct str *out, double real)
{
	struct decimal d;

	if (real == 0) {
		str_add(out, signbit(real) ? "-0" : "0");
		return;
	}
	shortest(real, &d);
	if (d.negative)
		str_add_char(out, '-');
	if (d.point - 1 < -4 || d.point - 1 >= 6)
		add_exponent(out, &d, 2);
	else
		add_point(out, &d);
}

void doc_add_real_short(struct str *out, double real)
{
	char text[32];
	int digits = 1;

	if (!isfinite((float)real)) {
		str_add(out, isnan(real) ? ".nan" :
			     real < 0    ? "-.inf" :
					   ".inf");
		return;
	}
	do
		snprintf(text, sizeof(text), "%.*g", digits, real);
	while (digits++ < FLT_DECIMAL_DIG && strtof(text, NULL) != (float)real);
	doc_add_real_g(out, strtod(text, NULL));
}

void doc_add_real_f(struct str *out, double real)
{
	struct decimal d;

	if (real == 0) {
		str_add(out, signbit(real) ? "-0" : "0");
		return;
	}
	shortest(real, &d);
	if (d.negative)
		str_add_char(out, '-');
	add_point(out, &d);
}

void doc_add_json_real(struct str *out, double real)
{
	double size = fabs(real);
	struct decimal d;

	if (real == 0) {
		str_add(out, signbit(real) ? "-0" : "0");
		return;
	}
	shortest(real, &d);
	if (d.negative)
		str_add_char(out, '-');
	if (size < 1e-6 || size >= 1e21)
		add_exponent(out, &d, size < 1 ? 1 : 2);
	else
		add_point(out, &d);
}

void doc_add_real(struct str *out, double real)
{
	struct decimal d;
	char whole[32];

	if (real == 0) {
		str_add_char(out, '0');
		return;
	}
	if (is_whole(real)) {
		shortest(real, &d);
		spell_whole(&d, whole);
		errno = 0;
		if (d.negative)
			(void)strtoll(whole, NULL, 10);
		else
			(void)strtoull(whole, NULL, 10);
		if (!errno) {
			str_add(out, whole);
			return;
		}
	}
	doc_add_real_g(out, real);
}
