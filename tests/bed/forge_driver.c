/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The room forge by itself, for tests against real forges and fakes:
 *
 *	KIND REMOTE pull HEAD BASE TITLE BODY
 *		[label=L] [reviewer=R] [draft] [auto-merge]
 *	KIND REMOTE close HEAD BASE
 *		"DONE NUMBER URL COMMIT", or "none"
 *	KIND REMOTE comment NUMBER KEY BODY
 *	KIND REMOTE status COMMIT CONTEXT pending|success|failure TEXT URL
 *	- - job
 *		"KIND REMOTE COMMIT URL NUMBER"
 *
 * "-" is not given.  Errors and warnings are printed as main does it, with
 * status 2, or 4 where a rerun may help.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/run.h"
#include "document/document.h"
#include "forge/forge.h"
#include "http/http.h"

extern char **environ;

static const char *optional(const char *text)
{
	return str_equal(text, "-") ? NULL : text;
}

static void show(struct run *run, const char *before, const char *text)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	run_redact(run, &out, text, strlen(text));
	fprintf(stderr, "%s%s\n", before, str_text(&out));
}

static void hear(void *payload, const struct event *event)
{
	struct run *run = payload;

	if (event->kind == EVENT_WARNING)
		show(run, "warning: ", event->text);
}

static void print_pull(const char *done, const struct forge_pull *pull)
{
	if (!pull->number)
		printf("none\n");
	else
		printf("%s %lld %s %s\n", done, (long long)pull->number,
		       pull->url, pull->commit ? pull->commit : "-");
}

static int set_pull(struct forge *forge, char **argv, struct err *err)
{
	const char *labels[8] = { 0 }, *reviewers[8] = { 0 };
	struct forge_pull_args args = { .head = argv[0],
					.base = argv[1],
					.title = argv[2],
					.body = argv[3] };
	size_t n_labels = 0, n_reviewers = 0;
	enum forge_done done;
	struct forge_pull open, pull;

	for (argv += 4; *argv; argv++) {
		if (str_starts(*argv, "label=") && n_labels < 7)
			labels[n_labels++] = *argv + strlen("label=");
		if (str_starts(*argv, "reviewer=") && n_reviewers < 7)
			reviewers[n_reviewers++] = *argv + strlen("reviewer=");
		args.draft |= str_equal(*argv, "draft");
		args.auto_merge |= str_equal(*argv, "auto-merge");
	}
	args.labels = n_labels ? labels : NULL;
	args.reviewers = n_reviewers ? reviewers : NULL;
	if (forge_pull_find(forge, args.head, args.base, &open, err) < 0 ||
	    forge_pull_declined(forge, &args, &pull, err) < 0)
		return -1;
	if (!open.number && pull.number) {
		print_pull("declined", &pull);
		return 0;
	}
	if (forge_pull_set(forge, &args, &pull, &done, err) < 0)
		return -1;
	print_pull(forge_done_text(done), &pull);
	return 0;
}

static int close_pull(struct forge *forge, char **argv, struct err *err)
{
	struct forge_pull pull;

	if (forge_pull_find(forge, argv[0], argv[1], &pull, err) < 0 ||
	    (pull.number && forge_pull_close(forge, &pull, err) < 0))
		return -1;
	print_pull("removed", &pull);
	return 0;
}

static int comment(struct forge *forge, char **argv, struct err *err)
{
	enum forge_done done;

	if (forge_comment(forge, atoi(argv[0]), argv[1], optional(argv[2]),
			  &done, err) < 0)
		return -1;
	printf("%s\n", forge_done_text(done));
	return 0;
}

static int status(struct forge *forge, char **argv, struct err *err)
{
	const struct forge_status one = {
		.commit = argv[0],
		.context = argv[1],
		.state = str_equal(argv[2], "pending") ? FORGE_PENDING :
			 str_equal(argv[2], "success") ? FORGE_SUCCESS :
							 FORGE_FAILURE,
		.description = argv[3],
		.url = optional(argv[4]),
	};

	return forge_status(forge, &one, err);
}

static int dispatch(struct run *run, char **argv, struct err *err)
{
	const struct forge_args args = { optional(argv[1]), argv[2] };
	const char *what = argv[3];
	struct forge_job job;
	struct forge *forge;

	if (str_equal(what, "job")) {
		forge_job(run, &job);
		printf("%s %s %s %s %lld\n", job.kind ? job.kind : "-",
		       job.remote ? job.remote : "-",
		       job.commit ? job.commit : "-", job.url ? job.url : "-",
		       (long long)job.pull);
		return 0;
	}
	if (forge_open(run, &args, &forge, err) < 0)
		return -1;
	argv += 4;
	if (str_equal(what, "pull"))
		return set_pull(forge, argv, err);
	if (str_equal(what, "close"))
		return close_pull(forge, argv, err);
	if (str_equal(what, "comment"))
		return comment(forge, argv, err);
	return status(forge, argv, err);
}

int main(int argc, char **argv)
{
	struct err err = { 0 };
	struct run run;
	int failed = 0;

	if (argc < 4)
		return 2;
	http_init();
	doc_init();
	run_init(&run, (const char *const *)environ);
	run.emit = hear;
	run.payload = &run;
	if (dispatch(&run, argv, &err) < 0) {
		failed = err.status == ERR_TEMPORARY ? 4 : 2;
		show(&run, "gitops: ", err.msg);
		if (err.hint)
			show(&run, "hint: ", err.hint);
	}
	err_clear(&err);
	run_release(&run);
	return failed;
}
