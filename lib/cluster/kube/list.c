/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/kube/list.h"

#include <string.h>

#include "document/document.h"

#define ITEM_BYTES ((size_t)8 << 20) /* etcd keeps 1.5 MiB */

enum { MEMBER_OTHER, MEMBER_ITEMS, MEMBER_METADATA };

void kube_list_init(struct kube_list *list,
		    int (*take)(void *context, struct bytes item,
				struct err *err),
		    void *context)
{
	*list = (struct kube_list){
		.take = take,
		.context = context,
		.kept = STR_INIT(ITEM_BYTES),
		.metadata = STR_INIT(ITEM_BYTES),
	};
}

void kube_list_reset(struct kube_list *list)
{
	struct str kept = list->kept, metadata = list->metadata;

	str_clear(&kept);
	str_clear(&metadata);
	*list = (struct kube_list){
		.take = list->take,
		.context = list->context,
		.kept = kept,
		.metadata = metadata,
	};
}

void kube_list_release(struct kube_list *list)
{
	str_release(&list->kept);
	str_release(&list->metadata);
}

static int fail(struct err *err, const char *why)
{
	return err_set(err, ERR_FAILED, "the server's list is broken: %s", why);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Keep what begins at `from`; what was kept before is done with. */
static void begin(struct kube_list *list, size_t from)
{
	str_clear(&list->kept);
	list->keep = true;
	list->from = from;
}

/* Add what has been kept of this chunk up to `end`. */
static int keep_to(struct kube_list *list, size_t end, struct err *err)
{
	if (!list->keep)
		return 0;
	str_add_bytes(&list->kept, list->data + list->from, end - list->from);
	list->from = end;
	if (list->kept.full)
		return fail(err, "an item is larger than 8 MiB");
	return 0;
}

static int open_bracket(struct kube_list *list, char c, struct err *err)
{
	const uint64_t bit = (uint64_t)1 << (list->depth % 64);
	uint64_t *word = &list->maps[list->depth / 64];
	bool map = c == '{';

	if (list->ended || (list->depth == 0 && !map))
		return fail(err, "it is no single mapping");
	if (list->depth == 1 && list->member == MEMBER_ITEMS && map)
		return fail(err, "its items are a mapping");
	if (list->depth == 2 && list->member == MEMBER_ITEMS && !map)
		return fail(err, "an item is no mapping");
	if (list->depth == KUBE_LIST_DEPTH - 1)
		return fail(err, "it is nested too deeply");
	if ((list->depth == 1 && list->member == MEMBER_METADATA) ||
	    (list->depth == 2 && list->member == MEMBER_ITEMS))
		begin(list, list->at);
	*word = map ? *word | bit : *word & ~bit;
	list->depth++;
	list->expect_key = list->depth == 1;
	return 0;
}

/* Is this the end of what was kept? */
static int end_kept(struct kube_list *list, struct err *err)
{
	struct bytes kept = str_bytes(&list->kept);

	if (list->depth == 2 && list->member == MEMBER_ITEMS) {
		list->keep = false;
		return list->take(list->context, kept, err);
	}
	if (list->depth == 1 && list->member == MEMBER_METADATA) {
		list->keep = false;
		str_clear(&list->metadata);
		str_add_bytes(&list->metadata, kept.data, kept.len);
	}
	return 0;
}

static int close_bracket(struct kube_list *list, char c, struct err *err)
{
	uint64_t bit;
	bool map;

	if (list->depth == 0)
		return fail(err, "a bracket is closed that was not opened");
	if (keep_to(list, list->at + 1, err) < 0)
		return -1;
	list->depth--;
	bit = (uint64_t)1 << (list->depth % 64);
	map = list->maps[list->depth / 64] & bit;
	if (map != (c == '}'))
		return fail(err, "its brackets do not match");
	list->ended = list->depth == 0;
	return list->keep ? end_kept(list, err) : 0;
}

static int open_string(struct kube_list *list, struct err *err)
{
	if (list->depth == 0)
		return fail(err, "it is no single mapping");
	if (list->depth == 2 && list->member == MEMBER_ITEMS)
		return fail(err, "an item is no mapping");
	list->in_string = true;
	if (list->depth == 1 && list->expect_key)
		begin(list, list->at + 1);
	return 0;
}

/* One character inside of a string. */
static int take_in_string(struct kube_list *list, char c, struct err *err)
{
	const char *key;

	if (list->escaped || c != '"') {
		list->escaped = !list->escaped && c == '\\';
		return 0;
	}
	list->in_string = false;
	if (list->depth != 1 || !list->expect_key)
		return 0;
	if (keep_to(list, list->at, err) < 0)
		return -1;
	list->keep = false;
	key = str_text(&list->kept);
	list->member = str_equal(key, "items")    ? MEMBER_ITEMS :
		       str_equal(key, "metadata") ? MEMBER_METADATA :
						    MEMBER_OTHER;
	list->saw_items |= list->member == MEMBER_ITEMS;
	return 0;
}

/* One character outside of strings that is no bracket. */
static int take_other(struct kube_list *list, char c, struct err *err)
{
	if (is_space(c))
		return 0;
	if (list->depth == 0)
		return fail(err, "it is no single mapping");
	if (list->depth == 2 && list->member == MEMBER_ITEMS && c != ',')
		return fail(err, "an item is no mapping");
	if (list->depth == 1 && c == ',') {
		list->member = MEMBER_OTHER;
		list->expect_key = true;
	} else if (list->depth == 1 && c == ':') {
		list->expect_key = false;
	}
	return 0;
}

static int take_char(struct kube_list *list, char c, struct err *err)
{
	if (list->in_string)
		return take_in_string(list, c, err);
	switch (c) {
	case '"':
		return open_string(list, err);
	case '{':
	case '[':
		return open_bracket(list, c, err);
	case '}':
	case ']':
		return close_bracket(list, c, err);
	default:
		return take_other(list, c, err);
	}
}

int kube_list_feed(struct kube_list *list, const char *data, size_t n,
		   struct err *err)
{
	list->data = data;
	list->from = 0;
	for (list->at = 0; list->at < n; list->at++)
		if (take_char(list, data[list->at], err) < 0)
			return -1;
	return keep_to(list, n, err);
}

int kube_list_end(struct kube_list *list, struct arena *arena,
		  const char **next, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	json_t *metadata = NULL;
	const char *token;

	if (!list->ended)
		return fail(err, "it ends in the middle");
	if (!list->saw_items)
		return fail(err, "it has no items");
	if (list->metadata.len &&
	    doc_read_json(scratch, "metadata", str_bytes(&list->metadata),
			  &metadata, err) < 0)
		return -1;
	token = doc_get_string(metadata, "continue", NULL);
	*next = token && *token ? arena_strdup(arena, token) : NULL;
	return 0;
}

/* Past the blanks at `i`. */
static size_t skip_space(struct bytes in, size_t i)
{
	while (i < in.len && is_space(in.data[i]))
		i++;
	return i;
}

/* Past the string that begins at `i`. */
static size_t skip_string(struct bytes in, size_t i)
{
	for (i++; i < in.len && in.data[i] != '"'; i++)
		if (in.data[i] == '\\')
			i++;
	return i < in.len ? i + 1 : in.len;
}

/* Past the value that begins at `i`. */
static size_t skip_value(struct bytes in, size_t i)
{
	size_t depth = 0;

	while (i < in.len) {
		char c = in.data[i];

		if (c == '"') {
			i = skip_string(in, i);
		} else if (c == '{' || c == '[') {
			depth++;
			i++;
		} else if (c == '}' || c == ']') {
			if (!depth)
				return i;
			depth--;
			i++;
		} else if (!depth && (c == ',' || is_space(c))) {
			return i;
		} else {
			i++;
			continue;
		}
		if (!depth)
			return i;
	}
	return i;
}

struct bytes kube_text_member(struct bytes mapping, const char *key)
{
	const size_t n = strlen(key);
	size_t i = skip_space(mapping, 0);

	if (i == mapping.len || mapping.data[i] != '{')
		return (struct bytes){ 0 };
	i = skip_space(mapping, i + 1);
	while (i < mapping.len && mapping.data[i] == '"') {
		const size_t at = i + 1;
		size_t value, key_end;

		i = skip_string(mapping, i);
		key_end = i - 1;
		i = skip_space(mapping, i);
		if (i == mapping.len || mapping.data[i] != ':')
			break;
		value = skip_space(mapping, i + 1);
		i = skip_value(mapping, value);
		if (key_end - at == n && memcmp(mapping.data + at, key, n) == 0)
			return (struct bytes){ mapping.data + value,
					       i - value };
		i = skip_space(mapping, i);
		if (i < mapping.len && mapping.data[i] == ',')
			i = skip_space(mapping, i + 1);
	}
	return (struct bytes){ 0 };
}

struct bytes kube_text_string(struct bytes value)
{
	if (value.len < 2 || value.data[0] != '"' ||
	    value.data[value.len - 1] != '"' ||
	    memchr(value.data, '\\', value.len))
		return (struct bytes){ 0 };
	return (struct bytes){ value.data + 1, value.len - 2 };
}
