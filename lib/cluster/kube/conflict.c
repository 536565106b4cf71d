/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/kube/conflict.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "cluster/kube/status.h"
#include "document/document.h"
#include "object/fields.h"

#define KEYS_MOST 8 /* of a list; Kubernetes has three at most */

/* [name="web"], [containerPort=80,protocol="TCP"], [="value"] or [3] */
struct selector {
	struct {
		struct bytes key; /* nothing for the item itself */
		struct bytes value;
	} v[KEYS_MOST];
	size_t n;
	size_t len; /* with its brackets */
};

/* The length of a value as Go prints it: a quoted string, or up to , or ] */
static size_t value_len(const char *text)
{
	size_t n = 1;

	if (*text != '"')
		return strcspn(text, ",]");
	while (text[n] && text[n] != '"')
		n += text[n] == '\\' && text[n + 1] ? 2 : 1;
	return text[n] ? n + 1 : n;
}

static bool parse_selector(const char *text, struct selector *out)
{
	const char *at = text + 1;

	*out = (struct selector){ 0 };
	while (out->n < KEYS_MOST) {
		size_t key = strcspn(at, "=,]");
		size_t value;

		if (at[key] != '=') /* an index */
			return false;
		value = value_len(at + key + 1);
		out->v[out->n].key = (struct bytes){ at, key };
		out->v[out->n++].value = (struct bytes){ at + key + 1, value };
		at += key + 1 + value;
		if (*at == ']') {
			out->len = (size_t)(at + 1 - text);
			return true;
		}
		if (*at++ != ',')
			return false;
	}
	return false;
}

static bool is_value(const json_t *value, struct bytes text)
{
	AUTO_STR struct str shown = STR_INIT(STR_BIG);

	doc_write_json(&shown, value);
	return shown.len == text.len &&
	       memcmp(str_text(&shown), text.data, text.len) == 0;
}

/* A key field that is missing has its default, which the server knows. */
static bool is_selected(const json_t *item, const struct selector *selector)
{
	for (size_t i = 0; i < selector->n; i++) {
		AUTO_ARENA struct arena *scratch = arena_new();
		struct bytes key = selector->v[i].key;
		const json_t *value = item;

		if (key.len)
			value = json_object_get(item,
						arena_strndup(scratch, key.data,
							      key.len));
		else if (json_is_object(item))
			return false;
		if (value && !is_value(value, selector->v[i].value))
			return false;
	}
	return true;
}

static bool drop_item(json_t *list, const char *path)
{
	struct selector selector;
	json_t *item;
	size_t i;

	if (!json_is_array(list) || !parse_selector(path, &selector))
		return false;
	json_array_foreach(list, i, item) {
		if (!is_selected(item, &selector))
			continue;
		if (path[selector.len])
			return kube_drop_field(item, path + selector.len);
		json_array_remove(list, i);
		return true;
	}
	return false;
}

/*
 * Keys may have dots in them (annotations), so each key that the path may
 * begin with is tried.
 */
static bool drop_member(json_t *map, const char *path)
{
	json_t *value;
	const char *key;

	json_object_foreach(map, key, value) {
		size_t n = strlen(key);

		if (strncmp(path, key, n) != 0)
			continue;
		if (!path[n]) {
			json_object_del(map, key);
			return true;
		}
		if (strchr(".[", path[n]) && kube_drop_field(value, path + n))
			return true;
	}
	return false;
}

bool kube_drop_field(json_t *doc, const char *path)
{
	if (*path == '.')
		return drop_member(doc, path + 1);
	return *path == '[' && drop_item(doc, path);
}

/* A contested field, and who has it. */
struct contest {
	const char *field;
	const char *manager;
};

struct contests {
	struct contest *v;
	size_t n;
	size_t room;
};

/*
 * conflict with "kubectl" with subresource "scale" using apps/v1: such an
 * entry is not folded, whoever it is.
 */
static bool read_cause(struct arena *arena, const json_t *cause,
		       struct contest *out, bool *folded)
{
	const char *reason = doc_get_string(cause, "reason", NULL);
	const char *message = doc_get_string(cause, "message", NULL);
	const char *name;

	out->field = doc_get_string(cause, "field", NULL);
	if (!out->field || !message ||
	    !str_equal(reason, "FieldManagerConflict"))
		return false;
	name = strchr(message, '"');
	out->manager = name ? arena_strndup(arena, name + 1,
					    strcspn(name + 1, "\"")) :
			      "another manager";
	*folded = fields_is_folded(out->manager) &&
		  !strstr(message, "subresource");
	return true;
}

static int by_field(const void *a, const void *b)
{
	const struct contest *left = a, *right = b;

	return strcmp(left->field, right->field);
}

/* The server tells them in no order. */
static char *show(struct arena *arena, struct contests *contests)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	if (contests->n)
		qsort(contests->v, contests->n, sizeof(*contests->v), by_field);
	for (size_t i = 0; i < contests->n; i++)
		str_printf(&out, "%s%s (%s)", i ? ", " : "",
			   contests->v[i].field, contests->v[i].manager);
	return str_keep(&out, arena);
}

char *kube_give_up(struct arena *arena, struct bytes answer, json_t *doc)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const json_t *said = kube_status_parse(scratch, answer), *cause;
	struct contests lost = { 0 };
	bool conflicts = false;
	size_t i;

	json_array_foreach(doc_get(said, "details", "causes", NULL), i, cause) {
		struct contest one;
		bool folded;

		if (!read_cause(scratch, cause, &one, &folded))
			continue;
		conflicts = true;
		if (!folded && kube_drop_field(doc, one.field))
			*vec_push(scratch, &lost) = one;
	}
	return conflicts ? show(arena, &lost) : NULL;
}
