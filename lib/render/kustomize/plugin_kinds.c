/* SPDX-License-Identifier: Apache-2.0 */

/* kustomize's own kinds: what their objects hold, and what runs them. */

#include <string.h>

#include "base/str.h"
#include "document/decode.h"
#include "render/kustomize/chart.h"
#include "render/kustomize/generator.h"
#include "render/kustomize/patch.h"
#include "render/kustomize/plugin.h"
#include "render/kustomize/replacement.h"
#include "render/kustomize/transform.h"

static const char *text_or(const struct node *text, const char *otherwise)
{
	return text ? node_text(text) : otherwise;
}

/* ---- labels and annotations ---- */

struct pairs_config {
	const struct node *at;
	const struct node *annotations;
	const struct node *labels;
	struct field_entries fields;
};

/* clang-format off */
static const struct decode_field pairs_fields[] = {
	DECODE_MAP(struct pairs_config, annotations, "annotations"),
	DECODE_STRUCTS(struct pairs_config, fields, "fieldSpecs",
		       &field_table),
	DECODE_MAP(struct pairs_config, labels, "labels"),
};
static const struct decode_table pairs_table =
	DECODE_TABLE(struct pairs_config, pairs_fields);
/* clang-format on */

static int set_pairs(const struct plugin *plugin, bool labels, struct err *err)
{
	struct build *build = plugin->layer->build;
	struct pairs_config config = { 0 };
	const struct node *pairs;
	struct fieldspecs specs;

	if (plugin_decode(plugin, &pairs_table, &config, err) < 0)
		return -1;
	pairs = labels ? config.labels : config.annotations;
	if (!pairs)
		return 0;
	config_take_fields(build->arena, &config.fields, &specs);
	return transform_pairs(build, &plugin->to->set, pairs, &specs, err);
}

static int run_annotations(const struct plugin *plugin, struct err *err)
{
	return set_pairs(plugin, false, err);
}

static int run_labels(const struct plugin *plugin, struct err *err)
{
	return set_pairs(plugin, true, err);
}

/* ---- names and namespaces ---- */

struct name_config {
	const struct node *at;
	const struct node *prefix;
	const struct node *suffix;
	struct field_entries fields;
};

/* clang-format off */
static const struct decode_field name_fields[] = {
	DECODE_STRUCTS(struct name_config, fields, "fieldSpecs", &field_table),
	DECODE_TEXT(struct name_config, prefix, "prefix"),
	DECODE_TEXT(struct name_config, suffix, "suffix"),
};
static const struct decode_table name_table =
	DECODE_TABLE(struct name_config, name_fields);
/* clang-format on */

static int change_names(const struct plugin *plugin, bool prefix, bool suffix,
			struct err *err)
{
	struct build *build = plugin->layer->build;
	struct resource_set *set = &plugin->to->set;
	struct name_config config = { 0 };
	struct fieldspecs specs;

	if (plugin_decode(plugin, &name_table, &config, err) < 0)
		return -1;
	if (!config.fields.v) {
		node_fail(plugin->config->root, err, "fieldSpecs is missing");
		return err_hint(err, "set 'fieldSpecs: [{path: "
				     "metadata/name}]'");
	}
	config_take_fields(build->arena, &config.fields, &specs);
	if (prefix && transform_prefix(build, set, text_or(config.prefix, ""),
				       &specs, err) < 0)
		return -1;
	if (suffix && transform_suffix(build, set, text_or(config.suffix, ""),
				       &specs, err) < 0)
		return -1;
	return 0;
}

static int run_prefix(const struct plugin *plugin, struct err *err)
{
	return change_names(plugin, true, false, err);
}

static int run_suffix(const struct plugin *plugin, struct err *err)
{
	return change_names(plugin, false, true, err);
}

static int run_prefix_suffix(const struct plugin *plugin, struct err *err)
{
	return change_names(plugin, true, true, err);
}

struct namespace_config {
	const struct node *at;
	struct object_meta *metadata;
	struct field_entries fields;
	const struct node *subjects;
	bool unset_only;
};

/* clang-format off */
static const struct decode_field namespace_fields[] = {
	DECODE_STRUCTS(struct namespace_config, fields, "fieldSpecs",
		       &field_table),
	DECODE_STRUCT(struct namespace_config, metadata, "metadata",
		      &object_meta_table),
	DECODE_TEXT(struct namespace_config, subjects,
		    "setRoleBindingSubjects"),
	DECODE_BOOL(struct namespace_config, unset_only, "unsetOnly"),
};
static const struct decode_table namespace_table =
	DECODE_TABLE(struct namespace_config, namespace_fields);
/* clang-format on */

static int read_subjects(const struct node *text, enum transform_subjects *out,
			 struct err *err)
{
	/* In the order of the enum. */
	static const char *const names[] = {
		"defaultOnly",
		"allServiceAccounts",
		"none",
		NULL,
	};
	int chosen = SUBJECTS_DEFAULT;

	if (node_choose(text, "setRoleBindingSubjects", names, &chosen, err) <
	    0)
		return -1;
	*out = (enum transform_subjects)chosen;
	return 0;
}

static int run_namespace(const struct plugin *plugin, struct err *err)
{
	struct build *build = plugin->layer->build;
	struct namespace_config config = { 0 };
	struct transform_namespace args = { 0 };

	if (plugin_decode(plugin, &namespace_table, &config, err) < 0 ||
	    read_subjects(config.subjects, &args.subjects, err) < 0)
		return -1;
	args.namespace = config.metadata ?
				 node_text(config.metadata->namespace) :
				 "";
	args.unset_only = config.unset_only;
	config_take_fields(build->arena, &config.fields, &args.specs);
	if (!*args.namespace)
		return 0;
	return transform_namespace(build, &plugin->to->set, &args, err);
}

/* ---- images and replicas ---- */

struct image_config {
	const struct node *at;
	struct image_entry *image;
	struct replica_entry *replica;
	struct field_entries fields;
};

/* clang-format off */
static const struct decode_field image_config_fields[] = {
	DECODE_STRUCTS(struct image_config, fields, "fieldSpecs",
		       &field_table),
	DECODE_STRUCT(struct image_config, image, "imageTag", &image_table),
	DECODE_STRUCT(struct image_config, replica, "replica", &replica_table),
};
static const struct decode_table image_config_table =
	DECODE_TABLE(struct image_config, image_config_fields);
/* clang-format on */

static int read_image(const struct plugin *plugin, struct image_config *out,
		      struct fieldspecs *specs, struct err *err)
{
	if (plugin_decode(plugin, &image_config_table, out, err) < 0)
		return -1;
	config_take_fields(plugin->layer->build->arena, &out->fields, specs);
	return 0;
}

static int run_image(const struct plugin *plugin, struct err *err)
{
	struct image_entry none = { .at = plugin->config->root };
	struct image_config config = { 0 };
	struct fieldspecs specs;

	if (read_image(plugin, &config, &specs, err) < 0)
		return -1;
	return transform_image(plugin->layer->build, &plugin->to->set,
			       config.image ? config.image : &none, &specs,
			       err);
}

static int run_replicas(const struct plugin *plugin, struct err *err)
{
	struct replica_entry none = { .at = plugin->config->root };
	struct image_config config = { 0 };
	struct fieldspecs specs;

	if (read_image(plugin, &config, &specs, err) < 0)
		return -1;
	return transform_replicas(plugin->layer->build, &plugin->to->set,
				  config.replica ? config.replica : &none,
				  &specs, err);
}

/* ---- patches and replacements ---- */

static int run_patch(const struct plugin *plugin, struct err *err)
{
	struct patch_entry entry = { 0 };

	if (plugin_decode(plugin, &patch_table, &entry, err) < 0)
		return -1;
	return patch_run(plugin->layer, &entry, &plugin->to->set, err);
}

/* Patches in other words than those of a kustomization. */
struct patch_config {
	const struct node *at;
	const struct node *operations;
	const struct node *path;
	const struct node *patches;
	struct nodes paths;
	struct selector *target;
	struct replacement_entries replacements;
};

/* clang-format off */
static const struct decode_field json_patch_fields[] = {
	DECODE_TEXT(struct patch_config, operations, "jsonOp"),
	DECODE_TEXT(struct patch_config, path, "path"),
	DECODE_STRUCT(struct patch_config, target, "target", &selector_table),
};
static const struct decode_table json_patch_table =
	DECODE_TABLE(struct patch_config, json_patch_fields);

static const struct decode_field merge_patch_fields[] = {
	DECODE_TEXT(struct patch_config, patches, "patches"),
	DECODE_TEXTS(struct patch_config, paths, "paths"),
};
static const struct decode_table merge_patch_table =
	DECODE_TABLE(struct patch_config, merge_patch_fields);

static const struct decode_field replacement_fields[] = {
	DECODE_STRUCTS(struct patch_config, replacements, "replacements",
		       &replacement_table),
};
static const struct decode_table replacement_config_table =
	DECODE_TABLE(struct patch_config, replacement_fields);
/* clang-format on */

static int run_json_patch(const struct plugin *plugin, struct err *err)
{
	struct patch_config config = { 0 };
	struct patch_entry entry;

	if (plugin_decode(plugin, &json_patch_table, &config, err) < 0)
		return -1;
	entry = (struct patch_entry){
		.at = config.at,
		.path = config.path,
		.patch = config.operations,
		.target = config.target,
	};
	return patch_run_json(plugin->layer, &entry, &plugin->to->set, err);
}

static int run_merge_patch(const struct plugin *plugin, struct err *err)
{
	struct patch_config config = { 0 };

	if (plugin_decode(plugin, &merge_patch_table, &config, err) < 0)
		return -1;
	return patch_run_strategic(plugin->layer, &config.paths, config.patches,
				   &plugin->to->set, err);
}

static int run_replacement(const struct plugin *plugin, struct err *err)
{
	struct patch_config config = { 0 };

	if (plugin_decode(plugin, &replacement_config_table, &config, err) < 0)
		return -1;
	return replacement_run(plugin->layer, &config.replacements,
			       &plugin->to->set, err);
}

/* ---- generators ---- */

static int run_hash(const struct plugin *plugin, struct err *err)
{
	return generator_hash(plugin->layer->build, &plugin->to->set, err);
}

static int generate(const struct plugin *plugin, bool secret, struct err *err)
{
	struct generator_entry entry = { 0 };

	if (plugin_decode(plugin, &generator_table, &entry, err) < 0)
		return -1;
	return generator_run(plugin->layer, &entry, secret, NULL,
			     plugin->origin, &plugin->to->set, err);
}

static int run_config_map(const struct plugin *plugin, struct err *err)
{
	return generate(plugin, false, err);
}

static int run_secret(const struct plugin *plugin, struct err *err)
{
	return generate(plugin, true, err);
}

struct iam_name {
	const struct node *at;
	const struct node *name;
	const struct node *namespace;
	const struct node *project;
};

struct iam_config {
	const struct node *at;
	const struct node *cloud;
	struct iam_name *service;
	struct iam_name *account;
};

/* clang-format off */
static const struct decode_field iam_name_fields[] = {
	DECODE_TEXT(struct iam_name, name, "name"),
	DECODE_TEXT(struct iam_name, namespace, "namespace"),
	DECODE_TEXT(struct iam_name, project, "projectId"),
};
static const struct decode_table iam_name_table =
	DECODE_TABLE(struct iam_name, iam_name_fields);

static const struct decode_field iam_fields[] = {
	DECODE_TEXT(struct iam_config, cloud, "cloud"),
	DECODE_STRUCT(struct iam_config, service, "kubernetesService",
		      &iam_name_table),
	DECODE_STRUCT(struct iam_config, account, "serviceAccount",
		      &iam_name_table),
};
static const struct decode_table iam_table =
	DECODE_TABLE(struct iam_config, iam_fields);
/* clang-format on */

/* A ServiceAccount that stands for an account of Google's cloud. */
static int run_iam_policy(const struct plugin *plugin, struct err *err)
{
	static const struct iam_name none;
	struct build *build = plugin->layer->build;
	struct arena *arena = build->arena;
	struct iam_config config = { 0 };
	const struct iam_name *service, *account;
	struct node *root, *metadata;
	struct resource *made;

	if (plugin_decode(plugin, &iam_table, &config, err) < 0)
		return -1;
	if (!node_text_is(config.cloud, "gke"))
		return node_fail(plugin->config->root, err,
				 "cloud: expected 'gke', found '%s'",
				 node_text(config.cloud));
	service = config.service ? config.service : &none;
	account = config.account ? config.account : &none;
	root = node_mapping(arena);
	root->file = plugin->config->file;
	root->line = plugin->config->line;
	node_add(arena, root, "apiVersion", node_plain(arena, "v1"));
	node_add(arena, root, "kind", node_plain(arena, "ServiceAccount"));
	metadata = node_open(arena, root, "metadata");
	node_add(arena, node_open(arena, metadata, "annotations"),
		 "iam.gke.io/gcp-service-account",
		 node_plain(arena,
			    arena_printf(arena, "%s@%s.iam.gserviceaccount.com",
					 node_text(account->name),
					 node_text(account->project))));
	node_add(arena, metadata, "name",
		 node_plain(arena, node_text(service->name)));
	if (*node_text(service->namespace))
		node_add(arena, metadata, "namespace",
			 node_plain(arena, node_text(service->namespace)));
	made = resource_new(build, root);
	origin_note(build, made, plugin->origin);
	return generator_absorb(build, &plugin->to->set, made, err);
}

/* ---- charts ---- */

static int run_chart(const struct plugin *plugin, struct err *err)
{
	struct chart_entry entry = { 0 };

	if (plugin_decode(plugin, &chart_table, &entry, err) < 0)
		return -1;
	return chart_run(plugin->layer, &entry, NULL, false, plugin->origin,
			 &plugin->to->set, err);
}

const struct plugin_kind plugin_kinds[] = {
	{ "AnnotationsTransformer", false, run_annotations },
	{ "ConfigMapGenerator", true, run_config_map },
	{ "HashTransformer", false, run_hash },
	{ "HelmChartInflationGenerator", true, run_chart },
	{ "IAMPolicyGenerator", true, run_iam_policy },
	{ "ImageTagTransformer", false, run_image },
	{ "LabelTransformer", false, run_labels },
	{ "NamespaceTransformer", false, run_namespace },
	{ "PatchJson6902Transformer", false, run_json_patch },
	{ "PatchStrategicMergeTransformer", false, run_merge_patch },
	{ "PatchTransformer", false, run_patch },
	{ "PrefixSuffixTransformer", false, run_prefix_suffix },
	{ "PrefixTransformer", false, run_prefix },
	{ "ReplacementTransformer", false, run_replacement },
	{ "ReplicaCountTransformer", false, run_replicas },
	{ "SecretGenerator", true, run_secret },
	{ "SuffixTransformer", false, run_suffix },
	{ "ValueAddTransformer", false, plugin_add_value },
};
const size_t plugin_n_kinds = ARRAY_LEN(plugin_kinds);
