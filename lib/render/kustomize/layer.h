/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RENDER_KUSTOMIZE_LAYER_H
#define RENDER_KUSTOMIZE_LAYER_H

/*
 * Layer: one kustomization of a build, with the directory it may read, and
 * what is accumulated in it.
 */

#include "document/document.h"
#include "render/kustomize/build.h"
#include "render/kustomize/config.h"
#include "render/kustomize/kustomization.h"
#include "render/kustomize/origin.h"
#include "render/kustomize/resource_set.h"

struct layer {
	struct build *build;
	const struct layer *above; /* the one that names this one */
	const struct tree *tree;
	const char *shown; /* what stands before paths in messages */
	const char *root;  /* the directory, free of links; "" is the tree's */
	const char *file;  /* "deploy/kustomization.yaml" */
	struct kustomization kustomization;
	const struct origin *origin; /* NULL: nobody asks for origins */
};

/* What the layers below have come to. */
struct accumulator {
	struct resource_set set;
	struct config config;
	struct {
		const struct var_entry **v;
		size_t n;
		size_t room;
	} vars;
};

/* ---- files ---- */

/*
 * Read the file at `path`, relative to the directory of the kustomization,
 * which names it at `at`.  It must lie in or below that directory once links
 * are followed.  The bytes live in `scratch`.
 */
MUST_USE int layer_read(const struct layer *layer, struct arena *scratch,
			const struct node *at, const char *path,
			struct bytes *out, struct err *err);

/* The file that the text `name` names, to parse. */
MUST_USE int layer_source(const struct layer *layer, struct arena *scratch,
			  const struct node *name, struct doc_source *out,
			  struct err *err);

/* The path in the tree, as it is shown. */
const char *layer_path(const struct layer *layer, const char *name);

/* The first document of a YAML or JSON file.  ERR_INPUT where it is empty. */
MUST_USE int layer_read_node(const struct layer *layer, const struct node *name,
			     struct node **out, struct err *err);

/* Does it name a directory, here or elsewhere? */
bool layer_is_directory(const struct layer *layer, const struct node *name);

/*
 * Open the kustomization in the directory that `name` names.  A directory that
 * is, or holds, one of the layers on the way here is a cycle.
 */
MUST_USE int layer_open(struct build *build, const struct layer *above,
			const struct node *name, struct layer **out,
			struct err *err);
/* The top. */
MUST_USE int layer_open_top(struct build *build, struct layer **out,
			    struct err *err);

/* ---- building ---- */

/* Load the objects that a text holds; Lists are opened. */
MUST_USE int layer_parse(const struct layer *layer,
			 const struct doc_source *source, struct resources *out,
			 struct err *err);

/* Append the objects of files and directories, in order. */
MUST_USE int layer_add_paths(struct layer *layer, struct accumulator *to,
			     const struct nodes *paths, struct err *err);

/* All of a layer, from its resources to its validators. */
MUST_USE int layer_accumulate(struct layer *layer, struct accumulator *to,
			      struct err *err);

#endif
