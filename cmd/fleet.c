/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/fleet.h"

#include <string.h>

#include "base/process.h"
#include "base/vec.h"
#include "cmd/cmd.h"

#define AT_ONCE 16 /* clusters */

/* A cluster that is worked with. */
struct member {
	const char *name; /* NULL: the only one, whichever it is */
	const struct apps_cluster *cluster; /* as gitops.yaml has it, or NULL */
	struct target_args target;
	bool ended;
	int status;
	struct bytes out;
};

struct fleet {
	struct source *source;
	struct report *report;
	const struct fleet_job *job;
	struct member *v;
	size_t n;
	size_t room;
	size_t told; /* so many have ended, and all before them */
};

/* ---- which clusters ---- */

static bool has_app(const struct apps_cluster *cluster, const char *app)
{
	return !cluster || apps_cluster_has(cluster, app);
}

/* Is there anything to do? */
static bool has_chosen(const struct apps *apps,
		       const struct apps_cluster *cluster)
{
	for (size_t i = 0; i < apps->n; i++)
		if (apps->v[i].chosen && has_app(cluster, apps->v[i].name))
			return true;
	return false;
}

/* By its name, or else by that of its context. */
static const struct apps_cluster *find(const struct apps *apps,
				       const char *name)
{
	const struct apps_cluster *found = apps_find_cluster(apps, name);

	for (size_t i = 0; i < apps->clusters.n && !found; i++)
		if (str_equal(apps->clusters.v[i].context, name))
			found = &apps->clusters.v[i];
	return found;
}

/* To take it as it is would be to sync all apps to it. */
static int fail_unknown(struct fleet *fleet, const char *name, struct err *err)
{
	const struct apps *apps = &fleet->source->apps;
	const char **names = arena_array(fleet->source->run->arena,
					 apps->clusters.n + 1, sizeof(*names));
	const char *nearest;

	for (size_t i = 0; i < apps->clusters.n; i++)
		names[i] = apps->clusters.v[i].name;
	nearest = str_nearest(name, names);
	err_set(err, ERR_USAGE,
		"--context %s: not among the clusters of gitops.yaml%s%s%s",
		name, nearest ? "; did you mean '" : "", nearest ? nearest : "",
		nearest ? "'?" : "");
	return err_hint(err, "add it there, with the apps that it is to have");
}

static void add(struct fleet *fleet, const struct target_args *target,
		const char *name, const char *context)
{
	struct arena *arena = fleet->source->run->arena;
	struct member *member = vec_push(arena, fleet);

	*member = (struct member){ .name = name, .target = *target };
	member->target.contexts = arena_array(arena, 2,
					      sizeof(*target->contexts));
	member->target.contexts[0] = context;
}

static void add_cluster(struct fleet *fleet, const struct target_args *target,
			const struct apps_cluster *cluster)
{
	if (!has_chosen(&fleet->source->apps, cluster))
		return;
	add(fleet, target, cluster->name, cluster->context);
	fleet->v[fleet->n - 1].cluster = cluster;
}

static int add_named(struct fleet *fleet, const struct target_args *target,
		     const char *name, struct err *err)
{
	const struct apps *apps = &fleet->source->apps;
	const struct apps_cluster *cluster = find(apps, name);

	for (size_t i = 0; i < fleet->n; i++)
		if (str_equal(fleet->v[i].name, cluster ? cluster->name : name))
			return err_set(err, ERR_USAGE,
				       "--context %s: it is named twice", name);
	if (cluster)
		add_cluster(fleet, target, cluster);
	else if (apps->clusters.n)
		return fail_unknown(fleet, name, err);
	else
		add(fleet, target, name, name);
	return 0;
}

/* In files, each cluster of a fleet is a directory of its own. */
static void name_directories(struct fleet *fleet)
{
	struct arena *arena = fleet->source->run->arena;

	for (size_t i = 0; i < fleet->n; i++) {
		struct member *member = &fleet->v[i];
		const char *cluster = member->target.cluster;

		if (cluster && str_starts(cluster, "dir:") && cluster[4])
			member->target.cluster = arena_printf(arena, "%s/%s",
							      cluster,
							      member->name);
	}
}

static int choose(struct fleet *fleet, const struct target_args *target,
		  struct err *err)
{
	const struct apps *apps = &fleet->source->apps;
	const char **names = target->contexts;

	if (!names && !apps->clusters.n) {
		*(struct member *)vec_push(fleet->source->run->arena, fleet) =
			(struct member){ .target = *target };
		return 0;
	}
	for (size_t i = 0; !names && i < apps->clusters.n; i++)
		add_cluster(fleet, target, &apps->clusters.v[i]);
	for (; names && *names; names++)
		if (add_named(fleet, target, *names, err) < 0)
			return -1;
	if (!fleet->n) {
		err_set(err, ERR_USAGE,
			"--app: none of these clusters has such an app");
		return err_hint(err, "see clusters in gitops.yaml");
	}
	if (apps->clusters.n || fleet->n > 1)
		name_directories(fleet);
	return 0;
}

/* The apps that are chosen, as far as this cluster has them. */
static void aim(struct source *source, const struct member *member)
{
	source->cluster = member->cluster ? member->name : NULL;
	for (size_t i = 0; i < source->apps.n; i++) {
		struct app *app = &source->apps.v[i];

		app->chosen = app->chosen &&
			      has_app(member->cluster, app->name);
	}
}

/* ---- several ---- */

/* What is wrong in git is wrong for all: before anything is written; or, where
 * the others go on, each finds it for itself. */
static int prepare(struct fleet *fleet, struct err *err)
{
	struct source *source = fleet->source;
	struct map *told = map_new(source->run->arena);
	AUTO_ERR struct err all = { 0 };

	for (size_t i = 0; i < fleet->n; i++) {
		const struct apps_cluster *cluster = fleet->v[i].cluster;

		source->cluster = cluster ? cluster->name : NULL;
		for (size_t j = 0; j < source->apps.n; j++) {
			const struct app *app = &source->apps.v[j];
			AUTO_ERR struct err one = { 0 };

			if (!app->chosen || !has_app(cluster, app->name) ||
			    map_has(told, app->name) ||
			    source_prepare(source, app, &one) == 0)
				continue;
			map_set(told, app->name, fleet);
			err_append(&all, &one);
		}
	}
	if (!fleet->job->goes_on || !source->ready->n)
		err_append(err, &all);
	return run_check(source->run, err) < 0 || err->status != ERR_OK ? -1 :
									  0;
}

/* In the process of the member. */
static int work_on(void *data, size_t i, FILE *out, FILE *err_stream)
{
	struct fleet *fleet = data;
	struct member *member = &fleet->v[i];
	struct run *run = fleet->source->run;
	AUTO_ERR struct err err = { 0 };
	struct report *report;
	int status;

	report_open_part(run, fleet->report, out, err_stream, &report);
	fleet->source->report = report;
	aim(fleet->source, member);
	status = fleet->job->work(fleet->source, &member->target,
				  fleet->job->data, report, &err);
	if (status < 0)
		status = cmd_exit_status(run, &err);
	return report_close(report, status, &err);
}

static void tell_line(void *data, size_t i, const char *text)
{
	struct fleet *fleet = data;

	report_part_line(fleet->report, fleet->v[i].name, text);
}

/* Told in the order of the clusters, whichever is done first. */
static void end(void *data, size_t i, int status, struct bytes out)
{
	struct fleet *fleet = data;
	struct member *member = &fleet->v[i];
	struct run *run = fleet->source->run;

	member->ended = true;
	member->status = status;
	member->out = out;
	if (status > CMD_EXIT_SIGNAL && !*run->cancelled)
		run_warn(run, "cluster %s: ended by signal %d", member->name,
			 status - CMD_EXIT_SIGNAL);
	for (; fleet->told < fleet->n && fleet->v[fleet->told].ended;
	     fleet->told++) {
		member = &fleet->v[fleet->told];
		report_part(fleet->report, member->name, member->status,
			    member->out);
	}
	run_progress(run, "clusters", fleet->told, fleet->n);
}

/* One that will be the same in a rerun decides. */
static int combine(const struct fleet *fleet)
{
	static const int order[] = { 2, 3, 5, 4, 1 };
	int status = 0;

	for (size_t i = 0; i < fleet->n; i++)
		if (fleet->v[i].status > CMD_EXIT_SIGNAL)
			return order[0];
	for (size_t o = ARRAY_LEN(order); o-- > 0;)
		for (size_t i = 0; i < fleet->n; i++)
			if (fleet->v[i].status == order[o])
				status = order[o];
	return status;
}

static int fail_all(struct fleet *fleet, struct err *err)
{
	const struct fleet_job *job = fleet->job;
	struct source *source = fleet->source;

	for (size_t i = 0; job->fail && i < fleet->n; i++) {
		const struct member *member = &fleet->v[i];

		source->cluster = member->cluster ? member->name : NULL;
		job->fail(source, &member->target, job->data, fleet->report,
			  err);
	}
	return -1;
}

static int run_all(struct fleet *fleet, struct err *err)
{
	const struct process_parts parts = {
		.n = fleet->n,
		.most = AT_ONCE,
		.data = fleet,
		.work = work_on,
		.line = tell_line,
		.end = end,
	};

	if (fleet->job->renders && prepare(fleet, err) < 0)
		return fail_all(fleet, err);
	if (process_split(fleet->source->run, &parts, err) < 0)
		return -1;
	report_parts(fleet->report);
	return combine(fleet);
}

int fleet_run(struct source *source, const struct target_args *target,
	      struct report *report, const struct fleet_job *job,
	      struct err *err)
{
	struct fleet fleet = {
		.source = source,
		.report = report,
		.job = job,
	};

	if (choose(&fleet, target, err) < 0)
		return -1;
	if (fleet.n > 1)
		return run_all(&fleet, err);
	aim(source, &fleet.v[0]);
	return job->work(source, &fleet.v[0].target, job->data, report, err);
}

int fleet_one(struct source *source, const struct target_args *target,
	      struct target_args *out, struct err *err)
{
	struct fleet fleet = { .source = source };

	if (choose(&fleet, target, err) < 0)
		return -1;
	if (fleet.n > 1) {
		err_set(err, ERR_USAGE, "there are %zu clusters: %s, %s%s",
			fleet.n, fleet.v[0].name, fleet.v[1].name,
			fleet.n > 2 ? ", ..." : "");
		return err_hint(err, "say which with --context NAME");
	}
	aim(source, &fleet.v[0]);
	*out = fleet.v[0].target;
	return 0;
}
