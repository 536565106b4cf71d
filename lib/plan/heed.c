/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/heed.h"

#include <string.h>
#include <strings.h>

#include "document/document.h"
#include "plan/prune.h"

#define FLUX      "kustomize.toolkit.fluxcd.io/"
#define FORCE     FLUX "force"
#define RECONCILE FLUX "reconcile"
#define SSA       FLUX "ssa"

#define ARGO         "argocd.argoproj.io/"
#define SYNC_OPTIONS ARGO "sync-options"

#define VALUES_MOST 7

/* A misspelt value would be a wish that nobody heeds. */
static const struct known {
	const char *key;
	const char *values[VALUES_MOST + 1];
	bool list; /* several of them, between commas */
} knowns[] = {
	{ HEED_HOOK,
	  { "PostDelete", "PostSync", "PreDelete", "PreSync", "Skip", "Sync",
	    "SyncFail" },
	  true },
	{ HEED_HOOK_POLICY,
	  { "BeforeHookCreation", "HookFailed", "HookSucceeded" },
	  true },
	{ FORCE, { "Disabled", "Enabled" }, false },
	{ FLUX "prune", { "Disabled", "Enabled" }, false },
	{ RECONCILE, { "Disabled", "Enabled" }, false },
	{ SSA, { "IfNotPresent", "Ignore", "Merge", "Override" }, false },
};

bool heed_lists(const char *list, const char *value)
{
	const size_t n = strlen(value);

	while (list && *list) {
		size_t len = strcspn(list, ",");

		for (; *list == ' ' && len; len--)
			list++;
		if (len == n && !strncasecmp(list, value, n))
			return true;
		list += len;
		list += *list == ',';
	}
	return false;
}

/* ---- hooks ---- */

static const char *annotation(const json_t *object, const char *key)
{
	return doc_get_string(object, "metadata", "annotations", key, NULL);
}

bool heed_hook(const json_t *object, struct heed_hook *out)
{
	const char *argo = annotation(object, HEED_HOOK);
	const char *helm = annotation(object, HEED_HELM_HOOK);
	bool before, behind;

	if (argo) {
		*out = (struct heed_hook){ HEED_HOOK, argo, argo };
		return true;
	}
	if (!helm || heed_lists(helm, "crd-install"))
		return false;
	before = heed_lists(helm, "pre-install") ||
		 heed_lists(helm, "pre-upgrade");
	behind = heed_lists(helm, "post-install") ||
		 heed_lists(helm, "post-upgrade");
	*out = (struct heed_hook){ HEED_HELM_HOOK, helm,
				   before ? "PreSync" :
				   behind ? "PostSync" :
					    "Skip" };
	return true;
}

/* ---- what is known ---- */

static bool is_one(const struct known *known, const char *value, size_t n)
{
	for (size_t i = 0; known->values[i]; i++)
		if (strlen(known->values[i]) == n &&
		    !strncasecmp(known->values[i], value, n))
			return true;
	return false;
}

static bool is_known(const struct known *known, const char *value)
{
	if (!known->list)
		return is_one(known, value, strlen(value));
	for (;;) {
		size_t n = strcspn(value, ",");

		for (; *value == ' '; n--)
			value++;
		if (!is_one(known, value, n))
			return false;
		value += n;
		if (!*value)
			return true;
		value++;
	}
}

static int check(const struct object *want, const struct known *known,
		 const char *where, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_STR struct str values = STR_INIT(STR_BIG);
	const char *value = doc_get_string(want->doc, "metadata", where,
					   known->key, NULL);

	if (!value || is_known(known, value))
		return 0;
	for (size_t i = 0; known->values[i]; i++)
		str_printf(&values, "%s%s", i ? ", " : "", known->values[i]);
	err_set(err, ERR_INPUT, "%s: %s: %s: '%s' is none of %s", want->origin,
		object_shown(scratch, want), known->key, value,
		str_text(&values));
	return err_hint(err, "spell it as one of them, or take it out");
}

int heed_wishes(const struct plan *plan, struct err *err)
{
	for (size_t i = 0; i < plan->n_want; i++) {
		const struct object *want = plan->v[i].item.want;

		for (size_t j = 0; j < ARRAY_LEN(knowns); j++) {
			AUTO_ERR struct err one = { 0 };

			if (check(want, &knowns[j], "annotations", &one) < 0 ||
			    check(want, &knowns[j], "labels", &one) < 0)
				err_append(err, &one);
		}
	}
	return err->status == ERR_OK ? 0 : -1;
}

/* ---- what is said ---- */

/* An object as it is wanted, and as it lives, if that says anything. */
struct sides {
	const json_t *want;
	const json_t *live;
};

static bool says(const json_t *object, const char *key, const char *value)
{
	const json_t *metadata = doc_get(object, "metadata", NULL);

	return heed_lists(doc_get_string(metadata, "annotations", key, NULL),
			  value) ||
	       heed_lists(doc_get_string(metadata, "labels", key, NULL), value);
}

static bool either_says(const struct sides *sides, const char *key,
			const char *value)
{
	return says(sides->want, key, value) || says(sides->live, key, value);
}

/* Of what is proved nobody has kept the text, nor is there anything to do. */
static struct sides sides_of(struct arena *scratch,
			     const struct cluster_item *item)
{
	struct sides sides = { .want = item->want->doc };
	AUTO_ERR struct err broken = { 0 };
	json_t *live;

	/* Few say anything, and parsing them all would cost. */
	if (item->live.len &&
	    (strstr(item->live.data, FLUX) || strstr(item->live.data, ARGO) ||
	     strstr(item->live.data, "deletionTimestamp")) &&
	    doc_read_json(scratch, "live", item->live, &live, &broken) == 0)
		sides.live = live;
	return sides;
}

static const char *why_left_alone(const struct plan_step *step,
				  const struct sides *sides)
{
	if (either_says(sides, RECONCILE, "Disabled"))
		return "its " RECONCILE " says Disabled";
	if (either_says(sides, SSA, "Ignore"))
		return "its " SSA " says Ignore";
	if (says(sides->want, SSA, "IfNotPresent") &&
	    cluster_item_lives(&step->item))
		return "its " SSA " says IfNotPresent, and it is there";
	return NULL;
}

/* May it be deleted and made anew where it cannot be changed?  Else the hint
 * says how that is allowed. */
static void heed_force(struct arena *arena, struct cluster_item *item,
		       const struct sides *sides,
		       const struct heed_rules *rules)
{
	const bool forced = rules->force_replace ||
			    either_says(sides, FORCE, "Enabled") ||
			    (either_says(sides, SYNC_OPTIONS, "Force=true") &&
			     either_says(sides, SYNC_OPTIONS, "Replace=true"));

	if (prune_keeps_kind(item->want, rules->kinds))
		item->replace_hint = arena_printf(
			arena,
			"to delete it with all that is in it and make it anew, "
			"say --force-replace --prune-kinds=%s",
			item->want->kind);
	else if (forced)
		item->may_replace = true;
	else
		item->replace_hint =
			"to delete it and make it anew, say --force-replace, "
			"or let it have the annotation " FORCE ": Enabled";
}

/*
 * Somebody has deleted it: then it is waited for until it is gone, and made
 * anew.  What takes all that is in it along is not waited for: nothing of that
 * would be as it was read.
 */
static void heed_deletion(struct plan_step *step, const struct sides *sides)
{
	const struct object *want = step->item.want;

	if (!doc_get(sides->live, "metadata", "deletionTimestamp", NULL) ||
	    object_is(want, "", "Namespace") ||
	    object_is(want, "apiextensions.k8s.io", "CustomResourceDefinition"))
		return;
	step->item.anew = true;
	step->why = "it is being deleted, and made anew once it is gone";
}

static void heed_item(struct plan *plan, struct plan_step *step,
		      const struct heed_rules *rules)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const struct sides sides = sides_of(scratch, &step->item);

	step->item.unfolded = either_says(&sides, SSA, "Merge");
	step->item.fold = step->item.fold && !step->item.unfolded;
	heed_force(plan->arena, &step->item, &sides, rules);
	step->why = why_left_alone(step, &sides);
	step->item.leave = step->why != NULL;
	if (step->item.leave)
		plan_set_action(plan, step, PLAN_KEEP);
	else
		heed_deletion(step, &sides);
}

void heed_items(struct plan *plan, const struct heed_rules *rules)
{
	for (size_t i = 0; i < plan->n_want; i++)
		if (plan->v[i].item.err.status == ERR_OK)
			heed_item(plan, &plan->v[i], rules);
}
