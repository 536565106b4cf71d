/* SPDX-License-Identifier: Apache-2.0 */

/* The report of a run with several parts, the clusters of a fleet. */

#include <string.h>

#include "base/vec.h"
#include "document/document.h"
#include "report/internal.h"

#define EXIT_DIFFERENT 1

void report_open_part(struct run *run, const struct report *whole, FILE *out,
		      FILE *err, struct report **part)
{
	struct report_args args = whole->args;

	args.out = out;
	args.err = err;
	/* The lines of several would be drawn over each other. */
	args.progress = REPORT_NEVER;
	report_open(run, &args, part);
	(*part)->out_color = whole->out_color;
	(*part)->err_color = whole->err_color;
	(*part)->repository = whole->repository;
	(*part)->revision = whole->revision;
	(*part)->detail = whole->detail;
	(*part)->verdict = whole->verdict;
	(*part)->refused = whole->refused;
	(*part)->is_part = whole->end != NULL;
}

/* What a part has written is redacted and escaped already. */
void report_part_line(struct report *report, const char *name, const char *text)
{
	AUTO_STR struct str line = STR_INIT(STR_BIG);

	report_add_color(&line, report->err_color, COLOR_CYAN, name);
	str_printf(&line, ": %s\n", text);
	report_write_raw(report, report->args.err, str_bytes(&line));
	fflush(report->args.err);
}

/* Between the two; no text of ours holds it. */
#define HAND_OVER '\0'

void report_hand_over(struct report *report, const json_t *document)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	str_add_char(&text, HAND_OVER);
	doc_write_json(&text, document);
	report_write_raw(report, report->args.out, str_bytes(&text));
}

/* What was handed over, which is taken off `out`; else what was printed. */
static struct bytes document_of(const struct report *report, struct bytes *out)
{
	const char *end = out->len ? memchr(out->data, HAND_OVER, out->len) :
				     NULL;
	struct bytes document = { 0 };

	if (end) {
		document.data = end + 1;
		document.len = out->len - (size_t)(end + 1 - out->data);
		out->len = (size_t)(end - out->data);
	} else if (report->args.format == REPORT_JSON) {
		document = *out;
	}
	return document;
}

static void keep_json(struct report *report, const char *name, int status,
		      struct bytes text)
{
	struct arena *arena = report->run->arena;
	AUTO_ERR struct err none = { 0 };
	json_t *one = doc_object(arena);
	json_t *document;

	if (!report->parts)
		report->parts = doc_array(arena);
	doc_set_string(one, name, "name", NULL);
	json_object_set_new(one, "exitStatus", json_integer(status));
	if (text.len && doc_read_json(arena, name, text, &document, &none) == 0)
		doc_set(one, document, "report", NULL);
	json_array_append(report->parts, one);
}

static void write_part(struct report *report, const char *name,
		       struct bytes out)
{
	AUTO_STR struct str head = STR_INIT(STR_BIG);
	AUTO_STR struct str line = STR_INIT(STR_BIG);

	str_printf(&head, "cluster %s", name);
	if (report->args.format == REPORT_MARKDOWN)
		str_printf(&line, "## %s", str_text(&head));
	else
		report_add_color(&line, report->out_color, COLOR_BOLD,
				 str_text(&head));
	str_add_char(&line, '\n');
	report_write(report, report->args.out, &line);
	report_write_raw(report, report->args.out, out);
	str_clear(&line);
	str_add_char(&line, '\n');
	report_write(report, report->args.out, &line);
}

void report_part(struct report *report, const char *name, int status,
		 struct bytes out)
{
	*vec_push(report->run->arena,
		  &report->ends) = (struct report_end){ name, status };
	if (report->args.format == REPORT_JSON || report->end)
		keep_json(report, name, status, document_of(report, &out));
	if (report->args.format != REPORT_JSON && out.len)
		write_part(report, name, out);
	fflush(report->args.out);
}

/* ": 1 well (eu)", then ", 2 failed (ap, us)" */
static void add_ends(const struct report *report, struct str *out,
		     const char *words, int from, int to)
{
	AUTO_STR struct str names = STR_INIT(STR_BIG);
	size_t n = 0;

	for (size_t i = 0; i < report->ends.n; i++) {
		const struct report_end *end = &report->ends.v[i];

		if (end->status < from || end->status > to)
			continue;
		str_printf(&names, "%s%s", n++ ? ", " : "", end->name);
	}
	if (n)
		str_printf(out, "%s %zu %s (%s)",
			   str_ends(str_text(out), "clusters") ? ":" : ",", n,
			   words, str_text(&names));
}

void report_parts(struct report *report)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);
	size_t well = 0;

	for (size_t i = 0; i < report->ends.n; i++)
		well += report->ends.v[i].status == 0;
	if (report->args.format != REPORT_TEXT ||
	    (report->args.quiet && well == report->ends.n))
		return;
	str_printf(&out, "%zu clusters", report->ends.n);
	add_ends(report, &out, "well", 0, 0);
	add_ends(report, &out, "different", EXIT_DIFFERENT, EXIT_DIFFERENT);
	add_ends(report, &out, "failed", EXIT_DIFFERENT + 1, INT32_MAX);
	str_add_char(&out, '\n');
	report_write(report, report->args.out, &out);
}
