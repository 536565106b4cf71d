/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Events to values, by the rules of yaml.v3 and of kustomize's own expansion
 * of anchors.  Every value is hung to its parent the moment it begins, and
 * the parents to reader->held, which the arena owns: an error can return from
 * anywhere.
 *
 * An alias shares the value of its anchor, but counts as many nodes, and goes
 * as deep, as if it were written out: whoever prints or copies the document
 * writes it out.
 */

#include <string.h>

#include "base/vec.h"
#include "document/scalar.h"
#include "document/yaml_read.h"

/*
 * Where in a manifest a value stands.  kustomize takes annotations as they
 * are spelled: 1.50 is "1.50", ~ is "~".
 */
enum role {
	ROLE_OTHER,
	ROLE_OBJECT, /* the root, or a member of its items */
	ROLE_ITEMS,
	ROLE_METADATA,
	ROLE_ANNOTATIONS, /* the mapping */
	ROLE_ANNOTATION,  /* a value in it */
};

struct anchor {
	json_t *value;
	const char *text; /* of a scalar, as spelled */
	size_t nodes;
	size_t height;   /* of the tallest branch; a scalar's is 0 */
	bool unfinished; /* still being read: an alias to it is a cycle */
};

static int read_node(struct yaml_reader *reader, json_t *parent, enum role role,
		     size_t *height, struct err *err);

static int count_nodes(struct yaml_reader *reader, size_t n, struct err *err)
{
	reader->nodes += n;
	if (reader->nodes <= reader->budget->nodes)
		return 0;
	doc_yaml_fail(reader, err,
		      "more than %zu nodes in a file, aliases expanded",
		      reader->budget->nodes);
	return err_hint(err, "split the file, or write fewer aliases");
}

static int check_depth(const struct yaml_reader *reader, size_t more,
		       struct err *err)
{
	if (reader->depth + more <= reader->budget->depth)
		return 0;
	return doc_yaml_fail(reader, err, "nested more than %zu levels deep",
			     reader->budget->depth);
}

/* Hand one reference of `value` to `parent`, in a mapping under
 * reader->key. */
static void hang(struct yaml_reader *reader, json_t *parent, json_t *value)
{
	if (json_is_array(parent))
		json_array_append_new(parent, value);
	else
		json_object_setn_new_nocheck(parent, str_text(&reader->key),
					     reader->key.len, value);
}

static struct anchor *add_anchor(struct yaml_reader *reader,
				 const yaml_char_t *name, json_t *value)
{
	struct anchor *anchor;

	if (!name)
		return NULL;
	if (!reader->anchors)
		reader->anchors = map_new(reader->arena);
	anchor = arena_alloc(reader->arena, sizeof(*anchor));
	anchor->value = value;
	anchor->nodes = 1;
	map_set(reader->anchors, (const char *)name, anchor);
	return anchor;
}

/* The anchor of the current alias, or NULL and an error. */
static struct anchor *find_anchor(struct yaml_reader *reader, struct err *err)
{
	const char *name = (const char *)reader->event.data.alias.anchor;
	struct anchor *anchor = NULL;

	if (reader->anchors)
		anchor = map_get(reader->anchors, name);
	if (!anchor) {
		doc_yaml_fail(reader, err, "no anchor '&%s' for '*%s'", name,
			      name);
		return NULL;
	}
	if (anchor->unfinished) {
		doc_yaml_fail(reader, err,
			      "alias '*%s' stands inside its own anchor '&%s'",
			      name, name);
		return NULL;
	}
	if (count_nodes(reader, anchor->nodes, err) < 0 ||
	    check_depth(reader, anchor->height, err) < 0)
		return NULL;
	return anchor;
}

static int read_scalar(struct yaml_reader *reader, json_t *parent,
		       enum role role, struct err *err)
{
	const char *text = (const char *)reader->event.data.scalar.value;
	size_t n = reader->event.data.scalar.length;
	struct anchor *anchor;
	json_t *value;

	if (count_nodes(reader, 1, err) < 0)
		return -1;
	if (doc_yaml_scalar(reader, role == ROLE_ANNOTATION, &value, err) < 0)
		return -1;
	hang(reader, parent, value);
	anchor = add_anchor(reader, reader->event.data.scalar.anchor, value);
	if (anchor)
		anchor->text = arena_strndup(reader->arena, text, n);
	return 0;
}

/* ---- keys ---- */

static int fail_key(const struct yaml_reader *reader, const char *what,
		    struct err *err)
{
	doc_yaml_fail(reader, err, "expected a string as key, found %s", what);
	return err_hint(err, "quote it");
}

/* A key that YAML takes for something else, named as the user wrote it. */
static int fail_plain_key(const struct yaml_reader *reader,
			  enum scalar_type type, struct err *err)
{
	static const char *const kinds[] = {
		[SCALAR_STRING] = "the tagged text",
		[SCALAR_NULL] = "the null",
		[SCALAR_TRUE] = "the boolean",
		[SCALAR_FALSE] = "the boolean",
		[SCALAR_INTEGER] = "the number",
		[SCALAR_REAL] = "the number",
		[SCALAR_TIME] = "the date",
	};
	AUTO_STR struct str what = STR_INIT(128);

	str_printf(&what, "%s '%.60s'", kinds[type],
		   (const char *)reader->event.data.scalar.value);
	return fail_key(reader, str_text(&what), err);
}

static int check_key(const struct yaml_reader *reader, struct err *err)
{
	const char *text = (const char *)reader->event.data.scalar.value;
	const char *tag = doc_yaml_tag(reader);
	size_t n = reader->event.data.scalar.length;
	struct scalar scalar = { .type = SCALAR_STRING };

	if (memchr(text, '\0', n))
		return fail_key(reader, "one that holds a NUL", err);
	if (tag)
		return strcmp(tag, YAML_STR_TAG) != 0 ?
			       fail_plain_key(reader, SCALAR_STRING, err) :
			       0;
	if (reader->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE || !n)
		return 0;
	doc_scalar_resolve(text, n, SCALAR_READ, true, &scalar);
	if (scalar.type != SCALAR_STRING)
		return fail_plain_key(reader, scalar.type, err);
	return 0;
}

static bool is_merge(const yaml_event_t *event)
{
	return event->type == YAML_SCALAR_EVENT && !event->data.scalar.tag &&
	       event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	       event->data.scalar.length == 2 &&
	       !memcmp(event->data.scalar.value, "<<", 2);
}

static int read_alias_key(struct yaml_reader *reader, struct err *err)
{
	struct anchor *anchor = find_anchor(reader, err);

	if (!anchor)
		return -1;
	if (!json_is_string(anchor->value) ||
	    strlen(json_string_value(anchor->value)) !=
		    json_string_length(anchor->value))
		return fail_key(reader, "an alias of something else", err);
	str_clear(&reader->key);
	str_add(&reader->key, json_string_value(anchor->value));
	return 0;
}

/* The current event, as reader->key. */
static int read_key(struct yaml_reader *reader, struct err *err)
{
	const yaml_event_t *event = &reader->event;
	json_t *value;

	if (event->type == YAML_ALIAS_EVENT)
		return read_alias_key(reader, err);
	if (event->type != YAML_SCALAR_EVENT) {
		doc_yaml_fail(reader, err,
			      "expected a string as key, found a %s",
			      event->type == YAML_MAPPING_START_EVENT ?
				      "mapping" :
				      "sequence");
		return err_hint(err, "quote a text that begins with '{' or "
				     "'[', such as a template");
	}
	if (count_nodes(reader, 1, err) < 0 || check_key(reader, err) < 0)
		return -1;
	str_clear(&reader->key);
	str_add_bytes(&reader->key, event->data.scalar.value,
		      event->data.scalar.length);
	if (event->data.scalar.anchor) {
		value = json_stringn_nocheck(str_text(&reader->key),
					     reader->key.len);
		json_array_append_new(reader->held, value);
		add_anchor(reader, event->data.scalar.anchor, value);
	}
	return 0;
}

/* The line of the first of two equal keys: members of a mapping stay in the
 * order they came, and so do the lines. */
static unsigned first_line(const struct yaml_reader *reader, json_t *object,
			   size_t first)
{
	void *it = json_object_iter(object);

	for (; it; it = json_object_iter_next(object, it), first++)
		if (json_object_iter_key_len(it) == reader->key.len &&
		    !memcmp(json_object_iter_key(it), str_text(&reader->key),
			    reader->key.len))
			break;
	return reader->key_lines.v[first];
}

static int add_key_line(struct yaml_reader *reader, json_t *object,
			size_t first, struct err *err)
{
	const char *key = str_text(&reader->key);

	if (json_object_getn(object, key, reader->key.len))
		return doc_yaml_fail(reader, err,
				     "key \"%.80s\" is set twice in this "
				     "mapping, first at line %u",
				     key, first_line(reader, object, first));
	*vec_push(reader->arena, &reader->key_lines) = doc_yaml_line(reader);
	return 0;
}

/* ---- collections ---- */

/* What "<<" brings: a mapping, an alias of one, or a sequence of both. */
static int read_merge(struct yaml_reader *reader, json_t **sources,
		      size_t *height, struct err *err)
{
	bool alias = reader->event.type == YAML_ALIAS_EVENT;
	unsigned line = doc_yaml_line(reader);
	json_t *value, *source;
	size_t first = json_array_size(reader->held), i;
	bool right;

	if (read_node(reader, reader->held, ROLE_OTHER, height, err) < 0)
		return -1;
	value = json_array_get(reader->held, first);
	right = json_is_object(value) || (json_is_array(value) && !alias);
	json_array_foreach(value, i, source)
		right = right && json_is_object(source);
	if (!right)
		return err_set(err, ERR_INPUT,
			       "%s:%u: expected a mapping, or a sequence of "
			       "mappings, to merge",
			       reader->name, line);
	*sources = value;
	return 0;
}

/* Keys of the mapping itself win, then those of earlier sources. */
static void merge_one(json_t *object, json_t *source)
{
	const char *key;
	json_t *value;
	size_t len;

	json_object_keylen_foreach(source, key, len,
				   value) if (!json_object_getn(object, key,
								len))
		json_object_setn_nocheck(object, key, len, value);
}

static void merge(json_t *object, json_t *sources)
{
	json_t *source;
	size_t i;

	if (json_is_object(sources))
		merge_one(object, sources);
	json_array_foreach(sources, i, source)
		merge_one(object, source);
}

static void drop_empty_annotations(json_t *metadata)
{
	json_t *annotations = json_object_get(metadata, "annotations");

	if (json_is_null(annotations) ||
	    (json_is_object(annotations) && !json_object_size(annotations)))
		json_object_del(metadata, "annotations");
}

/* What stands under reader->key in a mapping of this role. */
static enum role inner_role(const struct yaml_reader *reader, enum role outer)
{
	const char *key = str_text(&reader->key);

	switch (outer) {
	case ROLE_OBJECT:
		return !strcmp(key, "metadata") ? ROLE_METADATA :
		       !strcmp(key, "items")    ? ROLE_ITEMS :
						  ROLE_OTHER;
	case ROLE_METADATA:
		return !strcmp(key, "annotations") && reader->manifests ?
			       ROLE_ANNOTATIONS :
			       ROLE_OTHER;
	case ROLE_ANNOTATIONS:
		return ROLE_ANNOTATION;
	case ROLE_ITEMS:
	case ROLE_ANNOTATION:
	case ROLE_OTHER:
		break;
	}
	return ROLE_OTHER;
}

static int read_entries(struct yaml_reader *reader, json_t *object,
			enum role role, size_t *height, struct err *err)
{
	size_t first = reader->key_lines.n, child;
	json_t *sources = NULL;

	for (;;) {
		if (doc_yaml_next(reader, err) < 0)
			return -1;
		if (reader->event.type == YAML_MAPPING_END_EVENT)
			break;
		child = 0;
		if (is_merge(&reader->event)) {
			if (sources)
				return doc_yaml_fail(reader, err,
						     "'<<' is set twice in "
						     "this mapping");
			if (doc_yaml_next(reader, err) < 0 ||
			    read_merge(reader, &sources, &child, err) < 0)
				return -1;
		} else if (read_key(reader, err) < 0 ||
			   add_key_line(reader, object, first, err) < 0 ||
			   doc_yaml_next(reader, err) < 0 ||
			   read_node(reader, object, inner_role(reader, role),
				     &child, err) < 0) {
			return -1;
		}
		if (child > *height)
			*height = child;
	}
	if (sources)
		merge(object, sources);
	if (role == ROLE_METADATA && reader->manifests)
		drop_empty_annotations(object);
	reader->key_lines.n = first;
	return 0;
}

static int read_members(struct yaml_reader *reader, json_t *array,
			enum role role, size_t *height, struct err *err)
{
	enum role member = role == ROLE_ITEMS ? ROLE_OBJECT : ROLE_OTHER;
	size_t child;

	for (;;) {
		if (doc_yaml_next(reader, err) < 0)
			return -1;
		if (reader->event.type == YAML_SEQUENCE_END_EVENT)
			return 0;
		/* Each object of a List has its own place. */
		if (role == ROLE_ITEMS && reader->depth == 2)
			*vec_push(reader->arena,
				  &reader->item_lines) = doc_yaml_line(reader);
		child = 0;
		if (read_node(reader, array, member, &child, err) < 0)
			return -1;
		if (child > *height)
			*height = child;
	}
}

static int read_collection(struct yaml_reader *reader, json_t *parent,
			   enum role role, size_t *height, struct err *err)
{
	const yaml_event_t *event = &reader->event;
	bool mapping = event->type == YAML_MAPPING_START_EVENT;
	bool flow = mapping ? event->data.mapping_start.style ==
				      YAML_FLOW_MAPPING_STYLE :
			      event->data.sequence_start.style ==
				      YAML_FLOW_SEQUENCE_STYLE;
	const yaml_char_t *name = mapping ? event->data.mapping_start.anchor :
					    event->data.sequence_start.anchor;
	json_t *value = mapping ? json_object() : json_array();
	size_t nodes = reader->nodes, inner = 0;
	struct anchor *anchor;

	hang(reader, parent, value);
	if (count_nodes(reader, 1, err) < 0 || check_depth(reader, 1, err) < 0)
		return -1;
	anchor = add_anchor(reader, name, value);
	if (anchor)
		anchor->unfinished = true;
	reader->depth++;
	reader->flow += flow;
	if ((mapping ? read_entries(reader, value, role, &inner, err) :
		       read_members(reader, value, role, &inner, err)) < 0)
		return -1;
	reader->flow -= flow;
	reader->depth--;
	*height = inner + 1;
	if (anchor) {
		anchor->unfinished = false;
		anchor->nodes = reader->nodes - nodes;
		anchor->height = *height;
	}
	return 0;
}

static int read_alias(struct yaml_reader *reader, json_t *parent,
		      enum role role, size_t *height, struct err *err)
{
	struct anchor *anchor = find_anchor(reader, err);

	if (!anchor)
		return -1;
	*height = anchor->height;
	if (role == ROLE_ANNOTATION && anchor->text)
		hang(reader, parent, json_string_nocheck(anchor->text));
	else
		hang(reader, parent, json_incref(anchor->value));
	return 0;
}

/* The value that the current event begins, to its last event. */
static int read_node(struct yaml_reader *reader, json_t *parent, enum role role,
		     size_t *height, struct err *err)
{
	switch (reader->event.type) {
	case YAML_SCALAR_EVENT:
		*height = 0;
		return read_scalar(reader, parent, role, err);
	case YAML_ALIAS_EVENT:
		return read_alias(reader, parent, role, height, err);
	case YAML_MAPPING_START_EVENT:
	case YAML_SEQUENCE_START_EVENT:
		return read_collection(reader, parent, role, height, err);
	default:
		return doc_yaml_fail(reader, err, "expected a value");
	}
}

int doc_yaml_root(struct yaml_reader *reader, struct err *err)
{
	size_t height = 0;

	return read_node(reader, reader->held, ROLE_OBJECT, &height, err);
}
