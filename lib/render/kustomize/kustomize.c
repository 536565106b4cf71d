/* SPDX-License-Identifier: Apache-2.0 */

/* One build: what is done once, when all layers are accumulated. */

#include "render/kustomize/kustomize.h"

#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/vec.h"
#include "document/decode.h"
#include "document/document.h"
#include "render/kustomize/generator.h"
#include "render/kustomize/layer.h"
#include "render/kustomize/reference.h"
#include "render/kustomize/sort.h"
#include "render/kustomize/transform.h"

#define LOCAL_KEY      "config.kubernetes.io/local-config"
#define INTERNAL       "internal.config.kubernetes.io/"
#define MANAGED_BY_KEY "app.kubernetes.io/managed-by"
/* Files of 6 MiB with 18,000 objects come to 60 MiB in the end. */
#define MEMORY_CAP    ((size_t)128 << 20)
#define MEMORY_A_BYTE 16
#define VERSION       "kustomize-v5.8.2" /* whose output this is */

/* An annotation that kustomize keeps its notes in, and takes away. */
static bool is_internal(const char *key)
{
	static const char *const keys[] = {
		"config.kubernetes.io/path",
		"config.kubernetes.io/index",
		"config.k8s.io/id",
		"helm.kustomize.io/generated",
		INTERNAL "annotations-migration-resource-id",
		INTERNAL "allowKindChange",
		INTERNAL "allowNameChange",
		INTERNAL "generatorBehavior",
		INTERNAL "id",
		INTERNAL "index",
		INTERNAL "needsHashSuffix",
		INTERNAL "path",
		INTERNAL "prefixes",
		INTERNAL "previousKinds",
		INTERNAL "previousNames",
		INTERNAL "previousNamespaces",
		INTERNAL "refBy",
		INTERNAL "seqindent",
		INTERNAL "suffixes",
	};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (!strcmp(keys[i], key))
			return true;
	return false;
}

static bool asks_for(const struct layer *top, const char *option)
{
	const struct nodes *options = &top->kustomization.build_metadata;

	for (size_t i = 0; i < options->n; i++)
		if (node_text_is(options->v[i], option))
			return true;
	return false;
}

static int check_names(const struct resource *resource, struct err *err)
{
	const char *kind = node_text(node_get(resource->root, "kind"));

	if (*kind && (str_ends(kind, "List") || *resource_name(resource)))
		return 0;
	return err_set(err, ERR_INPUT,
		       "%s:%u: after all changes this object has no %s",
		       resource->file, resource->line,
		       *kind ? "metadata.name" : "kind");
}

/* Files that only other tools read are not for the cluster. */
static int drop_local(struct resource_set *set, struct err *err)
{
	const struct node *annotation;
	size_t n = 0;

	for (size_t i = 0; i < set->n; i++) {
		struct resource *resource = set->v[i];

		if (check_names(resource, err) < 0)
			return -1;
		annotation = node_get(node_get2(resource->root, "metadata",
						"annotations"),
				      LOCAL_KEY);
		if (!annotation || node_text_is(annotation, "false"))
			set->v[n++] = resource;
	}
	set->n = n;
	resource_set_touch(set);
	return 0;
}

static int label_managed(struct build *build, struct resource_set *set,
			 struct err *err)
{
	static const struct fieldspec own = { .path = "metadata/labels",
					      .create = true };
	static const struct fieldspecs specs = { &own, 1 };
	struct node *pairs = node_mapping(build->arena);

	node_add(build->arena, pairs, MANAGED_BY_KEY,
		 node_plain(build->arena, VERSION));
	return transform_pairs(build, set, pairs, &specs, err);
}

static void drop_internal(struct node *root)
{
	struct node *annotations = node_get2(root, "metadata", "annotations");

	if (!node_is(annotations, NODE_MAPPING))
		return;
	for (size_t i = annotations->n; i > 0; i--)
		if (is_internal(annotations->entries[i - 1].key))
			node_remove(annotations,
				    annotations->entries[i - 1].key);
}

int build_check(const struct build *build, const struct node *at,
		struct err *err)
{
	size_t cap = MEMORY_CAP + MEMORY_A_BYTE * build->bytes;

	if (build->args->deadline_ms && clock_ms() > build->args->deadline_ms) {
		err_set(err, ERR_TEMPORARY, "%s: not built in time",
			build->args->path);
		return err_hint(err, "give it more with --timeout");
	}
	if (arena_used(build->arena) <= cap)
		return 0;
	node_fail(at, err,
		  "up to here this build needs more than %zu MiB of memory for "
		  "%zu KiB of files",
		  cap >> 20, build->bytes >> 10);
	return err_hint(err, "build parts of it, each with a --path of its "
			     "own");
}

static int finish(struct build *build, struct layer *top,
		  struct accumulator *all, struct err *err)
{
	bool origins = asks_for(top, "originAnnotations");
	bool transformers = asks_for(top, "transformerAnnotations");

	if (generator_hash(build, &all->set, err) < 0 ||
	    reference_fix(build, &all->set, &all->config, err) < 0 ||
	    variable_resolve(build, all, err) < 0 ||
	    drop_local(&all->set, err) < 0 ||
	    sort_resources(build, &all->set, top->kustomization.sort_options,
			   err) < 0 ||
	    resource_set_check(build, &all->set, err) < 0)
		return -1;
	if (asks_for(top, "managedByLabel") &&
	    label_managed(build, &all->set, err) < 0)
		return -1;
	for (size_t i = 0; i < all->set.n; i++) {
		struct resource *resource = all->set.v[i];

		/* Lists may come without; kustomize takes its notes out of
		 * there, whether it has made any or not. */
		if (!node_get(resource->root, "metadata"))
			node_open(build->arena, resource->root, "metadata");
		drop_internal(resource->root);
		origin_drop(build, resource, origins, transformers);
		doc_spell_annotations(resource->root);
	}
	return 0;
}

int kustomize_build(struct arena *arena, const struct kustomize_args *args,
		    struct kustomize_objects *out, struct err *err)
{
	struct build build = { .arena = arena, .args = args };
	struct accumulator all = { 0 };
	struct layer *top;

	if (layer_open_top(&build, &top, err) < 0 ||
	    layer_accumulate(top, &all, err) < 0 ||
	    finish(&build, top, &all, err) < 0)
		return -1;
	out->bytes = build.bytes;
	for (size_t i = 0; i < all.set.n; i++)
		*vec_push(arena, out) = (struct kustomize_object){
			.root = all.set.v[i]->root,
			.file = all.set.v[i]->file,
			.line = all.set.v[i]->line,
		};
	return 0;
}
