/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RENDER_CHART_H
#define RENDER_CHART_H

/* Chart: a directory that is a Helm chart, rendered by the program helm.
 * Inside render/ only. */

#include "document/document.h"
#include "render/render.h"

/* Is the entry the file that makes a directory a chart? */
bool render_is_chart_file(const char *name);

/*
 * The documents that the chart at `path` makes, with the files of its templates
 * for their names; `*bytes` is how many helm has printed.  ERR_INPUT for what
 * is no chart, holds a kustomization as well, or is refused by helm.
 */
MUST_USE int render_chart_docs(struct arena *arena,
			       const struct render_args *args, const char *path,
			       struct docs *out, size_t *bytes,
			       struct err *err);

#endif
