/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "document/scalar.h"

/*
 * Timestamps as Go's time.Parse() takes them with the four layouts of
 * yaml.v3: 2006-1-2, 2006-1-2T15:4:5.999999999Z07:00 with T or t, and
 * "2006-1-2 15:4:5.999999999".
 */

struct moment {
	int year, month, day;
	int hour, minute, second;
	int nanoseconds;
	int zone_minutes;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* One digit or two, as Go has it where the layout shows one. */
static bool number(const char **p, int low, int high, int *out)
{
	if (!is_digit(**p))
		return false;
	*out = *(*p)++ - '0';
	if (is_digit(**p))
		*out = *out * 10 + (*(*p)++ - '0');
	return *out >= low && *out <= high;
}

static bool literal(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

static int days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30,
				    31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

static bool date(const char **p, struct moment *out)
{
	for (int i = 0; i < 4; i++) {
		if (!is_digit(**p))
			return false;
		out->year = out->year * 10 + (*(*p)++ - '0');
	}
	return literal(p, '-') && number(p, 1, 12, &out->month) &&
	       literal(p, '-') &&
	       number(p, 1, days_in(out->year, out->month), &out->day);
}

/* Any number of digits behind a point or a comma; nine count. */
static void fraction(const char **p, struct moment *out)
{
	int scale = 100000000;

	if ((**p != '.' && **p != ',') || !is_digit((*p)[1]))
		return;
	for ((*p)++; is_digit(**p); (*p)++) {
		out->nanoseconds += (**p - '0') * scale;
		scale /= 10;
	}
}

static bool time_of_day(const char **p, struct moment *out)
{
	if (!number(p, 0, 23, &out->hour) || !literal(p, ':') ||
	    !number(p, 0, 59, &out->minute) || !literal(p, ':') ||
	    !number(p, 0, 59, &out->second))
		return false;
	fraction(p, out);
	return true;
}

/* "Z" or "+07:00", where Go lets 24 hours and 60 minutes pass. */
static bool zone(const char **p, struct moment *out)
{
	const char *s = *p;
	int hours, minutes;

	if (literal(p, 'Z'))
		return true;
	if ((s[0] != '+' && s[0] != '-') || !is_digit(s[1]) ||
	    !is_digit(s[2]) || s[3] != ':' || !is_digit(s[4]) ||
	    !is_digit(s[5]))
		return false;
	hours = (s[1] - '0') * 10 + (s[2] - '0');
	minutes = (s[4] - '0') * 10 + (s[5] - '0');
	if (hours > 24 || minutes > 60)
		return false;
	out->zone_minutes = hours * 60 + minutes;
	if (s[0] == '-')
		out->zone_minutes = -out->zone_minutes;
	*p += 6;
	return true;
}

static bool parse(const char *p, struct moment *out)
{
	if (!date(&p, out))
		return false;
	if (!*p)
		return true;
	if (*p == 'T' || *p == 't') {
		p++;
		return time_of_day(&p, out) && zone(&p, out) && !*p;
	}
	if (*p != ' ')
		return false;
	p += strspn(p, " ");
	return time_of_day(&p, out) && !*p;
}

bool doc_scalar_time(const char *text, char out[SCALAR_TIME_SIZE])
{
	struct moment m = { 0 };
	size_t n;
	int zone_minutes;

	if (!parse(text, &m))
		return false;
	n = (size_t)snprintf(out, SCALAR_TIME_SIZE,
			     "%04d-%02d-%02dT%02d:%02d:%02d", m.year, m.month,
			     m.day, m.hour, m.minute, m.second);
	if (m.nanoseconds) {
		n += (size_t)snprintf(out + n, SCALAR_TIME_SIZE - n, ".%09d",
				      m.nanoseconds);
		while (out[n - 1] == '0')
			n--;
	}
	zone_minutes = m.zone_minutes < 0 ? -m.zone_minutes : m.zone_minutes;
	if (!zone_minutes)
		snprintf(out + n, SCALAR_TIME_SIZE - n, "Z");
	else
		snprintf(out + n, SCALAR_TIME_SIZE - n, "%c%02d:%02d",
			 m.zone_minutes < 0 ? '-' : '+', zone_minutes / 60,
			 zone_minutes % 60);
	return true;
}
