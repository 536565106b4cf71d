/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/saved.h"

#include <string.h>

#include "base/digest.h"
#include "base/file.h"
#include "document/document.h"

#define SAVED_MOST ((size_t)64 << 20)
#define SAVED_MODE 0644

static const char *const actions[PLAN_ACTIONS] = {
	[PLAN_UNCHANGED] = "unchanged", [PLAN_CREATE] = "create",
	[PLAN_CHANGE] = "change",       [PLAN_REPLACE] = "replace",
	[PLAN_ADOPT] = "adopt",         [PLAN_APPLY] = "apply",
	[PLAN_FAILED] = "failed",       [PLAN_DELETE] = "delete",
	[PLAN_KEEP] = "keep",           [PLAN_GONE] = "gone",
};

/* ---- what is saved ---- */

static bool is_saved(const struct plan_step *step)
{
	return step->action != PLAN_UNCHANGED && step->action != PLAN_KEEP &&
	       step->action != PLAN_GONE;
}

static void add_digest(json_t *one, const char *key, const struct object *want,
		       const json_t *side)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	char hex[DIGEST_SHA256_HEX];

	/* A digest would betray a password that can be guessed. */
	if (!side || object_is(want, "", "Secret"))
		return;
	doc_write_json(&text, side);
	digest_sha256_hex(str_text(&text), text.len, hex);
	doc_set_string(one, hex, key, NULL);
}

/* Who lives there: nothing of what is not there. */
static int add_live(struct arena *scratch, json_t *one,
		    const struct plan_step *step, struct err *err)
{
	static const char *const keys[] = { "resourceVersion", "uid" };
	json_t *live;

	if (!step->item.live.len)
		return 0;
	if (doc_read_json(scratch, "live", step->item.live, &live, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const char *text = doc_get_string(live, "metadata", keys[i],
						  NULL);

		if (text)
			doc_set_string(one, text, keys[i], NULL);
	}
	return 0;
}

static int step_json(struct arena *arena, const struct plan_step *step,
		     json_t **out, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const struct object *want = step->item.want;
	json_t *one = doc_object(arena), *before, *after;

	doc_set_string(one, actions[step->action], "action", NULL);
	doc_set_string(one, want->app, "app", NULL);
	doc_set_string(one, want->group, "group", NULL);
	doc_set_string(one, want->version, "version", NULL);
	doc_set_string(one, want->kind, "kind", NULL);
	doc_set_string(one, want->namespace, "namespace", NULL);
	doc_set_string(one, want->name, "name", NULL);
	if (add_live(scratch, one, step, err) < 0 ||
	    plan_sides(step, scratch, &before, &after, err) < 0)
		return -1;
	add_digest(one, "before", want, before);
	add_digest(one, "after", want, after);
	*out = one;
	return 0;
}

static int plan_json(struct arena *arena, const struct source *source,
		     const struct cluster *cluster,
		     const struct planning *planning, json_t **out,
		     struct err *err)
{
	const struct plan *plan = &planning->plan;
	json_t *doc = doc_object(arena), *steps = doc_array(arena);
	json_t *apps = doc_array(arena), *one;

	for (size_t i = 0; i < source->apps.n; i++)
		if (source->apps.v[i].chosen)
			json_array_append_new(apps,
					      json_string(
						      source->apps.v[i].name));
	for (size_t i = 0; i < plan->n; i++) {
		if (!is_saved(&plan->v[i]))
			continue;
		if (step_json(arena, &plan->v[i], &one, err) < 0)
			return -1;
		json_array_append(steps, one);
	}
	doc_set_string(doc, "gitops/v1", "apiVersion", NULL);
	doc_set_string(doc, "Plan", "kind", NULL);
	doc_set_string(doc, source->identity, "repository", NULL);
	doc_set_string(doc, source->revision.oid, "commit", NULL);
	doc_set_string(doc, cluster->kind, "cluster", "kind", NULL);
	doc_set_string(doc, cluster->name, "cluster", "name", NULL);
	if (cluster->server)
		doc_set_string(doc, cluster->server, "server", NULL);
	doc_set(doc, apps, "apps", NULL);
	doc_set(doc, steps, "steps", NULL);
	*out = doc;
	return 0;
}

int saved_write(const char *path, const struct source *source,
		const struct cluster *cluster, const struct planning *planning,
		struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_STR struct str text = STR_INIT(SAVED_MOST);
	json_t *doc;

	if (plan_json(scratch, source, cluster, planning, &doc, err) < 0)
		return -1;
	doc_write_json_pretty(&text, doc);
	if (text.full)
		return err_set(err, ERR_INPUT, "--out %s: larger than %zu MiB",
			       path, SAVED_MOST >> 20);
	if (file_write(path, str_bytes(&text), SAVED_MODE, err) < 0)
		return err_wrap(err, "--out");
	return 0;
}

int saved_read(struct arena *arena, const char *path, struct saved *out,
	       struct err *err)
{
	struct bytes bytes;
	json_t *doc;

	if (file_read(arena, path, SAVED_MOST, &bytes, err) < 0 ||
	    doc_read_json(arena, path, bytes, &doc, err) < 0)
		return err_wrap(err, "--plan");
	*out = (struct saved){
		.path = path,
		.commit = doc_get_string(doc, "commit", NULL),
		.doc = doc,
	};
	if (out->commit &&
	    str_equal(doc_get_string(doc, "apiVersion", NULL), "gitops/v1") &&
	    str_equal(doc_get_string(doc, "kind", NULL), "Plan"))
		return 0;
	err_set(err, ERR_INPUT, "--plan %s: expected a plan of gitops/v1",
		path);
	return err_hint(err, "make one with 'gitops diff --out %s'", path);
}

/* ---- what has moved ---- */

struct check {
	struct arena *arena;
	const struct saved *saved;
	struct err *err;
};

static void refuse(struct check *check, const char *what, const char *why)
{
	AUTO_ERR struct err one = { 0 };

	err_set(&one, ERR_REFUSED, "--plan %s: %s %s", check->saved->path, what,
		why);
	err_hint(&one,
		 "look at what is to be done now with 'gitops diff --out "
		 "%s'",
		 check->saved->path);
	err_append(check->err, &one);
}

static const char *text_of(const json_t *step, const char *key)
{
	const char *text = doc_get_string(step, key, NULL);

	return text ? text : "";
}

static bool is_same(const json_t *a, const json_t *b, const char *key)
{
	return str_equal(text_of(a, key), text_of(b, key));
}

static const char *key_of(struct arena *arena, const json_t *step)
{
	return arena_printf(arena, "%s/%s/%s/%s/%s", text_of(step, "app"),
			    text_of(step, "group"), text_of(step, "kind"),
			    text_of(step, "namespace"), text_of(step, "name"));
}

static const char *shown(struct arena *arena, const json_t *step)
{
	const char *space = text_of(step, "namespace");

	return arena_printf(arena, "%s %s%s%s", text_of(step, "kind"), space,
			    *space ? "/" : "", text_of(step, "name"));
}

/* A controller may have written its status meanwhile: what counts is whether
 * anything moved that we compare.  Of a Secret every write counts. */
static bool has_moved(const json_t *then, const json_t *now)
{
	return !is_same(then, now, "before") ||
	       (!*text_of(now, "before") &&
		!is_same(then, now, "resourceVersion"));
}

static void check_step(struct check *check, const json_t *then,
		       const json_t *now)
{
	const char *name = shown(check->arena, now);

	if (!then)
		refuse(check, name, "did not differ when it was saved");
	else if (!is_same(then, now, "uid"))
		refuse(check, name, "was deleted, or made anew, since");
	else if (!is_same(then, now, "action"))
		refuse(check, name,
		       arena_printf(check->arena,
				    "was to %s, and now it is to %s",
				    text_of(then, "action"),
				    text_of(now, "action")));
	else if (has_moved(then, now))
		refuse(check, name, "was changed in the cluster since");
	else if (!is_same(then, now, "after") || !is_same(then, now, "version"))
		refuse(check, name, "would become another than was saved");
}

static void check_steps(struct check *check, const json_t *now)
{
	const json_t *then = json_object_get(check->saved->doc, "steps");
	struct map *saved = map_new(check->arena);
	struct map *there = map_new(check->arena);
	json_t *step;
	size_t i;

	json_array_foreach(then, i, step)
		map_set(saved, key_of(check->arena, step), step);
	json_array_foreach(now, i, step) {
		const char *key = key_of(check->arena, step);

		map_set(there, key, step);
		check_step(check, map_get(saved, key), step);
	}
	json_array_foreach(then, i, step) {
		if (!map_has(there, key_of(check->arena, step)))
			refuse(check, shown(check->arena, step),
			       "does not differ any more");
	}
}

/* Of another cluster, repository or choice of apps nothing is compared. */
static void check_whole(struct check *check, const json_t *now)
{
	static const struct {
		const char *key, *what;
	} parts[] = {
		{ "cluster", "is of another cluster" },
		{ "server", "is of another cluster, whose name is the same" },
		{ "repository", "is of another repository" },
		{ "commit", "is of another commit" },
		{ "apps", "is of other apps" },
	};

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (doc_equal(json_object_get(check->saved->doc, parts[i].key),
			      json_object_get(now, parts[i].key)))
			continue;
		refuse(check, "the plan", parts[i].what);
		return;
	}
	check_steps(check, json_object_get(now, "steps"));
}

int saved_check(const struct saved *saved, const struct source *source,
		const struct cluster *cluster, const struct planning *planning,
		struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct check check = { scratch, saved, err };
	json_t *now;

	if (plan_json(scratch, source, cluster, planning, &now, err) < 0)
		return -1;
	check_whole(&check, now);
	return err->status == ERR_OK ? 0 : -1;
}
