/* SPDX-License-Identifier: Apache-2.0 */
#include "notify/notify.h"

#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "http/http.h"

#define TRIES      3
#define ANSWER_CAP 65536
#define PATH_LEAST 16 /* a shorter one is no password */

void notify_hide(struct run *run, const struct notify_hook *hook)
{
	AUTO_ERR struct err none = { 0 };
	struct http_url url;

	run_add_secret(run, hook->url, strlen(hook->url));
	if (hook->key)
		run_add_secret(run, hook->key, strlen(hook->key));
	if (http_url_parse(run->arena, hook->url, &url, &none) == 0 &&
	    strlen(url.path) >= PATH_LEAST)
		run_add_secret(run, url.path, strlen(url.path));
}

static int check_url(struct arena *arena, const struct notify_hook *hook,
		     struct err *err)
{
	struct http_url url;

	if (http_url_parse(arena, hook->url, &url, err) < 0)
		return -1;
	if (str_equal(url.scheme, "https") ||
	    (str_equal(url.scheme, "http") && http_is_loopback(url.host)))
		return 0;
	err_set(err, ERR_USAGE, "%s to %s is not safe", url.scheme, url.host);
	return err_hint(err, "use https");
}

static const char *signature(struct arena *arena, const char *key,
			     struct bytes body)
{
	uint8_t digest[DIGEST_SHA256_BYTES];
	AUTO_STR struct str out = STR_INIT(256);

	digest_hmac_sha256(key, strlen(key), body.data, body.len, digest);
	str_add(&out, "X-Gitops-Signature-256: sha256=");
	for (size_t i = 0; i < sizeof(digest); i++)
		str_printf(&out, "%02x", digest[i]);
	return str_keep(&out, arena);
}

static struct http_request request_for(struct arena *arena,
				       const struct notify_hook *hook,
				       struct bytes body)
{
	const char **headers = arena_array(arena, 3, sizeof(*headers));

	headers[0] = "Content-Type: application/json";
	if (hook->key)
		headers[1] = signature(arena, hook->key, body);
	return (struct http_request){
		.method = "POST",
		.url = hook->url,
		.headers = headers,
		.body = body,
		.arena = arena,
		.body_cap = ANSWER_CAP,
		.timeout_ms = NOTIFY_MOST_MS,
		.tries = TRIES,
	};
}

static int judge(struct http_response *response, struct err *err)
{
	if (response->err.status != ERR_OK) {
		err_append(err, &response->err);
		return -1;
	}
	if (!response->status)
		return err_set(err, ERR_TEMPORARY, "no answer in time");
	if (response->status < 200 || response->status > 299)
		return err_set(err, ERR_REFUSED, "answered %ld%s",
			       response->status,
			       response->status / 100 == 3 ?
				       ", and no redirect is followed" :
				       "");
	return 0;
}

static int send_all(struct run *run, const struct notify_hook *hook,
		    const struct bytes *bodies, size_t n, struct err *err)
{
	const struct http_identity identity = { .allow_http = true };
	struct http_request *requests = arena_array(run->arena, n,
						    sizeof(*requests));
	AUTO_ERR struct err late = { 0 };
	struct http *http;
	int status = 0;

	if (check_url(run->arena, hook, err) < 0 ||
	    http_open(run, &identity, &http, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		requests[i] = request_for(run->arena, hook, bodies[i]);
	run_progress(run, "notifying", 0, n);
	/* What is late has no answer, and that is what is told of it. */
	if (http_all(http, requests, n, &late) < 0)
		run_debug(run, "%s: %s", hook->name, late.msg);
	for (size_t i = 0; i < n; i++) {
		if (status == 0)
			status = judge(&requests[i].response, err);
		err_clear(&requests[i].response.err);
	}
	return status;
}

int notify_send(const struct run *run, const struct notify_hook *hook,
		const struct bytes *bodies, size_t n, struct err *err)
{
	/* It lives as long as its connections, which the arena closes. */
	struct run *own = arena_memdup(run->arena, run, sizeof(*run));

	own->deadline_ms = clock_ms() + NOTIFY_MOST_MS;
	own->cancelled = NULL;
	if (send_all(own, hook, bodies, n, err) < 0)
		return err_wrap(err, "%s", hook->name);
	return 0;
}
