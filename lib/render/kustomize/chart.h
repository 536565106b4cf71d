/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RENDER_KUSTOMIZE_CHART_H
#define RENDER_KUSTOMIZE_CHART_H

/*
 * Chart: what `helmCharts` names, and what the chart makes of its values.
 * Running helm, and fetching charts, is up to the caller of the build.
 */

#include "render/kustomize/layer.h"

/*
 * Add the objects of a chart.  `globals` and `origin` may be NULL;
 * `inherits`: the chart's namespace is, where it names none, that of this
 * kustomization or of the nearest one above it.
 */
MUST_USE int chart_run(const struct layer *layer,
		       const struct chart_entry *entry,
		       const struct chart_globals *globals, bool inherits,
		       const struct origin *origin, struct resource_set *set,
		       struct err *err);

#endif
