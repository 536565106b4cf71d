/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/hold.h"

#include "base/clock.h"
#include "base/vec.h"
#include "cmd/planning.h"
#include "document/document.h"
#include "git/history.h"

/* ---- against git ---- */

/* Objects of the same identity and the same content, in any order. */
static bool is_same(struct objects *a, struct objects *b, struct err *ignored)
{
	if (a->n != b->n || objects_sort(a, ignored) < 0 ||
	    objects_sort(b, ignored) < 0)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (object_order(&a->v[i], &b->v[i]) != 0 ||
		    !doc_equal(a->v[i].doc, b->v[i].doc))
			return false;
	return true;
}

/* Does git want by now what the app was taken back to?  Not if nobody knows
 * that commit any more. */
static bool agrees(struct source *source, const struct record *record)
{
	const struct app *app = apps_find(&source->apps, record->app);
	struct objects now = { 0 }, then = { 0 };
	AUTO_ERR struct err ignored = { 0 };
	const struct app *was;
	struct source *at;

	if (source_at(source, record->hold->commit, &at, &ignored) < 0)
		return false;
	was = apps_find(&at->apps, record->app);
	return was && source_app_objects(at, was, &then, &ignored) == 0 &&
	       source_app_objects(source, app, &now, &ignored) == 0 &&
	       is_same(&now, &then, &ignored);
}

static enum report_hold_git compare(struct source *source,
				    const struct record *record)
{
	const char *commit = record->hold->commit;
	const char *git = source->revision.oid;
	AUTO_ERR struct err ignored = { 0 };
	bool behind = false, ahead = false;

	if (!*commit || !git)
		return REPORT_HOLD_NO_GIT;
	if (agrees(source, record))
		return REPORT_HOLD_AGREES;
	if (repo_is_behind(source->repo, commit, git, &behind, &ignored) < 0 ||
	    repo_is_behind(source->repo, git, commit, &ahead, &ignored) < 0)
		return REPORT_HOLD_ASIDE;
	return behind ? REPORT_HOLD_BEHIND :
	       ahead  ? REPORT_HOLD_AHEAD :
			REPORT_HOLD_ASIDE;
}

/* ---- what becomes of the apps ---- */

static enum report_hold_end end_of(enum hold_mode mode,
				   enum report_hold_git git)
{
	switch (mode) {
	case HOLD_SHOW:
		break;
	case HOLD_HEED:
		return git == REPORT_HOLD_AGREES ? REPORT_HOLD_RESUMED :
						   REPORT_HOLD_SKIPPED;
	case HOLD_RESUME:
		return REPORT_HOLD_RESUMED;
	}
	return REPORT_HOLD_HELD;
}

int hold_judge(struct source *source, enum hold_mode mode,
	       struct apply_records *records, struct holds *out,
	       struct err *err)
{
	size_t n = 0;

	*out = (struct holds){ 0 };
	for (size_t i = 0; i < records->n; i++) {
		struct record *record = &records->v[i];
		struct report_hold hold = {
			.app = record->app,
			.hold = record->hold,
		};

		if (run_check(source->run, err) < 0)
			return -1;
		if (record->hold) {
			hold.git = compare(source, record);
			hold.end = end_of(mode, hold.git);
			*vec_push(source->run->arena, out) = hold;
		}
		if (hold.end == REPORT_HOLD_RESUMED)
			record->hold = NULL;
		if (hold.end == REPORT_HOLD_SKIPPED)
			apps_find(&source->apps, record->app)->chosen = false;
		else
			records->v[n++] = *record;
	}
	records->n = n;
	return 0;
}

struct record_hold hold_new(const struct source *source, const char *why,
			    const char *commit)
{
	return (struct record_hold){
		.when = clock_wall(),
		.who = source_holder(source).who,
		.why = why ? why : "",
		.commit = commit,
	};
}

int hold_suspend(struct source *source, struct cluster *cluster,
		 const char *why, bool take_over, struct report *report,
		 struct err *err)
{
	struct arena *arena = source->run->arena;
	struct record_hold *hold = arena_alloc(arena, sizeof(*hold));
	struct apply_records records;
	struct holds told = { 0 };

	*hold = hold_new(source, why, "");
	if (source_load_records(source, cluster, &records, err) < 0 ||
	    (!take_over && planning_check_repository(&records, err) < 0) ||
	    apply_hold_records(source->run, cluster, &records, hold, err) < 0)
		return -1;
	for (size_t i = 0; i < records.n; i++)
		*vec_push(arena, &told) = (struct report_hold){
			.app = records.v[i].app,
			.hold = hold,
			.end = REPORT_HOLD_SUSPENDED,
		};
	report_holds(report, told.v, told.n);
	return 0;
}

int hold_check_rollback(const struct apply_records *records, const char *to,
			struct err *err)
{
	for (size_t i = 0; i < records->n; i++) {
		const struct record_hold *hold = records->v[i].hold;
		const char *app = records->v[i].app;

		if (!hold || (*hold->commit && to))
			continue;
		if (*hold->commit) {
			err_set(err, ERR_REFUSED,
				"app %s was rolled back offline to %.7s by %s",
				app, hold->commit, hold->who);
			return err_hint(err, "commit that with --to %.7s",
					hold->commit);
		}
		err_set(err, ERR_REFUSED, "app %s is suspended by %s%s%s", app,
			hold->who, *hold->why ? ": " : "", hold->why);
		return err_hint(err, "resume it with gitops sync --resume, or "
				     "leave the cluster out with --no-sync");
	}
	return 0;
}
