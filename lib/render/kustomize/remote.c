/* SPDX-License-Identifier: Apache-2.0 */
#include "render/kustomize/remote.h"

#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "document/decode.h"

#define OID_DIGITS 40
#define GITHUB     "github.com"

/* A scheme, "user@host:" or GitHub's name without either. */
static size_t find_scheme(const char *text)
{
	static const char *const schemes[] = {
		"https://",
		"http://",
		"ssh://",
		"file://",
	};

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
		if (!strncasecmp(text, schemes[i], strlen(schemes[i])))
			return strlen(schemes[i]);
	return 0;
}

static bool is_github(const char *text)
{
	size_t n = strlen(GITHUB);

	return !strncasecmp(text, GITHUB, n) &&
	       (text[n] == '/' || text[n] == ':');
}

/* "user@host:path" */
static bool is_scp(const char *text)
{
	size_t n = strcspn(text, "@:/");

	return n && text[n] == '@' &&
	       text[n + 1 + strcspn(text + n + 1, ":/")] == ':';
}

/* The "git::" of other tools. */
static const char *without_git(const char *text)
{
	return strncasecmp(text, "git::", 5) != 0 ? text : text + 5;
}

bool remote_is(const char *text)
{
	text = without_git(text);
	return find_scheme(text) || is_scp(text) || is_github(text);
}

static int fail_file(const struct node *name, struct err *err)
{
	node_fail(name, err, "'%s' is a file elsewhere, which is not fetched",
		  name->text);
	return err_hint(err, "commit the file to this repository, and name it "
			     "here");
}

static int fail_form(const struct node *name, struct err *err)
{
	node_fail(name, err, "'%s' names no repository", name->text);
	return err_hint(err, "write https://HOST/REPOSITORY//PATH?ref=COMMIT");
}

/* Where in `path` the repository ends, and the path in it begins. */
static bool split_repository(const char *path, size_t *end, size_t *start)
{
	const char *found;
	size_t n;

	found = strstr(path, "//");
	if (found) {
		*end = (size_t)(found - path);
		*start = *end + 2;
		return *end > 0;
	}
	found = strstr(path, ".git");
	if (found && (!found[4] || found[4] == '/')) {
		*end = (size_t)(found - path) + 4;
		*start = *end + (found[4] == '/');
		return true;
	}
	n = strcspn(path, "/");
	if (!n || !path[n])
		return false;
	n += 1 + strcspn(path + n + 1, "/");
	*end = n;
	*start = n + (path[n] == '/');
	return path[n - 1] != '/';
}

/* ?ref= wins over ?version=; timeouts are the caller's, and submodules are
 * never fetched. */
static const char *find_ref(struct arena *arena, const char *query)
{
	static const char *const names[] = { "version=", "ref=" };
	const char *ref = "";
	size_t n;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		for (const char *p = query; *p; p += n + (p[n] == '&')) {
			size_t skip = strlen(names[i]);

			n = strcspn(p, "&");
			if (n > skip && !strncmp(p, names[i], skip))
				ref = arena_strndup(arena, p + skip, n - skip);
		}
	}
	return ref;
}

static bool is_commit(const char *ref)
{
	return strlen(ref) == OID_DIGITS &&
	       strspn(ref, "0123456789abcdefABCDEF") == OID_DIGITS;
}

static bool is_file(const char *path)
{
	return !strstr(path, "//") && !strstr(path, ".git/") &&
	       (str_ends(path, ".yaml") || str_ends(path, ".yml") ||
		str_ends(path, ".json"));
}

int remote_parse(struct build *build, const struct node *name,
		 struct kustomize_remote *out, struct err *err)
{
	struct arena *arena = build->arena;
	const char *text = without_git(name->text);
	size_t query = strcspn(text, "?"), host, end, start;
	const char *where = arena_strndup(arena, text, query), *path;
	const char *scheme = "";

	host = find_scheme(where);
	if (!host && is_github(where)) {
		scheme = "https://";
		host = strlen(GITHUB) + 1;
		path = where + host;
	} else {
		path = where + host;
		path += strcspn(path, host ? "/" : ":");
		path += *path != '\0';
	}
	if (!*path)
		return fail_form(name, err);
	if (!text[query] && host && is_file(path))
		return fail_file(name, err);
	if (!split_repository(path, &end, &start))
		return fail_form(name, err);
	*out = (struct kustomize_remote){
		.url = arena_printf(arena, "%s%.*s%.*s", scheme,
				    (int)(path - where), where, (int)end, path),
		.commit = find_ref(arena, text[query] ? text + query + 1 : ""),
		.path = path + start,
	};
	if (is_commit(out->commit))
		return 0;
	node_fail(name, err,
		  *out->commit ? "'?ref=%s' is not the id of one commit" :
				 "no '?ref=' says which commit%s",
		  out->commit);
	return err_hint(err,
			"what a branch or tag leads to can change: write "
			"all %d digits of the commit",
			OID_DIGITS);
}
