/* SPDX-License-Identifier: Apache-2.0 */

/* Releases as pull requests: one, or one an app. */

#include <string.h>

#include "base/vec.h"
#include "cmd/pull.h"
#include "cmd/release.h"
#include "forge/forge.h"

#define BRANCH "gitops/release" /* where gitops.yaml names none */
#define APP    "{app}"

bool releasing_wants_pull(const struct releasing *releasing)
{
	const struct release_opts *opts = releasing->opts;

	return opts->pull_request ||
	       (releasing->source.apps.release.push == APPS_PUSH_PULL_REQUEST &&
		!opts->push && !opts->no_push &&
		repo_is_remote(opts->source.location));
}

/* ---- one pull request ---- */

/* What the message says below its subject, and a table of the moves. */
static const char *body_of(void *data, const struct repo_commit_args *made)
{
	const struct releasing *releasing = data;
	struct run *run = releasing->run;
	const char *more = pull_below(made->message);

	return arena_printf(run->arena, "%s%s%s", more, *more ? "\n\n" : "",
			    report_pull_body(run, &releasing->part));
}

static int pull_one(struct releasing *releasing, struct repo *repo,
		    struct forge *forge, const char *head, struct err *err)
{
	const struct pull_args args = {
		.base = releasing_base(releasing),
		.head = head,
		.ours = RELEASE_MOVES,
		.make = releasing_commit,
		.body = body_of,
		.data = releasing,
		.config = &releasing->source.apps.release,
	};
	struct report_pull pull;

	if (pull_offer(releasing->run, repo, forge, &args, &pull, err) < 0)
		return -1;
	if (pull.action)
		*vec_push(releasing->run->arena, &releasing->pulls) = pull;
	return 0;
}

/* ---- all of them ---- */

/* "release/{app}" */
static const char *branch_of(struct arena *arena, const char *pattern,
			     const char *app)
{
	const char *at = strstr(pattern, APP);

	return at ? arena_printf(arena, "%.*s%s%s", (int)(at - pattern),
				 pattern, app, at + strlen(APP)) :
		    pattern;
}

int releasing_pull(struct releasing *releasing, struct repo *repo,
		   struct err *err)
{
	const struct apps apps = releasing->source.apps;
	const char *pattern = apps.release.push == APPS_PUSH_PULL_REQUEST &&
					      apps.release.branch ?
				      apps.release.branch :
				      BRANCH;
	const struct forge_args args = {
		.kind = releasing->opts->forge,
		.remote = repo_remote(repo),
	};
	struct arena *arena = releasing->run->arena;
	struct forge *forge;

	if (forge_open(releasing->run, &args, &forge, err) < 0)
		return -1;
	if (!strstr(pattern, APP))
		return pull_one(releasing, repo, forge, pattern, err);
	for (size_t i = 0; i < apps.n; i++) {
		if (!apps.v[i].chosen)
			continue;
		releasing->app = apps.v[i].name;
		if (pull_one(releasing, repo, forge,
			     branch_of(arena, pattern, apps.v[i].name),
			     err) < 0)
			return err_wrap(err, "app %s", apps.v[i].name);
	}
	return 0;
}
