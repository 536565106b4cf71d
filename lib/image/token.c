/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/vec.h"
#include "image/registry_inside.h"

/*
 * Tokens by the specification of the distribution project: GET, with a user
 * and password or without; or POST (OAuth 2), with a refresh token.
 */

#define SCOPES_MOST 20 /* in one token, which goes into a header */
#define TOKEN_CAP   ((size_t)64 << 10)
#define ANSWER_CAP  ((size_t)256 << 10)

/* A token to be had. */
struct errand {
	struct origin *origin;
	bool alone; /* nobody may join it */
	const char **scopes;
	size_t n;
};

struct errands {
	struct errand *v;
	size_t n, room;
};

/* ---- where a login may go ---- */

bool registry_is_loopback(const char *host)
{
	return str_equal(host, "localhost") || str_equal(host, "::1") ||
	       (str_starts(host, "127.") && !host[strspn(host, "0123456789.")]);
}

static bool is_address(const char *host)
{
	return strchr(host, ':') || !host[strspn(host, "0123456789.")];
}

/*
 * A registry may name any https server, which it could ask itself; but none
 * inside the network that we run in (T11): no address, unless it is its own
 * or both are on this machine's loopback.  By http only there, or where it is
 * spoken to by http itself, and then to its own host.
 */
const char *registry_realm_fault(struct arena *arena,
				 const struct origin *origin, const char *realm)
{
	AUTO_ERR struct err why = { 0 };
	struct http_url to, own;
	bool here;

	if (http_url_parse(arena, realm, &to, &why) < 0)
		return "is no URL";
	if (to.user || to.password)
		return "holds credentials";
	if (http_url_parse(arena,
			   arena_printf(arena, "https://%s/", origin->host),
			   &own, &why) < 0)
		return "cannot be compared with its host";
	here = registry_is_loopback(to.host) && registry_is_loopback(own.host);
	if (str_equal(to.scheme, "http")) {
		if (!origin->plain || (!here && !str_equal(to.host, own.host)))
			return "is not https";
	} else if (!str_equal(to.scheme, "https")) {
		return "is not https";
	}
	if (!here && !str_equal(to.host, own.host) &&
	    (is_address(to.host) || str_equal(to.host, "localhost")))
		return "is an address, and not its own";
	return NULL;
}

/* ---- what is to be had ---- */

bool registry_waits(const struct exchange *exchange)
{
	const struct origin *origin = exchange->origin;

	return !exchange->done && !exchange->foreign && !origin->err.status &&
	       origin->auth == ORIGIN_BEARER &&
	       !map_get(origin->tokens, exchange->scope);
}

/* The errand that has room for one more scope of the origin. */
static struct errand *errand_for(struct arena *arena, struct errands *errands,
				 const struct exchange *exchange)
{
	struct origin *origin = exchange->origin;
	bool alone = exchange->refreshed || origin->one_scope;
	struct errand *errand;

	for (size_t i = 0; i < errands->n && !alone; i++) {
		errand = &errands->v[i];
		if (errand->origin == origin && !errand->alone &&
		    errand->n < SCOPES_MOST)
			return errand;
	}
	errand = vec_push(arena, errands);
	*errand = (struct errand){
		.origin = origin,
		.alone = alone,
		.scopes = arena_array(arena, SCOPES_MOST, sizeof(char *)),
	};
	return errand;
}

static void collect(struct arena *arena, const struct exchange *exchanges,
		    size_t n, struct errands *errands)
{
	struct map *seen = map_new(arena);

	for (size_t i = 0; i < n; i++) {
		const struct exchange *one = &exchanges[i];
		struct errand *errand;
		const char *key;

		if (!registry_waits(one))
			continue;
		key = arena_printf(arena, "%s %s", one->origin->host,
				   one->scope);
		if (map_has(seen, key))
			continue;
		map_set(seen, key, NULL);
		errand = errand_for(arena, errands, one);
		errand->scopes[errand->n++] = one->scope;
	}
}

/* ---- asking for it ---- */

static void add_pair(struct arena *arena, struct str *out, const char *between,
		     const char *name, const char *value)
{
	str_printf(out, "%s%s=%s", between, name, http_escape(arena, value));
}

static const char *form_of(struct arena *arena, const struct errand *errand)
{
	const struct origin *origin = errand->origin;
	AUTO_STR struct str form = STR_INIT(STR_BIG);
	AUTO_STR struct str scopes = STR_INIT(STR_BIG);

	for (size_t i = 0; i < errand->n; i++)
		str_printf(&scopes, "%s%s", i ? " " : "", errand->scopes[i]);
	str_add(&form, "grant_type=refresh_token&client_id=gitops");
	add_pair(arena, &form, "&", "service",
		 origin->service ? origin->service : origin->host);
	add_pair(arena, &form, "&", "scope", str_text(&scopes));
	add_pair(arena, &form, "&", "refresh_token", origin->login.identity);
	return str_keep(&form, arena);
}

static const char *query_of(struct arena *arena, const struct errand *errand)
{
	const struct origin *origin = errand->origin;
	AUTO_STR struct str url = STR_INIT(STR_BIG);
	const char *between = strchr(origin->realm, '?') ? "&" : "?";

	str_add(&url, origin->realm);
	if (origin->service) {
		add_pair(arena, &url, between, "service", origin->service);
		between = "&";
	}
	for (size_t i = 0; i < errand->n; i++) {
		add_pair(arena, &url, between, "scope", errand->scopes[i]);
		between = "&";
	}
	return str_keep(&url, arena);
}

static void ask(struct arena *arena, const struct errand *errand,
		struct http_request *out)
{
	static const char *const form_headers[] = {
		"Content-Type: application/x-www-form-urlencoded",
		NULL,
	};
	const struct origin *origin = errand->origin;
	const char **headers = arena_array(arena, 2, sizeof(*headers));

	*out = (struct http_request){
		.method = "GET",
		.arena = arena,
		.body_cap = ANSWER_CAP,
		.headers = headers,
	};
	if (origin->login.identity) {
		out->method = "POST";
		out->url = origin->realm;
		out->headers = form_headers;
		out->body.data = form_of(arena, errand);
		out->body.len = strlen(out->body.data);
		return;
	}
	out->url = query_of(arena, errand);
	headers[0] = origin->basic;
}

/* ---- what comes back ---- */

/* The token, fit for a header; or NULL, with why. */
static const char *token_of(struct arena *arena, const struct origin *origin,
			    struct bytes body, struct err *err)
{
	const char *name = arena_printf(arena, "token for %s", origin->host);
	const char *token;
	json_t *answer;

	if (doc_read_json(arena, name, body, &answer, err) < 0) {
		err->status = ERR_FAILED;
		return NULL;
	}
	token = doc_get_string(answer, "token", NULL);
	if (!token || !*token)
		token = doc_get_string(answer, "access_token", NULL);
	if (token && *token && strlen(token) <= TOKEN_CAP &&
	    !strpbrk(token, " \t\r\n"))
		return token;
	err_set(err, ERR_FAILED, "the answer of %s holds no token",
		origin->realm);
	return NULL;
}

static void take(struct run *run, const struct errand *errand,
		 const char *token)
{
	char *header = arena_printf(run->arena, "Authorization: Bearer %s",
				    token);

	run_add_secret(run, token, strlen(token));
	for (size_t i = 0; i < errand->n; i++)
		map_set(errand->origin->tokens, errand->scopes[i], header);
}

/* All that wait for one of its scopes wait in vain. */
static void give_up(struct errand *errand, struct exchange *exchanges, size_t n,
		    struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		struct exchange *one = &exchanges[i];

		if (!registry_waits(one) || one->origin != errand->origin)
			continue;
		for (size_t k = 0; k < errand->n && !one->done; k++) {
			if (!str_equal(errand->scopes[k], one->scope))
				continue;
			one->done = true;
			err_set(&one->err, err->status, "%s", err->msg);
			if (err->hint)
				err_hint(&one->err, "%s", err->hint);
		}
	}
	err_clear(err);
}

static void refuse(const struct errand *errand, long status, struct err *err)
{
	const struct origin *origin = errand->origin;
	const char *source = origin->login.source;

	if (status != 401 && status != 403 && status != 400) {
		err_set(err,
			status == 429 || status >= 500 ? ERR_TEMPORARY :
							 ERR_FAILED,
			"%s: no token from %s: status %ld", origin->host,
			origin->realm, status);
		return;
	}
	err_set(err, ERR_ACCESS, "%s: no token from %s: status %ld",
		origin->host, origin->realm, status);
	if (source)
		err_hint(err, "log in again: the login of %s was refused",
			 source);
	else
		err_hint(err,
			 "log in with docker login %s, if the repository "
			 "is private or is there at all",
			 origin->domain);
}

static void judge(struct registry *registry, struct arena *arena,
		  struct errand *errand, struct http_request *request,
		  struct exchange *exchanges, size_t n)
{
	struct origin *origin = errand->origin;
	AUTO_ERR struct err err = { 0 };
	const char *token;

	origin->token_requests++;
	if (request->response.err.status) {
		err_append(&err, &request->response.err);
		err_wrap(&err, "%s: no token", origin->host);
	} else if (request->response.status == 200) {
		token = token_of(arena, origin, request->response.body, &err);
		if (token) {
			take(registry->run, errand, token);
			return;
		}
	} else if (errand->n > 1) {
		/* One that may not be seen can spoil it for the others. */
		origin->one_scope = true;
		return;
	} else {
		refuse(errand, request->response.status, &err);
	}
	give_up(errand, exchanges, n, &err);
}

int registry_get_tokens(struct registry *registry, struct arena *arena,
			struct exchange *exchanges, size_t n, struct err *err)
{
	for (;;) {
		struct errands errands = { 0 };
		struct http_request *requests;

		collect(arena, exchanges, n, &errands);
		if (!errands.n)
			return 0;
		requests = arena_array(arena, errands.n, sizeof(*requests));
		for (size_t i = 0; i < errands.n; i++)
			ask(arena, &errands.v[i], &requests[i]);
		if (http_all(registry->http, requests, errands.n, err) < 0)
			return -1;
		for (size_t i = 0; i < errands.n; i++)
			judge(registry, arena, &errands.v[i], &requests[i],
			      exchanges, n);
	}
}
