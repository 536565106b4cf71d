/* SPDX-License-Identifier: Apache-2.0 */

/* gitops render: print the desired state.  Needs no cluster. */

#include "cmd/cmd.h"
#include "cmd/common.h"
#include "cmd/fleet.h"

static const char *const render_choices[] = { "yaml", "json", NULL };
static const enum report_format render_formats[] = {
	REPORT_YAML,
	REPORT_JSON,
};

struct print_args {
	struct source_args source;
	struct target_args target; /* its contexts alone */
	struct output_args output;
	int format;
};

static const struct opt render_opts[] = {
	OPT_STRINGS(struct print_args, target.contexts, 0, "context", "NAME",
		    "cluster of gitops.yaml to render for"),
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
static int print_app(struct source *source, const struct app *app,
		     struct report *report, struct err *err)
{
	struct render_args args = source_render(source, app);
	struct rendered rendered;

	args.each = print_object;
	args.data = report;
	if (render_path(source->run->arena, &args, &rendered, err) < 0 ||
	    objects_sort(&rendered.objects, err) < 0)
		return *app->origin ? err_wrap(err, "app %s", app->name) : -1;
	for (size_t i = 0; i < rendered.objects.n; i++)
		if (report_object(report, &rendered.objects.v[i], err) < 0)
			return -1;
	return 0;
}

/* One that does not render hides no other's faults. */
static int print_apps(struct source *source, struct report *report,
		      struct err *err)
{
	for (size_t i = 0; i < source->apps.n; i++) {
		AUTO_ERR struct err one = { 0 };

		if (source->apps.v[i].chosen &&
		    print_app(source, &source->apps.v[i], report, &one) < 0)
			err_append(err, &one);
	}
	if (run_check(source->run, err) < 0 || err->status != ERR_OK)
		return -1;
	report_objects(report);
	return 0;
}

/* Its apps, with its variables. */
static int aim(struct print_args *args, struct source *source, struct err *err)
{
	if (!args->target.contexts)
		return 0;
	return fleet_one(source, &args->target, &args->target, err);
}

static int render_run(struct run *run, int argc, char **argv,
		      struct report **report, struct err *err)
{
	struct print_args args = {
		.source = SOURCE_DEFAULTS,
		.output = OUTPUT_DEFAULTS,
	};
	struct source source;

	if (opt_parse(run, render_opts, &args, argc, argv,
		      &args.source.location, err) < 0)
		return -1;
	args.source.any_path = true;
	if (verify_check_alone(&args.source.verify, "render", err) < 0)
		return -1;
	output_open(run, "render", render_formats[args.format], &args.output,
		    report);

	if (source_open(run, &args.source, *report, &source, err) < 0 ||
	    aim(&args, &source, err) < 0)
		return -1;
	if (print_apps(&source, *report, err) < 0)
		return -1;
	return verify_end(&source, err);
}

const struct cmd cmd_render = {
	.name = "render",
	.operands = "[REPOSITORY]",
	.summary = "print the desired state",
	.opts = render_opts,
	.fn = render_run,
};
