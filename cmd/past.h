/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_PAST_H
#define CMD_PAST_H

/*
 * Past: what became of apps, out of their records and the log of git.  Of the
 * log it takes what gitops has committed: releases of images that are set in
 * what the app is rendered from, and rollbacks of the app.
 */

#include <stddef.h>
#include <stdint.h>

#include "apply/records.h"
#include "base/compiler.h"
#include "base/err.h"
#include "cmd/common.h"
#include "report/report.h"

#define PAST_COMMITS 10000 /* so many are looked at */

struct past_args {
	int64_t from; /* seconds since 1970: nothing that was before */
	size_t most;  /* events of each app */
};

/* One of each record, with the newest of its events. */
MUST_USE int past_read(struct source *source,
		       const struct apply_records *records,
		       const struct past_args *args, struct report_past **out,
		       struct err *err);

#endif
