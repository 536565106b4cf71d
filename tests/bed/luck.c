/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Preloaded into a program it has bad luck:
 *
 *	MALLOC_AT=N       from the N-th allocation on there is no memory
 *	AHEAD=S           the wall clock is so many seconds ahead,
 *	JUMP_AT=N         until somebody looks at it for the N-th time
 *	silent.test       is a name that no name server ever answers
 *	refused.test      is one for which none has an answer just now
 *
 * Children start anew.
 */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define HOUR 3600

static long memory;
static long looks;
static long ahead;

static long number(const char *name)
{
	const char *text = getenv(name);

	return text ? strtol(text, NULL, 10) : 0;
}

__attribute__((constructor)) static void begin(void)
{
	memory = number("MALLOC_AT");
	looks = number("JUMP_AT");
	ahead = number("AHEAD");
}

#define REAL(name) ((__typeof__(name) *)dlsym(RTLD_NEXT, #name))

/* glibc's own names: dlsym() itself allocates. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *old, size_t size);

static int is_out(void)
{
	if (memory <= 0 || (memory > 1 && memory--))
		return 0;
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t size)
{
	return is_out() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return is_out() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
	return is_out() ? NULL : __libc_realloc(old, size);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	const int status = REAL(clock_gettime)(clock, now);

	if (clock != CLOCK_REALTIME)
		return status;
	if (looks > 0 && --looks == 0)
		ahead = 0;
	now->tv_sec += ahead;
	return status;
}

time_t time(time_t *out)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (out)
		*out = now.tv_sec;
	return now.tv_sec;
}

int getaddrinfo(const char *node, const char *service,
		const struct addrinfo *hints, struct addrinfo **out)
{
	if (node && strcmp(node, "silent.test") == 0)
		for (;;)
			sleep(HOUR);
	if (node && strcmp(node, "refused.test") == 0)
		return EAI_AGAIN;
	return REAL(getaddrinfo)(node, service, hints, out);
}
