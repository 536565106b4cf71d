/* SPDX-License-Identifier: Apache-2.0 */

/* The images of an app: what they follow, and what is locked. */

#include "apps/internal.h"
#include "base/map.h"
#include "base/vec.h"
#include "document/document.h"

static const struct decode_field lock_fields[] = {
	DECODE_TEXT(struct lock_entry, by, "by"),
	DECODE_TEXT(struct lock_entry, reason, "reason"),
};
const struct decode_table apps_lock_table = DECODE_TABLE(struct lock_entry,
							 lock_fields);

static const struct decode_field image_fields[] = {
	DECODE_TEXT(struct image_entry, extract, "extract"),
	DECODE_TEXT(struct image_entry, filter, "filter"),
	DECODE_TEXT(struct image_entry, image, "image"),
	DECODE_STRUCT(struct image_entry, lock, "lock", &apps_lock_table),
	DECODE_TEXT(struct image_entry, min_age, "minAge"),
	DECODE_TEXT(struct image_entry, policy, "policy"),
};
const struct decode_table apps_image_table = DECODE_TABLE(struct image_entry,
							  image_fields);

/* Whoever finds it locked wants to know whom to ask, and why. */
int apps_read_lock(struct arena *arena, const struct lock_entry *entry,
		   const struct app_lock **out, struct err *err)
{
	struct app_lock *lock;

	*out = NULL;
	if (!entry)
		return 0;
	if (!entry->by || !entry->reason) {
		node_fail(entry->at, err, "lock: it has no %s",
			  entry->by ? "reason" : "by");
		return err_hint(err, "say who has locked it and why, as in "
				     "lock: {by: ada, reason: frozen}");
	}
	lock = arena_alloc(arena, sizeof(*lock));
	*lock = (struct app_lock){
		.by = entry->by->text,
		.reason = entry->reason->text,
		.origin = apps_origin(arena, entry->at),
	};
	*out = lock;
	return 0;
}

static int read_image(struct arena *arena, const struct image_entry *entry,
		      struct app_image *out, struct err *err)
{
	*out = (struct app_image){ .origin = apps_origin(arena, entry->at) };
	if (!entry->image)
		return node_fail(entry->at, err,
				 "images: this member has no image");
	if (!entry->policy) {
		node_fail(entry->at, err, "images: %s has no policy",
			  entry->image->text);
		return err_hint(err, "say which tags it follows, as in "
				     "policy: semver >=1.0.0");
	}
	out->image = entry->image->text;
	out->policy = entry->policy->text;
	out->filter = entry->filter ? entry->filter->text : NULL;
	out->extract = entry->extract ? entry->extract->text : NULL;
	if (apps_read_duration(entry->min_age, "minAge", &out->min_age_s, err) <
	    0)
		return -1;
	return apps_read_lock(arena, entry->lock, &out->lock, err);
}

int apps_read_images(struct arena *arena, const struct image_entries *entries,
		     struct app_images *out, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct map *seen = map_new(scratch);
	struct app_image one;

	for (size_t i = 0; i < entries->n; i++) {
		if (read_image(arena, &entries->v[i], &one, err) < 0)
			return -1;
		if (map_has(seen, one.image))
			return node_fail(entries->v[i].image, err,
					 "images: %s stands here twice",
					 one.image);
		map_set(seen, one.image, NULL);
		*vec_push(arena, out) = one;
	}
	return 0;
}
