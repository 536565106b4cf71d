/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_INTERNAL_H
#define REPORT_INTERNAL_H

/* What the files of this room share; nobody else includes it. */

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/map.h"
#include "base/str.h"
#include "plan/reason.h"
#include "report/report.h"

#define REPORT_COLUMNS 80

enum report_color {
	COLOR_NONE,
	COLOR_BOLD,
	COLOR_DIM,
	COLOR_RED,
	COLOR_GREEN,
	COLOR_YELLOW,
	COLOR_CYAN,
};

/* The line on stderr that says how far a slow run is. */
struct progress {
	bool wanted;
	bool terminal;     /* else each stage is a line of its own */
	int64_t next_ms;   /* not to be drawn again before this */
	size_t shown;      /* columns that are on the screen now */
	const char *stage; /* the last that was named */
	bool told;         /* it has had its line */
};

struct report {
	struct run *run;
	struct report_args args;
	bool out_color;
	bool err_color;
	const char *repository;      /* NULL: not known yet */
	struct revision revision;    /* oid NULL: files */
	const struct revision *from; /* NULL: a cluster is compared with */
	const struct repo_verdict *verdict; /* NULL: nobody has looked */
	const char *refused;                /* or NULL */
	const struct cluster *cluster;
	const struct plan *plan; /* NULL: not that far */
	enum report_detail detail;
	bool applied;         /* the outcomes of its steps count */
	bool printed_objects; /* report_objects() was the result */
	struct str text;      /* of these objects */
	size_t n_objects;
	json_t *objects; /* for the document; NULL: none */
	json_t *apps;    /* the same, of status and history */
	json_t *chosen;  /* the same, of what else knows apps */
	const struct report_release *release; /* NULL: none */
	json_t *goals;                        /* the same, of rollback */
	json_t *rollback;
	json_t *holds;
	const struct report_hold *held; /* of status */
	size_t n_held;
	json_t *parts; /* the same, of report_part() */
	bool is_part;  /* of a whole whose end is heard */
	struct {
		struct report_end {
			const char *name;
			int status;
		} * v;
		size_t n;
		size_t room;
	} ends; /* of the parts */
	struct {
		const char **v;
		size_t n;
		size_t room;
	} warnings;         /* redacted */
	struct map *warned; /* those texts, to say each once */
	struct map *masked; /* values of Secrets: report_mask() */
	struct progress progress;
	int64_t began;      /* seconds since 1970 */
	int64_t began_ms;   /* on clock_ms() */
	report_end_fn *end; /* or NULL */
	void *end_context;
	int out_errno; /* why stdout could not be written; 0: it could */
};

/* What became of a step, or will, in words. */
enum verb {
	VERB_CREATE,
	VERB_CHANGE,
	VERB_REPLACE,
	VERB_ADOPT,
	VERB_APPLY,
	VERB_DELETE,
	VERB_KEEP,
	VERB_FAILED,
	VERB_SKIPPED,
	VERB_UNCHANGED,
	VERB_COUNT,
};
struct verb_words {
	const char *will;  /* "create" */
	const char *total; /* "to create" */
	const char *done;  /* "created" */
	enum report_color color;
};
extern const struct verb_words report_verb_words[VERB_COUNT];

/* Those by which an object is changed. */
#define VERB_CHANGES 6
extern const enum verb report_verb_changes[VERB_CHANGES];
enum verb report_verb_of(const struct plan_step *step, bool applied);

/* ---- report.c ---- */

/* Write text that is fit for a terminal, redacted. */
void report_write(struct report *report, FILE *stream, const struct str *text);
/* The same as it is: the repository's own content. */
void report_write_raw(struct report *report, FILE *stream, struct bytes text);
/* Add a foreign text, redacted and escaped for terminals. */
void report_add(const struct report *report, struct str *out, const char *text);
/* A text of our own in colour, if the stream has any. */
void report_add_color(struct str *out, bool on, enum report_color color,
		      const char *text);
/* Say once that the cluster or the library warns. */
void report_warning(struct report *report, const char *text);
/* The warnings of the server for the objects of the plan. */
void report_plan_warnings(struct report *report);

/* ---- text.c ---- */

void report_text_step(struct report *report, const struct plan_step *step);
void report_text_sync(struct report *report);
/* How many fields differ and are left alone, by all objects of the plan. */
size_t report_ignored(const struct report *report);
/* ", 2 fields ignored", if any are. */
void report_text_ignored(struct report *report, struct str *out);
/* The line of an object, and what its values alone do not tell. */
void report_text_heading(struct report *report, struct str *out,
			 const struct plan_step *step, bool applied);
void report_text_remarks(struct report *report, struct str *out,
			 const struct plan_step *step);
/* "2 to change, 1 unchanged", and that with what is behind it. */
void report_text_counts(struct report *report, struct str *out);
void report_text_summary(struct report *report, struct str *out);
/* A line: a word in colour, a text, and where it stands; "" for nowhere. */
void report_add_columns(struct report *report, struct str *out,
			const struct verb_words *words, const char *word,
			const char *text, const char *origin);
/* The subject of the revision in quotes, behind a blank. */
void report_add_subject(struct report *report, struct str *out);

/* Two texts to compare. */
struct report_sides {
	struct bytes before, after;
	const char *before_name, *after_name;
	unsigned context; /* lines */
};
/* Their unified diff, with an empty line behind it; nothing where they are
 * the same. */
MUST_USE int report_add_diff(struct report *report, struct str *out,
			     const struct report_sides *sides, struct err *err);
/* "1a2b3c4", "main@1a2b3c4" or "worktree". */
char *report_text_revision(const struct report *report);
char *report_text_commit(struct arena *arena, const char *name,
			 const char *oid);
/* ": main@1a2b3c4 "subject" -> cluster", and the end of the line. */
void report_text_target(struct report *report, struct str *out);
/* Cut to so many bytes, with "..." behind them where it is longer. */
void report_text_cut(struct str *text, size_t bytes);

/* "main@1a2b3c4": the revision that is compared with. */
char *report_text_from(const struct report *report);

/* ---- text_diff.c ---- */

int report_text_diff(struct report *report, struct err *err);
/* The steps of the plan that differ, app by app; NULL-ended. */
const struct plan_step **report_diff_steps(const struct report *report);
/* The unified diff of the two sides of a step as YAML, masked, with what is the
 * reason beside the lines. */
MUST_USE int report_diff_lines(struct report *report, struct str *out,
			       const struct plan_step *step, bool color,
			       struct err *err);

/* ---- reason.c ---- */

/* Fields of an object that have one and the same reason. */
struct report_cause {
	bool drifted; /* else pending */
	const struct reason *reason;
	const char *const *paths;   /* of fields, NULL-ended */
	const char *const *origins; /* of each, "" for none */
	size_t n;                   /* 0: the object as a whole */
};
struct report_causes {
	struct report_cause *v;
	size_t n;
	size_t room;
};
void report_causes_of(struct arena *arena, const struct plan_step *step,
		      struct report_causes *out);
/* "kubectl-scale (Update scale) 2026-11-24T08:15:00Z", "1a2b3c4 2026-11-24
 * Ada: subject"; "" for what is not known. */
char *report_cause_text(struct arena *arena, const struct report_cause *cause);
/* "drift: kubectl-scale; pending: 1a2b3c4, 5d6e7f8" */
char *report_why_text(const struct report *report, struct arena *arena,
		      const struct plan_step *step);
/* "drift: kubectl-scale": behind a line. */
char *report_tag_text(const struct report *report, struct arena *arena,
		      const struct reason *reason, bool drifted);
/* "drift", "pending"; of two revisions "commit". */
const char *report_cause_word(const struct report *report, bool drifted);
/* Is this manager among those who have made it drift? */
bool report_is_told(const struct plan_step *step, const char *manager);

/* ---- json_diff.c ---- */

/* Keep the two sides of the plan's differences, masked, for the document, and
 * their reasons. */
int report_json_sides(struct report *report, struct err *err);

/* ---- notice.c ---- */

/* "Deployment web/web", of an object of the document. */
char *report_notice_name(struct arena *arena, const json_t *object);
/* A foreign text as Slack wants it, on one line and not too long: none of it
 * is a link or calls people. */
void report_notice_add_text(struct str *out, const char *text);

/* ---- notice_diff.c ---- */

/* How many objects of a diff's document differ in what is asked for. */
size_t report_notice_count(const json_t *document, enum report_about about);
/* Which, and by whom, into the notice `doc`. */
void report_notice_differences(struct arena *arena, json_t *doc,
			       const json_t *document, enum report_about about);
/* The same for a chat. */
void report_notice_add_differences(struct str *out, struct arena *arena,
				   const json_t *document,
				   enum report_about about);

/* ---- markdown.c ---- */

int report_markdown_diff(struct report *report, struct err *err);

/* ---- text_apps.c ---- */

void report_text_status(struct report *report, const struct status *status);
void report_text_history(struct report *report, const struct report_past *apps,
			 size_t n);

/* ---- hold.c ---- */

/* "suspended by ada@laptop at 2026-01-31T12:00:00Z: a reason" */
char *report_hold_text(const struct report *report, struct arena *arena,
		       const struct report_hold *held);
json_t *report_hold_json(const struct report *report,
			 const struct report_hold *held);
void report_text_holds(struct report *report, const struct report_hold *holds,
		       size_t n);
void report_json_holds(struct report *report, const struct report_hold *holds,
		       size_t n);
/* What holds the app, for status, or NULL. */
const struct report_hold *report_hold_of(const struct report *report,
					 const char *app);

/* ---- text_rollback.c ---- */

void report_text_goal(struct report *report, const char *app, const char *image,
		      const struct revision *revision);
void report_text_rollback(struct report *report,
			  const struct report_rollback *rollback);

/* ---- json.c ---- */

/* Keep what there is of apps, for the document. */
void report_json_status(struct report *report, const struct status *status);
/* Of an object of the document: has it failed, or is it on its way? */
bool report_json_unhealthy(const json_t *object);
/* A foreign text as a string, redacted; NULL is null. */
json_t *report_json_text(const struct report *report, const char *text);
/* A copy of a foreign document, redacted. */
json_t *report_json_copy(const struct report *report, json_t *value);

void report_json_goal(struct report *report, const char *app, const char *image,
		      const struct revision *revision);
void report_json_rollback(struct report *report,
			  const struct report_rollback *rollback);
/* The document. */
json_t *report_json_document(struct report *report, int status,
			     const struct err *err);

/* ---- parts.c ---- */

/* Behind what a part has printed, its document, for report_part(). */
void report_hand_over(struct report *report, const json_t *document);

/* An app, and a sync of it; a commit; texts, NULL-ended, or NULL for none. */
json_t *report_json_app(const struct report *report,
			const struct record *record);
json_t *report_json_sync(const struct report *report,
			 const struct record_sync *sync);
json_t *report_json_commit(const struct report *report,
			   const struct revision *revision);
json_t *report_json_list(const struct report *report, const char *const *texts);

/* ---- json_history.c ---- */

void report_json_history(struct report *report, const struct report_past *apps,
			 size_t n);

/* ---- release.c ---- */

/* What a release did, for the document. */
json_t *report_release_json(const struct report *report);

/* ---- pull.c ---- */

/* What became of pull requests: a line each, and a list. */
void report_add_pulls(struct report *report, struct str *out,
		      const struct report_pull *pulls, size_t n);
json_t *report_json_pulls(const struct report *report,
			  const struct report_pull *pulls, size_t n);

/* ---- progress.c ---- */

void report_progress_init(struct report *report);
void report_progress_show(struct report *report, const struct event *event);
/* Take the line away, before anything else is written. */
void report_progress_clear(struct report *report);

#endif
