/* SPDX-License-Identifier: Apache-2.0 */
#ifndef IMAGE_POLICY_H
#define IMAGE_POLICY_H

/*
 * Policy: the rule that picks one tag of many.  Pure: tags in, with build
 * dates where they are known; out comes the chosen one and, for every other,
 * why not.
 *
 *	semver RANGE             the highest version in a range of
 *	                         Masterminds/semver v3; a tag is a version
 *	                         where it has three numbers
 *	glob PATTERN         d   the newest built that matches; "*" is any run
 *	regex PATTERN        d   the newest built in which RE2 finds it
 *	newest               d   the newest built
 *	alphabetical asc|desc    the last, or first, by its bytes
 *	numerical asc|desc       the largest, or smallest, number
 *	digest TAG               that very tag, to be followed by its digest
 *
 * Those marked d need the build date of every tag that matches.  `min_age_s`
 * makes any policy but digest need dates, one by one from the best tag down.
 *
 * Flux's configuration means here what it means there, but for three things.
 * An invalid pattern is an error and never matches everything.  Ties, which
 * Flux v2 leaves to chance, go to the tag that is greater by its bytes (so
 * 1.10.0 before 1.10); equal build dates go to the smaller one, as in Flux v1.
 * A date of 1970 or before is what reproducible builds write, and is none; a
 * NaN is no number.
 *
 *	policy_choose(arena, policy, now, tags, n, &choice);
 *	while (choice.n_wanted) {
 *		... fill in tags[choice.wanted[i]].built ...
 *		policy_choose(arena, policy, now, tags, n, &choice);
 *	}
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"

struct policy;

/* As it is configured.  Borrowed. */
struct policy_spec {
	const char *policy;  /* "semver >=1.4.0 <2.0.0" */
	const char *filter;  /* only tags in which RE2 finds this; or NULL */
	const char *extract; /* what of them is compared, by the groups of the
				filter: "$ts", or NULL for the tag itself */
	/* Tags in which RE2 finds any of these are no candidates; NULL:
	 * signatures and what else belongs to an image (*.sig, sha256-...). */
	const char *const *exclude;
	int64_t min_age_s; /* since the build; 0: any */
};

/* ERR_INPUT that names the policy and what is wrong with it. */
MUST_USE int policy_parse(struct arena *arena, const struct policy_spec *spec,
			  struct policy **out, struct err *err);

/*
 * The pattern of a Flux v1 annotation: "semver:RANGE", "regexp:PATTERN" or
 * "regex:PATTERN", "glob:PATTERN"; without a prefix a glob.  Versions may be
 * short there.  "latest" in any letter case is no candidate but for the very
 * pattern "glob:latest", which holds for glob, regex and newest of
 * policy_parse(), too.
 */
MUST_USE int policy_parse_flux_v1(struct arena *arena, const char *pattern,
				  struct policy **out, struct err *err);

/* Can policy_choose() want dates? */
bool policy_needs_dates(const struct policy *policy);
/* Is it the digest of its one tag that is followed? */
bool policy_follows_digest(const struct policy *policy);
/* That tag, or NULL. */
const char *policy_only_tag(const struct policy *policy);
/* In words of part 4 of the manual: "semver >=1.4.0 <2.0.0". */
const char *policy_text(const struct policy *policy);

enum policy_date {
	POLICY_DATE_UNKNOWN, /* nobody asked yet */
	POLICY_DATE_NONE,    /* the image says none */
	POLICY_DATE_KNOWN,
};

struct policy_tag {
	const char *tag;
	bool rejected;      /* by a rollback: not to be proposed again */
	bool gone;          /* it was listed, but is no more */
	unsigned char date; /* enum policy_date */
	int64_t built_s;    /* since 1970; where the date is known */
	uint32_t built_ns;  /* of that second */
};

/* What became of a tag.  The order is that of the tests. */
enum policy_verdict {
	POLICY_EXCLUDED,     /* a signature, or excluded by the user */
	POLICY_GONE,         /* deleted meanwhile */
	POLICY_REJECTED,     /* by a rollback */
	POLICY_LATEST,       /* "latest", which says nothing */
	POLICY_FILTERED,     /* the filter does not match */
	POLICY_NO_VERSION,   /* what is compared is not a version */
	POLICY_NO_NUMBER,    /* what is compared is not a number */
	POLICY_NO_MATCH,     /* outside the range or pattern */
	POLICY_DATE_MISSING, /* nobody knows when it was built */
	POLICY_TOO_YOUNG,    /* built less than min_age_s ago */
	POLICY_LESSER,       /* a candidate, but another is better */
	POLICY_CHOSEN,
};
/* In words: "outside the range or pattern". */
const char *policy_verdict_text(enum policy_verdict verdict);

struct policy_choice {
	const struct policy_tag *chosen; /* NULL: none, or not yet */
	unsigned char *verdicts;         /* enum policy_verdict, for each tag */
	/* The candidates, those from DATE_MISSING on, best first. */
	const size_t *ranked;
	size_t n_ranked;
	/* The tags whose dates are to be found out first. */
	const size_t *wanted;
	size_t n_wanted;
	/* Why no tag is chosen and none wanted; else NULL. */
	const char *why;
};

/* `now` is in seconds since 1970; what is returned borrows from `tags`. */
void policy_choose(struct arena *arena, const struct policy *policy,
		   int64_t now, const struct policy_tag *tags, size_t n,
		   struct policy_choice *out);

#endif
