/* SPDX-License-Identifier: Apache-2.0 */
#include "apply/lock.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "document/document.h"

#define POLL_MS    1000
#define SPARE_S    10      /* beyond the end of the run */
#define FOREVER_MS 3600000 /* of a run without an end */

struct apply_lock {
	struct run *run;
	struct cluster *cluster;
	const struct apply_holder *holder;
	struct object *leases;
	struct cluster_item *items;
	size_t n;
};

/* Also what is left of a call that has ended the run. */
static void clear_errors(void *handle)
{
	const struct apply_lock *lock = handle;

	for (size_t i = 0; i < lock->n; i++)
		err_clear(&lock->items[i].err);
}

static void init_lock(struct run *run, struct cluster *cluster,
		      const struct apply_records *records,
		      const struct apply_holder *holder,
		      struct apply_lock *lock)
{
	struct arena *arena = run->arena;

	*lock = (struct apply_lock){ .run = run,
				     .cluster = cluster,
				     .holder = holder,
				     .n = records->n };
	lock->leases = arena_array(arena, lock->n, sizeof(*lock->leases));
	lock->items = arena_array(arena, lock->n, sizeof(*lock->items));
	arena_defer(arena, clear_errors, lock);
	for (size_t i = 0; i < lock->n; i++) {
		const struct record *record = &records->v[i];

		lock->leases[i] = (struct object){
			.api_version = "coordination.k8s.io/v1",
			.group = "coordination.k8s.io",
			.version = "v1",
			.kind = "Lease",
			.namespace = record->namespace,
			.name = record_name(arena, record, 0),
			.origin = "",
			.app = record->app,
		};
		lock->items[i].want = &lock->leases[i];
	}
}

static struct cluster_item **items_of(struct apply_lock *lock)
{
	struct cluster_item **out = arena_array(lock->run->arena, lock->n,
						sizeof(*out));

	for (size_t i = 0; i < lock->n; i++)
		out[i] = &lock->items[i];
	return out;
}

/* ---- who holds it ---- */

/* "4711 host ann@host": does that process run, as far as we can tell? */
static bool may_live(const struct apply_lock *lock, const char *identity)
{
	const char *host = strchr(identity, ' ');
	const size_t n = strlen(lock->holder->host);
	long number;

	if (!host || strncmp(host + 1, lock->holder->host, n) != 0 ||
	    host[1 + n] != ' ')
		return true;
	number = strtol(identity, NULL, 10);
	if (number == lock->holder->pid)
		return false;
	return number <= 0 || kill((pid_t)number, 0) == 0 || errno != ESRCH;
}

static const char *who_of(const char *identity)
{
	const char *host = strchr(identity, ' ');
	const char *who = host ? strchr(host + 1, ' ') : NULL;

	return who ? who + 1 : identity;
}

/* Who holds one of the Leases and may still be at it; or NULL. */
static const char *holder_of(const struct apply_lock *lock,
			     const struct cluster_item *item)
{
	struct arena *arena = lock->run->arena;
	AUTO_ERR struct err none = { 0 };
	const char *identity, *renewed;
	int64_t seconds, when;
	json_t *live;

	if (!item->live.len ||
	    doc_read_json(arena, "lease", item->live, &live, &none) < 0)
		return NULL;
	identity = doc_get_string(live, "spec", "holderIdentity", NULL);
	renewed = doc_get_string(live, "spec", "renewTime", NULL);
	seconds = json_integer_value(
		doc_get(live, "spec", "leaseDurationSeconds", NULL));
	if (!identity || !*identity || !may_live(lock, identity))
		return NULL;
	if (renewed && clock_parse_rfc3339(renewed, &when, &none) == 0 &&
	    when + seconds < clock_wall())
		return NULL;
	return arena_printf(arena, "%s, since %s", who_of(identity),
			    renewed ? renewed : "an unknown time");
}

/* ---- reading and writing ---- */

/* Advisory: whoever may not use Leases works without. */
static bool is_denied(struct apply_lock *lock)
{
	bool denied = false;

	for (size_t i = 0; i < lock->n; i++) {
		struct err *err = &lock->items[i].err;

		if (err->status == ERR_OK)
			continue;
		run_debug(lock->run, "no lock for app %s: %s",
			  lock->leases[i].app, err->msg);
		denied |= err->status != ERR_REFUSED;
		err_clear(err);
	}
	return denied;
}

static const char *version_of(struct arena *arena, struct bytes live)
{
	AUTO_ERR struct err none = { 0 };
	json_t *value;

	if (!live.len || doc_read_json(arena, "lease", live, &value, &none) < 0)
		return NULL;
	return doc_get_string(value, "metadata", "resourceVersion", NULL);
}

/* With `holder` it is ours for so many seconds, with NULL nobody's. */
static json_t *compose(const struct apply_lock *lock, size_t i,
		       const char *holder, int64_t seconds)
{
	struct arena *arena = lock->run->arena;
	const struct cluster_item *item = &lock->items[i];
	const char *now = clock_rfc3339(arena, clock_wall());
	const char *micro = arena_printf(arena, "%.19s.000000Z", now);
	const char *version = version_of(arena, item->live);
	json_t *doc = doc_object(arena);

	doc_set_string(doc, "coordination.k8s.io/v1", "apiVersion", NULL);
	doc_set_string(doc, "Lease", "kind", NULL);
	doc_set_string(doc, lock->leases[i].name, "metadata", "name", NULL);
	doc_set_string(doc, lock->leases[i].namespace, "metadata", "namespace",
		       NULL);
	if (version)
		doc_set_string(doc, version, "metadata", "resourceVersion",
			       NULL);
	if (!holder)
		return doc;
	doc_set_string(doc, holder, "spec", "holderIdentity", NULL);
	doc_set_string(doc, micro, "spec", "acquireTime", NULL);
	doc_set_string(doc, micro, "spec", "renewTime", NULL);
	doc_set(doc, doc_keep(arena, json_integer(seconds)), "spec",
		"leaseDurationSeconds", NULL);
	return doc;
}

static int write_leases(struct apply_lock *lock, const char *holder,
			struct err *err)
{
	int64_t seconds = run_time_left_ms(lock->run, FOREVER_MS) / 1000 +
			  SPARE_S;

	for (size_t i = 0; i < lock->n; i++) {
		lock->leases[i].doc = compose(lock, i, holder, seconds);
		lock->items[i].written = false;
	}
	return cluster_apply(lock->cluster, items_of(lock), lock->n, err);
}

static int read_leases(struct apply_lock *lock, struct err *err)
{
	for (size_t i = 0; i < lock->n; i++)
		lock->leases[i].doc = NULL;
	return cluster_read(lock->cluster, items_of(lock), lock->n, err);
}

/* ---- the lock ---- */

static int fail_held(const struct apply_lock *lock, size_t i,
		     const char *holder, struct err *err)
{
	err_set(err, ERR_TEMPORARY, "app %s is being synced by %s",
		lock->leases[i].app, holder);
	return err_hint(err,
			"wait for it with --wait-lock 10m; if it is no more, "
			"delete Lease %s/%s",
			lock->leases[i].namespace, lock->leases[i].name);
}

static const char *find_holder(const struct apply_lock *lock, size_t *which)
{
	for (size_t i = 0; i < lock->n; i++) {
		const char *holder = holder_of(lock, &lock->items[i]);

		if (!holder)
			continue;
		*which = i;
		return holder;
	}
	return NULL;
}

/* Somebody else has written one of them since we have read it. */
static bool was_refused(struct apply_lock *lock)
{
	bool refused = false;

	for (size_t i = 0; i < lock->n; i++) {
		if (lock->items[i].err.status != ERR_REFUSED)
			continue;
		refused = true;
		err_clear(&lock->items[i].err);
	}
	return refused;
}

int apply_lock(struct run *run, struct cluster *cluster,
	       const struct apply_records *records,
	       const struct apply_holder *holder, int64_t wait_s,
	       struct apply_lock **out, struct err *err)
{
	struct apply_lock *lock = arena_alloc(run->arena, sizeof(*lock));
	const int64_t until = clock_ms() + wait_s * 1000;
	const char *identity = arena_printf(run->arena, "%ld %s %s",
					    holder->pid, holder->host,
					    holder->who);
	const char *held;
	size_t which = 0;

	*out = NULL;
	init_lock(run, cluster, records, holder, lock);
	for (;;) {
		if (read_leases(lock, err) < 0)
			return -1;
		if (is_denied(lock))
			return 0;
		held = find_holder(lock, &which);
		if (!held)
			break;
		if (clock_ms() >= until)
			return fail_held(lock, which, held, err);
		run_progress(run, "waiting for the lock", 0, 0);
		if (run_pause(run, POLL_MS, err) < 0)
			return -1;
	}
	if (write_leases(lock, identity, err) < 0)
		return -1;
	if (was_refused(lock)) {
		/* Or our own write was done, of which we got no answer. */
		if (read_leases(lock, err) < 0)
			return -1;
		held = find_holder(lock, &which);
		if (held)
			return fail_held(lock, which, held, err);
	}
	if (!is_denied(lock))
		*out = lock;
	return 0;
}

void apply_unlock(struct apply_lock *lock)
{
	AUTO_ERR struct err err = { 0 };

	if (!lock || run_check(lock->run, &err) < 0)
		return;
	for (size_t i = 0; i < lock->n; i++)
		if (lock->items[i].merged.len)
			lock->items[i].live = lock->items[i].merged;
	if (write_leases(lock, NULL, &err) < 0)
		run_debug(lock->run, "the lock stays until it expires: %s",
			  err.msg);
	(void)is_denied(lock);
}
