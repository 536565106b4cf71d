/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/status.h"

#include "base/vec.h"
#include "document/document.h"
#include "object/mark.h"

const struct record_sync *status_last(const struct status_app *app)
{
	return app->record->syncs.n ? app->record->syncs.v : NULL;
}

/* A record names what is about to be applied, too, but by no UID. */
static bool was_applied(const struct record *record,
			const struct object *object, bool marks)
{
	const struct record_member *member = record_find(record, object);

	return member && (*member->uid || !marks);
}

static enum plan_cause cause_of_change(const struct status_app *app,
				       const struct plan_step *step, bool marks)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_ERR struct err broken = { 0 };
	const struct object *want = step->item.want;
	bool drifted = app->same_commit;
	json_t *live;

	if (marks && mark_has_digest(want->doc) &&
	    doc_read_json(scratch, "live", step->item.live, &live, &broken) ==
		    0)
		drifted = mark_is_ours(live, want, app->record->set) ?
				  mark_is_same(live, want->doc) :
				  was_applied(app->record, want, marks);
	return drifted ? PLAN_DRIFTED : PLAN_AWAITED;
}

static enum plan_cause cause_of(const struct status_app *app,
				const struct plan_step *step, bool marks)
{
	switch (step->action) {
	case PLAN_CREATE:
		return was_applied(app->record, step->item.want, marks) ?
			       PLAN_DRIFTED :
			       PLAN_AWAITED;
	case PLAN_REPLACE:
		if (step->hook)
			return PLAN_AWAITED; /* it is to run */
		return cause_of_change(app, step, marks);
	case PLAN_CHANGE:
	case PLAN_ADOPT:
	case PLAN_APPLY:
		return cause_of_change(app, step, marks);
	case PLAN_DELETE:
		return PLAN_AWAITED;
	case PLAN_FAILED:
	case PLAN_UNCHANGED:
	case PLAN_KEEP:
	case PLAN_GONE:
	case PLAN_ACTIONS:
		break;
	}
	return PLAN_NO_CAUSE;
}

static void add_step(struct status_app *app, struct plan_step *step, bool marks)
{
	const struct health *health = &step->item.health;

	step->cause = cause_of(app, step, marks);
	app->drifted += step->cause == PLAN_DRIFTED;
	app->awaited += step->cause == PLAN_AWAITED;
	app->failed += step->item.err.status != ERR_OK;
	app->judged += health->reason != NULL;
	app->healthy += health->reason && health_is_settled(health);
}

static struct status_app *find_app(const struct status *status,
				   const char *name)
{
	struct status_app *app = status->v;

	while (!str_equal(app->record->app, name))
		app++;
	return app;
}

void status_judge(struct plan *plan, const struct record *records, size_t n,
		  const struct status_wish *wish, struct status *out)
{
	*out = (struct status){ 0 };
	for (size_t i = 0; i < n; i++) {
		struct status_app *app = vec_push(plan->arena, out);
		const char *repository = records[i].repository;
		const struct record_sync *last;

		*app = (struct status_app){ .record = &records[i] };
		last = status_last(app);
		app->same_commit = last && *wish->commit &&
				   str_equal(last->commit, wish->commit);
		app->moved = *repository &&
			     !str_equal(repository, wish->repository);
	}
	for (size_t i = 0; i < plan->n; i++)
		add_step(find_app(out, plan->v[i].item.want->app), &plan->v[i],
			 wish->marks);
}

const char *status_state(const struct status_app *app)
{
	if (app->failed || app->broken)
		return "unknown";
	if (!status_last(app))
		return "never synced";
	if (app->drifted)
		return "drifted";
	return app->awaited ? "pending" : "in sync";
}
