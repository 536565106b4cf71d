/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GIT_INSIDE_H
#define GIT_INSIDE_H

/*
 * What the files of this room share and nobody else needs.  libgit2's types
 * stay in here.
 */

#include <stdbool.h>
#include <stdint.h>

#include <git2.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/run.h"
#include "git/location.h"
#include "git/push.h"
#include "git/repo.h"
#include "tree/tree.h"

struct repo {
	struct run *run;
	git_repository *git;
	const char *shown;     /* the location without userinfo */
	const char *cache;     /* our cache's directory, or NULL */
	git_oid commit;        /* what `rev` named */
	const char *name;      /* of the revision, as it is shown */
	const char *branch;    /* "refs/heads/main" where `rev` is a branch */
	struct repo_args args; /* it was opened with */
	struct location location;
};

/* ---- init.c: libgit2 is loaded when it is needed ---- */

/* Load it; once, and for as long as the process lives. */
void repo_load(void);
/* The same, with the run's paths of system and global configuration. */
void repo_init(struct run *run);

/* ---- repo.c ---- */

/* `git` is the repository from now on, and is closed with the run. */
void repo_keep_git(struct repo *repo, git_repository *git);

/* ---- loose.c: no endless loop over an object that was cut ---- */

/* libgit2 asks packs first, then the guard, then loose objects. */
#define REPO_PACKED_PRIORITY 3
#define REPO_GUARD_PRIORITY  2
#define REPO_LOOSE_PRIORITY  1

MUST_USE int repo_guard_loose(struct repo *repo, struct err *err);

/* ---- fail.c ---- */

/* Fill `err` with libgit2's last error behind our words.  Always -1. */
int repo_fail(struct err *err, enum err_status status, const char *fmt, ...)
	PRINTF(3, 4);
/* For the compiler's eyes, as in err.h. */
#define repo_fail(...) ((void)repo_fail(__VA_ARGS__), err_failed())

/* ---- rev.c: which object a revision names ---- */

/* A revision as the user wrote it, taken apart. */
struct repo_rev {
	const char *text;   /* the whole */
	const char *base;   /* "main" of "main~1" */
	const char *suffix; /* "~1", or "" */
	const char *range;  /* of "semver:RANGE", or NULL */
	bool full;          /* `base` is 40 hexadecimal digits */
	bool hex;           /* `base` may be a short commit */
};

/* One name that a repository has. */
struct repo_ref {
	const char *name;   /* "refs/heads/main", "HEAD" */
	const char *target; /* the branch that HEAD names, or NULL */
	git_oid oid;
};

struct repo_refs {
	struct repo_ref *v;
	size_t n;
	size_t room;
};

MUST_USE int repo_rev_parse(struct arena *arena, const char *text,
			    struct repo_rev *out, struct err *err);

/*
 * The one of `refs` that `rev` means: HEAD, a full name, a tag, a branch, or
 * the highest tag of a range.  NULL where none is meant.
 */
const struct repo_ref *repo_rev_choose(struct run *run,
				       const struct repo_rev *rev,
				       const struct repo_refs *refs,
				       const char **shown);

/* ERR_NOT_FOUND with the nearest name, or that there is nothing at all. */
int repo_rev_missing(struct arena *arena, const struct repo_rev *rev,
		     const struct repo_refs *refs, struct err *err);

/* The object that the base of `rev` names in this repository by itself.
 * ERR_NOT_FOUND where there is none. */
MUST_USE int repo_rev_base(git_repository *git, const struct repo_rev *rev,
			   git_oid *out, struct err *err);

/* The commit of `rev`, whose base names the object `base`.  Tags are
 * peeled. */
MUST_USE int repo_rev_peel(git_repository *git, const struct repo_rev *rev,
			   const git_oid *base, git_oid *out, struct err *err);

/* ---- config.c: git's configuration, the repository's and the user's ---- */

/* NULL where it is not set. */
const char *repo_setting(struct repo *repo, const char *key);
/* The same for a path: "~/" is the user's home. */
const char *repo_setting_path(struct repo *repo, const char *key);
bool repo_setting_is_true(struct repo *repo, const char *key);

/* ---- credential.c ---- */

/*
 * The environment for a program that git would start: the user's own, less
 * what could point git at a repository, our secrets, and every way to ask.
 * `more` is added, and NULL-ended.
 */
const char *const *repo_program_env(struct run *run, const char *const *more);

/* ---- new_tree.c ---- */

struct repo_edit;

MUST_USE int repo_root_of(struct repo *repo, const char *commit, git_tree **out,
			  struct err *err);
MUST_USE int repo_new_tree(struct repo *repo, const git_tree *was,
			   const struct repo_edit *edits, size_t n,
			   git_oid *out, struct err *err);

/* ---- sign.c ---- */

/*
 * The signature of `text`, armoured and without a line end behind it.  `key`
 * NULL: user.signingKey, or whatever is `committer`'s.
 */
MUST_USE int repo_sign(struct repo *repo, struct bytes text, const char *key,
		       const char *committer, const char **out,
		       struct err *err);

/* ---- cache.c: bare repositories that may be thrown away ---- */

/* The next run makes a new one in its place. */
MUST_USE int repo_cache_mark_damaged(const char *cache, struct err *err);

/* ---- fetch.c: from another machine into the cache ---- */

MUST_USE int repo_fetch(struct repo *repo, const struct repo_rev *rev,
			struct err *err);

/* Nobody else may change the cache until the arena is freed. */
MUST_USE int repo_lock_cache(struct run *run, struct arena *arena,
			     const char *cache, int64_t wait_ms,
			     struct err *err);

/* ---- here.c: the working directory ---- */

/*
 * Move the branch that is checked out from `was` to the commit `is`; index and
 * files follow.  ERR_TEMPORARY where the branch is not at `was` any more.
 */
MUST_USE int repo_advance_here(struct repo *repo, const char *branch,
			       const git_oid *was, const git_oid *is,
			       struct err *err);

/* ---- move.c: branches of this machine ---- */

/* 1 where it is not at `was` (NULL: not there) any more. */
MUST_USE int repo_move_branch(struct repo *repo, const char *branch,
			      const git_oid *was, const git_oid *is,
			      struct err *err);

/* The same, unless the repository has hooks of a server; `is` NULL: the branch
 * is to go. */
MUST_USE int repo_move_checked(struct repo *repo, const char *branch,
			       const git_oid *was, const git_oid *is,
			       enum repo_pushed *out, struct err *err);
/* The same in another repository, which is given the commits first. */
MUST_USE int repo_push_beside(struct repo *repo,
			      const struct location *location,
			      const char *branch, const git_oid *was,
			      const git_oid *is, enum repo_pushed *out,
			      struct err *err);
/* What a branch names: here, or where `location` says. */
MUST_USE int repo_tip_of(struct repo *repo, const struct location *location,
			 const char *branch, const char **oid, struct err *err);

#endif
