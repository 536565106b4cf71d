/* SPDX-License-Identifier: Apache-2.0 */
#include "render/kustomize/merge.h"

#include <stdlib.h>
#include <string.h>

#include "document/decode.h"

#define DIRECTIVE "$patch"

int merge_read_directive(const struct node *text, enum merge_directive *out,
			 struct err *err)
{
	static const char *const names[] = {
		[MERGE_MERGE] = "merge",
		[MERGE_REPLACE] = "replace",
		[MERGE_DELETE] = "delete",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (!strcmp(node_spelled(text), names[i])) {
			*out = (enum merge_directive)i;
			return 0;
		}
	}
	return node_fail(text, err,
			 "$patch: expected 'delete', 'replace' or 'merge', "
			 "found '%s'",
			 node_spelled(text));
}

/* Take the directive out of a mapping. */
static int take_directive(struct node *patch, enum merge_directive *out,
			  struct err *err)
{
	const struct node *text = node_get(patch, DIRECTIVE);

	*out = MERGE_MERGE;
	if (!text)
		return 0;
	if (merge_read_directive(text, out, err) < 0)
		return -1;
	node_remove(patch, DIRECTIVE);
	return 0;
}

/* An empty collection takes the style of what comes into it. */
static void take_style(struct node *target, const struct node *patch)
{
	if (target && patch && target->kind != NODE_SCALAR && !target->n)
		target->style = patch->style;
}

/* The mapping that the fields of both go to; NULL: there is none in the end. */
static int choose_mapping(struct node *target, struct node *patch,
			  struct node **out, struct err *err)
{
	enum merge_directive directive = MERGE_MERGE;

	take_style(target, patch);
	*out = NULL;
	if (node_is_null(target)) {
		/* Where there is nothing to merge into, other directives
		 * mean nothing, known or not. */
		if (node_text_is(node_get(patch, DIRECTIVE), "delete"))
			return 0;
		if (patch) {
			AUTO_ERR struct err ignored = { 0 };

			if (take_directive(patch, &directive, &ignored) < 0)
				directive = MERGE_MERGE;
			*out = patch;
		} else if (target && target->n) {
			*out = target; /* a null that is spelled out stays */
		}
		return 0;
	}
	if (patch && node_is_null(patch))
		return 0;
	if (patch && take_directive(patch, &directive, err) < 0)
		return -1;
	if (directive != MERGE_DELETE)
		*out = directive == MERGE_REPLACE ? patch : target;
	return 0;
}

/*
 * Set a field of the merged mapping.  A null goes away, unless it was spelled
 * out in the target and the patch does not mention it; it goes in the end, as
 * all of them may.
 */
static void set_field(const struct merge *merge, struct node *mapping,
		      const char *key, struct node *value,
		      const struct node_entry *from, bool keep_null)
{
	struct node_entry *entry = node_find(mapping, key);

	if (entry && entry->value == value && keep_null && node_is_null(value))
		return;
	if (node_is_null(value)) {
		if (entry)
			entry->value = NULL;
		return;
	}
	node_set(merge->arena, mapping, key, value);
	if (entry || !from || from->value != value)
		return;
	/* A new field has its key spelled as in the patch. */
	entry = node_find(mapping, key);
	if (entry)
		entry->quoted = from->quoted;
}

static int merge_field(const struct merge *merge, const struct schema_at *at,
		       struct node *mapping, struct node *patch,
		       const char *key, struct err *err)
{
	const struct node_entry *old = node_find(mapping, key);
	const struct node_entry *new = node_find(patch, key);
	const struct node_entry from = new ? *new : (struct node_entry){ 0 };
	struct node *value;

	if (merge_nodes(merge, schema_field_of(at, key),
			old ? old->value : NULL, new ? new->value : NULL,
			&value, err) < 0)
		return -1;
	set_field(merge, mapping, key, value, new ? &from : NULL, !new);
	return 0;
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The keys of both mappings, sorted, each once. */
static size_t collect_keys(struct arena *scratch, const struct node *target,
			   const struct node *patch, const char ***out)
{
	size_t most = target->n + (patch ? patch->n : 0), n = 0, kept = 0;
	const char **keys = arena_array(scratch, most, sizeof(*keys));

	for (size_t i = 0; target->kind == NODE_MAPPING && i < target->n; i++)
		keys[n++] = target->entries[i].key;
	for (size_t i = 0; node_is(patch, NODE_MAPPING) && i < patch->n; i++)
		keys[n++] = patch->entries[i].key;
	if (n)
		qsort(keys, n, sizeof(*keys), compare_keys);
	for (size_t i = 0; i < n; i++)
		if (!kept || strcmp(keys[kept - 1], keys[i]) != 0)
			keys[kept++] = keys[i];
	*out = keys;
	return kept;
}

static int merge_mappings(const struct merge *merge, const struct schema_at *at,
			  struct node *target, struct node *patch,
			  struct node **out, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const char **keys;
	struct node *merged;
	size_t n;

	if (choose_mapping(target, patch, &merged, err) < 0)
		return -1;
	*out = merged;
	if (!merged || merged->kind != NODE_MAPPING)
		return 0;
	n = collect_keys(scratch, merged, patch, &keys);
	for (size_t i = 0; i < n; i++)
		if (merge_field(merge, at, merged, patch, keys[i], err) < 0)
			return -1;
	node_drop_valueless(merged);
	return 0;
}

/* Objects may stand inside others: a kind that is known brings its schema. */
static struct schema_at schema_from(const struct merge *merge,
				    const struct node *node)
{
	const struct node *kind = node_get(node, "kind");
	const struct node *api_version = node_get(node, "apiVersion");

	return schema_of(merge->schema, node_text(api_version),
			 node_text(kind));
}

static int fail_kinds(const struct node *target, const struct node *patch,
		      struct err *err)
{
	static const char *const names[] = {
		[NODE_SCALAR] = "a scalar",
		[NODE_MAPPING] = "a mapping",
		[NODE_SEQUENCE] = "a list",
	};

	return node_fail(patch, err,
			 "this patch has %s where its target has %s",
			 names[patch->kind], names[target->kind]);
}

int merge_nodes(const struct merge *merge, struct schema_at at,
		struct node *target, struct node *patch, struct node **out,
		struct err *err)
{
	const struct node *first = !node_is_null(target) ? target : patch;
	struct schema_keys keys;

	if (!schema_knows(&at) && node_is(target, NODE_MAPPING))
		at = schema_from(merge, target);
	if (!schema_knows(&at) && node_is(patch, NODE_MAPPING))
		at = schema_from(merge, patch);
	if (node_is_null(first))
		return merge_mappings(merge, &at, target, patch, out, err);
	if (!node_is_null(target) && !node_is_null(patch) &&
	    target->kind != patch->kind)
		return fail_kinds(target, patch, err);
	switch ((enum node_kind)first->kind) {
	case NODE_MAPPING:
		return merge_mappings(merge, &at, target, patch, out, err);
	case NODE_SEQUENCE:
		if (schema_merges(&at, &keys))
			return merge_lists(merge, &at, &keys, target, patch,
					   out, err);
		take_style(target, patch);
		break;
	case NODE_SCALAR:
		break;
	}
	*out = patch ? patch : target;
	return 0;
}

int merge_patch(struct arena *arena, const struct schema *schema,
		struct node *target, struct node *patch, struct node **out,
		struct err *err)
{
	const struct merge merge = { arena, schema };
	const struct schema_at unknown = { .definition = -1 };

	return merge_nodes(&merge, unknown, target, patch, out, err);
}
