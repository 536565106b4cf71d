/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/offline.h"

#include "cmd/hold.h"
#include "cmd/restore.h"

/* One sync is of one commit. */
static int check_goals(const struct restore *restore, struct err *err)
{
	const struct restore_goal *first = restore->goals.v;

	for (size_t i = 1; i < restore->goals.n; i++) {
		const struct restore_goal *goal = &restore->goals.v[i];

		if (str_equal(goal->then->revision.oid,
			      first->then->revision.oid))
			continue;
		err_set(err, ERR_USAGE,
			"--offline: app %s would go back to %.7s, and app %s "
			"to %.7s",
			first->app, first->then->revision.oid, goal->app,
			goal->then->revision.oid);
		return err_hint(err, "say which with --app");
	}
	return 0;
}

int offline_sync(struct source *source, struct cluster *cluster,
		 const struct rollback_how *how, const struct sync_how *sync,
		 struct report *report, struct err *err)
{
	struct restore restore = { .source = source, .reason = how->reason };
	const struct report_rollback nothing = { 0 };
	struct sync_how held = *sync;
	struct record_hold hold;
	struct source *then;

	if (rollback_find(&restore, cluster, how, report, err) < 0 ||
	    check_goals(&restore, err) < 0)
		return -1;
	if (!restore.goals.n)
		report_rollback(report, &nothing);
	if (!restore.goals.n || how->dry_run)
		return 0;
	then = restore.goals.v[0].then;
	restore_choose(&restore, &then->apps);
	/* No commit of ours vouches for it. */
	if (verify_source(then, err) < 0)
		return -1;
	source_tell(then);
	run_warn(source->run,
		 "no commit is made, and git still wants something else: make "
		 "it agree with gitops rollback --app %s --to %.7s when the "
		 "server is back",
		 restore.goals.v[0].app, then->revision.oid);
	hold = hold_new(source, how->reason, then->revision.oid);
	held.prune.hold = HOLD_RESUME;
	held.hold = arena_memdup(source->run->arena, &hold, sizeof(hold));
	return sync_source(then, cluster, &held, report, err);
}
