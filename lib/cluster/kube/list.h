/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLUSTER_KUBE_LIST_H
#define CLUSTER_KUBE_LIST_H

/*
 * List: the answer to a LIST, taken apart while it comes in.  Each element of
 * "items" is handed over as text as soon as it is complete, so that a page of
 * any size costs the memory of its largest item.  Nothing is parsed but what
 * is needed to find the ends: brackets that do not match are errors, the rest
 * is left to whoever reads the item.
 *
 *	struct kube_list list;
 *	kube_list_init(&list, take_item, context);
 *	kube_list_feed(&list, data, n, &err);     as often as needed
 *	kube_list_end(&list, arena, &next, &err); was it whole? more pages?
 *	kube_list_release(&list);
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

#define KUBE_LIST_DEPTH 128 /* deepest nesting; jansson recurses on it */

struct kube_list {
	/* Take one item; -1 ends the list with `err`. */
	int (*take)(void *context, struct bytes item, struct err *err);
	void *context;

	/* The chunk under way, and where in it begins what is kept. */
	const char *data;
	size_t at;
	size_t from;

	struct str kept; /* the item, metadata or key under way */
	bool keep;       /* is there one? */

	unsigned depth;                      /* of open brackets */
	uint64_t maps[KUBE_LIST_DEPTH / 64]; /* which of these are "{" */
	bool in_string;
	bool escaped;
	bool expect_key; /* the next string at depth 1 is a key */
	bool ended;      /* the last bracket was closed */
	int member;      /* of the top mapping, under way */
	bool saw_items;
	struct str metadata;
};

void kube_list_init(struct kube_list *list,
		    int (*take)(void *context, struct bytes item,
				struct err *err),
		    void *context);
/* Begin anew, with another page or with the same one. */
void kube_list_reset(struct kube_list *list);
void kube_list_release(struct kube_list *list);

/* ERR_FAILED for what is no list, and for an item above 8 MiB. */
MUST_USE int kube_list_feed(struct kube_list *list, const char *data, size_t n,
			    struct err *err);

/* ERR_FAILED where something is missing at the end.  `next` is the token of
 * the next page, or NULL. */
MUST_USE int kube_list_end(struct kube_list *list, struct arena *arena,
			   const char **next, struct err *err);

/*
 * The text of a member of a mapping, or nothing; for texts whose brackets
 * match.  Does not look inside of what it passes over.
 */
struct bytes kube_text_member(struct bytes mapping, const char *key);

/* The characters of a JSON string without its quotes where no escape is in
 * them; else nothing. */
struct bytes kube_text_string(struct bytes value);

#endif
