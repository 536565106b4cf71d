/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/tell.h"

#include <sys/stat.h>

#include "base/file.h"
#include "base/str.h"
#include "document/document.h"

#define FILE_MODE   0644 /* whoever watches us is another user */
#define METRICS_CAP ((size_t)1 << 20)

const struct opt tell_report_opts[] = {
	OPT_STRING(struct tell_args, report, 0, "report", "FILE",
		   "write the result as JSON to this file, too"),
	OPT_END,
};

const struct opt tell_opts[] = {
	OPT_STRING(struct tell_args, metrics, 0, "metrics", "FILE",
		   "write metrics for Prometheus to this file"),
	OPT_STRING(struct tell_args, report, 0, "report", "FILE",
		   "write the result as JSON to this file, too"),
	OPT_END,
};

struct telling {
	struct run *run;
	struct tell_args args;
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

static int tell(void *context, const json_t *document, struct err *err)
{
	const struct telling *telling = context;

	AUTO_ERR struct err later = { 0 };
	int status = write_report(telling, document, err);

	if (write_metrics(telling, document, &later) < 0) {
		err_append(err, &later);
		status = -1;
	}
	return status;
}

void tell_at_end(struct run *run, const struct tell_args *args,
		 struct report *report)
{
	struct telling *telling = arena_alloc(run->arena, sizeof(*telling));

	if (!args->report && !args->metrics)
		return;
	*telling = (struct telling){ run, *args };
	report_at_end(report, tell, telling);
}
