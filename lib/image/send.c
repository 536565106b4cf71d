/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "image/challenge.h"
#include "image/registry_inside.h"

#define BODY_CAP  ((size_t)64 << 20)
#define SAID_MOST 200 /* of what a registry says of a fault */

/*
 * Exchanges are sent in rounds.  Of a registry that nobody has spoken to yet
 * the first round is one request, which is answered or says what it takes to
 * be: a login, a token, https.  Then all others go, at once.
 */

/* ---- what is sent ---- */

static const char *url_of(struct arena *arena, const struct exchange *one)
{
	const struct origin *origin = one->origin;

	if (one->redirected)
		return one->url;
	return arena_printf(arena, "%s://%s%s",
			    origin->plain ? "http" : "https", origin->host,
			    one->path);
}

static const char *authorization(const struct exchange *one)
{
	const struct origin *origin = one->origin;

	if (one->foreign)
		return NULL;
	switch (origin->auth) {
	case ORIGIN_UNKNOWN:
		return origin->shy ? NULL : origin->basic;
	case ORIGIN_BASIC:
		return origin->basic;
	case ORIGIN_BEARER:
		return map_get(origin->tokens, one->scope);
	case ORIGIN_OPEN:
		break;
	}
	return NULL;
}

static void prepare(struct arena *arena, struct exchange *one,
		    struct http_request *out)
{
	const char *login = authorization(one);
	size_t n = 0;

	one->url = url_of(arena, one);
	if (login)
		one->headers[n++] = login;
	if (one->accept)
		one->headers[n++] = one->accept;
	one->headers[n] = NULL;
	*out = (struct http_request){
		.method = one->method,
		.url = one->url,
		.headers = one->headers,
		.arena = arena,
		.body_cap = one->body_cap ? one->body_cap : BODY_CAP,
	};
}

/* ---- what is answered ---- */

/* What the registry says itself: "NAME_UNKNOWN: repository name not known". */
static void add_said(struct str *out, struct bytes body)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_ERR struct err ignored = { 0 };
	const char *code, *message;
	json_t *answer, *first;

	if (!body.len || doc_read_json(arena, "", body, &answer, &ignored) < 0)
		return;
	first = json_array_get(doc_get(answer, "errors", NULL), 0);
	code = doc_get_string(first, "code", NULL);
	message = doc_get_string(first, "message", NULL);
	if (!code && !message)
		return;
	str_add(out, " (");
	if (code)
		str_add_shown(out, code, strnlen(code, SAID_MOST), false);
	if (code && message && *message)
		str_add(out, ": ");
	if (message)
		str_add_shown(out, message, strnlen(message, SAID_MOST), false);
	str_add(out, ")");
}

static enum err_status status_of(long status)
{
	if (status == 401 || status == 403)
		return ERR_ACCESS;
	if (status == 404)
		return ERR_NOT_FOUND;
	if (status == 429 || status >= 500)
		return ERR_TEMPORARY;
	return ERR_FAILED;
}

int registry_refused(const struct exchange *exchange, struct err *err)
{
	const struct origin *origin = exchange->origin;
	const struct http_response *response = &exchange->response;
	AUTO_STR struct str said = STR_INIT(STR_BIG);
	long status = response->status;

	add_said(&said, response->body);
	err_set(err, status_of(status), "%s %s: status %ld%s", exchange->method,
		exchange->url, status, str_text(&said));
	if (status == 429)
		return err_hint(err, "it asks for patience: try again later, "
				     "or log in for a larger quota");
	if ((status == 401 || status == 403) && origin->login.source)
		return err_hint(err,
				"log in again: the login of %s is not "
				"enough",
				origin->login.source);
	if (status == 401 || status == 403 || status == 404)
		return err_hint(err,
				"check the name, or log in with docker "
				"login %s if it is private",
				origin->domain);
	return -1;
}

/* It is https that is spoken there, although we tried http, as is usual on
 * this machine: servers answer that in plain text. */
static bool wants_https(const struct exchange *one)
{
	const struct origin *origin = one->origin;
	struct bytes body = one->response.body;

	return one->response.status == 400 && origin->plain &&
	       origin->loopback && !origin->switched &&
	       (strstr(body.data, "HTTPS") || strstr(body.data, "https"));
}

static void fail(struct exchange *one)
{
	one->done = true;
	registry_refused(one, &one->err);
}

/* Nothing more is sent to this registry: why not, is said of each. */
static int condemn(struct exchange *one)
{
	struct err *err = &one->origin->err;

	one->done = true;
	if (err->status)
		return -1;
	err_set(err, one->err.status, "%s", one->err.msg);
	if (one->err.hint)
		err_hint(err, "%s", one->err.hint);
	return -1;
}

/* The login, if there is one, also where a helper keeps it. */
static int find_basic(struct registry *registry, struct exchange *one)
{
	struct origin *origin = one->origin;

	if (origin->basic || !origin->login.helper || origin->helper_asked)
		return 0;
	if (registry_ask_helper(registry->run, origin, &one->err) < 0)
		return condemn(one);
	registry_make_basic(registry->run, origin);
	return 0;
}

static void use_tokens(struct registry *registry, struct arena *arena,
		       struct exchange *one,
		       const struct registry_challenge *challenge)
{
	struct origin *origin = one->origin;
	const char *fault = registry_realm_fault(arena, origin,
						 challenge->realm);
	AUTO_STR struct str shown = STR_INIT(STR_BIG);

	if (fault) {
		str_add_shown(&shown, challenge->realm,
			      strnlen(challenge->realm, SAID_MOST), false);
		err_set(&one->err, ERR_REFUSED,
			"%s: it names '%s' for tokens, which %s", origin->host,
			str_text(&shown), fault);
		err_hint(&one->err, "no login was sent there");
		condemn(one);
		return;
	}
	if (find_basic(registry, one) < 0)
		return;
	origin->auth = ORIGIN_BEARER;
	origin->realm = arena_strdup(registry->run->arena, challenge->realm);
	origin->service = arena_strdup(registry->run->arena,
				       challenge->service);
}

/* 401 before we knew how to log in: now we are told. */
static void learn(struct registry *registry, struct arena *arena,
		  struct exchange *one)
{
	struct origin *origin = one->origin;
	bool offered = origin->auth == ORIGIN_UNKNOWN && !origin->shy &&
		       origin->basic;
	struct registry_challenge challenge;

	registry_challenge_parse(arena, one->response.challenge, &challenge);
	if (challenge.realm) {
		use_tokens(registry, arena, one, &challenge);
		return;
	}
	if (offered && !challenge.basic) {
		origin->shy = true;
		return;
	}
	/* Without a login the others are tried all the same: what one may not
	 * see says nothing about them. */
	origin->auth = ORIGIN_OPEN;
	if (challenge.basic && !offered) {
		if (find_basic(registry, one) < 0)
			return;
		if (origin->basic) {
			origin->auth = ORIGIN_BASIC;
			return;
		}
	}
	fail(one);
}

/* 401 although we sent a token: it may have expired.  Once. */
static void renew(struct exchange *one)
{
	struct origin *origin = one->origin;

	if (one->refreshed) {
		fail(one);
		return;
	}
	one->refreshed = true;
	map_set(origin->tokens, one->scope, NULL);
}

static void follow(struct arena *arena, struct exchange *one)
{
	const char *location = one->response.location;
	bool same;

	if (one->redirected) {
		one->done = true;
		err_set(&one->err, ERR_REFUSED,
			"%s: a second redirect is not followed", one->url);
		return;
	}
	if (registry_redirect(arena, one->url, location, &one->url, &same,
			      &one->err) < 0) {
		one->done = true;
		err_wrap(&one->err, "%s", one->origin->host);
		return;
	}
	one->redirected = true;
	one->foreign = !same;
}

/* It was answered, and did not ask for a login. */
static void know(struct origin *origin)
{
	if (origin->auth == ORIGIN_UNKNOWN)
		origin->auth = origin->basic && !origin->shy ? ORIGIN_BASIC :
							       ORIGIN_OPEN;
}

static bool is_redirect(long status)
{
	return status == 301 || status == 302 || status == 303 ||
	       status == 307 || status == 308;
}

static void judge(struct registry *registry, struct arena *arena,
		  struct exchange *one, struct http_request *request)
{
	struct origin *origin = one->origin;
	long status = request->response.status;

	one->response = request->response;
	if (!one->foreign)
		origin->requests++;
	if (!status) {
		one->done = true;
		err_append(&one->err, &request->response.err);
		if (origin->auth == ORIGIN_UNKNOWN && !one->foreign)
			condemn(one);
	} else if (wants_https(one)) {
		origin->plain = false;
		origin->switched = true;
	} else if (status == 401 && one->foreign) {
		fail(one);
	} else if (status == 401 && origin->auth == ORIGIN_BEARER) {
		renew(one);
	} else if (status == 401 && origin->auth != ORIGIN_BASIC) {
		learn(registry, arena, one);
	} else if (status == 403 && origin->auth == ORIGIN_UNKNOWN &&
		   !origin->shy && origin->basic) {
		origin->shy = true;
	} else {
		know(origin);
		if (is_redirect(status))
			follow(arena, one);
		else
			one->done = true;
	}
}

/* ---- rounds ---- */

/* The others of a registry that cannot be reached are not tried. */
static void drop_dead(struct exchange *exchanges, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct exchange *one = &exchanges[i];
		const struct err *why = &one->origin->err;

		if (one->done || !why->status)
			continue;
		one->done = true;
		err_set(&one->err, why->status, "%s", why->msg);
		if (why->hint)
			err_hint(&one->err, "%s", why->hint);
	}
}

/* Those to be sent now: of an unknown registry only the first. */
static size_t choose(struct arena *arena, struct exchange *exchanges, size_t n,
		     struct exchange **out)
{
	struct map *pilots = map_new(arena);
	size_t chosen = 0;

	for (size_t i = 0; i < n; i++) {
		struct exchange *one = &exchanges[i];
		const char *host = one->origin->host;

		if (one->done || registry_waits(one))
			continue;
		if (one->origin->auth == ORIGIN_UNKNOWN && !one->foreign) {
			if (map_has(pilots, host))
				continue;
			map_set(pilots, host, NULL);
		}
		out[chosen++] = one;
	}
	return chosen;
}

int registry_send(struct registry *registry, struct arena *arena,
		  struct exchange *exchanges, size_t n, struct err *err)
{
	struct http_request *requests = arena_array(arena, n,
						    sizeof(*requests));
	struct exchange **now = arena_array(arena, n,
					    sizeof(struct exchange *));

	for (;;) {
		size_t count;

		drop_dead(exchanges, n);
		if (registry_get_tokens(registry, arena, exchanges, n, err) < 0)
			return -1;
		count = choose(arena, exchanges, n, now);
		if (!count)
			return 0;
		for (size_t i = 0; i < count; i++)
			prepare(arena, now[i], &requests[i]);
		if (http_all(registry->http, requests, count, err) < 0)
			return -1;
		for (size_t i = 0; i < count; i++)
			judge(registry, arena, now[i], &requests[i]);
	}
}
