/* SPDX-License-Identifier: Apache-2.0 */

/* Releases, for people and for programs. */

#include <string.h>

#include "base/clock.h"
#include "document/document.h"
#include "report/internal.h"

#define TAGS_SHOWN 10 /* unless -v asks for all */
#define TAG_WIDTH  24

static const struct verb_words moved = { "move", "to move", "moved",
					 COLOR_GREEN };

/* "gitops.yaml:7" */
static const char *where(struct arena *arena, const struct release_place *place)
{
	return arena_printf(arena, "%s:%u", place->file->path, place->at->line);
}

/* ---- what is moved ---- */

static void add_moves(struct report *report, struct str *out)
{
	const struct release_places *places = &report->release->plan->places;
	AUTO_ARENA struct arena *scratch = arena_new();

	for (size_t i = 0; i < places->n; i++) {
		const struct release_place *place = &places->v[i];

		if (place->moved)
			report_add_columns(report, out, &moved,
					   report->release->commit ?
						   moved.done :
						   moved.will,
					   arena_printf(scratch, "%s %s -> %s",
							place->now.name,
							place->from, place->to),
					   where(scratch, place));
	}
}

/*
 * No line of context: it may be part of a Secret, and what is moved is an image
 * and nothing else.
 */
static int add_differences(struct report *report, struct str *out,
			   struct err *err)
{
	const struct release_plan *plan = report->release->plan;
	AUTO_ARENA struct arena *scratch = arena_new();

	for (size_t i = 0; i < plan->n_edits; i++) {
		const struct release_edit *edit = &plan->edits[i];
		const struct report_sides sides = {
			.before = edit->before,
			.after = edit->after,
			.before_name = arena_printf(scratch, "a/%s",
						    edit->path),
			.after_name = arena_printf(scratch, "b/%s", edit->path),
		};

		if (report_add_diff(report, out, &sides, err) < 0)
			return -1;
	}
	return 0;
}

static void add_summary(struct report *report, struct str *out)
{
	const struct report_release *release = report->release;
	AUTO_ARENA struct arena *scratch = arena_new();
	size_t n;

	(void)release_moves(scratch, release->plan, &n);
	if (release->plan->n_edits)
		str_printf(out, "%zu %s: ", n,
			   release->commit ? moved.done : moved.total);
	else
		str_add(out, "nothing to move: ");
	report_add(report, out, report_text_revision(report));
	report_add_subject(report, out);
	if (release->commit)
		str_add(out, release->pushed ? ", pushed" : ", not pushed");
	str_add_char(out, '\n');
}

/* ---- the list ---- */

static bool is_running(const struct release_place *place, const char *tag)
{
	return str_equal(place->now.tag, tag);
}

static void add_tag(struct report *report, struct str *out,
		    const struct release_place *place, size_t index)
{
	const struct release_choice *choice = place->choice;
	const struct policy_tag *tag = &choice->tags[index];
	AUTO_ARENA struct arena *scratch = arena_new();
	enum policy_verdict verdict = choice->outcome.verdicts[index];
	const size_t width = strlen(tag->tag);

	str_printf(out, "    %s %s", is_running(place, tag->tag) ? ">" : " ",
		   tag->tag);
	str_add_repeat(out, ' ', width < TAG_WIDTH ? TAG_WIDTH - width : 0);
	str_add(out, "  ");
	report_add_color(out, report->out_color,
			 verdict == POLICY_CHOSEN ? COLOR_GREEN : COLOR_NONE,
			 policy_verdict_text(verdict));
	if (tag->date == POLICY_DATE_KNOWN)
		str_printf(out, ", built %s",
			   clock_rfc3339(scratch, tag->built_s));
	str_add_char(out, '\n');
}

/* Where a tag stands in the list: candidates best first, then the others. */
static size_t *ranking(struct arena *arena, const struct release_choice *choice)
{
	size_t *order = arena_array(arena, choice->n_tags, sizeof(*order));
	bool *taken = arena_array(arena, choice->n_tags, sizeof(*taken));
	size_t n = 0;

	for (; n < choice->outcome.n_ranked; n++) {
		order[n] = choice->outcome.ranked[n];
		taken[order[n]] = true;
	}
	for (size_t i = 0; i < choice->n_tags; i++)
		if (!taken[i])
			order[n++] = i;
	return order;
}

static void add_tags(struct report *report, struct str *out,
		     const struct release_place *place)
{
	const struct release_choice *choice = place->choice;
	AUTO_ARENA struct arena *scratch = arena_new();
	const size_t *order = ranking(scratch, choice);
	size_t hidden = 0;

	for (size_t i = 0; i < choice->n_tags; i++) {
		if (i < TAGS_SHOWN || report->run->verbose ||
		    is_running(place, choice->tags[order[i]].tag))
			add_tag(report, out, place, order[i]);
		else
			hidden++;
	}
	if (hidden)
		str_printf(out, "      and %zu more: -v shows them\n", hidden);
}

static void add_line(struct report *report, struct str *out, const char *label,
		     const char *text)
{
	str_printf(out, "  %-8s", label);
	report_add(report, out, text);
	str_add_char(out, '\n');
}

static void add_choice(struct report *report, struct str *out,
		       const struct release_place *place)
{
	const struct release_choice *choice = place->choice;
	AUTO_ARENA struct arena *scratch = arena_new();

	if (!choice) {
		add_line(report, out, "policy", "none");
		return;
	}
	add_line(report, out, "policy",
		 arena_printf(scratch, "%s (%s%s)", policy_text(choice->policy),
			      choice->origin,
			      choice->automatic ? "" : ", not automatic"));
	if (choice->err) {
		add_line(report, out, "chosen", "the registry did not say");
		return;
	}
	add_line(report, out, "chosen",
		 choice->chosen ?
			 choice->chosen :
			 arena_printf(scratch, "none: %s", choice->why));
	add_tags(report, out, place);
}

static void add_place(struct report *report, struct str *out,
		      const struct release_place *place)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_STR struct str heading = STR_INIT(STR_BIG);

	report_add(report, &heading, where(scratch, place));
	if (place->label) {
		str_add(&heading, "  ");
		report_add(report, &heading, place->label);
	}
	if (place->container) {
		str_add(&heading, "  ");
		report_add(report, &heading, place->container);
	}
	report_add_color(out, report->out_color, COLOR_BOLD,
			 str_text(&heading));
	str_add_char(out, '\n');
	if (place->fault) {
		add_line(report, out, "fault", place->fault);
		return;
	}
	add_line(report, out, "image", image_ref_print(scratch, &place->now));
	if (place->locked)
		add_line(report, out, "lock", place->locked);
	add_choice(report, out, place);
}

static void add_list(struct report *report, struct str *out)
{
	const struct release_places *places = &report->release->plan->places;

	for (size_t i = 0; i < places->n; i++)
		if (places->v[i].selected)
			add_place(report, out, &places->v[i]);
}

int report_release(struct report *report, const struct report_release *release,
		   struct err *err)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	report->release = arena_memdup(report->run->arena, release,
				       sizeof(*release));
	if (report->args.format != REPORT_TEXT || report->args.quiet)
		return 0;
	if (release->look) {
		add_list(report, &out);
	} else {
		add_moves(report, &out);
		if (release->dry_run && add_differences(report, &out, err) < 0)
			return -1;
		add_summary(report, &out);
		report_add_pulls(report, &out, release->pulls,
				 release->n_pulls);
	}
	report_write(report, report->args.out, &out);
	/* A sync that follows may take its time. */
	fflush(report->args.out);
	return 0;
}

/* ---- for programs ---- */

static void put_text(const struct report *report, json_t *object,
		     const char *key, const char *text)
{
	json_object_set_new(object, key, report_json_text(report, text));
}

static json_t *place_json(const struct report *report,
			  const struct release_place *place)
{
	const struct release_choice *choice = place->choice;
	json_t *one = json_object();

	put_text(report, one, "file", place->file->path);
	json_object_set_new(one, "line", json_integer(place->at->line));
	put_text(report, one, "app", place->file->apps.v[0]->name);
	put_text(report, one, "object", place->label);
	put_text(report, one, "container", place->container);
	put_text(report, one, "image", place->now.name);
	put_text(report, one, "tag", place->now.tag);
	put_text(report, one, "digest", place->now.digest);
	put_text(report, one, "policy", choice ? choice->origin : NULL);
	put_text(report, one, "locked", place->locked);
	put_text(report, one, "fault", place->fault);
	put_text(report, one, "from", place->moved ? place->from : NULL);
	put_text(report, one, "to", place->moved ? place->to : NULL);
	return one;
}

static json_t *tags_json(const struct report *report,
			 const struct release_choice *choice)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const size_t *order = ranking(scratch, choice);
	json_t *list = json_array();

	for (size_t i = 0; !choice->err && i < choice->n_tags; i++) {
		const struct policy_tag *tag = &choice->tags[order[i]];
		json_t *one = json_object();

		put_text(report, one, "tag", tag->tag);
		put_text(report, one, "built",
			 tag->date == POLICY_DATE_KNOWN ?
				 clock_rfc3339(scratch, tag->built_s) :
				 NULL);
		put_text(report, one, "verdict",
			 policy_verdict_text(
				 choice->outcome.verdicts[order[i]]));
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *choice_json(const struct report *report,
			   const struct release_choice *choice)
{
	json_t *one = json_object();

	put_text(report, one, "origin", choice->origin);
	put_text(report, one, "image", choice->image.name);
	put_text(report, one, "policy", policy_text(choice->policy));
	json_object_set_new(one, "automatic", json_boolean(choice->automatic));
	put_text(report, one, "chosen", choice->chosen);
	put_text(report, one, "why", choice->why);
	if (report->release->look)
		json_object_set_new(one, "tags", tags_json(report, choice));
	return one;
}

static json_t *counts_json(const struct report *report)
{
	const struct report_release *release = report->release;
	json_t *list = json_array();

	for (size_t i = 0; i < release->n_counts; i++) {
		const struct registry_count *count = &release->counts[i];
		json_t *one = json_object();

		put_text(report, one, "host", count->host);
		json_object_set_new(one, "requests",
				    json_integer((json_int_t)count->requests));
		json_object_set_new(one, "tokens",
				    json_integer((json_int_t)count->tokens));
		json_array_append_new(list, one);
	}
	return list;
}

json_t *report_release_json(const struct report *report)
{
	const struct report_release *release = report->release;
	const struct release_plan *plan = release->plan;
	json_t *places = json_array(), *choices = json_array();
	json_t *one = json_object();

	for (size_t i = 0; i < plan->places.n; i++)
		if (plan->places.v[i].selected)
			json_array_append_new(places,
					      place_json(report,
							 &plan->places.v[i]));
	for (size_t i = 0; i < plan->n_choices; i++)
		if (plan->choices[i]->asked)
			json_array_append_new(choices,
					      choice_json(report,
							  plan->choices[i]));
	put_text(report, one, "commit", release->commit);
	put_text(report, one, "branch", release->branch);
	json_object_set_new(one, "pushed", json_boolean(release->pushed));
	json_object_set_new(one, "places", places);
	json_object_set_new(one, "pullRequests",
			    report_json_pulls(report, release->pulls,
					      release->n_pulls));
	json_object_set_new(one, "choices", choices);
	json_object_set_new(one, "registries", counts_json(report));
	return one;
}
