/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UNIT_HTTP_BED_H
#define UNIT_HTTP_BED_H

/*
 * A bed for tests of http: a run, an http that may use the plain listener of
 * the server that misbehaves, and what the run emitted.
 *
 *	HTTP_BED(bed);
 *	struct http_request request = http_bed_get(state, &bed, "/ok");
 *
 *	http_bed_expect_ok(&bed, &request);
 */

#include "base/run.h"
#include "base/str.h"
#include "http/http.h"

struct http_bed {
	struct run run;
	struct http *http;
	struct str events; /* a line each */
};

void http_bed_open(struct http_bed *bed, const struct http_identity *identity);
void http_bed_close(struct http_bed *bed);

#define HTTP_BED(bed)                                                          \
	__attribute__((cleanup(http_bed_close))) struct http_bed bed;          \
	http_bed_open(&(bed), &(struct http_identity){ .allow_http = true })

/* A GET of the plain listener. */
struct http_request http_bed_get(void **state, struct http_bed *bed,
				 const char *path);

/* It is answered 200, "ok". */
void http_bed_expect_ok(struct http_bed *bed, struct http_request *request);
/* It fails, with this status and this in its message. */
void http_bed_expect_failure(struct http_bed *bed, struct http_request *request,
			     enum err_status status, const char *text);

#endif
