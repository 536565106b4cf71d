/* SPDX-License-Identifier: Apache-2.0 */

/* The report that people read. */

#include <string.h>

#include "base/clock.h"
#include "report/internal.h"

#define VERB_WIDTH     9  /* "unchanged" */
#define OBJECT_WIDTH   38 /* the origin begins in column 50 where it can */
#define SUBJECT_WIDTH  50
#define OID_WIDTH      7
#define DURATION_UNITS 2

const struct verb_words report_verb_words[VERB_COUNT] = {
	[VERB_CREATE] = { "create", "to create", "created", COLOR_GREEN },
	[VERB_CHANGE] = { "change", "to change", "changed", COLOR_YELLOW },
	[VERB_REPLACE] = { "replace", "to replace", "replaced", COLOR_RED },
	[VERB_ADOPT] = { "adopt", "to adopt", "adopted", COLOR_CYAN },
	[VERB_APPLY] = { "apply", "to apply", "applied", COLOR_YELLOW },
	[VERB_DELETE] = { "delete", "to delete", "deleted", COLOR_RED },
	[VERB_KEEP] = { "keep", "kept", "kept", COLOR_YELLOW },
	[VERB_FAILED] = { "failed", "failed", "failed", COLOR_RED },
	[VERB_SKIPPED] = { "skipped", "skipped", "skipped", COLOR_DIM },
	[VERB_UNCHANGED] = { "unchanged", "unchanged", "unchanged", COLOR_DIM },
};

const enum verb report_verb_changes[VERB_CHANGES] = {
	VERB_CREATE, VERB_CHANGE, VERB_REPLACE,
	VERB_ADOPT,  VERB_APPLY,  VERB_DELETE,
};

static enum verb verb_of_action(enum plan_action action)
{
	switch (action) {
	case PLAN_CREATE:
		return VERB_CREATE;
	case PLAN_CHANGE:
		return VERB_CHANGE;
	case PLAN_REPLACE:
		return VERB_REPLACE;
	case PLAN_ADOPT:
		return VERB_ADOPT;
	case PLAN_APPLY:
		return VERB_APPLY;
	case PLAN_FAILED:
		return VERB_FAILED;
	case PLAN_DELETE:
		return VERB_DELETE;
	case PLAN_KEEP:
		return VERB_KEEP;
	case PLAN_UNCHANGED:
	case PLAN_GONE:
	case PLAN_ACTIONS:
		break;
	}
	return VERB_UNCHANGED;
}

enum verb report_verb_of(const struct plan_step *step, bool applied)
{
	if (!applied || step->action == PLAN_KEEP)
		return verb_of_action(step->action);
	switch (step->outcome) {
	case PLAN_DONE:
		return verb_of_action(step->action);
	case PLAN_ERROR:
		return VERB_FAILED;
	case PLAN_SKIPPED:
		return VERB_SKIPPED;
	case PLAN_PENDING:
		break;
	}
	/* Never begun: there was nothing to do, or the run ended before. */
	return step->action == PLAN_UNCHANGED || step->action == PLAN_GONE ?
		       VERB_UNCHANGED :
		       VERB_SKIPPED;
}

/* ---- one object ---- */

static void add_spaces(struct str *out, size_t n)
{
	while (n--)
		str_add_char(out, ' ');
}

void report_add_columns(struct report *report, struct str *out,
			const struct verb_words *words, const char *word,
			const char *text, const char *origin)
{
	size_t start, width;

	report_add_color(out, report->out_color, words->color, word);
	add_spaces(out, VERB_WIDTH + 1 - strlen(word));
	start = out->len;
	report_add(report, out, text);
	if (*origin) {
		width = out->len - start;
		add_spaces(out,
			   width < OBJECT_WIDTH ? OBJECT_WIDTH - width : 0);
		str_add(out, "  ");
		report_add(report, out, origin);
	}
	str_add_char(out, '\n');
}

void report_text_heading(struct report *report, struct str *out,
			 const struct plan_step *step, bool applied)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const struct verb_words *words =
		&report_verb_words[report_verb_of(step, applied)];
	const char *word = applied ? words->done : words->will;

	report_add_columns(report, out, words, word,
			   object_shown(scratch, step->item.want),
			   step->item.want->origin);
}

static void add_remark(struct report *report, struct str *out,
		       const char *label, const char *text)
{
	if (!text)
		return;
	str_printf(out, "  %s", label);
	report_add(report, out, text);
	str_add_char(out, '\n');
}

/* What the values alone do not tell. */
void report_text_remarks(struct report *report, struct str *out,
			 const struct plan_step *step)
{
	const char **ignored = cluster_item_ignored(&step->item);
	AUTO_ARENA struct arena *scratch = arena_new();

	for (size_t i = 0; i < step->overridden.n; i++) {
		const struct fields_taken *taken = &step->overridden.v[i];

		/* What has drifted is told with its manager. */
		if (report_is_told(step, taken->manager))
			continue;
		add_remark(report, out, "overrides ",
			   arena_printf(scratch, "%s: %s", taken->manager,
					taken->paths));
	}
	add_remark(report, out, "leaves to others: ", step->item.given_up);
	for (; ignored && *ignored; ignored++)
		add_remark(report, out, "ignores ", *ignored);
	if (step->outcome == PLAN_PENDING)
		add_remark(report, out, "not checked: ", step->item.unchecked);
	if (step->action == PLAN_REPLACE)
		add_remark(report, out,
			   "cannot be changed: ", step->item.immutable);
	add_remark(report, out, "", step->why);
	if (step->action == PLAN_ADOPT)
		add_remark(report, out, "",
			   "same values; " CLUSTER_MANAGER
			   " becomes the manager of its fields");
}

void report_text_step(struct report *report, const struct plan_step *step)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	/* With --validate none all are written, and some for nothing. */
	if (report_verb_of(step, true) == VERB_UNCHANGED &&
	    !report->run->verbose)
		return;
	report_text_heading(report, &out, step, true);
	if (step->outcome == PLAN_DONE)
		report_text_remarks(report, &out, step);
	report_write(report, report->args.out, &out);
}

/* ---- the summary ---- */

char *report_text_commit(struct arena *arena, const char *name, const char *oid)
{
	char *shown = arena_strndup(arena, oid, strnlen(oid, OID_WIDTH));

	if (!name || !*name || str_starts(name, shown))
		return shown;
	return arena_printf(arena, "%s@%s", name, shown);
}

/* "main@1a2b3c4"; of foreign text, so to be shown by report_add(). */
char *report_text_revision(const struct report *report)
{
	const struct revision *revision = &report->revision;
	struct arena *arena = report->run->arena;

	if (!revision->oid)
		return arena_strdup(arena, "worktree");
	return report_text_commit(arena, revision->name, revision->oid);
}

char *report_text_from(const struct report *report)
{
	return report_text_commit(report->run->arena, report->from->name,
				  report->from->oid);
}

void report_text_cut(struct str *text, size_t bytes)
{
	if (str_cut_text(text, bytes))
		str_add(text, "...");
}

/* The first line of a commit's message, cut to what a line has room for. */
void report_add_subject(struct report *report, struct str *out)
{
	const char *subject = report->revision.subject;
	AUTO_STR struct str shown = STR_INIT(STR_BIG);

	if (!report->revision.oid || !subject || !*subject)
		return;
	report_add(report, &shown, subject);
	report_text_cut(&shown, SUBJECT_WIDTH);
	str_printf(out, " \"%s\"", str_text(&shown));
}

void report_text_counts(struct report *report, struct str *out)
{
	const struct plan *plan = report->plan;
	size_t counts[VERB_COUNT] = { 0 };
	const char *comma = "";

	for (size_t i = 0; i < plan->n; i++)
		if (plan->v[i].action != PLAN_GONE)
			counts[report_verb_of(&plan->v[i], report->applied)]++;
	for (int i = 0; i < VERB_COUNT; i++) {
		const struct verb_words *words = &report_verb_words[i];

		if (!counts[i])
			continue;
		str_printf(out, "%s%zu %s", comma, counts[i],
			   report->applied ? words->done : words->total);
		comma = ", ";
	}
	if (!*comma)
		str_add(out, report->applied ? "nothing" : "no differences");
}

/* How long it took, where somebody had to wait for it. */
static void add_duration(const struct report *report, struct str *out)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const int64_t seconds = (clock_ms() - report->began_ms) / 1000;

	if (report->applied && seconds)
		str_printf(out, " in %s",
			   clock_duration(scratch, seconds, DURATION_UNITS));
}

void report_text_target(struct report *report, struct str *out)
{
	str_add(out, ": ");
	if (report->from) {
		report_add(report, out, report_text_from(report));
		str_add(out, " -> ");
	}
	report_add(report, out, report_text_revision(report));
	report_add_subject(report, out);
	if (report->cluster) {
		str_add(out, " -> ");
		report_add(report, out, report->cluster->name);
	}
	add_duration(report, out);
	str_add_char(out, '\n');
}

size_t report_ignored(const struct report *report)
{
	size_t n = 0;

	for (size_t i = 0; report->plan && i < report->plan->n; i++) {
		const char **path =
			cluster_item_ignored(&report->plan->v[i].item);

		for (; path && *path; path++)
			n++;
	}
	return n;
}

void report_text_ignored(struct report *report, struct str *out)
{
	const size_t n = report_ignored(report);

	if (n)
		str_printf(out, ", %zu field%s ignored", n, n == 1 ? "" : "s");
}

void report_text_summary(struct report *report, struct str *out)
{
	report_text_counts(report, out);
	report_text_ignored(report, out);
	report_text_target(report, out);
}

void report_text_sync(struct report *report)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	/* Those that had a step of their own have had their line. */
	for (size_t i = 0; i < report->plan->n; i++) {
		const struct plan_step *step = &report->plan->v[i];
		const bool verbose = report->run->verbose;

		if (verbose && step->outcome == PLAN_PENDING &&
		    step->action == PLAN_UNCHANGED) {
			report_text_heading(report, &out, step, true);
			report_text_remarks(report, &out, step);
		}
		if (step->action == PLAN_KEEP && (verbose || step->forget)) {
			report_text_heading(report, &out, step, true);
			report_text_remarks(report, &out, step);
		}
	}
	report_text_summary(report, &out);
	report_write(report, report->args.out, &out);
}
