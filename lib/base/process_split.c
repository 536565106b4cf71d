/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* pipe2() */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "base/process.h"

#define POLL_MS     50
#define LINE_CAP    ((size_t)64 << 10)
#define EXIT_SIGNAL 128

/* A part, as the parent sees it. */
struct part {
	pid_t pid;
	int lines;          /* the end of the pipe that we read; -1: closed */
	int out;            /* a file without a name; -1: none */
	struct str pending; /* a line that is not whole yet */
};

struct split {
	struct run *run;
	const struct process_parts *parts;
	struct part *v;
	struct pollfd *fds;
	size_t begun, ended;
	bool stopped; /* they were told so */
};

/* ---- a part ---- */

/* Main's handlers are ours, too: the first signal asks us to stop. */
static NORETURN void be_part(const struct split *split, size_t i, int lines,
			     pid_t parent)
{
	const struct process_parts *parts = split->parts;
	FILE *out = fdopen(split->v[i].out, "w");
	FILE *err = fdopen(lines, "w");
	int status;

	/* A terminal sends its signals to the parent alone, which passes them
	 * on once. */
	setpgid(0, 0);
#ifdef __linux__
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(1);
#endif
	if (!out || !err)
		abort();
	setvbuf(err, NULL, _IOLBF, 0);
	status = parts->work(parts->data, i, out, err);
	fflush(err);
	fflush(out);
	/* Not exit(): what main would do at its end is not ours to do. */
	_exit(status);
}

/* ---- the parent ---- */

/* A file that has no name any more; -1 where there is none. */
static int open_file(void)
{
	char name[] = P_tmpdir "/gitops-XXXXXX";
	const int fd = mkostemp(name, O_CLOEXEC);

	if (fd >= 0)
		unlink(name);
	return fd;
}

static int begin(struct split *split, struct err *err)
{
	const size_t i = split->begun;
	struct part *part = &split->v[i];
	const pid_t parent = getpid();
	int ends[2];

	part->pending = (struct str)STR_INIT(LINE_CAP);
	part->out = open_file();
	if (part->out < 0)
		return err_errno(err, ERR_FAILED, "make a temporary file");
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_errno(err, ERR_FAILED, "make a pipe");
	/* What is buffered would be written by both. */
	fflush(NULL);
	part->pid = fork();
	if (part->pid == 0) {
		close(ends[0]);
		be_part(split, i, ends[1], parent);
	}
	close(ends[1]);
	if (part->pid < 0) {
		close(ends[0]);
		return err_errno(err, ERR_FAILED, "start a child");
	}
	setpgid(part->pid, part->pid);
	part->lines = ends[0];
	split->begun++;
	return 0;
}

static void tell_line(const struct split *split, size_t i)
{
	struct str *pending = &split->v[i].pending;

	if (pending->len)
		split->parts->line(split->parts->data, i, str_text(pending));
	str_clear(pending);
}

/* The end of a line that is longer than the cap is lost. */
static void take_lines(const struct split *split, size_t i, const char *text,
		       size_t n)
{
	struct str *pending = &split->v[i].pending;
	const char *end;

	while ((end = memchr(text, '\n', n))) {
		const size_t len = (size_t)(end - text);

		str_add_bytes(pending, text, len);
		tell_line(split, i);
		text += len + 1;
		n -= len + 1;
	}
	str_add_bytes(pending, text, n);
}

static struct bytes read_all(struct arena *arena, int fd)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	char piece[65536];
	off_t at = 0;
	size_t len;
	ssize_t n;

	while ((n = pread(fd, piece, sizeof(piece), at)) > 0) {
		str_add_bytes(&text, piece, (size_t)n);
		at += n;
	}
	len = text.len;
	return (struct bytes){ str_keep(&text, arena), len };
}

static void finish(struct split *split, size_t i)
{
	const struct process_parts *parts = split->parts;
	struct part *part = &split->v[i];
	int status = 0;

	tell_line(split, i);
	close(part->lines);
	part->lines = -1;
	while (waitpid(part->pid, &status, 0) < 0 && errno == EINTR)
		;
	split->ended++;
	parts->end(parts->data, i,
		   WIFSIGNALED(status) ? EXIT_SIGNAL + WTERMSIG(status) :
					 WEXITSTATUS(status),
		   read_all(split->run->arena, part->out));
}

static void receive(struct split *split, size_t i)
{
	char piece[4096];
	const ssize_t n = read(split->v[i].lines, piece, sizeof(piece));

	if (n > 0)
		take_lines(split, i, piece, (size_t)n);
	else if (n == 0 || errno != EINTR)
		finish(split, i);
}

/* A second signal ends this process, and with it, as they see it, them. */
static void stop(struct split *split)
{
	if (split->stopped || !split->run->cancelled || !*split->run->cancelled)
		return;
	split->stopped = true;
	for (size_t i = 0; i < split->begun; i++)
		if (split->v[i].lines >= 0)
			kill(split->v[i].pid, SIGTERM);
}

static void wait_some(struct split *split)
{
	for (size_t i = 0; i < split->begun; i++)
		split->fds[i] = (struct pollfd){
			.fd = split->v[i].lines,
			.events = POLLIN,
		};
	if (poll(split->fds, split->begun, POLL_MS) > 0)
		for (size_t i = 0; i < split->begun; i++)
			if (split->fds[i].revents)
				receive(split, i);
	stop(split);
}

static int run_parts(struct split *split, struct err *err)
{
	const struct process_parts *parts = split->parts;

	while (split->begun < parts->n && !split->stopped) {
		if (split->begun - split->ended < parts->most) {
			if (begin(split, err) < 0)
				return -1;
		} else {
			wait_some(split);
		}
	}
	return 0;
}

int process_split(struct run *run, const struct process_parts *parts,
		  struct err *err)
{
	struct split split = {
		.run = run,
		.parts = parts,
		.v = arena_array(run->arena, parts->n, sizeof(*split.v)),
		.fds = arena_array(run->arena, parts->n, sizeof(*split.fds)),
	};
	int status;

	for (size_t i = 0; i < parts->n; i++)
		split.v[i].out = split.v[i].lines = -1;
	status = run_parts(&split, err);

	/* Those that have begun end by themselves. */
	while (split.ended < split.begun)
		wait_some(&split);
	for (size_t i = 0; i < parts->n; i++) {
		if (split.v[i].out >= 0)
			close(split.v[i].out);
		str_release(&split.v[i].pending);
	}
	return status < 0 || !split.stopped ? status : run_check(run, err);
}
