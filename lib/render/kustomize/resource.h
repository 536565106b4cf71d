/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RENDER_KUSTOMIZE_RESOURCE_H
#define RENDER_KUSTOMIZE_RESOURCE_H

/*
 * Resource: an object while it is built, and all it was called on the way.
 *
 * Transformers change names, namespaces and kinds, and others go on calling
 * the object by an earlier one: patches, references, variables.  So every
 * change of identity leaves the former one behind.  kustomize keeps that in
 * annotations under internal.config.kubernetes.io; here it stands beside the
 * object, which is why some code asks whether the annotations would be there.
 */

#include <stdbool.h>
#include <stddef.h>

#include "document/node.h"
#include "render/kustomize/build.h"

/* The namespace of kinds that live in none, and of those that name none. */
#define RESOURCE_NO_NAMESPACE      "_non_namespaceable_"
#define RESOURCE_DEFAULT_NAMESPACE "default"

struct origin;

struct resource_kind {
	const char *api_version; /* as it is spelled */
	const char *group;       /* "" for the core group */
	const char *version;
	const char *kind;
	bool cluster; /* known to live in no namespace */
};

/* What an object is, or was, called. */
struct resource_id {
	const char *group;
	const char *version;
	const char *kind;
	const char *name;
	const char *namespace; /* of a former id: the effective one */
	bool cluster;          /* of the present id only */
};

/* A former identity; group and version are those of the day. */
struct resource_past {
	const char *kind;
	const char *name;
	const char *namespace; /* effective */
};

struct resource_texts {
	const char **v;
	size_t n;
	size_t room;
};

enum resource_behavior {
	BEHAVIOR_NONE, /* not generated */
	BEHAVIOR_UNSPECIFIED,
	BEHAVIOR_CREATE,
	BEHAVIOR_REPLACE,
	BEHAVIOR_MERGE,
};

struct resource {
	struct node *root;         /* NULL or empty: deleted */
	struct resource_kind kind; /* resource_kind() keeps it */
	struct {
		struct resource_past *v; /* the first is the oldest */
		size_t n;
		size_t room;
	} past;
	struct resource_texts prefixes;
	struct resource_texts suffixes;
	enum resource_behavior behavior;
	bool needs_hash;
	bool marked; /* carries an internal annotation of another kind */
	/* Of a patch: it may change these. */
	bool allow_name_change;
	bool allow_kind_change;
	bool from_helm;
	struct resource_texts variables; /* vars that read from it */
	const char *file;                /* where it comes from */
	unsigned line;
	const struct origin *origin; /* the same for buildMetadata, or NULL */
};

struct resources {
	struct resource **v;
	size_t n;
	size_t room;
};

struct resource *resource_new(struct build *build, struct node *root);
struct resource *resource_copy(struct build *build,
			       const struct resource *resource);

/* Its group, version and kind; valid until the object changes. */
const struct resource_kind *resource_kind(struct build *build,
					  struct resource *resource);

/* metadata.name and metadata.namespace, "" where there is none. */
const char *resource_name(const struct resource *resource);
const char *resource_namespace(const struct resource *resource);

/* What it is called now; what it was called before, for i < past.n; and the
 * oldest of all these. */
struct resource_id resource_id(struct build *build, struct resource *resource);
struct resource_id resource_past_id(struct build *build,
				    struct resource *resource, size_t i);
struct resource_id resource_first_id(struct build *build,
				     struct resource *resource);

/* Remember what it is called now, before that changes. */
void resource_push_id(struct build *build, struct resource *resource);

const char *resource_effective_namespace(const struct resource_id *id);
/* Same group, version, kind, name and effective namespace? */
bool resource_id_equal(const struct resource_id *a,
		       const struct resource_id *b);
/* Are group, version and kind these, where they are neither NULL nor ""? */
bool resource_id_is(const struct resource_id *id, const char *group,
		    const char *version, const char *kind);
/* "Deployment shop/web", for messages. */
char *resource_id_shown(struct build *build, const struct resource_id *id);

/* Would it carry annotations of kustomize's own? */
bool resource_has_history(const struct resource *resource);

/*
 * What patches an object sees the annotations that kustomize keeps its history
 * in: it can add to an object without annotations of its own, and where it
 * removes them all the object forgets its former names.  One annotation stands
 * for them from the one call to the other; `keep`: kustomize restores them.
 */
void resource_mark(struct build *build, struct resource *resource);
void resource_unmark(struct resource *resource, bool keep);

/*
 * Set metadata.FIELD anew from the texts of the mapping `from`; where that is
 * empty or NULL the field is removed.
 */
void resource_set_texts(struct build *build, struct resource *resource,
			const char *field, const struct node *from);
void resource_set_name(struct build *build, struct resource *resource,
		       const char *name);
/* "" removes it. */
void resource_set_namespace(struct build *build, struct resource *resource,
			    const char *namespace);

/*
 * The texts of two mappings: those of `over`, and of `under` what the other
 * does not have.  `nulls`: a null is taken as it is spelled, else as empty.
 */
struct node *resource_merge_texts(struct arena *arena, const struct node *under,
				  const struct node *over, bool nulls);

/*
 * Take name, namespace and history of `from`, and of its labels and
 * annotations those that the object does not have.
 */
void resource_take_metadata(struct build *build, struct resource *resource,
			    const struct resource *from);

#endif
