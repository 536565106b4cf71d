/* SPDX-License-Identifier: Apache-2.0 */

/* Which forge it is, where its API is, and what the repository is called. */

#include <string.h>

#include "base/str.h"
#include "forge/inside.h"

/* A remote in its parts. */
struct remote {
	const char *scheme; /* "https", "http", "ssh" */
	const char *host;
	const char *port; /* "" where none is named and ssh is spoken */
	const char *path; /* "acme/config" */
};

/* ---- kinds ---- */

static const struct {
	const char *name; /* of --forge */
	enum forge_kind kind;
} kind_names[] = {
	{ "github", FORGE_GITHUB },
	{ "gitlab", FORGE_GITLAB },
	{ "bitbucket", FORGE_BITBUCKET },
	{ "bitbucket-server", FORGE_BITBUCKET_SERVER },
	{ "gitea", FORGE_GITEA },
	{ "forgejo", FORGE_GITEA },
};

static const struct {
	const char *host;
	enum forge_kind kind;
	const char *web; /* its pages, where not there */
} public_hosts[] = {
	{ "github.com", FORGE_GITHUB, NULL },
	{ "ssh.github.com", FORGE_GITHUB, "https://github.com" },
	{ "gitlab.com", FORGE_GITLAB, NULL },
	{ "altssh.gitlab.com", FORGE_GITLAB, "https://gitlab.com" },
	{ "bitbucket.org", FORGE_BITBUCKET, NULL },
	{ "altssh.bitbucket.org", FORGE_BITBUCKET, "https://bitbucket.org" },
	{ "codeberg.org", FORGE_GITEA, NULL },
	{ "gitea.com", FORGE_GITEA, NULL },
};

static const struct forge_driver *const drivers[FORGE_KINDS] = {
	[FORGE_GITHUB] = &forge_github,
	[FORGE_GITLAB] = &forge_gitlab,
	[FORGE_BITBUCKET] = &forge_bitbucket,
	[FORGE_BITBUCKET_SERVER] = &forge_bitbucket_server,
	[FORGE_GITEA] = &forge_gitea,
};

const char *forge_origin(struct arena *arena, const char *url)
{
	AUTO_ERR struct err ignored = { 0 };
	struct http_url parts;

	if (!url || http_url_parse(arena, url, &parts, &ignored) < 0)
		return "";
	return arena_printf(arena, "%s:%s", parts.host, parts.port);
}

/* "gitea", or "gitea=https://git.example.com/forge". */
static int read_kind(struct arena *arena, const char *text, struct forge *out,
		     struct err *err)
{
	size_t n = strcspn(text, "=");
	struct http_url url;

	for (size_t i = 0; i < ARRAY_LEN(kind_names); i++) {
		if (strlen(kind_names[i].name) != n ||
		    strncmp(kind_names[i].name, text, n) != 0)
			continue;
		out->kind = kind_names[i].kind;
		if (!text[n])
			return 0;
		if (http_url_parse(arena, text + n + 1, &url, err) < 0)
			return err_wrap(err, "--forge");
		if (url.user || url.query)
			return err_set(err, ERR_USAGE,
				       "--forge: the URL holds more than host "
				       "and path");
		n += 1;
		out->web = arena_strndup(arena, text + n,
					 strlen(text + n) -
						 str_ends(text + n, "/"));
		return 0;
	}
	err_set(err, ERR_USAGE, "--forge: there is no '%.*s'", (int)n, text);
	return err_hint(err, "take github, gitlab, bitbucket, "
			     "bitbucket-server, gitea or forgejo");
}

/* By the server that the job's own variables name. */
static bool ask_job(struct run *run, struct forge *out)
{
	const char *server = run_env(run, "CI_SERVER_URL");
	const char *own = forge_origin(run->arena, out->web);

	if (str_equal(forge_origin(run->arena, server), own)) {
		out->kind = FORGE_GITLAB;
		return true;
	}
	server = run_env(run, "GITHUB_SERVER_URL");
	if (!str_equal(forge_origin(run->arena, server), own))
		return false;
	out->kind = run_env(run, "GITEA_ACTIONS") ||
				    run_env(run, "FORGEJO_ACTIONS") ?
			    FORGE_GITEA :
			    FORGE_GITHUB;
	return true;
}

/* "gitlab.example.com" is what it says. */
static bool ask_name(const char *host, struct forge *out)
{
	size_t n = strcspn(host, ".");

	for (size_t i = 0; i < ARRAY_LEN(kind_names); i++) {
		if (strlen(kind_names[i].name) != n ||
		    strncmp(kind_names[i].name, host, n) != 0)
			continue;
		out->kind = kind_names[i].kind == FORGE_BITBUCKET ?
				    FORGE_BITBUCKET_SERVER :
				    kind_names[i].kind;
		return true;
	}
	return false;
}

static int tell_kind(struct run *run, const struct remote *remote,
		     struct forge *out, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(public_hosts); i++) {
		if (!str_equal(public_hosts[i].host, remote->host))
			continue;
		out->kind = public_hosts[i].kind;
		if (public_hosts[i].web)
			out->web = public_hosts[i].web;
		return 0;
	}
	if (str_ends(remote->host, ".ghe.com")) {
		out->kind = FORGE_GITHUB;
		return 0;
	}
	if (ask_job(run, out) || ask_name(remote->host, out))
		return 0;
	err_set(err, ERR_USAGE, "%s: cannot tell which forge this is",
		remote->host);
	return err_hint(err, "say it with --forge github, gitlab, "
			     "bitbucket-server, gitea or forgejo");
}

/* ---- the repository ---- */

/* "user@host:path" as a URL. */
static const char *as_url(struct arena *arena, const char *remote)
{
	const char *colon = strchr(remote, ':');

	if (strstr(remote, "://") || !colon)
		return remote;
	return arena_printf(arena, "ssh://%.*s/%s", (int)(colon - remote),
			    remote, colon + 1);
}

static int fail_remote(const char *text, struct err *err)
{
	err_set(err, ERR_USAGE, "'%s' is on no forge", text);
	return err_hint(err, "name the URL of the repository");
}

static int read_remote(struct arena *arena, const char *text,
		       struct remote *out, struct err *err)
{
	AUTO_ERR struct err ignored = { 0 };
	struct http_url url;
	const char *path;
	size_t n;

	if (http_url_parse(arena, as_url(arena, text), &url, &ignored) < 0 ||
	    (!str_equal(url.scheme, "https") &&
	     !str_equal(url.scheme, "http") && !str_equal(url.scheme, "ssh")))
		return fail_remote(text, err);
	path = url.path + strspn(url.path, "/");
	n = strlen(path);
	while (n && path[n - 1] == '/')
		n--;
	if (n > strlen(".git") && !strncmp(path + n - 4, ".git", 4))
		n -= 4;
	*out = (struct remote){
		.scheme = url.scheme,
		.host = url.host,
		.port = url.port,
		.path = arena_strndup(arena, path, n),
	};
	return 0;
}

/* Where its pages are: beside git over https, or where ssh says the host is. */
static const char *web_of(struct arena *arena, const struct remote *remote)
{
	bool bare = str_equal(remote->scheme, "ssh") ||
		    str_equal(remote->port, "443");
	const char *host = strchr(remote->host, ':') ?
				   arena_printf(arena, "[%s]", remote->host) :
				   remote->host;

	return arena_printf(arena, "%s://%s%s%s",
			    str_equal(remote->scheme, "http") ? "http" :
								"https",
			    host, bare ? "" : ":", bare ? "" : remote->port);
}

/*
 * Owner and name are the last two parts, of GitLab all parts.  What is before
 * them is where the forge itself is on its host.
 */
static int split_path(struct run *run, const struct remote *remote,
		      struct forge *out, struct err *err)
{
	struct arena *arena = run->arena;
	const char *slash = strrchr(remote->path, '/');
	const char *begin = remote->path;
	const char *within = strstr(out->web, "://") + strlen("://");
	size_t n;

	if (!slash || slash == remote->path || !slash[1])
		return err_set(err, ERR_USAGE, "'%s' names no repository of %s",
			       remote->path, drivers[out->kind]->name);
	within += strcspn(within, "/");
	n = strlen(within + (*within == '/'));
	if (n && !strncmp(begin, within + 1, n) && begin[n] == '/')
		begin += n + 1;
	out->name = arena_strdup(arena, slash + 1);
	out->owner = arena_strndup(arena, begin, (size_t)(slash - begin));
	if (out->kind == FORGE_GITLAB || !strchr(out->owner, '/'))
		return 0;
	/* "forge/acme", "scm/ACME": */
	slash = strrchr(out->owner, '/');
	n = (size_t)(slash - out->owner);
	begin = out->owner;
	out->owner = slash + 1;
	if (out->kind == FORGE_BITBUCKET_SERVER && n >= 3 &&
	    !strncmp(begin + n - 3, "scm", 3))
		n -= n > 3 ? 4 : 3;
	if (n && !*within)
		out->web = arena_printf(arena, "%s/%.*s", out->web, (int)n,
					begin);
	return 0;
}

/* ---- the API ---- */

static const char *api_of(struct arena *arena, const struct forge *forge)
{
	const char *host = strstr(forge->web, "://") + strlen("://");

	switch (forge->kind) {
	case FORGE_GITHUB:
		if (str_equal(host, "github.com") || str_ends(host, ".ghe.com"))
			return arena_printf(arena, "https://api.%s", host);
		return arena_printf(arena, "%s/api/v3", forge->web);
	case FORGE_GITLAB:
		return arena_printf(arena, "%s/api/v4", forge->web);
	case FORGE_BITBUCKET:
		return str_equal(host, "bitbucket.org") ?
			       "https://api.bitbucket.org/2.0" :
			       arena_printf(arena, "%s/2.0", forge->web);
	case FORGE_BITBUCKET_SERVER:
		return arena_printf(arena, "%s/rest/api/latest", forge->web);
	case FORGE_GITEA:
	case FORGE_KINDS:
		break;
	}
	return arena_printf(arena, "%s/api/v1", forge->web);
}

static void name_repository(struct arena *arena, struct forge *forge)
{
	const char *owner = http_escape(arena, forge->owner);
	const char *name = http_escape(arena, forge->name);

	forge->page = arena_printf(arena, "%s/%s/%s", forge->web, forge->owner,
				   forge->name);
	switch (forge->kind) {
	case FORGE_GITHUB:
	case FORGE_GITEA:
	case FORGE_KINDS:
		forge->repo = arena_printf(arena, "/repos/%s/%s", owner, name);
		return;
	case FORGE_GITLAB:
		forge->repo = arena_printf(arena, "/projects/%s%%2F%s", owner,
					   name);
		return;
	case FORGE_BITBUCKET:
		forge->repo = arena_printf(arena, "/repositories/%s/%s", owner,
					   name);
		return;
	case FORGE_BITBUCKET_SERVER:
		forge->repo = arena_printf(arena, "/projects/%s/repos/%s",
					   owner, name);
		forge->page = arena_printf(arena, "%s/projects/%s/repos/%s",
					   forge->web, owner, name);
		return;
	}
}

int forge_place(struct run *run, const struct forge_args *args,
		struct forge *out, struct err *err)
{
	struct arena *arena = run->arena;
	struct remote remote;

	if (read_remote(arena, args->remote ? args->remote : ".", &remote,
			err) < 0)
		return -1;
	out->web = web_of(arena, &remote);
	if (args->kind ? read_kind(arena, args->kind, out, err) < 0 :
			 tell_kind(run, &remote, out, err) < 0)
		return -1;
	if (split_path(run, &remote, out, err) < 0)
		return -1;
	out->driver = drivers[out->kind];
	out->api = api_of(arena, out);
	name_repository(arena, out);
	return 0;
}
