/* SPDX-License-Identifier: Apache-2.0 */
#include "image/find.h"

#include <string.h>

#include "base/vec.h"
#include "document/document.h"
#include "document/unconst.h"

/* Where we are. */
struct search {
	struct arena *arena;
	struct splice_file *file;
	struct image_uses *out;
	size_t document;
	const struct splice_place *object;
	const char *label;
	const char *app;
	bool in_object; /* what is here is part of one */
	bool values;    /* what is here are values for a chart */
};

/* The first member of a place of that kind; NULL of anything else. */
static const struct splice_place *first_of(const struct splice_place *place,
					   enum splice_kind kind)
{
	return place && place->kind == kind ? place->first : NULL;
}

static const struct splice_place *get(const struct splice_place *mapping,
				      const char *key)
{
	const struct splice_place *one = first_of(mapping, SPLICE_MAPPING);

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
		.app = search->app,
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

/* A container's image: none, or one that is filled in later, is no use. */
static void look_at_image(const struct search *search,
			  const struct splice_place *image, const char *name)
{
	struct image_use use;

	if (!image || (image->kind == SPLICE_SCALAR && !text_of(image)))
		return;
	use = use_at(search, IMAGE_CONTAINER, image);
	use.container = name;
	use.whole = image;
	add(search, &use, text_of(image));
}

static void look_at_container(const struct search *search,
			      const struct splice_place *container)
{
	look_at_image(search, get(container, "image"),
		      text_at(container, "name"));
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

/* ---- images of kustomizations ---- */

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
	const struct splice_place *one = first_of(images, SPLICE_SEQUENCE);

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
		search.in_object = true;
	}
	if (is_release_values(&search, place))
		search.values = true;
	if (search.values && place->kind == SPLICE_MAPPING)
		look_at_values(&search, place);
	/* Values may hold containers: those were looked at. */
	if (!search.values && search.in_object && place->up &&
	    place->up->kind == SPLICE_SEQUENCE && is_containers(place->up))
		look_at_container(&search, place);
	walk_members(&search, place);
}

static void walk_values(struct search search, const struct splice_place *place)
{
	search.values = true;
	if (place)
		walk(search, place);
}

/* ---- patches ---- */

/* Take the last step off a JSON pointer; "" where there is none. */
static const char *take_last(char *pointer)
{
	char *slash = strrchr(pointer, '/');

	if (!slash)
		return "";
	*slash = '\0';
	return slash + 1;
}

/* A `test` says what there is, and so has to move with it. */
static void look_at_operation(const struct search *search,
			      const struct splice_place *operation)
{
	const struct splice_place *value = get(operation, "value");
	const char *path = text_at(operation, "path");
	const char *last, *index, *list;
	char *rest;

	if (!value || !path)
		return;
	rest = arena_strdup(search->arena, path);
	last = take_last(rest);
	index = take_last(rest);
	list = take_last(rest);
	if (str_equal(last, "image") && image_holds_containers(list)) {
		look_at_image(search, value, NULL);
	} else if (image_holds_containers(index)) {
		look_at_container(search, value);
	} else if (image_holds_containers(last) &&
		   value->kind == SPLICE_SEQUENCE) {
		for (value = value->first; value; value = value->next)
			look_at_container(search, value);
	} else {
		walk(*search, value);
	}
}

/* RFC 6902: a list of operations. */
static bool is_json_patch(const struct splice_place *root)
{
	return root->kind == SPLICE_SEQUENCE && root->first &&
	       text_at(root->first, "op") && text_at(root->first, "path");
}

static void look_at_root(struct search search, const struct splice_place *root)
{
	const struct splice_place *one = root->first;

	search.object = root;
	if (!is_json_patch(root)) {
		walk(search, root);
		return;
	}
	search.in_object = true;
	for (; one; one = one->next)
		look_at_operation(&search, one);
}

/* A patch that stands in the kustomization. */
static void look_inside(struct search search, const struct splice_place *text)
{
	AUTO_ERR struct err why = { 0 };
	struct splice_places documents;

	if (!text_of(text))
		return;
	if (splice_enter(search.arena, search.file, text, &documents, &why) <
	    0) {
		struct image_use use = use_at(&search, IMAGE_CONTAINER, text);

		use.fault = arena_strdup(search.arena, why.msg);
		*vec_push(search.arena, search.out) = use;
		return;
	}
	for (size_t i = 0; i < documents.n; i++)
		look_at_root(search, documents.v[i]);
}

static void look_at_patch(struct search search,
			  const struct splice_place *patch)
{
	const struct splice_place *target = get(patch, "target");
	const char *namespace = text_at(target, "namespace");

	if (text_at(target, "kind") && text_at(target, "name"))
		search.label = arena_printf(search.arena, "%s %s%s%s",
					    text_at(target, "kind"),
					    namespace ? namespace : "",
					    namespace ? "/" : "",
					    text_at(target, "name"));
	look_inside(search, get(patch, "patch"));
}

/* What is no file, as kustomize tells them apart: it has lines, or braces. */
static bool is_inline(const struct splice_place *text)
{
	return text_of(text) && strpbrk(text_of(text), "\n{");
}

/* ---- kustomizations, and our own file ---- */

static void look_at_field(const struct search *search,
			  const struct splice_place *field)
{
	const struct splice_place *one = first_of(field, SPLICE_SEQUENCE);

	if (str_equal(field->key, "images")) {
		look_at_images(search, field);
	} else if (str_equal(field->key, "patches") ||
		   str_equal(field->key, "patchesJson6902")) {
		for (; one; one = one->next)
			look_at_patch(*search, one);
	} else if (str_equal(field->key, "patchesStrategicMerge")) {
		for (; one; one = one->next)
			if (is_inline(one))
				look_inside(*search, one);
	} else if (str_equal(field->key, "helmCharts")) {
		for (; one; one = one->next)
			walk_values(*search, get(one, "valuesInline"));
	}
}

static void look_at_kustomization(const struct search *search,
				  const struct splice_place *root)
{
	const struct splice_place *one = first_of(root, SPLICE_MAPPING);

	for (; one; one = one->next)
		look_at_field(search, one);
}

static void look_at_apps(struct search search, const struct splice_place *apps)
{
	const struct splice_place *one = first_of(apps, SPLICE_SEQUENCE);

	for (; one; one = one->next) {
		search.app = text_at(one, "name");
		search.object = one;
		if (search.app)
			walk_values(search, get(get(one, "helm"), "values"));
	}
}

void image_find(struct arena *arena, struct splice_file *file, bool values,
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
			.values = values ||
				  (!is_object(root) && is_values_file(file)),
		};

		if (search.values)
			walk(search, root);
		else if (is_kustomization(file, root))
			look_at_kustomization(&search, root);
		else if (str_equal(text_at(root, "apiVersion"), "gitops/v1"))
			look_at_apps(search, get(root, "apps"));
		else
			look_at_root(search, root);
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
