/* SPDX-License-Identifier: Apache-2.0 */
#include "http/transfer.h"

#include <string.h>
#include <strings.h>

#define HEADER_CAP  ((size_t)64 << 10)
#define BODY_CAP    ((size_t)64 << 20)
#define BUFFER_KEPT ((size_t)256 << 10)

/* The value of "Name: value\r\n", where it has that name; else NULL. */
static char *header_value(struct arena *arena, const char *line, size_t len,
			  const char *name)
{
	size_t n = strlen(name);

	if (len <= n || strncasecmp(line, name, n) != 0 || line[n] != ':')
		return NULL;
	line += n + 1;
	len -= n + 1;
	while (len && (*line == ' ' || *line == '\t')) {
		line++;
		len--;
	}
	while (len && strchr(" \t\r\n", line[len - 1]))
		len--;
	return arena_strndup(arena, line, len);
}

static void keep_header(struct http_transfer *transfer, const char *line,
			size_t len)
{
	struct http_response *response = &transfer->request->response;
	struct arena *arena = http_arena(transfer);
	const struct {
		const char *name;
		const char **field;
	} kept[] = {
		{ "Content-Type", &response->content_type },
		{ "Docker-Content-Digest", &response->digest },
		{ "Link", &response->link },
		{ "Location", &response->location },
	};
	const char *value = header_value(arena, line, len, "Warning");

	if (value)
		response->warnings =
			http_add_warnings(arena, response->warnings, value);
	value = header_value(arena, line, len, "WWW-Authenticate");
	if (value && response->challenge)
		value = arena_printf(arena, "%s, %s", response->challenge,
				     value);
	if (value)
		response->challenge = value;
	for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
		value = header_value(arena, line, len, kept[i].name);
		if (value && (!*kept[i].field || !**kept[i].field))
			*kept[i].field = value;
	}
}

size_t http_receive_header(char *data, size_t size, size_t n, void *payload)
{
	struct http_transfer *transfer = payload;
	const size_t len = size * n;

	/* Another answer begins: what came before was a 1xx. */
	if (len > 5 && strncasecmp(data, "HTTP/", 5) == 0)
		http_receive_nothing(transfer);
	transfer->header_bytes += len;
	if (transfer->header_bytes > HEADER_CAP) {
		err_set(&transfer->err, ERR_FAILED,
			"the answer has more than %zu bytes of headers",
			HEADER_CAP);
		return 0;
	}
	keep_header(transfer, data, len);
	return len;
}

static void too_long(struct http_transfer *transfer)
{
	err_set(&transfer->err, ERR_FAILED,
		"the answer has more than %zu bytes", transfer->body.cap_bytes);
}

size_t http_receive_body(char *data, size_t size, size_t n, void *payload)
{
	struct http_transfer *transfer = payload;
	struct http_request *request = transfer->request;
	const size_t len = size * n;
	long status = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status == 200 && request->sink) {
		transfer->fed_bytes += len;
		if (transfer->fed_bytes > transfer->body.cap_bytes) {
			too_long(transfer);
			return 0;
		}
		if (request->sink(request->context, data, len, &transfer->err) <
		    0)
			return 0;
		return len;
	}
	str_add_bytes(&transfer->body, data, len);
	/* The cap may be that of a sink, which keeps nothing in memory. */
	if (transfer->body.full ||
	    (request->sink && transfer->body.len > BODY_CAP)) {
		too_long(transfer);
		return 0;
	}
	return len;
}

void http_receive_nothing(struct http_transfer *transfer)
{
	struct http_request *request = transfer->request;
	const size_t cap = request->body_cap ? request->body_cap : BODY_CAP;

	/* A large buffer is not kept 48 times; and one with more room than the
	 * cap would never come up against it. */
	if (transfer->body.room > BUFFER_KEPT || transfer->body.room > cap)
		str_release(&transfer->body);
	str_clear(&transfer->body);
	transfer->body.cap_bytes = cap;
	transfer->header_bytes = 0;
	request->response = (struct http_response){ .content_type = "" };
}

void http_receive_end(struct http_transfer *transfer, long status)
{
	struct http_response *response = &transfer->request->response;
	curl_off_t retry_after = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &retry_after);
	response->status = status;
	response->retry_after_s = retry_after;
	response->body.data = str_keep(&transfer->body, http_arena(transfer));
	response->body.len = transfer->body.len;
}
