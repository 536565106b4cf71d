/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Lists whose members merge by a key, step by step as kyaml's walk does it:
 * the members that are known by the same values are merged, those of the patch
 * come first, and then the list as it was is put behind them, each member in
 * place of what is known by its values.
 */

#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"
#include "document/decode.h"
#include "render/kustomize/merge.h"

#define DIRECTIVE "$patch"

/* The texts of a member's keys; "" for one that is missing. */
struct values {
	const char *v[SCHEMA_KEYS];
	size_t n;
};

struct values_list {
	struct values *v;
	size_t n;
	size_t room;
};

/* One merging list.  A list of scalars has one key, "". */
struct list {
	const struct merge *merge;
	struct arena *arena;
	struct schema_at members;
	struct schema_keys keys;
	bool scalars;
	struct node *target;
	struct node *patch;
};

/* ---- matching ---- */

/* Has the member all these values?  -1: it is of a kind that has no keys. */
static int has_values(const struct node *member, const struct schema_keys *keys,
		      const struct values *values, bool scalars,
		      struct err *err)
{
	const struct node *field = NULL;

	if (scalars) {
		if (member->kind != NODE_SCALAR)
			return node_fail(member, err,
					 "expected a scalar in this list");
		return !strcmp(node_text(member), values->v[0]);
	}
	if (member->kind != NODE_MAPPING && values->n)
		return node_fail(member, err,
				 "expected a mapping in this list");
	for (size_t i = 0; i < keys->n; i++) {
		/* Where there are fewer values than keys the last field that
		 * was found has to do. */
		if (i < values->n) {
			field = node_get(member, keys->v[i]);
			if (field && *values->v[i] &&
			    strcmp(node_spelled(field), values->v[i]) != 0)
				field = NULL;
		}
		if (!field)
			return 0;
	}
	return 1;
}

/*
 * kyaml's ElementSetter: put `member` in place of every one with these values,
 * or behind the others; NULL removes them.  What is null or empty goes, and
 * without any value all others, too.
 */
static int set_member(const struct list *list, struct node *sequence,
		      const struct schema_keys *keys,
		      const struct values *values, struct node *member,
		      struct err *err)
{
	bool mappings = !list->scalars && values->n && *values->v[0];
	bool found = false;
	size_t kept = 0;
	struct node *one;
	int has;

	for (size_t i = 0; i < sequence->n; i++) {
		one = sequence->items[i];
		if (node_is_null(one) || (one->kind == NODE_MAPPING && !one->n))
			continue;
		if (mappings && one->kind != NODE_MAPPING) {
			sequence->items[kept++] = one;
			continue;
		}
		has = has_values(one, keys, values, list->scalars, err);
		if (has < 0)
			return -1;
		if (has)
			found = true;
		if (!has && values->n)
			sequence->items[kept++] = one;
		else if (has && member)
			sequence->items[kept++] = member;
	}
	sequence->n = (uint32_t)kept;
	if (!node_is_null(member) && !found)
		node_append(list->arena, sequence, member);
	return 0;
}

/* The first member with these values, or NULL. */
static struct node *find_member(const struct list *list,
				const struct node *sequence,
				const struct schema_keys *keys,
				const struct values *values)
{
	const struct node *member;
	bool all;

	if (!node_is(sequence, NODE_SEQUENCE))
		return NULL;
	for (size_t i = 0; i < sequence->n; i++) {
		member = sequence->items[i];
		if (list->scalars) {
			if (!strcmp(node_spelled(member), values->v[0]))
				return sequence->items[i];
			continue;
		}
		if (member->kind != NODE_MAPPING)
			continue;
		all = true;
		for (size_t j = 0; all && j < keys->n; j++) {
			const struct node *field = node_get(member, keys->v[j]);

			all = field &&
			      !strcmp(node_spelled(field), values->v[j]);
		}
		if (all)
			return sequence->items[i];
	}
	return NULL;
}

/* ---- values ---- */

static void add_values(const struct list *list, struct values_list *to,
		       const struct values *values)
{
	bool same;

	for (size_t i = 0; i < to->n; i++) {
		same = true;
		for (size_t j = 0; same && j < values->n; j++)
			same = !strcmp(to->v[i].v[j], values->v[j]);
		if (same)
			return;
	}
	*vec_push(list->arena, to) = *values;
}

static void collect_values(const struct list *list, const struct node *sequence,
			   struct values_list *to)
{
	struct values values;

	for (size_t i = 0; node_is(sequence, NODE_SEQUENCE) && i < sequence->n;
	     i++) {
		const struct node *member = sequence->items[i];

		values = (struct values){ .n = list->keys.n };
		if (list->scalars)
			values.v[0] = node_spelled(member);
		for (size_t j = 0; !list->scalars && j < list->keys.n; j++)
			values.v[j] =
				node_text(node_get(member, list->keys.v[j]));
		add_values(list, to, &values);
	}
}

/* Could both be of the same member, one of them without all its keys? */
static bool match_values(const struct values *a, const struct values *b,
			 struct values *out)
{
	bool common = false;

	*out = *a;
	for (size_t i = 0; i < a->n; i++) {
		if (!strcmp(a->v[i], b->v[i]))
			common = true;
		else if (*a->v[i] && *b->v[i])
			return false;
		else if (!*a->v[i])
			out->v[i] = b->v[i];
	}
	return common;
}

static void fill_values(struct values_list *all)
{
	struct values one, filled;

	for (size_t i = 0; i < all->n; i++) {
		one = all->v[i];
		for (size_t j = 0; j < all->n; j++)
			if (match_values(&one, &all->v[j], &filled)) {
				all->v[i] = filled;
				all->v[j] = filled;
			}
	}
}

/* The keys that any of `among` has, and the values of `values` for them; all
 * of both where none has any. */
static void used_keys(const struct schema_keys *keys,
		      const struct values *values, const struct values *among,
		      size_t n_among, struct schema_keys *out_keys,
		      struct values *out_values)
{
	bool used[SCHEMA_KEYS] = { false }, any = false;

	for (size_t i = 0; i < n_among; i++)
		for (size_t j = 0; j < among[i].n && j < keys->n; j++)
			if (*among[i].v[j])
				any = used[j] = true;
	*out_keys = *keys;
	*out_values = *values;
	if (!any)
		return;
	out_keys->n = out_values->n = 0;
	for (size_t i = 0; i < keys->n; i++)
		if (used[i])
			out_keys->v[out_keys->n++] = keys->v[i];
	for (size_t i = 0; i < values->n; i++)
		if (*values->v[i] || used[i])
			out_values->v[out_values->n++] = values->v[i];
}

/* ---- merging ---- */

/* The members of both lists that are known by these values, as one. */
static int merge_members(const struct list *list,
			 const struct schema_keys *keys,
			 const struct values *values, struct node **out,
			 struct err *err)
{
	struct schema_keys own_keys;
	struct values own_values;

	used_keys(keys, values, values, 1, &own_keys, &own_values);
	return merge_nodes(list->merge, list->members,
			   find_member(list, list->target, &own_keys,
				       &own_values),
			   find_member(list, list->patch, &own_keys,
				       &own_values),
			   out, err);
}

static void set_keys(const struct list *list, struct node *member,
		     const struct schema_keys *keys,
		     const struct values *values)
{
	if (list->scalars) {
		if (*values->v[0])
			node_set_text(list->arena, member, values->v[0],
				      NODE_NO_TAG);
		return;
	}
	for (size_t i = 0; i < keys->n; i++)
		if (i < values->n && *values->v[i] &&
		    node_is(member, NODE_MAPPING) &&
		    !node_find(member, keys->v[i]))
			node_set(list->arena, member, keys->v[i],
				 node_plain(list->arena, values->v[i]));
}

/* Put the members of the list as it was behind the merged ones. */
static int append_old(const struct list *list, struct node *merged,
		      const struct schema_keys *keys, struct err *err)
{
	struct values values;
	const struct node *field;
	struct node *member;

	for (size_t i = 0; i < list->target->n; i++) {
		member = list->target->items[i];
		values = (struct values){ 0 };
		if (list->scalars) {
			values.v[values.n++] = node_spelled(member);
		} else if (!node_is_null(member) &&
			   member->kind != NODE_MAPPING) {
			return node_fail(member, err,
					 "expected a mapping in this list");
		}
		for (size_t j = 0; !list->scalars && j < keys->n; j++) {
			field = node_get(member, keys->v[j]);
			if (field)
				values.v[values.n++] = node_spelled(field);
			else
				node_append(list->arena, merged, member);
		}
		if (keys->n > 1 &&
		    set_member(list, merged, keys, &values, NULL, err) < 0)
			return -1;
		if (set_member(list, merged, keys, &values, member, err) < 0)
			return -1;
	}
	return 0;
}

static int merge_all(struct list *list, struct node **out, struct err *err)
{
	struct node *merged = node_sequence(list->arena), *member;
	struct values_list all = { 0 };
	struct schema_keys keys = list->keys;
	struct values values;

	collect_values(list, list->patch, &all);
	collect_values(list, list->target, &all);
	if (list->keys.n > 1)
		fill_values(&all);
	for (size_t i = 0; i < all.n; i++) {
		used_keys(&list->keys, &all.v[i], all.v, all.n, &keys, &values);
		if (merge_members(list, &keys, &values, &member, err) < 0)
			return -1;
		if (node_is_null(member) ||
		    (member->kind == NODE_MAPPING && !member->n)) {
			if (set_member(list, list->target, &keys, &values, NULL,
				       err) < 0)
				return -1;
			continue;
		}
		set_keys(list, member, &keys, &values);
		if (set_member(list, merged, &keys, &values, member, err) < 0)
			return -1;
	}
	if (!all.n) {
		*out = list->target;
		return 0;
	}
	if (append_old(list, merged, &keys, err) < 0)
		return -1;
	*out = merged;
	return 0;
}

/*
 * Most lists of a target are not in the patch at all, and nothing happens to
 * them but for what happens inside their members; provided that these can be
 * told apart.
 */
static bool stands_alone(const struct list *list)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct map *seen = map_new(scratch);
	const struct node *member;
	const char *text;

	if (list->patch)
		return false;
	for (size_t i = 0; i < list->target->n; i++) {
		member = list->target->items[i];
		if (member->kind !=
		    (list->scalars ? NODE_SCALAR : NODE_MAPPING))
			return false;
		text = list->scalars ?
			       node_text(member) :
			       node_text(node_get(member, list->keys.v[0]));
		if (!*text || map_set(seen, text, scratch))
			return false;
	}
	return true;
}

static int merge_inside(const struct list *list, struct err *err)
{
	struct node *member;

	for (size_t i = 0; !list->scalars && i < list->target->n; i++)
		if (merge_nodes(list->merge, list->members,
				list->target->items[i], NULL, &member, err) < 0)
			return -1;
	return 0;
}

/* ---- directives ---- */

/* A member that is nothing but a directive is for the whole list. */
static int take_directive(struct list *list, struct node *patch,
			  enum merge_directive *out, struct err *err)
{
	static const struct schema_keys key = { { DIRECTIVE }, 1 };
	struct values values = { .n = 1 };
	const struct node *text = NULL;

	*out = MERGE_MERGE;
	for (size_t i = 0; node_is(patch, NODE_SEQUENCE) && i < patch->n; i++) {
		text = node_get(patch->items[i], DIRECTIVE);
		if (!text)
			continue;
		if (patch->items[i]->n > 1)
			return 0;
		break;
	}
	if (!text)
		return 0;
	if (merge_read_directive(text, out, err) < 0)
		return -1;
	values.v[0] = node_spelled(text);
	return set_member(list, patch, &key, &values, NULL, err);
}

int merge_lists(const struct merge *merge, const struct schema_at *at,
		const struct schema_keys *keys, struct node *target,
		struct node *patch, struct node **out, struct err *err)
{
	enum merge_directive directive = MERGE_MERGE;
	struct list list = {
		.merge = merge,
		.arena = merge->arena,
		.members = schema_members_of(at),
		.keys = *keys,
		.patch = patch,
	};
	bool replaces = node_is_null(target);

	*out = NULL;
	if (patch && target && target->kind != NODE_SCALAR && !target->n)
		target->style = patch->style;
	if (!replaces && patch) {
		if (node_is_null(patch))
			return 0;
		if (take_directive(&list, patch, &directive, err) < 0)
			return -1;
		if (directive == MERGE_DELETE)
			return 0;
		replaces = directive == MERGE_REPLACE;
	}
	list.target = replaces ? patch : target;
	if (!list.target)
		return 0;
	if (!keys->n) {
		list.scalars = true;
		list.keys = (struct schema_keys){ { "" }, 1 };
	}
	if (!stands_alone(&list))
		return merge_all(&list, out, err);
	*out = list.target;
	return merge_inside(&list, err);
}
