/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Edits on a tree make a new one.  Only directories on the way to an edit are
 * read and written; everything else is named by its id, as it was.
 */

#include <stdlib.h>
#include <string.h>

#include "git/commit.h"
#include "git/inside.h"

#define DEPTH_CAP 128

struct level {
	struct repo *repo;
	const struct repo_edit **edits; /* sorted by path */
	size_t begin, end;              /* those in this directory */
	size_t prefix;                  /* length of its path, with "/" */
	unsigned depth;
};

/* "a", "a/b", "a-b": what is below a name stands right behind it. */
static int by_path(const void *a, const void *b)
{
	const unsigned char *p, *q;

	p = (const unsigned char *)(*(const struct repo_edit *const *)a)->path;
	q = (const unsigned char *)(*(const struct repo_edit *const *)b)->path;
	for (; *p && *p == *q; p++)
		q++;
	if (*p == '/' || *q == '/')
		return !*p || (*p == '/' && *q) ? -1 : 1;
	return *p - *q;
}

static int fail_kind(const char *path, git_filemode_t mode, struct err *err)
{
	err_set(err, ERR_INPUT, "%s: is a %s, not a file", path,
		mode == GIT_FILEMODE_TREE   ? "directory" :
		mode == GIT_FILEMODE_COMMIT ? "submodule" :
					      "symbolic link");
	return mode == GIT_FILEMODE_LINK ?
		       err_hint(err, "change the file that it points to") :
		       -1;
}

static int insert(git_treebuilder *builder, const char *path, const char *name,
		  const git_oid *oid, git_filemode_t mode, struct err *err)
{
	if (git_treebuilder_insert(NULL, builder, name, oid, mode) < 0)
		return repo_fail(err, ERR_USAGE, "%s", path);
	return 0;
}

static int erase(git_treebuilder *builder, const char *path, const char *name,
		 struct err *err)
{
	if (git_treebuilder_get(builder, name) &&
	    git_treebuilder_remove(builder, name) < 0)
		return repo_fail(err, ERR_FAILED, "%s", path);
	return 0;
}

static int put_file(struct level *level, git_treebuilder *builder,
		    const struct repo_edit *edit, const char *name,
		    struct err *err)
{
	const git_tree_entry *was = git_treebuilder_get(builder, name);
	git_filemode_t mode = was ? git_tree_entry_filemode(was) :
				    GIT_FILEMODE_BLOB;
	git_oid oid;

	if (mode != GIT_FILEMODE_BLOB && mode != GIT_FILEMODE_BLOB_EXECUTABLE)
		return fail_kind(edit->path, mode, err);
	if (git_blob_create_from_buffer(&oid, level->repo->git,
					edit->bytes.data, edit->bytes.len) < 0)
		return repo_fail(err, ERR_FAILED, "%s: write", edit->path);
	return insert(builder, edit->path, name, &oid, mode, err);
}

int repo_root_of(struct repo *repo, const char *commit, git_tree **out,
		 struct err *err)
{
	git_commit *object;
	git_oid oid;
	int code;

	if (git_oid_fromstr(&oid, commit) < 0)
		return repo_fail(err, ERR_INPUT, "commit '%s'", commit);
	if (git_commit_lookup(&object, repo->git, &oid) < 0)
		return repo_fail(err, ERR_FAILED, "%s: commit %s", repo->shown,
				 commit);
	code = git_commit_tree(out, object);
	git_commit_free(object);
	if (code < 0)
		return repo_fail(err, ERR_FAILED, "%s: tree of %s", repo->shown,
				 commit);
	return 0;
}

static int restore(struct level *level, git_treebuilder *builder,
		   const struct repo_edit *edit, const char *name,
		   struct err *err)
{
	git_tree_entry *then = NULL;
	git_tree *root;
	int code, failed;

	if (repo_root_of(level->repo, edit->from, &root, err) < 0)
		return -1;
	code = git_tree_entry_bypath(&then, root, edit->path);
	git_tree_free(root);
	if (code == GIT_ENOTFOUND)
		return erase(builder, edit->path, name, err);
	if (code < 0)
		return repo_fail(err, ERR_FAILED, "%s: in %s", edit->path,
				 edit->from);
	failed = insert(builder, edit->path, name, git_tree_entry_id(then),
			git_tree_entry_filemode_raw(then), err);
	git_tree_entry_free(then);
	return failed;
}

static int put_edit(struct level *level, git_treebuilder *builder,
		    const struct repo_edit *edit, const char *name,
		    struct err *err)
{
	switch (edit->kind) {
	case REPO_EDIT_FILE:
		return put_file(level, builder, edit, name, err);
	case REPO_EDIT_REMOVE:
		return erase(builder, edit->path, name, err);
	case REPO_EDIT_RESTORE:
		return restore(level, builder, edit, name, err);
	}
	return -1;
}

static int write_level(const struct level *level, const git_tree *was,
		       git_oid *out, bool *empty, struct err *err);

/* The directory `name`, in which the edits of `below` are. */
static int put_directory(const struct level *below, git_treebuilder *builder,
			 const char *name, struct err *err)
{
	const char *path = below->edits[below->begin]->path;
	const git_tree_entry *entry = git_treebuilder_get(builder, name);
	git_tree *was = NULL;
	git_oid oid;
	bool empty;
	int failed;

	if (entry && git_tree_entry_type(entry) != GIT_OBJECT_TREE)
		return err_set(err, ERR_INPUT, "%s: '%.*s' is no directory",
			       path, (int)below->prefix - 1, path);
	if (entry && git_tree_lookup(&was, below->repo->git,
				     git_tree_entry_id(entry)) < 0)
		return repo_fail(err, ERR_FAILED, "%s", path);
	failed = write_level(below, was, &oid, &empty, err);
	git_tree_free(was);
	if (failed)
		return -1;
	/* git keeps no directory without files. */
	if (empty)
		return erase(builder, path, name, err);
	return insert(builder, path, name, &oid, GIT_FILEMODE_TREE, err);
}

/* How many edits, from `begin` on, are of the same name here. */
static size_t count_same(const struct level *level, size_t begin, size_t n)
{
	const char *first = level->edits[begin]->path + level->prefix;
	size_t i = begin + 1;

	while (i < level->end) {
		const char *path = level->edits[i]->path + level->prefix;

		if (strncmp(path, first, n) != 0 || (path[n] && path[n] != '/'))
			break;
		i++;
	}
	return i - begin;
}

static int put_all(const struct level *level, git_treebuilder *builder,
		   struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	size_t at = level->begin, n, same;

	for (; at < level->end; at += same) {
		const struct repo_edit *edit = level->edits[at];
		const char *rest = edit->path + level->prefix;
		struct level below = *level;
		const char *name;
		int failed;

		n = strcspn(rest, "/");
		name = arena_strndup(scratch, rest, n);
		same = count_same(level, at, n);
		below.begin = at;
		below.end = at + same;
		below.prefix += n + 1;
		below.depth++;
		if (!rest[n] && same > 1)
			return err_set(err, ERR_USAGE,
				       "%s: is to be changed twice, or with "
				       "what is below it",
				       edit->path);
		failed = rest[n] ? put_directory(&below, builder, name, err) :
				   put_edit(&below, builder, edit, name, err);
		if (failed)
			return -1;
	}
	return 0;
}

static int write_level(const struct level *level, const git_tree *was,
		       git_oid *out, bool *empty, struct err *err)
{
	git_treebuilder *builder;
	int failed;

	if (level->depth > DEPTH_CAP)
		return err_set(err, ERR_USAGE, "%s: more than %d directories",
			       level->edits[level->begin]->path, DEPTH_CAP);
	if (git_treebuilder_new(&builder, level->repo->git, was) < 0)
		return repo_fail(err, ERR_FAILED, "read a directory");
	failed = put_all(level, builder, err);
	*empty = git_treebuilder_entrycount(builder) == 0;
	if (!failed && git_treebuilder_write(out, builder) < 0)
		failed = repo_fail(err, ERR_FAILED, "write a directory");
	git_treebuilder_free(builder);
	return failed;
}

/* The whole tree of another commit. */
static int restore_root(struct repo *repo, const struct repo_edit *edit,
			size_t n, git_oid *out, struct err *err)
{
	git_tree *root;

	if (edit->kind != REPO_EDIT_RESTORE || n != 1)
		return err_set(err, ERR_USAGE,
			       "the whole tree can only be restored, and "
			       "nothing with it");
	if (repo_root_of(repo, edit->from, &root, err) < 0)
		return -1;
	git_oid_cpy(out, git_tree_id(root));
	git_tree_free(root);
	return 0;
}

int repo_new_tree(struct repo *repo, const git_tree *was,
		  const struct repo_edit *edits, size_t n, git_oid *out,
		  struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct level level = {
		.repo = repo,
		.edits = arena_array(scratch, n, sizeof(*level.edits)),
		.end = n,
	};
	bool empty;

	for (size_t i = 0; i < n; i++) {
		level.edits[i] = &edits[i];
		if (!*edits[i].path)
			return restore_root(repo, &edits[i], n, out, err);
	}
	qsort(level.edits, n, sizeof(*level.edits), by_path);
	return write_level(&level, was, out, &empty, err);
}
