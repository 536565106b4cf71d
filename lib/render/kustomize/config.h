/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RENDER_KUSTOMIZE_CONFIG_H
#define RENDER_KUSTOMIZE_CONFIG_H

/*
 * Config: the fields that transformers change, and which fields hold the name
 * of another object.  The defaults are kustomize's (table_fieldspecs.c);
 * `configurations` and `crds` of a kustomization add to them, and what a base
 * adds holds for its overlays, too.
 */

#include "base/compiler.h"
#include "render/kustomize/fieldspec.h"

/* Fields that hold the name of an object of this kind. */
struct reference {
	const char *group; /* NULL: any, as for the next two */
	const char *version;
	const char *kind;
	struct fieldspecs referrers;
};

struct references {
	const struct reference *v;
	size_t n;
};

struct config {
	struct fieldspecs common_annotations;
	struct fieldspecs common_labels;
	struct fieldspecs images;
	struct fieldspecs labels;
	struct fieldspecs name_prefix;
	struct fieldspecs name_suffix;
	struct fieldspecs namespace;
	struct fieldspecs replicas;
	struct fieldspecs template_labels;
	struct fieldspecs var_reference;
	struct fieldspecs volume_claim_template_labels;
	struct references references;
};
extern const struct config config_default;

/* clang-format off */
#define LIST(table) { table, ARRAY_LEN(table) }
/* clang-format on */

/*
 * `base` and `more`: what is in both stands once.  Sorted by kind, as
 * kustomize sorts it.  ERR_INPUT where a field may be created by the one and
 * not by the other.
 */
MUST_USE int config_merge(struct arena *arena, const struct config *base,
			  const struct config *more, struct config *out,
			  struct err *err);
MUST_USE int config_merge_fieldspecs(struct arena *arena,
				     const struct fieldspecs *base,
				     const struct fieldspecs *more,
				     struct fieldspecs *out, struct err *err);

/* Fieldspecs as they stand in a kustomization. */
struct field_entries;
void config_take_fields(struct arena *arena, const struct field_entries *from,
			struct fieldspecs *out);

/* A file of `configurations`: its lists, which may be any of struct config. */
MUST_USE int config_read(struct arena *arena, const struct node *root,
			 struct config *out, struct err *err);

/*
 * A file of `crds`: OpenAPI definitions by name, from whose extensions
 * (x-kubernetes-annotation, -identity, -label-selector, -object-ref-kind and
 * its like) fields follow.
 */
MUST_USE int config_read_crds(struct arena *arena, const struct node *root,
			      struct config *out, struct err *err);

/* kustomize's order of kinds, for its legacy order of objects, too. */
int config_kind_rank(const char *kind);

#endif
