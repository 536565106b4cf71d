/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/rule.h"

#include <fnmatch.h>

#include "base/vec.h"
#include "document/document.h"
#include "object/health.h"
#include "object/ignore.h"

static bool fits(const char *pattern, const char *text)
{
	return !pattern || fnmatch(pattern, text, 0) == 0;
}

static bool is_for(const struct app_target *target, const struct object *object)
{
	return fits(target->kind, object->kind) &&
	       fits(target->group, object->group) &&
	       fits(target->namespace, object->namespace) &&
	       fits(target->name, object->name);
}

static size_t count(const char *const *texts)
{
	size_t n = 0;

	while (texts[n])
		n++;
	return n;
}

static struct rule *add_rule(struct arena *arena, const struct app *app,
			     const char *key, struct rules *out)
{
	struct rule *rule = vec_push(arena, out);

	*rule = (struct rule){ .key = key, .app = app->name };
	return rule;
}

/* ---- ignore ---- */

/* What of an object is ignored, by all rules for it together. */
struct gathering {
	struct {
		struct ignore_path *v;
		size_t n, room;
	} paths;
	struct {
		const char **v;
		size_t n, room;
	} managers;
};

static void gather(struct arena *arena, const struct app_ignore *entry,
		   const struct rule *rule, struct gathering *out)
{
	for (size_t i = 0; entry->paths[i]; i++)
		*vec_push(arena, &out->paths) = (struct ignore_path){
			.pointer = entry->paths[i],
			.met = &rule->met[i],
		};
	for (size_t i = 0; entry->managers[i]; i++)
		*vec_push(arena, &out->managers) = entry->managers[i];
}

/* A path may lead to something only in what lives, or only in git. */
static void meet(struct rule *rule, const struct object *object)
{
	for (size_t i = 0; rule->paths[i]; i++)
		rule->met[i] |= doc_choose(object->doc, rule->paths[i]) != NULL;
}

static void give_ignore(struct arena *arena, const struct app *app,
			struct rule *rules, struct object *object)
{
	struct gathering all = { 0 };
	struct ignore *ignore;

	for (size_t i = 0; i < app->ignore.n; i++) {
		if (!is_for(&app->ignore.v[i].target, object))
			continue;
		rules[i].n_objects++;
		meet(&rules[i], object);
		gather(arena, &app->ignore.v[i], &rules[i], &all);
	}
	if (!all.paths.n && !all.managers.n)
		return;
	*vec_push(arena, &all.managers) = NULL;
	ignore = arena_alloc(arena, sizeof(*ignore));
	*ignore = (struct ignore){
		.paths = all.paths.v,
		.n_paths = all.paths.n,
		.managers = all.managers.v,
	};
	object->ignore = ignore;
}

static void add_ignores(struct arena *arena, const struct app *app,
			struct rules *out)
{
	for (size_t i = 0; i < app->ignore.n; i++) {
		const struct app_ignore *entry = &app->ignore.v[i];
		struct rule *rule = add_rule(arena, app, "ignore", out);

		rule->origin = entry->origin;
		rule->target = &entry->target;
		rule->paths = entry->paths;
		rule->met = arena_array(arena, count(entry->paths),
					sizeof(*rule->met));
	}
}

/* ---- health ---- */

static struct health_tests copy_tests(struct arena *arena,
				      const struct app_tests *tests)
{
	struct health_test *v = arena_array(arena, tests->n, sizeof(*v));

	for (size_t i = 0; i < tests->n; i++)
		v[i] = (struct health_test){
			.path = tests->v[i].path,
			.values = tests->v[i].values,
		};
	return (struct health_tests){ v, tests->n };
}

static struct health_rule *copy_healths(struct arena *arena,
					const struct app *app)
{
	struct health_rule *out = arena_array(arena, app->health.n,
					      sizeof(*out));

	for (size_t i = 0; i < app->health.n; i++) {
		const struct app_health *entry = &app->health.v[i];

		out[i].in_progress = copy_tests(arena, &entry->in_progress);
		out[i].failed = copy_tests(arena, &entry->failed);
		out[i].healthy = copy_tests(arena, &entry->healthy);
	}
	return out;
}

static void give_health(const struct app *app,
			const struct health_rule *healths, struct rule *rules,
			struct object *object)
{
	for (size_t i = 0; i < app->health.n; i++) {
		if (!is_for(&app->health.v[i].target, object))
			continue;
		rules[i].n_objects++;
		if (!object->health)
			object->health = &healths[i];
	}
}

static void add_healths(struct arena *arena, const struct app *app,
			struct rules *out)
{
	for (size_t i = 0; i < app->health.n; i++) {
		struct rule *rule = add_rule(arena, app, "health", out);

		rule->origin = app->health.v[i].origin;
		rule->target = &app->health.v[i].target;
	}
}

/* ---- both ---- */

void rule_give(struct arena *arena, const struct apps *apps,
	       struct objects *objects, struct rules *out)
{
	for (size_t i = 0; i < apps->n; i++) {
		const struct app *app = &apps->v[i];
		const struct health_rule *healths;
		const size_t begin = out->n;

		if (!app->chosen || !(app->ignore.n + app->health.n))
			continue;
		add_ignores(arena, app, out);
		add_healths(arena, app, out);
		healths = copy_healths(arena, app);
		for (size_t j = 0; j < objects->n; j++) {
			struct object *object = &objects->v[j];

			if (!str_equal(object->app, app->name))
				continue;
			give_ignore(arena, app, out->v + begin, object);
			give_health(app, healths,
				    out->v + begin + app->ignore.n, object);
		}
	}
}

/* "Deployment 'web'", as the rule has it. */
static void add_target(struct str *out, const struct app_target *target)
{
	str_add(out, target->kind);
	if (target->group)
		str_printf(out, " of group '%s'", target->group);
	if (target->name)
		str_printf(out, " '%s'", target->name);
	if (target->namespace)
		str_printf(out, " in namespace '%s'", target->namespace);
}

void rule_warn(const struct run *run, const struct rules *rules)
{
	for (size_t i = 0; i < rules->n; i++) {
		const struct rule *rule = &rules->v[i];
		AUTO_STR struct str target = STR_INIT(STR_BIG);

		add_target(&target, rule->target);
		if (!rule->n_objects)
			run_warn(run,
				 "%s: %s: app %s has no %s: this rule "
				 "does nothing",
				 rule->origin, rule->key, rule->app,
				 str_text(&target));
		for (size_t j = 0;
		     rule->n_objects && rule->paths && rule->paths[j]; j++)
			if (!rule->met[j])
				run_warn(run,
					 "%s: ignore: no %s of app %s has "
					 "anything at %s",
					 rule->origin, str_text(&target),
					 rule->app, rule->paths[j]);
	}
}
