/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/kube/wait.h"

#include "base/clock.h"
#include "base/vec.h"
#include "document/document.h"

/* Where --timeout ends the run, this is left to say why. */
#define REPORT_MS 1000

static size_t count_settled(const struct kube_waiting *waiting)
{
	size_t settled = 0;

	for (size_t i = 0; i < waiting->objects.n; i++)
		settled += kube_waited_is_settled(waiting->objects.v[i]);
	return settled;
}

static bool is_over(const struct kube_waiting *waiting)
{
	if (clock_ms() >= waiting->until_ms)
		return true;
	for (size_t i = 0; i < waiting->objects.n; i++)
		if (kube_waited_has_failed(waiting->objects.v[i]))
			return true;
	return count_settled(waiting) == waiting->objects.n;
}

/* "waiting for Deployment demo/web; healthy 3 of 5" */
static void tell(const struct kube_waiting *waiting)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const size_t at_first = waiting->total - waiting->objects.n;

	for (size_t i = 0; i < waiting->objects.n; i++) {
		const struct kube_waited *one = waiting->objects.v[i];

		if (kube_waited_is_settled(one))
			continue;
		run_progress(waiting->kube->run,
			     arena_printf(scratch, "waiting for %s; healthy",
					  object_shown(scratch,
						       one->item->want)),
			     at_first + count_settled(waiting), waiting->total);
		return;
	}
}

/* Is there anything else to do than to go on following? */
static bool enough(void *context)
{
	const struct kube_waiting *waiting = context;

	tell(waiting);
	return is_over(waiting) || kube_waiting_needs_classes(waiting) ||
	       kube_waiting_is_refused(waiting);
}

static int wait_until_over(struct kube_waiting *waiting, struct err *err)
{
	do {
		if (kube_waiting_needs_classes(waiting) &&
		    kube_waiting_ask_classes(waiting, err) < 0)
			return -1;
		if (kube_waiting_is_refused(waiting) &&
		    kube_waiting_narrow(waiting, err) < 0)
			return -1;
		kube_waiting_drop_settled(waiting);
		if (kube_follow(waiting->kube, waiting->sources.v,
				waiting->sources.n, enough, waiting, err) < 0)
			return -1;
	} while (!is_over(waiting));
	return 0;
}

/* What is known of an object outlives the wait. */
static void keep_health(struct kube_waiting *waiting,
			const struct kube_waited *one)
{
	struct arena *arena = waiting->kube->run->arena;
	struct cluster_item *item = one->item;

	item->health = one->now;
	item->health.reason = arena_strdup(arena, one->now.reason);
	if (!kube_waited_is_settled(one) && one->workload.uid)
		item->events = kube_pods_warnings(&waiting->pods, arena,
						  &one->workload);
}

/*
 * What the cluster said when it was read or written.  What is healthy by that
 * need not be asked for again.
 */
static int look_first(struct kube_waiting *waiting, struct cluster_item *item,
		      struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct kube_waited *one = arena_alloc(waiting->arena, sizeof(*one));
	struct bytes text = item->written ? item->merged : item->live;
	json_t *object;

	if (item->proved && !text.len) {
		item->health = (struct health){ HEALTH_CURRENT, "", false };
		return 0;
	}
	one->item = item;
	if (doc_read_json(scratch, "answer of the cluster", text, &object,
			  err) < 0)
		return err_wrap(err, "%s", object_shown(scratch, item->want));
	one->generation = health_generation(object);
	kube_waited_look(waiting, one, object);
	if (kube_waited_is_settled(one))
		keep_health(waiting, one);
	if (!kube_find_resource(waiting->kube, item->want, &one->resource))
		return err_set(err, ERR_TEMPORARY,
			       "this cluster has no kind %s in %s any more",
			       item->want->kind, item->want->api_version);
	if (!kube_waited_is_settled(one))
		*vec_push(waiting->arena, &waiting->objects) = one;
	else if (one->silent && item->written)
		*vec_push(waiting->arena, &waiting->silent) = one;
	return 0;
}

/* What may still pass by itself is no failure but at the end of the time. */
static void conclude(struct kube_waiting *waiting, struct kube_waited *one)
{
	if (one->now.state == HEALTH_FAILED && !kube_waited_has_failed(one) &&
	    clock_ms() < waiting->until_ms)
		one->now.state = HEALTH_IN_PROGRESS;
	keep_health(waiting, one);
}

int kube_wait(void *data, struct cluster_item **items, size_t n,
	      int64_t wait_ms, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct kube *kube = data;
	struct kube_waiting waiting = {
		.kube = kube,
		.arena = arena,
		.total = n,
		.by_uid = map_new(arena),
	};

	waiting.until_ms = clock_ms() - REPORT_MS +
			   run_time_left_ms(kube->run, wait_ms + REPORT_MS);
	kube_pods_init(arena, &waiting.pods);
	for (size_t i = 0; i < n; i++)
		if (look_first(&waiting, items[i], err) < 0)
			return -1;
	if (kube_waiting_ask_promises(&waiting, err) < 0)
		return -1;
	if (!waiting.objects.n)
		return 0;
	kube_waiting_open(&waiting, wait_ms > 0);
	if (wait_until_over(&waiting, err) < 0)
		return -1;
	for (size_t i = 0; i < waiting.objects.n; i++)
		conclude(&waiting, waiting.objects.v[i]);
	return 0;
}
