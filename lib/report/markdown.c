/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What differs, and why, as a comment of a pull request: collapsible, and no
 * longer than forges take.  Whatever is foreign is spelled so that it is
 * neither markup nor calls anybody.
 */

#include <string.h>

#include "report/internal.h"

#define COMMENT_MOST 60000 /* GitHub's is 65,536 characters */
#define ROOM_LEFT    400   /* for what says that it was cut */
#define ROWS_MOST    200
#define PATHS_MOST   20
#define FENCE_LEAST  3

/* ---- foreign text ---- */

static void add_html(struct report *report, struct str *out, const char *text)
{
	AUTO_STR struct str shown = STR_INIT(STR_BIG);

	report_add(report, &shown, text);
	for (const char *c = str_text(&shown); *c; c++) {
		if (strchr("&<>\"'|`*_[]~#!@\\$", *c))
			str_printf(out, "&#%d;", *c);
		else
			str_add_char(out, *c);
	}
}

static void add_code(struct report *report, struct str *out, const char *text)
{
	str_add(out, "<code>");
	add_html(report, out, text);
	str_add(out, "</code>");
}

/* A fence is longer than any within. */
static size_t fence_of(const struct str *text)
{
	size_t longest = FENCE_LEAST - 1, n = 0;

	for (const char *c = str_text(text); *c; c++) {
		n = *c == '`' ? n + 1 : 0;
		longest = n > longest ? n : longest;
	}
	return longest + 1;
}

/* ---- the table ---- */

static void add_row(struct report *report, struct str *out,
		    const struct plan_step *step)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const struct object *want = step->item.want;

	str_printf(out, "| %s | ",
		   report_verb_words[report_verb_of(step, false)].will);
	add_code(report, out, object_shown(scratch, want));
	str_add(out, " | ");
	add_html(report, out, want->app ? want->app : "");
	str_add(out, " | ");
	add_html(report, out, report_why_text(report, scratch, step));
	str_add(out, " |\n");
}

static void add_table(struct report *report, struct str *out,
		      const struct plan_step *const *steps)
{
	size_t n = 0;

	if (!steps[0])
		return;
	str_add(out, "\n| | object | app | why |\n|---|---|---|---|\n");
	for (; steps[n] && n < ROWS_MOST; n++)
		add_row(report, out, steps[n]);
	for (; steps[n]; n++)
		;
	if (n > ROWS_MOST)
		str_printf(out, "\n%zu more objects differ.\n", n - ROWS_MOST);
}

/* ---- one object ---- */

static void add_cause(struct report *report, struct str *out,
		      const struct plan_step *step,
		      const struct report_cause *cause)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const char *text = report_cause_text(scratch, cause);
	const char *note = cause->n ? NULL : step->reasons->note;

	str_printf(out, "- **%s**", report_cause_word(report, cause->drifted));
	if (note) {
		str_add(out, " ");
		add_html(report, out, note);
	}
	if (*text) {
		str_add(out, note ? ": " : " ");
		add_html(report, out, text);
	}
	str_add_char(out, '\n');
	for (size_t i = 0; i < cause->n && i < PATHS_MOST; i++) {
		str_add(out, "  - ");
		add_code(report, out, cause->paths[i]);
		if (*cause->origins[i]) {
			str_add_char(out, ' ');
			add_html(report, out, cause->origins[i]);
		}
		str_add_char(out, '\n');
	}
	if (cause->n > PATHS_MOST)
		str_printf(out, "  - and %zu more\n", cause->n - PATHS_MOST);
}

static int add_object(struct report *report, struct str *out,
		      const struct plan_step *step, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_STR struct str lines = STR_INIT(STR_BIG);
	struct report_causes causes = { 0 };
	size_t fence;

	str_printf(out, "\n<details><summary>%s ",
		   report_verb_words[report_verb_of(step, false)].will);
	add_code(report, out, object_shown(scratch, step->item.want));
	if (*step->item.want->origin) {
		str_add_char(out, ' ');
		add_html(report, out, step->item.want->origin);
	}
	str_add(out, "</summary>\n\n");
	report_causes_of(scratch, step, &causes);
	for (size_t i = 0; i < causes.n; i++)
		add_cause(report, out, step, &causes.v[i]);
	if (report_diff_lines(report, &lines, step, false, err) < 0)
		return -1;
	fence = fence_of(&lines);
	str_add_char(out, '\n');
	str_add_repeat(out, '`', fence);
	str_add(out, "diff\n");
	str_add(out, str_text(&lines));
	str_add_repeat(out, '`', fence);
	str_add(out, "\n\n</details>\n");
	return 0;
}

static bool has_diff(const struct plan_step *step)
{
	return step->action != PLAN_UNCHANGED && step->action != PLAN_FAILED &&
	       step->action != PLAN_KEEP;
}

/* As many as there is room for; what is too long is left out whole. */
static int add_objects(struct report *report, struct str *out,
		       const struct plan_step *const *steps, struct err *err)
{
	size_t left_out = 0;

	for (size_t i = 0; steps[i]; i++) {
		AUTO_STR struct str one = STR_INIT(STR_BIG);
		AUTO_STR struct str safe = STR_INIT(STR_BIG);

		if (!has_diff(steps[i]))
			continue;
		if (add_object(report, &one, steps[i], err) < 0)
			return -1;
		run_redact(report->run, &safe, str_text(&one), one.len);
		if (out->len + safe.len + ROOM_LEFT <= COMMENT_MOST)
			str_add(out, str_text(&safe));
		else
			left_out++;
	}
	if (left_out)
		str_printf(out,
			   "\nThe differences of %zu %s left out: the comment "
			   "would be too long. `gitops diff` shows them.\n",
			   left_out,
			   left_out == 1 ? "object are" :
					   "objects "
					   "are");
	return 0;
}

/* ---- all of it ---- */

static void add_heading(struct report *report, struct str *out)
{
	str_add(out, "### gitops diff: ");
	if (report->from) {
		add_code(report, out, report_text_from(report));
		str_add(out, " → ");
	}
	add_code(report, out, report_text_revision(report));
	if (report->cluster) {
		str_add(out, " → ");
		add_code(report, out, report->cluster->name);
	}
	str_add(out, "\n\n");
	report_text_counts(report, out);
	str_add_char(out, '\n');
}

static void add_names(struct report *report, struct str *out,
		      const struct plan_step *const *steps)
{
	AUTO_ARENA struct arena *scratch = arena_new();

	str_add_char(out, '\n');
	for (size_t i = 0; steps[i] && out->len < COMMENT_MOST - ROOM_LEFT;
	     i++) {
		str_add(out, "- ");
		add_code(report, out,
			 object_shown(scratch, steps[i]->item.want));
		str_add_char(out, '\n');
	}
}

int report_markdown_diff(struct report *report, struct err *err)
{
	const struct plan_step **steps = report_diff_steps(report);
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	add_heading(report, &out);
	if (report->detail == REPORT_NAMES)
		add_names(report, &out, steps);
	else
		add_table(report, &out, steps);
	if (report->detail == REPORT_WHOLE && !report->args.quiet &&
	    add_objects(report, &out, steps, err) < 0)
		return -1;
	report_write(report, report->args.out, &out);
	return 0;
}
