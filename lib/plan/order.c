/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/order.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/vec.h"
#include "document/document.h"
#include "plan/heed.h"

#define DEPENDS_ON "config.kubernetes.io/depends-on"
#define WAVE       "argocd.argoproj.io/sync-wave"
#define WAVE_MOST  1000000
#define DEPTH_MOST 1000 /* of objects that depend on each other */

struct links {
	struct link **v;
	size_t n;
	size_t room;
};

/* A step on the way to its slot. */
struct link {
	struct plan_step *step;
	struct links needs; /* by name */
	enum { UNSEEN, BELOW, SEEN } state;
	const struct link *next; /* while BELOW: whom it waits for */
};

struct ordering {
	struct plan *plan;
	const struct apps *apps;
	struct arena *scratch;
	struct link *links;
	struct map *by_key; /* object_key() to struct link */
	bool partial;       /* not all apps are chosen */
};

static const char *annotation(const struct plan_step *step, const char *key)
{
	return doc_get_string(step->item.want->doc, "metadata", "annotations",
			      key, NULL);
}

static int fail(const struct plan_step *step, const char *key, struct err *err,
		const char *why)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const struct object *want = step->item.want;

	return err_set(err, ERR_INPUT, "%s: %s: %s: %s", want->origin,
		       object_shown(scratch, want), key, why);
}

/* ---- app, phase, wave ---- */

static int read_wave(struct plan_step *step, struct err *err)
{
	const char *key = WAVE, *text = annotation(step, WAVE);
	struct heed_hook hook;
	const char *digits;
	long wave;
	char *end;

	if (!text && heed_hook(step->item.want->doc, &hook) &&
	    str_equal(hook.key, HEED_HELM_HOOK)) {
		key = HEED_HELM_HOOK_WEIGHT;
		text = annotation(step, key);
	}
	if (!text)
		return 0;
	digits = *text == '-' ? text + 1 : text;
	wave = strtol(text, &end, 10);
	if (*digits < '0' || *digits > '9' || *end || wave > WAVE_MOST ||
	    wave < -WAVE_MOST)
		return fail(step, key, err, "expected a whole number");
	step->slot.wave = (int)wave;
	return 0;
}

static int read_phase(struct plan_step *step)
{
	struct heed_hook hook;

	if (!heed_hook(step->item.want->doc, &hook))
		return 0;
	return heed_lists(hook.phases, "PreSync")  ? -1 :
	       heed_lists(hook.phases, "Sync")     ? 0 :
	       heed_lists(hook.phases, "PostSync") ? 1 :
						     0;
}

/* What an object cannot be without, if it is wanted too. */
static struct link *owner_of(const struct ordering *ordering,
			     const struct link *link, const char *kind)
{
	const struct object *want = link->step->item.want;
	struct arena *scratch = ordering->scratch;

	if (!kind)
		return *want->namespace ?
			       map_get(ordering->by_key,
				       arena_printf(scratch, "/Namespace//%s",
						    want->namespace)) :
			       NULL;
	return map_get(ordering->by_key,
		       arena_printf(scratch, "definition %s/%s", want->group,
				    kind));
}

static void bubble(struct link *owner, const struct plan_step *step)
{
	struct plan_slot *slot;

	if (!owner || owner->step == step)
		return;
	slot = &owner->step->slot;
	if (slot->level > step->slot.level)
		slot->level = step->slot.level;
	if (slot->phase > step->slot.phase)
		slot->phase = step->slot.phase;
	if (slot->wave > step->slot.wave)
		slot->wave = step->slot.wave;
}

/* ---- depends-on ---- */

/* "group/Kind/name" or "group/namespaces/namespace/Kind/name"; the key for
 * the map, or NULL. */
static const char *read_reference(struct arena *scratch, const char *text,
				  size_t len)
{
	char *copy = arena_strndup(scratch, text, len);
	const char *fields[6];
	size_t n = 0;

	for (char *at = copy; at && n < 6; n++) {
		fields[n] = at;
		at = strchr(at, '/');
		if (at)
			*at++ = '\0';
	}
	for (size_t i = 1; i < n; i++)
		if (!*fields[i])
			return NULL;
	if (n == 3)
		return arena_printf(scratch, "%s/%s//%s", fields[0], fields[1],
				    fields[2]);
	if (n == 5 && !strcmp(fields[1], "namespaces"))
		return arena_printf(scratch, "%s/%s/%s/%s", fields[0],
				    fields[3], fields[2], fields[4]);
	return NULL;
}

static int add_need(struct ordering *ordering, struct link *link,
		    const char *text, size_t len, struct err *err)
{
	struct arena *scratch = ordering->scratch;
	const char *key = read_reference(scratch, text, len);
	struct link *other;

	if (!key)
		return fail(link->step, DEPENDS_ON, err,
			    arena_printf(scratch,
					 "expected group/Kind/name or group/"
					 "namespaces/namespace/Kind/name, "
					 "found '%.*s'",
					 (int)len, text));
	other = map_get(ordering->by_key, key);
	if (other) {
		*vec_push(scratch, &link->needs) = other;
		*vec_push(ordering->plan->arena,
			  &link->step->needs) = other->step;
		return 0;
	}
	if (ordering->partial)
		return 0;
	fail(link->step, DEPENDS_ON, err,
	     arena_printf(scratch, "there is no %.*s in this sync", (int)len,
			  text));
	return err_hint(err, "name an object of this repository, with its "
			     "namespace, or take it out");
}

static int read_needs(struct ordering *ordering, struct link *link,
		      struct err *err)
{
	const char *text = annotation(link->step, DEPENDS_ON);

	while (text && *text) {
		size_t len = strcspn(text, ","), n;

		for (; len && *text == ' '; len--)
			text++;
		for (n = len; n && text[n - 1] == ' '; n--)
			;
		if (add_need(ordering, link, text, n, err) < 0)
			return -1;
		text += len;
		text += *text == ',';
	}
	return 0;
}

/* ---- slots ---- */

static int compare_slots(const struct plan_slot *a, const struct plan_slot *b)
{
	const long long pairs[][2] = {
		{ a->level, b->level }, { a->phase, b->phase },
		{ a->wave, b->wave },   { a->stage, b->stage },
		{ a->after, b->after },
	};

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		if (pairs[i][0] != pairs[i][1])
			return pairs[i][0] < pairs[i][1] ? -1 : 1;
	return 0;
}

static int fail_cycle(const struct link *link, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_STR struct str shown = STR_INIT(STR_BIG);
	const struct link *at = link;

	str_add(&shown, object_shown(scratch, at->step->item.want));
	do {
		at = at->next;
		str_printf(&shown, " -> %s",
			   object_shown(scratch, at->step->item.want));
	} while (at != link);
	fail(link->step, DEPENDS_ON, err,
	     arena_printf(scratch, "these wait for each other: %s",
			  str_text(&shown)));
	return err_hint(err, "take one of them out");
}

static int place(struct link *link, unsigned depth, struct err *err)
{
	struct plan_slot *slot = &link->step->slot;

	if (depth > DEPTH_MOST)
		return fail(link->step, DEPENDS_ON, err,
			    "too many objects depend on each other");
	link->state = BELOW;
	for (size_t i = 0; i < link->needs.n; i++) {
		struct link *other = link->needs.v[i];
		const struct plan_slot *before = &other->step->slot;

		link->next = other;
		if (other->state == BELOW)
			return fail_cycle(other, err);
		if (other->state == UNSEEN && place(other, depth + 1, err) < 0)
			return -1;
		if (compare_slots(slot, before) <= 0) {
			*slot = *before;
			slot->after++;
		}
	}
	link->state = SEEN;
	return 0;
}

/* ---- all of it ---- */

static void add_link(struct ordering *ordering, size_t i)
{
	struct plan_step *step = &ordering->plan->v[i];
	const struct object *want = step->item.want;
	struct link *link = &ordering->links[i];
	struct arena *scratch = ordering->scratch;
	const json_t *spec = doc_get(want->doc, "spec", NULL);
	const char *group = doc_get_string(spec, "group", NULL);
	const char *kind = doc_get_string(spec, "names", "kind", NULL);

	link->step = step;
	map_set(ordering->by_key, object_key(scratch, want), link);
	if (step->stage == STAGE_CRD && group && kind)
		map_set(ordering->by_key,
			arena_printf(scratch, "definition %s/%s", group, kind),
			link);
}

static int read_step(struct ordering *ordering, size_t i, struct err *err)
{
	struct link *link = &ordering->links[i];
	struct plan_step *step = link->step;
	const struct app *app = apps_find(ordering->apps, step->item.want->app);

	step->slot = (struct plan_slot){
		.level = app ? app->level : 0,
		.phase = read_phase(step),
		.stage = step->stage,
	};
	if (read_wave(step, err) < 0)
		return -1;
	return read_needs(ordering, link, err);
}

int order_steps(struct plan *plan, const struct apps *apps, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct ordering ordering = {
		.plan = plan,
		.apps = apps,
		.scratch = scratch,
		.links = arena_array(scratch, plan->n_want,
				     sizeof(*ordering.links)),
		.by_key = map_new(scratch),
	};

	for (size_t i = 0; i < apps->n; i++)
		ordering.partial |= !apps->v[i].chosen;
	for (size_t i = 0; i < plan->n_want; i++)
		add_link(&ordering, i);
	for (size_t i = 0; i < plan->n_want; i++) {
		AUTO_ERR struct err one = { 0 };

		if (read_step(&ordering, i, &one) < 0)
			err_append(err, &one);
	}
	if (err->status != ERR_OK)
		return -1;
	for (size_t i = 0; i < plan->n_want; i++) {
		const struct link *link = &ordering.links[i];
		const struct plan_step *step = link->step;

		bubble(owner_of(&ordering, link, NULL), step);
		bubble(owner_of(&ordering, link, step->item.want->kind), step);
	}
	for (size_t i = 0; i < plan->n_want; i++)
		if (ordering.links[i].state == UNSEEN &&
		    place(&ordering.links[i], 0, err) < 0)
			return -1;
	return 0;
}

static int by_slot(const void *a, const void *b)
{
	const struct plan_step *left = *(struct plan_step *const *)a;
	const struct plan_step *right = *(struct plan_step *const *)b;
	int difference = compare_slots(&left->slot, &right->slot);

	/* They stand in one array, in object_order(). */
	return difference ? difference : left < right ? -1 : left > right;
}

struct plan_step **order_by_slot(const struct plan *plan)
{
	struct plan_step **out = arena_array(plan->arena, plan->n_want,
					     sizeof(struct plan_step *));

	for (size_t i = 0; i < plan->n_want; i++)
		out[i] = &plan->v[i];
	if (plan->n_want)
		qsort(out, plan->n_want, sizeof(struct plan_step *), by_slot);
	return out;
}

int order_compare(const struct plan_step *a, const struct plan_step *b)
{
	return compare_slots(&a->slot, &b->slot);
}

bool order_waits(const struct plan_step *before, const struct plan_step *step)
{
	const struct plan_slot *a = &before->slot, *b = &step->slot;

	return a->level != b->level || a->phase != b->phase ||
	       a->wave != b->wave || b->after > 0;
}

/* To any depth: apps that depend on others stand behind them. */
static bool app_needs(const struct apps *apps, const char *name,
		      const char *other)
{
	const struct app *app = apps_find(apps, name);

	for (const char **on = app ? app->depends_on : NULL; on && *on; on++)
		if (str_equal(*on, other) || app_needs(apps, *on, other))
			return true;
	return false;
}

bool order_needs(const struct plan_step *step, const struct plan_step *before,
		 const struct apps *apps)
{
	const char *app = step->item.want->app;
	const struct plan_slot *a = &before->slot, *b = &step->slot;

	for (size_t i = 0; i < step->needs.n; i++)
		if (step->needs.v[i] == before)
			return true;
	if (!str_equal(before->item.want->app, app))
		return app_needs(apps, app, before->item.want->app);
	return a->phase < b->phase ||
	       (a->phase == b->phase && a->wave < b->wave);
}
