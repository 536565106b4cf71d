/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OBJECT_PROOF_H
#define OBJECT_PROOF_H

/*
 * Proof: that applying a marked object (mark.h) would change nothing, from
 * what lives alone.  Pure; it may give up, and then the server is asked.
 *
 * It rests on how server-side apply counts: a write that changes, adds or
 * removes a field takes it out of the entry of whoever had it before.  So if
 * the wish is the one of our last apply (its digest is on the object), and our
 * entry has every field of it, and no other, then nobody has changed one of
 * them since.  Values are compared all the same, because admission changes
 * what it likes and is not counted:
 *
 *	scalars            equal; or the same quantity ("1000m" and "1")
 *	maps               field by field, as the entry owns them
 *	lists of maps      item by item, found by the key fields in "k:{...}";
 *	                   ours in our order
 *	sets               the same by "v:..."
 *	what is owned      the wish is contained in it, because the server sets
 *	as a whole         defaults inside; nobody else owns a part of it
 *	false, 0, "", {}   may be missing: the server keeps few of these
 *
 * A Secret has no digest.  Of it all must be equal, as it stands; stringData
 * is compared with the data that it becomes.
 *
 * Not seen is what only the server can know: an admission that would do
 * something else today than when the object was written, and a definition
 * that has since made a list or map atomic.
 */

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"

/*
 * Would an apply of `want` by `manager` leave `live` as it is?  Both are whole
 * objects.  Where it is not proved, `why` names the path and the reason:
 * ".spec.replicas: owned by kubectl-edit since 2026-11-24T08:15:00Z".  It
 * holds no value, and lives in `scratch`; NULL where it is proved.
 */
bool proof_unchanged(struct arena *scratch, const json_t *want,
		     const json_t *live, const char *manager, const char **why);

#endif
