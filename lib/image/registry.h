/* SPDX-License-Identifier: Apache-2.0 */
#ifndef IMAGE_REGISTRY_H
#define IMAGE_REGISTRY_H

/*
 * Registry: what registries have, by the distribution specification of the
 * OCI: the tags of repositories, and the digests and build dates of images.
 *
 *	struct registry_repository repositories[N] = { { .image = &ref }, ... };
 *	if (registry_tags(registry, repositories, N, err) < 0)
 *		return -1;              // cancelled, or the deadline passed
 *	for (size_t i = 0; i < N; i++)
 *		use(repositories[i].tags, repositories[i].n_tags);
 *
 * Any number of registries are asked at once.  A list of tags costs a request
 * where all fit on a page (1,000); a digest costs a HEAD, which Docker Hub
 * does not count as a pull; a date costs two or three requests more, once:
 * what a digest stands for never changes, and is cached for good.
 *
 * Logins are those of docker and podman, in this order: REGISTRY_AUTH_FILE
 * alone where it is set; else $XDG_RUNTIME_DIR/containers/auth.json,
 * containers/auth.json in $XDG_CONFIG_HOME or ~/.config, and config.json in
 * $DOCKER_CONFIG or ~/.docker.  A credential helper is run where a registry
 * asks for a login, and not before.  Without one registries are asked as
 * anybody may.
 *
 * A login goes to the registry it was kept for and, for a token, to the https
 * realm which that registry names; nowhere else.  Redirects are followed once,
 * by https; to another origin without credentials.  Plain http is for
 * registries on this machine's loopback, and those the user names.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/run.h"
#include "image/reference.h"

struct registry;

struct registry_options {
	/* Registries that may be asked by plain http, "host" or "host:port";
	 * NULL-ended, or NULL. */
	const char *const *plain_http;
	/* Whose build date counts where an image has several, as in
	 * "linux/arm64"; NULL: linux/amd64 or, without it, the first. */
	const char *platform;
	const char *cache;    /* directory of the cache; NULL: the user's */
	int64_t tags_fresh_s; /* a list of tags this old will do; 0: none */
};

/* Closed with the run's arena.  ERR_INPUT, ERR_ACCESS: a file of logins that
 * cannot be read. */
MUST_USE int registry_open(struct run *run,
			   const struct registry_options *options,
			   struct registry **out, struct err *err);

/* A repository to list. */
struct registry_repository {
	const struct image_ref *image;
	const char **tags; /* as the registry sorts them, each once */
	size_t n_tags;
	size_t n_invalid; /* were left out: no reference can name them */
	struct err err;   /* why there are none; the caller clears it */
};

/*
 * List them all.  0 also where some failed, which say so themselves:
 * ERR_NOT_FOUND, ERR_ACCESS, ERR_TEMPORARY (network, throttled), ERR_REFUSED
 * (a redirect or link that is not followed), ERR_FAILED (nonsense).  Two
 * entries may be the same repository, which is asked once.
 */
MUST_USE int registry_tags(struct registry *registry,
			   struct registry_repository *repositories, size_t n,
			   struct err *err);

/* An image to look at. */
struct registry_image {
	const struct image_ref *image;
	/* Or a digest, which is believed where no date is wanted; those of the
	 * reference do not count. */
	const char *tag;
	bool want_date;     /* else the digest alone */
	const char *digest; /* of what the tag points to, or NULL */
	bool gone;          /* there is no such tag, or no more */
	bool has_date;
	int64_t built_s; /* since 1970 */
	uint32_t built_ns;
	struct err err; /* why nothing is known; the caller clears it */
};

/*
 * Look at them all; errors as above.  The build date is `created` of the
 * image's configuration and, where that says nothing later than 1970, what
 * its labels and annotations say (org.opencontainers.image.created,
 * org.label-schema.build-date): labels are inherited from a base image, so
 * they come second.
 */
MUST_USE int registry_look(struct registry *registry,
			   struct registry_image *images, size_t n,
			   struct err *err);

/* Requests sent, by registry, in the order they were first asked. */
struct registry_count {
	const char *host;
	size_t requests; /* to the registry itself */
	size_t tokens;   /* to where it gives out tokens */
};
struct registry_count *registry_counts(struct registry *registry, size_t *n);

#endif
