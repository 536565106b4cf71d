/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What an app is rendered from is found by rendering it: its path, and every
 * file outside that is read on the way.  That the commit is right is not
 * argued but tried: all apps are rendered from it before it goes anywhere.
 */

#include "cmd/restore.h"

#include <string.h>

#include "base/vec.h"
#include "document/document.h"
#include "git/lines.h"
#include "image/find.h"

#define CONFLICT_FILES 5     /* are named of a commit */
#define CHANGED_FILES  10000 /* of it are looked at */

/* One app on the tip. */
struct restore_app {
	const struct app *app;
	const struct restore_goal *goal; /* NULL: it has to stay as it is */
	struct tree_trace *trace;
	struct objects objects;
	bool broken; /* it cannot be rendered */
};

/* All of them, for one tip. */
struct tip {
	struct restore *restore;
	struct arena *arena;
	struct repo *repo;
	const struct revision *revision;
	struct source source;
	struct {
		struct restore_app *v;
		size_t n, room;
	} apps;
};

static const char *short_of(struct arena *arena,
			    const struct revision *revision)
{
	return arena_strndup(arena, revision->oid, 7);
}

/* ---- what is ---- */

/* What cannot be rendered any more is a reason to go back, and no fault. */
static void render_now(struct tip *tip, struct restore_app *one)
{
	AUTO_ERR struct err ignored = { 0 };
	struct source now = tip->source;

	one->trace = tree_trace(tip->arena, now.tree);
	now.tree = &one->trace->tree;
	one->broken = source_app_objects(&now, one->app, &one->objects,
					 &ignored) < 0;
}

/* Where gitops.yaml has an app is not an input of the app alone. */
static int check_place(const struct restore_app *one, struct err *err)
{
	const struct source *then = one->goal->then;
	const struct app *was = one->goal->was;

	if (app_is_same_place(was, one->app))
		return 0;
	err_set(err, ERR_REFUSED,
		"app %s: %s had another path, namespace, helm or vars for it "
		"at %s",
		one->app->name, APPS_FILE,
		short_of(then->run->arena, &then->revision));
	return err_hint(err, "put it back there, or choose a later commit "
			     "with --to");
}

static int look_at_apps(struct tip *tip, struct err *err)
{
	const struct restore *restore = tip->restore;
	const struct apps *apps = &tip->source.apps;

	for (size_t i = 0; i < apps->n; i++) {
		struct restore_app one = { .app = &apps->v[i] };

		for (size_t j = 0; j < restore->goals.n; j++)
			if (str_equal(restore->goals.v[j].app, one.app->name))
				one.goal = &restore->goals.v[j];
		if (one.goal && check_place(&one, err) < 0)
			return -1;
		*vec_push(tip->arena, &tip->apps) = one;
	}
	return 0;
}

/* ---- edits ---- */

static bool is_edited(const struct restore *restore, const char *path)
{
	for (size_t i = 0; i < restore->edits.n; i++)
		if (tree_is_below(path, restore->edits.v[i].path))
			return true;
	return false;
}

/* Have there what was there at the goal, unless that is so. */
static int edit(struct tip *tip, const struct restore_goal *goal,
		const char *path, struct err *err)
{
	const char *from = goal->then->revision.oid, *is, *was;
	struct restore *restore = tip->restore;

	if (is_edited(restore, path))
		return 0;
	if (repo_path_id(tip->repo, tip->revision->oid, path, &is, err) < 0 ||
	    repo_path_id(tip->repo, from, path, &was, err) < 0)
		return -1;
	if (!str_equal(is, was))
		*vec_push(tip->arena, &restore->edits) = (struct repo_edit){
			.kind = REPO_EDIT_RESTORE,
			.path = arena_strdup(tip->arena, path),
			.from = from,
		};
	return 0;
}

static int edit_paths(struct tip *tip, const struct restore_app *one,
		      const struct map *paths, struct err *err)
{
	for (size_t i = 0; i < paths->n; i++)
		if (!tree_is_below(paths->entries[i].key, one->app->path) &&
		    edit(tip, one->goal, paths->entries[i].key, err) < 0)
			return -1;
	return 0;
}

/* A whole tree first: what lies in it needs no edit of its own. */
static int edit_inputs(struct tip *tip, struct err *err)
{
	const struct restore_app *one = tip->apps.v;
	const struct restore_app *end = one + tip->apps.n;

	for (; one < end; one++)
		if (one->goal && edit(tip, one->goal, one->app->path, err) < 0)
			return -1;
	for (one = tip->apps.v; one < end; one++)
		if (one->goal &&
		    (edit_paths(tip, one, one->goal->trace->files, err) < 0 ||
		     edit_paths(tip, one, one->goal->trace->missing, err) < 0))
			return -1;
	return 0;
}

static bool is_used_elsewhere(const struct tip *tip, const char *path)
{
	for (size_t i = 0; i < tip->apps.n; i++)
		if (!tip->apps.v[i].goal &&
		    map_has(tip->apps.v[i].trace->files, path))
			return true;
	return false;
}

/* What the app has come to read since, and nobody else does, goes. */
static int edit_additions(struct tip *tip, const struct restore_app *one,
			  struct err *err)
{
	const struct map *files = one->trace->files;
	const char *from = one->goal->then->revision.oid, *was;

	for (size_t i = 0; i < files->n; i++) {
		const char *path = files->entries[i].key;

		if (tree_is_below(path, one->app->path) ||
		    is_used_elsewhere(tip, path))
			continue;
		if (repo_path_id(tip->repo, from, path, &was, err) < 0 ||
		    (!was && edit(tip, one->goal, path, err) < 0))
			return -1;
	}
	return 0;
}

static int make_edits(struct tip *tip, struct err *err)
{
	if (edit_inputs(tip, err) < 0)
		return -1;
	if (!tip->restore->edits.n)
		return 0;
	for (size_t i = 0; i < tip->apps.n; i++)
		render_now(tip, &tip->apps.v[i]);
	for (size_t i = 0; i < tip->apps.n; i++)
		if (tip->apps.v[i].goal &&
		    edit_additions(tip, &tip->apps.v[i], err) < 0)
			return -1;
	return 0;
}

/* ---- what it undoes ---- */

static const char *const *edited_paths(struct tip *tip)
{
	const struct restore *restore = tip->restore;
	const char **paths = arena_array(tip->arena, restore->edits.n + 1,
					 sizeof(*paths));

	for (size_t i = 0; i < restore->edits.n; i++)
		paths[i] = restore->edits.v[i].path;
	return *paths[0] ? paths : NULL;
}

/* Does going back undo this, or lead to it? */
static bool is_conflict(struct tip *tip, const struct restore_goal *goal,
			const struct repo_log_entry *entry)
{
	AUTO_ERR struct err ignored = { 0 };
	bool behind;

	return repo_is_behind(tip->repo, entry->revision.oid,
			      goal->then->revision.oid, &behind,
			      &ignored) < 0 ||
	       !behind;
}

/* ": apps/web/deploy.yaml, ..." of what it changes of these paths. */
static int add_files(struct tip *tip, const struct repo_log_entry *entry,
		     const char *const *paths, struct str *out, struct err *err)
{
	const char *const *files;
	size_t n = 0;

	if (!entry->n_parents)
		return 0;
	if (repo_changed_files(tip->repo, entry->parents[0],
			       entry->revision.oid, CHANGED_FILES, &files,
			       err) < 0)
		return -1;
	for (; *files && n <= CONFLICT_FILES; files++) {
		bool below = !paths;

		for (size_t i = 0; !below && paths[i]; i++)
			below = tree_is_below(*files, paths[i]);
		if (below)
			str_printf(out, "%s%s", n ? ", " : ": ",
				   n < CONFLICT_FILES ? *files : "...");
		n += below;
	}
	return 0;
}

/* '1a2b3c4 "more memory" by Ada <ada@example.com>: apps/web/deploy.yaml' */
static void add_conflict(struct tip *tip, const struct repo_log_entry *entry,
			 const char *const *paths, struct err *err)
{
	const struct revision *revision = &entry->revision;
	AUTO_STR struct str files = STR_INIT(STR_BIG);
	AUTO_ERR struct err one = { 0 };

	if (add_files(tip, entry, paths, &files, &one) == 0)
		err_set(&one, ERR_REFUSED, "%s \"%s\" by %s%s",
			short_of(tip->arena, revision), revision->subject,
			revision->author, str_text(&files));
	err_append(err, &one);
}

/* What somebody has committed since the last sync may be the remedy. */
static int check_later(struct tip *tip, const struct restore_goal *goal,
		       const char *const *paths, struct err *err)
{
	const struct repo_log_args args = {
		.tip = tip->revision->oid,
		.until = goal->present,
		.paths = paths,
		.limit = RESTORE_UNDONE,
	};
	struct repo_log log;
	size_t n = 0;

	if (!goal->present || tip->restore->ours)
		return 0;
	if (repo_log(tip->repo, &args, &log, err) < 0)
		return err_hint(err, "undo whatever came since the last sync "
				     "with --ours");
	for (size_t i = 0; i < log.n; i++)
		if (is_conflict(tip, goal, &log.v[i]))
			log.v[n++] = log.v[i];
	if (!n)
		return 0;
	err_set(err, ERR_REFUSED,
		"app %s was changed since its last sync, which this would "
		"undo, too:",
		goal->app);
	err_hint(err, "sync that, or undo it as well with --ours");
	for (size_t i = 0; i < n; i++)
		add_conflict(tip, &log.v[i], paths, err);
	return -1;
}

static int find_undone(struct tip *tip, struct err *err)
{
	const char *const *paths = edited_paths(tip);
	struct restore *restore = tip->restore;
	struct map *seen = map_new(tip->arena);
	struct repo_log log;

	for (size_t i = 0; i < restore->goals.n; i++) {
		const struct restore_goal *goal = &restore->goals.v[i];
		const struct repo_log_args args = {
			.tip = tip->revision->oid,
			.until = goal->then->revision.oid,
			.paths = paths,
			.limit = RESTORE_UNDONE,
		};

		if (check_later(tip, goal, paths, err) < 0 ||
		    repo_log(tip->repo, &args, &log, err) < 0)
			return -1;
		for (size_t j = 0; j < log.n; j++)
			if (restore->undone.n < RESTORE_UNDONE &&
			    !map_set(seen, log.v[j].revision.oid, restore))
				*vec_push(tip->arena,
					  &restore->undone) = log.v[j].revision;
	}
	/* To a commit that is not behind: at least the tip is left. */
	if (!restore->undone.n)
		*vec_push(tip->arena, &restore->undone) = *tip->revision;
	return 0;
}

/* ---- images ---- */

static struct map *images_of(struct arena *arena, const struct objects *objects)
{
	struct map *images = map_new(arena);

	for (size_t i = 0; i < objects->n; i++)
		image_collect(objects->v[i].doc, images);
	return images;
}

/* Those that no app keeps. */
static void find_rejected(struct tip *tip)
{
	struct restore *restore = tip->restore;
	struct map *kept = map_new(tip->arena);
	struct map *left = map_new(tip->arena);

	for (size_t i = 0; i < tip->apps.n; i++) {
		const struct restore_app *one = &tip->apps.v[i];
		const struct map *now = images_of(tip->arena, &one->objects);
		const struct map *then = now;

		if (one->goal)
			then = images_of(tip->arena, &one->goal->objects);
		for (size_t j = 0; j < then->n; j++)
			map_set(kept, then->entries[j].key, kept);
		for (size_t j = 0; one->goal && j < now->n; j++)
			map_set(left, now->entries[j].key, left);
	}
	for (size_t i = 0; i < left->n; i++)
		if (!map_has(kept, left->entries[i].key))
			*vec_push(tip->arena, &restore->rejected) =
				arena_strdup(tip->arena, left->entries[i].key);
}

/* ---- is it right? ---- */

bool restore_are_same(const struct objects *a, const struct objects *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!doc_equal(a->v[i].doc, b->v[i].doc))
			return false;
	return true;
}

int restore_spare(const struct app *app, struct err *err)
{
	err_set(err, ERR_REFUSED,
		"app %s, which has some of the same files, would be changed, "
		"too",
		app->name);
	return err_hint(err, "name all apps that are to go back with --app");
}

static int check_app(struct source *trial, const struct restore_app *one,
		     struct err *err)
{
	const struct objects *want = one->goal ? &one->goal->objects :
						 &one->objects;
	AUTO_ERR struct err ignored = { 0 };
	struct objects objects = { 0 };

	if (!one->goal && one->broken)
		return 0;
	if (source_app_objects(trial, one->app, &objects, &ignored) == 0 &&
	    restore_are_same(&objects, want))
		return 0;
	if (one->goal) {
		err_set(err, ERR_REFUSED,
			"app %s cannot be rendered as it was at %s",
			one->app->name,
			short_of(trial->run->arena,
				 &one->goal->then->revision));
		return err_hint(err, "roll back one app at a time, or use git "
				     "revert");
	}
	return restore_spare(one->app, err);
}

/* The commit as it would be, which no branch names. */
static int check_trial(struct tip *tip, struct err *err)
{
	const struct restore *restore = tip->restore;
	const struct repo_commit_args args = {
		.edits = restore->edits.v,
		.n_edits = restore->edits.n,
		.message = "What would come of it",
		.signing = REPO_SIGN_NEVER,
	};
	struct revision revision = *tip->revision;
	struct source trial = tip->source;

	if (repo_commit(tip->repo, tip->revision->oid, &args, &revision.oid,
			err) < 0 ||
	    repo_tree(tip->repo, &revision, &trial.tree, err) < 0)
		return -1;
	for (size_t i = 0; i < tip->apps.n; i++)
		if (check_app(&trial, &tip->apps.v[i], err) < 0)
			return -1;
	return 0;
}

/* ---- the commit ---- */

/* "Roll back web, api to 1a2b3c4 (release 1.0)". */
static const char *subject_of(struct tip *tip)
{
	const struct restore *restore = tip->restore;
	const struct restore_goal *goals = restore->goals.v;
	const struct revision *first = &goals->then->revision;
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	bool one = true;

	for (size_t i = 0; i < restore->goals.n; i++) {
		str_printf(&text, "%s%s", i ? ", " : "Roll back ",
			   goals[i].app);
		one = one && str_equal(goals[i].then->revision.oid, first->oid);
	}
	if (one)
		str_printf(&text, " to %s (%s)", short_of(tip->arena, first),
			   first->subject);
	return str_keep(&text, tip->arena);
}

static const char *message_of(struct tip *tip)
{
	const struct restore *restore = tip->restore;
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	str_printf(&text, "%s\n\n", restore->subject);
	if (restore->reason)
		str_printf(&text, "%s\n\n", restore->reason);
	str_add(&text, "This undoes:\n\n");
	for (size_t i = 0; i < restore->undone.n; i++) {
		const struct revision *one = &restore->undone.v[i];

		str_printf(&text, "- %s %s\n", short_of(tip->arena, one),
			   one->subject);
	}
	return str_keep(&text, tip->arena);
}

/* What is verified has to be signed, whatever is usual. */
enum repo_signing restore_signing(const struct restore *restore)
{
	return restore->sign || verify_is_wanted(
					&restore->source->args->verify) ?
		       REPO_SIGN_ALWAYS :
		       REPO_SIGN_AS_CONFIGURED;
}

static void compose(struct tip *tip, struct repo_commit_args *out)
{
	struct restore *restore = tip->restore;
	const size_t n = restore->goals.n + restore->undone.n +
			 restore->rejected.n;
	struct repo_trailer *trailer = arena_array(tip->arena, n,
						   sizeof(*trailer));

	restore->subject = subject_of(tip);
	*out = (struct repo_commit_args){
		.edits = restore->edits.v,
		.n_edits = restore->edits.n,
		.message = message_of(tip),
		.trailers = trailer,
		.n_trailers = n,
		.sign_off = restore->sign_off,
		.signing = restore_signing(restore),
	};
	for (size_t i = 0; i < restore->goals.n; i++)
		*trailer++ = restore_trailer(tip->arena, &restore->goals.v[i]);
	for (size_t i = 0; i < restore->undone.n; i++)
		*trailer++ = (struct repo_trailer){
			RESTORE_UNDOES,
			restore->undone.v[i].oid,
		};
	for (size_t i = 0; i < restore->rejected.n; i++)
		*trailer++ = (struct repo_trailer){
			RESTORE_REJECTS,
			restore->rejected.v[i],
		};
}

int restore_make(void *data, struct repo *repo, const struct revision *revision,
		 struct repo_commit_args *out, struct err *err)
{
	struct restore *restore = data;
	struct tip tip = {
		.restore = restore,
		.arena = restore->source->run->arena,
		.repo = repo,
		.revision = revision,
		.source = *restore->source,
	};

	restore->edits.n = 0;
	restore->undone.n = 0;
	restore->rejected.n = 0;
	if (verify_tip(restore->source, repo, revision, err) < 0 ||
	    source_follow(&tip.source, err) < 0 ||
	    look_at_apps(&tip, err) < 0 || make_edits(&tip, err) < 0)
		return -1;
	if (!restore->edits.n)
		return 0;
	if (find_undone(&tip, err) < 0 || check_trial(&tip, err) < 0)
		return -1;
	find_rejected(&tip);
	compose(&tip, out);
	return 0;
}
