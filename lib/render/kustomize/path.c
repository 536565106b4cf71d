/* SPDX-License-Identifier: Apache-2.0 */
#include "render/kustomize/path.h"

#include <stdlib.h>
#include <string.h>

#include "base/regex.h"
#include "base/str.h"
#include "base/vec.h"
#include "document/decode.h"
#include "document/document.h"

#define PARTS_MOST   128
#define INDEX_DIGITS 9 /* more than any list has members */

/* ---- splitting ---- */

static void push(struct arena *arena, struct path_parts *parts,
		 const char *text)
{
	*vec_push(arena, parts) = text;
}

/* Every part, whatever its brackets. */
static void split_dots(struct arena *arena, const char *path,
		       struct path_parts *out)
{
	AUTO_STR struct str part = STR_INIT(STR_BIG);

	if (path[0] == '.' && path[1])
		path++;
	for (;; path++) {
		if (path[0] == '\\' && path[1] == '.') {
			path++;
		} else if (*path == '.' || !*path) {
			push(arena, out, str_keep(&part, arena));
			str_clear(&part);
			if (!*path)
				return;
			continue;
		}
		str_add_char(&part, *path);
	}
}

/* What a bracket opened and a later part closes is one part; without "=" it is
 * a key, and the brackets go. */
static void join_brackets(struct arena *arena, const struct path_parts *from,
			  struct path_parts *to)
{
	for (size_t i = 0; i < from->n; i++) {
		AUTO_STR struct str joined = STR_INIT(STR_BIG);
		const char *text = from->v[i];

		if (text[0] != '[' || str_ends(text, "]")) {
			push(arena, to, text);
			continue;
		}
		str_add(&joined, text);
		while (i + 1 < from->n) {
			str_printf(&joined, ".%s", from->v[++i]);
			if (str_ends(from->v[i], "]"))
				break;
		}
		text = str_text(&joined);
		if (!strchr(text, '=')) {
			while (joined.len &&
			       strchr("[]", joined.data[joined.len - 1]))
				str_cut(&joined, joined.len - 1);
			text = str_text(&joined);
			text += strspn(text, "[]");
		}
		push(arena, to, arena_strdup(arena, text));
	}
}

/* "ports[0]": the name, and the index behind it. */
static void split_index(struct arena *arena, const char *text,
			struct path_parts *out)
{
	const char *open = strrchr(text, '[');
	size_t digits = open ? strspn(open + 1, "0123456789") : 0;

	if (!digits || strcmp(open + 1 + digits, "]") != 0) {
		push(arena, out, text);
		return;
	}
	if (open != text)
		push(arena, out,
		     arena_strndup(arena, text, (size_t)(open - text)));
	push(arena, out, arena_strndup(arena, open + 1, digits));
}

void path_split(struct arena *arena, const char *path, bool indices,
		struct path_parts *out)
{
	struct path_parts raw = { 0 }, joined = { 0 };

	split_dots(arena, path, &raw);
	join_brackets(arena, &raw, &joined);
	*out = (struct path_parts){ 0 };
	for (size_t i = 0; i < joined.n; i++) {
		if (indices)
			split_index(arena, joined.v[i], out);
		else
			push(arena, out, joined.v[i]);
	}
}

/* ---- parts ---- */

static bool is_index(const char *part, size_t *out)
{
	size_t n = strspn(part, "0123456789");

	if (!n || part[n] || n > INDEX_DIGITS)
		return false;
	*out = strtoul(part, NULL, 10);
	return true;
}

static bool is_member(const char *part)
{
	size_t n = strlen(part);

	return n >= 2 && part[0] == '[' && part[n - 1] == ']';
}

/* "[k=v]" as k and v. */
static int split_member(struct arena *arena, const struct node *at,
			const char *part, const char **field,
			const char **value, struct err *err)
{
	const char *inner = arena_strndup(arena, part + 1, strlen(part) - 2);
	const char *equals = strchr(inner, '=');

	if (!equals)
		return node_fail(at, err,
				 "expected '[FIELD=VALUE]' in a path, found "
				 "'%s'",
				 part);
	*field = arena_strndup(arena, inner, (size_t)(equals - inner));
	*value = equals + 1;
	return 0;
}

static int check_parts(const struct node *root, const struct path_parts *path,
		       struct err *err)
{
	if (path->n <= PARTS_MOST)
		return 0;
	return node_fail(root, err, "a path of more than %d parts", PARTS_MOST);
}

static int fail_kind(const struct node *node, const char *part,
		     const char *wanted, struct err *err)
{
	return node_fail(node, err, "'%s' of a path needs %s here", part,
			 wanted);
}

static int need_list(const struct node *node, const char *part, struct err *err)
{
	if (node_is_null(node) || node->kind == NODE_SEQUENCE)
		return 0;
	return fail_kind(node, part, "a list", err);
}

static int need_mapping(const struct node *node, const char *part,
			struct err *err)
{
	if (node_is_null(node) || node->kind == NODE_MAPPING)
		return 0;
	return fail_kind(node, part, "a mapping", err);
}

/* ---- one node ---- */

/* One walk of path_look_up() or path_make(). */
struct look_up {
	struct arena *arena;
	const struct path_parts *path; /* clean */
	bool create;
	enum node_kind kind; /* of the last part, where it is created */
};

static struct node *find_member(const struct node *list, const char *field,
				const char *value)
{
	struct node *found;

	for (size_t i = 0; list->kind == NODE_SEQUENCE && i < list->n; i++) {
		found = *field ? node_get(list->items[i], field) :
				 list->items[i];
		if (found && !strcmp(node_spelled(found), value))
			return list->items[i];
	}
	return NULL;
}

/* A member that "[field=value]" finds. */
static struct node *make_member(struct arena *arena, const char *field,
				const char *value)
{
	struct node *made;

	if (!*field)
		return node_plain(arena, value);
	made = node_mapping(arena);
	node_add(arena, made, field, node_plain(arena, value));
	return made;
}

/* What is made for part `i`: what the next part needs, or the value. */
static struct node *make_part(struct arena *arena,
			      const struct path_parts *path, size_t i,
			      enum node_kind last)
{
	struct node *node = node_plain(arena, "");
	const char *next = i + 1 < path->n ? path->v[i + 1] : "";
	size_t index;

	if (is_member(next) || is_index(next, &index))
		node_clear(node, NODE_SEQUENCE);
	else
		node_clear(node, *next ? NODE_MAPPING : last);
	return node;
}

static int look_up_member(const struct look_up *look, struct node *node,
			  const char *part, struct node **out, struct err *err)
{
	const char *field, *value;

	if (need_list(node, part, err) < 0 ||
	    split_member(look->arena, node, part, &field, &value, err) < 0)
		return -1;
	*out = find_member(node, field, value);
	if (*out || !look->create || node->kind != NODE_SEQUENCE)
		return 0;
	*out = make_member(look->arena, field, value);
	node_append(look->arena, node, *out);
	return 0;
}

static int look_up_part(const struct look_up *look, struct node *node, size_t i,
			struct node **out, struct err *err)
{
	const char *part = look->path->v[i];
	size_t index = 0;

	*out = NULL;
	if (!strcmp(part, "*"))
		return node_fail(node, err, "'*' names no single field");
	if (is_index(part, &index) || !strcmp(part, "-")) {
		if (need_list(node, part, err) < 0)
			return -1;
		if (node->kind != NODE_SEQUENCE || !node->n)
			return 0;
		if (!strcmp(part, "-"))
			index = node->n - 1;
		*out = index < node->n ? node->items[index] : NULL;
		return 0;
	}
	if (is_member(part))
		return look_up_member(look, node, part, out, err);
	if (need_mapping(node, part, err) < 0)
		return -1;
	*out = node_get(node, part);
	if (*out || !look->create || node->kind != NODE_MAPPING)
		return 0;
	*out = make_part(look->arena, look->path, i, look->kind);
	node_add(look->arena, node, part, *out);
	return 0;
}

static const char *trimmed(struct arena *arena, const char *part)
{
	size_t n;

	part += strspn(part, " \t\r\n");
	n = strlen(part);
	while (n && strchr(" \t\r\n", part[n - 1]))
		n--;
	return arena_strndup(arena, part, n);
}

static int look_up(const struct look_up *look, struct node *root,
		   struct node **out, struct err *err)
{
	struct node *node = root;

	if (check_parts(root, look->path, err) < 0)
		return -1;
	for (size_t i = 0; node && i < look->path->n; i++)
		if (look_up_part(look, node, i, &node, err) < 0)
			return -1;
	*out = node;
	return 0;
}

/* Without the blanks around its parts, and without empty ones. */
static struct path_parts clean(struct arena *arena,
			       const struct path_parts *path)
{
	struct path_parts out = { 0 };

	for (size_t i = 0; i < path->n; i++) {
		const char *part = trimmed(arena, path->v[i]);

		if (*part)
			push(arena, &out, part);
	}
	return out;
}

int path_look_up(struct arena *arena, struct node *root,
		 const struct path_parts *path, struct node **out,
		 struct err *err)
{
	const struct path_parts parts = clean(arena, path);
	const struct look_up look = { .arena = arena, .path = &parts };

	return look_up(&look, root, out, err);
}

int path_make(struct arena *arena, struct node *root,
	      const struct path_parts *path, enum node_kind kind,
	      struct node **out, struct err *err)
{
	const struct path_parts parts = clean(arena, path);
	const struct look_up look = {
		.arena = arena,
		.path = &parts,
		.create = true,
		.kind = kind,
	};

	return look_up(&look, root, out, err);
}

/* ---- all nodes ---- */

/* One walk of path_match(). */
struct match {
	struct arena *arena;
	const struct path_parts *path;
	const struct path_create *create;
	struct nodes *out;
};

static int match_from(const struct match *match, struct node *node, size_t i,
		      struct err *err);

/* A text that holds YAML: what is found in it is no part of the object. */
static int match_text(const struct match *match, struct node *node, size_t i,
		      struct err *err)
{
	const struct doc_source source = {
		.name = node->file ? node->file : "a text",
		.line = node->line ? node->line : 1,
		.bytes = { node->text, node->n },
	};
	struct nodes read = { 0 };

	if (doc_read_nodes(match->arena, &source, NULL, &read, err) < 0)
		return -1;
	return match_from(match, read.n ? read.v[0] : node, i, err);
}

static int match_field(const struct match *match, struct node *node, size_t i,
		       struct err *err)
{
	const char *part = match->path->v[i];
	struct node *field;

	if (!*part)
		return node_fail(node, err, "a path has an empty part");
	if (need_mapping(node, part, err) < 0)
		return -1;
	field = node_get(node, part);
	if (!field && !match->create->on)
		return 0;
	if (!field) {
		field = make_part(match->arena, match->path, i,
				  match->create->kind);
		/* In a null nothing can be made: it is made apart. */
		if (node->kind == NODE_MAPPING)
			node_add(match->arena, node, part, field);
	}
	if (field->kind == NODE_SCALAR && !node_is_null(field) &&
	    i + 1 < match->path->n)
		return match_text(match, field, i + 1, err);
	return match_from(match, field, i + 1, err);
}

static int match_index(const struct match *match, struct node *node, size_t i,
		       size_t index, struct err *err)
{
	const char *part = match->path->v[i];
	size_t n = node->kind == NODE_SEQUENCE ? node->n : 0;

	if (need_list(node, part, err) < 0)
		return -1;
	if (index == n && match->create->on && node->kind == NODE_SEQUENCE) {
		node_append(match->arena, node,
			    make_part(match->arena, match->path, i,
				      match->create->kind));
		n++;
	}
	if (index >= n)
		return node_fail(node, err,
				 "'%s' of a path: this list has %zu members",
				 part, n);
	return match_from(match, node->items[index], i + 1, err);
}

/* A member's text as kyaml compares it: as it would be written, quotes and
 * all. */
static void written(const struct node *node, struct str *out)
{
	str_clear(out);
	doc_write_node(out, node);
	while (out->len && strchr(" \t\r\n", out->data[out->len - 1]))
		str_cut(out, out->len - 1);
}

static int match_members_once(const struct match *match, struct node *node,
			      size_t i, const char *field,
			      const struct regex *regex, bool *found,
			      struct err *err)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	struct node *value;

	for (size_t j = 0; node->kind == NODE_SEQUENCE && j < node->n; j++) {
		value = *field ? node_get(node->items[j], field) :
				 node->items[j];
		if (!value)
			continue;
		written(value, &text);
		if (!regex_matches(regex, str_text(&text), text.len))
			continue;
		*found = true;
		if (!*field)
			*vec_push(match->arena, match->out) = node->items[j];
		else if (match_from(match, node->items[j], i + 1, err) < 0)
			return -1;
	}
	return 0;
}

static int match_members(const struct match *match, struct node *node, size_t i,
			 struct err *err)
{
	const char *part = match->path->v[i], *field, *value;
	struct regex *regex;
	bool found = false;

	if (split_member(match->arena, node, part, &field, &value, err) < 0 ||
	    need_list(node, part, err) < 0)
		return -1;
	if (regex_compile(match->arena, value, &regex, err) < 0)
		return err_wrap(err, "'%s' of a path", part);
	if (match_members_once(match, node, i, field, regex, &found, err) < 0)
		return -1;
	if (found || !match->create->on || node->kind != NODE_SEQUENCE)
		return 0;
	node_append(match->arena, node,
		    make_member(match->arena, field, value));
	return match_members_once(match, node, i, field, regex, &found, err);
}

static int match_from(const struct match *match, struct node *node, size_t i,
		      struct err *err)
{
	const char *part;
	size_t index;

	if (i == match->path->n) {
		*vec_push(match->arena, match->out) = node;
		return 0;
	}
	part = match->path->v[i];
	if (is_index(part, &index))
		return match_index(match, node, i, index, err);
	if (is_member(part))
		return match_members(match, node, i, err);
	if (strcmp(part, "*") != 0)
		return match_field(match, node, i, err);
	if (need_list(node, part, err) < 0)
		return -1;
	for (size_t j = 0; node->kind == NODE_SEQUENCE && j < node->n; j++)
		if (match_from(match, node->items[j], i + 1, err) < 0)
			return -1;
	return 0;
}

int path_match(struct arena *arena, struct node *root,
	       const struct path_parts *path, const struct path_create *create,
	       struct nodes *out, struct err *err)
{
	const struct match match = { arena, path, create, out };

	if (check_parts(root, path, err) < 0)
		return -1;
	return match_from(&match, root, 0, err);
}
