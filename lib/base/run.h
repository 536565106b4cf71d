/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_RUN_H
#define BASE_RUN_H

/*
 * Run: one run of the program, the first parameter of every stage with I/O.
 *
 * It owns the arena that everything of the run lives in, carries the deadline
 * and the wish to stop, hands events to whoever listens, and knows every
 * secret that was loaded, so that none can be shown.  main makes it, and is
 * the only one to fill `env`: the library reads no environment of its own.
 */

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/event.h"
#include "base/str.h"

struct run {
	struct arena *arena;
	const char *const *env; /* "NAME=value", NULL-ended */
	int64_t deadline_ms;    /* on clock_ms(); 0 is none */
	/* The signal that asked us to stop, or 0.  Set by main's handler,
	 * polled by every loop that waits. */
	volatile sig_atomic_t *cancelled;
	void (*emit)(void *payload, const struct event *event);
	void *payload;           /* for emit */
	int verbose;             /* 0, 1 (-v), 2 (-vv) */
	struct secrets *secrets; /* run_add_secret() */
};

/*
 * A run with an arena of its own and no listener; `env` is borrowed and may
 * be NULL.  run_release() frees it all.
 */
void run_init(struct run *run, const char *const *env);
void run_release(struct run *run);

/* The value of an environment variable, or NULL where unset or empty. */
const char *run_env(const struct run *run, const char *name);

void run_emit(const struct run *run, const struct event *event);
void run_debug(const struct run *run, const char *fmt, ...) PRINTF(2, 3);
void run_warn(const struct run *run, const char *fmt, ...) PRINTF(2, 3);
/* `stage` NULL: the one that was named last. */
void run_progress(const struct run *run, const char *stage, size_t done,
		  size_t total);

/* ERR_CANCELLED after a signal, ERR_TEMPORARY past the deadline, else 0. */
MUST_USE int run_check(const struct run *run, struct err *err);

/* Wait so long, unless the run is to end: then as run_check(). */
MUST_USE int run_pause(const struct run *run, int64_t ms, struct err *err);

/* Milliseconds until the deadline, at least 0 and at most `limit_ms`. */
int64_t run_time_left_ms(const struct run *run, int64_t limit_ms);

/*
 * Never show this text again: run_redact() and everything that prints put
 * "***" in its place, also in its base64 and percent-encoded forms.  Secrets
 * of fewer than 6 bytes are not registered: hiding "a" hides the message.
 */
void run_add_secret(struct run *run, const char *text, size_t n);

/* Add `text` to `out` with every registered secret as "***". */
void run_redact(const struct run *run, struct str *out, const char *text,
		size_t n);

#endif
