/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RENDER_KUSTOMIZE_KUSTOMIZATION_H
#define RENDER_KUSTOMIZE_KUSTOMIZATION_H

/*
 * Kustomization: the file, as kustomize's api/types has it.  A text is a node,
 * so that its place is at hand; NULL where it is not there.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "document/decode.h"

/* Which objects: each text is a regular expression over the whole of it. */
struct selector {
	const struct node *at;
	const struct node *group;
	const struct node *version;
	const struct node *kind;
	const struct node *name;
	const struct node *namespace;
	const struct node *annotation_selector;
	const struct node *label_selector;
};

struct selectors {
	struct selector *v;
	size_t n;
	size_t room;
};

struct patch_options {
	const struct node *at;
	bool allow_name_change;
	bool allow_kind_change;
};

struct patch_entry {
	const struct node *at;
	const struct node *path;
	const struct node *patch;
	struct selector *target;
	struct patch_options *options;
};

struct patch_entries {
	struct patch_entry *v;
	size_t n;
	size_t room;
};

/* One fieldspec of `labels` or of a transformer's own configuration. */
struct field_entry {
	const struct node *at;
	const struct node *group;
	const struct node *version;
	const struct node *kind;
	const struct node *path;
	bool create;
};

struct field_entries {
	struct field_entry *v;
	size_t n;
	size_t room;
};

struct label_entry {
	const struct node *at;
	const struct node *pairs;
	bool include_selectors;
	bool include_templates;
	bool include_volume_claim_templates;
	struct field_entries fields;
};

struct image_entry {
	const struct node *at;
	const struct node *name;
	const struct node *new_name;
	const struct node *tag_suffix;
	const struct node *new_tag;
	const struct node *digest;
};

struct image_entries {
	struct image_entry *v;
	size_t n;
	size_t room;
};

struct replica_entry {
	const struct node *at;
	const struct node *name;
	int64_t count;
};

struct generator_options {
	const struct node *at;
	const struct node *labels;
	const struct node *annotations;
	bool disable_name_suffix_hash;
	bool immutable;
};

/* A configMapGenerator or, with a type, a secretGenerator. */
struct generator_entry {
	const struct node *at;
	const struct node *name;
	const struct node *namespace;
	const struct node *behavior;
	const struct node *type;
	const struct node *env;
	struct nodes envs;
	struct nodes files;
	struct nodes literals;
	struct generator_options *options;
	/* A file in `generators` names it so. */
	struct object_meta *metadata;
};

struct generator_entries {
	struct generator_entry *v;
	size_t n;
	size_t room;
};

struct object_meta {
	const struct node *at;
	const struct node *name;
	const struct node *namespace;
	const struct node *labels;
	const struct node *annotations;
};

struct field_options {
	const struct node *at;
	const struct node *delimiter;
	const struct node *encoding; /* accepted, and without effect */
	int64_t index;
	bool create;
};

struct replacement_source {
	const struct node *at;
	const struct node *group;
	const struct node *version;
	const struct node *kind;
	const struct node *name;
	const struct node *namespace;
	const struct node *field_path;
	struct field_options *options;
};

struct replacement_target {
	const struct node *at;
	struct selector *select;
	struct selectors reject;
	struct nodes field_paths;
	struct field_options *options;
};

struct replacement_targets {
	struct replacement_target *v;
	size_t n;
	size_t room;
};

struct replacement_entry {
	const struct node *at;
	const struct node *path; /* a file, in place of the others */
	struct replacement_source *source;
	const struct node *source_value;
	struct replacement_targets targets;
};

struct replacement_entries {
	struct replacement_entry *v;
	size_t n;
	size_t room;
};

struct var_object {
	const struct node *at;
	const struct node *api_version;
	const struct node *group;
	const struct node *version;
	const struct node *kind;
	const struct node *name;
	const struct node *namespace;
};

struct var_field {
	const struct node *at;
	const struct node *field_path;
};

struct var_entry {
	const struct node *at;
	const struct node *name;
	struct var_object *object;
	struct var_field *field;
};

struct legacy_order {
	const struct node *at;
	struct nodes first;
	struct nodes last;
};

struct sort_options {
	const struct node *at;
	const struct node *order;
	struct legacy_order *legacy;
};

struct chart_globals {
	const struct node *at;
	const struct node *chart_home;
	const struct node *config_home;
};

/* One of helmCharts, or a HelmChartInflationGenerator, which has the globals
 * in it. */
struct chart_entry {
	const struct node *at;
	const struct node *name;
	const struct node *version;
	const struct node *repo;
	const struct node *release_name;
	const struct node *name_template;
	const struct node *namespace;
	const struct node *kube_version;
	struct nodes api_versions;
	struct nodes additional_values;
	const struct node *values_file;
	struct node *values_inline;
	const struct node *values_merge;
	const struct node *chart_home;
	const struct node *config_home;
	bool include_crds;
	bool skip_hooks;
	bool skip_tests;
	/* Accepted, and without effect: */
	bool debug;
	bool devel; /* versions are exact */
	const struct node *ignored;
	struct nodes ignored_args;
};

struct chart_entries {
	struct chart_entry *v;
	size_t n;
	size_t room;
};

struct kustomization {
	const struct node *at;
	const struct node *api_version;
	const struct node *kind;
	struct object_meta *metadata;
	const struct node *openapi;
	const struct node *name_prefix;
	const struct node *name_suffix;
	const struct node *namespace;
	const struct node *common_labels;
	const struct node *common_annotations;
	struct {
		struct label_entry *v;
		size_t n, room;
	} labels;
	struct nodes patches_strategic_merge;
	struct patch_entries patches_json6902;
	struct patch_entries patches;
	struct image_entries images;
	struct image_entries image_tags;
	struct replacement_entries replacements;
	struct {
		struct replica_entry *v;
		size_t n, room;
	} replicas;
	struct {
		struct var_entry *v;
		size_t n, room;
	} vars;
	struct sort_options *sort_options;
	struct nodes resources;
	struct nodes components;
	struct nodes crds;
	struct nodes bases;
	struct generator_entries config_maps;
	struct generator_entries secrets;
	struct chart_globals *chart_globals;
	struct chart_entries charts;
	struct chart_entries old_charts;
	struct generator_options *generator_options;
	struct nodes configurations;
	struct nodes generators;
	struct nodes transformers;
	struct nodes validators;
	struct nodes build_metadata;
};

extern const struct decode_table chart_table;
extern const struct decode_table field_table;
extern const struct decode_table generator_table;
extern const struct decode_table image_table;
extern const struct decode_table object_meta_table;
extern const struct decode_table patch_table;
extern const struct decode_table replacement_table;
extern const struct decode_table replica_table;
extern const struct decode_table selector_table;

/*
 * Decode and check a kustomization file, whose deprecated fields are folded
 * into those that replace them.  ERR_INPUT where it is none, is empty, has an
 * unknown field, or another apiVersion or kind than kustomize takes.
 */
MUST_USE int kustomization_decode(struct arena *arena, const struct node *root,
				  struct kustomization *out, struct err *err);

bool kustomization_is_component(const struct kustomization *kustomization);

#endif
