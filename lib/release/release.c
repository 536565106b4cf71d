/* SPDX-License-Identifier: Apache-2.0 */
#include "release/release.h"

#include "base/vec.h"
#include "release/inside.h"

struct release *release_new(struct run *run, const struct release_args *args)
{
	struct release *release = arena_alloc(run->arena, sizeof(*release));

	release->run = run;
	release->args = args;
	release->repositories = map_new(run->arena);
	release->looked = map_new(run->arena);
	release_forget(release);
	return release;
}

void release_forget(struct release *release)
{
	release->rejected = map_new(release->run->arena);
	release->by_digest = map_new(release->run->arena);
}

static void note(struct release *release, const char *key, bool rejected)
{
	bool *value = arena_alloc(release->run->arena, sizeof(*value));

	*value = rejected;
	if (!map_has(release->rejected, key))
		map_set(release->rejected, key, value);
}

void release_reject(struct release *release, const char *image, bool rejected)
{
	AUTO_ERR struct err none = { 0 };
	struct arena *arena = release->run->arena;
	struct image_ref ref;
	const char *key;

	/* Somebody may have written anything. */
	if (image_ref_parse(arena, image, &ref, &none) < 0)
		return;
	key = release_key(arena, &ref);
	if (ref.tag)
		note(release, arena_printf(arena, "%s:%s", key, ref.tag),
		     rejected);
	if (!ref.digest)
		return;
	note(release, arena_printf(arena, "%s@%s", key, ref.digest), rejected);
	map_set(release->by_digest, key, release);
}

int release_plan(struct release *release, const struct tree *tree,
		 const struct apps *apps, struct release_plan *out,
		 struct err *err)
{
	struct arena *arena = release->run->arena;
	struct release_plan plan = { 0 };
	struct planner planner = {
		.release = release,
		.arena = arena,
		.tree = tree,
		.choices = map_new(arena),
		.plan = &plan,
	};

	if (release_read_files(&planner, apps, err) < 0 ||
	    release_find_places(&planner, err) < 0 ||
	    release_select(&planner, err) < 0 ||
	    release_choose(&planner, err) < 0 ||
	    release_digests(&planner, err) < 0 ||
	    release_edit(&planner, err) < 0)
		return -1;
	*out = plan;
	return 0;
}

int release_find(struct run *run, const struct tree *tree,
		 const struct apps *apps, struct release_places *out,
		 struct err *err)
{
	static const struct release_args nothing = { 0 };
	struct release_plan plan = { 0 };
	struct planner planner = {
		.release = release_new(run, &nothing),
		.arena = run->arena,
		.tree = tree,
		.choices = map_new(run->arena),
		.plan = &plan,
	};

	if (release_read_files(&planner, apps, err) < 0 ||
	    release_find_places(&planner, err) < 0)
		return -1;
	*out = plan.places;
	return 0;
}

void release_errors(const struct release_plan *plan, struct err *err)
{
	for (size_t i = 0; i < plan->n_choices; i++) {
		const struct err *one = plan->choices[i]->err;
		AUTO_ERR struct err copy = { 0 };
		size_t before = 0;

		/* Of a repository that several choose from, say it once. */
		while (plan->choices[before]->err != one)
			before++;
		if (!one || before < i)
			continue;
		err_set(&copy, one->status, "%s", one->msg);
		if (one->hint)
			err_hint(&copy, "%s", one->hint);
		err_append(err, &copy);
	}
}

static bool is_of(const struct release_place *place, const char *app)
{
	const struct release_file *file = place->file;

	for (size_t i = 0; i < file->apps.n; i++)
		if (release_is_of(place, file->apps.v[i]) &&
		    str_equal(file->apps.v[i]->name, app))
			return true;
	return false;
}

void release_part(struct arena *arena, const struct release_plan *plan,
		  const char *app, struct release_plan *out)
{
	struct map *paths = map_new(arena);

	*out = (struct release_plan){
		.choices = plan->choices,
		.n_choices = plan->n_choices,
	};
	for (size_t i = 0; i < plan->places.n; i++) {
		const struct release_place *place = &plan->places.v[i];

		if (!is_of(place, app))
			continue;
		*vec_push(arena, &out->places) = *place;
		map_set(paths, place->file->path, NULL);
	}
	out->edits = arena_array(arena, plan->n_edits, sizeof(*out->edits));
	for (size_t i = 0; i < plan->n_edits; i++)
		if (map_has(paths, plan->edits[i].path))
			out->edits[out->n_edits++] = plan->edits[i];
}

const char **release_moves(struct arena *arena, const struct release_plan *plan,
			   size_t *n)
{
	const char **moves = arena_array(arena, plan->places.n + 1,
					 sizeof(*moves));
	AUTO_ARENA struct arena *scratch = arena_new();
	struct map *seen = map_new(scratch);

	*n = 0;
	for (size_t i = 0; i < plan->places.n; i++) {
		const struct release_place *place = &plan->places.v[i];
		const char *move;

		if (!place->moved || str_equal(place->from, place->to))
			continue;
		move = arena_printf(arena, "%s %s -> %s", place->now.name,
				    place->from, place->to);
		if (map_has(seen, move))
			continue;
		map_set(seen, move, seen);
		moves[(*n)++] = move;
	}
	return moves;
}

struct registry_count *release_counts(struct release *release, size_t *n)
{
	*n = 0;
	return release->registry ? registry_counts(release->registry, n) : NULL;
}
