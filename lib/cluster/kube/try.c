/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdint.h>
#include <string.h>

#include "base/digest.h"
#include "cluster/kube/fold.h"
#include "cluster/kube/immutable.h"
#include "cluster/kube/patch.h"
#include "cluster/kube/refuse.h"
#include "cluster/kube/state.h"
#include "document/document.h"

/* Where objects are tried whose own namespace is not there yet. */
#define TRY_NAMESPACE "default"
#define TRY_PREFIX    "gitops-dry-run-"
#define TRY_NAME_MOST 52 /* of a CronJob; other kinds take 63 or more */

/* What comes in this run: names of namespaces, a set. */
static struct map *coming_namespaces(struct arena *scratch,
				     struct cluster_item **items, size_t n)
{
	struct map *out = map_new(scratch);

	for (size_t i = 0; i < n; i++) {
		const struct object *want = items[i]->want;

		if (object_is(want, "", "Namespace") &&
		    !cluster_item_lives(items[i]) && !items[i]->leave &&
		    items[i]->err.status == ERR_OK)
			map_set(out, want->name, items[i]);
	}
	return out;
}

static bool is_elsewhere(const struct kube_patch *patch)
{
	return patch->name != patch->item->want->name;
}

/*
 * A name that nobody has.  The real one is a part of it, so that the server
 * finds what is wrong with that.
 */
static char *try_name(struct arena *scratch, const char *name)
{
	char *out;
	uint32_t random;
	size_t n;

	digest_random(&random, sizeof(random));
	out = arena_printf(scratch, TRY_PREFIX "%08" PRIx32 "-%.*s", random,
			   TRY_NAME_MOST, name);
	n = strlen(out) < TRY_NAME_MOST ? strlen(out) : TRY_NAME_MOST;
	/* What is cut must not end in half a character, nor in one that no
	 * name ends in. */
	while (n < strlen(out) &&
	       ((out[n] & 0xc0) == 0x80 || strchr("-.", out[n - 1])))
		n--;
	out[n] = '\0';
	return out;
}

/* Try it under another name.  Its answer is kept apart, until it is put right:
 * a thousand of them would cost more than all that is wanted. */
static void move_elsewhere(struct arena *scratch, struct kube_patch *patch,
			   const char *namespace)
{
	patch->namespace = namespace;
	patch->name = try_name(scratch, patch->name);
	patch->doc = object_rename(scratch, patch->doc, namespace, patch->name);
	patch->arena = arena_new();
}

/* Kinds whose names say what they are: there can be no other one. */
static bool has_free_name(const struct object *object)
{
	return !object_is(object, "apiextensions.k8s.io",
			  "CustomResourceDefinition") &&
	       !object_is(object, "apiregistration.k8s.io", "APIService");
}

static void release(struct kube_patch *patches, size_t n)
{
	kube_patch_drop(patches, n);
	for (size_t i = 0; i < n; i++)
		if (is_elsewhere(&patches[i]))
			arena_free(patches[i].arena);
}

/*
 * Put the real name back wherever the server has put the other: some labels
 * are made of it.  The value itself is replaced where it is equal.
 */
static json_t *restore(struct arena *scratch, json_t *value, const char *from,
		       const char *to)
{
	json_t *member, *restored;
	const char *key;
	size_t i;

	if (json_is_string(value) && str_equal(json_string_value(value), from))
		return doc_keep(scratch, json_string(to));
	json_object_foreach(value, key, member) {
		restored = restore(scratch, member, from, to);
		if (restored != member)
			json_object_set(value, key, restored);
	}
	json_array_foreach(value, i, member) {
		restored = restore(scratch, member, from, to);
		if (restored != member)
			json_array_set(value, i, restored);
	}
	return value;
}

/* Copied: what it is read from may be replaced meanwhile. */
static char *uid_of(struct arena *scratch, const json_t *object)
{
	const char *uid = doc_get_string(object, "metadata", "uid", NULL);

	return arena_strdup(scratch, uid ? uid : "");
}

/* A Job's selector is made of its UID, and would look different, too. */
static void restore_uid(struct arena *scratch, const struct cluster_item *item,
			json_t *merged)
{
	const char *uid = uid_of(scratch, merged);
	AUTO_ERR struct err broken = { 0 };
	json_t *live;

	if (*uid && item->live.len &&
	    doc_read_json(scratch, "live", item->live, &live, &broken) == 0)
		restore(scratch, merged, uid, uid_of(scratch, live));
}

static void take_from_elsewhere(struct kube *kube,
				const struct kube_patch *patch)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct cluster_item *item = patch->item;
	json_t *merged;

	if (doc_read_json(scratch, "answer of the cluster",
			  patch->call.response.body, &merged, &item->err) < 0)
		return;
	restore(scratch, merged, patch->name, item->want->name);
	restore_uid(scratch, item, merged);
	if (*item->want->namespace)
		doc_set_string(merged, item->want->namespace, "metadata",
			       "namespace", NULL);
	item->merged = kube_json(kube->run->arena, merged);
}

/*
 * Does the refusal speak of something that is not there, and comes in this
 * very run?  A Pod's ServiceAccount, a RoleBinding's Role.
 */
static const struct object *missing(const struct kube_patch *patch,
				    struct cluster_item **items, size_t n)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const long status = patch->call.response.status;
	const char *said = patch->call.response.body.data;

	if ((status != 403 && status != 404) || !patch->call.response.body.len)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		const struct object *want = items[i]->want;
		const char *name = arena_printf(scratch, "\\\"%s\\\" not found",
						want->name);

		if (items[i] != patch->item && !items[i]->leave &&
		    !cluster_item_lives(items[i]) && strstr(said, name))
			return want;
	}
	return NULL;
}

/* Answers from elsewhere go with an arena of their own. */
static const char **keep_warnings(struct kube *kube, const char **warnings)
{
	struct arena *arena = kube->run->arena;
	const char **out;
	size_t n = 0;

	while (warnings && warnings[n])
		n++;
	if (!n)
		return NULL;
	out = arena_array(arena, n + 1, sizeof(*out));
	while (n-- > 0)
		out[n] = arena_strdup(arena, warnings[n]);
	return out;
}

/* The name that was tried is nobody's business. */
static void refuse(struct kube_patch *patch, struct err *err)
{
	AUTO_ERR struct err said = { 0 };
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	const char *at, *found;

	if (!is_elsewhere(patch)) {
		kube_refuse(&patch->call, err);
		return;
	}
	kube_refuse(&patch->call, &said);
	for (at = said.msg; (found = strstr(at, patch->name)) != NULL;
	     at = found + strlen(patch->name)) {
		str_add_bytes(&text, at, (size_t)(found - at));
		str_add(&text, patch->item->want->name);
	}
	str_add(&text, at);
	err_set(err, said.status, "%s", str_text(&text));
	if (said.hint)
		err_hint(err, "%s", said.hint);
}

/* Is it refused only because of the one that will be gone by then?  A quota is
 * full, an address is taken. */
static bool is_in_its_own_way(const struct kube_patch *patch)
{
	const struct bytes said = patch->call.response.body;

	return patch->call.response.status == 403 ||
	       (said.len && strstr(said.data, "already allocated"));
}

static void take_refusal(struct kube *kube, struct kube_patch *patch,
			 struct cluster_item **items, size_t n)
{
	struct cluster_item *item = patch->item;
	const struct object *what = missing(patch, items, n);

	if (item->immutable && !item->may_replace) {
		kube_refuse_immutable(item);
	} else if (item->immutable && !is_elsewhere(patch)) {
		item->unchecked = "it cannot be tried under another name";
	} else if (item->live.len && is_elsewhere(patch) &&
		   is_in_its_own_way(patch)) {
		item->unchecked = "the server takes no second one beside it";
	} else if (what) {
		item->unchecked = arena_printf(kube->run->arena,
					       "its %s %s comes in this sync",
					       what->kind, what->name);
	} else if (is_elsewhere(patch) && patch->call.response.status == 403) {
		/* Rules of the other namespace say nothing of its own. */
		item->unchecked = "its Namespace comes in this sync";
	} else {
		refuse(patch, &item->err);
	}
}

/* The answer to one dry-run. */
static void take_answer(struct kube *kube, struct kube_patch *patch,
			struct cluster_item **items, size_t n)
{
	struct cluster_item *item = patch->item;

	if (!patch->sent)
		return;
	item->warnings = keep_warnings(kube, patch->call.response.warnings);
	if (!kube_patch_done(patch))
		take_refusal(kube, patch, items, n);
	else if (is_elsewhere(patch))
		take_from_elsewhere(kube, patch);
	else
		item->merged = patch->call.response.body;
}

static bool is_to_be_new(struct kube *kube, const struct kube_patch *refused)
{
	struct cluster_item *item = refused->item;

	item->immutable = kube_immutable_fields(kube->run->arena, item,
						&refused->call);
	if (item->immutable)
		return item->may_replace && has_free_name(item->want);
	return kube_fold_cures(item, refused->call.response.body);
}

/*
 * The server tries on top of what lives.  It refuses to change what cannot be
 * changed, and what excludes itself: a volume of two types.  Of an object that
 * is to be folded one of them will be gone by then.  So these are tried as if
 * they were new; what other managers have set is then missing from what is
 * shown.
 */
static int try_as_new(struct kube *kube, struct arena *scratch,
		      struct kube_patch *patches, size_t n, struct err *err)
{
	struct kube_patch *again = arena_array(scratch, n, sizeof(*again));
	size_t *from = arena_array(scratch, n, sizeof(*from));
	size_t n_again = 0;
	int status;

	for (size_t i = 0; i < n; i++) {
		struct cluster_item *item = patches[i].item;

		if (!patches[i].sent ||
		    patches[i].call.response.status != 422 ||
		    !is_to_be_new(kube, &patches[i]))
			continue;
		from[n_again] = i;
		if (kube_patch_init(kube, item, &again[n_again]))
			move_elsewhere(scratch, &again[n_again++],
				       item->want->namespace);
	}
	if (!n_again)
		return 0;
	status = kube_patch_all(kube, again, n_again, true, err);
	for (size_t i = 0; i < n_again; i++) {
		struct kube_patch refused = patches[from[i]];
		const bool replaced = refused.item->immutable != NULL;

		if (!replaced && !kube_patch_done(&again[i]))
			continue;
		patches[from[i]] = again[i];
		again[i] = refused;
		if (!replaced)
			refused.item->unchecked =
				"fields that kubectl has set are in the way, "
				"which this sync removes";
	}
	release(again, n_again);
	return status;
}

/* False for what is not sent. */
static bool prepare(struct kube *kube, struct arena *scratch,
		    struct cluster_item *item, const struct map *namespaces,
		    struct kube_patch *patch)
{
	if (item->err.status != ERR_OK || item->proved || item->leave ||
	    item->tried)
		return false;
	item->merged = (struct bytes){ 0 };
	item->unchecked = NULL;
	item->immutable = NULL;
	item->tried = true;
	if ((!item->anew && kube_is_going(item)) ||
	    !kube_patch_init(kube, item, patch))
		return false;
	if (patch->resource.comes) {
		item->unchecked =
			"its CustomResourceDefinition comes in this sync";
		return false;
	}
	if (*item->want->namespace &&
	    map_has(namespaces, item->want->namespace))
		move_elsewhere(scratch, patch, TRY_NAMESPACE);
	else if (item->anew && item->live.len && has_free_name(item->want))
		move_elsewhere(scratch, patch, item->want->namespace);
	return true;
}

int kube_try(void *data, struct cluster_item **items, size_t n, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct kube *kube = data;
	struct map *namespaces = coming_namespaces(scratch, items, n);
	struct kube_patch *patches = arena_array(scratch, n, sizeof(*patches));
	struct cluster_item **sent = arena_array(scratch, n, sizeof(*sent));
	size_t n_sent = 0;
	int status;

	for (size_t i = 0; i < n; i++)
		if (prepare(kube, scratch, items[i], namespaces,
			    &patches[n_sent]))
			sent[n_sent++] = items[i];
	run_progress(kube->run, "trying", 0, n_sent);
	status = kube_patch_all(kube, patches, n_sent, true, err);
	if (status == 0)
		status = try_as_new(kube, scratch, patches, n_sent, err);
	for (size_t i = 0; status == 0 && i < n_sent; i++)
		take_answer(kube, &patches[i], items, n);
	release(patches, n_sent);
	return status == 0 ? kube_fold_tried(kube, sent, n_sent, err) : -1;
}
