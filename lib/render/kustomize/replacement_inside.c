/* SPDX-License-Identifier: Apache-2.0 */

/* Replacements in YAML or JSON that stands in a text, such as a file in a
 * ConfigMap. */

#include <string.h>

#include "base/str.h"
#include "document/document.h"
#include "render/kustomize/path.h"
#include "render/kustomize/replacement.h"

/* The first text on the way that holds a document, and what it holds. */
static struct node *find_text(struct build *build, struct node *root,
			      const struct path_parts *path, size_t *used,
			      struct node **document)
{
	for (size_t i = 1; i < path->n; i++) {
		const struct path_parts start = { path->v, i, i };
		AUTO_ERR struct err ignored = { 0 }, none = { 0 };
		struct nodes read = { 0 };
		struct node *field;
		struct doc_source source;

		if (path_look_up(build->arena, root, &start, &field, &ignored) <
			    0 ||
		    !node_is(field, NODE_SCALAR))
			continue;
		source = (struct doc_source){
			.name = "a text",
			.line = 1,
			.bytes = { field->text, field->n },
		};
		if (doc_read_nodes(build->arena, &source, NULL, &read, &none) <
			    0 ||
		    !read.n)
			continue;
		*used = i;
		*document = read.v[0];
		return field;
	}
	return NULL;
}

static bool is_json(const char *text)
{
	text += strspn(text, " \t\r\n\v\f");
	return *text == '{' || *text == '[';
}

/* JSON as JSON, in one line unless it was printed prettily; YAML as YAML. */
static int serialize(struct build *build, const struct node *document,
		     const char *old, struct str *out)
{
	AUTO_ERR struct err ignored = { 0 };
	json_t *value;

	if (!is_json(old)) {
		doc_write_node(out, document);
		while (out->len && strchr(" \t\r\n", out->data[out->len - 1]))
			str_cut(out, out->len - 1);
		return 0;
	}
	if (doc_from_node(build->arena, document, &value, &ignored) < 0)
		return -1;
	doc_write_go_json(out, value,
			  strchr(old, '\n') && strstr(old, "  ") ? "  " : NULL);
	return 0;
}

int replacement_set_inside(struct build *build, struct node *root,
			   const struct path_parts *path,
			   const struct node *value,
			   const struct field_options *options)
{
	AUTO_ERR struct err ignored = { 0 };
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	const struct path_create create = {
		.on = options && options->create,
		.kind = (enum node_kind)value->kind,
	};
	struct path_parts rest;
	struct nodes fields = { 0 };
	struct node *document, *field;
	size_t used;

	field = find_text(build, root, path, &used, &document);
	if (!field)
		return 0;
	rest = (struct path_parts){ path->v + used, path->n - used, 0 };
	if (path_match(build->arena, document, &rest, &create, &fields,
		       &ignored) < 0 ||
	    !fields.n)
		return 0;
	for (size_t i = 0; i < fields.n; i++)
		if (replacement_set(build, fields.v[i], value, options,
				    &ignored) < 0)
			return 0;
	if (serialize(build, document, field->text, &text) < 0)
		return 0;
	node_set_text(build->arena, field, str_text(&text),
		      (enum node_tag)field->tag);
	return 1;
}
