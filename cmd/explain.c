/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/explain.h"

#include "cmd/blame.h"
#include "cmd/place.h"
#include "plan/reason.h"
#include "plan/status.h"
#include "report/mask.h"

/* ---- what was synced last ---- */

/* The apps that were synced at one commit, and the repository there. */
struct past {
	const char *commit;
	struct source *source; /* NULL: it is not here any more */
	struct blame blame;
};

struct explain {
	struct source *source;
	struct plan *plan;
	struct map *spaces; /* of what is planned, see add_spaces() */
	struct map *pasts;  /* struct past by commit; "" for none */
	struct place_files files;
};

static const char *space_key(struct arena *arena, const struct object *object)
{
	return arena_printf(arena, "%s/%s/%s", object->group, object->kind,
			    object->name);
}

/*
 * The cluster was asked about what is wanted.  What was wanted is not worth a
 * request: where it names no namespace it was in that of its successor.
 */
static void add_spaces(struct explain *explain)
{
	struct arena *arena = explain->source->run->arena;

	explain->spaces = map_new(arena);
	for (size_t i = 0; i < explain->plan->n; i++) {
		const struct object *want = explain->plan->v[i].item.want;

		map_set(explain->spaces, space_key(arena, want),
			arena_strdup(arena, want->namespace));
	}
}

static void place(struct explain *explain, struct objects *objects)
{
	struct arena *arena = explain->source->run->arena;

	cluster_place(arena, objects, "");
	for (size_t i = 0; i < objects->n; i++) {
		struct object *object = &objects->v[i];
		const char *space = map_get(explain->spaces,
					    space_key(arena, object));

		if (space && !*object->namespace)
			object_set_namespace(arena, object, space);
	}
}

static struct past *past_of(struct explain *explain, const char *commit)
{
	struct arena *arena = explain->source->run->arena;
	struct past *past = map_get(explain->pasts, commit);
	AUTO_ERR struct err ignored = { 0 };

	if (past)
		return past;
	past = arena_alloc(arena, sizeof(*past));
	past->commit = commit;
	if (*commit &&
	    source_at(explain->source, commit, &past->source, &ignored) < 0)
		past->source = NULL;
	blame_open(&past->blame, explain->source, past->source);
	map_set(explain->pasts, commit, past);
	return past;
}

/* What an app wanted then, sorted; NULL where that cannot be told. */
static struct objects *render_then(struct explain *explain, struct past *past,
				   const char *name)
{
	struct arena *arena = explain->source->run->arena;
	struct objects *out = arena_alloc(arena, sizeof(*out));
	AUTO_ERR struct err ignored = { 0 };
	const struct app *app;

	if (!past->source)
		return NULL;
	app = apps_find(&past->source->apps, name);
	if (!app || source_app_objects(past->source, app, out, &ignored) < 0)
		return NULL;
	report_hide_secrets(explain->source->run, out);
	place(explain, out);
	return objects_sort(out, &ignored) < 0 ? NULL : out;
}

/* ---- what git wants in place of what has drifted ---- */

/* An app, and the files it is made from: NULL as long as nobody has asked. */
struct made {
	const struct app *app;
	const struct map *files;
};

static const struct map *files_of(struct explain *explain, struct made *made)
{
	if (!made->files)
		made->files = source_app_files(explain->source, made->app);
	return made->files;
}

static void place_drift(struct explain *explain, struct made *made,
			struct plan_step *step)
{
	struct arena *arena = explain->source->run->arena;
	struct reasons *reasons = step->reasons;
	struct place_field field;
	struct place place;

	for (size_t i = 0; reasons && i < reasons->n; i++) {
		struct reason *reason = &reasons->v[i].reason;

		if (reason->origin || !reason->drifted ||
		    !place_field(arena, step->item.want,
				 reasons->v[i].change.path, &field))
			continue;
		if (place_own(&explain->files, &field, &place) ||
		    (field.text &&
		     place_find(&explain->files, files_of(explain, made),
				&field, &place)))
			reason->origin = arena_printf(arena, "%s:%u",
						      place.file, place.line);
	}
}

/* ---- one app ---- */

static bool is_of(const struct plan_step *step, const struct record *record)
{
	return str_equal(step->item.want->app, record->app);
}

static int explain_app(struct explain *explain, const struct record *record,
		       bool marks, struct err *err)
{
	struct plan *plan = explain->plan;
	struct reason_wish wish = { .record = record, .marks = marks };
	const char *commit = record->syncs.n ? record->syncs.v[0].commit : "";
	struct made made = { .app = apps_find(&explain->source->apps,
					      record->app) };
	struct past *past = NULL;
	bool needed = false;

	for (size_t i = 0; i < plan->n; i++)
		needed |= is_of(&plan->v[i], record) &&
			  reason_needs_then(&plan->v[i]);
	if (needed) {
		past = past_of(explain, commit);
		wish.then = render_then(explain, past, record->app);
	}
	for (size_t i = 0; i < plan->n; i++) {
		if (!is_of(&plan->v[i], record))
			continue;
		if (reason_judge(plan, &plan->v[i], &wish, err) < 0)
			return -1;
		if (past)
			blame_add(&past->blame, &plan->v[i]);
		place_drift(explain, &made, &plan->v[i]);
	}
	return 0;
}

int explain_plan(struct source *source, const struct cluster *cluster,
		 const struct apply_records *records, struct plan *plan,
		 struct err *err)
{
	struct explain explain = {
		.source = source,
		.plan = plan,
		.pasts = map_new(source->run->arena),
	};
	const struct status_wish wish = {
		.commit = source->revision.oid ? source->revision.oid : "",
		.repository = source->identity,
		.marks = cluster->marks,
	};
	struct status status;

	status_judge(plan, records->v, records->n, &wish, &status);
	add_spaces(&explain);
	place_open(source->run->arena, source->tree, &explain.files);
	for (size_t i = 0; i < records->n; i++)
		if (explain_app(&explain, &records->v[i], cluster->marks, err) <
		    0)
			return -1;
	for (size_t i = 0; i < explain.pasts->n; i++) {
		struct past *past = explain.pasts->entries[i].value;

		if (blame_find_commits(&past->blame, err) < 0)
			return -1;
	}
	return 0;
}

int explain_compare(struct compare *compare, struct err *err)
{
	struct plan *plan = &compare->plan;
	const struct reason_wish wish = { .then = &compare->was };
	struct blame blame;

	blame_open(&blame, compare->to, compare->from);
	for (size_t i = 0; i < plan->n; i++) {
		if (reason_judge(plan, &plan->v[i], &wish, err) < 0)
			return -1;
		blame_add(&blame, &plan->v[i]);
	}
	return blame_find_commits(&blame, err);
}
