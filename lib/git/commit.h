/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GIT_COMMIT_H
#define GIT_COMMIT_H

/*
 * Commit: edits on a commit make a new one, in the object database alone.
 * Nothing is checked out, no hook is run and no name is moved: land.h does the
 * last.  Of run's environment are read, besides those of repo.h:
 *
 *	GIT_AUTHOR_NAME, GIT_AUTHOR_EMAIL, GIT_AUTHOR_DATE
 *	GIT_COMMITTER_NAME, GIT_COMMITTER_EMAIL, GIT_COMMITTER_DATE
 *
 * and of git's configuration author.*, committer.*, user.name, user.email,
 * user.signingKey, commit.gpgSign, gpg.format, gpg.program,
 * gpg.openpgp.program and gpg.ssh.program.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "git/repo.h"

enum repo_edit_kind {
	REPO_EDIT_FILE,    /* these bytes; mode and executable bit are kept */
	REPO_EDIT_REMOVE,  /* nothing; also where there is nothing */
	REPO_EDIT_RESTORE, /* exactly what another commit has there */
};

struct repo_edit {
	enum repo_edit_kind kind;
	const char *path;   /* "apps/web/deploy.yaml"; "" is the whole tree */
	struct bytes bytes; /* of REPO_EDIT_FILE */
	const char *from;   /* of REPO_EDIT_RESTORE: the commit's id */
};

struct repo_trailer {
	const char *name;  /* "Gitops-Image" */
	const char *value; /* on one line: a control character is a blank */
};

enum repo_signing {
	REPO_SIGN_AS_CONFIGURED, /* commit.gpgSign */
	REPO_SIGN_ALWAYS,
	REPO_SIGN_NEVER,
};

struct repo_commit_args {
	const struct repo_edit *edits; /* in any order, no path twice */
	size_t n_edits;
	const char *message; /* subject, and below an empty line the rest */
	const struct repo_trailer *trailers;
	size_t n_trailers;
	/*
	 * Of a branch that the commit is for, its tip: the commit follows on
	 * it, too, unless that is behind `base`.  Its tree is still made of
	 * that of `base`.
	 */
	const char *onto;
	const char *author;    /* "Name <email>"; NULL: as git finds it */
	const char *committer; /* likewise */
	bool sign_off;         /* Signed-off-by of the committer */
	enum repo_signing signing;
	const char *signing_key; /* NULL: user.signingKey */
};

/*
 * Write the commit that these edits make on top of the commit `base`.  NULL in
 * `*oid` where they change nothing.
 *
 * ERR_USAGE: nobody to commit as, no message, a path twice or one git cannot
 * hold.  ERR_INPUT: an edit of what is no file.  ERR_ACCESS: no signature, in
 * the words of the program that was to make it.
 */
MUST_USE int repo_commit(struct repo *repo, const char *base,
			 const struct repo_commit_args *args, const char **oid,
			 struct err *err);

#endif
