/* SPDX-License-Identifier: Apache-2.0 */

/* The descriptions of pull requests. */

#include <string.h>

#include "report/internal.h"

#define ROWS_MOST 200 /* a forge takes no description of any length */

/*
 * As code: no forge looks for mentions, references or markup there.  What
 * would end it, or the cell it is in, is replaced.
 */
static void add_code(const struct run *run, struct str *out, const char *text)
{
	AUTO_STR struct str shown = STR_INIT(STR_BIG);
	AUTO_STR struct str clean = STR_INIT(STR_BIG);

	run_redact(run, &shown, text, strlen(text));
	str_add_shown(&clean, str_text(&shown), shown.len, false);
	str_add_char(out, '`');
	for (const char *c = str_text(&clean); *c; c++) {
		if (*c == '`')
			str_add_char(out, '\'');
		else if (*c == '|')
			str_add(out, "\\|");
		else
			str_add_char(out, *c);
	}
	str_add_char(out, '`');
}

static bool is_same_move(const struct release_place *a,
			 const struct release_place *b)
{
	return str_equal(a->now.name, b->now.name) &&
	       str_equal(a->from, b->from) && str_equal(a->to, b->to);
}

static bool is_told(const struct release_places *places, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (places->v[i].moved &&
		    is_same_move(&places->v[i], &places->v[index]))
			return true;
	return false;
}

/* One row a move, with every place that it changes. */
static void add_row(const struct run *run, struct str *out,
		    const struct release_places *places, size_t index)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const struct release_place *move = &places->v[index];
	const char *between = "";

	str_add(out, "| ");
	add_code(run, out, move->now.name);
	str_add(out, " | ");
	add_code(run, out, move->from);
	str_add(out, " | ");
	add_code(run, out, move->to);
	str_add(out, " | ");
	for (size_t i = index; i < places->n; i++) {
		const struct release_place *place = &places->v[i];

		if (!place->moved || !is_same_move(place, move))
			continue;
		str_add(out, between);
		add_code(run, out,
			 arena_printf(scratch, "%s:%u", place->file->path,
				      place->at->line));
		between = ", ";
	}
	str_add(out, " |\n");
}

char *report_pull_body(const struct run *run, const struct release_plan *plan)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);
	size_t rows = 0;

	str_add(&out, "| image | from | to | files |\n|---|---|---|---|\n");
	for (size_t i = 0; i < plan->places.n; i++) {
		if (!plan->places.v[i].moved || is_told(&plan->places, i))
			continue;
		if (rows++ < ROWS_MOST)
			add_row(run, &out, &plan->places, i);
	}
	if (rows > ROWS_MOST)
		str_printf(&out, "\nAnd %zu more: the commit names them.\n",
			   rows - ROWS_MOST);
	str_add(&out, "\nThis pull request is kept by `gitops release`: it "
		      "follows its base and newer images, and is closed when "
		      "there is nothing to move any more.\n");
	return str_keep(&out, run->arena);
}

/* "`1a2b3c4` `its subject`" */
static void add_revision(const struct run *run, struct str *out,
			 const struct revision *revision)
{
	str_printf(out, "`%.7s` ", revision->oid);
	add_code(run, out, revision->subject);
}

char *report_rollback_body(const struct run *run,
			   const struct report_rollback *rollback)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	if (rollback->reason) {
		run_redact(run, &out, rollback->reason,
			   strlen(rollback->reason));
		str_add(&out, "\n\n");
	}
	str_add(&out, "Back to what they were:\n\n");
	for (size_t i = 0; i < rollback->n_goals; i++) {
		str_add(&out, "- ");
		add_code(run, &out, rollback->goals[i].app);
		str_add(&out, " to ");
		add_revision(run, &out, rollback->goals[i].to);
		str_add_char(&out, '\n');
	}
	if (rollback->n_undone)
		str_add(&out, "\nThis undoes:\n\n");
	for (size_t i = 0; i < rollback->n_undone; i++) {
		str_add(&out, "- ");
		add_revision(run, &out, &rollback->undone[i]);
		str_add(&out, " by ");
		add_code(run, &out, rollback->undone[i].author);
		str_add_char(&out, '\n');
	}
	if (rollback->n_rejected)
		str_add(&out, "\nRejected, so that no policy chooses it "
			      "again:\n\n");
	for (size_t i = 0; i < rollback->n_rejected && i < ROWS_MOST; i++) {
		str_add(&out, "- ");
		add_code(run, &out, rollback->rejected[i]);
		str_add_char(&out, '\n');
	}
	str_add(&out, "\nNothing is synced before this is merged.  `gitops "
		      "rollback` of the same apps keeps it up to date.\n");
	return str_keep(&out, run->arena);
}

/* An id, a name, an image, a move of one.  A comma or a blank before "@" would
 * make a mention of what follows, and "//" a link. */
static bool is_plain(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-._:/@>+ ";

	for (const char *c = text; *c; c++)
		if (!strchr(allowed, *c) ||
		    (*c == '@' && (c == text || strchr("-._:/@>+ ", c[-1]))) ||
		    (*c == '/' && c[1] == '/'))
			return false;
	return true;
}

char *report_pull_trailers(const struct run *run,
			   const struct repo_trailer *trailers, size_t n)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	for (size_t i = 0; i < n; i++) {
		if (!is_plain(trailers[i].value))
			continue;
		str_printf(&out, "%s: ", trailers[i].name);
		run_redact(run, &out, trailers[i].value,
			   strlen(trailers[i].value));
		str_add_char(&out, '\n');
	}
	return str_keep(&out, run->arena);
}
