/* SPDX-License-Identifier: Apache-2.0 */

/* What the variables of CI systems say of the job that we run in. */

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "document/document.h"
#include "forge/inside.h"

#define EVENT_CAP ((size_t)8 << 20)

/* 0 for what is no number of a pull request. */
static int64_t number_of(const char *text)
{
	int64_t number = 0;

	for (; text && *text >= '0' && *text <= '9' && number < INT64_MAX / 100;
	     text++)
		number = number * 10 + (*text - '0');
	return number;
}

/*
 * The event that started a job of GitHub or Gitea.  A job of
 * pull_request_target or issue_comment has its number nowhere else.
 */
static int64_t number_in_event(struct run *run)
{
	const char *path = run_env(run, "GITHUB_EVENT_PATH");
	AUTO_ERR struct err ignored = { 0 };
	struct bytes bytes;
	json_t *event;
	int64_t number;

	if (!path ||
	    file_read(run->arena, path, EVENT_CAP, &bytes, &ignored) < 0 ||
	    doc_read_json(run->arena, path, bytes, &event, &ignored) < 0)
		return 0;
	number = forge_int(doc_get(event, "pull_request", NULL), "number");
	if (!number && doc_get(event, "issue", "pull_request", NULL))
		number = forge_int(doc_get(event, "issue", NULL), "number");
	return number;
}

/* "gitlab=https://host/gitlab" */
static const char *kind_at(struct run *run, const char *kind,
			   const char *server)
{
	return server ? arena_printf(run->arena, "%s=%s", kind, server) : kind;
}

static void read_actions(struct run *run, struct forge_job *out)
{
	const char *server = run_env(run, "GITHUB_SERVER_URL");
	const char *repository = run_env(run, "GITHUB_REPOSITORY");
	const char *ref = run_env(run, "GITHUB_REF");
	const char *id = run_env(run, "GITHUB_RUN_ID");
	bool gitea = run_env(run, "GITEA_ACTIONS") ||
		     run_env(run, "FORGEJO_ACTIONS");

	out->kind = kind_at(run, gitea ? "gitea" : "github", server);
	if (server && repository)
		out->remote = arena_printf(run->arena, "%s/%s", server,
					   repository);
	if (out->remote && id)
		out->url = arena_printf(run->arena, "%s/actions/runs/%s",
					out->remote, id);
	out->commit = run_env(run, "GITHUB_SHA");
	if (ref && str_starts(ref, "refs/pull/"))
		out->pull = number_of(ref + strlen("refs/pull/"));
	if (!out->pull)
		out->pull = number_in_event(run);
}

static void read_gitlab(struct run *run, struct forge_job *out)
{
	const char *commit = run_env(run, "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA");
	const char *url = run_env(run, "CI_MERGE_REQUEST_PROJECT_URL");

	out->kind = kind_at(run, "gitlab", run_env(run, "CI_SERVER_URL"));
	out->remote = url ? url : run_env(run, "CI_PROJECT_URL");
	out->commit = commit ? commit : run_env(run, "CI_COMMIT_SHA");
	out->url = run_env(run, "CI_JOB_URL");
	out->pull = number_of(run_env(run, "CI_MERGE_REQUEST_IID"));
}

static void read_bitbucket(struct run *run, struct forge_job *out)
{
	const char *name = run_env(run, "BITBUCKET_REPO_FULL_NAME");
	const char *build = run_env(run, "BITBUCKET_BUILD_NUMBER");

	out->kind = "bitbucket";
	if (name) {
		out->remote = arena_printf(run->arena,
					   "https://bitbucket.org/%s", name);
		out->url = arena_printf(run->arena, "%s/pipelines/results/%s",
					out->remote, build);
	}
	out->commit = run_env(run, "BITBUCKET_COMMIT");
	out->pull = number_of(run_env(run, "BITBUCKET_PR_ID"));
}

/* Which forge it is, only the URL tells. */
static void read_jenkins(struct run *run, struct forge_job *out)
{
	out->remote = run_env(run, "GIT_URL");
	out->commit = run_env(run, "GIT_COMMIT");
	out->url = run_env(run, "BUILD_URL");
	out->pull = number_of(run_env(run, "CHANGE_ID"));
}

void forge_job(struct run *run, struct forge_job *out)
{
	*out = (struct forge_job){ 0 };
	if (run_env(run, "GITLAB_CI"))
		read_gitlab(run, out);
	else if (run_env(run, "BITBUCKET_BUILD_NUMBER"))
		read_bitbucket(run, out);
	else if (run_env(run, "GITHUB_ACTIONS"))
		read_actions(run, out);
	else if (run_env(run, "JENKINS_URL"))
		read_jenkins(run, out);
}
