/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTP_TRANSFER_H
#define HTTP_TRANSFER_H

/*
 * Transfer: one request on its way; for the room http alone.
 *
 * An http has as many transfers as requests may be in flight, and each keeps
 * its libcurl handle and its buffer from request to request.  A request that
 * waits for its next try keeps its transfer, so that a server which asks for
 * patience is also asked for less.
 */

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/run.h"
#include "base/str.h"
#include "http/http.h"

enum http_state {
	HTTP_IDLE,
	HTTP_RUNNING,
	HTTP_WAITING, /* for its next try */
};

struct http_transfer {
	struct http *http;
	CURL *easy; /* NULL until first used */
	enum http_state state;
	struct http_request *request;
	unsigned tries;  /* begun so far */
	bool replayed;   /* its `again` said yes once */
	int64_t wake_ms; /* when HTTP_WAITING ends */

	/* Of the try under way. */
	int64_t started_ms;
	struct http_url url;
	const char *proxy; /* "" for none */
	struct curl_slist *headers;
	struct curl_slist *connect_to;
	size_t fed_bytes; /* given to the request's sink */
	struct str body;
	size_t header_bytes;
	struct err err; /* why one of our callbacks ended it */
	char reason[CURL_ERROR_SIZE];
};

struct http {
	struct run *run;
	struct http_identity identity;
	const char *ca_file; /* SSL_CERT_FILE, or NULL */
	CURLM *multi;
	CURLSH *share;
	struct http_counts counts;
	struct http_transfer *transfers; /* identity.in_flight of them */
	size_t running;
	bool busy;     /* inside http_all() */
	bool answered; /* by a server, at least once */
};

/* Where the response of a transfer is kept. */
struct arena *http_arena(const struct http_transfer *transfer);

/* options.c: give the handle all that libcurl is to know for the next try. */
MUST_USE int http_set_options(struct http_transfer *transfer, struct err *err);
/* Give up what the options of a try held. */
void http_release_options(struct http_transfer *transfer);

/* receive.c: libcurl's callbacks, with the caps. */
size_t http_receive_header(char *data, size_t size, size_t n, void *transfer);
size_t http_receive_body(char *data, size_t size, size_t n, void *transfer);
/* Forget what was received, for the next try. */
void http_receive_nothing(struct http_transfer *transfer);
/* Fill in the response from what was received. */
void http_receive_end(struct http_transfer *transfer, long status);

/* failure.c: why there was no answer, in our words.  Always -1. */
int http_fail(struct http_transfer *transfer, CURLcode code, struct err *err);

/* retry.c: pure.  How often a request that ends so may be sent in all. */
unsigned http_worth(CURLcode code, long status, bool answered);
/* How long to wait after `tries` tries; `random` is any number. */
int64_t http_backoff_ms(unsigned tries, int64_t retry_after_s, uint32_t random);

/*
 * proxy.c: the proxy for a URL by HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and
 * NO_PROXY of run's environment, as Go's programs read them; "" for none.
 */
const char *http_proxy(const struct run *run, const struct http_url *url);
/* As it may be shown: without user and password. */
const char *http_proxy_shown(struct arena *arena, const char *proxy);

/* warning.c: append the texts of one Warning header to a NULL-ended list. */
const char **http_add_warnings(struct arena *arena, const char **list,
			       const char *value);

#endif
