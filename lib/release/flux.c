/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Flux's own configuration, as it stands in files: the annotations of version
 * 1 on workloads, and ImagePolicy and ImageRepository of version 2, wherever
 * in the tree they are.
 */

#include <string.h>

#include "base/vec.h"
#include "document/decode.h"
#include "document/document.h"
#include "release/inside.h"

/* ---- version 2 ---- */

struct flux {
	struct planner *planner;
	struct map *repositories; /* "NAMESPACE/NAME" to an ImageRepository */
	struct map *policies;     /* the same of an ImagePolicy */
};

static const char *key_of(struct arena *arena, const char *namespace,
			  const char *name)
{
	return arena_printf(arena, "%s/%s", namespace, name);
}

static const char *text_of(const struct node *mapping, const char *key)
{
	const struct node *value = node_get(mapping, key);

	return node_is(value, NODE_SCALAR) && !node_is_null(value) ?
		       value->text :
		       NULL;
}

static void keep(struct flux *flux, struct node *object)
{
	const struct node *metadata = node_get(object, "metadata");
	const char *api = text_of(object, "apiVersion");
	const char *kind = text_of(object, "kind");
	const char *namespace = text_of(metadata, "namespace");
	const char *name = text_of(metadata, "name");
	struct map *map = str_equal(kind, "ImagePolicy") ? flux->policies :
			  str_equal(kind, "ImageRepository") ?
							   flux->repositories :
							   NULL;

	if (map && name && api && str_starts(api, "image.toolkit.fluxcd.io/"))
		map_set(map,
			key_of(flux->planner->arena,
			       namespace ? namespace : "default", name),
			object);
}

static bool holds(struct bytes bytes, const char *text)
{
	const size_t n = strlen(text);

	for (size_t i = 0; i + n <= bytes.len; i++)
		if (memcmp(bytes.data + i, text, n) == 0)
			return true;
	return false;
}

static int read_file(struct flux *flux, const char *path, struct err *err)
{
	struct planner *planner = flux->planner;
	struct nodes roots = { 0 };
	struct doc_source source;
	struct bytes bytes;

	if (tree_read(planner->tree, planner->arena, path, &bytes, err) < 0)
		return -1;
	if (!holds(bytes, "ImagePolicy") && !holds(bytes, "ImageRepository"))
		return 0;
	source = doc_source_file(path, bytes);
	if (doc_read_nodes(planner->arena, &source, NULL, &roots, err) < 0)
		return -1;
	for (size_t i = 0; i < roots.n; i++)
		keep(flux, roots.v[i]);
	return 0;
}

static int read_all(struct flux *flux, const char *directory, struct err *err)
{
	struct planner *planner = flux->planner;
	struct tree_entries entries = { 0 };

	if (run_check(planner->release->run, err) < 0 ||
	    tree_list(planner->tree, planner->arena, directory, &entries, err) <
		    0)
		return -1;
	for (size_t i = 0; i < entries.n; i++) {
		const struct tree_entry *entry = &entries.v[i];
		const char *path;

		if (tree_join(planner->arena, directory, entry->name, &path,
			      err) < 0)
			return -1;
		if (entry->kind == TREE_DIR && read_all(flux, path, err) < 0)
			return -1;
		if (entry->kind == TREE_FILE &&
		    (str_ends(path, ".yaml") || str_ends(path, ".yml")) &&
		    read_file(flux, path, err) < 0)
			return -1;
	}
	return 0;
}

/* In words of gitops.yaml. */
static int policy_text_of(struct planner *planner, const struct node *object,
			  const char **out, struct err *err)
{
	const struct node *policy = node_get2(object, "spec", "policy");
	const struct node *semver = node_get(policy, "semver");
	const struct node *alphabetical = node_get(policy, "alphabetical");
	const struct node *numerical = node_get(policy, "numerical");
	const char *range = text_of(semver, "range");
	const struct node *by = alphabetical ? alphabetical : numerical;
	const char *order = text_of(by, "order");

	if (range)
		*out = arena_printf(planner->arena, "semver %s", range);
	else if (by)
		*out = arena_printf(planner->arena, "%s %s",
				    alphabetical ? "alphabetical" : "numerical",
				    order && *order ? order : "asc");
	else
		return node_fail(object, err,
				 "ImagePolicy: expected spec.policy with "
				 "semver.range, alphabetical or numerical");
	return 0;
}

static int exclusions(struct planner *planner, const struct node *repository,
		      const char *const **out, struct err *err)
{
	const struct node *list = node_get2(repository, "spec",
					    "exclusionList");
	const char **texts;

	*out = NULL;
	if (node_is_null(list))
		return 0;
	if (!node_is(list, NODE_SEQUENCE))
		return node_fail(list, err, "exclusionList: expected a list");
	texts = arena_array(planner->arena, list->n + 1, sizeof(*texts));
	for (uint32_t i = 0; i < list->n; i++)
		texts[i] = node_text(list->items[i]);
	*out = texts;
	return 0;
}

static int read_policy(struct planner *planner, const struct node *object,
		       const struct node *repository,
		       struct release_choice *choice, struct err *err)
{
	const struct node *filter = node_get2(object, "spec", "filterTags");
	const char *reflect = text_of(node_get(object, "spec"),
				      "digestReflectionPolicy");
	const char *image = text_of(node_get(repository, "spec"), "image");
	struct policy_spec spec = {
		.filter = text_of(filter, "pattern"),
		.extract = text_of(filter, "extract"),
	};
	struct policy *policy;

	choice->origin = arena_printf(planner->arena, "%s:%u", object->file,
				      object->line);
	choice->automatic = true;
	choice->pin = reflect && !str_equal(reflect, "Never");
	choice->follow = str_equal(reflect, "Always");
	if (!image)
		return node_fail(repository, err,
				 "ImageRepository: there is no spec.image");
	if (image_ref_parse(planner->arena, image, &choice->image, err) < 0)
		return err_wrap(err, "%s:%u", repository->file,
				repository->line);
	if (policy_text_of(planner, object, &spec.policy, err) < 0 ||
	    exclusions(planner, repository, &spec.exclude, err) < 0)
		return -1;
	if (policy_parse(planner->arena, &spec, &policy, err) < 0)
		return err_wrap(err, "%s", choice->origin);
	choice->policy = policy;
	return 0;
}

static int add_policy(struct flux *flux, const char *key,
		      const struct node *object, struct err *err)
{
	struct planner *planner = flux->planner;
	const struct node *ref = node_get2(object, "spec",
					   "imageRepositoryRef");
	const char *namespace = text_of(ref, "namespace");
	const char *name = text_of(ref, "name");
	struct release_choice *choice;
	struct node *repository;
	bool is_new;

	if (!name)
		return node_fail(object, err,
				 "ImagePolicy: there is no "
				 "spec.imageRepositoryRef.name");
	if (!namespace)
	namespace = arena_strndup(planner->arena, key, strcspn(key, "/"));
	repository = map_get(flux->repositories,
			     key_of(planner->arena, namespace, name));
	if (!repository)
		return node_fail(object, err,
				 "ImagePolicy: there is no ImageRepository "
				 "'%s' in namespace '%s'",
				 name, namespace);
	choice = release_choice_of(planner,
				   arena_printf(planner->arena, "v2 %s", key),
				   &is_new);
	map_set(planner->flux, key, choice);
	return read_policy(planner, object, repository, choice, err);
}

int release_flux_policy(struct planner *planner,
			const struct image_marker *marker,
			struct release_choice **out, struct err *err)
{
	struct flux flux = { .planner = planner };

	*out = NULL;
	if (marker->fault)
		return 0;
	if (!planner->flux) {
		planner->flux = map_new(planner->arena);
		flux.policies = map_new(planner->arena);
		flux.repositories = map_new(planner->arena);
		if (read_all(&flux, "", err) < 0)
			return -1;
		for (size_t i = 0; i < flux.policies->n; i++) {
			const struct map_entry *entry =
				&flux.policies->entries[i];

			if (add_policy(&flux, entry->key, entry->value, err) <
			    0)
				return -1;
		}
	}
	*out = map_get(planner->flux, key_of(planner->arena, marker->namespace,
					     marker->policy));
	return 0;
}

/* ---- version 1 ---- */

/* The annotation of the object that a place is part of, or NULL. */
static const char *annotation(const struct planner *planner,
			      const struct release_place *place,
			      const char *name)
{
	static const char *const prefixes[] = { "fluxcd.io~1",
						"flux.weave.works~1" };
	AUTO_ERR struct err none = { 0 };
	const struct splice_place *found = NULL;
	struct arena *arena = planner->arena;

	for (size_t i = 0; i < ARRAY_LEN(prefixes) && !found; i++) {
		const char *pointer =
			arena_printf(arena, "%s/metadata/annotations/%s%s",
				     splice_pointer(arena, place->use->object),
				     prefixes[i], name);

		err_clear(&none);
		if (splice_find(arena, &place->file->file, place->use->document,
				pointer, &found, &none) < 0)
			found = NULL;
	}
	return found && found->kind == SPLICE_SCALAR ? found->text : NULL;
}

/* "chart-image", or the key of the mapping that the image is in, for values;
 * as Flux calls them. */
static const char *container_of(const struct release_place *place)
{
	const struct splice_place *up = place->use->at->up;

	if (place->use->source != IMAGE_VALUES || place->container)
		return place->container;
	return up && up->key && !str_equal(up->key, "values") ? up->key :
								"chart-image";
}

static const char *lock_of(struct planner *planner,
			   const struct release_place *place)
{
	const char *user = annotation(planner, place, "locked_user");
	const char *text = annotation(planner, place, "locked_msg");

	if (!str_equal(annotation(planner, place, "locked"), "true"))
		return NULL;
	return arena_printf(planner->arena, "locked%s%s%s%s",
			    user ? " by " : "", user ? user : "",
			    text ? ": " : "", text ? text : "");
}

int release_flux_annotations(struct planner *planner,
			     struct release_place *place, struct err *err)
{
	struct arena *arena = planner->arena;
	const char *container, *pattern = NULL, *ignore;
	struct policy *policy;
	struct release_choice *choice;
	bool automated, is_new;

	/* Most files know nothing of Flux. */
	if (!place->label ||
	    (!holds(place->file->file.bytes, "fluxcd.io/") &&
	     !holds(place->file->file.bytes, "flux.weave.works/")))
		return 0;
	place->locked = lock_of(planner, place);
	if (place->choice || place->fault)
		return 0;
	container = container_of(place);
	if (container)
		pattern = annotation(planner, place,
				     arena_printf(arena, "tag.%s", container));
	ignore = annotation(planner, place, "ignore");
	automated =
		str_equal(annotation(planner, place, "automated"), "true") &&
		!str_equal(ignore, "true") && !str_equal(ignore, "sync_only");
	if (!automated && !pattern)
		return 0;
	choice = release_choice_of(planner,
				   arena_printf(arena, "v1 %d %s %s", automated,
						release_key(arena, &place->now),
						pattern ? pattern : "glob:*"),
				   &is_new);
	place->choice = choice;
	if (!is_new)
		return 0;
	choice->origin = release_where(arena, place);
	choice->image = place->now;
	choice->automatic = automated;
	if (policy_parse_flux_v1(arena, pattern ? pattern : "glob:*", &policy,
				 err) < 0)
		return err_wrap(err, "%s: fluxcd.io/tag.%s", choice->origin,
				container ? container : "?");
	choice->policy = policy;
	return 0;
}
