/* SPDX-License-Identifier: Apache-2.0 */
#include "render/kustomize/origin.h"

#include <string.h>

#include "document/document.h"

#define ORIGIN_KEY      "config.kubernetes.io/origin"
#define TRANSFORMER_KEY "alpha.config.kubernetes.io/transformations"
#define PATH_CAP        4096

/* Go's filepath.Join(): ".." may lead out of where it began. */
static char *join(struct arena *arena, const char *base, const char *path)
{
	AUTO_STR struct str out = STR_INIT(PATH_CAP);
	const char *parts[] = { base, path }, *p;
	size_t n, floor = 0; /* what ".." cannot take away any more */

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		for (p = parts[i]; *p; p += n + (p[n] == '/')) {
			n = strcspn(p, "/");
			if (!n || (n == 1 && p[0] == '.'))
				continue;
			if (n == 2 && !memcmp(p, "..", 2) && out.len > floor) {
				while (out.len > floor &&
				       out.data[out.len - 1] != '/')
					str_cut(&out, out.len - 1);
				if (out.len > floor)
					str_cut(&out, out.len - 1);
				continue;
			}
			if (out.len)
				str_add_char(&out, '/');
			str_add_bytes(&out, p, n);
			if (n == 2 && !memcmp(p, "..", 2))
				floor = out.len;
		}
	}
	return str_keep(&out, arena);
}

const struct origin *origin_below(struct build *build,
				  const struct origin *origin, const char *path)
{
	struct origin *below = arena_memdup(build->arena, origin,
					    sizeof(*origin));

	below->path = join(build->arena, origin->path, path);
	return below;
}

const struct origin *origin_remote(struct build *build,
				   const struct kustomize_remote *remote)
{
	struct origin *origin = arena_alloc(build->arena, sizeof(*origin));

	origin->path = join(build->arena, "", remote->path);
	origin->repo = remote->url;
	origin->ref = remote->commit;
	return origin;
}

const struct origin *origin_builtin(struct build *build,
				    const struct origin *origin,
				    const char *file, const char *kind)
{
	struct origin *made = arena_alloc(build->arena, sizeof(*made));
	const char *slash = strrchr(file, '/');

	made->repo = origin->repo;
	made->ref = origin->ref;
	made->configured_in = join(build->arena, origin->path,
				   slash ? slash + 1 : file);
	made->api_version = "builtin";
	made->kind = kind;
	return made;
}

const struct origin *origin_of_plugin(struct build *build,
				      struct resource *plugin)
{
	const struct resource_kind *kind = resource_kind(build, plugin);
	struct origin *made;

	if (!plugin->origin)
		return NULL;
	made = arena_alloc(build->arena, sizeof(*made));
	made->repo = plugin->origin->repo;
	made->ref = plugin->origin->ref;
	made->configured_in = plugin->origin->path;
	made->api_version = kind->api_version;
	made->kind = kind->kind;
	made->name = resource_name(plugin);
	made->namespace = resource_namespace(plugin);
	return made;
}

/* "KEY: VALUE", where there is a value. */
static void add_line(struct arena *arena, struct str *out, const char *indent,
		     const char *key, const char *value)
{
	AUTO_ERR struct err ignored = { 0 };
	json_t *text;

	if (!value || !*value)
		return;
	text = doc_keep(arena, json_string(value));
	str_printf(out, "%s%s: ", indent, key);
	if (!text || doc_write_yaml(out, text, &ignored) < 0)
		str_add(out, "''\n");
}

static void write(struct arena *arena, const struct origin *origin,
		  const char *indent, struct str *out)
{
	AUTO_STR struct str deeper = STR_INIT(64);

	str_printf(&deeper, "%s  ", indent);
	add_line(arena, out, indent, "path", origin->path);
	add_line(arena, out, indent, "repo", origin->repo);
	add_line(arena, out, indent, "ref", origin->ref);
	add_line(arena, out, indent, "configuredIn", origin->configured_in);
	if (!origin->kind)
		return;
	str_printf(out, "%sconfiguredBy:\n", indent);
	add_line(arena, out, str_text(&deeper), "apiVersion",
		 origin->api_version);
	add_line(arena, out, str_text(&deeper), "kind", origin->kind);
	add_line(arena, out, str_text(&deeper), "name", origin->name);
	add_line(arena, out, str_text(&deeper), "namespace", origin->namespace);
}

/* This makes all annotations anew: texts, none of which is shared with another
 * field any more (transform_pairs.c). */
static void annotate(struct build *build, struct resource *resource,
		     const char *key, const char *text)
{
	struct arena *arena = build->arena;
	struct node *metadata = node_open(arena, resource->root, "metadata");

	resource_set_texts(build, resource, "annotations",
			   node_get(metadata, "annotations"));
	node_set(arena, node_open(arena, metadata, "annotations"), key,
		 node_string(arena, text));
}

void origin_set(struct build *build, struct resource *resource,
		const struct origin *origin)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	resource->origin = origin;
	write(build->arena, origin, "", &text);
	annotate(build, resource, ORIGIN_KEY, str_text(&text));
}

/* A patch may have taken it away. */
static bool has_origin(const struct resource *resource)
{
	return node_get(node_get2(resource->root, "metadata", "annotations"),
			ORIGIN_KEY) != NULL;
}

void origin_note(struct build *build, struct resource *resource,
		 const struct origin *origin)
{
	if (origin && !has_origin(resource))
		origin_set(build, resource, origin);
}

/* As a member of a list: its first line begins with "- ". */
static void add_transformer(struct build *build, struct resource *resource,
			    const struct origin *origin)
{
	const struct node *annotations = node_get2(resource->root, "metadata",
						   "annotations");
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	size_t start;

	str_add(&text, node_text(node_get(annotations, TRANSFORMER_KEY)));
	start = text.len;
	write(build->arena, origin, "  ", &text);
	text.data[start] = '-';
	annotate(build, resource, TRANSFORMER_KEY, str_text(&text));
}

void origin_note_transformer(struct build *build, struct resource_set *set,
			     const struct origin *origin)
{
	if (!origin)
		return;
	for (size_t i = 0; i < set->n; i++) {
		if (node_is_empty(set->v[i]->root))
			continue;
		/* What has none was made by the transformer. */
		if (!has_origin(set->v[i]))
			origin_set(build, set->v[i], origin);
		else
			add_transformer(build, set->v[i], origin);
	}
}

void origin_drop(struct build *build, struct resource *resource, bool origins,
		 bool transformers)
{
	struct node *annotations = node_get2(resource->root, "metadata",
					     "annotations");

	(void)build;
	if (!origins)
		node_remove(annotations, ORIGIN_KEY);
	if (!transformers)
		node_remove(annotations, TRANSFORMER_KEY);
}
