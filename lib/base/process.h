/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

/*
 * Processes: the few programs we start (exec plugins, credential helpers),
 * by posix_spawn with an argv, an environment given in full, no shell, no
 * inherited descriptor but 0, 1 and 2, and a deadline.
 *
 *	struct process_args args = {
 *		.argv = argv,
 *		.env = env,
 *		.input = { "protocol=https\n", 15 },
 *		.timeout_ms = 10000,
 *		.output_cap = 64 << 10,
 *	};
 *	struct process_result result;
 *	if (process_run(run, &args, &result, err) < 0)
 *		return -1;
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/run.h"
#include "base/str.h"

struct process_args {
	const char *const *argv; /* argv[0] is a path, or sought on PATH */
	const char *const *env;  /* the child's whole environment */
	const char *dir;         /* working directory; NULL: "/" */
	struct bytes input;      /* for its standard input */
	int64_t timeout_ms;      /* then it is killed; 0 is not allowed */
	size_t output_cap;       /* of standard output; more is an error */
	bool inherit_terminal;   /* stdin and stderr are ours: it may ask */
};

struct process_result {
	int status;          /* exit status, or 128 + signal */
	struct bytes output; /* in run's arena, NUL-terminated */
	struct bytes errors; /* the first 4 KiB of standard error, likewise */
};

/*
 * Run to the end.  An exit status other than 0 is not an error here.
 * ERR_NOT_FOUND where there is no such program, ERR_TEMPORARY past its time,
 * ERR_FAILED for anything else.  The child is always reaped.
 */
MUST_USE int process_run(struct run *run, const struct process_args *args,
			 struct process_result *result, struct err *err);

/*
 * The absolute path of `program` on PATH, never the working directory's
 * (an empty or relative member of PATH is skipped), or NULL.
 */
const char *process_find(struct run *run, const char *program);

/*
 * A fork that computes and answers: run `work` in a child with a deadline.
 * It exists because libgit2 1.5 has no timeout of its own.  `work` returns 0
 * or -1 and an err; what it adds to `answer` (at most 1 MiB) comes back in
 * run's arena.  Events of the child reach run's listener as they come.
 */
MUST_USE int process_fork(struct run *run, int64_t timeout_ms,
			  int (*work)(struct run *run, void *data,
				      struct str *answer, struct err *err),
			  void *data, struct bytes *answer, struct err *err);

/* The same work on several things, each in a fork of its own. */
struct process_parts {
	size_t n;    /* they are numbered from 0 */
	size_t most; /* that work at one time */
	void *data;
	/* In the fork: work, write, and return the exit status. */
	int (*work)(void *data, size_t i, FILE *out, FILE *err);
	/* Meanwhile: a whole line that one has written to `err`. */
	void (*line)(void *data, size_t i, const char *text);
	/* It has ended; `out` is all it has written there, in run's arena. */
	void (*end)(void *data, size_t i, int status, struct bytes out);
};

/*
 * Run all of them, and come back when the last one has ended: after a signal
 * to this process, too, which is passed on to them.  A part that a signal has
 * killed ends with 128 and its number.  What the parts return is no error
 * here; ERR_CANCELLED after a signal, ERR_FAILED where one could not begin.
 */
MUST_USE int process_split(struct run *run, const struct process_parts *parts,
			   struct err *err);

#endif
