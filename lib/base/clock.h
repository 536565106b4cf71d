/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

/*
 * Clock: deadlines by the monotonic clock, so that a clock set back in the
 * middle of a run changes nothing; wall time only for what people read.
 */

#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"

/* Milliseconds on a clock that only goes forward. */
int64_t clock_ms(void);
/* Seconds since 1970, UTC. */
int64_t clock_wall(void);
/* "2026-01-31T12:00:00Z" (RFC 3339). */
char *clock_rfc3339(struct arena *arena, int64_t wall);
/* "45s", "1m30s", "2h5m", "12d": its largest units, at most `most` of them. */
char *clock_duration(struct arena *arena, int64_t seconds, int most);
/* RFC 3339 with any offset to seconds since 1970. */
MUST_USE int clock_parse_rfc3339(const char *text, int64_t *wall,
				 struct err *err);
/*
 * "90", "90s", "5m", "1h30m", "1d" to seconds; ERR_USAGE for anything else
 * or above ten years.  Go's durations without fractions, plus days.
 */
MUST_USE int clock_parse_duration(const char *text, int64_t *seconds,
				  struct err *err);

#endif
