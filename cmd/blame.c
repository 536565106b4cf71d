/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/blame.h"

#include "base/vec.h"
#include "git/history.h"
#include "git/lines.h"
#include "git/textdiff.h"

#define FILES_MOST   200 /* changed, that are looked through */
#define QUERIES_MOST 1000
#define WALK_FILES   32     /* of which one walk asks */
#define WALK_MOST    100000 /* commits */

/* ---- lines that have changed ---- */

static const struct textdiff *diff_of(struct blame *blame, const char *name)
{
	struct textdiff *diff = map_get(blame->diffs, name);
	AUTO_ERR struct err ignored = { 0 };

	if (diff)
		return diff;
	diff = arena_alloc(blame->arena, sizeof(*diff));
	map_set(blame->diffs, name, diff);
	if (textdiff_compare(blame->arena, place_text(&blame->then.files, name),
			     place_text(&blame->now.files, name), 0, diff,
			     &ignored) < 0)
		diff->n = 0;
	return diff;
}

/* The line that was changed and fits best; in files of the app rather than in
 * others. */
static bool changed_line(struct blame *blame, struct blame_side *side,
			 const char *within, const struct place_field *field,
			 struct place *out)
{
	const bool added = side == &blame->now;
	unsigned best = 0;

	for (const char *const *file = blame->changed; file && *file; file++) {
		const struct textdiff *diff = diff_of(blame, *file);
		const unsigned more = str_starts(*file, within);
		const unsigned sets = place_line(&side->files, *file, field);

		for (size_t i = 0; i < diff->n; i++) {
			const struct textdiff_line *one = &diff->v[i];
			const unsigned line = added ? one->new_line :
						      one->old_line;
			unsigned points;

			if (one->kind !=
			    (added ? TEXTDIFF_ADDED : TEXTDIFF_REMOVED))
				continue;
			points = line == sets ? PLACE_SURE :
						place_score(one->text, field);
			if (!points || points + more <= best)
				continue;
			best = points + more;
			*out = (struct place){ *file, line };
		}
	}
	return best;
}

/* ---- places ---- */

void blame_open(struct blame *blame, struct source *source,
		const struct source *then)
{
	struct arena *arena = source->run->arena;
	AUTO_ERR struct err ignored = { 0 };

	*blame = (struct blame){
		.arena = arena,
		.source = source,
		.now.commit = source->repo ? source->revision.oid : NULL,
		.then.commit = then ? then->revision.oid : NULL,
		.diffs = map_new(arena),
	};
	place_open(arena, source->tree, &blame->now.files);
	place_open(arena, then ? then->tree : NULL, &blame->then.files);
	if (!then || !source->repo ||
	    repo_changed_files(source->repo, blame->then.commit,
			       blame->now.commit, FILES_MOST, &blame->changed,
			       &ignored) < 0)
		blame->changed = NULL;
}

static void take(struct blame *blame, const struct blame_side *side,
		 struct reason *reason, const struct place *place)
{
	reason->origin = side == &blame->now ?
				 arena_printf(blame->arena, "%s:%u",
					      place->file, place->line) :
				 arena_strdup(blame->arena, place->file);
	if (!blame->now.commit || blame->queries.n == QUERIES_MOST)
		return;
	*vec_push(blame->arena, &blame->queries) = (struct blame_query){
		.reason = reason,
		.side = side,
		.place = *place,
	};
}

static const char *path_of(const struct blame *blame, const char *app)
{
	const struct app *found = apps_find(&blame->source->apps, app);

	return found ? found->path : "";
}

static void add_field(struct blame *blame, const struct plan_step *step,
		      struct reason_field *field)
{
	const struct object *want = step->item.want;
	const struct object *then = step->reasons->then;
	const char *const *path = field->change.path;
	struct blame_side *side = &blame->now;
	struct place_field wanted;
	struct place place;

	if (!place_field(blame->arena, want, path, &wanted) && then) {
		side = &blame->then;
		place_field(blame->arena, then, path, &wanted);
	}
	if (place_own(&side->files, &wanted, &place) ||
	    changed_line(blame, side, path_of(blame, want->app), &wanted,
			 &place))
		take(blame, side, &field->reason, &place);
}

static void add_object(struct blame *blame, const struct object *object,
		       struct blame_side *side, struct reason *reason)
{
	struct place place;

	if (object && place_object(blame->arena, object, &place))
		take(blame, side, reason, &place);
}

void blame_add(struct blame *blame, struct plan_step *step)
{
	struct reasons *reasons = step->reasons;

	if (!reasons)
		return;
	for (size_t i = 0; i < reasons->n; i++)
		if (reasons->v[i].reason.pending)
			add_field(blame, step, &reasons->v[i]);
	if (reasons->object.pending && step->action == PLAN_DELETE)
		add_object(blame, reasons->then, &blame->then,
			   &reasons->object);
	else if (reasons->object.pending && step->action == PLAN_CREATE)
		add_object(blame, step->item.want, &blame->now,
			   &reasons->object);
}

/* ---- commits ---- */

/* The files that are asked for, each once. */
static const char *const *asked_files(struct blame *blame)
{
	const char **files = arena_array(blame->arena, WALK_FILES + 1,
					 sizeof(*files));
	struct map *seen = map_new(blame->arena);

	for (size_t i = 0; i < blame->queries.n; i++) {
		const char *file = blame->queries.v[i].place.file;

		if (seen->n < WALK_FILES && !map_has(seen, file)) {
			files[seen->n] = file;
			map_set(seen, file, blame);
		}
	}
	return files;
}

static int answer(struct blame *blame, const struct repo_log *log,
		  const struct blame_query *query, struct err *err)
{
	const bool gone = query->side == &blame->then;
	const struct repo_line line = { query->side->commit, query->place.file,
					query->place.line };
	const struct repo_log_entry *found;
	struct reason_commit *commit;

	if (gone ? repo_line_removed(blame->source->repo, log, &line, &found,
				     err) < 0 :
		   repo_line_added(blame->source->repo, log, &line, &found,
				   err) < 0)
		return -1;
	if (!found)
		return 0;
	commit = arena_alloc(blame->arena, sizeof(*commit));
	*commit = (struct reason_commit){
		.oid = found->revision.oid,
		.author = found->revision.author,
		.subject = found->revision.subject,
		.when = found->revision.when,
	};
	query->reason->commit = commit;
	return 0;
}

int blame_find_commits(struct blame *blame, struct err *err)
{
	const struct repo_log_args args = {
		.tip = blame->now.commit,
		.until = blame->then.commit,
		.paths = asked_files(blame),
		.look = WALK_MOST,
	};
	AUTO_ERR struct err ignored = { 0 };
	struct repo_log log;

	if (!blame->queries.n)
		return 0;
	if (repo_log(blame->source->repo, &args, &log, &ignored) < 0)
		return run_check(blame->source->run, err);
	for (size_t i = 0; i < blame->queries.n; i++)
		if (answer(blame, &log, &blame->queries.v[i], err) < 0)
			return -1;
	return 0;
}
