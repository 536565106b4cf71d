/* SPDX-License-Identifier: Apache-2.0 */
#include "render/kustomize/chart.h"

#include <string.h>

#include "base/semver.h"
#include "base/str.h"
#include "base/vec.h"
#include "document/decode.h"
#include "document/document.h"
#include "render/kustomize/generator.h"
#include "render/kustomize/merge.h"

#define CHART_HOME "charts"

enum values_merge {
	VALUES_MERGE,    /* those of the file win */
	VALUES_OVERRIDE, /* the inline ones win */
	VALUES_REPLACE,  /* those of the file do not count */
};

/* One that is to be inflated. */
struct inflation {
	const struct layer *layer;
	const struct chart_entry *entry;
	const char *dir; /* of the chart, as the kustomization sees it */
	struct helm_chart chart;
};

static struct arena *arena_of(const struct inflation *inflation)
{
	return inflation->layer->build->arena;
}

/* ---- checks ---- */

static int fail_forbidden(const struct node *at, struct err *err)
{
	node_fail(at, err, "this needs the program helm, which is not started");
	return err_hint(err, "allow it with --enable-helm, or commit what the "
			     "chart makes");
}

static int check_entry(const struct chart_entry *entry,
		       const struct chart_globals *globals, struct err *err)
{
	const struct node *home = entry->config_home;

	if (!*node_text(entry->name))
		return node_fail(entry->at, err, "this chart has no name");
	if (*node_text(entry->name) == '-')
		return node_fail(entry->name, err,
				 "name: expected a chart, found '%s'",
				 entry->name->text);
	if (*node_text(entry->release_name) == '-')
		return node_fail(entry->release_name, err,
				 "releaseName: expected a name, found '%s'",
				 entry->release_name->text);
	if (!home && globals)
		home = globals->config_home;
	if (!*node_text(home))
		return 0;
	node_fail(home, err,
		  "a home of helm on this machine is not looked into");
	return err_hint(err, "leave configHome out: helm is started with an "
			     "empty one");
}

static int read_merge(const struct node *text, enum values_merge *out,
		      struct err *err)
{
	/* In the order of the enum. */
	static const char *const names[] = {
		"merge",
		"override",
		"replace",
		NULL,
	};
	int chosen = VALUES_OVERRIDE;

	if (node_choose(text, "valuesMerge", names, &chosen, err) < 0)
		return -1;
	*out = (enum values_merge)chosen;
	return 0;
}

/* ---- the chart ---- */

/* "1.2.3", all three: what "1.2" leads to can change. */
static bool is_exact(struct arena *arena, const char *text)
{
	size_t core = strcspn(text, "-+"), dots = 0;
	struct semver version;

	for (size_t i = 0; i < core; i++)
		dots += text[i] == '.';
	return dots == 2 && semver_parse(arena, text, &version);
}

static int pull(struct inflation *inflation, struct err *err)
{
	const struct chart_entry *entry = inflation->entry;
	const struct kustomize_outside *outside =
		inflation->layer->build->args->outside;
	const struct helm_source source = {
		.repository = node_text(entry->repo),
		.name = entry->name->text,
		.version = node_text(entry->version),
	};
	const char *slash = strrchr(source.name, '/');

	if (!*source.repository) {
		node_fail(entry->name, err, "no chart at '%s'",
			  layer_path(inflation->layer, inflation->dir));
		return err_hint(err, "commit it there, or say with 'repo:' and "
				     "'version:' where it comes from");
	}
	if (!is_exact(arena_of(inflation), source.version)) {
		node_fail(entry->version ? entry->version : entry->at, err,
			  "version: expected one such as 1.2.3, found '%s'",
			  source.version);
		return err_hint(err, "what a range leads to can change");
	}
	if (outside->pull(outside->data, &source, &inflation->chart.tree, err) <
	    0)
		return err_wrap(err, "%s:%u", entry->repo->file,
				entry->repo->line);
	inflation->chart.path = slash ? slash + 1 : source.name;
	return 0;
}

/* Where a chart is that lies in this tree. */
static int find_chart(struct inflation *inflation,
		      const struct chart_globals *globals, struct err *err)
{
	const struct layer *layer = inflation->layer;
	const struct chart_entry *entry = inflation->entry;
	const struct node *named = entry->chart_home;
	struct arena *arena = arena_of(inflation);
	AUTO_ERR struct err none = { 0 };
	enum tree_kind kind;
	const char *home, *joined, *real;

	if (!named && globals)
		named = globals->chart_home;
	home = named && *named->text ? named->text : CHART_HOME;
	if (*node_text(entry->version) && *node_text(entry->repo))
		home = arena_printf(arena, "%s/%s-%s", home, entry->name->text,
				    entry->version->text);
	inflation->dir = arena_printf(arena, "%s/%s", home, entry->name->text);
	if (tree_join(arena, layer->root, inflation->dir, &joined, err) < 0)
		return err_wrap(err, "%s:%u", entry->at->file, entry->at->line);
	if (tree_resolve(layer->tree, arena, joined, &kind, &real, &none) < 0) {
		if (none.status == ERR_NOT_FOUND)
			return pull(inflation, err);
		err_append(err, &none);
		return err_wrap(err, "%s:%u", entry->at->file, entry->at->line);
	}
	if (kind != TREE_DIR)
		return node_fail(entry->name, err,
				 "'%s' is a file, expected the directory of a "
				 "chart",
				 inflation->dir);
	inflation->chart.tree = layer->tree;
	inflation->chart.path = real;
	return 0;
}

/* ---- values ---- */

/* The file that the chart's own values are taken from. */
static int read_file(struct inflation *inflation, struct doc_source *out,
		     struct err *err)
{
	const struct layer *layer = inflation->layer;
	const struct chart_entry *entry = inflation->entry;
	struct arena *arena = arena_of(inflation);
	const char *name = "values.yaml";
	struct bytes bytes;

	if (*node_text(entry->values_file))
		return layer_source(layer, arena, entry->values_file, out, err);
	if (inflation->chart.tree == layer->tree) {
		name = arena_printf(arena, "%s/%s", inflation->dir, name);
		if (layer_read(layer, arena, entry->name, name, &bytes, err) <
		    0)
			return -1;
		*out = doc_source_file(layer_path(layer, name), bytes);
		return 0;
	}
	name = arena_printf(arena, "%s/%s", inflation->chart.path, name);
	if (tree_read(inflation->chart.tree, arena, name, &bytes, err) < 0)
		return err_wrap(err, "%s:%u", entry->at->file, entry->at->line);
	*out = doc_source_file(name, bytes);
	return 0;
}

/* The inline values as kustomize hands them on: every number is a double. */
static int read_inline(struct inflation *inflation, struct node **out,
		       struct err *err)
{
	json_t *value;

	if (doc_from_node_v1_1(arena_of(inflation),
			       inflation->entry->values_inline, &value,
			       err) < 0)
		return -1;
	*out = node_from_json(arena_of(inflation), value);
	return 0;
}

/* Those of the file, and the inline ones with them. */
static int merge_values(struct inflation *inflation, enum values_merge how,
			struct node **values, struct err *err)
{
	const struct build *build = inflation->layer->build;
	struct nodes roots = { 0 };
	struct doc_source file;
	struct node *merged;

	if (read_file(inflation, &file, err) < 0 ||
	    doc_read_nodes(build->arena, &file, NULL, &roots, err) < 0)
		return -1;
	if (!roots.n)
		return 0;
	if ((how == VALUES_MERGE ?
		     merge_patch(build->arena, &build->schema, *values,
				 roots.v[0], &merged, err) :
		     merge_patch(build->arena, &build->schema, roots.v[0],
				 *values, &merged, err)) < 0)
		return -1;
	*values = merged ? merged : node_mapping(build->arena);
	return 0;
}

static int add_inline(struct inflation *inflation, struct err *err)
{
	const struct chart_entry *entry = inflation->entry;
	struct arena *arena = arena_of(inflation);
	AUTO_STR struct str text = STR_INIT(HELM_BYTES);
	enum values_merge how;
	struct node *values;
	json_t *value;

	if (read_merge(entry->values_merge, &how, err) < 0 ||
	    read_inline(inflation, &values, err) < 0)
		return -1;
	if (how != VALUES_REPLACE &&
	    merge_values(inflation, how, &values, err) < 0)
		return -1;
	if (doc_from_node(arena, values, &value, err) < 0)
		return -1;
	doc_write_go_json(&text, value, NULL);
	inflation->chart.values[inflation->chart.n_values++] =
		(struct bytes){ str_keep(&text, arena), text.len };
	return 0;
}

static int add_values(struct inflation *inflation, struct err *err)
{
	const struct chart_entry *entry = inflation->entry;
	struct helm_chart *chart = &inflation->chart;
	const struct nodes *more = &entry->additional_values;
	struct doc_source file;

	if (entry->values_inline && entry->values_inline->n) {
		if (entry->values_inline->kind != NODE_MAPPING)
			return node_fail(entry->values_inline, err,
					 "valuesInline: expected a mapping");
		if (add_inline(inflation, err) < 0)
			return -1;
	} else {
		if (read_file(inflation, &file, err) < 0)
			return -1;
		chart->values[chart->n_values++] = file.bytes;
	}
	for (size_t i = 0; i < more->n; i++) {
		if (chart->n_values == HELM_VALUES)
			return node_fail(more->v[i], err,
					 "more than %d files of values",
					 HELM_VALUES);
		if (layer_source(inflation->layer, arena_of(inflation),
				 more->v[i], &file, err) < 0)
			return -1;
		chart->values[chart->n_values++] = file.bytes;
	}
	return 0;
}

/* ---- all of it ---- */

static const char *inherited_namespace(const struct layer *layer)
{
	const char *namespace = "";

	for (; layer && !*namespace; layer = layer->above)
	namespace = node_text(layer->kustomization.namespace);
	return namespace;
}

static void set_options(struct inflation *inflation, bool inherits)
{
	const struct chart_entry *entry = inflation->entry;
	struct helm_chart *chart = &inflation->chart;
	struct arena *arena = arena_of(inflation);
	const char **versions = arena_array(arena, entry->api_versions.n + 1,
					    sizeof(*versions));

	for (size_t i = 0; i < entry->api_versions.n; i++)
		versions[i] = node_text(entry->api_versions.v[i]);
	chart->api_versions = versions;
	chart->release = node_text(entry->release_name);
	chart->name_template = node_text(entry->name_template);
	chart->namespace = node_text(entry->namespace);
	if (!*chart->namespace && inherits)
		chart->namespace = inherited_namespace(inflation->layer);
	chart->kube_version = node_text(entry->kube_version);
	chart->crds = entry->include_crds;
	chart->no_hooks = entry->skip_hooks;
	chart->no_tests = entry->skip_tests;
}

/* What helm has printed; its place is that of the entry. */
static int add_objects(const struct inflation *inflation, struct bytes printed,
		       const struct origin *origin, struct resource_set *set,
		       struct err *err)
{
	const struct node *at = inflation->entry->at;
	struct build *build = inflation->layer->build;
	const struct doc_source source =
		doc_source_file(arena_printf(build->arena, "chart %s",
					     inflation->entry->name->text),
				printed);
	struct resources made = { 0 };

	if (layer_parse(inflation->layer, &source, &made, err) < 0)
		return err_wrap(err, "%s:%u", at->file, at->line);
	build->bytes += printed.len;
	for (size_t i = 0; i < made.n; i++) {
		made.v[i]->file = at->file;
		made.v[i]->line = at->line;
		made.v[i]->from_helm = true;
		origin_note(build, made.v[i], origin);
		if (generator_absorb(build, set, made.v[i], err) < 0)
			return -1;
	}
	return 0;
}

int chart_run(const struct layer *layer, const struct chart_entry *entry,
	      const struct chart_globals *globals, bool inherits,
	      const struct origin *origin, struct resource_set *set,
	      struct err *err)
{
	const struct kustomize_outside *outside = layer->build->args->outside;
	struct inflation inflation = { .layer = layer, .entry = entry };
	struct bytes printed;

	if (!outside || !outside->inflate)
		return fail_forbidden(entry->at, err);
	if (check_entry(entry, globals, err) < 0 ||
	    find_chart(&inflation, globals, err) < 0 ||
	    add_values(&inflation, err) < 0)
		return -1;
	set_options(&inflation, inherits);
	if (outside->inflate(outside->data, &inflation.chart, &printed, err) <
	    0)
		return err_wrap(err, "%s:%u", entry->at->file, entry->at->line);
	return add_objects(&inflation, printed, origin, set, err);
}
