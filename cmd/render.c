/* SPDX-License-Identifier: Apache-2.0 */

/* gitops render: print the desired state.  Needs no cluster. */

#include "cmd/cmd.h"
#include "cmd/common.h"

static const char *const render_choices[] = { "yaml", "json", NULL };
static const enum report_format render_formats[] = {
	REPORT_YAML,
	REPORT_JSON,
};

struct print_args {
	struct source_args source;
	struct output_args output;
	int format;
};

static const struct opt render_opts[] = {
	OPT_CHOICE(struct print_args, format, 'o', "output", "FORMAT",
		   "format of the result", render_choices),
	OPT_INCLUDE(struct print_args, source, source_opts),
	OPT_INCLUDE(struct print_args, output, output_opts),
	OPT_END,
};

static int print_object(void *report, const struct object *object,
			struct err *err)
{
	return report_object(report, object, err);
}

/* What a kustomization makes is printed as it comes; other objects in the order
 * in which they would be applied. */
static int print_objects(struct run *run, const struct render_args *args,
			 struct report *report, struct err *err)
{
	struct rendered rendered;

	if (render_path(run->arena, args, &rendered, err) < 0 ||
	    objects_sort(&rendered.objects, err) < 0)
		return -1;
	for (size_t i = 0; i < rendered.objects.n; i++)
		if (report_object(report, &rendered.objects.v[i], err) < 0)
			return -1;
	report_objects(report);
	return 0;
}

static int render_run(struct run *run, int argc, char **argv,
		      struct report **report, struct err *err)
{
	struct print_args args = {
		.source = SOURCE_DEFAULTS,
		.output = OUTPUT_DEFAULTS,
	};
	struct render_args render_args;
	struct source source;

	if (opt_parse(run, render_opts, &args, argc, argv,
		      &args.source.location, err) < 0)
		return -1;
	output_open(run, "render", render_formats[args.format], &args.output,
		    report);

	if (source_open(run, &args.source, *report, &source, err) < 0)
		return -1;
	render_args = source_render(&source);
	render_args.each = print_object;
	render_args.data = *report;
	return print_objects(run, &render_args, *report, err);
}

const struct cmd cmd_render = {
	.name = "render",
	.operands = "[REPOSITORY]",
	.summary = "print the desired state",
	.opts = render_opts,
	.fn = render_run,
};
