/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OBJECT_OBJECT_H
#define OBJECT_OBJECT_H

/*
 * Object: one Kubernetes resource, as it is wanted or as it lives.
 *
 * An object's strings and its document are borrowed from the arena it was
 * made in.  Its origin ("deploy/web.yaml:12") follows it into every message.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "document/document.h"

struct health_rule;
struct ignore;

struct object {
	const char *api_version; /* "apps/v1" */
	const char *group;       /* "apps"; "" for the core group */
	const char *version;     /* "v1" */
	const char *kind;        /* "Deployment" */
	const char *namespace;   /* "" for none, or not known yet */
	const char *name;
	const json_t *doc;  /* the whole object; NULL where only its identity
			       is known */
	const char *origin; /* "" for live objects */
	const char *app;    /* that wants it, or NULL */
	/* By gitops.yaml, or NULL: */
	const struct ignore *ignore;      /* what of it is left to others */
	const struct health_rule *health; /* in place of that of its kind */
};

struct objects {
	struct object *v;
	size_t n;
	size_t room;
};

/*
 * Take a document for an object.  ERR_INPUT, beginning with the origin, where
 * it is no mapping, or apiVersion, kind or metadata.name is missing, empty or
 * no string; where it has generateName (not idempotent), or a name or
 * namespace that no server takes (RFC 1123 subdomain or path segment: no
 * "/", "%", not "." or ".."), or metadata.managedFields (server-side apply
 * refuses it).
 */
MUST_USE int object_from_doc(struct arena *arena, const struct doc *doc,
			     struct object *out, struct err *err);

/* The same for a document that is printed and never sent, whatever it holds:
 * texts that are missing are "". */
struct object object_as_is(struct arena *arena, const struct doc *doc);

/* What a document holds: itself, or, where its kind ends in "List" and it has
 * items, those, to any depth. */
void objects_split_doc(struct arena *arena, const struct doc *doc,
		       struct docs *out);

/* Append the objects of what it holds. */
MUST_USE int objects_add_doc(struct arena *arena, const struct doc *doc,
			     struct objects *out, struct err *err);

/*
 * Sort by object_order() and refuse (ERR_INPUT naming both origins) an object
 * that is there twice: same group, kind, namespace and name, whatever the
 * version.
 */
MUST_USE int objects_sort(struct objects *objects, struct err *err);

/* The object of this identity among sorted ones, or NULL. */
struct object *objects_find(const struct objects *sorted,
			    const struct object *object);

/*
 * The one order of everything that is listed: stage, then group, kind,
 * namespace and name.  For qsort().
 */
int object_order(const void *a, const void *b);

/* Same group, kind, namespace and name? */
bool object_same(const struct object *a, const struct object *b);

/* "apps/Deployment/demo/web": the key for maps, one an object. */
char *object_key(struct arena *arena, const struct object *object);

/* "Deployment demo/web", "Namespace demo": for people. */
char *object_shown(struct arena *arena, const struct object *object);

bool object_is(const struct object *object, const char *group,
	       const char *kind);

/*
 * Is all that is wanted there?  Quantities may be spelled otherwise, the server
 * may have set defaults beside it, and may leave out false, 0, "" and {}.
 */
bool object_contains(const json_t *live, const json_t *want);

/* Is it one of the groups of Kubernetes itself, of 1.0 to 1.36? */
bool object_is_own_group(const char *group);

/*
 * The same document under another name, in another namespace ("" for none).
 * Published documents are never changed, so it is a new one in the arena, which
 * shares with the old one all but its metadata.
 */
json_t *object_rename(struct arena *arena, const json_t *doc,
		      const char *namespace, const char *name);

/* Put a wanted object into this namespace; "" takes its own away. */
void object_set_namespace(struct arena *arena, struct object *object,
			  const char *namespace);

/*
 * Stages, carried out one after the other: as Flux v2 and Helm order kinds,
 * with quotas before what they count.  Within a stage all is parallel.
 */
enum object_stage {
	STAGE_NAMESPACE,
	STAGE_CRD,    /* then wait until Established */
	STAGE_CLASS,  /* kinds ending in Class */
	STAGE_POLICY, /* RBAC, ServiceAccount, quotas, limits */
	STAGE_CONFIG, /* ConfigMap, Secret, PV, PVC */
	STAGE_SERVICE,
	STAGE_WORKLOAD,
	STAGE_REST, /* custom objects, Ingress, HPA, PDB */
	STAGE_APISERVICE,
	STAGE_WEBHOOK,
	STAGE_COUNT,
};
enum object_stage object_stage(const struct object *object);

#endif
