/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Releases as pull requests: one a branch, which is found and updated, and
 * closed when there is nothing to move any more.
 */

#include <string.h>

#include "base/vec.h"
#include "cmd/release.h"
#include "forge/forge.h"
#include "git/land.h"
#include "git/push.h"

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

static void note(struct releasing *releasing, const char *action,
		 const char *head, const char *commit,
		 const struct forge_pull *pull)
{
	*vec_push(releasing->run->arena,
		  &releasing->pulls) = (struct report_pull){
		.action = action,
		.branch = head,
		.commit = commit,
		.url = pull->url,
		.number = pull->number,
	};
}

/*
 * Nothing is to be moved any more.  The branch goes, unless somebody has put
 * something there at this moment.
 */
static int withdraw(struct releasing *releasing, struct repo *repo,
		    struct forge *forge, const char *head,
		    const struct repo_landed *landed, struct err *err)
{
	const struct repo_push_args args = {
		.branch = head,
		.expected = landed->was,
	};
	struct forge_pull pull;
	enum repo_pushed pushed;

	if (forge_pull_find(forge, head, landed->branch, &pull, err) < 0)
		return -1;
	if (pull.number) {
		if (forge_pull_close(forge, &pull, err) < 0)
			return -1;
		note(releasing, "closed", head, NULL, &pull);
	}
	if (!landed->was)
		return 0;
	return repo_push(repo, &args, &pushed, err);
}

static int offer(struct releasing *releasing, struct forge *forge,
		 const char *head, const struct repo_landed *landed,
		 struct err *err)
{
	static const char *const actions[] = {
		[FORGE_UNCHANGED] = "unchanged",
		[FORGE_CREATED] = "opened",
		[FORGE_UPDATED] = "updated",
		[FORGE_REMOVED] = "closed",
	};
	const struct apps_release *config = &releasing->source.apps.release;
	struct run *run = releasing->run;
	const char *message = releasing->message;
	size_t n = strcspn(message, "\n");
	const char *more = message + n + strspn(message + n, "\n");
	const struct forge_pull_args args = {
		.head = head,
		.base = landed->branch,
		.title = arena_strndup(run->arena, message, n),
		.body = arena_printf(run->arena, "%s%s%s", more,
				     *more ? "\n\n" : "",
				     report_pull_body(run, &releasing->part)),
		.labels = config->labels,
		.reviewers = config->reviewers,
		.draft = config->draft,
		.auto_merge = config->auto_merge,
	};
	struct forge_pull pull;
	enum forge_done done;

	if (forge_pull_set(forge, &args, &pull, &done, err) < 0)
		return -1;
	/* A new commit is an update, whatever the words are. */
	if (done == FORGE_UNCHANGED && !str_equal(landed->was, landed->oid))
		done = FORGE_UPDATED;
	note(releasing, actions[done], head, landed->oid, &pull);
	return 0;
}

static int pull_one(struct releasing *releasing, struct repo *repo,
		    struct forge *forge, const char *head, struct err *err)
{
	const struct repo_land_args args = {
		.branch = releasing_base(releasing),
		.head = head,
		.ours = RELEASE_MOVES,
	};
	struct repo_landed landed = { 0 };

	if (repo_land(repo, &args, releasing_commit, releasing, &landed, err) <
	    0)
		return -1;
	return landed.oid ?
		       offer(releasing, forge, head, &landed, err) :
		       withdraw(releasing, repo, forge, head, &landed, err);
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
