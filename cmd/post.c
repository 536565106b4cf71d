/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/post.h"

#include <stdlib.h>
#include <string.h>

#include "forge/forge.h"

#define PREFIX    "gitops/" /* which the mark has a word of its own for */
#define MARK_ROOM 200       /* for what forge_comment() puts below it */

const struct opt post_opts[] = {
	OPT_FLAG(struct post_args, comment, 0, "comment",
		 "keep a comment on the pull request of this job"),
	OPT_FLAG(struct post_args, commit_status, 0, "commit-status",
		 "set the status of its commit"),
	OPT_STRING(struct post_args, forge, 0, "forge", "KIND",
		   "what the repository is on; told by its host"),
	OPT_STRING_OF(struct post_args, pull_request, 0, "pull-request",
		      "NUMBER", "the pull request, where no job tells it",
		      "GITOPS_PULL_REQUEST_NUMBER"),
	OPT_END,
};

/* While it is under way. */
struct posting {
	const struct post_args *args;
	struct source *source;
	struct forge_job job;
	struct forge *forge;
	const char *remote;
	const char *title;        /* tells it from others: "gitops/diff prod" */
	const struct err *failed; /* or NULL */
	int64_t pull;             /* 0: none */
};

static int64_t pull_of(const struct post_args *args,
		       const struct forge_job *job)
{
	return args->pull_request ? strtoll(args->pull_request, NULL, 10) :
				    job->pull;
}

int post_check(struct run *run, const struct post_args *args, struct err *err)
{
	struct forge_job job;

	if (opt_check_number("pull-request", args->pull_request, err) < 0)
		return -1;
	forge_job(run, &job);
	if (!args->comment || pull_of(args, &job))
		return 0;
	if (job.remote) {
		run_warn(run, "--comment: this job is for no pull request");
		return 0;
	}
	err_set(err, ERR_USAGE,
		"--comment: nothing tells which pull request "
		"this is for");
	return err_hint(err, "name it with --pull-request NUMBER");
}

/* ---- what it is called ---- */

/*
 * By name as far as there is one.  The base of --from is left out: it is a
 * commit in many jobs, another one each time.
 */
static char *title_of(const struct posting *posting,
		      const struct target_args *target)
{
	const struct source *source = posting->source;
	const char *cluster = source->cluster;
	AUTO_STR struct str out = STR_INIT(STR_BIG);
	const char *before = " (";

	if (!cluster && target->contexts)
		cluster = target->contexts[0];
	if (!cluster)
		cluster = report_cluster_name(source->report);
	str_add(&out, PREFIX "diff");
	if (posting->args->revisions)
		str_add(&out, " commits");
	if (cluster)
		str_printf(&out, " %s", cluster);
	if (source->args->path) {
		str_printf(&out, "%s%s", before, source->args->path);
		before = ", ";
	}
	for (const char **app = source->args->apps; app && *app; app++) {
		str_printf(&out, "%s%s", before, *app);
		before = ", ";
	}
	if (*before == ',')
		str_add_char(&out, ')');
	return str_keep(&out, source->run->arena);
}

/* ---- where it goes ---- */

/* The pull request of a job is where that says; anything else is in the
 * repository that was read. */
static int find_forge(struct posting *posting, struct err *err)
{
	const struct post_args *args = posting->args;
	struct repo *repo = posting->source->repo;
	const struct forge_job *job = &posting->job;
	const char *own = repo ? repo_remote(repo) : NULL;
	bool by_job = !own || (job->pull && !args->pull_request);
	struct forge_args place = { .kind = args->forge, .remote = own };

	if (by_job && job->remote) {
		place.remote = job->remote;
		place.kind = args->forge ? args->forge : job->kind;
	}
	posting->remote = place.remote;
	return forge_open(posting->source->run, &place, &posting->forge, err);
}

/* Of a pull request the CI may have checked out a merge, which nobody sees. */
static int find_commit(const struct posting *posting, const char **out,
		       struct err *err)
{
	const char *read = posting->source->revision.oid;
	const char *commit = posting->job.commit;
	struct forge_pull pull;

	if (posting->pull) {
		if (forge_pull_get(posting->forge, posting->pull, &pull, err) <
		    0)
			return -1;
		/* Some forges cut it short. */
		if (pull.commit && !(commit && str_starts(commit, pull.commit)))
			commit = read && str_starts(read, pull.commit) ?
					 read :
					 pull.commit;
	} else if (read && posting->remote != posting->job.remote) {
		commit = read;
	}
	*out = commit ? commit : read;
	if (*out)
		return 0;
	return err_set(err, ERR_USAGE,
		       "--commit-status: nothing tells which commit this is "
		       "for");
}

/* ---- what is said ---- */

static int comment(const struct posting *posting, struct err *err)
{
	struct run *run = posting->source->run;
	const struct report_comment args = {
		.title = posting->title,
		.failed = posting->failed,
		.most = forge_text_most(posting->forge) - MARK_ROOM,
		.plain = forge_is_plain(posting->forge),
	};
	enum forge_done done;
	char *body;

	if (report_comment(posting->source->report, &args, &body, err) < 0 ||
	    forge_comment(posting->forge, posting->pull,
			  posting->title + strlen(PREFIX), body, &done,
			  err) < 0)
		return -1;
	run_debug(run, "comment on pull request %lld: %s",
		  (long long)posting->pull, forge_done_text(done));
	return 0;
}

static int set_status(const struct posting *posting, struct err *err)
{
	struct forge_status status = {
		.context = posting->title,
		.description = report_line(posting->source->report,
					   posting->failed),
		.url = posting->job.url,
		.state = posting->failed ? FORGE_FAILURE : FORGE_SUCCESS,
	};

	if (find_commit(posting, &status.commit, err) < 0)
		return -1;
	return forge_status(posting->forge, &status, err);
}

/* One that fails does not keep the other from being said. */
static int post(struct posting *posting, struct err *err)
{
	AUTO_ERR struct err later = { 0 };
	bool comments = posting->args->comment && posting->pull;
	int status;

	if (!comments && !posting->args->commit_status)
		return 0;
	if (find_forge(posting, err) < 0)
		return -1;
	status = comments ? comment(posting, err) : 0;
	if (posting->args->commit_status && set_status(posting, &later) < 0) {
		err_append(err, &later);
		status = -1;
	}
	return status;
}

int post_diff(const struct post_args *args, struct source *source,
	      const struct target_args *target, int status, struct err *err)
{
	AUTO_ERR struct err lost = { 0 };
	struct posting posting = {
		.args = args,
		.source = source,
		.failed = status < 0 ? err : NULL,
	};

	if ((!args->comment && !args->commit_status) || *source->run->cancelled)
		return status;
	forge_job(source->run, &posting.job);
	posting.pull = pull_of(args, &posting.job);
	posting.title = title_of(&posting, target);
	if (post(&posting, &lost) == 0)
		return status;
	err_wrap(&lost, "the result is not posted");
	err_append(err, &lost);
	return -1;
}

/*
 * No comment: the name that it would have may be one that no later run has,
 * and then nobody would remove it.
 */
int post_unread(const struct post_args *args, struct source *source,
		const struct target_args *target, struct err *err)
{
	struct post_args statuses = *args;
	const char *one[] = { NULL, NULL };
	struct target_args named = *target;
	const char **context = target->contexts;
	int status;

	statuses.comment = false;
	do {
		if (context) {
			one[0] = *context++;
			named.contexts = one;
		}
		status = post_diff(&statuses, source, &named, -1, err);
	} while (context && *context);
	return status;
}
