/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_SEMVER_H
#define BASE_SEMVER_H

/*
 * Semantic versions and ranges of them, as Flux and Helm read them
 * (Masterminds/semver v3).
 *
 *	struct semver_range *range;
 *	if (semver_range_parse(arena, ">=1.4 <2", &range, err) < 0)
 *		return -1;
 *	for (size_t i = 0; i < n; i++)
 *		if (semver_parse(arena, tags[i], &version) &&
 *		    semver_match(range, &version) &&
 *		    (!best || semver_compare(&version, best) > 0))
 *			...
 *
 * A range is made of =, !=, >, >=, <, <=, ~, ^, wildcards (1.x, 1.2.*, *) and
 * hyphens (1.2 - 1.4); a blank or a comma is AND, || is OR.  A prerelease
 * matches only where the range names a prerelease itself (">=1.0.0-0").
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"

struct semver {
	uint64_t major;
	uint64_t minor;
	uint64_t patch;
	const char *prerelease; /* "rc.1"; "" where there is none */
	const char *build;      /* "sha.5114f85"; "" where there is none */
};

struct semver_range;

/*
 * Read "1.2.3-rc.1+build", also with a leading v, and short: "v1" is 1.0.0.
 * False, leaving `out` alone, where `text` is no version.
 */
MUST_USE bool semver_parse(struct arena *arena, const char *text,
			   struct semver *out);

/* Less than, equal to or greater than 0, by precedence: the build does not
 * count, and a prerelease comes before its release. */
int semver_compare(const struct semver *a, const struct semver *b);

/* ERR_USAGE, naming the range and the part that cannot be read. */
MUST_USE int semver_range_parse(struct arena *arena, const char *text,
				struct semver_range **out, struct err *err);
bool semver_match(const struct semver_range *range,
		  const struct semver *version);

#endif
