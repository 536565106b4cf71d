/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The working directory follows a commit that was made without it: the files
 * that the commit changes, and nothing else.  First the files, then the index,
 * then the branch; what was written already counts as clean, so a run that was
 * killed on the way is continued by the next.
 */

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <git2/sys/repository.h>

#include "base/file.h"
#include "base/map.h"
#include "base/vec.h"
#include "git/here.h"
#include "git/inside.h"

/* One side of a change: mode 0 where there is nothing. */
struct side {
	git_oid oid;
	uint16_t mode;
};

struct change {
	const char *path;
	struct side was, is;
	bool done; /* the file is as it shall be already */
};

struct changes {
	struct change *v;
	size_t n;
	size_t room;
};

struct here {
	struct repo *repo;
	struct arena *arena;
	const char *root;  /* with its "/" */
	const char *fresh; /* a file is made there, and moved to its place */
	bool modes;        /* does the file system know executables? */
	struct here_index index;
	struct changes changes;
	struct map *paths; /* of the changes */
};

static const char *full_path(const struct here *here, const char *path)
{
	return arena_printf(here->arena, "%s%s", here->root, path);
}

/* ---- what changes ---- */

static struct side side_of(const git_diff_file *file, bool there)
{
	struct side side = { 0 };

	if (there) {
		git_oid_cpy(&side.oid, &file->id);
		side.mode = file->mode;
	}
	return side;
}

static void add_change(struct here *here, const git_diff_delta *delta)
{
	bool was = delta->status != GIT_DELTA_ADDED;
	bool is = delta->status != GIT_DELTA_DELETED;

	map_set(here->paths, is ? delta->new_file.path : delta->old_file.path,
		here);
	*vec_push(here->arena, &here->changes) = (struct change){
		.path = arena_strdup(here->arena, is ? delta->new_file.path :
						       delta->old_file.path),
		.was = side_of(&delta->old_file, was),
		.is = side_of(&delta->new_file, is),
	};
}

static int list_changes(struct here *here, const git_oid *was,
			const git_oid *is, struct err *err)
{
	git_diff_options opts;
	git_tree *from, *to = NULL;
	git_diff *diff = NULL;
	char hex[2][GIT_OID_HEXSZ + 1];
	int code;

	git_oid_tostr(hex[0], sizeof(hex[0]), was);
	git_oid_tostr(hex[1], sizeof(hex[1]), is);
	if (repo_root_of(here->repo, hex[0], &from, err) < 0)
		return -1;
	if (repo_root_of(here->repo, hex[1], &to, err) < 0) {
		git_tree_free(from);
		return -1;
	}
	git_diff_options_init(&opts, GIT_DIFF_OPTIONS_VERSION);
	opts.flags = GIT_DIFF_INCLUDE_TYPECHANGE;
	code = git_diff_tree_to_tree(&diff, here->repo->git, from, to, &opts);
	git_tree_free(from);
	git_tree_free(to);
	if (code < 0)
		return repo_fail(err, ERR_FAILED, "compare with %s", hex[0]);
	for (size_t i = 0; i < git_diff_num_deltas(diff); i++)
		add_change(here, git_diff_get_delta(diff, i));
	git_diff_free(diff);
	return 0;
}

/* ---- what is there ---- */

static bool same_side(const struct side *a, const struct side *b)
{
	if (!a->mode || !b->mode)
		return a->mode == b->mode;
	return a->mode == b->mode && git_oid_equal(&a->oid, &b->oid);
}

static int read_link(const struct here *here, const char *path,
		     const struct stat *st, git_oid *out, struct err *err)
{
	size_t room = (size_t)st->st_size + 1;
	char *target = arena_alloc(here->arena, room);
	ssize_t n = readlink(full_path(here, path), target, room);

	if (n < 0)
		return err_errno(err, ERR_FAILED, "%s", path);
	if (git_odb_hash(out, target, (size_t)n, GIT_OBJECT_BLOB) < 0)
		return repo_fail(err, ERR_FAILED, "%s", path);
	return 0;
}

/* The first directory on the way to a file that is there and is none: what is
 * behind a link is elsewhere, and not ours. */
static const char *false_parent(const struct here *here, const char *path)
{
	const char *slash = path;
	struct stat st;

	while ((slash = strchr(slash, '/'))) {
		const char *dir = arena_strndup(here->arena, path,
						(size_t)(slash - path));

		if (lstat(full_path(here, dir), &st) < 0)
			return NULL;
		if (!S_ISDIR(st.st_mode))
			return dir;
		slash++;
	}
	return NULL;
}

/* The file as git would add it; mode 0 where there is none, and that of a
 * directory where there is one. */
static int look_at_file(const struct here *here, const char *path,
			struct side *out, struct err *err)
{
	struct stat st;

	*out = (struct side){ 0 };
	if (false_parent(here, path))
		return 0;
	if (lstat(full_path(here, path), &st) < 0)
		return errno == ENOENT || errno == ENOTDIR ?
			       0 :
			       err_errno(err, ERR_FAILED, "%s", path);
	if (S_ISLNK(st.st_mode)) {
		out->mode = GIT_FILEMODE_LINK;
		return read_link(here, path, &st, &out->oid, err);
	}
	out->mode = GIT_FILEMODE_TREE;
	if (!S_ISREG(st.st_mode))
		return 0;
	out->mode = st.st_mode & S_IXUSR ? GIT_FILEMODE_BLOB_EXECUTABLE :
					   GIT_FILEMODE_BLOB;
	if (git_repository_hashfile(&out->oid, here->repo->git, path,
				    GIT_OBJECT_BLOB, NULL) < 0)
		return repo_fail(err, ERR_FAILED, "%s", path);
	return 0;
}

/*
 * Does the directory hold nothing but files that are changed themselves, and
 * looked at for themselves?  Then a file may take its place, or it that of a
 * file.
 */
static bool is_ours(const struct here *here, const char *path)
{
	DIR *dir = opendir(full_path(here, path));
	const struct dirent *one;
	struct stat st;
	bool ours = dir;

	while (ours && (one = readdir(dir))) {
		const char *member = arena_printf(here->arena, "%s/%s", path,
						  one->d_name);

		if (str_equal(one->d_name, ".") ||
		    str_equal(one->d_name, "..") ||
		    map_has(here->paths, member))
			continue;
		ours = lstat(full_path(here, member), &st) == 0 &&
		       S_ISDIR(st.st_mode) && is_ours(here, member);
	}
	if (dir)
		closedir(dir);
	return ours;
}

static struct side look_at_index(const struct here *here, const char *path)
{
	const git_index_entry *entry;
	struct side side = { 0 };

	for (int stage = 0; stage <= 3; stage++) {
		entry = git_index_get_bypath(here->index.git, path, stage);
		if (!entry)
			continue;
		git_oid_cpy(&side.oid, &entry->id);
		/* Of a conflict: like nothing that a commit holds. */
		side.mode = stage ? UINT16_MAX : (uint16_t)entry->mode;
		break;
	}
	return side;
}

/* A file system that knows no executables says nothing about them. */
static void lend_mode(const struct here *here, const struct change *change,
		      struct side *file)
{
	if (here->modes || (file->mode != GIT_FILEMODE_BLOB &&
			    file->mode != GIT_FILEMODE_BLOB_EXECUTABLE))
		return;
	if (git_oid_equal(&file->oid, &change->is.oid))
		file->mode = change->is.mode;
	else if (git_oid_equal(&file->oid, &change->was.oid))
		file->mode = change->was.mode;
}

static int check_change(const struct here *here, struct change *change,
			struct err *err)
{
	struct side index = look_at_index(here, change->path), file;
	const char *parent = false_parent(here, change->path);

	/* One that is a change of its own makes room. */
	if (parent && change->is.mode && !map_has(here->paths, parent))
		return err_set(err, ERR_REFUSED, "%s: '%s' is no directory",
			       change->path, parent);
	if (look_at_file(here, change->path, &file, err) < 0)
		return -1;
	/* A submodule's directory is its own affair. */
	if (change->was.mode == GIT_FILEMODE_COMMIT ||
	    change->is.mode == GIT_FILEMODE_COMMIT)
		file = change->was;
	if (file.mode == GIT_FILEMODE_TREE && is_ours(here, change->path))
		file.mode = 0;
	lend_mode(here, change, &file);
	change->done = same_side(&file, &change->is);
	if ((same_side(&index, &change->was) ||
	     same_side(&index, &change->is)) &&
	    (same_side(&file, &change->was) || change->done))
		return 0;
	err_set(err, ERR_REFUSED, "%s: has uncommitted changes", change->path);
	return err_hint(err, "commit them, or put them aside: git stash");
}

/* All of them, each by its name. */
static int check_all(struct here *here, struct err *err)
{
	for (size_t i = 0; i < here->changes.n; i++) {
		struct err one = { 0 };

		if (check_change(here, &here->changes.v[i], &one) < 0)
			err_append(err, &one);
	}
	return err->status ? -1 : 0;
}

/* ---- files ---- */

/* Nothing between the root and the file may be a link: it could lead out. */
static int make_parents(const struct here *here, const char *path,
			struct err *err)
{
	const char *parent = false_parent(here, path), *slash = path;

	if (parent)
		return err_set(err, ERR_REFUSED, "%s: '%s' is no directory",
			       path, parent);
	while ((slash = strchr(slash, '/'))) {
		const char *dir =
			full_path(here, arena_strndup(here->arena, path,
						      (size_t)(slash - path)));

		if (mkdir(dir, 0777) < 0 && errno != EEXIST)
			return err_errno(err, ERR_FAILED, "make %s", dir);
		slash++;
	}
	return 0;
}

/* git keeps no empty directory. */
static void remove_empty(const struct here *here, const char *path)
{
	char *dir = arena_strdup(here->arena, full_path(here, path));
	char *slash;

	while ((slash = strrchr(dir, '/')) &&
	       (size_t)(slash - dir) >= strlen(here->root)) {
		*slash = '\0';
		if (rmdir(dir) < 0 && errno != ENOENT)
			break;
	}
}

static int remove_file(const struct here *here, const struct change *change,
		       struct err *err)
{
	const char *path = change->path;

	if (false_parent(here, path))
		return 0;
	if (!change->done && unlink(full_path(here, path)) < 0 &&
	    errno != ENOENT && errno != ENOTDIR)
		return err_errno(err, ERR_FAILED, "delete %s", path);
	remove_empty(here, path);
	return 0;
}

static int write_blob(const struct here *here, const char *path,
		      const struct side *side, git_blob *blob, struct err *err)
{
	const char *full = full_path(here, path);
	mode_t mode = side->mode == GIT_FILEMODE_BLOB_EXECUTABLE ? 0755 : 0644;
	git_filter_list *filters = NULL;
	git_buf text = { 0 };
	struct stat st;
	int failed = 0;

	/* What the file lets others do stays so. */
	if (lstat(full, &st) == 0 && S_ISREG(st.st_mode) &&
	    !(st.st_mode & S_IXUSR) == (mode == 0644))
		mode = st.st_mode & 0777;
	if (git_filter_list_load(&filters, here->repo->git, blob, path,
				 GIT_FILTER_TO_WORKTREE,
				 GIT_FILTER_DEFAULT) < 0 ||
	    git_filter_list_apply_to_blob(&text, filters, blob) < 0)
		failed = repo_fail(err, ERR_FAILED, "%s", path);
	else
		failed = file_write(here->fresh,
				    (struct bytes){ text.ptr, text.size }, mode,
				    err);
	git_filter_list_free(filters);
	git_buf_dispose(&text);
	return failed;
}

static int write_link(const struct here *here, const char *path,
		      const git_blob *blob, struct err *err)
{
	const char *target = arena_strndup(here->arena,
					   git_blob_rawcontent(blob),
					   (size_t)git_blob_rawsize(blob));

	unlink(here->fresh);
	if (symlink(target, here->fresh) < 0)
		return err_errno(err, ERR_FAILED, "make %s", path);
	return 0;
}

static int write_file(const struct here *here, const char *path,
		      const struct side *side, struct err *err)
{
	git_blob *blob;
	int failed;

	if (make_parents(here, path, err) < 0)
		return -1;
	if (git_blob_lookup(&blob, here->repo->git, &side->oid) < 0)
		return repo_fail(err, ERR_FAILED, "%s", path);
	failed = side->mode == GIT_FILEMODE_LINK ?
			 write_link(here, path, blob, err) :
			 write_blob(here, path, side, blob, err);
	git_blob_free(blob);
	if (!failed && rename(here->fresh, full_path(here, path)) < 0)
		failed = err_errno(err, ERR_FAILED, "make %s", path);
	return failed;
}

/* ---- the index ---- */

static void add_times(const struct here *here, git_index_entry *entry)
{
	struct stat st;

	if (lstat(full_path(here, entry->path), &st) < 0)
		return;
	entry->mtime.seconds = (int32_t)st.st_mtim.tv_sec;
	entry->mtime.nanoseconds = (uint32_t)st.st_mtim.tv_nsec;
	entry->ctime.seconds = (int32_t)st.st_ctim.tv_sec;
	entry->ctime.nanoseconds = (uint32_t)st.st_ctim.tv_nsec;
	entry->dev = (uint32_t)st.st_dev;
	entry->ino = (uint32_t)st.st_ino;
	entry->uid = st.st_uid;
	entry->gid = st.st_gid;
	entry->file_size = (uint32_t)st.st_size;
}

static int set_index(const struct here *here, const char *path,
		     const struct side *side, struct err *err)
{
	git_index_entry entry = { .path = path, .mode = side->mode };

	if (!side->mode) {
		if (git_index_get_bypath(here->index.git, path, 0) &&
		    git_index_remove(here->index.git, path, 0) < 0)
			return repo_fail(err, ERR_FAILED, "%s: in the index",
					 path);
		return 0;
	}
	git_oid_cpy(&entry.id, &side->oid);
	if (side->mode != GIT_FILEMODE_COMMIT)
		add_times(here, &entry);
	if (git_index_add(here->index.git, &entry) < 0)
		return repo_fail(err, ERR_FAILED, "%s: in the index", path);
	return 0;
}

/* ---- there and back ---- */

static int put_files(const struct here *here, bool back, bool removals,
		     struct err *err)
{
	for (size_t i = 0; i < here->changes.n; i++) {
		const struct change *one = &here->changes.v[i];
		const struct side *to = back ? &one->was : &one->is;
		int failed = 0;

		if (!to->mode != removals || (one->done && !removals) ||
		    one->was.mode == GIT_FILEMODE_COMMIT ||
		    one->is.mode == GIT_FILEMODE_COMMIT)
			continue;
		failed = removals ? remove_file(here, one, err) :
				    write_file(here, one->path, to, err);
		if (failed)
			return -1;
	}
	return 0;
}

/*
 * The index takes each path first, in memory: it refuses names that must never
 * become files (".git", "..").  Then the times of the files, as they are.
 */
static int put_all(const struct here *here, bool back, struct err *err)
{
	for (int turn = 0; turn < 2; turn++) {
		for (size_t i = 0; i < here->changes.n; i++) {
			const struct change *one = &here->changes.v[i];

			if (set_index(here, one->path,
				      back ? &one->was : &one->is, err) < 0)
				return -1;
		}
		/* What is gone makes room for directories of its name. */
		if (!turn && (put_files(here, back, true, err) < 0 ||
			      put_files(here, back, false, err) < 0))
			return -1;
	}
	return repo_index_write(&here->index, err);
}

static int advance(struct here *here, const char *branch, const git_oid *was,
		   const git_oid *is, struct err *err)
{
	AUTO_ERR struct err ignored = { 0 };
	int moved;

	if (list_changes(here, was, is, err) < 0 || check_all(here, err) < 0)
		return -1;
	moved = put_all(here, false, err);
	if (moved == 0)
		moved = repo_move_branch(here->repo, branch, was, is, err);
	if (moved == 0)
		return 0;
	if (put_all(here, true, &ignored) < 0)
		run_warn(here->repo->run, "files may be changed: %s",
			 ignored.msg);
	if (moved > 0)
		return err_set(err, ERR_TEMPORARY,
			       "%s was moved while the commit was made",
			       branch);
	return -1;
}

int repo_advance_here(struct repo *repo, const char *branch, const git_oid *was,
		      const git_oid *is, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct here here = {
		.repo = repo,
		.arena = scratch,
		.root = git_repository_workdir(repo->git),
		.modes = !repo_setting(repo, "core.filemode") ||
			 repo_setting_is_true(repo, "core.filemode"),
		.paths = map_new(scratch),
	};
	int failed;

	/* Where git looks for no files, and a killed run leaves no litter. */
	here.fresh = arena_printf(scratch, "%sgitops-file",
				  git_repository_commondir(repo->git));
	if (repo_index_open(repo, scratch, &here.index, err) < 0)
		return -1;
	failed = advance(&here, branch, was, is, err);
	repo_index_close(&here.index);
	return failed;
}
