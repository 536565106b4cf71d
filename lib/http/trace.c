/* SPDX-License-Identifier: Apache-2.0 */
#include "http/trace.h"

#include <string.h>

#include "base/clock.h"

#define LINE_CAP 1024

static bool is_harmless(const char *parameter, size_t n)
{
	static const char *const names[] = {
		"allowWatchBookmarks",
		"dryRun",
		"fieldManager",
		"fieldSelector",
		"fieldValidation",
		"force",
		"labelSelector",
		"limit",
		"n",
		"page",
		"per_page",
		"resourceVersion",
		"scope",
		"service",
		"timeoutSeconds",
		"watch",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strlen(names[i]) == n &&
		    memcmp(names[i], parameter, n) == 0)
			return true;
	}
	return false;
}

void http_show_target(struct str *out, const struct http_url *url)
{
	const char *at = url->query;

	str_add(out, url->path);
	for (char before = '?'; at && *at; before = '&') {
		size_t n = strcspn(at, "&"), name = strcspn(at, "=&");

		str_add_char(out, before);
		if (name == n || is_harmless(at, name)) {
			str_add_bytes(out, at, n);
		} else {
			str_add_bytes(out, at, name);
			str_add(out, "=...");
		}
		at += n + (at[n] == '&');
	}
}

void http_trace(const struct http_transfer *transfer, CURLcode code)
{
	const struct http_request *request = transfer->request;
	const struct run *run = transfer->http->run;
	AUTO_STR struct str line = STR_INIT(LINE_CAP);
	struct event event = { .kind = EVENT_REQUEST };

	if (run->verbose < 2)
		return;
	str_printf(&line, "%s ", request->method);
	http_show_target(&line, &transfer->url);
	if (code == CURLE_OK)
		str_printf(&line, " %ld", request->response.status);
	else
		str_printf(&line, " failed (%s)", curl_easy_strerror(code));
	str_printf(&line, " %lld ms",
		   (long long)(clock_ms() - transfer->started_ms));
	if (transfer->tries > 1)
		str_printf(&line, ", try %u", transfer->tries);
	event.text = str_text(&line);
	run_emit(run, &event);
}
