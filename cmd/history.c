/* SPDX-License-Identifier: Apache-2.0 */

/*
 * gitops history: the syncs of each app, as its record tells them.  Nothing is
 * rendered, and nothing is read of the cluster but the records.
 */

#include <stdlib.h>

#include "base/clock.h"
#include "cmd/cmd.h"
#include "cmd/common.h"
#include "cmd/fleet.h"

struct history_args {
	struct source_args source;
	struct target_args target;
	struct output_args output;
	const char *limit;
	int64_t since; /* seconds; -1: all */
	int format;
};

static const struct opt history_opts[] = {
	OPT_STRING(struct history_args, limit, 0, "limit", "N",
		   "so many syncs of each app at most"),
	OPT_CHOICE(struct history_args, format, 'o', "output", "FORMAT",
		   "format of the result", output_formats),
	OPT_SECONDS(struct history_args, since, 0, "since", "DURATION",
		    "syncs that began so long ago, or later"),
	OPT_INCLUDE(struct history_args, source, source_opts),
	OPT_INCLUDE(struct history_args, target, target_opts),
	OPT_INCLUDE(struct history_args, output, output_opts),
	OPT_END,
};

/* Leave out what was not asked for; the newest come first. */
static void choose(const struct history_args *args,
		   struct apply_records *records)
{
	const int64_t from = args->since < 0 ? 0 : clock_wall() - args->since;
	const size_t most = args->limit ? strtoul(args->limit, NULL, 10) :
					  SIZE_MAX;

	for (size_t i = 0; i < records->n; i++) {
		struct record_syncs *syncs = &records->v[i].syncs;
		size_t n = 0;

		while (n < syncs->n && n < most && syncs->v[n].when >= from)
			n++;
		syncs->n = n;
	}
}

static int history_cluster(struct source *source,
			   const struct target_args *target, void *data,
			   struct report *report, struct err *err)
{
	const struct change_args change = { 0 };
	struct apply_records records;
	struct cluster *cluster;

	if (target_open(source->run, target, &change, source, report, &cluster,
			err) < 0 ||
	    source_load_records(source, cluster, &records, err) < 0)
		return -1;
	choose(data, &records);
	report_history(report, records.v, records.n);
	return 0;
}

static int history_run(struct run *run, int argc, char **argv,
		       struct report **report, struct err *err)
{
	struct history_args args = {
		.source = SOURCE_DEFAULTS,
		.output = OUTPUT_DEFAULTS,
		.since = -1,
	};
	const struct fleet_job job = { history_cluster, &args, false };
	struct source source;

	if (opt_parse(run, history_opts, &args, argc, argv,
		      &args.source.location, err) < 0 ||
	    opt_check_number("limit", args.limit, false, err) < 0)
		return -1;
	args.source.inspect = true;
	output_open(run, "history", args.format, &args.output, report);

	if (source_open(run, &args.source, *report, &source, err) < 0)
		return -1;
	return fleet_run(&source, &args.target, *report, &job, err);
}

const struct cmd cmd_history = {
	.name = "history",
	.operands = "[REPOSITORY]",
	.summary = "show the syncs of each app, newest first",
	.opts = history_opts,
	.fn = history_run,
};
