/* SPDX-License-Identifier: Apache-2.0 */

/* The new bytes: each place is given its tag and digest by what is there. */

#include <string.h>

#include "base/vec.h"
#include "release/inside.h"

struct edits {
	struct splice_edit *v;
	size_t n;
	size_t room;
};

/* ---- one place ---- */

static int fail_at(struct planner *planner, const struct release_place *place,
		   const char *what, const char *hint, struct err *err)
{
	err_set(err, ERR_INPUT, "%s: %s: %s",
		release_where(planner->arena, place), place->now.name, what);
	return err_hint(err, "%s", hint);
}

static void set(struct planner *planner, struct edits *edits,
		const struct splice_place *at, const char *text)
{
	if (at->kind == SPLICE_SCALAR && str_equal(at->text, text))
		return;
	*vec_push(planner->arena, edits) = (struct splice_edit){ .place = at,
								 .text = text };
}

/* NAME[:TAG][@DIGEST], the name as it is spelled. */
static const char *whole(struct planner *planner, const char *name,
			 const struct release_place *place)
{
	const struct image_ref ref = {
		.name = name,
		.tag = place->tag,
		.digest = place->digest,
	};

	return image_ref_print(planner->arena, &ref);
}

/* A tag that has its digest behind it in one text: "1.0@sha256:..." */
static bool has_digest_behind(const struct splice_place *tag)
{
	return tag && tag->kind == SPLICE_SCALAR && strchr(tag->text, '@');
}

static int set_tag(struct planner *planner, struct release_place *place,
		   struct edits *edits, struct err *err)
{
	const struct splice_place *tag = place->use->tag;
	const char *text = place->tag;

	if (!text && place->now.tag)
		return fail_at(planner, place,
			       "its tag stays, and would not be that of the "
			       "digest",
			       "name both: --image NAME:TAG@DIGEST", err);
	if (!text || (!tag && str_equal(text, place->now.tag)))
		return 0;
	/* Of what is set by its digest, the tag is for people. */
	if (!tag && place->use->digest && place->digest)
		return 0;
	if (!tag)
		return fail_at(planner, place, "no tag is set here",
			       "write the tag it has now, and run again", err);
	if (has_digest_behind(tag))
		text = arena_printf(planner->arena, "%s@%s", text,
				    place->digest);
	set(planner, edits, tag, text);
	return 0;
}

static int set_digest(struct planner *planner, struct release_place *place,
		      struct edits *edits, struct err *err)
{
	if (place->use->digest && place->digest) {
		set(planner, edits, place->use->digest, place->digest);
		return 0;
	}
	if (has_digest_behind(place->use->tag))
		return 0;
	/* A marker of Flux says itself what it wants. */
	if (place->digest ||
	    (place->choice && place->choice->pin && !place->marker))
		return fail_at(planner, place, "no digest is set here",
			       "write one there, or the image as NAME@DIGEST",
			       err);
	if (planner->release->args->pin_digests)
		run_warn(planner->release->run,
			 "%s: not pinned: no digest is set here",
			 release_where(planner->arena, place));
	return 0;
}

static int edit_use(struct planner *planner, struct release_place *place,
		    struct edits *edits, struct err *err)
{
	const struct image_use *use = place->use;

	if (use->whole) {
		set(planner, edits, use->whole,
		    whole(planner, place->now.name, place));
		return 0;
	}
	return set_tag(planner, place, edits, err) < 0 ?
		       -1 :
		       set_digest(planner, place, edits, err);
}

static void edit_marker(struct planner *planner, struct release_place *place,
			struct edits *edits)
{
	const struct image_marker *marker = place->marker;
	const char *name = place->choice ? place->choice->image.name :
					   place->now.name;
	const char *text = NULL;

	switch (marker->part) {
	case IMAGE_WHOLE:
		text = whole(planner, name, place);
		break;
	case IMAGE_TAG:
		text = place->tag;
		break;
	case IMAGE_NAME:
		text = name;
		break;
	case IMAGE_DIGEST:
		text = place->digest;
		break;
	}
	if (text)
		set(planner, edits, marker->at, text);
}

/* "1.0", "1.0@sha256:...", "sha256:...", or "-" */
static const char *in_words(struct arena *arena, const char *tag,
			    const char *digest)
{
	if (!tag && !digest)
		return "-";
	return arena_printf(arena, "%s%s%s", tag ? tag : "",
			    tag && digest ? "@" : "", digest ? digest : "");
}

static int edit_place(struct planner *planner, struct release_place *place,
		      struct edits *edits, struct err *err)
{
	const size_t n = edits->n;

	if (!place->use)
		edit_marker(planner, place, edits);
	else if (edit_use(planner, place, edits, err) < 0)
		return -1;
	place->moved = edits->n > n;
	place->to = in_words(planner->arena, place->tag, place->digest);
	return 0;
}

/* ---- all of them ---- */

static int finish_file(struct planner *planner, const struct release_file *file,
		       const struct edits *edits, struct err *err)
{
	struct release_plan *plan = planner->plan;
	struct release_edit edit = {
		.path = file->path,
		.before = file->file.bytes,
	};

	if (!edits->n)
		return 0;
	if (splice_apply(planner->arena, &file->file, edits->v, edits->n,
			 &edit.after, err) < 0)
		return -1;
	plan->edits = vec_grow(planner->arena, plan->edits, plan->n_edits,
			       &plan->room_edits, sizeof(*plan->edits));
	plan->edits[plan->n_edits++] = edit;
	return 0;
}

int release_edit(struct planner *planner, struct err *err)
{
	struct release_places *places = &planner->plan->places;
	struct edits edits = { 0 };

	for (size_t i = 0; i < places->n; i++) {
		struct release_place *place = &places->v[i];
		const bool last = i + 1 == places->n ||
				  places->v[i + 1].file != place->file;

		place->from = in_words(planner->arena, place->now.tag,
				       place->now.digest);
		if (place->selected && !planner->release->args->look &&
		    edit_place(planner, place, &edits, err) < 0)
			return -1;
		if (!last)
			continue;
		if (finish_file(planner, place->file, &edits, err) < 0)
			return -1;
		edits = (struct edits){ 0 };
	}
	return 0;
}
