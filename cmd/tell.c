/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/tell.h"

#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "document/document.h"
#include "notify/notify.h"

#define FILE_MODE   0644 /* whoever watches us is another user */
#define METRICS_CAP ((size_t)1 << 20)

const struct opt tell_report_opts[] = {
	OPT_STRING(struct tell_args, report, 0, "report", "FILE",
		   "write the result as JSON to this file, too"),
	OPT_END,
};

/* enum report_due */
static const char *const due_choices[] = { "never", "change", "failure",
					   "always", NULL };

const struct opt tell_opts[] = {
	OPT_STRING(struct tell_args, metrics, 0, "metrics", "FILE",
		   "write metrics for Prometheus to this file"),
	OPT_CHOICE(struct tell_args, notify, 0, "notify", "WHEN",
		   "when to tell the webhooks of GITOPS_*_URL", due_choices),
	OPT_STRING(struct tell_args, report, 0, "report", "FILE",
		   "write the result as JSON to this file, too"),
	OPT_END,
};

const struct opt tell_diff_opts[] = {
	OPT_CHOICE(struct tell_args, notify, 0, "notify", "WHEN",
		   "when to tell the webhooks of GITOPS_*_URL", due_choices),
	OPT_STRING(struct tell_args, report, 0, "report", "FILE",
		   "write the result as JSON to this file, too"),
	OPT_END,
};

struct telling {
	struct run *run;
	struct tell_args args;
	struct notify_hook chat; /* url NULL: none */
	struct notify_hook hook; /* the same, for programs */
};

/* A rename would take the place of /dev/stdout, or of somebody's link. */
static int check_file(const char *option, const char *path, struct err *err)
{
	struct stat st;

	if (lstat(path, &st) < 0 || S_ISREG(st.st_mode))
		return 0;
	err_set(err, ERR_USAGE, "--%s %s: is no regular file", option, path);
	return err_hint(err, "name a file that may be replaced as a whole");
}

static int write_file(const char *option, const char *path,
		      const struct str *text, struct err *err)
{
	if (check_file(option, path, err) < 0)
		return -1;
	if (file_write(path, str_bytes(text), FILE_MODE, err) == 0)
		return 0;
	err_wrap(err, "--%s", option);
	return err_hint(err, "its directory must be there, and be writable; "
			     "the run itself ended as said above");
}

static int write_report(const struct telling *telling, const json_t *document,
			struct err *err)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	if (!telling->args.report)
		return 0;
	doc_write_json_pretty(&text, document);
	return write_file("report", telling->args.report, &text, err);
}

/* What the file tells of earlier runs goes on; it is there or not. */
static int write_metrics(const struct telling *telling, const json_t *document,
			 struct err *err)
{
	const char *path = telling->args.metrics;
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	AUTO_ERR struct err none = { 0 };
	struct bytes before = { "", 0 };

	if (!path)
		return 0;
	if (file_read(telling->run->arena, path, METRICS_CAP, &before, &none) <
	    0)
		run_debug(telling->run, "metrics of earlier runs: %s",
			  none.msg);
	report_metrics(&text, document, before.data);
	return write_file("metrics", path, &text, err);
}

/* ---- webhooks ---- */

static void send(const struct telling *telling, const struct notify_hook *hook,
		 const struct bytes *bodies, size_t n)
{
	AUTO_ERR struct err err = { 0 };

	if (hook->url && notify_send(telling->run, hook, bodies, n, &err) < 0)
		run_warn(telling->run, "no notification: %s%s%s", err.msg,
			 err.hint ? "; " : "", err.hint ? err.hint : "");
}

/* Nothing that becomes of it changes how the run ended. */
static void notify(const struct telling *telling, const json_t *document)
{
	const struct report_notice_args args = {
		.due = (enum report_due)telling->args.notify,
		.about = telling->args.about,
		.now = clock_wall(),
	};
	struct report_notices notices;

	if (!telling->chat.url && !telling->hook.url)
		return;
	report_notices(telling->run->arena, document, &args, &notices);
	if (!notices.n)
		return;
	send(telling, &telling->chat, &notices.chat, 1);
	send(telling, &telling->hook, notices.v, notices.n);
}

/* Their URLs are credentials: not for a command line, nor for git. */
static void find_hooks(struct telling *telling)
{
	struct run *run = telling->run;

	telling->chat = (struct notify_hook){
		.name = "GITOPS_SLACK_URL",
		.url = run_env(run, "GITOPS_SLACK_URL"),
	};
	telling->hook = (struct notify_hook){
		.name = "GITOPS_NOTIFY_URL",
		.url = run_env(run, "GITOPS_NOTIFY_URL"),
		.key = run_env(run, "GITOPS_NOTIFY_SECRET"),
	};
	if (telling->chat.url)
		notify_hide(run, &telling->chat);
	if (telling->hook.url)
		notify_hide(run, &telling->hook);
}

/* ---- the end ---- */

static int tell(void *context, const json_t *document, struct err *err)
{
	const struct telling *telling = context;

	AUTO_ERR struct err later = { 0 };
	int status = write_report(telling, document, err);

	if (write_metrics(telling, document, &later) < 0) {
		err_append(err, &later);
		status = -1;
	}
	notify(telling, document);
	return status;
}

void tell_at_end(struct run *run, const struct tell_args *args,
		 struct report *report)
{
	struct telling *telling = arena_alloc(run->arena, sizeof(*telling));

	*telling = (struct telling){ .run = run, .args = *args };
	if (args->notify != REPORT_DUE_NEVER)
		find_hooks(telling);
	if (args->report || args->metrics || telling->chat.url ||
	    telling->hook.url)
		report_at_end(report, tell, telling);
}
