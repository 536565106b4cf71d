/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Preloaded into a program it ends it, as SIGKILL would, right before the
 * DIE_AT-th call that changes a name of the file system.  Or the FAIL_AT-th of
 * those that make one, or that write to a file, fails with the errno FAIL_WITH;
 * where there are fewer it makes the file FAIL_LEFT.  Children are not counted.
 */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static long left;
static long sound;
static int with;
static pid_t process;

static long number(const char *name)
{
	const char *text = getenv(name);

	return text ? strtol(text, NULL, 10) : 0;
}

__attribute__((constructor)) static void begin(void)
{
	left = number("DIE_AT");
	sound = number("FAIL_AT");
	with = (int)number("FAIL_WITH");
	process = getpid();
}

__attribute__((destructor)) static void end(void)
{
	const char *path = getenv("FAIL_LEFT");

	if (path && sound > 0 && getpid() == process)
		close(open(path, O_WRONLY | O_CREAT, 0600));
}

/* Is this the call that fails? */
static bool fails(void)
{
	if (sound <= 0 || getpid() != process || --sound)
		return false;
	errno = with;
	return true;
}

static void dies(void)
{
	if (left > 0 && getpid() == process && --left == 0)
		kill(process, SIGKILL);
}

static bool fails_or_dies(void)
{
	dies();
	return fails();
}

#define REAL(name) ((__typeof__(name) *)dlsym(RTLD_NEXT, #name))

int rename(const char *from, const char *to)
{
	return fails_or_dies() ? -1 : REAL(rename)(from, to);
}

int link(const char *from, const char *to)
{
	return fails_or_dies() ? -1 : REAL(link)(from, to);
}

int symlink(const char *to, const char *path)
{
	return fails_or_dies() ? -1 : REAL(symlink)(to, path);
}

int unlink(const char *path)
{
	dies();
	return REAL(unlink)(path);
}

int rmdir(const char *path)
{
	dies();
	return REAL(rmdir)(path);
}

int mkdir(const char *path, mode_t mode)
{
	return fails_or_dies() ? -1 : REAL(mkdir)(path, mode);
}

int open64(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	if (flags & O_CREAT) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
		if (fails_or_dies())
			return -1;
	}
	return REAL(open64)(path, flags, mode);
}

int mkostemp64(char *path, int flags)
{
	return fails_or_dies() ? -1 : REAL(mkostemp64)(path, flags);
}

int fsync(int fd)
{
	return fails() ? -1 : REAL(fsync)(fd);
}

/* Not to the streams of the terminal. */
ssize_t write(int fd, const void *bytes, size_t n)
{
	return fd > 2 && fails() ? -1 : REAL(write)(fd, bytes, n);
}
