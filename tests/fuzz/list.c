/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Any bytes as the answer to a LIST: the items are the same however the bytes
 * are cut, each begins and ends with its bracket, and looking for a member
 * inside of one stays inside.
 */

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "cluster/kube/list.h"
#include "document/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int take(void *context, struct bytes item, struct err *err)
{
	struct str *all = context;
	struct bytes found;

	(void)err;
	assert(item.len >= 2 && item.data[0] == '{' &&
	       item.data[item.len - 1] == '}');
	found = kube_text_member(item, "metadata");
	assert(!found.len || (found.data > item.data &&
			      found.data + found.len <= item.data + item.len));
	found = kube_text_string(kube_text_member(found, "name"));
	assert(!found.len || found.data + found.len < item.data + item.len);
	str_add_bytes(all, item.data, item.len);
	return 0;
}

/* In pieces of so many bytes. */
static int split(const uint8_t *data, size_t size, size_t piece,
		 struct str *all)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_ERR struct err err = { 0 };
	struct kube_list list;
	const char *next;
	int status = 0;

	kube_list_init(&list, take, all);
	for (size_t at = 0; at < size && status == 0; at += piece) {
		size_t n = size - at < piece ? size - at : piece;

		status = kube_list_feed(&list, (const char *)data + at, n,
					&err);
	}
	if (status == 0)
		status = kube_list_end(&list, arena, &next, &err);
	assert((status < 0) == (err.status != ERR_OK));
	kube_list_release(&list);
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
