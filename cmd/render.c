/* SPDX-License-Identifier: Apache-2.0 */

/* gitops render: print the desired state.  Needs no cluster. */

#include "cmd/cmd.h"
#include "cmd/common.h"

static const char *const render_choices[] = { "yaml", "json", NULL };
static const enum report_format render_formats[] = {
	REPORT_YAML,
	REPORT_JSON,
};

struct render_args {
	struct source_args source;
	struct output_args output;
	int format;
};

static const struct opt render_opts[] = {
	OPT_CHOICE(struct render_args, format, 'o', "output", "FORMAT",
		   "format of the result", render_choices),
	OPT_INCLUDE(struct render_args, source, source_opts),
	OPT_INCLUDE(struct render_args, output, output_opts),
	OPT_END,
};

static int render_run(struct run *run, int argc, char **argv,
		      struct report **report, struct err *err)
{
	struct render_args args = {
		.source = SOURCE_DEFAULTS,
		.output = OUTPUT_DEFAULTS,
	};
	struct objects want = { 0 };
	struct source source;

	if (opt_parse(run, render_opts, &args, argc, argv,
		      &args.source.location, err) < 0)
		return -1;
	output_open(run, "render", render_formats[args.format], &args.output,
		    report);

	if (source_open(run, &args.source, *report, &source, err) < 0 ||
	    source_objects(run, &args.source, &source, NULL, &want, err) < 0)
		return -1;
	return report_objects(*report, &want, err);
}

const struct cmd cmd_render = {
	.name = "render",
	.operands = "[REPOSITORY]",
	.summary = "print the desired state",
	.opts = render_opts,
	.fn = render_run,
};
