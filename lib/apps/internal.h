/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APPS_INTERNAL_H
#define APPS_INTERNAL_H

/* What the files of this room share; nobody else includes it. */

#include "apps/apps.h"
#include "document/decode.h"

/* ---- apps.c ---- */

#define APPS_NAMESPACE_MOST 63 /* bytes of a DNS label, RFC 1123 */

/* A name in the cluster: a DNS label of so many bytes at most. */
MUST_USE int apps_read_name(const struct node *node, const char *field,
			    size_t most, const char **out, struct err *err);

/* A duration; `*out` stays as it is where there is none. */
MUST_USE int apps_read_duration(const struct node *node, const char *field,
				int64_t *out, struct err *err);

/* `*out` stays as it is where there is no node. */
MUST_USE int apps_read_bool(const struct node *node, const char *field,
			    bool *out, struct err *err);

/* "gitops.yaml:4" */
const char *apps_origin(struct arena *arena, const struct node *node);

/* The texts of the nodes, NULL-ended. */
const char **apps_texts(struct arena *arena, const struct nodes *nodes);

/* "; did you mean 'web'?", or "" where nothing is like it. */
const char *apps_suggest(struct arena *arena, const struct apps *apps,
			 const char *name);

/* ---- images.c ---- */

/* A lock as it stands. */
struct lock_entry {
	const struct node *at;
	const struct node *by;
	const struct node *reason;
};

/* An image that is followed, as it stands. */
struct image_entry {
	const struct node *at;
	const struct node *image;
	const struct node *policy;
	const struct node *min_age;
	const struct node *filter;
	const struct node *extract;
	struct lock_entry *lock;
};

struct image_entries {
	struct image_entry *v;
	size_t n;
	size_t room;
};

extern const struct decode_table apps_image_table;
extern const struct decode_table apps_lock_table;

MUST_USE int apps_read_images(struct arena *arena,
			      const struct image_entries *entries,
			      struct app_images *out, struct err *err);

/* NULL for NULL. */
MUST_USE int apps_read_lock(struct arena *arena, const struct lock_entry *entry,
			    const struct app_lock **out, struct err *err);

/* ---- rules.c ---- */

extern const struct decode_table apps_ignore_table;
extern const struct decode_table apps_health_table;

/* The lists that these tables decode to. */
MUST_USE int apps_read_ignores(struct arena *arena,
			       const struct decode_list *entries,
			       struct app_ignores *out, struct err *err);
MUST_USE int apps_read_healths(struct arena *arena,
			       const struct decode_list *entries,
			       struct app_healths *out, struct err *err);

/* ---- clusters.c ---- */

/* A cluster as it stands in the file. */
struct cluster_entry {
	const struct node *at;
	const struct node *name;
	const struct node *context;
	struct nodes apps;
	struct node *vars;
};

struct cluster_entries {
	struct cluster_entry *v;
	size_t n;
	size_t room;
};

extern const struct decode_table apps_cluster_table;

/* Read the clusters, whose apps are in `apps` already. */
MUST_USE int apps_read_clusters(struct arena *arena,
				const struct cluster_entries *entries,
				struct apps *apps, struct err *err);

/* ---- vars.c ---- */

/* Texts by name; `*out` stays as it is for NULL. */
MUST_USE int apps_read_vars(struct arena *arena, const struct node *node,
			    const struct map **out, struct err *err);

/* ---- chart.c ---- */

/* How a chart is rendered, as it stands. */
struct helm_entry {
	const struct node *at;
	struct nodes api_versions;
	struct node *kube_version;
	const struct node *release_name;
	bool skip_crds;
	struct node *values;
	struct nodes values_files;
};

extern const struct decode_table apps_helm_table;

/* Of an app whose name, path and namespace are read. */
MUST_USE int apps_read_helm(struct arena *arena, const struct helm_entry *entry,
			    struct app *app, struct err *err);

bool apps_same_helm(const struct app_helm *a, const struct app_helm *b);

/* ---- release.c ---- */

struct release_entry {
	const struct node *at;
	const struct node *push;
	const struct node *branch;
	const struct node *message;
	struct nodes labels;
	struct nodes reviewers;
	const struct node *draft;
	const struct node *auto_merge;
};

extern const struct decode_table apps_release_table;

MUST_USE int apps_read_release(struct arena *arena,
			       const struct release_entry *entry,
			       struct apps_release *out, struct err *err);

#endif
