/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Patterns of a shell.  Not by a regular expression: it may give up, and then
 * a value would be another.  Here each term of the pattern takes the positions
 * of the value that can be reached on to those behind it.
 */

#include <string.h>

#include "base/vec.h"
#include "render/substitute.h"

enum term_kind {
	TERM_ANY,    /* "*" */
	TERM_ONE,    /* "?" */
	TERM_CLASS,  /* "[a-z]", between its brackets */
	TERM_OTHERS, /* "[^a-z]" */
	TERM_TEXT,   /* one byte */
};

struct term {
	enum term_kind kind;
	struct bytes text;
};

struct terms {
	struct term *v;
	size_t n;
	size_t room;
};

/* How many bytes the character at `p` takes: UTF-8, or a stray byte. */
static size_t width_of(const char *p, const char *end)
{
	size_t n = 1;

	while (p + n < end && ((unsigned char)p[n] & 0xc0) == 0x80 && n < 4)
		n++;
	return n;
}

/* ---- classes ---- */

/* One character of a class, perhaps behind a "\"; the rest, or NULL. */
static const char *read_member(const char *p, const char *end,
			       struct bytes *out)
{
	if (p < end && (*p == '-' || *p == ']'))
		return NULL;
	if (p < end && *p == '\\')
		p++;
	if (p >= end)
		return NULL;
	*out = (struct bytes){ p, width_of(p, end) };
	return p + out->len;
}

/* A character, or a range of them; the rest, or NULL. */
static const char *read_range(const char *p, const char *end, struct bytes *low,
			      struct bytes *high)
{
	p = read_member(p, end, low);
	if (!p)
		return NULL;
	*high = *low;
	return p < end && *p == '-' ? read_member(p + 1, end, high) : p;
}

/* UTF-8 sorts as what it stands for. */
static int compare(struct bytes a, struct bytes b)
{
	int order = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

static bool is_in_class(struct bytes class, struct bytes one)
{
	const char *p = class.data, *end = p + class.len;
	struct bytes low, high;

	while (p && p < end) {
		p = read_range(p, end, &low, &high);
		if (p && compare(low, one) <= 0 && compare(one, high) <= 0)
			return true;
	}
	return false;
}

/* "[...]" at `p`; the rest, or NULL where it is none. */
static const char *read_class(const char *p, const char *end, struct term *out)
{
	struct bytes low, high;
	const char *start;

	p++;
	out->kind = p < end && *p == '^' ? TERM_OTHERS : TERM_CLASS;
	p += out->kind == TERM_OTHERS;
	start = p;
	do {
		p = read_range(p, end, &low, &high);
	} while (p && p < end && *p != ']');
	if (!p || p >= end)
		return NULL;
	out->text = (struct bytes){ start, (size_t)(p - start) };
	return p + 1;
}

/* ---- patterns ---- */

static int fail_pattern(struct err *err)
{
	err_set(err, ERR_INPUT,
		"its pattern ends inside of '[' or behind '\\', "
		"or has a '[' with nothing in it");
	return err_hint(err, "write \\[ for a bracket, and \\\\ for a "
			     "backslash");
}

static int read_terms(struct arena *arena, const char *pattern,
		      struct terms *out, struct err *err)
{
	const char *p = pattern, *end = p + strlen(p);

	while (p < end) {
		struct term term = { .kind = TERM_TEXT };

		if (*p == '[') {
			p = read_class(p, end, &term);
			if (!p)
				return fail_pattern(err);
		} else {
			if (*p == '*' || *p == '?')
				term.kind = *p == '*' ? TERM_ANY : TERM_ONE;
			else if (*p == '\\' && !*++p)
				return fail_pattern(err);
			term.text = (struct bytes){ p++, 1 };
		}
		*vec_push(arena, out) = term;
	}
	return 0;
}

/* How many bytes at `p` fit a term that takes one character; 0: none do. */
static size_t fits(const struct term *term, const char *p, const char *end)
{
	size_t n;

	if (p >= end)
		return 0;
	n = width_of(p, end);
	switch (term->kind) {
	case TERM_ONE:
		return n;
	case TERM_CLASS:
		return is_in_class(term->text, (struct bytes){ p, n }) ? n : 0;
	case TERM_OTHERS:
		return is_in_class(term->text, (struct bytes){ p, n }) ? 0 : n;
	case TERM_TEXT:
		return *p == *term->text.data;
	case TERM_ANY:
		break;
	}
	return 0;
}

/* Where what matches the pattern ends, if it begins where the value does. */
static void find_ends(const struct terms *terms, struct bytes value, bool *at)
{
	const char *end = value.data + value.len;

	at[0] = true;
	for (size_t t = 0; t < terms->n; t++) {
		const struct term *term = &terms->v[t];

		if (term->kind == TERM_ANY) {
			for (size_t i = 1; i <= value.len; i++)
				at[i] = at[i] || at[i - 1];
			continue;
		}
		for (size_t i = value.len + 1; i-- > 0;) {
			size_t n = at[i] ? fits(term, value.data + i, end) : 0;

			at[i] = false;
			if (n)
				at[i + n] = true;
		}
	}
}

/* Where it begins, if it ends where the value does. */
static void find_starts(const struct terms *terms, struct bytes value, bool *at)
{
	const char *end = value.data + value.len;

	at[value.len] = true;
	for (size_t t = terms->n; t-- > 0;) {
		const struct term *term = &terms->v[t];

		if (term->kind == TERM_ANY) {
			for (size_t i = value.len; i-- > 0;)
				at[i] = at[i] || at[i + 1];
			continue;
		}
		for (size_t i = 0; i <= value.len; i++) {
			size_t n = fits(term, value.data + i, end);

			at[i] = n && at[i + n];
		}
	}
}

int substitute_strip(struct bytes value, const char *pattern,
		     enum substitute_strip how, struct bytes *out,
		     struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	bool *at = arena_array(scratch, value.len + 1, sizeof(*at));
	bool end = how == STRIP_SHORTEST_END || how == STRIP_LONGEST_END;
	/* Of the positions, the first or the last. */
	bool first = how == STRIP_SHORTEST_START || how == STRIP_LONGEST_END;
	struct terms terms = { 0 };
	size_t i, n = value.len;

	if (read_terms(scratch, pattern, &terms, err) < 0)
		return -1;
	*out = value;
	if (end)
		find_starts(&terms, value, at);
	else
		find_ends(&terms, value, at);
	/* To take nothing away is no match. */
	at[end ? n : 0] = false;
	for (i = 0; i <= n; i++)
		if (at[first ? i : n - i])
			break;
	if (i > n)
		return 0;
	i = first ? i : n - i;
	*out = end ? (struct bytes){ value.data, i } :
		     (struct bytes){ value.data + i, n - i };
	return 0;
}
