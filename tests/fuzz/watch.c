/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Any bytes as the answer to a WATCH: the objects are the same however the
 * bytes are cut, and what they tell of pods never breaks anything.
 */

#include <assert.h>
#include <stdint.h>

#include "cluster/kube/pods.h"
#include "cluster/kube/watch.h"
#include "document/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	struct str text;
	struct kube_pods pods;
};

static void take(void *context, struct bytes object, bool gone)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_ERR struct err err = { 0 };
	struct seen *seen = context;
	json_t *value;

	str_add_bytes(&seen->text, object.data, object.len);
	str_add_char(&seen->text, gone ? '-' : '+');
	if (doc_read_json(scratch, "watch", object, &value, &err) < 0)
		return;
	(void)kube_pods_take_pod(&seen->pods, value, gone);
	(void)kube_pods_take_set(&seen->pods, value, gone);
	(void)kube_pods_take_event(&seen->pods, value, gone);
}

static void ask(const struct seen *seen, struct arena *arena)
{
	const struct health base = {
		.state = HEALTH_IN_PROGRESS,
		.reason = "",
	};

	for (size_t i = 0; i < seen->pods.by_owner->n; i++) {
		struct kube_workload workload = {
			.uid = seen->pods.by_owner->entries[i].key,
			.has_sets = i % 2,
			.revision = "1",
		};

		assert(kube_pods_judge(&seen->pods, arena, &workload, &base)
			       .reason);
		assert(kube_pods_warnings(&seen->pods, arena, &workload));
	}
}

/* In pieces of so many bytes. */
static int split(const uint8_t *data, size_t size, size_t piece,
		 struct str *text)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_ERR struct err err = { 0 };
	struct seen seen = { .text = *text };
	struct kube_watch watch;
	int status = 0;

	kube_pods_init(arena, &seen.pods);
	kube_watch_init(&watch, take, &seen);
	for (size_t at = 0; at < size && status == 0; at += piece) {
		size_t n = size - at < piece ? size - at : piece;

		status = kube_watch_feed(&watch, (const char *)data + at, n,
					 &err);
	}
	assert((status < 0) == (err.status != ERR_OK));
	str_add(&seen.text, str_text(&watch.version));
	str_add(&seen.text, watch.expired ? "!" : "");
	ask(&seen, arena);
	kube_watch_release(&watch);
	*text = seen.text;
	return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_STR struct str whole = STR_INIT(STR_BIG);
	AUTO_STR struct str pieces = STR_INIT(STR_BIG);
	int status;

	doc_init();
	status = split(data, size, size ? size : 1, &whole);
	assert(split(data, size, 1 + size % 7, &pieces) == status);
	assert(str_equal(str_text(&whole), str_text(&pieces)));
	return 0;
}
