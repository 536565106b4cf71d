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
#include "base/run.h"
#include "base/str.h"
#include "object/object.h"

/*
 * Copies of both sides of a Secret with each value as "***" where it is the
 * same on both, else "*** (before)" and "*** (after)"; keys stay.  The two
 * sides of any other object come back as they are.  Either may be NULL: then
 * every value of the other is "***".  `want` decides what a Secret is: the
 * kind that we parsed ourselves.
 */
void report_mask(struct arena *arena, const struct object *want,
		 json_t **before, json_t **after);

/*
 * Register every value of the wanted Secrets, as written and decoded, so that
 * a server's message that quotes one is redacted too.  A value that is part of
 * a wanted object's kind, name, namespace or origin stays visible.
 */
void report_hide_secrets(struct run *run, const struct objects *want);

#endif
