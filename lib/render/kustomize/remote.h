/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RENDER_KUSTOMIZE_REMOTE_H
#define RENDER_KUSTOMIZE_REMOTE_H

/*
 * Remote: a base in another repository, as kustomize writes one.
 *
 *	https://host/org/repo//path?ref=COMMIT
 *	https://host/org/repo.git/path?ref=COMMIT
 *	https://host/org/repo/path?ref=COMMIT       two parts are the repository
 *	git@host:org/repo//path?ref=COMMIT
 *	github.com/org/repo/path?ref=COMMIT
 */

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "render/kustomize/build.h"

/* Does a text name something elsewhere, be it a file or a repository? */
bool remote_is(const char *text);

/*
 * Take it apart.  ERR_INPUT, with file and line, where it names a file, or no
 * repository, or not one commit by its whole id: what a branch or a tag leads
 * to can change without anybody changing this file.
 */
MUST_USE int remote_parse(struct build *build, const struct node *name,
			  struct kustomize_remote *out, struct err *err);

#endif
