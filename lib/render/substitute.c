/* SPDX-License-Identifier: Apache-2.0 */
#include "render/substitute.h"

#include <string.h>

#include "object/object.h"

static bool is_left_alone(const json_t *object)
{
	const json_t *metadata = doc_get(object, "metadata", NULL);

	return str_equal(doc_get_string(metadata, "annotations", SUBSTITUTE_KEY,
					NULL),
			 SUBSTITUTE_DISABLED) ||
	       str_equal(doc_get_string(metadata, "labels", SUBSTITUTE_KEY,
					NULL),
			 SUBSTITUTE_DISABLED);
}

static const char *shown(struct arena *arena, const struct doc *doc)
{
	const struct object object = object_as_is(arena, doc);

	return object_shown(arena, &object);
}

static int fail_missing(const struct doc *doc, const struct map *missing,
			struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();

	for (size_t i = 0; i < missing->n; i++) {
		AUTO_ERR struct err one = { 0 };

		err_set(&one, ERR_INPUT, "%s: the variable '%s' is not set",
			shown(scratch, doc), missing->entries[i].key);
		err_hint(&one,
			 "set it in the app's vars, or give it a default: "
			 "${NAME:=text}; where none is meant write '$${', or "
			 "annotate the object: " SUBSTITUTE_KEY
			 ": " SUBSTITUTE_DISABLED);
		err_append(err, &one);
	}
	return -1;
}

/* The text with its variables, as an object. */
static int read_back(struct arena *arena, const char *name, struct bytes text,
		     json_t **out, struct err *err)
{
	const struct doc_source source = doc_source_file(name, text);
	struct nodes roots = { 0 };

	if (doc_read_nodes(arena, &source, NULL, &roots, err) < 0)
		return -1;
	if (roots.n != 1 || !node_is(roots.v[0], NODE_MAPPING))
		return err_set(err, ERR_INPUT, "%s: this is no object any more",
			       name);
	doc_spell_annotations(roots.v[0]);
	return doc_from_node_v1_1(arena, roots.v[0], out, err);
}

static int substitute(struct arena *arena, const struct doc *doc,
		      const struct map *vars, json_t **out, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_STR struct str before = STR_INIT(STR_BIG);
	AUTO_STR struct str after = STR_INIT(SUBSTITUTE_BYTES);
	struct map *missing = map_new(scratch);
	const char *name = arena_printf(scratch, "%s with its variables",
					shown(scratch, doc));
	json_t *value;

	if (doc_write_yaml(&before, doc->value, err) < 0)
		return err_wrap(err, "%s", name);
	if (!before.len || !memchr(before.data, '$', before.len))
		return 0;
	if (substitute_text(str_bytes(&before), vars, missing, &after, err) < 0)
		return err_wrap(err, "%s", shown(scratch, doc));
	if (missing->n)
		return fail_missing(doc, missing, err);
	if (read_back(scratch, name, str_bytes(&after), &value, err) < 0)
		return err_hint(err, "look at the values of its variables: "
				     "each is put there as it is, and may need "
				     "quotes");
	*out = doc_share(arena, value);
	return 0;
}

int substitute_doc(struct arena *arena, const struct doc *doc,
		   const struct map *vars, struct doc *out, struct err *err)
{
	json_t *value = doc->value;

	if (!is_left_alone(doc->value) &&
	    substitute(arena, doc, vars, &value, err) < 0)
		return err_wrap(err, "%s", doc->origin);
	*out = *doc;
	out->value = value;
	return 0;
}
