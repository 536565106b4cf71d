/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/kube/client.h"

#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/vec.h"
#include "cluster/kube/exec.h"
#include "cluster/kube/status.h"

#define TOKEN_AGE_MS  60000 /* then a token file is read again */
#define EXPIRY_MARGIN 10    /* seconds before a credential expires */

struct kube_client {
	struct run *run;
	struct kube_config config;
	int64_t timeout_ms;
	struct http *http;
	struct http_counts counts; /* of this http and those before it */
	struct http_counts before; /* of those before it */

	/* Who we are.  Its generation grows whenever that changes. */
	struct kube_credential credential; /* of the exec plugin */
	const char *authorization;         /* header, or NULL */
	int64_t token_read_ms;
	unsigned generation;
	unsigned accepted;      /* last one that was not answered 401 */
	unsigned renewed;       /* the one we got after a 401; 0: none */
	bool reopen;            /* the client certificate changed */
	struct err refresh_err; /* why there is no newer credential */

	const char **impersonation; /* headers, NULL-ended */
};

/* A call on its way, and what it was sent with. */
struct sent_call {
	struct kube_client *client;
	const char **headers; /* the last is Authorization, or NULL */
	size_t n_headers;     /* without it */
	unsigned generation;
};

static void set_bearer(struct kube_client *client, const char *token)
{
	if (!token ||
	    (client->authorization &&
	     strcmp(client->authorization + strlen("Authorization: Bearer "),
		    token) == 0))
		return;
	client->authorization = arena_printf(client->run->arena,
					     "Authorization: Bearer %s", token);
	client->generation++;
}

static int read_token_file(struct kube_client *client, struct err *err)
{
	const char *token;

	if (kube_config_read_token(client->run, client->config.token_file,
				   &token, err) < 0)
		return err_wrap(err, "%s", client->config.user_from);
	set_bearer(client, token);
	client->token_read_ms = clock_ms();
	return 0;
}

static bool same_bytes(struct bytes a, struct bytes b)
{
	return a.len == b.len && (!a.len || !memcmp(a.data, b.data, a.len));
}

static int ask_plugin(struct kube_client *client, struct err *err)
{
	struct kube_credential fresh;

	if (kube_exec_run(client->run, &client->config, &fresh, err) < 0)
		return -1;
	if (!same_bytes(fresh.cert_pem, client->credential.cert_pem) ||
	    !same_bytes(fresh.key_pem, client->credential.key_pem)) {
		client->reopen = true;
		client->generation++;
	}
	client->credential = fresh;
	set_bearer(client, fresh.token);
	return 0;
}

/* Have a credential that is good as far as we can tell. */
static int keep_fresh(struct kube_client *client, struct err *err)
{
	const int64_t expires = client->credential.expires;

	if (client->config.token_file &&
	    clock_ms() - client->token_read_ms >= TOKEN_AGE_MS)
		return read_token_file(client, err);
	if (client->config.exec && expires &&
	    clock_wall() >= expires - EXPIRY_MARGIN)
		return ask_plugin(client, err);
	return 0;
}

/* The server does not accept our credential: is there a newer one? */
static int refuse_credential(struct kube_client *client, struct err *err)
{
	if (client->config.token_file)
		return read_token_file(client, err);
	if (client->config.exec)
		return ask_plugin(client, err);
	return 0;
}

static void add_basic(struct kube_client *client)
{
	const struct kube_config *config = &client->config;
	const char *username = config->username ? config->username : "";
	const char *password = config->password ? config->password : "";
	AUTO_STR struct str header = STR_INIT(STR_BIG);
	const char *pair = arena_printf(client->run->arena, "%s:%s", username,
					password);

	str_add(&header, "Authorization: Basic ");
	str_add_base64(&header, pair, strlen(pair));
	client->authorization = str_keep(&header, client->run->arena);
}

static void add_impersonation(struct kube_client *client)
{
	const struct kube_config *config = &client->config;
	struct arena *arena = client->run->arena;
	struct {
		const char **v;
		size_t n, room;
	} headers = { 0 };

	if (config->as)
		*vec_push(arena, &headers) =
			arena_printf(arena, "Impersonate-User: %s", config->as);
	if (config->as_uid)
		*vec_push(arena, &headers) = arena_printf(arena,
							  "Impersonate-Uid: %s",
							  config->as_uid);
	for (const char *const *group = config->as_groups; group && *group;
	     group++)
		*vec_push(arena, &headers) =
			arena_printf(arena, "Impersonate-Group: %s", *group);
	for (size_t i = 0; i < config->n_as_extra; i++) {
		const struct kube_extra *extra = &config->as_extra[i];

		for (const char **value = extra->values; *value; value++)
			*vec_push(arena, &headers) =
				arena_printf(arena, "Impersonate-Extra-%s: %s",
					     http_escape(arena, extra->key),
					     *value);
	}
	*vec_push(arena, &headers) = NULL;
	client->impersonation = headers.v;
}

static int open_http(struct kube_client *client, struct err *err)
{
	const struct kube_config *config = &client->config;
	const struct kube_credential *credential = &client->credential;
	struct http_identity identity = {
		.ca_pem = config->ca_pem,
		.cert_pem = config->cert_pem,
		.key_pem = config->key_pem,
		.proxy = config->proxy,
		.server_name = config->server_name,
		.insecure = config->insecure,
		.allow_http = str_starts(config->server, "http://"),
	};

	if (credential->cert_pem.len) {
		identity.cert_pem = credential->cert_pem;
		identity.key_pem = credential->key_pem;
	}
	client->before = client->counts;
	client->reopen = false;
	return http_open(client->run, &identity, &client->http, err);
}

static void close_client(void *handle)
{
	struct kube_client *client = handle;

	err_clear(&client->refresh_err);
}

int kube_client_open(struct run *run, const struct cluster_args *args,
		     struct kube_client **out, struct err *err)
{
	struct kube_client *client = arena_alloc(run->arena, sizeof(*client));
	const struct kube_config *config = &client->config;

	client->run = run;
	client->timeout_ms = args->timeout_ms;
	arena_defer(run->arena, close_client, client);
	if (kube_config_load(run, args, &client->config, err) < 0)
		return -1;
	if (config->exec) {
		if (ask_plugin(client, err) < 0)
			return -1;
	} else if (config->token_file) {
		if (read_token_file(client, err) < 0)
			return -1;
	} else if (config->token) {
		set_bearer(client, config->token);
	} else if (config->username || config->password) {
		add_basic(client);
	}
	add_impersonation(client);
	if (open_http(client, err) < 0)
		return -1;
	*out = client;
	return 0;
}

const char *kube_client_context(const struct kube_client *client)
{
	return client->config.context;
}

const char *kube_client_server(const struct kube_client *client)
{
	const struct kube_config *config = &client->config;
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	char hex[DIGEST_SHA256_HEX];

	str_printf(&text, "%s\n", config->server);
	str_add_bytes(&text, config->ca_pem.data, config->ca_pem.len);
	digest_sha256_hex(str_text(&text), text.len, hex);
	return arena_strdup(client->run->arena, hex);
}

const char *kube_client_namespace(const struct kube_client *client)
{
	return client->config.namespace;
}

const struct http_counts *kube_client_counts(const struct kube_client *client)
{
	return &client->counts;
}

/* Each try goes out with the newest credential. */
static void prepare(void *context, struct http_request *request)
{
	struct sent_call *call = context;
	struct kube_client *client = call->client;

	(void)request;
	if (!client->refresh_err.status &&
	    keep_fresh(client, &client->refresh_err) < 0)
		run_debug(client->run, "%s", client->refresh_err.msg);
	call->headers[call->n_headers] = client->authorization;
	call->generation = client->generation;
}

/*
 * After a 401: is there a newer credential than the one that was sent?  Where
 * the renewed one is refused as well, a plugin is not asked again for each of
 * a thousand requests.
 */
static bool again(void *context, struct http_request *request)
{
	struct sent_call *call = context;
	struct kube_client *client = call->client;

	if (request->response.status != 401) {
		client->accepted = call->generation;
		return false;
	}
	if (client->refresh_err.status)
		return false;
	if (call->generation == client->generation) {
		if (client->accepted < client->renewed ||
		    refuse_credential(client, &client->refresh_err) < 0)
			return false;
		client->renewed = client->generation;
		client->accepted = 0;
	}
	/* Another certificate needs another connection: send_rest(). */
	return call->generation != client->generation && !client->reopen;
}

static const char **make_headers(struct arena *arena,
				 const struct kube_client *client,
				 const struct kube_call *call, size_t *n)
{
	const char **headers, **impersonate = client->impersonation;
	size_t room = 4;

	for (size_t i = 0; impersonate[i]; i++)
		room++;
	headers = arena_array(arena, room, sizeof(*headers));
	*n = 0;
	headers[(*n)++] = call->accept ? arena_printf(arena, "Accept: %s",
						      call->accept) :
					 "Accept: application/json";
	if (call->content_type)
		headers[(*n)++] = arena_printf(arena, "Content-Type: %s",
					       call->content_type);
	while (*impersonate)
		headers[(*n)++] = *impersonate++;
	return headers;
}

static void make_request(struct arena *arena, struct kube_client *client,
			 const struct kube_call *call, struct sent_call *sent,
			 struct http_request *request)
{
	sent->client = client;
	sent->headers = make_headers(arena, client, call, &sent->n_headers);
	*request = (struct http_request){
		.method = call->method,
		.url = arena_printf(arena, "%s%s", client->config.server,
				    call->path),
		.headers = sent->headers,
		.body = call->body,
		.arena = call->arena,
		.body_cap = call->body_cap,
		.timeout_ms = client->timeout_ms,
		.tries = call->tries,
		.sink = call->sink,
		.context = call->context,
		.transient = kube_status_passes,
		.prepare = prepare,
		.again = again,
		.again_context = sent,
	};
}

static void count(struct kube_client *client)
{
	const struct http_counts *now = http_counts(client->http);
	const struct http_counts *before = &client->before;
	struct http_counts *all = &client->counts;

	all->requests = before->requests + now->requests;
	all->writes = before->writes + now->writes;
	all->retries = before->retries + now->retries;
	all->bytes_sent = before->bytes_sent + now->bytes_sent;
	all->bytes_received = before->bytes_received + now->bytes_received;
	if (now->in_flight_most > all->in_flight_most)
		all->in_flight_most = now->in_flight_most;
}

/* When to be content with less than all answers; http_until(). */
struct enough {
	bool (*ask)(void *context); /* NULL: never */
	void *context;
};

static int send_all(struct kube_client *client, struct http_request *requests,
		    size_t n, const struct enough *enough, struct err *err)
{
	int status = http_until(client->http, requests, n, enough->ask,
				enough->context, err);

	count(client);
	return status;
}

/*
 * The plugin gave us another client certificate while requests were under way.
 * Those that were not accepted go out once more, over connections of their
 * own.
 */
static int send_rest(struct arena *arena, struct kube_client *client,
		     struct http_request *requests, size_t n,
		     const struct enough *enough, struct err *err)
{
	struct http_request *rest = arena_array(arena, n, sizeof(*rest));
	size_t *from = arena_array(arena, n, sizeof(*from));
	size_t n_rest = 0;

	for (size_t i = 0; i < n; i++) {
		if (requests[i].response.status == 401) {
			from[n_rest] = i;
			rest[n_rest++] = requests[i];
		}
	}
	if (open_http(client, err) < 0 ||
	    send_all(client, rest, n_rest, enough, err) < 0)
		return -1;
	for (size_t i = 0; i < n_rest; i++)
		requests[from[i]].response = rest[i].response;
	return 0;
}

/* Where the credential could not be renewed, that is why the server said no. */
static void explain(const struct kube_client *client,
		    struct http_response *response)
{
	const struct err *why = &client->refresh_err;

	if (response->status != 401 || !why->status)
		return;
	response->status = 0;
	err_set(&response->err, why->status, "%s", why->msg);
	if (why->hint)
		err_hint(&response->err, "%s", why->hint);
}

static void drop_errors(struct http_request *requests, size_t n)
{
	for (size_t i = 0; i < n; i++)
		err_clear(&requests[i].response.err);
}

int kube_client_until(struct kube_client *client, struct kube_call *calls,
		      size_t n, bool (*ask)(void *context), void *context,
		      struct err *err)
{
	const struct enough enough = { ask, context };
	AUTO_ARENA struct arena *scratch = arena_new();
	struct http_request *requests = arena_array(scratch, n,
						    sizeof(*requests));
	struct sent_call *sent = arena_array(scratch, n, sizeof(*sent));
	int status;

	for (size_t i = 0; i < n; i++)
		make_request(scratch, client, &calls[i], &sent[i],
			     &requests[i]);
	err_clear(&client->refresh_err);
	status = send_all(client, requests, n, &enough, err);
	if (status == 0 && client->reopen) {
		status = send_rest(scratch, client, requests, n, &enough, err);
		if (status < 0)
			drop_errors(requests, n);
	}
	for (size_t i = 0; i < n; i++) {
		calls[i].response = requests[i].response;
		if (status == 0)
			explain(client, &calls[i].response);
	}
	return status;
}

int kube_client_all(struct kube_client *client, struct kube_call *calls,
		    size_t n, struct err *err)
{
	return kube_client_until(client, calls, n, NULL, NULL, err);
}

int kube_client_one(struct kube_client *client, struct kube_call *call,
		    struct err *err)
{
	if (kube_client_all(client, call, 1, err) < 0)
		return -1;
	if (call->response.status < 200 || call->response.status > 299)
		return kube_client_fail(client, call, err);
	return 0;
}

int kube_client_fail(const struct kube_client *client, struct kube_call *call,
		     struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct http_response *response = &call->response;
	const char *what = arena_printf(scratch, "%s %.*s", call->method,
					(int)strcspn(call->path, "?"),
					call->path);

	if (response->err.status) {
		*err = response->err;
		response->err = (struct err){ 0 };
		/* What else is wrong with TLS brings its own hint. */
		if (err->status == ERR_ACCESS)
			err_hint(err, "check %s", client->config.user_from);
		return err_wrap(err, "%s", what);
	}
	kube_status_fail(what, response->status, response->body, err);
	if (response->status == 401)
		err_hint(err, "check %s", client->config.user_from);
	if (response->retry_after_s)
		err_hint(err, "the server asks to come back in %lld seconds",
			 (long long)response->retry_after_s);
	return -1;
}
