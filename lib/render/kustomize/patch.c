/* SPDX-License-Identifier: Apache-2.0 */
#include "render/kustomize/patch.h"

#include <string.h>

#include "base/str.h"
#include "base/vec.h"
#include "document/decode.h"
#include "document/document.h"
#include "document/json_patch.h"
#include "render/kustomize/merge.h"
#include "render/kustomize/selector.h"

#define OPERATIONS_CAP 10000

/* A patch as it was loaded: strategic merge patches, or operations. */
struct loaded {
	const struct node *at; /* for messages: the entry, or its path */
	struct resources merges;
	const json_t *operations; /* NULL: none */
};

/* ---- strategic merge ---- */

static int merge_one(struct build *build, struct resource *target,
		     struct resource *patch, struct err *err)
{
	const char *name = resource_name(target);
	const char *namespace = resource_namespace(target);
	const char *kind = resource_kind(build, target)->kind;
	struct node *merged;

	if (patch->allow_name_change || patch->allow_kind_change) {
		resource_push_id(build, target);
		target->marked = true;
	}
	resource_mark(build, target);
	if (!build->schema.definitions)
		build->schema.tables = TABLES_USED;
	if (merge_patch(build->arena, &build->schema, target->root, patch->root,
			&merged, err) < 0)
		return -1;
	/* The target is changed in place.  What replaces it as a whole,
	 * "$patch: replace" at the top, kustomize forgets. */
	if (!merged)
		target->root = node_mapping(build->arena);
	if (node_is_empty(target->root))
		return 0;
	resource_unmark(target, false);
	if (!patch->allow_kind_change)
		node_set(build->arena, target->root, "kind",
			 node_plain(build->arena, kind));
	if (!patch->allow_name_change)
		resource_set_name(build, target, name);
	resource_set_namespace(build, target, namespace);
	return 0;
}

/* A copy of the patch that is about this very object. */
static struct resource *address(struct build *build, struct resource *patch,
				struct resource *target)
{
	struct resource *copy = resource_copy(build, patch);
	const char *api_version = resource_kind(build, target)->api_version;

	resource_take_metadata(build, copy, patch);
	node_set(build->arena, copy->root, "apiVersion",
		 node_plain(build->arena, api_version));
	node_set(build->arena, copy->root, "kind",
		 node_plain(build->arena, resource_kind(build, patch)->kind));
	return copy;
}

/* The name of that kind that is most like this one, or NULL. */
static const char *nearest_name(struct build *build,
				const struct resource_set *set,
				const struct resource_id *id)
{
	const char **names = arena_array(build->arena, set->n + 1,
					 sizeof(*names));
	size_t n = 0;

	for (size_t i = 0; i < set->n; i++)
		if (!strcmp(resource_kind(build, set->v[i])->kind, id->kind))
			names[n++] = resource_name(set->v[i]);
	return str_nearest(id->name, names);
}

/* The one object that a patch names. */
static int find_target(struct build *build, struct resource_set *set,
		       struct resource *patch, struct resource **out,
		       struct err *err)
{
	const struct resource_id id = resource_first_id(build, patch);
	const struct resources *found = resource_set_find(build, set, &id);
	struct resource *target = NULL;
	const char *near;
	size_t n = 0;

	for (size_t i = 0; i < found->n; i++) {
		if (node_is_empty(found->v[i]->root))
			continue;
		target = found->v[i];
		n++;
	}
	if (n == 1) {
		*out = target;
		return 0;
	}
	err_set(err, ERR_INPUT,
		"%s:%u: this patch is for the %s of '%s', but %s called so",
		patch->file, patch->line, resource_id_shown(build, &id),
		resource_kind(build, patch)->api_version,
		n ? "more than one object is" : "no object is, or was,");
	near = nearest_name(build, set, &id);
	if (!n && near && strcmp(near, id.name) != 0)
		return err_hint(err, "did you mean '%s'?", near);
	return err_hint(err, "name one that 'resources' brings, with its "
			     "namespace, or select some by 'target'");
}

static int merge_by_name(struct build *build, struct resource_set *set,
			 const struct loaded *loaded, bool copies,
			 struct err *err)
{
	struct resource *patch, *target;

	for (size_t i = 0; i < loaded->merges.n; i++) {
		patch = loaded->merges.v[i];
		if (build_check(build, loaded->at, err) < 0)
			return -1;
		if (find_target(build, set, patch, &target, err) < 0)
			return -1;
		if (copies)
			patch = address(build, patch, target);
		if (merge_one(build, target, patch, err) < 0)
			return err_wrap(err, "patch of %s %s",
					resource_kind(build, target)->kind,
					resource_name(target));
		if (patch->allow_name_change || patch->allow_kind_change)
			resource_set_touch(set);
		if (copies)
			resource_set_drop_empty(set);
	}
	return 0;
}

static int select_targets(struct build *build, const struct resource_set *set,
			  const struct loaded *loaded,
			  const struct selector *selector,
			  struct resources *out, struct err *err)
{
	struct matcher *matcher;

	if (build_check(build, loaded->at, err) < 0 ||
	    matcher_open(build, selector, &matcher, err) < 0)
		return -1;
	for (size_t i = 0; i < set->n; i++)
		if (matcher_accepts(build, matcher, set->v[i]))
			*vec_push(build->arena, out) = set->v[i];
	return 0;
}

static int merge_selected(struct build *build, struct resource_set *set,
			  const struct loaded *loaded,
			  const struct selector *selector, struct err *err)
{
	struct resource *patch = loaded->merges.v[0], *copy;
	struct resources selected = { 0 };

	if (loaded->merges.n > 1)
		return node_fail(loaded->at, err,
				 "a patch with a target is one document, this "
				 "one has %zu",
				 loaded->merges.n);
	if (select_targets(build, set, loaded, selector, &selected, err) < 0)
		return -1;
	for (size_t i = 0; i < selected.n; i++) {
		if (build_check(build, loaded->at, err) < 0)
			return -1;
		copy = address(build, patch, selected.v[i]);
		if (merge_one(build, selected.v[i], copy, err) < 0)
			return -1;
	}
	resource_set_drop_empty(set);
	if (!patch->allow_name_change && !patch->allow_kind_change)
		return 0;
	resource_set_touch(set);
	return resource_set_check(build, set, err);
}

/* ---- JSON patch ---- */

static int operate(struct build *build, struct resource *target,
		   const struct loaded *loaded, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	json_t *value, *result;

	resource_mark(build, target);
	if (doc_from_node(scratch, target->root, &value, err) < 0)
		return -1;
	if (json_patch_apply(scratch, value, loaded->operations, &result, err) <
	    0) {
		err_wrap(err, "%s %s", resource_kind(build, target)->kind,
			 resource_name(target));
		return err_wrap(err, "%s:%u", loaded->at->file,
				loaded->at->line);
	}
	if (!json_is_object(result))
		return node_fail(loaded->at, err,
				 "this patch makes something else than an "
				 "object of %s %s",
				 resource_kind(build, target)->kind,
				 resource_name(target));
	target->root = node_from_json(build->arena, result);
	doc_spell_annotations(target->root);
	resource_unmark(target, true);
	return 0;
}

static int operate_selected(struct build *build, struct resource_set *set,
			    const struct loaded *loaded,
			    const struct selector *selector, bool remember,
			    struct err *err)
{
	struct resources selected = { 0 };

	if (select_targets(build, set, loaded, selector, &selected, err) < 0)
		return -1;
	for (size_t i = 0; i < selected.n; i++) {
		if (build_check(build, loaded->at, err) < 0)
			return -1;
		if (remember)
			resource_push_id(build, selected.v[i]);
		if (operate(build, selected.v[i], loaded, err) < 0)
			return -1;
	}
	resource_set_touch(set);
	return 0;
}

/* ---- loading ---- */

static int check_operations(const char *name, const json_t *operations,
			    struct err *err)
{
	const json_t *operation;
	size_t i;

	if (!json_is_array(operations))
		return err_set(err, ERR_INPUT,
			       "%s: expected a list of operations", name);
	if (json_array_size(operations) > OPERATIONS_CAP)
		return err_set(err, ERR_INPUT,
			       "%s: more than %d operations in one patch", name,
			       OPERATIONS_CAP);
	json_array_foreach(operations, i, operation)
		if (!json_is_object(operation))
			return err_set(err, ERR_INPUT,
				       "%s: operation %zu is no mapping", name,
				       i + 1);
	return 0;
}

static bool is_json(const struct bytes *bytes)
{
	return bytes->len && bytes->data[0] == '[';
}

/* What begins with a bracket is JSON, other texts are YAML. */
static int parse_operations(struct build *build,
			    const struct doc_source *source, bool json,
			    const json_t **out, struct err *err)
{
	struct nodes nodes = { 0 };
	json_t *value = doc_array(build->arena);

	if (json) {
		if (doc_read_json_source(build->arena, source, &value, err) < 0)
			return -1;
	} else {
		if (doc_read_nodes(build->arena, source, NULL, &nodes, err) < 0)
			return -1;
		if (nodes.n && doc_from_node_v1_1(build->arena, nodes.v[0],
						  &value, err) < 0)
			return -1;
	}
	if (check_operations(source->name, value, err) < 0)
		return -1;
	*out = value;
	return 0;
}

/* What an entry of `patches` says, or its file. */
static int find_source(const struct layer *layer, struct arena *scratch,
		       const struct patch_entry *entry, struct doc_source *out,
		       struct err *err)
{
	bool own = *node_text(entry->patch);

	if (entry->path && entry->path->n) {
		if (own)
			return node_fail(entry->at, err,
					 "'path' and 'patch' exclude each "
					 "other");
		return layer_source(layer, scratch, entry->path, out, err);
	}
	if (own)
		*out = doc_source_text(entry->patch);
	if (own && out->bytes.len)
		return 0;
	node_fail(entry->at, err, "this patch is empty");
	return err_hint(err, "set 'path' or 'patch'");
}

/* kustomize notes that in the annotations, all of which are texts after that, a
 * null ("null") too. */
static void allow(struct build *build, struct resource *patch,
		  const struct patch_options *options)
{
	patch->allow_name_change = options->allow_name_change;
	patch->allow_kind_change = options->allow_kind_change;
	if (options->allow_name_change || options->allow_kind_change)
		resource_set_texts(build, patch, "annotations",
				   node_get2(patch->root, "metadata",
					     "annotations"));
}

/* A text is one or the other: both readings are tried. */
static int load(const struct layer *layer, const struct patch_entry *entry,
		struct loaded *out, struct err *err)
{
	AUTO_ERR struct err no_merge = { 0 }, no_operations = { 0 };
	AUTO_ARENA struct arena *scratch = arena_new();
	struct doc_source source;
	bool merges, operations;

	out->at = entry->path && entry->path->n ? entry->path : entry->at;
	if (find_source(layer, scratch, entry, &source, err) < 0)
		return -1;
	merges = layer_parse(layer, &source, &out->merges, &no_merge) == 0;
	operations = parse_operations(layer->build, &source,
				      is_json(&source.bytes), &out->operations,
				      &no_operations) == 0;
	if (!merges && !operations) {
		/* What it looks like decides which error helps. */
		err_append(err, source.bytes.data[0] == '[' ? &no_operations :
							      &no_merge);
		return -1;
	}
	if (merges && operations && out->merges.n &&
	    json_array_size(out->operations))
		return node_fail(out->at, err,
				 "this is both a merge patch and a list of "
				 "operations");
	if (merges)
		out->operations = NULL;
	for (size_t i = 0; entry->options && i < out->merges.n; i++)
		allow(layer->build, out->merges.v[i], entry->options);
	return 0;
}

int patch_run(const struct layer *layer, const struct patch_entry *entry,
	      struct resource_set *set, struct err *err)
{
	struct loaded loaded = { 0 };

	if (load(layer, entry, &loaded, err) < 0)
		return -1;
	if (loaded.operations) {
		if (entry->target)
			return operate_selected(layer->build, set, &loaded,
						entry->target, true, err);
		node_fail(loaded.at, err, "these operations have no target");
		return err_hint(err, "say what they are for: 'target: {kind: "
				     "..., name: ...}'");
	}
	if (!loaded.merges.n)
		return 0;
	return entry->target ?
		       merge_selected(layer->build, set, &loaded, entry->target,
				      err) :
		       merge_by_name(layer->build, set, &loaded, false, err);
}

int patch_run_json(const struct layer *layer, const struct patch_entry *entry,
		   struct resource_set *set, struct err *err)
{
	struct loaded loaded = { .at = entry->at };
	AUTO_ARENA struct arena *scratch = arena_new();
	struct doc_source source;
	bool json;

	if (!entry->target || !*node_text(entry->target->name))
		return node_fail(entry->at, err,
				 "patchesJson6902: expected a target with a "
				 "name");
	if (find_source(layer, scratch, entry, &source, err) < 0)
		return -1;
	/* Here blanks before the bracket count. */
	json = is_json(&source.bytes) &&
	       (!*node_text(entry->patch) || entry->patch->text[0] == '[');
	if (parse_operations(layer->build, &source, json, &loaded.operations,
			     err) < 0)
		return -1;
	if (!json_array_size(loaded.operations))
		return node_fail(entry->at, err, "this patch is empty");
	return operate_selected(layer->build, set, &loaded, entry->target,
				false, err);
}

/* An entry is a patch itself, or the path of one. */
static int load_strategic(const struct layer *layer, const struct node *entry,
			  struct loaded *out, struct err *err)
{
	struct doc_source source = doc_source_text(entry);
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_ERR struct err not_itself = { 0 };
	size_t before = out->merges.n;

	if (layer_parse(layer, &source, &out->merges, &not_itself) == 0)
		return 0;
	out->merges.n = before;
	if (strchr(entry->text, '\n')) {
		err_append(err, &not_itself);
		return -1;
	}
	return layer_source(layer, scratch, entry, &source, err) < 0 ?
		       -1 :
		       layer_parse(layer, &source, &out->merges, err);
}

int patch_run_strategic(const struct layer *layer, const struct nodes *entries,
			const struct node *text, struct resource_set *set,
			struct err *err)
{
	struct loaded loaded = { 0 };

	for (size_t i = 0; i < entries->n; i++)
		if (load_strategic(layer, entries->v[i], &loaded, err) < 0)
			return -1;
	if (text && load_strategic(layer, text, &loaded, err) < 0)
		return -1;
	if (!loaded.merges.n)
		return err_set(err, ERR_INPUT,
			       "%s: patchesStrategicMerge: these patches are "
			       "empty",
			       layer->file);
	return merge_by_name(layer->build, set, &loaded, true, err);
}
