/* SPDX-License-Identifier: Apache-2.0 */
#include "git/inside.h"

#include "base/str.h"

/* libgit2 begins some sentences with a capital and ends some with a stop. */
static const char *tidy(struct str *out, const char *text)
{
	str_add(out, text);
	while (out->len && (out->data[out->len - 1] == '.' ||
			    out->data[out->len - 1] == '\n' ||
			    out->data[out->len - 1] == ' '))
		str_cut(out, out->len - 1);
	return str_text(out);
}

int(repo_fail)(struct err *err, enum err_status status, const char *fmt, ...)
{
	AUTO_STR struct str cause = STR_INIT(4096);
	AUTO_STR struct str doing = STR_INIT(4096);
	/* At once: any call of libgit2 may replace it. */
	const git_error *last = git_error_last();
	va_list ap;

	tidy(&cause, last && last->message ? last->message : "unknown error");
	va_start(ap, fmt);
	str_vprintf(&doing, fmt, ap);
	va_end(ap);
	return err_set(err, status, "%s: %s", str_text(&doing),
		       str_text(&cause));
}
