/* SPDX-License-Identifier: Apache-2.0 */
#ifndef IMAGE_REFERENCE_H
#define IMAGE_REFERENCE_H

/*
 * Reference: the name of an image as files spell it, by the grammar of the
 * distribution project and Docker's rules for what a short form stands for.
 *
 *	nginx                         docker.io, library/nginx
 *	acme/web:1.4                  docker.io, acme/web
 *	ghcr.io/acme/web@sha256:...   ghcr.io, acme/web
 *	localhost:5000/web            localhost:5000, web
 *
 * What comes before the first slash is a registry where it holds a dot, a
 * colon or a capital letter, or is "localhost".  The spelling of the file is
 * kept: "nginx" with another tag is "nginx:1.27", never more than that.
 */

#include <stdbool.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"

struct image_ref {
	const char *name;   /* as it is spelled: "nginx" */
	const char *tag;    /* NULL where there is none */
	const char *digest; /* "sha256:...", or NULL */

	/* What the name stands for. */
	const char *domain;     /* "docker.io": what logins are kept under */
	const char *host;       /* "registry-1.docker.io": who is asked */
	const char *repository; /* "library/nginx" */
};

/* ERR_INPUT, with the text and what is wrong about it. */
MUST_USE int image_ref_parse(struct arena *arena, const char *text,
			     struct image_ref *out, struct err *err);

/* name[:tag][@digest], byte for byte what was parsed. */
char *image_ref_print(struct arena *arena, const struct image_ref *ref);

/* Do both names stand for the same repository? */
bool image_ref_same(const struct image_ref *a, const struct image_ref *b);

/* Are these a tag ("1.4", "v2-rc.1") and a digest that a reference may have? */
bool image_is_tag(const char *text);
bool image_is_digest(const char *text);

#endif
