/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a node means in the end.  kustomize writes it by yaml.v3, reads that
 * again and passes it through JSON, and each of the three has a say.
 */

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "base/vec.h"
#include "document/document.h"
#include "document/rune.h"
#include "document/scalar.h"
#include "document/yaml_fold.h"

/* ERR_INPUT at the place of a node or key; without one where none is known. */
static PRINTF(4, 5) int fail(const char *file, unsigned line, struct err *err,
			     const char *fmt, ...)
{
	AUTO_STR struct str text = STR_INIT(1024);
	va_list ap;

	va_start(ap, fmt);
	str_vprintf(&text, fmt, ap);
	va_end(ap);
	if (!file)
		return err_set(err, ERR_INPUT, "%s", str_text(&text));
	return err_set(err, ERR_INPUT, "%s:%u: %s", file, line,
		       str_text(&text));
}

/* Base64 as Go decodes it, in which what is no UTF-8 becomes U+FFFD on its
 * way through JSON. */
static int make_binary(const struct node *node, json_t **out, struct err *err)
{
	AUTO_STR struct str bytes = STR_INIT(STR_BIG);
	AUTO_STR struct str valid = STR_INIT(STR_BIG);
	size_t width;

	if (!str_decode_base64(&bytes, node->text, node->n))
		return fail(node->file, node->line, err,
			    "a !!binary value that is no base64");
	for (size_t i = 0; i < bytes.len; i += width) {
		if (doc_rune(bytes.data + i, bytes.len - i, &width) ==
		    RUNE_INVALID)
			str_add(&valid, "\xef\xbf\xbd");
		else
			str_add_bytes(&valid, bytes.data + i, width);
	}
	*out = json_stringn_nocheck(str_text(&valid), valid.len);
	return 0;
}

/* JSON has one kind of number: a real that is whole is an integer where it
 * fits. */
static json_t *make_number(double real)
{
	json_int_t integer;

	if (doc_real_as_integer(real, &integer))
		return json_integer(integer);
	return json_real(real);
}

static int make_resolved(const struct node *node, const struct scalar *scalar,
			 json_t **out, struct err *err)
{
	switch (scalar->type) {
	case SCALAR_STRING:
		*out = json_stringn_nocheck(node->text, node->n);
		return 0;
	case SCALAR_NULL:
		*out = json_null();
		return 0;
	case SCALAR_TRUE:
		*out = json_true();
		return 0;
	case SCALAR_FALSE:
		*out = json_false();
		return 0;
	case SCALAR_INTEGER:
		*out = json_integer(scalar->integer);
		return 0;
	case SCALAR_TIME:
		*out = json_string_nocheck(scalar->time);
		return 0;
	case SCALAR_REAL:
		if (!isfinite(scalar->real)) {
			fail(node->file, node->line, err,
			     "%s is no number that JSON knows", node->text);
			return err_hint(err, "quote it if it is a text");
		}
		*out = make_number(scalar->real);
		return 0;
	}
	return -1;
}

static enum node_tag tag_of(const struct scalar *scalar)
{
	switch (scalar->type) {
	case SCALAR_STRING:
		return NODE_STR;
	case SCALAR_NULL:
		return NODE_NULL;
	case SCALAR_TRUE:
	case SCALAR_FALSE:
		return NODE_BOOL;
	case SCALAR_INTEGER:
		return NODE_INT;
	case SCALAR_REAL:
		return scalar->was_integer ? NODE_INT : NODE_FLOAT;
	case SCALAR_TIME:
		return NODE_TIMESTAMP;
	}
	return NODE_STR;
}

enum node_tag doc_text_tag(const char *text, size_t n)
{
	struct scalar scalar;

	doc_scalar_resolve(text, n, SCALAR_READ, true, &scalar);
	return tag_of(&scalar);
}

/* A string.  What was folded in the source is folded again on kustomize's
 * way, and may not come back as it was. */
static json_t *make_text(const struct node *node, bool flow)
{
	AUTO_STR struct str again = STR_INIT(STR_BIG);

	if (node->style == NODE_FOLDED && !flow &&
	    doc_refold(&again, node->text, node->n))
		return json_stringn_nocheck(again.data, again.len);
	return json_stringn_nocheck(node->text, node->n);
}

/* The tag stays in what kustomize writes: the text has to be of its kind. */
static int make_tagged(const struct node *node, bool flow, json_t **out,
		       struct err *err)
{
	static const char *const names[] = {
		[NODE_INT] = "int",   [NODE_FLOAT] = "float",
		[NODE_BOOL] = "bool", [NODE_NULL] = "null",
		[NODE_STR] = "str",   [NODE_TIMESTAMP] = "timestamp",
	};
	struct scalar scalar;
	enum node_tag is;

	switch ((enum node_tag)node->tag) {
	case NODE_BINARY:
		return make_binary(node, out, err);
	case NODE_NO_TAG:
	case NODE_STR:
	case NODE_OTHER_TAG: /* of others: kustomize drops it */
		*out = make_text(node, flow);
		return 0;
	case NODE_INT:
	case NODE_FLOAT:
	case NODE_BOOL:
	case NODE_NULL:
	case NODE_TIMESTAMP:
		break;
	}
	doc_scalar_resolve(node->text, node->n, SCALAR_READ,
			   node->tag == NODE_TIMESTAMP, &scalar);
	is = tag_of(&scalar);
	/* An integer is also a real. */
	if (is != node->tag && !(is == NODE_INT && node->tag == NODE_FLOAT))
		return fail(node->file, node->line, err, "'%.40s' is no !!%s",
			    node->text, names[node->tag]);
	return make_resolved(node, &scalar, out, err);
}

/* Without a tag that stays, the style decides, then the text. */
static int make_untagged(const struct node *node, const struct scalar *scalar,
			 bool flow, json_t **out, struct err *err)
{
	/* On kustomize's way nothing at all, and a date with a colon, are
	 * quoted between [] or {}. */
	bool quoted = flow && (!node->n || (scalar->type == SCALAR_TIME &&
					    memchr(node->text, ':', node->n)));

	if (quoted || node->style >= NODE_QUOTED) {
		*out = make_text(node, flow);
		return 0;
	}
	return make_resolved(node, scalar, out, err);
}

static int from_scalar(const struct node *node, bool flow, json_t **out,
		       struct err *err)
{
	struct scalar scalar;

	if (node->tagged && node->tag != NODE_NO_TAG)
		return make_tagged(node, flow, out, err);
	if (node->tag == NODE_STR) {
		*out = make_text(node, flow);
		return 0;
	}
	doc_scalar_resolve(node->text, node->n, SCALAR_READ, true, &scalar);
	if (node->tag == NODE_NO_TAG || tag_of(&scalar) == node->tag)
		return make_untagged(node, &scalar, flow, out, err);
	return make_tagged(node, flow, out, err);
}

/* A key that YAML takes for something else, named as the user wrote it. */
static int fail_key(const struct node *mapping, const struct node_entry *entry,
		    enum node_tag tag, struct err *err)
{
	static const char *const kinds[] = {
		[NODE_NULL] = "the null",      [NODE_BOOL] = "the boolean",
		[NODE_INT] = "the number",     [NODE_FLOAT] = "the number",
		[NODE_TIMESTAMP] = "the date",
	};

	fail(mapping->file, entry->line, err,
	     "expected a string as key, found %s '%.60s'", kinds[tag],
	     entry->key);
	return err_hint(err, "quote it");
}

static int check_key(const struct node *mapping, const struct node_entry *entry,
		     struct err *err)
{
	enum node_tag tag;

	if (entry->quoted || !entry->key_len)
		return 0;
	tag = doc_text_tag(entry->key, entry->key_len);
	return tag == NODE_STR ? 0 : fail_key(mapping, entry, tag, err);
}

/* ---- YAML 1.1 ---- */

static int from_scalar_v1_1(const struct node *node, json_t **out,
			    struct err *err)
{
	struct scalar scalar = { .type = SCALAR_STRING };

	if (node->tagged)
		return make_tagged(node, true, out, err);
	if (node->style < NODE_QUOTED)
		doc_scalar_resolve(node->text, node->n, SCALAR_WRITTEN, false,
				   &scalar);
	return make_resolved(node, &scalar, out, err);
}

/* A key that is no text becomes one: "yes" is "true". */
static int key_v1_1(const struct node *mapping, const struct node_entry *entry,
		    struct str *out, struct err *err)
{
	struct scalar scalar = { .type = SCALAR_STRING };

	str_clear(out);
	if (!entry->quoted && entry->key_len)
		doc_scalar_resolve(entry->key, entry->key_len, SCALAR_WRITTEN,
				   false, &scalar);
	switch (scalar.type) {
	case SCALAR_TRUE:
	case SCALAR_FALSE:
		str_add(out, scalar.type == SCALAR_TRUE ? "true" : "false");
		return 0;
	case SCALAR_INTEGER:
		str_printf(out, "%" JSON_INTEGER_FORMAT, scalar.integer);
		return 0;
	case SCALAR_REAL:
		doc_add_real_short(out, scalar.real);
		return 0;
	case SCALAR_NULL:
		return fail_key(mapping, entry, NODE_NULL, err);
	case SCALAR_STRING:
	case SCALAR_TIME:
		break;
	}
	str_add_bytes(out, entry->key, entry->key_len);
	return 0;
}

/* One reference. */
static int from_node_v1_1(const struct node *node, json_t **out,
			  struct err *err)
{
	AUTO_STR struct str key = STR_INIT(STR_BIG);
	json_t *value, *member = NULL;

	if (node->kind == NODE_SCALAR)
		return from_scalar_v1_1(node, out, err);
	value = node->kind == NODE_MAPPING ? json_object() : json_array();
	for (size_t i = 0; i < node->n; i++) {
		const struct node *inner = node->kind == NODE_MAPPING ?
						   node->entries[i].value :
						   node->items[i];

		if ((node->kind == NODE_MAPPING &&
		     key_v1_1(node, &node->entries[i], &key, err) < 0) ||
		    from_node_v1_1(inner, &member, err) < 0) {
			json_decref(value);
			return -1;
		}
		if (node->kind == NODE_MAPPING)
			json_object_setn_new_nocheck(value, str_text(&key),
						     key.len, member);
		else
			json_array_append_new(value, member);
	}
	*out = value;
	return 0;
}

int doc_from_node_v1_1(struct arena *arena, const struct node *node,
		       json_t **out, struct err *err)
{
	json_t *value = NULL;

	if (from_node_v1_1(node, &value, err) < 0)
		return -1;
	*out = doc_keep(arena, value);
	return 0;
}

/* ---- YAML 1.2 ---- */

static int from_node(const struct node *node, bool flow, json_t **out,
		     struct err *err);

static int from_mapping(const struct node *node, bool flow, json_t *object,
			struct err *err)
{
	const struct node_entry *entry;
	json_t *value;

	for (size_t i = 0; i < node->n; i++) {
		entry = &node->entries[i];
		if (check_key(node, entry, err) < 0 ||
		    from_node(entry->value, flow, &value, err) < 0)
			return -1;
		json_object_setn_new_nocheck(object, entry->key, entry->key_len,
					     value);
	}
	return 0;
}

static int from_sequence(const struct node *node, bool flow, json_t *array,
			 struct err *err)
{
	json_t *value;

	for (size_t i = 0; i < node->n; i++) {
		if (from_node(node->items[i], flow, &value, err) < 0)
			return -1;
		json_array_append_new(array, value);
	}
	return 0;
}

/* One reference of the value.  `flow`: it stands between [] or {}. */
static int from_node(const struct node *node, bool flow, json_t **out,
		     struct err *err)
{
	json_t *value;
	int result;

	if (node->kind == NODE_SCALAR)
		return from_scalar(node, flow, out, err);
	flow = flow || node->style == NODE_FLOW;
	value = node->kind == NODE_MAPPING ? json_object() : json_array();
	result = node->kind == NODE_MAPPING ?
			 from_mapping(node, flow, value, err) :
			 from_sequence(node, flow, value, err);
	if (result < 0)
		json_decref(value);
	else
		*out = value;
	return result;
}

int doc_from_node(struct arena *arena, const struct node *node, json_t **out,
		  struct err *err)
{
	json_t *value;

	if (from_node(node, false, &value, err) < 0)
		return -1;
	*out = doc_keep(arena, value);
	return 0;
}

/* ---- documents ---- */

/* Each member of "items" may become an object of its own, with a place. */
static void note_items(struct arena *arena, const struct node *root,
		       struct doc *doc)
{
	const struct node *items = node_get(root, "items");
	unsigned *lines;

	if (!node_is(items, NODE_SEQUENCE))
		return;
	lines = arena_array(arena, items->n, sizeof(*lines));
	for (size_t i = 0; i < items->n; i++)
		lines[i] = items->items[i]->line;
	doc->item_lines = lines;
	doc->n_item_lines = items->n;
}

static int publish(struct arena *arena, const struct node *root,
		   struct docs *out, struct err *err)
{
	struct doc doc = { .name = root->file, .line = root->line };

	if (doc_from_node(arena, root, &doc.value, err) < 0)
		return -1;
	doc.origin = arena_printf(arena, "%s:%u", root->file, root->line);
	note_items(arena, root, &doc);
	*vec_push(arena, out) = doc;
	return 0;
}

/* Annotations are taken as they are spelled: 1.50 is "1.50", ~ is "~". */
void doc_spell_annotations(struct node *object)
{
	struct node *metadata = node_get(object, "metadata");
	struct node *annotations = node_get(metadata, "annotations");

	if (node_is_empty(annotations)) {
		node_remove(metadata, "annotations");
		return;
	}
	for (size_t i = 0;
	     annotations->kind == NODE_MAPPING && i < annotations->n; i++) {
		struct node *value = annotations->entries[i].value;

		if (value->kind != NODE_SCALAR)
			node_clear(value, NODE_SCALAR);
		value->tag = NODE_STR;
		value->tagged = false;
		value->style = NODE_QUOTED;
	}
}

static void spell_all(struct node *object)
{
	struct node *items = node_get(object, "items");

	doc_spell_annotations(object);
	for (size_t i = 0; node_is(items, NODE_SEQUENCE) && i < items->n; i++)
		spell_all(items->items[i]);
}

static int read_docs(struct arena *arena, const char *name, struct bytes bytes,
		     const struct doc_budget *budget, bool manifests,
		     struct docs *out, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const struct doc_source source = doc_source_file(name, bytes);
	struct nodes nodes = { 0 };
	size_t had = out->n;

	name = arena_strdup(arena, name);
	if (doc_read_nodes(scratch, &source, budget, &nodes, err) < 0)
		return -1;
	for (size_t i = 0; i < nodes.n; i++) {
		if (manifests)
			spell_all(nodes.v[i]);
		if (publish(arena, nodes.v[i], out, err) < 0) {
			out->n = had;
			return -1;
		}
		out->v[out->n - 1].name = name;
	}
	return 0;
}

int doc_read_yaml(struct arena *arena, const char *name, struct bytes bytes,
		  const struct doc_budget *budget, struct docs *out,
		  struct err *err)
{
	return read_docs(arena, name, bytes, budget, false, out, err);
}

int doc_read_manifests(struct arena *arena, const char *name,
		       struct bytes bytes, const struct doc_budget *budget,
		       struct docs *out, struct err *err)
{
	return read_docs(arena, name, bytes, budget, true, out, err);
}
