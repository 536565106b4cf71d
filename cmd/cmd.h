/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_CMD_H
#define CMD_CMD_H

/* Commands: one file each, one entry each, all listed in main.c. */

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/run.h"
#include "cmd/opt.h"
#include "report/report.h"

struct cmd {
	const char *name;
	const char *operands; /* "[REPOSITORY]", or "" */
	const char *summary;  /* one line, lower case, no full stop */
	const char *details;  /* for help: a paragraph or two, or NULL */
	const struct opt *opts;
	/*
	 * Does the work and returns the exit status, or -1 with err set (main
	 * maps its status).  It opens `report` as soon as its options are
	 * known; main closes it, or says itself what is wrong where there is
	 * none.
	 */
	int (*fn)(struct run *run, int argc, char **argv,
		  struct report **report, struct err *err);
};

extern const struct cmd cmd_completion;
extern const struct cmd cmd_diff;
extern const struct cmd cmd_help;
extern const struct cmd cmd_history;
extern const struct cmd cmd_release;
extern const struct cmd cmd_render;
extern const struct cmd cmd_rollback;
extern const struct cmd cmd_status;
extern const struct cmd cmd_sync;
extern const struct cmd cmd_version;

/* The exit status of a signal, without its number. */
#define CMD_EXIT_SIGNAL 128

/* The exit status that an error comes to. */
int cmd_exit_status(const struct run *run, const struct err *err);

/* All commands, NULL-ended, in the order of the help. */
extern const struct cmd *const cmd_all[];

#endif
