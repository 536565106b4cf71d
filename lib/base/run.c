/* SPDX-License-Identifier: Apache-2.0 */
#include "base/run.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/secrets.h"

#define PAUSE_SLICE_MS 50 /* so late it is noticed that the run is to end */

void run_init(struct run *run, const char *const *env)
{
	*run = (struct run){ .arena = arena_new(), .env = env };
	run->secrets = arena_alloc(run->arena, sizeof(*run->secrets));
}

void run_release(struct run *run)
{
	arena_free(run->arena);
	*run = (struct run){ 0 };
}

const char *run_env(const struct run *run, const char *name)
{
	size_t n = strlen(name);

	if (!run->env)
		return NULL;
	for (const char *const *env = run->env; *env; env++) {
		if (strncmp(*env, name, n) == 0 && (*env)[n] == '=')
			return (*env)[n + 1] ? *env + n + 1 : NULL;
	}
	return NULL;
}

void run_emit(const struct run *run, const struct event *event)
{
	if (run->emit)
		run->emit(run->payload, event);
}

static PRINTF(3, 0) void emit_text(const struct run *run, enum event_kind kind,
				   const char *fmt, va_list ap)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	struct event event = { .kind = kind };

	if (!run->emit)
		return;
	str_vprintf(&text, fmt, ap);
	event.text = str_text(&text);
	run_emit(run, &event);
}

void run_debug(const struct run *run, const char *fmt, ...)
{
	va_list ap;

	if (run->verbose < 2)
		return;
	va_start(ap, fmt);
	emit_text(run, EVENT_DEBUG, fmt, ap);
	va_end(ap);
}

void run_warn(const struct run *run, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit_text(run, EVENT_WARNING, fmt, ap);
	va_end(ap);
}

void run_progress(const struct run *run, const char *stage, size_t done,
		  size_t total)
{
	struct event event = {
		.kind = EVENT_PROGRESS,
		.text = stage,
		.done = done,
		.total = total,
	};

	run_emit(run, &event);
}

int run_check(const struct run *run, struct err *err)
{
	if (run->cancelled && *run->cancelled)
		return err_set(err, ERR_CANCELLED, "stopped by signal %d",
			       (int)*run->cancelled);
	if (run->deadline_ms && clock_ms() >= run->deadline_ms) {
		err_set(err, ERR_TEMPORARY, "the time allowed is over");
		return err_hint(err, "allow more with --timeout");
	}
	return 0;
}

int run_pause(const struct run *run, int64_t ms, struct err *err)
{
	const struct timespec slice = { 0, PAUSE_SLICE_MS * 1000000L };

	for (; ms > 0; ms -= PAUSE_SLICE_MS) {
		if (run_check(run, err) < 0)
			return -1;
		nanosleep(&slice, NULL);
	}
	return run_check(run, err);
}

int64_t run_time_left_ms(const struct run *run, int64_t limit_ms)
{
	int64_t left;

	if (!run->deadline_ms)
		return limit_ms;
	left = run->deadline_ms - clock_ms();
	if (left < 0)
		return 0;
	return left < limit_ms ? left : limit_ms;
}
