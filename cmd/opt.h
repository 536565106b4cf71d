/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_OPT_H
#define CMD_OPT_H

/*
 * Options: one table a command is its parser, its --help, its completion and
 * what the manual is checked against.  An option lands in a field of the
 * command's arguments by offset; one that is aimed at a field of another type
 * does not compile.
 *
 *	static const struct opt diff_opts[] = {
 *		OPT_STRING(struct diff_args, rev, 0, "rev", "REVISION",
 *			   "branch, tag, commit or semver:RANGE"),
 *		OPT_END,
 *	};
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/run.h"
#include "base/str.h"

enum opt_type {
	OPT_TYPE_END,
	OPT_TYPE_HELP,    /* --help, which opt_list_all() adds */
	OPT_TYPE_FLAG,    /* bool: set to true */
	OPT_TYPE_COUNT,   /* int: one more each time (-vv) */
	OPT_TYPE_STRING,  /* const char * */
	OPT_TYPE_STRINGS, /* const char **: NULL-ended, repeatable */
	OPT_TYPE_SECONDS, /* int64_t: a duration */
	OPT_TYPE_CHOICE,  /* int: index into `choices` */
	OPT_TYPE_INCLUDE, /* a struct of `args` with a table of its own */
};

struct opt {
	enum opt_type type;
	size_t offset;
	char letter;                /* 0: none */
	const char *name;           /* without "--" */
	const char *arg;            /* its name in help, NULL for flags */
	const char *help;           /* one line, lower case, no full stop */
	const char *const *choices; /* OPT_TYPE_CHOICE: NULL-ended */
	const struct opt *table;    /* OPT_TYPE_INCLUDE */
	const char *variable;       /* that presets it; NULL: GITOPS_<NAME> */
};

/* clang-format off */
#define OPT_FIELD(args, field, type) \
	(offsetof(args, field) + \
	 0 * sizeof(&((args *)0)->field == (type *)0))
#define OPT_FLAG(args, field, letter, name, help) \
	{ OPT_TYPE_FLAG, OPT_FIELD(args, field, bool), letter, name, NULL, \
	  help, NULL, NULL, NULL }
#define OPT_COUNT(args, field, letter, name, help) \
	{ OPT_TYPE_COUNT, OPT_FIELD(args, field, int), letter, name, NULL, \
	  help, NULL, NULL, NULL }
#define OPT_STRING(args, field, letter, name, arg, help) \
	{ OPT_TYPE_STRING, OPT_FIELD(args, field, const char *), letter, \
	  name, arg, help, NULL, NULL, NULL }
/* One that means something else in another command, and has a variable of its
 * own. */
#define OPT_STRING_OF(args, field, letter, name, arg, help, variable) \
	{ OPT_TYPE_STRING, OPT_FIELD(args, field, const char *), letter, \
	  name, arg, help, NULL, NULL, variable }
#define OPT_STRINGS(args, field, letter, name, arg, help) \
	{ OPT_TYPE_STRINGS, OPT_FIELD(args, field, const char **), letter, \
	  name, arg, help, NULL, NULL, NULL }
#define OPT_SECONDS(args, field, letter, name, arg, help) \
	{ OPT_TYPE_SECONDS, OPT_FIELD(args, field, int64_t), letter, name, \
	  arg, help, NULL, NULL, NULL }
#define OPT_CHOICE(args, field, letter, name, arg, help, choices) \
	{ OPT_TYPE_CHOICE, OPT_FIELD(args, field, int), letter, name, arg, \
	  help, choices, NULL, NULL }
/* The options of `table`, whose offsets are within the member `field`. */
#define OPT_INCLUDE(args, field, table) \
	{ OPT_TYPE_INCLUDE, offsetof(args, field), 0, NULL, NULL, NULL, NULL, \
	  table, NULL }
#define OPT_END \
	{ OPT_TYPE_END, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL }
/* clang-format on */

/* All options of a table: those of the tables it includes too, with offsets
 * from `args`, and --help; sorted by name. */
struct opt_list {
	struct opt *v;
	size_t n;
	size_t room;
};
void opt_list_all(struct arena *arena, const struct opt *table,
		  struct opt_list *out);

/*
 * Parse argv (without the command's own name) into `args`, which holds the
 * defaults.  Long options take "=" or a space, letters may be bundled, "--"
 * ends the options; a flag may be taken back with "=false".  An option that
 * was not given is preset by its environment variable, GITOPS_<NAME>, a flag
 * with "1", "true", "0" or "false".  Empty values are refused: they are
 * mostly variables that nobody set.  What is left, one at most, is the
 * `operand`, or refused where that is NULL.  ERR_USAGE names the nearest option
 * there is.
 */
MUST_USE int opt_parse(struct run *run, const struct opt *table, void *args,
		       int argc, char **argv, const char **operand,
		       struct err *err);

/* The value of an option that is a whole number, or NULL where it was not
 * given.  ERR_USAGE for anything else. */
MUST_USE int opt_check_number(const char *option, const char *text,
			      struct err *err);

/* "12" or "#12": the number of a sync, of 6 digits at most: what is longer is a
 * short commit.  0 for anything else. */
int64_t opt_number(const char *text);

/* The same of the first operand that is one, which is taken out of argv before
 * it is parsed; 0 where there is none. */
int64_t opt_take_number(struct arena *arena, const struct opt *table, int *argc,
			char **argv);

/* Is --help or -h among the options?  Not if it is the value of one. */
bool opt_wants_help(struct arena *arena, const struct opt *table, int argc,
		    char **argv);

/* "GITOPS_AS_GROUP": the variable that presets an option. */
char *opt_variable(struct arena *arena, const struct opt *opt);

/* What stands for the argument in help and manual: "REVISION",
 * "auto|always|never", or NULL for flags. */
const char *opt_arg(struct arena *arena, const struct opt *opt);

/* The options as the lines of --help, 80 columns wide. */
void opt_help(struct str *out, struct arena *arena, const struct opt *table);

#endif
