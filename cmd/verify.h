/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_VERIFY_H
#define CMD_VERIFY_H

/*
 * Verify: only what is signed by keys that the caller names is synced.  The
 * keys are in files outside of the repository, which has no say in it.
 *
 *	verify_source()  the commit or tag, before its tree is looked at
 *	verify_since()   all since the last sync, once records can be read
 *	verify_tip()     what a commit of ours is to follow on
 *	verify_end()     whether it was what was asked for
 */

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "cluster/cluster.h"
#include "cmd/opt.h"
#include "git/repo.h"
#include "git/verify.h"

enum verify_mode {
	VERIFY_UNSAID = -1,
	VERIFY_NONE,
	VERIFY_HEAD, /* the commit */
	VERIFY_TAG,  /* the annotated tag that it was asked for by */
	VERIFY_ALL,  /* the commit, and all that were not synced yet */
};

struct verify_args {
	int mode; /* enum verify_mode */
	const char *keyring;
	const char *allowed_signers;
	const char *revoked_keys;
	bool fallback; /* take what is verified behind what is not */
};
extern const struct opt verify_opts[];

/* What came of it, of a source. */
struct verify {
	const struct repo_verdict *verdict; /* NULL: it was not looked at */
	/* What was asked for, and is not verified: "commit 1a2b3c4 "title" is
	 * not signed"; NULL where it is what is taken. */
	const char *refused;
	struct revision asked;
};

struct source;

/* Is anything to be verified? */
bool verify_is_wanted(const struct verify_args *args);

/* ERR_USAGE for what does not fit together. */
MUST_USE int verify_check(const struct verify_args *args, bool worktree,
			  struct err *err);
/* ERR_USAGE for what needs a record, in a command that reads none. */
MUST_USE int verify_check_alone(const struct verify_args *args,
				const char *command, struct err *err);

/*
 * ERR_REFUSED where the commit or the tag is not signed by one of the keys.
 * With `fallback` the source is at the newest commit before it that is, where
 * there is one.
 */
MUST_USE int verify_source(struct source *source, struct err *err);

/*
 * The same for each commit since the last sync of the apps that are chosen; of
 * their whole history where none was ever synced.  Never is the source taken
 * back behind what was synced last.
 */
MUST_USE int verify_since(struct source *source, struct cluster *cluster,
			  struct err *err);

/* Whoever signs a commit signs what is behind it. */
MUST_USE int verify_tip(const struct source *source, struct repo *repo,
			const struct revision *tip, struct err *err);

/* ERR_REFUSED where something else was taken than what was asked for. */
MUST_USE int verify_end(const struct source *source, struct err *err);

#endif
