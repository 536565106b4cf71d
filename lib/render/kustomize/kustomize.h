/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RENDER_KUSTOMIZE_KUSTOMIZE_H
#define RENDER_KUSTOMIZE_KUSTOMIZE_H

/*
 * Kustomize: what `kustomize build` v5.8.2 makes of a directory with a
 * kustomization, byte for byte, from a tree and in memory.
 *
 * The order of things is kustomize's (accumulate.c reads as it): the objects
 * of `resources`, then generators, components, transformers, validators, for
 * each layer; and once, at the top, name hashes, references and variables.
 */

#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "document/node.h"
#include "helm/helm.h"
#include "tree/tree.h"

/* A base in another repository. */
struct kustomize_remote {
	const char *url;
	const char *commit; /* its whole id */
	const char *path;   /* of the base, in the tree */
};

/*
 * What a build may have from outside its tree: bases of other repositories,
 * charts of repositories of charts, and what helm makes of a chart.  The last
 * two come together.  What is NULL it may not have.
 */
struct kustomize_outside {
	int (*fetch)(void *data, const struct kustomize_remote *remote,
		     const struct tree **out, struct err *err);
	int (*pull)(void *data, const struct helm_source *source,
		    const struct tree **out, struct err *err);
	int (*inflate)(void *data, const struct helm_chart *chart,
		       struct bytes *out, struct err *err);
	void *data;
};

struct kustomize_args {
	const struct tree *tree;
	const char *path;    /* of the directory, in the tree */
	size_t bytes;        /* cap over all files read */
	size_t objects;      /* cap over all objects */
	int64_t deadline_ms; /* by clock_ms(); 0: none */
	const struct kustomize_outside *outside; /* NULL: nothing */
};

/* One object of the result. */
struct kustomize_object {
	struct node *root;
	const char *file; /* that it comes from */
	unsigned line;
};

struct kustomize_objects {
	struct kustomize_object *v;
	size_t n;
	size_t room;
	size_t bytes; /* of all files read */
};

/* Is the entry the file that makes a directory a kustomization? */
bool kustomize_is_file(const char *name);

/*
 * Build the kustomization and append its objects to `out`, in kustomize's
 * order, in the arena.  ERR_INPUT, with file and line, for whatever kustomize
 * refuses, and for what a pure renderer cannot have.
 */
MUST_USE int kustomize_build(struct arena *arena,
			     const struct kustomize_args *args,
			     struct kustomize_objects *out, struct err *err);

#endif
