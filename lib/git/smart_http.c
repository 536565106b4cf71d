/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* mkostemp() */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <git2/sys/transport.h>

#include "base/file.h"
#include "git/fetch.h"
#include "http/http.h"

/*
 * libgit2 speaks git's protocol, our room http carries it.  libgit2's own
 * HTTP follows a redirect to another port of the same host with the
 * credentials in hand, in Debian 12 has a TLS that stops at version 1.2 and
 * knows no addresses in certificates, and no limits of any kind.  An answer
 * is kept in a file without a name until libgit2 has read it: it pulls, http
 * pushes, and a pack may be large.
 */

#define REFS_CAP ((size_t)256 << 20)
#define PACK_CAP ((size_t)16 << 30)
#define CA_CAP   ((size_t)16 << 20)
#define TRIES    4

/* One connection to one repository. */
struct smart {
	git_smart_subtransport parent;
	struct fetch *fetch;
	struct http *http;
	enum credential_source next; /* of the credentials */
	const char *authorization;   /* a header, or NULL until it is asked */
};

/* One request and its answer. */
struct exchange {
	git_smart_subtransport_stream parent;
	struct smart *smart;
	const char *service; /* "git-upload-pack" */
	bool advertise;      /* ask what there is */
	bool sent;
	struct str body;
	int answer; /* the file, or -1 */
};

static struct smart *smart_of(git_smart_subtransport *transport)
{
	return (struct smart *)transport;
}

static struct exchange *exchange_of(git_smart_subtransport_stream *stream)
{
	return (struct exchange *)stream;
}

/* ---- the answer ---- */

static int open_answer(struct exchange *exchange, struct err *err)
{
	struct fetch *fetch = exchange->smart->fetch;
	char *path = arena_printf(fetch->run->arena, "%s.new.XXXXXX",
				  fetch->cache);

	exchange->answer = mkostemp(path, O_CLOEXEC);
	if (exchange->answer < 0)
		return err_errno(err, ERR_FAILED, "make %s", path);
	unlink(path);
	return 0;
}

static int take_answer(void *context, const char *data, size_t n,
		       struct err *err)
{
	struct exchange *exchange = context;

	repo_fetch_alive(exchange->smart->fetch);
	/* The request is sent again. */
	if (!data) {
		if (ftruncate(exchange->answer, 0) < 0 ||
		    lseek(exchange->answer, 0, SEEK_SET) < 0)
			return err_errno(err, ERR_FAILED, "keep the answer");
		return 0;
	}
	while (n) {
		ssize_t written = write(exchange->answer, data, n);

		if (written < 0)
			return err_errno(err, ERR_FAILED, "keep the answer");
		data += written;
		n -= (size_t)written;
	}
	return 0;
}

static int refuse_redirect(const char *to, struct err *err)
{
	if (!to)
		to = "nowhere";
	/* What is behind a "?" may be a secret of somebody else's. */
	err_set(err, ERR_REFUSED,
		"the server redirects to %.*s, which is not followed",
		(int)strcspn(to, "?#"), to);
	return err_hint(err, "name the new location, if you trust it");
}

static bool is_push(const struct exchange *exchange)
{
	return str_equal(exchange->service, "git-receive-pack");
}

static int refuse_credentials(const struct exchange *exchange, long status,
			      struct err *err)
{
	const struct smart *smart = exchange->smart;

	err_set(err, ERR_ACCESS, "the server %s",
		status == 403 ? is_push(exchange) ? "does not let us push" :
						    "does not let us read it" :
		smart->authorization ? "does not take our credentials" :
				       "asks for credentials");
	return err_hint(err, "set GITOPS_GIT_TOKEN, or store credentials with "
			     "git credential");
}

/* What the status means to somebody who wants a repository. */
static int judge(const struct exchange *exchange,
		 const struct http_response *response, struct err *err)
{
	const struct smart *smart = exchange->smart;
	long status = response->status;

	if (status >= 300 && status < 400)
		return refuse_redirect(response->location, err);
	if (status == 401 || status == 403)
		return refuse_credentials(exchange, status, err);
	if (status == 404) {
		err_set(err, ERR_NOT_FOUND, "no repository there");
		return smart->authorization ?
			       -1 :
			       err_hint(err, "if it is private, set "
					     "GITOPS_GIT_TOKEN");
	}
	return err_set(err,
		       status == 429 || status >= 500 ? ERR_TEMPORARY :
							ERR_FAILED,
		       "the server answers with status %ld", status);
}

/* ---- the request ---- */

static const char *url_of(struct arena *arena, const struct exchange *exchange)
{
	const char *url = exchange->smart->fetch->location->url;
	size_t len = strlen(url);

	while (len && url[len - 1] == '/')
		len--;
	return arena_printf(arena, "%.*s/%s%s", (int)len, url,
			    exchange->advertise ? "info/refs?service=" : "",
			    exchange->service);
}

/* The room http does not know where this user would name an authority. */
static int hint_at_ca(struct err *err)
{
	struct err plain = { 0 };

	if (err->status != ERR_ACCESS ||
	    (!strstr(err->msg, "issuer") && !strstr(err->msg, "self-signed")))
		return -1;
	err_set(&plain, ERR_ACCESS, "%s", err->msg);
	err_hint(&plain, "name the file of the authority that signed it in "
			 "GITOPS_GIT_CA_FILE");
	err_clear(err);
	err_append(err, &plain);
	return -1;
}

/* Send it once, with what credentials we have by now. */
static int send_once(struct exchange *exchange, struct http_request *request,
		     struct err *err)
{
	struct smart *smart = exchange->smart;
	struct fetch *fetch = smart->fetch;
	struct arena *arena = fetch->run->arena;
	const char *headers[5] = { "User-Agent: git/2.0 (gitops)" };
	size_t n = 1;

	if (!exchange->advertise) {
		headers[n++] =
			arena_printf(arena,
				     "Content-Type: application/x-%s-request",
				     exchange->service);
		headers[n++] = arena_printf(arena,
					    "Accept: application/x-%s-result",
					    exchange->service);
	}
	if (smart->authorization)
		headers[n++] = smart->authorization;
	*request = (struct http_request){
		.method = exchange->advertise ? "GET" : "POST",
		.url = url_of(arena, exchange),
		.headers = headers,
		.body = str_bytes(&exchange->body),
		.arena = arena,
		.body_cap = exchange->advertise ? REFS_CAP : PACK_CAP,
		/* As long as something comes; the watchdog sees to that. */
		.timeout_ms = run_time_left_ms(fetch->run, INT32_MAX),
		/* What was pushed must not be pushed again. */
		.tries = is_push(exchange) && !exchange->advertise ? 1 : TRIES,
		.sink = take_answer,
		.context = exchange,
	};
	if (exchange->advertise)
		request->body = (struct bytes){ NULL, 0 };
	if (http_one(smart->http, request, err) < 0)
		return hint_at_ca(err);
	return 0;
}

static int check_type(const struct exchange *exchange,
		      const struct http_response *response, struct err *err)
{
	const char *kind = exchange->advertise ? "advertisement" : "result";
	AUTO_ARENA struct arena *scratch = arena_new();

	if (str_equal(response->content_type,
		      arena_printf(scratch, "application/x-%s-%s",
				   exchange->service, kind)))
		return 0;
	err_set(err, ERR_NOT_FOUND, "%s: no git repository there, but '%s'",
		exchange->smart->fetch->location->host, response->content_type);
	return err_hint(err, "name the URL that git clone takes");
}

static int perform(struct exchange *exchange, struct err *err)
{
	struct smart *smart = exchange->smart;
	struct fetch *fetch = smart->fetch;
	struct http_request request;

	for (;;) {
		const char *next;

		if (send_once(exchange, &request, err) < 0)
			return -1;
		if (request.response.status != 401)
			break;
		repo_fetch_alive(fetch);
		if (repo_credential_next(fetch->run, fetch->location,
					 &smart->next, &next, err) < 0)
			return -1;
		if (!next)
			break;
		smart->authorization = next;
	}
	if (request.response.status != 200)
		return judge(exchange, &request.response, err);
	if (check_type(exchange, &request.response, err) < 0)
		return -1;
	if (lseek(exchange->answer, 0, SEEK_SET) < 0)
		return err_errno(err, ERR_FAILED, "read the answer");
	return 0;
}

/* ---- what libgit2 calls ---- */

/* Its callbacks have no err: it is kept for the caller of libgit2. */
static int hand_over(struct exchange *exchange, struct err *err)
{
	struct fetch *fetch = exchange->smart->fetch;

	if (fetch->failure.status)
		err_clear(err);
	else
		err_append(&fetch->failure, err);
	git_error_set_str(GIT_ERROR_NET, "request failed");
	return -1;
}

static int on_write(git_smart_subtransport_stream *stream, const char *data,
		    size_t n)
{
	str_add_bytes(&exchange_of(stream)->body, data, n);
	return 0;
}

static int on_read(git_smart_subtransport_stream *stream, char *data,
		   size_t size, size_t *n)
{
	struct exchange *exchange = exchange_of(stream);
	struct err err = { 0 };
	ssize_t got;

	if (!exchange->sent) {
		exchange->sent = true;
		if (open_answer(exchange, &err) < 0 ||
		    perform(exchange, &err) < 0)
			return hand_over(exchange, &err);
	}
	got = read(exchange->answer, data, size);
	if (got < 0) {
		err_errno(&err, ERR_FAILED, "read the answer");
		return hand_over(exchange, &err);
	}
	*n = (size_t)got;
	return 0;
}

static void on_free_stream(git_smart_subtransport_stream *stream)
{
	struct exchange *exchange = exchange_of(stream);

	if (exchange->answer >= 0)
		close(exchange->answer);
	exchange->answer = -1;
	str_release(&exchange->body);
}

static int on_action(git_smart_subtransport_stream **out,
		     git_smart_subtransport *transport, const char *url UNUSED,
		     git_smart_service_t action)
{
	struct smart *smart = smart_of(transport);
	struct exchange *exchange = arena_alloc(smart->fetch->run->arena,
						sizeof(*exchange));

	exchange->parent.subtransport = transport;
	exchange->parent.read = on_read;
	exchange->parent.write = on_write;
	exchange->parent.free = on_free_stream;
	exchange->smart = smart;
	exchange->answer = -1;
	exchange->body.cap_bytes = STR_BIG;
	switch (action) {
	case GIT_SERVICE_UPLOADPACK_LS:
		exchange->advertise = true;
		exchange->service = "git-upload-pack";
		break;
	case GIT_SERVICE_UPLOADPACK:
		exchange->service = "git-upload-pack";
		break;
	case GIT_SERVICE_RECEIVEPACK_LS:
		exchange->advertise = true;
		exchange->service = "git-receive-pack";
		break;
	case GIT_SERVICE_RECEIVEPACK:
		exchange->service = "git-receive-pack";
		break;
	}
	*out = &exchange->parent;
	return 0;
}

static int on_close(git_smart_subtransport *transport UNUSED)
{
	return 0;
}

/* It is in the arena. */
static void on_free(git_smart_subtransport *transport UNUSED)
{
}

/* ---- whom we trust ---- */

/* The first of the user's settings of git that is there: for this server,
 * then for all. */
static const char *git_setting(struct fetch *fetch, const char *name)
{
	struct arena *arena = fetch->run->arena;
	const struct location *at = fetch->location;
	const char *path = at->url + strlen(at->scheme) + 3;
	const char *server = arena_printf(arena, "%s://%.*s", at->scheme,
					  (int)strcspn(path, "/"), path);
	const char *const keys[] = {
		arena_printf(arena, "http.%s/.%s", server, name),
		arena_printf(arena, "http.%s.%s", server, name),
		arena_printf(arena, "http.%s", name),
	};
	const char *found = NULL;
	git_config *config;

	if (git_config_open_default(&config) < 0)
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(keys) && !found; i++) {
		git_buf value = { 0 };

		if (git_config_get_string_buf(&value, config, keys[i]) == 0)
			found = arena_strdup(arena, value.ptr);
		git_buf_dispose(&value);
	}
	git_config_free(config);
	return found;
}

static int load_ca(struct fetch *fetch, struct bytes *out, struct err *err)
{
	struct run *run = fetch->run;
	const char *path = run_env(run, "GITOPS_GIT_CA_FILE");
	const char *home = run_env(run, "HOME");
	const char *from = "GITOPS_GIT_CA_FILE";

	if (!path) {
		path = run_env(run, "GIT_SSL_CAINFO");
		from = "GIT_SSL_CAINFO";
	}
	if (!path) {
		path = git_setting(fetch, "sslCAInfo");
		from = "http.sslCAInfo";
	}
	if (!path)
		return 0;
	if (str_starts(path, "~/") && home)
		path = arena_printf(run->arena, "%s%s", home, path + 1);
	if (file_read(run->arena, path, CA_CAP, out, err) < 0)
		return err_wrap(err, "%s", from);
	if (!out->len)
		return err_set(err, ERR_INPUT, "%s: %s is empty", from, path);
	return 0;
}

static int open_http(struct fetch *fetch, struct http **http, struct err *err)
{
	struct http_identity identity = {
		.proxy = git_setting(fetch, "proxy"),
		.allow_http = str_equal(fetch->location->scheme, "http"),
		.in_flight = 1,
	};

	if (load_ca(fetch, &identity.ca_pem, err) < 0)
		return -1;
	return http_open(fetch->run, &identity, http, err);
}

static int make_subtransport(git_smart_subtransport **out,
			     git_transport *owner UNUSED, void *param)
{
	struct fetch *fetch = param;
	struct smart *smart = arena_alloc(fetch->run->arena, sizeof(*smart));

	smart->parent.action = on_action;
	smart->parent.close = on_close;
	smart->parent.free = on_free;
	smart->fetch = fetch;
	smart->http = fetch->http;
	*out = &smart->parent;
	return 0;
}

static int make_transport(git_transport **out, git_remote *owner, void *param)
{
	git_smart_subtransport_definition definition = {
		.callback = make_subtransport,
		.rpc = 1,
		.param = param,
	};

	return git_transport_smart(out, owner, &definition);
}

int repo_http_prepare(struct fetch *fetch, git_remote_callbacks *callbacks,
		      struct err *err)
{
	callbacks->transport = make_transport;
	return open_http(fetch, &fetch->http, err);
}
