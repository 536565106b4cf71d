/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http.h"

#include <ctype.h>
#include <curl/curl.h>
#include <string.h>

#define URL_CAP 8192

char *http_escape(struct arena *arena, const char *text)
{
	char *escaped = curl_easy_escape(NULL, text, 0);
	char *copy = arena_strdup(arena, escaped);

	curl_free(escaped);
	return copy;
}

/* One part; NULL where the URL has none. */
static CURLUcode part(struct arena *arena, CURLU *handle, CURLUPart what,
		      unsigned flags, const char **out)
{
	char *text = NULL;
	CURLUcode code = curl_url_get(handle, what, &text, flags);

	if (!code) {
		*out = arena_strdup(arena, text);
		curl_free(text);
	}
	/* Where none of it is there, that is no fault. */
	if (code == CURLUE_NO_USER || code == CURLUE_NO_PASSWORD ||
	    code == CURLUE_NO_PORT || code == CURLUE_NO_QUERY)
		code = CURLUE_OK;
	return code;
}

/* Lower case, and without the brackets of an IPv6 address. */
static const char *plain_host(struct arena *arena, const char *host)
{
	size_t len = strlen(host);
	char *plain;

	if (len >= 2 && host[0] == '[')
		plain = arena_strndup(arena, host + 1, len - 2);
	else
		plain = arena_strdup(arena, host);
	for (char *c = plain; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return plain;
}

static CURLUcode parts(struct arena *arena, CURLU *handle, const char *url,
		       struct http_url *out)
{
	const unsigned decode = CURLU_URLDECODE; /* refuses control bytes */
	const char *authority = strstr(url, "://");
	CURLUcode code;

	*out = (struct http_url){ .port = "" };
	/* libcurl would take what follows for the host. */
	if (authority && authority[3] == '/')
		return CURLUE_NO_HOST;
	code = curl_url_set(handle, CURLUPART_URL, url,
			    CURLU_NON_SUPPORT_SCHEME);
	if (!code)
		code = part(arena, handle, CURLUPART_SCHEME, 0, &out->scheme);
	if (!code)
		code = part(arena, handle, CURLUPART_USER, decode, &out->user);
	if (!code)
		code = part(arena, handle, CURLUPART_PASSWORD, decode,
			    &out->password);
	if (!code)
		code = part(arena, handle, CURLUPART_HOST, decode, &out->host);
	if (!code)
		code = part(arena, handle, CURLUPART_PORT, CURLU_DEFAULT_PORT,
			    &out->port);
	if (!code)
		code = part(arena, handle, CURLUPART_PATH, 0, &out->path);
	if (!code)
		code = part(arena, handle, CURLUPART_QUERY, 0, &out->query);
	return code;
}

/* A URL may hold a password, so it is never quoted whole. */
int http_url_parse(struct arena *arena, const char *url, struct http_url *out,
		   struct err *err)
{
	struct http_url found;
	CURLU *handle;
	CURLUcode code;

	if (strlen(url) > URL_CAP)
		return err_set(err, ERR_USAGE, "URL of more than %d bytes",
			       URL_CAP);
	for (const char *c = url; *c; c++) {
		if ((unsigned char)*c <= ' ' || *c == 0x7f)
			return err_set(err, ERR_USAGE,
				       "URL with a blank or control character "
				       "at byte %zu",
				       (size_t)(c - url) + 1);
	}
	handle = curl_url();
	code = parts(arena, handle, url, &found);
	curl_url_cleanup(handle);
	if (!code && (!found.host || !*found.host))
		code = CURLUE_NO_HOST;
	if (code) {
		err_set(err, ERR_USAGE, "not a URL: %s",
			curl_url_strerror(code));
		return err_hint(err, "write scheme://host:port/path");
	}
	found.host = plain_host(arena, found.host);
	*out = found;
	return 0;
}
