/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/kube/follow.h"

#include "base/clock.h"
#include "base/vec.h"

#define PAGE 500
/* A watch on which nothing happens is not to look like a dead connection. */
#define WATCH_S     25
#define WATCH_BYTES ((size_t)1 << 40)
/* So many streams go at once; with more, each gets its turn, and sooner. */
#define WATCH_MOST   40
#define WATCH_TURN_S 3
#define ROUND_MS     500 /* the least, or a broken proxy would be hammered */

struct source_list {
	struct kube_source **v;
	size_t n;
	size_t room;
};

static int take_listed(void *context, struct bytes item, struct err *err)
{
	struct kube_source *source = context;

	(void)err;
	source->take(source, item, false);
	return 0;
}

static void take_changed(void *context, struct bytes object, bool gone)
{
	struct kube_source *source = context;

	source->take(source, object, gone);
}

static void release_source(void *handle)
{
	struct kube_source *source = handle;

	kube_list_release(&source->list);
	kube_watch_release(&source->watch);
	err_clear(&source->refused);
}

struct kube_source *kube_source_new(struct arena *arena)
{
	struct kube_source *source = arena_alloc(arena, sizeof(*source));

	source->arena = arena;
	source->selector = "";
	kube_list_init(&source->list, take_listed, source);
	kube_watch_init(&source->watch, take_changed, source);
	arena_defer(arena, release_source, source);
	return source;
}

bool kube_source_is_listing(const struct kube_source *source)
{
	return !source->version;
}

/*
 * Who may not see a collection, or finds it gone, goes without; anything else
 * ends the run.
 */
static int refuse(struct kube *kube, struct kube_source *source,
		  struct kube_call *call, struct err *err)
{
	const long status = call->response.status;

	if (status != 403 && status != 404 && status != 405)
		return kube_client_fail(kube->client, call, err);
	(void)kube_client_fail(kube->client, call, &source->refused);
	return 0;
}

/* ---- what there is ---- */

static int feed_list(void *context, const char *data, size_t n, struct err *err)
{
	struct kube_source *source = context;

	if (!data) {
		kube_list_reset(&source->list);
		return 0;
	}
	return kube_list_feed(&source->list, data, n, err);
}

static void make_list(struct arena *scratch, struct kube_source *source,
		      struct kube_call *call)
{
	AUTO_STR struct str query = STR_INIT(STR_BIG);

	str_printf(&query, "limit=%d", PAGE);
	if (*source->selector)
		str_printf(&query, "&%s", source->selector);
	if (source->token)
		str_printf(&query, "&continue=%s",
			   http_escape(scratch, source->token));
	else
		source->listed(source, false);
	kube_list_reset(&source->list);
	*call = (struct kube_call){
		.method = "GET",
		.path = kube_path(scratch, &source->resource, source->namespace,
				  "", str_text(&query)),
		.arena = scratch,
		.sink = feed_list,
		.context = source,
	};
}

static int take_list(struct kube *kube, struct kube_source *source,
		     struct kube_call *call, struct err *err)
{
	const char *token = source->token;
	struct bytes version;

	/* The token of the next page has expired: once more, from the start. */
	if (call->response.status == 410 && source->token) {
		source->token = NULL;
		return 0;
	}
	if (call->response.status != 200)
		return refuse(kube, source, call, err);
	if (kube_list_end(&source->list, source->arena, &source->token, err) <
	    0)
		return err_wrap(err, "GET %s", call->path);
	if (source->token && str_equal(source->token, token))
		return err_set(err, ERR_FAILED,
			       "GET %s: the server gives the same page again",
			       call->path);
	if (source->token)
		return 0;
	version = kube_text_string(
		kube_text_member(str_bytes(&source->list.metadata),
				 "resourceVersion"));
	source->version = "";
	if (version.len)
		source->version = arena_strndup(source->arena, version.data,
						version.len);
	source->listed(source, true);
	return 0;
}

/* One page of each that is not known yet.  `left` tells whether there are. */
static int list_pages(struct kube *kube, const struct source_list *sources,
		      bool *left, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct kube_call *calls = arena_array(scratch, sources->n,
					      sizeof(*calls));
	struct source_list listed = { 0 };
	int status = 0;

	for (size_t i = 0; i < sources->n; i++) {
		struct kube_source *source = sources->v[i];

		if (source->version || source->refused.status)
			continue;
		make_list(scratch, source, &calls[listed.n]);
		*vec_push(scratch, &listed) = source;
	}
	*left = listed.n > 0;
	if (listed.n)
		status = kube_client_all(kube->client, calls, listed.n, err);
	for (size_t i = 0; status == 0 && i < listed.n; i++)
		status = take_list(kube, listed.v[i], &calls[i], err);
	for (size_t i = 0; i < listed.n; i++)
		err_clear(&calls[i].response.err);
	return status;
}

/* ---- what becomes of it ---- */

static int feed_watch(void *context, const char *data, size_t n,
		      struct err *err)
{
	struct kube_source *source = context;

	if (!data) {
		kube_watch_reset(&source->watch);
		return 0;
	}
	return kube_watch_feed(&source->watch, data, n, err);
}

static void make_watch(struct arena *scratch, struct kube_source *source,
		       int seconds, struct kube_call *call)
{
	AUTO_STR struct str query = STR_INIT(STR_BIG);

	str_printf(&query,
		   "watch=true&allowWatchBookmarks=true&timeoutSeconds=%d"
		   "&resourceVersion=%s",
		   seconds, http_escape(scratch, source->version));
	if (*source->selector)
		str_printf(&query, "&%s", source->selector);
	kube_watch_reset(&source->watch);
	*call = (struct kube_call){
		.method = "GET",
		.path = kube_path(scratch, &source->resource, source->namespace,
				  "", str_text(&query)),
		.arena = scratch,
		.body_cap = WATCH_BYTES,
		.tries = 1,
		.sink = feed_watch,
		.context = source,
	};
}

/*
 * A watch that was given up has no answer, and yet may have told something.
 * One that was silent or cut may have missed something: a list tells, and
 * whether the server is away.
 */
static int take_watch(struct kube *kube, struct kube_source *source,
		      struct kube_call *call, struct err *err)
{
	const struct http_response *response = &call->response;
	struct kube_watch *watch = &source->watch;

	if (watch->version.len)
		source->version = str_keep(&watch->version, source->arena);
	if (watch->expired || response->status == 410 ||
	    response->err.status == ERR_TEMPORARY)
		source->version = NULL;
	else if (response->err.status ||
		 (response->status && response->status != 200))
		return refuse(kube, source, call, err);
	return 0;
}

static int watch_all(struct kube *kube, const struct source_list *sources,
		     bool (*enough)(void *context), void *context,
		     struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const size_t n = sources->n;
	const int seconds = n < WATCH_MOST ? WATCH_S : WATCH_TURN_S;
	struct kube_call *calls = arena_array(scratch, n, sizeof(*calls));
	int status;

	for (size_t i = 0; i < n; i++)
		make_watch(scratch, sources->v[i], seconds, &calls[i]);
	status = kube_client_until(kube->client, calls, n, enough, context,
				   err);
	for (size_t i = 0; status == 0 && i < n; i++)
		status = take_watch(kube, sources->v[i], &calls[i], err);
	for (size_t i = 0; i < n; i++)
		err_clear(&calls[i].response.err);
	return status;
}

/*
 * Those to be watched now.  Where they are too many for one turn, whoever has
 * had it goes to the end of the line.
 */
static void choose(struct arena *scratch, struct source_list *all,
		   struct source_list *out)
{
	struct kube_source **old = arena_memdup(scratch, all->v,
						all->n * sizeof(*old));
	size_t end;

	for (end = 0; end < all->n && out->n < WATCH_MOST; end++)
		if (old[end]->version && !old[end]->refused.status)
			*vec_push(scratch, out) = old[end];
	for (size_t i = 0; out->n == WATCH_MOST && i < all->n; i++)
		all->v[i] = old[(end + i) % all->n];
}

int kube_follow(struct kube *kube, struct kube_source **sources, size_t n,
		bool (*enough)(void *context), void *context, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct source_list all = { .v = sources, .n = n };
	struct source_list watched = { 0 };
	const int64_t began_ms = clock_ms();
	bool left = true;

	while (left)
		if (list_pages(kube, &all, &left, err) < 0)
			return -1;
	if (enough(context))
		return 0;
	choose(scratch, &all, &watched);
	if (watched.n && watch_all(kube, &watched, enough, context, err) < 0)
		return -1;
	if (enough(context))
		return 0;
	return run_pause(kube->run, began_ms + ROUND_MS - clock_ms(), err);
}
