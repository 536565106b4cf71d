/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/process.h"
#include "base/vec.h"
#include "git/fetch.h"

#define HELPER_MS  20000
#define HELPER_CAP ((size_t)64 << 10)

struct words {
	const char **v;
	size_t n;
	size_t room;
};

/* ---- the environment of a program ---- */

/* Programs need the user's agents and directories. */
static bool is_withheld(const char *variable)
{
	static const char *const names[] = {
		"GCM_INTERACTIVE=", "GITOPS_",     "GIT_ASKPASS=",
		"GIT_DIR=",         "GIT_TRACE",   "GIT_TERMINAL_PROMPT=",
		"GIT_WORK_TREE=",   "SSH_ASKPASS",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_starts(variable, names[i]))
			return true;
	return false;
}

const char *const *repo_program_env(struct run *run, const char *const *more)
{
	static const char *const never[] = {
		"GCM_INTERACTIVE=never",
		"GIT_ASKPASS=",
		"GIT_TERMINAL_PROMPT=0",
	};
	struct words env = { 0 };

	for (const char *const *one = run->env; one && *one; one++)
		if (!is_withheld(*one))
			*vec_push(run->arena, &env) = *one;
	for (size_t i = 0; i < ARRAY_LEN(never); i++)
		*vec_push(run->arena, &env) = never[i];
	while (more && *more)
		*vec_push(run->arena, &env) = *more++;
	*vec_push(run->arena, &env) = NULL;
	return env.v;
}

/* ---- git credential fill ---- */

/* The value of "name=value" in the answer, or NULL. */
static const char *field(struct arena *arena, const char *answer,
			 const char *name)
{
	size_t n = strlen(name);

	for (const char *line = answer; *line;) {
		size_t len = strcspn(line, "\n");

		if (len > n && line[n] == '=' && strncmp(line, name, n) == 0)
			return arena_strndup(arena, line + n + 1, len - n - 1);
		line += len + (line[len] == '\n');
	}
	return NULL;
}

/* The grammar of a location keeps line ends out of all of these. */
static const char *question(struct run *run, const struct location *location)
{
	bool standard = str_equal(location->port,
				  str_equal(location->scheme, "https") ? "443" :
									 "80");

	return arena_printf(run->arena,
			    "protocol=%s\nhost=%s%s%s\npath=%s\n%s%s%s\n",
			    location->scheme, location->host,
			    standard ? "" : ":", standard ? "" : location->port,
			    location->path, location->user ? "username=" : "",
			    location->user ? location->user : "",
			    location->user ? "\n" : "");
}

static int ask_helper(struct run *run, const struct location *location,
		      const char **user, const char **password, struct err *err)
{
	const char *argv[] = { process_find(run, "git"), "credential", "fill",
			       NULL };
	struct process_args args = {
		.argv = argv,
		.env = repo_program_env(run, NULL),
		.timeout_ms = run_time_left_ms(run, HELPER_MS),
		.output_cap = HELPER_CAP,
	};
	struct process_result result;

	*user = *password = NULL;
	if (!argv[0] || args.timeout_ms <= 0)
		return 0;
	args.input.data = question(run, location);
	args.input.len = strlen(args.input.data);
	if (process_run(run, &args, &result, err) < 0)
		return err_wrap(err, "git credential fill");
	/* It fails where no helper knows the host, which is no fault. */
	if (result.status != 0)
		return 0;
	*user = field(run->arena, result.output.data, "username");
	*password = field(run->arena, result.output.data, "password");
	return 0;
}

/* ---- one after the other ---- */

static const char *basic(struct run *run, const char *user,
			 const char *password)
{
	AUTO_STR struct str header = STR_INIT(STR_BIG);
	const char *pair = arena_printf(run->arena, "%s:%s", user, password);
	size_t begin;

	run_add_secret(run, password, strlen(password));
	str_add(&header, "Authorization: Basic ");
	begin = header.len;
	str_add_base64(&header, pair, strlen(pair));
	run_add_secret(run, header.data + begin, header.len - begin);
	return str_keep(&header, run->arena);
}

/* GITOPS_GIT_TOKEN, less the line end that a file it came from may have had;
 * NULL where it is not set. */
static int read_token(struct run *run, const char **out, struct err *err)
{
	const char *token = run_env(run, "GITOPS_GIT_TOKEN");
	size_t len = token ? strcspn(token, "\r\n") : 0;

	*out = len ? arena_strndup(run->arena, token, len) : NULL;
	if (token && token[len + strspn(token + len, "\r\n")])
		return err_set(err, ERR_ACCESS,
			       "GITOPS_GIT_TOKEN holds more than one line");
	return 0;
}

int repo_credential_next(struct run *run, const struct location *location,
			 enum credential_source *source, const char **header,
			 struct err *err)
{
	const char *user = location->user, *password;

	*header = NULL;
	if (*source == CREDENTIAL_TOKEN) {
		*source = CREDENTIAL_HELPER;
		if (read_token(run, &password, err) < 0)
			return -1;
		if (!user)
			user = run_env(run, "GITOPS_GIT_USERNAME");
		if (password) {
			*header = basic(run, user ? user : "git", password);
			return 0;
		}
	}
	if (*source == CREDENTIAL_HELPER) {
		*source = CREDENTIAL_NONE;
		if (ask_helper(run, location, &user, &password, err) < 0)
			return -1;
		if (user && password)
			*header = basic(run, user, password);
	}
	return 0;
}
