/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GIT_TRUST_H
#define GIT_TRUST_H

/* Trust: what the files that verify signatures share. */

#include "base/process.h"
#include "base/str.h"
#include "git/inside.h"
#include "git/verify.h"

struct repo_trust {
	struct run *run;
	struct repo_trust_args files;
	const char *dir;      /* temporary, ours alone */
	const char *keybox;   /* for gpg --keyring, or NULL: that of `dir` */
	struct bytes signers; /* what is in the file of allowed signers */
};

/* A signature, and what it is said to be of. */
struct signature {
	struct bytes armour; /* from "-----BEGIN" on */
	struct bytes text;
	int64_t when; /* seconds since 1970 */
};

/* A program, which is given `input`; its exit status is in `result`. */
MUST_USE int repo_trust_run(struct repo_trust *trust, const char *const *argv,
			    struct bytes input, struct process_result *result,
			    struct err *err);

/* A file in the temporary directory. */
MUST_USE int repo_trust_file(struct repo_trust *trust, const char *name,
			     struct bytes bytes, const char **path,
			     struct err *err);

MUST_USE int repo_openpgp_open(struct repo_trust *trust, struct err *err);
MUST_USE int repo_openpgp_verify(struct repo_trust *trust,
				 const struct signature *signature,
				 struct repo_verdict *out, struct err *err);
MUST_USE int repo_sshsig_verify(struct repo_trust *trust,
				const struct signature *signature,
				struct repo_verdict *out, struct err *err);

#endif
