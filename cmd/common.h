/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_COMMON_H
#define CMD_COMMON_H

/*
 * What commands share: the options that are spelled the same everywhere, and
 * the first stages, from the repository to the wanted objects.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/run.h"
#include "cluster/cluster.h"
#include "cmd/opt.h"
#include "git/repo.h"
#include "object/object.h"
#include "render/render.h"
#include "report/report.h"
#include "tree/tree.h"

/* Where the wish comes from. */
struct source_args {
	const char *location; /* the operand */
	const char *rev;
	const char *path;
	const char **remotes; /* from where bases and charts may come */
	bool enable_helm;
	bool worktree;
};
extern const struct opt source_opts[];
#define SOURCE_DEFAULTS                                                        \
	{                                                                      \
		.location = ".", .path = ""                                    \
	}

/* Where it goes. */
struct target_args {
	const char *cluster;
	const char *kubeconfig;
	const char *context;
	const char *namespace;
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

struct source {
	struct run *run;
	const struct source_args *args;
	struct tree *tree;
	const char *shown;        /* the repository, for people */
	const char *dir;          /* the working directory, or NULL */
	struct revision revision; /* oid NULL with --worktree */
	struct kustomize_outside outside;
};

/* Open the repository and its tree, and tell the report. */
MUST_USE int source_open(struct run *run, const struct source_args *args,
			 struct report *report, struct source *out,
			 struct err *err);

/* What is to be rendered of it. */
struct render_args source_render(struct source *source);

/* Connect to the cluster that the options name, and tell the report. */
MUST_USE int target_open(struct run *run, const struct target_args *args,
			 const struct change_args *change,
			 const struct source *source, struct report *report,
			 struct cluster **out, struct err *err);

/*
 * What the repository wants of this cluster: rendered, identified there and
 * sorted.  Values of Secrets are hidden from here on.
 */
MUST_USE int source_objects(struct source *source, struct cluster *cluster,
			    struct objects *out, struct err *err);

#endif
