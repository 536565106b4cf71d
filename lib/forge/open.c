/* SPDX-License-Identifier: Apache-2.0 */

/* The token of a forge, and whom it is for. */

#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "forge/inside.h"

#define CA_CAP ((size_t)8 << 20)

/*
 * Whose a token is that has no forge in its name: of the server that the CI
 * job names, else of the public one.  Anywhere else it is not sent, whatever
 * the host of a repository calls itself.
 */
static const struct {
	enum forge_kind kind;
	const char *variable;
	const char *server; /* the variable that names it */
	const char *origin; /* where that is not set */
} tokens[] = {
	{ FORGE_GITHUB, "GITHUB_TOKEN", "GITHUB_SERVER_URL", "github.com:443" },
	{ FORGE_GITLAB, "GITLAB_TOKEN", "CI_SERVER_URL", "gitlab.com:443" },
	{ FORGE_BITBUCKET, "BITBUCKET_TOKEN", NULL, "bitbucket.org:443" },
	{ FORGE_GITEA, "GITEA_TOKEN", "GITHUB_SERVER_URL", "gitea.com:443" },
	{ FORGE_GITEA, "FORGEJO_TOKEN", "GITHUB_SERVER_URL",
	  "codeberg.org:443" },
	{ FORGE_GITEA, "GITHUB_TOKEN", "GITHUB_SERVER_URL", NULL },
};

static const char *find_token(struct run *run, const struct forge *forge)
{
	const char *own = forge_origin(run->arena, forge->web);
	const char *token = run_env(run, "GITOPS_FORGE_TOKEN");

	for (size_t i = 0; !token && i < ARRAY_LEN(tokens); i++) {
		const char *server = tokens[i].server ?
					     run_env(run, tokens[i].server) :
					     NULL;

		if (tokens[i].kind == forge->kind &&
		    str_equal(server ? forge_origin(run->arena, server) :
				       tokens[i].origin,
			      own))
			token = run_env(run, tokens[i].variable);
	}
	return token;
}

static int fail_token(struct run *run, const struct forge *forge,
		      struct err *err)
{
	err_set(err, ERR_ACCESS, "there is no token for %s at %s",
		forge->driver->name, forge->web);
	if (forge->kind == FORGE_GITLAB && run_env(run, "CI_JOB_TOKEN"))
		return err_hint(err, "set GITOPS_FORGE_TOKEN to a project "
				     "access token: CI_JOB_TOKEN may not do "
				     "this");
	return err_hint(err, "set GITOPS_FORGE_TOKEN");
}

static bool is_word(const char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text > '~')
			return false;
	return true;
}

static const char *basic(struct run *run, const char *user, const char *token)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);
	const char *both = arena_printf(run->arena, "%s:%s", user, token);

	str_add(&out, "Authorization: Basic ");
	str_add_base64(&out, both, strlen(both));
	return str_keep(&out, run->arena);
}

static int set_headers(struct run *run, struct forge *forge, struct err *err)
{
	const char **headers = arena_array(run->arena, 6, sizeof(*headers));
	const char *user = run_env(run, "GITOPS_FORGE_USERNAME");
	const char *token = find_token(run, forge);
	bool bitbucket = forge->kind == FORGE_BITBUCKET ||
			 forge->kind == FORGE_BITBUCKET_SERVER;
	size_t n = 0;

	if (!token)
		return fail_token(run, forge, err);
	if (!is_word(token))
		return err_set(err, ERR_ACCESS,
			       "the token for %s holds a blank or a control "
			       "character",
			       forge->driver->name);
	run_add_secret(run, token, strlen(token));
	headers[n++] = bitbucket && user ?
			       basic(run, user, token) :
			       arena_printf(run->arena, "Authorization: %s %s",
					    forge->kind == FORGE_GITEA ?
						    "token" :
						    "Bearer",
					    token);
	headers[n++] = forge->kind == FORGE_GITHUB ?
			       "Accept: application/vnd.github+json" :
			       "Accept: application/json";
	headers[n++] = "Content-Type: application/json";
	if (forge->kind == FORGE_GITHUB)
		headers[n++] = "X-GitHub-Api-Version: 2022-11-28";
	forge->headers = headers;
	return 0;
}

static int read_ca(struct run *run, struct bytes *out, struct err *err)
{
	const char *name = "GITOPS_GIT_CA_FILE";

	if (!run_env(run, name))
		name = "GIT_SSL_CAINFO";
	if (!run_env(run, name))
		return 0;
	return file_read(run->arena, run_env(run, name), CA_CAP, out, err) < 0 ?
		       err_wrap(err, "%s", name) :
		       0;
}

/* http:// only to this machine, where a forge is tried out. */
static int check_scheme(struct arena *arena, const struct forge *forge,
			struct err *err)
{
	struct http_url url;

	if (http_url_parse(arena, forge->web, &url, err) < 0)
		return -1;
	if (str_equal(url.scheme, "https") || str_starts(url.host, "127.") ||
	    str_equal(url.host, "localhost") || str_equal(url.host, "::1"))
		return 0;
	err_set(err, ERR_USAGE, "%s: http:// is not encrypted", forge->web);
	return err_hint(err, "use https://");
}

int forge_open(struct run *run, const struct forge_args *args,
	       struct forge **out, struct err *err)
{
	struct forge *forge = arena_alloc(run->arena, sizeof(*forge));
	struct http_identity identity = { .in_flight = 1 };

	forge->run = run;
	if (forge_place(run, args, forge, err) < 0 ||
	    check_scheme(run->arena, forge, err) < 0 ||
	    set_headers(run, forge, err) < 0 ||
	    read_ca(run, &identity.ca_pem, err) < 0)
		return -1;
	identity.allow_http = str_starts(forge->web, "http://");
	if (http_open(run, &identity, &forge->http, err) < 0)
		return -1;
	*out = forge;
	return 0;
}

const char *forge_name(const struct forge *forge)
{
	return forge->driver->name;
}

size_t forge_text_most(const struct forge *forge)
{
	return forge->driver->text_most;
}

bool forge_is_plain(const struct forge *forge)
{
	return forge->driver->plain;
}
