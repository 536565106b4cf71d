/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the chosen apps are made from.  More must not be looked at, or an image
 * would be moved in what another app alone is made from.
 */

#include <string.h>
#include <strings.h>

#include "base/vec.h"
#include "release/inside.h"

struct walk {
	struct planner *planner;
	const struct app *app;
	struct map *seen; /* by this app: real paths */
	bool values;      /* what is read next are values for a chart */
};

static const char *const kustomizations[] = {
	"kustomization.yaml",
	"kustomization.yml",
	"Kustomization",
};

static int visit(struct walk *walk, const char *path, struct err *err);

static bool is_manifest(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot &&
	       (strcasecmp(dot, ".yaml") == 0 || strcasecmp(dot, ".yml") == 0 ||
		strcasecmp(dot, ".json") == 0);
}

/* Read it, unless an app before has. */
static int read_file(struct walk *walk, const char *path,
		     const struct release_file **out, struct err *err)
{
	struct planner *planner = walk->planner;
	struct release_file *file = map_get(planner->by_path, path);
	struct arena *arena = planner->arena;
	struct bytes bytes;

	if (!file) {
		file = arena_alloc(arena, sizeof(*file));
		file->path = path;
		if (tree_read(planner->tree, arena, path, &bytes, err) < 0 ||
		    splice_read(arena, path, bytes, &file->file, err) < 0)
			return -1;
		image_find(arena, &file->file, walk->values, &file->uses);
		image_find_markers(arena, &file->file, &file->markers);
		*vec_push(arena, &planner->files) = file;
		map_set(planner->by_path, path, file);
	}
	*vec_push(arena, &file->apps) = walk->app;
	*out = file;
	return 0;
}

/* ---- kustomizations ---- */

/* The fields that name files, and those of their members that do. */
static const char *const fields[] = {
	"bases",
	"components",
	"configurations",
	"crds",
	"generators",
	"helmChartInflationGenerator",
	"helmCharts",
	"patches",
	"patchesJson6902",
	"replacements",
	"patchesStrategicMerge",
	"resources",
	"transformers",
	"validators",
	NULL,
};
static const char *const members[] = {
	"additionalValuesFiles",
	"path",
	"valuesFile",
	NULL,
};

static bool is_one_of(const char *key, const char *const *keys)
{
	while (*keys && !str_equal(key, *keys))
		keys++;
	return *keys;
}

/* Is this what names a file of values? */
static bool names_values(const struct splice_place *place)
{
	return str_equal(place->key, "valuesFile") ||
	       (place->up &&
		str_equal(place->up->key, "additionalValuesFiles"));
}

/* A text that names something of the tree leads there. */
static int follow(struct walk *walk, const char *directory, const char *text,
		  struct err *err)
{
	AUTO_ERR struct err none = { 0 };
	struct arena *arena = walk->planner->arena;
	enum tree_kind kind;
	const char *path;

	if (!*text || str_equal(text, ".") ||
	    tree_join(arena, directory, text, &path, &none) < 0 ||
	    tree_resolve(walk->planner->tree, arena, path, &kind, NULL, &none) <
		    0)
		return 0;
	if (kind == TREE_FILE && !is_manifest(path))
		return 0;
	return visit(walk, path, err);
}

/* `keys` are those of a mapping that lead on. */
static int follow_all(struct walk *walk, const char *directory,
		      const struct splice_place *place, const char *const *keys,
		      struct err *err)
{
	const struct splice_place *one = place->first;
	int status;

	if (place->kind == SPLICE_SCALAR) {
		walk->values = names_values(place);
		status = follow(walk, directory, place->text, err);
		walk->values = false;
		return status;
	}
	if (place->kind == SPLICE_ALIAS)
		return 0;
	for (; one; one = one->next)
		if ((place->kind == SPLICE_SEQUENCE ||
		     is_one_of(one->key, keys)) &&
		    follow_all(walk, directory, one, members, err) < 0)
			return -1;
	return 0;
}

static int visit_kustomization(struct walk *walk, const char *directory,
			       const char *path, struct err *err)
{
	const struct release_file *file;

	if (map_set(walk->seen, path, walk))
		return 0;
	if (read_file(walk, path, &file, err) < 0)
		return -1;
	for (size_t i = 0; i < file->file.documents.n; i++)
		if (follow_all(walk, directory, file->file.documents.v[i],
			       fields, err) < 0)
			return -1;
	return 0;
}

/* The kustomization of a directory, or NULL. */
static int find_kustomization(struct walk *walk, const char *directory,
			      const char **out, struct err *err)
{
	struct arena *arena = walk->planner->arena;
	enum tree_kind kind;
	const char *path;

	*out = NULL;
	for (size_t i = 0; i < ARRAY_LEN(kustomizations) && !*out; i++) {
		AUTO_ERR struct err none = { 0 };

		if (tree_join(arena, directory, kustomizations[i], &path, err) <
		    0)
			return -1;
		if (tree_resolve(walk->planner->tree, arena, path, &kind, out,
				 &none) < 0 ||
		    kind != TREE_FILE)
			*out = NULL;
	}
	return 0;
}

/* ---- everything ---- */

static int visit_directory(struct walk *walk, const char *directory,
			   struct err *err)
{
	struct arena *arena = walk->planner->arena;
	struct tree_entries entries = { 0 };
	const char *path;

	if (find_kustomization(walk, directory, &path, err) < 0)
		return -1;
	if (path)
		return visit_kustomization(walk, directory, path, err);
	if (tree_list(walk->planner->tree, arena, directory, &entries, err) < 0)
		return -1;
	for (size_t i = 0; i < entries.n; i++) {
		const struct tree_entry *entry = &entries.v[i];

		if (*entry->name == '.' || entry->kind == TREE_GITLINK ||
		    (!*directory && str_equal(entry->name, APPS_FILE)) ||
		    (entry->kind == TREE_FILE && !is_manifest(entry->name)))
			continue;
		if (follow(walk, directory, entry->name, err) < 0)
			return -1;
	}
	return 0;
}

/* `path` may be a link; each file and directory is visited once. */
static int visit(struct walk *walk, const char *path, struct err *err)
{
	struct planner *planner = walk->planner;
	const struct release_file *file;
	enum tree_kind kind;
	const char *real;

	if (run_check(planner->release->run, err) < 0 ||
	    tree_resolve(planner->tree, planner->arena, path, &kind, &real,
			 err) < 0)
		return -1;
	if (map_set(walk->seen, real, walk))
		return 0;
	if (kind == TREE_DIR)
		return visit_directory(walk, real, err);
	return read_file(walk, real, &file, err);
}

/* Of a chart, what stands there without a template. */
static int visit_chart(struct walk *walk, const struct apps *apps,
		       struct err *err)
{
	const struct app_helm *chart = walk->app->helm;
	const char *const *files = chart->values_files;
	const struct release_file *file;

	walk->values = true;
	if (follow(walk, walk->app->path, "values.yaml", err) < 0)
		return -1;
	for (; *files; files++)
		if (visit(walk, *files, err) < 0)
			return -1;
	walk->values = false;
	if (!chart->values)
		return 0;
	return read_file(walk, apps->file, &file, err);
}

int release_read_files(struct planner *planner, const struct apps *apps,
		       struct err *err)
{
	planner->by_path = map_new(planner->arena);
	for (size_t i = 0; i < apps->n; i++) {
		struct walk walk = { .planner = planner, .app = &apps->v[i] };

		if (!walk.app->chosen)
			continue;
		walk.seen = map_new(planner->arena);
		if ((walk.app->helm ? visit_chart(&walk, apps, err) :
				      visit(&walk, walk.app->path, err)) < 0)
			return *walk.app->origin ?
				       err_wrap(err, "app %s", walk.app->name) :
				       -1;
	}
	return 0;
}
