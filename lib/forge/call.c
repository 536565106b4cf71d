/* SPDX-License-Identifier: Apache-2.0 */

/* One request, and what its failure means. */

#include <stdarg.h>
#include <string.h>

#include "base/str.h"
#include "document/document.h"
#include "forge/inside.h"

#define BODY_CAP     ((size_t)16 << 20)
#define WORDS_MOST   300 /* bytes of what the forge says */
#define TRIES        4
#define LOOKS        6 /* after the first */
#define LOOK_WAIT_MS 1000

/* ---- what it says ---- */

/* Texts, wherever they are: {"message": ...}, {"error": {"message": ...}},
 * {"errors": [{"message": ...}]}, {"message": {"base": ["..."]}}. */
static void add_words(struct str *out, json_t *value, unsigned depth)
{
	static const char *const keys[] = { "message", "error", "errors",
					    "error_description", "detail" };
	json_t *member;
	const char *key;
	size_t i;

	if (depth > 4)
		return;
	if (json_is_string(value) && *json_string_value(value)) {
		str_add(out, out->len ? "; " : "");
		str_add(out, json_string_value(value));
	}
	json_array_foreach(value, i, member)
		add_words(out, member, depth + 1);
	if (!json_is_object(value))
		return;
	for (i = 0; i < ARRAY_LEN(keys); i++)
		add_words(out, json_object_get(value, keys[i]), depth + 1);
	if (depth && !out->len)
		json_object_foreach(value, key, member)
			add_words(out, member, depth + 1);
}

static const char *words_of(struct arena *arena, json_t *answer)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	add_words(&out, answer, 0);
	return forge_cut(arena, str_text(&out), WORDS_MOST);
}

static int fail_access(struct forge *forge, long status, const char *words,
		       struct err *err)
{
	err_set(err, ERR_ACCESS, "%s does not let this token do it (%ld%s%s)",
		forge->driver->name, status, *words ? ": " : "", words);
	return err_hint(err, status == 401 ?
				     "is it the token of this server, and has "
				     "it expired?" :
				     "let it write pull requests, comments and "
				     "statuses of this repository");
}

static int fail(struct forge *forge, const struct http_response *response,
		json_t *answer, struct err *err)
{
	const char *words = words_of(forge->run->arena, answer);
	const char *name = forge->driver->name;
	long status = response->status;

	/* GitHub says 403 of a limit that passes. */
	if (status == 429 || status >= 500 ||
	    (status == 403 &&
	     (response->retry_after_s || strstr(words, "rate limit")))) {
		err_set(err, ERR_TEMPORARY, "%s %s (%ld%s%s)", name,
			status >= 500 ? "fails" : "has enough of us", status,
			*words ? ": " : "", words);
		return err_hint(err, "run again later");
	}
	if (status == 401 || status == 403)
		return fail_access(forge, status, words, err);
	if (status >= 300 && status < 400)
		return err_set(err, ERR_REFUSED,
			       "%s sends us elsewhere (%ld), where no token "
			       "goes; was the repository renamed?",
			       name, status);
	if (status != 404)
		return err_set(err, ERR_REFUSED, "%s refuses it (%ld%s%s)",
			       name, status, *words ? ": " : "", words);
	err_set(err, ERR_NOT_FOUND, "%s does not find it (404%s%s)", name,
		*words ? ": " : "", words);
	return err_hint(err, "of what a token may not see a forge says so, "
			     "too: look at its permissions");
}

/* ---- a request ---- */

static int read_answer(struct forge *forge, const char *name,
		       const struct http_response *response, json_t **out,
		       struct err *err)
{
	*out = doc_keep(forge->run->arena, json_null());
	if (!response->body.len)
		return 0;
	return doc_read_json(forge->run->arena, name, response->body, out, err);
}

int forge_call(struct forge *forge, const char *method, const char *path,
	       json_t *body, json_t **out, struct err *err)
{
	struct arena *arena = forge->run->arena;
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	AUTO_ERR struct err ignored = { 0 };
	bool absolute = str_starts(path, "//");
	struct http_request request = {
		.method = method,
		.url = strstr(path, "://") ?
			       path :
			       arena_printf(arena, "%s%s%s", forge->api,
					    absolute ? "" : forge->repo,
					    path + absolute),
		.headers = forge->headers,
		.arena = arena,
		.body_cap = BODY_CAP,
		.tries = TRIES,
	};
	const char *name;
	json_t *answer;

	if (body) {
		doc_write_json(&text, body);
		request.body = str_bytes(&text);
	}
	name = arena_printf(arena, "%s %s", method, request.url);
	if (http_one(forge->http, &request, err) < 0)
		return err_wrap(err, "%s", forge->driver->name);
	if (request.response.status >= 300) {
		/* Pages for people say nothing to us. */
		if (read_answer(forge, name, &request.response, &answer,
				&ignored) < 0)
			answer = NULL;
		return fail(forge, &request.response, answer, err);
	}
	if (read_answer(forge, name, &request.response, &answer, err) < 0) {
		err_wrap(err, "%s answers with no JSON", forge->driver->name);
		return err_hint(err, "is a page to log in, or a proxy, between "
				     "us and its API?");
	}
	if (out)
		*out = answer;
	return 0;
}

const char *forge_pull_path(const struct forge *forge, int64_t number,
			    const char *rest)
{
	return arena_printf(forge->run->arena, "%s/%lld%s",
			    forge->driver->pulls, (long long)number, rest);
}

int forge_await(struct forge *forge, const struct forge_pull *pull,
		bool (*ready)(const json_t *pull), json_t **out,
		struct err *err)
{
	const char *path = forge_pull_path(forge, pull->number, "");

	for (unsigned i = 0;; i++) {
		if (forge_call(forge, "GET", path, NULL, out, err) < 0)
			return -1;
		if (ready(*out) || i == LOOKS)
			return 0;
		if (run_pause(forge->run, LOOK_WAIT_MS, err) < 0)
			return -1;
	}
}

/* ---- JSON ---- */

json_t *forge_texts(struct forge *forge, ...)
{
	json_t *object = doc_object(forge->run->arena);
	const char *key, *value;
	va_list ap;

	va_start(ap, forge);
	for (key = va_arg(ap, const char *); key;
	     key = va_arg(ap, const char *)) {
		value = va_arg(ap, const char *);
		if (value)
			doc_set_string(object, value, key, NULL);
	}
	va_end(ap);
	return object;
}

json_t *forge_list(struct forge *forge, const char *const *texts)
{
	json_t *list = doc_array(forge->run->arena);

	for (; texts && *texts; texts++)
		json_array_append_new(list, json_string(*texts));
	return list;
}

int64_t forge_int(const json_t *value, const char *key)
{
	return json_integer_value(json_object_get(value, key));
}

const char *forge_cut(struct arena *arena, const char *text, size_t most)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	str_add(&out, text);
	if (out.len > most) {
		str_cut_text(&out, most - strlen("..."));
		str_add(&out, "...");
	}
	return str_keep(&out, arena);
}

void forge_give_up(struct forge *forge, const char *what, struct err *why)
{
	run_warn(forge->run, "%s: %s", what, why->msg);
	err_clear(why);
}
