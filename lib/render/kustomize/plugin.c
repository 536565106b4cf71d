/* SPDX-License-Identifier: Apache-2.0 */
#include "render/kustomize/plugin.h"

#include <string.h>

#include "base/str.h"
#include "base/vec.h"
#include "document/decode.h"
#include "document/document.h"
#include "render/kustomize/builtin.h"

#define VALIDATED_KEY "validated-by"

int plugin_decode(const struct plugin *plugin, const struct decode_table *table,
		  void *out, struct err *err)
{
	return doc_decode(plugin->layer->build->arena, plugin->config->root,
			  table,
			  DECODE_LENIENT | DECODE_ANY_CASE | DECODE_V1_2 |
				  DECODE_SPELL,
			  out, err);
}

/* ---- loading ---- */

/* No path has a line break, and none begins as a mapping does. */
static bool is_inline(const struct node *entry)
{
	return strchr(entry->text, '\n') || entry->text[0] == '{';
}

static int load_inline(const struct layer *layer, const struct node *entry,
		       struct accumulator *to, struct err *err)
{
	struct build *build = layer->build;
	const struct doc_source source = doc_source_text(entry);
	const char *slash = strrchr(layer->file, '/');
	struct resources read = { 0 };

	if (layer_parse(layer, &source, &read, err) < 0)
		return -1;
	for (size_t i = 0; i < read.n; i++) {
		if (layer->origin)
			read.v[i]->origin = origin_below(build, layer->origin,
							 slash ? slash + 1 :
								 layer->file);
		if (resource_set_append(build, &to->set, read.v[i], err) < 0)
			return -1;
	}
	return 0;
}

/* Those that stand in the kustomization come first. */
static int load(struct layer *layer, const struct nodes *entries,
		struct accumulator *to, struct err *err)
{
	struct nodes paths = { 0 };

	for (size_t i = 0; i < entries->n; i++) {
		if (!is_inline(entries->v[i]))
			*vec_push(layer->build->arena, &paths) = entries->v[i];
		else if (load_inline(layer, entries->v[i], to, err) < 0)
			return -1;
	}
	return layer_add_paths(layer, to, &paths, err);
}

/* ---- running ---- */

static int fail_program(const struct resource *config,
			const struct resource_kind *kind, struct err *err)
{
	err_set(err, ERR_INPUT,
		"%s:%u: %s of '%s' is a program, and rendering starts none",
		config->file, config->line, kind->kind, kind->api_version);
	return err_hint(err,
			"use one of kustomize's own (apiVersion: builtin), "
			"or commit what it makes");
}

static int fail_kind(const struct resource *config,
		     const struct resource_kind *kind, const char *field,
		     bool known, struct err *err)
{
	const char *names[32] = { 0 };
	const char *near;

	if (known)
		return err_set(err, ERR_INPUT,
			       "%s:%u: %s does not belong under '%s'",
			       config->file, config->line, kind->kind, field);
	for (size_t i = 0; i < plugin_n_kinds && i < ARRAY_LEN(names) - 1; i++)
		names[i] = plugin_kinds[i].name;
	err_set(err, ERR_INPUT, "%s:%u: kustomize has no builtin '%s'",
		config->file, config->line, kind->kind);
	near = str_nearest(kind->kind, names);
	return near ? err_hint(err, "did you mean '%s'?", near) : -1;
}

/* NULL where there is none, or it does not belong here. */
static const struct plugin_kind *find_kind(struct build *build,
					   struct resource *config,
					   bool generates, const char *field,
					   struct err *err)
{
	const struct resource_kind *kind = resource_kind(build, config);

	if (strcmp(kind->api_version, "builtin") != 0) {
		fail_program(config, kind, err);
		return NULL;
	}
	for (size_t i = 0; i < plugin_n_kinds; i++) {
		if (strcmp(kind->kind, plugin_kinds[i].name) != 0)
			continue;
		if (plugin_kinds[i].generates == generates)
			return &plugin_kinds[i];
		fail_kind(config, kind, field, true, err);
		return NULL;
	}
	fail_kind(config, kind, field, false, err);
	return NULL;
}

static int run(struct layer *layer, struct resource *config, bool generates,
	       const char *field, struct accumulator *to, struct err *err)
{
	const struct plugin plugin = {
		.layer = layer,
		.config = config,
		.to = to,
		.origin = origin_of_plugin(layer->build, config),
	};
	const struct plugin_kind *kind = find_kind(layer->build, config,
						   generates, field, err);

	if (!kind)
		return -1;
	if (kind->run(&plugin, err) < 0)
		return err_wrap(err, "%s '%s'", kind->name,
				resource_name(config));
	if (!generates)
		builtin_finish(layer->build, to, plugin.origin);
	return 0;
}

static int run_all(struct layer *layer, const struct nodes *entries,
		   bool generates, const char *field, struct accumulator *to,
		   struct err *err)
{
	struct accumulator configs = { 0 };

	if (load(layer, entries, &configs, err) < 0)
		return -1;
	for (size_t i = 0; i < configs.set.n; i++)
		if (run(layer, configs.set.v[i], generates, field, to, err) < 0)
			return -1;
	return 0;
}

int plugin_generate(struct layer *layer, const struct nodes *entries,
		    struct accumulator *to, struct err *err)
{
	return run_all(layer, entries, true, "generators", to, err);
}

int plugin_transform(struct layer *layer, const struct nodes *entries,
		     struct accumulator *to, struct err *err)
{
	return run_all(layer, entries, false, "transformers", to, err);
}

/* ---- validating ---- */

/* What an object says, without the label that a validator may set. */
static int value_of(struct build *build, const struct resource *resource,
		    json_t **out, struct err *err)
{
	struct node *copy = node_copy(build->arena, resource->root);
	struct node *metadata = node_get(copy, "metadata");
	struct node *labels = node_get(metadata, "labels");

	node_remove(labels, VALIDATED_KEY);
	if (labels && !labels->n)
		node_remove(metadata, "labels");
	return doc_from_node(build->arena, copy, out, err);
}

static int fail_change(const struct node *entry, const struct resource *now,
		       struct err *err)
{
	return node_fail(entry, err,
			 "a validator must not change objects, but this one "
			 "changes %s (%s:%u)",
			 resource_name(now), now->file, now->line);
}

int plugin_validate(struct layer *layer, const struct nodes *entries,
		    struct accumulator *to, struct err *err)
{
	struct build *build = layer->build;
	const size_t n = to->set.n;
	json_t **before, *after;

	if (!entries->n)
		return 0;
	before = arena_array(build->arena, n, sizeof(json_t *));
	for (size_t i = 0; i < n; i++)
		if (value_of(build, to->set.v[i], &before[i], err) < 0)
			return -1;
	if (run_all(layer, entries, false, "validators", to, err) < 0)
		return -1;
	for (size_t i = 0; i < n && i < to->set.n; i++) {
		if (value_of(build, to->set.v[i], &after, err) < 0)
			return -1;
		if (!doc_equal(before[i], after))
			return fail_change(entries->v[0], to->set.v[i], err);
	}
	if (n != to->set.n)
		return node_fail(entries->v[0], err,
				 "a validator must not remove objects");
	return 0;
}
