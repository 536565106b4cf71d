/* SPDX-License-Identifier: Apache-2.0 */

/* Any bytes as the body of an answer that is not 2xx: always an error, of
 * bounded length, whatever they are. */

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "cluster/kube/status.h"
#include "document/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const long statuses[] = {
		301, 401, 403, 404, 409, 422, 429, 500
	};
	AUTO_ARENA struct arena *arena = arena_new();
	struct bytes body = {
		arena_strndup(arena, (const char *)data, size),
		strnlen((const char *)data, size),
	};
	long status = statuses[size % 8];
	struct err err = { 0 };

	doc_init();
	assert(kube_status_fail("GET /x", status, body, &err) == -1);
	assert(err_count(&err) >= 1 && err_count(&err) <= 32);
	for (const struct err *one = &err; one; one = one->next) {
		assert(strncmp(one->msg, "GET /x: ", 8) == 0);
		assert(strlen(one->msg) < 5000);
	}
	err_clear(&err);
	kube_status_passes(status, body);
	return 0;
}
