/* SPDX-License-Identifier: Apache-2.0 */
#include "http/transfer.h"

/* 0.5 + 1 + 2 + 4 + 8 x 5 = 47.5 seconds at most over ten tries: time for an
 * API server to restart. */
#define TRIES_MANY    10
#define TRIES_FEW     3
#define WAIT_LEAST_MS 500
#define WAIT_MOST_MS  8000

static unsigned worth_of_status(long status)
{
	switch (status) {
	case 429:
	case 502:
	case 503:
	case 504:
		return TRIES_MANY;
	default:
		return 1;
	}
}

/*
 * Before the first answer a refused connection is more likely a wrong address
 * than a restart, and waiting most of a minute to say so helps nobody.
 */
unsigned http_worth(CURLcode code, long status, bool answered)
{
	switch (code) {
	case CURLE_OK:
		return worth_of_status(status);
	case CURLE_COULDNT_CONNECT:
		return answered ? TRIES_MANY : TRIES_FEW;
	case CURLE_GOT_NOTHING:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
	case CURLE_PARTIAL_FILE:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		return TRIES_MANY;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_PROXY:
	case CURLE_SSL_CONNECT_ERROR:
		return TRIES_FEW;
	default:
		return 1;
	}
}

/*
 * Twice as long each time, of which the upper half is left to chance, so that
 * requests that failed together do not come back together.  Retry-After is
 * the least, with a little chance on top.
 */
int64_t http_backoff_ms(unsigned tries, int64_t retry_after_s, uint32_t random)
{
	int64_t wait = WAIT_LEAST_MS;

	while (--tries && wait < WAIT_MOST_MS)
		wait *= 2;
	if (wait > WAIT_MOST_MS)
		wait = WAIT_MOST_MS;
	wait = wait / 2 + random % (wait / 2 + 1);
	if (retry_after_s > 0) {
		int64_t least = retry_after_s * 1000;

		wait = least + (int64_t)(random % WAIT_LEAST_MS);
	}
	return wait;
}
