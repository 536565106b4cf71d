/* SPDX-License-Identifier: Apache-2.0 */
#include "render/kustomize/generator.h"

#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "document/decode.h"

/* The base64 of a Secret is broken into lines. */
#define BASE64_LINE 70

/* What one generator collects. */
struct collect {
	const struct layer *layer;
	const struct generator_entry *entry;
	struct map *seen; /* keys */
	struct resource *object;
	bool secret;
};

struct node *generator_encode(struct arena *arena, const char *data, size_t n)
{
	AUTO_STR struct str plain = STR_INIT(STR_BIG);
	AUTO_STR struct str broken = STR_INIT(STR_BIG);
	size_t line;

	str_add_base64(&plain, data, n);
	if (plain.len < BASE64_LINE)
		return node_string(arena, str_text(&plain));
	for (size_t i = 0; i < plain.len; i += line) {
		line = plain.len - i < BASE64_LINE ? plain.len - i :
						     BASE64_LINE;
		str_add_bytes(&broken, plain.data + i, line);
		str_add_char(&broken, '\n');
	}
	return node_string(arena, str_text(&broken));
}

/* As a ConfigMap has it: text in `data`, else base64 in `binaryData`. */
static void add_config(struct arena *arena, struct node *root, const char *key,
		       const char *data, size_t n)
{
	bool text = str_is_utf8(data, n);
	struct node *value = text ? node_bytes(arena, data, n) :
				    generator_encode(arena, data, n);

	node_set(arena, node_open(arena, root, text ? "data" : "binaryData"),
		 key, value);
}

static int add_pair(struct collect *collect, const struct node *at,
		    const char *key, const char *data, size_t n,
		    struct err *err)
{
	struct arena *arena = collect->layer->build->arena;

	if (map_set(collect->seen, key, collect))
		return node_fail(at, err, "the key '%s' is there twice", key);
	if (collect->secret)
		node_set(arena, node_open(arena, collect->object->root, "data"),
			 key, generator_encode(arena, data, n));
	else
		add_config(arena, collect->object->root, key, data, n);
	return 0;
}

/* ---- sources ---- */

static int add_literal(struct collect *collect, const struct node *literal,
		       struct err *err)
{
	const char *equals = strchr(literal->text, '=');
	const char *value;
	size_t n;

	if (!equals || equals == literal->text) {
		node_fail(literal, err, "expected KEY=VALUE, found '%s'",
			  literal->text);
		return -1;
	}
	value = equals + 1;
	n = strlen(value);
	if (n >= 2 && value[0] == value[n - 1] &&
	    (value[0] == '"' || value[0] == '\'')) {
		value++;
		n -= 2;
	}
	return add_pair(collect, literal,
			arena_strndup(collect->layer->build->arena,
				      literal->text,
				      (size_t)(equals - literal->text)),
			value, n, err);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int add_file(struct collect *collect, const struct node *file,
		    struct err *err)
{
	const char *equals = strchr(file->text, '=');
	const char *path = equals ? equals + 1 : file->text;
	const char *key = base_name(file->text);
	AUTO_ARENA struct arena *scratch = arena_new();
	struct bytes bytes;

	if (equals && (equals == file->text || !*path || strchr(path, '='))) {
		node_fail(file, err, "expected PATH or KEY=PATH, found '%s'",
			  file->text);
		return err_hint(err, "neither key nor path holds a '='");
	}
	if (equals)
		key = arena_strndup(collect->layer->build->arena, file->text,
				    (size_t)(equals - file->text));
	if (layer_read(collect->layer, scratch, file, path, &bytes, err) < 0)
		return -1;
	return add_pair(collect, file, key, bytes.data, bytes.len, err);
}

/* Go's unicode.IsSpace(), as far as a line of text holds it. */
static size_t skip_spaces(const char *line, size_t n)
{
	static const char *const wide[] = {
		"\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80",
		"\xe2\x80\x81", "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84",
		"\xe2\x80\x85", "\xe2\x80\x86", "\xe2\x80\x87", "\xe2\x80\x88",
		"\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8", "\xe2\x80\xa9",
		"\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80",
	};
	size_t i = 0, before;

	do {
		before = i;
		while (i < n && line[i] && strchr(" \t\v\f\r\n", line[i]))
			i++;
		for (size_t j = 0; j < ARRAY_LEN(wide); j++)
			if (n - i >= strlen(wide[j]) &&
			    !memcmp(line + i, wide[j], strlen(wide[j])))
				i += strlen(wide[j]);
	} while (i != before);
	return i;
}

static int add_env_line(struct collect *collect, const struct node *at,
			const char *line, size_t n, struct err *err)
{
	const char *equals;
	size_t skipped = skip_spaces(line, n), key;

	line += skipped;
	n -= skipped;
	if (!n || *line == '#')
		return 0;
	equals = memchr(line, '=', n);
	key = equals ? (size_t)(equals - line) : n;
	/* "=value": kustomize takes a line without a key for a blank one. */
	if (!key)
		return 0;
	return add_pair(collect, at,
			arena_strndup(collect->layer->build->arena, line, key),
			equals ? equals + 1 : "", equals ? n - key - 1 : 0,
			err);
}

static int add_env(struct collect *collect, const struct node *file,
		   struct err *err)
{
	const char *path = layer_path(collect->layer, file->text);
	AUTO_ARENA struct arena *scratch = arena_new();
	struct bytes bytes;
	const char *p, *end, *next;
	unsigned line = 0;
	size_t n;

	if (layer_read(collect->layer, scratch, file, file->text, &bytes, err) <
	    0)
		return -1;
	for (p = bytes.data, end = p + bytes.len; p < end; p = next) {
		next = memchr(p, '\n', (size_t)(end - p));
		n = (size_t)((next ? next : end) - p);
		next = next ? next + 1 : end;
		line++;
		if (n && p[n - 1] == '\r')
			n--;
		if (!str_is_utf8(p, n))
			return err_set(err, ERR_INPUT,
				       "%s:%u: not UTF-8, as lists of "
				       "variables are",
				       path, line);
		if (line == 1 && n >= 3 && !memcmp(p, "\xef\xbb\xbf", 3)) {
			p += 3;
			n -= 3;
		}
		if (add_env_line(collect, file, p, n, err) < 0)
			return err_wrap(err, "%s:%u", path, line);
	}
	return 0;
}

static int add_sources(struct collect *collect, struct err *err)
{
	const struct generator_entry *entry = collect->entry;

	for (size_t i = 0; i < entry->envs.n; i++)
		if (add_env(collect, entry->envs.v[i], err) < 0)
			return -1;
	for (size_t i = 0; i < entry->literals.n; i++)
		if (add_literal(collect, entry->literals.v[i], err) < 0)
			return -1;
	for (size_t i = 0; i < entry->files.n; i++)
		if (add_file(collect, entry->files.v[i], err) < 0)
			return -1;
	return 0;
}

/* ---- the object ---- */

/* The texts of the one, and those of the other that it does not have. */
static void set_texts(struct build *build, struct resource *object,
		      const char *field, const struct node *own,
		      const struct node *global)
{
	const struct node *sources[] = { own, global };
	struct node *metadata = node_open(build->arena, object->root,
					  "metadata");

	for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
		for (size_t j = 0; sources[i] && j < sources[i]->n; j++) {
			const struct node_entry *entry =
				&sources[i]->entries[j];
			struct node *texts = node_open(build->arena, metadata,
						       field);

			if (!node_get(texts, entry->key))
				node_add(build->arena, texts, entry->key,
					 node_string(build->arena,
						     entry->value->text));
		}
	}
}

static void set_options(struct build *build, struct resource *object,
			const struct generator_options *own,
			const struct generator_options *global)
{
	static const struct generator_options none;

	own = own ? own : &none;
	global = global ? global : &none;
	set_texts(build, object, "labels", own->labels, global->labels);
	set_texts(build, object, "annotations", own->annotations,
		  global->annotations);
	if (own->immutable || global->immutable)
		node_set(build->arena, object->root, "immutable",
			 node_tagged(build->arena, "true", NODE_BOOL));
	object->needs_hash = !own->disable_name_suffix_hash &&
			     !global->disable_name_suffix_hash;
}

static enum resource_behavior behavior_of(const struct node *text)
{
	return node_text_is(text, "create")  ? BEHAVIOR_CREATE :
	       node_text_is(text, "replace") ? BEHAVIOR_REPLACE :
	       node_text_is(text, "merge")   ? BEHAVIOR_MERGE :
					       BEHAVIOR_UNSPECIFIED;
}

static const struct node *text_or(const struct node *text,
				  const struct node *otherwise)
{
	return text && text->n ? text : otherwise;
}

static struct resource *new_object(const struct layer *layer,
				   const struct generator_entry *entry,
				   bool secret, const char *name)
{
	const struct node *namespace =
		text_or(entry->namespace,
			entry->metadata ? entry->metadata->namespace : NULL);
	struct arena *arena = layer->build->arena;
	struct node *root = node_mapping(arena);
	struct node *metadata;

	root->file = entry->at->file;
	root->line = entry->at->line;
	node_add(arena, root, "apiVersion", node_tagged(arena, "v1", NODE_STR));
	node_add(arena, root, "kind",
		 node_tagged(arena, secret ? "Secret" : "ConfigMap", NODE_STR));
	metadata = node_open(arena, root, "metadata");
	node_add(arena, metadata, "name", node_string(arena, name));
	if (namespace && namespace->n)
		node_add(arena, metadata, "namespace",
			 node_string(arena, namespace->text));
	if (secret) {
		node_add(arena, root, "type",
			 node_string(arena, entry->type && entry->type->n ?
						    entry->type->text :
						    "Opaque"));
		node_open(arena, root, "data");
	}
	return resource_new(layer->build, root);
}

int generator_run(const struct layer *layer,
		  const struct generator_entry *entry, bool secret,
		  const struct generator_options *options,
		  const struct origin *origin, struct resource_set *set,
		  struct err *err)
{
	const struct node *name =
		text_or(entry->name,
			entry->metadata ? entry->metadata->name : NULL);
	struct collect collect = {
		.layer = layer,
		.entry = entry,
		.seen = map_new(layer->build->arena),
		.secret = secret,
	};

	if (!name || !name->n)
		return node_fail(entry->at, err, "this %s has no name",
				 secret ? "Secret" : "ConfigMap");
	collect.object = new_object(layer, entry, secret, name->text);
	if (add_sources(&collect, err) < 0)
		return -1;
	set_options(layer->build, collect.object, entry->options, options);
	collect.object->behavior = behavior_of(entry->behavior);
	origin_note(layer->build, collect.object, origin);
	return generator_absorb(layer->build, set, collect.object, err);
}
