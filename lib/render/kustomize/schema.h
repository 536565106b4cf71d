/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RENDER_KUSTOMIZE_SCHEMA_H
#define RENDER_KUSTOMIZE_SCHEMA_H

/*
 * Schema: which lists a strategic merge patch merges, and by which keys; and
 * which kinds live in no namespace.  kustomize knows it from the OpenAPI it
 * carries (table_schema.c, table_scope.c), or from a file that a
 * kustomization names in its stead.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/map.h"
#include "document/node.h"

#define SCHEMA_KEYS 3 /* a list merges by that many fields at most */

/* ---- the tables ---- */

struct schema_field {
	const char *name;
	int inner; /* definition of its value, or of its members; -1: none */
	bool list;
	bool merge; /* members merge, by these keys or as a set */
	const char *keys[SCHEMA_KEYS];
};

struct schema_definition {
	int first; /* of its fields */
	int n;
	const char *name;
};

struct schema_type {
	const char *api_version;
	const char *kind;
	int definition;
};

/* The built-in schema.  Fields are sorted by name in each definition, types by
 * apiVersion and kind. */
struct schema_tables {
	const struct schema_field *fields;
	const struct schema_definition *definitions;
	size_t n_definitions;
	const struct schema_type *types;
	size_t n_types;
};
extern const struct schema_tables schema_default;

struct scope_type {
	const char *api_version;
	const char *kind;
	bool cluster; /* lives in no namespace */
};
extern const struct scope_type scope_default[];
extern const size_t scope_n_default;

/* ---- looking ---- */

/*
 * What is known to one run: the tables, or a file of its own.  kustomize keeps
 * its tables beside the file where it has looked into them before it came to
 * the file, and lets them win where it had merely meant to.
 */
enum schema_tables_use {
	TABLES_UNUSED,
	TABLES_WANTED, /* the scope of a kind was asked that they do not have */
	TABLES_USED,   /* a patch was merged */
};

struct schema {
	const struct node *definitions; /* of the file; NULL: the tables */
	struct map *types;              /* "apiVersion kind" -> its schema */
	struct map *scopes; /* "apiVersion kind" -> "" (in no namespace) */
	enum schema_tables_use tables; /* before there was a file */
};

/* A place in a schema: of an object, a field or a list's members. */
struct schema_at {
	const struct schema *schema; /* NULL: nothing is known here */
	const struct node *node;     /* in the file, or */
	const struct schema_field
		*field; /* the field, where it is a list, or */
	int definition; /* in the tables */
};

struct schema_keys {
	const char *v[SCHEMA_KEYS];
	size_t n; /* 0: the list is a set of scalars */
};

static inline bool schema_knows(const struct schema_at *at)
{
	return at->schema != NULL;
}

/* The schema of an object's kind; may know nothing. */
struct schema_at schema_of(const struct schema *schema, const char *api_version,
			   const char *kind);
struct schema_at schema_field_of(const struct schema_at *at, const char *name);
struct schema_at schema_members_of(const struct schema_at *at);

/* Do the members of this list merge?  `keys` says by what. */
bool schema_merges(const struct schema_at *at, struct schema_keys *keys);

/* Known to live in no namespace? */
bool schema_is_cluster_scoped(struct schema *schema, const char *api_version,
			      const char *kind);

/* Take a swagger document for the schema.  ERR_INPUT where it is none. */
MUST_USE int schema_read(struct arena *arena, const struct node *root,
			 struct schema *schema, struct err *err);

#endif
