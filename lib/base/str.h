/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_STR_H
#define BASE_STR_H

/*
 * str: a growing run of bytes with a cap, and slices of it.
 *
 * A `struct str` starts as STR_INIT(cap) and is always NUL-terminated once
 * anything was added.  An append that would pass the cap adds nothing and
 * sets `full`, and then nothing more is added until str_clear(), so that what
 * is held has no hole; callers that read from outside test it once at the end
 * (curl's dynbuf).  Declared AUTO_STR it frees itself; str_keep() copies what
 * it holds into an arena.
 *
 * A `struct bytes` is borrowed: pointer and length, no terminator promised
 * unless the maker says so.
 */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/compiler.h"

struct bytes {
	const char *data;
	size_t len;
};

struct str {
	char *data; /* NULL until something was added */
	size_t len;
	size_t cap_bytes; /* never grow past this */
	size_t room;      /* allocated */
	bool full;        /* something did not fit, and was not added */
};

/* clang-format off */
#define STR_INIT(cap) { .cap_bytes = (cap) }
/* clang-format on */
#define STR_BIG  ((size_t)1 << 30)
#define AUTO_STR __attribute__((cleanup(str_release)))

void str_add(struct str *str, const char *text);
void str_add_bytes(struct str *str, const void *bytes, size_t n);
void str_add_char(struct str *str, char c);
void str_add_repeat(struct str *str, char c, size_t n);
void str_printf(struct str *str, const char *fmt, ...) PRINTF(2, 3);
void str_vprintf(struct str *str, const char *fmt, va_list ap) PRINTF(2, 0);

/* Cut to `len` bytes, which must not be more than it has. */
void str_cut(struct str *str, size_t len);
/* Cut to `most` bytes, or less, of whole UTF-8 characters; was it longer? */
bool str_cut_text(struct str *str, size_t most);
/* Empty it, keeping cap and allocation. */
void str_clear(struct str *str);
/* Free; the str is then as STR_INIT with the same cap. */
void str_release(struct str *str);

/* "" where nothing was added; valid until the next change. */
const char *str_text(const struct str *str);
struct bytes str_bytes(const struct str *str);
/* A NUL-terminated copy in the arena. */
char *str_keep(const struct str *str, struct arena *arena);

bool str_starts(const char *text, const char *prefix);
bool str_ends(const char *text, const char *suffix);
bool str_equal(const char *a, const char *b); /* NULL equals only NULL */

/* Base64 (RFC 4648 part 4) with padding.  Decoding skips line ends, and is
 * false, adding nothing, on any other foreign character. */
void str_add_base64(struct str *str, const void *bytes, size_t n);
MUST_USE bool str_decode_base64(struct str *str, const char *text, size_t n);

/*
 * Add `text` as it may be shown on a terminal: C0 and C1 controls, DEL,
 * invalid UTF-8 and bidirectional overrides as \xNN or \u{NNNN}; newline and
 * tab as themselves only where `lines` says so (CVE-2021-25743).
 */
void str_add_shown(struct str *str, const char *text, size_t n, bool lines);

/* Is it UTF-8 as RFC 3629 has it (no surrogates, no overlong forms)? */
bool str_is_utf8(const char *text, size_t n);

/*
 * Edit distance for "did you mean": the member of `names` (NULL-ended)
 * nearest to `name`, or NULL where none is within a third of its length.
 */
const char *str_nearest(const char *name, const char *const *names);

#endif
