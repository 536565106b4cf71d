/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/kube/status.h"

#include <string.h>

#include "base/arena.h"
#include "document/document.h"

/* More than anybody reads; a hostile body may be 64 MiB. */
#define BODY_CAP    ((size_t)1 << 20)
#define MESSAGE_CAP 4096
#define CAUSES_CAP  32

enum err_status kube_status_kind(long status)
{
	switch (status) {
	case 401:
	case 403:
		return ERR_ACCESS;
	case 404:
		return ERR_NOT_FOUND;
	case 429:
		return ERR_TEMPORARY;
	default:
		break;
	}
	if (status >= 500)
		return ERR_TEMPORARY;
	return status >= 400 ? ERR_REFUSED : ERR_FAILED;
}

static const char *phrase_of_status(long status)
{
	static const struct {
		long status;
		const char *phrase;
	} phrases[] = {
		{ 301, "a redirect, which is not followed" },
		{ 302, "a redirect, which is not followed" },
		{ 307, "a redirect, which is not followed" },
		{ 308, "a redirect, which is not followed" },
		{ 400, "bad request" },
		{ 401, "our credentials are not accepted" },
		{ 403, "forbidden" },
		{ 404, "not found" },
		{ 405, "method not allowed" },
		{ 409, "conflict" },
		{ 413, "the request is too large" },
		{ 415, "the server does not read this format" },
		{ 422, "invalid" },
		{ 429, "the server is throttling us" },
		{ 500, "internal error of the server" },
		{ 502, "bad gateway" },
		{ 503, "the server is not available" },
		{ 504, "the server did not answer its gateway" },
	};

	for (size_t i = 0; i < ARRAY_LEN(phrases); i++) {
		if (phrases[i].status == status)
			return phrases[i].phrase;
	}
	return "unexpected answer";
}

static int fail_one(const char *what, long status, const char *message,
		    struct err *err)
{
	return err_set(err, kube_status_kind(status), "%s: %.*s", what,
		       MESSAGE_CAP, message);
}

/*
 * Causes tell more precisely what the message tells at length: "spec.replicas:
 * Invalid value: -1: must be greater than or equal to 0".
 */
static int fail_causes(const char *what, long status, const json_t *causes,
		       struct err *err)
{
	const size_t n = json_array_size(causes);

	for (size_t i = 0; i < n && i < CAUSES_CAP; i++) {
		const json_t *cause = json_array_get(causes, i);
		const char *field = doc_get_string(cause, "field", NULL);
		const char *message = doc_get_string(cause, "message", NULL);
		AUTO_STR struct str text = STR_INIT(STR_BIG);
		struct err one = { 0 };

		if (!message || !*message)
			continue;
		if (field && *field)
			str_printf(&text, "%s: ", field);
		str_add(&text, message);
		fail_one(what, status, str_text(&text), &one);
		err_append(err, &one);
	}
	return err->status ? -1 : 0;
}

/* A line of text, such as "404 page not found"; NULL for HTML and the like. */
static const char *plain_line(struct arena *arena, struct bytes body)
{
	size_t n = 0;

	while (n < body.len && n < MESSAGE_CAP && body.data[n] != '\n' &&
	       body.data[n] != '\r')
		n++;
	if (!n || !str_is_utf8(body.data, n) || strchr("<{[", body.data[0]))
		return NULL;
	return arena_strndup(arena, body.data, n);
}

json_t *kube_status_parse(struct arena *arena, struct bytes body)
{
	AUTO_ERR struct err ignored = { 0 };
	json_t *status = NULL;

	if (!body.len || body.len > BODY_CAP || body.data[0] != '{' ||
	    doc_read_json(arena, "answer", body, &status, &ignored) < 0)
		return NULL;
	return str_equal(doc_get_string(status, "kind", NULL), "Status") ?
		       status :
		       NULL;
}

int kube_status_fail(const char *what, long status, struct bytes body,
		     struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	json_t *said = kube_status_parse(scratch, body);
	json_t *causes = doc_get(said, "details", "causes", NULL);
	const char *message = doc_get_string(said, "message", NULL);
	const char *line;

	if (causes && fail_causes(what, status, causes, err) < 0)
		return -1;
	if (message && *message && status != 401)
		return fail_one(what, status, message, err);
	line = said ? NULL : plain_line(scratch, body);
	return err_set(err, kube_status_kind(status), "%s: %ld, %s%s%s", what,
		       status, phrase_of_status(status), line ? ": " : "",
		       line ? line : "");
}

static bool says(const char *message, const char *const *needles)
{
	for (; *needles; needles++) {
		if (strstr(message, *needles))
			return true;
	}
	return false;
}

bool kube_status_passes(long status, struct bytes body)
{
	static const char *const store[] = {
		"etcdserver: leader changed",
		"etcdserver: no leader",
		"etcdserver: request timed out",
		"etcdserver: too many requests",
		NULL,
	};
	static const char *const webhook[] = {
		"failed calling webhook",
		"failed to call webhook",
		"conversion webhook for",
		NULL,
	};
	static const char *const slow[] = {
		"context deadline exceeded",
		"connection refused",
		"connection reset",
		"i/o timeout",
		"no endpoints available",
		"timeout exceeded",
		": EOF",
		NULL,
	};
	AUTO_ARENA struct arena *scratch = arena_new();
	const char *message = doc_get_string(kube_status_parse(scratch, body),
					     "message", NULL);

	if (!message)
		return false;
	if (status == 409)
		return strstr(message,
			      "Operation cannot be fulfilled on resourcequota");
	if (status != 500)
		return false;
	return says(message, store) ||
	       (says(message, webhook) && says(message, slow));
}
