/* SPDX-License-Identifier: Apache-2.0 */

/* Notices: what is sent to a chat and to a program at the end of a run. */

#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/vec.h"
#include "document/document.h"
#include "report/internal.h"

#define FAILURES_MOST 10  /* are listed in a chat */
#define MOVES_MOST    10  /* the same */
#define FAILURE_BYTES 400 /* of one */
#define EXIT_DIFFERS  1   /* of a diff, which is no failure */

/* What became of one cluster; or of all, where there is one document. */
struct outcome {
	const json_t *document; /* NULL: it left none */
	const json_t *whole;    /* that which says what it lacks */
	const char *cluster;    /* NULL: it did not come that far */
	int64_t status;
	bool failed;
	bool changed; /* of a diff: something differs */
	bool diff;
};

/* ---- what there is to tell ---- */

static const json_t *member(const struct outcome *outcome, const char *key)
{
	const json_t *own = doc_get(outcome->document, key, NULL);

	return own ? own : doc_get(outcome->whole, key, NULL);
}

/* Was a commit made, or a pull request touched? */
static bool has_committed(const json_t *what)
{
	const json_t *pull;
	size_t i;

	json_array_foreach(doc_get(what, "pullRequests", NULL), i, pull) {
		const char *action = doc_get_string(pull, "action", NULL);

		if (!str_equal(action, "unchanged") &&
		    !str_equal(action, "declined"))
			return true;
	}
	return doc_get_string(what, "commit", NULL) != NULL;
}

/* A sync, a release or a rollback that did something. */
static bool has_changed(const json_t *document)
{
	const json_t *summary = doc_get(document, "summary", NULL);
	json_int_t n = 0;

	for (size_t i = 0; i < VERB_CHANGES; i++)
		n += json_integer_value(json_object_get(
			summary,
			report_verb_words[report_verb_changes[i]].done));
	return n || has_committed(doc_get(document, "release", NULL)) ||
	       has_committed(doc_get(document, "rollback", NULL));
}

static bool is_due(const struct outcome *outcome, enum report_due due)
{
	switch (due) {
	case REPORT_DUE_CHANGE:
		return outcome->failed || outcome->changed;
	case REPORT_DUE_FAILURE:
		return outcome->failed;
	case REPORT_DUE_ALWAYS:
		return true;
	case REPORT_DUE_NEVER:
		break;
	}
	return false;
}

static const char *word_of(const struct outcome *outcome)
{
	if (outcome->failed)
		return "failed";
	if (!outcome->changed)
		return "unchanged";
	return outcome->diff ? "different" : "changed";
}

/* Why an object is to blame, or NULL. */
static const char *reason_of(const json_t *object)
{
	const char *message = doc_get_string(object, "error", "message", NULL);
	const char *state = doc_get_string(object, "health", "state", NULL);

	if (message)
		return message;
	if (!report_json_unhealthy(object))
		return NULL;
	message = doc_get_string(object, "health", "reason", NULL);
	return message ? message : state;
}

char *report_notice_name(struct arena *arena, const json_t *object)
{
	const char *kind = doc_get_string(object, "kind", NULL);
	const char *namespace = doc_get_string(object, "namespace", NULL);
	const char *name = doc_get_string(object, "name", NULL);

	return arena_printf(arena, "%s %s%s%s", kind ? kind : "",
			    namespace ? namespace : "",
			    namespace && *namespace ? "/" : "",
			    name ? name : "");
}

/* ---- for programs ---- */

static json_t *failures_json(struct arena *arena, const json_t *document)
{
	json_t *list = doc_array(arena), *object;
	size_t i;

	json_array_foreach(doc_get(document, "objects", NULL), i, object) {
		const char *reason = reason_of(object);
		const char *app = doc_get_string(object, "app", NULL);
		json_t *one;

		if (!reason)
			continue;
		one = doc_object(arena);
		doc_set_string(one, app ? app : "", "app", NULL);
		doc_set_string(one, report_notice_name(arena, object), "object",
			       NULL);
		doc_set_string(one, reason, "reason", NULL);
		json_array_append(list, one);
	}
	return list;
}

static struct bytes make_json(struct arena *arena,
			      const struct outcome *outcome,
			      const struct report_notice_args *args)
{
	static const char *const taken[] = {
		"apps",     "command",  "errors", "release", "repository",
		"revision", "rollback", "run",    "summary",
	};
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	json_t *doc = doc_object(arena);
	uint64_t id[2];

	digest_random(id, sizeof(id));
	doc_set_string(doc, "gitops/v1", "apiVersion", NULL);
	doc_set_string(doc, "Notification", "kind", NULL);
	doc_set_string(doc, word_of(outcome), "result", NULL);
	doc_set(doc,
		doc_keep(arena, outcome->cluster ?
					json_string(outcome->cluster) :
					json_null()),
		"cluster", NULL);
	doc_set(doc, doc_keep(arena, json_integer(outcome->status)),
		"exitStatus", NULL);
	doc_set_string(doc,
		       arena_printf(arena, "%016llx%016llx",
				    (unsigned long long)id[0],
				    (unsigned long long)id[1]),
		       "id", NULL);
	doc_set_string(doc, clock_rfc3339(arena, args->now), "sentAt", NULL);
	doc_set(doc, failures_json(arena, outcome->document), "failures", NULL);
	if (outcome->diff)
		report_notice_differences(arena, doc, outcome->document,
					  args->about);
	for (size_t i = 0; i < ARRAY_LEN(taken); i++) {
		const json_t *value = member(outcome, taken[i]);

		if (value)
			doc_set(doc, doc_copy(arena, value), taken[i], NULL);
	}
	doc_write_json(&text, doc);
	return (struct bytes){ str_keep(&text, arena), text.len };
}

/* ---- for a chat ---- */

/* As Slack wants it, and on one line: no text of others is a link or calls
 * people. */
static void add_chat(struct str *out, const char *text, size_t most)
{
	AUTO_STR struct str cut = STR_INIT(STR_BIG);

	str_add(&cut, text);
	report_text_cut(&cut, most);
	for (const char *c = str_text(&cut); *c; c++) {
		if (*c == '&')
			str_add(out, "&amp;");
		else if (*c == '<')
			str_add(out, "&lt;");
		else if (*c == '>')
			str_add(out, "&gt;");
		else
			str_add_char(out, (unsigned char)*c < ' ' ? ' ' : *c);
	}
}

void report_notice_add_text(struct str *out, const char *text)
{
	add_chat(out, text, FAILURE_BYTES);
}

/* How it ended: "done". */
static const char *end_of(const struct outcome *outcome,
			  enum report_about about)
{
	static const char *const found[][2] = {
		[REPORT_ABOUT_ANY] = { "found no difference",
				       "found differences" },
		[REPORT_ABOUT_DRIFT] = { "found no drift", "found drift" },
		[REPORT_ABOUT_PENDING] = { "found nothing pending",
					   "found what is pending" },
	};

	if (outcome->failed)
		return "failed";
	if (outcome->diff)
		return found[about][outcome->changed];
	return outcome->changed ? "done" : "changed nothing";
}

static void add_heading(struct str *out, const struct outcome *outcome,
			enum report_about about)
{
	const char *command = json_string_value(member(outcome, "command"));
	const char *before = ": ";
	const json_t *app;
	size_t i;

	str_printf(out, "%s *gitops %s %s*",
		   outcome->failed                   ? ":x:" :
		   outcome->diff && outcome->changed ? ":warning:" :
						       ":white_check_mark:",
		   command ? command : "", end_of(outcome, about));
	if (outcome->cluster) {
		str_add(out, " on ");
		add_chat(out, outcome->cluster, FAILURE_BYTES);
	}
	json_array_foreach(member(outcome, "apps"), i, app) {
		const char *name = doc_get_string(app, "name", NULL);

		str_add(out, before);
		add_chat(out, name ? name : "", FAILURE_BYTES);
		before = ", ";
	}
	str_add_char(out, '\n');
}

static void add_revision(struct str *out, struct arena *arena,
			 const struct outcome *outcome)
{
	const json_t *revision = member(outcome, "revision");
	const char *commit = doc_get_string(revision, "commit", NULL);
	const char *subject = doc_get_string(revision, "subject", NULL);
	const char *author = doc_get_string(revision, "author", NULL);

	if (!commit)
		return;
	add_chat(out,
		 report_text_commit(arena,
				    doc_get_string(revision, "name", NULL),
				    commit),
		 FAILURE_BYTES);
	if (subject && *subject) {
		str_add(out, " \"");
		add_chat(out, subject, FAILURE_BYTES);
		str_add_char(out, '"');
	}
	if (author && *author) {
		str_add(out, " by ");
		add_chat(out, author, FAILURE_BYTES);
	}
	str_add_char(out, '\n');
}

static void add_point(struct str *out, const char *what, const char *reason)
{
	str_add(out, "\u2022 ");
	if (what) {
		add_chat(out, what, FAILURE_BYTES);
		str_add(out, ": ");
	}
	add_chat(out, reason, FAILURE_BYTES);
	str_add_char(out, '\n');
}

/* The moves of a release, each once, and where they are to be looked at. */
static void add_moves(struct str *out, struct arena *arena,
		      const struct outcome *outcome)
{
	const json_t *release = member(outcome, "release"), *one;
	struct map *told = map_new(arena);
	size_t i;

	if (!has_committed(release))
		return;
	json_array_foreach(doc_get(release, "places", NULL), i, one) {
		const char *to = doc_get_string(one, "to", NULL);
		const char *image = doc_get_string(one, "image", NULL);
		const char *from = doc_get_string(one, "from", NULL);
		const char *text =
			arena_printf(arena, "%s %s -> %s", image ? image : "",
				     from ? from : "-", to ? to : "");

		if (!to || map_has(told, text))
			continue;
		map_set(told, text, told);
		if (told->n <= MOVES_MOST)
			add_point(out, NULL, text);
	}
	if (told->n > MOVES_MOST)
		str_printf(out, "and %zu more\n", told->n - MOVES_MOST);
	json_array_foreach(doc_get(release, "pullRequests", NULL), i, one) {
		const char *url = doc_get_string(one, "url", NULL);
		const char *branch = doc_get_string(one, "branch", NULL);

		add_point(out, doc_get_string(one, "action", NULL),
			  url    ? url :
			  branch ? branch :
				   "");
	}
}

static void add_counts(struct str *out, const struct outcome *outcome)
{
	const json_t *summary = doc_get(outcome->document, "summary", NULL);
	const char *before = "";

	for (int verb = 0; verb < VERB_COUNT; verb++) {
		const struct verb_words *words = &report_verb_words[verb];
		const json_int_t n = json_integer_value(
			json_object_get(summary, outcome->diff ? words->will :
								 words->done));

		if (!n)
			continue;
		str_printf(out, "%s%lld %s", before, (long long)n,
			   outcome->diff ? words->total : words->done);
		before = ", ";
	}
	if (*before)
		str_add_char(out, '\n');
}

/* The objects that are to blame, or else what is wrong with the run. */
static void add_failures(struct str *out, struct arena *arena,
			 const struct outcome *outcome)
{
	const json_t *list = doc_get(outcome->document, "objects", NULL), *one;
	size_t i, n = 0;

	json_array_foreach(list, i, one) {
		const char *reason = reason_of(one);

		if (reason && n++ < FAILURES_MOST)
			add_point(out, report_notice_name(arena, one), reason);
	}
	list = n ? NULL : member(outcome, "errors");
	json_array_foreach(list, i, one) {
		const char *reason = doc_get_string(one, "message", NULL);

		if (reason && n++ < FAILURES_MOST)
			add_point(out, NULL, reason);
	}
	if (n > FAILURES_MOST)
		str_printf(out, "and %zu more\n", n - FAILURES_MOST);
}

static void add_run(struct str *out, struct arena *arena,
		    const struct outcome *outcome)
{
	const json_t *run = member(outcome, "run");
	const char *who = doc_get_string(run, "who", NULL);
	const char *job = doc_get_string(run, "job", NULL);
	const int64_t seconds =
		json_integer_value(doc_get(run, "milliseconds", NULL)) / 1000;

	str_add(out, "run by ");
	add_chat(out, who ? who : "?", FAILURE_BYTES);
	if (seconds)
		str_printf(out, " in %s", clock_duration(arena, seconds, 2));
	if (job && *job) {
		str_add(out, ", ");
		add_chat(out, job, FAILURE_BYTES);
	}
	str_add_char(out, '\n');
}

static void add_text(struct str *out, struct arena *arena,
		     const struct outcome *outcome, enum report_about about)
{
	if (out->len)
		str_add_char(out, '\n');
	add_heading(out, outcome, about);
	add_revision(out, arena, outcome);
	add_moves(out, arena, outcome);
	add_counts(out, outcome);
	if (outcome->failed)
		add_failures(out, arena, outcome);
	else if (outcome->diff && outcome->changed)
		report_notice_add_differences(out, arena, outcome->document,
					      about);
	add_run(out, arena, outcome);
}

/* ---- the notices ---- */

struct noticing {
	struct arena *arena;
	const struct report_notice_args *args;
	struct str text;
	struct report_notices *out;
};

/* What makes it a diff that differs is what its exit status tells. */
static void judge(struct outcome *outcome, enum report_about about)
{
	outcome->diff = str_equal(json_string_value(member(outcome, "command")),
				  "diff");
	outcome->failed = outcome->status &&
			  !(outcome->diff && outcome->status == EXIT_DIFFERS);
	outcome->changed =
		outcome->diff ? outcome->status == EXIT_DIFFERS ||
					(about == REPORT_ABOUT_ANY &&
					 report_notice_count(outcome->document,
							     about)) :
				has_changed(outcome->document);
}

static void take(struct noticing *noticing, struct outcome outcome)
{
	const struct report_notice_args *args = noticing->args;

	judge(&outcome, args->about);
	if (!is_due(&outcome, args->due))
		return;
	*vec_push(noticing->arena, noticing->out) = make_json(noticing->arena,
							      &outcome, args);
	add_text(&noticing->text, noticing->arena, &outcome, args->about);
}

void report_notices(struct arena *arena, const json_t *document,
		    const struct report_notice_args *args,
		    struct report_notices *out)
{
	struct noticing noticing = {
		.arena = arena,
		.args = args,
		.text = STR_INIT(STR_BIG),
		.out = out,
	};
	const json_t *clusters = doc_get(document, "clusters", NULL), *one;
	AUTO_STR struct str body = STR_INIT(STR_BIG);
	json_t *chat = doc_object(arena);
	size_t i;

	*out = (struct report_notices){ 0 };
	json_array_foreach(clusters, i, one)
		take(&noticing,
		     (struct outcome){
			     .document = doc_get(one, "report", NULL),
			     .whole = document,
			     .cluster = doc_get_string(one, "name", NULL),
			     .status = json_integer_value(
				     doc_get(one, "exitStatus", NULL)),
		     });
	if (!clusters)
		take(&noticing,
		     (struct outcome){
			     .document = document,
			     .whole = document,
			     .cluster = doc_get_string(document, "cluster",
						       "name", NULL),
			     .status = json_integer_value(
				     doc_get(document, "exitStatus", NULL)),
		     });
	doc_set_string(chat, str_text(&noticing.text), "text", NULL);
	doc_write_json(&body, chat);
	out->chat = (struct bytes){ str_keep(&body, arena), body.len };
	str_release(&noticing.text);
}
