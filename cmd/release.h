/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_RELEASE_H
#define CMD_RELEASE_H

/* What the files of `gitops release` share. */

#include "cmd/common.h"
#include "cmd/tell.h"
#include "cmd/verify.h"
#include "git/commit.h"
#include "release/release.h"

struct release_opts {
	struct output_args output;
	struct tell_args tell;
	const char *location;
	const char *rev;
	const char *path;
	const char *config;
	const char **apps;
	const char **images;
	const char **exclude;
	const char **workloads;
	const char **plain_http;
	const char *platform;
	const char *author;
	const char *message;
	const char *forge;
	struct verify_args verify;
	bool all;
	bool list;
	bool dry_run;
	bool push;
	bool no_push;
	bool pull_request;
	bool pin_digests;
	bool sign;
	bool sign_off;
	int format;
};

/* While it is under way. */
struct releasing {
	struct run *run;
	const struct release_opts *opts;
	struct source_args source_args;
	struct source source;
	struct release_args args;
	struct release *release;
	struct release_plan plan; /* the newest */
	const char *app;          /* NULL, or whose part alone is committed */
	struct release_plan part; /* that is committed */
	const char *message;      /* of the commit */
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

#endif
