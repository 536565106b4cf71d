/* SPDX-License-Identifier: Apache-2.0 */

/* What an app says of single objects: `ignore` and `health`. */

#include "apps/internal.h"

#include <string.h>

#include "base/vec.h"
#include "document/document.h"

#define MANAGER "gitops" /* whose fields are ours */

/* The rules as they stand; both begin with what they are for. */
struct target_entry {
	const struct node *at;
	const struct node *group;
	const struct node *kind;
	const struct node *name;
	const struct node *namespace;
};

struct ignore_entry {
	struct target_entry target;
	struct nodes managers;
	struct nodes paths;
};

struct health_entry {
	struct target_entry target;
	struct node *failed;
	struct node *healthy;
	struct node *in_progress;
};

static const struct decode_field ignore_fields[] = {
	DECODE_TEXT(struct ignore_entry, target.group, "group"),
	DECODE_TEXT(struct ignore_entry, target.kind, "kind"),
	DECODE_TEXTS(struct ignore_entry, managers, "managers"),
	DECODE_TEXT(struct ignore_entry, target.name, "name"),
	DECODE_TEXT(struct ignore_entry, target.namespace, "namespace"),
	DECODE_TEXTS(struct ignore_entry, paths, "paths"),
};
const struct decode_table apps_ignore_table = DECODE_TABLE(struct ignore_entry,
							   ignore_fields);

static const struct decode_field health_fields[] = {
	DECODE_NODE(struct health_entry, failed, "failed"),
	DECODE_TEXT(struct health_entry, target.group, "group"),
	DECODE_NODE(struct health_entry, healthy, "healthy"),
	DECODE_NODE(struct health_entry, in_progress, "inProgress"),
	DECODE_TEXT(struct health_entry, target.kind, "kind"),
	DECODE_TEXT(struct health_entry, target.name, "name"),
	DECODE_TEXT(struct health_entry, target.namespace, "namespace"),
};
const struct decode_table apps_health_table = DECODE_TABLE(struct health_entry,
							   health_fields);

static const char *text_of(const struct node *node)
{
	return node ? node->text : NULL;
}

/* A rule for everything is one that somebody has to want. */
static int read_target(const struct target_entry *entry, const char *field,
		       struct app_target *out, struct err *err)
{
	if (!entry->kind) {
		node_fail(entry->at, err, "%s: this rule has no kind", field);
		return err_hint(err, "say which objects it is for, as in "
				     "kind: Deployment");
	}
	*out = (struct app_target){
		.group = text_of(entry->group),
		.kind = entry->kind->text,
		.namespace = text_of(entry->namespace),
		.name = text_of(entry->name),
	};
	return 0;
}

static int check_pointer(const struct node *at, const char *field,
			 const char *pointer, struct err *err)
{
	if (doc_pointer_check(pointer))
		return 0;
	node_fail(at, err, "%s: '%s' is no JSON pointer", field, pointer);
	return err_hint(err, "write it as in /spec/replicas, with ~1 for a "
			     "'/' and ~0 for a '~' in a name");
}

/* ---- ignore ---- */

/* Without these it would be another object, or nobody's. */
static int check_path(const struct node *path, struct err *err)
{
	static const char *const identity[] = {
		"/apiVersion",
		"/kind",
		"/metadata/generateName",
		"/metadata/managedFields",
		"/metadata/name",
		"/metadata/namespace",
	};
	const char *text = path->text;

	if (check_pointer(path, "ignore", text, err) < 0)
		return -1;
	if (str_equal(text, "/metadata"))
		return node_fail(path, err,
				 "ignore: '%s' holds what says which object it "
				 "is",
				 text);
	for (size_t i = 0; i < ARRAY_LEN(identity); i++) {
		const size_t n = strlen(identity[i]);

		if (str_starts(text, identity[i]) &&
		    (!text[n] || text[n] == '/'))
			return node_fail(path, err,
					 "ignore: '%s' says which object it "
					 "is",
					 text);
	}
	return 0;
}

static int read_ignore(struct arena *arena, const struct ignore_entry *entry,
		       struct app_ignore *out, struct err *err)
{
	const struct node *at = entry->target.at;

	*out = (struct app_ignore){
		.paths = apps_texts(arena, &entry->paths),
		.managers = apps_texts(arena, &entry->managers),
		.origin = apps_origin(arena, at),
	};
	if (read_target(&entry->target, "ignore", &out->target, err) < 0)
		return -1;
	if (!entry->paths.n && !entry->managers.n)
		return node_fail(at, err,
				 "ignore: this rule has neither paths nor "
				 "managers");
	for (size_t i = 0; i < entry->paths.n; i++)
		if (check_path(entry->paths.v[i], err) < 0)
			return -1;
	for (size_t i = 0; i < entry->managers.n; i++)
		if (str_equal(out->managers[i], MANAGER))
			return node_fail(entry->managers.v[i], err,
					 "ignore: " MANAGER
					 " is the manager of what is synced");
	return 0;
}

int apps_read_ignores(struct arena *arena, const struct decode_list *entries,
		      struct app_ignores *out, struct err *err)
{
	const struct ignore_entry *entry = entries->v;

	for (size_t i = 0; i < entries->n; i++)
		if (read_ignore(arena, &entry[i], vec_push(arena, out), err) <
		    0)
			return -1;
	return 0;
}

/* ---- health ---- */

/* One value, or a list of them. */
static int read_values(struct arena *arena, const char *field,
		       const struct node_entry *entry, const char ***out,
		       struct err *err)
{
	struct node *value = entry->value;
	const bool list = node_is(value, NODE_SEQUENCE);
	struct node **v = list ? value->items : &value;
	const size_t n = list ? value->n : 1;

	*out = arena_array(arena, n + 1, sizeof(**out));
	for (size_t i = 0; i < n; i++) {
		if (!node_is(v[i], NODE_SCALAR) || node_is_null(v[i]))
			break;
		(*out)[i] = v[i]->text;
	}
	if (n && (*out)[n - 1])
		return 0;
	return node_fail(value, err,
			 "%s: %s: expected a value or a list of "
			 "values",
			 field, entry->key);
}

/* What is to be one value must not be many. */
static int check_one(const struct node *at, const char *field, const char *path,
		     struct err *err)
{
	AUTO_STR struct str token = STR_INIT(STR_BIG);
	const char *rest = path;

	if (check_pointer(at, field, path, err) < 0)
		return -1;
	while (doc_pointer_next(&rest, &token))
		if (str_equal(str_text(&token), "*"))
			return node_fail(at, err,
					 "%s: '%s' leads to more than one "
					 "value",
					 field, path);
	return 0;
}

static int read_tests(struct arena *arena, const struct node *node,
		      const char *field, struct app_tests *out, struct err *err)
{
	if (node_is_null(node))
		return 0;
	if (!node_is(node, NODE_MAPPING))
		return node_fail(node, err,
				 "%s: expected paths with their values", field);
	for (uint32_t i = 0; i < node->n; i++) {
		const struct node_entry *entry = &node->entries[i];
		struct app_test *test = vec_push(arena, out);

		*test = (struct app_test){ .path = entry->key };
		if (check_one(entry->value, field, entry->key, err) < 0 ||
		    read_values(arena, field, entry, &test->values, err) < 0)
			return -1;
	}
	return 0;
}

static int read_health(struct arena *arena, const struct health_entry *entry,
		       struct app_health *out, struct err *err)
{
	const struct node *at = entry->target.at;

	*out = (struct app_health){ .origin = apps_origin(arena, at) };
	if (read_target(&entry->target, "health", &out->target, err) < 0 ||
	    read_tests(arena, entry->in_progress, "inProgress",
		       &out->in_progress, err) < 0 ||
	    read_tests(arena, entry->failed, "failed", &out->failed, err) < 0 ||
	    read_tests(arena, entry->healthy, "healthy", &out->healthy, err) <
		    0)
		return -1;
	if (out->healthy.n)
		return 0;
	node_fail(at, err, "health: this rule does not say what is healthy");
	return err_hint(err, "say it as in healthy: {/status/phase: Ready}");
}

int apps_read_healths(struct arena *arena, const struct decode_list *entries,
		      struct app_healths *out, struct err *err)
{
	const struct health_entry *entry = entries->v;

	for (size_t i = 0; i < entries->n; i++)
		if (read_health(arena, &entry[i], vec_push(arena, out), err) <
		    0)
			return -1;
	return 0;
}
