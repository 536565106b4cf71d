/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Any JSON as {"want": ..., "live": ...}: the proof ends, gives a reason of
 * bounded length where it gives up, and holds only for that wish and what
 * lives now.
 */

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "document/document.h"
#include "object/proof.h"

#define WHY_MOST ((size_t)16 << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool prove(const json_t *want, const json_t *live)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const char *why = "";
	bool proved = proof_unchanged(scratch, want, live, "gitops", &why);

	assert(proved == (why == NULL));
	assert(proved || (*why && strlen(why) < WHY_MOST));
	return proved;
}

/* More is wanted, of a name that is not there. */
static json_t *more(struct arena *arena, const json_t *want)
{
	json_t *out = doc_copy(arena, want);
	const char *key = "x";

	while (json_object_get(out, key))
		key = arena_printf(arena, "%sx", key);
	doc_set(out, doc_object(arena), key, NULL);
	return out;
}

static json_t *without(struct arena *arena, const json_t *live,
		       const char *what)
{
	json_t *out = doc_copy(arena, live);

	doc_set(out, NULL, "metadata", what, NULL);
	return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_ERR struct err err = { 0 };
	const json_t *want, *live;
	json_t *input;

	doc_init();
	if (doc_read_json(arena, "fuzz",
			  (struct bytes){ (const char *)data, size }, &input,
			  &err) < 0)
		return 0;
	want = json_object_get(input, "want");
	live = json_object_get(input, "live");
	if (!want || !live || !prove(want, live))
		return 0;
	assert(prove(want, live));
	assert(!prove(more(arena, want), live));
	assert(!prove(want, without(arena, live, "managedFields")));
	assert(!prove(want, without(arena, live, "annotations")));
	return 0;
}
