/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/internal.h"

#include <string.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/vec.h"
#include "document/document.h"

#define API_VERSION "gitops/v1"
#define NAME_MOST   50 /* "gitops-" before it, and a number behind it */
#define NAMESPACE   "default"
#define NUMBER_MOST 1000000

/* The file as it stands. */
struct app_entry {
	const struct node *at;
	const struct node *name;
	const struct node *path;
	const struct node *namespace;
	struct nodes depends_on;
	const struct node *prune;
	const struct node *wait;
	const struct node *max_deletes;
	struct image_entries images;
	struct lock_entry *lock;
	struct helm_entry *helm;
	struct node *vars;
	struct decode_list ignore;
	struct decode_list health;
};

struct app_entries {
	struct app_entry *v;
	size_t n;
	size_t room;
};

struct file {
	const struct node *at;
	const struct node *api_version;
	const struct node *record_namespace;
	struct release_entry *release;
	struct app_entries apps;
	struct cluster_entries clusters;
};

static const struct decode_field app_fields[] = {
	DECODE_TEXTS(struct app_entry, depends_on, "dependsOn"),
	DECODE_STRUCTS(struct app_entry, health, "health", &apps_health_table),
	DECODE_STRUCT(struct app_entry, helm, "helm", &apps_helm_table),
	DECODE_STRUCTS(struct app_entry, ignore, "ignore", &apps_ignore_table),
	DECODE_STRUCTS(struct app_entry, images, "images", &apps_image_table),
	DECODE_STRUCT(struct app_entry, lock, "lock", &apps_lock_table),
	DECODE_TEXT(struct app_entry, max_deletes, "maxDeletes"),
	DECODE_TEXT(struct app_entry, name, "name"),
	DECODE_TEXT(struct app_entry, namespace, "namespace"),
	DECODE_TEXT(struct app_entry, path, "path"),
	DECODE_TEXT(struct app_entry, prune, "prune"),
	DECODE_NODE(struct app_entry, vars, "vars"),
	DECODE_TEXT(struct app_entry, wait, "wait"),
};
static const struct decode_table app_table = DECODE_TABLE(struct app_entry,
							  app_fields);

static const struct decode_field file_fields[] = {
	DECODE_TEXT(struct file, api_version, "apiVersion"),
	DECODE_STRUCTS(struct file, apps, "apps", &app_table),
	DECODE_STRUCTS(struct file, clusters, "clusters", &apps_cluster_table),
	DECODE_TEXT(struct file, record_namespace, "recordNamespace"),
	DECODE_STRUCT(struct file, release, "release", &apps_release_table),
};
static const struct decode_table file_table = DECODE_TABLE(struct file,
							   file_fields);

/* ---- values ---- */

/* A DNS label (RFC 1123): it becomes a part of names in the cluster. */
static bool is_name(const char *text, size_t most)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	size_t n = strlen(text);

	return n && n <= most && strspn(text, allowed) == n && *text != '-' &&
	       text[n - 1] != '-';
}

int apps_read_name(const struct node *node, const char *field, size_t most,
		   const char **out, struct err *err)
{
	if (!is_name(node->text, most)) {
		node_fail(node, err, "%s: '%s' is no name", field, node->text);
		return err_hint(err,
				"take at most %zu of a-z, 0-9 and '-', with "
				"a letter or digit first and last",
				most);
	}
	*out = node->text;
	return 0;
}

int apps_read_bool(const struct node *node, const char *field, bool *out,
		   struct err *err)
{
	if (!node)
		return 0;
	*out = str_equal(node->text, "true");
	if (*out || str_equal(node->text, "false"))
		return 0;
	return node_fail(node, err, "%s: expected true or false, found '%s'",
			 field, node->text);
}

int apps_read_duration(const struct node *node, const char *field, int64_t *out,
		       struct err *err)
{
	AUTO_ERR struct err why = { 0 };

	if (!node || clock_parse_duration(node->text, out, &why) == 0)
		return 0;
	return node_fail(node, err, "%s: %s", field, why.msg);
}

bool apps_read_deletes(const char *text, size_t *number, unsigned *percent)
{
	const char *unit = text;
	unsigned value = 0;

	for (; *unit >= '0' && *unit <= '9'; unit++)
		if (value <= NUMBER_MOST)
			value = value * 10 + (unsigned)(*unit - '0');
	*number = 0;
	*percent = 0;
	if (unit > text && str_equal(unit, "%") && value <= 100)
		*percent = value;
	else if (unit > text && !*unit && value <= NUMBER_MOST)
		*number = value;
	else
		return false;
	return true;
}

static int read_max_deletes(const struct node *node, struct app *app,
			    struct err *err)
{
	if (!node || apps_read_deletes(node->text, &app->max_deletes,
				       &app->max_deletes_percent))
		return 0;
	return node_fail(node, err,
			 "maxDeletes: expected a number, or a percentage such "
			 "as 10%%, found '%s'",
			 node->text);
}

/* ---- an app ---- */

static struct app default_app(void)
{
	return (struct app){
		.origin = "",
		.prune = true,
		.wait_s = -1,
		.max_deletes = APPS_MAX_DELETES,
		.max_deletes_percent = APPS_MAX_DELETES_PERCENT,
	};
}

const char **apps_texts(struct arena *arena, const struct nodes *nodes)
{
	const char **out = arena_array(arena, nodes->n + 1, sizeof(*out));

	for (size_t i = 0; i < nodes->n; i++)
		out[i] = nodes->v[i]->text;
	return out;
}

const char *apps_origin(struct arena *arena, const struct node *node)
{
	return arena_printf(arena, "%s:%u", node->file, node->line);
}

static int read_app(struct arena *arena, const struct app_entry *entry,
		    struct app *out, struct err *err)
{
	*out = default_app();
	out->origin = apps_origin(arena, entry->at);
	if (!entry->name)
		return node_fail(entry->at, err, "this app has no name");
	if (!entry->path)
		return node_fail(entry->at, err, "app %s has no path",
				 entry->name->text);
	if (apps_read_name(entry->name, "name", NAME_MOST, &out->name, err) <
		    0 ||
	    (entry->namespace &&
	     apps_read_name(entry->namespace, "namespace", APPS_NAMESPACE_MOST,
			    &out->namespace, err) < 0) ||
	    tree_join(arena, "", entry->path->text, &out->path, err) < 0 ||
	    apps_read_bool(entry->prune, "prune", &out->prune, err) < 0 ||
	    apps_read_duration(entry->wait, "wait", &out->wait_s, err) < 0 ||
	    read_max_deletes(entry->max_deletes, out, err) < 0 ||
	    apps_read_images(arena, &entry->images, &out->images, err) < 0 ||
	    apps_read_lock(arena, entry->lock, &out->lock, err) < 0 ||
	    apps_read_helm(arena, entry->helm, out, err) < 0 ||
	    apps_read_vars(arena, entry->vars, &out->vars, err) < 0 ||
	    apps_read_ignores(arena, &entry->ignore, &out->ignore, err) < 0 ||
	    apps_read_healths(arena, &entry->health, &out->health, err) < 0)
		return -1;
	out->depends_on = apps_texts(arena, &entry->depends_on);
	return 0;
}

/* ---- their order ---- */

enum { UNSEEN, BELOW, SEEN };

struct ordering {
	struct arena *arena;
	struct apps *from;
	struct map *by_name; /* to struct app_state */
	struct apps *to;
};

struct app_state {
	struct app *app;
	const struct nodes *depends_on; /* with their places */
	int seen;
	const char *next; /* while BELOW: whom it waits for */
};

/* "web -> db -> web" */
static int fail_cycle(const struct ordering *ordering,
		      const struct app_state *state, const struct node *at,
		      struct err *err)
{
	AUTO_STR struct str shown = STR_INIT(STR_BIG);
	const struct app_state *next = state;

	str_add(&shown, state->app->name);
	do {
		str_printf(&shown, " -> %s", next->next);
		next = map_get(ordering->by_name, next->next);
	} while (next != state);
	node_fail(at, err, "dependsOn: apps that wait for each other: %s",
		  str_text(&shown));
	return err_hint(err, "take one of them out");
}

const char *apps_suggest(struct arena *arena, const struct apps *apps,
			 const char *name)
{
	const char **names = arena_array(arena, apps->n + 1, sizeof(*names));
	const char *nearest;

	for (size_t i = 0; i < apps->n; i++)
		names[i] = apps->v[i].name;
	nearest = str_nearest(name, names);
	return nearest ? arena_printf(arena, "; did you mean '%s'?", nearest) :
			 "";
}

static int fail_unknown(const struct ordering *ordering,
			const struct node *name, struct err *err)
{
	return node_fail(name, err, "dependsOn: there is no app '%s'%s",
			 name->text,
			 apps_suggest(ordering->arena, ordering->from,
				      name->text));
}

static int put_in_order(struct ordering *ordering, struct app_state *state,
			struct err *err)
{
	struct app *app = state->app;

	state->seen = BELOW;
	for (size_t i = 0; i < state->depends_on->n; i++) {
		const struct node *name = state->depends_on->v[i];
		struct app_state *other = map_get(ordering->by_name,
						  name->text);

		if (!other)
			return fail_unknown(ordering, name, err);
		state->next = other->app->name;
		if (other->seen == BELOW)
			return fail_cycle(ordering, other, name, err);
		if (other->seen == UNSEEN &&
		    put_in_order(ordering, other, err) < 0)
			return -1;
		if (app->level <= other->app->level)
			app->level = other->app->level + 1;
	}
	state->seen = SEEN;
	*vec_push(ordering->arena, ordering->to) = *app;
	return 0;
}

/* Those that depend on others behind them, else as they stand in the file. */
static int order(struct arena *arena, const struct app_entries *entries,
		 struct apps *from, struct apps *to, struct err *err)
{
	struct ordering ordering = { arena, from, map_new(arena), to };
	struct app_state *states = arena_array(arena, from->n, sizeof(*states));

	for (size_t i = 0; i < from->n; i++) {
		states[i].app = &from->v[i];
		states[i].depends_on = &entries->v[i].depends_on;
		if (map_set(ordering.by_name, from->v[i].name, &states[i]))
			return node_fail(entries->v[i].name, err,
					 "there are two apps named '%s'",
					 from->v[i].name);
	}
	for (size_t i = 0; i < from->n; i++)
		if (states[i].seen == UNSEEN &&
		    put_in_order(&ordering, &states[i], err) < 0)
			return -1;
	return 0;
}

/* ---- the file ---- */

static int check_version(const struct file *file, struct err *err)
{
	const struct node *at = file->api_version ? file->api_version :
						    file->at;

	if (file->api_version && str_equal(at->text, API_VERSION))
		return 0;
	node_fail(at, err, "expected apiVersion: " API_VERSION "%s%s",
		  file->api_version ? ", found " : "",
		  file->api_version ? at->text : "");
	return err_hint(err, "a newer version may need a newer gitops");
}

static int decode(struct arena *arena, const char *path, struct bytes bytes,
		  struct file *out, struct err *err)
{
	const struct doc_source source = doc_source_file(path, bytes);
	struct nodes roots = { 0 };

	if (doc_read_nodes(arena, &source, NULL, &roots, err) < 0)
		return -1;
	if (roots.n != 1) {
		err_set(err, ERR_INPUT, "%s: expected one document, found %zu",
			path, roots.n);
		return err_hint(err, "see gitops.yaml(5)");
	}
	return doc_decode(arena, roots.v[0], &file_table, DECODE_SPELL, out,
			  err);
}

int apps_read(struct arena *arena, const struct tree *tree, const char *path,
	      struct apps *out, struct err *err)
{
	struct file file = { 0 };
	struct apps read = { 0 };
	struct bytes bytes;

	*out = (struct apps){
		.file = arena_strdup(arena, path),
		.record_namespace = NAMESPACE,
	};
	if (tree_read(tree, arena, path, &bytes, err) < 0 ||
	    decode(arena, path, bytes, &file, err) < 0 ||
	    check_version(&file, err) < 0)
		return -1;
	if (!file.apps.n)
		return node_fail(file.at, err, "expected at least one of apps");
	if (file.record_namespace &&
	    apps_read_name(file.record_namespace, "recordNamespace",
			   APPS_NAMESPACE_MOST, &out->record_namespace,
			   err) < 0)
		return -1;
	if (file.release &&
	    apps_read_release(arena, file.release, &out->release, err) < 0)
		return -1;
	for (size_t i = 0; i < file.apps.n; i++)
		if (read_app(arena, &file.apps.v[i], vec_push(arena, &read),
			     err) < 0)
			return -1;
	if (order(arena, &file.apps, &read, out, err) < 0)
		return -1;
	return apps_read_clusters(arena, &file.clusters, out, err);
}

/* ---- without a file ---- */

/* "overlays/prod" is "overlays-prod". */
static char *name_of(struct arena *arena, const char *path)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	for (; *path; path++) {
		char c = *path;

		if (c >= 'A' && c <= 'Z')
			c = (char)(c + ('a' - 'A'));
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			str_add_char(&out, c);
		else if (out.len && !str_ends(str_text(&out), "-"))
			str_add_char(&out, '-');
	}
	while (out.len &&
	       (out.len > NAME_MOST || str_ends(str_text(&out), "-")))
		str_cut(&out, out.len - 1);
	return out.len ? str_keep(&out, arena) : arena_strdup(arena, "default");
}

int apps_of_path(struct arena *arena, const char *path, const char *name,
		 struct apps *out, struct err *err)
{
	struct app *app;

	*out = (struct apps){ .record_namespace = NAMESPACE };
	app = vec_push(arena, out);
	*app = default_app();
	app->path = path;
	app->name = name ? name : name_of(arena, path);
	app->depends_on = arena_array(arena, 1, sizeof(*app->depends_on));
	if (is_name(app->name, NAME_MOST))
		return 0;
	err_set(err, ERR_USAGE, "--app %s: no name for an app", name);
	return err_hint(err,
			"take at most %d of a-z, 0-9 and '-', with a letter "
			"or digit first and last",
			NAME_MOST);
}

struct app *apps_find(const struct apps *apps, const char *name)
{
	for (size_t i = 0; i < apps->n; i++)
		if (str_equal(apps->v[i].name, name))
			return &apps->v[i];
	return NULL;
}

int apps_choose(struct apps *apps, const char *const *names, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();

	for (size_t i = 0; i < apps->n; i++)
		apps->v[i].chosen = !names;
	for (; names && *names; names++) {
		struct app *app = apps_find(apps, *names);

		if (!app)
			return err_set(err, ERR_USAGE,
				       "--app %s: no such app%s", *names,
				       apps_suggest(scratch, apps, *names));
		app->chosen = true;
	}
	return 0;
}
