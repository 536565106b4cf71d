/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HELM_HELM_H
#define HELM_HELM_H

/*
 * Helm: what a chart makes, by the program `helm` (3 or 4), which the user
 * has on PATH.  It sees a copy of the chart and nothing else of ours: an empty
 * home, no plugins, no kubeconfig, and an argv in which no text of a
 * repository is taken for an option.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/run.h"
#include "base/str.h"
#include "tree/tree.h"

/* Caps on a chart and on what it makes; passing one is ERR_INPUT. */
#define HELM_BYTES   ((size_t)64 << 20)
#define HELM_ENTRIES 10000 /* files and directories of a chart */
#define HELM_VALUES  16    /* files of values */

/* A chart with what it is told.  Texts may be NULL: then helm's own default
 * holds, which is "release-name" for the release. */
struct helm_chart {
	const struct tree *tree;
	const char *path; /* of its directory, in the tree */
	const char *release;
	const char *name_template;
	const char *namespace;
	const char *kube_version;
	const char *const *api_versions; /* NULL-ended, or NULL */
	struct bytes values[HELM_VALUES];
	size_t n_values; /* later ones win */
	bool crds;
	bool no_hooks;
	bool no_tests;
};

/* A chart in a repository of charts. */
struct helm_source {
	const char *repository; /* https://, or oci:// */
	const char *name;
	const char *version; /* "1.2.3", never a range */
};

/*
 * The manifests that the chart makes, as `helm template` prints them, in the
 * run's arena.  ERR_INPUT, with helm's own words, where it fails, or where
 * there is no helm; ERR_TEMPORARY where the run's time is up.
 */
MUST_USE int helm_template(struct run *run, const struct helm_chart *chart,
			   struct bytes *out, struct err *err);

/*
 * Fetch a chart, or take it from the cache, where it stays: a version is
 * expected never to change.  `*out` is a tree that holds the chart's directory
 * under its name.  The user's login to registries is used.
 */
MUST_USE int helm_pull(struct run *run, const struct helm_source *source,
		       const struct tree **out, struct err *err);

/* ---- between helm.c, helm_copy.c and helm_pull.c ---- */

struct helm_words {
	const char **v;
	size_t n;
	size_t room;
};

/* Run helm in `dir`; `env` is added to what every helm gets.  ERR_INPUT with
 * its own words where it fails. */
MUST_USE int helm_run(struct run *run, const char *dir,
		      const struct helm_words *argv,
		      const struct helm_words *env, struct bytes *out,
		      struct err *err);

/* Write what is under `path` of the tree to the new directory `to`. */
MUST_USE int helm_copy(const struct tree *tree, const char *path,
		       const char *to, struct err *err);

#endif
