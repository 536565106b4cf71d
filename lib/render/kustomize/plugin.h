/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RENDER_KUSTOMIZE_PLUGIN_H
#define RENDER_KUSTOMIZE_PLUGIN_H

/*
 * Plugin: objects that say what is to be done, under `generators`,
 * `transformers` and `validators`.  kustomize's own kinds, whose apiVersion is
 * "builtin", are done here; others are programs, which a pure renderer does
 * not start.
 */

#include "render/kustomize/layer.h"

/* Each entry is such an object, or names a file or directory with some. */
MUST_USE int plugin_generate(struct layer *layer, const struct nodes *entries,
			     struct accumulator *to, struct err *err);
MUST_USE int plugin_transform(struct layer *layer, const struct nodes *entries,
			      struct accumulator *to, struct err *err);
/* ERR_INPUT where one changes an object. */
MUST_USE int plugin_validate(struct layer *layer, const struct nodes *entries,
			     struct accumulator *to, struct err *err);

/* ---- between plugin.c, plugin_kinds.c and plugin_value.c ---- */

/* One that is to be run. */
struct plugin {
	struct layer *layer; /* that names it */
	struct resource *config;
	struct accumulator *to;
	const struct origin *origin; /* NULL: unknown */
};

struct plugin_kind {
	const char *name;
	bool generates;
	int (*run)(const struct plugin *plugin, struct err *err);
};
extern const struct plugin_kind plugin_kinds[];
extern const size_t plugin_n_kinds;

/* ValueAddTransformer. */
MUST_USE int plugin_add_value(const struct plugin *plugin, struct err *err);

/* Decode the object, whose other fields are left alone. */
struct decode_table;
MUST_USE int plugin_decode(const struct plugin *plugin,
			   const struct decode_table *table, void *out,
			   struct err *err);

#endif
