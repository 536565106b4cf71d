/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Three documents: a node, a merge patch for it, and operations of a JSON
 * patch.  A node that is written reads as the same value; both patches come to
 * an end, and to something that has a value.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "document/document.h"
#include "document/json_patch.h"
#include "render/kustomize/merge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct doc_budget budget = {
	.file_bytes = (size_t)1 << 20,
	.depth = 64,
	.nodes = 5000,
	.documents = 3,
};

static void check(bool holds)
{
	if (!holds)
		abort();
}

static int read(struct arena *arena, struct bytes bytes, struct nodes *out)
{
	const struct doc_source source = doc_source_file("fuzz", bytes);
	AUTO_ERR struct err err = { 0 };

	return doc_read_nodes(arena, &source, &budget, out, &err);
}

/* Other line breaks than "\n". */
static bool has_foreign_break(const struct node *node)
{
	return strstr(node->text, "\xc2\x85") ||
	       strstr(node->text, "\xe2\x80\xa8") ||
	       strstr(node->text, "\xe2\x80\xa9");
}

/* Each time that kustomize writes and reads a folded text, or a literal one
 * with line breaks of Unicode, it can come back with more or fewer of them:
 * what it means already takes that into account. */
static bool changes_on_the_way(const struct node *node)
{
	bool found = node->kind == NODE_SCALAR &&
		     (node->style == NODE_FOLDED ||
		      (node->style == NODE_LITERAL && has_foreign_break(node)));

	for (size_t i = 0; node->kind == NODE_MAPPING && i < node->n; i++)
		found = found || changes_on_the_way(node->entries[i].value);
	for (size_t i = 0; node->kind == NODE_SEQUENCE && i < node->n; i++)
		found = found || changes_on_the_way(node->items[i]);
	return found;
}

static void check_again(struct arena *arena, const struct node *node)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	AUTO_ERR struct err err = { 0 };
	struct nodes again = { 0 };
	json_t *value, *other;

	doc_write_node(&text, node);
	check(text.len && str_is_utf8(text.data, text.len));
	if (doc_from_node(arena, node, &value, &err) < 0 ||
	    read(arena, str_bytes(&text), &again) < 0 || again.n != 1 ||
	    doc_from_node(arena, again.v[0], &other, &err) < 0)
		return;
	check(changes_on_the_way(node) || doc_equal(value, other));
}

static void merge(struct arena *arena, const struct node *target,
		  const struct node *patch)
{
	const struct schema schema = { 0 };
	AUTO_ERR struct err err = { 0 };
	struct node *out;
	json_t *value;

	if (merge_patch(arena, &schema, node_copy(arena, target),
			node_copy(arena, patch), &out, &err) < 0) {
		check(err.status == ERR_INPUT);
		return;
	}
	if (out && doc_from_node(arena, out, &value, &err) < 0)
		check(err.status == ERR_INPUT);
}

static void operate(struct arena *arena, const struct node *target,
		    const struct node *operations)
{
	AUTO_ERR struct err err = { 0 };
	json_t *value, *list, *out;
	struct node *back;

	if (doc_from_node(arena, target, &value, &err) < 0 ||
	    doc_from_node_v1_1(arena, operations, &list, &err) < 0)
		return;
	if (json_patch_apply(arena, value, list, &out, &err) < 0) {
		check(err.status == ERR_INPUT);
		return;
	}
	back = node_from_json(arena, out);
	check(doc_from_node(arena, back, &value, &err) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct bytes bytes = { (const char *)data, size };
	struct nodes nodes = { 0 };

	if (read(arena, bytes, &nodes) < 0 || !nodes.n)
		return 0;
	check_again(arena, nodes.v[0]);
	if (nodes.n > 1)
		merge(arena, nodes.v[0], nodes.v[1]);
	if (nodes.n > 2)
		operate(arena, nodes.v[0], nodes.v[2]);
	return 0;
}
