/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/file.h"
#include "base/map.h"
#include "base/vec.h"
#include "git/inside.h"

/* The tree of a commit, as a backend of struct tree. */
struct commit_tree {
	struct repo *repo;
	struct arena *arena;
	git_odb *odb;
	struct map *dirs; /* path to git_tree, those that were visited */
};

/*
 * An object that is named but not there, or whose bytes are not what its name
 * says: of our cache, the next run is to make a new one.
 */
static int fail_object(const struct commit_tree *tree, int code,
		       const git_oid *oid, const char *path, struct err *err)
{
	AUTO_ERR struct err ignored = { 0 };
	char hex[GIT_OID_HEXSZ + 1];

	git_oid_tostr(hex, sizeof(hex), oid);
	if (!*path)
		path = "/";
	if (code == GIT_ENOTFOUND)
		err_set(err, ERR_FAILED, "%s: object %s is missing", path, hex);
	else
		repo_fail(err, ERR_FAILED, "%s: read object %s", path, hex);
	if (!tree->repo->cache)
		return err_hint(err, "fetch it anew; git fsck tells what else "
				     "is wrong");
	if (repo_cache_mark_damaged(tree->repo->cache, &ignored) < 0)
		return err_hint(err, "delete %s", tree->repo->cache);
	return err_hint(err, "run again: the cached copy will be fetched "
			     "anew");
}

static void free_tree(void *handle)
{
	git_tree_free(handle);
}

static int load_dir(struct commit_tree *tree, const char *path,
		    const git_oid *oid, git_tree **out, struct err *err)
{
	int code = git_tree_lookup(out, tree->repo->git, oid);

	if (code < 0)
		return fail_object(tree, code, oid, path, err);
	arena_defer(tree->arena, free_tree, *out);
	map_set(tree->dirs, path, *out);
	return 0;
}

/* The entry at `path`, which is not the root: NULL where there is none. */
static int find_entry(struct commit_tree *tree, const char *path,
		      const git_tree_entry **out, struct err *err);

static int find_dir(struct commit_tree *tree, const char *path, git_tree **out,
		    struct err *err)
{
	const git_tree_entry *entry;

	*out = map_get(tree->dirs, path);
	if (*out)
		return 0;
	if (find_entry(tree, path, &entry, err) < 0)
		return -1;
	if (!entry || git_tree_entry_type(entry) != GIT_OBJECT_TREE)
		return err_set(err, ERR_NOT_FOUND, "%s: no such directory",
			       path);
	return load_dir(tree, path, git_tree_entry_id(entry), out, err);
}

static int find_entry(struct commit_tree *tree, const char *path,
		      const git_tree_entry **out, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	const char *parent = slash ? arena_strndup(scratch, path,
						   (size_t)(slash - path)) :
				     "";
	git_tree *dir;

	if (find_dir(tree, parent, &dir, err) < 0)
		return -1;
	*out = git_tree_entry_byname(dir, name);
	return 0;
}

static enum tree_kind kind_of(const git_tree_entry *entry)
{
	switch (git_tree_entry_filemode(entry)) {
	case GIT_FILEMODE_BLOB:
	case GIT_FILEMODE_BLOB_EXECUTABLE:
		return TREE_FILE;
	case GIT_FILEMODE_TREE:
		return TREE_DIR;
	case GIT_FILEMODE_LINK:
		return TREE_LINK;
	case GIT_FILEMODE_COMMIT:
		return TREE_GITLINK;
	case GIT_FILEMODE_UNREADABLE:
		break;
	}
	return TREE_OTHER;
}

static int commit_stat(void *data, const char *path, enum tree_kind *kind,
		       struct err *err)
{
	struct commit_tree *tree = data;
	const git_tree_entry *entry;

	if (!*path) {
		*kind = TREE_DIR;
		return 0;
	}
	if (find_entry(tree, path, &entry, err) < 0)
		return -1;
	if (!entry)
		return err_set(err, ERR_NOT_FOUND, "%s: no such file", path);
	*kind = kind_of(entry);
	return 0;
}

static int commit_read(void *data, struct arena *arena, const char *path,
		       size_t cap_bytes, struct bytes *out, struct err *err)
{
	struct commit_tree *tree = data;
	const git_tree_entry *entry;
	const git_oid *oid;
	git_odb_object *object;
	git_object_t type;
	size_t size;
	char *text;
	int code;

	if (find_entry(tree, path, &entry, err) < 0)
		return -1;
	if (!entry)
		return err_set(err, ERR_NOT_FOUND, "%s: no such file", path);
	oid = git_tree_entry_id(entry);
	/* The size comes before the bytes: nobody makes us unpack 2 GiB. */
	code = git_odb_read_header(&size, &type, tree->odb, oid);
	if (code < 0)
		return fail_object(tree, code, oid, path, err);
	if (type != GIT_OBJECT_BLOB)
		return err_set(err, ERR_INPUT, "%s: is a %s, not a file", path,
			       git_object_type2string(type));
	if (size > cap_bytes)
		return err_set(err, ERR_INPUT, "%s: larger than %zu bytes",
			       path, cap_bytes);
	code = git_odb_read(&object, tree->odb, oid);
	if (code < 0)
		return fail_object(tree, code, oid, path, err);
	text = arena_alloc(arena, size + 1);
	memcpy(text, git_odb_object_data(object), size);
	git_odb_object_free(object);
	out->data = text;
	out->len = size;
	return 0;
}

static int commit_list(void *data, struct arena *arena, const char *path,
		       struct tree_entries *out, struct err *err)
{
	struct commit_tree *tree = data;
	git_tree *dir;

	if (find_dir(tree, path, &dir, err) < 0)
		return -1;
	for (size_t i = 0; i < git_tree_entrycount(dir); i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(dir, i);

		*vec_push(arena, out) = (struct tree_entry){
			.name = arena_strdup(arena, git_tree_entry_name(entry)),
			.kind = kind_of(entry),
		};
	}
	return 0;
}

static void free_odb(void *handle)
{
	git_odb_free(handle);
}

static int load_root(struct commit_tree *tree, const char *hex, struct err *err)
{
	git_repository *git = tree->repo->git;
	git_commit *commit;
	git_tree *root;
	git_oid oid;
	int code, failed;

	if (git_oid_fromstr(&oid, hex) < 0)
		return repo_fail(err, ERR_INPUT, "commit '%s'", hex);
	code = git_commit_lookup(&commit, git, &oid);
	if (code < 0)
		return fail_object(tree, code, &oid, "", err);
	failed = load_dir(tree, "", git_commit_tree_id(commit), &root, err);
	git_commit_free(commit);
	return failed;
}

int repo_tree(struct repo *repo, const struct revision *revision,
	      struct tree **out, struct err *err)
{
	static const struct tree_backend backend = {
		.stat = commit_stat,
		.read = commit_read,
		.list = commit_list,
	};
	struct arena *arena = repo->run->arena;
	struct commit_tree *data = arena_alloc(arena, sizeof(*data));
	struct tree *tree = arena_alloc(arena, sizeof(*tree));

	data->repo = repo;
	data->arena = arena;
	data->dirs = map_new(arena);
	if (git_repository_odb(&data->odb, repo->git) < 0)
		return repo_fail(err, ERR_FAILED, "open object database");
	arena_defer(arena, free_odb, data->odb);
	if (load_root(data, revision->oid, err) < 0)
		return -1;
	tree->name = arena_printf(arena, "%s@%.7s", revision->name,
				  revision->oid);
	tree->backend = &backend;
	tree->data = data;
	*out = tree;
	return 0;
}
