/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APPLY_LOCK_H
#define APPLY_LOCK_H

/*
 * Lock: a Lease for each app (coordination.k8s.io/v1, gitops-APP beside its
 * record), so that two syncs of it do not work against each other.  It is
 * advisory: what must never happen is kept from happening by the records'
 * resourceVersions and by UIDs.  It expires when the run that holds it must
 * have ended, by its own --timeout, and at once where that run was on this
 * machine and is no more.
 */

#include <stddef.h>
#include <stdint.h>

#include "apply/records.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/run.h"
#include "cluster/cluster.h"

/* Who holds it, as others are told. */
struct apply_holder {
	const char *who; /* "ann@host" */
	const char *host;
	long pid;
};

struct apply_lock; /* NULL: none was needed, or none may be had */

/*
 * Lock the apps of the records, waiting up to `wait_s` for whoever holds one.
 * ERR_TEMPORARY, with who holds it, where that is in vain.  Where we may not
 * use Leases the run goes on without.
 */
MUST_USE int apply_lock(struct run *run, struct cluster *cluster,
			const struct apply_records *records,
			const struct apply_holder *holder, int64_t wait_s,
			struct apply_lock **out, struct err *err);

/* Give it back.  What goes wrong is told with -vv only: it expires. */
void apply_unlock(struct apply_lock *lock);

#endif
