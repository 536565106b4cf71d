/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_COMPARE_H
#define CMD_COMPARE_H

/*
 * Compare: what a repository wants at two revisions, with no cluster.
 *
 *	struct compare compare = { .to = &source };
 *
 *	if (source_at(&source, "main", &compare.from, err) < 0 ||
 *	    compare_render(&compare, err) < 0)
 *		return -1;
 *	report_from(report, &compare.from->revision);
 *	report_diff(report, &compare.plan, err);
 */

#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "cmd/broken.h"
#include "cmd/common.h"
#include "plan/plan.h"

struct compare {
	struct source *from;   /* all of its apps are chosen, see source_at() */
	struct source *to;     /* the apps that are chosen here are compared */
	const char *namespace; /* for objects that name none, or NULL */

	/*
	 * The steps that lead from the one to the other.  What is read of a
	 * step is what is rendered at `from`.
	 */
	struct plan plan;
	struct objects was; /* what is rendered at `from`, sorted */
	size_t skipped; /* apps with the same inputs, that were not rendered */
	size_t rendered;
	struct broken broken; /* at `to`; they are left out */
};

/*
 * Render the apps whose inputs are not certain to be the same, and compare
 * their objects, by what identifies them, whatever app they are in.  Of those
 * that do not render the caller tells; where there is no other it fails.
 * Values of Secrets are hidden from here on.
 */
MUST_USE int compare_render(struct compare *compare, struct err *err);

#endif
