/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/* Here are the functions behind the macros. */
#undef err_set
#undef err_errno
#undef err_wrap
#undef err_hint

/*
 * Messages are malloc()ed and not of an arena: an error outlives the scratch
 * of the turn that made it, and err_clear() is called where one is dropped.
 */
static PRINTF(1, 0) char *format(const char *fmt, va_list ap)
{
	va_list again;
	char *text;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	if (n < 0)
		abort();
	text = xmalloc((size_t)n + 1);
	vsnprintf(text, (size_t)n + 1, fmt, again);
	va_end(again);
	return text;
}

/* "a: b"; frees both. */
static char *join(char *a, char *b)
{
	size_t a_len = strlen(a), b_size = strlen(b) + 1;
	char *text = xrealloc(a, a_len + 2 + b_size);

	memcpy(text + a_len, ": ", 2);
	memcpy(text + a_len + 2, b, b_size);
	free(b);
	return text;
}

int err_set(struct err *err, enum err_status status, const char *fmt, ...)
{
	va_list ap;

	assert(err->status == ERR_OK && status != ERR_OK);
	va_start(ap, fmt);
	err->msg = format(fmt, ap);
	va_end(ap);
	err->status = status;
	return -1;
}

int err_errno(struct err *err, enum err_status status, const char *fmt, ...)
{
	const int cause = errno;
	va_list ap;

	assert(err->status == ERR_OK && status != ERR_OK);
	va_start(ap, fmt);
	err->msg = join(format(fmt, ap), xstrdup(strerror(cause)));
	va_end(ap);
	err->status = status;
	return -1;
}

int err_wrap(struct err *err, const char *fmt, ...)
{
	va_list ap;

	assert(err->status != ERR_OK);
	for (; err; err = err->next) {
		va_start(ap, fmt);
		err->msg = join(format(fmt, ap), err->msg);
		va_end(ap);
	}
	return -1;
}

int err_hint(struct err *err, const char *fmt, ...)
{
	va_list ap;

	assert(err->status != ERR_OK);
	if (err->hint)
		return -1;
	va_start(ap, fmt);
	err->hint = format(fmt, ap);
	va_end(ap);
	return -1;
}

void err_append(struct err *list, struct err *one)
{
	if (one->status == ERR_OK)
		return;
	if (list->status == ERR_OK) {
		*list = *one;
	} else {
		struct err *copy = xmalloc(sizeof(*copy));

		*copy = *one;
		while (list->next)
			list = list->next;
		list->next = copy;
	}
	*one = (struct err){ 0 };
}

unsigned err_count(const struct err *err)
{
	unsigned n = 0;

	if (err->status == ERR_OK)
		return 0;
	for (; err; err = err->next)
		n++;
	return n;
}

void err_clear(struct err *err)
{
	struct err *next = err->next;

	free(err->msg);
	free(err->hint);
	while (next) {
		struct err *one = next;

		next = one->next;
		free(one->msg);
		free(one->hint);
		free(one);
	}
	*err = (struct err){ 0 };
}
