/* SPDX-License-Identifier: Apache-2.0 */

/* What a diff has found, for notices: which fields, and whose doing it is.  No
 * values. */

#include "base/clock.h"
#include "base/digest.h"
#include "document/document.h"
#include "report/internal.h"

#define DATA_OBJECTS_MOST 100 /* in a document */
#define DATA_FIELDS_MOST  20  /* of one of these */
#define CHAT_OBJECTS_MOST 10  /* in a chat */
#define CHAT_CAUSES_MOST  3   /* of one of these */
#define CHAT_PATHS_MOST   5   /* of one of these */

static const char *const reason_keys[] = { "drift", "pending" };

/* ---- what counts ---- */

/* Is "drift" or "pending" among what is to be told of? */
static bool is_asked(enum report_about about, size_t key)
{
	return about == REPORT_ABOUT_ANY ||
	       (about == REPORT_ABOUT_DRIFT ? key == 0 : key == 1);
}

static bool has_reason(const json_t *one, enum report_about about)
{
	for (size_t i = 0; i < ARRAY_LEN(reason_keys); i++)
		if (is_asked(about, i) &&
		    json_is_object(doc_get(one, reason_keys[i], NULL)))
			return true;
	return false;
}

static bool is_changed(const json_t *object)
{
	const char *action = doc_get_string(object, "action", NULL);

	for (size_t i = 0; i < VERB_CHANGES; i++)
		if (str_equal(action,
			      report_verb_words[report_verb_changes[i]].will))
			return true;
	return false;
}

/* With --name-only there are no reasons, and all that differs is told. */
static bool counts(const json_t *object, enum report_about about)
{
	const json_t *changes = doc_get(object, "changes", NULL), *change;
	size_t i;

	if (!is_changed(object))
		return false;
	if (about == REPORT_ABOUT_ANY || !changes || has_reason(object, about))
		return true;
	json_array_foreach(changes, i, change)
		if (has_reason(change, about))
			return true;
	return false;
}

size_t report_notice_count(const json_t *document, enum report_about about)
{
	const json_t *object;
	size_t i, n = 0;

	json_array_foreach(doc_get(document, "objects", NULL), i, object)
		n += counts(object, about);
	return n;
}

/* ---- for programs ---- */

/* What is asked of an object or a field; the rest is not told. */
static void copy_reasons(struct arena *arena, json_t *to, const json_t *from,
			 enum report_about about)
{
	for (size_t i = 0; i < ARRAY_LEN(reason_keys); i++) {
		const json_t *value = doc_get(from, reason_keys[i], NULL);

		doc_set(to,
			value && is_asked(about, i) ?
				doc_copy(arena, value) :
				doc_keep(arena, json_null()),
			reason_keys[i], NULL);
	}
}

static json_t *object_json(struct arena *arena, const json_t *object,
			   enum report_about about)
{
	json_t *one = doc_object(arena), *fields = doc_array(arena);
	const char *app = doc_get_string(object, "app", NULL);
	const json_t *change;
	size_t i, more = 0;

	doc_set_string(one, doc_get_string(object, "action", NULL), "action",
		       NULL);
	doc_set_string(one, app ? app : "", "app", NULL);
	doc_set_string(one, report_notice_name(arena, object), "object", NULL);
	copy_reasons(arena, one, object, about);
	json_array_foreach(doc_get(object, "changes", NULL), i, change) {
		const char *path = doc_get_string(change, "path", NULL);
		json_t *field;

		if (!has_reason(change, about))
			continue;
		if (json_array_size(fields) == DATA_FIELDS_MOST) {
			more++;
			continue;
		}
		field = doc_object(arena);
		doc_set_string(field, path ? path : "", "path", NULL);
		copy_reasons(arena, field, change, about);
		json_array_append(fields, field);
	}
	doc_set(one, fields, "fields", NULL);
	doc_set(one, doc_keep(arena, json_integer((json_int_t)more)),
		"moreFields", NULL);
	return one;
}

/* The same as long as the same differs, so that it is known again. */
static const char *digest_of(struct arena *arena, const json_t *list)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	char hex[DIGEST_SHA256_HEX];

	doc_write_json(&text, list);
	digest_sha256_hex(str_text(&text), text.len, hex);
	return arena_strdup(arena, hex);
}

void report_notice_differences(struct arena *arena, json_t *doc,
			       const json_t *document, enum report_about about)
{
	const size_t n = report_notice_count(document, about);
	json_t *list = doc_array(arena), *object;
	size_t i;

	json_array_foreach(doc_get(document, "objects", NULL), i, object)
		if (json_array_size(list) < DATA_OBJECTS_MOST &&
		    counts(object, about))
			json_array_append(list,
					  object_json(arena, object, about));
	doc_set_string(doc, digest_of(arena, list), "digest", NULL);
	doc_set(doc, list, "differences", NULL);
	doc_set(doc,
		doc_keep(arena,
			 json_integer((json_int_t)(n - json_array_size(list)))),
		"moreDifferences", NULL);
}

/* ---- for a chat ---- */

/* The reason as reason.c has it, in words. */
static char *reason_text(struct arena *arena, const json_t *reason,
			 bool drifted)
{
	const char *time = doc_get_string(reason, "time", NULL);
	const char *operation = doc_get_string(reason, "operation", NULL);
	const char *paths = doc_get_string(reason, "subresource", NULL);
	const char *author = doc_get_string(reason, "author", NULL);
	const char *subject = doc_get_string(reason, "subject", NULL);
	AUTO_ERR struct err ignored = { 0 };
	struct reason_commit commit = {
		.oid = doc_get_string(reason, "commit", NULL),
		.author = author ? author : "",
		.subject = subject ? subject : "",
	};
	const struct reason told = {
		.drifted = drifted,
		.who = {
			.manager = doc_get_string(reason, "manager", NULL),
			.operation = operation ? operation : "",
			.time = time ? time : "",
			.paths = paths ? paths : "",
		},
		.admitted = json_is_true(doc_get(reason, "admission", NULL)),
		.commit = commit.oid ? &commit : NULL,
	};
	const struct report_cause cause = {
		.drifted = drifted,
		.reason = &told,
	};

	if (commit.oid && time &&
	    clock_parse_rfc3339(time, &commit.when, &ignored) < 0)
		commit.when = 0;
	return report_cause_text(arena, &cause);
}

/* One manager at one time, or one commit. */
static bool is_same(const json_t *a, const json_t *b, bool drifted)
{
	if (drifted)
		return json_equal(a, b);
	return doc_equal(doc_get(a, "admission", NULL),
			 doc_get(b, "admission", NULL)) &&
	       str_equal(doc_get_string(a, "commit", NULL),
			 doc_get_string(b, "commit", NULL));
}

/* The paths of all fields from `first` on with the same reason as that has;
 * none where one before it has that too. */
static size_t add_paths(struct str *out, const json_t *changes, size_t first,
			bool drifted)
{
	const char *key = reason_keys[!drifted];
	const json_t *reason = doc_get(json_array_get(changes, first), key,
				       NULL);
	const json_t *change;
	size_t i, n = 0;

	json_array_foreach(changes, i, change) {
		const json_t *other = doc_get(change, key, NULL);
		const char *path = doc_get_string(change, "path", NULL);

		if (!json_is_object(other) || !is_same(reason, other, drifted))
			continue;
		if (i < first)
			return 0;
		if (n++ < CHAT_PATHS_MOST)
			str_printf(out, "%s%s", n > 1 ? ", " : "",
				   path ? path : "");
	}
	if (n > CHAT_PATHS_MOST)
		str_printf(out, " and %zu more", n - CHAT_PATHS_MOST);
	return n;
}

/* "drift: .spec.replicas, by kubectl (Update scale) 2026-..." */
static void add_cause(struct str *out, struct arena *arena, const char *what,
		      const json_t *reason, bool drifted)
{
	const char *text = reason_text(arena, reason, drifted);

	str_printf(out, "    %s: ", reason_keys[!drifted]);
	report_notice_add_text(out, what);
	str_add(out, *what && *text ? ", by " : *text ? "by " : "");
	report_notice_add_text(out, text);
	str_add_char(out, '\n');
}

static void add_causes(struct str *out, struct arena *arena,
		       const json_t *object, bool drifted)
{
	const char *key = reason_keys[!drifted];
	const json_t *own = doc_get(object, key, NULL), *change;
	const json_t *changes = doc_get(object, "changes", NULL);
	const char *note = doc_get_string(object, "note", NULL);
	size_t i, n = 0;

	if (json_is_object(own))
		add_cause(out, arena, note ? note : "", own, drifted);
	json_array_foreach(changes, i, change) {
		AUTO_STR struct str paths = STR_INIT(STR_BIG);
		const json_t *reason = doc_get(change, key, NULL);

		if (json_is_object(reason) &&
		    add_paths(&paths, changes, i, drifted) &&
		    n++ < CHAT_CAUSES_MOST)
			add_cause(out, arena, str_text(&paths), reason,
				  drifted);
	}
	if (n > CHAT_CAUSES_MOST)
		str_printf(out, "    and %zu more\n", n - CHAT_CAUSES_MOST);
}

void report_notice_add_differences(struct str *out, struct arena *arena,
				   const json_t *document,
				   enum report_about about)
{
	const json_t *object;
	size_t i, n = 0;

	json_array_foreach(doc_get(document, "objects", NULL), i, object) {
		if (!counts(object, about) || n++ >= CHAT_OBJECTS_MOST)
			continue;
		str_printf(out, "\u2022 %s ",
			   doc_get_string(object, "action", NULL));
		report_notice_add_text(out, report_notice_name(arena, object));
		str_add_char(out, '\n');
		for (size_t key = 0; key < ARRAY_LEN(reason_keys); key++)
			if (is_asked(about, key))
				add_causes(out, arena, object, key == 0);
	}
	if (n > CHAT_OBJECTS_MOST)
		str_printf(out, "and %zu more\n", n - CHAT_OBJECTS_MOST);
}
