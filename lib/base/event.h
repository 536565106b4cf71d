/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_EVENT_H
#define BASE_EVENT_H

/*
 * Events: how the library tells what happens without printing.  A stage calls
 * run_emit(); report/ turns events into lines, progress or JSON; tests record
 * them.  All strings are borrowed for the length of the call.  No event holds
 * a header value, a body or a Secret's data.
 */

#include <stddef.h>

enum event_kind {
	EVENT_DEBUG,    /* text: for -vv */
	EVENT_REQUEST,  /* text: "GET /api 200 12 ms"; for -vv */
	EVENT_WARNING,  /* text: something the user should know */
	EVENT_PROGRESS, /* text: the stage, NULL for the last one that was
			   named; done of total */
	EVENT_STEP,     /* item: the struct plan_step that was carried out */
};

struct event {
	enum event_kind kind;
	const char *text; /* NULL for EVENT_STEP, may be for EVENT_PROGRESS */
	const void *item; /* NULL but for EVENT_STEP */
	size_t done;      /* EVENT_PROGRESS */
	size_t total;     /* EVENT_PROGRESS; 0 where unknown */
};

#endif
