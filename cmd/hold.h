/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_HOLD_H
#define CMD_HOLD_H

/*
 * Hold: apps that somebody has suspended, or taken back while the git server
 * was away.  Their records say so, and a sync leaves them alone until somebody
 * resumes them; or, of the latter, until git wants what they were taken back
 * to.
 */

#include "apply/records.h"
#include "base/compiler.h"
#include "base/err.h"
#include "cluster/cluster.h"
#include "cmd/common.h"
#include "report/report.h"

enum hold_mode {
	HOLD_SHOW,   /* plan as if there were none */
	HOLD_HEED,   /* leave the apps out */
	HOLD_RESUME, /* it ends here */
};

struct holds {
	struct report_hold *v; /* by the order of the apps */
	size_t n;
	size_t room;
};

/*
 * What holds the apps of these records, which were read.  With HOLD_HEED they
 * are not chosen any more and their records are taken out; with HOLD_RESUME
 * their records forget it, and will be written with what is synced.
 */
MUST_USE int hold_judge(struct source *source, enum hold_mode mode,
			struct apply_records *records, struct holds *out,
			struct err *err);

/* Suspend the apps that are chosen; an empty reason is refused. */
MUST_USE int hold_suspend(struct source *source, struct cluster *cluster,
			  const char *why, bool take_over,
			  struct report *report, struct err *err);

/*
 * Whoever commits that an app goes back wants it synced: ERR_REFUSED where it
 * is held, unless it is said where to, and it was taken back already.
 */
MUST_USE int hold_check_rollback(const struct apply_records *records,
				 const char *to, struct err *err);

/* A hold of this run. */
struct record_hold hold_new(const struct source *source, const char *why,
			    const char *commit);

#endif
