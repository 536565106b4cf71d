/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/directory/directory.h"

#include <string.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "base/file.h"
#include "cluster/scope.h"

#define CLUSTER_DIR "_cluster"
#define LOCK_FILE   ".gitops.lock"
#define FILE_BYTES  ((size_t)8 << 20)
/* What file systems take, less what file_write() puts behind the name. */
#define NAME_MOST      (255 - 7)
#define DIGEST_SHOWN   16
#define DIR_MODE       0700
#define FILE_MODE      0600
#define PROGRESS_EVERY 64

struct directory {
	struct run *run;
	const char *path;
	const char *namespace;
	bool locked;
};

static void add_lower(struct str *out, const char *text)
{
	for (; *text; text++) {
		bool upper = *text >= 'A' && *text <= 'Z';

		str_add_char(out, (char)(upper ? *text + ('a' - 'A') : *text));
	}
}

char *directory_file(struct arena *arena, const struct object *object)
{
	AUTO_STR struct str name = STR_INIT(STR_BIG);
	char digest[DIGEST_SHA256_HEX];

	add_lower(&name, object->kind);
	if (*object->group)
		str_printf(&name, ".%s", object->group);
	str_printf(&name, "_%s", object->name);
	if (name.len + strlen(".yaml") > NAME_MOST) {
		digest_sha256_hex(name.data, name.len, digest);
		str_cut(&name, NAME_MOST - strlen(".yaml") - 1 - DIGEST_SHOWN);
		str_printf(&name, "~%.*s", DIGEST_SHOWN, digest);
	}
	return arena_printf(arena, "%s/%s.yaml",
			    *object->namespace ? object->namespace :
						 CLUSTER_DIR,
			    str_text(&name));
}

static char *path_of(const struct directory *directory, struct arena *arena,
		     const struct object *object)
{
	return arena_printf(arena, "%s/%s", directory->path,
			    directory_file(arena, object));
}

static int identify(void *data, struct objects *want, struct err *err)
{
	struct directory *directory = data;

	(void)err;
	cluster_place(directory->run->arena, want, directory->namespace);
	return 0;
}

/* A file that is not what we write is somebody's: it is not replaced. */
static int refuse(const char *path, const char *found,
		  const struct object *want, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();

	err_set(err, ERR_INPUT, "%s: expected %s, found %s", path,
		object_shown(scratch, want), found);
	return err_hint(err, "remove the file or put it right; it is not "
			     "overwritten as it is");
}

static int read_file(const struct directory *directory, struct arena *scratch,
		     const struct object *want, const json_t **out,
		     struct err *err)
{
	const char *path = path_of(directory, scratch, want);
	struct docs docs = { 0 };
	struct object object;
	struct bytes bytes;

	if (file_read(scratch, path, FILE_BYTES, &bytes, err) < 0 ||
	    doc_read_yaml(scratch, path, bytes, NULL, &docs, err) < 0)
		return -1;
	if (docs.n != 1)
		return refuse(path,
			      arena_printf(scratch, "%zu objects", docs.n),
			      want, err);
	if (object_from_doc(scratch, &docs.v[0], &object, err) < 0)
		return -1;
	if (!object_same(&object, want))
		return refuse(docs.v[0].origin, object_shown(scratch, &object),
			      want, err);
	*out = object.doc;
	return 0;
}

static struct bytes keep_json(struct arena *arena, const json_t *value)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	doc_write_json(&text, value);
	return (struct bytes){ str_keep(&text, arena), text.len };
}

static void read_one(const struct directory *directory,
		     struct cluster_item *item)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct arena *arena = directory->run->arena;
	const struct object *want = item->want;
	const json_t *doc;

	item->live = (struct bytes){ 0 };
	item->ignored = (struct ignored){ 0 };
	if (read_file(directory, scratch, want, &doc, &item->err) == 0) {
		item->live = keep_json(arena, doc);
		if (want->ignore)
			ignore_apply(arena, want->ignore, want->doc, doc, NULL,
				     &item->ignored);
	} else if (item->err.status == ERR_NOT_FOUND) {
		err_clear(&item->err);
	}
}

static int read_all(void *data, struct cluster_item **items, size_t n,
		    struct err *err)
{
	const struct directory *directory = data;

	for (size_t i = 0; i < n; i++) {
		if (i % PROGRESS_EVERY == 0)
			run_progress(directory->run, "reading", i, n);
		if (run_check(directory->run, err) < 0)
			return -1;
		read_one(directory, items[i]);
	}
	return 0;
}

/* Nothing adds defaults here.  What cannot be written is found out now. */
static int try_all(void *data, struct cluster_item **items, size_t n,
		   struct err *err)
{
	const struct directory *directory = data;

	(void)err;
	for (size_t i = 0; i < n; i++) {
		AUTO_STR struct str text = STR_INIT(STR_BIG);
		struct cluster_item *item = items[i];

		if (item->err.status != ERR_OK || item->leave ||
		    doc_write_yaml(&text, cluster_item_doc(item), &item->err) <
			    0)
			continue;
		item->merged = keep_json(directory->run->arena,
					 cluster_item_doc(item));
	}
	return 0;
}

static int lock(struct directory *directory, struct err *err)
{
	struct arena *arena = directory->run->arena;
	char *path;

	if (directory->locked)
		return 0;
	path = arena_printf(arena, "%s/" LOCK_FILE, directory->path);
	if (file_lock(arena, path, 0, err) < 0)
		return err->status == ERR_TEMPORARY ?
			       err_hint(err, "wait until the other run has "
					     "ended") :
			       -1;
	directory->locked = true;
	return 0;
}

static void write_one(const struct directory *directory,
		      struct cluster_item *item)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	const char *path = path_of(directory, scratch, item->want);
	char *dir = arena_strndup(scratch, path,
				  (size_t)(strrchr(path, '/') - path));

	if (doc_write_yaml(&text, cluster_item_doc(item), &item->err) < 0 ||
	    file_make_dir(dir, DIR_MODE, &item->err) < 0 ||
	    file_write(path, str_bytes(&text), FILE_MODE, &item->err) < 0)
		return;
	item->merged = keep_json(directory->run->arena, cluster_item_doc(item));
	item->written = true;
}

static int apply_all(void *data, struct cluster_item **items, size_t n,
		     struct err *err)
{
	struct directory *directory = data;

	if (file_make_dir(directory->path, DIR_MODE, err) < 0 ||
	    lock(directory, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (i % PROGRESS_EVERY == 0)
			run_progress(directory->run, "writing", i, n);
		if (run_check(directory->run, err) < 0)
			return -1;
		write_one(directory, items[i]);
	}
	return 0;
}

static int settle_all(void *data, struct cluster_item **items, size_t n,
		      struct err *err)
{
	(void)data, (void)items, (void)n, (void)err;
	return 0;
}

static void delete_one(const struct directory *directory,
		       struct cluster_item *item)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const char *path = path_of(directory, scratch, item->want);

	if (file_remove_all(path, &item->err) == 0)
		item->written = true;
}

static int delete_all(void *data, struct cluster_item **items, size_t n,
		      struct err *err)
{
	struct directory *directory = data;

	if (lock(directory, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (run_check(directory->run, err) < 0)
			return -1;
		if (items[i]->err.status == ERR_OK && items[i]->live.len)
			delete_one(directory, items[i]);
	}
	return 0;
}

static const struct cluster_backend backend = {
	.identify = identify,
	.read = read_all,
	.try = try_all,
	.apply = apply_all,
	.settle = settle_all,
	.delete = delete_all,
};

int directory_open(struct run *run, const char *path,
		   const struct cluster_args *args, struct cluster **out,
		   struct err *err)
{
	struct directory *directory = arena_alloc(run->arena,
						  sizeof(*directory));
	struct cluster *cluster = arena_alloc(run->arena, sizeof(*cluster));
	struct stat st;

	if (!*path) {
		err_set(err, ERR_USAGE, "--cluster dir: names no directory");
		return err_hint(err, "say --cluster dir:PATH");
	}
	*directory = (struct directory){
		.run = run,
		.path = arena_strdup(run->arena, path),
		.namespace = args->namespace ? args->namespace : "default",
	};
	if (stat(path, &st) == 0) {
		if (!S_ISDIR(st.st_mode))
			return err_set(err, ERR_USAGE,
				       "--cluster dir:%s: not a directory",
				       path);
		if (lock(directory, err) < 0)
			return -1;
	}
	*cluster = (struct cluster){
		.kind = "directory",
		.name = directory->path,
		.backend = &backend,
		.data = directory,
	};
	*out = cluster;
	return 0;
}
