/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RENDER_RENDER_H
#define RENDER_RENDER_H

/*
 * Render: a path of a tree to the objects it wants.  Pure: no network, no
 * process, no file but the tree's, unless the caller has them (`outside`).
 *
 * A directory with a kustomization.yaml (.yml, or Kustomization) is what
 * `kustomize build` makes of it.  Others hold plain manifests: every file under
 * the path that ends in .yaml, .yml or .json, in any letter case, in bytewise
 * order of their paths, directories included, among which there may be
 * kustomizations; a path may also name one such file.  gitops.yaml at the root
 * of the tree, and entries whose names start with ".", are not manifests.
 *
 * A directory with a Chart.yaml is a Helm chart, which is what `helm template`
 * makes of it, where the caller says how (`chart`).  What its objects come from
 * are then the files of its templates, without lines.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/map.h"
#include "object/object.h"
#include "render/kustomize/kustomize.h"
#include "tree/tree.h"

/* Caps over one render; passing one is ERR_INPUT that names it. */
#define RENDER_TOTAL_BYTES ((size_t)64 << 20)
#define RENDER_OBJECTS     20000
#define RENDER_ENTRIES     100000 /* files and directories looked at */

/* How a chart is rendered. */
struct render_chart {
	const char *origin; /* that says so: "gitops.yaml:7" */
	const char *release;
	const char *namespace;
	const char *const *values_files; /* in the tree, NULL-ended; later ones
					    win */
	const char *values;              /* that win over them, or NULL */
	const char *kube_version;        /* or NULL */
	const char *const *api_versions; /* NULL-ended */
	bool skip_crds;
};

struct render_args {
	const struct tree *tree;
	const char *path;    /* "" is the root */
	int64_t deadline_ms; /* by clock_ms(); 0: none */
	/* NULL: a chart is refused.  Else `outside` has to inflate it. */
	const struct render_chart *chart;
	bool allow_empty;       /* no object at all is no error */
	const struct map *vars; /* by name, for render/substitute.h; NULL: what
				   looks like a variable is none */
	/* Where there is a kustomization at `path`: called for each object
	 * that it makes, in its order, in place of keeping it.  Nothing is
	 * checked in the object, which is to be printed, and lives until the
	 * function returns.  May be NULL. */
	int (*each)(void *data, const struct object *object, struct err *err);
	void *data;
	const struct kustomize_outside *outside; /* NULL: nothing */
};

struct rendered {
	struct objects objects; /* in the order of the files */
	bool each;              /* they went to each() instead */
};

/*
 * All faults of all files are reported together.  A path that is not there, or
 * holds no object unless that is allowed, is an error: a missing directory must
 * never look like the wish for an empty cluster (argo-cd #3473).
 */
MUST_USE int render_path(struct arena *arena, const struct render_args *args,
			 struct rendered *out, struct err *err);

#endif
