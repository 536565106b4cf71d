/* SPDX-License-Identifier: Apache-2.0 */
#include "git/textdiff.h"

#include <string.h>

#include <git2.h>

#include "base/vec.h"
#include "git/inside.h"

struct collect {
	struct arena *arena;
	struct textdiff *out;
};

/* The line as libgit2 has it, less its end. */
static struct bytes without_end(struct arena *arena, const char *text, size_t n)
{
	if (n && text[n - 1] == '\n')
		n--;
	return (struct bytes){ arena_memdup(arena, text, n), n };
}

static int take_hunk(const git_diff_delta *delta UNUSED,
		     const git_diff_hunk *hunk, void *payload)
{
	struct collect *collect = payload;
	/* Behind the second "@@" libgit2 puts a line of the text that it
	 * takes for a heading; it has no meaning in YAML. */
	const char *text = arena_printf(
		collect->arena, "@@ -%d%s +%d%s @@", hunk->old_start,
		hunk->old_lines == 1 ?
			"" :
			arena_printf(collect->arena, ",%d", hunk->old_lines),
		hunk->new_start,
		hunk->new_lines == 1 ?
			"" :
			arena_printf(collect->arena, ",%d", hunk->new_lines));

	*vec_push(collect->arena, collect->out) = (struct textdiff_line){
		.kind = TEXTDIFF_HUNK,
		.text = { text, strlen(text) },
	};
	return 0;
}

static int take_line(const git_diff_delta *delta UNUSED,
		     const git_diff_hunk *hunk UNUSED,
		     const git_diff_line *line, void *payload)
{
	struct collect *collect = payload;
	struct textdiff *out = collect->out;
	struct textdiff_line one = {
		.old_line = line->old_lineno > 0 ? (unsigned)line->old_lineno :
						   0,
		.new_line = line->new_lineno > 0 ? (unsigned)line->new_lineno :
						   0,
	};

	switch (line->origin) {
	case GIT_DIFF_LINE_CONTEXT:
		one.kind = TEXTDIFF_CONTEXT;
		break;
	case GIT_DIFF_LINE_ADDITION:
		one.kind = TEXTDIFF_ADDED;
		out->added++;
		break;
	case GIT_DIFF_LINE_DELETION:
		one.kind = TEXTDIFF_REMOVED;
		out->removed++;
		break;
	default: /* "\ No newline at end of file" */
		return 0;
	}
	one.text = without_end(collect->arena, line->content,
			       line->content_len);
	*vec_push(collect->arena, out) = one;
	return 0;
}

int textdiff_compare(struct arena *arena, struct bytes old_text,
		     struct bytes new_text, unsigned context_lines,
		     struct textdiff *out, struct err *err)
{
	git_diff_options opts;
	struct textdiff diff = { 0 };
	struct collect collect = { arena, &diff };

	repo_load();
	/* A value may hold NUL; it is shown as text all the same. */
	git_diff_options_init(&opts, GIT_DIFF_OPTIONS_VERSION);
	opts.flags = GIT_DIFF_FORCE_TEXT | GIT_DIFF_INDENT_HEURISTIC;
	opts.context_lines = context_lines;
	if (git_diff_buffers(old_text.data, old_text.len, NULL, new_text.data,
			     new_text.len, NULL, &opts, NULL, NULL, take_hunk,
			     take_line, &collect) < 0)
		return repo_fail(err, ERR_FAILED, "compare two texts");
	*out = diff;
	return 0;
}
