/* SPDX-License-Identifier: Apache-2.0 */

/* What a release has committed goes to the cluster at once. */

#include "cmd/fleet.h"
#include "cmd/release.h"

int releasing_refuse_sync(struct err *err)
{
	err_set(err, ERR_USAGE,
		"--sync: a pull request is not merged yet: there is nothing "
		"to sync");
	return err_hint(err, "sync when it is merged, or release with --push");
}

/* Is the app made from a file in which an image is set that counts? */
static bool has_image(const struct release_plan *plan, const struct app *app)
{
	for (size_t i = 0; i < plan->places.n; i++) {
		const struct release_place *place = &plan->places.v[i];

		if (!place->selected || (plan->n_edits && !place->moved))
			continue;
		for (size_t j = 0; j < place->file->apps.n; j++)
			if (str_equal(place->file->apps.v[j]->name, app->name))
				return true;
	}
	return false;
}

/* Others are not to be synced by the way.  Is any left? */
static bool choose(const struct releasing *releasing, struct apps *apps)
{
	const bool named = releasing->opts->source.apps != NULL;
	bool any = false;

	for (size_t i = 0; i < apps->n; i++) {
		struct app *app = &apps->v[i];

		app->chosen = app->chosen &&
			      (named || has_image(&releasing->plan, app));
		any |= app->chosen;
	}
	return any;
}

static int sync_cluster(struct source *source, const struct target_args *target,
			void *data, struct report *report, struct err *err)
{
	const struct release_opts *opts = data;
	struct cluster *cluster;

	if (target_open(source->run, target, &opts->change, source, report,
			&cluster, err) < 0)
		return -1;
	return sync_source(source, cluster, &opts->how, report, err);
}

static int sync_all(const struct releasing *releasing, struct repo *repo,
		    struct report *report, struct err *err)
{
	struct release_opts opts = *releasing->opts;
	const struct fleet_job job = {
		.work = sync_cluster,
		.data = &opts,
		.renders = true,
		.goes_on = sync_goes_on(&opts.how),
	};
	struct source source;

	opts.how.prune.hold = HOLD_HEED;
	if (source_take(releasing->run, &opts.source, repo, report, &source,
			err) < 0)
		return -1;
	if (!choose(releasing, &source.apps))
		return 0;
	return fleet_run(&source, &opts.target, report, &job, err);
}

int releasing_sync(const struct releasing *releasing, struct repo *repo,
		   struct report *report, struct err *err)
{
	AUTO_ERR struct err later = { 0 };
	const int status = sync_all(releasing, repo, report, &later);

	err_append(err, &later);
	return err->status == ERR_OK ? status : -1;
}
