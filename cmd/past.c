/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/past.h"

#include <strings.h>

#include "base/vec.h"
#include "cmd/restore.h"
#include "git/history.h"
#include "release/release.h"

struct past {
	struct source *source;
	const struct past_args *args;
	struct repo_log log;
};

struct past_commits {
	struct report_event *v;
	size_t n, room;
};

/* One app, under way. */
struct look {
	struct past *past;
	const struct app *app;
	const struct map *files; /* NULL: it was not rendered yet */
	struct report_past *out;
};

/* ---- the log ---- */

/* Syncs are as many as are asked for: what is older than they is not shown. */
static int64_t begin_of(const struct past_args *args,
			const struct record *record)
{
	if (!args->most || record->syncs.n < args->most)
		return args->from;
	return record->syncs.v[args->most - 1].when;
}

/* Files that are not committed have no history. */
static int read_log(struct past *past, const struct apply_records *records,
		    struct err *err)
{
	struct repo_log_args args = {
		.tip = past->source->revision.oid,
		.since = INT64_MAX,
		.look = PAST_COMMITS,
	};

	if (!past->source->repo)
		return 0;
	for (size_t i = 0; i < records->n; i++) {
		const int64_t begin = begin_of(past->args, &records->v[i]);

		if (begin < args.since)
			args.since = begin;
	}
	return repo_log(past->source->repo, &args, &past->log, err);
}

/* ---- whose commit is it? ---- */

static int has_changed(struct repo *repo, const struct repo_log_entry *entry,
		       const char *path, bool *out, struct err *err)
{
	const char *is, *was = NULL;

	if (repo_path_id(repo, entry->revision.oid, path, &is, err) < 0 ||
	    (entry->n_parents &&
	     repo_path_id(repo, entry->parents[0], path, &was, err) < 0))
		return -1;
	*out = !str_equal(is, was);
	return 0;
}

/* Does this commit change what the app is made from? */
static int touches(struct look *look, const struct repo_log_entry *entry,
		   bool *out, struct err *err)
{
	struct repo *repo = look->past->source->repo;
	const struct map *files;

	if (has_changed(repo, entry, look->app->path, out, err) < 0)
		return -1;
	if (*out)
		return 0;
	if (!look->files)
		look->files = source_app_files(look->past->source, look->app);
	files = look->files;
	for (size_t i = 0; i < files->n && !*out; i++)
		if (!tree_is_below(files->entries[i].key, look->app->path) &&
		    has_changed(repo, entry, files->entries[i].key, out, err) <
			    0)
			return -1;
	return 0;
}

/* The values of trailers of one name, NULL-ended. */
static const char *const *values_of(struct arena *arena,
				    const struct repo_log_entry *entry,
				    const char *name)
{
	const char **values = arena_array(arena, entry->n_trailers + 1,
					  sizeof(*values));
	size_t n = 0;

	for (size_t i = 0; i < entry->n_trailers; i++)
		if (strcasecmp(entry->trailers[i].name, name) == 0)
			values[n++] = entry->trailers[i].value;
	return values;
}

static int add_commit(struct look *look, const struct repo_log_entry *entry,
		      struct past_commits *out, struct err *err)
{
	struct arena *arena = look->past->source->run->arena;
	const char *back_to = restore_goes_to(entry, look->app->name);
	bool ours = back_to;

	if (!ours && !repo_trailer(entry, RESTORE_GOES) &&
	    repo_trailer(entry, RELEASE_MOVES) &&
	    touches(look, entry, &ours, err) < 0)
		return -1;
	if (ours)
		*vec_push(arena, out) = (struct report_event){
			.when = entry->revision.when,
			.commit = &entry->revision,
			.back_to = back_to,
			.images = values_of(arena, entry,
					    back_to ? RESTORE_REJECTS :
						      RELEASE_MOVES),
		};
	return 0;
}

/* ---- in order ---- */

/* A commit was before the first sync of it, whatever the clocks say. */
static void mend_time(struct report_event *event, const struct record *record)
{
	for (size_t i = 0; i < record->syncs.n; i++) {
		const struct record_sync *sync = &record->syncs.v[i];

		if (str_equal(sync->commit, event->commit->oid) &&
		    sync->when < event->when)
			event->when = sync->when;
	}
}

/* Within a second it is git that knows what was first. */
static bool is_later(struct repo *repo, const struct record_sync *sync,
		     const struct report_event *commit)
{
	AUTO_ERR struct err ignored = { 0 };
	bool behind;

	if (sync->when != commit->when)
		return sync->when > commit->when;
	return !*sync->commit ||
	       repo_is_behind(repo, commit->commit->oid, sync->commit, &behind,
			      &ignored) < 0 ||
	       behind;
}

/* Both are sorted. */
static void merge(struct look *look, const struct past_commits *commits,
		  const struct record *record)
{
	struct arena *arena = look->past->source->run->arena;
	const struct past_args *args = look->past->args;
	struct report_past *out = look->out;
	const struct record_syncs *syncs = &record->syncs;
	size_t i = 0, j = 0;

	while (out->events.n < args->most && (i < syncs->n || j < commits->n)) {
		struct report_event event;

		if (j == commits->n ||
		    (i < syncs->n && is_later(look->past->source->repo,
					      &syncs->v[i], &commits->v[j]))) {
			event = (struct report_event){
				.when = syncs->v[i].when,
				.sync = &syncs->v[i],
			};
			i++;
		} else {
			event = commits->v[j++];
		}
		if (event.when >= args->from)
			*vec_push(arena, &out->events) = event;
	}
}

static int look_at(struct look *look, const struct record *record,
		   struct err *err)
{
	const struct repo_log *log = &look->past->log;
	struct past_commits commits = { 0 };

	for (size_t i = 0; i < log->n; i++)
		if (add_commit(look, &log->v[i], &commits, err) < 0)
			return -1;
	for (size_t i = 0; i < commits.n; i++)
		mend_time(&commits.v[i], record);
	look->out->record = record;
	merge(look, &commits, record);
	return 0;
}

int past_read(struct source *source, const struct apply_records *records,
	      const struct past_args *args, struct report_past **out,
	      struct err *err)
{
	struct past past = { .source = source, .args = args };
	struct report_past *apps = arena_array(source->run->arena, records->n,
					       sizeof(*apps));

	if (read_log(&past, records, err) < 0)
		return -1;
	for (size_t i = 0; i < records->n; i++) {
		const struct record *record = &records->v[i];
		struct look look = {
			.past = &past,
			.app = apps_find(&source->apps, record->app),
			.out = &apps[i],
		};

		if (look_at(&look, record, err) < 0)
			return -1;
	}
	*out = apps;
	return 0;
}
