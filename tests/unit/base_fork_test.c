/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/process.h"

static const char *const env[] = { "PATH=/usr/bin:/bin", NULL };
static struct run run;

/* what the listener has heard */
static struct str heard = STR_INIT(STR_BIG);

static void listen_to(void *payload, const struct event *event)
{
	(void)payload;
	str_printf(&heard, "%d:%s:%zu/%zu\n", (int)event->kind, event->text,
		   event->done, event->total);
}

static int set_up(void **state)
{
	(void)state;
	run_init(&run, env);
	run.emit = listen_to;
	run.verbose = 2;
	return 0;
}

static int tear_down(void **state)
{
	int status;

	(void)state;
	run_release(&run);
	str_release(&heard);
	/* Every child was reaped. */
	return waitpid(-1, &status, WNOHANG) == -1 && errno == ECHILD ? 0 : -1;
}

static int answer_data(struct run *child, void *data, struct str *answer,
		       struct err *err)
{
	(void)child;
	(void)err;
	str_add(answer, data);
	str_add_bytes(answer, "\0end", 4);
	return 0;
}

static void the_answer_comes_back_whole(void **state)
{
	AUTO_ERR struct err err = { 0 };
	struct bytes answer;
	char data[] = "text";

	(void)state;
	assert_int_equal(process_fork(&run, 10000, answer_data, data, &answer,
				      &err),
			 0);
	assert_int_equal(answer.len, 8);
	assert_memory_equal(answer.data, "text\0end", 9);
}

static int answer_much(struct run *child, void *data, struct str *answer,
		       struct err *err)
{
	(void)child;
	(void)err;
	for (size_t i = 0; i < *(size_t *)data; i++)
		str_add_char(answer, (char)('a' + i % 26));
	return 0;
}

static void an_answer_may_be_a_mebibyte_and_no_more(void **state)
{
	AUTO_ERR struct err err = { 0 };
	struct bytes answer;
	size_t n = 1 << 20;

	(void)state;
	assert_int_equal(process_fork(&run, 10000, answer_much, &n, &answer,
				      &err),
			 0);
	assert_int_equal(answer.len, n);
	assert_int_equal(answer.data[n - 1], 'a' + (n - 1) % 26);
	n++;
	assert_int_equal(process_fork(&run, 10000, answer_much, &n, &answer,
				      &err),
			 -1);
	assert_int_equal(err.status, ERR_FAILED);
}

static int fail_twice(struct run *child, void *data, struct str *answer,
		      struct err *err)
{
	struct err second = { 0 };

	(void)child;
	(void)data;
	str_add(answer, "not to be seen");
	err_set(err, ERR_ACCESS, "first: 100%%s");
	err_hint(err, "do this");
	err_set(&second, ERR_INPUT, "second");
	err_append(err, &second);
	return -1;
}

static void errors_statuses_and_hints_come_back(void **state)
{
	AUTO_ERR struct err err = { 0 };
	struct bytes answer = { "untouched", 9 };

	(void)state;
	assert_int_equal(process_fork(&run, 10000, fail_twice, NULL, &answer,
				      &err),
			 -1);
	assert_int_equal(err_count(&err), 2);
	assert_int_equal(err.status, ERR_ACCESS);
	assert_string_equal(err.msg, "first: 100%s");
	assert_string_equal(err.hint, "do this");
	assert_int_equal(err.next->status, ERR_INPUT);
	assert_string_equal(err.next->msg, "second");
	assert_null(err.next->hint);
	assert_string_equal(answer.data, "untouched");
}

static int tell(struct run *child, void *data, struct str *answer,
		struct err *err)
{
	struct event step = { .kind = EVENT_STEP, .item = data };

	(void)answer;
	(void)err;
	run_warn(child, "careful");
	run_emit(child, &step); /* a pointer cannot be told */
	for (size_t i = 1; i <= 3; i++)
		run_progress(child, "fetch", i, 3);
	run_debug(child, "done");
	return 0;
}

static void events_reach_our_listener(void **state)
{
	AUTO_ERR struct err err = { 0 };
	struct bytes answer;

	(void)state;
	assert_int_equal(process_fork(&run, 10000, tell, &run, &answer, &err),
			 0);
	assert_string_equal(str_text(&heard), "2:careful:0/0\n"
					      "3:fetch:1/3\n"
					      "3:fetch:2/3\n"
					      "3:fetch:3/3\n"
					      "0:done:0/0\n");
	assert_int_equal(answer.len, 0);
}

static int learn_a_secret(struct run *child, void *data, struct str *answer,
			  struct err *err)
{
	(void)data;
	(void)answer;
	run_add_secret(child, "from-the-helper", 15);
	return err_set(err, ERR_ACCESS, "refused: from-the-helper");
}

static void a_secret_of_the_child_is_known_to_us(void **state)
{
	AUTO_STR struct str shown = STR_INIT(STR_BIG);
	AUTO_ERR struct err err = { 0 };
	struct bytes answer;

	(void)state;
	run_add_secret(&run, "known-before", 12);
	assert_int_equal(process_fork(&run, 10000, learn_a_secret, NULL,
				      &answer, &err),
			 -1);
	run_redact(&run, &shown, err.msg, strlen(err.msg));
	assert_string_equal(str_text(&shown), "refused: ***");
}

static int sleep_long(struct run *child, void *data, struct str *answer,
		      struct err *err)
{
	(void)child;
	(void)data;
	(void)answer;
	(void)err;
	/* deaf to signals, as libgit2 is in read() */
	for (int64_t until = clock_ms() + 20000; clock_ms() < until;)
		poll(NULL, 0, 10);
	return 0;
}

static void a_child_past_its_time_is_killed(void **state)
{
	AUTO_ERR struct err err = { 0 };
	struct bytes answer;
	int64_t begin = clock_ms();

	(void)state;
	assert_int_equal(process_fork(&run, 200, sleep_long, NULL, &answer,
				      &err),
			 -1);
	assert_int_equal(err.status, ERR_TEMPORARY);
	assert_in_range(clock_ms() - begin, 200, 2000);
}

static void the_deadline_of_the_run_holds_too(void **state)
{
	AUTO_ERR struct err err = { 0 };
	struct bytes answer;

	(void)state;
	run.deadline_ms = clock_ms() + 200;
	assert_int_equal(process_fork(&run, 60000, sleep_long, NULL, &answer,
				      &err),
			 -1);
	assert_int_equal(err.status, ERR_TEMPORARY);
}

static volatile sig_atomic_t cancelled;

static void cancel(int signal)
{
	cancelled = signal;
}

static void a_signal_ends_the_child(void **state)
{
	const struct sigaction action = { .sa_handler = cancel };
	AUTO_ERR struct err err = { 0 };
	struct bytes answer;
	int64_t begin = clock_ms();

	(void)state;
	cancelled = 0;
	run.cancelled = &cancelled;
	sigaction(SIGALRM, &action, NULL);
	alarm(1);
	assert_int_equal(process_fork(&run, 60000, sleep_long, NULL, &answer,
				      &err),
			 -1);
	assert_int_equal(err.status, ERR_CANCELLED);
	assert_in_range(clock_ms() - begin, 900, 4000);
}

static int crash(struct run *child, void *data, struct str *answer,
		 struct err *err)
{
	(void)child;
	(void)answer;
	(void)err;
	if (data)
		kill(getpid(), SIGKILL);
	_exit(0);
}

static void a_child_that_dies_is_an_error(void **state)
{
	AUTO_ERR struct err err = { 0 };
	struct bytes answer;

	(void)state;
	assert_int_equal(process_fork(&run, 10000, crash, &run, &answer, &err),
			 -1);
	assert_int_equal(err.status, ERR_FAILED);
	assert_string_equal(err.msg, "child ended by signal 9");
	err_clear(&err);
	assert_int_equal(process_fork(&run, 10000, crash, NULL, &answer, &err),
			 -1);
	assert_int_equal(err.status, ERR_FAILED);
}

static char mark[] = "/tmp/base_fork_test.XXXXXX";

static int run_a_program(struct run *child, void *data, struct str *answer,
			 struct err *err)
{
	const char *const argv[] = { "sh", "-c", data, NULL };
	struct process_args args = {
		.argv = argv,
		.env = env,
		.timeout_ms = 60000,
		.output_cap = 1000,
	};
	struct process_result result;

	if (process_run(child, &args, &result, err) < 0)
		return -1;
	str_add_bytes(answer, result.output.data, result.output.len);
	return 0;
}

static void a_program_of_the_child_dies_with_it(void **state)
{
	AUTO_ERR struct err err = { 0 };
	struct bytes answer;
	char *script;

	(void)state;
	assert_true(mkstemp(mark) >= 0);
	script = arena_printf(run.arena, "sleep 1; rm %s", mark);
	assert_int_equal(process_fork(&run, 200, run_a_program, script, &answer,
				      &err),
			 -1);
	sleep(1);
	poll(NULL, 0, 300);
	assert_int_equal(unlink(mark), 0); /* still there */
}

static void a_program_of_the_child_can_answer(void **state)
{
	AUTO_ERR struct err err = { 0 };
	struct bytes answer;
	char script[] = "echo hello";

	(void)state;
	assert_int_equal(process_fork(&run, 10000, run_a_program, script,
				      &answer, &err),
			 0);
	assert_string_equal(answer.data, "hello\n");
}

static void remove_mark(void)
{
	unlink(mark);
}

static void the_child_leaves_our_exit_alone(void **state)
{
	AUTO_ERR struct err err = { 0 };
	struct bytes answer;
	char data[] = "x", text[16] = "";
	FILE *file;

	(void)state;
	strcpy(mark + strlen(mark) - 6, "XXXXXX");
	assert_true(mkstemp(mark) >= 0);
	file = fopen(mark, "r+");
	assert_non_null(file);
	/* Not written yet, and not to be written twice. */
	fputs("once", file);
	atexit(remove_mark);
	assert_int_equal(process_fork(&run, 10000, answer_data, data, &answer,
				      &err),
			 0);
	assert_int_equal(access(mark, F_OK), 0);
	rewind(file);
	assert_int_equal(fread(text, 1, sizeof(text) - 1, file), 4);
	assert_string_equal(text, "once");
	fclose(file);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_answer_comes_back_whole),
		TEST(an_answer_may_be_a_mebibyte_and_no_more),
		TEST(errors_statuses_and_hints_come_back),
		TEST(events_reach_our_listener),
		TEST(a_secret_of_the_child_is_known_to_us),
		TEST(a_child_past_its_time_is_killed),
		TEST(the_deadline_of_the_run_holds_too),
		TEST(a_signal_ends_the_child),
		TEST(a_child_that_dies_is_an_error),
		TEST(a_program_of_the_child_dies_with_it),
		TEST(a_program_of_the_child_can_answer),
		TEST(the_child_leaves_our_exit_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
