/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Files and directories of a kustomization.  Files must lie in or below its
 * own directory, once links are followed; a directory may lie anywhere in the
 * tree, but no layer may lead back to one above it.
 */

#include "render/kustomize/layer.h"

#include <string.h>

#include "base/str.h"
#include "base/vec.h"
#include "document/decode.h"
#include "document/document.h"
#include "render/kustomize/remote.h"

#define LAYERS_CAP 64 /* above each other */

static const char *const file_names[] = {
	"kustomization.yaml",
	"kustomization.yml",
	"Kustomization",
};

bool kustomize_is_file(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(file_names); i++)
		if (!strcmp(file_names[i], name))
			return true;
	return false;
}

const char *layer_path(const struct layer *layer, const char *name)
{
	struct arena *arena = layer->build->arena;
	AUTO_ERR struct err ignored = { 0 };
	const char *joined;

	if (tree_join(arena, layer->root, name, &joined, &ignored) < 0)
		return name;
	return *layer->shown ?
		       arena_printf(arena, "%s%s", layer->shown, joined) :
		       joined;
}

static int fail_remote(const struct node *at, const char *path, struct err *err)
{
	node_fail(at, err, "'%s' is a file elsewhere, which is not fetched",
		  path);
	return err_hint(err, "commit the file to this repository, and name it "
			     "here");
}

int layer_read(const struct layer *layer, struct arena *scratch,
	       const struct node *at, const char *path, struct bytes *out,
	       struct err *err)
{
	struct build *build = layer->build;
	const char *joined, *real;
	enum tree_kind kind;

	if (remote_is(path))
		return fail_remote(at, path, err);
	if (build_check(build, at, err) < 0)
		return -1;
	if (tree_join(build->arena, layer->root, path, &joined, err) < 0 ||
	    tree_resolve(layer->tree, build->arena, joined, &kind, &real, err) <
		    0)
		return err_wrap(err, "%s:%u", at->file, at->line);
	if (kind == TREE_DIR)
		return node_fail(at, err,
				 "'%s' is a directory, expected a file", path);
	if (!tree_is_below(real, layer->root)) {
		node_fail(at, err,
			  "'%s' does not lie in or below '%s', the directory "
			  "of this kustomization",
			  path, *layer->root ? layer->root : ".");
		return err_hint(err, "move the file there, or name a directory "
				     "with a kustomization that holds it");
	}
	if (tree_read(layer->tree, scratch, joined, out, err) < 0)
		return err_wrap(err, "%s:%u", at->file, at->line);
	build->bytes += out->len;
	if (build->bytes > build->args->bytes)
		return node_fail(at, err,
				 "the files of this build are larger than %zu "
				 "MiB together",
				 build->args->bytes >> 20);
	return 0;
}

int layer_source(const struct layer *layer, struct arena *scratch,
		 const struct node *name, struct doc_source *out,
		 struct err *err)
{
	struct bytes bytes;

	if (layer_read(layer, scratch, name, name->text, &bytes, err) < 0)
		return -1;
	*out = doc_source_file(layer_path(layer, name->text), bytes);
	return 0;
}

int layer_read_node(const struct layer *layer, const struct node *name,
		    struct node **out, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct nodes nodes = { 0 };
	struct doc_source source;

	if (layer_source(layer, scratch, name, &source, err) < 0 ||
	    doc_read_nodes(layer->build->arena, &source, NULL, &nodes, err) < 0)
		return -1;
	if (!nodes.n)
		return node_fail(name, err, "'%s' is empty", name->text);
	*out = nodes.v[0];
	return 0;
}

/* ---- opening ---- */

bool layer_is_directory(const struct layer *layer, const struct node *name)
{
	struct arena *arena = layer->build->arena;
	AUTO_ERR struct err ignored = { 0 };
	enum tree_kind kind;
	const char *joined;

	if (remote_is(name->text))
		return true;
	return tree_join(arena, layer->root, name->text, &joined, &ignored) ==
		       0 &&
	       tree_resolve(layer->tree, arena, joined, &kind, NULL,
			    &ignored) == 0 &&
	       kind == TREE_DIR;
}

/* The one file of the directory that makes it a kustomization. */
static int find_file(struct layer *layer, const struct node *at,
		     const char **path, struct err *err)
{
	struct arena *arena = layer->build->arena;
	struct tree_entries entries = { 0 };
	const char *found = NULL;

	if (tree_list(layer->tree, arena, layer->root, &entries, err) < 0)
		return -1;
	for (size_t i = 0; i < entries.n; i++) {
		if (!kustomize_is_file(entries.v[i].name))
			continue;
		if (found) {
			err_set(err, ERR_INPUT,
				"%s: two files make this directory a "
				"kustomization, '%s' and '%s'",
				*layer->root ? layer->root : ".", found,
				entries.v[i].name);
			return err_hint(err, "remove one of them");
		}
		found = entries.v[i].name;
	}
	if (!found) {
		node_fail(at, err,
			  "'%s' holds no kustomization.yaml, "
			  "kustomization.yml or Kustomization",
			  at ? at->text : layer->root);
		return err_hint(err, "name a directory with a kustomization, "
				     "or its files one by one");
	}
	layer->file = layer_path(layer, found);
	return tree_join(arena, layer->root, found, path, err);
}

static int read_kustomization(struct layer *layer, const char *path,
			      struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct build *build = layer->build;
	struct nodes nodes = { 0 };
	struct doc_source source;
	struct bytes bytes;

	if (tree_read(layer->tree, scratch, path, &bytes, err) < 0)
		return -1;
	source = doc_source_file(layer->file, bytes);
	source.repeats = true;
	if (doc_read_nodes(build->arena, &source, NULL, &nodes, err) < 0)
		return -1;
	if (!nodes.n) {
		err_set(err, ERR_INPUT, "%s:1: this kustomization is empty",
			layer->file);
		return err_hint(err, "name what it is made of under "
				     "'resources:'");
	}
	return kustomization_decode(build->arena, nodes.v[0],
				    &layer->kustomization, err);
}

/* The first kustomization that asks for a schema gets it. */
static int choose_schema(struct layer *layer, struct err *err)
{
	const struct node *openapi = layer->kustomization.openapi;
	const struct node *path = node_get(openapi, "path");
	const struct node *version = node_get(openapi, "version");
	struct build *build = layer->build;
	struct node *root;

	if (build->schema_chosen)
		return 0;
	if (path && version)
		return node_fail(openapi, err,
				 "openapi: 'path' and 'version' exclude each "
				 "other");
	if (version && !node_text_is(version, "v1.21.2"))
		return node_fail(version, err,
				 "openapi: kustomize has no version but "
				 "'v1.21.2'");
	if (path) {
		if (layer_read_node(layer, path, &root, err) < 0 ||
		    schema_read(build->arena, root, &build->schema, err) < 0)
			return -1;
	}
	build->schema_chosen = path || version;
	return 0;
}

static int finish_opening(struct layer *layer, const struct node *at,
			  struct err *err)
{
	const char *path;

	if (find_file(layer, at, &path, err) < 0 ||
	    read_kustomization(layer, path, err) < 0)
		return -1;
	return choose_schema(layer, err);
}

int layer_open_top(struct build *build, struct layer **out, struct err *err)
{
	struct layer *layer = arena_alloc(build->arena, sizeof(*layer));
	enum tree_kind kind;

	layer->build = build;
	layer->shown = "";
	layer->tree = build->args->tree;
	if (tree_resolve(layer->tree, build->arena, build->args->path, &kind,
			 &layer->root, err) < 0)
		return -1;
	if (finish_opening(layer, NULL, err) < 0)
		return -1;
	if (layer->kustomization.build_metadata.v) {
		struct origin *origin = arena_alloc(build->arena,
						    sizeof(*origin));

		origin->path = "";
		layer->origin = origin;
	}
	*out = layer;
	return 0;
}

/* "base - .." is two entries of a list whose indentation went wrong. */
static int check_segments(const struct node *name, struct err *err)
{
	const char *p = name->text;
	size_t n;

	for (; *p; p += n + (p[n] == '/')) {
		AUTO_STR struct str part = STR_INIT(4096);

		n = strcspn(p, "/");
		str_add_bytes(&part, p, n);
		if (n <= 2 || !strstr(str_text(&part), ".."))
			continue;
		node_fail(name, err, "'%s' is ambiguous: '%s' is part of it",
			  name->text, str_text(&part));
		return err_hint(err, "check the indentation of this list");
	}
	return 0;
}

static int check_cycle(const struct layer *layer, const struct node *name,
		       struct err *err)
{
	const struct layer *above = layer->above;
	unsigned depth = 0;

	for (const struct layer *up = above; up; up = up->above) {
		if (up->tree == layer->tree &&
		    tree_is_below(up->root, layer->root)) {
			node_fail(name, err,
				  "'%s' leads back to '%s', which is being "
				  "built",
				  name->text, up->file);
			return err_hint(err, "a kustomization cannot hold "
					     "itself, or what holds it");
		}
		depth++;
	}
	if (depth < LAYERS_CAP)
		return 0;
	return node_fail(name, err,
			 "more than %d kustomizations above each other",
			 LAYERS_CAP);
}

static int fail_forbidden(const struct node *name, struct err *err)
{
	node_fail(name, err, "'%s' is a base elsewhere, and nothing is fetched",
		  name->text);
	return err_hint(err, "commit it to this repository");
}

/* A base in another repository: `joined` is its path there. */
static int open_remote(struct layer *layer, const struct node *name,
		       const char **joined, struct err *err)
{
	struct build *build = layer->build;
	const struct kustomize_outside *outside = build->args->outside;
	struct kustomize_remote remote;

	if (remote_parse(build, name, &remote, err) < 0)
		return -1;
	if (!outside || !outside->fetch)
		return fail_forbidden(name, err);
	if (outside->fetch(outside->data, &remote, &layer->tree, err) < 0 ||
	    tree_join(build->arena, "", remote.path, joined, err) < 0)
		return err_wrap(err, "%s:%u", name->file, name->line);
	layer->shown = arena_printf(build->arena, "%s@%.7s//", remote.url,
				    remote.commit);
	if (layer->above->origin)
		layer->origin = origin_remote(build, &remote);
	return 0;
}

static int open_local(struct layer *layer, const struct node *name,
		      const char **joined, struct err *err)
{
	const struct layer *above = layer->above;

	layer->tree = above->tree;
	layer->shown = above->shown;
	if (check_segments(name, err) < 0)
		return -1;
	if (tree_join(layer->build->arena, above->root, name->text, joined,
		      err) < 0)
		return err_wrap(err, "%s:%u", name->file, name->line);
	if (above->origin)
		layer->origin = origin_below(layer->build, above->origin,
					     name->text);
	return 0;
}

int layer_open(struct build *build, const struct layer *above,
	       const struct node *name, struct layer **out, struct err *err)
{
	struct layer *layer = arena_alloc(build->arena, sizeof(*layer));
	enum tree_kind kind;
	const char *joined;

	layer->build = build;
	layer->above = above;
	if (!name->n)
		return node_fail(name, err, "expected a path, found nothing");
	if (build_check(build, name, err) < 0)
		return -1;
	if ((remote_is(name->text) ? open_remote(layer, name, &joined, err) :
				     open_local(layer, name, &joined, err)) < 0)
		return -1;
	if (tree_resolve(layer->tree, build->arena, joined, &kind, &layer->root,
			 err) < 0)
		return err_wrap(err, "%s:%u", name->file, name->line);
	if (kind != TREE_DIR)
		return node_fail(name, err,
				 "'%s' is a file, expected a directory",
				 name->text);
	if (check_cycle(layer, name, err) < 0 ||
	    finish_opening(layer, name, err) < 0)
		return -1;
	layer->kustomization.build_metadata =
		above->kustomization.build_metadata;
	*out = layer;
	return 0;
}
