/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_MASK_H
#define REPORT_MASK_H

/*
 * Mask: no value of a Secret is ever shown (CVE-2026-42880, CVE-2025-23216).
 * Values are masked when they are printed and never earlier, on both sides of
 * a diff, in data, stringData and the last-applied annotation, whatever their
 * type.
 */

#include <jansson.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/run.h"
#include "base/str.h"
#include "object/object.h"

/*
 * Copies of both sides of a Secret with "*** (12 bytes, #3)" for each value:
 * its length, decoded, and its number.  Values of one `seen`, a map of the run
 * that is empty at first, have the same number if and only if they are the
 * same; it counts first appearances, so nothing can be looked up by it.  Keys
 * stay.  Either side may be NULL, and those of any other object come back as
 * they are.  `want` decides what a Secret is: the kind that we parsed
 * ourselves.
 */
void report_mask(struct map *seen, struct arena *arena,
		 const struct object *want, json_t **before, json_t **after);

/*
 * Register every value of the wanted Secrets, as written and decoded, so that
 * a server's message that quotes one is redacted too.  A value that is part of
 * a wanted object's kind, name, namespace or origin stays visible.
 */
void report_hide_secrets(struct run *run, const struct objects *want);

#endif
