/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "image/registry_inside.h"

/* Scheme, host and port: what a login and a link hold for. */
static bool is_same_origin(const struct http_url *a, const struct http_url *b)
{
	return str_equal(a->scheme, b->scheme) && str_equal(a->host, b->host) &&
	       str_equal(a->port, b->port);
}

/* "https://host:port" of a URL. */
static char *base_of(struct arena *arena, const struct http_url *url)
{
	const char *open = strchr(url->host, ':') ? "[" : "";

	return arena_printf(arena, "%s://%s%s%s:%s", url->scheme, open,
			    url->host, *open ? "]" : "", url->port);
}

/* The target as a URL of its own: it may be a path, or a query only. */
static int resolve(struct arena *arena, const char *url, const char *target,
		   const char **out, struct err *err)
{
	struct http_url at;

	*out = target;
	if (strstr(target, "://") && *target != '/' && *target != '?')
		return 0;
	if (http_url_parse(arena, url, &at, err) < 0)
		return -1;
	if (target[0] == '/' && target[1] != '/')
		*out = arena_printf(arena, "%s%s", base_of(arena, &at), target);
	else if (*target == '?')
		*out = arena_printf(arena, "%s%s%s", base_of(arena, &at),
				    at.path, target);
	else
		return err_set(err, ERR_REFUSED, "no URL and no path");
	return 0;
}

/* Both taken apart; user names in URLs have no place here. */
static int compare(struct arena *arena, const char *url, const char *target,
		   struct http_url *to, bool *same, struct err *err)
{
	AUTO_ERR struct err why = { 0 };
	struct http_url at;

	if (http_url_parse(arena, url, &at, &why) < 0 ||
	    http_url_parse(arena, target, to, &why) < 0)
		return err_set(err, ERR_REFUSED, "%s", why.msg);
	if (to->user || to->password)
		return err_set(err, ERR_REFUSED, "it holds credentials");
	*same = is_same_origin(&at, to);
	return 0;
}

int registry_redirect(struct arena *arena, const char *url,
		      const char *location, const char **out, bool *same,
		      struct err *err)
{
	struct http_url to;

	if (!location)
		return err_set(err, ERR_REFUSED, "a redirect to nowhere");
	if (resolve(arena, url, location, out, err) < 0 ||
	    compare(arena, url, *out, &to, same, err) < 0)
		return err_wrap(err, "a redirect that is not followed");
	if (!*same && !str_equal(to.scheme, "https"))
		return err_set(err, ERR_REFUSED,
			       "a redirect to %s://%s, which is not https, is "
			       "not followed",
			       to.scheme, to.host);
	return 0;
}

const char *registry_path_of(const char *url)
{
	const char *host = strstr(url, "://");

	return host ? host + 3 + strcspn(host + 3, "/") : url;
}

/* ---- Link (RFC 8288) ---- */

/* Is rel="next" among the parameters that end at `end`? */
static bool is_next(const char *text, const char *end)
{
	for (; text < end; text++) {
		const char *rel = text;

		if (*text != ';')
			continue;
		rel += 1 + strspn(rel + 1, " \t");
		if (strncasecmp(rel, "rel", 3) != 0)
			continue;
		rel += 3 + strspn(rel + 3, " \t=\"");
		if (strncasecmp(rel, "next", 4) == 0 && rel + 4 <= end &&
		    (!rel[4] || strchr("\" \t;,", rel[4])))
			return true;
	}
	return false;
}

/* The target of the link to the next page, or NULL. */
static const char *find_next(struct arena *arena, const char *link)
{
	while ((link = strchr(link, '<'))) {
		const char *end = strchr(link, '>');
		const char *rest;

		if (!end)
			return NULL;
		rest = end + 1 + strcspn(end + 1, "<");
		if (is_next(end + 1, rest))
			return arena_strndup(arena, link + 1,
					     (size_t)(end - link - 1));
		link = rest;
	}
	return NULL;
}

int registry_next_page(struct arena *arena, const char *url, const char *link,
		       const char **out, struct err *err)
{
	const char *target = link ? find_next(arena, link) : NULL;
	struct http_url to;
	bool same;

	*out = NULL;
	if (!target)
		return 0;
	if (resolve(arena, url, target, out, err) < 0 ||
	    compare(arena, url, *out, &to, &same, err) < 0)
		return err_wrap(err, "the link to the next page");
	if (!same)
		return err_set(err, ERR_REFUSED,
			       "the next page is said to be at %s://%s:%s, "
			       "which is not where the first came from",
			       to.scheme, to.host, to.port);
	return 0;
}
