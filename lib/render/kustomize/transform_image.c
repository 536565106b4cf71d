/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/regex.h"
#include "base/str.h"
#include "document/decode.h"
#include "render/kustomize/transform.h"

#define IMAGE_CAP ((size_t)64 << 10)

/* kustomize takes the name for a regular expression, unescaped. */
#define IMAGE_TAIL                                                             \
	"(:[a-zA-Z0-9_.{}-]*)?"                                                \
	"(@[a-zA-Z0-9]+([.+_-][a-zA-Z0-9]+)*:[a-zA-Z0-9_.{}-]*)?$"

struct change {
	const struct image_entry *image;
	const struct regex *regex;
};

struct parts {
	struct bytes name;
	struct bytes tag;
	struct bytes digest;
};

static struct bytes slice(const char *from, const char *to)
{
	return (struct bytes){ from, (size_t)(to - from) };
}

/* Name, tag and digest, looked for behind the host. */
static struct parts split(const char *image)
{
	const char *slash = strchr(image, '/');
	const char *rest = slash && slash != image ? slash : image;
	const char *at = strchr(rest, '@'), *colon = strchr(rest, ':');
	const char *end = image + strlen(image);
	struct parts parts = { .name = slice(image, end) };

	if (colon && at && at < colon)
		colon = NULL;
	if (colon) {
		parts.name = slice(image, colon);
		parts.tag = slice(colon + 1, at ? at : end);
	}
	if (at) {
		if (!colon)
			parts.name = slice(image, at);
		parts.digest = slice(at + 1, end);
	}
	return parts;
}

static struct bytes text_of(const struct node *node)
{
	return (struct bytes){ node_text(node), strlen(node_text(node)) };
}

/* A new tag drops the digest and a new digest the tag, unless both are new. */
static void change_parts(const struct image_entry *image, struct parts *parts,
			 struct str *tag)
{
	static const struct bytes none = { "", 0 };
	const struct bytes new_tag = text_of(image->new_tag);
	const struct bytes digest = text_of(image->digest);
	const struct bytes suffix = text_of(image->tag_suffix);

	if (*node_text(image->new_name))
		parts->name = text_of(image->new_name);
	if (new_tag.len || digest.len) {
		parts->tag = new_tag;
		parts->digest = digest;
	} else if (suffix.len) {
		str_add_bytes(tag, parts->tag.data, parts->tag.len);
		str_add_bytes(tag, suffix.data, suffix.len);
		parts->tag = str_bytes(tag);
		parts->digest = none;
	}
}

static int set_image(struct arena *arena, struct node *node, const void *data,
		     struct err *err)
{
	const struct change *change = data;
	AUTO_STR struct str tag = STR_INIT(IMAGE_CAP);
	AUTO_STR struct str out = STR_INIT(IMAGE_CAP);
	struct parts parts;

	if (node->kind != NODE_SCALAR)
		return node_fail(node, err,
				 "expected an image, found a collection");
	if (!regex_matches(change->regex, node->text, node->n))
		return 0;
	parts = split(node->text);
	change_parts(change->image, &parts, &tag);
	str_add_bytes(&out, parts.name.data, parts.name.len);
	if (parts.tag.len) {
		str_add_char(&out, ':');
		str_add_bytes(&out, parts.tag.data, parts.tag.len);
	}
	if (parts.digest.len) {
		str_add_char(&out, '@');
		str_add_bytes(&out, parts.digest.data, parts.digest.len);
	}
	node_set_text(arena, node, str_text(&out), NODE_NO_TAG);
	return 0;
}

static int change_containers(struct arena *arena, struct node *list,
			     const struct change *change, struct err *err)
{
	struct node *image;

	for (size_t i = 0; i < list->n; i++) {
		if (node_is_null(list->items[i]))
			continue;
		if (list->items[i]->kind != NODE_MAPPING)
			return node_fail(list->items[i], err,
					 "expected a container");
		image = node_get(list->items[i], "image");
		if (image && set_image(arena, image, change, err) < 0)
			return -1;
	}
	return 0;
}

/* Before fieldspecs there was this: any list called so, anywhere. */
static int walk(struct arena *arena, struct node *node,
		const struct change *change, struct err *err)
{
	for (size_t i = 0; node->kind == NODE_SEQUENCE && i < node->n; i++)
		if (walk(arena, node->items[i], change, err) < 0)
			return -1;
	for (size_t i = 0; node->kind == NODE_MAPPING && i < node->n; i++) {
		const char *key = node->entries[i].key;
		struct node *value = node->entries[i].value;

		if (walk(arena, value, change, err) < 0)
			return -1;
		if (value->kind == NODE_SEQUENCE &&
		    (!strcmp(key, "containers") ||
		     !strcmp(key, "initContainers")) &&
		    change_containers(arena, value, change, err) < 0)
			return -1;
	}
	return 0;
}

int transform_image(struct build *build, struct resource_set *set,
		    const struct image_entry *image,
		    const struct fieldspecs *specs, struct err *err)
{
	AUTO_ERR struct err ignored = { 0 };
	struct change change = { .image = image };
	const struct fieldspec_setter setter = {
		.set = set_image,
		.data = &change,
	};
	struct regex *regex;

	/* An expression that is none matches nothing. */
	if (regex_compile(build->arena,
			  arena_printf(build->arena, "^%s%s",
				       node_text(image->name), IMAGE_TAIL),
			  &regex, &ignored) < 0)
		return 0;
	change.regex = regex;
	for (size_t pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < set->n; i++) {
			struct resource *resource = set->v[i];

			if (build_check(build, image->at, err) < 0)
				return -1;
			if (!strcmp(resource_kind(build, resource)->kind,
				    "CustomResourceDefinition"))
				continue;
			if (pass ? fieldspecs_apply(build->arena, specs,
						    resource->root, &setter,
						    err) < 0 :
				   walk(build->arena, resource->root, &change,
					err) < 0)
				return -1;
		}
	}
	return 0;
}
