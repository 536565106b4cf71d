/* SPDX-License-Identifier: Apache-2.0 */

/* Which places are to be moved, by what the user asks for. */

#include <string.h>
#include <strings.h>

#include "release/inside.h"

/* What became of an image that was asked for. */
struct wish {
	const struct image_ref *image;
	size_t found; /* places of it */
	size_t ruled; /* of those: with a policy */
};

static bool is_among(const struct image_ref *image, const struct image_ref *all,
		     size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (image_ref_same(image, &all[i]))
			return true;
	return false;
}

static bool by_hand(const struct image_ref *image)
{
	return image->tag || image->digest;
}

static int refuse_locked(struct planner *planner,
			 const struct release_place *place, struct err *err)
{
	err_set(err, ERR_REFUSED, "%s: %s%s%s is %s",
		release_where(planner->arena, place),
		place->label ? place->label : "", place->label ? ": " : "",
		place->now.name, place->locked);
	return err_hint(err, "take the lock away (the annotation "
			     "fluxcd.io/locked, or lock in gitops.yaml), or "
			     "leave the image out with --exclude");
}

/* Is it this tag and digest that is set here? */
static bool has_version(const struct release_place *place,
			const struct image_ref *version)
{
	return str_equal(place->now.tag, version->tag) &&
	       str_equal(place->now.digest, version->digest);
}

/* Move it as the wish says. */
static int grant(struct planner *planner, struct release_place *place,
		 struct wish *wish, struct err *err)
{
	const struct image_ref *from = planner->release->args->from;

	wish->found++;
	wish->ruled += place->choice != NULL;
	if (!by_hand(wish->image)) {
		place->selected = place->choice && !place->locked;
		if (place->locked)
			run_warn(planner->release->run, "%s: left alone: %s",
				 release_where(planner->arena, place),
				 place->locked);
		return 0;
	}
	if (from && !has_version(place, from))
		return 0;
	if (place->locked && !from)
		return refuse_locked(planner, place, err);
	place->selected = true;
	/* It is not the policy that chooses. */
	place->choice = NULL;
	place->tag = wish->image->tag;
	place->digest = wish->image->digest;
	return 0;
}

/* "deployment/api" and "Deployment/web/api" are "Deployment web/api". */
static bool is_workload(const char *label, const char *wanted)
{
	const size_t kind = strcspn(wanted, "/");
	const char *name, *last;

	if (!label || strncasecmp(label, wanted, kind) != 0 ||
	    label[kind] != ' ' || !wanted[kind])
		return false;
	name = label + kind + 1;
	last = strrchr(name, '/');
	wanted += kind + 1;
	return str_equal(name, wanted) || (last && str_equal(last + 1, wanted));
}

static bool is_wanted(const struct release_args *args,
		      const struct release_place *place)
{
	for (const char **one = args->workloads; one && *one; one++)
		if (is_workload(place->label, *one))
			return true;
	return !args->workloads;
}

/* It is misspelt, or its images are set elsewhere. */
static int check_workloads(struct planner *planner, struct err *err)
{
	const struct release_places *places = &planner->plan->places;
	const char **one = planner->release->args->workloads;

	for (; one && *one; one++) {
		bool found = false;

		for (size_t i = 0; i < places->n; i++)
			found |= is_workload(places->v[i].label, *one);
		if (found)
			continue;
		err_set(err, ERR_NOT_FOUND,
			"--workload %s: no file sets an image of it", *one);
		return err_hint(err, "say KIND/NAME or KIND/NAMESPACE/NAME, as "
				     "'gitops release --list' has them; what "
				     "kustomizations and values set is no "
				     "workload's own");
	}
	return 0;
}

/* The wish that is about it, or NULL. */
static struct wish *wish_for(const struct release_args *args,
			     const struct release_place *place,
			     struct wish *wishes)
{
	for (size_t i = 0; i < args->n_images; i++)
		if (image_ref_same(&place->now, &args->images[i]))
			return &wishes[i];
	return NULL;
}

static int select_one(struct planner *planner, struct release_place *place,
		      struct wish *wishes, struct err *err)
{
	const struct release_args *args = planner->release->args;
	struct wish *wish;

	if (!is_wanted(args, place))
		return 0;
	if (place->fault) {
		place->selected = args->look && !args->n_images;
		return 0;
	}
	wish = wish_for(args, place, wishes);
	if (is_among(&place->now, args->exclude, args->n_exclude)) {
		if (wish)
			wish->found = wish->ruled = 1;
	} else if (args->look) {
		place->selected = wish || !args->n_images;
		if (wish)
			wish->found++;
	} else if (wish) {
		return grant(planner, place, wish, err);
	} else if (args->all && place->choice && place->choice->automatic) {
		place->selected = !place->locked;
	}
	return 0;
}

int release_missing(struct arena *arena, const struct release_places *places,
		    const char *name, struct err *err)
{
	const char **names = arena_array(arena, places->n + 1, sizeof(*names));
	const char *nearest;
	size_t n = 0;

	for (size_t i = 0; i < places->n; i++)
		if (!places->v[i].fault)
			names[n++] = places->v[i].now.name;
	nearest = str_nearest(name, names);
	err_set(err, ERR_NOT_FOUND,
		"--image %s: no file that the apps are made from sets it",
		name);
	if (nearest)
		return err_hint(err, "did you mean '%s'?", nearest);
	return err_hint(err, "see 'gitops release --list' for those that are "
			     "set");
}

static int check(struct planner *planner, const struct wish *wish,
		 struct err *err)
{
	if (!wish->found)
		return release_missing(planner->arena, &planner->plan->places,
				       wish->image->name, err);
	if (planner->release->args->look || wish->ruled || by_hand(wish->image))
		return 0;
	err_set(err, ERR_USAGE, "--image %s: it has no policy to choose by",
		wish->image->name);
	return err_hint(err,
			"name the tag, as in --image %s:TAG, or give it a "
			"policy: see gitops.yaml(5)",
			wish->image->name);
}

/* What cannot be read may be anything: once for all of them. */
static void warn_of_faults(struct planner *planner)
{
	const struct release_places *places = &planner->plan->places;
	const struct release_place *first = NULL;
	struct arena *arena = planner->arena;
	const char *more = "";
	size_t n = 0;

	for (size_t i = 0; i < places->n; i++) {
		if (!places->v[i].fault)
			continue;
		if (!first)
			first = &places->v[i];
		n++;
	}
	if (!first || planner->release->args->look)
		return;
	if (n > 1)
		more = arena_printf(arena, "; so are %zu more, see --list",
				    n - 1);
	run_warn(planner->release->run, "%s: left alone: %s%s",
		 release_where(arena, first), first->fault, more);
}

int release_select(struct planner *planner, struct err *err)
{
	const struct release_args *args = planner->release->args;
	struct release_places *places = &planner->plan->places;
	struct wish *wishes = arena_array(planner->arena, args->n_images,
					  sizeof(*wishes));

	for (size_t i = 0; i < args->n_images; i++)
		wishes[i].image = &args->images[i];
	warn_of_faults(planner);
	if (check_workloads(planner, err) < 0)
		return -1;
	for (size_t i = 0; i < places->n; i++)
		if (select_one(planner, &places->v[i], wishes, err) < 0)
			return -1;
	for (size_t i = 0; i < args->n_images; i++)
		if (check(planner, &wishes[i], err) < 0)
			return -1;
	return 0;
}
