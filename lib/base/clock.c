/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DURATION_MOST ((int64_t)10 * 366 * 86400)

int64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_wall(void)
{
	return (int64_t)time(NULL);
}

/*
 * Days since 1970-01-01 in the Gregorian calendar, reckoned from 1 March so
 * that the leap day is the last of its year.  timegm() is not POSIX.
 */
static int64_t days_since_1970(int64_t year, int64_t month, int64_t day)
{
	int64_t era, of_era, of_year;

	if (month <= 2)
		year--;
	month = (month + 9) % 12;
	era = (year >= 0 ? year : year - 399) / 400;
	of_era = year - era * 400;
	of_year = (153 * month + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	       of_year - 719468;
}

char *clock_rfc3339(struct arena *arena, int64_t wall)
{
	time_t seconds = (time_t)wall;
	struct tm tm;

	if (!gmtime_r(&seconds, &tm))
		return arena_strdup(arena, "?");
	return arena_printf(arena, "%04d-%02d-%02dT%02d:%02d:%02dZ",
			    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
			    tm.tm_hour, tm.tm_min, tm.tm_sec);
}

char *clock_duration(struct arena *arena, int64_t seconds, int most)
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = { { 86400, "d" }, { 3600, "h" }, { 60, "m" }, { 1, "s" } };
	char *out = arena_strdup(arena, "");

	for (size_t i = 0; i < ARRAY_LEN(units) && most > 0; i++) {
		const int64_t n = seconds / units[i].seconds;

		if (n <= 0)
			continue;
		out = arena_printf(arena, "%s%lld%s", out, (long long)n,
				   units[i].name);
		seconds %= units[i].seconds;
		most--;
	}
	return *out ? out : arena_strdup(arena, "0s");
}

/*
 * Read by a picture: '0' is a digit and goes to the number at hand, any other
 * character stands for itself and ends that number.  Returns the rest, or
 * NULL.
 */
static const char *read_picture(const char *text, const char *picture,
				int *numbers)
{
	*numbers = 0;
	for (; *picture; picture++, text++) {
		if (*picture == '0') {
			if (!isdigit((unsigned char)*text))
				return NULL;
			*numbers = *numbers * 10 + (*text - '0');
		} else {
			if (toupper((unsigned char)*text) != *picture)
				return NULL;
			*++numbers = 0;
		}
	}
	return text;
}

static int days_of_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30,
				    31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

static bool parse_rfc3339(const char *text, int64_t *wall)
{
	enum { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, N };
	int at[N], offset[2] = { 0, 0 }, sign = 0;
	int64_t minutes;

	text = read_picture(text, "0000-00-00T00:00:00", at);
	if (!text || at[MONTH] < 1 || at[MONTH] > 12 || at[DAY] < 1 ||
	    at[DAY] > days_of_month(at[YEAR], at[MONTH]) || at[HOUR] > 23 ||
	    at[MINUTE] > 59 || at[SECOND] > 60)
		return false;
	if (*text == '.') {
		text++;
		if (!isdigit((unsigned char)*text))
			return false;
		text += strspn(text, "0123456789");
	}
	if (*text == 'Z' || *text == 'z') {
		text++;
	} else if (*text == '+' || *text == '-') {
		sign = *text == '+' ? 1 : -1;
		text = read_picture(text + 1, "00:00", offset);
		if (!text || offset[0] > 23 || offset[1] > 59)
			return false;
	} else {
		return false;
	}
	if (*text)
		return false;
	minutes = days_since_1970(at[YEAR], at[MONTH], at[DAY]) * 1440 +
		  at[HOUR] * INT64_C(60) + at[MINUTE] -
		  sign * (offset[0] * INT64_C(60) + offset[1]);
	*wall = minutes * 60 + at[SECOND];
	return true;
}

int clock_parse_rfc3339(const char *text, int64_t *wall, struct err *err)
{
	if (!parse_rfc3339(text, wall))
		return err_set(err, ERR_INPUT,
			       "'%s' is no time such as 2026-01-31T12:00:00Z",
			       text);
	return 0;
}

static bool parse_duration(const char *text, int64_t *seconds)
{
	int64_t total = 0;

	if (!*text)
		return false;
	while (*text) {
		int64_t n = 0, unit;

		if (!isdigit((unsigned char)*text))
			return false;
		for (; isdigit((unsigned char)*text); text++) {
			n = n * 10 + (*text - '0');
			if (n > DURATION_MOST)
				return false;
		}
		switch (*text) {
		case 'd':
			unit = 86400;
			break;
		case 'h':
			unit = 3600;
			break;
		case 'm':
			unit = 60;
			break;
		case 's':
			unit = 1;
			break;
		case '\0':
			/* A bare number stands alone: "1h30" is a slip. */
			if (total)
				return false;
			*seconds = n;
			return true;
		default:
			return false;
		}
		text++;
		total += n * unit;
		if (total > DURATION_MOST)
			return false;
	}
	*seconds = total;
	return true;
}

int clock_parse_duration(const char *text, int64_t *seconds, struct err *err)
{
	if (!parse_duration(text, seconds))
		return err_set(err, ERR_USAGE,
			       "'%s' is no duration such as 90s, 5m or 1h30m",
			       text);
	return 0;
}
