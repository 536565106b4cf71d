/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "report/internal.h"

#define DELAY_MS    1000 /* a quick run shows none */
#define INTERVAL_MS 100

void report_progress_init(struct report *report)
{
	struct progress *progress = &report->progress;
	const enum report_when when = report->args.progress;
	const char *term = run_env(report->run, "TERM");

	progress->terminal = isatty(fileno(report->args.err)) && term &&
			     strcmp(term, "dumb") != 0;
	/* Every CI says that it is one. */
	progress->wanted =
		!report->args.quiet &&
		(when == REPORT_ALWAYS ||
		 (when == REPORT_AUTO &&
		  (progress->terminal || run_env(report->run, "CI"))));
	progress->next_ms = when == REPORT_ALWAYS ? 0 : clock_ms() + DELAY_MS;
}

static size_t columns(FILE *stream)
{
	struct winsize size;

	if (ioctl(fileno(stream), TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return REPORT_COLUMNS;
	return size.ws_col;
}

/* "gitops: sync: reading 120 of 1010" */
static void add_line(const struct report *report, struct str *line,
		     const struct event *event)
{
	str_printf(line, "gitops: %s: ", report->args.command);
	report_add(report, line, report->progress.stage);
	if (event->total)
		str_printf(line, " %zu of %zu", event->done, event->total);
	else if (event->done)
		str_printf(line, " %zu", event->done);
}

/* Where a line cannot be taken back (a log), one for each new stage. */
static void write_stage(struct report *report, const struct event *event)
{
	AUTO_STR struct str line = STR_INIT(STR_BIG);

	add_line(report, &line, event);
	str_add_char(&line, '\n');
	report_write(report, report->args.err, &line);
	fflush(report->args.err);
	report->progress.told = true;
}

/* The line that is written over and over. */
static void draw(struct report *report, const struct event *event)
{
	struct progress *progress = &report->progress;
	AUTO_STR struct str line = STR_INIT(STR_BIG);
	AUTO_STR struct str safe = STR_INIT(STR_BIG);

	report_progress_clear(report);
	add_line(report, &line, event);
	run_redact(report->run, &safe, str_text(&line), line.len);
	/* In the last column some terminals wrap at once.  Whole characters
	 * only; each is taken for one column wide. */
	str_cut_text(&safe, columns(report->args.err) - 1);
	fwrite(str_text(&safe), 1, safe.len, report->args.err);
	fflush(report->args.err);
	progress->shown = safe.len;
	progress->next_ms = clock_ms() + INTERVAL_MS;
}

void report_progress_show(struct report *report, const struct event *event)
{
	struct progress *progress = &report->progress;
	bool begins = event->text && !str_equal(event->text, progress->stage);

	if (!progress->wanted)
		return;
	if (begins) {
		progress->stage = arena_strdup(report->run->arena, event->text);
		progress->told = false;
	}
	if (!progress->stage || clock_ms() < progress->next_ms)
		return;
	if (progress->terminal)
		draw(report, event);
	else if (!progress->told)
		write_stage(report, event);
}

void report_progress_clear(struct report *report)
{
	const int shown = (int)report->progress.shown;

	if (!shown)
		return;
	report->progress.shown = 0;
	fprintf(report->args.err, "\r%*s\r", shown, "");
	fflush(report->args.err);
}
