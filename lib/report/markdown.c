/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What differs, and why, as a comment of a pull request: collapsible, and no
 * longer than forges take.  Whatever is foreign is spelled so that it is
 * neither markup nor calls anybody.
 */

#include <string.h>

#include "report/internal.h"

#define COMMENT_MOST 60000 /* GitHub's is 65,536 characters */
#define ERRORS_MOST  4000  /* bytes of what has failed */
#define ROOM_LEFT    400   /* for what says that it was cut */
#define ROWS_MOST    200
#define PATHS_MOST   20
#define FENCE_LEAST  3

struct page {
	struct report *report;
	size_t most;
	bool quiet;
	bool plain; /* HTML would be shown as it is spelled */
};

/* ---- foreign text ---- */

static void add_html(const struct page *page, struct str *out, const char *text)
{
	AUTO_STR struct str shown = STR_INIT(STR_BIG);

	report_add(page->report, &shown, text);
	for (const char *c = str_text(&shown); *c; c++) {
		if (strchr("&<>\"'|`*_[]~#!@\\$", *c))
			str_printf(out, "&#%d;", *c);
		else
			str_add_char(out, *c);
	}
}

/* What would end it, or the cell it is in, is replaced. */
static void add_plain_code(const struct page *page, struct str *out,
			   const char *text)
{
	AUTO_STR struct str shown = STR_INIT(STR_BIG);

	report_add(page->report, &shown, text);
	str_add_char(out, '`');
	for (const char *c = str_text(&shown); *c; c++) {
		if (*c == '|')
			str_add_char(out, '\\');
		str_add_char(out, *c == '`' ? '\'' : *c);
	}
	str_add_char(out, '`');
}

static void add_code(const struct page *page, struct str *out, const char *text)
{
	if (page->plain) {
		add_plain_code(page, out, text);
		return;
	}
	str_add(out, "<code>");
	add_html(page, out, text);
	str_add(out, "</code>");
}

/* Where there is no HTML, code alone keeps it from being markup. */
static void add_foreign(const struct page *page, struct str *out,
			const char *text)
{
	if (!page->plain)
		add_html(page, out, text);
	else if (*text)
		add_plain_code(page, out, text);
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

static void add_fenced(struct str *out, const char *language,
		       const struct str *text)
{
	size_t fence = fence_of(text);

	str_add_repeat(out, '`', fence);
	str_printf(out, "%s\n%s", language, str_text(text));
	str_add_repeat(out, '`', fence);
	str_add_char(out, '\n');
}

/* ---- the table ---- */

static void add_row(const struct page *page, struct str *out,
		    const struct plan_step *step)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const struct object *want = step->item.want;

	str_printf(out, "| %s | ",
		   report_verb_words[report_verb_of(step, false)].will);
	add_code(page, out, object_shown(scratch, want));
	str_add(out, " | ");
	add_foreign(page, out, want->app ? want->app : "");
	str_add(out, " | ");
	add_foreign(page, out, report_why_text(page->report, scratch, step));
	str_add(out, " |\n");
}

static void add_table(const struct page *page, struct str *out,
		      const struct plan_step *const *steps)
{
	size_t n = 0, more = 0;

	if (!steps[0])
		return;
	str_add(out, "\n| | object | app | why |\n|---|---|---|---|\n");
	for (; steps[n] && n < ROWS_MOST && out->len < page->most / 2; n++)
		add_row(page, out, steps[n]);
	for (; steps[n + more]; more++)
		;
	if (more)
		str_printf(out, "\n%zu more objects differ.\n", more);
}

/* ---- one object ---- */

static void add_cause(const struct page *page, struct str *out,
		      const struct plan_step *step,
		      const struct report_cause *cause)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const char *text = report_cause_text(scratch, cause);
	const char *note = cause->n ? NULL : step->reasons->note;

	str_printf(out, "- **%s**",
		   report_cause_word(page->report, cause->drifted));
	if (note) {
		str_add(out, " ");
		add_foreign(page, out, note);
	}
	if (*text) {
		str_add(out, note ? ": " : " ");
		add_foreign(page, out, text);
	}
	str_add_char(out, '\n');
	for (size_t i = 0; i < cause->n && i < PATHS_MOST; i++) {
		str_add(out, "  - ");
		add_code(page, out, cause->paths[i]);
		if (*cause->origins[i]) {
			str_add_char(out, ' ');
			add_foreign(page, out, cause->origins[i]);
		}
		str_add_char(out, '\n');
	}
	if (cause->n > PATHS_MOST)
		str_printf(out, "  - and %zu more\n", cause->n - PATHS_MOST);
}

/* What is folded up, where that can be, has this before it. */
static void add_summary(const struct page *page, struct str *out,
			const struct plan_step *step)
{
	AUTO_ARENA struct arena *scratch = arena_new();

	str_printf(out, page->plain ? "\n**%s** " : "\n<details><summary>%s ",
		   report_verb_words[report_verb_of(step, false)].will);
	add_code(page, out, object_shown(scratch, step->item.want));
	if (*step->item.want->origin) {
		str_add_char(out, ' ');
		add_foreign(page, out, step->item.want->origin);
	}
	str_add(out, page->plain ? "\n\n" : "</summary>\n\n");
}

static int add_object(const struct page *page, struct str *out,
		      const struct plan_step *step, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_STR struct str lines = STR_INIT(STR_BIG);
	struct report_causes causes = { 0 };

	add_summary(page, out, step);
	report_causes_of(scratch, step, &causes);
	for (size_t i = 0; i < causes.n; i++)
		add_cause(page, out, step, &causes.v[i]);
	if (report_diff_lines(page->report, &lines, step, false, err) < 0)
		return -1;
	str_add_char(out, '\n');
	add_fenced(out, "diff", &lines);
	if (!page->plain)
		str_add(out, "\n</details>\n");
	return 0;
}

static bool has_diff(const struct plan_step *step)
{
	return step->action != PLAN_UNCHANGED && step->action != PLAN_FAILED &&
	       step->action != PLAN_KEEP;
}

/* As many as there is room for; what is too long is left out whole. */
static int add_objects(const struct page *page, struct str *out,
		       const struct plan_step *const *steps, struct err *err)
{
	size_t left_out = 0;

	for (size_t i = 0; steps[i]; i++) {
		AUTO_STR struct str one = STR_INIT(STR_BIG);
		AUTO_STR struct str safe = STR_INIT(STR_BIG);

		if (!has_diff(steps[i]))
			continue;
		if (add_object(page, &one, steps[i], err) < 0)
			return -1;
		run_redact(page->report->run, &safe, str_text(&one), one.len);
		if (out->len + safe.len + ROOM_LEFT <= page->most)
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

static void add_revisions(const struct page *page, struct str *out)
{
	struct report *report = page->report;

	if (report->from) {
		add_code(page, out, report_text_from(report));
		str_add(out, " → ");
	}
	add_code(page, out, report_text_revision(report));
}

static void add_names(const struct page *page, struct str *out,
		      const struct plan_step *const *steps)
{
	AUTO_ARENA struct arena *scratch = arena_new();

	str_add_char(out, '\n');
	for (size_t i = 0; steps[i] && out->len < page->most - ROOM_LEFT; i++) {
		str_add(out, "- ");
		add_code(page, out, object_shown(scratch, steps[i]->item.want));
		str_add_char(out, '\n');
	}
}

/* All of the plan that is told behind the heading. */
static int add_plan(const struct page *page, struct str *out, struct err *err)
{
	struct report *report = page->report;
	const struct plan_step **steps = report_diff_steps(report);

	if (report->detail == REPORT_NAMES)
		add_names(page, out, steps);
	else
		add_table(page, out, steps);
	if (report->detail != REPORT_WHOLE || page->quiet)
		return 0;
	return add_objects(page, out, steps, err);
}

int report_markdown_diff(struct report *report, struct err *err)
{
	const struct page page = {
		.report = report,
		.most = COMMENT_MOST,
		.quiet = report->args.quiet,
	};
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	str_add(&out, "### gitops diff: ");
	add_revisions(&page, &out);
	if (report->cluster) {
		str_add(&out, " → ");
		add_code(&page, &out, report->cluster->name);
	}
	str_add(&out, "\n\n");
	report_text_counts(report, &out);
	str_add_char(&out, '\n');
	if (add_plan(&page, &out, err) < 0)
		return -1;
	report_write(report, report->args.out, &out);
	return 0;
}

/* ---- what is posted ---- */

static void add_errors(const struct page *page, struct str *out,
		       const struct err *failed)
{
	AUTO_STR struct str lines = STR_INIT(STR_BIG);
	size_t left_out = 0;

	for (; failed; failed = failed->next) {
		AUTO_STR struct str one = STR_INIT(STR_BIG);
		AUTO_STR struct str safe = STR_INIT(STR_BIG);

		run_redact(page->report->run, &safe, failed->msg,
			   strlen(failed->msg));
		str_add_shown(&one, str_text(&safe), safe.len, true);
		if (lines.len + one.len > ERRORS_MOST && lines.len) {
			left_out++;
			continue;
		}
		report_text_cut(&one, ERRORS_MOST);
		str_printf(&lines, "%s\n", str_text(&one));
	}
	str_add(out, "\n**It has failed:**\n\n");
	add_fenced(out, "", &lines);
	if (left_out)
		str_printf(out, "\nAnd %zu more.\n", left_out);
}

int report_comment(struct report *report, const struct report_comment *comment,
		   char **out, struct err *err)
{
	const struct page page = {
		.report = report,
		.most = comment->most < COMMENT_MOST ? comment->most :
						       COMMENT_MOST,
		.plain = comment->plain,
	};
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	AUTO_STR struct str safe = STR_INIT(STR_BIG);

	*out = NULL;
	if (!comment->failed && !(report->plan && plan_changes(report->plan)))
		return 0;
	str_add(&text, "### ");
	add_foreign(&page, &text, comment->title);
	str_add(&text, ": ");
	add_revisions(&page, &text);
	str_add(&text, "\n\n");
	if (report->plan) {
		report_text_counts(report, &text);
		str_add_char(&text, '\n');
	}
	if (comment->failed)
		add_errors(&page, &text, comment->failed);
	if (report->plan && add_plan(&page, &text, err) < 0)
		return -1;
	run_redact(report->run, &safe, str_text(&text), text.len);
	*out = str_keep(&safe, report->run->arena);
	return 0;
}

char *report_line(struct report *report, const struct err *failed)
{
	AUTO_STR struct str line = STR_INIT(STR_BIG);

	if (failed)
		report_add(report, &line,
			   arena_strndup(report->run->arena, failed->msg,
					 strcspn(failed->msg, "\n")));
	else if (!report->plan || !plan_changes(report->plan))
		str_add(&line, "no difference");
	else
		report_text_counts(report, &line);
	return str_keep(&line, report->run->arena);
}
