/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"

#define PARTS 5

static struct run run;
static struct err err;
static volatile sig_atomic_t cancelled;

/* what the parent has heard of each */
static struct {
	struct str lines;
	struct bytes out;
	int status;
} heard[PARTS];
static size_t working, most;

static int set_up(void **state)
{
	(void)state;
	run_init(&run, NULL);
	cancelled = 0;
	run.cancelled = &cancelled;
	for (size_t i = 0; i < PARTS; i++) {
		heard[i].lines = (struct str)STR_INIT(STR_BIG);
		heard[i].status = -1;
	}
	working = most = 0;
	return 0;
}

static int tear_down(void **state)
{
	int status;

	(void)state;
	err_clear(&err);
	for (size_t i = 0; i < PARTS; i++)
		str_release(&heard[i].lines);
	run_release(&run);
	/* Every child was reaped. */
	return waitpid(-1, &status, WNOHANG) == -1 && errno == ECHILD ? 0 : -1;
}

static void on_line(void *data, size_t i, const char *text)
{
	(void)data;
	if (str_equal(text, "begins") && ++working > most)
		most = working;
	str_printf(&heard[i].lines, "[%s]", text);
}

static void on_end(void *data, size_t i, int status, struct bytes out)
{
	(void)data;
	working--;
	heard[i].status = status;
	heard[i].out = out;
}

static int split(size_t at_once, int (*work)(void *, size_t, FILE *, FILE *))
{
	const struct process_parts parts = {
		.n = PARTS,
		.most = at_once,
		.work = work,
		.line = on_line,
		.end = on_end,
	};

	return process_split(&run, &parts, &err);
}

static int write_both(void *data, size_t i, FILE *out, FILE *lines)
{
	(void)data;
	fprintf(lines, "begins\n");
	poll(NULL, 0, 20);
	for (size_t n = 0; n < 30000; n++)
		fprintf(out, "%zu ", i);
	fprintf(lines, "one\ntwo");
	return (int)i;
}

static void each_part_has_its_streams_and_status(void **state)
{
	(void)state;
	assert_int_equal(split(2, write_both), 0);
	for (size_t i = 0; i < PARTS; i++) {
		assert_string_equal(str_text(&heard[i].lines),
				    "[begins][one][two]");
		assert_int_equal(heard[i].status, i);
		assert_int_equal(heard[i].out.len, 60000);
		assert_int_equal(heard[i].out.data[59998], '0' + (char)i);
	}
	assert_in_range(most, 1, 2);
}

static int die(void *data, size_t i, FILE *out, FILE *lines)
{
	(void)data;
	(void)lines;
	fprintf(out, "begun");
	fflush(out);
	if (i == 1)
		raise(SIGKILL);
	return 0;
}

static void a_part_that_dies_ends_alone(void **state)
{
	(void)state;
	assert_int_equal(split(PARTS, die), 0);
	for (size_t i = 0; i < PARTS; i++) {
		assert_int_equal(heard[i].status, i == 1 ? 128 + SIGKILL : 0);
		assert_string_equal(heard[i].out.data, "begun");
	}
}

static void on_terminate(int number)
{
	cancelled = number;
}

/* The first one stops us all; the others see it, as main would. */
static int stop_all(void *data, size_t i, FILE *out, FILE *lines)
{
	(void)data;
	(void)out;
	fprintf(lines, "begins\n");
	if (i == 0)
		kill(getppid(), SIGTERM);
	while (!cancelled)
		poll(NULL, 0, 10);
	return 7;
}

static void a_signal_is_passed_on(void **state)
{
	struct sigaction was, action = { .sa_handler = on_terminate };

	(void)state;
	sigaction(SIGTERM, &action, &was);
	assert_int_equal(split(2, stop_all), -1);
	sigaction(SIGTERM, &was, NULL);
	assert_int_equal(err.status, ERR_CANCELLED);
	assert_int_equal(heard[0].status, 7);
	/* None is begun any more. */
	assert_int_equal(heard[PARTS - 1].status, -1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_part_has_its_streams_and_status),
		TEST(a_part_that_dies_ends_alone),
		TEST(a_signal_is_passed_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
