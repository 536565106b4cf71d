/* SPDX-License-Identifier: Apache-2.0 */
#ifndef IMAGE_POLICY_INSIDE_H
#define IMAGE_POLICY_INSIDE_H

/* What a policy is made of; for policy*.c alone. */

#include "base/regex.h"
#include "base/semver.h"
#include "image/policy.h"

enum policy_kind {
	POLICY_SEMVER,
	POLICY_GLOB,
	POLICY_REGEX,
	POLICY_NEWEST,
	POLICY_ALPHABETICAL,
	POLICY_NUMERICAL,
	POLICY_DIGEST,
};

struct policy {
	enum policy_kind kind;
	const char *text;
	const char *pattern; /* of glob; the tag of digest */
	struct semver_range *range;
	struct regex *regex;
	bool descending;     /* alphabetical, numerical */
	bool short_versions; /* "1.4" is a version, too */
	struct regex *filter;
	const char *extract;
	struct regex **exclude; /* NULL-ended */
	int64_t min_age_s;
};

/* Is it the newest built that is wanted? */
bool policy_is_by_date(const struct policy *policy);

/* "*" is any run of characters, and all else stands for itself. */
bool policy_glob(const char *pattern, const char *text);

/*
 * A number as Go's strconv.ParseFloat() reads it, "2024_01_31" and "0x1p4"
 * included; false also for NaN and for what is too large.
 */
bool policy_number(const char *text, double *out);

#endif
