/* SPDX-License-Identifier: Apache-2.0 */
#include "image/find.h"

#include <string.h>

#include "base/vec.h"
#include "document/document.h"
#include "document/unconst.h"

/* Where we are. */
struct search {
	struct arena *arena;
	const struct splice_file *file;
	struct image_uses *out;
	size_t document;
	const struct splice_place *object;
	const char *label;
	bool values; /* what is here are values for a chart */
};

static const struct splice_place *get(const struct splice_place *mapping,
				      const char *key)
{
	const struct splice_place *one = NULL;

	if (mapping && mapping->kind == SPLICE_MAPPING)
		one = mapping->first;
	while (one && !str_equal(one->key, key))
		one = one->next;
	return one;
}

/* The text of a scalar, or NULL where there is none or an empty one. */
static const char *text_of(const struct splice_place *place)
{
	if (!place || place->kind != SPLICE_SCALAR || !place->len)
		return NULL;
	if (place->style == NODE_PLAIN &&
	    doc_text_tag(place->text, place->len) == NODE_NULL)
		return NULL;
	return place->text;
}

static const char *text_at(const struct splice_place *mapping, const char *key)
{
	return text_of(get(mapping, key));
}

static bool is_object(const struct splice_place *place)
{
	return text_at(place, "apiVersion") && text_at(place, "kind");
}

/* ---- one use ---- */

/* A use with what is the same for all sources. */
static struct image_use use_at(const struct search *search,
			       enum image_source source,
			       const struct splice_place *at)
{
	return (struct image_use){
		.source = source,
		.document = search->document,
		.object = search->object,
		.label = search->label,
		.at = at,
	};
}

static const char *fault_of(const struct splice_place *place)
{
	if (!place || place->kind == SPLICE_SCALAR)
		return NULL;
	return place->kind == SPLICE_ALIAS ?
		       "it is an alias: what it stands for is set elsewhere" :
		       "it is no text";
}

/* Take the use, with what its texts mean. */
static void add(const struct search *search, struct image_use *use,
		const char *text)
{
	const struct splice_place *const parts[] = { use->whole, use->name,
						     use->tag, use->digest };
	AUTO_ERR struct err why = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(parts) && !use->fault; i++)
		use->fault = fault_of(parts[i]);
	if (!use->fault &&
	    image_ref_parse(search->arena, text, &use->ref, &why) < 0)
		use->fault = arena_strdup(search->arena, why.msg);
	*vec_push(search->arena, search->out) = *use;
}

/* NAME[:TAG][@DIGEST] of parts. */
static const char *join(struct arena *arena, const char *registry,
			const char *name, const char *tag, const char *digest)
{
	return arena_printf(arena, "%s%s%s%s%s%s%s", registry ? registry : "",
			    registry ? "/" : "", name ? name : "",
			    tag ? ":" : "", tag ? tag : "", digest ? "@" : "",
			    digest ? digest : "");
}

/* ---- containers ---- */

static void look_at_container(const struct search *search,
			      const struct splice_place *container)
{
	const struct splice_place *image = get(container, "image");
	struct image_use use;

	/* None, or one that is filled in later. */
	if (!image || (image->kind == SPLICE_SCALAR && !text_of(image)))
		return;
	use = use_at(search, IMAGE_CONTAINER, image);
	use.container = text_at(container, "name");
	use.whole = image;
	add(search, &use, text_of(image));
}

bool image_holds_containers(const char *key)
{
	return str_equal(key, "containers") ||
	       str_equal(key, "initContainers") ||
	       str_equal(key, "ephemeralContainers");
}

static bool is_containers(const struct splice_place *place)
{
	return place->kind == SPLICE_SEQUENCE && place->key &&
	       image_holds_containers(place->key);
}

/* ---- kustomizations ---- */

static bool is_kustomization(const struct splice_file *file,
			     const struct splice_place *root)
{
	const char *slash = strrchr(file->name, '/');
	const char *name = slash ? slash + 1 : file->name;
	const char *api = text_at(root, "apiVersion");

	if (api)
		return str_starts(api, "kustomize.config.k8s.io/");
	return str_equal(name, "kustomization.yaml") ||
	       str_equal(name, "kustomization.yml") ||
	       str_equal(name, "Kustomization");
}

static void look_at_images(const struct search *search,
			   const struct splice_place *images)
{
	const struct splice_place *one =
		images && images->kind == SPLICE_SEQUENCE ? images->first :
							    NULL;

	for (; one; one = one->next) {
		struct image_use use = use_at(search, IMAGE_KUSTOMIZATION, one);
		const char *name = text_at(one, "name");

		if (one->kind != SPLICE_MAPPING)
			continue;
		use.name = get(one, "newName");
		use.tag = get(one, "newTag");
		use.digest = get(one, "digest");
		if (text_of(use.name))
			name = text_of(use.name);
		add(search, &use,
		    join(search->arena, NULL, name, text_of(use.tag),
			 text_of(use.digest)));
	}
}

/* ---- values for charts ---- */

/* `image: NAME[:TAG]`, perhaps with the tag beside it. */
static void look_at_text(const struct search *search,
			 const struct splice_place *mapping,
			 const struct splice_place *image)
{
	struct image_use use = use_at(search, IMAGE_VALUES, image);
	const struct splice_place *tag = get(mapping, "tag");
	const char *text = text_of(image);

	use.container = text_at(mapping, "name");
	if (!text && image->kind == SPLICE_SCALAR)
		return;
	if (!tag || !text || strchr(text, '@') ||
	    strchr(strrchr(text, '/') ? strrchr(text, '/') : text, ':')) {
		use.whole = image;
		add(search, &use, text);
		return;
	}
	use.name = image;
	use.tag = tag;
	add(search, &use, join(search->arena, NULL, text, text_of(tag), NULL));
}

/* `image: {registry, repository, tag, digest}`; a registry is kept out of
 * what can be set, and so is the name where there is one. */
static void look_at_parts(const struct search *search,
			  const struct splice_place *image)
{
	struct image_use use = use_at(search, IMAGE_VALUES, image);
	const char *registry = text_at(image, "registry");
	const struct splice_place *name = get(image, "repository");

	if (!name || (name->kind == SPLICE_SCALAR && !text_of(name)))
		return;
	use.name = name;
	use.tag = get(image, "tag");
	use.digest = get(image, "digest");
	add(search, &use,
	    join(search->arena, registry, text_of(name), text_of(use.tag),
		 text_of(use.digest)));
	if (registry)
		search->out->v[search->out->n - 1].name = NULL;
}

static void look_at_values(const struct search *search,
			   const struct splice_place *mapping)
{
	const struct splice_place *image = get(mapping, "image");

	if (image && image->kind == SPLICE_MAPPING)
		look_at_parts(search, image);
	else if (image && image->kind != SPLICE_SEQUENCE)
		look_at_text(search, mapping, image);
}

/* values.yaml, values-prod.yaml, values.prod.yaml, prod-values.yaml */
static bool is_values_file(const struct splice_file *file)
{
	const char *slash = strrchr(file->name, '/');
	const char *name = slash ? slash + 1 : file->name;
	size_t stem = strlen(name);

	if (str_ends(name, ".yaml"))
		stem -= 5;
	else if (str_ends(name, ".yml"))
		stem -= 4;
	else
		return false;
	if (str_starts(name, "values"))
		return stem == 6 || name[6] == '-' || name[6] == '.';
	return stem > 7 && strncmp(name + stem - 7, "-values", 7) == 0;
}

/* Of which HelmRelease, Flux's old or new one, does not matter. */
static bool is_release_values(const struct search *search,
			      const struct splice_place *place)
{
	return str_equal(place->key, "values") && place->up &&
	       str_equal(place->up->key, "spec") &&
	       place->up->up == search->object &&
	       str_equal(text_at(search->object, "kind"), "HelmRelease");
}

/* ---- everywhere ---- */

static const char *label_of(struct arena *arena,
			    const struct splice_place *object)
{
	const struct splice_place *metadata = get(object, "metadata");
	const char *namespace = text_at(metadata, "namespace");
	const char *name = text_at(metadata, "name");

	return arena_printf(arena, "%s %s%s%s", text_at(object, "kind"),
			    namespace ? namespace : "", namespace ? "/" : "",
			    name ? name : "?");
}

static void walk(struct search search, const struct splice_place *place);

static void walk_members(const struct search *search,
			 const struct splice_place *place)
{
	const struct splice_place *one = place->first;

	if (place->kind != SPLICE_MAPPING && place->kind != SPLICE_SEQUENCE)
		return;
	for (; one; one = one->next)
		walk(*search, one);
}

/* What is deeper may be of another object, in a List. */
static void walk(struct search search, const struct splice_place *place)
{
	if (!search.values && is_object(place)) {
		search.object = place;
		search.label = label_of(search.arena, place);
	}
	if (is_release_values(&search, place))
		search.values = true;
	if (search.values && place->kind == SPLICE_MAPPING)
		look_at_values(&search, place);
	/* Values may hold containers: those were looked at. */
	if (!search.values && search.label && place->up &&
	    place->up->kind == SPLICE_SEQUENCE && is_containers(place->up))
		look_at_container(&search, place);
	walk_members(&search, place);
}

void image_find(struct arena *arena, const struct splice_file *file,
		struct image_uses *out)
{
	for (size_t i = 0; i < file->documents.n; i++) {
		const struct splice_place *root = file->documents.v[i];
		struct search search = {
			.arena = arena,
			.file = file,
			.out = out,
			.document = i,
			.object = root,
		};

		if (is_kustomization(file, root)) {
			look_at_images(&search, get(root, "images"));
			continue;
		}
		search.values = !is_object(root) && is_values_file(file);
		walk(search, root);
	}
}

void image_collect(const json_t *object, struct map *out)
{
	json_t *value = doc_unconst(object);
	json_t *member, *container;
	const char *key, *image;
	size_t i;

	json_array_foreach(value, i, member) {
		image_collect(member, out);
	}
	json_object_foreach(value, key, member) {
		image_collect(member, out);
		if (!image_holds_containers(key))
			continue;
		json_array_foreach(member, i, container) {
			image = doc_get_string(container, "image", NULL);
			if (image)
				map_set(out, image, out);
		}
	}
}
