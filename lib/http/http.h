/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

/*
 * HTTP: many requests in flight over one libcurl multi handle, results by
 * index.  One `struct http` is one identity (CA, client certificate, proxy):
 * connections are never shared between identities (CVE-2022-27782).
 *
 *	struct http_request requests[N] = { ... };
 *	if (http_all(http, requests, N, err) < 0)
 *		return -1;               // cancelled, or the deadline passed
 *	for (size_t i = 0; i < N; i++)
 *		use(&requests[i].response);
 *
 * No redirect is followed.  Every body and header has a cap.  429, 502, 503,
 * 504, refused and reset connections are tried again, with jitter, obeying
 * Retry-After; so every request that is sent here must be safe to repeat.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/run.h"
#include "base/str.h"

struct http;

/* Who we are and whom we trust.  Borrowed strings; PEM as text, so that keys
 * from a kubeconfig never touch the disk. */
struct http_identity {
	struct bytes ca_pem;   /* empty: the system's */
	struct bytes cert_pem; /* empty: none */
	struct bytes key_pem;
	const char *proxy;       /* NULL: HTTPS_PROXY and NO_PROXY of run's
				    environment; "": none */
	const char *server_name; /* of the one server we talk to, for SNI and
				    its certificate; NULL: the URL's host */
	bool insecure;           /* do not verify the server; warned of */
	bool allow_http;         /* plain http:// is allowed */
	unsigned in_flight;      /* requests at once; 0: 48 */
};

struct http_response {
	long status;              /* 0 where there was no answer */
	struct bytes body;        /* NUL-terminated; in the request's arena */
	const char *content_type; /* "" where not said */
	const char *location;     /* Location header, or NULL */
	const char *challenge;    /* WWW-Authenticate, several in one with
				     commas between them, or NULL */
	const char *digest;       /* Docker-Content-Digest header, or NULL */
	const char *link;         /* Link header, or NULL */
	const char **warnings;    /* Warning headers' texts (RFC 7234 5.5),
				     NULL-ended, or NULL */
	int64_t retry_after_s;    /* how long it asks us to stay away, or 0 */
	struct err err;           /* set iff status is 0; whoever sent the
				     request moves or clears it */
};

struct http_request {
	const char *method; /* "GET" */
	const char *url;
	const char *const *headers; /* "Name: value", NULL-ended, or NULL */
	struct bytes body;
	struct arena *arena; /* where the response is kept */
	size_t body_cap;     /* of the response; 0: 64 MiB */
	int64_t timeout_ms;  /* for one try; 0: 30 s */
	unsigned tries;      /* at most; 0: 10 */
	/*
	 * If set, a 200's body is handed over as it comes and not kept.  A
	 * return of -1 ends the request with the err it set.  A retry is
	 * announced by a call with `data` NULL.
	 */
	int (*sink)(void *context, const char *data, size_t n, struct err *err);
	void *context;
	/*
	 * If set, asked of an answer from 400 up that is not tried again
	 * anyway: will it pass?  Then it is tried again, a few times.
	 */
	bool (*transient)(long status, struct bytes body);
	/* Called before each try; it may change the headers (a token that was
	 * renewed meanwhile). */
	void (*prepare)(void *context, struct http_request *request);
	/*
	 * Called once when the request is finished; it may change the request
	 * and return true to have it sent again (a refreshed token), once.
	 */
	bool (*again)(void *context, struct http_request *request);
	void *again_context; /* for prepare and again */
	struct http_response response;
};

/* Requests sent, for tests, budgets and -vv. */
struct http_counts {
	size_t requests; /* tries included */
	size_t writes;   /* neither GET nor HEAD, nor with dryRun= */
	size_t retries;
	size_t in_flight_most;
	size_t bytes_sent;
	size_t bytes_received;
};

/* One identity; closed with the run's arena. */
MUST_USE int http_open(struct run *run, const struct http_identity *identity,
		       struct http **out, struct err *err);

/*
 * Send all, at most `in_flight` at once, and wait for all.  0 also where
 * single requests failed: each response says so itself.  -1 with
 * ERR_CANCELLED or ERR_TEMPORARY (deadline) where the rest was given up: what
 * was answered is then still there, anything else has status 0 and no err.
 * After a signal, requests in flight get two seconds to be answered.
 */
MUST_USE int http_all(struct http *http, struct http_request *requests,
		      size_t n, struct err *err);

/*
 * The same for streams, which have no end of their own: all are ended, without
 * an error, as soon as one of them is, or enough(context) says so.  It is asked
 * whenever something came, and at least five times a second.  What is given up
 * then, or at once after a signal, has status 0 and no err.
 */
MUST_USE int http_until(struct http *http, struct http_request *requests,
			size_t n, bool (*enough)(void *context), void *context,
			struct err *err);

/* One request; its response's err, if any, is moved to `err`. */
MUST_USE int http_one(struct http *http, struct http_request *request,
		      struct err *err);

const struct http_counts *http_counts(const struct http *http);

/* "a b/c" as one path segment or query value, percent-encoded. */
char *http_escape(struct arena *arena, const char *text);

/*
 * A URL in its parts; strings in the arena, `user` and `password` decoded,
 * `port` filled in for http and https, "" for others that name none.
 * ERR_USAGE for what is no URL or holds control characters.
 */
struct http_url {
	const char *scheme;
	const char *user;     /* NULL where none */
	const char *password; /* NULL where none */
	const char *host;     /* without brackets, lower case */
	const char *port;
	const char *path;
	const char *query; /* NULL where none */
};
MUST_USE int http_url_parse(struct arena *arena, const char *url,
			    struct http_url *out, struct err *err);

/* Is this host, as http_url_parse() has it, the machine itself? */
bool http_is_loopback(const char *host);

/* Load libcurl once; called by main and by tests. */
void http_init(void);

/* "libcurl 7.88.1", as it runs. */
char *http_library(struct arena *arena);

#endif
