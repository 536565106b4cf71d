/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTP_TRACE_H
#define HTTP_TRACE_H

/* Trace: an EVENT_REQUEST per try, for -vv; never a header value or a body,
 * and of a query only what is known to be harmless. */

#include "http/transfer.h"

void http_trace(const struct http_transfer *transfer, CURLcode code);

/* Append "/path?limit=500&token=...", where only parameters known to hold no
 * secret show their value. */
void http_show_target(struct str *out, const struct http_url *url);

#endif
