/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

/*
 * Errors: every fallible function returns 0 or -1 and takes `struct err *err`
 * last.  On failure it fills `err` and leaves its outputs untouched; on
 * success it leaves `err` untouched.  The makers return -1, so that
 *
 *	if (!entry)
 *		return err_set(err, ERR_INPUT, "%s: no such file", path);
 *	if (repo_open(run, url, &repo, err) < 0)
 *		return err_wrap(err, "open repository '%s'", url);
 *
 * reads as one line each.  Messages name what *this* function was doing and
 * the user's own file, object or flag; the caller adds its context in front
 * with err_wrap().  No newline, no full stop, no capital at the start.
 *
 * A run that finds many faults reports them all: err_append() hangs a
 * finished error to the end of a list.  main prints the list once.
 */

#include "base/compiler.h"

/* main.c maps each to an exit status. */
enum err_status {
	ERR_OK = 0,
	ERR_USAGE,     /* the command line */
	ERR_INPUT,     /* the user's files: syntax, kinds, budgets */
	ERR_ACCESS,    /* credentials, permission, TLS, host keys */
	ERR_NOT_FOUND, /* a revision, path, context or object */
	ERR_REFUSED,   /* the server said no, or we do on purpose */
	ERR_FAILED,    /* anything else: disk, a broken peer */
	ERR_PARTIAL,   /* some objects were changed, some failed */
	ERR_TEMPORARY, /* network, throttled, lock held: try again */
	ERR_UNHEALTHY, /* applied, but not healthy in time */
	ERR_CANCELLED, /* a signal ended the run */
};

struct err {
	enum err_status status;
	char *msg;        /* "outer: inner: cause"; NULL iff ERR_OK */
	char *hint;       /* one imperative sentence, or NULL */
	struct err *next; /* the next error of the same run, or NULL */
};

/* Fill `err`, which must be ERR_OK.  Always -1. */
int err_set(struct err *err, enum err_status status, const char *fmt, ...)
	PRINTF(3, 4);

/* The same, with ": " and strerror(errno) behind the message. */
int err_errno(struct err *err, enum err_status status, const char *fmt, ...)
	PRINTF(3, 4);

/* Put "fmt: " before the message of every error in the list.  Always -1. */
int err_wrap(struct err *err, const char *fmt, ...) PRINTF(2, 3);

/* Say what to do next, unless a function further in has.  Always -1. */
int err_hint(struct err *err, const char *fmt, ...) PRINTF(2, 3);

/*
 * That they return -1 is also said to the compiler, as git does it for its
 * error(): it then sees that where 0 was returned, outputs were set.
 */
static inline int err_failed(void)
{
	return -1;
}
#define err_set(...)   ((void)err_set(__VA_ARGS__), err_failed())
#define err_errno(...) ((void)err_errno(__VA_ARGS__), err_failed())
#define err_wrap(...)  ((void)err_wrap(__VA_ARGS__), err_failed())
#define err_hint(...)  ((void)err_hint(__VA_ARGS__), err_failed())

/*
 * Move the errors in `one` to the end of `list`, leaving `one` ERR_OK.  The
 * status of `list` is its first member's.  Appending ERR_OK does nothing.
 */
void err_append(struct err *list, struct err *one);

/* How many errors the list holds: 0 for ERR_OK. */
unsigned err_count(const struct err *err);

/* Free what `err` holds and make it ERR_OK again. */
void err_clear(struct err *err);

/* To be freed at the end of the block is use enough for a variable. */
#define AUTO_ERR __attribute__((cleanup(err_clear))) UNUSED

#endif
