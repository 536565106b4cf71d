/* SPDX-License-Identifier: Apache-2.0 */

/* Who runs this, and where: for the record and the report. */

#include <unistd.h>

#include "cmd/common.h"

#define HOST_BYTES 256

static const char *first_of(const struct run *run, const char *const *names)
{
	for (; *names; names++) {
		const char *value = run_env(run, *names);

		if (value)
			return value;
	}
	return NULL;
}

static const char *host_of(const struct run *run)
{
	char host[HOST_BYTES] = "";

	return gethostname(host, sizeof(host) - 1) < 0 ?
		       "" :
		       arena_strdup(run->arena, host);
}

/* The user whom the CI acts for, else that of the machine. */
const char *output_who(const struct run *run)
{
	static const char *const users[] = {
		"GITHUB_ACTOR",  "GITLAB_USER_LOGIN",
		"BUILD_USER_ID", "LOGNAME",
		"USER",          NULL,
	};
	const char *user = first_of(run, users);

	if (!user)
		user = arena_printf(run->arena, "uid %ld", (long)getuid());
	return arena_printf(run->arena, "%s@%s", user, host_of(run));
}

const char *output_job(const struct run *run)
{
	static const char *const urls[] = {
		"CI_JOB_URL",
		"BUILD_URL",
		"CIRCLE_BUILD_URL",
		NULL,
	};
	const char *server = run_env(run, "GITHUB_SERVER_URL");
	const char *repository = run_env(run, "GITHUB_REPOSITORY");
	const char *id = run_env(run, "GITHUB_RUN_ID");
	const char *url = first_of(run, urls);

	if (server && repository && id)
		return arena_printf(run->arena, "%s/%s/actions/runs/%s", server,
				    repository, id);
	return url ? url : "";
}

struct apply_holder source_holder(const struct source *source)
{
	return (struct apply_holder){
		.who = output_who(source->run),
		.host = host_of(source->run),
		.pid = (long)getpid(),
	};
}

/* "Ann <ann@example.com> (key ...)" */
static const char *signer_of(const struct source *source)
{
	const struct repo_verdict *verdict = source->verify.verdict;

	if (!verdict || !verdict->key)
		return "";
	return arena_printf(source->run->arena, "%s (key %s)",
			    verdict->owner ? verdict->owner : "", verdict->key);
}

struct record_sync source_sync(const struct source *source)
{
	const struct revision *revision = &source->revision;
	const struct verify *verify = &source->verify;

	return (struct record_sync){
		.commit = revision->oid ? revision->oid : "",
		.ref = revision->oid ? revision->name : "",
		.author = revision->oid ? revision->author : "",
		.subject = revision->oid ? revision->subject : "",
		.who = output_who(source->run),
		.job = output_job(source->run),
		.result = "",
		.signature = verify->verdict ?
				     repo_signed_name(verify->verdict->state) :
				     "",
		.signer = signer_of(source),
		.note = verify->refused ? arena_printf(source->run->arena,
						       "taken because %s",
						       verify->refused) :
					  "",
	};
}
