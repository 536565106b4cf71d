/* SPDX-License-Identifier: Apache-2.0 */
#include "object/ignore.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "document/document.h"
#include "object/fields.h"
#include "object/fields_set.h"
#include "object/ignore_set.h"
#include "object/mark.h"
#include "object/object.h"

#define SHOWN_MOST ((size_t)4 << 10)

/* The way to a field; NULL for the object. */
struct step {
	const struct step *up;
	const char *element;
};

/* One place in all that is known of an object. */
struct place {
	const json_t *set;   /* what is ignored */
	const json_t *want;  /* NULL: git has it not */
	const json_t *live;  /* NULL: it is not there */
	const json_t *ours;  /* what we own */
	const json_t *apply; /* what others apply */
	const json_t *known; /* what anybody owns */
};

struct ignoring {
	struct arena *scratch;
	bool all_ours;
	struct {
		const char **v;
		size_t n;
		size_t room;
	} paths;
};

static void show(struct str *out, const struct step *at)
{
	if (!at)
		return;
	show(out, at->up);
	fields_show_element(out, at->element);
}

/* It would be changed, were it not ignored. */
static void note(struct ignoring *ignoring, const struct step *at)
{
	AUTO_STR struct str path = STR_INIT(SHOWN_MOST);

	show(&path, at);
	*vec_push(ignoring->scratch,
		  &ignoring->paths) = str_keep(&path, ignoring->scratch);
}

/* ---- one field ---- */

/* What is sent of a field, or NULL to leave it out. */
static const json_t *decide(const struct ignoring *ignoring,
			    const struct place *place)
{
	const bool ours = ignoring->all_ours || place->ours;

	if (!place->live || place->apply)
		return NULL;
	if (ours || (place->want && !place->known))
		return place->live;
	return NULL;
}

/* Of a part of what is owned as a whole. */
static const json_t *decide_part(const struct place *place)
{
	return place->live ? place->live : place->want;
}

static void note_difference(struct ignoring *ignoring, const struct step *at,
			    const struct place *place, const json_t *sent)
{
	if (place->want ?
		    !place->live || !object_contains(place->live, place->want) :
		    sent != NULL)
		note(ignoring, at);
}

/* ---- the walk ---- */

static const json_t *rewrite(struct ignoring *ignoring, const struct step *at,
			     const struct place *place, bool part);

static bool is_container(const json_t *value)
{
	return json_is_object(value) || json_is_array(value);
}

static struct place step_to(const struct place *place, const char *element,
			    size_t *index)
{
	return (struct place){
		.set = json_object_get(place->set, element),
		.want = ignore_wanted(place->want, element, index),
		.live = ignore_living(place->live, element, place->known),
		.ours = json_object_get(place->ours, element),
		.apply = json_object_get(place->apply, element),
		.known = json_object_get(place->known, element),
	};
}

/*
 * A map or list that is owned as a whole: where the parts that are ignored make
 * it what lives, it is one field that is ignored.
 */
static const json_t *settle_whole(const struct ignoring *ignoring,
				  const struct place *place, const json_t *sent)
{
	if (sent && object_contains(place->live, sent))
		return decide(ignoring, place);
	return sent;
}

static const json_t *send(struct ignoring *ignoring, const struct step *at,
			  const struct place *place, bool part)
{
	const json_t *beside = place->want ? place->want : place->live;
	const bool whole = !ignoring->all_ours && place->known &&
			   !fields_has_children(place->known);
	const json_t *sent;

	if (fields_has_children(place->set) && is_container(beside)) {
		sent = rewrite(ignoring, at, place, part || whole);
		return whole && !part ? settle_whole(ignoring, place, sent) :
					sent;
	}
	sent = part ? decide_part(place) : decide(ignoring, place);
	note_difference(ignoring, at, place, sent);
	return sent;
}

/* What names an item is no field of it. */
static bool is_key(struct arena *scratch, const struct step *at,
		   const char *element)
{
	const json_t *key;

	if (!at || at->element[0] != 'k')
		return false;
	key = fields_element_value(scratch, at->element);
	return json_object_get(key, element + 2) != NULL;
}

/* A copy that shares what is in it, or an empty one. */
static json_t *shallow(struct arena *scratch, const json_t *want, bool list)
{
	if (want)
		return doc_keep(scratch, json_copy(each(want)));
	return list ? doc_array(scratch) : doc_object(scratch);
}

static json_t *rewrite_map(struct ignoring *ignoring, const struct step *at,
			   const struct place *place, bool part)
{
	json_t *out = shallow(ignoring->scratch, place->want, false), *child;
	const char *element;

	json_object_foreach(each(place->set), element, child) {
		const struct step step = { at, element };
		const struct place inner = step_to(place, element, NULL);
		const json_t *sent;

		if (element[0] != 'f' ||
		    (inner.want && is_key(ignoring->scratch, at, element)))
			continue;
		sent = send(ignoring, &step, &inner, part);
		if (sent)
			json_object_set(out, element + 2, each(sent));
		else
			json_object_del(out, element + 2);
	}
	return out;
}

/* Items are put where the wanted ones are; those that are not wanted come
 * behind them. */
static json_t *rewrite_list(struct ignoring *ignoring, const struct step *at,
			    const struct place *place, bool part)
{
	const size_t n = json_array_size(place->want);
	json_t *out = shallow(ignoring->scratch, place->want, true), *child;
	bool *gone = arena_array(ignoring->scratch, n, sizeof(*gone));
	const char *element;

	json_object_foreach(each(place->set), element, child) {
		const struct step step = { at, element };
		size_t index = 0;
		const struct place inner = step_to(place, element, &index);
		const json_t *sent;

		if (!fields_is_child(element))
			continue;
		sent = send(ignoring, &step, &inner, part);
		if (!inner.want && sent)
			json_array_append(out, each(sent));
		else if (sent)
			json_array_set(out, index, each(sent));
		else if (inner.want)
			gone[index] = true;
	}
	for (size_t i = n; i-- > 0;)
		if (gone[i])
			json_array_remove(out, i);
	return out;
}

static size_t size_of(const json_t *value)
{
	return json_object_size(value) + json_array_size(value);
}

/* NULL for a map or list of which nothing is left: as if git had it not. */
static const json_t *rewrite(struct ignoring *ignoring, const struct step *at,
			     const struct place *place, bool part)
{
	const json_t *beside = place->want ? place->want : place->live;
	const json_t *out = json_is_array(beside) ?
				    rewrite_list(ignoring, at, place, part) :
				    rewrite_map(ignoring, at, place, part);

	if (!size_of(out) && (!place->want || size_of(place->want)))
		return NULL;
	return out;
}

/* ---- an object ---- */

/* Who owns what.  What becomes ours before the next apply is ours. */
static void find_owners(struct arena *scratch, const json_t *live,
			const char *manager, struct place *out)
{
	json_t *ours = fields_folded(scratch, live, manager);
	json_t *apply = NULL, *known = NULL;
	const json_t *entry;
	size_t i;

	json_array_foreach(doc_get(live, "metadata", "managedFields", NULL), i,
			   entry) {
		const json_t *set = json_object_get(entry, "fieldsV1");
		const char *name = doc_get_string(entry, "manager", NULL);

		known = fields_union(scratch, known, set);
		if (fields_is_entry(entry, manager, "Apply", ""))
			ours = fields_union(scratch, ours, set);
		else if (name && !fields_is_folded_entry(entry, manager) &&
			 fields_is_entry(entry, name, "Apply", ""))
			apply = fields_union(scratch, apply, set);
	}
	out->ours = ours;
	out->apply = apply;
	out->known = known;
}

/* A Secret with all of its texts as the data that they become. */
static const json_t *without_texts(struct arena *scratch, const json_t *want)
{
	const json_t *texts = json_object_get(want, "stringData");
	json_t *out, *data, *value;
	const char *key;

	if (!str_equal(doc_get_string(want, "kind", NULL), "Secret") ||
	    !json_is_object(texts))
		return want;
	out = shallow(scratch, want, false);
	data = shallow(scratch, json_object_get(want, "data"), false);
	json_object_foreach(each(texts), key, value) {
		AUTO_STR struct str text = STR_INIT(STR_BIG);
		const char *plain = json_string_value(value);

		/* What is no text the server refuses. */
		if (!plain)
			return want;
		str_add_base64(&text, plain, json_string_length(value));
		doc_set_string(data, str_text(&text), key, NULL);
	}
	doc_set(out, data, "data", NULL);
	doc_set(out, NULL, "stringData", NULL);
	return out;
}

/* Our marks stay, whoever owns all labels. */
static const json_t *with_mark(struct arena *scratch, const json_t *sent,
			       const json_t *want, const char *map,
			       const char *key)
{
	const char *mark = doc_get_string(want, "metadata", map, key, NULL);
	json_t *out, *metadata, *marks;

	if (!mark ||
	    str_equal(mark, doc_get_string(sent, "metadata", map, key, NULL)))
		return sent;
	out = shallow(scratch, sent, false);
	metadata = shallow(scratch, doc_get(sent, "metadata", NULL), false);
	marks = shallow(scratch, doc_get(metadata, map, NULL), false);
	doc_set_string(marks, mark, key, NULL);
	doc_set(metadata, marks, map, NULL);
	doc_set(out, metadata, "metadata", NULL);
	return out;
}

static int by_text(const void *a, const void *b)
{
	const char *const *left = a;
	const char *const *right = b;

	return strcmp(*left, *right);
}

static const char **copy_paths(struct arena *arena, const char **paths,
			       size_t n)
{
	const char **out = arena_array(arena, n + 1, sizeof(*out));

	for (size_t i = 0; i < n; i++)
		out[i] = arena_strdup(arena, paths[i]);
	return out;
}

void ignore_apply(struct arena *arena, const struct ignore *ignore,
		  const json_t *want, const json_t *live, const char *manager,
		  struct ignored *out)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct ignoring ignoring = {
		.scratch = scratch,
		.all_ours = !manager,
	};
	struct place place = {
		.want = without_texts(scratch, want),
		.live = live,
	};
	const json_t *sent;

	if (manager)
		find_owners(scratch, live, manager, &place);
	place.set = ignore_set(scratch, ignore, place.want, live, place.known);
	sent = rewrite(&ignoring, NULL, &place, false);
	sent = with_mark(scratch, sent, want, "labels", MARK_LABEL);
	sent = with_mark(scratch, sent, want, "annotations", MARK_ANNOTATION);
	out->doc = doc_share(arena, each(sent));
	out->paths = NULL;
	if (!ignoring.paths.n)
		return;
	out->paths = copy_paths(arena, ignoring.paths.v, ignoring.paths.n);
	qsort(out->paths, ignoring.paths.n, sizeof(*out->paths), by_text);
}

void ignore_keep(struct arena *arena, struct ignored *ignored, bool sent)
{
	size_t n = 0;

	ignored->doc = sent ? doc_share(arena, ignored->doc) : NULL;
	while (ignored->paths && ignored->paths[n])
		n++;
	if (n)
		ignored->paths = copy_paths(arena, ignored->paths, n);
}

void ignore_add_text(struct str *out, const struct ignore *ignore,
		     const json_t *want)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const json_t *set = ignore_set(scratch, ignore, want, NULL, NULL);

	doc_write_json(out, fields_remove(scratch, want, set));
	for (size_t i = 0; i < ignore->n_paths; i++)
		str_printf(out, "\n%s", ignore->paths[i].pointer);
	for (const char *const *name = ignore->managers; name && *name; name++)
		str_printf(out, "\n@%s", *name);
}
