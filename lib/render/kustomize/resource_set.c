/* SPDX-License-Identifier: Apache-2.0 */
#include "render/kustomize/resource_set.h"

#include "base/vec.h"

#define KEY_CAP ((size_t)64 << 10)

/* The same for equal ids: resource_id_equal(). */
static const char *key_of(const struct resource_id *id, struct str *out)
{
	str_clear(out);
	str_printf(out, "%s/%s/%s/%s/%s", id->kind, id->group, id->version,
		   resource_effective_namespace(id), id->name);
	return str_text(out);
}

static int fail_twice(struct build *build, const struct resource *there,
		      struct resource *resource, struct err *err)
{
	const struct resource_id id = resource_id(build, resource);

	err_set(err, ERR_INPUT, "%s:%u: %s is there twice; also at %s:%u",
		resource->file, resource->line, resource_id_shown(build, &id),
		there->file, there->line);
	return err_hint(err, "remove one of them, or give one another name");
}

/* Add to the index, or fail where one of that id is in it. */
static int index_present(struct build *build, struct resource_set *set,
			 struct resource *resource, struct err *err)
{
	AUTO_STR struct str key = STR_INIT(KEY_CAP);
	const struct resource_id id = resource_id(build, resource);
	struct resource *there = map_get(set->by_present, key_of(&id, &key));

	if (there)
		return fail_twice(build, there, resource, err);
	map_set(set->by_present, str_text(&key), resource);
	return 0;
}

int resource_set_check(struct build *build, struct resource_set *set,
		       struct err *err)
{
	set->by_present = map_new(build->arena);
	for (size_t i = 0; i < set->n; i++)
		if (index_present(build, set, set->v[i], err) < 0) {
			set->by_present = NULL;
			return -1;
		}
	return 0;
}

static void add_any(struct build *build, struct map *map,
		    const struct resource_id *id, struct resource *resource,
		    struct str *key)
{
	struct resources *list = map_get(map, key_of(id, key));

	if (!list) {
		list = arena_alloc(build->arena, sizeof(*list));
		map_set(map, str_text(key), list);
	}
	if (!list->n || list->v[list->n - 1] != resource)
		*vec_push(build->arena, list) = resource;
}

static void index_any(struct build *build, struct resource_set *set,
		      struct resource *resource)
{
	AUTO_STR struct str key = STR_INIT(KEY_CAP);
	struct resource_id id;

	for (size_t i = 0; i < resource->past.n; i++) {
		id = resource_past_id(build, resource, i);
		add_any(build, set->by_any, &id, resource, &key);
	}
	id = resource_id(build, resource);
	add_any(build, set->by_any, &id, resource, &key);
}

int resource_set_append(struct build *build, struct resource_set *set,
			struct resource *resource, struct err *err)
{
	if (!set->by_present && resource_set_check(build, set, err) < 0)
		return -1;
	if (index_present(build, set, resource, err) < 0)
		return -1;
	*vec_push(build->arena, set) = resource;
	if (set->by_any)
		index_any(build, set, resource);
	return 0;
}

const struct resources *resource_set_find(struct build *build,
					  struct resource_set *set,
					  const struct resource_id *id)
{
	static const struct resources none;
	AUTO_STR struct str key = STR_INIT(KEY_CAP);
	const struct resources *found;

	if (!set->by_any) {
		set->by_any = map_new(build->arena);
		for (size_t i = 0; i < set->n; i++)
			index_any(build, set, set->v[i]);
	}
	found = map_get(set->by_any, key_of(id, &key));
	return found ? found : &none;
}

void resource_set_touch(struct resource_set *set)
{
	set->by_present = NULL;
	set->by_any = NULL;
}

void resource_set_drop_empty(struct resource_set *set)
{
	size_t n = 0;

	for (size_t i = 0; i < set->n; i++)
		if (!node_is_empty(set->v[i]->root))
			set->v[n++] = set->v[i];
	if (n != set->n)
		resource_set_touch(set);
	set->n = n;
}
