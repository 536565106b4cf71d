/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GIT_LOCATION_H
#define GIT_LOCATION_H

/*
 * Location: where a repository is, as the user wrote it, in its parts.  What
 * is let through here can be put into a request line, a command for ssh and
 * the protocol of a credential helper without meaning anything else there
 * (CVE-2018-17456, CVE-2020-5260).
 */

#include <stdbool.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"

enum location_kind {
	LOCATION_PATH, /* of this machine, to be searched upward */
	LOCATION_FILE, /* file:// */
	LOCATION_HTTP, /* https://, or http:// to ourselves */
	LOCATION_SSH,  /* ssh://, or user@host:path */
};

struct location {
	enum location_kind kind;
	const char *url;   /* for libgit2: canonical, without password; of a
			      path or file:// the path itself */
	const char *shown; /* without userinfo */
	/* The rest is NULL for a path of this machine. */
	const char *scheme; /* "https", "http", "ssh" */
	const char *user;   /* NULL where none */
	const char *host;   /* lower case, an IPv6 address in brackets */
	const char *port;   /* never NULL: the scheme's where none is given */
	const char *path;   /* without its leading "/" where it is a URL's */
};

/* Is it a URL or host:path, rather than a path? */
bool repo_location_is_remote(const char *text);

/* ERR_USAGE for what cannot be a location, or must not be one; says what to
 * write instead. */
MUST_USE int repo_location_parse(struct arena *arena, const char *text,
				 struct location *out, struct err *err);

#endif
