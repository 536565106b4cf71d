/* SPDX-License-Identifier: Apache-2.0 */

/* What differs, and why, for programs. */

#include "base/clock.h"
#include "report/internal.h"
#include "report/mask.h"

static void put(json_t *object, const char *key, json_t *value)
{
	json_object_set_new(object, key, value);
}

/* Of what the server does not tell, as the time of a scale, there is none. */
static json_t *known_json(const struct report *report, const char *text)
{
	return text && *text ? report_json_text(report, text) : json_null();
}

static json_t *drift_json(const struct report *report,
			  const struct reason *reason)
{
	const struct fields_taken *who = &reason->who;
	json_t *one;

	if (!reason->drifted)
		return json_null();
	one = json_object();
	put(one, "admission", json_boolean(reason->admitted));
	put(one, "manager", known_json(report, who->manager));
	put(one, "operation", known_json(report, who->operation));
	put(one, "origin", report_json_text(report, reason->origin));
	put(one, "subresource", known_json(report, who->paths));
	put(one, "time", known_json(report, who->time));
	return one;
}

static json_t *pending_json(const struct report *report,
			    const struct reason *reason)
{
	const struct reason_commit *commit = reason->commit;
	AUTO_ARENA struct arena *scratch = arena_new();
	json_t *one;

	if (!reason->pending)
		return json_null();
	one = json_object();
	put(one, "admission", json_boolean(reason->admitted));
	put(one, "origin", report_json_text(report, reason->origin));
	put(one, "commit",
	    report_json_text(report, commit ? commit->oid : NULL));
	put(one, "author",
	    report_json_text(report, commit ? commit->author : NULL));
	put(one, "subject",
	    report_json_text(report, commit ? commit->subject : NULL));
	put(one, "time",
	    commit ? json_string(clock_rfc3339(scratch, commit->when)) :
		     json_null());
	return one;
}

static json_t *value_json(const struct report *report, const json_t *side,
			  const char *const *path)
{
	const json_t *value = fields_value(side, path);

	return value ? report_json_copy(report, (json_t *)(uintptr_t)value) :
		       json_null();
}

static void add_reasons(const struct report *report, json_t *one,
			const struct reasons *reasons, const json_t *before,
			const json_t *after)
{
	json_t *changes = json_array();

	put(one, "drift", drift_json(report, &reasons->object));
	put(one, "pending", pending_json(report, &reasons->object));
	put(one, "note", report_json_text(report, reasons->note));
	for (size_t i = 0; i < reasons->n; i++) {
		const struct reason_field *field = &reasons->v[i];
		json_t *change = json_object();

		put(change, "path",
		    report_json_text(report, field->change.shown));
		put(change, "before",
		    value_json(report, before, field->change.path));
		put(change, "after",
		    value_json(report, after, field->change.path));
		put(change, "drift", drift_json(report, &field->reason));
		put(change, "pending", pending_json(report, &field->reason));
		json_array_append_new(changes, change);
	}
	put(one, "changes", changes);
}

static bool differs(const struct plan_step *step)
{
	return step->action != PLAN_UNCHANGED && step->action != PLAN_FAILED &&
	       step->action != PLAN_KEEP && step->action != PLAN_GONE;
}

int report_json_sides(struct report *report, struct err *err)
{
	const struct plan *plan = report->plan;

	report->objects = doc_array(report->run->arena);
	for (size_t i = 0; i < plan->n; i++) {
		const struct plan_step *step = &plan->v[i];
		AUTO_ARENA struct arena *scratch = arena_new();
		json_t *before, *after, *one = json_object();

		json_array_append_new(report->objects, one);
		if (!differs(step) || report->detail == REPORT_NAMES)
			continue;
		if (plan_sides(step, scratch, &before, &after, err) < 0)
			return -1;
		report_mask(report->masked, scratch, step->item.want, &before,
			    &after);
		if (step->reasons)
			add_reasons(report, one, step->reasons, before, after);
		if (report->detail == REPORT_SUMMARY)
			continue;
		put(one, "before",
		    before ? report_json_copy(report, before) : json_null());
		put(one, "after",
		    after ? report_json_copy(report, after) : json_null());
	}
	return 0;
}
