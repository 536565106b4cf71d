/* SPDX-License-Identifier: Apache-2.0 */

/* What people read of apps: how they are, and what became of each sync. */

#include <string.h>

#include "base/clock.h"
#include "report/internal.h"

#define COLUMNS      REPORT_COLUMNS
#define INDENT       14 /* "  in progress " */
#define VERB_END     21 /* behind "create" */
#define SUBJECT_LESS 10 /* with fewer columns a subject says nothing */
#define LINES_MOST   10 /* of objects of an app that differ, without -v */
#define AGE_UNITS    1
#define TIME_UNITS   2

/* One line under way: what is on it, and how wide that is. */
struct line {
	struct report *report;
	struct str text;
	size_t width;
};

static void release_line(struct line *line)
{
	str_release(&line->text);
}

#define AUTO_LINE __attribute__((cleanup(release_line)))

static struct line new_line(struct report *report)
{
	return (struct line){ report, STR_INIT(STR_BIG), 0 };
}

/* Each character is taken for one column wide. */
static size_t columns_of(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

static void put_shown(struct line *line, enum report_color color,
		      const char *text)
{
	report_add_color(&line->text, line->report->out_color, color, text);
	line->width += columns_of(text);
}

static void put(struct line *line, enum report_color color, const char *text)
{
	AUTO_STR struct str shown = STR_INIT(STR_BIG);

	report_add(line->report, &shown, text);
	put_shown(line, color, str_text(&shown));
}

/* The next text begins in this column, or behind a space. */
static void pad(struct line *line, size_t column)
{
	size_t n = line->width < column ? column - line->width : 1;

	line->width += n;
	str_add_repeat(&line->text, ' ', n);
}

static void end_line(struct line *line)
{
	while (str_ends(str_text(&line->text), " "))
		str_cut(&line->text, line->text.len - 1);
	str_add_char(&line->text, '\n');
	report_write(line->report, line->report->args.out, &line->text);
	str_clear(&line->text);
	line->width = 0;
}

/* Word by word, on as many lines as it takes, which begin in this column. */
static void put_wrapped(struct line *line, size_t column,
			enum report_color color, const char *text)
{
	AUTO_STR struct str shown = STR_INIT(STR_BIG);
	AUTO_STR struct str word = STR_INIT(STR_BIG);
	const char *rest;
	bool first = true;

	report_add(line->report, &shown, text);
	for (rest = str_text(&shown); *rest; rest += strspn(rest, " ")) {
		const size_t n = strcspn(rest, " ");

		str_clear(&word);
		str_add_bytes(&word, rest, n);
		rest += n;
		if (!first &&
		    line->width + 1 + columns_of(str_text(&word)) > COLUMNS) {
			end_line(line);
			pad(line, column);
		} else if (!first) {
			put_shown(line, COLOR_NONE, " ");
		}
		put_shown(line, color, str_text(&word));
		first = false;
	}
}

/* ' "a web server"', as far as there is room. */
static void put_subject(struct line *line, const char *subject)
{
	AUTO_STR struct str shown = STR_INIT(STR_BIG);
	const size_t quotes = strlen(" \"\""), dots = strlen("...");
	size_t room;

	if (!*subject || line->width + quotes >= COLUMNS)
		return;
	room = COLUMNS - quotes - line->width;
	report_add(line->report, &shown, subject);
	if (columns_of(str_text(&shown)) > room) {
		if (room < SUBJECT_LESS + dots)
			return;
		report_text_cut(&shown, room - dots);
	}
	put_shown(line, COLOR_NONE, " \"");
	put_shown(line, COLOR_NONE, str_text(&shown));
	put_shown(line, COLOR_NONE, "\"");
}

static void put_commit(struct line *line, const struct record_sync *sync)
{
	AUTO_ARENA struct arena *scratch = arena_new();

	put(line, COLOR_NONE,
	    *sync->commit ?
		    report_text_commit(scratch, sync->ref, sync->commit) :
		    "worktree");
}

static enum report_color color_of_result(const char *result)
{
	if (str_equal(result, "done"))
		return COLOR_GREEN;
	return str_equal(result, "failed") ? COLOR_RED : COLOR_YELLOW;
}

/* ---- status: the line of an app ---- */

/* How wide the columns are. */
struct widths {
	size_t app;
	size_t state;
	size_t health;
};

static enum report_color color_of_state(const struct status_app *app)
{
	const char *state = status_state(app);

	if (str_equal(state, "in sync"))
		return COLOR_GREEN;
	return str_equal(state, "unknown") ? COLOR_RED : COLOR_YELLOW;
}

/* Where there is nothing that could be unhealthy, nothing is said. */
static char *health_of(struct arena *arena, const struct status_app *app)
{
	if (!app->judged)
		return arena_strdup(arena, "");
	return arena_printf(arena, "%zu of %zu healthy", app->healthy,
			    app->judged);
}

static void widen(size_t *width, const char *text)
{
	if (*width < strlen(text))
		*width = strlen(text);
}

static struct widths measure(const struct status *status)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct widths widths = { 0 };

	for (size_t i = 0; i < status->n; i++) {
		const struct status_app *app = &status->v[i];

		widen(&widths.app, app->record->app);
		widen(&widths.state, status_state(app));
		widen(&widths.health, health_of(scratch, app));
	}
	return widths;
}

/* "main@1a2b3c4 failed 2h ago by ada "a web server"" */
static void put_last(struct line *line, const struct record_sync *last)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const char *who = last->who;

	put_commit(line, last);
	if (!str_equal(last->result, "done")) {
		put(line, COLOR_NONE, " ");
		put(line, color_of_result(last->result), last->result);
	}
	put(line, COLOR_NONE,
	    arena_printf(scratch, " %s ago by %.*s",
			 clock_duration(scratch, clock_wall() - last->when,
					AGE_UNITS),
			 (int)strcspn(who, "@"), who));
	put_subject(line, last->subject);
}

static void write_app(struct report *report, const struct widths *widths,
		      const struct status_app *app)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_LINE struct line line = new_line(report);
	size_t column = widths->app + 2;

	put(&line, COLOR_BOLD, app->record->app);
	pad(&line, column);
	put(&line, color_of_state(app), status_state(app));
	column += widths->state + 2;
	pad(&line, column);
	if (widths->health) {
		put(&line,
		    app->healthy == app->judged ? COLOR_GREEN : COLOR_RED,
		    health_of(scratch, app));
		pad(&line, column + widths->health + 2);
	}
	if (status_last(app))
		put_last(&line, status_last(app));
	end_line(&line);
}

/* ---- status: what needs attention ---- */

static void put_word(struct line *line, enum report_color color,
		     const char *word)
{
	pad(line, 2);
	put(line, color, word);
	pad(line, INDENT);
}

static bool is_of(const struct plan_step *step, const struct status_app *app)
{
	return str_equal(step->item.want->app, app->record->app);
}

static void write_difference(struct report *report,
			     const struct plan_step *step)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_LINE struct line line = new_line(report);
	const struct verb_words *words =
		&report_verb_words[report_verb_of(step, false)];

	if (step->item.err.status != ERR_OK)
		put_word(&line, COLOR_RED, "unknown");
	else
		put_word(&line, COLOR_YELLOW,
			 step->cause == PLAN_DRIFTED ? "drifted" : "pending");
	if (step->item.err.status == ERR_OK) {
		put(&line, words->color, words->will);
		pad(&line, VERB_END);
	}
	put(&line, COLOR_NONE, object_shown(scratch, step->item.want));
	end_line(&line);
}

static void write_differences(struct report *report,
			      const struct status_app *app)
{
	const struct plan *plan = report->plan;
	AUTO_LINE struct line line = new_line(report);
	size_t shown = 0, more = 0;

	for (size_t i = 0; i < plan->n; i++) {
		const struct plan_step *step = &plan->v[i];

		if (!is_of(step, app) || (step->cause == PLAN_NO_CAUSE &&
					  step->item.err.status == ERR_OK))
			continue;
		if (shown == LINES_MOST && !report->run->verbose) {
			more++;
			continue;
		}
		write_difference(report, step);
		shown++;
	}
	if (!more)
		return;
	pad(&line, INDENT);
	str_printf(&line.text, "and %zu more; -v names them", more);
	end_line(&line);
}

static void write_unhealthy(struct report *report, const struct plan_step *step)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_LINE struct line line = new_line(report);
	const struct health *health = &step->item.health;

	put_word(&line,
		 health->state == HEALTH_FAILED ? COLOR_RED : COLOR_YELLOW,
		 health_word(health->state));
	put_wrapped(&line, INDENT, COLOR_NONE,
		    arena_printf(scratch, "%s: %s",
				 object_shown(scratch, step->item.want),
				 health->reason));
	end_line(&line);
	for (const char **event = step->item.events; event && *event; event++) {
		pad(&line, INDENT);
		put_wrapped(&line, INDENT, COLOR_NONE, *event);
		end_line(&line);
	}
}

static void write_attention(struct report *report, const struct status_app *app)
{
	const struct report_hold *held = report_hold_of(report,
							app->record->app);
	const struct plan *plan = report->plan;
	AUTO_LINE struct line line = new_line(report);

	if (app->broken) {
		put_word(&line, COLOR_RED, "error");
		put_wrapped(&line, INDENT, COLOR_NONE, app->broken);
		end_line(&line);
	}
	if (held) {
		put_word(&line, COLOR_YELLOW, "held");
		put_wrapped(&line, INDENT, COLOR_NONE,
			    report_hold_text(report, report->run->arena, held));
		end_line(&line);
	}
	if (app->moved) {
		put_word(&line, COLOR_YELLOW, "moved");
		put(&line, COLOR_NONE, "it was synced from ");
		put(&line, COLOR_NONE, app->record->repository);
		end_line(&line);
	}
	if (status_last(app) && app->awaited && !app->same_commit) {
		put_word(&line, COLOR_YELLOW, "behind");
		put(&line, COLOR_NONE, report_text_revision(report));
		put(&line, COLOR_NONE, " is not synced yet");
		end_line(&line);
	}
	write_differences(report, app);
	for (size_t i = 0; i < plan->n_want; i++) {
		const struct plan_step *step = &plan->v[i];
		const struct health *health = &step->item.health;

		if (is_of(step, app) && health->reason &&
		    !health_is_settled(health))
			write_unhealthy(report, step);
	}
}

/* "2 in sync, 1 drifted": of apps. */
static void add_states(struct str *out, const struct status *status)
{
	static const char *const states[] = {
		"in sync", "drifted", "pending", "never synced", "unknown",
	};
	const char *comma = "";

	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		size_t n = 0;

		for (size_t j = 0; j < status->n; j++)
			n += str_equal(status_state(&status->v[j]), states[i]);
		if (!n)
			continue;
		str_printf(out, "%s%zu %s", comma, n, states[i]);
		comma = ", ";
	}
}

void report_text_status(struct report *report, const struct status *status)
{
	const struct widths widths = measure(status);
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	for (size_t i = 0; i < status->n; i++) {
		write_app(report, &widths, &status->v[i]);
		write_attention(report, &status->v[i]);
	}
	add_states(&out, status);
	report_text_ignored(report, &out);
	report_text_target(report, &out);
	report_write(report, report->args.out, &out);
}

/* ---- history ---- */

#define MARK_RELEASE  "+"
#define MARK_ROLLBACK "<"
#define MARK_FAULT    "!"
#define RESULT_COLUMN 7  /* "!   12 " */
#define TIME_COLUMN   18 /* "unhealthy", "cancelled" */
#define COMMIT_COLUMN 40

/* "3 created, 1 changed" */
static char *counts_of(struct arena *arena, const struct record_sync *sync)
{
	const struct {
		size_t n;
		const char *word;
	} counts[] = {
		{ sync->created, "created" },
		{ sync->changed, "changed" },
		{ sync->deleted, "deleted" },
		{ sync->failed, "failed" },
	};
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		if (counts[i].n)
			str_printf(&out, "%s%zu %s", out.len ? ", " : "",
				   counts[i].n, counts[i].word);
	return out.len ? str_keep(&out, arena) :
			 arena_strdup(arena, "nothing to do");
}

/* What stands below the first line of an event. */
static void write_below(struct line *line, enum report_color color,
			const char *text)
{
	if (!*text)
		return;
	pad(line, RESULT_COLUMN);
	put_wrapped(line, RESULT_COLUMN, color, text);
	end_line(line);
}

/* "nginx 1.0 -> 1.1, web 3 -> 4"; but for one that `subject` names already. */
static char *moves_of(struct arena *arena, const char *const *images,
		      const char *subject)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	for (; images && *images; images++)
		if (!strstr(subject, *images))
			str_printf(&out, "%s%s", out.len ? ", " : "", *images);
	return str_keep(&out, arena);
}

/* What every event begins with.  The mark tells them apart without colour. */
static void begin_event(struct line *line, const char *mark, const char *number,
			enum report_color color, const char *word, int64_t when)
{
	AUTO_ARENA struct arena *scratch = arena_new();

	put(line, *mark == ' ' ? COLOR_NONE : color, mark);
	put(line, COLOR_NONE, arena_printf(scratch, "%5s", number));
	pad(line, RESULT_COLUMN);
	put(line, color, word);
	pad(line, TIME_COLUMN);
	put(line, COLOR_NONE, clock_rfc3339(scratch, when));
	pad(line, COMMIT_COLUMN);
}

static void write_sync(struct report *report, const struct record_sync *sync)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_LINE struct line line = new_line(report);

	begin_event(&line, str_equal(sync->result, "done") ? " " : MARK_FAULT,
		    arena_printf(scratch, "%lld", (long long)sync->number),
		    color_of_result(sync->result), sync->result, sync->when);
	put_commit(&line, sync);
	put_subject(&line, sync->subject);
	end_line(&line);
	write_below(&line, COLOR_NONE,
		    arena_printf(scratch, "%s in %s by %s%s%s",
				 counts_of(scratch, sync),
				 clock_duration(scratch, sync->seconds,
						TIME_UNITS),
				 sync->who, *sync->author ? "; commit by " : "",
				 sync->author));
	if (*sync->signer)
		write_below(&line, COLOR_NONE,
			    arena_printf(scratch, "%s signature by %s",
					 sync->signature, sync->signer));
	write_below(&line, COLOR_NONE, sync->note);
	write_below(&line, COLOR_CYAN, moves_of(scratch, sync->images, ""));
	write_below(&line, COLOR_NONE, sync->job);
}

static void write_release(struct line *line, const struct report_event *event)
{
	AUTO_ARENA struct arena *scratch = arena_new();

	write_below(line, COLOR_CYAN,
		    moves_of(scratch, event->images, event->commit->subject));
	write_below(line, COLOR_NONE,
		    arena_printf(scratch, "commit by %s",
				 event->commit->author));
}

static void write_rollback(struct line *line, const struct report_event *event)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const char *rejects = moves_of(scratch, event->images, "");

	write_below(line, COLOR_NONE,
		    arena_printf(scratch, "back to %s%s%s; commit by %s",
				 report_text_commit(scratch, "",
						    event->back_to),
				 *rejects ? ", rejects " : "", rejects,
				 event->commit->author));
}

static void write_commit(struct report *report,
			 const struct report_event *event)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_LINE struct line line = new_line(report);
	const bool back = event->back_to;

	begin_event(&line, back ? MARK_ROLLBACK : MARK_RELEASE, "",
		    back ? COLOR_YELLOW : COLOR_CYAN,
		    back ? "rollback" : "release", event->when);
	put(&line, COLOR_NONE,
	    report_text_commit(scratch, "", event->commit->oid));
	put_subject(&line, event->commit->subject);
	end_line(&line);
	if (back)
		write_rollback(&line, event);
	else
		write_release(&line, event);
}

void report_text_history(struct report *report, const struct report_past *apps,
			 size_t n)
{
	AUTO_LINE struct line line = new_line(report);

	for (size_t i = 0; i < n; i++) {
		const struct report_past *app = &apps[i];

		put(&line, COLOR_BOLD, app->record->app);
		if (!app->record->exists)
			put(&line, COLOR_NONE, ": never synced");
		else if (!app->events.n)
			put(&line, COLOR_NONE, ": nothing to show");
		end_line(&line);
		for (size_t j = 0; j < app->events.n; j++) {
			const struct report_event *event = &app->events.v[j];

			if (event->sync)
				write_sync(report, event->sync);
			else
				write_commit(report, event);
		}
	}
}
