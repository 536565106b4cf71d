/* SPDX-License-Identifier: Apache-2.0 */
#include "document/json_patch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "document/document.h"
#include "document/unconst.h"

#define TOKEN_CAP ((size_t)64 << 10)
#define COPY_CAP  1000000 /* values that all copies together may hold */
#define DEPTH_CAP 512     /* of the result: all that read it recur */

/* Where an operation works: a member of a container. */
struct place {
	json_t *container; /* NULL: there is none */
	char *key;         /* unescaped */
	size_t depth;      /* of the member */
};

/* One operation at work. */
struct work {
	struct arena *arena;
	json_t *root;
	const json_t *operation;
	const char *name;
	const char *path;
	size_t i;
	size_t copied; /* values, by all operations so far */
	struct err *err;
};

static int fail(struct work *work, const char *why)
{
	return err_set(work->err, ERR_INPUT, "operation %zu (%s %s): %s",
		       work->i + 1, work->name, work->path, why);
}

/* The next token of a pointer, unescaped. */
static char *take_token(struct arena *arena, const char **pointer)
{
	AUTO_STR struct str token = STR_INIT(TOKEN_CAP);
	const char *p = *pointer;

	for (; *p && *p != '/'; p++) {
		if (p[0] == '~' && (p[1] == '0' || p[1] == '1'))
			str_add_char(&token, *++p == '0' ? '~' : '/');
		else
			str_add_char(&token, *p);
	}
	*pointer = *p ? p + 1 : NULL;
	return str_keep(&token, arena);
}

/* Go's Atoi(). */
static bool to_index(const char *text, long *out)
{
	char *end;

	if (!strchr("+-0123456789", *text) || !*text)
		return false;
	errno = 0;
	*out = strtol(text, &end, 10);
	return end != text && !*end && !errno;
}

/* The index of a member that is there; from the end where it is negative. */
static bool find_index(const json_t *array, const char *key, size_t *out)
{
	long n = (long)json_array_size(array), index;

	if (!to_index(key, &index) || index >= n || index < -n)
		return false;
	*out = (size_t)(index < 0 ? index + n : index);
	return true;
}

static json_t *get(const json_t *container, const char *key)
{
	size_t i;

	if (json_is_object(container))
		return json_object_get(container, key);
	return find_index(container, key, &i) ? json_array_get(container, i) :
						NULL;
}

static struct place find(struct work *work, const char *pointer)
{
	struct place place = { .container = work->root };

	if (*pointer != '/')
		return (struct place){ 0 };
	pointer++;
	for (;;) {
		place.key = take_token(work->arena, &pointer);
		place.depth++;
		if (!pointer)
			return place;
		place.container = get(place.container, place.key);
		if (!json_is_object(place.container) &&
		    !json_is_array(place.container))
			return (struct place){ 0 };
	}
}

static size_t height_of(const json_t *value)
{
	json_t *mutable = doc_unconst(value);
	size_t most = 0, height, i;
	const char *key;
	json_t *member;

	json_object_foreach(mutable, key, member) {
		height = height_of(member);
		most = height > most ? height : most;
	}
	json_array_foreach(value, i, member) {
		height = height_of(member);
		most = height > most ? height : most;
	}
	return most + 1;
}

/* Put `value` there: a member of its own in an array. */
static int add(struct work *work, const struct place *place, json_t *value)
{
	json_t *array = place->container;
	long n = (long)json_array_size(array), index;

	if (json_is_object(array)) {
		json_object_set_nocheck(array, place->key, value);
		return 0;
	}
	if (!strcmp(place->key, "-")) {
		json_array_append(array, value);
		return 0;
	}
	if (!to_index(place->key, &index))
		return fail(work, "expected an index of the list, or '-'");
	if (index > n || index < -(n + 1))
		return fail(work, "the list is not that long");
	if (index < 0)
		index += n + 1;
	json_array_insert(array, (size_t)index, value);
	return 0;
}

static int remove_member(struct work *work, const struct place *place)
{
	size_t i;

	if (json_is_object(place->container))
		return json_object_del(place->container, place->key) < 0 ?
			       fail(work, "there is nothing to remove") :
			       0;
	if (!find_index(place->container, place->key, &i))
		return fail(work, "there is nothing to remove");
	json_array_remove(place->container, i);
	return 0;
}

static int replace(struct work *work, const struct place *place, json_t *value)
{
	size_t i;

	if (json_is_object(place->container)) {
		json_object_set_nocheck(place->container, place->key, value);
		return 0;
	}
	if (!find_index(place->container, place->key, &i))
		return fail(work, "there is nothing to replace");
	json_array_set(place->container, i, value);
	return 0;
}

static int test(struct work *work, const json_t *is, const json_t *wanted)
{
	AUTO_STR struct str text = STR_INIT(256);

	if (json_is_null(is))
		is = NULL;
	if (json_is_null(wanted))
		wanted = NULL;
	if (is == wanted || (is && wanted && json_equal(is, wanted)))
		return 0;
	if (is)
		doc_write_json(&text, is);
	else
		str_add(&text, "nothing");
	return fail(work,
		    arena_printf(work->arena, "the test fails, it is %.200s",
				 str_text(&text)));
}

/* An operation can copy what others have copied: each doubles the last. */
static size_t count_values(const json_t *value)
{
	json_t *mutable = doc_unconst(value);
	const char *key;
	json_t *member;
	size_t n = 1, i;

	json_object_foreach(mutable, key, member)
		n += count_values(member);
	json_array_foreach(value, i, member)
		n += count_values(member);
	return n;
}

/* The value that `from` points to, for a copy or a move. */
static int take_from(struct work *work, bool move, json_t **out)
{
	const char *from =
		json_string_value(json_object_get(work->operation, "from"));
	struct place place;
	json_t *value;

	if (!from)
		return fail(work, "'from' is missing");
	place = find(work, from);
	if (!place.container)
		return fail(work, "'from' leads nowhere");
	value = get(place.container, place.key);
	if (!value && json_is_array(place.container))
		return fail(work, "'from' leads nowhere");
	if (value)
		work->copied += count_values(value);
	if (work->copied > COPY_CAP)
		return fail(work, "too much is copied");
	*out = value ? doc_copy(work->arena, value) :
		       doc_keep(work->arena, json_null());
	return move ? remove_member(work, &place) : 0;
}

/* An operation on the whole. */
static int operate_root(struct work *work, json_t *value)
{
	if (!strcmp(work->name, "test"))
		return test(work, work->root, value);
	if (strcmp(work->name, "replace") != 0)
		return fail(work, "expected a path that begins with '/'");
	if (!json_is_object(value) && !json_is_array(value))
		return fail(work, "expected an object or a list");
	work->root = value;
	return 0;
}

static int operate(struct work *work)
{
	const char *name = work->name;
	json_t *given = json_object_get(work->operation, "value");
	json_t *value = given ? doc_copy(work->arena, given) :
				doc_keep(work->arena, json_null());
	bool move = !strcmp(name, "move"), copy = !strcmp(name, "copy");
	struct place place;

	if ((move || copy) && take_from(work, move, &value) < 0)
		return -1;
	if (!*work->path)
		return operate_root(work, value);
	place = find(work, work->path);
	if (!place.container)
		return fail(work, *work->path == '/' ?
					  "the path leads nowhere" :
					  "expected a path that begins with "
					  "'/'");
	if (place.depth + height_of(value) > DEPTH_CAP)
		return fail(work, "the result would be too deep");
	if (!strcmp(name, "add") || move || copy)
		return add(work, &place, value);
	if (!strcmp(name, "remove"))
		return remove_member(work, &place);
	if (!strcmp(name, "replace"))
		return replace(work, &place, value);
	if (strcmp(name, "test") != 0)
		return fail(work, "there is no such operation");
	if (json_is_array(place.container) && !get(place.container, place.key))
		return fail(work, "the path leads nowhere");
	return test(work, get(place.container, place.key), value);
}

int json_patch_apply(struct arena *arena, json_t *value,
		     const json_t *operations, json_t **out, struct err *err)
{
	struct work work = { .arena = arena, .root = value, .err = err };
	const json_t *name, *path;

	for (work.i = 0; work.i < json_array_size(operations); work.i++) {
		work.operation = json_array_get(operations, work.i);
		name = json_object_get(work.operation, "op");
		path = json_object_get(work.operation, "path");
		work.name = json_is_string(name) ? json_string_value(name) :
						   "unknown";
		work.path = json_is_string(path) ? json_string_value(path) : "";
		if (!json_is_string(path))
			return fail(&work, "'path' is missing");
		if (operate(&work) < 0)
			return -1;
	}
	*out = work.root;
	return 0;
}
