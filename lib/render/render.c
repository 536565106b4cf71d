/* SPDX-License-Identifier: Apache-2.0 */
#include "render/render.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/vec.h"
#include "document/document.h"
#include "render/chart.h"
#include "render/kustomize/kustomize.h"
#include "render/substitute.h"

#define RENDER_DEPTH  64  /* directories inside each other */
#define RENDER_ERRORS 100 /* reported in one run; more help nobody */

/* A file, or the directory of a kustomization. */
struct manifest {
	const char *path; /* in the tree */
	bool kustomization;
};

struct manifests {
	struct manifest *v;
	size_t n;
	size_t room;
};

/* A directory that is being walked, and those it was reached through. */
struct walk_dir {
	const struct walk_dir *above;
	const char *path; /* as the user sees it */
	const char *real; /* where it is once links are followed */
	unsigned depth;
};

struct walk {
	struct arena *arena;
	const struct tree *tree;
	struct manifests found;
	size_t seen; /* entries of all directories */
};

static bool is_manifest(const char *name)
{
	static const char *const endings[] = { ".yaml", ".yml", ".json" };
	size_t len = strlen(name);

	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		size_t n = strlen(endings[i]);

		if (len > n && !strcasecmp(name + len - n, endings[i]))
			return true;
	}
	return false;
}

/* Taking templates for plain manifests would apply them as they are. */
static int refuse_chart(const char *path, const char *name, struct err *err)
{
	if (!render_is_chart_file(name))
		return 0;
	err_set(err, ERR_INPUT, "%s: this directory is a Helm chart", path);
	return err_hint(err,
			"make it an app of its own in gitops.yaml, with "
			"'helm: {}', or commit what 'helm template' prints");
}

static bool holds_kustomization(const struct tree_entries *entries)
{
	for (size_t i = 0; i < entries->n; i++)
		if (kustomize_is_file(entries->v[i].name))
			return true;
	return false;
}

static char *below(struct arena *arena, const char *dir, const char *name)
{
	return *dir ? arena_printf(arena, "%s/%s", dir, name) :
		      arena_strdup(arena, name);
}

static void add_manifest(struct walk *walk, const char *path,
			 bool kustomization)
{
	*vec_push(walk->arena, &walk->found) = (struct manifest){
		.path = path,
		.kustomization = kustomization,
	};
}

static int walk_entry(struct walk *walk, const struct walk_dir *dir,
		      const struct tree_entry *entry, struct err *err);

static int walk_list(struct walk *walk, const struct walk_dir *dir,
		     struct err *err)
{
	struct tree_entries entries = { 0 };

	if (dir->depth > RENDER_DEPTH)
		return err_set(err, ERR_INPUT,
			       "%s: more than %d directories inside each other",
			       dir->path, RENDER_DEPTH);
	for (const struct walk_dir *up = dir->above; up; up = up->above)
		if (!strcmp(up->real, dir->real))
			return err_set(err, ERR_INPUT,
				       "%s: this link leads back to '%s', "
				       "which holds it",
				       dir->path, up->path);
	if (tree_list(walk->tree, walk->arena, dir->path, &entries, err) < 0)
		return -1;
	/* A tree of git may hold itself ten times at each of ten levels. */
	walk->seen += entries.n;
	if (walk->seen > RENDER_ENTRIES) {
		err_set(err, ERR_INPUT,
			"%s: more than %d files and directories up to here",
			*dir->path ? dir->path : ".", RENDER_ENTRIES);
		return err_hint(err, "name the directory of the manifests "
				     "with --path");
	}
	if (holds_kustomization(&entries)) {
		add_manifest(walk, dir->path, true);
		return 0;
	}
	for (size_t i = 0; i < entries.n; i++)
		if (refuse_chart(below(walk->arena, dir->path,
				       entries.v[i].name),
				 entries.v[i].name, err) < 0)
			return -1;
	for (size_t i = 0; i < entries.n; i++)
		if (walk_entry(walk, dir, &entries.v[i], err) < 0)
			return -1;
	return 0;
}

static int walk_entry(struct walk *walk, const struct walk_dir *dir,
		      const struct tree_entry *entry, struct err *err)
{
	struct walk_dir inner = { .above = dir, .depth = dir->depth + 1 };
	enum tree_kind kind;

	if (entry->name[0] == '.')
		return 0;
	if (!*dir->path && !strcmp(entry->name, "gitops.yaml"))
		return 0;
	inner.path = below(walk->arena, dir->path, entry->name);

	/* What no manifest can come from is left alone, unread: a tree may
	 * hold links to anywhere as long as they are not rendered. */
	if (entry->kind == TREE_FILE && !is_manifest(entry->name))
		return 0;
	if (entry->kind == TREE_OTHER)
		return 0;
	if (tree_resolve(walk->tree, walk->arena, inner.path, &kind,
			 &inner.real, err) < 0)
		return -1;
	switch (kind) {
	case TREE_DIR:
		return walk_list(walk, &inner, err);
	case TREE_FILE:
		if (is_manifest(entry->name))
			add_manifest(walk, inner.path, false);
		return 0;
	case TREE_GITLINK:
		err_set(err, ERR_INPUT,
			"%s: this is a submodule; its files are not part of "
			"this repository",
			inner.path);
		return err_hint(err, "name a --path without it, or commit its "
				     "manifests themselves");
	case TREE_LINK:
	case TREE_OTHER:
		return 0;
	}
	return 0;
}

static int compare_paths(const void *a, const void *b)
{
	const struct manifest *left = a, *right = b;

	return strcmp(left->path, right->path);
}

/* The file of a kustomization stands for its directory. */
static const char *directory_of(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	if (!kustomize_is_file(name))
		return NULL;
	return arena_strndup(arena, path, slash ? (size_t)(slash - path) : 0);
}

/* The manifests under `path`, sorted. */
static int find_manifests(struct walk *walk, const char *path, struct err *err)
{
	struct walk_dir top = { .path = path };
	enum tree_kind kind;
	const char *directory;

	if (tree_resolve(walk->tree, walk->arena, path, &kind, &top.real, err) <
	    0)
		return -1;
	directory = directory_of(walk->arena, path);
	if (kind == TREE_FILE && directory) {
		add_manifest(walk, directory, true);
		return 0;
	}
	if (kind == TREE_FILE) {
		if (!is_manifest(path))
			return err_set(err, ERR_INPUT,
				       "%s: expected a directory, or a file "
				       "that ends in .yaml, .yml or .json",
				       path);
		add_manifest(walk, path, false);
		return 0;
	}
	if (walk_list(walk, &top, err) < 0)
		return -1;
	if (walk->found.n)
		qsort(walk->found.v, walk->found.n, sizeof(*walk->found.v),
		      compare_paths);
	return 0;
}

/* A file that sops has encrypted would be applied as cipher text. */
static int refuse_encrypted(const struct doc *doc, struct err *err)
{
	if (!doc_get(doc->value, "sops", "mac", NULL))
		return 0;
	err_set(err, ERR_INPUT,
		"%s: this document is encrypted by sops, which gitops cannot "
		"decrypt",
		doc->origin);
	return err_hint(err, "keep encrypted documents out of the rendered "
			     "path");
}

/* One render, and what it has come to so far. */
struct render {
	struct arena *arena;
	const struct render_args *args;
	struct rendered *out;
	size_t bytes; /* of all files */
	/* That of `args` where it is to be called, else NULL. */
	int (*each)(void *data, const struct object *object, struct err *err);
};

static int add_objects(struct render *render, const struct doc *doc,
		       struct err *err)
{
	const struct map *vars = render->args->vars;
	struct objects *out = &render->out->objects;
	struct arena *arena = render->arena;
	struct docs docs = { 0 };
	int status = 0;

	if (!vars)
		return objects_add_doc(arena, doc, out, err);
	objects_split_doc(arena, doc, &docs);
	for (size_t i = 0; i < docs.n; i++) {
		AUTO_ERR struct err one = { 0 };
		struct doc set;

		if (substitute_doc(arena, &docs.v[i], vars, &set, &one) == 0 &&
		    objects_add_doc(arena, &set, out, &one) == 0)
			continue;
		err_append(err, &one);
		status = -1;
	}
	return status;
}

static void add_document(struct render *render, const struct doc *doc,
			 struct err *err)
{
	AUTO_ERR struct err one = { 0 };

	if (refuse_encrypted(doc, &one) < 0 ||
	    add_objects(render, doc, &one) < 0)
		err_append(err, &one);
}

static int add_bytes(struct render *render, const char *path, size_t n,
		     struct err *err)
{
	render->bytes += n;
	if (render->bytes <= RENDER_TOTAL_BYTES)
		return 0;
	return err_set(err, ERR_INPUT,
		       "%s: the manifests are larger than %zu MiB together",
		       path, RENDER_TOTAL_BYTES >> 20);
}

/* The documents of one file; all that is wrong in it goes to `err`. */
static int read_manifest(struct render *render, const char *path,
			 struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct docs docs = { 0 };
	struct bytes bytes;

	if (tree_read(render->args->tree, scratch, path, &bytes, err) < 0)
		return 0;
	if (add_bytes(render, path, bytes.len, err) < 0)
		return -1;
	if (doc_read_manifests(render->arena, path, bytes, NULL, &docs, err) <
	    0)
		return 0;
	for (size_t i = 0; i < docs.n; i++)
		add_document(render, &docs.v[i], err);
	return 0;
}

/* An object of a kustomization, in the arena. */
static int make_doc(struct arena *arena, const struct kustomize_object *object,
		    struct doc *doc, struct err *err)
{
	*doc = (struct doc){
		.name = arena_strdup(arena, object->file),
		.line = object->line,
	};
	doc->origin = arena_printf(arena, "%s:%u", doc->name, doc->line);
	return doc_from_node(arena, object->root, &doc->value, err);
}

static int hand_on(struct render *render, const struct kustomize_object *made,
		   struct err *err)
{
	const struct map *vars = render->args->vars;
	AUTO_ARENA struct arena *scratch = arena_new();
	struct object object;
	struct doc doc;

	if (make_doc(scratch, made, &doc, err) < 0 ||
	    refuse_encrypted(&doc, err) < 0 ||
	    (vars && substitute_doc(scratch, &doc, vars, &doc, err) < 0))
		return -1;
	object = object_as_is(scratch, &doc);
	return render->each(render->args->data, &object, err);
}

static int read_kustomization(struct render *render, const char *path,
			      struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct kustomize_args args = {
		.tree = render->args->tree,
		.path = path,
		.bytes = RENDER_TOTAL_BYTES - render->bytes,
		.objects = RENDER_OBJECTS,
		.deadline_ms = render->args->deadline_ms,
		.outside = render->args->outside,
	};
	struct kustomize_objects built = { 0 };
	struct doc doc;

	if (kustomize_build(scratch, &args, &built, err) < 0)
		return 0;
	render->bytes += built.bytes;
	for (size_t i = 0; i < built.n; i++) {
		if (render->each) {
			if (hand_on(render, &built.v[i], err) < 0)
				return -1;
			continue;
		}
		if (make_doc(render->arena, &built.v[i], &doc, err) < 0)
			return 0;
		add_document(render, &doc, err);
	}
	return 0;
}

static int read_chart(struct render *render, const char *path, struct err *err)
{
	AUTO_ERR struct err all = { 0 };
	struct docs docs = { 0 };
	size_t bytes;

	if (render_chart_docs(render->arena, render->args, path, &docs, &bytes,
			      err) < 0 ||
	    add_bytes(render, path, bytes, err) < 0)
		return -1;
	for (size_t i = 0; i < docs.n; i++)
		add_document(render, &docs.v[i], &all);
	if (render->out->objects.n > RENDER_OBJECTS)
		return err_set(err, ERR_INPUT,
			       "%s: more than %d objects in one chart", path,
			       RENDER_OBJECTS);
	if (all.status == ERR_OK)
		return 0;
	err_append(err, &all);
	return -1;
}

static int read_all(struct render *render, const struct manifests *found,
		    struct err *err)
{
	AUTO_ERR struct err all = { 0 };

	for (size_t i = 0; i < found->n; i++) {
		const struct manifest *manifest = &found->v[i];
		AUTO_ERR struct err one = { 0 };

		if ((manifest->kustomization ?
			     read_kustomization(render, manifest->path, &one) :
			     read_manifest(render, manifest->path, &one)) < 0) {
			err_append(err, &one);
			return -1;
		}
		if (render->out->objects.n > RENDER_OBJECTS)
			return err_set(err, ERR_INPUT,
				       "%s: more than %d objects in one render",
				       manifest->path, RENDER_OBJECTS);
		err_append(&all, &one);
		if (err_count(&all) >= RENDER_ERRORS)
			break;
	}
	if (all.status == ERR_OK)
		return 0;
	err_append(err, &all);
	return -1;
}

/* What is at the path, if it is no chart. */
static int read_path(struct render *render, const char *path, struct err *err)
{
	const struct render_args *args = render->args;
	struct walk walk = { .arena = render->arena, .tree = args->tree };

	if (find_manifests(&walk, path, err) < 0)
		return -1;
	/* Nothing else can be found where that is. */
	if (walk.found.n == 1 && walk.found.v[0].kustomization)
		render->each = args->each;
	render->out->each = render->each != NULL;
	return read_all(render, &walk.found, err);
}

int render_path(struct arena *arena, const struct render_args *args,
		struct rendered *out, struct err *err)
{
	struct render render = { .arena = arena, .args = args, .out = out };
	const char *path;

	*out = (struct rendered){ 0 };
	if (tree_join(arena, "", args->path, &path, err) < 0 ||
	    (args->chart ? read_chart(&render, path, err) :
			   read_path(&render, path, err)) < 0)
		return -1;
	if (out->objects.n || out->each || args->allow_empty)
		return 0;
	err_set(err, ERR_INPUT, "%s: no objects in '%s'", args->tree->name,
		*path ? path : ".");
	return err_hint(err, "check --path: it names the directory, or file, "
			     "with the manifests");
}
