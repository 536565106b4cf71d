/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/owner.h"

#include <string.h>

#include "document/document.h"
#include "object/mark.h"

/* Whose label it carries, in `arena`; or NULL. */
static const char *set_of(struct arena *arena, const struct cluster_item *item)
{
	AUTO_ERR struct err none = { 0 };
	json_t *live;

	/* Few are not ours, and parsing them all would cost. */
	if (!item->live.len || !strstr(item->live.data, MARK_LABEL) ||
	    doc_read_json(arena, "live", item->live, &live, &none) < 0)
		return NULL;
	return doc_get_string(live, "metadata", "labels", MARK_LABEL, NULL);
}

static bool is_one_of(const char *set, const char *const *sets)
{
	for (; *sets; sets++)
		if (str_equal(set, *sets))
			return true;
	return false;
}

int owner_check(const struct plan *plan, const char *const *sets,
		struct err *err)
{
	for (size_t i = 0; i < plan->n_want; i++) {
		const struct cluster_item *item = &plan->v[i].item;
		AUTO_ARENA struct arena *scratch = arena_new();
		AUTO_ERR struct err one = { 0 };
		const char *set = set_of(scratch, item);

		if (!set || is_one_of(set, sets))
			continue;
		err_set(&one, ERR_REFUSED,
			"%s: %s belongs to another app (%s=%s)",
			item->want->origin, object_shown(scratch, item->want),
			MARK_LABEL, set);
		err_hint(&one, "take it out of one of them, or take it over "
			       "with --take-over");
		err_append(err, &one);
	}
	return err->status == ERR_OK ? 0 : -1;
}
