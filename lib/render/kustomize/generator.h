/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RENDER_KUSTOMIZE_GENERATOR_H
#define RENDER_KUSTOMIZE_GENERATOR_H

/*
 * Generator: ConfigMaps and Secrets from literals, files and lists of
 * variables; and the hash of their content that becomes part of the name.
 */

#include "render/kustomize/layer.h"

/*
 * Make the object and add it, or merge it into, or put it in place of, one
 * that is there, as its `behavior` says.  `secret`: a Secret.  `options` are
 * those of the whole kustomization, or NULL.  `origin` may be NULL.
 */
MUST_USE int generator_run(const struct layer *layer,
			   const struct generator_entry *entry, bool secret,
			   const struct generator_options *options,
			   const struct origin *origin,
			   struct resource_set *set, struct err *err);

/* Base64 as kustomize writes it: in lines of 70 where it is that long. */
struct node *generator_encode(struct arena *arena, const char *data, size_t n);

/* Add a generated object by the rules of its behavior. */
MUST_USE int generator_absorb(struct build *build, struct resource_set *set,
			      struct resource *resource, struct err *err);

/*
 * Put the hash of its content behind the name of every generated object whose
 * options do not forbid it.
 */
MUST_USE int generator_hash(struct build *build, struct resource_set *set,
			    struct err *err);

/* The ten characters of one object. */
MUST_USE int generator_hash_of(struct build *build, struct resource *resource,
			       const char **out, struct err *err);

#endif
