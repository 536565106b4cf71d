/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GIT_VERIFY_H
#define GIT_VERIFY_H

/*
 * Verify: who signed a commit or an annotated tag, by keys that the caller
 * names and nobody else: no keyring of the user's and nothing that the
 * repository says is looked at.  OpenPGP by gpg, SSH by ssh-keygen.
 *
 *	struct repo_trust_args args = { .keyring = "team.asc" };
 *	if (repo_trust_open(run, &args, &trust, err) < 0 ||
 *	    repo_verify(repo, trust, revision.oid, &verdict, err) < 0)
 *		return -1;
 *	if (verdict.state != REPO_SIGNED)
 *		return err_set(err, ERR_REFUSED, "commit %.7s %s",
 *			       revision.oid, verdict.words);
 */

#include "base/compiler.h"
#include "base/err.h"
#include "base/run.h"
#include "git/repo.h"

struct repo_trust;

/* Files; each may be NULL. */
struct repo_trust_args {
	const char *keyring; /* OpenPGP: as gpg --export writes it, armoured or
				not, or a keybox of gpg's own */
	const char *allowed_signers; /* SSH: git's gpg.ssh.allowedSignersFile */
	const char *revoked_keys;    /* SSH: git's gpg.ssh.revocationFile */
};

/*
 * ERR_NOT_FOUND, ERR_INPUT: a file that is not there, or holds no key.
 * ERR_USAGE where neither keyring nor allowed signers are named.
 */
MUST_USE int repo_trust_open(struct run *run,
			     const struct repo_trust_args *args,
			     struct repo_trust **out, struct err *err);

enum repo_signed {
	REPO_SIGNED,   /* by a key that is trusted */
	REPO_UNSIGNED, /* by nobody */
	REPO_UNKNOWN,  /* by a key that is in none of the files */
	REPO_BAD,      /* it does not fit what it stands on */
	REPO_EXPIRED,  /* key or signature; SSH: at the time of the commit */
	REPO_REVOKED,  /* the key was taken back */
};

struct repo_verdict {
	enum repo_signed state;
	const char *key;   /* fingerprint, or NULL */
	const char *owner; /* "Ann <ann@example.com>", "ann@example.com", or
			      NULL where no file names one */
	const char *words; /* behind "commit 1234567": "is not signed" */
};

/* "good", "unsigned", "unknown", "bad", "expired", "revoked" */
const char *repo_signed_name(enum repo_signed state);

/*
 * The signature of the commit, or annotated tag, of that id.  Not to be signed
 * is no error; a program that is missing is.
 */
MUST_USE int repo_verify(struct repo *repo, struct repo_trust *trust,
			 const char *oid, struct repo_verdict *out,
			 struct err *err);

/*
 * The annotated tag that the revision was asked for by: NULL where it was no
 * such tag.  ERR_REFUSED where the tag calls itself otherwise: it was made for
 * another name.
 */
MUST_USE int repo_tag_of(struct repo *repo, const struct revision *revision,
			 const char **oid, struct err *err);

#endif
