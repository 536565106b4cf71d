/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/prune.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/vec.h"
#include "document/document.h"
#include "object/mark.h"
#include "plan/heed.h"

/* ---- who is a candidate ---- */

void prune_candidates(struct arena *arena, const struct record *records,
		      size_t n, const struct objects *want,
		      struct record_members *out)
{
	for (size_t i = 0; i < n; i++) {
		const struct record_members *members = &records[i].members;

		for (size_t j = 0; j < members->n; j++) {
			struct record_member *one;

			if (objects_find(want, &members->v[j].object))
				continue;
			one = vec_push(arena, out);
			*one = members->v[j];
			one->object.app = records[i].app;
		}
	}
	if (out->n)
		qsort(out->v, out->n, sizeof(*out->v), record_member_order);
}

/* ---- who is left alone ---- */

/* What tells a tool of the field to leave an object alone, in its own words;
 * letter case does not matter, as for Flux. */
static const struct opt_out {
	const char *key;
	const char *value; /* one of those between commas */
	bool label;        /* labels count, too */
} opt_outs[] = {
	{ "argocd.argoproj.io/sync-options", "Delete=confirm", false },
	{ "argocd.argoproj.io/sync-options", "Delete=false", false },
	{ "argocd.argoproj.io/sync-options", "Prune=confirm", false },
	{ "argocd.argoproj.io/sync-options", "Prune=false", false },
	{ "cli-utils.sigs.k8s.io/on-remove", "keep", false },
	{ "client.lifecycle.config.k8s.io/deletion", "detach", false },
	{ "fluxcd.io/ignore", "sync_only", false },
	{ "fluxcd.io/ignore", "true", false },
	{ "helm.sh/resource-policy", "keep", false },
	{ "kapp.k14s.io/delete-strategy", "orphan", false },
	{ "kluctl.io/skip-delete", "true", false },
	{ "kustomize.toolkit.fluxcd.io/prune", "disabled", true },
	{ "kustomize.toolkit.fluxcd.io/reconcile", "disabled", true },
	{ "kustomize.toolkit.fluxcd.io/ssa", "ignore", true },
};

static const char *opted_out(struct arena *arena, const json_t *live)
{
	for (size_t i = 0; i < ARRAY_LEN(opt_outs); i++) {
		const struct opt_out *out = &opt_outs[i];
		const char *annotation = doc_get_string(live, "metadata",
							"annotations", out->key,
							NULL);
		const char *label = doc_get_string(live, "metadata", "labels",
						   out->key, NULL);

		if (heed_lists(annotation, out->value) ||
		    (out->label && heed_lists(label, out->value)))
			return arena_printf(arena, "its %s says %s", out->key,
					    out->value);
	}
	return NULL;
}

/* What takes much else with it goes only where somebody says so. */
static const struct {
	const char *group;
	const char *kind;
} kept_kinds[] = {
	{ "", "Namespace" },
	{ "", "PersistentVolume" },
	{ "", "PersistentVolumeClaim" },
	{ "apiextensions.k8s.io", "CustomResourceDefinition" },
};

static int check_kind(const char *name, struct err *err)
{
	const char *names[ARRAY_LEN(kept_kinds) + 1] = { NULL };
	const char *nearest;

	for (size_t i = 0; i < ARRAY_LEN(kept_kinds); i++) {
		if (heed_lists(name, kept_kinds[i].kind))
			return 0;
		names[i] = kept_kinds[i].kind;
	}
	nearest = str_nearest(name, names);
	err_set(err, ERR_USAGE, "--prune-kinds %s: no kind that needs it%s%s%s",
		name, nearest ? "; did you mean '" : "", nearest ? nearest : "",
		nearest ? "'?" : "");
	return err_hint(err, "name Namespace, PersistentVolume, "
			     "PersistentVolumeClaim or "
			     "CustomResourceDefinition: all else is deleted "
			     "without it");
}

int prune_check_kinds(const char *const *kinds, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();

	for (; kinds && *kinds; kinds++) {
		const char *rest = *kinds;
		size_t n;

		do {
			rest += strspn(rest, " ,");
			n = strcspn(rest, " ,");
			if (check_kind(arena_strndup(scratch, rest, n), err) <
			    0)
				return -1;
			rest += n;
		} while (*rest);
	}
	return 0;
}

static bool is_named(const char *const *kinds, const char *kind)
{
	for (; kinds && *kinds; kinds++)
		if (heed_lists(*kinds, kind))
			return true;
	return false;
}

bool prune_keeps_kind(const struct object *object, const char *const *kinds)
{
	for (size_t i = 0; i < ARRAY_LEN(kept_kinds); i++)
		if (object_is(object, kept_kinds[i].group, kept_kinds[i].kind))
			return !is_named(kinds, object->kind);
	return false;
}

static const char *kept_kind(struct arena *arena, const struct object *object,
			     const struct prune_rules *rules)
{
	if (!prune_keeps_kind(object, rules->kinds))
		return NULL;
	return arena_printf(arena, "a %s goes only with --prune-kinds=%s",
			    object->kind, object->kind);
}

/* ---- one member ---- */

struct judging {
	struct plan *plan;
	const struct prune_rules *rules;
	const char *blocked;    /* why nothing is deleted at all, or NULL */
	struct map *namespaces; /* of wanted objects, a set */
	struct map *wanted;     /* "Kind/namespace/name" to struct plan_step */
};

static const char *set_of(const struct prune_rules *rules,
			  const struct plan_step *step)
{
	const char *name = step->item.want->app;

	for (size_t i = 0; i < rules->n_records; i++)
		if (str_equal(rules->records[i].app, name))
			return rules->records[i].set;
	return "";
}

static const char *kind_key(struct arena *arena, const struct object *object)
{
	return arena_printf(arena, "%s/%s/%s", object->kind, object->namespace,
			    object->name);
}

static const char *uid_of(const json_t *live)
{
	const char *uid = doc_get_string(live, "metadata", "uid", NULL);

	return uid ? uid : "";
}

/* A kind that has moved to another group: the same object by another name,
 * which is wanted there. */
static bool lives_on(const struct judging *judging, struct arena *scratch,
		     const struct plan_step *step, const json_t *live)
{
	const struct plan_step *other =
		map_get(judging->wanted, kind_key(scratch, step->item.want));
	AUTO_ERR struct err none = { 0 };
	const char *uid = other ? other->item.uid : NULL;
	json_t *now;

	if (!uid && other && other->item.live.len &&
	    doc_read_json(scratch, "live", other->item.live, &now, &none) == 0)
		uid = uid_of(now);
	return *uid_of(live) && str_equal(uid, uid_of(live));
}

/* Why it is not ours any more, or NULL. */
static const char *taken_over(const struct judging *judging,
			      const struct plan_step *step, const json_t *live)
{
	const char *recorded = step->member->uid;

	if (!judging->rules->marks)
		return NULL;
	if (*recorded && !str_equal(recorded, uid_of(live)))
		return "somebody has deleted it and made another one";
	if (!mark_is_ours(live, step->item.want, set_of(judging->rules, step)))
		return "it does not carry the mark of this app any more";
	return NULL;
}

/* The other app that wants it, in its namespace or in one that is not known
 * before it is synced; or NULL. */
static const char *moved_to(const struct judging *judging,
			    struct arena *scratch, const struct object *object)
{
	const struct map *elsewhere = judging->rules->elsewhere;
	struct object anywhere = *object;
	const char *app;

	if (!elsewhere)
		return NULL;
	app = map_get(elsewhere, object_key(scratch, object));
	anywhere.namespace = "";
	return app ? app : map_get(elsewhere, object_key(scratch, &anywhere));
}

/* Why it stays though it is ours, or NULL. */
static const char *kept(const struct judging *judging,
			const struct plan_step *step, const json_t *live)
{
	const struct object *object = step->item.want;
	const struct app *app = apps_find(judging->rules->apps, object->app);
	struct arena *arena = judging->plan->arena;
	const char *why = moved_to(judging, arena, object);

	if (why)
		return arena_printf(arena, "app %s wants it now", why);
	if (judging->blocked)
		return judging->blocked;
	if (doc_get(live, "metadata", "deletionTimestamp", NULL))
		return "it is being deleted, and waits for its finalizers";
	if (judging->rules->none || !app || !app->prune)
		return "this app is not pruned";
	if (json_array_size(doc_get(live, "metadata", "ownerReferences", NULL)))
		return "it has an owner, who takes care of it";
	if (object_is(object, "", "Namespace") &&
	    map_has(judging->namespaces, object->name))
		return "objects that are wanted are in it";
	why = opted_out(arena, live);
	return why ? why : kept_kind(arena, object, judging->rules);
}

static int judge(struct judging *judging, struct plan_step *step,
		 struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct cluster_item *item = &step->item;
	enum plan_action action = PLAN_KEEP;
	json_t *live;

	if (item->err.status == ERR_OK && !item->live.len) {
		plan_set_action(judging->plan, step, PLAN_GONE);
		return 0;
	}
	if (item->err.status != ERR_OK) {
		step->why = arena_strdup(judging->plan->arena, item->err.msg);
		err_clear(&item->err);
	} else if (doc_read_json(scratch, "answer of the cluster", item->live,
				 &live, err) < 0) {
		return err_wrap(err, "%s", object_shown(scratch, item->want));
	} else if (lives_on(judging, scratch, step, live)) {
		action = PLAN_GONE;
	} else {
		step->why = taken_over(judging, step, live);
		step->forget = step->why != NULL;
		if (!step->why)
			step->why = kept(judging, step, live);
		if (!step->why)
			action = PLAN_DELETE;
	}
	plan_set_action(judging->plan, step, action);
	return 0;
}

/* A kind that is gone is known to be gone; what could not be read is not. */
static const char *what_blocks(const struct plan *plan,
			       const struct prune_rules *rules)
{
	if (rules->unread)
		return "an app that may want it does not render";
	for (size_t i = 0; i < plan->n; i++) {
		const struct plan_step *step = &plan->v[i];
		const enum err_status status = step->item.err.status;

		if (status != ERR_OK &&
		    !(step->member && status == ERR_NOT_FOUND))
			return "not everything could be read";
	}
	return NULL;
}

int prune_judge(struct plan *plan, const struct prune_rules *rules,
		struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct judging judging = {
		.plan = plan,
		.rules = rules,
		.blocked = what_blocks(plan, rules),
		.namespaces = map_new(scratch),
		.wanted = map_new(scratch),
	};

	if (plan->n == plan->n_want)
		return 0;
	for (size_t i = 0; i < plan->n_want; i++) {
		struct plan_step *step = &plan->v[i];

		map_set(judging.namespaces, step->item.want->namespace, step);
		map_set(judging.wanted, kind_key(scratch, step->item.want),
			step);
	}
	for (size_t i = plan->n_want; i < plan->n; i++)
		if (judge(&judging, &plan->v[i], err) < 0)
			return -1;
	return 0;
}

/* ---- how many ---- */

static size_t most_of(const struct app *app, const struct prune_rules *rules,
		      size_t members)
{
	size_t number = app->max_deletes;
	size_t percent = app->max_deletes_percent;

	if (rules->limited) {
		number = rules->max_deletes;
		percent = rules->max_deletes_percent;
	}
	percent = members * percent / 100;
	return percent > number ? percent : number;
}

static size_t deletes_of(const struct plan *plan, const char *app)
{
	size_t n = 0;

	for (size_t i = plan->n_want; i < plan->n; i++)
		n += plan->v[i].action == PLAN_DELETE &&
		     str_equal(plan->v[i].item.want->app, app);
	return n;
}

int prune_check_budget(const struct plan *plan, const struct prune_rules *rules,
		       struct err *err)
{
	const size_t all = plan->count[PLAN_DELETE];

	if (rules->approved) {
		if (rules->approve == all)
			return 0;
		err_set(err, ERR_REFUSED,
			"--approve-deletes %zu: %zu objects would be deleted",
			rules->approve, all);
		return err_hint(err, "look at them with 'gitops diff', then "
				     "approve that number");
	}
	for (size_t i = 0; i < rules->n_records; i++) {
		const struct record *record = &rules->records[i];
		const struct app *app = apps_find(rules->apps, record->app);
		size_t n = deletes_of(plan, record->app);
		size_t most = app ? most_of(app, rules, record->members.n) : 0;

		if (n <= most)
			continue;
		err_set(err, ERR_REFUSED,
			"app %s: %zu of its %zu objects would be deleted, and "
			"at most %zu may be",
			record->app, n, record->members.n, most);
		return err_hint(err,
				"look at them with 'gitops diff', then say "
				"--approve-deletes %zu",
				all);
	}
	return 0;
}
