/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_TELL_H
#define CMD_TELL_H

/*
 * Tell: who else hears how a run ended, besides whoever reads its streams.
 * All of it is made of the document that -o json prints.
 */

#include "base/compiler.h"
#include "base/err.h"
#include "base/run.h"
#include "cmd/opt.h"
#include "report/report.h"

struct tell_args {
	const char *report;      /* file for the document, or NULL */
	const char *metrics;     /* the same for metrics */
	int notify;              /* enum report_due */
	enum report_about about; /* of a diff */
};
extern const struct opt tell_opts[]; /* of a sync */
extern const struct opt tell_diff_opts[];
#define TELL_DEFAULTS                                                          \
	{                                                                      \
		.notify = REPORT_DUE_CHANGE                                    \
	}
extern const struct opt tell_report_opts[]; /* of what changes no cluster */

/* Tell them when the report is closed. */
void tell_at_end(struct run *run, const struct tell_args *args,
		 struct report *report);

#endif
