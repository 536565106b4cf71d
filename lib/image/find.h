/* SPDX-License-Identifier: Apache-2.0 */
#ifndef IMAGE_FIND_H
#define IMAGE_FIND_H

/*
 * Find: where a file sets images.  Pure; what is found are places of
 * document/splice.h, which can be given a new text.
 *
 *	struct image_uses uses = { 0 };
 *	image_find(arena, &file, false, &uses);
 *	for (size_t i = 0; i < uses.n; i++)
 *		...
 *
 * Looked at are
 *
 *	containers       `image` of the members of containers, initContainers
 *	                 and ephemeralContainers, at any depth of any object
 *	kustomizations   the members of `images`
 *	patches          containers of strategic merge patches, and what JSON
 *	                 patches put there, in files and in kustomizations
 *	Helm's values    `image: NAME[:TAG]`, also with `tag` beside it, and
 *	                 `image: {registry, repository, tag, digest}`; in
 *	                 spec.values of HelmReleases, in valuesInline of
 *	                 kustomizations, in helm.values of gitops.yaml, and in
 *	                 files of values: those that the caller knows as such,
 *	                 and those called values.yaml, values-*.yaml,
 *	                 values.*.yaml or *-values.yaml that hold no object
 *
 * and, apart from these, Flux's setter markers.  Nothing is skipped in silence:
 * what stands there and cannot be read has a fault.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/map.h"
#include "document/splice.h"
#include "image/reference.h"

enum image_source {
	IMAGE_CONTAINER,
	IMAGE_KUSTOMIZATION,
	IMAGE_VALUES,
};

/* One image that is set. */
struct image_use {
	enum image_source source;
	size_t document;                   /* of the file, from 0 */
	const struct splice_place *object; /* what it is part of: the mapping
					      with apiVersion and kind, or the
					      document's root */
	const char *label;     /* "Deployment web/api"; NULL without a kind */
	const char *container; /* its name, or NULL */
	const char *app;       /* of gitops.yaml, whose values they are;
				  else NULL */
	const struct splice_place *at; /* for messages */

	/* What is set, by one scalar or by several; NULL where nothing is. */
	const struct splice_place *whole; /* NAME[:TAG][@DIGEST] */
	const struct splice_place *name, *tag, *digest;

	struct image_ref
		ref;       /* as it is set now; empty where there is a fault */
	const char *fault; /* why it cannot be read, or NULL */
};

struct image_uses {
	struct image_use *v; /* in the order of the file */
	size_t n, room;
};

/* `values`: the file is known to hold values for a chart.  The patches in it
 * are entered. */
void image_find(struct arena *arena, struct splice_file *file, bool values,
		struct image_uses *out);

enum image_part {
	IMAGE_WHOLE,  /* NAME:TAG[@DIGEST] */
	IMAGE_TAG,    /* ":tag" */
	IMAGE_NAME,   /* ":name" */
	IMAGE_DIGEST, /* ":digest" */
};

/*
 * A scalar with # {"$imagepolicy": "NAMESPACE:POLICY[:PART]"} behind it on its
 * line or, where that holds none, alone on the line above it.
 */
struct image_marker {
	size_t document;
	const struct splice_place *at;
	const char *namespace;
	const char *policy;
	enum image_part part;
	const char *fault; /* why it cannot be read, or NULL */
};

struct image_markers {
	struct image_marker *v; /* in the order of the file */
	size_t n, room;
};

void image_find_markers(struct arena *arena, const struct splice_file *file,
			struct image_markers *out);

/* Is a list under this key one of containers, in any kind of object? */
bool image_holds_containers(const char *key);

/* The images of all containers of an object, as keys. */
void image_collect(const json_t *object, struct map *out);

#endif
