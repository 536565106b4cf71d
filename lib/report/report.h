/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

/*
 * Report: what people and programs read.  The only room that formats for
 * them, and the only one that writes to the two streams.
 *
 * stdout carries the result, stderr progress, warnings and errors.  With
 * format JSON the result is one document at the end, also on failure.  Every
 * byte passes the run's redaction; every text from outside is escaped for
 * terminals; data of Secrets is masked (mask.h).  The one exception is
 * report_objects(): what the repository itself holds is printed as it is.
 *
 *	report_open(run, &args, &report);         listens to the run's events
 *	report_source(report, shown, &revision);
 *	report_diff(report, &plan, err);          diff
 *	status = report_close(report, status, &err);
 *
 * A command opens it, main closes it.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/run.h"
#include "cluster/cluster.h"
#include "git/commit.h"
#include "git/repo.h"
#include "git/verify.h"
#include "plan/plan.h"
#include "plan/record.h"
#include "plan/status.h"
#include "release/release.h"

enum report_format {
	REPORT_TEXT,
	REPORT_JSON,
	REPORT_YAML,     /* render only */
	REPORT_MARKDOWN, /* diff only */
};

enum report_when { REPORT_AUTO, REPORT_ALWAYS, REPORT_NEVER };

struct report_args {
	const char *command; /* "sync" */
	enum report_format format;
	enum report_when color;    /* auto: a terminal, TERM not dumb, NO_COLOR
				     empty; judged for each stream */
	enum report_when progress; /* auto: stderr is a terminal */
	bool quiet;                /* nothing on success */
	const char *who;           /* runs it: "user@host", or NULL */
	const char *job;           /* URL of the CI job, or NULL */
	FILE *out;                 /* stdout */
	FILE *err;                 /* stderr */
};

struct report;

/* A report in the run's arena; it becomes the run's listener. */
void report_open(struct run *run, const struct report_args *args,
		 struct report **out);

/*
 * A report of one part of the run, which has the streams of its own, but is
 * coloured as `whole` is.
 *
 *	report_open_part(run, whole, out, err, &part);   in another process
 *	report_part_line(whole, "eu", "a line");         what that wrote to err
 *	report_part(whole, "eu", status, bytes);         and at its end to out
 */
void report_open_part(struct run *run, const struct report *whole, FILE *out,
		      FILE *err, struct report **part);
void report_part_line(struct report *report, const char *name,
		      const char *text);
void report_part(struct report *report, const char *name, int status,
		 struct bytes out);

/* How many there were, which of them differ, and which have failed. */
void report_parts(struct report *report);

/* Where the wish comes from.  `revision` is NULL for files (--worktree). */
void report_source(struct report *report, const char *repository,
		   const struct revision *revision);

/* What it is compared with, where that is another revision and no cluster. */
void report_from(struct report *report, const struct revision *revision);

/* The apps that are chosen. */
void report_app(struct report *report, const char *name);

/* Who has signed it; `refused` is what was asked for in its place, and why it
 * was not taken, or NULL. */
void report_verdict(struct report *report, const struct repo_verdict *verdict,
		    const char *refused);

/* Where it goes. */
void report_cluster(struct report *report, const struct cluster *cluster);

/* How much of a difference is told. */
enum report_detail {
	REPORT_WHOLE,
	REPORT_SUMMARY, /* the objects, and why */
	REPORT_NAMES,   /* the objects */
};
void report_set_detail(struct report *report, enum report_detail detail);

/*
 * The plan as diff shows it: a table of what differs and why, where it is more
 * than one object; for each a heading line, the reasons, and a unified diff of
 * its YAML; then a summary line.
 */
MUST_USE int report_diff(struct report *report, struct plan *plan,
			 struct err *err);

/* A comment of a pull request, of what was told so far. */
struct report_comment {
	const char *title;        /* which diff it is: "gitops/diff prod" */
	const struct err *failed; /* what the run ends with, or NULL */
	size_t most;              /* bytes */
	bool plain;               /* the forge shows no HTML */
};

/* As REPORT_MARKDOWN prints it, redacted; `*out` is NULL where there is nothing
 * to say: no difference, and nothing failed. */
MUST_USE int report_comment(struct report *report,
			    const struct report_comment *comment, char **out,
			    struct err *err);

/* The same in a line: "2 to change, 1 unchanged", "no difference", or the first
 * of what has failed. */
char *report_line(struct report *report, const struct err *failed);

/* The name of the cluster, or NULL before report_cluster(). */
const char *report_cluster_name(const struct report *report);

/* What became of an app that is held. */
enum report_hold_end {
	REPORT_HOLD_HELD,      /* nothing: it is only told */
	REPORT_HOLD_SKIPPED,   /* it was left alone */
	REPORT_HOLD_RESUMED,   /* it was held until now */
	REPORT_HOLD_SUSPENDED, /* it is held from now on */
};

/* What lives, against what git has; of an app that was rolled back offline. */
enum report_hold_git {
	REPORT_HOLD_NO_GIT,
	REPORT_HOLD_AGREES, /* it renders the same */
	REPORT_HOLD_BEHIND,
	REPORT_HOLD_AHEAD,
	REPORT_HOLD_ASIDE, /* neither, or it is not known */
};

struct report_hold {
	const char *app;
	const struct record_hold *hold;
	enum report_hold_end end;
	enum report_hold_git git;
};
void report_holds(struct report *report, const struct report_hold *holds,
		  size_t n);

/* The plan as sync has carried it out: the summary.  The lines of the objects
 * came with their events. */
void report_sync(struct report *report, struct plan *plan);

/*
 * What the plan, the records and the health of the objects come to: for each
 * app a line, and below it what needs attention.
 */
void report_status(struct report *report, struct plan *plan,
		   const struct status *status);
/* Before that, the apps that are held: report_status() tells of them. */
void report_status_holds(struct report *report, const struct report_hold *holds,
			 size_t n);

/* What became of an app: a sync, or a commit that gitops has made. */
struct report_event {
	int64_t when;                   /* seconds since 1970 */
	const struct record_sync *sync; /* NULL: a commit */
	const struct revision *commit;
	const char *back_to;       /* of a rollback: a commit; else NULL */
	const char *const *images; /* of a release: "NAME OLD -> NEW"; of a
				      rollback those rejected; NULL-ended */
};

struct report_past {
	const struct record *record;
	struct {
		struct report_event *v; /* newest first */
		size_t n, room;
	} events;
};

/* The past of each app. */
void report_history(struct report *report, const struct report_past *apps,
		    size_t n);

/* What became of a pull request. */
struct report_pull {
	const char *action; /* "opened" */
	const char *branch; /* at its head */
	const char *commit; /* there, or NULL */
	const char *url;    /* NULL: there is none */
	int64_t number;
};

/* A release, as it was done or would be. */
struct report_release {
	const struct release_plan *plan;
	bool look;          /* the list of what is set and what could be */
	bool dry_run;       /* show the difference */
	const char *commit; /* NULL: there is none */
	const char *branch; /* it is on */
	bool pushed;
	const struct report_pull *pulls; /* it was put into, in order */
	size_t n_pulls;
	const struct registry_count *counts;
	size_t n_counts;
};

/* The description of a pull request with these moves: Markdown, in which
 * nothing of the repository's is a mention, a link or markup. */
char *report_pull_body(const struct run *run, const struct release_plan *plan);

/* Trailers of a commit, as the last lines of a description.  Those are left out
 * in which there might be a mention, a link or markup. */
char *report_pull_trailers(const struct run *run,
			   const struct repo_trailer *trailers, size_t n);

/* A line for each place that is moved, the differences of a dry run, and a
 * summary; or the list.  `release` is borrowed until the report is closed. */
MUST_USE int report_release(struct report *report,
			    const struct report_release *release,
			    struct err *err);

/* An app, or with a name of an image that alone, is to go back to this
 * commit. */
void report_goal(struct report *report, const char *app, const char *image,
		 const struct revision *revision);

/* Where an app goes back to. */
struct report_back {
	const char *app;
	const struct revision *to;
};

/* The commit that takes the goals back, or would. */
struct report_rollback {
	const char *reason;              /* or NULL: of the description alone */
	const struct report_back *goals; /* likewise */
	size_t n_goals;
	const char *subject; /* NULL: nothing is to be done */
	const char *commit;  /* NULL: it was not made */
	const struct revision *undone;
	size_t n_undone;
	const char *const *paths; /* that are restored */
	size_t n_paths;
	const char *const *rejected; /* images */
	size_t n_rejected;
	const struct report_pull *pull; /* it was put into, or NULL */
};
void report_rollback(struct report *report,
		     const struct report_rollback *rollback);

/* The description of a pull request with it; as report_pull_body(), but for the
 * reason, which is as it was given. */
char *report_rollback_body(const struct run *run,
			   const struct report_rollback *rollback);

/* The wanted objects: YAML documents as kustomize prints them, or a JSON List.
 * One after the other, and then all of them are printed.  ERR_INPUT for what
 * YAML cannot hold. */
MUST_USE int report_object(struct report *report, const struct object *object,
			   struct err *err);
void report_objects(struct report *report);

/* Text of the program itself (help, version, completion), as it is. */
void report_text(struct report *report, const char *text);

/*
 * Have `end` called when the run is over and everything is printed, with the
 * document that format JSON prints, whatever the format is.  An error of its
 * own is printed, and makes a 0 or 1 a 2.
 */
typedef int report_end_fn(void *context, const json_t *document,
			  struct err *err);
void report_at_end(struct report *report, report_end_fn *end, void *context);

/*
 * The metrics of a sync, of that document: a text for the textfile collector
 * of Prometheus' node_exporter, which is to take the place of the text
 * `before`, or "".  From there come the times of earlier successes, and the
 * apps where the run did not come to know them.
 */
void report_metrics(struct str *out, const json_t *document,
		    const char *before);

/* When somebody is to be told. */
enum report_due {
	REPORT_DUE_NEVER,
	REPORT_DUE_CHANGE, /* something was changed, differs, or failed */
	REPORT_DUE_FAILURE,
	REPORT_DUE_ALWAYS,
};

/* Which differences of a diff are told of. */
enum report_about {
	REPORT_ABOUT_ANY,
	REPORT_ABOUT_DRIFT,
	REPORT_ABOUT_PENDING,
};

struct report_notice_args {
	enum report_due due;
	enum report_about about;
	int64_t now; /* the time of sending */
};

/* What is to be told, as the bodies of requests. */
struct report_notices {
	struct bytes chat; /* of all, {"text": ...} as Slack takes it */
	struct bytes *v;   /* a document a cluster, for programs */
	size_t n;          /* 0: nobody is to be told */
	size_t room;
};

/* The same of that document. */
void report_notices(struct arena *arena, const json_t *document,
		    const struct report_notice_args *args,
		    struct report_notices *out);

/*
 * Say how it ended: print `err`, each error on a line of its own with its
 * hint, and in JSON the document.  `status` is the exit status so far.
 * Returns it, but for a 0 or 1 whose result could not be written: then 2, or
 * 128 + SIGPIPE where nobody reads stdout any more.
 */
int report_close(struct report *report, int status, const struct err *err);

#endif
