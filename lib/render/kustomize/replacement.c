/* SPDX-License-Identifier: Apache-2.0 */
#include "render/kustomize/replacement.h"

#include <string.h>

#include "base/vec.h"
#include "document/decode.h"
#include "render/kustomize/path.h"
#include "render/kustomize/selector.h"

#define DEFAULT_PATH "metadata.name"
/* Replacements can copy what others have copied: each doubles the last. */
#define COPY_CAP   4000000
#define HEIGHT_CAP 256

/* ---- the source ---- */

/* kustomize does not look at the scope of kinds here. */
static const char *namespace_of(const char *namespace)
{
	return *namespace ? namespace : RESOURCE_DEFAULT_NAMESPACE;
}

static bool is_source(const struct replacement_source *source,
		      const struct resource_id *id)
{
	const char *name = node_text(source->name);
	const char *namespace = node_text(source->namespace);

	return (!*name || !strcmp(name, id->name)) &&
	       (!*namespace || !strcmp(namespace_of(namespace),
				       namespace_of(id->namespace))) &&
	       resource_id_is(id, node_text(source->group),
			      node_text(source->version),
			      node_text(source->kind));
}

static bool is_or_was_source(struct build *build,
			     const struct replacement_source *source,
			     struct resource *resource)
{
	struct resource_id id = resource_id(build, resource);

	if (is_source(source, &id))
		return true;
	for (size_t i = 0; i < resource->past.n; i++) {
		id = resource_past_id(build, resource, i);
		if (is_source(source, &id))
			return true;
	}
	return false;
}

static int find_source(struct build *build, const struct resource_set *set,
		       const struct replacement_source *source,
		       struct resource **out, struct err *err)
{
	struct resource *found = NULL;

	for (size_t i = 0; i < set->n; i++) {
		if (!is_or_was_source(build, source, set->v[i]))
			continue;
		if (found) {
			node_fail(source->at, err,
				  "this source could be %s '%s' (%s:%u) and "
				  "'%s' (%s:%u)",
				  resource_kind(build, found)->kind,
				  resource_name(found), found->file,
				  found->line, resource_name(set->v[i]),
				  set->v[i]->file, set->v[i]->line);
			return err_hint(err, "say more of it: kind, name and "
					     "namespace");
		}
		found = set->v[i];
	}
	if (!found)
		return node_fail(source->at, err,
				 "this source is no object: there is no %s "
				 "called '%s'",
				 *node_text(source->kind) ?
					 node_text(source->kind) :
					 "object",
				 node_text(source->name));
	*out = found;
	return 0;
}

/* The piece between two delimiters that the options name. */
static int take_piece(struct build *build, const struct node *value,
		      const struct field_options *options, struct node **out,
		      struct err *err)
{
	const char *delimiter = node_text(options->delimiter);
	const char *p = value->text, *next;
	int64_t i = 0;

	if (value->kind != NODE_SCALAR)
		return node_fail(value, err,
				 "a delimiter needs a scalar, found a "
				 "collection");
	while ((next = strstr(p, delimiter)) && i < options->index) {
		p = next + strlen(delimiter);
		i++;
	}
	if (i != options->index)
		return node_fail(options->at, err,
				 "index: '%s' has no piece %lld", value->text,
				 (long long)options->index);
	*out = node_copy(build->arena, value);
	node_set_text(build->arena, *out,
		      next ? arena_strndup(build->arena, p,
					   (size_t)(next - p)) :
			     p,
		      (enum node_tag)value->tag);
	return 0;
}

static int find_value(struct build *build, const struct resource_set *set,
		      const struct replacement_entry *entry, struct node **out,
		      struct err *err)
{
	const struct replacement_source *source = entry->source;
	const char *path;
	struct path_parts parts;
	struct resource *resource;
	struct node *field;

	if (entry->source_value) {
		if (source)
			return node_fail(entry->at, err,
					 "'source' and 'sourceValue' exclude "
					 "each other");
		*out = node_plain(build->arena, entry->source_value->text);
		return 0;
	}
	if (find_source(build, set, source, &resource, err) < 0)
		return -1;
	path = *node_text(source->field_path) ? node_text(source->field_path) :
						DEFAULT_PATH;
	path_split(build->arena, path, false, &parts);
	if (path_look_up(build->arena, resource->root, &parts, &field, err) < 0)
		return err_wrap(err, "%s:%u: fieldPath '%s'", source->at->file,
				source->at->line, path);
	if (node_is_empty(field))
		return node_fail(source->at, err,
				 "fieldPath '%s': %s %s has no such field, or "
				 "nothing in it",
				 path, resource_kind(build, resource)->kind,
				 resource_name(resource));
	*out = field;
	if (source->options && *node_text(source->options->delimiter))
		return take_piece(build, field, source->options, out, err);
	return 0;
}

/* ---- the targets ---- */

/* One of `targets`, ready to match. */
struct target {
	const struct replacement_target *entry;
	struct matcher *select;
	struct {
		struct matcher **v;
		size_t n;
		size_t room;
	} reject;
	struct {
		struct path_parts *v;
		size_t n;
		size_t room;
	} paths;
	const char **path_texts;
};

static int open_target(struct build *build,
		       const struct replacement_target *entry,
		       struct target *out, struct err *err)
{
	size_t n = entry->field_paths.n;

	*out = (struct target){ .entry = entry };
	if (!entry->select)
		return node_fail(entry->at, err,
				 "a target has to say what to 'select'");
	if (matcher_open(build, entry->select, &out->select, err) < 0)
		return -1;
	for (size_t i = 0; i < entry->reject.n; i++)
		if (matcher_open(build, &entry->reject.v[i],
				 vec_push(build->arena, &out->reject), err) < 0)
			return -1;
	out->path_texts = arena_array(build->arena, n + 1, sizeof(char *));
	for (size_t i = 0; i < n || i == 0; i++) {
		const char *path = n ? entry->field_paths.v[i]->text :
				       DEFAULT_PATH;

		out->path_texts[i] = path;
		path_split(build->arena, path, false,
			   vec_push(build->arena, &out->paths));
	}
	return 0;
}

/* Is, or was, it called so?  By the namespace as it stands. */
static bool accepts(struct build *build, const struct matcher *matcher,
		    struct resource *resource)
{
	struct resource_id id = resource_id(build, resource);

	if (matcher_accepts_id(matcher, &id))
		return true;
	for (size_t i = 0; i < resource->past.n; i++) {
		id = resource_past_id(build, resource, i);
		if (matcher_accepts_id(matcher, &id))
			return true;
	}
	return false;
}

static bool is_target(struct build *build, const struct target *target,
		      struct resource *resource)
{
	const struct matcher *reject;

	if (!matcher_accepts_labels(target->select, resource))
		return false;
	for (size_t i = 0; i < target->reject.n; i++) {
		reject = target->reject.v[i];
		if (matcher_has_labels(reject) &&
		    matcher_accepts_labels(reject, resource))
			return false;
		if (matcher_has_id(reject) && accepts(build, reject, resource))
			return false;
	}
	return accepts(build, target->select, resource);
}

static int fail_path(struct build *build, const struct target *target,
		     const char *path, struct resource *resource, bool create,
		     struct err *err)
{
	node_fail(target->entry->at, err, "%s %s has no field '%s'%s",
		  resource_kind(build, resource)->kind, resource_name(resource),
		  path, create ? ", and it cannot be created" : "");
	return create ? -1 :
			err_hint(err, "set 'options: {create: true}' to have "
				      "it created");
}

/* How high a value is; `n` counts what is in it. */
static size_t measure(const struct node *node, size_t *n)
{
	size_t most = 0, height;

	++*n;
	for (size_t i = 0; node->kind == NODE_MAPPING && i < node->n; i++) {
		height = measure(node->entries[i].value, n);
		most = height > most ? height : most;
	}
	for (size_t i = 0; node->kind == NODE_SEQUENCE && i < node->n; i++) {
		height = measure(node->items[i], n);
		most = height > most ? height : most;
	}
	return most + 1;
}

/* Replace the piece of the field that the options name.  A collection has no
 * text. */
static int put_piece(struct build *build, struct node *field,
		     const struct node *value,
		     const struct field_options *options, struct err *err)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);
	const char *delimiter = node_text(options->delimiter);
	size_t n = strlen(delimiter);
	const char *p = field->text, *next;
	int64_t i = 0;

	if (field->kind != NODE_SCALAR)
		return node_fail(field, err,
				 "a delimiter needs a scalar, found a "
				 "collection");
	if (options->index < 0)
		str_printf(&out, "%s%s", node_text(value), delimiter);
	for (;; p = next + n, i++) {
		next = strstr(p, delimiter);
		if (i)
			str_add(&out, delimiter);
		if (i == options->index)
			str_add(&out, node_text(value));
		else
			str_add_bytes(&out, p,
				      next ? (size_t)(next - p) : strlen(p));
		if (!next)
			break;
	}
	if (options->index > i)
		str_printf(&out, "%s%s", delimiter, node_text(value));
	node_set_text(build->arena, field, str_text(&out),
		      (enum node_tag)field->tag);
	return 0;
}

int replacement_set(struct build *build, struct node *field,
		    const struct node *value,
		    const struct field_options *options, struct err *err)
{
	struct node *copy;

	if (measure(value, &build->copied) > HEIGHT_CAP)
		return node_fail(value, err, "a value of more than %d levels",
				 HEIGHT_CAP);
	if (build->copied > COPY_CAP)
		return node_fail(value, err,
				 "the replacements copy more than %d values",
				 COPY_CAP);
	if (build_check(build, value, err) < 0)
		return -1;
	if (options && *node_text(options->delimiter))
		return put_piece(build, field, value, options, err);
	/* Of a scalar only the text is replaced: its type is its own. */
	if (field->kind == NODE_SCALAR) {
		node_set_text(build->arena, field, node_spelled(value),
			      (enum node_tag)field->tag);
		return 0;
	}
	copy = node_copy(build->arena, value);
	*field = *copy;
	return 0;
}

static int copy_to(struct build *build, const struct target *target, size_t i,
		   struct resource *resource, const struct node *value,
		   struct err *err)
{
	const struct field_options *options = target->entry->options;
	const struct path_create create = {
		.on = options && options->create,
		.kind = (enum node_kind)value->kind,
	};
	struct nodes fields = { 0 };

	if (replacement_set_inside(build, resource->root, &target->paths.v[i],
				   value, options))
		return 0;
	if (path_match(build->arena, resource->root, &target->paths.v[i],
		       &create, &fields, err) < 0)
		return err_wrap(err, "%s:%u: field '%s'",
				target->entry->at->file,
				target->entry->at->line, target->path_texts[i]);
	if (!fields.n)
		return fail_path(build, target, target->path_texts[i], resource,
				 create.on, err);
	for (size_t j = 0; j < fields.n; j++)
		if (replacement_set(build, fields.v[j], value, options, err) <
		    0)
			return err_wrap(err, "%s:%u: field '%s'",
					target->entry->at->file,
					target->entry->at->line,
					target->path_texts[i]);
	return 0;
}

static int replace(const struct layer *layer,
		   const struct replacement_entry *entry,
		   struct resource_set *set, struct err *err)
{
	struct build *build = layer->build;
	struct target target;
	struct node *value = NULL;

	if ((!entry->source && !entry->source_value) || !entry->targets.v)
		return node_fail(entry->at, err,
				 "a replacement needs a source and targets");
	if (find_value(build, set, entry, &value, err) < 0)
		return -1;
	for (size_t i = 0; i < entry->targets.n; i++) {
		if (open_target(build, &entry->targets.v[i], &target, err) < 0)
			return -1;
		if (build_check(build, entry->at, err) < 0)
			return -1;
		for (size_t j = 0; j < set->n; j++) {
			if (!is_target(build, &target, set->v[j]))
				continue;
			resource_mark(build, set->v[j]);
			for (size_t k = 0; k < target.paths.n; k++)
				if (copy_to(build, &target, k, set->v[j], value,
					    err) < 0)
					return -1;
			resource_unmark(set->v[j], false);
		}
	}
	return 0;
}

/* ---- files ---- */

static int read_entry(const struct layer *layer, const struct node *node,
		      struct replacement_entries *out, struct err *err)
{
	struct replacement_entry *entry = vec_push(layer->build->arena, out);

	*entry = (struct replacement_entry){ 0 };
	return doc_decode(layer->build->arena, node, &replacement_table,
			  DECODE_LENIENT | DECODE_ANY_CASE | DECODE_SPELL,
			  entry, err);
}

/* A file holds one replacement, or a list of them. */
static int read_file(const struct layer *layer, const struct node *path,
		     struct replacement_entries *out, struct err *err)
{
	struct node *root;

	if (layer_read_node(layer, path, &root, err) < 0)
		return -1;
	if (root->kind == NODE_SCALAR)
		return node_fail(root, err,
				 "expected a replacement, or a list of them");
	if (root->kind == NODE_MAPPING)
		return read_entry(layer, root, out, err);
	for (size_t i = 0; i < root->n; i++)
		if (read_entry(layer, root->items[i], out, err) < 0)
			return -1;
	return 0;
}

int replacement_run(const struct layer *layer,
		    const struct replacement_entries *entries,
		    struct resource_set *set, struct err *err)
{
	struct replacement_entries all = { 0 };

	for (size_t i = 0; i < entries->n; i++) {
		const struct replacement_entry *entry = &entries->v[i];

		if (!entry->path || !entry->path->n) {
			*vec_push(layer->build->arena, &all) = *entry;
			continue;
		}
		if (entry->source || entry->targets.n)
			return node_fail(entry->at, err,
					 "'path' excludes 'source' and "
					 "'targets'");
		if (read_file(layer, entry->path, &all, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < all.n; i++)
		if (replace(layer, &all.v[i], set, err) < 0)
			return -1;
	resource_set_touch(set);
	return 0;
}
