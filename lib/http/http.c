/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http.h"

#include <assert.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "http/trace.h"
#include "http/transfer.h"

#define IN_FLIGHT     48
#define TRIES_DEFAULT 10
#define TRIES_PASSING 4    /* where `transient` says so */
#define WAIT_MOST_S   120  /* Retry-After; longer is a matter for cron */
#define POLL_MS       200  /* a signal is noticed at least this often */
#define GRACE_MS      2000 /* for requests in flight after a signal */

/* One http_all() or http_until() under way. */
struct batch {
	struct http *http;
	struct http_request *requests;
	size_t n;
	bool (*enough)(void *context); /* NULL: all are to be answered */
	void *context;
	size_t ended;     /* requests that have their answer, or never will */
	size_t begun;     /* requests that have, or had, a transfer */
	size_t given_up;  /* of those begun */
	bool stopping;    /* begin no more */
	int64_t until_ms; /* then give up what is in flight, if stopping */
	struct err err;   /* why we are stopping */
};

void http_init(void)
{
	static bool done;

	if (!done)
		curl_global_init_mem(CURL_GLOBAL_DEFAULT, xmalloc, free,
				     xrealloc, xstrdup, xcalloc);
	done = true;
}

struct arena *http_arena(const struct http_transfer *transfer)
{
	if (transfer->request->arena)
		return transfer->request->arena;
	return transfer->http->run->arena;
}

static void close_http(void *handle)
{
	struct http *http = handle;

	for (size_t i = 0; i < http->identity.in_flight; i++) {
		struct http_transfer *transfer = &http->transfers[i];

		curl_easy_cleanup(transfer->easy);
		str_release(&transfer->body);
	}
	curl_multi_cleanup(http->multi);
	curl_share_cleanup(http->share);
}

static struct bytes keep_bytes(struct arena *arena, struct bytes bytes)
{
	if (bytes.len)
		bytes.data = arena_memdup(arena, bytes.data, bytes.len);
	return bytes;
}

int http_open(struct run *run, const struct http_identity *identity,
	      struct http **out, struct err *err)
{
	struct arena *arena = run->arena;
	struct http *http = arena_alloc(arena, sizeof(*http));
	struct http_identity *own = &http->identity;

	http_init();
	http->run = run;
	*own = *identity;
	own->ca_pem = keep_bytes(arena, identity->ca_pem);
	own->cert_pem = keep_bytes(arena, identity->cert_pem);
	own->key_pem = keep_bytes(arena, identity->key_pem);
	own->proxy = arena_strdup(arena, identity->proxy);
	own->server_name = arena_strdup(arena, identity->server_name);
	if (!own->in_flight)
		own->in_flight = IN_FLIGHT;
	http->ca_file = run_env(run, "SSL_CERT_FILE");

	http->multi = curl_multi_init();
	http->share = curl_share_init();
	http->transfers = arena_array(arena, own->in_flight,
				      sizeof(*http->transfers));
	for (size_t i = 0; i < own->in_flight; i++)
		http->transfers[i].http = http;
	arena_defer(arena, close_http, http);
	if (!http->multi || !http->share ||
	    curl_multi_setopt(http->multi, CURLMOPT_PIPELINING,
			      CURLPIPE_MULTIPLEX) != CURLM_OK ||
	    curl_share_setopt(http->share, CURLSHOPT_SHARE,
			      CURL_LOCK_DATA_SSL_SESSION) != CURLSHE_OK)
		return err_set(err, ERR_FAILED, "libcurl cannot be started");
	*out = http;
	return 0;
}

static bool is_write(const struct http_request *request)
{
	return strcmp(request->method, "GET") != 0 &&
	       strcmp(request->method, "HEAD") != 0 &&
	       !strstr(request->url, "dryRun=");
}

/* Hand the request to libcurl for one try. */
static int send_request(struct http_transfer *transfer, struct err *err)
{
	struct http *http = transfer->http;
	struct http_request *request = transfer->request;
	struct http_counts *counts = &http->counts;

	/* A sink that was fed by the try before has to start again. */
	if (transfer->fed_bytes &&
	    request->sink(request->context, NULL, 0, err) < 0)
		return -1;
	transfer->fed_bytes = 0;
	if (request->prepare)
		request->prepare(request->again_context, request);
	transfer->reason[0] = '\0';
	http_receive_nothing(transfer);
	if (http_set_options(transfer, err) < 0)
		return -1;
	if (curl_multi_add_handle(http->multi, transfer->easy) != CURLM_OK)
		return err_set(err, ERR_FAILED, "libcurl takes no request");
	transfer->state = HTTP_RUNNING;
	transfer->started_ms = clock_ms();
	transfer->tries++;
	http->running++;
	if (http->running > counts->in_flight_most)
		counts->in_flight_most = http->running;
	counts->requests++;
	counts->writes += is_write(request);
	counts->retries += transfer->tries > 1;
	return 0;
}

static void end_transfer(struct http_transfer *transfer)
{
	http_release_options(transfer);
	transfer->state = HTTP_IDLE;
	transfer->request = NULL;
}

/* The request has no answer, and will have none. */
static void end_without_answer(struct http_transfer *transfer, struct err *err)
{
	struct http_response *response = &transfer->request->response;

	*response = (struct http_response){
		.body = { "", 0 },
		.content_type = "",
		.err = *err,
	};
	*err = (struct err){ 0 };
	end_transfer(transfer);
}

static void send_or_end(struct http_transfer *transfer)
{
	struct err err = { 0 };

	http_release_options(transfer);
	if (send_request(transfer, &err) < 0)
		end_without_answer(transfer, &err);
}

static void begin(struct http_transfer *transfer, struct http_request *request)
{
	transfer->request = request;
	transfer->tries = 0;
	transfer->replayed = false;
	transfer->fed_bytes = 0;
	send_or_end(transfer);
}

/* How often a request that ended so may be sent in all. */
static unsigned worth(const struct http_transfer *transfer, CURLcode code)
{
	const struct http_request *request = transfer->request;
	const struct http_response *response = &request->response;
	unsigned most = request->tries ? request->tries : TRIES_DEFAULT;
	unsigned tries = http_worth(code, response->status,
				    transfer->http->answered);

	if (transfer->err.status)
		return 1; /* we ended it ourselves */
	if (tries == 1 && response->status >= 400 && request->transient &&
	    request->transient(response->status, response->body))
		tries = TRIES_PASSING;
	return tries < most ? tries : most;
}

/* Wait for another try, if this end is worth one and there is time. */
static bool try_again(struct http_transfer *transfer, CURLcode code)
{
	const struct http *http = transfer->http;
	int64_t after_s = transfer->request->response.retry_after_s;
	int64_t wait_ms;
	uint32_t random;

	if (transfer->tries >= worth(transfer, code) || after_s > WAIT_MOST_S)
		return false;
	digest_random(&random, sizeof(random));
	wait_ms = http_backoff_ms(transfer->tries, after_s, random);
	if (run_time_left_ms(http->run, INT64_MAX) <= wait_ms)
		return false;
	transfer->state = HTTP_WAITING;
	transfer->wake_ms = clock_ms() + wait_ms;
	return true;
}

static void count_bytes(struct http_transfer *transfer)
{
	struct http_counts *counts = &transfer->http->counts;
	curl_off_t up = 0, down = 0;
	long head_up = 0, head_down = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_UPLOAD_T, &up);
	curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_DOWNLOAD_T, &down);
	curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &head_up);
	curl_easy_getinfo(transfer->easy, CURLINFO_HEADER_SIZE, &head_down);
	counts->bytes_sent += (size_t)up + (size_t)head_up;
	counts->bytes_received += (size_t)down + (size_t)head_down;
}

/* libcurl is done with a try: with an answer, or with `code`. */
static void end_try(struct http_transfer *transfer, CURLcode code,
		    bool stopping)
{
	struct http *http = transfer->http;
	struct http_request *request = transfer->request;
	AUTO_ERR struct err err = { 0 };
	long status = 0;

	curl_multi_remove_handle(http->multi, transfer->easy);
	http->running--;
	count_bytes(transfer);
	curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	if (code == CURLE_OK) {
		http->answered = true;
		http_receive_end(transfer, status);
	}
	http_trace(transfer, code);
	if (!stopping && try_again(transfer, code)) {
		err_clear(&transfer->err);
		return;
	}
	if (transfer->err.status) {
		end_without_answer(transfer, &transfer->err);
	} else if (code != CURLE_OK) {
		http_fail(transfer, code, &err);
		end_without_answer(transfer, &err);
	} else if (!stopping && request->again && !transfer->replayed &&
		   request->again(request->again_context, request)) {
		transfer->replayed = true;
		transfer->tries = 0;
		send_or_end(transfer);
	} else {
		end_transfer(transfer);
	}
}

/* Nobody waits for this transfer any more.  A stream that was under way has
 * been of use; its length is told. */
static void give_up(struct batch *batch, struct http_transfer *transfer)
{
	AUTO_ERR struct err dropped = transfer->err;
	long *status = &transfer->request->response.status;

	if (transfer->state == HTTP_RUNNING) {
		curl_multi_remove_handle(batch->http->multi, transfer->easy);
		batch->http->running--;
		count_bytes(transfer);
		curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE,
				  status);
		if (*status)
			http_trace(transfer, CURLE_OK);
	}
	transfer->err = (struct err){ 0 };
	end_without_answer(transfer, &transfer->err);
	batch->given_up++;
}

static void notice_the_end(struct batch *batch)
{
	struct err *err = &batch->err;

	if (batch->stopping)
		return;
	if (run_check(batch->http->run, err) == 0 &&
	    (!batch->enough ||
	     (!batch->ended && !batch->enough(batch->context))))
		return;
	batch->stopping = true;
	batch->until_ms = clock_ms();
	if (err->status == ERR_CANCELLED && !batch->enough)
		batch->until_ms += GRACE_MS;
}

/*
 * Set going what can be.  Returns how long there is nothing to do but to wait
 * for the network; `active` counts the transfers that are not idle.
 */
static int64_t advance(struct batch *batch, size_t *active)
{
	struct http *http = batch->http;
	int64_t now = clock_ms();
	int64_t wait_ms = run_time_left_ms(http->run, POLL_MS);

	*active = 0;
	notice_the_end(batch);
	for (size_t i = 0; i < http->identity.in_flight; i++) {
		struct http_transfer *transfer = &http->transfers[i];

		while (transfer->state == HTTP_IDLE && !batch->stopping &&
		       batch->begun < batch->n)
			begin(transfer, &batch->requests[batch->begun++]);
		if (transfer->state == HTTP_IDLE)
			continue;
		if (batch->stopping && (transfer->state == HTTP_WAITING ||
					now >= batch->until_ms)) {
			give_up(batch, transfer);
			continue;
		}
		if (transfer->state == HTTP_WAITING && now >= transfer->wake_ms)
			send_or_end(transfer);
		if (transfer->state == HTTP_WAITING &&
		    transfer->wake_ms - now < wait_ms)
			wait_ms = transfer->wake_ms - now;
		*active += transfer->state != HTTP_IDLE;
	}
	if (batch->n > 1 && !batch->enough)
		run_progress(http->run, NULL, batch->begun - *active, batch->n);
	return wait_ms;
}

/* Tries that libcurl has finished; false where there was none. */
static bool collect(struct batch *batch)
{
	CURLM *multi = batch->http->multi;
	CURLMsg *message;
	bool some = false;
	int left;

	for (;;) {
		struct http_transfer *transfer = NULL;
		CURLcode code;

		message = curl_multi_info_read(multi, &left);
		if (!message)
			return some;
		some = true;
		code = message->data.result;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE,
				  &transfer);
		end_try(transfer, code, batch->stopping);
		batch->ended += transfer->state == HTTP_IDLE;
	}
}

static void drop_errors(struct http_request *requests, size_t n)
{
	for (size_t i = 0; i < n; i++)
		err_clear(&requests[i].response.err);
}

int http_until(struct http *http, struct http_request *requests, size_t n,
	       bool (*enough)(void *context), void *context, struct err *err)
{
	struct batch batch = {
		.http = http,
		.requests = requests,
		.n = n,
		.enough = enough,
		.context = context,
	};
	bool some = true; /* to be set going, or to be taken further */
	size_t active;
	int running;

	assert(!http->busy);
	http->busy = true;
	for (size_t i = 0; i < n; i++)
		requests[i].response = (struct http_response){
			.body = { "", 0 },
			.content_type = "",
		};
	/* It waits after advance(), never between what came and the question
	 * whether that is enough. */
	for (;;) {
		int64_t wait_ms = advance(&batch, &active);

		if (!active)
			break;
		if (!some)
			curl_multi_poll(http->multi, NULL, 0, (int)wait_ms,
					NULL);
		curl_multi_perform(http->multi, &running);
		some = collect(&batch);
	}
	http->busy = false;
	if (batch.err.status && (batch.given_up || batch.begun < n)) {
		drop_errors(requests, n);
		*err = batch.err;
		return -1;
	}
	err_clear(&batch.err);
	return 0;
}

int http_all(struct http *http, struct http_request *requests, size_t n,
	     struct err *err)
{
	return http_until(http, requests, n, NULL, NULL, err);
}

int http_one(struct http *http, struct http_request *request, struct err *err)
{
	if (http_all(http, request, 1, err) < 0)
		return -1;
	if (!request->response.err.status)
		return 0;
	*err = request->response.err;
	request->response.err = (struct err){ 0 };
	return -1;
}

const struct http_counts *http_counts(const struct http *http)
{
	return &http->counts;
}
