/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/vec.h"
#include "report/internal.h"

#define WARNINGS_MAX  50   /* a server can send any number */
#define WARNING_BYTES 1024 /* of one */

#define EXIT_DIFFERENT 1
#define EXIT_FAILED    2
#define EXIT_SIGNAL    128

/* ---- the two streams ---- */

static bool colored(const struct report *report, FILE *stream)
{
	const char *term = run_env(report->run, "TERM");

	switch (report->args.color) {
	case REPORT_ALWAYS:
		return true;
	case REPORT_NEVER:
		return false;
	case REPORT_AUTO:
		break;
	}
	return isatty(fileno(stream)) && term && strcmp(term, "dumb") != 0 &&
	       !run_env(report->run, "NO_COLOR");
}

void report_write_raw(struct report *report, FILE *stream, struct bytes text)
{
	report_progress_clear(report);
	if (fwrite(text.data, 1, text.len, stream) != text.len &&
	    stream == report->args.out && !report->out_errno)
		report->out_errno = errno;
}

void report_write(struct report *report, FILE *stream, const struct str *text)
{
	AUTO_STR struct str safe = STR_INIT(STR_BIG);

	run_redact(report->run, &safe, str_text(text), text->len);
	report_write_raw(report, stream, str_bytes(&safe));
}

/* What was written so far is seen, and comes before what the other stream
 * says next. */
static void flush(struct report *report)
{
	if (fflush(report->args.out) != 0 && !report->out_errno)
		report->out_errno = errno;
}

static void write_error(struct report *report, const struct str *text)
{
	flush(report);
	report_write(report, report->args.err, text);
	fflush(report->args.err);
}

void report_add(const struct report *report, struct str *out, const char *text)
{
	AUTO_STR struct str safe = STR_INIT(STR_BIG);

	/* Before it is escaped: afterwards a secret may look different. */
	run_redact(report->run, &safe, text, strlen(text));
	str_add_shown(out, str_text(&safe), safe.len, false);
}

void report_add_color(struct str *out, bool on, enum report_color color,
		      const char *text)
{
	static const char *const codes[] = {
		[COLOR_NONE] = "",          [COLOR_BOLD] = "\033[1m",
		[COLOR_DIM] = "\033[2m",    [COLOR_RED] = "\033[31m",
		[COLOR_GREEN] = "\033[32m", [COLOR_YELLOW] = "\033[33m",
		[COLOR_CYAN] = "\033[36m",
	};

	if (!on || color == COLOR_NONE) {
		str_add(out, text);
		return;
	}
	str_printf(out, "%s%s\033[0m", codes[color], text);
}

/* ---- what happens meanwhile ---- */

static void write_warning(struct report *report, const char *text)
{
	AUTO_STR struct str line = STR_INIT(STR_BIG);

	report_add_color(&line, report->err_color, COLOR_YELLOW, "gitops: ");
	str_printf(&line, "%s: warning: ", report->args.command);
	report_add(report, &line, text);
	str_add_char(&line, '\n');
	write_error(report, &line);
}

void report_warning(struct report *report, const char *text)
{
	AUTO_STR struct str safe = STR_INIT(WARNING_BYTES);
	struct arena *arena = report->run->arena;
	const char *kept;

	run_redact(report->run, &safe, text, strnlen(text, WARNING_BYTES / 2));
	kept = str_text(&safe);
	if (map_has(report->warned, kept) || report->warnings.n > WARNINGS_MAX)
		return;
	if (report->warnings.n == WARNINGS_MAX)
		kept = "there are more warnings, which are not shown";
	kept = arena_strdup(arena, kept);
	map_set(report->warned, kept, report);
	*vec_push(arena, &report->warnings) = kept;
	/* On success a quiet run has nothing to say; else report_close() will
	 * say it. */
	if (!report->args.quiet)
		write_warning(report, kept);
}

/* Whom the same warning concerns. */
struct concerned {
	const struct object *first;
	size_t more;
};

static void collect_warnings(const struct cluster_item *item,
			     struct arena *arena, struct map *all)
{
	for (const char **text = item->warnings; text && *text; text++) {
		struct concerned *concerned = map_get(all, *text);

		if (concerned) {
			concerned->more += concerned->first != item->want;
			continue;
		}
		concerned = arena_alloc(arena, sizeof(*concerned));
		concerned->first = item->want;
		map_set(all, *text, concerned);
	}
}

void report_plan_warnings(struct report *report)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct map *all = map_new(scratch);

	for (size_t i = 0; i < report->plan->n; i++)
		collect_warnings(&report->plan->v[i].item, scratch, all);
	for (size_t i = 0; i < all->n; i++) {
		const struct concerned *concerned = all->entries[i].value;
		const char *more = "";

		if (concerned->more)
			more = arena_printf(scratch, " and %zu more",
					    concerned->more);
		report_warning(report,
			       arena_printf(scratch, "%s%s: %s",
					    object_shown(scratch,
							 concerned->first),
					    more, all->entries[i].key));
	}
}

static void write_debug(struct report *report, const char *text)
{
	AUTO_STR struct str line = STR_INIT(STR_BIG);
	AUTO_STR struct str shown = STR_INIT(STR_BIG);

	str_add(&shown, "gitops: ");
	report_add(report, &shown, text);
	report_add_color(&line, report->err_color, COLOR_DIM, str_text(&shown));
	str_add_char(&line, '\n');
	write_error(report, &line);
}

static void on_event(void *payload, const struct event *event)
{
	struct report *report = payload;

	switch (event->kind) {
	case EVENT_DEBUG:
	case EVENT_REQUEST:
		if (report->run->verbose >= 2)
			write_debug(report, event->text);
		break;
	case EVENT_WARNING:
		report_warning(report, event->text);
		break;
	case EVENT_PROGRESS:
		report_progress_show(report, event);
		break;
	case EVENT_STEP:
		if (report->args.format != REPORT_TEXT || report->args.quiet)
			break;
		report_text_step(report, event->item);
		flush(report);
		break;
	}
}

void report_open(struct run *run, const struct report_args *args,
		 struct report **out)
{
	struct report *report = arena_alloc(run->arena, sizeof(*report));

	report->run = run;
	report->args = *args;
	report->text = (struct str)STR_INIT(STR_BIG);
	report->out_color = colored(report, args->out);
	report->err_color = colored(report, args->err);
	report->warned = map_new(run->arena);
	report->masked = map_new(run->arena);
	report->began = clock_wall();
	report->began_ms = clock_ms();
	report_progress_init(report);
	run->emit = on_event;
	run->payload = report;
	*out = report;
}

void report_source(struct report *report, const char *repository,
		   const struct revision *revision)
{
	report->repository = repository;
	if (revision)
		report->revision = *revision;
}

void report_from(struct report *report, const struct revision *revision)
{
	report->from = arena_memdup(report->run->arena, revision,
				    sizeof(*revision));
}

void report_verdict(struct report *report, const struct repo_verdict *verdict,
		    const char *refused)
{
	report->verdict = verdict;
	report->refused = refused;
}

void report_cluster(struct report *report, const struct cluster *cluster)
{
	report->cluster = cluster;
}

const char *report_cluster_name(const struct report *report)
{
	return report->cluster ? report->cluster->name : NULL;
}

/* ---- results ---- */

/* The command's own struct is gone when the document is written; its steps
 * are not. */
static void keep_plan(struct report *report, const struct plan *plan)
{
	report->plan = arena_memdup(report->run->arena, plan, sizeof(*plan));
}

void report_set_detail(struct report *report, enum report_detail detail)
{
	report->detail = detail;
}

static bool is_text(const struct report *report)
{
	return report->args.format == REPORT_TEXT;
}

int report_diff(struct report *report, struct plan *plan, struct err *err)
{
	int status = 0;

	keep_plan(report, plan);
	if (report->args.quiet && !plan_changes(plan))
		status = 0;
	else if (report->args.format == REPORT_MARKDOWN)
		status = report_markdown_diff(report, err);
	else if (is_text(report))
		status = report_text_diff(report, err);
	if (status == 0 && (!is_text(report) || report->end || report->is_part))
		status = report_json_sides(report, err);
	report_plan_warnings(report);
	return status;
}

void report_sync(struct report *report, struct plan *plan)
{
	keep_plan(report, plan);
	report->applied = true;
	if (is_text(report) && !report->args.quiet)
		report_text_sync(report);
	report_plan_warnings(report);
}

void report_status(struct report *report, struct plan *plan,
		   const struct status *status)
{
	keep_plan(report, plan);
	report_json_status(report, status);
	if (is_text(report) && !report->args.quiet)
		report_text_status(report, status);
}

void report_history(struct report *report, const struct report_past *apps,
		    size_t n)
{
	report_json_history(report, apps, n);
	if (is_text(report) && !report->args.quiet)
		report_text_history(report, apps, n);
}

void report_goal(struct report *report, const char *app, const char *image,
		 const struct revision *revision)
{
	report_json_goal(report, app, image, revision);
	if (is_text(report) && !report->args.quiet)
		report_text_goal(report, app, image, revision);
}

void report_rollback(struct report *report,
		     const struct report_rollback *rollback)
{
	report_json_rollback(report, rollback);
	if (is_text(report) && !report->args.quiet)
		report_text_rollback(report, rollback);
	flush(report);
}

/* Every line of the text, further to the right. */
static void add_indented(struct str *out, const struct str *text,
			 const char *indent)
{
	const char *p = str_text(text);
	size_t n;

	for (; *p; p += n) {
		n = strcspn(p, "\n");
		n += p[n] == '\n';
		str_add(out, indent);
		str_add_bytes(out, p, n);
	}
}

/* As doc_write_json_pretty() has it. */
#define LIST_HEAD "{\n  \"apiVersion\": \"v1\",\n  \"items\": ["
#define LIST_TAIL "],\n  \"kind\": \"List\"\n}\n"

int report_object(struct report *report, const struct object *object,
		  struct err *err)
{
	AUTO_STR struct str json = STR_INIT(STR_BIG);
	struct str *text = &report->text;
	bool first = !report->n_objects++;

	if (report->args.format != REPORT_JSON) {
		str_add(text, first ? "" : "---\n");
		if (doc_write_yaml(text, object->doc, err) < 0)
			return err_wrap(err, "%s", object->origin);
		return 0;
	}
	doc_write_json_pretty(&json, object->doc);
	str_cut(&json, json.len - 1);
	str_add(text, first ? LIST_HEAD "\n" : ",\n");
	add_indented(text, &json, "    ");
	return 0;
}

void report_objects(struct report *report)
{
	struct str *text = &report->text;

	if (report->args.format == REPORT_JSON)
		str_add(text, report->n_objects ? "\n  " LIST_TAIL :
						  LIST_HEAD LIST_TAIL);
	report->printed_objects = true;
	if (!report->args.quiet)
		report_write_raw(report, report->args.out, str_bytes(text));
}

void report_text(struct report *report, const char *text)
{
	report_write_raw(report, report->args.out,
			 (struct bytes){ text, strlen(text) });
}

/* ---- the end ---- */

/*
 * An error may come from elsewhere and have lines of its own (an API server's
 * list of causes); those are indented, so that none can pass for one of ours.
 */
static void write_lines(struct report *report, const char *first,
			enum report_color color, const char *text)
{
	AUTO_STR struct str line = STR_INIT(STR_BIG);
	AUTO_STR struct str safe = STR_INIT(STR_BIG);
	const char *rest;

	run_redact(report->run, &safe, text, strlen(text));
	report_add_color(&line, report->err_color, color, first);
	for (rest = str_text(&safe); *rest;) {
		const size_t n = strcspn(rest, "\n");

		str_add_shown(&line, rest, n, false);
		str_add_char(&line, '\n');
		rest += n;
		rest += strspn(rest, "\n");
		if (*rest)
			str_add(&line, "  ");
	}
	write_error(report, &line);
}

static void write_errors(struct report *report, const struct err *err)
{
	AUTO_STR struct str prefix = STR_INIT(STR_BIG);

	if (report->args.command)
		str_printf(&prefix, "gitops: %s: ", report->args.command);
	else
		str_add(&prefix, "gitops: ");
	for (; err && err->status != ERR_OK; err = err->next) {
		write_lines(report, str_text(&prefix), COLOR_RED, err->msg);
		/* One hint is enough for a row of errors that share it. */
		if (err->hint &&
		    !(err->next && str_equal(err->hint, err->next->hint)))
			write_lines(report, "hint: ", COLOR_BOLD, err->hint);
	}
}

static bool ended_well(int status)
{
	return status == 0 || status == EXIT_DIFFERENT;
}

/* The exit status once it is known that nobody got the result. */
static int unwritten(struct report *report, int status)
{
	AUTO_ERR struct err err = { 0 };

	if (report->out_errno == EPIPE)
		return ended_well(status) ? EXIT_SIGNAL + SIGPIPE : status;
	errno = report->out_errno;
	err_errno(&err, ERR_FAILED, "write to standard output");
	write_errors(report, &err);
	return ended_well(status) ? EXIT_FAILED : status;
}

void report_at_end(struct report *report, report_end_fn *end, void *context)
{
	report->end = end;
	report->end_context = context;
}

/* Whoever else is to hear of it.  What is said meanwhile is printed still. */
static int tell_end(struct report *report, const json_t *document, int status)
{
	AUTO_ERR struct err err = { 0 };

	if (report->end(report->end_context, document, &err) == 0)
		return status;
	report_progress_clear(report);
	write_errors(report, &err);
	return ended_well(status) ? EXIT_FAILED : status;
}

static void write_document(struct report *report, const json_t *document)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	doc_write_json_pretty(&text, document);
	report_write_raw(report, report->args.out, str_bytes(&text));
}

int report_close(struct report *report, int status, const struct err *err)
{
	const bool silent = report->args.quiet && status == 0;
	const bool prints = report->args.format == REPORT_JSON &&
			    !report->printed_objects && !silent;
	const json_t *document = NULL;

	report_progress_clear(report);
	if (report->args.quiet && !silent)
		for (size_t i = 0; i < report->warnings.n; i++)
			write_warning(report, report->warnings.v[i]);
	report->args.quiet = silent;
	if (prints || report->end || report->is_part)
		document = report_json_document(report, status, err);
	if (prints)
		write_document(report, document);
	if (report->is_part)
		report_hand_over(report, document);
	write_errors(report, err);
	flush(report);
	if (report->out_errno)
		status = unwritten(report, status);
	if (report->end)
		status = tell_end(report, document, status);
	report_progress_clear(report);
	report->run->emit = NULL;
	str_release(&report->text);
	return status;
}
