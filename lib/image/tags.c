/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/vec.h"
#include "image/registry_inside.h"

#define PAGE       "1000"
#define PAGES_MOST 2000
#define TAGS_MOST  1000000
#define LIST_CAP   ((size_t)160 << 20)

/* ---- a list under way ---- */

struct listing {
	struct registry_repository *out; /* the first that asks for it */
	struct origin *origin;
	const char *scope;
	struct map *seen;  /* tags */
	struct map *pages; /* URLs */
	struct {
		const char **v;
		size_t n, room;
	} tags;
	const char *next; /* URL of the page to get; NULL: the first */
	bool foreign;     /* it is where a redirect led */
	bool done;
};

static int take_tags(struct arena *arena, struct listing *listing,
		     const json_t *tags, struct err *err)
{
	size_t i;
	json_t *tag;

	json_array_foreach(tags, i, tag) {
		const char *text = json_string_value(tag);

		if (!text || !image_is_tag(text)) {
			listing->out->n_invalid++;
			continue;
		}
		if (map_has(listing->seen, text))
			continue;
		if (listing->tags.n >= TAGS_MOST)
			return err_set(err, ERR_REFUSED, "more than %d tags",
				       TAGS_MOST);
		map_set(listing->seen, text, NULL);
		*vec_push(arena, &listing->tags) = arena_strdup(arena, text);
	}
	return 0;
}

/* One page; a repository that has lost its last tag says null. */
static int take_page(struct arena *arena, struct listing *listing,
		     const struct exchange *page, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_ERR struct err why = { 0 };
	json_t *answer, *tags;

	if (page->response.status != 200)
		return registry_refused(page, err);
	if (doc_read_json(scratch, page->url, page->response.body, &answer,
			  &why) < 0)
		return err_set(err, ERR_FAILED, "GET %s: not JSON", page->url);
	tags = doc_get(answer, "tags", NULL);
	if (!json_is_object(answer) ||
	    (tags && !json_is_array(tags) && !json_is_null(tags)))
		return err_set(err, ERR_FAILED, "GET %s: not a list of tags",
			       page->url);
	if (take_tags(arena, listing, tags, err) < 0 ||
	    registry_next_page(arena, page->url, page->response.link,
			       &listing->next, err) < 0)
		return err_wrap(err, "GET %s", page->url);
	listing->foreign = page->foreign;
	if (!listing->next)
		return 0;
	if (map_has(listing->pages, listing->next) ||
	    listing->pages->n >= PAGES_MOST)
		return err_set(err, ERR_FAILED,
			       "GET %s: its pages go round in a circle, or "
			       "are more than %d",
			       page->url, PAGES_MOST);
	map_set(listing->pages, listing->next, NULL);
	return 0;
}

/* The request for the page that comes next. */
static struct exchange page_of(struct arena *arena,
			       const struct listing *listing)
{
	struct exchange page = {
		.origin = listing->origin,
		.scope = listing->scope,
		.method = "GET",
		.body_cap = LIST_CAP,
		.foreign = listing->foreign,
		.redirected = listing->foreign,
		.url = listing->next,
	};

	if (!listing->next)
		page.path = arena_printf(arena, "/v2/%s/tags/list?n=" PAGE,
					 listing->out->image->repository);
	else if (!listing->foreign)
		page.path = registry_path_of(listing->next);
	return page;
}

/* ---- the short-lived cache ---- */

static const char *list_file(struct registry *registry,
			     const struct listing *listing)
{
	char hex[DIGEST_SHA256_HEX];
	const char *name = arena_printf(registry->run->arena, "%s/%s",
					listing->origin->host,
					listing->out->image->repository);

	digest_sha256_hex(name, strlen(name), hex);
	return arena_printf(registry->run->arena, "%s/tags-%s", registry->cache,
			    hex);
}

/* A tag a line, and an empty one at the end. */
static bool read_list(struct registry *registry, struct listing *listing)
{
	const char *path = list_file(registry, listing);
	AUTO_ERR struct err ignored = { 0 };
	struct bytes bytes;
	struct stat st;
	const char *line;

	if (registry->tags_fresh_s <= 0 || stat(path, &st) < 0 ||
	    clock_wall() - st.st_mtime >= registry->tags_fresh_s ||
	    clock_wall() < st.st_mtime ||
	    file_read(registry->run->arena, path, LIST_CAP, &bytes, &ignored) <
		    0 ||
	    !str_ends(bytes.data, "\n\n"))
		return false;
	for (line = bytes.data; *line != '\n';) {
		size_t n = strcspn(line, "\n");

		*vec_push(registry->run->arena, &listing->tags) =
			arena_strndup(registry->run->arena, line, n);
		line += n + 1;
	}
	return true;
}

static void write_list(struct registry *registry, const struct listing *listing)
{
	AUTO_STR struct str text = STR_INIT(LIST_CAP);
	AUTO_ERR struct err ignored = { 0 };

	if (registry->tags_fresh_s <= 0 || !listing->tags.n)
		return;
	for (size_t i = 0; i < listing->tags.n; i++)
		str_printf(&text, "%s\n", listing->tags.v[i]);
	str_add_char(&text, '\n');
	if (!text.full && file_write(list_file(registry, listing),
				     str_bytes(&text), 0600, &ignored) < 0)
		run_debug(registry->run, "%s", ignored.msg);
}

/* ---- all of them ---- */

/* Half a list is none: the newest tag may be in the other half. */
static void end_listing(struct registry *registry, struct listing *listing,
			bool cached)
{
	listing->done = true;
	if (listing->out->err.status)
		return;
	listing->out->tags = listing->tags.v;
	listing->out->n_tags = listing->tags.n;
	if (!cached)
		write_list(registry, listing);
}

/* Get the page that comes next of all that have one. */
static int send_pages(struct registry *registry, struct listing *listings,
		      size_t n, bool *some, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct exchange *pages = arena_array(scratch, n, sizeof(*pages));
	struct listing **whose = arena_array(scratch, n,
					     sizeof(struct listing *));
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		if (listings[i].done)
			continue;
		whose[count] = &listings[i];
		pages[count++] = page_of(scratch, &listings[i]);
	}
	*some = count > 0;
	if (count && registry_send(registry, scratch, pages, count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct listing *listing = whose[i];
		struct err *why = &listing->out->err;

		if (pages[i].err.status)
			err_append(why, &pages[i].err);
		else if (take_page(registry->run->arena, listing, &pages[i],
				   why) < 0)
			listing->next = NULL;
		if (why->status || !listing->next)
			end_listing(registry, listing, false);
	}
	return 0;
}

/* A repository that is named twice is listed once. */
static void share(struct registry_repository *repositories, size_t n,
		  const size_t *first)
{
	for (size_t i = 0; i < n; i++) {
		struct registry_repository *out = &repositories[i];
		const struct registry_repository *of = &repositories[first[i]];

		if (out == of)
			continue;
		out->tags = of->tags;
		out->n_tags = of->n_tags;
		out->n_invalid = of->n_invalid;
		if (!of->err.status)
			continue;
		err_set(&out->err, of->err.status, "%s", of->err.msg);
		if (of->err.hint)
			err_hint(&out->err, "%s", of->err.hint);
	}
}

static void begin(struct registry *registry, struct listing *listing,
		  struct registry_repository *out)
{
	struct arena *arena = registry->run->arena;

	*listing = (struct listing){
		.out = out,
		.origin = registry_origin(registry, out->image),
		.scope = registry_scope(arena, out->image),
		.seen = map_new(arena),
		.pages = map_new(arena),
	};
	if (read_list(registry, listing))
		end_listing(registry, listing, true);
}

int registry_tags(struct registry *registry,
		  struct registry_repository *repositories, size_t n,
		  struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct listing *listings = arena_array(scratch, n, sizeof(*listings));
	size_t *first = arena_array(scratch, n, sizeof(*first));
	struct map *known = map_new(scratch);
	size_t count = 0;
	bool some = true;

	for (size_t i = 0; i < n; i++) {
		const struct image_ref *image = repositories[i].image;
		const char *name = arena_printf(scratch, "%s/%s", image->host,
						image->repository);
		size_t *other = map_get(known, name);

		first[i] = other ? *other : i;
		if (other)
			continue;
		map_set(known, name, &first[i]);
		begin(registry, &listings[count++], &repositories[i]);
	}
	while (some)
		if (send_pages(registry, listings, count, &some, err) < 0)
			return -1;
	share(repositories, n, first);
	return 0;
}
