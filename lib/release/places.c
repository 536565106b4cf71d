/* SPDX-License-Identifier: Apache-2.0 */

/* Where images are set, each place with its policy and its lock. */

#include "base/vec.h"
#include "release/inside.h"

const char *release_key(struct arena *arena, const struct image_ref *image)
{
	return arena_printf(arena, "%s/%s", image->host, image->repository);
}

const char *release_where(struct arena *arena,
			  const struct release_place *place)
{
	return arena_printf(arena, "%s:%u", place->file->path, place->at->line);
}

struct release_choice *release_choice_of(struct planner *planner,
					 const char *key, bool *is_new)
{
	struct release_choice *choice = map_get(planner->choices, key);
	struct release_plan *plan = planner->plan;

	*is_new = !choice;
	if (choice)
		return choice;
	choice = arena_alloc(planner->arena, sizeof(*choice));
	map_set(planner->choices, key, choice);
	plan->choices = vec_grow(planner->arena, plan->choices, plan->n_choices,
				 &plan->room, sizeof(struct release_choice *));
	plan->choices[plan->n_choices++] = choice;
	return choice;
}

/* ---- gitops.yaml ---- */

static int read_policy(struct planner *planner, const struct app_image *image,
		       struct release_choice *choice, struct err *err)
{
	const struct policy_spec spec = {
		.policy = image->policy,
		.filter = image->filter,
		.extract = image->extract,
		.min_age_s = image->min_age_s,
	};
	struct policy *policy;

	if (policy_parse(planner->arena, &spec, &policy, err) < 0)
		return err_wrap(err, "%s", image->origin);
	choice->policy = policy;
	choice->follow = policy_follows_digest(policy);
	choice->pin = choice->follow;
	return 0;
}

/* The names are read with the policies: an app knows neither. */
static int image_choice(struct planner *planner, const struct app_image *image,
			struct release_choice **out, struct err *err)
{
	struct release_choice *choice;
	bool is_new;

	choice = release_choice_of(planner, image->origin, &is_new);
	*out = choice;
	if (!is_new)
		return 0;
	choice->origin = image->origin;
	choice->automatic = true;
	if (image_ref_parse(planner->arena, image->image, &choice->image, err) <
	    0)
		return err_wrap(err, "%s", image->origin);
	if (choice->image.tag || choice->image.digest) {
		err_set(err, ERR_INPUT, "%s: image: '%s' names a tag",
			image->origin, image->image);
		return err_hint(err, "write the name alone; the policy says "
				     "which tag");
	}
	return read_policy(planner, image, choice, err);
}

static bool is_the_same(const struct app_image *a, const struct app_image *b)
{
	return str_equal(a->policy, b->policy) &&
	       str_equal(a->filter, b->filter) &&
	       str_equal(a->extract, b->extract) &&
	       a->min_age_s == b->min_age_s;
}

bool release_is_of(const struct release_place *place, const struct app *app)
{
	return !place->app || place->app == app;
}

/* What two apps are made from can follow one policy only. */
static int by_app(struct planner *planner, struct release_place *place,
		  struct err *err)
{
	const struct app_image *found = NULL;

	for (size_t i = 0; i < place->file->apps.n; i++) {
		const struct app *app = place->file->apps.v[i];

		for (size_t j = 0;
		     release_is_of(place, app) && j < app->images.n; j++) {
			const struct app_image *image = &app->images.v[j];
			struct release_choice *choice;

			if (image_choice(planner, image, &choice, err) < 0)
				return -1;
			if (!image_ref_same(&choice->image, &place->now))
				continue;
			if (found && !is_the_same(found, image)) {
				err_set(err, ERR_INPUT,
					"%s: %s has another policy at %s",
					image->origin, image->image,
					found->origin);
				return err_hint(
					err,
					"let both say the same: %s is part of "
					"both apps",
					place->file->path);
			}
			if (!found)
				place->choice = choice;
			found = image;
		}
	}
	return 0;
}

static const struct app_lock *lock_of(const struct app *app,
				      const struct image_ref *image)
{
	struct image_ref one;
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_ERR struct err none = { 0 };

	if (app->lock)
		return app->lock;
	for (size_t i = 0; i < app->images.n; i++)
		if (app->images.v[i].lock &&
		    image_ref_parse(scratch, app->images.v[i].image, &one,
				    &none) == 0 &&
		    image_ref_same(&one, image))
			return app->images.v[i].lock;
	return NULL;
}

/* What one app has locked is locked for all that are made from it. */
static void take_lock(struct planner *planner, struct release_place *place)
{
	const struct app_lock *lock = NULL;

	for (size_t i = 0; i < place->file->apps.n && !lock; i++)
		if (release_is_of(place, place->file->apps.v[i]))
			lock = lock_of(place->file->apps.v[i], &place->now);
	if (lock)
		place->locked = arena_printf(planner->arena,
					     "locked by %s: %s (%s)", lock->by,
					     lock->reason, lock->origin);
}

/* ---- places ---- */

/* Is this scalar one of those that set the image? */
static bool sets(const struct image_use *use, const struct splice_place *at)
{
	return at == use->whole || at == use->name || at == use->tag ||
	       at == use->digest;
}

static const struct image_use *use_of(const struct release_file *file,
				      const struct splice_place *at)
{
	for (size_t i = 0; i < file->uses.n; i++)
		if (sets(&file->uses.v[i], at))
			return &file->uses.v[i];
	return NULL;
}

/* The marker of a use with the choice of its policy, if it is one for the
 * same repository; another is a place of its own. */
static int by_marker(struct planner *planner, struct release_place *place,
		     struct err *err)
{
	const struct release_file *file = place->file;

	for (size_t i = 0; i < file->markers.n; i++) {
		const struct image_marker *marker = &file->markers.v[i];
		struct release_choice *choice;

		if (!sets(place->use, marker->at))
			continue;
		if (release_flux_policy(planner, marker, &choice, err) < 0)
			return -1;
		if (!choice || !image_ref_same(&choice->image, &place->now))
			continue;
		place->marker = marker;
		place->choice = choice;
		return 0;
	}
	return 0;
}

/* The chosen app whose values they are, or NULL. */
static const struct app *app_of(const struct release_file *file,
				const char *name)
{
	for (size_t i = 0; i < file->apps.n; i++)
		if (str_equal(file->apps.v[i]->name, name))
			return file->apps.v[i];
	return NULL;
}

static int add_use(struct planner *planner, const struct release_file *file,
		   const struct image_use *use, struct err *err)
{
	struct release_place place = {
		.file = file,
		.use = use,
		.at = use->tag    ? use->tag :
		      use->digest ? use->digest :
				    use->at,
		.label = use->label,
		.container = use->container,
		.fault = use->fault,
		.now = use->ref,
	};

	if (use->app && !(place.app = app_of(file, use->app)))
		return 0;
	if (!place.fault && by_marker(planner, &place, err) < 0)
		return -1;
	if (!place.fault && !place.choice && by_app(planner, &place, err) < 0)
		return -1;
	if (release_flux_annotations(planner, &place, err) < 0)
		return -1;
	if (!place.fault && !place.locked)
		take_lock(planner, &place);
	*vec_push(planner->arena, &planner->plan->places) = place;
	return 0;
}

/* What a marker stands on, as the image it is a part of. */
static void read_marked(struct planner *planner, struct release_place *place)
{
	const struct image_marker *marker = place->marker;
	AUTO_ERR struct err none = { 0 };

	place->now = place->choice->image;
	switch (marker->part) {
	case IMAGE_WHOLE:
		if (image_ref_parse(planner->arena, marker->at->text,
				    &place->now, &none) < 0)
			place->now = place->choice->image;
		break;
	case IMAGE_TAG:
		place->now.tag = marker->at->text;
		break;
	case IMAGE_DIGEST:
		place->now.digest = marker->at->text;
		break;
	case IMAGE_NAME:
		place->now.name = marker->at->text;
		break;
	}
}

static int add_marker(struct planner *planner, const struct release_file *file,
		      const struct image_marker *marker, struct err *err)
{
	const struct image_use *use = use_of(file, marker->at);
	struct release_place place = {
		.file = file,
		.marker = marker,
		.at = marker->at,
		.fault = marker->fault,
	};

	if (!place.fault &&
	    release_flux_policy(planner, marker, &place.choice, err) < 0)
		return -1;
	/* An unknown policy sets nothing, and others have it in their hands. */
	if (!place.fault && !place.choice)
		return 0;
	if (!place.fault && use && !use->fault &&
	    image_ref_same(&use->ref, &place.choice->image))
		return 0;
	if (!place.fault) {
		read_marked(planner, &place);
		take_lock(planner, &place);
	}
	*vec_push(planner->arena, &planner->plan->places) = place;
	return 0;
}

int release_find_places(struct planner *planner, struct err *err)
{
	for (size_t i = 0; i < planner->files.n; i++) {
		const struct release_file *file = planner->files.v[i];

		for (size_t j = 0; j < file->uses.n; j++)
			if (add_use(planner, file, &file->uses.v[j], err) < 0)
				return -1;
		for (size_t j = 0; j < file->markers.n; j++)
			if (add_marker(planner, file, &file->markers.v[j],
				       err) < 0)
				return -1;
	}
	return 0;
}
