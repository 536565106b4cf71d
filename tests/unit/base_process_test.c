/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/process.h"

static const char *const env[] = { "PATH=/usr/bin:/bin", "MARK=seen", NULL };
static struct run run;

static int set_up(void **state)
{
	(void)state;
	run_init(&run, env);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	run_release(&run);
	return 0;
}

/* sh -c SCRIPT, with the time and the room that most tests need */
static int shell(const char *script, struct bytes input, int64_t timeout_ms,
		 struct process_result *result, struct err *err)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	struct process_args args = {
		.argv = argv,
		.env = env,
		.input = input,
		.timeout_ms = timeout_ms,
		.output_cap = 1 << 20,
	};

	return process_run(&run, &args, result, err);
}

static const struct bytes nothing = { NULL, 0 };

static void output_errors_and_status_come_back(void **state)
{
	AUTO_ERR struct err err = { 0 };
	struct process_result result;

	(void)state;
	assert_int_equal(shell("echo out; echo oops >&2; exit 3", nothing,
			       10000, &result, &err),
			 0);
	assert_int_equal(result.status, 3);
	assert_string_equal(result.output.data, "out\n");
	assert_int_equal(result.output.len, 4);
	assert_string_equal(result.errors.data, "oops\n");
}

static void a_signal_shows_in_the_status(void **state)
{
	AUTO_ERR struct err err = { 0 };
	struct process_result result;

	(void)state;
	assert_int_equal(shell("kill -9 $$", nothing, 10000, &result, &err), 0);
	assert_int_equal(result.status, 128 + 9);
}

static void input_of_any_size_goes_through(void **state)
{
	AUTO_ERR struct err err = { 0 };
	struct process_result result;
	size_t n = 900000;
	char *text = arena_alloc(run.arena, n);

	(void)state;
	memset(text, 'x', n);
	assert_int_equal(shell("cat", (struct bytes){ text, n }, 10000, &result,
			       &err),
			 0);
	assert_int_equal(result.output.len, n);
	assert_memory_equal(result.output.data, text, n);
	/* and without input there is none to wait for */
	assert_int_equal(shell("cat", nothing, 10000, &result, &err), 0);
	assert_int_equal(result.output.len, 0);
}

static void a_program_need_not_read_its_input(void **state)
{
	AUTO_ERR struct err err = { 0 };
	struct process_result result;
	size_t n = 900000;

	(void)state;
	assert_int_equal(shell("exec <&-; echo done",
			       (struct bytes){ arena_alloc(run.arena, n), n },
			       10000, &result, &err),
			 0);
	assert_string_equal(result.output.data, "done\n");
}

static void the_environment_is_the_given_one(void **state)
{
	AUTO_ERR struct err err = { 0 };
	struct process_result result;

	(void)state;
	setenv("LEAK", "1", 1);
	assert_int_equal(shell("echo $MARK$LEAK; pwd", nothing, 10000, &result,
			       &err),
			 0);
	assert_string_equal(result.output.data, "seen\n/\n");
}

static void no_descriptor_is_inherited(void **state)
{
	AUTO_ERR struct err err = { 0 };
	struct process_result result;
	int fd = open("/dev/null", O_RDONLY); /* not O_CLOEXEC */

	(void)state;
	assert_true(fd > 2);
	assert_int_equal(dup2(fd, 57), 57);
	/* ls itself has one open, for the directory */
	assert_int_equal(shell("exec ls /proc/self/fd", nothing, 10000, &result,
			       &err),
			 0);
	assert_string_equal(result.output.data, "0\n1\n2\n3\n");
	close(57);
	close(fd);
}

static void what_is_not_there_is_not_found(void **state)
{
	static const char *const names[] = { "no-such-program-here",
					     "/no/such/program",
					     "relative/program", "", "/bin" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *const argv[] = { names[i], NULL };
		struct process_args args = {
			.argv = argv,
			.env = env,
			.timeout_ms = 1000,
			.output_cap = 10,
		};
		AUTO_ERR struct err err = { 0 };
		struct process_result result;

		assert_int_equal(process_run(&run, &args, &result, &err), -1);
		assert_int_equal(err.status, ERR_NOT_FOUND);
	}
}

static void a_slow_program_is_killed_with_its_children(void **state)
{
	AUTO_ERR struct err err = { 0 };
	struct process_result result;
	int64_t begin = clock_ms();
	char mark[] = "/tmp/base_process_test.XXXXXX";
	char *script;

	(void)state;
	assert_true(mkstemp(mark) >= 0);
	script = arena_printf(run.arena, "(sleep 1; rm %s) & wait", mark);
	assert_int_equal(shell(script, nothing, 200, &result, &err), -1);
	assert_int_equal(err.status, ERR_TEMPORARY);
	assert_in_range(clock_ms() - begin, 200, 900);
	sleep(1);
	poll(NULL, 0, 300);
	assert_int_equal(unlink(mark), 0); /* still there */
}

static void a_signal_ends_the_wait(void **state)
{
	volatile sig_atomic_t cancelled = SIGINT;
	AUTO_ERR struct err err = { 0 };
	struct process_result result;
	int64_t begin = clock_ms();

	(void)state;
	run.cancelled = &cancelled;
	assert_int_equal(shell("sleep 10", nothing, 20000, &result, &err), -1);
	assert_int_equal(err.status, ERR_CANCELLED);
	assert_true(clock_ms() - begin < 2000);
}

static void a_daemon_left_behind_is_not_waited_for(void **state)
{
	AUTO_ERR struct err err = { 0 };
	struct process_result result;
	int64_t begin = clock_ms();

	(void)state;
	/* It keeps our pipes open, as git's credential cache does. */
	assert_int_equal(shell("sleep 5 & echo $!", nothing, 20000, &result,
			       &err),
			 0);
	assert_true(clock_ms() - begin < 2000);
	kill((pid_t)strtol(result.output.data, NULL, 10), SIGKILL);
}

static void more_output_than_the_cap_is_an_error(void **state)
{
	AUTO_ERR struct err err = { 0 };
	struct process_result result;

	(void)state;
	assert_int_equal(shell("exec cat /dev/zero", nothing, 20000, &result,
			       &err),
			 -1);
	assert_int_equal(err.status, ERR_FAILED);
}

static void only_the_first_errors_are_kept(void **state)
{
	AUTO_ERR struct err err = { 0 };
	struct process_result result;

	(void)state;
	assert_int_equal(shell("head -c 200000 /dev/zero | tr '\\0' e >&2; "
			       "echo ok",
			       nothing, 20000, &result, &err),
			 0);
	assert_int_equal(result.errors.len, 4096);
	assert_string_equal(result.output.data, "ok\n");
}

static void find_skips_what_is_not_absolute(void **state)
{
	static const char *const relative[] = { "PATH=:.:bin:/nowhere", NULL };
	static const char *const both[] = { "PATH=.::/nowhere:/bin", NULL };

	(void)state;
	run.env = relative;
	assert_int_equal(chdir("/bin"), 0);
	assert_null(process_find(&run, "sh"));
	run.env = both;
	assert_string_equal(process_find(&run, "sh"), "/bin/sh");
	assert_string_equal(process_find(&run, "/bin/sh"), "/bin/sh");
	assert_null(process_find(&run, "./sh"));
	run.env = NULL;
	assert_non_null(process_find(&run, "sh"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(output_errors_and_status_come_back),
		TEST(a_signal_shows_in_the_status),
		TEST(input_of_any_size_goes_through),
		TEST(a_program_need_not_read_its_input),
		TEST(the_environment_is_the_given_one),
		TEST(no_descriptor_is_inherited),
		TEST(what_is_not_there_is_not_found),
		TEST(a_slow_program_is_killed_with_its_children),
		TEST(a_signal_ends_the_wait),
		TEST(a_daemon_left_behind_is_not_waited_for),
		TEST(more_output_than_the_cap_is_an_error),
		TEST(only_the_first_errors_are_kept),
		TEST(find_skips_what_is_not_absolute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
