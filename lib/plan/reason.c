/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/reason.h"

#include <string.h>

#include "base/vec.h"
#include "document/document.h"
#include "object/mark.h"

/* One object, and what there is of it. */
struct subject {
	struct arena *scratch;
	const struct plan_step *step;
	const struct reason_wish *wish;
	json_t *live, *merged;     /* as they are, NULL where not there */
	const struct object *then; /* NULL: it was not wanted, or not known */
	bool knows_then;           /* `then` tells, also that there was none */
	bool first;                /* it was never applied by us */
};

static json_t *read_json(struct arena *arena, struct bytes text)
{
	AUTO_ERR struct err ignored = { 0 };
	json_t *out = NULL;

	/* plan_judge() has read it before. */
	if (!text.len || doc_read_json(arena, "live", text, &out, &ignored) < 0)
		return NULL;
	return out;
}

bool reason_needs_then(const struct plan_step *step)
{
	switch (step->action) {
	case PLAN_CREATE:
	case PLAN_CHANGE:
	case PLAN_REPLACE:
	case PLAN_APPLY:
		return step->cause == PLAN_AWAITED;
	case PLAN_DELETE:
		return true;
	case PLAN_UNCHANGED:
	case PLAN_ADOPT:
	case PLAN_FAILED:
	case PLAN_KEEP:
	case PLAN_GONE:
	case PLAN_ACTIONS:
		break;
	}
	return false;
}

static const struct record_member *member_of(const struct subject *subject)
{
	const struct record *record = subject->wish->record;

	return record ? record_find(record, subject->step->item.want) : NULL;
}

static bool was_applied(const struct subject *subject)
{
	const struct record_member *member = member_of(subject);
	const struct record *record = subject->wish->record;

	if (record && subject->live && subject->wish->marks &&
	    mark_is_ours(subject->live, subject->step->item.want, record->set))
		return true;
	return member && (*member->uid || !subject->wish->marks);
}

/*
 * What was rendered at the last commit is what was applied, unless that sync
 * did not come to this object: the digest on it tells.
 */
static void look_at_then(struct subject *subject)
{
	const struct reason_wish *wish = subject->wish;
	const struct object *then;
	struct object marked;
	AUTO_ERR struct err ignored = { 0 };

	if (!wish->then)
		return;
	then = objects_find(wish->then, subject->step->item.want);
	subject->knows_then = true;
	subject->then = then;
	if (!then || !wish->marks || !subject->live)
		return;
	marked = *then;
	if (mark_object(subject->scratch, &marked, wish->record->set,
			&ignored) < 0 ||
	    !mark_has_digest(marked.doc))
		return;
	if (mark_is_ours(subject->live, then, wish->record->set) &&
	    !mark_is_same(subject->live, marked.doc))
		subject->knows_then = false;
}

/* ---- one field ---- */

static bool has_ours(const struct subject *subject, const char *const *path)
{
	const json_t *ours = fields_entry(subject->live, CLUSTER_MANAGER,
					  "Apply", "");

	return ours && fields_has(ours, path);
}

/* What an object that is wanted has there, as it would live. */
static const json_t *declared(const struct subject *subject,
			      const struct object *object,
			      const char *const *path)
{
	AUTO_STR struct str coded = STR_INIT(STR_BIG);
	const char *const *there;
	const json_t *value;

	if (!object)
		return NULL;
	there = fields_declared(subject->scratch, object->doc, path);
	value = fields_value(object->doc, there);
	if (there == path || !json_is_string(value))
		return value;
	str_add_base64(&coded, json_string_value(value),
		       json_string_length(value));
	return doc_keep(subject->scratch, json_string(str_text(&coded)));
}

static void judge_by_then(const struct subject *subject,
			  const char *const *path, struct reason *reason)
{
	const json_t *was = declared(subject, subject->then, path);
	const json_t *wanted = declared(subject, subject->step->item.want,
					path);
	const json_t *lives = fields_value(subject->live, path);

	reason->pending = !doc_equal(was, wanted);
	/* What git wanted neither then nor now somebody has put there. */
	reason->drifted = !doc_equal(lives, was) &&
			  (was ? !has_ours(subject, path) : !wanted);
}

static void judge_by_owner(const struct subject *subject,
			   const char *const *path, struct reason *reason)
{
	struct fields_taken who;

	reason->drifted = !has_ours(subject, path) &&
			  fields_holder(subject->scratch, subject->live,
					CLUSTER_MANAGER, path, &who);
}

/* Would a webhook of the server change what git wants and what lives? */
static bool is_admitted(const struct subject *subject, const char *const *path)
{
	const json_t *wanted = declared(subject, subject->step->item.want,
					path);

	return wanted && subject->merged &&
	       doc_equal(wanted, fields_value(subject->live, path)) &&
	       !doc_equal(wanted, fields_value(subject->merged, path));
}

static void judge_field(const struct subject *subject, struct arena *arena,
			struct reason_field *field)
{
	const char *const *path = field->change.path;
	struct reason *reason = &field->reason;

	reason->admitted = subject->wish->record && is_admitted(subject, path);
	if (!subject->wish->record || subject->first || reason->admitted)
		reason->pending = true;
	else if (subject->step->cause == PLAN_DRIFTED)
		reason->drifted = true;
	else if (subject->knows_then)
		judge_by_then(subject, path, reason);
	else
		judge_by_owner(subject, path, reason);
	/* Something is to be done about it: by git where nobody else has
	 * touched it. */
	if (!reason->drifted && !reason->pending) {
		judge_by_owner(subject, path, reason);
		reason->pending = !reason->drifted;
	}
	/* What a webhook does to the request of another is entered nowhere. */
	if (reason->drifted &&
	    !fields_holder(arena, subject->live, CLUSTER_MANAGER, path,
			   &reason->who))
		reason->admitted = fields_value(subject->live, path) &&
				   has_ours(subject, path);
}

static int judge_fields(const struct subject *subject, struct plan *plan,
			struct reasons *reasons, struct err *err)
{
	struct fields_changes changes = { 0 };
	json_t *before, *after, *set;

	if (plan_sides(subject->step, subject->scratch, &before, &after, err) <
	    0)
		return -1;
	set = fields_owned(subject->scratch, subject->live, subject->merged);
	fields_compare(plan->arena, before, after, set, &changes);
	for (size_t i = 0; i < changes.n; i++) {
		struct reason_field *field = vec_push(plan->arena, reasons);

		field->change = changes.v[i];
		field->reason = (struct reason){ 0 };
		judge_field(subject, plan->arena, field);
	}
	return 0;
}

/* ---- the object ---- */

/* Who has made what lives: whoever came first. */
static void find_maker(struct arena *arena, const json_t *live,
		       struct fields_taken *who)
{
	const json_t *entries = doc_get(live, "metadata", "managedFields",
					NULL);
	const char *made = doc_get_string(live, "metadata", "creationTimestamp",
					  NULL);
	const json_t *entry, *first = NULL;
	const char *manager, *operation;
	size_t i;

	json_array_foreach(entries, i, entry) {
		const char *time = doc_get_string(entry, "time", NULL);
		const char *least = doc_get_string(first, "time", NULL);

		if (!doc_get_string(entry, "subresource", NULL) && time &&
		    (!least || strcmp(time, least) < 0))
			first = entry;
	}
	manager = doc_get_string(first, "manager", NULL);
	operation = doc_get_string(first, "operation", NULL);
	*who = (struct fields_taken){
		.manager = arena_strdup(arena, manager),
		.operation = arena_strdup(arena, operation ? operation : ""),
		.time = arena_strdup(arena, made ? made : ""),
		.paths = "",
	};
}

/* It lives, and a sync has something to do. */
static void judge_living(const struct subject *subject, struct arena *arena,
			 struct reasons *reasons)
{
	const char *uid = doc_get_string(subject->live, "metadata", "uid",
					 NULL);
	const struct record_member *member = member_of(subject);

	if (!subject->wish->record)
		return;
	if (subject->first) {
		struct fields_taken who;

		reasons->object.pending = true;
		find_maker(arena, subject->live, &who);
		reasons->note = "it was there before the first sync";
		if (who.manager)
			reasons->note = arena_printf(arena,
						     "%s: made by %s at %s",
						     reasons->note, who.manager,
						     who.time);
		return;
	}
	if (!member || !*member->uid || !uid || str_equal(member->uid, uid))
		return;
	reasons->object.drifted = true;
	find_maker(arena, subject->live, &reasons->object.who);
	reasons->note = "it was deleted, and made anew";
}

static void judge_absent(const struct subject *subject, struct reasons *reasons)
{
	const json_t *then = subject->then ? subject->then->doc : NULL;

	reasons->object.drifted = subject->step->cause == PLAN_DRIFTED;
	reasons->object.pending =
		!reasons->object.drifted ||
		(then && !doc_equal(then, subject->step->item.want->doc));
	if (reasons->object.drifted)
		reasons->note = "somebody has deleted it";
	else
		reasons->note = "it is new in git";
}

int reason_judge(struct plan *plan, struct plan_step *step,
		 const struct reason_wish *wish, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct subject subject = {
		.scratch = scratch,
		.step = step,
		.wish = wish,
		.live = read_json(scratch, step->item.live),
		.merged = read_json(scratch, step->item.merged),
	};
	struct reasons *reasons;

	if (step->action == PLAN_UNCHANGED || step->action == PLAN_GONE ||
	    step->action == PLAN_FAILED || step->action == PLAN_KEEP)
		return 0;
	reasons = arena_alloc(plan->arena, sizeof(*reasons));
	step->reasons = reasons;
	look_at_then(&subject);
	reasons->then = subject.then;
	subject.first = wish->record && !was_applied(&subject);
	if (step->action == PLAN_DELETE) {
		reasons->object.pending = true;
		reasons->note = "git does not want it any more";
	} else if (!subject.live) {
		judge_absent(&subject, reasons);
	} else {
		judge_living(&subject, plan->arena, reasons);
		if (step->action == PLAN_ADOPT) {
			reasons->object.drifted |= step->cause == PLAN_DRIFTED;
			reasons->object.pending |= step->cause == PLAN_AWAITED;
		}
		return judge_fields(&subject, plan, reasons, err);
	}
	return 0;
}

bool reason_drifted(const struct plan_step *step)
{
	const struct reasons *reasons = step->reasons;
	bool out = reasons && reasons->object.drifted;

	for (size_t i = 0; reasons && i < reasons->n; i++)
		out |= reasons->v[i].reason.drifted;
	return out;
}

bool reason_pending(const struct plan_step *step)
{
	const struct reasons *reasons = step->reasons;
	bool out = reasons && reasons->object.pending;

	for (size_t i = 0; reasons && i < reasons->n; i++)
		out |= reasons->v[i].reason.pending;
	return out;
}
