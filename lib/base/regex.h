/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_REGEX_H
#define BASE_REGEX_H

/*
 * Regex: regular expressions of Go's syntax (RE2), by PCRE2.
 *
 * What RE2 does not have (look-around, back references, possessive
 * quantifiers) is refused, and "$" is the end of the text and nothing else.
 * Matching has a limit of steps: an expression that would take forever
 * matches nothing.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

struct regex;

/* ERR_INPUT, "'PATTERN' at offset N: what is wrong", where it is none. */
MUST_USE int regex_compile(struct arena *arena, const char *pattern,
			   struct regex **out, struct err *err);
/* The same for the whole of a text: "^(?:PATTERN)$". */
MUST_USE int regex_compile_whole(struct arena *arena, const char *pattern,
				 struct regex **out, struct err *err);

/* Does any part of the text match? */
bool regex_matches(const struct regex *regex, const char *text, size_t n);

/*
 * The same, and append `template` to `out` with what the groups matched, as
 * Go's Regexp.Expand() does: $1 or ${1}, $name or ${name}, and $$ for a dollar
 * sign.  "$1x" is the group "1x"; a group that there is not, or that took no
 * part in the match, is nothing.
 */
bool regex_expand(const struct regex *regex, const char *text, size_t n,
		  const char *template, struct str *out);

/* The version of PCRE2 that runs: "10.42". */
char *regex_library(struct arena *arena);

#endif
