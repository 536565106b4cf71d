/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/plan.h"

#include "document/document.h"
#include "object/mark.h"

#define LAST_APPLIED "kubectl.kubernetes.io/last-applied-configuration"

/* The steps of a plan: they outlive the caller's own struct plan. */
struct steps {
	struct plan_step *v;
	size_t n;
};

static void clear_errors(void *handle)
{
	const struct steps *steps = handle;

	for (size_t i = 0; i < steps->n; i++)
		err_clear(&steps->v[i].item.err);
}

void plan_init(struct arena *arena, const struct objects *want,
	       const struct record_members *members, struct plan *plan)
{
	struct steps *steps = arena_alloc(arena, sizeof(*steps));
	const size_t n = want->n + members->n;

	*plan = (struct plan){ .arena = arena, .n = n, .n_want = want->n };
	plan->v = arena_array(arena, n, sizeof(*plan->v));
	*steps = (struct steps){ plan->v, n };
	arena_defer(arena, clear_errors, steps);
	for (size_t i = 0; i < want->n; i++)
		plan->v[i].item.want = &want->v[i];
	for (size_t i = 0; i < members->n; i++) {
		struct plan_step *step = &plan->v[n - 1 - i];

		step->member = &members->v[i];
		step->item.want = &members->v[i].object;
	}
	for (size_t i = 0; i < n; i++)
		plan->v[i].stage = object_stage(plan->v[i].item.want);
	plan->count[PLAN_UNCHANGED] = n;
}

struct cluster_item **plan_items(struct plan *plan)
{
	struct cluster_item **items = arena_array(plan->arena, plan->n,
						  sizeof(*items));

	for (size_t i = 0; i < plan->n; i++)
		items[i] = &plan->v[i].item;
	return items;
}

/*
 * One side of a step as a json_t in `arena`, or NULL where it is not there.
 */
static int read_side(const struct plan_step *step, struct bytes text,
		     struct arena *arena, json_t **out, struct err *err)
{
	*out = NULL;
	if (!text.len)
		return 0;
	if (doc_read_json(arena, "answer of the cluster", text, out, err) == 0)
		return 0;
	return err_wrap(err, "%s", object_shown(arena, step->item.want));
}

/* Take a key out of a map of the metadata, and the map that is empty then. */
static void strip_key(json_t *object, const char *map, const char *key)
{
	json_t *found = doc_get(object, "metadata", map, NULL);

	if (!found || !json_object_get(found, key))
		return;
	doc_set(found, NULL, key, NULL);
	if (!json_object_size(found))
		doc_set(object, NULL, "metadata", map, NULL);
}

/*
 * Take out what the server keeps for itself: it is different on every write,
 * says nothing about the wish, and would hide what does.  Our own marks are
 * on everything.
 */
static void strip(json_t *object)
{
	static const char *const own[] = {
		"creationTimestamp", "generation", "managedFields",
		"resourceVersion",   "selfLink",   "uid",
	};

	if (!object)
		return;
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		doc_set(object, NULL, "metadata", own[i], NULL);
	doc_set(object, NULL, "status", NULL);
	strip_key(object, "annotations", LAST_APPLIED);
	strip_key(object, "annotations", MARK_ANNOTATION);
	strip_key(object, "labels", MARK_LABEL);
}

int plan_sides(const struct plan_step *step, struct arena *arena,
	       json_t **before, json_t **after, struct err *err)
{
	json_t *live, *merged;

	if (read_side(step, step->item.live, arena, &live, err) < 0 ||
	    read_side(step, step->item.merged, arena, &merged, err) < 0)
		return -1;
	if (!merged && step->item.want->doc)
		merged = doc_copy(arena, cluster_item_doc(&step->item));
	strip(live);
	strip(merged);
	*before = live;
	*after = merged;
	return 0;
}

/*
 * Is our entry in managedFields what it would be after an apply?  Where it is
 * not, an apply is owed even if no value moves: a field that we do not own
 * stays in the cluster when git drops it.
 */
static bool same_ownership(const json_t *live, const json_t *merged)
{
	const json_t *ours, *theirs;

	ours = fields_entry(live, CLUSTER_MANAGER, "Apply", "");
	theirs = fields_entry(merged, CLUSTER_MANAGER, "Apply", "");
	if (!ours || !theirs)
		return ours == theirs;
	return doc_equal(json_object_get(ours, "fieldsV1"),
			 json_object_get(theirs, "fieldsV1")) &&
	       doc_equal(json_object_get(ours, "apiVersion"),
			 json_object_get(theirs, "apiVersion"));
}

/* The label and the annotation of mark.h, where there are any. */
static bool same_marks(const json_t *live, const json_t *merged)
{
	const json_t *a = doc_get(live, "metadata", NULL);
	const json_t *b = doc_get(merged, "metadata", NULL);

	return str_equal(doc_get_string(a, "labels", MARK_LABEL, NULL),
			 doc_get_string(b, "labels", MARK_LABEL, NULL)) &&
	       str_equal(doc_get_string(a, "annotations", MARK_ANNOTATION,
					NULL),
			 doc_get_string(b, "annotations", MARK_ANNOTATION,
					NULL));
}

/* What there is to do for an object that lives and was tried. */
static int compare(struct plan *plan, struct plan_step *step,
		   enum plan_action *action, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	json_t *live, *merged;
	bool same;

	if (read_side(step, step->item.live, scratch, &live, err) < 0 ||
	    read_side(step, step->item.merged, scratch, &merged, err) < 0)
		return -1;
	step->overridden = (struct fields_takens){ 0 };
	fields_overridden(plan->arena, live, merged, CLUSTER_MANAGER,
			  &step->overridden);
	same = !step->item.fold && same_ownership(live, merged) &&
	       same_marks(live, merged);
	strip(live);
	strip(merged);
	*action = !doc_equal(live, merged) ? PLAN_CHANGE :
		  !same                    ? PLAN_ADOPT :
					     PLAN_UNCHANGED;
	return 0;
}

int plan_judge_step(struct plan *plan, struct plan_step *step, struct err *err)
{
	enum plan_action action;

	if (step->item.err.status != ERR_OK)
		action = PLAN_FAILED;
	else if (step->item.leave)
		action = step->why ? PLAN_KEEP : PLAN_UNCHANGED;
	else if (step->item.proved)
		action = PLAN_UNCHANGED;
	else if (step->item.immutable ||
		 (step->item.anew && step->item.live.len))
		action = PLAN_REPLACE;
	else if (!step->item.live.len)
		action = PLAN_CREATE;
	else if (!step->item.merged.len)
		action = PLAN_APPLY;
	else if (compare(plan, step, &action, err) < 0)
		return -1;
	plan_set_action(plan, step, action);
	return 0;
}

void plan_set_action(struct plan *plan, struct plan_step *step,
		     enum plan_action action)
{
	plan->count[step->action]--;
	plan->count[action]++;
	step->action = action;
}

int plan_judge(struct plan *plan, struct err *err)
{
	for (size_t i = 0; i < plan->n_want; i++)
		if (plan_judge_step(plan, &plan->v[i], err) < 0)
			return -1;
	return 0;
}

void plan_errors(const struct plan *plan, struct err *err)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct cluster_item *item = &plan->v[i].item;
		AUTO_ARENA struct arena *scratch = arena_new();
		AUTO_ERR struct err one = { 0 };

		if (item->err.status == ERR_OK)
			continue;
		err_set(&one, item->err.status, "%s%s%s: %s",
			item->want->origin, *item->want->origin ? ": " : "",
			object_shown(scratch, item->want), item->err.msg);
		if (item->err.hint)
			err_hint(&one, "%s", item->err.hint);
		err_append(err, &one);
	}
}

size_t plan_writes(const struct plan *plan)
{
	/* What is replaced is written twice. */
	return plan->n + plan->count[PLAN_REPLACE] -
	       plan->count[PLAN_UNCHANGED] - plan->count[PLAN_KEEP] -
	       plan->count[PLAN_GONE];
}

bool plan_changes(const struct plan *plan)
{
	return plan_writes(plan) != 0;
}
