/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* pipe2(), posix_spawn_file_actions_addchdir_np() */
#include "base/process.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

#define ERRORS_CAP ((size_t)4 << 10)

/* How soon a wish to stop, or an end without the end of a pipe (which a
 * grandchild may hold open), is noticed. */
#define POLL_MS 50

/* A program at work, as process_run() sees it. */
struct child {
	pid_t pid;
	bool group; /* it leads a process group of its own */
	bool reaped;
	int status; /* waitpid()'s */
	int in;     /* our ends of its pipes, or -1 */
	int out;
	int err;
	struct bytes input; /* what is left to write */
	struct str output;
	struct str errors;
};

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static bool is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       access(path, X_OK) == 0;
}

const char *process_find(struct run *run, const char *program)
{
	const char *path = run_env(run, "PATH");

	if (!*program)
		return NULL;
	if (strchr(program, '/'))
		return *program == '/' && is_program(program) ?
			       arena_strdup(run->arena, program) :
			       NULL;
	if (!path)
		path = "/usr/local/bin:/usr/bin:/bin";
	while (*path) {
		size_t n = strcspn(path, ":");

		if (*path == '/') {
			const char *full = arena_printf(run->arena, "%.*s/%s",
							(int)n, path, program);

			if (is_program(full))
				return full;
		}
		path += n;
		path += *path == ':';
	}
	return NULL;
}

/* An end of a pipe for the child, and ours, which does not block. */
static int open_pipe(int *ours, int *theirs, bool we_read)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	*ours = ends[we_read ? 0 : 1];
	*theirs = ends[we_read ? 1 : 0];
	return fcntl(*ours, F_SETFL, O_NONBLOCK);
}

/* POSIX has argv and environment without the const they deserve, for the sake
 * of old programs; it changes neither. */
static char *const *strings(const char *const *const_strings)
{
	char *const *same;

	memcpy(&same, &const_strings, sizeof(same));
	return same;
}

/*
 * posix_spawn() with descriptors 0, 1 and 2 as given (-1: ours, but
 * /dev/null for standard input) and no other.  Returns an errno, or 0.
 */
static int spawn(struct child *child, const char *program,
		 const struct process_args *args, const int theirs[3])
{
	static const char *const no_env[] = { NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t signals;
	short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
	int status;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	for (int fd = 0; fd < 3; fd++) {
		if (theirs[fd] >= 0)
			posix_spawn_file_actions_adddup2(&actions, theirs[fd],
							 fd);
	}
	if (theirs[0] < 0 && !args->inherit_terminal)
		posix_spawn_file_actions_addopen(&actions, 0, "/dev/null",
						 O_RDONLY, 0);
	posix_spawn_file_actions_addclosefrom_np(&actions, 3);
	posix_spawn_file_actions_addchdir_np(&actions,
					     args->dir ? args->dir : "/");

	/* A signal that we ignore (SIGPIPE) would stay ignored. */
	sigemptyset(&signals);
	posix_spawnattr_setsigmask(&attr, &signals);
	sigaddset(&signals, SIGPIPE);
	posix_spawnattr_setsigdefault(&attr, &signals);
	if (child->group) {
		flags |= POSIX_SPAWN_SETPGROUP;
		posix_spawnattr_setpgroup(&attr, 0);
	}
	posix_spawnattr_setflags(&attr, flags);

	status = posix_spawn(&child->pid, program, &actions, &attr,
			     strings(args->argv),
			     strings(args->env ? args->env : no_env));
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return status;
}

static int start(struct child *child, const char *program,
		 const struct process_args *args, struct err *err)
{
	int theirs[3] = { -1, -1, -1 }, cause = 0;

	/* A program that may ask on the terminal has to stay in the group
	 * that owns the terminal. */
	child->group = !args->inherit_terminal;
	if ((args->input.len && open_pipe(&child->in, &theirs[0], false) < 0) ||
	    open_pipe(&child->out, &theirs[1], true) < 0 ||
	    (!args->inherit_terminal &&
	     open_pipe(&child->err, &theirs[2], true) < 0))
		cause = errno;
	if (!cause)
		cause = spawn(child, program, args, theirs);
	for (int fd = 0; fd < 3; fd++)
		close_end(&theirs[fd]);
	if (cause) {
		errno = cause;
		return err_errno(err,
				 cause == ENOENT ? ERR_NOT_FOUND : ERR_FAILED,
				 "start %s", program);
	}
	return 0;
}

static void kill_child(struct child *child)
{
	if (child->group)
		kill(-child->pid, SIGKILL);
	kill(child->pid, SIGKILL);
}

static void feed(struct child *child)
{
	ssize_t n = write(child->in, child->input.data, child->input.len);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0) {
		child->input.data += n;
		child->input.len -= (size_t)n;
	}
	/* A program need not read all that we have for it. */
	if (n < 0 || !child->input.len)
		close_end(&child->in);
}

/* Take what there is; the end of the pipe closes it. */
static void drain(int *fd, struct str *into, bool cut)
{
	char piece[65536];
	ssize_t n = read(*fd, piece, sizeof(piece));
	size_t free_room = into->cap_bytes - into->len;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		close_end(fd);
		return;
	}
	if (cut && (size_t)n > free_room)
		n = (ssize_t)free_room;
	str_add_bytes(into, piece, (size_t)n);
}

/* Move bytes for at most `wait_ms`.  False where there was nothing to do. */
static bool attend(struct child *child, int wait_ms)
{
	struct pollfd fds[] = {
		{ .fd = child->in, .events = POLLOUT },
		{ .fd = child->out, .events = POLLIN },
		{ .fd = child->err, .events = POLLIN },
	};

	if (poll(fds, ARRAY_LEN(fds), wait_ms) <= 0)
		return false;
	if (fds[0].revents)
		feed(child);
	if (fds[1].revents)
		drain(&child->out, &child->output, false);
	if (fds[2].revents)
		drain(&child->err, &child->errors, true);
	return true;
}

static int attend_to_the_end(struct run *run, struct child *child,
			     const struct process_args *args, struct err *err)
{
	int64_t until = clock_ms() + args->timeout_ms;

	for (;;) {
		int wait_ms = child->out < 0 && child->err < 0 ? 1 : POLL_MS;

		if (!child->reaped &&
		    waitpid(child->pid, &child->status, WNOHANG) > 0)
			child->reaped = true;
		if (child->reaped)
			wait_ms = 0;
		if (!attend(child, wait_ms) && child->reaped)
			return 0;
		if (child->output.full)
			return err_set(err, ERR_FAILED,
				       "%s: wrote more than %zu bytes",
				       args->argv[0], args->output_cap);
		if (run_check(run, err) < 0)
			return err_wrap(err, "%s", args->argv[0]);
		if (clock_ms() >= until)
			return err_set(err, ERR_TEMPORARY,
				       "%s: not done after %lld ms",
				       args->argv[0],
				       (long long)args->timeout_ms);
	}
}

static int attend_or_kill(struct run *run, struct child *child,
			  const struct process_args *args, struct err *err)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction was;
	int status;

	/* Writing to a program that has ended is no reason to die. */
	sigaction(SIGPIPE, &ignore, &was);
	status = attend_to_the_end(run, child, args, err);
	sigaction(SIGPIPE, &was, NULL);
	if (!child->reaped) {
		kill_child(child);
		while (waitpid(child->pid, &child->status, 0) < 0 &&
		       errno == EINTR)
			;
	}
	return status;
}

int process_run(struct run *run, const struct process_args *args,
		struct process_result *result, struct err *err)
{
	const char *program = process_find(run, args->argv[0]);
	struct child child = {
		.in = -1,
		.out = -1,
		.err = -1,
		.input = args->input,
		.output = STR_INIT(args->output_cap),
		.errors = STR_INIT(ERRORS_CAP),
	};
	int status;

	assert(args->timeout_ms > 0);
	if (!program)
		return err_set(err, ERR_NOT_FOUND, "%s: no such program",
			       args->argv[0]);
	status = start(&child, program, args, err);
	if (status == 0)
		status = attend_or_kill(run, &child, args, err);
	if (status == 0) {
		*result = (struct process_result){
			.output = { str_keep(&child.output, run->arena),
				    child.output.len },
			.errors = { str_keep(&child.errors, run->arena),
				    child.errors.len },
		};
		result->status = WIFSIGNALED(child.status) ?
					 128 + WTERMSIG(child.status) :
					 WEXITSTATUS(child.status);
	}
	close_end(&child.in);
	close_end(&child.out);
	close_end(&child.err);
	str_release(&child.output);
	str_release(&child.errors);
	return status;
}
