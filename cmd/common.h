/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_COMMON_H
#define CMD_COMMON_H

/*
 * What commands share: the options that are spelled the same everywhere, and
 * the first stages, from the repository to the wanted objects.
 */

#include <stdbool.h>
#include <stdint.h>

#include "apply/lock.h"
#include "apply/records.h"
#include "apps/apps.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/map.h"
#include "base/run.h"
#include "cluster/cluster.h"
#include "cmd/opt.h"
#include "cmd/verify.h"
#include "git/repo.h"
#include "object/object.h"
#include "plan/rule.h"
#include "render/render.h"
#include "report/report.h"
#include "tree/tree.h"

/* Where the wish comes from. */
struct source_args {
	const char *location; /* the operand */
	const char *rev;
	const char *path;     /* NULL: what gitops.yaml says, or all */
	const char *config;   /* in place of gitops.yaml, or NULL */
	const char **apps;    /* those that are chosen, or NULL for all */
	const char **remotes; /* from where bases and charts may come */
	struct verify_args verify;
	bool enable_helm;
	bool allow_empty;
	bool any_path; /* `path` need not be an app */
	bool any_app;  /* all are chosen, whatever `apps` names */
	bool inspect;  /* what is not verified is told, and no error */
	bool offline;  /* ask no server for it */
	bool worktree;
};
extern const struct opt source_opts[];
#define SOURCE_DEFAULTS                                                        \
	{                                                                      \
		.location = ".", .verify.mode = VERIFY_UNSAID                  \
	}

/* Where it goes. */
struct target_args {
	const char *cluster;
	const char *kubeconfig;
	const char **contexts; /* one for a cluster; NULL: the current */
	const char *namespace;
	const char *record_namespace; /* NULL: what gitops.yaml says */
	const char *as;
	const char **as_groups;
};
extern const struct opt target_opts[];

/* How objects are compared and applied. */
struct change_args {
	bool full;
	bool no_force;
};
extern const struct opt change_opts[];

/* How it is told, and for how long. */
struct output_args {
	bool quiet;
	int verbose;
	int color;    /* enum report_when */
	int progress; /* enum report_when */
	int64_t timeout;
};
extern const struct opt output_opts[];
#define OUTPUT_DEFAULTS                                                        \
	{                                                                      \
		.timeout = 600                                                 \
	}

/* The values of -o for commands that report: enum report_format. */
extern const char *const output_formats[];

/* Open the report, and start the clock of --timeout. */
void output_open(struct run *run, const char *command, int format,
		 const struct output_args *args, struct report **report);

/* "user@host", who runs this; the URL of the CI job, or "".  who.c */
const char *output_who(const struct run *run);
const char *output_job(const struct run *run);

struct source {
	struct run *run;
	const struct source_args *args;
	struct report *report;
	struct repo *repo; /* NULL with --worktree */
	struct tree *tree;
	const char *shown;        /* the repository, for people */
	const char *identity;     /* the same for everybody */
	const char *dir;          /* the working directory, or NULL */
	struct revision revision; /* oid NULL with --worktree */
	struct verify verify;
	struct apps apps;
	struct map *ready;   /* source_prepare(), or NULL */
	const char *cluster; /* of gitops.yaml, whose variables there are;
				   or NULL */
	struct rules rules;  /* for the objects of source_objects() */
	struct kustomize_outside outside;
};

/* Open the repository and its tree, and tell the report. */
MUST_USE int source_open(struct run *run, const struct source_args *args,
			 struct report *report, struct source *out,
			 struct err *err);

/* The same of a repository that is open, at the commit that it is at now. */
MUST_USE int source_take(struct run *run, const struct source_args *args,
			 struct repo *repo, struct report *report,
			 struct source *out, struct err *err);

/* Tell the report again where it is. */
void source_tell(const struct source *source);

/* The apps of its tree: by gitops.yaml; where there is none, the path is
 * one. */
MUST_USE int source_apps(struct source *source, struct err *err);

/*
 * Take the commit that the repository is at now: after repo_land(), that
 * which was made.
 */
MUST_USE int source_follow(struct source *source, struct err *err);

/*
 * The same repository at another revision, in which an app may be missing that
 * is chosen here: there all are.
 */
MUST_USE int source_at(const struct source *source, const char *rev,
		       struct source **out, struct err *err);

/* Likewise the apps of a tree that it has been given. */
MUST_USE int source_turn(struct source *source, struct err *err);

/* What is to be rendered of an app. */
struct render_args source_render(struct source *source, const struct app *app);

/* The objects of an app, appended, as they are rendered and placed. */
MUST_USE int source_app_objects(struct source *source, const struct app *app,
				struct objects *out, struct err *err);

/* The files that an app is made from, its links too; none where it cannot be
 * rendered. */
const struct map *source_app_files(const struct source *source,
				   const struct app *app);

/*
 * Render the objects of an app before they are asked for: once, for all
 * processes that are forked afterwards.
 */
MUST_USE int source_prepare(struct source *source, const struct app *app,
			    struct err *err);

/* Connect to the cluster that the options name, and tell the report. */
MUST_USE int target_open(struct run *run, const struct target_args *args,
			 const struct change_args *change,
			 struct source *source, struct report *report,
			 struct cluster **out, struct err *err);

/*
 * What the repository wants of this cluster: the objects of the apps that are
 * chosen, rendered, identified there, marked and sorted.  Values of Secrets are
 * hidden from here on.
 */
MUST_USE int source_objects(struct source *source, struct cluster *cluster,
			    const struct apply_records *records,
			    struct objects *out, struct err *err);

/* The records of the apps that are chosen, not read yet. */
struct apply_records source_records(struct source *source);

/* The same, read, for a command that asks the cluster for nothing else. */
MUST_USE int source_load_records(struct source *source, struct cluster *cluster,
				 struct apply_records *out, struct err *err);

/* This run, for the records: who runs it, where, and which commit.  who.c */
struct record_sync source_sync(const struct source *source);
struct apply_holder source_holder(const struct source *source);

/*
 * Where else objects are wanted: for each object of the apps that are not
 * chosen its key, in "group/Kind/namespace/name", to the name of its app.
 */
MUST_USE int source_elsewhere(struct source *source, struct map **out,
			      struct err *err);

#endif
