/* SPDX-License-Identifier: Apache-2.0 */

/* gitops version: ours, and those of the libraries we run with. */

#include "base/digest.h"
#include "base/regex.h"
#include "cmd/cmd.h"
#include "cmd/common.h"
#include "document/document.h"
#include "git/repo.h"
#include "http/http.h"

static const struct opt version_opts[] = {
	OPT_END,
};

static int version_run(struct run *run, int argc, char **argv,
		       struct report **report, struct err *err)
{
	const struct output_args output = { 0 };
	AUTO_STR struct str out = STR_INIT(STR_BIG);
	char *no_args;

	if (opt_parse(run, version_opts, &no_args, argc, argv, NULL, err) < 0)
		return -1;
	str_printf(&out, "gitops %s\n", GITOPS_VERSION);
	str_printf(&out, "%s\n", repo_library(run->arena));
	str_printf(&out, "%s\n", http_library(run->arena));
	str_printf(&out, "%s\n", doc_libraries(run->arena));
	str_printf(&out, "OpenSSL %s\n", digest_library());
	str_printf(&out, "PCRE2 %s\n", regex_library(run->arena));
	output_open(run, "version", REPORT_TEXT, &output, report);
	report_text(*report, str_text(&out));
	return 0;
}

const struct cmd cmd_version = {
	.name = "version",
	.operands = "",
	.summary = "print the version of gitops and of its libraries",
	.opts = version_opts,
	.fn = version_run,
};
