/* SPDX-License-Identifier: Apache-2.0 */

/* What holds an app, and what a run makes of that. */

#include <string.h>

#include "base/clock.h"
#include "document/document.h"
#include "report/internal.h"

#define WORD_WIDTH 10 /* "suspended " */

static const char *const end_words[] = {
	[REPORT_HOLD_HELD] = "held",
	[REPORT_HOLD_SKIPPED] = "skipped",
	[REPORT_HOLD_RESUMED] = "resumed",
	[REPORT_HOLD_SUSPENDED] = "suspended",
};

static const char *const git_words[] = {
	[REPORT_HOLD_NO_GIT] = NULL,       [REPORT_HOLD_AGREES] = "same",
	[REPORT_HOLD_BEHIND] = "behind",   [REPORT_HOLD_AHEAD] = "ahead",
	[REPORT_HOLD_ASIDE] = "different",
};

char *report_hold_text(const struct report *report, struct arena *arena,
		       const struct report_hold *held)
{
	const struct record_hold *hold = held->hold;
	const char *revision = report_text_revision(report);
	const char *what = "suspended", *git = "";

	if (*hold->commit)
		what = arena_printf(arena, "rolled back offline to %.7s",
				    hold->commit);
	if (held->git == REPORT_HOLD_AGREES)
		git = arena_printf(arena, "; %s has the same", revision);
	else if (held->git == REPORT_HOLD_BEHIND)
		git = arena_printf(arena, "; it is behind %s", revision);
	else if (held->git == REPORT_HOLD_AHEAD)
		git = arena_printf(arena, "; it is ahead of %s", revision);
	else if (held->git == REPORT_HOLD_ASIDE)
		git = arena_printf(arena, "; it is not at %s", revision);
	return arena_printf(arena, "%s by %s at %s%s%s%s", what, hold->who,
			    clock_rfc3339(arena, hold->when),
			    *hold->why ? ": " : "", hold->why, git);
}

/* "skipped   app web: suspended by ada@laptop at 2026-01-31T12:00:00Z: ..." */
void report_text_holds(struct report *report, const struct report_hold *holds,
		       size_t n)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	for (size_t i = 0; i < n; i++) {
		const char *word = end_words[holds[i].end];
		const char *text = report_hold_text(report, scratch, &holds[i]);

		/* Once is enough. */
		if (str_starts(text, word))
			text += strlen(word) + 1;

		report_add_color(&out, report->out_color, COLOR_YELLOW, word);
		str_add_repeat(&out, ' ', WORD_WIDTH - strlen(word));
		str_add(&out, "app ");
		report_add(report, &out, holds[i].app);
		str_add(&out, ": ");
		report_add(report, &out, text);
		str_add_char(&out, '\n');
	}
	report_write(report, report->args.out, &out);
}

json_t *report_hold_json(const struct report *report,
			 const struct report_hold *held)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const struct record_hold *hold = held->hold;
	const char *commit = *hold->commit ? hold->commit : NULL;
	json_t *one = json_object();

	json_object_set_new(one, "commit", report_json_text(report, commit));
	json_object_set_new(one, "git",
			    report_json_text(report, git_words[held->git]));
	json_object_set_new(one, "time",
			    json_string(clock_rfc3339(scratch, hold->when)));
	json_object_set_new(one, "who", report_json_text(report, hold->who));
	json_object_set_new(one, "why", report_json_text(report, hold->why));
	return one;
}

void report_json_holds(struct report *report, const struct report_hold *holds,
		       size_t n)
{
	if (!n)
		return;
	report->holds = doc_array(report->run->arena);
	for (size_t i = 0; i < n; i++) {
		json_t *one = report_hold_json(report, &holds[i]);

		json_object_set_new(one, "app",
				    report_json_text(report, holds[i].app));
		json_object_set_new(one, "result",
				    json_string(end_words[holds[i].end]));
		json_array_append_new(report->holds, one);
	}
}

void report_holds(struct report *report, const struct report_hold *holds,
		  size_t n)
{
	report_json_holds(report, holds, n);
	if (n && report->args.format == REPORT_TEXT && !report->args.quiet)
		report_text_holds(report, holds, n);
}

void report_status_holds(struct report *report, const struct report_hold *holds,
			 size_t n)
{
	report->held = holds;
	report->n_held = n;
}

const struct report_hold *report_hold_of(const struct report *report,
					 const char *app)
{
	for (size_t i = 0; i < report->n_held; i++)
		if (str_equal(report->held[i].app, app))
			return &report->held[i];
	return NULL;
}
