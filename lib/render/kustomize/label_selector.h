/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RENDER_KUSTOMIZE_LABEL_SELECTOR_H
#define RENDER_KUSTOMIZE_LABEL_SELECTOR_H

/*
 * Label selector: "app=web,tier in (a, b),!old", as Kubernetes reads it
 * (k8s.io/apimachinery/pkg/labels).
 */

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "document/node.h"

struct label_selector;

/* ERR_INPUT, "'SELECTOR': what is wrong".  An empty one matches all. */
MUST_USE int label_selector_parse(struct arena *arena, const char *text,
				  struct label_selector **out, struct err *err);

/* Do the texts of this mapping (NULL: none) match? */
bool label_selector_matches(const struct label_selector *selector,
			    const struct node *labels);

#endif
