/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GIT_REPO_H
#define GIT_REPO_H

/*
 * Repo: a git repository, on this machine or fetched to a bare cache, read
 * straight from its object database.  Nothing is ever checked out.
 *
 *	struct repo_args args = { .location = "git@host:team/config.git" };
 *	if (repo_open(run, &args, &repo, err) < 0 ||
 *	    repo_revision(repo, &revision, err) < 0 ||
 *	    repo_tree(repo, &revision, &tree, err) < 0)
 *		return -1;
 *
 * Everything lives in the run's arena.  Credentials go only to the origin
 * they were found for, and are registered with run_add_secret().  Of run's
 * environment are read, besides HOME, XDG_CACHE_HOME, TMPDIR, the proxies and
 * SSH_AUTH_SOCK:
 *
 *	GITOPS_GIT_TOKEN        password for https, tried before
 *	                        "git credential fill"
 *	GITOPS_GIT_USERNAME     its user, where the URL has none; else "git"
 *	GITOPS_GIT_CA_FILE      authorities to trust; else GIT_SSL_CAINFO, or
 *	                        http.sslCAInfo of git's configuration
 *	GITOPS_SSH_KEY          the one key file to use, and no agent
 *	GITOPS_SSH_KNOWN_HOSTS  instead of ~/.ssh/known_hosts and
 *	                        /etc/ssh/ssh_known_hosts
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/run.h"
#include "tree/tree.h"

struct repo;

struct repo_args {
	/*
	 * https://, ssh://, file:// URL, user@host:path, or a local path,
	 * which is searched upward for its repository.  http:// is refused
	 * but for a loopback host.  Userinfo with a password is refused.
	 */
	const char *location;
	/*
	 * Branch, tag, full or short commit, any of these with git's
	 * suffixes (main~1, v1^{}), or "semver:RANGE" over the tags; NULL is
	 * HEAD (of the remote's default branch).
	 */
	const char *rev;
	const char *cache_dir; /* NULL: $XDG_CACHE_HOME/gitops, else
				    ~/.cache/gitops */
	int64_t timeout_ms;    /* for the network; 0: 60 s */
	bool offline;          /* what the cache has, as it was fetched last */
};

struct revision {
	const char *oid;     /* 40 hexadecimal digits */
	const char *name;    /* "main", "v1.2.0": as asked; "HEAD" */
	const char *author;  /* "Name <email>" */
	const char *subject; /* first line of the message */
	int64_t when;        /* commit time, seconds since 1970 */
};

/*
 * Open a local repository, or fetch the wanted revision into the cache.  Only
 * what `rev` needs is fetched; a full commit id that the cache has already is
 * not asked for again.  A cache that is damaged, not ours or grown large is
 * replaced by a new one; a cache directory that others may write to is
 * refused; where none can be made, what is fetched lives for this run.
 *
 * ERR_NOT_FOUND: no such path, repository or revision, with the nearest name.
 * ERR_ACCESS: credentials or host key, with what to do.
 * ERR_TEMPORARY: network, time-out.
 */
MUST_USE int repo_open(struct run *run, const struct repo_args *args,
		       struct repo **out, struct err *err);

/* The commit that `rev` named when the repo was opened. */
MUST_USE int repo_revision(struct repo *repo, struct revision *out,
			   struct err *err);

/* The tree of a commit, read from the object database as it is asked for. */
MUST_USE int repo_tree(struct repo *repo, const struct revision *revision,
		       struct tree **out, struct err *err);

/*
 * For a local path: the working directory of the repository it lies in, and
 * the path below it ("" at its root).  ERR_NOT_FOUND where `path` lies in no
 * repository or in a bare one; --worktree then takes the directory itself.
 */
MUST_USE int repo_find_worktree(struct run *run, const char *path,
				const char **root, const char **below,
				struct err *err);

/* Is it a URL or user@host:path, rather than a path of this machine? */
bool repo_is_remote(const char *location);

/*
 * Does a remote location lie within one of `places`, each HOST[:PORT][/PATH],
 * NULL-ended?  `host` is its own.  ERR_USAGE where it is no location.
 */
MUST_USE int repo_is_within(struct arena *arena, const char *location,
			    const char *const *places, const char **host,
			    bool *out, struct err *err);

/*
 * The location as it may be shown and recorded: without userinfo and query.
 * Local paths as they are.
 */
const char *repo_shown(struct repo *repo);

/*
 * Where it is on another machine: what was opened, or "origin" of a local one;
 * a URL or host:path, without userinfo.  NULL where it is nowhere else.
 */
const char *repo_remote(struct repo *repo);

/*
 * Which repository it is, whoever looks at it and by whatever way:
 * "git.example.com/team/config" for a remote one, and for a local one with
 * such an "origin"; else the local path, absolute.
 */
const char *repo_identity(struct repo *repo);

/* "libgit2 1.5.1", as it runs. */
char *repo_library(struct arena *arena);

#endif
