/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_RELEASE_H
#define CMD_RELEASE_H

/* What the files of `gitops release` share. */

#include "cmd/common.h"
#include "cmd/sync.h"
#include "cmd/tell.h"
#include "git/commit.h"
#include "release/release.h"

struct release_opts {
	struct source_args source;
	struct target_args target;
	struct change_args change;
	struct output_args output;
	struct tell_args tell;
	struct sync_how how;
	const char **images;
	const char **exclude;
	const char **workloads;
	const char **plain_http;
	const char *platform;
	const char *author;
	const char *message;
	const char *forge;
	bool all;
	bool list;
	bool dry_run;
	bool push;
	bool no_push;
	bool pull_request;
	bool pin_digests;
	bool sign;
	bool sign_off;
	bool sync;
	int format;
};

/* While it is under way. */
struct releasing {
	struct run *run;
	const struct release_opts *opts;
	struct source source;
	struct release_args args;
	struct release *release;
	struct release_plan plan; /* the newest */
	const char *app;          /* NULL, or whose part alone is committed */
	struct release_plan part; /* that is committed */
	struct {
		struct report_pull *v;
		size_t n;
		size_t room;
	} pulls;
};

/* The branch that releases are made on, or NULL for the one opened. */
const char *releasing_base(const struct releasing *releasing);

/* All of it, as a function of the tip: for repo_land(). */
MUST_USE int releasing_commit(void *data, struct repo *repo,
			      const struct revision *tip,
			      struct repo_commit_args *out, struct err *err);

/* Is there to be a pull request?  release_pull.c */
bool releasing_wants_pull(const struct releasing *releasing);

/* Put the moves into pull requests: one, or one an app. */
MUST_USE int releasing_pull(struct releasing *releasing, struct repo *repo,
			    struct err *err);

/* What is offered is not merged yet: ERR_USAGE. */
int releasing_refuse_sync(struct err *err);

/*
 * Sync the commit that the repository is at now: the apps of --app, else those
 * that were changed or, where nothing was, those with an image that was asked
 * for.  Its errors come behind those in `err`; 0, an exit status, or -1 where
 * there are any.  release_sync.c
 */
MUST_USE int releasing_sync(const struct releasing *releasing,
			    struct repo *repo, struct report *report,
			    struct err *err);

#endif
