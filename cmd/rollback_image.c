/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One image goes back, and nothing else of the tree.  Its tag at the goal is
 * what files set there; on the tip the planner of releases puts it in place of
 * the tag that is taken back, byte by byte.
 */

#include <string.h>
#include <strings.h>

#include "base/vec.h"
#include "cmd/restore.h"
#include "cmd/rollback.h"
#include "release/release.h"

#define SUBJECT_MOST 64 /* bytes of a move */

/* For one tip. */
struct image_tip {
	struct restore *restore;
	struct arena *arena;
	struct source source;
	struct apps apps; /* chosen: those that go back */
	/* The move of all of them; NULL: there is none. */
	const struct image_ref *from, *to;
	const char *app; /* the first that has it */
};

/* ---- what is set ---- */

static bool sets(const struct release_place *place,
		 const struct image_ref *image)
{
	return !place->fault && (place->now.tag || place->now.digest) &&
	       image_ref_same(&place->now, image);
}

/* "1.0", "1.0@sha256:...", "sha256:..." */
static const char *version_of(struct arena *arena, const struct image_ref *ref)
{
	return arena_printf(arena, "%s%s%s", ref->tag ? ref->tag : "",
			    ref->tag && ref->digest ? "@" : "",
			    ref->digest ? ref->digest : "");
}

/* A copy, in which none is chosen. */
static struct apps choose_none(struct arena *arena, const struct apps *apps)
{
	struct apps none = *apps;

	none.v = arena_array(arena, apps->n, sizeof(*none.v));
	for (size_t i = 0; i < apps->n; i++) {
		none.v[i] = apps->v[i];
		none.v[i].chosen = false;
	}
	return none;
}

static void choose(struct apps *apps, const char *name)
{
	for (size_t i = 0; i < apps->n; i++)
		if (str_equal(apps->v[i].name, name))
			apps->v[i].chosen = true;
}

/* What an app sets of an image: each version to its struct image_ref. */
static int read_set(const struct source *at, const char *app,
		    const struct image_ref *image, struct map **out,
		    struct err *err)
{
	struct arena *arena = at->run->arena;
	struct apps one = choose_none(arena, &at->apps);
	struct release_places places;

	*out = map_new(arena);
	choose(&one, app);
	if (release_find(at->run, at->tree, &one, &places, err) < 0)
		return -1;
	for (size_t i = 0; i < places.n; i++)
		if (sets(&places.v[i], image))
			map_set(*out, version_of(arena, &places.v[i].now),
				&places.v[i].now);
	return 0;
}

/* How many of `a` are not in `b`, and one of them. */
static size_t count_missing(const struct map *a, const struct map *b,
			    const struct image_ref **one)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++) {
		if (map_has(b, a->entries[i].key))
			continue;
		*one = a->entries[i].value;
		n++;
	}
	return n;
}

static bool is_same_set(const struct map *a, const struct map *b)
{
	const struct image_ref *unused;

	return a->n == b->n && !count_missing(a, b, &unused);
}

static const char *in_words(struct arena *arena, const struct map *set)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	for (size_t i = 0; i < set->n; i++)
		str_printf(&out, "%s%s", i ? ", " : "", set->entries[i].key);
	return set->n ? str_keep(&out, arena) : "nothing";
}

/* ---- what the walk back asks ---- */

int rollback_image_parse(struct run *run, const char *text,
			 const struct image_ref **out, struct err *err)
{
	struct image_ref *image = arena_alloc(run->arena, sizeof(*image));
	AUTO_ERR struct err why = { 0 };

	if (image_ref_parse(run->arena, text, image, &why) < 0)
		return err_set(err, ERR_USAGE, "--image: %s", why.msg);
	if (image->tag || image->digest) {
		err_set(err, ERR_USAGE,
			"--image: '%s' is more than the name of an image",
			text);
		return err_hint(err,
				"say --image %s, and which sync with --to "
				"or --steps; gitops release moves it to a "
				"tag that you name",
				image->name);
	}
	*out = image;
	return 0;
}

static bool is_set_by(const struct release_places *places, const char *app,
		      const struct image_ref *image)
{
	for (size_t i = 0; i < places->n; i++) {
		const struct release_file *file = places->v[i].file;

		if (!sets(&places->v[i], image))
			continue;
		for (size_t j = 0; j < file->apps.n; j++)
			if (str_equal(file->apps.v[j]->name, app))
				return true;
	}
	return false;
}

int rollback_image_choose(struct source *source, const struct image_ref *image,
			  struct apply_records *records, struct err *err)
{
	struct release_places places;
	size_t n = 0;

	if (release_find(source->run, source->tree, &source->apps, &places,
			 err) < 0)
		return -1;
	for (size_t i = 0; i < records->n; i++)
		if (is_set_by(&places, records->v[i].app, image))
			records->v[n++] = records->v[i];
	records->n = n;
	return n ? 0 :
		   release_missing(source->run->arena, &places, image->name,
				   err);
}

bool rollback_image_is_same(const struct restore_goal *goal,
			    const struct image_ref *image, const char *commit)
{
	AUTO_ERR struct err ignored = { 0 };
	struct map *is, *was;
	struct source *at;

	if (read_set(goal->then, goal->app, image, &was, &ignored) < 0)
		return false;
	if (!was->n)
		return true;
	return source_at(goal->then, commit, &at, &ignored) == 0 &&
	       read_set(at, goal->app, image, &is, &ignored) == 0 &&
	       is_same_set(is, was);
}

bool rollback_image_rejects(struct repo *repo, const char *commit,
			    const struct image_ref *image)
{
	const struct repo_log_args args = { .tip = commit, .limit = 1 };
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_ERR struct err ignored = { 0 };
	struct image_ref one;
	struct repo_log log;

	if (!*commit || repo_log(repo, &args, &log, &ignored) < 0 || !log.n)
		return false;
	for (size_t i = 0; i < log.v[0].n_trailers; i++) {
		const struct repo_trailer *trailer = &log.v[0].trailers[i];
		AUTO_ERR struct err none = { 0 };

		if (strcasecmp(trailer->name, RESTORE_REJECTS) == 0 &&
		    image_ref_parse(scratch, trailer->value, &one, &none) ==
			    0 &&
		    image_ref_same(&one, image))
			return true;
	}
	return false;
}

/* ---- the move ---- */

/* What somebody has moved it to since the last sync may be the remedy. */
static int check_later(struct image_tip *tip, const struct restore_goal *goal,
		       const struct map *now, struct err *err)
{
	const struct image_ref *image = tip->restore->image;
	struct source *at;
	struct map *synced;

	if (!goal->present || tip->restore->ours)
		return 0;
	if (source_at(&tip->source, goal->present, &at, err) < 0 ||
	    read_set(at, goal->app, image, &synced, err) < 0)
		return err_hint(err, "undo whatever came since the last sync "
				     "with --ours");
	if (is_same_set(now, synced))
		return 0;
	err_set(err, ERR_REFUSED,
		"app %s: %s was moved since its last sync, from %s to %s, "
		"which this would undo, too",
		goal->app, image->name, in_words(tip->arena, synced),
		in_words(tip->arena, now));
	return err_hint(err, "sync that, or undo it as well with --ours");
}

static int refuse_unclear(struct image_tip *tip,
			  const struct restore_goal *goal,
			  const struct map *now, const struct map *then,
			  struct err *err)
{
	err_set(err, ERR_REFUSED,
		"app %s: %s is %s now and was %s at %.7s: what is to become of "
		"which is not known",
		goal->app, tip->restore->image->name, in_words(tip->arena, now),
		in_words(tip->arena, then), goal->then->revision.oid);
	return err_hint(err, "take the whole app back, without --image, or "
			     "name the tag: gitops release --image NAME:TAG");
}

/* All that go back make the same move: else it is several rollbacks. */
static int add_move(struct image_tip *tip, const struct restore_goal *goal,
		    const struct image_ref *from, const struct image_ref *to,
		    struct err *err)
{
	const char *move, *other;

	choose(&tip->apps, goal->app);
	if (!tip->from) {
		tip->from = from;
		tip->to = to;
		tip->app = goal->app;
		return 0;
	}
	move = arena_printf(tip->arena, "%s -> %s",
			    version_of(tip->arena, from),
			    version_of(tip->arena, to));
	other = arena_printf(tip->arena, "%s -> %s",
			     version_of(tip->arena, tip->from),
			     version_of(tip->arena, tip->to));
	if (str_equal(move, other))
		return 0;
	err_set(err, ERR_USAGE,
		"%s would be moved %s in app %s, and %s in app %s",
		tip->restore->image->name, other, tip->app, move, goal->app);
	return err_hint(err, "say which with --app");
}

static int find_move(struct image_tip *tip, struct err *err)
{
	const struct restore *restore = tip->restore;

	for (size_t i = 0; i < restore->goals.n; i++) {
		const struct restore_goal *goal = &restore->goals.v[i];
		const struct image_ref *from, *to;
		struct map *now, *then;

		if (read_set(&tip->source, goal->app, restore->image, &now,
			     err) < 0 ||
		    read_set(goal->then, goal->app, restore->image, &then,
			     err) < 0)
			return -1;
		if (is_same_set(now, then))
			continue;
		if (check_later(tip, goal, now, err) < 0)
			return -1;
		if (count_missing(now, then, &from) != 1 ||
		    count_missing(then, now, &to) != 1)
			return refuse_unclear(tip, goal, now, then, err);
		if (add_move(tip, goal, from, to, err) < 0)
			return -1;
	}
	return 0;
}

static int make_edits(struct image_tip *tip, struct err *err)
{
	struct restore *restore = tip->restore;
	struct image_ref wanted = *restore->image;
	const struct release_args args = {
		.images = &wanted,
		.n_images = 1,
		.from = tip->from,
	};
	struct run *run = restore->source->run;
	struct release_plan plan;

	wanted.tag = tip->to->tag;
	wanted.digest = tip->to->digest;
	if (release_plan(release_new(run, &args), tip->source.tree, &tip->apps,
			 &plan, err) < 0)
		return -1;
	for (size_t i = 0; i < plan.n_edits; i++)
		*vec_push(tip->arena, &restore->edits) = (struct repo_edit){
			.kind = REPO_EDIT_FILE,
			.path = plan.edits[i].path,
			.bytes = plan.edits[i].after,
		};
	*vec_push(tip->arena, &restore->rejected) = image_ref_print(tip->arena,
								    tip->from);
	return 0;
}

/* ---- is it right? ---- */

/* What goes back can be rendered, and all others are as they were. */
static int check_app(struct image_tip *tip, struct source *trial,
		     const struct app *app, struct err *err)
{
	AUTO_ERR struct err ignored = { 0 };
	struct objects now = { 0 }, then = { 0 };

	if (app->chosen)
		return source_app_objects(trial, app, &then, err);
	if (source_app_objects(&tip->source, app, &now, &ignored) < 0)
		return 0;
	if (source_app_objects(trial, app, &then, &ignored) == 0 &&
	    restore_are_same(&now, &then))
		return 0;
	return restore_spare(app, err);
}

/* The commit as it would be, which no branch names. */
static int check_trial(struct image_tip *tip, struct repo *repo,
		       const struct revision *tip_revision, struct err *err)
{
	const struct repo_commit_args args = {
		.edits = tip->restore->edits.v,
		.n_edits = tip->restore->edits.n,
		.message = "What would come of it",
		.signing = REPO_SIGN_NEVER,
	};
	struct revision revision = *tip_revision;
	struct source trial = tip->source;

	if (repo_commit(repo, tip_revision->oid, &args, &revision.oid, err) <
		    0 ||
	    repo_tree(repo, &revision, &trial.tree, err) < 0)
		return -1;
	for (size_t i = 0; i < tip->apps.n; i++)
		if (check_app(tip, &trial, &tip->apps.v[i], err) < 0)
			return -1;
	return 0;
}

/* ---- the commit ---- */

static bool is_moved(const struct image_tip *tip,
		     const struct restore_goal *goal)
{
	const struct app *app = apps_find(&tip->apps, goal->app);

	return app && app->chosen;
}

/* "Roll back ghcr.io/acme/web 1.1 -> 1.0"; the trailer has long digests. */
static const char *subject_of(const struct image_tip *tip)
{
	const char *name = tip->restore->image->name;
	const char *move = arena_printf(tip->arena, "%s %s -> %s", name,
					version_of(tip->arena, tip->from),
					version_of(tip->arena, tip->to));

	return arena_printf(tip->arena, "Roll back %s",
			    strlen(move) > SUBJECT_MOST ? name : move);
}

static const char *message_of(const struct image_tip *tip)
{
	const struct restore *restore = tip->restore;
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	str_printf(&text, "%s\n\n", restore->subject);
	if (restore->reason)
		str_printf(&text, "%s\n\n", restore->reason);
	str_add(&text, "It is what it was:\n\n");
	for (size_t i = 0; i < restore->goals.n; i++) {
		const struct restore_goal *goal = &restore->goals.v[i];
		const struct revision *then = &goal->then->revision;

		if (is_moved(tip, goal))
			str_printf(&text, "- in %s at %.7s %s\n", goal->app,
				   then->oid, then->subject);
	}
	return str_keep(&text, tip->arena);
}

static void compose(struct image_tip *tip, struct repo_commit_args *out)
{
	struct restore *restore = tip->restore;
	struct repo_trailer *trailers = arena_array(tip->arena,
						    restore->goals.n + 1,
						    sizeof(*trailers));
	size_t n = 0;

	restore->subject = subject_of(tip);
	*out = (struct repo_commit_args){
		.edits = restore->edits.v,
		.n_edits = restore->edits.n,
		.message = message_of(tip),
		.sign_off = restore->sign_off,
		.signing = restore_signing(restore),
	};
	for (size_t i = 0; i < restore->goals.n; i++)
		if (is_moved(tip, &restore->goals.v[i]))
			trailers[n++] = restore_trailer(tip->arena,
							&restore->goals.v[i]);
	trailers[n++] = (struct repo_trailer){
		RESTORE_REJECTS,
		restore->rejected.v[0],
	};
	out->trailers = trailers;
	out->n_trailers = n;
}

int rollback_image_make(void *data, struct repo *repo,
			const struct revision *revision,
			struct repo_commit_args *out, struct err *err)
{
	struct restore *restore = data;
	struct image_tip tip = {
		.restore = restore,
		.arena = restore->source->run->arena,
		.source = *restore->source,
	};

	restore->edits.n = 0;
	restore->rejected.n = 0;
	if (verify_tip(restore->source, repo, revision, err) < 0 ||
	    source_follow(&tip.source, err) < 0)
		return -1;
	tip.apps = choose_none(tip.arena, &tip.source.apps);
	if (find_move(&tip, err) < 0)
		return -1;
	if (!tip.from)
		return 0;
	if (make_edits(&tip, err) < 0 ||
	    check_trial(&tip, repo, revision, err) < 0)
		return -1;
	compose(&tip, out);
	return 0;
}
