/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The report that programs read: one document, whatever happened.  Text is
 * redacted string by string and not as a whole, or a secret that looks like
 * JSON could break it.
 */

#include <string.h>

#include "base/clock.h"
#include "report/internal.h"

/* A foreign text as a string of its own; NULL is null. */
json_t *report_json_text(const struct report *report, const char *text)
{
	AUTO_STR struct str safe = STR_INIT(STR_BIG);
	AUTO_STR struct str shown = STR_INIT(STR_BIG);

	if (!text)
		return json_null();
	run_redact(report->run, &safe, text, strlen(text));
	if (str_is_utf8(str_text(&safe), safe.len))
		return json_stringn(str_text(&safe), safe.len);
	/* JSON has no other bytes (a commit by an author in Latin-1). */
	str_add_shown(&shown, str_text(&safe), safe.len, true);
	return json_string(str_text(&shown));
}

/* Give `value` to `object`. */
static void put(json_t *object, const char *key, json_t *value)
{
	json_object_set_new(object, key, value);
}

static json_t *count_json(size_t n)
{
	return json_integer((json_int_t)n);
}

json_t *report_json_copy(const struct report *report, json_t *value)
{
	AUTO_STR struct str plain = STR_INIT(STR_BIG);
	AUTO_STR struct str safe = STR_INIT(STR_BIG);
	json_t *copy, *member;
	const char *key;
	size_t i;

	switch (json_typeof(value)) {
	case JSON_OBJECT:
		copy = json_object();
		json_object_foreach(value, key, member) {
			str_clear(&safe);
			run_redact(report->run, &safe, key, strlen(key));
			put(copy, str_text(&safe),
			    report_json_copy(report, member));
		}
		return copy;
	case JSON_ARRAY:
		copy = json_array();
		json_array_foreach(value, i, member)
			json_array_append_new(copy,
					      report_json_copy(report, member));
		return copy;
	case JSON_STRING:
		run_redact(report->run, &safe, json_string_value(value),
			   json_string_length(value));
		return json_stringn(str_text(&safe), safe.len);
	case JSON_INTEGER:
	case JSON_REAL:
		doc_write_json(&plain, value);
		run_redact(report->run, &safe, str_text(&plain), plain.len);
		if (!str_equal(str_text(&plain), str_text(&safe)))
			return json_string(str_text(&safe));
		break;
	case JSON_TRUE:
	case JSON_FALSE:
	case JSON_NULL:
		break;
	}
	return json_deep_copy(value);
}

/* ---- objects ---- */

static json_t *overridden_json(const struct report *report,
			       const struct fields_takens *takens)
{
	json_t *list = json_array();

	for (size_t i = 0; i < takens->n; i++) {
		const struct fields_taken *taken = &takens->v[i];
		json_t *one = json_object();

		put(one, "manager", report_json_text(report, taken->manager));
		put(one, "operation",
		    report_json_text(report, taken->operation));
		put(one, "time", report_json_text(report, taken->time));
		put(one, "paths", report_json_text(report, taken->paths));
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *strings_json(const struct report *report,
			    const char *const *strings)
{
	json_t *list = json_array();

	for (; strings && *strings; strings++)
		json_array_append_new(list, report_json_text(report, *strings));
	return list;
}

/* null where it cannot be unhealthy, or nobody has waited for it. */
static json_t *health_json(const struct report *report,
			   const struct cluster_item *item)
{
	json_t *one;

	if (!item->health.reason)
		return json_null();
	one = json_object();
	put(one, "state", json_string(health_word(item->health.state)));
	put(one, "reason", report_json_text(report, item->health.reason));
	put(one, "events", strings_json(report, item->events));
	return one;
}

static const char *status_word(enum err_status status)
{
	switch (status) {
	case ERR_OK:
		break;
	case ERR_USAGE:
		return "usage";
	case ERR_INPUT:
		return "input";
	case ERR_ACCESS:
		return "access";
	case ERR_NOT_FOUND:
		return "not found";
	case ERR_REFUSED:
		return "refused";
	case ERR_FAILED:
		return "failed";
	case ERR_PARTIAL:
		return "partial";
	case ERR_TEMPORARY:
		return "temporary";
	case ERR_UNHEALTHY:
		return "unhealthy";
	case ERR_CANCELLED:
		return "cancelled";
	}
	return "ok";
}

static json_t *error_json(const struct report *report, const struct err *err)
{
	json_t *one = json_object();

	put(one, "status", json_string(status_word(err->status)));
	put(one, "message", report_json_text(report, err->msg));
	put(one, "hint", report_json_text(report, err->hint));
	return one;
}

static json_t *step_json(const struct report *report,
			 const struct plan_step *step)
{
	const struct object *want = step->item.want;
	const enum verb verb = report_verb_of(step, report->applied);
	json_t *one = json_object();

	put(one, "group", report_json_text(report, want->group));
	put(one, "version", report_json_text(report, want->version));
	put(one, "kind", report_json_text(report, want->kind));
	put(one, "namespace", report_json_text(report, want->namespace));
	put(one, "name", report_json_text(report, want->name));
	put(one, "origin", report_json_text(report, want->origin));
	put(one, "action",
	    json_string(report_verb_words[report_verb_of(step, false)].will));
	put(one, "outcome",
	    report->applied ? json_string(report_verb_words[verb].done) :
			      json_null());
	put(one, "overridden", overridden_json(report, &step->overridden));
	put(one, "leftToOthers", report_json_text(report, step->item.given_up));
	put(one, "app", report_json_text(report, want->app));
	put(one, "ignored",
	    strings_json(report, cluster_item_ignored(&step->item)));
	put(one, "why", report_json_text(report, step->why));
	put(one, "immutable", report_json_text(report, step->item.immutable));
	put(one, "unchecked", report_json_text(report, step->item.unchecked));
	put(one, "health", health_json(report, &step->item));
	put(one, "warnings", strings_json(report, step->item.warnings));
	put(one, "error",
	    step->item.err.status == ERR_OK ?
		    json_null() :
		    error_json(report, &step->item.err));
	return one;
}

/* Why there is something to do, as status knows it. */
static json_t *cause_json(const struct plan_step *step)
{
	switch (step->cause) {
	case PLAN_DRIFTED:
		return json_string("drifted");
	case PLAN_AWAITED:
		return json_string("pending");
	case PLAN_NO_CAUSE:
		break;
	}
	return json_null();
}

/* The objects of the plan, in its order. */
static json_t *objects_json(const struct report *report)
{
	json_t *list = json_array();

	for (size_t i = 0; report->plan && i < report->plan->n; i++) {
		json_t *sides = json_array_get(report->objects, i);
		json_t *one;

		if (report->plan->v[i].action == PLAN_GONE)
			continue;
		one = step_json(report, &report->plan->v[i]);
		if (sides)
			json_object_update(one, sides);
		if (report->apps)
			put(one, "cause", cause_json(&report->plan->v[i]));
		json_array_append_new(list, one);
	}
	return list;
}

bool report_json_unhealthy(const json_t *object)
{
	const char *state = doc_get_string(object, "health", "state", NULL);

	return str_equal(state, health_word(HEALTH_FAILED)) ||
	       str_equal(state, health_word(HEALTH_IN_PROGRESS));
}

/* ---- apps ---- */

void report_app(struct report *report, const char *name)
{
	json_t *one = json_object();

	if (!report->chosen)
		report->chosen = doc_array(report->run->arena);
	put(one, "name", report_json_text(report, name));
	json_array_append_new(report->chosen, one);
}

/* What is not known is null. */
static json_t *known_json(const struct report *report, const char *text)
{
	return report_json_text(report, *text ? text : NULL);
}

/* NULL-ended, or NULL for none. */
json_t *report_json_list(const struct report *report, const char *const *texts)
{
	json_t *list = json_array();

	for (; texts && *texts; texts++)
		json_array_append_new(list, report_json_text(report, *texts));
	return list;
}

json_t *report_json_sync(const struct report *report,
			 const struct record_sync *sync)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	json_t *one = json_object();

	put(one, "number", json_integer(sync->number));
	put(one, "time", json_string(clock_rfc3339(scratch, sync->when)));
	put(one, "seconds", json_integer(sync->seconds));
	put(one, "commit", report_json_text(report, sync->commit));
	put(one, "name", report_json_text(report, sync->ref));
	put(one, "author", report_json_text(report, sync->author));
	put(one, "subject", report_json_text(report, sync->subject));
	put(one, "who", report_json_text(report, sync->who));
	put(one, "job", report_json_text(report, sync->job));
	put(one, "result", report_json_text(report, sync->result));
	put(one, "signature", known_json(report, sync->signature));
	put(one, "signer", known_json(report, sync->signer));
	put(one, "note", known_json(report, sync->note));
	put(one, "created", count_json(sync->created));
	put(one, "changed", count_json(sync->changed));
	put(one, "deleted", count_json(sync->deleted));
	put(one, "failed", count_json(sync->failed));
	put(one, "images", report_json_list(report, sync->images));
	return one;
}

json_t *report_json_app(const struct report *report,
			const struct record *record)
{
	json_t *one = json_object();

	put(one, "name", report_json_text(report, record->app));
	put(one, "repository",
	    record->exists ? report_json_text(report, record->repository) :
			     json_null());
	return one;
}

static json_t *status_json(const struct report *report,
			   const struct status_app *app)
{
	const struct report_hold *held = report_hold_of(report,
							app->record->app);
	const struct record_sync *last = status_last(app);
	json_t *one = report_json_app(report, app->record);
	json_t *health = json_null();

	if (app->judged) {
		health = json_object();
		put(health, "judged", count_json(app->judged));
		put(health, "healthy", count_json(app->healthy));
	}
	put(one, "state", json_string(status_state(app)));
	put(one, "error", report_json_text(report, app->broken));
	put(one, "drifted", count_json(app->drifted));
	put(one, "pending", count_json(app->awaited));
	put(one, "failed", count_json(app->failed));
	put(one, "health", health);
	put(one, "hold", held ? report_hold_json(report, held) : json_null());
	put(one, "sameCommit",
	    last && report->revision.oid ? json_boolean(app->same_commit) :
					   json_null());
	put(one, "sync", last ? report_json_sync(report, last) : json_null());
	return one;
}

void report_json_status(struct report *report, const struct status *status)
{
	report->apps = doc_array(report->run->arena);
	for (size_t i = 0; i < status->n; i++)
		json_array_append_new(report->apps,
				      status_json(report, &status->v[i]));
}

/* ---- rollback ---- */

json_t *report_json_commit(const struct report *report,
			   const struct revision *revision)
{
	json_t *one = json_object();

	put(one, "commit", report_json_text(report, revision->oid));
	put(one, "author", report_json_text(report, revision->author));
	put(one, "subject", report_json_text(report, revision->subject));
	return one;
}

void report_json_goal(struct report *report, const char *app, const char *image,
		      const struct revision *revision)
{
	json_t *one = report_json_commit(report, revision);

	if (!report->goals)
		report->goals = doc_array(report->run->arena);
	put(one, "app", report_json_text(report, app));
	if (image)
		put(one, "image", report_json_text(report, image));
	json_array_append_new(report->goals, one);
}

static json_t *texts_json(const struct report *report, const char *const *texts,
			  size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, report_json_text(report, texts[i]));
	return list;
}

void report_json_rollback(struct report *report,
			  const struct report_rollback *rollback)
{
	json_t *one = doc_object(report->run->arena);
	json_t *undone = json_array();

	for (size_t i = 0; i < rollback->n_undone; i++)
		json_array_append_new(undone,
				      report_json_commit(report,
							 &rollback->undone[i]));
	put(one, "commit", report_json_text(report, rollback->commit));
	put(one, "subject", report_json_text(report, rollback->subject));
	doc_set(one,
		report->goals ? report->goals : doc_array(report->run->arena),
		"apps", NULL);
	put(one, "undone", undone);
	put(one, "restored",
	    texts_json(report, rollback->paths, rollback->n_paths));
	put(one, "rejected",
	    texts_json(report, rollback->rejected, rollback->n_rejected));
	put(one, "pullRequests",
	    report_json_pulls(report, rollback->pull, rollback->pull ? 1 : 0));
	report->rollback = one;
}

/* ---- the document ---- */

static json_t *signature_json(const struct report *report)
{
	const struct repo_verdict *verdict = report->verdict;
	json_t *one;

	if (!verdict)
		return json_null();
	one = json_object();
	put(one, "state", json_string(repo_signed_name(verdict->state)));
	put(one, "key", report_json_text(report, verdict->key));
	put(one, "owner", report_json_text(report, verdict->owner));
	put(one, "refused", report_json_text(report, report->refused));
	return one;
}

static json_t *revision_json(const struct report *report,
			     const struct revision *revision)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	json_t *one;

	if (!revision->oid)
		return json_null();
	one = json_object();
	put(one, "commit", report_json_text(report, revision->oid));
	put(one, "name", report_json_text(report, revision->name));
	put(one, "author", report_json_text(report, revision->author));
	put(one, "subject", report_json_text(report, revision->subject));
	put(one, "time", json_string(clock_rfc3339(scratch, revision->when)));
	put(one, "signature",
	    revision == &report->revision ? signature_json(report) :
					    json_null());
	return one;
}

static json_t *cluster_json(const struct report *report)
{
	json_t *one;

	if (!report->cluster)
		return json_null();
	one = json_object();
	put(one, "kind", report_json_text(report, report->cluster->kind));
	put(one, "name", report_json_text(report, report->cluster->name));
	return one;
}

static json_t *summary_json(const struct report *report)
{
	size_t counts[VERB_COUNT] = { 0 };
	json_t *one = json_object();

	for (size_t i = 0; report->plan && i < report->plan->n; i++)
		if (report->plan->v[i].action != PLAN_GONE)
			counts[report_verb_of(&report->plan->v[i],
					      report->applied)]++;
	for (int i = 0; i < VERB_COUNT; i++)
		put(one,
		    report->applied ? report_verb_words[i].done :
				      report_verb_words[i].will,
		    count_json(counts[i]));
	return one;
}

static json_t *requests_json(const struct report *report)
{
	const struct http_counts *counts;
	json_t *one;

	if (!report->cluster)
		return json_null();
	counts = cluster_counts(report->cluster);
	one = json_object();
	put(one, "total", count_json(counts->requests));
	put(one, "writes", count_json(counts->writes));
	put(one, "retries", count_json(counts->retries));
	put(one, "inFlightMost", count_json(counts->in_flight_most));
	put(one, "bytesSent", count_json(counts->bytes_sent));
	put(one, "bytesReceived", count_json(counts->bytes_received));
	return one;
}

static json_t *errors_json(const struct report *report, const struct err *err)
{
	json_t *list = json_array();

	for (; err && err->status != ERR_OK; err = err->next)
		json_array_append_new(list, error_json(report, err));
	return list;
}

static json_t *warnings_json(const struct report *report)
{
	json_t *list = json_array();

	for (size_t i = 0; i < report->warnings.n; i++)
		json_array_append_new(list,
				      report_json_text(report,
						       report->warnings.v[i]));
	return list;
}

/* Who has run it, and how long. */
static json_t *run_json(const struct report *report)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	json_t *one = json_object();

	put(one, "who", report_json_text(report, report->args.who));
	put(one, "job", report_json_text(report, report->args.job));
	put(one, "started", json_string(clock_rfc3339(scratch, report->began)));
	put(one, "milliseconds", json_integer(clock_ms() - report->began_ms));
	return one;
}

json_t *report_json_document(struct report *report, int status,
			     const struct err *err)
{
	json_t *doc = doc_object(report->run->arena);

	doc_set_string(doc, "gitops/v1", "apiVersion", NULL);
	doc_set_string(doc, "Report", "kind", NULL);
	doc_set_string(doc, report->args.command, "command", NULL);
	put(doc, "repository", report_json_text(report, report->repository));
	put(doc, "revision", revision_json(report, &report->revision));
	if (report->from)
		put(doc, "from", revision_json(report, report->from));
	if (report->parts)
		doc_set(doc, report->parts, "clusters", NULL);
	else
		put(doc, "cluster", cluster_json(report));
	if (report->apps || report->chosen)
		doc_set(doc, report->apps ? report->apps : report->chosen,
			"apps", NULL);
	if (report->rollback)
		doc_set(doc, report->rollback, "rollback", NULL);
	if (report->holds)
		doc_set(doc, report->holds, "holds", NULL);
	if (!report->parts) {
		put(doc, "objects", objects_json(report));
		put(doc, "ignored", count_json(report_ignored(report)));
		put(doc, "summary", summary_json(report));
		put(doc, "requests", requests_json(report));
	}
	if (report->release)
		put(doc, "release", report_release_json(report));
	put(doc, "warnings", warnings_json(report));
	put(doc, "errors", errors_json(report, err));
	put(doc, "run", run_json(report));
	put(doc, "exitStatus", json_integer(status));
	return doc;
}
