/* SPDX-License-Identifier: Apache-2.0 */

/*
 * gitops: make a cluster match a git repository.
 *
 * The process around a command: what it leaves behind when it dies, how a
 * signal stops it, and what its end means to the caller.
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "document/document.h"

#define EXIT_ERROR 2 /* as cmd_exit_status() has it for ERR_FAILED */

extern char **environ;

const struct cmd *const cmd_all[] = {
	&cmd_sync,   &cmd_diff,     &cmd_release, &cmd_render,
	&cmd_status, &cmd_rollback, &cmd_history, &cmd_completion,
	&cmd_help,   &cmd_version,  NULL,
};

/* ---- signals ---- */

static const int stopping[] = { SIGHUP, SIGINT, SIGTERM };
static volatile sig_atomic_t cancelled;

/* The first signal asks the run to stop, the next one kills. */
static void on_signal(int number)
{
	cancelled = number;
	for (size_t i = 0; i < ARRAY_LEN(stopping); i++)
		signal(stopping[i], SIG_DFL);
}

/*
 * SIGPIPE is ignored because it cannot tell stdout from a connection that the
 * server has closed; the report finds out that nobody reads, and the process
 * dies of it at its end.
 */
static void catch_signals(void)
{
	struct sigaction catch = { .sa_handler = on_signal };
	struct sigaction was;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&catch.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(stopping); i++)
		sigaddset(&catch.sa_mask, stopping[i]);
	for (size_t i = 0; i < ARRAY_LEN(stopping); i++) {
		/* Under nohup, or in a script's background: stay deaf. */
		if (sigaction(stopping[i], NULL, &was) == 0 &&
		    was.sa_handler != SIG_IGN)
			sigaction(stopping[i], &catch, NULL);
	}
}

/* Die as the signal would have it, so that a shell's loop stops, too. */
static void die_of(int number)
{
	sigset_t set;

	signal(number, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(number);
}

/* ---- the process ---- */

/*
 * A closed stdin, stdout or stderr would be the number of the next file we
 * open, and our output its content.  What stands in for it cannot be written,
 * so that a lost result is still found out.
 */
static void fill_streams(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
		    open("/dev/null", O_RDONLY) < 0)
			return;
}

/* Credentials are in memory: neither a core dump nor another process of the
 * same user gets to see it. */
static void hide_memory(void)
{
	const struct rlimit none = { 0 };

	setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__ /* LSan looks at us from another process */
	prctl(PR_SET_DUMPABLE, 0);
#endif
}

/* There is none for an error, nor for what cmd_exit_status() would ask. */
static void out_of_memory(void)
{
	static const char text[] = "gitops: out of memory\n";

	const ssize_t n = write(STDERR_FILENO, text, sizeof(text) - 1);

	(void)n;
	_exit(EXIT_ERROR);
}

/* ---- commands ---- */

static const struct cmd *find(const char *name, struct err *err)
{
	const char *names[ARRAY_LEN(cmd_all)] = { 0 };
	const char *nearest;

	for (size_t i = 0; cmd_all[i]; i++) {
		if (strcmp(cmd_all[i]->name, name) == 0)
			return cmd_all[i];
		names[i] = cmd_all[i]->name;
	}
	nearest = str_nearest(name, names);
	if (*name == '-')
		err_set(err, ERR_USAGE,
			"a command comes first, then options such as '%s'",
			name);
	else if (nearest)
		err_set(err, ERR_USAGE,
			"unknown command '%s'; did you mean '%s'?", name,
			nearest);
	else
		err_set(err, ERR_USAGE, "unknown command '%s'", name);
	return NULL;
}

/* The command of this command line, with its own arguments; or NULL. */
static const struct cmd *choose(struct run *run, int *argc, char ***argv,
				struct err *err)
{
	const struct cmd *cmd;
	const char *name;

	if (*argc < 2) {
		err_set(err, ERR_USAGE, "name a command");
		return NULL;
	}
	name = (*argv)[1];
	*argc -= 2;
	*argv += 2;
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		return &cmd_help;
	if (strcmp(name, "--version") == 0)
		return &cmd_version;
	cmd = find(name, err);
	if (cmd && opt_wants_help(run->arena, cmd->opts, *argc, *argv)) {
		/* "gitops sync --help" is "gitops help sync". */
		*argc = 1;
		*argv = arena_array(run->arena, 2, sizeof(**argv));
		(*argv)[0] = arena_strdup(run->arena, cmd->name);
		return &cmd_help;
	}
	return cmd;
}

static int run_command(struct run *run, int argc, char **argv)
{
	struct report_args args = { .out = stdout, .err = stderr };
	AUTO_ERR struct err err = { 0 };
	struct report *report = NULL;
	const struct cmd *cmd;
	int status = -1;

	cmd = choose(run, &argc, &argv, &err);
	if (cmd)
		status = cmd->fn(run, argc, argv, &report, &err);
	if (status < 0)
		status = cmd_exit_status(run, &err);
	if (err.status == ERR_USAGE)
		err_hint(&err, "see 'gitops %s%s--help'", cmd ? cmd->name : "",
			 cmd ? " " : "");
	if (!report) {
		args.command = cmd ? cmd->name : NULL;
		report_open(run, &args, &report);
	}
	return report_close(report, status, &err);
}

int main(int argc, char **argv)
{
	struct run run;
	int status;

	fill_streams();
	hide_memory();
	catch_signals();
	xmalloc_or(out_of_memory);
	doc_init();
	run_init(&run, (const char *const *)environ);
	run.cancelled = &cancelled;

	status = run_command(&run, argc, argv);

	run_release(&run);
	if (status > CMD_EXIT_SIGNAL)
		die_of(status - CMD_EXIT_SIGNAL);
	return status;
}
