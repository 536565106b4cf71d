/* SPDX-License-Identifier: Apache-2.0 */

/* Why something differs, in words. */

#include <stdint.h>
#include <string.h>

#include "base/clock.h"
#include "base/vec.h"
#include "report/internal.h"

#define OID_WIDTH  7
#define DATE_WIDTH 10 /* "2026-11-24" */
#define TOLD_MOST  3  /* managers, and commits, in a line */

const char *report_cause_word(const struct report *report, bool drifted)
{
	return drifted ? "drift" : report->from ? "commit" : "pending";
}

/* ---- reasons that are the same ---- */

static bool is_same(const struct report_cause *cause,
		    const struct reason *reason, bool drifted)
{
	const struct reason *other = cause->reason;

	if (cause->drifted != drifted || !cause->n)
		return false;
	if (other->admitted != reason->admitted)
		return false;
	if (drifted)
		return str_equal(other->who.manager, reason->who.manager) &&
		       str_equal(other->who.operation, reason->who.operation) &&
		       str_equal(other->who.paths, reason->who.paths) &&
		       str_equal(other->who.time, reason->who.time);
	if (!other->commit || !reason->commit)
		return other->commit == reason->commit;
	return str_equal(other->commit->oid, reason->commit->oid);
}

static void add_field(struct arena *arena, struct report_cause *cause,
		      const struct reason_field *field, size_t room)
{
	const char **paths = (const char **)(uintptr_t)cause->paths;
	const char **origins = (const char **)(uintptr_t)cause->origins;
	const char *origin = field->reason.origin;
	/* Told once: of what is both, as of what is pending. */
	const bool told = cause->drifted && field->reason.pending;

	if (!paths) {
		paths = arena_array(arena, room, sizeof(*paths));
		origins = arena_array(arena, room, sizeof(*origins));
		cause->paths = paths;
		cause->origins = origins;
	}
	paths[cause->n] = field->change.shown;
	origins[cause->n] = origin && !told ? origin : "";
	cause->n++;
}

static void add_cause(struct arena *arena, struct report_causes *out,
		      const struct reasons *reasons,
		      const struct reason_field *field, bool drifted)
{
	struct report_cause *cause = NULL;

	for (size_t i = 0; i < out->n && !cause; i++)
		if (is_same(&out->v[i], &field->reason, drifted))
			cause = &out->v[i];
	if (!cause) {
		cause = vec_push(arena, out);
		*cause = (struct report_cause){
			.drifted = drifted,
			.reason = &field->reason,
		};
	}
	add_field(arena, cause, field, reasons->n);
}

void report_causes_of(struct arena *arena, const struct plan_step *step,
		      struct report_causes *out)
{
	const struct reasons *reasons = step->reasons;

	if (!reasons)
		return;
	for (int drifted = 1; drifted >= 0; drifted--) {
		const struct reason *object = &reasons->object;

		if (drifted ? object->drifted : object->pending)
			*vec_push(arena, out) = (struct report_cause){
				.drifted = drifted,
				.reason = object,
			};
		for (size_t i = 0; i < reasons->n; i++) {
			const struct reason *reason = &reasons->v[i].reason;

			if (drifted ? reason->drifted : reason->pending)
				add_cause(arena, out, reasons, &reasons->v[i],
					  drifted);
		}
	}
}

bool report_is_told(const struct plan_step *step, const char *manager)
{
	for (size_t i = 0; step->reasons && i < step->reasons->n; i++) {
		const struct reason *reason = &step->reasons->v[i].reason;

		if (reason->drifted && str_equal(reason->who.manager, manager))
			return true;
	}
	return false;
}

/* ---- in words ---- */

/* "Ada" of "Ada <ada@example.com>". */
static char *name_of(struct arena *arena, const char *author)
{
	const char *end = strstr(author, " <");

	return arena_strndup(arena, author,
			     end ? (size_t)(end - author) : strlen(author));
}

static char *commit_text(struct arena *arena,
			 const struct reason_commit *commit)
{
	return arena_printf(arena, "%.*s %.*s %s: %s", OID_WIDTH, commit->oid,
			    DATE_WIDTH, clock_rfc3339(arena, commit->when),
			    name_of(arena, commit->author), commit->subject);
}

static char *who_text(struct arena *arena, const struct fields_taken *who)
{
	return arena_printf(arena, "%s (%s%s%s)%s%s", who->manager,
			    who->operation, *who->paths ? " " : "", who->paths,
			    *who->time ? " " : "", who->time);
}

char *report_cause_text(struct arena *arena, const struct report_cause *cause)
{
	const struct reason *reason = cause->reason;

	if (reason->admitted)
		return arena_strdup(arena, cause->drifted ?
						   "an admission webhook has "
						   "changed it" :
						   "an admission webhook "
						   "changes what git wants");
	if (cause->drifted && reason->who.manager)
		return who_text(arena, &reason->who);
	if (!cause->drifted && reason->commit)
		return commit_text(arena, reason->commit);
	return arena_strdup(arena, "");
}

/* "kubectl-scale", "1a2b3c4" or "admission", or NULL. */
static const char *short_of(struct arena *arena, const struct reason *reason,
			    bool drifted)
{
	if (reason->admitted)
		return "admission";
	if (drifted)
		return reason->who.manager;
	if (!reason->commit)
		return NULL;
	return arena_strndup(arena, reason->commit->oid, OID_WIDTH);
}

char *report_tag_text(const struct report *report, struct arena *arena,
		      const struct reason *reason, bool drifted)
{
	const char *word = report_cause_word(report, drifted);
	const char *text = short_of(arena, reason, drifted);

	return arena_printf(arena, "%s%s%s", word, text ? ": " : "",
			    text ? text : "");
}

/* All of one sort, each once. */
static void add_why(const struct report *report, struct arena *arena,
		    struct str *out, const struct report_causes *causes,
		    bool drifted)
{
	const char *told[TOLD_MOST] = { 0 };
	size_t n = 0, more = 0;
	bool found = false;

	for (size_t i = 0; i < causes->n; i++) {
		const struct report_cause *cause = &causes->v[i];
		const char *text = short_of(arena, cause->reason, drifted);
		size_t at = 0;

		if (cause->drifted != drifted)
			continue;
		found = true;
		while (text && at < n && !str_equal(told[at], text))
			at++;
		if (!text || at < n)
			continue;
		if (n < TOLD_MOST)
			told[n++] = text;
		else
			more++;
	}
	if (!found)
		return;
	str_printf(out, "%s%s", out->len ? "; " : "",
		   report_cause_word(report, drifted));
	for (size_t i = 0; i < n; i++)
		str_printf(out, "%s%s", i ? ", " : ": ", told[i]);
	if (more)
		str_printf(out, " and %zu more", more);
}

char *report_why_text(const struct report *report, struct arena *arena,
		      const struct plan_step *step)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);
	struct report_causes causes = { 0 };

	report_causes_of(arena, step, &causes);
	add_why(report, arena, &out, &causes, true);
	add_why(report, arena, &out, &causes, false);
	if (step->item.err.status != ERR_OK)
		str_add(&out, step->item.err.msg);
	else if (!causes.n && step->why)
		str_add(&out, step->why);
	return str_keep(&out, arena);
}
