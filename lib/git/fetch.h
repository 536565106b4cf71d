/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GIT_FETCH_H
#define GIT_FETCH_H

/*
 * Fetch: what the files that talk to another machine share.  All of it runs
 * in a child of process_fork(), which ends with the fetch; so its memory is
 * the child's, and the child's environment may be changed for libssh2.
 */

#include "base/str.h"
#include "git/inside.h"

/* Who we say we are, and what was tried already. */
struct fetch_keys {
	const char **v; /* private keys, in order; NULL is the agent */
	size_t n;
	size_t next;
	const char *sealed; /* a key with a passphrase, passed over */
	bool rsa;           /* is one of them an RSA key? */
};

struct http;

struct fetch {
	struct run *run;
	const struct location *location;
	const struct repo_rev *rev;
	const char *cache;  /* the repository's directory in the cache */
	int64_t silence_ms; /* how long the other side may say nothing */
	struct fetch_keys keys;
	struct http *http;
	bool host_known; /* is there a known key of the host at all? */
	bool suspect;    /* what failed may be the cache's fault */
	/* What came of it. */
	git_oid commit;
	const char *shown;
	const char *branch; /* "refs/heads/main", or "" where it is none */
	/*
	 * What went wrong inside of a callback of libgit2, which has no way
	 * to hand an err through.  It stands before libgit2's own error.
	 */
	struct err failure;
};

/* ---- fetch.c ---- */

/* The parts that every conversation has: who listens, whom to trust. */
MUST_USE int repo_fetch_prepare(struct fetch *fetch,
				git_remote_callbacks *callbacks,
				struct err *err);
MUST_USE int repo_fetch_connect(struct fetch *fetch, git_repository *git,
				const git_remote_callbacks *callbacks,
				git_direction direction, git_remote **remote,
				struct err *err);
MUST_USE int repo_fetch_list(struct fetch *fetch, git_remote *remote,
			     struct repo_refs *refs, struct err *err);

/* A call of libgit2 has failed while it talked to the other side.  Always
 * -1. */
int repo_fetch_failed(struct fetch *fetch, int code, struct err *err);

/* A fetch, or push, of this repository that has not begun. */
struct fetch repo_fetch_of(const struct repo *repo);

/*
 * Do `work` in a child that ends when the other side is silent for too long.
 * `data` is the fetch, or begins with one.
 */
MUST_USE int repo_fetch_in_child(struct fetch *fetch,
				 int (*work)(struct run *run, void *data,
					     struct str *answer,
					     struct err *err),
				 struct bytes *answer, struct err *err);

/* The first thing in the child: from now on the other side has to say
 * something now and then. */
void repo_fetch_watch(const struct fetch *fetch);
/* The other side is alive: the watchdog waits anew. */
void repo_fetch_alive(const struct fetch *fetch);

/* ---- offline.c ---- */

/* Where in the cache what the other side has is kept. */
#define REPO_KEPT "refs/gitops/"

/* What was fetched before, and nothing else. */
MUST_USE int repo_open_kept(struct repo *repo, const struct repo_rev *rev,
			    struct err *err);

/* ---- ssh.c, known_hosts.c ---- */

/* Set the callbacks, and let libssh2 find the host's known keys. */
MUST_USE int repo_ssh_prepare(struct fetch *fetch,
			      git_remote_callbacks *callbacks, struct err *err);

/*
 * The lines of the user's known_hosts files that are for this host, as
 * libssh2 understands them and in the order in which it should ask for keys.
 * Empty where there is none.
 */
MUST_USE int repo_known_hosts(struct run *run, const char *host,
			      const char *port, struct str *out,
			      struct err *err);

/* ---- smart_http.c, credential.c ---- */

/* Set the transport: requests go through the room http. */
MUST_USE int repo_http_prepare(struct fetch *fetch,
			       git_remote_callbacks *callbacks,
			       struct err *err);

enum credential_source {
	CREDENTIAL_TOKEN,  /* GITOPS_GIT_TOKEN */
	CREDENTIAL_HELPER, /* git credential fill */
	CREDENTIAL_NONE,   /* there is nothing more to try */
};

/*
 * The next credential for `location`, as the value of an Authorization
 * header; `*source` is where to look first, and where to go on the next time.
 * NULL in `*header` where there is none left.
 */
MUST_USE int repo_credential_next(struct run *run,
				  const struct location *location,
				  enum credential_source *source,
				  const char **header, struct err *err);

#endif
