/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "git/inside.h"

/* Without scheme, user, port and ".git": they differ between people. */
static char *of_location(struct arena *arena, const struct location *location)
{
	const char *path = location->path + strspn(location->path, "/");
	size_t n = strlen(path);

	while (n && path[n - 1] == '/')
		n--;
	if (n > strlen(".git") && !strncmp(path + n - 4, ".git", 4))
		n -= 4;
	return arena_printf(arena, "%s/%.*s", location->host, (int)n, path);
}

/*
 * Where "origin" is, if that is another machine.  git_remote_lookup() would
 * tell the same and leak memory (libgit2 1.5.1, a regular expression that does
 * not match).
 */
static bool find_origin(struct repo *repo, struct location *out)
{
	struct arena *arena = repo->run->arena;
	AUTO_ERR struct err none = { 0 };
	git_buf url = GIT_BUF_INIT;
	git_config *config;
	const char *text = NULL;

	if (git_repository_config_snapshot(&config, repo->git) < 0)
		return false;
	if (git_config_get_string_buf(&url, config, "remote.origin.url") == 0)
		text = arena_strdup(arena, url.ptr);
	git_buf_dispose(&url);
	git_config_free(config);
	return text && repo_location_is_remote(text) &&
	       repo_location_parse(arena, text, out, &none) == 0 && out->host;
}

const char *repo_remote(struct repo *repo)
{
	struct location origin;

	if (repo->location.host)
		return repo->location.shown;
	return find_origin(repo, &origin) ? origin.shown : NULL;
}

const char *repo_identity(struct repo *repo)
{
	struct arena *arena = repo->run->arena;
	struct location origin;

	if (repo->location.host)
		return of_location(arena, &repo->location);
	if (find_origin(repo, &origin))
		return of_location(arena, &origin);
	return arena_strdup(arena, git_repository_commondir(repo->git));
}
