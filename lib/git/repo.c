/* SPDX-License-Identifier: Apache-2.0 */
#define _XOPEN_SOURCE 700 /* realpath() */
#include "git/repo.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/semver.h"
#include "base/vec.h"
#include "git/inside.h"

bool repo_is_remote(const char *location)
{
	return repo_location_is_remote(location);
}

const char *repo_shown(struct repo *repo)
{
	return repo->shown;
}

static void close_repository(void *handle)
{
	git_repository_free(handle);
}

void repo_keep_git(struct repo *repo, git_repository *git)
{
	arena_defer(repo->run->arena, close_repository, git);
	repo->git = git;
}

/* ---- repositories of this machine ---- */

/* libgit2 1.5 says "not found" of an owner too, where the user's settings do
 * not name safe.directory at all; but it says so of the settings. */
static bool is_foreign(int code)
{
	const git_error *last = git_error_last();

	return code == GIT_EOWNER || (code == GIT_ENOTFOUND && last &&
				      last->klass == GIT_ERROR_CONFIG);
}

static int fail_open(const char *path, int code, struct err *err)
{
	struct stat st;

	if (is_foreign(code)) {
		err_set(err, ERR_ACCESS,
			"%s: the repository belongs to another user", path);
		return err_hint(err, "if you trust it: git config --global "
				     "--add safe.directory PATH");
	}
	if (code != GIT_ENOTFOUND)
		return repo_fail(err, ERR_FAILED, "%s", path);
	if (stat(path, &st) < 0)
		return err_set(err, ERR_NOT_FOUND, "%s: no such directory",
			       path);
	err_set(err, ERR_NOT_FOUND, "%s: in no git repository", path);
	return err_hint(err, "run inside a clone, or name a URL; --worktree "
			     "reads a directory that is in none");
}

static int open_local(const char *path, bool upward, git_repository **out,
		      struct err *err)
{
	unsigned flags = upward ? 0 : GIT_REPOSITORY_OPEN_NO_SEARCH;
	int code = git_repository_open_ext(out, path, flags, NULL);

	return code < 0 ? fail_open(path, code, err) : 0;
}

/* What libgit2 1.5 would misread. */
static int check_format(struct repo *repo, struct err *err)
{
	static const struct {
		const char *key, *read, *name;
	} formats[] = {
		{ "extensions.objectformat", "sha1", "objects" },
		{ "extensions.refstorage", "files", "references" },
	};
	git_config *config;
	int failed = 0;

	if (git_repository_config_snapshot(&config, repo->git) < 0)
		return repo_fail(err, ERR_FAILED, "%s", repo->shown);
	for (size_t i = 0; i < ARRAY_LEN(formats) && !failed; i++) {
		const char *value;

		if (git_config_get_string(&value, config, formats[i].key) ==
			    0 &&
		    !str_equal(value, formats[i].read))
			failed = err_set(err, ERR_INPUT,
					 "%s: keeps its %s as '%s', which is "
					 "not supported",
					 repo->shown, formats[i].name, value);
	}
	git_config_free(config);
	return failed;
}

/* All names of the repository, for ranges and for "did you mean". */
static int list_refs(struct repo *repo, struct repo_refs *refs, struct err *err)
{
	struct arena *arena = repo->run->arena;
	git_reference_iterator *iterator;
	git_reference *ref;
	int code;

	if (git_reference_iterator_new(&iterator, repo->git) < 0)
		return repo_fail(err, ERR_FAILED, "%s: list references",
				 repo->shown);
	while ((code = git_reference_next(&ref, iterator)) == 0) {
		const git_oid *oid = git_reference_target(ref);

		if (oid)
			*vec_push(arena, refs) = (struct repo_ref){
				.name = arena_strdup(arena,
						     git_reference_name(ref)),
				.oid = *oid,
			};
		git_reference_free(ref);
	}
	git_reference_iterator_free(iterator);
	if (code != GIT_ITEROVER)
		return repo_fail(err, ERR_FAILED, "%s: list references",
				 repo->shown);
	return 0;
}

static int missing(struct repo *repo, const struct repo_rev *rev,
		   struct err *err)
{
	struct repo_refs refs = { 0 };

	if (list_refs(repo, &refs, err) < 0)
		return -1;
	repo_rev_missing(repo->run->arena, rev, &refs, err);
	return err_wrap(err, "%s", repo->shown);
}

/* The object that the base of `rev` names here. */
static int find_base(struct repo *repo, const struct repo_rev *rev,
		     git_oid *oid, struct err *err)
{
	struct repo_refs refs = { 0 };
	const struct repo_ref *ref;
	AUTO_ERR struct err none = { 0 };

	if (rev->range) {
		if (list_refs(repo, &refs, err) < 0)
			return -1;
		ref = repo_rev_choose(repo->run, rev, &refs, &repo->name);
		if (!ref)
			return missing(repo, rev, err);
		git_oid_cpy(oid, &ref->oid);
		return 0;
	}
	if (repo_rev_base(repo->git, rev, oid, &none) == 0)
		return 0;
	if (none.status == ERR_NOT_FOUND)
		return missing(repo, rev, err);
	err_append(err, &none);
	return err_wrap(err, "%s", repo->shown);
}

/* The branch that is asked for by its name or as HEAD, or NULL. */
static const char *branch_of(struct repo *repo, const struct repo_rev *rev)
{
	const char *name =
		arena_printf(repo->run->arena, "%s%s",
			     str_equal(rev->base, "HEAD") ? "" : "refs/heads/",
			     rev->base);
	const char *branch = NULL;
	git_reference *ref;

	if (*rev->suffix || rev->range ||
	    git_reference_lookup(&ref, repo->git, name) < 0)
		return NULL;
	if (git_reference_type(ref) == GIT_REFERENCE_SYMBOLIC)
		branch = git_reference_symbolic_target(ref);
	else if (str_starts(name, "refs/"))
		branch = name;
	branch = arena_strdup(repo->run->arena, branch);
	git_reference_free(ref);
	return branch;
}

static int open_here(struct repo *repo, const struct location *location,
		     const struct repo_rev *rev, struct err *err)
{
	git_repository *git;
	git_oid base;

	if (open_local(location->url, location->kind == LOCATION_PATH, &git,
		       err) < 0)
		return -1;
	repo_keep_git(repo, git);
	if (check_format(repo, err) < 0 || repo_guard_loose(repo, err) < 0)
		return -1;
	repo->branch = branch_of(repo, rev);
	if (find_base(repo, rev, &base, err) == 0 &&
	    repo_rev_peel(git, rev, &base, &repo->commit, err) == 0)
		return 0;
	if (err->status == ERR_NOT_FOUND && git_repository_is_shallow(git))
		err_hint(err, "the clone is shallow: git fetch --unshallow");
	return -1;
}

/* ---- any repository ---- */

int repo_open(struct run *run, const struct repo_args *args, struct repo **out,
	      struct err *err)
{
	struct repo *repo = arena_alloc(run->arena, sizeof(*repo));
	struct location *location = &repo->location;
	struct semver_range *range;
	struct repo_rev rev;

	if (repo_location_parse(run->arena, args->location, location, err) <
		    0 ||
	    repo_rev_parse(run->arena, args->rev ? args->rev : "HEAD", &rev,
			   err) < 0)
		return -1;
	repo_init(run);
	/* Before the network is asked for anything. */
	if (rev.range &&
	    semver_range_parse(run->arena, rev.range, &range, err) < 0)
		return -1;
	repo->run = run;
	repo->args = *args;
	repo->shown = location->shown;
	repo->name = rev.text;
	if (location->kind == LOCATION_PATH ||
	    location->kind == LOCATION_FILE) {
		if (open_here(repo, location, &rev, err) < 0)
			return -1;
	} else if (repo_fetch(repo, &rev, err) < 0) {
		return err_wrap(err, "fetch %s", repo->shown);
	}
	*out = repo;
	return 0;
}

int repo_revision(struct repo *repo, struct revision *out, struct err *err)
{
	struct arena *arena = repo->run->arena;
	const git_signature *author;
	const char *subject;
	git_commit *commit;
	char hex[GIT_OID_HEXSZ + 1];

	git_oid_tostr(hex, sizeof(hex), &repo->commit);
	if (git_commit_lookup(&commit, repo->git, &repo->commit) < 0)
		return repo_fail(err, ERR_FAILED, "%s: commit %s", repo->shown,
				 hex);
	author = git_commit_author(commit);
	subject = git_commit_summary(commit);
	*out = (struct revision){
		.oid = arena_strdup(arena, hex),
		.name = repo->name,
		.author = arena_printf(arena, "%s <%s>",
				       author ? author->name : "",
				       author ? author->email : ""),
		.subject = arena_strdup(arena, subject ? subject : ""),
		.when = git_commit_time(commit),
	};
	git_commit_free(commit);
	return 0;
}

/* ---- the working directory ---- */

/* Saves loading libgit2 where there is nothing for it. */
static bool has_git_above(const char *real)
{
	AUTO_STR struct str path = STR_INIT(PATH_MAX);
	struct stat status;
	size_t len = strlen(real);

	for (;;) {
		str_clear(&path);
		str_add_bytes(&path, real, len);
		str_add(&path, "/.git");
		if (stat(str_text(&path), &status) == 0)
			return true;
		if (!len)
			return false;
		while (len && real[len - 1] != '/')
			len--;
		if (len)
			len--;
	}
}

int repo_find_worktree(struct run *run, const char *path, const char **root,
		       const char **below, struct err *err)
{
	git_repository *git;
	const char *workdir;
	char real[PATH_MAX];
	size_t len;

	if (!realpath(path, real))
		return err_errno(err, ERR_FAILED, "%s", path);
	if (!has_git_above(real))
		return err_set(err, ERR_NOT_FOUND,
			       "%s: not in the working directory of a "
			       "repository",
			       path);
	repo_init(run);
	if (open_local(path, true, &git, err) < 0)
		return -1;
	arena_defer(run->arena, close_repository, git);
	workdir = git_repository_workdir(git);
	if (!workdir)
		return err_set(err, ERR_NOT_FOUND,
			       "%s: a bare repository has no files of its own",
			       path);
	/* libgit2 has its links resolved and a "/" at its end. */
	len = strlen(workdir);
	while (len > 1 && workdir[len - 1] == '/')
		len--;
	if (strncmp(real, workdir, len) != 0 ||
	    (real[len] && real[len] != '/' && len > 1))
		return err_set(err, ERR_NOT_FOUND,
			       "%s: not in the working directory of %s", path,
			       workdir);
	*root = arena_strndup(run->arena, workdir, len);
	*below = arena_strdup(run->arena, real + len + strspn(real + len, "/"));
	return 0;
}
