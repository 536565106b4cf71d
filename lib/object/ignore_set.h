/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OBJECT_IGNORE_SET_H
#define OBJECT_IGNORE_SET_H

/* What is ignored of an object, as a set of fields.h; for ignore*.c alone. */

#include "object/ignore.h"

/*
 * What the rules mean of `want`, down to the fields that somebody owns.
 * `known` is what any manager owns in `live`; either may be NULL.
 */
json_t *ignore_set(struct arena *arena, const struct ignore *ignore,
		   const json_t *want, const json_t *live, const json_t *known);

/* The wanted item that an element means, or NULL: a key field that it has not
 * may have got its default, so there must be only one. */
const json_t *ignore_wanted(const json_t *want, const char *element,
			    size_t *index);

/* The same of what lives.  In a list whose items have keys an index means
 * nothing. */
const json_t *ignore_living(const json_t *live, const char *element,
			    const json_t *known);

#endif
