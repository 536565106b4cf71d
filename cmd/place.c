/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/place.h"

#include <stdlib.h>
#include <string.h>

#include "document/document.h"
#include "object/fields.h"
#include "render/kustomize/kustomize.h"

#define LOOKS_MOST ((size_t)4 << 20) /* documents, and pieces of text */
#define PIECE      64                /* bytes of text */

/* ---- files ---- */

struct file {
	struct bytes text;
	struct nodes roots; /* none where it is no YAML */
};

void place_open(struct arena *arena, const struct tree *tree,
		struct place_files *out)
{
	*out = (struct place_files){ arena, tree, map_new(arena), 0 };
}

static const struct file *read_file(struct place_files *files, const char *name)
{
	struct file *file = map_get(files->read, name);
	AUTO_ERR struct err ignored = { 0 }, no_yaml = { 0 };
	struct doc_source source;

	if (file || !files->tree)
		return file;
	file = arena_alloc(files->arena, sizeof(*file));
	map_set(files->read, name, file);
	if (tree_read(files->tree, files->arena, name, &file->text, &ignored) <
	    0)
		return file;
	source = doc_source_file(name, file->text);
	if (doc_read_nodes(files->arena, &source, NULL, &file->roots,
			   &no_yaml) < 0)
		file->roots.n = 0;
	return file;
}

struct bytes place_text(struct place_files *files, const char *name)
{
	const struct file *file = read_file(files, name);

	return file && file->text.data ? file->text : (struct bytes){ "", 0 };
}

/* ---- what is looked for ---- */

/* The text of a scalar, or NULL. */
static const char *scalar_of(struct arena *arena, const json_t *value)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	if (json_is_string(value))
		return json_string_value(value);
	if (json_is_object(value) || json_is_array(value))
		return NULL;
	doc_write_json(&text, value);
	return str_keep(&text, arena);
}

bool place_field(struct arena *arena, const struct object *object,
		 const char *const *path, struct place_field *out)
{
	const json_t *value;

	path = fields_declared(arena, object->doc, path);
	value = fields_value(object->doc, path);
	*out = (struct place_field){ object, path, "", NULL };
	for (; *path; path++)
		if (str_starts(*path, "f:"))
			out->key = *path + 2;
	if (value)
		out->text = scalar_of(arena, value);
	return value;
}

/* ---- the object's own document ---- */

/* "deploy/web.yaml:12" in two. */
bool place_object(struct arena *arena, const struct object *object,
		  struct place *out)
{
	const char *colon = strrchr(object->origin, ':');

	if (!colon)
		return false;
	*out = (struct place){
		.file = arena_strndup(arena, object->origin,
				      (size_t)(colon - object->origin)),
		.line = (unsigned)strtoul(colon + 1, NULL, 10),
	};
	return out->line != 0;
}

/* The document, or member of a List, that begins on this line. */
static const struct node *object_at(const struct nodes *roots, unsigned line)
{
	for (size_t i = 0; i < roots->n; i++) {
		const struct node *items = node_get(roots->v[i], "items");

		if (roots->v[i]->line == line)
			return roots->v[i];
		for (size_t j = 0;
		     node_is(items, NODE_SEQUENCE) && j < items->n; j++)
			if (items->items[j]->line == line)
				return items->items[j];
	}
	return NULL;
}

/* The line where the field has that value; 0 where it has another. */
static unsigned line_in(const struct node *root,
			const struct place_field *field)
{
	const struct node *node;
	const unsigned line = fields_line(root, field->path, &node);

	return line && field->text && !node_text_is(node, field->text) ? 0 :
									 line;
}

bool place_own(struct place_files *files, const struct place_field *field,
	       struct place *out)
{
	const struct file *file;

	if (!place_object(files->arena, field->object, out))
		return false;
	file = read_file(files, out->file);
	out->line = file ? line_in(object_at(&file->roots, out->line), field) :
			   0;
	return out->line != 0;
}

/* ---- lines ---- */

/* What a line sets: key and value, without quotes, dashes and comments. */
struct setting {
	struct bytes key, value;
};

static struct bytes trim(struct bytes text)
{
	while (text.len && strchr(" \t\r", text.data[text.len - 1]))
		text.len--;
	while (text.len && strchr(" \t", *text.data)) {
		text.data++;
		text.len--;
	}
	return text;
}

static struct bytes unquote(struct bytes text)
{
	text = trim(text);
	if (text.len > 1 && strchr("'\"", *text.data) &&
	    text.data[text.len - 1] == *text.data)
		return (struct bytes){ text.data + 1, text.len - 2 };
	return text;
}

static struct setting setting_of(struct bytes line)
{
	struct setting out = { { "", 0 }, { "", 0 } };

	line = trim(line);
	while (line.len > 1 && line.data[0] == '-' && line.data[1] == ' ')
		line = trim((struct bytes){ line.data + 1, line.len - 1 });
	for (size_t i = 0; i + 1 < line.len; i++)
		if (line.data[i] == ' ' && line.data[i + 1] == '#')
			line.len = i;
	for (size_t i = 0; i < line.len; i++) {
		if (line.data[i] != ':' ||
		    (i + 1 < line.len && line.data[i + 1] != ' '))
			continue;
		out.key = unquote((struct bytes){ line.data, i });
		out.value = unquote(
			(struct bytes){ line.data + i + 1, line.len - i - 1 });
		return out;
	}
	out.value = unquote(line);
	return out;
}

static bool is_text(struct bytes bytes, const char *text)
{
	return text && bytes.len == strlen(text) &&
	       memcmp(bytes.data, text, bytes.len) == 0;
}

/* Is it the tag or digest that the image `text` ends in? */
static bool is_tag(struct bytes bytes, const char *text)
{
	const size_t n = strlen(text);

	return bytes.len && n > bytes.len &&
	       memcmp(text + n - bytes.len, bytes.data, bytes.len) == 0 &&
	       strchr(":@", text[n - bytes.len - 1]);
}

/* Is it "key=value", as generators have it? */
static bool is_literal(struct bytes bytes, const struct place_field *field)
{
	const size_t n = strlen(field->key);

	return bytes.len > n && bytes.data[n] == '=' &&
	       memcmp(bytes.data, field->key, n) == 0 &&
	       is_text((struct bytes){ bytes.data + n + 1, bytes.len - n - 1 },
		       field->text);
}

/* Is it a line of a text of many? */
static bool is_part(struct bytes bytes, const char *text)
{
	AUTO_ARENA struct arena *scratch = NULL;

	if (bytes.len <= 3 || !strchr(text, '\n'))
		return false;
	scratch = arena_new();
	return strstr(text, arena_strndup(scratch, bytes.data, bytes.len));
}

unsigned place_score(struct bytes line, const struct place_field *field)
{
	const struct setting setting = setting_of(line);
	const bool same_key = is_text(setting.key, field->key);

	if (!field->text)
		return same_key && !setting.value.len ? 4 : 0;
	if (!setting.value.len)
		return 0;
	if (is_text(setting.value, field->text))
		return same_key ? 8 : 6;
	if (is_literal(setting.value, field))
		return 8;
	if (is_tag(setting.value, field->text))
		return 4;
	return is_part(setting.value, field->text) ? 2 : 0;
}

/* Does it set the field, or anything by a JSON patch, to that value? */
static bool is_sure(struct bytes line, const struct place_field *field)
{
	const struct setting setting = setting_of(line);

	return is_literal(setting.value, field) ||
	       (is_text(setting.value, field->text) &&
		(is_text(setting.key, field->key) ||
		 is_text(setting.key, "value")));
}

/* ---- what else an app is made from ---- */

static bool is_kustomization(const char *path)
{
	const char *slash = strrchr(path, '/');

	return kustomize_is_file(slash ? slash + 1 : path);
}

/* A patch of the object, or what it was made from. */
static bool is_of(const struct node *root, const struct object *object)
{
	return node_text_is(node_get(root, "kind"), object->kind) &&
	       node_text_is(node_get2(root, "metadata", "name"), object->name);
}

static unsigned line_of(const struct node *mapping, const char *key)
{
	const struct node_entry *entry = node_find(mapping, key);

	return entry ? entry->line : 0;
}

/* "nginx" of "nginx:1.27", of "nginx@sha256:..." and of "nginx". */
static bool is_name_of(const char *name, const char *image)
{
	const size_t n = strlen(name);

	return n && strncmp(image, name, n) == 0 &&
	       (!image[n] || strchr(":@", image[n]));
}

/* The line of an entry of `images` that has made this image of another. */
static unsigned image_line(const struct node *entry, const char *image)
{
	static const char *const keys[] = { "digest", "newTag" };
	const char *name = node_text(node_get(entry, "newName"));

	if (!is_name_of(*name ? name : node_text(node_get(entry, "name")),
			image))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const char *text = node_text(node_get(entry, keys[i]));

		if (is_tag((struct bytes){ text, strlen(text) }, image))
			return line_of(entry, keys[i]);
	}
	return *name ? line_of(entry, "newName") : 0;
}

static unsigned count_line(const struct node *entry,
			   const struct place_field *field)
{
	return node_text_is(node_get(entry, "name"), field->object->name) &&
			       node_text_is(node_get(entry, "count"),
					    field->text) ?
		       line_of(entry, "count") :
		       0;
}

/* What a kustomization sets in a way of its own. */
static unsigned line_of_entry(const struct node *root,
			      const struct place_field *field)
{
	const bool image = str_equal(field->key, "image");
	const struct node *list = image ? node_get(root, "images") :
				  str_equal(field->key, "replicas") ?
					  node_get(root, "replicas") :
					  NULL;

	for (size_t i = 0;
	     field->text && node_is(list, NODE_SEQUENCE) && i < list->n; i++) {
		const unsigned line = image ? image_line(list->items[i],
							 field->text) :
					      count_line(list->items[i], field);

		if (line)
			return line;
	}
	return 0;
}

unsigned place_line(struct place_files *files, const char *name,
		    const struct place_field *field)
{
	const struct file *file = read_file(files, name);

	files->looks += file ? file->roots.n : 0;
	for (size_t i = 0; file && i < file->roots.n; i++) {
		const struct node *root = file->roots.v[i];
		unsigned line = 0;

		if (is_kustomization(name))
			line = line_of_entry(root, field);
		else if (is_of(root, field->object))
			line = line_in(root, field);
		if (line)
			return line;
	}
	return 0;
}

/* What is written of objects is theirs, and no other's. */
static bool has_objects(const struct file *file, const char *name)
{
	if (is_kustomization(name))
		return false;
	for (size_t i = 0; i < file->roots.n; i++)
		if (node_get(file->roots.v[i], "kind"))
			return true;
	return false;
}

/* The one line that says so; false where there are several, or none. */
static bool find_line(struct place_files *files, const struct map *names,
		      const struct place_field *field, struct place *out)
{
	size_t n = 0;

	for (size_t i = 0; i < names->n; i++) {
		const char *name = names->entries[i].key;
		const struct file *file = read_file(files, name);
		const char *at = file ? file->text.data : NULL;
		const char *end = at ? at + file->text.len : NULL;

		if (!at || has_objects(file, name))
			continue;
		files->looks += file->text.len / PIECE;
		for (unsigned line = 1; at < end; line++) {
			const char *stop = memchr(at, '\n', (size_t)(end - at));
			const size_t len = (size_t)((stop ? stop : end) - at);

			if (is_sure((struct bytes){ at, len }, field)) {
				*out = (struct place){ name, line };
				n++;
			}
			at += len + 1;
		}
	}
	return n == 1;
}

bool place_find(struct place_files *files, const struct map *names,
		const struct place_field *field, struct place *out)
{
	for (size_t i = 0; i < names->n && files->looks < LOOKS_MOST; i++) {
		out->file = names->entries[i].key;
		out->line = place_line(files, out->file, field);
		if (out->line)
			return true;
	}
	return files->looks < LOOKS_MOST && find_line(files, names, field, out);
}
