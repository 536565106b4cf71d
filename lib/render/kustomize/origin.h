/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RENDER_KUSTOMIZE_ORIGIN_H
#define RENDER_KUSTOMIZE_ORIGIN_H

/*
 * Origin: where an object comes from and what has changed it, as annotations.
 * For the `buildMetadata` of a kustomization.
 */

#include "render/kustomize/resource_set.h"

struct origin {
	const char *path;
	const char *repo; /* NULL: this repository */
	const char *ref;
	/* Of what a generator or transformer made. */
	const char *configured_in;
	const char *api_version;
	const char *kind;
	const char *name;
	const char *namespace;
};

/* `path` behind that of `origin`, "." and ".." resolved as in a file name. */
const struct origin *origin_below(struct build *build,
				  const struct origin *origin,
				  const char *path);

/* The root of another repository's base. */
struct kustomize_remote;
const struct origin *origin_remote(struct build *build,
				   const struct kustomize_remote *remote);

/* What a builtin of this kind makes for the kustomization file `file`. */
const struct origin *origin_builtin(struct build *build,
				    const struct origin *origin,
				    const char *file, const char *kind);
/* What the configuration `plugin` makes, or NULL where its own origin is not
 * known. */
const struct origin *origin_of_plugin(struct build *build,
				      struct resource *plugin);

/* Note where the object comes from. */
void origin_set(struct build *build, struct resource *resource,
		const struct origin *origin);
/* The same unless that is known; `origin` may be NULL. */
void origin_note(struct build *build, struct resource *resource,
		 const struct origin *origin);
/* Note that all of the set went through a transformer. */
void origin_note_transformer(struct build *build, struct resource_set *set,
			     const struct origin *origin);

/* Take away what nobody asked for. */
void origin_drop(struct build *build, struct resource *resource, bool origins,
		 bool transformers);

#endif
