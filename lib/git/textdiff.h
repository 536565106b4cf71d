/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GIT_TEXTDIFF_H
#define GIT_TEXTDIFF_H

/* Textdiff: a unified diff of two texts, by libgit2 (Myers). */

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

enum textdiff_kind {
	TEXTDIFF_HUNK, /* "@@ -1,3 +1,4 @@" */
	TEXTDIFF_CONTEXT,
	TEXTDIFF_ADDED,
	TEXTDIFF_REMOVED,
};

struct textdiff_line {
	enum textdiff_kind kind;
	struct bytes text; /* without line end; borrowed from the arena */
	unsigned old_line; /* from 1; 0 where it has none */
	unsigned new_line;
};

struct textdiff {
	struct textdiff_line *v;
	size_t n;
	size_t room;
	size_t added;
	size_t removed;
};

/* Empty where the texts are equal. */
MUST_USE int textdiff_compare(struct arena *arena, struct bytes old_text,
			      struct bytes new_text, unsigned context_lines,
			      struct textdiff *out, struct err *err);

#endif
