/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One layer from its resources to its validators, in kustomize's order
 * (api/internal/target/kusttarget.go).  What a component does, it does to the
 * objects of the layer that names it; what a base does stays in the base.
 */

#include <string.h>

#include "base/vec.h"
#include "document/decode.h"
#include "render/kustomize/builtin.h"
#include "render/kustomize/chart.h"
#include "render/kustomize/generator.h"
#include "render/kustomize/layer.h"
#include "render/kustomize/plugin.h"
#include "render/kustomize/reference.h"

/* ---- configuration ---- */

/* The very same lists?  There is no padding between them. */
static bool config_is(const struct config *a, const struct config *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/*
 * Merging is not idempotent: a field of all kinds that is merged into a list
 * with the same one of a single kind is lost.  So what is merged into what, and
 * how often, is as kustomize has it, but for the defaults among themselves.
 */
static int merge_config(struct arena *arena, struct config *to,
			const struct config *more, struct err *err)
{
	static const struct config nothing;

	if (config_is(to, &nothing) && config_is(more, &config_default)) {
		*to = *more;
		return 0;
	}
	return config_merge(arena, to, more, to, err);
}

static int read_configs(const struct layer *layer, const struct nodes *paths,
			int (*read)(struct arena *arena,
				    const struct node *root, struct config *out,
				    struct err *err),
			struct config *out, struct err *err)
{
	struct arena *arena = layer->build->arena;

	for (size_t i = 0; i < paths->n; i++) {
		struct config more = { 0 };
		struct node *root;

		if (layer_read_node(layer, paths->v[i], &root, err) < 0 ||
		    read(arena, root, &more, err) < 0)
			return -1;
		if (config_merge(arena, out, &more, out, err) < 0)
			return err_wrap(err, "%s:%u", paths->v[i]->file,
					paths->v[i]->line);
	}
	return 0;
}

static int add_config(const struct layer *layer, struct accumulator *to,
		      struct err *err)
{
	struct arena *arena = layer->build->arena;
	const struct kustomization *k = &layer->kustomization;
	struct config own = config_default, files = { 0 }, crds = { 0 };

	if (read_configs(layer, &k->configurations, config_read, &files, err) <
		    0 ||
	    read_configs(layer, &k->crds, config_read_crds, &crds, err) < 0)
		return -1;
	if (config_merge(arena, &own, &files, &own, err) < 0 ||
	    merge_config(arena, &to->config, &own, err) < 0 ||
	    config_merge(arena, &to->config, &crds, &to->config, err) < 0)
		return err_wrap(err, "%s", layer->file);
	return 0;
}

/* ---- resources ---- */

static int add_file(const struct layer *layer, struct accumulator *to,
		    const struct node *name, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct build *build = layer->build;
	const struct origin *origin = NULL;
	struct resources resources = { 0 };
	struct doc_source source;

	if (layer_source(layer, scratch, name, &source, err) < 0 ||
	    layer_parse(layer, &source, &resources, err) < 0)
		return -1;
	if (layer->origin)
		origin = origin_below(build, layer->origin, name->text);
	for (size_t i = 0; i < resources.n; i++) {
		if (origin)
			origin_set(build, resources.v[i], origin);
		if (resource_set_append(build, &to->set, resources.v[i], err) <
		    0)
			return -1;
	}
	return 0;
}

static int merge(struct build *build, struct accumulator *to,
		 const struct accumulator *from, struct err *err)
{
	for (size_t i = 0; i < from->set.n; i++)
		if (resource_set_append(build, &to->set, from->set.v[i], err) <
		    0)
			return -1;
	if (merge_config(build->arena, &to->config, &from->config, err) < 0)
		return -1;
	return variable_merge(build, to, from, err);
}

static int add_base(struct layer *layer, struct accumulator *to,
		    const struct node *name, struct err *err)
{
	struct accumulator base = { 0 };
	struct layer *below;

	if (layer_open(layer->build, layer, name, &below, err) < 0)
		return -1;
	if (kustomization_is_component(&below->kustomization)) {
		node_fail(name, err, "'%s' is a Component", name->text);
		return err_hint(err, "name it under 'components:'");
	}
	if (layer_accumulate(below, &base, err) < 0)
		return -1;
	if (merge(layer->build, to, &base, err) < 0)
		return err_wrap(err, "%s:%u", name->file, name->line);
	return 0;
}

int layer_add_paths(struct layer *layer, struct accumulator *to,
		    const struct nodes *paths, struct err *err)
{
	for (size_t i = 0; i < paths->n; i++) {
		const struct node *name = paths->v[i];

		if ((layer_is_directory(layer, name) ?
			     add_base(layer, to, name, err) :
			     add_file(layer, to, name, err)) < 0)
			return -1;
	}
	return 0;
}

/* ---- generators ---- */

static int run_generators(const struct layer *layer, struct accumulator *to,
			  struct err *err)
{
	const struct kustomization *k = &layer->kustomization;
	const struct {
		const struct generator_entries *entries;
		bool secret;
		const char *kind;
	} fields[] = {
		{ &k->config_maps, false, "ConfigMapGenerator" },
		{ &k->secrets, true, "SecretGenerator" },
	};

	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		const struct origin *origin = NULL;

		if (layer->origin)
			origin = origin_builtin(layer->build, layer->origin,
						layer->file, fields[i].kind);
		for (size_t j = 0; j < fields[i].entries->n; j++)
			if (generator_run(layer, &fields[i].entries->v[j],
					  fields[i].secret,
					  k->generator_options, origin,
					  &to->set, err) < 0)
				return -1;
	}
	return 0;
}

static int run_charts(const struct layer *layer, struct accumulator *to,
		      struct err *err)
{
	const struct kustomization *k = &layer->kustomization;
	const struct origin *origin = NULL;

	if (layer->origin)
		origin = origin_builtin(layer->build, layer->origin,
					layer->file,
					"HelmChartInflationGenerator");
	for (size_t i = 0; i < k->charts.n; i++)
		if (chart_run(layer, &k->charts.v[i], k->chart_globals, true,
			      origin, &to->set, err) < 0)
			return -1;
	return 0;
}

/* ---- components ---- */

/* What a component leaves behind kustomize merges into nothing. */
static int remerge_config(struct arena *arena, struct config *config,
			  struct err *err)
{
	struct config merged = { 0 };

	if (merge_config(arena, &merged, config, err) < 0)
		return -1;
	*config = merged;
	return 0;
}

static int add_component(struct layer *layer, struct accumulator *to,
			 const struct node *name, struct err *err)
{
	struct layer *below;

	if (layer_open(layer->build, layer, name, &below, err) < 0)
		return -1;
	if (!kustomization_is_component(&below->kustomization)) {
		node_fail(name, err, "'%s' is no Component", name->text);
		return err_hint(err,
				"name it under 'resources:', or set 'kind: "
				"Component' in %s",
				below->file);
	}
	if (layer_accumulate(below, to, err) < 0)
		return -1;
	if (resource_set_check(layer->build, &to->set, err) < 0 ||
	    remerge_config(layer->build->arena, &to->config, err) < 0)
		return err_wrap(err, "%s:%u", name->file, name->line);
	return 0;
}

int layer_accumulate(struct layer *layer, struct accumulator *to,
		     struct err *err)
{
	struct build *build = layer->build;
	const struct kustomization *k = &layer->kustomization;

	if (layer_add_paths(layer, to, &k->resources, err) < 0 ||
	    add_config(layer, to, err) < 0 ||
	    run_generators(layer, to, err) < 0 ||
	    run_charts(layer, to, err) < 0 ||
	    plugin_generate(layer, &k->generators, to, err) < 0)
		return -1;
	for (size_t i = 0; i < k->components.n; i++)
		if (add_component(layer, to, k->components.v[i], err) < 0)
			return -1;
	if (builtin_transform(layer, to, err) < 0 ||
	    plugin_transform(layer, &k->transformers, to, err) < 0 ||
	    plugin_validate(layer, &k->validators, to, err) < 0)
		return -1;
	return variable_declare(build, to, k->vars.v, k->vars.n, err);
}
