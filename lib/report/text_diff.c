/* SPDX-License-Identifier: Apache-2.0 */

/* What differs, and why, for people. */

#include <stdlib.h>
#include <string.h>

#include "document/document.h"
#include "git/textdiff.h"
#include "report/internal.h"
#include "report/mask.h"

#define CONTEXT_LINES 3
#define TAG_COLUMN    40 /* where the reason stands beside a line */
#define PATHS_MOST    8  /* of one reason, that are listed */
#define LABEL_WIDTH   9  /* "pending  " */
#define ROW_INDENT    10 /* where objects stand in a row */
#define WHY_COLUMN    48 /* and why, where there is room for it */

/* ---- one line ---- */

static void add_diff_line(struct report *report, struct str *out,
			  const struct textdiff_line *line, const char *tag,
			  bool color)
{
	static const struct {
		const char *mark;
		enum report_color color;
	} looks[] = {
		[TEXTDIFF_HUNK] = { "", COLOR_CYAN },
		[TEXTDIFF_CONTEXT] = { " ", COLOR_NONE },
		[TEXTDIFF_ADDED] = { "+", COLOR_GREEN },
		[TEXTDIFF_REMOVED] = { "-", COLOR_RED },
	};
	AUTO_STR struct str shown = STR_INIT(STR_BIG);
	AUTO_STR struct str remark = STR_INIT(STR_BIG);

	str_add(&shown, looks[line->kind].mark);
	str_add_shown(&shown, line->text.data, line->text.len, true);
	report_add_color(out, color, looks[line->kind].color, str_text(&shown));
	if (tag) {
		size_t room = shown.len < TAG_COLUMN ? TAG_COLUMN - shown.len :
						       2;

		str_add(&remark, "# ");
		report_add(report, &remark, tag);
		/* Where there is no room it gets a line of its own. */
		if (shown.len + room + remark.len > REPORT_COLUMNS) {
			room = TAG_COLUMN;
			str_add_char(out, '\n');
		}
		str_add_repeat(out, ' ', room);
		report_add_color(out, color, COLOR_DIM, str_text(&remark));
	}
	str_add_char(out, '\n');
}

/* "+++ main@1a2b3c4" */
static void add_file_name(struct report *report, struct str *out,
			  const char *mark, const char *name, bool color)
{
	AUTO_STR struct str shown = STR_INIT(STR_BIG);

	str_add(&shown, mark);
	report_add(report, &shown, name);
	report_add_color(out, color, COLOR_BOLD, str_text(&shown));
	str_add_char(out, '\n');
}

/* ---- the reason beside a line ---- */

/* By the numbers of lines, from 1; NULL where there is none. */
struct tags {
	const char **before, **after;
	size_t n_before, n_after;
};

static size_t count_lines(struct bytes text)
{
	size_t n = 1;

	for (size_t i = 0; i < text.len; i++)
		n += text.data[i] == '\n';
	return n;
}

/* The YAML that we have printed, read again: it knows its lines. */
static const struct node *read_back(struct arena *arena, struct bytes text)
{
	const struct doc_source source = doc_source_file("object", text);
	AUTO_ERR struct err ignored = { 0 };
	struct nodes roots = { 0 };

	if (!text.len ||
	    doc_read_nodes(arena, &source, NULL, &roots, &ignored) < 0 ||
	    !roots.n)
		return NULL;
	return roots.v[0];
}

/* Drift stands beside what lives, and what is pending beside what is wanted:
 * if it is there, else on the other side. */
static void tag(struct tags *tags, unsigned before, unsigned after, bool drift,
		const char *text)
{
	const bool old = drift ? before != 0 : !after;
	const unsigned line = old ? before : after;

	if (!line || line > (old ? tags->n_before : tags->n_after))
		return;
	(old ? tags->before : tags->after)[line - 1] = text;
}

static void find_tags(struct report *report, struct arena *arena,
		      const struct plan_step *step,
		      const struct report_sides *sides, struct tags *tags)
{
	const struct node *old = read_back(arena, sides->before);
	const struct node *new = read_back(arena, sides->after);
	const struct reasons *reasons = step->reasons;

	tags->n_before = count_lines(sides->before);
	tags->n_after = count_lines(sides->after);
	tags->before = arena_array(arena, tags->n_before,
				   sizeof(*tags->before));
	tags->after = arena_array(arena, tags->n_after, sizeof(*tags->after));
	for (size_t i = 0; reasons && i < reasons->n; i++) {
		const struct reason *reason = &reasons->v[i].reason;
		const char *const *path = reasons->v[i].change.path;
		const unsigned before = fields_line(old, path, NULL);
		const unsigned after = fields_line(new, path, NULL);

		if (reason->drifted)
			tag(tags, before, after, true,
			    report_tag_text(report, arena, reason, true));
		if (reason->pending)
			tag(tags, before, after, false,
			    report_tag_text(report, arena, reason, false));
	}
}

static const char *tag_of(const struct tags *tags,
			  const struct textdiff_line *line)
{
	if (line->kind == TEXTDIFF_REMOVED && line->old_line &&
	    line->old_line <= tags->n_before)
		return tags->before[line->old_line - 1];
	if (line->kind == TEXTDIFF_ADDED && line->new_line &&
	    line->new_line <= tags->n_after)
		return tags->after[line->new_line - 1];
	return NULL;
}

/* ---- the difference ---- */

/* `step` may be NULL: there are no reasons. */
static int add_lines(struct report *report, struct str *out,
		     const struct report_sides *sides,
		     const struct plan_step *step, bool color, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct textdiff diff = { 0 };
	struct tags tags = { 0 };

	if (textdiff_compare(scratch, sides->before, sides->after,
			     sides->context, &diff, err) < 0)
		return -1;
	if (!diff.n)
		return 0;
	if (step)
		find_tags(report, scratch, step, sides, &tags);
	add_file_name(report, out, "--- ", sides->before_name, color);
	add_file_name(report, out, "+++ ", sides->after_name, color);
	for (size_t i = 0; i < diff.n; i++)
		add_diff_line(report, out, &diff.v[i],
			      tag_of(&tags, &diff.v[i]), color);
	return 0;
}

int report_add_diff(struct report *report, struct str *out,
		    const struct report_sides *sides, struct err *err)
{
	const size_t before = out->len;

	if (add_lines(report, out, sides, NULL, report->out_color, err) < 0)
		return -1;
	if (out->len > before)
		str_add_char(out, '\n');
	return 0;
}

int report_diff_lines(struct report *report, struct str *out,
		      const struct plan_step *step, bool color, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_STR struct str old_text = STR_INIT(STR_BIG);
	AUTO_STR struct str new_text = STR_INIT(STR_BIG);
	struct report_sides sides = { .context = CONTEXT_LINES };
	json_t *before, *after;

	if (plan_sides(step, scratch, &before, &after, err) < 0)
		return -1;
	report_mask(report->masked, scratch, step->item.want, &before, &after);
	if (before)
		doc_show_yaml(&old_text, before);
	if (after)
		doc_show_yaml(&new_text, after);
	sides.before = str_bytes(&old_text);
	sides.after = str_bytes(&new_text);
	sides.before_name = !before      ? "/dev/null" :
			    report->from ? report_text_from(report) :
					   "live";
	sides.after_name = !after && report->from ?
				   "/dev/null" :
				   report_text_revision(report);
	return add_lines(report, out, &sides, step, color, err);
}

/* ---- the reasons above it ---- */

static void add_cut(struct report *report, struct str *out, const char *text,
		    size_t used)
{
	AUTO_STR struct str shown = STR_INIT(STR_BIG);

	report_add(report, &shown, text);
	if (used + shown.len > REPORT_COLUMNS)
		report_text_cut(&shown, REPORT_COLUMNS - used - 3);
	str_add(out, str_text(&shown));
	str_add_char(out, '\n');
}

static void add_path(struct report *report, struct str *out, const char *path,
		     const char *origin)
{
	const size_t start = out->len;
	size_t n;

	str_add_repeat(out, ' ', 2 + LABEL_WIDTH);
	report_add(report, out, path);
	n = out->len - start;
	if (*origin) {
		if (n + 2 + strlen(origin) > REPORT_COLUMNS) {
			str_add_char(out, '\n');
			str_add_repeat(out, ' ', 2 + LABEL_WIDTH);
		}
		str_add(out, "  ");
		report_add(report, out, origin);
	}
	str_add_char(out, '\n');
}

static void add_cause(struct report *report, struct str *out,
		      const struct plan_step *step,
		      const struct report_cause *cause)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const char *word = report_cause_word(report, cause->drifted);
	const char *text = report_cause_text(scratch, cause);
	const char *note = cause->n ? NULL : step->reasons->note;

	if (!*text && !note)
		text = cause->drifted        ? "by somebody" :
		       !report->revision.oid ? "in the working files" :
					       "no commit was found for it";
	str_add(out, "  ");
	report_add_color(out, report->out_color,
			 cause->drifted ? COLOR_YELLOW : COLOR_CYAN, word);
	str_add_repeat(out, ' ', LABEL_WIDTH - strlen(word));
	add_cut(report, out,
		arena_printf(scratch, "%s%s%s", note ? note : "",
			     note && *text ? ": " : "", text),
		2 + LABEL_WIDTH);
	for (size_t i = 0; i < cause->n && i < PATHS_MOST; i++)
		add_path(report, out, cause->paths[i], cause->origins[i]);
	if (cause->n > PATHS_MOST)
		str_printf(out, "%*sand %zu more\n", 2 + LABEL_WIDTH, "",
			   cause->n - PATHS_MOST);
}

static void add_causes(struct report *report, struct str *out,
		       const struct plan_step *step)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct report_causes causes = { 0 };

	report_causes_of(scratch, step, &causes);
	for (size_t i = 0; i < causes.n; i++)
		add_cause(report, out, step, &causes.v[i]);
}

/* ---- all of it ---- */

static bool is_shown(const struct report *report, const struct plan_step *step)
{
	if (step->action == PLAN_UNCHANGED)
		return report->run->verbose;
	return step->action != PLAN_GONE;
}

const struct plan_step **report_diff_steps(const struct report *report)
{
	const struct plan *plan = report->plan;
	struct arena *arena = report->run->arena;
	const struct plan_step **out = arena_array(arena, plan->n + 1,
						   sizeof(*out));
	bool *taken = arena_array(arena, plan->n, sizeof(*taken));
	size_t n = 0;

	for (size_t i = 0; i < plan->n; i++) {
		for (size_t j = i; !taken[i] && j < plan->n; j++) {
			if (!str_equal(plan->v[j].item.want->app,
				       plan->v[i].item.want->app))
				continue;
			if (j > i)
				taken[j] = true;
			if (is_shown(report, &plan->v[j]))
				out[n++] = &plan->v[j];
		}
	}
	return out;
}

static int add_step_diff(struct report *report, struct str *out,
			 const struct plan_step *step, struct err *err)
{
	report_text_heading(report, out, step, false);
	if (report->args.quiet || step->action == PLAN_FAILED)
		return 0;
	add_causes(report, out, step);
	report_text_remarks(report, out, step);
	if (step->action == PLAN_KEEP || step->action == PLAN_UNCHANGED)
		return 0;
	if (report_diff_lines(report, out, step, report->out_color, err) < 0)
		return -1;
	str_add_char(out, '\n');
	return 0;
}

static void add_row(struct report *report, struct str *out,
		    const struct plan_step *step)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const struct verb_words *words =
		&report_verb_words[report_verb_of(step, false)];

	const char *object = object_shown(scratch, step->item.want);
	const char *why = report_why_text(report, scratch, step);
	const size_t used = strlen(object) > WHY_COLUMN - ROW_INDENT ?
				    ROW_INDENT + strlen(object) :
				    WHY_COLUMN;

	if (used + strlen(why) + 2 <= REPORT_COLUMNS) {
		report_add_columns(report, out, words, words->will, object,
				   why);
		return;
	}
	report_add_columns(report, out, words, words->will, object, "");
	str_add_repeat(out, ' ', ROW_INDENT + 2);
	add_cut(report, out, why, ROW_INDENT + 2);
}

/* Where there are several apps, each has its name above its objects. */
static void add_app(struct report *report, struct str *out, const char *app)
{
	AUTO_STR struct str shown = STR_INIT(STR_BIG);

	str_add(&shown, "app ");
	report_add(report, &shown, app);
	report_add_color(out, report->out_color, COLOR_BOLD, str_text(&shown));
	str_add_char(out, '\n');
}

static bool has_apps(const struct plan_step *const *steps)
{
	for (size_t i = 1; steps[0] && steps[i]; i++)
		if (!str_equal(steps[i]->item.want->app,
			       steps[0]->item.want->app))
			return true;
	return false;
}

static bool is_first(const struct plan_step *const *steps, size_t i)
{
	return !i || !str_equal(steps[i]->item.want->app,
				steps[i - 1]->item.want->app);
}

static void add_table(struct report *report, struct str *out,
		      const struct plan_step *const *steps)
{
	const bool apps = has_apps(steps);

	for (size_t i = 0; steps[i]; i++) {
		if (apps && is_first(steps, i))
			add_app(report, out, steps[i]->item.want->app);
		add_row(report, out, steps[i]);
	}
}

static void add_names(struct report *report, struct str *out,
		      const struct plan_step *const *steps)
{
	AUTO_ARENA struct arena *scratch = arena_new();

	for (size_t i = 0; steps[i]; i++) {
		report_add(report, out,
			   object_shown(scratch, steps[i]->item.want));
		str_add_char(out, '\n');
	}
}

static int write_diffs(struct report *report,
		       const struct plan_step *const *steps, struct err *err)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);
	const bool apps = has_apps(steps);

	for (size_t i = 0; steps[i]; i++) {
		str_clear(&out);
		if (apps && !report->args.quiet && is_first(steps, i))
			add_app(report, &out, steps[i]->item.want->app);
		if (add_step_diff(report, &out, steps[i], err) < 0)
			return -1;
		report_write(report, report->args.out, &out);
	}
	return 0;
}

int report_text_diff(struct report *report, struct err *err)
{
	const struct plan_step **steps = report_diff_steps(report);
	const bool summary = report->detail == REPORT_SUMMARY;
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	if (report->detail == REPORT_NAMES) {
		add_names(report, &out, steps);
		report_write(report, report->args.out, &out);
		return 0;
	}
	if (summary || (!report->args.quiet && steps[0] && steps[1])) {
		add_table(report, &out, steps);
		if (!summary)
			str_add_char(&out, '\n');
		report_write(report, report->args.out, &out);
	}
	if (!summary && write_diffs(report, steps, err) < 0)
		return -1;
	str_clear(&out);
	report_text_summary(report, &out);
	report_write(report, report->args.out, &out);
	return 0;
}
