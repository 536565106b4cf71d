/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/broken.h"

#include <string.h>

#include "base/vec.h"

static struct broken_app *find(const struct broken *broken, const char *app)
{
	for (size_t i = 0; i < broken->n; i++)
		if (broken->v[i].record &&
		    str_equal(broken->v[i].record->app, app))
			return &broken->v[i];
	return NULL;
}

void broken_add(struct arena *arena, struct broken *broken,
		const struct record *record, struct err *why)
{
	struct broken_app *one = vec_push(arena, broken);

	*one = (struct broken_app){ .record = record };
	for (const struct err *err = why; err; err = err->next)
		*vec_push(arena, one) = (struct broken_error){
			.status = err->status,
			.msg = arena_strdup(arena, err->msg),
			.hint = err->hint ? arena_strdup(arena, err->hint) :
					    NULL,
		};
	err_clear(why);
}

/* ---- what is told of them ---- */

void broken_errors(const struct broken *broken, bool partial, struct err *err)
{
	for (size_t i = 0; i < broken->n; i++)
		for (size_t j = 0; j < broken->v[i].n; j++) {
			const struct broken_error *told = &broken->v[i].v[j];
			AUTO_ERR struct err one = { 0 };

			err_set(&one, partial ? ERR_PARTIAL : told->status,
				"%s", told->msg);
			if (told->hint)
				err_hint(&one, "%s", told->hint);
			err_append(err, &one);
		}
}

const char *broken_why(const struct broken *broken, const char *app)
{
	const struct broken_app *found = find(broken, app);
	const size_t n = strlen(app);
	const char *why;

	if (!found)
		return NULL;
	/* "app web: ..." would say it twice. */
	why = found->v[0].msg;
	if (str_starts(why, "app ") && strncmp(why + 4, app, n) == 0 &&
	    str_starts(why + 4 + n, ": "))
		why += 4 + n + 2;
	return why;
}

/* ---- which they are ---- */

/* An app comes behind those that it depends on. */
static int check_needs(const struct broken *broken, const struct app *app,
		       struct err *err)
{
	for (const char **on = app->depends_on; on && *on; on++)
		if (find(broken, *on))
			return err_set(err, ERR_INPUT,
				       "app %s: left alone, since it depends "
				       "on app %s",
				       app->name, *on);
	return 0;
}

/* It is not chosen any more, and its record goes with it. */
static void take_out(struct source *source, struct app *app,
		     struct apply_records *records, struct broken *out,
		     struct err *why)
{
	struct arena *arena = source->run->arena;
	const struct record *record = NULL;
	size_t n = 0;

	app->chosen = false;
	for (size_t i = 0; i < records->n; i++) {
		if (str_equal(records->v[i].app, app->name))
			record = arena_memdup(arena, &records->v[i],
					      sizeof(*record));
		else
			records->v[n++] = records->v[i];
	}
	records->n = n;
	broken_add(arena, out, record, why);
}

static bool is_end(enum broken_mode mode, const struct apply_records *records)
{
	return mode == BROKEN_STOP || (mode != BROKEN_SHOW && !records->n);
}

static int stop(struct broken *broken, const struct apply_records *others,
		struct err *err)
{
	broken_errors(broken, false, err);
	*broken = (struct broken){ 0 };
	return others->n ? err_hint(err, "sync the others with --on-error "
					 "continue") :
			   -1;
}

int broken_find(struct source *source, enum broken_mode mode,
		struct apply_records *records, struct broken *out,
		struct err *err)
{
	struct apps *apps = &source->apps;

	*out = (struct broken){ 0 };
	for (size_t i = 0; i < apps->n; i++) {
		struct app *app = &apps->v[i];
		AUTO_ERR struct err one = { 0 };

		if (!app->chosen)
			continue;
		if ((mode == BROKEN_SKIP && check_needs(out, app, &one) < 0) ||
		    source_prepare(source, app, &one) < 0)
			take_out(source, app, records, out, &one);
	}
	if (run_check(source->run, err) < 0)
		return -1;
	return out->n && is_end(mode, records) ? stop(out, records, err) : 0;
}
