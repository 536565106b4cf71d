/* SPDX-License-Identifier: Apache-2.0 */

/* Any bytes as aggregated discovery: every kind that is told of can be found
 * again. */

#include <assert.h>
#include <stdint.h>

#include "cluster/kube/discovery.h"
#include "document/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_ERR struct err err = { 0 };
	const struct bytes body = { (const char *)data, size };
	struct kube_kinds kinds;

	doc_init();
	kube_kinds_init(arena, &kinds);
	if (kube_discovery_read("GET /apis", body, &kinds, &err) < 0) {
		assert(err.status == ERR_INPUT);
		return 0;
	}
	for (size_t i = 0; i < kinds.n; i++) {
		const struct kube_kind *kind = kinds.v[i];

		assert(kube_kinds_find(&kinds, kind->group, kind->version,
				       kind->kind));
	}
	return 0;
}
