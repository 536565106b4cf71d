/* SPDX-License-Identifier: Apache-2.0 */
#include "http/transfer.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"

/*
 * Every option of libcurl that we set, in one place, so that one page says
 * how we behave on the network (curl's libcurl-security).  A handle is new
 * for each try: nothing of an earlier request can reach a later one.
 */

#define CONNECT_TIMEOUT_MS 10000L
#define TRY_TIMEOUT_MS     30000
#define LOW_SPEED_S        30L
#define PEER_GONE_MS       30000U
#define KEEPALIVE_S        15L
#define CONNECTION_LIFE_S  600L

/*
 * libcurl 7.88 may let a stream of HTTP/2 hang, until it times out, once the
 * turns of other streams have read more of it than fits into this buffer:
 * each reads on, 32 KiB at a time, until something of its own comes or there
 * is no more for now.  With the default of 16 KiB, 2 of 300 rounds of six
 * LISTs of 2 MB hung; with this, none of 1,200.
 */
#define RECEIVE_BUFFER 524288L

/*
 * A peer that has vanished without a word: what we sent is not acknowledged,
 * or keepalive probes are not.  Either ends the connection half a minute
 * later, while a server that is merely slow may take its time.
 */
static int on_socket(void *payload, curl_socket_t fd, curlsocktype purpose)
{
	unsigned gone_ms = PEER_GONE_MS;

	(void)payload;
	(void)purpose;
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &gone_ms,
		   sizeof(gone_ms));
	return CURL_SOCKOPT_OK;
}

static struct curl_blob blob(struct bytes bytes)
{
	union {
		const void *borrowed;
		void *data;
	} pem = { .borrowed = bytes.data };

	return (struct curl_blob){
		.data = pem.data, /* libcurl only reads it */
		.len = bytes.len,
		.flags = CURL_BLOB_NOCOPY,
	};
}

#define SET(option, value)                                                     \
	(bad |= curl_easy_setopt(easy, CURLOPT_##option, value) != CURLE_OK)

/* What holds for every request. */
static bool set_always(CURL *easy, const struct http *http)
{
	bool bad = false;

	SET(PROTOCOLS_STR, http->identity.allow_http ? "http,https" : "https");
	SET(FOLLOWLOCATION, 0L);
	SET(NETRC, (long)CURL_NETRC_IGNORED);
	SET(DISALLOW_USERNAME_IN_URL, 1L);
	SET(PATH_AS_IS, 1L);
	SET(NOSIGNAL, 1L);
	SET(USERAGENT, "gitops");
	SET(ACCEPT_ENCODING, "gzip");
	SET(BUFFERSIZE, RECEIVE_BUFFER);

	/* One connection serves many requests at once. */
	SET(SHARE, http->share);
	SET(HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	SET(PIPEWAIT, 1L);
	SET(MAXLIFETIME_CONN, CONNECTION_LIFE_S);
	SET(TCP_KEEPALIVE, 1L);
	SET(TCP_KEEPIDLE, KEEPALIVE_S);
	SET(TCP_KEEPINTVL, KEEPALIVE_S);
	SET(SOCKOPTFUNCTION, on_socket);
	SET(CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
	SET(LOW_SPEED_LIMIT, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
	/* Or who is given up would wait for a name server all the same. */
	SET(QUICK_EXIT, 1L);
#endif
	return !bad;
}

/* Whom we trust, and who we are. */
static bool set_identity(CURL *easy, const struct http *http)
{
	const struct http_identity *identity = &http->identity;
	struct curl_blob ca = blob(identity->ca_pem);
	struct curl_blob cert = blob(identity->cert_pem);
	struct curl_blob key = blob(identity->key_pem);
	bool bad = false;

	SET(SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(SSL_VERIFYPEER, identity->insecure ? 0L : 1L);
	SET(SSL_VERIFYHOST, identity->insecure ? 0L : 2L);
	if (ca.len)
		SET(CAINFO_BLOB, &ca);
	else if (http->ca_file)
		SET(CAINFO, http->ca_file);
	if (cert.len) {
		SET(SSLCERTTYPE, "PEM");
		SET(SSLCERT_BLOB, &cert);
		SET(SSLKEYTYPE, "PEM");
		SET(SSLKEY_BLOB, &key);
	}
	return !bad;
}

/* The request itself, and where its answer goes. */
static bool set_request(CURL *easy, struct http_transfer *transfer)
{
	const struct http_request *request = transfer->request;
	const char *method = request->method;
	const int64_t timeout_ms = request->timeout_ms ? request->timeout_ms :
							 TRY_TIMEOUT_MS;
	long slow_s = (long)(timeout_ms / 2000);
	bool bad = false;

	SET(TIMEOUT_MS, (long)timeout_ms);
	SET(LOW_SPEED_TIME, slow_s > LOW_SPEED_S ? slow_s : LOW_SPEED_S);
	if (strcmp(method, "HEAD") == 0) {
		SET(NOBODY, 1L);
	} else if (request->body.data) {
		SET(POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
		SET(POSTFIELDS, request->body.data);
		SET(CUSTOMREQUEST, method);
	} else {
		SET(CUSTOMREQUEST, method);
	}
	SET(HTTPHEADER, transfer->headers);
	SET(CONNECT_TO, transfer->connect_to);
	SET(PROXY, transfer->proxy);
	SET(NOPROXY, "");
	SET(SUPPRESS_CONNECT_HEADERS, 1L);

	SET(PRIVATE, transfer);
	SET(ERRORBUFFER, transfer->reason);
	SET(HEADERFUNCTION, http_receive_header);
	SET(HEADERDATA, transfer);
	SET(WRITEFUNCTION, http_receive_body);
	SET(WRITEDATA, transfer);
	return !bad;
}

static int add_headers(struct http_transfer *transfer, struct err *err)
{
	const char *const *header = transfer->request->headers;

	for (; header && *header; header++) {
		if (strpbrk(*header, "\r\n"))
			return err_set(err, ERR_INPUT,
				       "a line end in header '%.*s'",
				       (int)strcspn(*header, ":\r\n"), *header);
		transfer->headers = curl_slist_append(transfer->headers,
						      *header);
	}
	/* No round trip to ask whether a body is welcome. */
	transfer->headers = curl_slist_append(transfer->headers, "Expect:");
	return 0;
}

/*
 * A server that answers to another name than its address: the URL gets the
 * name, so that it is what SNI says and the certificate is checked for, the
 * connection goes to the address, and so does the Host header.
 */
static bool rename_server(struct http_transfer *transfer, CURLU *handle)
{
	struct arena *arena = http_arena(transfer);
	const struct http_url *url = &transfer->url;
	const char *open = strchr(url->host, ':') ? "[" : "";
	const char *close = *open ? "]" : "";
	const char *name = transfer->http->identity.server_name;
	bool ipv6 = strchr(name, ':') && *name != '[';

	transfer->connect_to =
		curl_slist_append(NULL,
				  arena_printf(arena, "::%s%s%s:%s", open,
					       url->host, close, url->port));
	transfer->headers =
		curl_slist_append(transfer->headers,
				  arena_printf(arena, "Host: %s%s%s:%s", open,
					       url->host, close, url->port));
	if (ipv6)
		name = arena_printf(arena, "[%s]", name);
	return curl_url_set(handle, CURLUPART_HOST, name, 0) == CURLUE_OK;
}

static int set_url(CURL *easy, struct http_transfer *transfer, struct err *err)
{
	const struct http *http = transfer->http;
	const char *name = http->identity.server_name;
	CURLU *handle = curl_url();
	char *url = NULL;
	bool bad = false;

	bad |= curl_url_set(handle, CURLUPART_URL, transfer->request->url, 0);
	if (!bad && name && strcmp(transfer->url.scheme, "https") == 0)
		bad |= !rename_server(transfer, handle);
	if (!bad)
		bad |= curl_url_get(handle, CURLUPART_URL, &url, 0);
	if (!bad)
		SET(URL, url);
	curl_free(url);
	curl_url_cleanup(handle);
	if (bad)
		return err_set(err, ERR_USAGE,
			       "'%s' is no name that a server can have", name);
	return 0;
}

int http_set_options(struct http_transfer *transfer, struct err *err)
{
	struct http *http = transfer->http;
	CURL *easy;

	/* A handle that is used again would keep its buffer, and yet fill no
	 * more of it than the default size. */
	curl_easy_cleanup(transfer->easy);
	easy = transfer->easy = curl_easy_init();
	if (!easy)
		return err_set(err, ERR_FAILED, "libcurl cannot be started");

	if (http_url_parse(http_arena(transfer), transfer->request->url,
			   &transfer->url, err) < 0)
		return -1;
	if (strcmp(transfer->url.scheme, "https") != 0 &&
	    !http->identity.allow_http)
		return err_set(err, ERR_USAGE, "%s://%s: only https is allowed",
			       transfer->url.scheme, transfer->url.host);
	if (transfer->url.user || transfer->url.password)
		return err_set(err, ERR_USAGE,
			       "%s://%s: credentials in the URL are not sent",
			       transfer->url.scheme, transfer->url.host);
	transfer->proxy = http->identity.proxy;
	if (!transfer->proxy)
		transfer->proxy = http_proxy(http->run, &transfer->url);
	if (add_headers(transfer, err) < 0 || set_url(easy, transfer, err) < 0)
		return -1;
	if (!set_always(easy, http) || !set_identity(easy, http) ||
	    !set_request(easy, transfer))
		return err_set(err, ERR_FAILED,
			       "this libcurl (%s) lacks what we need",
			       curl_version());
	return 0;
}

void http_release_options(struct http_transfer *transfer)
{
	curl_slist_free_all(transfer->headers);
	curl_slist_free_all(transfer->connect_to);
	transfer->headers = NULL;
	transfer->connect_to = NULL;
}
