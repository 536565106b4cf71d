/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* pipe2() */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "base/clock.h"
#include "base/secrets.h"

#define ANSWER_CAP ((size_t)1 << 20)
#define TEXT_CAP   ((size_t)64 << 10) /* of an event, an error, a hint */
#define POLL_MS    50
#define GRACE_MS   500 /* from SIGTERM to SIGKILL */

/*
 * What passes through the pipe: a frame, then `len` bytes.  Both ends are the
 * same program on the same machine, so it is written as it lies in memory.
 */
struct frame {
	enum {
		FRAME_SECRET = 1,
		FRAME_EVENT,
		FRAME_ERROR,
		FRAME_HINT, /* of the error before it */
		FRAME_ANSWER,
		FRAME_END,
	} kind;
	enum event_kind event;
	enum err_status status;
	uint32_t len; /* here, so that there are no bytes between members */
	size_t done, total;
};

/* ---- the child ---- */

struct sender {
	struct run *run;
	int fd;
	size_t n_secrets; /* known to the parent */
};

static volatile sig_atomic_t child_cancelled;

static void on_terminate(int signal)
{
	child_cancelled = signal;
}

static void send_bytes(struct sender *sender, const void *bytes, size_t n)
{
	const char *at = bytes;

	while (n) {
		ssize_t written = write(sender->fd, at, n);

		if (written < 0 && errno == EINTR)
			continue;
		/* Nobody is left to hear why. */
		if (written < 0)
			_exit(1);
		at += written;
		n -= (size_t)written;
	}
}

static void send_frame(struct sender *sender, struct frame frame,
		       const char *text, size_t n)
{
	frame.len = (uint32_t)n;
	send_bytes(sender, &frame, sizeof(frame));
	send_bytes(sender, text, n);
}

static void send_text(struct sender *sender, struct frame frame,
		      const char *text)
{
	send_frame(sender, frame, text, text ? strnlen(text, TEXT_CAP) : 0);
}

/* Before anything that may hold one of them. */
static void send_secrets(struct sender *sender)
{
	const struct secret_list *texts = &sender->run->secrets->texts;

	for (; sender->n_secrets < texts->n; sender->n_secrets++)
		send_frame(sender, (struct frame){ .kind = FRAME_SECRET },
			   texts->v[sender->n_secrets].data,
			   texts->v[sender->n_secrets].len);
}

static void send_event(void *payload, const struct event *event)
{
	struct sender *sender = payload;
	struct frame frame = {
		.kind = FRAME_EVENT,
		.event = event->kind,
		.done = event->done,
		.total = event->total,
	};

	/* An item is a pointer, which means nothing over there. */
	if (event->item)
		return;
	send_secrets(sender);
	send_text(sender, frame, event->text);
}

static void send_errors(struct sender *sender, const struct err *err)
{
	for (; err; err = err->next) {
		struct frame frame = {
			.kind = FRAME_ERROR,
			.status = err->status,
		};

		send_text(sender, frame, err->msg);
		if (err->hint)
			send_text(sender, (struct frame){ .kind = FRAME_HINT },
				  err->hint);
	}
}

/*
 * The handlers of main would set a flag that nobody here reads.  SIGTERM is
 * how the parent asks us to stop; a connection that breaks while we write is
 * an error, not a signal.
 */
static void set_signals(void)
{
	static const int ends[] = { SIGINT, SIGHUP, SIGQUIT };
	struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		struct sigaction was;

		sigaction(ends[i], NULL, &was);
		if (was.sa_handler != SIG_IGN)
			sigaction(ends[i], &action, NULL);
	}
	action.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &action, NULL);
	action.sa_handler = on_terminate;
	sigaction(SIGTERM, &action, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static NORETURN void be_child(const struct run *parent, int64_t until, int fd,
			      int (*work)(struct run *run, void *data,
					  struct str *answer, struct err *err),
			      void *data)
{
	struct run run = *parent;
	struct sender sender = {
		.run = &run,
		.fd = fd,
		.n_secrets = run.secrets->texts.n,
	};
	struct str answer = STR_INIT(ANSWER_CAP);
	struct err err = { 0 };

	set_signals();
	run.deadline_ms = until;
	run.cancelled = &child_cancelled;
	run.emit = send_event;
	run.payload = &sender;
	if (work(&run, data, &answer, &err) == 0 && answer.full)
		err_set(&err, ERR_FAILED, "answer of more than %zu bytes",
			ANSWER_CAP);
	send_secrets(&sender);
	if (err.status)
		send_errors(&sender, &err);
	else
		send_frame(&sender, (struct frame){ .kind = FRAME_ANSWER },
			   str_text(&answer), answer.len);
	send_frame(&sender, (struct frame){ .kind = FRAME_END }, NULL, 0);
	/* Not exit(): what main would do at its end is not ours to do. */
	_exit(0);
}

/* ---- the parent ---- */

struct receiver {
	struct run *run;
	struct str pending; /* bytes of a frame that is not whole yet */
	struct bytes answer;
	struct err failure; /* of `work` */
	bool ended;         /* all frames have come */
};

static void take_frame(struct receiver *receiver, const struct frame *frame,
		       const char *text)
{
	struct run *run = receiver->run;
	struct event event = {
		.kind = frame->event,
		.text = text,
		.done = frame->done,
		.total = frame->total,
	};
	struct err *last = &receiver->failure;
	struct err one = { 0 };

	switch (frame->kind) {
	case FRAME_SECRET:
		run_add_secret(run, text, frame->len);
		break;
	case FRAME_EVENT:
		run_emit(run, &event);
		break;
	case FRAME_ERROR:
		err_set(&one, frame->status, "%s", text);
		err_append(&receiver->failure, &one);
		break;
	case FRAME_HINT:
		while (last->next)
			last = last->next;
		err_hint(last, "%s", text);
		break;
	case FRAME_ANSWER:
		receiver->answer.data = arena_memdup(run->arena, text,
						     (size_t)frame->len + 1);
		receiver->answer.len = frame->len;
		break;
	case FRAME_END:
		receiver->ended = true;
		break;
	}
}

/* Every whole frame that has come. */
static void take_frames(struct receiver *receiver)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct str *pending = &receiver->pending;
	size_t at = 0;

	for (;;) {
		struct frame frame;
		char *text;

		if (pending->len - at < sizeof(frame))
			break;
		memcpy(&frame, pending->data + at, sizeof(frame));
		if (pending->len - at - sizeof(frame) < frame.len)
			break;
		/* A copy, to end it with NUL. */
		text = arena_alloc(scratch, (size_t)frame.len + 1);
		memcpy(text, pending->data + at + sizeof(frame), frame.len);
		take_frame(receiver, &frame, text);
		at += sizeof(frame) + frame.len;
	}
	if (at) {
		memmove(pending->data, pending->data + at, pending->len - at);
		str_cut(pending, pending->len - at);
	}
}

/* 0 at the end of the pipe; -1 where the child has to be stopped. */
static int receive(struct receiver *receiver, int fd, int64_t timeout_ms,
		   struct err *err)
{
	int64_t until = clock_ms() + timeout_ms;
	char piece[65536];

	for (;;) {
		struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

		if (poll(&poll_fd, 1, POLL_MS) > 0) {
			ssize_t n = read(fd, piece, sizeof(piece));

			if (n == 0)
				return 0;
			if (n > 0) {
				str_add_bytes(&receiver->pending, piece,
					      (size_t)n);
				take_frames(receiver);
			}
			if (receiver->ended)
				return 0;
		}
		if (run_check(receiver->run, err) < 0)
			return -1;
		if (clock_ms() >= until)
			return err_set(err, ERR_TEMPORARY,
				       "not done after %lld ms",
				       (long long)timeout_ms);
	}
}

/*
 * Reap the child; kill it and what it has started where it `lingers`.
 * SIGTERM first, so that process_run() over there can kill its own child,
 * which leads another group.
 */
static int reap(pid_t pid, bool lingers)
{
	int64_t until = clock_ms() + GRACE_MS;
	int status = 0;

	if (lingers)
		kill(-pid, SIGTERM);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (clock_ms() >= until) {
			kill(-pid, SIGKILL);
			until = INT64_MAX;
		}
		poll(NULL, 0, 1);
	}
	return status;
}

int process_fork(struct run *run, int64_t timeout_ms,
		 int (*work)(struct run *run, void *data, struct str *answer,
			     struct err *err),
		 void *data, struct bytes *answer, struct err *err)
{
	struct receiver receiver = {
		.run = run,
		.pending = STR_INIT(STR_BIG),
	};
	pid_t parent = getpid();
	pid_t pid;
	int ends[2], status, stopped;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_errno(err, ERR_FAILED, "make a pipe");
	pid = fork();
	if (pid == 0) {
		int64_t now = clock_ms();

		setpgid(0, 0);
#ifdef __linux__
		/* Killed, the parent cannot end us itself. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
#endif
		close(ends[0]);
		be_child(run, now + run_time_left_ms(run, timeout_ms), ends[1],
			 work, data);
	}
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return err_errno(err, ERR_FAILED, "start a child");
	}
	/* Here as well as there: whoever is first, the group is made. */
	setpgid(pid, pid);
	stopped = receive(&receiver, ends[0], timeout_ms, err);
	status = reap(pid, stopped < 0);
	close(ends[0]);
	str_release(&receiver.pending);
	if (stopped == 0 && !receiver.ended)
		stopped = WIFSIGNALED(status) ?
				  err_set(err, ERR_FAILED,
					  "child ended by signal %d",
					  WTERMSIG(status)) :
				  err_set(err, ERR_FAILED,
					  "child ended before it answered");
	if (stopped < 0) {
		err_clear(&receiver.failure);
		return -1;
	}
	if (receiver.failure.status) {
		err_append(err, &receiver.failure);
		return -1;
	}
	*answer = receiver.answer;
	return 0;
}
