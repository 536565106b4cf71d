/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOTIFY_NOTIFY_H
#define NOTIFY_NOTIFY_H

/*
 * Notify: tell a webhook how a run ended.  What is told is made elsewhere
 * (report_notices()); here it is sent, signed where there is a key.
 *
 *	X-Gitops-Signature-256: sha256=HEX
 *
 * is the HMAC-SHA-256 of the body, as GitHub signs its webhooks.  That a
 * message was recorded and is played again is seen by its `id` and `sentAt`,
 * which the body holds.
 *
 * It is told also when the run has no time left or was asked to stop, and
 * nothing waits for it longer than NOTIFY_MOST_MS.
 */

#include "base/compiler.h"
#include "base/err.h"
#include "base/run.h"
#include "base/str.h"

#define NOTIFY_MOST_MS 10000

/* Where to. */
struct notify_hook {
	const char *name; /* what the user knows it by: a variable */
	const char *url;
	const char *key; /* to sign with, or NULL */
};

/* From now on neither the URL, whose path is a password in most cases, nor the
 * key is shown. */
void notify_hide(struct run *run, const struct notify_hook *hook);

/*
 * Send JSON bodies.  https only, but for this machine; no redirect is followed;
 * what may pass is tried again.  An error names the hook, and never its URL.
 */
MUST_USE int notify_send(const struct run *run, const struct notify_hook *hook,
			 const struct bytes *bodies, size_t n, struct err *err);

#endif
