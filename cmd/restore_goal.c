/* SPDX-License-Identifier: Apache-2.0 */

/* Where an app is to go, and what it was there. */

#include <string.h>

#include "cmd/restore.h"

static int render_then(struct restore_goal *goal, struct err *err)
{
	struct source *then = goal->then;
	struct arena *arena = then->run->arena;

	goal->was = apps_find(&then->apps, goal->app);
	if (!goal->was)
		return err_set(err, ERR_REFUSED, "%s does not have it yet",
			       APPS_FILE);
	goal->trace = tree_trace(arena, then->tree);
	then->tree = &goal->trace->tree;
	return source_app_objects(then, goal->was, &goal->objects, err);
}

int restore_open(struct source *source, struct restore_goal *goal,
		 struct err *err)
{
	if (source_at(source, goal->rev, &goal->then, err) < 0)
		return -1;
	if (render_then(goal, err) < 0)
		return err_wrap(err, "app %s at %.7s", goal->app,
				goal->then->revision.oid);
	return 0;
}

static bool has_same(const struct restore_goal *goal, const char *commit,
		     const char *path)
{
	struct repo *repo = goal->then->repo;
	AUTO_ERR struct err ignored = { 0 };
	const char *is, *was;

	return repo_path_id(repo, commit, path, &is, &ignored) == 0 &&
	       repo_path_id(repo, goal->then->revision.oid, path, &was,
			    &ignored) == 0 &&
	       str_equal(is, was);
}

bool restore_is_same(const struct restore_goal *goal, const char *commit)
{
	const struct map *files = goal->trace->files;
	const struct map *missing = goal->trace->missing;
	bool same = has_same(goal, commit, goal->was->path);

	for (size_t i = 0; same && i < files->n; i++)
		same = has_same(goal, commit, files->entries[i].key);
	for (size_t i = 0; same && i < missing->n; i++)
		same = has_same(goal, commit, missing->entries[i].key);
	return same;
}

bool restore_is_rollback(struct repo *repo, const char *commit)
{
	const struct repo_log_args args = { .tip = commit, .limit = 1 };
	AUTO_ERR struct err ignored = { 0 };
	struct repo_log log;

	return repo_log(repo, &args, &log, &ignored) == 0 && log.n &&
	       repo_trailer(&log.v[0], RESTORE_GOES);
}

struct repo_trailer restore_trailer(struct arena *arena,
				    const struct restore_goal *goal)
{
	return (struct repo_trailer){
		RESTORE_GOES,
		arena_printf(arena, "%s %s", goal->app,
			     goal->then->revision.oid),
	};
}

const char *restore_goes_to(const struct repo_log_entry *entry, const char *app)
{
	const size_t n = strlen(app);

	for (size_t i = 0; i < entry->n_trailers; i++) {
		const struct repo_trailer *one = &entry->trailers[i];

		if (str_equal(one->name, RESTORE_GOES) &&
		    str_starts(one->value, app) && one->value[n] == ' ')
			return one->value + n + 1;
	}
	return NULL;
}

const char *restore_taken_to(struct repo *repo, const char *commit,
			     const char *app)
{
	const struct repo_log_args args = { .tip = commit, .limit = 1 };
	AUTO_ERR struct err ignored = { 0 };
	struct repo_log log;

	if (!*commit || repo_log(repo, &args, &log, &ignored) < 0 || !log.n)
		return NULL;
	return restore_goes_to(&log.v[0], app);
}

void restore_choose(const struct restore *restore, struct apps *apps)
{
	for (size_t i = 0; i < apps->n; i++) {
		apps->v[i].chosen = false;
		for (size_t j = 0; j < restore->goals.n; j++)
			if (str_equal(restore->goals.v[j].app, apps->v[i].name))
				apps->v[i].chosen = true;
	}
}
