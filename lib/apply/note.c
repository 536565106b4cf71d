/* SPDX-License-Identifier: Apache-2.0 */
#include "apply/note.h"

#include <string.h>

#include "base/clock.h"

#define MESSAGE_MOST   1000 /* an API server may take no more than 1024 */
#define OID_SHOWN      7
#define DURATION_UNITS 2

static bool is_of(const struct plan_step *step, const struct record *record)
{
	return str_equal(step->item.want->app, record->app);
}

static bool is_unhealthy(const struct cluster_item *item)
{
	return item->health.reason &&
	       (item->health.state == HEALTH_FAILED ||
		item->health.state == HEALTH_IN_PROGRESS);
}

/* The first object, of an app or with NULL of all, that has gone wrong. */
static const struct cluster_item *find_bad(const struct plan *plan,
					   const struct record *record)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct cluster_item *item = &plan->v[i].item;

		if ((item->err.status != ERR_OK || is_unhealthy(item)) &&
		    (!record || is_of(&plan->v[i], record)))
			return item;
	}
	return NULL;
}

/* ---- the message ---- */

/* The run's own line, "main@1a2b3c4 "a subject"". */
static void add_commit(struct str *out, const struct record_sync *sync)
{
	if (!*sync->commit)
		str_add(out, "worktree");
	else if (*sync->ref && !str_starts(sync->commit, sync->ref))
		str_printf(out, "%s@%.*s", sync->ref, OID_SHOWN, sync->commit);
	else
		str_printf(out, "%.*s", OID_SHOWN, sync->commit);
	if (*sync->subject)
		str_printf(out, " \"%s\"", sync->subject);
}

static void add_count(struct str *out, const char **before, size_t n,
		      const char *word)
{
	if (!n)
		return;
	str_printf(out, "%s%zu %s", *before, n, word);
	*before = ", ";
}

static void add_counts(struct str *out, struct arena *scratch,
		       const struct record_sync *sync)
{
	const char *before = ": ";

	add_count(out, &before, sync->created, "created");
	add_count(out, &before, sync->changed, "changed");
	add_count(out, &before, sync->deleted, "deleted");
	add_count(out, &before, sync->failed, "failed");
	if (sync->seconds)
		str_printf(out, " in %s",
			   clock_duration(scratch, sync->seconds,
					  DURATION_UNITS));
}

static void add_why(struct str *out, struct arena *scratch,
		    const struct cluster_item *bad, const struct err *why)
{
	if (!bad)
		str_printf(out, ": %s", why->msg);
	else
		str_printf(out, ": %s: %s", object_shown(scratch, bad->want),
			   bad->err.status != ERR_OK ? bad->err.msg :
						       bad->health.reason);
}

/* Fit to be shown, without secrets, and not too long.  Who ran it is never
 * cut off. */
static const char *finish(const struct run *run, const struct str *text,
			  const struct record_sync *sync)
{
	AUTO_STR struct str end = STR_INIT(STR_BIG);
	AUTO_STR struct str safe = STR_INIT(STR_BIG);
	AUTO_STR struct str out = STR_INIT(STR_BIG);
	AUTO_STR struct str tail = STR_INIT(STR_BIG);
	size_t most;

	str_printf(&end, " (run by %s%s%s)", sync->who, *sync->job ? ", " : "",
		   sync->job);
	run_redact(run, &safe, str_text(&end), end.len);
	str_add_shown(&tail, str_text(&safe), safe.len, false);
	str_clear(&safe);
	run_redact(run, &safe, str_text(text), text->len);
	str_add_shown(&out, str_text(&safe), safe.len, false);
	most = tail.len < MESSAGE_MOST / 2 ? MESSAGE_MOST - tail.len :
					     MESSAGE_MOST;
	if (str_cut_text(&out, most))
		str_add(&out, "...");
	if (tail.len < MESSAGE_MOST / 2)
		str_add(&out, str_text(&tail));
	return str_keep(&out, run->arena);
}

static const char *message_of(const struct run *run,
			      const struct record_sync *sync,
			      const struct cluster_item *bad,
			      const struct err *why)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	add_commit(&out, sync);
	add_counts(&out, scratch, sync);
	if (why->status != ERR_OK)
		add_why(&out, scratch, bad, why);
	return finish(run, &out, sync);
}

/* ---- the notes ---- */

/* False where there is nothing to tell of this app. */
static bool make_note(struct run *run, const struct record *record,
		      const struct plan *plan, const struct record_sync *sync,
		      const struct err *why, struct cluster_note *note)
{
	const struct cluster_item *bad = find_bad(plan, record);
	const bool failed = why->status != ERR_OK &&
			    (bad || !find_bad(plan, NULL));
	static const struct err none;
	struct object *about;
	struct record_sync now = *sync;

	apply_count(record, plan, &now);
	if (!*record->v[0].uid ||
	    (!failed && !(now.created + now.changed + now.deleted)))
		return false;
	about = arena_alloc(run->arena, sizeof(*about));
	*about = record_object(run->arena, record, 0);
	*note = (struct cluster_note){
		.about = about,
		.uid = record->v[0].uid,
		.warning = failed,
		.reason = !failed                      ? "Synced" :
			  why->status == ERR_UNHEALTHY ? "Unhealthy" :
							 "SyncFailed",
		.message = message_of(run, &now, bad, failed ? why : &none),
	};
	return true;
}

static void warn(struct run *run, const struct cluster_note *note,
		 const struct err *err)
{
	run_warn(run, "no Event was written for ConfigMap %s/%s: %s",
		 note->about->namespace, note->about->name, err->msg);
}

void apply_note(struct run *run, struct cluster *cluster,
		const struct apply_records *records, const struct plan *plan,
		const struct record_sync *sync, const struct err *why)
{
	struct cluster_note *notes = arena_array(run->arena, records->n,
						 sizeof(*notes));
	AUTO_ERR struct err err = { 0 };
	size_t n = 0;

	if (why->status == ERR_CANCELLED || why->status == ERR_TEMPORARY)
		return;
	for (size_t i = 0; i < records->n; i++)
		n += make_note(run, &records->v[i], plan, sync, why, &notes[n]);
	if (n && cluster_note(cluster, notes, n, &err) < 0)
		warn(run, &notes[0], &err);
	for (size_t i = 0; i < n; i++) {
		if (notes[i].err.status != ERR_OK)
			warn(run, &notes[i], &notes[i].err);
		err_clear(&notes[i].err);
	}
}
