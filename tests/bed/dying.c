/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Preloaded into a program it ends it, as SIGKILL would, right before the
 * DIE_AT-th call that changes a name of the file system.  Children are not
 * counted.
 */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static long left;
static pid_t process;

__attribute__((constructor)) static void begin(void)
{
	const char *at = getenv("DIE_AT");

	left = at ? strtol(at, NULL, 10) : 0;
	process = getpid();
}

static void count(void)
{
	if (left > 0 && getpid() == process && --left == 0)
		kill(process, SIGKILL);
}

#define REAL(name) ((__typeof__(name) *)dlsym(RTLD_NEXT, #name))

int rename(const char *from, const char *to)
{
	count();
	return REAL(rename)(from, to);
}

int link(const char *from, const char *to)
{
	count();
	return REAL(link)(from, to);
}

int symlink(const char *to, const char *path)
{
	count();
	return REAL(symlink)(to, path);
}

int unlink(const char *path)
{
	count();
	return REAL(unlink)(path);
}

int rmdir(const char *path)
{
	count();
	return REAL(rmdir)(path);
}

int mkdir(const char *path, mode_t mode)
{
	count();
	return REAL(mkdir)(path, mode);
}

int open64(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	if (flags & O_CREAT) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
		count();
	}
	return REAL(open64)(path, flags, mode);
}
