/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RENDER_KUSTOMIZE_FIELDSPEC_H
#define RENDER_KUSTOMIZE_FIELDSPEC_H

/*
 * Fieldspec: which fields of which kinds a transformer changes, and the walk
 * to them.  A path is divided by "/" ("\/" is a slash in a key); a sequence on
 * the way is walked through, all its members, without being named.  A name
 * that ends in "[]" says that it is a sequence, and is never created.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "document/node.h"

struct fieldspec {
	const char *group; /* NULL: any, as for the next two */
	const char *version;
	const char *kind;
	const char *path; /* "spec/template/metadata/labels" */
	bool create;      /* what is missing on the way */
};

struct fieldspecs {
	const struct fieldspec *v;
	size_t n;
};

/* What is done at the end of a path. */
struct fieldspec_setter {
	int (*set)(struct arena *arena, struct node *node, const void *data,
		   struct err *err);
	const void *data;
	/* What is made where the path may be created: NODE_MAPPING, or
	 * NODE_SCALAR with this tag. */
	bool creates;
	enum node_kind create_kind;
	enum node_tag create_tag;
};

/* Do the kind and apiVersion of this object match? */
bool fieldspec_matches(const struct fieldspec *spec, const struct node *object);

/*
 * Call `set` on every node that the path leads to, creating it where `spec`
 * and `setter` both say so.  Does not look at the kind.  ERR_INPUT where a
 * scalar stands on the way, or `set` failed.
 */
MUST_USE int fieldspec_apply(struct arena *arena, const struct fieldspec *spec,
			     struct node *object,
			     const struct fieldspec_setter *setter,
			     struct err *err);

/* fieldspec_apply() for each spec that matches the object. */
MUST_USE int fieldspecs_apply(struct arena *arena,
			      const struct fieldspecs *specs,
			      struct node *object,
			      const struct fieldspec_setter *setter,
			      struct err *err);

#endif
