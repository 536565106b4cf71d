/* SPDX-License-Identifier: Apache-2.0 */
#include "render/kustomize/builtin.h"

#include "render/kustomize/patch.h"
#include "render/kustomize/replacement.h"
#include "render/kustomize/transform.h"

void builtin_finish(struct build *build, struct accumulator *to,
		    const struct origin *origin)
{
	origin_note_transformer(build, &to->set, origin);
	resource_set_drop_empty(&to->set);
}

static int finish(const struct layer *layer, struct accumulator *to,
		  const char *kind)
{
	const struct origin *origin = NULL;

	if (layer->origin)
		origin = origin_builtin(layer->build, layer->origin,
					layer->file, kind);
	builtin_finish(layer->build, to, origin);
	return 0;
}

static int merge_strategic(const struct layer *layer, struct accumulator *to,
			   struct err *err)
{
	const struct nodes *patches =
		&layer->kustomization.patches_strategic_merge;

	if (!patches->n)
		return 0;
	if (patch_run_strategic(layer, patches, NULL, &to->set, err) < 0)
		return -1;
	return finish(layer, to, "PatchStrategicMergeTransformer");
}

static int patch(const struct layer *layer, struct accumulator *to,
		 struct err *err)
{
	const struct patch_entries *patches = &layer->kustomization.patches;

	for (size_t i = 0; i < patches->n; i++)
		if (patch_run(layer, &patches->v[i], &to->set, err) < 0 ||
		    finish(layer, to, "PatchTransformer") < 0)
			return -1;
	return 0;
}

static int set_namespace(const struct layer *layer, struct accumulator *to,
			 struct err *err)
{
	const struct transform_namespace args = {
		.namespace = node_text(layer->kustomization.namespace),
		.subjects = SUBJECTS_DEFAULT,
		.specs = to->config.namespace,
	};

	if (!*args.namespace)
		return 0;
	if (transform_namespace(layer->build, &to->set, &args, err) < 0)
		return -1;
	return finish(layer, to, "NamespaceTransformer");
}

static int put_prefix(const struct layer *layer, struct accumulator *to,
		      struct err *err)
{
	const char *prefix = node_text(layer->kustomization.name_prefix);

	if (!*prefix)
		return 0;
	if (transform_prefix(layer->build, &to->set, prefix,
			     &to->config.name_prefix, err) < 0)
		return -1;
	return finish(layer, to, "PrefixTransformer");
}

static int put_suffix(const struct layer *layer, struct accumulator *to,
		      struct err *err)
{
	const char *suffix = node_text(layer->kustomization.name_suffix);

	if (!*suffix)
		return 0;
	if (transform_suffix(layer->build, &to->set, suffix,
			     &to->config.name_suffix, err) < 0)
		return -1;
	return finish(layer, to, "SuffixTransformer");
}

/* The fields that one entry of `labels` is for. */
static int choose_fields(struct arena *arena, const struct label_entry *entry,
			 const struct config *config, struct fieldspecs *out,
			 struct err *err)
{
	static const struct fieldspec own = { .path = "metadata/labels",
					      .create = true };
	static const struct fieldspecs only_own = { &own, 1 };
	struct fieldspecs specs;

	config_take_fields(arena, &entry->fields, &specs);
	if (config_merge_fieldspecs(arena, &specs, &config->labels, &specs,
				    err) < 0)
		return -1;
	if (entry->include_selectors)
		return config_merge_fieldspecs(arena, &specs,
					       &config->common_labels, out,
					       err);
	if (entry->include_templates &&
	    config_merge_fieldspecs(arena, &specs, &config->template_labels,
				    &specs, err) < 0)
		return -1;
	if (entry->include_volume_claim_templates &&
	    config_merge_fieldspecs(arena, &specs,
				    &config->volume_claim_template_labels,
				    &specs, err) < 0)
		return -1;
	return config_merge_fieldspecs(arena, &specs, &only_own, out, err);
}

static int set_labels(const struct layer *layer, struct accumulator *to,
		      struct err *err)
{
	struct build *build = layer->build;
	const struct kustomization *k = &layer->kustomization;

	for (size_t i = 0; i < k->labels.n; i++) {
		const struct label_entry *entry = &k->labels.v[i];
		struct fieldspecs specs;

		if (choose_fields(build->arena, entry, &to->config, &specs,
				  err) < 0)
			return err_wrap(err, "%s:%u", entry->at->file,
					entry->at->line);
		if (entry->pairs &&
		    transform_pairs(build, &to->set, entry->pairs, &specs,
				    err) < 0)
			return -1;
		finish(layer, to, "LabelTransformer");
	}
	if (k->common_labels &&
	    transform_pairs(build, &to->set, k->common_labels,
			    &to->config.common_labels, err) < 0)
		return -1;
	/* One runs for commonLabels even where only `labels` is there. */
	if (k->labels.n || (k->common_labels && k->common_labels->n))
		finish(layer, to, "LabelTransformer");
	return 0;
}

static int set_annotations(const struct layer *layer, struct accumulator *to,
			   struct err *err)
{
	const struct node *pairs = layer->kustomization.common_annotations;

	if (!pairs || !pairs->n)
		return 0;
	if (transform_pairs(layer->build, &to->set, pairs,
			    &to->config.common_annotations, err) < 0)
		return -1;
	return finish(layer, to, "AnnotationsTransformer");
}

static int patch_json(const struct layer *layer, struct accumulator *to,
		      struct err *err)
{
	const struct patch_entries *patches =
		&layer->kustomization.patches_json6902;

	for (size_t i = 0; i < patches->n; i++)
		if (patch_run_json(layer, &patches->v[i], &to->set, err) < 0 ||
		    finish(layer, to, "PatchJson6902Transformer") < 0)
			return -1;
	return 0;
}

static int set_replicas(const struct layer *layer, struct accumulator *to,
			struct err *err)
{
	const struct kustomization *k = &layer->kustomization;

	for (size_t i = 0; i < k->replicas.n; i++)
		if (transform_replicas(layer->build, &to->set,
				       &k->replicas.v[i], &to->config.replicas,
				       err) < 0 ||
		    finish(layer, to, "ReplicaCountTransformer") < 0)
			return -1;
	return 0;
}

static int set_images(const struct layer *layer, struct accumulator *to,
		      struct err *err)
{
	const struct kustomization *k = &layer->kustomization;

	for (size_t i = 0; i < k->images.n; i++)
		if (transform_image(layer->build, &to->set, &k->images.v[i],
				    &to->config.images, err) < 0 ||
		    finish(layer, to, "ImageTagTransformer") < 0)
			return -1;
	return 0;
}

static int replace(const struct layer *layer, struct accumulator *to,
		   struct err *err)
{
	const struct replacement_entries *entries =
		&layer->kustomization.replacements;

	if (!entries->n)
		return 0;
	if (replacement_run(layer, entries, &to->set, err) < 0)
		return -1;
	return finish(layer, to, "ReplacementTransformer");
}

int builtin_transform(struct layer *layer, struct accumulator *to,
		      struct err *err)
{
	static int (*const steps[])(const struct layer *layer,
				    struct accumulator *to, struct err *err) = {
		merge_strategic, patch,      set_namespace,   put_prefix,
		put_suffix,      set_labels, set_annotations, patch_json,
		set_replicas,    set_images, replace,
	};

	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if (steps[i](layer, to, err) < 0)
			return -1;
	return 0;
}
