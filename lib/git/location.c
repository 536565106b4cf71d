/* SPDX-License-Identifier: Apache-2.0 */
#include "git/location.h"
#include "git/repo.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"

#define LOCATION_CAP 2048

/* ---- characters, without a locale ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_word(char c)
{
	return is_digit(c) || is_letter(c);
}

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static char *lower(struct arena *arena, const char *text, size_t n)
{
	char *copy = arena_strndup(arena, text, n);

	for (char *c = copy; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return copy;
}

/* ---- what it is ---- */

/* The length of "scheme" in front of "://", or 0. */
static size_t scheme_len(const char *text)
{
	size_t n = 0;

	while (is_word(text[n]) || (n && strchr("+.-", text[n]) && text[n]))
		n++;
	return n && str_starts(text + n, "://") ? n : 0;
}

/* The ":" of "host:path", which comes before any "/" that is not part of an
 * address in brackets; or NULL. */
static const char *scp_colon(const char *text)
{
	const char *at = strchr(text, '[');
	const char *slash = strchr(text, '/');
	const char *colon;

	if (at && (!slash || at < slash) && strchr(at, ']'))
		colon = strchr(strchr(at, ']'), ':');
	else
		colon = strchr(text, ':');
	return colon && colon != text && (!slash || colon < slash) ? colon :
								     NULL;
}

bool repo_location_is_remote(const char *text)
{
	return scheme_len(text) || scp_colon(text);
}

/* ---- refusals ---- */

static int refuse(struct err *err, const char *shown, const char *why)
{
	return err_set(err, ERR_USAGE, "repository '%s': %s", shown, why);
}

static int refuse_password(const char *shown, struct err *err)
{
	refuse(err, shown, "has a password in it");
	return err_hint(err, "put it into GITOPS_GIT_TOKEN, or into a git "
			     "credential helper");
}

/*
 * What is no part of a host, user or path that we pass on: it would end a
 * line of the credential protocol, or a word of the server's shell.
 */
static int check_characters(const char *text, struct err *err)
{
	for (const char *c = text; *c; c++) {
		int high, low;

		if ((unsigned char)*c <= 0x20 || *c == 0x7f)
			return err_set(err, ERR_USAGE,
				       "repository URL holds a blank or a "
				       "control character");
		if (strchr("'\"`\\!$|<>{}^?#*", *c))
			return err_set(err, ERR_USAGE,
				       "repository URL holds the character "
				       "%c",
				       *c);
		if (*c != '%')
			continue;
		high = hex_value(c[1]);
		low = high < 0 ? -1 : hex_value(c[2]);
		if (low < 0)
			return err_set(err, ERR_USAGE,
				       "repository URL holds a %% that is "
				       "no escape");
		if (high < 2 || (high == 7 && low == 15))
			return err_set(err, ERR_USAGE,
				       "repository URL holds an escaped "
				       "control character");
	}
	return 0;
}

static int check_user(const char *user, const char *shown, struct err *err)
{
	if (!*user || *user == '-')
		return refuse(err, shown, "cannot have that user name");
	for (; *user; user++)
		if (!is_word(*user) && !strchr("._-+~%@", *user))
			return refuse(err, shown, "cannot have that user name");
	return 0;
}

static int check_host(const char *host, const char *shown, struct err *err)
{
	size_t len = strlen(host);
	struct in6_addr address;
	char inside[INET6_ADDRSTRLEN];

	if (*host == '[') {
		if (len < 3 || len - 2 >= sizeof(inside))
			return refuse(err, shown, "has no valid host");
		memcpy(inside, host + 1, len - 2);
		inside[len - 2] = '\0';
		return inet_pton(AF_INET6, inside, &address) == 1 ?
			       0 :
			       refuse(err, shown, "has no valid host");
	}
	if (!len || len > 253 || *host == '-' || *host == '.')
		return refuse(err, shown, "has no valid host");
	for (; *host; host++)
		if (!is_word(*host) && !strchr("._-", *host))
			return refuse(err, shown, "has no valid host");
	return 0;
}

static int check_port(const char *port, const char *shown, struct err *err)
{
	unsigned long value = 0;

	for (const char *c = port; *c; c++) {
		if (!is_digit(*c) || value > 65535)
			return refuse(err, shown, "has no valid port");
		value = value * 10 + (unsigned long)(*c - '0');
	}
	if (!value || value > 65535)
		return refuse(err, shown, "has no valid port");
	return 0;
}

static bool is_loopback(const char *host)
{
	struct in_addr address;

	if (str_equal(host, "localhost") || str_equal(host, "[::1]"))
		return true;
	return inet_pton(AF_INET, host, &address) == 1 &&
	       ntohl(address.s_addr) >> 24 == 127;
}

/* ---- the parts ---- */

/* "[user[:password]@]host[:port]" of `n` bytes. */
static int parse_authority(struct arena *arena, const char *text, size_t n,
			   struct location *out, struct err *err)
{
	const char *authority = arena_strndup(arena, text, n);
	const char *at = strrchr(authority, '@');
	const char *host = at ? at + 1 : authority;
	const char *colon = NULL;
	const char *bracket = *host == '[' ? strchr(host, ']') : NULL;

	if (bracket)
		colon = bracket[1] == ':' ? bracket + 1 : NULL;
	else
		colon = strrchr(host, ':');
	if (bracket && bracket[1] && !colon)
		return refuse(err, out->shown, "has no valid host");
	if (at) {
		out->user = arena_strndup(arena, authority,
					  (size_t)(at - authority));
		if (strchr(out->user, ':'))
			return refuse_password(out->shown, err);
		if (check_user(out->user, out->shown, err) < 0)
			return -1;
	}
	out->host = lower(arena, host,
			  colon ? (size_t)(colon - host) : strlen(host));
	if (check_host(out->host, out->shown, err) < 0)
		return -1;
	if (!colon)
		return 0;
	out->port = colon + 1;
	return check_port(out->port, out->shown, err);
}

/*
 * What may be shown of a location that was not read yet: nothing in front of
 * any "@", wherever the password ends.
 */
static const char *hide_userinfo(struct arena *arena, const char *text,
				 size_t skip)
{
	const char *at = strrchr(text + skip, '@');

	return arena_printf(arena, "%.*s%s", (int)skip, text,
			    at ? at + 1 : text + skip);
}

static int finish_http(struct arena *arena, struct location *out,
		       struct err *err)
{
	bool tls = str_equal(out->scheme, "https");
	const char *standard = tls ? "443" : "80";
	bool odd_port = out->port && !str_equal(out->port, standard);

	if (!tls && !is_loopback(out->host)) {
		refuse(err, out->shown, "http:// is not encrypted");
		return err_hint(err, "use https://");
	}
	if (!odd_port)
		out->port = standard;
	out->kind = LOCATION_HTTP;
	out->url = arena_printf(arena, "%s://%s%s%s/%s", out->scheme, out->host,
				odd_port ? ":" : "", odd_port ? out->port : "",
				out->path);
	out->shown = out->url;
	return 0;
}

static int finish_ssh(struct arena *arena, struct location *out,
		      struct err *err)
{
	if (!out->user) {
		refuse(err, out->shown, "names no user");
		return err_hint(err,
				"write ssh://git@%s/%s, with the user "
				"the server knows",
				out->host, out->path);
	}
	if (strchr(out->user, '%'))
		return refuse(err, out->shown, "cannot have that user name");
	if (!out->port)
		out->port = "22";
	out->kind = LOCATION_SSH;
	out->url = arena_printf(arena, "ssh://%s@%s:%s/%s", out->user,
				out->host, out->port, out->path);
	out->shown = arena_printf(arena, "ssh://%s%s%s/%s", out->host,
				  str_equal(out->port, "22") ? "" : ":",
				  str_equal(out->port, "22") ? "" : out->port,
				  out->path);
	return 0;
}

static const char *decode(struct arena *arena, const char *text)
{
	char *out = arena_strdup(arena, text);
	char *to = out;

	for (; *text; text++, to++) {
		*to = *text;
		if (*text != '%')
			continue;
		*to = (char)(hex_value(text[1]) * 16 + hex_value(text[2]));
		text += 2;
	}
	*to = '\0';
	return out;
}

static int finish_file(struct arena *arena, struct location *out,
		       struct err *err)
{
	if (*out->host && !str_equal(out->host, "localhost"))
		return refuse(err, out->shown,
			      "file:// cannot name another host");
	out->kind = LOCATION_FILE;
	out->url = arena_printf(arena, "/%s", decode(arena, out->path));
	out->scheme = out->host = out->path = NULL;
	return 0;
}

static int parse_url(struct arena *arena, const char *text, size_t len,
		     struct location *out, struct err *err)
{
	size_t skip = len + 3; /* "://" */
	size_t n = strcspn(text + skip, "/");
	const char *path = text + skip + n;
	bool is_file;

	out->scheme = lower(arena, text, len);
	out->shown = hide_userinfo(arena, text, skip);
	is_file = str_equal(out->scheme, "file");
	if (str_equal(out->scheme, "git"))
		return refuse(err, out->shown,
			      "git:// is neither encrypted nor authenticated");
	if (!is_file && !str_equal(out->scheme, "https") &&
	    !str_equal(out->scheme, "http") && !str_equal(out->scheme, "ssh")) {
		refuse(err, out->shown, "scheme is not supported");
		return err_hint(err, "use https://, ssh:// or file://");
	}
	if (is_file)
		out->host = lower(arena, text + skip, n);
	else if (parse_authority(arena, text + skip, n, out, err) < 0)
		return -1;
	path += strspn(path, "/");
	out->path = arena_strdup(arena, path);
	if (!*path && !is_file)
		return refuse(err, out->shown, "names no repository");
	if (is_file)
		return finish_file(arena, out, err);
	if (str_equal(out->scheme, "ssh"))
		return finish_ssh(arena, out, err);
	return finish_http(arena, out, err);
}

/* "user@host:path", whose path is relative to the user's home there. */
static int parse_scp(struct arena *arena, const char *text, const char *colon,
		     struct location *out, struct err *err)
{
	const char *path = colon + 1;

	out->shown = hide_userinfo(arena, text, 0);
	if (*path == ':') {
		refuse(err, out->shown, "remote helpers are not run");
		return err_hint(err, "use https://, ssh:// or file://");
	}
	if (!memchr(text, '@', (size_t)(colon - text)) && strchr(path, '@'))
		return refuse_password(out->shown, err);
	if (parse_authority(arena, text, (size_t)(colon - text), out, err) < 0)
		return -1;
	if (!out->user) {
		refuse(err, out->shown, "names no user");
		return err_hint(err,
				"write git@%s, with the user the server knows; "
				"for a path of this machine, ./%s",
				text, text);
	}
	if (!*path || *path == '-')
		return refuse(err, out->shown, "names no repository");
	if (strchr(out->user, '%'))
		return refuse(err, out->shown, "cannot have that user name");
	out->kind = LOCATION_SSH;
	out->scheme = "ssh";
	out->port = "22";
	out->path = arena_strdup(arena, path);
	out->url = arena_printf(arena, "%s@%s:%s", out->user, out->host, path);
	out->shown = arena_printf(arena, "%s:%s", out->host, path);
	return 0;
}

int repo_location_parse(struct arena *arena, const char *text,
			struct location *out, struct err *err)
{
	struct location location = { .kind = LOCATION_PATH };
	size_t len = scheme_len(text);
	const char *colon = scp_colon(text);
	int failed;

	if (!*text)
		return err_set(err, ERR_USAGE, "repository '' is empty");
	if (strlen(text) > LOCATION_CAP)
		return err_set(err, ERR_USAGE,
			       "repository is longer than %d bytes",
			       LOCATION_CAP);
	if (!len && !colon) {
		/* Options of the programs behind us begin with a dash. */
		if (*text == '-')
			return refuse(err, text, "begins with a dash");
		location.url = location.shown = arena_strdup(arena, text);
		*out = location;
		return 0;
	}
	if (check_characters(text, err) < 0)
		return -1;
	failed = len ? parse_url(arena, text, len, &location, err) :
		       parse_scp(arena, text, colon, &location, err);
	if (failed)
		return -1;
	*out = location;
	return 0;
}

/* ---- places ---- */

/* Is `path` this one, or below it? */
static bool is_at_or_below(const char *path, const char *above, size_t n)
{
	while (n && above[n - 1] == '/')
		n--;
	return !n || (!strncmp(path, above, n) && (!path[n] || path[n] == '/'));
}

static bool is_within(const struct location *location, const char *place)
{
	size_t host = strcspn(place, "/");
	const char *path = place + host + (place[host] == '/');
	const char *own = location->path + strspn(location->path, "/");
	size_t n = strlen(location->host);

	if (host < n || strncasecmp(place, location->host, n) != 0)
		return false;
	if (host > n &&
	    (place[n] != ':' || strlen(location->port) != host - n - 1 ||
	     strncmp(place + n + 1, location->port, host - n - 1) != 0))
		return false;
	return is_at_or_below(own, path, strlen(path));
}

int repo_is_within(struct arena *arena, const char *text,
		   const char *const *places, const char **host, bool *out,
		   struct err *err)
{
	struct location location;

	*out = false;
	if (repo_location_parse(arena, text, &location, err) < 0)
		return -1;
	*host = location.host;
	for (size_t i = 0; location.host && places && places[i]; i++)
		*out = *out || is_within(&location, places[i]);
	return 0;
}
