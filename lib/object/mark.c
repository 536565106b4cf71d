/* SPDX-License-Identifier: Apache-2.0 */
#include "object/mark.h"

#include <string.h>

#include "base/digest.h"
#include "base/str.h"
#include "object/ignore.h"

#define IDENTITY_HEX 16
#define CONTENT_HEX  32

char *mark_set_id(struct arena *arena, const char *name, const char *namespace)
{
	const char *parent = arena_printf(arena, "%s.%s.ConfigMap.", name,
					  namespace);
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	uint8_t digest[DIGEST_SHA256_BYTES];
	char *id;

	digest_sha256(parent, strlen(parent), digest);
	str_add_base64(&text, digest, sizeof(digest));
	/* RFC 4648 part 5, without padding. */
	while (str_ends(str_text(&text), "="))
		str_cut(&text, text.len - 1);
	id = arena_printf(arena, "applyset-%s-v1", str_text(&text));
	for (char *c = id; *c; c++)
		*c = (char)(*c == '+' ? '-' : *c == '/' ? '_' : *c);
	return id;
}

static char *hash(struct arena *arena, const struct str *text, int digits)
{
	char digest[DIGEST_SHA256_HEX];

	digest_sha256_hex(str_text(text), text->len, digest);
	return arena_printf(arena, "%.*s", digits, digest);
}

/* Of which object, and in which set; whatever its version. */
static char *identity(struct arena *arena, const struct object *object,
		      const char *set)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	str_printf(&text, "%s\n%s\n%s\n%s\n%s", set, object->group,
		   object->kind, object->namespace, object->name);
	return hash(arena, &text, IDENTITY_HEX);
}

static char *annotation(struct arena *arena, const struct object *object,
			const char *set)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	char *id = identity(arena, object, set);

	if (object_is(object, "", "Secret"))
		return id;
	if (object->ignore)
		ignore_add_text(&text, object->ignore, object->doc);
	else
		doc_write_json(&text, object->doc);
	return arena_printf(arena, "%s.%s", id,
			    hash(arena, &text, CONTENT_HEX));
}

/* Documents are never changed, so what is on the way to the mark is new. */
static json_t *copy_map(struct arena *arena, const json_t *map)
{
	return doc_keep(arena, map ? json_copy((json_t *)(uintptr_t)map) :
				     json_object());
}

static void set_in(struct arena *arena, json_t *metadata, const char *map,
		   const char *key, const char *value)
{
	const json_t *now = doc_get(metadata, map, NULL);
	json_t *copy;

	/* What is no map the server will refuse. */
	if (now && !json_is_object(now) && !json_is_null(now))
		return;
	copy = copy_map(arena, json_is_object(now) ? now : NULL);
	doc_set_string(copy, value, key, NULL);
	doc_set(metadata, copy, map, NULL);
}

int mark_object(struct arena *arena, struct object *object, const char *set,
		struct err *err)
{
	json_t *doc = copy_map(arena, object->doc);
	json_t *metadata = copy_map(arena,
				    doc_get(object->doc, "metadata", NULL));

	if (doc_get(metadata, "labels", MARK_LABEL, NULL)) {
		err_set(err, ERR_INPUT,
			"%s: %s has the label " MARK_LABEL
			", which says that it is part of another set",
			object->origin, object_shown(arena, object));
		return err_hint(err, "remove the label: sync puts its own on");
	}
	set_in(arena, metadata, "labels", MARK_LABEL, set);
	set_in(arena, metadata, "annotations", MARK_ANNOTATION,
	       annotation(arena, object, set));
	doc_set(doc, metadata, "metadata", NULL);
	object->doc = doc;
	return 0;
}

static const char *annotation_of(const json_t *object)
{
	return doc_get_string(object, "metadata", "annotations",
			      MARK_ANNOTATION, NULL);
}

bool mark_is_ours(const json_t *live, const struct object *object,
		  const char *set)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const char *found = annotation_of(live);

	return str_equal(doc_get_string(live, "metadata", "labels", MARK_LABEL,
					NULL),
			 set) &&
	       found && str_starts(found, identity(scratch, object, set));
}

bool mark_is_same(const json_t *live, const json_t *marked)
{
	const char *found = annotation_of(live);

	return found && str_equal(found, annotation_of(marked));
}

bool mark_has_digest(const json_t *marked)
{
	const char *found = annotation_of(marked);

	return found && strchr(found, '.');
}
