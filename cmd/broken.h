/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_BROKEN_H
#define CMD_BROKEN_H

/*
 * Broken: apps that do not render.  All of them are named in one run, and a
 * command may go on with the others; then nothing is deleted, for it cannot be
 * told whether a broken app wants it.
 */

#include <stdbool.h>
#include <stddef.h>

#include "apply/records.h"
#include "base/compiler.h"
#include "base/err.h"
#include "cmd/common.h"

enum broken_mode {
	BROKEN_STOP,
	BROKEN_SHOW,  /* go on, if with none at all */
	BROKEN_LEAVE, /* go on where there is another one */
	BROKEN_SKIP,  /* likewise, and without what depends on them */
};

struct broken_error {
	enum err_status status;
	const char *msg;
	const char *hint; /* or NULL */
};

struct broken_app {
	const struct record *record; /* NULL: it was not chosen */
	struct broken_error *v;
	size_t n;
	size_t room;
};

struct broken {
	struct broken_app *v; /* by the order of the apps */
	size_t n;
	size_t room;
};

/*
 * Render the apps that are chosen.  Those that fail are not chosen any more,
 * and their records are taken out; where the mode says that it ends here the
 * errors of all are returned, and `out` has none.
 */
MUST_USE int broken_find(struct source *source, enum broken_mode mode,
			 struct apply_records *records, struct broken *out,
			 struct err *err);

/* One more, as far as that is known; `why` is ERR_OK afterwards. */
void broken_add(struct arena *arena, struct broken *broken,
		const struct record *record, struct err *why);

/* Append all errors; where something was done all the same, as ERR_PARTIAL. */
void broken_errors(const struct broken *broken, bool partial, struct err *err);

/* What an app fails with, or NULL where it does not. */
const char *broken_why(const struct broken *broken, const char *app);

#endif
