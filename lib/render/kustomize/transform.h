/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RENDER_KUSTOMIZE_TRANSFORM_H
#define RENDER_KUSTOMIZE_TRANSFORM_H

/*
 * Transformers that change one thing in every object of a set.  A fault is
 * ERR_INPUT with the place of what does not fit.
 */

#include "render/kustomize/config.h"
#include "render/kustomize/kustomization.h"
#include "render/kustomize/resource_set.h"

/* Put a text before, or behind, names. */
MUST_USE int transform_prefix(struct build *build, struct resource_set *set,
			      const char *prefix,
			      const struct fieldspecs *specs, struct err *err);
MUST_USE int transform_suffix(struct build *build, struct resource_set *set,
			      const char *suffix,
			      const struct fieldspecs *specs, struct err *err);

/* Which subjects of role bindings get the namespace. */
enum transform_subjects {
	SUBJECTS_DEFAULT, /* those named "default" */
	SUBJECTS_SERVICE_ACCOUNTS,
	SUBJECTS_NONE,
};

struct transform_namespace {
	const char *namespace;
	bool unset_only; /* only where there is none */
	enum transform_subjects subjects;
	struct fieldspecs specs;
};
/* Move all objects that live in a namespace to this one.  ERR_INPUT where two
 * would be called the same there. */
MUST_USE int transform_namespace(struct build *build, struct resource_set *set,
				 const struct transform_namespace *args,
				 struct err *err);
/* The same for one object, whatever comes of it. */
MUST_USE int transform_namespace_of(struct build *build,
				    struct resource *resource,
				    const struct transform_namespace *args,
				    struct err *err);

/* Set labels or annotations: each of `pairs` at each of the fields. */
MUST_USE int transform_pairs(struct build *build, struct resource_set *set,
			     const struct node *pairs,
			     const struct fieldspecs *specs, struct err *err);

/* Replace name, tag or digest of an image. */
MUST_USE int transform_image(struct build *build, struct resource_set *set,
			     const struct image_entry *image,
			     const struct fieldspecs *specs, struct err *err);

/* Set the replicas of what is, or was, called so.  ERR_INPUT where that is
 * nothing. */
MUST_USE int transform_replicas(struct build *build, struct resource_set *set,
				const struct replica_entry *replica,
				const struct fieldspecs *specs,
				struct err *err);

#endif
