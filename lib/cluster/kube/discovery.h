/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLUSTER_KUBE_DISCOVERY_H
#define CLUSTER_KUBE_DISCOVERY_H

/*
 * Discovery: the kinds an API server has.  Aggregated discovery (KEP-3352)
 * tells all in two answers; a server that has it not is asked for each group
 * version of the groups in question.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/map.h"
#include "base/str.h"
#include "cluster/kube/client.h"

struct kube_kind {
	const char *group; /* "" for the core group */
	const char *version;
	const char *kind;
	const char *plural; /* as in URLs */
	bool namespaced;
	bool can_list;
	bool can_patch;
};

struct kube_kinds {
	struct arena *arena;
	struct kube_kind **v; /* as the server has ordered them */
	size_t n;
	size_t room;
	struct map *index; /* by "group/version/kind" */
	struct map *stale; /* group versions, "metrics.k8s.io/v1beta1", whose
			      server does not answer */
	bool all;          /* of all groups, and not only of some */
};

/* No kinds yet. */
void kube_kinds_init(struct arena *arena, struct kube_kinds *kinds);

/* NULL where there is none. */
const struct kube_kind *kube_kinds_find(const struct kube_kinds *kinds,
					const char *group, const char *version,
					const char *kind);

/* Ask the server, anew.  Without aggregated discovery only the kinds of
 * `groups` (a set) are found out. */
MUST_USE int kube_discover(struct kube_client *client, struct arena *arena,
			   const struct map *groups, struct kube_kinds *out,
			   struct err *err);

/* Add the kinds of one aggregated answer; `name` is what was asked. */
MUST_USE int kube_discovery_read(const char *name, struct bytes body,
				 struct kube_kinds *kinds, struct err *err);

#endif
