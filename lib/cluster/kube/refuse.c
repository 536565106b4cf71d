/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/kube/refuse.h"

#include <string.h>

#include "cluster/kube/status.h"
#include "document/document.h"

#define TYPED  "failed to create typed patch object"
#define STRICT "strict decoding error: "

/* More than anybody reads. */
#define MESSAGE_CAP 4096
#define VALUE_MOST  100

static void add_cause(struct str *out, const char *text, size_t n)
{
	if (!n || out->len > MESSAGE_CAP)
		return;
	if (out->len)
		str_add(out, "; ");
	str_add_bytes(out, text, n);
}

/*
 * One line of server-side apply's own errors:
 * ".spec.replica: field not declared in schema".  A value that is quoted in
 * it is left out: it may be a Secret's.
 */
static void add_typed(struct str *out, const char *line, size_t n)
{
	static const char undeclared[] = ": field not declared in schema";
	AUTO_ARENA struct arena *scratch = arena_new();
	char *text = arena_strndup(scratch, line, n);
	char *value = strstr(text, ", got &value.");

	if (value)
		*value = '\0';
	if (str_ends(text, undeclared)) {
		text[strlen(text) - strlen(undeclared)] = '\0';
		text = arena_printf(scratch, "unknown field %s", text);
	}
	add_cause(out, text, strlen(text));
}

/* "failed to create typed patch object (...): LINE", or "errors:" and lines. */
static void tell_typed(struct str *out, const char *message)
{
	const char *at = strstr(message, "): ");

	at = at ? at + strlen("): ") : message;
	while (*at) {
		size_t n = strcspn(at, "\n");
		size_t blank = strspn(at, " ");

		if (n > blank && strncmp(at, "errors:", strlen("errors:")) != 0)
			add_typed(out, at + blank, n - blank);
		at += n + (at[n] == '\n');
	}
}

/* `unknown field "spec.replica", unknown field "foo"` */
static void tell_strict(struct str *out, const char *list)
{
	while (*list) {
		const char *end = strstr(list, "\", ");
		size_t n = end ? (size_t)(end - list) + 1 : strlen(list);

		add_cause(out, list, n);
		list += n + (end ? strlen(", ") : 0);
	}
}

/* "Invalid value: VALUE: field is immutable": the value may be all of a
 * template, which says nothing, and holds what is not for everybody. */
static void add_message(struct str *out, const char *message)
{
	static const char invalid[] = "Invalid value: ";
	const char *value = message + strlen(invalid);
	const char *end = NULL;

	if (str_starts(message, invalid))
		for (const char *at = value; (at = strstr(at, ": ")) != NULL;
		     at++)
			end = at;
	if (end && end - value > VALUE_MOST)
		str_printf(out, "%s...%s", invalid, end);
	else
		str_add(out, message);
}

static void tell_causes(struct str *out, const json_t *causes)
{
	const json_t *cause;
	size_t i;

	json_array_foreach(causes, i, cause) {
		AUTO_STR struct str text = STR_INIT(STR_BIG);
		const char *field = doc_get_string(cause, "field", NULL);
		const char *message = doc_get_string(cause, "message", NULL);

		if (!message)
			continue;
		if (field && *field)
			str_printf(&text, "%s: ", field);
		add_message(&text, message);
		add_cause(out, text.data, text.len);
	}
}

/* "... in namespace demo because it is being terminated" */
static int refuse_terminating(const char *message, struct err *err)
{
	static const char before[] = "in namespace ";
	const char *name = strstr(message, before);

	if (!name)
		return err_set(err, ERR_REFUSED, "%s", message);
	name += strlen(before);
	err_set(err, ERR_REFUSED, "namespace %.*s is being deleted",
		(int)strcspn(name, " "), name);
	return err_hint(err, "add a Namespace to the repository, and sync "
			     "makes it anew once it is gone; or take out what "
			     "is in it");
}

static int refuse_namespace(const json_t *said, struct err *err)
{
	const char *name = doc_get_string(said, "details", "name", NULL);

	err_set(err, ERR_NOT_FOUND, "namespace %s does not exist",
		name ? name : "");
	return err_hint(err, "add a Namespace to the repository, or create it "
			     "in the cluster");
}

static int refuse_message(long status, const char *message, struct err *err)
{
	enum err_status kind = kube_status_kind(status);

	/* The server calls it an internal error when it cannot read what it
	 * was sent: data of a Secret that is no base64. */
	if (status == 500 && strstr(message, "error decoding from json"))
		kind = ERR_REFUSED;
	err_set(err, kind, "%.*s", MESSAGE_CAP, message);
	if (strstr(message, "does not support dry run"))
		err_hint(err, "declare the webhook's sideEffects, or sync "
			      "with --validate none");
	return -1;
}

bool kube_is_typed_error(const struct kube_call *call)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const json_t *said;
	const char *message;

	if (call->response.status != 500)
		return false;
	said = kube_status_parse(scratch, call->response.body);
	message = doc_get_string(said, "message", NULL);
	return message && str_starts(message, TYPED);
}

static int refuse_status(long status, const json_t *said, const char *message,
			 struct err *err)
{
	const json_t *causes = doc_get(said, "details", "causes", NULL);
	const char *strict = strstr(message, STRICT);
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	if (str_starts(message, TYPED))
		tell_typed(&text, message);
	else if (strict)
		tell_strict(&text, strict + strlen(STRICT));
	if (text.len) {
		err_set(err, ERR_REFUSED, "%s", str_text(&text));
		if (str_ends(str_text(&text), ": expected string"))
			err_hint(err, "quote what is text but looks like a "
				      "number or a boolean");
		return -1;
	}

	if (status == 403 && strstr(message, "because it is being terminated"))
		return refuse_terminating(message, err);
	if (status == 404 &&
	    str_equal(doc_get_string(said, "details", "kind", NULL),
		      "namespaces"))
		return refuse_namespace(said, err);
	tell_causes(&text, causes);
	return refuse_message(status, text.len ? str_text(&text) : message,
			      err);
}

int kube_refuse(struct kube_call *call, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct http_response *response = &call->response;
	const json_t *said;
	const char *message;

	if (response->err.status) {
		*err = response->err;
		response->err = (struct err){ 0 };
		return -1;
	}
	said = kube_status_parse(scratch, response->body);
	message = doc_get_string(said, "message", NULL);
	if (message && *message)
		return refuse_status(response->status, said, message, err);
	return kube_status_fail("the server", response->status, response->body,
				err);
}

int kube_check_answers(const struct kube *kube, struct kube_call *calls,
		       size_t n, struct err *err)
{
	size_t silent = 0;

	for (size_t i = 0; i < n; i++) {
		if (calls[i].response.status == 401)
			return kube_client_fail(kube->client, &calls[i], err);
		silent += calls[i].response.err.status != ERR_OK;
	}
	if (n && silent == n)
		return kube_client_fail(kube->client, &calls[0], err);
	return 0;
}
