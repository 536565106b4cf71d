/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_SECRETS_H
#define BASE_SECRETS_H

/*
 * Secrets as a run keeps them; for the room base alone.  process_fork() reads
 * them, so that a secret which a child has come upon is known to its parent
 * before anything that could show it.
 *
 * A repository can hold thousands of Secrets, each in a dozen spellings, and
 * every byte that is printed is looked at: so the spellings are found by a
 * hash of their first bytes, and not one after the other.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct secret_list {
	struct bytes *v;
	size_t n, room;
};

/* One spelling of a secret. */
struct secret_form {
	struct bytes text;        /* of SECRET_LEAST bytes or more */
	struct secret_form *next; /* not longer than this one */
};

#define SECRET_LEAST   6
#define SECRET_BUCKETS 4096

struct secrets {
	struct secret_list texts;                    /* as they were added */
	struct secret_form *buckets[SECRET_BUCKETS]; /* by the first bytes */
	bool begins[256]; /* does a form begin with this byte? */
};

#endif
