/* SPDX-License-Identifier: Apache-2.0 */
#include "report/mask.h"

#include <string.h>

#include "base/digest.h"

#define LAST_APPLIED "kubectl.kubernetes.io/last-applied-configuration"

/* A Secret that is masked. */
struct masking {
	struct map *seen; /* every value of the run, by its digest */
	struct arena *arena;
	json_t *before, *after;
};

/* `coded`: in base64, as `data` is. */
static void add_plain(struct str *out, const json_t *value, bool coded)
{
	const char *text = json_string_value(value);
	const size_t n = json_string_length(value);

	if (!text)
		doc_write_json(out, value);
	else if (!coded || !str_decode_base64(out, text, n))
		str_add_bytes(out, text, n);
}

/* The number of a value is that of its first appearance, and so tells nothing
 * else of it. */
static size_t number_of(const struct masking *masking, const struct str *plain)
{
	char digest[DIGEST_SHA256_HEX];
	size_t *number;

	digest_sha256_hex(str_text(plain), plain->len, digest);
	number = map_get(masking->seen, digest);
	if (!number) {
		number = arena_alloc(masking->seen->arena, sizeof(*number));
		*number = masking->seen->n + 1;
		map_set(masking->seen, digest, number);
	}
	return *number;
}

static const char *describe(const struct masking *masking, const json_t *value,
			    bool coded)
{
	AUTO_STR struct str plain = STR_INIT(STR_BIG);

	add_plain(&plain, value, coded);
	return arena_printf(masking->arena, "*** (%zu byte%s, #%zu)", plain.len,
			    plain.len == 1 ? "" : "s",
			    number_of(masking, &plain));
}

/* One value of a mapping on each side, which may be NULL, like the value. */
static void mask_member(const struct masking *masking, json_t *before,
			json_t *after, const char *key, bool coded)
{
	const json_t *old = json_object_get(before, key);
	const json_t *new = json_object_get(after, key);
	const char *was = old ? describe(masking, old, coded) : NULL;
	const char *is = new ? describe(masking, new, coded) : NULL;

	/* What differs is to be seen, also where it means the same. */
	if (was && str_equal(was, is) && !doc_equal(old, new))
		is = arena_printf(masking->arena, "%s, written anew", is);
	if (was)
		doc_set_string(before, was, key, NULL);
	if (is)
		doc_set_string(after, is, key, NULL);
}

/*
 * The values of a mapping, key by key.  What should be a mapping and is none
 * (a template gone wrong) may well be the value itself, and goes as a whole.
 */
static void mask_mapping(const struct masking *masking, const char *field,
			 bool coded)
{
	json_t *old = json_object_get(masking->before, field);
	json_t *new = json_object_get(masking->after, field);
	const char *key;
	json_t *value;
	void *next;

	if ((old && !json_is_object(old)) || (new && !json_is_object(new))) {
		mask_member(masking, masking->before, masking->after, field,
			    false);
		return;
	}
	json_object_foreach_safe(old, next, key, value)
		mask_member(masking, old, new, key, coded);
	json_object_foreach_safe(new, next, key,
				 value) if (!json_object_get(old, key))
		mask_member(masking, old, new, key, coded);
}

void report_mask(struct map *seen, struct arena *arena,
		 const struct object *want, json_t **before, json_t **after)
{
	struct masking masking = { .seen = seen, .arena = arena };

	if (!object_is(want, "", "Secret"))
		return;
	masking.before = *before ? doc_copy(arena, *before) : NULL;
	masking.after = *after ? doc_copy(arena, *after) : NULL;
	mask_mapping(&masking, "data", true);
	mask_mapping(&masking, "stringData", false);
	mask_member(&masking,
		    doc_get(masking.before, "metadata", "annotations", NULL),
		    doc_get(masking.after, "metadata", "annotations", NULL),
		    LAST_APPLIED, false);
	*before = masking.before;
	*after = masking.after;
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
