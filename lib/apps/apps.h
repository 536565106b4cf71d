/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APPS_APPS_H
#define APPS_APPS_H

/*
 * Apps: what a repository is synced as, by its gitops.yaml, which is
 * gitops.yaml(5).  An app is a path that is rendered, recorded and rolled
 * back as one.
 *
 *	if (apps_read(arena, tree, APPS_FILE, &apps, err) < 0 ||
 *	    apps_choose(arena, &apps, names, err) < 0)
 *		return -1;
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/map.h"
#include "tree/tree.h"

#define APPS_FILE "gitops.yaml"

/* How many objects one sync may delete of an app, unless it is told. */
#define APPS_MAX_DELETES         10
#define APPS_MAX_DELETES_PERCENT 20 /* whichever is more */

/* What releases leave alone. */
struct app_lock {
	const char *by;
	const char *reason;
	const char *origin; /* "gitops.yaml:9" */
};

/* An image that an app follows, as it stands: image/policy.h reads it. */
struct app_image {
	const char *image;   /* "ghcr.io/acme/web" */
	const char *policy;  /* "semver >=1.4.0 <2.0.0" */
	const char *filter;  /* or NULL */
	const char *extract; /* or NULL */
	int64_t min_age_s;
	const struct app_lock *lock; /* or NULL */
	const char *origin;          /* "gitops.yaml:9" */
};

struct app_images {
	struct app_image *v; /* as they stand, no image twice */
	size_t n;
	size_t room;
};

/* The objects that a rule is for: patterns as of fnmatch(3), NULL for any. */
struct app_target {
	const char *group;
	const char *kind;
	const char *namespace;
	const char *name;
};

/* Fields that others take care of: those at the paths, and those that the
 * managers own. */
struct app_ignore {
	struct app_target target;
	const char **paths;    /* as of doc_pointer_check(), NULL-ended */
	const char **managers; /* NULL-ended */
	const char *origin;    /* "gitops.yaml:9" */
};

struct app_ignores {
	struct app_ignore *v; /* as they stand */
	size_t n;
	size_t room;
};

/* What stands at a path is one of the values: patterns as of fnmatch(3), or
 * paths to what it is to be equal to. */
struct app_test {
	const char *path;
	const char **values; /* NULL-ended */
};

struct app_tests {
	struct app_test *v; /* as they stand */
	size_t n;
	size_t room;
};

/* How an object is, where it says so in its own way. */
struct app_health {
	struct app_target target;
	struct app_tests in_progress; /* if one of them holds; else */
	struct app_tests failed;      /* if one of them holds; else */
	struct app_tests healthy;     /* if all of them hold; at least one */
	const char *origin;
};

struct app_healths {
	struct app_health *v; /* as they stand: the first counts */
	size_t n;
	size_t room;
};

/* How the chart of an app is rendered. */
struct app_helm {
	const char *origin; /* "gitops.yaml:7" */
	const char *release_name;
	const char **values_files; /* in the tree, NULL-ended */
	const char *values;        /* of the file itself, as JSON; or NULL */
	const char *kube_version;  /* or NULL */
	const char **api_versions; /* NULL-ended */
	bool skip_crds;
};

struct app {
	const char *name;
	const char *path;        /* in the tree; "" is its root */
	const char *namespace;   /* for objects that name none, or NULL */
	const char **depends_on; /* names, NULL-ended */
	const char *origin;      /* "gitops.yaml:4"; "" without a file */
	bool prune;
	int64_t wait_s;     /* -1: not said */
	size_t max_deletes; /* objects */
	unsigned max_deletes_percent;
	struct app_images images;
	const struct app_lock *lock; /* of all its images, or NULL */
	const struct app_helm *helm; /* or NULL: its path is no chart */
	const struct map *vars;      /* texts by name, or NULL: nothing in its
				   objects is a variable */
	struct app_ignores ignore;
	struct app_healths health;
	unsigned level; /* 0 where it depends on none, else one more than the
			   highest of these */
	bool chosen;    /* apps_choose() */
};

/* A cluster of a fleet. */
struct apps_cluster {
	const char *name;
	const char *context;    /* of the kubeconfig */
	const char **apps;      /* names, NULL-ended; NULL: all of them */
	const struct map *vars; /* before those of its apps, or NULL */
	const char *origin;     /* "gitops.yaml:12" */
};

enum apps_push {
	APPS_PUSH_BRANCH,
	APPS_PUSH_NONE,
	APPS_PUSH_PULL_REQUEST,
};

/* What becomes of releases. */
struct apps_release {
	enum apps_push push;
	const char *branch;     /* they go to, or NULL; of pull requests that
				   which is to be merged, with {app} in it where
				   each app has its own */
	const char *message;    /* of their commits, or NULL */
	const char **labels;    /* of a new pull request; NULL-ended, or NULL */
	const char **reviewers; /* likewise */
	bool draft;
	bool auto_merge;
};

struct apps {
	struct app *v; /* those that depend on others behind them */
	size_t n;
	size_t room;
	struct {
		struct apps_cluster *v; /* as they stand, no name twice */
		size_t n;
		size_t room;
	} clusters;
	const char *file;             /* of the tree, or NULL */
	const char *record_namespace; /* where their records are */
	struct apps_release release;
};

/*
 * Read a file of the tree.  ERR_NOT_FOUND where it is not there; ERR_INPUT,
 * with file and line and the nearest name that would be right, for whatever
 * is wrong in it.
 */
MUST_USE int apps_read(struct arena *arena, const struct tree *tree,
		       const char *path, struct apps *out, struct err *err);

/*
 * The one app of a repository without a file.  `name` NULL: made of the path,
 * "default" for the root.  ERR_USAGE where the name is none.
 */
MUST_USE int apps_of_path(struct arena *arena, const char *path,
			  const char *name, struct apps *out, struct err *err);

/*
 * What is put in place of the variables in an app's objects: its own, and those
 * of `over`, which may be NULL, before them.  NULL where the app has no
 * `vars`.
 */
const struct map *app_vars(struct arena *arena, const struct app *app,
			   const struct map *over);

/* Does the file have the same to say of what two apps are rendered from? */
bool app_is_same_place(const struct app *a, const struct app *b);

/* The app of this name, or NULL. */
struct app *apps_find(const struct apps *apps, const char *name);

/* The cluster of this name, or NULL. */
const struct apps_cluster *apps_find_cluster(const struct apps *apps,
					     const char *name);

/* Is it meant for this cluster? */
bool apps_cluster_has(const struct apps_cluster *cluster, const char *app);

/* "7" objects, or "10%" of them: the other of the two is 0.  False for
 * anything else. */
bool apps_read_deletes(const char *text, size_t *number, unsigned *percent);

/* Choose the apps of these names (NULL-ended), or all where `names` is NULL.
 * ERR_USAGE, with the nearest name, for one that is not there. */
MUST_USE int apps_choose(struct apps *apps, const char *const *names,
			 struct err *err);

#endif
