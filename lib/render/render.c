/* SPDX-License-Identifier: Apache-2.0 */
#include "render/render.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/vec.h"
#include "document/document.h"

#define RENDER_DEPTH  64  /* directories inside each other */
#define RENDER_ERRORS 100 /* reported in one run; more help nobody */

struct manifests {
	const char **v; /* paths in the tree */
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

/*
 * Files that say: what lies here is not plain.  Taking such a directory for
 * plain manifests would apply bases without their overlay, or templates.
 */
static int refuse_other_kinds(const char *path, const char *name,
			      struct err *err)
{
	static const char *const kustomize[] = {
		"kustomization.yaml",
		"kustomization.yml",
		"Kustomization",
	};

	for (size_t i = 0; i < ARRAY_LEN(kustomize); i++)
		if (!strcmp(name, kustomize[i])) {
			err_set(err, ERR_INPUT,
				"%s: this directory is a kustomization, and "
				"only plain manifests can be rendered",
				path);
			return err_hint(err, "render it with 'kustomize "
					     "build', commit the result and "
					     "name its directory with --path");
		}
	if (!strcmp(name, "Chart.yaml")) {
		err_set(err, ERR_INPUT,
			"%s: this directory is a Helm chart, and only plain "
			"manifests can be rendered",
			path);
		return err_hint(err, "render it with 'helm template', commit "
				     "the result and name its directory with "
				     "--path");
	}
	return 0;
}

static char *below(struct arena *arena, const char *dir, const char *name)
{
	return *dir ? arena_printf(arena, "%s/%s", dir, name) :
		      arena_strdup(arena, name);
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
	for (size_t i = 0; i < entries.n; i++)
		if (refuse_other_kinds(below(walk->arena, dir->path,
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
			*vec_push(walk->arena, &walk->found) = inner.path;
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
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The manifests under `path`, sorted. */
static int find_manifests(struct walk *walk, const char *path, struct err *err)
{
	struct walk_dir top = { .path = path };
	enum tree_kind kind;

	if (tree_resolve(walk->tree, walk->arena, path, &kind, &top.real, err) <
	    0)
		return -1;
	if (kind == TREE_FILE) {
		if (!is_manifest(path))
			return err_set(err, ERR_INPUT,
				       "%s: expected a directory, or a file "
				       "that ends in .yaml, .yml or .json",
				       path);
		*vec_push(walk->arena, &walk->found) = path;
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

/* The documents of one file; all that is wrong in it goes to `err`. */
static void read_manifest(struct arena *arena, const char *path,
			  struct bytes bytes, struct objects *out,
			  struct err *err)
{
	struct docs docs = { 0 };

	if (doc_read_manifests(arena, path, bytes, NULL, &docs, err) < 0)
		return;
	for (size_t i = 0; i < docs.n; i++) {
		AUTO_ERR struct err one = { 0 };

		if (refuse_encrypted(&docs.v[i], &one) < 0 ||
		    objects_add_doc(arena, &docs.v[i], out, &one) < 0)
			err_append(err, &one);
	}
}

static int read_all(struct walk *walk, struct objects *out, struct err *err)
{
	AUTO_ERR struct err all = { 0 };
	size_t total = 0;

	for (size_t i = 0; i < walk->found.n; i++) {
		AUTO_ARENA struct arena *scratch = arena_new();
		AUTO_ERR struct err one = { 0 };
		struct bytes bytes;

		if (tree_read(walk->tree, scratch, walk->found.v[i], &bytes,
			      &one) == 0) {
			total += bytes.len;
			if (total > RENDER_TOTAL_BYTES)
				return err_set(err, ERR_INPUT,
					       "%s: the manifests are larger "
					       "than %zu MiB together",
					       walk->found.v[i],
					       RENDER_TOTAL_BYTES >> 20);
			read_manifest(walk->arena, walk->found.v[i], bytes, out,
				      &one);
		}
		if (out->n > RENDER_OBJECTS)
			return err_set(err, ERR_INPUT,
				       "%s: more than %d objects in one render",
				       walk->found.v[i], RENDER_OBJECTS);
		err_append(&all, &one);
		if (err_count(&all) >= RENDER_ERRORS)
			break;
	}
	if (all.status == ERR_OK)
		return 0;
	err_append(err, &all);
	return -1;
}

int render_path(struct arena *arena, const struct tree *tree, const char *path,
		struct objects *out, struct err *err)
{
	struct walk walk = { .arena = arena, .tree = tree };
	size_t before = out->n;

	if (tree_join(arena, "", path, &path, err) < 0 ||
	    find_manifests(&walk, path, err) < 0 ||
	    read_all(&walk, out, err) < 0)
		return -1;
	if (out->n > before)
		return 0;
	err_set(err, ERR_INPUT, "%s: no objects in '%s'", tree->name,
		*path ? path : ".");
	return err_hint(err, "check --path: it names the directory, or file, "
			     "with the manifests");
}
