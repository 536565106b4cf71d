/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RELEASE_INSIDE_H
#define RELEASE_INSIDE_H

/* What the files of this room share; nobody else includes it. */

#include "release/release.h"

struct release {
	struct run *run;
	const struct release_args *args;
	struct registry *registry; /* NULL until one is asked */
	struct map *repositories;  /* "host/repository" to what it has */
	struct map *looked;        /* "host/repository:tag" to its image */
	struct map *rejected;  /* "host/repository:tag" and "...@digest" to a
				 bool */
	struct map *by_digest; /* of whom a digest is among them */
};

/* While a plan is made. */
struct planner {
	struct release *release;
	struct arena *arena;
	const struct tree *tree;
	struct release_files files;
	struct map *by_path; /* to a struct release_file */
	struct map *choices; /* by what they are made of */
	struct map *flux;    /* "NAMESPACE/POLICY" to a choice; NULL: unread */
	struct release_plan *plan;
};

/* "host/repository" */
const char *release_key(struct arena *arena, const struct image_ref *image);

/* "FILE:LINE" */
const char *release_where(struct arena *arena,
			  const struct release_place *place);

/* files.c: what the chosen apps are made from. */
MUST_USE int release_read_files(struct planner *planner,
				const struct apps *apps, struct err *err);

/* places.c: where images are set, each with its policy and its lock. */
MUST_USE int release_find_places(struct planner *planner, struct err *err);

/* Has an app to do with it, of those that are made from its file? */
bool release_is_of(const struct release_place *place, const struct app *app);

/* flux.c: Flux's own configuration. */

/* The choice of an ImagePolicy; NULL in `*out` where there is none. */
MUST_USE int release_flux_policy(struct planner *planner,
				 const struct image_marker *marker,
				 struct release_choice **out, struct err *err);
/* The choice by the annotations of a workload, or NULL; and its lock. */
MUST_USE int release_flux_annotations(struct planner *planner,
				      struct release_place *place,
				      struct err *err);

/* The choice of this key, made where it is new. */
struct release_choice *release_choice_of(struct planner *planner,
					 const char *key, bool *is_new);

/* select.c: which of them are to be moved. */
MUST_USE int release_select(struct planner *planner, struct err *err);

/* choose.c: what registries have, and what the policies say to it. */
MUST_USE int release_choose(struct planner *planner, struct err *err);
/* The digests that places are to have. */
MUST_USE int release_digests(struct planner *planner, struct err *err);

/* edit.c: the new bytes. */
MUST_USE int release_edit(struct planner *planner, struct err *err);

#endif
