/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORGE_FORGE_H
#define FORGE_FORGE_H

/*
 * Forge: where a repository is discussed.  Pull requests, their comments, and
 * the statuses of commits; of GitHub, GitLab, Bitbucket, Bitbucket Server and
 * Gitea (which Forgejo is, too).
 *
 *	struct forge_args args = { .remote = "https://github.com/acme/config" };
 *	if (forge_open(run, &args, &forge, err) < 0 ||
 *	    forge_pull_find(forge, "release/web", "main", &pull, err) < 0)
 *		return -1;
 *
 * The token is sent to the forge's own origin and nowhere else: no redirect is
 * followed, and it is a secret of the run.  Of run's environment are read
 *
 *	GITOPS_FORGE_TOKEN     for whatever forge the repository is on
 *	GITHUB_TOKEN, GITLAB_TOKEN, BITBUCKET_TOKEN, GITEA_TOKEN, FORGEJO_TOKEN
 *	                       in its absence, for the server of the CI job, or
 *	                       where there is none for the public one
 *	GITOPS_FORGE_USERNAME  Bitbucket: the token is the password of this user
 *	GITOPS_GIT_CA_FILE, GIT_SSL_CAINFO
 *	                       authorities to trust, as for git
 *
 * and what CI systems say of a job (forge_job()).
 *
 * Errors of all functions: ERR_ACCESS for a token that is missing or not good
 * enough, ERR_NOT_FOUND, ERR_REFUSED with the forge's own words, ERR_TEMPORARY
 * for the network and for a forge that is too busy.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/run.h"

struct forge;

/* ---- which one ---- */

struct forge_args {
	/*
	 * "github", "gitlab", "bitbucket", "bitbucket-server", "gitea" or
	 * "forgejo", with "=https://HOST[/PATH]" behind it where its pages are
	 * not where the repository is.  NULL: told by the host.
	 */
	const char *kind;
	const char *remote; /* the repository's URL, or user@host:path; NULL:
			       it is on no other machine */
};

/* ERR_USAGE where the host does not tell what it is. */
MUST_USE int forge_open(struct run *run, const struct forge_args *args,
			struct forge **out, struct err *err);

/* "GitHub", for people. */
const char *forge_name(const struct forge *forge);

/* How many bytes a comment or a description may have. */
size_t forge_text_most(const struct forge *forge);

/* Does it show HTML in them as it is spelled? */
bool forge_is_plain(const struct forge *forge);

/* What a job of a CI system says of itself; NULL and 0 for what it does not:
 * GitHub, GitLab, Bitbucket, Gitea, Forgejo and Jenkins. */
struct forge_job {
	const char *kind;   /* as in forge_args, or NULL */
	const char *remote; /* URL of the repository */
	const char *commit; /* that it is for; of a pull request, whatever the
			       CI has merged it to */
	const char *url;    /* where its log is */
	int64_t pull;       /* the pull request that it is for */
};
void forge_job(struct run *run, struct forge_job *out);

/* ---- pull requests ---- */

struct forge_pull {
	int64_t number;     /* 0: there is none */
	const char *url;    /* its page */
	const char *commit; /* at its head, or NULL */
	const char *title;
	const char *body;
	const void *raw; /* the forge's own words, for its driver */
};

struct forge_pull_args {
	const char *head;  /* the branch that is to be merged */
	const char *base;  /* into this one; both of the same repository */
	const char *title; /* a line */
	const char *body;  /* Markdown */
	const char *const *labels;    /* NULL-ended, or NULL */
	const char *const *reviewers; /* their names there; "TEAM" of GitHub
					 and Gitea as "org/team" */
	bool draft;
	bool auto_merge; /* by the forge, once it lets itself be merged */
};

enum forge_done {
	FORGE_UNCHANGED,
	FORGE_CREATED,
	FORGE_UPDATED,
	FORGE_REMOVED, /* or closed */
};
/* "created" */
const char *forge_done_text(enum forge_done done);

/* The open pull request of a branch into another. */
MUST_USE int forge_pull_find(struct forge *forge, const char *head,
			     const char *base, struct forge_pull *out,
			     struct err *err);
/* By its number, open or not. */
MUST_USE int forge_pull_get(struct forge *forge, int64_t number,
			    struct forge_pull *out, struct err *err);

/*
 * The one pull request of `head`: make it, or give the one there is this title
 * and body.  Labels, reviewers, draft and auto-merge are for a new one: what
 * people have changed since is theirs.  What the forge cannot do of them, or
 * would not, is warned of.
 */
MUST_USE int forge_pull_set(struct forge *forge,
			    const struct forge_pull_args *args,
			    struct forge_pull *out, enum forge_done *done,
			    struct err *err);

/*
 * The last one of `head` that was closed without being merged, if by somebody
 * else, and if it proposed the same: its title and trailers of ours are these
 * or, where it has none, its body is.  Number 0: there is none.
 */
MUST_USE int forge_pull_declined(struct forge *forge,
				 const struct forge_pull_args *args,
				 struct forge_pull *out, struct err *err);

/* Close it, unmerged, and say so in its body: nobody has declined it. */
MUST_USE int forge_pull_close(struct forge *forge,
			      const struct forge_pull *pull, struct err *err);

/* ---- comments and statuses ---- */

/*
 * The one comment of this key on a pull request, which a mark that is not shown
 * tells from others: make it, let it say `body` (Markdown) or, where that is
 * NULL, remove it.  Only what differs is sent.
 */
MUST_USE int forge_comment(struct forge *forge, int64_t pull, const char *key,
			   const char *body, enum forge_done *done,
			   struct err *err);

enum forge_state { FORGE_PENDING, FORGE_SUCCESS, FORGE_FAILURE };

struct forge_status {
	const char *commit;      /* its full id */
	const char *context;     /* tells it from others: "gitops/diff prod" */
	const char *description; /* a line */
	const char *url;         /* more of it; Bitbucket wants one, and is
				    given the repository's where it is NULL */
	enum forge_state state;
};

/* Replaces an earlier one of this context. */
MUST_USE int forge_status(struct forge *forge,
			  const struct forge_status *status, struct err *err);

#endif
