/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/compare.h"

#include "base/vec.h"
#include "document/document.h"
#include "git/history.h"
#include "plan/record.h"
#include "report/mask.h"

/* ---- which apps are the same on both sides ---- */

#define ENTRIES_MOST 20000 /* of an app, that are looked through */
#define DEPTH_MOST   64

struct look {
	const struct tree *tree;
	size_t entries;
};

/* Is there a ".." that is no part of "..."; or could one be spelled by escapes?
 */
static bool leads_up(struct bytes text)
{
	const char *data = text.data;

	for (size_t i = 0; i < text.len; i++) {
		size_t n = 0;

		if (data[i] == '\\')
			return true;
		while (i + n < text.len && data[i + n] == '.')
			n++;
		if (n == 2)
			return true;
		i += n;
	}
	return false;
}

/*
 * Can nothing below this path refer to what is outside?  References are
 * relative, so that they would have to go up, in whatever file they stand.
 */
static bool is_closed(struct look *look, const char *path, unsigned depth)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_ERR struct err ignored = { 0 };
	struct tree_entries entries = { 0 };
	enum tree_kind kind;
	struct bytes bytes;

	if (look->entries++ == ENTRIES_MOST || depth == DEPTH_MOST ||
	    tree_resolve(look->tree, scratch, path, &kind, NULL, &ignored) < 0)
		return false;
	if (kind == TREE_FILE)
		return tree_read(look->tree, scratch, path, &bytes, &ignored) ==
			       0 &&
		       !leads_up(bytes);
	if (kind != TREE_DIR ||
	    tree_list(look->tree, scratch, path, &entries, &ignored) < 0)
		return false;
	for (size_t i = 0; i < entries.n; i++) {
		const struct tree_entry *entry = &entries.v[i];
		const char *below = arena_printf(scratch, "%s%s%s", path,
						 *path ? "/" : "", entry->name);

		if ((entry->kind != TREE_FILE && entry->kind != TREE_DIR) ||
		    !is_closed(look, below, depth + 1))
			return false;
	}
	return true;
}

static int path_id(const struct source *source, const char *path,
		   const char **oid, struct err *err)
{
	*oid = NULL;
	if (!source->repo)
		return 0;
	return repo_path_id(source->repo, source->revision.oid, path, oid, err);
}

/* Are the inputs of this app certain to be the same?  Files that are not
 * committed have no ids. */
static int is_same(const struct compare *compare, const struct app *a,
		   const struct app *b, bool *out, struct err *err)
{
	const char *was, *is, *all_was, *all_is;
	struct look look = { .tree = compare->to->tree };

	*out = false;
	/* A cluster's variables may be others. */
	if (!app_is_same_place(a, b) || (b->vars && compare->to->cluster))
		return 0;
	if (path_id(compare->from, a->path, &was, err) < 0 ||
	    path_id(compare->to, b->path, &is, err) < 0 ||
	    path_id(compare->from, "", &all_was, err) < 0 ||
	    path_id(compare->to, "", &all_is, err) < 0)
		return -1;
	*out = is && str_equal(was, is) &&
	       (str_equal(all_was, all_is) || is_closed(&look, b->path, 0));
	return 0;
}

/* ---- what is rendered ---- */

struct sides {
	struct objects from, to;
};

/* An app may have been without any object, or may not have been; or the change
 * is one that mends it. */
static int render_from(struct compare *compare, const struct app *app,
		       struct objects *out, struct err *err)
{
	struct source_args *args;
	struct source there = *compare->from;
	AUTO_ERR struct err none = { 0 };
	enum tree_kind kind;

	if (tree_resolve(there.tree, there.run->arena, app->path, &kind, NULL,
			 &none) < 0 &&
	    none.status == ERR_NOT_FOUND)
		return 0;
	err_clear(&none);
	args = arena_memdup(there.run->arena, there.args, sizeof(*args));
	args->allow_empty = true;
	there.args = args;
	if (source_app_objects(&there, app, out, &none) < 0)
		run_warn(there.run, "at %s: %s; all of app %s is taken for new",
			 there.tree->name, none.msg, app->name);
	return run_check(there.run, err);
}

static int render_pair(struct compare *compare, const struct app *from,
		       const struct app *to, struct sides *sides,
		       struct err *err)
{
	AUTO_ERR struct err one = { 0 };
	bool same = false;

	if (from && to && is_same(compare, from, to, &same, err) < 0)
		return -1;
	if (same) {
		compare->skipped++;
		return 0;
	}
	if (to && source_app_objects(compare->to, to, &sides->to, &one) < 0) {
		broken_add(compare->to->run->arena, &compare->broken, NULL,
			   &one);
		return run_check(compare->to->run, err);
	}
	compare->rendered++;
	return from ? render_from(compare, from, &sides->from, err) : 0;
}

/* Of the apps that are not there any more those that could have been meant. */
static bool is_gone(const struct compare *compare, const struct app *app)
{
	const char **names = compare->to->args->apps;

	if (apps_find(&compare->to->apps, app->name))
		return false;
	for (; names && *names; names++)
		if (str_equal(*names, app->name))
			return true;
	return !compare->to->args->apps;
}

static int render_apps(struct compare *compare, struct sides *sides,
		       struct err *err)
{
	const struct apps *from = &compare->from->apps,
			  *to = &compare->to->apps;

	for (size_t i = 0; i < to->n; i++)
		if (to->v[i].chosen &&
		    render_pair(compare, apps_find(from, to->v[i].name),
				&to->v[i], sides, err) < 0)
			return -1;
	for (size_t i = 0; i < from->n; i++)
		if (is_gone(compare, &from->v[i]) &&
		    render_pair(compare, &from->v[i], NULL, sides, err) < 0)
			return -1;
	return 0;
}

static int settle(struct compare *compare, struct objects *objects,
		  struct err *err)
{
	struct run *run = compare->to->run;

	report_hide_secrets(run, objects);
	cluster_place(run->arena, objects,
		      compare->namespace ? compare->namespace : "");
	return objects_sort(objects, err);
}

/* ---- the steps ---- */

static struct bytes text_of(struct arena *arena, const json_t *doc)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	doc_write_json(&text, doc);
	return (struct bytes){ str_keep(&text, arena), text.len };
}

/* What no apply sends is no difference, so that it is not compared either. */
static int judge(struct plan *plan, struct plan_step *step,
		 const struct objects *from, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const struct object *was = objects_find(from, step->item.want);
	json_t *before, *after;

	if (was)
		step->item.live = text_of(plan->arena, was->doc);
	if (plan_sides(step, scratch, &before, &after, err) < 0)
		return -1;
	plan_set_action(plan, step,
			step->member             ? PLAN_DELETE :
			!was                     ? PLAN_CREATE :
			doc_equal(before, after) ? PLAN_UNCHANGED :
						   PLAN_CHANGE);
	return 0;
}

static int make_steps(struct compare *compare, const struct sides *sides,
		      struct err *err)
{
	struct arena *arena = compare->to->run->arena;
	struct objects *want = arena_memdup(arena, &sides->to, sizeof(*want));
	struct record_members *gone = arena_alloc(arena, sizeof(*gone));

	for (size_t i = 0; i < sides->from.n; i++) {
		struct record_member *member;

		if (objects_find(want, &sides->from.v[i]))
			continue;
		member = vec_push(arena, gone);
		member->object = sides->from.v[i];
		member->object.doc = NULL;
		member->uid = "";
	}
	plan_init(arena, want, gone, &compare->plan);
	for (size_t i = 0; i < compare->plan.n; i++)
		if (judge(&compare->plan, &compare->plan.v[i], &sides->from,
			  err) < 0)
			return -1;
	return 0;
}

int compare_render(struct compare *compare, struct err *err)
{
	struct sides sides = { 0 };

	if (render_apps(compare, &sides, err) < 0)
		return -1;
	if (compare->broken.n && !compare->rendered && !compare->skipped) {
		broken_errors(&compare->broken, false, err);
		return -1;
	}
	if (settle(compare, &sides.from, err) < 0)
		return err_wrap(err, "at %s", compare->from->tree->name);
	if (settle(compare, &sides.to, err) < 0)
		return -1;
	compare->was = sides.from;
	return make_steps(compare, &sides, err);
}
