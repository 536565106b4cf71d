/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "cmd/cmd.h"
#include "cmd/opt.h"

struct inner {
	const char *rev;
	bool worktree;
};

struct args {
	int verbose;
	bool quiet;
	const char *name;
	const char **groups;
	int64_t timeout;
	int color;
	struct inner inner;
};

static const char *const colors[] = { "auto", "always", "never", NULL };

static const struct opt inner_opts[] = {
	OPT_STRING(struct inner, rev, 0, "rev", "REVISION", "a revision"),
	OPT_FLAG(struct inner, worktree, 'w', "worktree", "the files"),
	OPT_END,
};

static const struct opt opts[] = {
	OPT_COUNT(struct args, verbose, 'v', "verbose", "say more"),
	OPT_FLAG(struct args, quiet, 'q', "quiet", "say less"),
	OPT_STRING(struct args, name, 'n', "name", "NAME", "a name"),
	OPT_STRINGS(struct args, groups, 0, "as-group", "GROUP",
		    "a group; repeatable, and told in so many words that the "
		    "line has to be broken"),
	OPT_SECONDS(struct args, timeout, 0, "timeout", "DURATION", "a time"),
	OPT_CHOICE(struct args, color, 0, "color", "WHEN", "when", colors),
	OPT_CHOICE(struct args, color, 0, "long-for-the-sake-of-it", "WHEN",
		   "long", colors),
	OPT_INCLUDE(struct args, inner, inner_opts),
	OPT_END,
};

/* One parse, with what it needs. */
struct parse {
	struct run run;
	struct args args;
	struct err err;
	const char *operand;
};

static int parse(struct parse *p, const char *const *env, ...)
{
	char *argv[16];
	int argc = 0;
	va_list ap;

	*p = (struct parse){ 0 };
	run_init(&p->run, env);
	va_start(ap, env);
	do
		argv[argc] = va_arg(ap, char *);
	while (argv[argc++]);
	va_end(ap);
	return opt_parse(&p->run, opts, &p->args, argc - 1, argv, &p->operand,
			 &p->err);
}

static void done(struct parse *p)
{
	err_clear(&p->err);
	run_release(&p->run);
}

static void assert_refused(struct parse *p, int status, const char *message)
{
	assert_int_equal(status, -1);
	assert_int_equal(p->err.status, ERR_USAGE);
	assert_string_equal(p->err.msg, message);
	done(p);
}

static void long_options_take_a_space_or_an_equals_sign(void **state)
{
	struct parse p;

	(void)state;
	assert_int_equal(parse(&p, NULL, "--name", "a", "--timeout=2m", NULL),
			 0);
	assert_string_equal(p.args.name, "a");
	assert_int_equal(p.args.timeout, 120);
	done(&p);
}

static void letters_may_be_bundled_and_carry_a_value(void **state)
{
	struct parse p;

	(void)state;
	assert_int_equal(parse(&p, NULL, "-vqvna", "-w", NULL), 0);
	assert_int_equal(p.args.verbose, 2);
	assert_true(p.args.quiet);
	assert_string_equal(p.args.name, "a");
	assert_true(p.args.inner.worktree);
	done(&p);
}

static void included_tables_land_in_their_member(void **state)
{
	struct parse p;

	(void)state;
	assert_int_equal(parse(&p, NULL, "--rev", "main~1", NULL), 0);
	assert_string_equal(p.args.inner.rev, "main~1");
	done(&p);
}

static void repeated_strings_are_all_kept_in_order(void **state)
{
	struct parse p;

	(void)state;
	assert_int_equal(parse(&p, NULL, "--as-group=a", "--as-group", "b",
			       NULL),
			 0);
	assert_string_equal(p.args.groups[0], "a");
	assert_string_equal(p.args.groups[1], "b");
	assert_null(p.args.groups[2]);
	done(&p);
}

static void operand_and_options_mix_until_two_dashes(void **state)
{
	struct parse p;

	(void)state;
	assert_int_equal(parse(&p, NULL, "here", "-q", "--", NULL), 0);
	assert_string_equal(p.operand, "here");
	assert_true(p.args.quiet);
	done(&p);
	assert_int_equal(parse(&p, NULL, "-q", "--", "-v", NULL), 0);
	assert_string_equal(p.operand, "-v");
	assert_int_equal(p.args.verbose, 0);
	done(&p);
}

static void a_value_may_look_like_an_option(void **state)
{
	struct parse p;

	(void)state;
	assert_int_equal(parse(&p, NULL, "--name", "--help", NULL), 0);
	assert_string_equal(p.args.name, "--help");
	done(&p);
}

static void unknown_options_name_the_nearest(void **state)
{
	struct parse p;
	int status;

	(void)state;
	status = parse(&p, NULL, "--timout=1", NULL);
	assert_refused(&p, status,
		       "unknown option '--timout'; did you mean '--timeout'?");
	status = parse(&p, NULL, "--zzzzzzzz", NULL);
	assert_refused(&p, status, "unknown option '--zzzzzzzz'");
	status = parse(&p, NULL, "-qx", NULL);
	assert_refused(&p, status, "unknown option '-x'");
}

static void values_are_checked(void **state)
{
	struct parse p;
	int status;

	(void)state;
	status = parse(&p, NULL, "--color=red", NULL);
	assert_refused(&p, status,
		       "--color: 'red' is none of auto|always|never");
	status = parse(&p, NULL, "--quiet=maybe", NULL);
	assert_refused(&p, status,
		       "--quiet: 'maybe' is neither true nor false");
	status = parse(&p, NULL, "--verbose=many", NULL);
	assert_refused(&p, status,
		       "--verbose: 'many' is not a digit from 0 to 9");
	status = parse(&p, NULL, "--timeout", NULL);
	assert_refused(&p, status, "option '--timeout' needs DURATION");
	status = parse(&p, NULL, "-n", NULL);
	assert_refused(&p, status, "option '-n' needs NAME");
	status = parse(&p, NULL, "--timeout=soon", NULL);
	assert_int_equal(status, -1);
	assert_int_equal(p.err.status, ERR_USAGE);
	assert_memory_equal(p.err.msg, "--timeout: ", 11);
	done(&p);
}

static void empty_values_are_refused(void **state)
{
	struct parse p;
	int status;

	(void)state;
	status = parse(&p, NULL, "--name=", NULL);
	assert_refused(&p, status, "option '--name' is empty");
	status = parse(&p, NULL, "-n", "", NULL);
	assert_refused(&p, status, "option '-n' is empty");
	status = parse(&p, NULL, "", NULL);
	assert_refused(&p, status, "an argument is empty");
}

static void a_second_operand_is_refused(void **state)
{
	struct parse p;
	int status;

	(void)state;
	status = parse(&p, NULL, "a", "b", NULL);
	assert_refused(&p, status, "unexpected argument 'b'");
}

static void variables_preset_what_was_not_given(void **state)
{
	static const char *const env[] = {
		"GITOPS_NAME=env",     "GITOPS_QUIET=true",
		"GITOPS_VERBOSE=2",    "GITOPS_AS_GROUP=g",
		"GITOPS_COLOR=always", "GITOPS_REV=v1",
		"GITOPS_TIMEOUT=",     NULL,
	};
	struct parse p;

	(void)state;
	assert_int_equal(parse(&p, env, "--name", "given", NULL), 0);
	assert_string_equal(p.args.name, "given");
	assert_true(p.args.quiet);
	assert_int_equal(p.args.verbose, 2);
	assert_string_equal(p.args.groups[0], "g");
	assert_int_equal(p.args.color, 1);
	assert_string_equal(p.args.inner.rev, "v1");
	assert_int_equal(p.args.timeout, 0);
	done(&p);

	assert_int_equal(parse(&p, env, "--quiet=false", "--as-group=x", NULL),
			 0);
	assert_false(p.args.quiet);
	assert_string_equal(p.args.groups[0], "x");
	assert_null(p.args.groups[1]);
	done(&p);
}

static void a_bad_variable_is_named(void **state)
{
	static const char *const env[] = { "GITOPS_COLOR=pink", NULL };
	struct parse p;
	int status;

	(void)state;
	status = parse(&p, env, NULL);
	assert_refused(&p, status,
		       "GITOPS_COLOR: 'pink' is none of auto|always|never");
}

static bool wants_help(const char *first, ...)
{
	AUTO_ARENA struct arena *arena = arena_new();
	char *argv[2];
	va_list ap;

	argv[0] = arena_strdup(arena, first);
	va_start(ap, first);
	argv[1] = va_arg(ap, char *);
	va_end(ap);
	return opt_wants_help(arena, opts, 2, argv);
}

static void help_is_wanted_but_not_as_a_value(void **state)
{
	(void)state;
	assert_true(wants_help("-q", "--help"));
	assert_true(wants_help("-qh", "x"));
	assert_false(wants_help("--name", "--help"));
	assert_false(wants_help("--", "--help"));
	assert_false(wants_help("--what", "--help"));
}

static void a_number_is_taken_out_of_the_arguments(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();
	static const char *const words[] = { "--name", "7", "-q", "#12", "8" };
	char *argv[ARRAY_LEN(words)];
	int argc = ARRAY_LEN(words);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(argv); i++)
		argv[i] = arena_strdup(arena, words[i]);
	assert_int_equal(opt_take_number(arena, opts, &argc, argv), 12);
	assert_int_equal(argc, 4);
	assert_string_equal(argv[2], "-q");
	assert_string_equal(argv[3], "8");
	assert_int_equal(opt_take_number(arena, opts, &argc, argv), 8);
	assert_int_equal(opt_take_number(arena, opts, &argc, argv), 0);
	assert_int_equal(argc, 3);
	assert_int_equal(opt_number("1234567"), 0);
	assert_int_equal(opt_number("12a"), 0);
	assert_int_equal(opt_number("#"), 0);
}

static void help_is_sorted_and_broken_at_80_columns(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	(void)state;
	opt_help(&out, arena, opts);
	assert_string_equal(
		str_text(&out),
		"      --as-group GROUP              a group; repeatable, and "
		"told in so many\n"
		"                                    words that the line has "
		"to be broken\n"
		"      --color auto|always|never     when\n"
		"  -h, --help                        show this text\n"
		"      --long-for-the-sake-of-it auto|always|never\n"
		"                                    long\n"
		"  -n, --name NAME                   a name\n"
		"  -q, --quiet                       say less\n"
		"      --rev REVISION                a revision\n"
		"      --timeout DURATION            a time\n"
		"  -v, --verbose                     say more\n"
		"  -w, --worktree                    the files\n");
}

/* One environment is of all jobs that a CI system runs: what is a flag here
 * may not be a number there. */
static void no_variable_means_two_things(void **state)
{
	static const struct cmd *const commands[] = {
		&cmd_diff,     &cmd_history, &cmd_release, &cmd_render,
		&cmd_rollback, &cmd_status,  &cmd_sync,
	};
	AUTO_ARENA struct arena *a = arena_new();
	struct map *types = map_new(a);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		struct opt_list list;

		opt_list_all(a, commands[i]->opts, &list);
		for (size_t j = 0; j < list.n; j++) {
			struct opt *opt = &list.v[j];
			const char *name = opt_variable(a, opt);
			const struct opt *other = map_get(types, name);

			if (other && !other->arg != !opt->arg)
				fail_msg("%s is another in %s", name,
					 commands[i]->name);
			map_set(types, name, opt);
		}
	}
	assert_non_null(map_get(types, "GITOPS_PULL_REQUEST"));
	assert_non_null(map_get(types, "GITOPS_PULL_REQUEST_NUMBER"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(long_options_take_a_space_or_an_equals_sign),
		cmocka_unit_test(letters_may_be_bundled_and_carry_a_value),
		cmocka_unit_test(included_tables_land_in_their_member),
		cmocka_unit_test(repeated_strings_are_all_kept_in_order),
		cmocka_unit_test(operand_and_options_mix_until_two_dashes),
		cmocka_unit_test(a_value_may_look_like_an_option),
		cmocka_unit_test(unknown_options_name_the_nearest),
		cmocka_unit_test(values_are_checked),
		cmocka_unit_test(empty_values_are_refused),
		cmocka_unit_test(a_second_operand_is_refused),
		cmocka_unit_test(variables_preset_what_was_not_given),
		cmocka_unit_test(a_bad_variable_is_named),
		cmocka_unit_test(a_number_is_taken_out_of_the_arguments),
		cmocka_unit_test(help_is_wanted_but_not_as_a_value),
		cmocka_unit_test(help_is_sorted_and_broken_at_80_columns),
		cmocka_unit_test(no_variable_means_two_things),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
