/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/moves.h"

#include "image/find.h"
#include "image/reference.h"

/* What is behind the name: "1.0", "1.0@sha256:..." */
static const char *version_of(struct arena *arena, const struct image_ref *ref)
{
	if (!ref->tag && !ref->digest)
		return "-";
	return arena_printf(arena, "%s%s%s", ref->tag ? ref->tag : "",
			    ref->tag && ref->digest ? "@" : "",
			    ref->digest ? ref->digest : "");
}

/* The image of the same repository that is in `from` and not in `to`: what
 * stays in another container was not moved. */
static const char *old_version(struct arena *arena, const struct map *from,
			       const struct map *to,
			       const struct image_ref *now)
{
	for (size_t i = 0; i < from->n; i++) {
		const char *image = from->entries[i].key;
		AUTO_ERR struct err ignored = { 0 };
		struct image_ref ref;

		if (!map_has(to, image) &&
		    image_ref_parse(arena, image, &ref, &ignored) == 0 &&
		    image_ref_same(&ref, now))
			return version_of(arena, &ref);
	}
	return "-";
}

void plan_moves(const struct plan_step *step, struct map *out)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct map *from = map_new(scratch), *to = map_new(scratch);
	AUTO_ERR struct err ignored = { 0 };
	json_t *before, *after;

	if (step->action == PLAN_UNCHANGED || !step->item.live.len ||
	    plan_sides(step, scratch, &before, &after, &ignored) < 0 ||
	    !before || !after)
		return;
	image_collect(before, from);
	image_collect(after, to);
	for (size_t i = 0; i < to->n; i++) {
		const char *image = to->entries[i].key;
		AUTO_ERR struct err none = { 0 };
		struct image_ref ref;

		if (map_has(from, image) ||
		    image_ref_parse(scratch, image, &ref, &none) < 0)
			continue;
		map_set(out,
			arena_printf(scratch, "%s %s -> %s", ref.name,
				     old_version(scratch, from, to, &ref),
				     version_of(scratch, &ref)),
			out);
	}
}
