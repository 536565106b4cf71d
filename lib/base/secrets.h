/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_SECRETS_H
#define BASE_SECRETS_H

/*
 * Secrets as run.c keeps them; for the room base alone.  process_fork() reads
 * them, so that a secret which a child has come upon is known to its parent
 * before anything that could show it.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct secret_list {
	struct bytes *v;
	size_t n, room;
};

struct secrets {
	struct secret_list texts; /* as they were added */
	struct secret_list forms; /* what to look for, longest first */
	bool begins[256];         /* does a form begin with this byte? */
};

#endif
