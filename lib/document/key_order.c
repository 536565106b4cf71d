/* SPDX-License-Identifier: Apache-2.0 */
#include "document/key_order.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "document/rune.h"

/* A key that is walked rune by rune. */
struct walk {
	const char *text;
	size_t len;
	size_t at;
};

static uint32_t peek(const struct walk *walk, size_t at, size_t *width)
{
	return doc_rune(walk->text + at, walk->len - at, width);
}

/* Do the digits right before `end` hold one that is not 0? */
static bool has_digit_before(const struct walk *walk, size_t end)
{
	size_t start = end, width;
	uint32_t rune;

	while (start > 0) {
		for (start--; start > 0 && (walk->text[start] & 0xc0) == 0x80;)
			start--;
		rune = peek(walk, start, &width);
		if (!doc_rune_is_digit(rune))
			return false;
		if (rune != '0')
			return true;
	}
	return false;
}

/* The number that begins at `at` behind `value`, and how many digits it has.
 * It wraps like Go's int64. */
static int64_t take_number(const struct walk *walk, size_t at, int64_t value,
			   size_t *digits)
{
	size_t width;
	uint32_t rune;

	for (*digits = 0; at < walk->len; at += width, (*digits)++) {
		rune = peek(walk, at, &width);
		if (!doc_rune_is_digit(rune))
			break;
		value = (int64_t)((uint64_t)value * 10 + rune - '0');
	}
	return value;
}

/*
 * Where the keys differ first: letters go behind all else, runs of digits
 * count as numbers, and a run with fewer digits goes first.  A 0 behind
 * another digit is no leading zero.
 */
static bool differs_less(const struct walk *a, const struct walk *b,
			 uint32_t ar, uint32_t br)
{
	bool al = doc_rune_is_letter(ar), bl = doc_rune_is_letter(br);
	int64_t start, an, bn;
	size_t a_digits, b_digits;

	if (al && bl)
		return ar < br;
	if (al || bl)
		return bl;
	start = (ar == '0' || br == '0') && has_digit_before(a, a->at);
	an = take_number(a, a->at, start, &a_digits);
	bn = take_number(b, b->at, start, &b_digits);
	if (an != bn)
		return an < bn;
	if (a_digits != b_digits)
		return a_digits < b_digits;
	return ar < br;
}

static bool natural_less(const struct doc_entry *a, const struct doc_entry *b)
{
	struct walk aw = { a->key, a->len, 0 };
	struct walk bw = { b->key, b->len, 0 };
	size_t a_width, b_width;
	uint32_t ar, br;

	while (aw.at < aw.len && bw.at < bw.len) {
		if (aw.text[aw.at] == bw.text[bw.at] && aw.text[aw.at] > 0) {
			aw.at++;
			bw.at++;
			continue;
		}
		ar = peek(&aw, aw.at, &a_width);
		br = peek(&bw, bw.at, &b_width);
		if (ar != br)
			return differs_less(&aw, &bw, ar, br);
		aw.at += a_width;
		bw.at += b_width;
	}
	return bw.at < bw.len;
}

static bool byte_less(const struct doc_entry *a, const struct doc_entry *b)
{
	size_t n = a->len < b->len ? a->len : b->len;
	int order = n ? memcmp(a->key, b->key, n) : 0;

	return order ? order < 0 : a->len < b->len;
}

typedef bool (*less_fn)(const struct doc_entry *, const struct doc_entry *);

/* Stable, and at ease with an order that is none (see below). */
static void merge_sort(struct doc_entry *v, size_t n, struct doc_entry *spare,
		       less_fn less)
{
	size_t half = n / 2, left = 0, right = half, out = 0;

	if (n < 2)
		return;
	merge_sort(v, half, spare, less);
	merge_sort(v + half, n - half, spare, less);
	if (!less(&v[half], &v[half - 1]))
		return;
	memcpy(spare, v, half * sizeof(*v));
	while (left < half && right < n)
		v[out++] = less(&v[right], &spare[left]) ? v[right++] :
							   spare[left++];
	memcpy(v + out, spare + left, (half - left) * sizeof(*v));
}

/*
 * yaml.v2's order is not total: 1a < 2a < 10a < 1a.  What kustomize prints
 * for such keys changes from run to run; here it follows from the keys alone,
 * for they are brought into an order of their own first.
 */
void doc_sort_entries(struct doc_entry *entries, size_t n,
		      struct doc_entry *spare)
{
	merge_sort(entries, n, spare, byte_less);
	merge_sort(entries, n, spare, natural_less);
}
