/* SPDX-License-Identifier: Apache-2.0 */

/* ValueAddTransformer: one text, put into fields of its choice. */

#include <string.h>

#include "base/str.h"
#include "base/vec.h"
#include "document/decode.h"
#include "render/kustomize/path.h"
#include "render/kustomize/plugin.h"
#include "render/kustomize/selector.h"
#include "render/kustomize/transform.h"

struct value_target {
	const struct node *at;
	struct selector *select;
	const struct node *field_path;
	int64_t position; /* in the path that the field holds; 0: no path */
};

struct value_targets {
	struct value_target *v;
	size_t n;
	size_t room;
};

struct value_config {
	const struct node *at;
	const struct node *value;
	const struct node *file;
	struct value_targets targets;
};

/* clang-format off */
static const struct decode_field target_fields[] = {
	DECODE_TEXT(struct value_target, field_path, "fieldPath"),
	DECODE_INT(struct value_target, position, "filePathPosition"),
	DECODE_STRUCT(struct value_target, select, "selector",
		      &selector_table),
};
static const struct decode_table target_table =
	DECODE_TABLE(struct value_target, target_fields);

static const struct decode_field value_fields[] = {
	DECODE_TEXT(struct value_config, file, "targetFilePath"),
	DECODE_STRUCTS(struct value_config, targets, "targets", &target_table),
	DECODE_TEXT(struct value_config, value, "value"),
};
static const struct decode_table value_table =
	DECODE_TABLE(struct value_config, value_fields);
/* clang-format on */

/* Without blanks around it; else the name of the directory. */
static int choose_value(const struct plugin *plugin, const struct node *value,
			const char **out, struct err *err)
{
	const char *root = plugin->layer->root;
	const char *slash = strrchr(root, '/');
	struct bytes text = { "", 0 };

	if (value)
		text = doc_source_text(value).bytes;
	*out = arena_strndup(plugin->layer->build->arena, text.data, text.len);
	if (**out)
		return 0;
	*out = slash ? slash + 1 : root;
	if (**out)
		return 0;
	node_fail(plugin->config->root, err, "value is missing");
	return err_hint(err, "at the root of the repository there is no name "
			     "of a directory to take in its place");
}

static int read_targets(const struct plugin *plugin,
			struct value_config *config, struct err *err)
{
	struct arena *arena = plugin->layer->build->arena;
	struct value_config more = { 0 };
	struct node *root;

	if (*node_text(config->file)) {
		if (layer_read_node(plugin->layer, config->file, &root, err) <
			    0 ||
		    doc_decode(arena, root, &value_table,
			       DECODE_LENIENT | DECODE_ANY_CASE | DECODE_SPELL,
			       &more, err) < 0)
			return -1;
		for (size_t i = 0; i < more.targets.n; i++)
			*vec_push(arena, &config->targets) = more.targets.v[i];
	}
	if (!config->targets.n)
		return node_fail(plugin->config->root, err,
				 "targets: expected one at least");
	for (size_t i = 0; i < config->targets.n; i++) {
		const struct value_target *target = &config->targets.v[i];

		if (!*node_text(target->field_path))
			return node_fail(target->at, err,
					 "fieldPath is missing");
		if (target->position < 0)
			return node_fail(target->at, err,
					 "filePathPosition: expected a number "
					 "from 0");
	}
	return 0;
}

/* "a/b\/c" is "a" and "b/c". */
static void split(struct arena *arena, const char *path, struct path_parts *out)
{
	AUTO_STR struct str part = STR_INIT(STR_BIG);

	for (;; path++) {
		if (path[0] == '\\' && path[1] == '/') {
			str_add_char(&part, *++path);
		} else if (*path && *path != '/') {
			str_add_char(&part, *path);
		} else {
			*vec_push(arena, out) = str_keep(&part, arena);
			str_clear(&part);
			if (!*path)
				return;
		}
	}
}

/* The path with `value` as its part number `position`, from 1; one that is
 * absolute stays so. */
static const char *insert(struct arena *arena, const char *path,
			  int64_t position, const char *value)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);
	bool absolute = *path == '/', done = false;
	int64_t i = 1;
	size_t n;

	for (const char *p = path; *p; p += n) {
		p += strspn(p, "/");
		n = strcspn(p, "/");
		if (!n)
			break;
		if (i++ == position) {
			str_printf(&out, "%s%s", out.len ? "/" : "", value);
			done = true;
		}
		str_printf(&out, "%s%.*s", out.len ? "/" : "", (int)n, p);
	}
	if (!done)
		str_printf(&out, "%s%s", out.len ? "/" : "", value);
	return arena_printf(arena, "%s%s", absolute ? "/" : "", str_text(&out));
}

static int add_to(struct build *build, struct resource *resource,
		  const struct value_target *target, const char *value,
		  struct err *err)
{
	const struct transform_namespace namespace = { .namespace = value };
	struct path_parts path = { 0 };
	struct node *field;

	if (node_text_is(target->field_path, "metadata/namespace"))
		return transform_namespace_of(build, resource, &namespace, err);
	split(build->arena, target->field_path->text, &path);
	if (path_make(build->arena, resource->root, &path, NODE_SCALAR, &field,
		      err) < 0)
		return -1;
	if (!field)
		return 0;
	if (field->kind != NODE_SCALAR)
		return node_fail(field, err,
				 "'%s' is a collection, expected a text",
				 target->field_path->text);
	if (target->position > 0)
		value = insert(build->arena, node_text(field), target->position,
			       value);
	node_set_text(build->arena, field, value, NODE_NO_TAG);
	return 0;
}

int plugin_add_value(const struct plugin *plugin, struct err *err)
{
	struct build *build = plugin->layer->build;
	struct resource_set *set = &plugin->to->set;
	struct value_config config = { 0 };
	struct matcher *matcher = NULL;
	const char *value;

	if (plugin_decode(plugin, &value_table, &config, err) < 0 ||
	    choose_value(plugin, config.value, &value, err) < 0 ||
	    read_targets(plugin, &config, err) < 0)
		return -1;
	for (size_t i = 0; i < config.targets.n; i++) {
		const struct value_target *target = &config.targets.v[i];

		if (target->select &&
		    matcher_open(build, target->select, &matcher, err) < 0)
			return -1;
		for (size_t j = 0; j < set->n; j++) {
			if (target->select &&
			    !matcher_accepts(build, matcher, set->v[j]))
				continue;
			if (add_to(build, set->v[j], target, value, err) < 0)
				return -1;
		}
	}
	resource_set_touch(set);
	return 0;
}
