/* SPDX-License-Identifier: Apache-2.0 */
#include "http/transfer.h"

#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

/*
 * libcurl says the same of a name that does not exist and of a resolver that
 * is out of order; the first is the user's mistake, the second passes.  Asked
 * again, the resolver answers from its cache.
 */
static int fail_to_resolve(const char *host, struct err *err)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	int code = getaddrinfo(host, NULL, &hints, &found);

	if (code == 0)
		freeaddrinfo(found);
	if (code == 0 || code == EAI_AGAIN)
		return err_set(err, ERR_TEMPORARY,
			       "the name '%s' cannot be resolved for now",
			       host);
	return err_set(err, ERR_NOT_FOUND, "there is no host '%s'", host);
}

/* libcurl's own words, without what they begin with. */
static const char *reason(const struct http_transfer *transfer, CURLcode code)
{
	static const char *const noise[] = {
		"SSL certificate problem: ",
		"SSL: ",
	};
	const char *text = transfer->reason;

	for (size_t i = 0; i < ARRAY_LEN(noise); i++) {
		if (str_starts(text, noise[i]))
			text += strlen(noise[i]);
	}
	return *text ? text : curl_easy_strerror(code);
}

static int fail_to_connect(struct http_transfer *transfer, const char *where,
			   struct err *err)
{
	long cause = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &cause);
	if (!cause)
		return err_set(err, ERR_TEMPORARY, "connect to %s: %s", where,
			       reason(transfer, CURLE_COULDNT_CONNECT));
	return err_set(err, ERR_TEMPORARY, "connect to %s: %s", where,
		       strerror((int)cause));
}

static int fail_to_trust(struct http_transfer *transfer, const char *where,
			 struct err *err)
{
	const char *why = reason(transfer, CURLE_PEER_FAILED_VERIFICATION);

	err_set(err, ERR_ACCESS, "%s: its TLS certificate is not accepted: %s",
		where, why);
	if (strstr(why, "expired") || strstr(why, "not yet valid"))
		err_hint(err, "compare the clock of this machine with the "
			      "certificate's dates");
	else if (strstr(why, "issuer") || strstr(why, "self-signed"))
		err_hint(err, "name the authority that signed it");
	else
		err_hint(err, "check the server's address, or name the host "
			      "that its certificate is for");
	return -1;
}

/* The proxy was reached and would not connect us. */
static int fail_by_proxy(struct http_transfer *transfer, long status,
			 const char *proxy, struct err *err)
{
	enum err_status kind = status >= 500 ? ERR_TEMPORARY : ERR_ACCESS;

	err_set(err, kind, "the proxy %s refused to connect to %s:%s: %ld",
		proxy, transfer->url.host, transfer->url.port, status);
	if (status == 407)
		err_hint(err, "put user and password in the proxy's URL");
	return -1;
}

int http_fail(struct http_transfer *transfer, CURLcode code, struct err *err)
{
	struct arena *arena = http_arena(transfer);
	const struct http_url *url = &transfer->url;
	const char *proxy = http_proxy_shown(arena, transfer->proxy);
	const char *where = arena_printf(
		arena, strchr(url->host, ':') ? "[%s]:%s%s%s" : "%s:%s%s%s",
		url->host, url->port, *proxy ? " through the proxy " : "",
		proxy);
	long proxy_status = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE,
			  &proxy_status);
	if (proxy_status >= 300)
		return fail_by_proxy(transfer, proxy_status, proxy, err);
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return fail_to_resolve(url->host, err);
	case CURLE_COULDNT_CONNECT:
		return fail_to_connect(transfer, where, err);
	case CURLE_PEER_FAILED_VERIFICATION:
		return fail_to_trust(transfer, where, err);
	case CURLE_SSL_CERTPROBLEM:
		return err_set(err, ERR_ACCESS, "the client certificate: %s",
			       reason(transfer, code));
	case CURLE_SSL_CACERT_BADFILE:
		return err_set(err, ERR_INPUT,
			       "the certificates of the authority: %s",
			       reason(transfer, code));
	case CURLE_OPERATION_TIMEDOUT:
		return err_set(err, ERR_TEMPORARY, "%s: no answer in time",
			       where);
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_HTTP2_STREAM:
		return err_set(err, ERR_TEMPORARY,
			       "%s: the answer was cut short", where);
	default:
		return err_set(err,
			       http_worth(code, 0, true) > 1 ? ERR_TEMPORARY :
							       ERR_FAILED,
			       "%s: %s", where, reason(transfer, code));
	}
}
