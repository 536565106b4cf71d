/* SPDX-License-Identifier: Apache-2.0 */
#ifndef IMAGE_CHALLENGE_H
#define IMAGE_CHALLENGE_H

/*
 * Challenge: what a WWW-Authenticate header asks for (RFC 9110 part 11, and
 * the token specification of the distribution project).
 *
 *	Bearer realm="https://auth.docker.io/token",service="registry.docker.io"
 */

#include <stdbool.h>

#include "base/arena.h"

struct registry_challenge {
	bool basic;          /* a user and a password will do */
	const char *realm;   /* where a token is to be had, or NULL */
	const char *service; /* for whom it is, or NULL */
};

/*
 * Read the header, which may hold several challenges; of two of one kind the
 * first counts.  What cannot be read ends it.  False where it asks for nothing
 * that we can give.
 */
bool registry_challenge_parse(struct arena *arena, const char *header,
			      struct registry_challenge *out);

#endif
