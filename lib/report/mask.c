/* SPDX-License-Identifier: Apache-2.0 */
#include "report/mask.h"

#include <string.h>

#define LAST_APPLIED "kubectl.kubernetes.io/last-applied-configuration"

#define SAME   "***"
#define BEFORE "*** (before)"
#define AFTER  "*** (after)"

/* `one_sided`: the whole object is on one side only, so that there is nothing
 * to tell apart. */
static void mask_member(json_t *before, json_t *after, const char *key,
			bool one_sided)
{
	const json_t *old = json_object_get(before, key);
	const json_t *new = json_object_get(after, key);
	const bool same = one_sided || (old && new &&doc_equal(old, new));

	if (old)
		doc_set_string(before, same ? SAME : BEFORE, key, NULL);
	if (new)
		doc_set_string(after, same ? SAME : AFTER, key, NULL);
}

/*
 * The values of a mapping, key by key.  What should be a mapping and is none
 * (a template gone wrong) may well be the value itself, and goes as a whole.
 */
static void mask_mapping(json_t *before, json_t *after, const char *field,
			 bool one_sided)
{
	json_t *old = json_object_get(before, field);
	json_t *new = json_object_get(after, field);
	const char *key;
	json_t *value;
	void *next;

	if ((old && !json_is_object(old)) || (new && !json_is_object(new))) {
		mask_member(before, after, field, one_sided);
		return;
	}
	json_object_foreach_safe(old, next, key, value)
		mask_member(old, new, key, one_sided);
	json_object_foreach_safe(new, next, key,
				 value) if (!json_object_get(old, key))
		mask_member(old, new, key, one_sided);
}

void report_mask(struct arena *arena, const struct object *want,
		 json_t **before, json_t **after)
{
	const bool one_sided = !*before || !*after;
	json_t *old, *new;

	if (!object_is(want, "", "Secret"))
		return;
	old = *before ? doc_copy(arena, *before) : NULL;
	new = *after ? doc_copy(arena, *after) : NULL;
	mask_mapping(old, new, "data", one_sided);
	mask_mapping(old, new, "stringData", one_sided);
	mask_member(doc_get(old, "metadata", "annotations", NULL),
		    doc_get(new, "metadata", "annotations", NULL), LAST_APPLIED,
		    one_sided);
	*before = old;
	*after = new;
}

/* Everything by which objects are called, a line each. */
static void add_names(struct str *names, const struct objects *objects)
{
	for (size_t i = 0; i < objects->n; i++) {
		const struct object *o = &objects->v[i];

		str_printf(names, "%s\n%s\n%s\n%s\n%s\n", o->api_version,
			   o->kind, o->namespace, o->name, o->origin);
	}
}

/*
 * A value that is part of an object's name is no secret, and hiding it would
 * hide which object is meant: `environment: production` is often kept in a
 * Secret.
 */
static void hide(struct run *run, const char *names, const char *text, size_t n)
{
	if (n && (strlen(text) != n || !strstr(names, text)))
		run_add_secret(run, text, n);
}

/* `coded`: in base64, as `data` is. */
static void hide_values(struct run *run, const char *names, json_t *value,
			bool coded)
{
	AUTO_STR struct str plain = STR_INIT(STR_BIG);
	json_t *member;
	const char *key;
	size_t i;

	json_object_foreach(value, key, member)
		hide_values(run, names, member, coded);
	json_array_foreach(value, i, member)
		hide_values(run, names, member, coded);
	if (json_is_number(value)) {
		doc_write_json(&plain, value);
		hide(run, names, str_text(&plain), plain.len);
	} else if (json_is_string(value)) {
		const char *text = json_string_value(value);
		const size_t n = json_string_length(value);

		hide(run, names, text, n);
		if (coded && str_decode_base64(&plain, text, n))
			hide(run, names, str_text(&plain), plain.len);
	}
}

void report_hide_secrets(struct run *run, const struct objects *want)
{
	AUTO_STR struct str names = STR_INIT(STR_BIG);

	add_names(&names, want);
	for (size_t i = 0; i < want->n; i++) {
		const struct object *object = &want->v[i];

		if (!object_is(object, "", "Secret"))
			continue;
		hide_values(run, str_text(&names),
			    doc_get(object->doc, "data", NULL), true);
		hide_values(run, str_text(&names),
			    doc_get(object->doc, "stringData", NULL), false);
	}
}
