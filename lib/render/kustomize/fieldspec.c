/* SPDX-License-Identifier: Apache-2.0 */
#include "render/kustomize/fieldspec.h"

#include <string.h>

#include "base/str.h"
#include "document/decode.h"

#define PARTS_MOST   128
#define SEGMENT_MOST 1024

/* One walk of one spec through one object. */
struct walk {
	struct arena *arena;
	const struct fieldspec *spec;
	const struct fieldspec_setter *setter;
};

bool fieldspec_matches(const struct fieldspec *spec, const struct node *object)
{
	const char *api_version, *slash;
	size_t group;

	if (spec->kind &&
	    strcmp(spec->kind, node_spelled(node_get(object, "kind"))) != 0)
		return false;
	if (!spec->group && !spec->version)
		return true;
	api_version = node_spelled(node_get(object, "apiVersion"));
	slash = strchr(api_version, '/');
	group = slash ? (size_t)(slash - api_version) : 0;
	if (spec->group && (strlen(spec->group) != group ||
			    memcmp(spec->group, api_version, group) != 0))
		return false;
	return !spec->version ||
	       !strcmp(spec->version, slash ? slash + 1 : api_version);
}

/* The next segment of `path`, unescaped; where the rest begins, or NULL behind
 * the last one. */
static const char *take_segment(const char *path, char out[SEGMENT_MOST])
{
	size_t n = 0;

	for (; *path && n < SEGMENT_MOST - 1; path++) {
		if (path[0] == '\\' && path[1] == '/')
			path++;
		else if (*path == '/')
			break;
		out[n++] = *path;
	}
	out[n] = '\0';
	return *path ? path + 1 : NULL;
}

static int walk_node(const struct walk *walk, struct node *node,
		     const char *path, struct err *err);

/* The field, made where it is missing and may be. */
static struct node *find_or_make(const struct walk *walk, struct node *mapping,
				 const char *name, bool last)
{
	struct node *field = node_get(mapping, name);

	if (field)
		return field;
	if (last && walk->setter->create_kind == NODE_SCALAR)
		field = node_tagged(walk->arena, "", NODE_NO_TAG);
	else
		field = node_mapping(walk->arena);
	node_add(walk->arena, mapping, name, field);
	return field;
}

/* A null becomes what would have been made in its place. */
static void fill_null(const struct walk *walk, struct node *field, bool last)
{
	if (last && walk->setter->create_kind == NODE_SCALAR) {
		field->tag = (unsigned char)walk->setter->create_tag;
		return;
	}
	node_clear(field, NODE_MAPPING);
}

static int walk_mapping(const struct walk *walk, struct node *mapping,
			const char *path, struct err *err)
{
	char name[SEGMENT_MOST];
	const char *rest = take_segment(path, name);
	bool list = str_ends(name, "[]");
	bool create = walk->spec->create && walk->setter->creates && !list;
	struct node *field;

	if (list)
		name[strlen(name) - 2] = '\0';
	if (!*name)
		return node_fail(mapping, err,
				 "field '%s' has a part without a name",
				 walk->spec->path);
	field = create ? find_or_make(walk, mapping, name, !rest) :
			 node_get(mapping, name);
	if (!field)
		return 0;
	if (node_is_null(field)) {
		if (list)
			node_clear(field, NODE_SEQUENCE);
		else if (create)
			fill_null(walk, field, !rest);
	}
	return walk_node(walk, field, rest, err);
}

static int walk_node(const struct walk *walk, struct node *node,
		     const char *path, struct err *err)
{
	if (!path)
		return walk->setter->set(walk->arena, node, walk->setter->data,
					 err);
	if (node_is_null(node))
		return 0;
	switch ((enum node_kind)node->kind) {
	case NODE_SEQUENCE:
		for (size_t i = 0; i < node->n; i++)
			if (walk_node(walk, node->items[i], path, err) < 0)
				return -1;
		return 0;
	case NODE_MAPPING:
		return walk_mapping(walk, node, path, err);
	case NODE_SCALAR:
		break;
	}
	return node_fail(node, err,
			 "expected a mapping or a list on the way to field "
			 "'%s', found '%.40s'",
			 walk->spec->path, node_text(node));
}

int fieldspec_apply(struct arena *arena, const struct fieldspec *spec,
		    struct node *object, const struct fieldspec_setter *setter,
		    struct err *err)
{
	const struct walk walk = { arena, spec, setter };
	const char *path = spec->path;
	size_t parts = 0;

	for (const char *p = path; *p; p++)
		parts += *p == '/';
	if (parts > PARTS_MOST)
		return node_fail(object, err,
				 "field '%.40s...' has more than %d parts",
				 path, PARTS_MOST);
	if (path[0] == '/')
		path++;
	return walk_node(&walk, object, path, err);
}

int fieldspecs_apply(struct arena *arena, const struct fieldspecs *specs,
		     struct node *object, const struct fieldspec_setter *setter,
		     struct err *err)
{
	for (size_t i = 0; i < specs->n; i++)
		if (fieldspec_matches(&specs->v[i], object) &&
		    fieldspec_apply(arena, &specs->v[i], object, setter, err) <
			    0)
			return -1;
	return 0;
}
