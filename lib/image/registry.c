/* SPDX-License-Identifier: Apache-2.0 */
#include "image/registry.h"

#include "base/cache.h"
#include "base/vec.h"
#include "image/registry_inside.h"

int registry_open(struct run *run, const struct registry_options *options,
		  struct registry **out, struct err *err)
{
	/* Every URL is looked at before it is used. */
	const struct http_identity identity = { .allow_http = true };
	struct registry *registry = arena_alloc(run->arena, sizeof(*registry));

	registry->run = run;
	registry->plain_http = options->plain_http;
	registry->platform = options->platform;
	registry->tags_fresh_s = options->tags_fresh_s;
	registry->by_name = map_new(run->arena);
	if (http_open(run, &identity, &registry->http, err) < 0 ||
	    cache_open(run, options->cache, "images", &registry->cache, err) <
		    0 ||
	    registry_read_logins(registry, err) < 0)
		return -1;
	*out = registry;
	return 0;
}

static bool is_named(const char *const *hosts, const char *host)
{
	for (; hosts && *hosts; hosts++)
		if (str_equal(*hosts, host))
			return true;
	return false;
}

static bool is_loopback(struct arena *arena, const char *host)
{
	AUTO_ERR struct err ignored = { 0 };
	struct http_url url;

	return http_url_parse(arena, arena_printf(arena, "http://%s/", host),
			      &url, &ignored) == 0 &&
	       registry_is_loopback(url.host);
}

static void clear(void *handle)
{
	err_clear(handle);
}

static bool is_same_login(const struct login *a, const struct login *b)
{
	return str_equal(a->user, b->user) &&
	       str_equal(a->password, b->password) &&
	       str_equal(a->identity, b->identity) &&
	       str_equal(a->helper, b->helper);
}

/* Logins of one host may differ by path, and then are two origins. */
static struct origin *find_or_make(struct registry *registry,
				   const struct image_ref *image)
{
	struct run *run = registry->run;
	struct origin *fresh = arena_alloc(run->arena, sizeof(*fresh));

	*fresh = (struct origin){
		.host = image->host,
		.domain = image->domain,
		.repository = image->repository,
		.loopback = is_loopback(run->arena, image->host),
	};
	registry_find_login(registry, fresh);
	for (size_t i = 0; i < registry->origins.n; i++) {
		struct origin *one = registry->origins.v[i];

		if (str_equal(one->host, fresh->host) &&
		    is_same_login(&one->found, &fresh->found))
			return one;
	}
	fresh->login = fresh->found;
	fresh->plain = fresh->loopback ||
		       is_named(registry->plain_http, fresh->host);
	fresh->tokens = map_new(run->arena);
	registry_make_basic(run, fresh);
	arena_defer(run->arena, clear, &fresh->err);
	*vec_push(run->arena, &registry->origins) = fresh;
	return fresh;
}

struct origin *registry_origin(struct registry *registry,
			       const struct image_ref *image)
{
	const char *name = arena_printf(registry->run->arena, "%s/%s",
					image->host, image->repository);
	struct origin *origin = map_get(registry->by_name, name);

	if (!origin) {
		origin = find_or_make(registry, image);
		map_set(registry->by_name, name, origin);
	}
	return origin;
}

const char *registry_scope(struct arena *arena, const struct image_ref *image)
{
	return arena_printf(arena, "repository:%s:pull", image->repository);
}

struct registry_count *registry_counts(struct registry *registry, size_t *n)
{
	const struct origins *origins = &registry->origins;
	struct registry_count *counts =
		arena_array(registry->run->arena, origins->n, sizeof(*counts));

	*n = origins->n;
	for (size_t i = 0; i < origins->n; i++)
		counts[i] = (struct registry_count){
			.host = origins->v[i]->host,
			.requests = origins->v[i]->requests,
			.tokens = origins->v[i]->token_requests,
		};
	return counts;
}
