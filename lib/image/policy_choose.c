/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/vec.h"
#include "image/policy_inside.h"

#define EXTRACT_CAP ((size_t)4 << 10)

/* A tag that has passed all tests but those of its date. */
struct candidate {
	const struct policy *policy;
	const struct policy_tag *tag;
	size_t index;
	const char *value; /* what is compared */
	struct semver version;
	double number;
};

struct candidates {
	struct candidate *v;
	size_t n, room;
};

struct indexes {
	size_t *v;
	size_t n, room;
};

const char *policy_verdict_text(enum policy_verdict verdict)
{
	static const char *const texts[] = {
		[POLICY_EXCLUDED] = "excluded",
		[POLICY_GONE] = "deleted meanwhile",
		[POLICY_REJECTED] = "rejected by a rollback",
		[POLICY_LATEST] = "latest is no version",
		[POLICY_FILTERED] = "the filter does not match",
		[POLICY_NO_VERSION] = "not a version",
		[POLICY_NO_NUMBER] = "not a number",
		[POLICY_NO_MATCH] = "outside the range or pattern",
		[POLICY_DATE_MISSING] = "without a build date",
		[POLICY_TOO_YOUNG] = "too young",
		[POLICY_LESSER] = "another is better",
		[POLICY_CHOSEN] = "chosen",
	};

	return texts[verdict];
}

/* ---- who is a candidate ---- */

static bool is_excluded(const struct policy *policy, const char *tag)
{
	for (struct regex **one = policy->exclude; *one; one++)
		if (regex_matches(*one, tag, strlen(tag)))
			return true;
	return false;
}

/* "latest" is heard of only where it is asked for by name. */
static bool is_latest(const struct policy *policy, const char *tag)
{
	if (!policy_is_by_date(policy) || strcasecmp(tag, "latest") != 0)
		return false;
	return policy->kind != POLICY_GLOB ||
	       !str_equal(policy->pattern, "latest");
}

/* Go's SplitN(value, ".", 3) gives three. */
static bool has_three_parts(const char *value)
{
	const char *dot = strchr(value, '.');

	return dot && strchr(dot + 1, '.');
}

static bool filter(struct arena *arena, struct candidate *one)
{
	const struct policy *policy = one->policy;
	const char *tag = one->tag->tag;
	AUTO_STR struct str value = STR_INIT(EXTRACT_CAP);

	one->value = tag;
	if (!policy->filter)
		return true;
	if (!policy->extract)
		return regex_matches(policy->filter, tag, strlen(tag));
	if (!regex_expand(policy->filter, tag, strlen(tag), policy->extract,
			  &value))
		return false;
	one->value = str_keep(&value, arena);
	return !value.full;
}

static enum policy_verdict match(struct arena *arena, struct candidate *one)
{
	const struct policy *policy = one->policy;
	const char *value = one->value;
	bool fits = true;

	switch (policy->kind) {
	case POLICY_SEMVER:
		if ((!policy->short_versions && !has_three_parts(value)) ||
		    !semver_parse(arena, value, &one->version))
			return POLICY_NO_VERSION;
		fits = semver_match(policy->range, &one->version);
		break;
	case POLICY_GLOB:
		fits = policy_glob(policy->pattern, value);
		break;
	case POLICY_REGEX:
		fits = regex_matches(policy->regex, value, strlen(value));
		break;
	case POLICY_NUMERICAL:
		if (!policy_number(value, &one->number))
			return POLICY_NO_NUMBER;
		break;
	case POLICY_DIGEST:
		fits = str_equal(value, policy->pattern);
		break;
	case POLICY_NEWEST:
	case POLICY_ALPHABETICAL:
		break;
	}
	return fits ? POLICY_LESSER : POLICY_NO_MATCH;
}

/* POLICY_LESSER for a candidate. */
static enum policy_verdict judge(struct arena *arena, struct candidate *one)
{
	const struct policy_tag *tag = one->tag;

	if (is_excluded(one->policy, tag->tag))
		return POLICY_EXCLUDED;
	if (tag->gone)
		return POLICY_GONE;
	if (tag->rejected)
		return POLICY_REJECTED;
	if (is_latest(one->policy, tag->tag))
		return POLICY_LATEST;
	if (!filter(arena, one))
		return POLICY_FILTERED;
	return match(arena, one);
}

/* ---- who is better ---- */

static int compare_numbers(double a, double b)
{
	return (a > b) - (a < b);
}

static int compare_dates(const struct policy_tag *a, const struct policy_tag *b)
{
	if (a->built_s != b->built_s)
		return a->built_s > b->built_s ? 1 : -1;
	return (a->built_ns > b->built_ns) - (a->built_ns < b->built_ns);
}

/* The better one first. */
static int compare(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;
	const struct policy *policy = a->policy;
	int better = 0, tie = strcmp(a->tag->tag, b->tag->tag);

	if (policy_is_by_date(policy)) {
		better = compare_dates(a->tag, b->tag);
		tie = -tie;
	} else if (policy->kind == POLICY_SEMVER) {
		better = semver_compare(&a->version, &b->version);
	} else if (policy->kind == POLICY_NUMERICAL) {
		better = compare_numbers(a->number, b->number);
	} else {
		better = strcmp(a->value, b->value);
	}
	if (policy->descending)
		better = -better;
	if (!better)
		better = tie;
	return better < 0 ? 1 : -(better > 0);
}

/* ---- choosing ---- */

static void want(struct arena *arena, const struct candidates *all,
		 struct policy_choice *out)
{
	struct indexes wanted = { 0 };

	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].tag->date == POLICY_DATE_UNKNOWN)
			*vec_push(arena, &wanted) = all->v[i].index;
	out->wanted = wanted.v;
	out->n_wanted = wanted.n;
}

static bool has_date(const struct policy_tag *tag)
{
	return tag->date == POLICY_DATE_KNOWN && tag->built_s > 0;
}

/* Of those without a date any could be the newest.  True where all have one.
 */
static bool all_have_dates(struct arena *arena, const struct candidates *all,
			   struct policy_choice *out)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct candidate *one = &all->v[i];

		if (has_date(one->tag))
			continue;
		out->verdicts[one->index] = POLICY_DATE_MISSING;
		if (!out->why)
			out->why = arena_printf(arena,
						"nobody knows when %s was "
						"built, and so not which is "
						"the newest",
						one->tag->tag);
	}
	return !out->why;
}

/*
 * The best that is old enough.  A date that is not known yet is asked for
 * before anything worse is looked at: mostly the first will do.
 */
static void choose(const struct candidates *all, int64_t now,
		   struct indexes *wanted, struct policy_choice *out)
{
	const struct policy *policy = all->v[0].policy;
	bool dated = policy->min_age_s > 0 && policy->kind != POLICY_DIGEST;

	for (size_t i = 0; i < all->n; i++) {
		const struct candidate *one = &all->v[i];
		unsigned char *verdict = &out->verdicts[one->index];

		if (dated && one->tag->date == POLICY_DATE_UNKNOWN) {
			wanted->v[wanted->n++] = one->index;
			return;
		}
		if (dated && !has_date(one->tag)) {
			*verdict = POLICY_DATE_MISSING;
		} else if (dated &&
			   now - one->tag->built_s < policy->min_age_s) {
			*verdict = POLICY_TOO_YOUNG;
		} else {
			*verdict = POLICY_CHOSEN;
			out->chosen = one->tag;
			return;
		}
	}
	out->why = "none of the tags that match is known to be old enough";
}

static void rank(struct arena *arena, struct candidates *all,
		 struct policy_choice *out)
{
	size_t *ranked = arena_array(arena, all->n, sizeof(*ranked));

	if (all->n)
		qsort(all->v, all->n, sizeof(*all->v), compare);
	for (size_t i = 0; i < all->n; i++)
		ranked[i] = all->v[i].index;
	out->ranked = ranked;
	out->n_ranked = all->n;
}

void policy_choose(struct arena *arena, const struct policy *policy,
		   int64_t now, const struct policy_tag *tags, size_t n,
		   struct policy_choice *out)
{
	struct indexes wanted = { .v = arena_alloc(arena, sizeof(size_t)) };
	struct candidates all = { 0 };

	*out = (struct policy_choice){ .verdicts = arena_alloc(arena, n) };
	for (size_t i = 0; i < n; i++) {
		struct candidate one = { .policy = policy,
					 .tag = &tags[i],
					 .index = i };

		out->verdicts[i] = (unsigned char)judge(arena, &one);
		if (out->verdicts[i] == POLICY_NO_NUMBER && !out->why)
			out->why = arena_printf(arena,
						"%s is not a number: filter "
						"the tags first",
						one.value);
		if (out->verdicts[i] == POLICY_LESSER)
			*vec_push(arena, &all) = one;
	}
	if (policy_is_by_date(policy))
		want(arena, &all, out);
	if (out->n_wanted)
		return;
	rank(arena, &all, out);
	if (out->why)
		return;
	if (!all.n) {
		out->why = n ? "no tag matches" : "there is no tag";
		return;
	}
	if (policy_is_by_date(policy) && !all_have_dates(arena, &all, out))
		return;
	choose(&all, now, &wanted, out);
	if (!out->chosen) {
		out->wanted = wanted.v;
		out->n_wanted = wanted.n;
	}
}
