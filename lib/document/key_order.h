/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DOCUMENT_KEY_ORDER_H
#define DOCUMENT_KEY_ORDER_H

/*
 * The order yaml.v2 prints the keys of a mapping in.  Inside document/ only.
 *
 *	a1 < a01 < a2 < a10     A < a     Z < a
 *	a b < a-b < a.b < a/b < a_b < a1 < aB < ab
 */

#include <jansson.h>
#include <stddef.h>

struct doc_entry {
	const char *key;
	size_t len;
	json_t *value;
};

/* Sort `n` entries; `spare` has room for as many. */
void doc_sort_entries(struct doc_entry *entries, size_t n,
		      struct doc_entry *spare);

#endif
