/* SPDX-License-Identifier: Apache-2.0 */
#include "render/kustomize/kustomization.h"

#include <string.h>
#include <strings.h>

#include "base/vec.h"

/* Fields in the order of their names. */

/* clang-format off */
static const struct decode_field selector_fields[] = {
	DECODE_TEXT(struct selector, annotation_selector, "annotationSelector"),
	DECODE_TEXT(struct selector, group, "group"),
	DECODE_TEXT(struct selector, kind, "kind"),
	DECODE_TEXT(struct selector, label_selector, "labelSelector"),
	DECODE_TEXT(struct selector, name, "name"),
	DECODE_TEXT(struct selector, namespace, "namespace"),
	DECODE_TEXT(struct selector, version, "version"),
};
const struct decode_table selector_table =
	DECODE_TABLE(struct selector, selector_fields);

static const struct decode_field patch_options_fields[] = {
	DECODE_BOOL(struct patch_options, allow_kind_change, "allowKindChange"),
	DECODE_BOOL(struct patch_options, allow_name_change, "allowNameChange"),
};
static const struct decode_table patch_options_table =
	DECODE_TABLE(struct patch_options, patch_options_fields);

static const struct decode_field patch_fields[] = {
	DECODE_STRUCT(struct patch_entry, options, "options",
		      &patch_options_table),
	DECODE_TEXT(struct patch_entry, patch, "patch"),
	DECODE_TEXT(struct patch_entry, path, "path"),
	DECODE_STRUCT(struct patch_entry, target, "target", &selector_table),
};
const struct decode_table patch_table =
	DECODE_TABLE(struct patch_entry, patch_fields);

static const struct decode_field field_fields[] = {
	DECODE_BOOL(struct field_entry, create, "create"),
	DECODE_TEXT(struct field_entry, group, "group"),
	DECODE_TEXT(struct field_entry, kind, "kind"),
	DECODE_TEXT(struct field_entry, path, "path"),
	DECODE_TEXT(struct field_entry, version, "version"),
};
const struct decode_table field_table =
	DECODE_TABLE(struct field_entry, field_fields);

static const struct decode_field label_fields[] = {
	DECODE_STRUCTS(struct label_entry, fields, "fields", &field_table),
	DECODE_BOOL(struct label_entry, include_selectors, "includeSelectors"),
	DECODE_BOOL(struct label_entry, include_templates, "includeTemplates"),
	DECODE_BOOL(struct label_entry, include_volume_claim_templates,
		    "includeVolumeClaimTemplates"),
	DECODE_MAP(struct label_entry, pairs, "pairs"),
};
static const struct decode_table label_table =
	DECODE_TABLE(struct label_entry, label_fields);

static const struct decode_field image_fields[] = {
	DECODE_TEXT(struct image_entry, digest, "digest"),
	DECODE_TEXT(struct image_entry, name, "name"),
	DECODE_TEXT(struct image_entry, new_name, "newName"),
	DECODE_TEXT(struct image_entry, new_tag, "newTag"),
	DECODE_TEXT(struct image_entry, tag_suffix, "tagSuffix"),
};
const struct decode_table image_table =
	DECODE_TABLE(struct image_entry, image_fields);

static const struct decode_field replica_fields[] = {
	DECODE_INT(struct replica_entry, count, "count"),
	DECODE_TEXT(struct replica_entry, name, "name"),
};
const struct decode_table replica_table =
	DECODE_TABLE(struct replica_entry, replica_fields);

static const struct decode_field generator_options_fields[] = {
	DECODE_MAP(struct generator_options, annotations, "annotations"),
	DECODE_BOOL(struct generator_options, disable_name_suffix_hash,
		    "disableNameSuffixHash"),
	DECODE_BOOL(struct generator_options, immutable, "immutable"),
	DECODE_MAP(struct generator_options, labels, "labels"),
};
static const struct decode_table generator_options_table =
	DECODE_TABLE(struct generator_options, generator_options_fields);

static const struct decode_field object_meta_fields[] = {
	DECODE_MAP(struct object_meta, annotations, "annotations"),
	DECODE_MAP(struct object_meta, labels, "labels"),
	DECODE_TEXT(struct object_meta, name, "name"),
	DECODE_TEXT(struct object_meta, namespace, "namespace"),
};
const struct decode_table object_meta_table =
	DECODE_TABLE(struct object_meta, object_meta_fields);

#define GENERATOR_FIELDS                                                       \
	DECODE_TEXT(struct generator_entry, behavior, "behavior"),             \
	DECODE_TEXT(struct generator_entry, env, "env"),                       \
	DECODE_TEXTS(struct generator_entry, envs, "envs"),                    \
	DECODE_TEXTS(struct generator_entry, files, "files"),                  \
	DECODE_TEXTS(struct generator_entry, literals, "literals"),            \
	DECODE_TEXT(struct generator_entry, name, "name"),                     \
	DECODE_TEXT(struct generator_entry, namespace, "namespace"),           \
	DECODE_STRUCT(struct generator_entry, options, "options",              \
		      &generator_options_table)

static const struct decode_field config_map_fields[] = {
	GENERATOR_FIELDS,
};
static const struct decode_table config_map_table =
	DECODE_TABLE(struct generator_entry, config_map_fields);

static const struct decode_field secret_fields[] = {
	GENERATOR_FIELDS,
	DECODE_TEXT(struct generator_entry, type, "type"),
};
static const struct decode_table secret_table =
	DECODE_TABLE(struct generator_entry, secret_fields);

static const struct decode_field generator_fields[] = {
	GENERATOR_FIELDS,
	DECODE_STRUCT(struct generator_entry, metadata, "metadata",
		      &object_meta_table),
	DECODE_TEXT(struct generator_entry, type, "type"),
};
const struct decode_table generator_table =
	DECODE_TABLE(struct generator_entry, generator_fields);

static const struct decode_field field_options_fields[] = {
	DECODE_BOOL(struct field_options, create, "create"),
	DECODE_TEXT(struct field_options, delimiter, "delimiter"),
	DECODE_TEXT(struct field_options, encoding, "encoding"),
	DECODE_INT(struct field_options, index, "index"),
};
static const struct decode_table field_options_table =
	DECODE_TABLE(struct field_options, field_options_fields);

static const struct decode_field source_fields[] = {
	DECODE_TEXT(struct replacement_source, field_path, "fieldPath"),
	DECODE_TEXT(struct replacement_source, group, "group"),
	DECODE_TEXT(struct replacement_source, kind, "kind"),
	DECODE_TEXT(struct replacement_source, name, "name"),
	DECODE_TEXT(struct replacement_source, namespace, "namespace"),
	DECODE_STRUCT(struct replacement_source, options, "options",
		      &field_options_table),
	DECODE_TEXT(struct replacement_source, version, "version"),
};
static const struct decode_table source_table =
	DECODE_TABLE(struct replacement_source, source_fields);

static const struct decode_field target_fields[] = {
	DECODE_TEXTS(struct replacement_target, field_paths, "fieldPaths"),
	DECODE_STRUCT(struct replacement_target, options, "options",
		      &field_options_table),
	DECODE_STRUCTS(struct replacement_target, reject, "reject",
		       &selector_table),
	DECODE_STRUCT(struct replacement_target, select, "select",
		      &selector_table),
};
static const struct decode_table target_table =
	DECODE_TABLE(struct replacement_target, target_fields);

static const struct decode_field replacement_fields[] = {
	DECODE_TEXT(struct replacement_entry, path, "path"),
	DECODE_STRUCT(struct replacement_entry, source, "source",
		      &source_table),
	DECODE_TEXT(struct replacement_entry, source_value, "sourceValue"),
	DECODE_STRUCTS(struct replacement_entry, targets, "targets",
		       &target_table),
};
const struct decode_table replacement_table =
	DECODE_TABLE(struct replacement_entry, replacement_fields);

static const struct decode_field var_object_fields[] = {
	DECODE_TEXT(struct var_object, api_version, "apiVersion"),
	DECODE_TEXT(struct var_object, group, "group"),
	DECODE_TEXT(struct var_object, kind, "kind"),
	DECODE_TEXT(struct var_object, name, "name"),
	DECODE_TEXT(struct var_object, namespace, "namespace"),
	DECODE_TEXT(struct var_object, version, "version"),
};
static const struct decode_table var_object_table =
	DECODE_TABLE(struct var_object, var_object_fields);

static const struct decode_field var_field_fields[] = {
	DECODE_TEXT(struct var_field, field_path, "fieldPath"),
};
static const struct decode_table var_field_table =
	DECODE_TABLE(struct var_field, var_field_fields);

static const struct decode_field var_fields[] = {
	DECODE_STRUCT(struct var_entry, field, "fieldref", &var_field_table),
	DECODE_TEXT(struct var_entry, name, "name"),
	DECODE_STRUCT(struct var_entry, object, "objref", &var_object_table),
};
static const struct decode_table var_table =
	DECODE_TABLE(struct var_entry, var_fields);

static const struct decode_field chart_globals_fields[] = {
	DECODE_TEXT(struct chart_globals, chart_home, "chartHome"),
	DECODE_TEXT(struct chart_globals, config_home, "configHome"),
};
static const struct decode_table chart_globals_table =
	DECODE_TABLE(struct chart_globals, chart_globals_fields);

#define CHART_FIELDS                                                           \
	DECODE_TEXTS(struct chart_entry, additional_values,                    \
		     "additionalValuesFiles"),                                 \
	DECODE_TEXTS(struct chart_entry, api_versions, "apiVersions"),         \
	DECODE_BOOL(struct chart_entry, debug, "debug"),                       \
	DECODE_BOOL(struct chart_entry, devel, "devel"),                       \
	DECODE_BOOL(struct chart_entry, include_crds, "includeCRDs"),          \
	DECODE_TEXT(struct chart_entry, kube_version, "kubeVersion"),          \
	DECODE_TEXT(struct chart_entry, name, "name"),                         \
	DECODE_TEXT(struct chart_entry, name_template, "nameTemplate"),        \
	DECODE_TEXT(struct chart_entry, namespace, "namespace"),               \
	DECODE_TEXT(struct chart_entry, release_name, "releaseName"),          \
	DECODE_TEXT(struct chart_entry, repo, "repo"),                         \
	DECODE_BOOL(struct chart_entry, skip_hooks, "skipHooks"),              \
	DECODE_BOOL(struct chart_entry, skip_tests, "skipTests"),              \
	DECODE_TEXT(struct chart_entry, values_file, "valuesFile"),            \
	DECODE_NODE(struct chart_entry, values_inline, "valuesInline"),        \
	DECODE_TEXT(struct chart_entry, values_merge, "valuesMerge"),          \
	DECODE_TEXT(struct chart_entry, version, "version")

static const struct decode_field plain_chart_fields[] = { CHART_FIELDS };
static const struct decode_table plain_chart_table =
	DECODE_TABLE(struct chart_entry, plain_chart_fields);

static const struct decode_field chart_fields[] = {
	CHART_FIELDS,
	DECODE_TEXT(struct chart_entry, chart_home, "chartHome"),
	DECODE_TEXT(struct chart_entry, config_home, "configHome"),
};
const struct decode_table chart_table =
	DECODE_TABLE(struct chart_entry, chart_fields);

/* As it was called up to kustomize 3; what is ignored, it ignores, too. */
static const struct decode_field old_chart_fields[] = {
	DECODE_TEXT(struct chart_entry, chart_home, "chartHome"),
	DECODE_TEXT(struct chart_entry, name, "chartName"),
	DECODE_TEXT(struct chart_entry, ignored, "chartRepoName"),
	DECODE_TEXT(struct chart_entry, repo, "chartRepoUrl"),
	DECODE_TEXT(struct chart_entry, version, "chartVersion"),
	DECODE_TEXTS(struct chart_entry, ignored_args, "extraArgs"),
	DECODE_TEXT(struct chart_entry, ignored, "helmBin"),
	DECODE_TEXT(struct chart_entry, config_home, "helmHome"),
	DECODE_TEXT(struct chart_entry, release_name, "releaseName"),
	DECODE_TEXT(struct chart_entry, ignored, "releaseNamespace"),
	DECODE_TEXT(struct chart_entry, values_file, "values"),
	DECODE_NODE(struct chart_entry, values_inline, "valuesLocal"),
	DECODE_TEXT(struct chart_entry, values_merge, "valuesMerge"),
};
static const struct decode_table old_chart_table =
	DECODE_TABLE(struct chart_entry, old_chart_fields);

static const struct decode_field legacy_order_fields[] = {
	DECODE_TEXTS(struct legacy_order, first, "orderFirst"),
	DECODE_TEXTS(struct legacy_order, last, "orderLast"),
};
static const struct decode_table legacy_order_table =
	DECODE_TABLE(struct legacy_order, legacy_order_fields);

static const struct decode_field sort_options_fields[] = {
	DECODE_STRUCT(struct sort_options, legacy, "legacySortOptions",
		      &legacy_order_table),
	DECODE_TEXT(struct sort_options, order, "order"),
};
static const struct decode_table sort_options_table =
	DECODE_TABLE(struct sort_options, sort_options_fields);

static const struct decode_field kustomization_fields[] = {
	DECODE_TEXT(struct kustomization, api_version, "apiVersion"),
	DECODE_TEXTS(struct kustomization, bases, "bases"),
	DECODE_TEXTS(struct kustomization, build_metadata, "buildMetadata"),
	DECODE_MAP(struct kustomization, common_annotations,
		   "commonAnnotations"),
	DECODE_MAP(struct kustomization, common_labels, "commonLabels"),
	DECODE_TEXTS(struct kustomization, components, "components"),
	DECODE_STRUCTS(struct kustomization, config_maps, "configMapGenerator",
		       &config_map_table),
	DECODE_TEXTS(struct kustomization, configurations, "configurations"),
	DECODE_TEXTS(struct kustomization, crds, "crds"),
	DECODE_STRUCT(struct kustomization, generator_options,
		      "generatorOptions", &generator_options_table),
	DECODE_TEXTS(struct kustomization, generators, "generators"),
	DECODE_STRUCTS(struct kustomization, old_charts,
		       "helmChartInflationGenerator", &old_chart_table),
	DECODE_STRUCTS(struct kustomization, charts, "helmCharts",
		       &plain_chart_table),
	DECODE_STRUCT(struct kustomization, chart_globals, "helmGlobals",
		      &chart_globals_table),
	DECODE_STRUCTS(struct kustomization, image_tags, "imageTags",
		       &image_table),
	DECODE_STRUCTS(struct kustomization, images, "images", &image_table),
	DECODE_TEXT(struct kustomization, kind, "kind"),
	DECODE_STRUCTS(struct kustomization, labels, "labels", &label_table),
	DECODE_STRUCT(struct kustomization, metadata, "metadata",
		      &object_meta_table),
	DECODE_TEXT(struct kustomization, name_prefix, "namePrefix"),
	DECODE_TEXT(struct kustomization, name_suffix, "nameSuffix"),
	DECODE_TEXT(struct kustomization, namespace, "namespace"),
	DECODE_MAP(struct kustomization, openapi, "openapi"),
	DECODE_STRUCTS(struct kustomization, patches, "patches", &patch_table),
	DECODE_STRUCTS(struct kustomization, patches_json6902,
		       "patchesJson6902", &patch_table),
	DECODE_TEXTS(struct kustomization, patches_strategic_merge,
		     "patchesStrategicMerge"),
	DECODE_STRUCTS(struct kustomization, replacements, "replacements",
		       &replacement_table),
	DECODE_STRUCTS(struct kustomization, replicas, "replicas",
		       &replica_table),
	DECODE_TEXTS(struct kustomization, resources, "resources"),
	DECODE_STRUCTS(struct kustomization, secrets, "secretGenerator",
		       &secret_table),
	DECODE_STRUCT(struct kustomization, sort_options, "sortOptions",
		      &sort_options_table),
	DECODE_TEXTS(struct kustomization, transformers, "transformers"),
	DECODE_TEXTS(struct kustomization, validators, "validators"),
	DECODE_STRUCTS(struct kustomization, vars, "vars", &var_table),
};
static const struct decode_table kustomization_table =
	DECODE_TABLE(struct kustomization, kustomization_fields);
/* clang-format on */

static const struct {
	const char *kind;
	const char *api_version;
} types[] = {
	{ "Kustomization", "kustomize.config.k8s.io/v1beta1" },
	{ "Component", "kustomize.config.k8s.io/v1alpha1" },
};

bool kustomization_is_component(const struct kustomization *kustomization)
{
	return node_text_is(kustomization->kind, "Component");
}

static int check_type(const struct kustomization *k, struct err *err)
{
	const char *kind = node_text(k->kind);
	const char *api_version = node_text(k->api_version);
	size_t i = kustomization_is_component(k);

	if (*kind && strcmp(kind, types[i].kind) != 0)
		return node_fail(k->kind, err,
				 "kind: expected 'Kustomization' or "
				 "'Component', found '%s'",
				 kind);
	if (*api_version && strcmp(api_version, types[i].api_version) != 0)
		return node_fail(k->api_version, err,
				 "apiVersion: expected '%s' for a %s, found "
				 "'%s'",
				 types[i].api_version, types[i].kind,
				 api_version);
	return 0;
}

/* Nothing set but the type: somebody has forgotten something. */
static int check_empty(const struct kustomization *k, struct err *err)
{
	const struct node *value;
	const char *key;

	for (size_t i = 0; i < k->at->n; i++) {
		key = k->at->entries[i].key;
		value = k->at->entries[i].value;
		if (strcasecmp(key, "apiVersion") != 0 &&
		    strcasecmp(key, "kind") != 0 && !node_is_null(value) &&
		    (value->kind != NODE_SCALAR || value->n))
			return 0;
	}
	node_fail(k->at, err, "this kustomization is empty");
	return err_hint(err, "name what it is made of under 'resources:'");
}

static void append_texts(struct arena *arena, struct nodes *to,
			 const struct nodes *more)
{
	for (size_t i = 0; i < more->n; i++)
		*vec_push(arena, to) = more->v[i];
}

static void fold_env(struct arena *arena, struct generator_entries *entries)
{
	for (size_t i = 0; i < entries->n; i++)
		if (*node_text(entries->v[i].env))
			*vec_push(arena, &entries->v[i].envs) =
				node_copy(arena, entries->v[i].env);
}

/* The last of them to name a home says so for all, unless helmGlobals does. */
static void fold_charts(struct arena *arena, struct kustomization *k)
{
	struct chart_globals globals = { 0 };

	for (size_t i = 0; i < k->old_charts.n; i++) {
		struct chart_entry *old = &k->old_charts.v[i];

		if (*node_text(old->chart_home))
			globals.chart_home = old->chart_home;
		if (*node_text(old->config_home))
			globals.config_home = old->config_home;
		old->chart_home = old->config_home = NULL;
		*vec_push(arena, &k->charts) = *old;
	}
	if (k->chart_globals || (!globals.chart_home && !globals.config_home))
		return;
	k->chart_globals = arena_alloc(arena, sizeof(globals));
	*k->chart_globals = globals;
}

/* What is deprecated, behind what replaces it. */
static void fold_deprecated(struct arena *arena, struct kustomization *k)
{
	append_texts(arena, &k->resources, &k->bases);
	for (size_t i = 0; i < k->image_tags.n; i++)
		*vec_push(arena, &k->images) = k->image_tags.v[i];
	fold_env(arena, &k->config_maps);
	fold_env(arena, &k->secrets);
	fold_charts(arena, k);
}

int kustomization_decode(struct arena *arena, const struct node *root,
			 struct kustomization *out, struct err *err)
{
	if (doc_decode(arena, root, &kustomization_table, DECODE_ANY_CASE, out,
		       err) < 0 ||
	    check_empty(out, err) < 0 || check_type(out, err) < 0)
		return -1;
	fold_deprecated(arena, out);
	return 0;
}
