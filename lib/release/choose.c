/* SPDX-License-Identifier: Apache-2.0 */

/* What registries have, and what the policies say to it.  What was asked once
 * is not asked again, whatever plans are made. */

#include "base/clock.h"
#include "base/vec.h"
#include "release/inside.h"

/* What is to be looked at in one go. */
struct looks {
	struct registry_image *v;
	size_t n;
	size_t room;
	struct map *keys; /* of these images */
};

static void clear_err(void *err)
{
	err_clear(err);
}

static int open_registry(struct planner *planner, struct err *err)
{
	struct release *release = planner->release;

	if (release->registry)
		return 0;
	return registry_open(release->run, &release->args->registry,
			     &release->registry, err);
}

/* ---- tags ---- */

/* A tag whose digest is followed needs no list. */
static bool wants_tags(const struct release_choice *choice)
{
	return choice->asked && !policy_only_tag(choice->policy);
}

static int list_tags(struct planner *planner, struct err *err)
{
	const struct release_plan *plan = planner->plan;
	struct release *release = planner->release;
	struct registry_repository *all =
		arena_array(planner->arena, plan->n_choices, sizeof(*all));
	size_t n = 0;

	for (size_t i = 0; i < plan->n_choices; i++) {
		const struct release_choice *choice = plan->choices[i];
		const char *key = release_key(planner->arena, &choice->image);

		if (!wants_tags(choice) || map_has(release->repositories, key))
			continue;
		all[n].image = &choice->image;
		map_set(release->repositories, key, &all[n]);
		arena_defer(planner->arena, clear_err, &all[n].err);
		n++;
	}
	if (!n)
		return 0;
	run_progress(release->run, "asking registries", 0, n);
	if (open_registry(planner, err) < 0)
		return -1;
	return registry_tags(release->registry, all, n, err);
}

/* By its tag (':') or by its digest ('@'). */
static bool is_rejected(const struct planner *planner,
			const struct image_ref *image, char by,
			const char *text)
{
	const bool *rejected =
		map_get(planner->release->rejected,
			arena_printf(planner->arena, "%s%c%s",
				     release_key(planner->arena, image), by,
				     text));

	return rejected && *rejected;
}

/* The tags that are there, of which nothing is known yet. */
static void take_tags(struct planner *planner, struct release_choice *choice)
{
	struct registry_repository *repository =
		map_get(planner->release->repositories,
			release_key(planner->arena, &choice->image));
	const char *only = policy_only_tag(choice->policy);

	choice->n_tags = only ? 1 : repository->n_tags;
	if (!only && repository->err.status != ERR_OK)
		choice->err = &repository->err;
	choice->tags = arena_array(planner->arena, choice->n_tags,
				   sizeof(*choice->tags));
	for (size_t i = 0; i < choice->n_tags; i++) {
		struct policy_tag *tag = &choice->tags[i];

		tag->tag = only ? only : repository->tags[i];
		tag->rejected = !only && is_rejected(planner, &choice->image,
						     ':', tag->tag);
	}
}

/* ---- single images ---- */

static const char *image_key(struct planner *planner,
			     const struct image_ref *image, const char *tag)
{
	return arena_printf(planner->arena, "%s:%s",
			    release_key(planner->arena, image), tag);
}

/* What is known of an image, or NULL: then it is to be looked at. */
static struct registry_image *known(struct planner *planner,
				    const struct image_ref *image,
				    const char *tag, bool want_date,
				    struct looks *looks)
{
	const char *key = image_key(planner, image, tag);
	struct registry_image *one = map_get(planner->release->looked, key);

	if (one && (one->want_date || !want_date))
		return one;
	if (map_set(looks->keys, key, looks))
		return NULL;
	*vec_push(planner->arena, looks) = (struct registry_image){
		.image = image,
		.tag = tag,
		.want_date = want_date,
	};
	return NULL;
}

static int look(struct planner *planner, struct looks *looks, struct err *err)
{
	struct release *release = planner->release;

	if (!looks->n)
		return 0;
	run_progress(release->run, "looking at images", 0, looks->n);
	if (open_registry(planner, err) < 0 ||
	    registry_look(release->registry, looks->v, looks->n, err) < 0)
		return -1;
	for (size_t i = 0; i < looks->n; i++) {
		struct registry_image *one = &looks->v[i];

		map_set(release->looked,
			image_key(planner, one->image, one->tag), one);
		arena_defer(planner->arena, clear_err, &one->err);
	}
	return 0;
}

/* ---- choosing ---- */

static void take_date(struct release_choice *choice, struct policy_tag *tag,
		      struct registry_image *image)
{
	if (image->err.status != ERR_OK)
		choice->err = &image->err;
	tag->gone = image->gone;
	tag->date = image->has_date ? POLICY_DATE_KNOWN : POLICY_DATE_NONE;
	tag->built_s = image->built_s;
	tag->built_ns = image->built_ns;
}

/* Take the dates that are known; how many are not. */
static size_t take_dates(struct planner *planner, struct release_choice *choice,
			 struct looks *looks)
{
	const struct policy_choice *outcome = &choice->outcome;
	size_t unknown = 0;

	for (size_t i = 0; i < outcome->n_wanted; i++) {
		struct policy_tag *tag = &choice->tags[outcome->wanted[i]];
		struct registry_image *image = known(planner, &choice->image,
						     tag->tag, true, looks);

		if (image)
			take_date(choice, tag, image);
		unknown += !image;
	}
	return unknown;
}

/* Does what was chosen stand, or is it rejected by its digest?  It does, too,
 * where the digest is not known yet: then `*unknown`. */
static bool stands(struct planner *planner, struct release_choice *choice,
		   struct looks *looks, bool *unknown)
{
	const struct policy_tag *chosen = choice->outcome.chosen;
	struct registry_image *image;

	if (!chosen || !map_has(planner->release->by_digest,
				release_key(planner->arena, &choice->image)))
		return true;
	image = known(planner, &choice->image, chosen->tag, false, looks);
	*unknown = !image;
	if (!image || !image->digest ||
	    !is_rejected(planner, &choice->image, '@', image->digest))
		return true;
	choice->tags[chosen - choice->tags].rejected = true;
	return false;
}

/* Choose with what is known; add to `looks` what is to be found out first. */
static void choose_one(struct planner *planner, struct release_choice *choice,
		       int64_t now, struct looks *looks)
{
	struct policy_choice *outcome = &choice->outcome;
	bool unknown = false;

	while (!choice->err) {
		policy_choose(planner->arena, choice->policy, now, choice->tags,
			      choice->n_tags, outcome);
		if (outcome->n_wanted) {
			if (take_dates(planner, choice, looks))
				return;
		} else if (stands(planner, choice, looks, &unknown)) {
			break;
		}
	}
	if (unknown)
		return;
	if (!choice->err && outcome->chosen)
		choice->chosen = outcome->chosen->tag;
	choice->why = outcome->why;
}

int release_choose(struct planner *planner, struct err *err)
{
	struct release_plan *plan = planner->plan;
	const int64_t now = clock_wall();
	struct looks looks;

	for (size_t i = 0; i < plan->places.n; i++)
		if (plan->places.v[i].selected && plan->places.v[i].choice)
			plan->places.v[i].choice->asked = true;
	if (list_tags(planner, err) < 0)
		return -1;
	for (size_t i = 0; i < plan->n_choices; i++)
		if (plan->choices[i]->asked)
			take_tags(planner, plan->choices[i]);
	do {
		looks = (struct looks){ .keys = map_new(planner->arena) };
		for (size_t i = 0; i < plan->n_choices; i++)
			if (plan->choices[i]->asked)
				choose_one(planner, plan->choices[i], now,
					   &looks);
		if (look(planner, &looks, err) < 0)
			return -1;
	} while (looks.n);
	for (size_t i = 0; i < plan->n_choices; i++) {
		const struct release_choice *one = plan->choices[i];

		if (one->asked && !one->err && !one->chosen &&
		    !planner->release->args->look)
			run_warn(planner->release->run, "%s: %s: %s",
				 one->origin, one->image.name, one->why);
	}
	return 0;
}

/* ---- digests ---- */

/* Is there a place for one? */
static bool has_room(const struct release_place *place)
{
	const struct image_use *use = place->use;

	if (!use)
		return place->marker->part == IMAGE_WHOLE ||
		       place->marker->part == IMAGE_DIGEST;
	return use->whole || use->digest || place->now.digest;
}

static bool wants_digest(const struct planner *planner,
			 const struct release_place *place)
{
	if (!has_room(place))
		return false;
	return place->now.digest || planner->release->args->pin_digests ||
	       (place->choice && place->choice->pin) ||
	       (!place->use && place->marker->part == IMAGE_DIGEST);
}

/* What the policy chose; false where the digest is to be looked up. */
static bool settle(const struct planner *planner, struct release_place *place)
{
	const struct release_choice *choice = place->choice;

	if (choice) {
		place->tag = choice->chosen;
		/* A list shows, too, why none was chosen. */
		place->selected = choice->chosen ||
				  planner->release->args->look;
	}
	if (!place->selected || place->digest || !place->tag ||
	    !wants_digest(planner, place))
		return true;
	if (!place->now.digest || (choice && choice->follow) ||
	    !str_equal(place->tag, place->now.tag))
		return false;
	place->digest = place->now.digest;
	return true;
}

static int take_digest(struct release_place *place,
		       struct registry_image *image, struct err *err)
{
	struct release_choice *choice = place->choice;

	place->digest = image->digest;
	if (image->digest && image->err.status == ERR_OK)
		return 0;
	place->selected = false;
	if (image->err.status == ERR_OK)
		err_set(&image->err, ERR_NOT_FOUND, "%s: there is no tag '%s'",
			place->now.name, place->tag);
	if (choice) {
		choice->err = &image->err;
		return 0;
	}
	err_set(err, image->err.status, "%s", image->err.msg);
	return image->err.hint ? err_hint(err, "%s", image->err.hint) : -1;
}

int release_digests(struct planner *planner, struct err *err)
{
	struct release_places *places = &planner->plan->places;
	struct looks looks = { .keys = map_new(planner->arena) };

	for (size_t i = 0; i < places->n; i++) {
		struct release_place *place = &places->v[i];

		if (place->selected && !settle(planner, place))
			known(planner, &place->now, place->tag, false, &looks);
	}
	if (look(planner, &looks, err) < 0)
		return -1;
	for (size_t i = 0; i < places->n; i++) {
		struct release_place *place = &places->v[i];

		if (!place->selected || settle(planner, place))
			continue;
		if (take_digest(place,
				known(planner, &place->now, place->tag, false,
				      &looks),
				err) < 0)
			return -1;
	}
	return 0;
}
