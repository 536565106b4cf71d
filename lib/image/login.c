/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/file.h"
#include "base/process.h"
#include "base/vec.h"
#include "image/registry_inside.h"

#define FILE_CAP   ((size_t)1 << 20)
#define HELPER_MS  10000
#define HELPER_CAP ((size_t)64 << 10)

/* What docker's own helpers say of a server they do not know. */
#define NOT_FOUND "credentials not found in native keychain"

/* ---- the files ---- */

static int read_file(struct registry *registry, const char *path, bool must,
		     struct err *err)
{
	struct arena *arena = registry->run->arena;
	AUTO_ERR struct err why = { 0 };
	struct login_file *file;
	struct bytes bytes;
	json_t *value;

	if (file_read(arena, path, FILE_CAP, &bytes, &why) < 0) {
		if (why.status == ERR_NOT_FOUND && !must)
			return 0;
		err_append(err, &why);
		return err_wrap(err, "logins for registries");
	}
	if (doc_read_json(arena, path, bytes, &value, err) < 0)
		return err_wrap(err, "logins for registries");
	file = vec_push(arena, &registry->logins);
	*file = (struct login_file){ .path = path, .value = value };
	return 0;
}

int registry_read_logins(struct registry *registry, struct err *err)
{
	struct run *run = registry->run;
	const struct {
		const char *dir;  /* or NULL */
		const char *name; /* of the file in it */
	} places[] = {
		{ run_env(run, "XDG_RUNTIME_DIR"), "containers/auth.json" },
		{ run_env(run, "XDG_CONFIG_HOME"), "containers/auth.json" },
		{ run_env(run, "XDG_CONFIG_HOME") ? NULL : run_env(run, "HOME"),
		  ".config/containers/auth.json" },
		{ run_env(run, "DOCKER_CONFIG"), "config.json" },
		{ run_env(run, "DOCKER_CONFIG") ? NULL : run_env(run, "HOME"),
		  ".docker/config.json" },
	};
	const char *only = run_env(run, "REGISTRY_AUTH_FILE");

	if (only)
		return read_file(registry, only, true, err);
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (places[i].dir &&
		    read_file(registry,
			      arena_printf(run->arena, "%s/%s", places[i].dir,
					   places[i].name),
			      false, err) < 0)
			return -1;
	return 0;
}

/* ---- what they say ---- */

/*
 * The host, or host and path, that a key stands for: docker has also written
 * URLs, "https://ghcr.io/v1/", of which only the host counts.
 */
static const char *key_name(struct arena *arena, const char *key)
{
	const char *scheme = strstr(key, "://");
	size_t n = strlen(key);
	const char *name = key;

	if (scheme) {
		name = scheme + 3;
		n = strcspn(name, "/");
	}
	while (n && name[n - 1] == '/')
		n--;
	name = arena_strndup(arena, name, n);
	if (str_equal(name, "index.docker.io") ||
	    str_equal(name, "registry-1.docker.io"))
		return "docker.io";
	return name;
}

/* Is the key for this origin: for its host, or a path that its repository is
 * in?  Then its length, by which the closest wins; else 0. */
static size_t key_fits(struct arena *arena, const char *key,
		       const struct origin *origin)
{
	const char *name = key_name(arena, key);
	const char *whole = arena_printf(arena, "%s/%s", origin->domain,
					 origin->repository);
	size_t n = strlen(name);

	if (str_equal(name, origin->domain))
		return n;
	if (n > strlen(origin->domain) && strncmp(name, whole, n) == 0 &&
	    (!whole[n] || whole[n] == '/'))
		return n;
	return 0;
}

/* The member of "auths" or "credHelpers" that fits best, or NULL. */
static json_t *closest(struct arena *arena, json_t *members,
		       const struct origin *origin)
{
	json_t *best = NULL, *value;
	const char *key;
	size_t most = 0;

	json_object_foreach(members, key, value) {
		size_t n = key_fits(arena, key, origin);

		if (n > most) {
			most = n;
			best = value;
		}
	}
	return best;
}

static const char *text_of(const json_t *member, const char *name)
{
	const char *text = doc_get_string(member, name, NULL);

	return text && *text ? text : NULL;
}

static void hide(struct run *run, const char *secret)
{
	if (secret)
		run_add_secret(run, secret, strlen(secret));
}

/* "auth" is user:password in base64. */
static void read_pair(struct arena *arena, const char *auth, struct login *out)
{
	AUTO_STR struct str pair = STR_INIT(FILE_CAP);
	const char *colon;

	if (!str_decode_base64(&pair, auth, strlen(auth)))
		return;
	colon = strchr(str_text(&pair), ':');
	if (!colon)
		return;
	out->user = arena_strndup(arena, pair.data,
				  (size_t)(colon - pair.data));
	/* docker has ended some with a NUL. */
	out->password = arena_strdup(arena, colon + 1);
}

static bool read_auth(struct run *run, const json_t *member, struct login *out)
{
	struct login login = {
		.user = text_of(member, "username"),
		.password = text_of(member, "password"),
		.identity = text_of(member, "identitytoken"),
	};
	const char *auth = text_of(member, "auth");

	hide(run, auth);
	if (auth)
		read_pair(run->arena, auth, &login);
	hide(run, login.password);
	hide(run, login.identity);
	if (!login.identity && !(login.user && login.password))
		return false;
	*out = login;
	return true;
}

void registry_find_login(struct registry *registry, struct origin *origin)
{
	struct run *run = registry->run;

	for (size_t i = 0; i < registry->logins.n; i++) {
		const struct login_file *file = &registry->logins.v[i];
		const json_t *helper =
			closest(run->arena,
				doc_get(file->value, "credHelpers", NULL),
				origin);
		const json_t *auth =
			closest(run->arena, doc_get(file->value, "auths", NULL),
				origin);

		origin->found.source = file->path;
		origin->found.helper = json_string_value(helper);
		if (origin->found.helper)
			return;
		if (auth && read_auth(run, auth, &origin->found)) {
			origin->found.source = file->path;
			return;
		}
		/* A login that the store has is listed, without its secret;
		 * older ones were not. */
		origin->found.helper = doc_get_string(file->value, "credsStore",
						      NULL);
		if (origin->found.helper && *origin->found.helper)
			return;
	}
	origin->found = (struct login){ 0 };
}

void registry_make_basic(struct run *run, struct origin *origin)
{
	AUTO_STR struct str header = STR_INIT(STR_BIG);
	const struct login *login = &origin->login;
	const char *pair;
	size_t begin;

	if (!login->user || !login->password)
		return;
	pair = arena_printf(run->arena, "%s:%s", login->user, login->password);
	str_add(&header, "Authorization: Basic ");
	begin = header.len;
	str_add_base64(&header, pair, strlen(pair));
	run_add_secret(run, header.data + begin, header.len - begin);
	origin->basic = str_keep(&header, run->arena);
}

/* ---- helpers ---- */

/* A name, and never a path or an option (T13). */
static bool is_helper_name(const char *name)
{
	return *name && *name != '-' &&
	       !name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")];
}

/* The user's own environment, less what is for us alone. */
static const char *const *helper_env(struct run *run)
{
	struct {
		const char **v;
		size_t n, room;
	} env = { 0 };

	for (const char *const *one = run->env; one && *one; one++)
		if (!str_starts(*one, "GITOPS_"))
			*vec_push(run->arena, &env) = *one;
	*vec_push(run->arena, &env) = NULL;
	return env.v;
}

/* What it said on its standard output, errors too. */
static const char *said(struct arena *arena,
			const struct process_result *result)
{
	struct bytes text = result->output.len ? result->output :
						 result->errors;
	size_t n = strcspn(text.data, "\r\n");

	while (n && strchr(" \t", text.data[n - 1]))
		n--;
	return arena_strndup(arena, text.data, n);
}

static int fail_helper(const char *program, const char *text, struct err *err)
{
	AUTO_STR struct str shown = STR_INIT(STR_BIG);

	str_add_shown(&shown, text, strnlen(text, 200), false);
	err_set(err, ERR_ACCESS, "%s: %s", program,
		shown.len ? str_text(&shown) : "failed, and did not say why");
	return err_hint(err, "log in again, or take it out of the file that "
			     "names it");
}

static int read_answer(struct run *run, const char *program,
		       struct bytes output, struct login *login,
		       struct err *err)
{
	AUTO_ERR struct err ignored = { 0 };
	const char *user, *secret;
	json_t *answer;

	if (doc_read_json(run->arena, program, output, &answer, &ignored) < 0)
		return fail_helper(program, "its answer is not JSON", err);
	user = text_of(answer, "Username");
	secret = text_of(answer, "Secret");
	hide(run, secret);
	if (!user || !secret)
		return fail_helper(program, "its answer has no login", err);
	if (str_equal(user, "<token>")) {
		login->identity = secret;
		return 0;
	}
	login->user = user;
	login->password = secret;
	return 0;
}

int registry_ask_helper(struct run *run, struct origin *origin, struct err *err)
{
	const char *name = origin->login.helper;
	const char *program, *path, *argv[3];
	struct process_args args = {
		.argv = argv,
		.env = helper_env(run),
		.timeout_ms = run_time_left_ms(run, HELPER_MS),
		.output_cap = HELPER_CAP,
	};
	struct process_result result;

	origin->helper_asked = true;
	if (!is_helper_name(name))
		return err_set(err, ERR_ACCESS,
			       "%s: '%s' is no name of a credential helper",
			       origin->login.source, name);
	program = arena_printf(run->arena, "docker-credential-%s", name);
	path = process_find(run, program);
	if (!path) {
		err_set(err, ERR_ACCESS,
			"%s: there is no %s, which %s names for logins",
			origin->host, program, origin->login.source);
		return err_hint(err, "install it, or log in without it");
	}
	argv[0] = path;
	argv[1] = "get";
	argv[2] = NULL;
	args.input.data = str_equal(origin->domain, "docker.io") ?
				  "https://index.docker.io/v1/\n" :
				  arena_printf(run->arena, "%s\n",
					       origin->domain);
	args.input.len = strlen(args.input.data);
	if (args.timeout_ms <= 0)
		return run_check(run, err);
	if (process_run(run, &args, &result, err) < 0)
		return err_wrap(err, "%s", program);
	if (result.status == 0)
		return read_answer(run, program, result.output, &origin->login,
				   err);
	if (str_equal(said(run->arena, &result), NOT_FOUND))
		return 0;
	return fail_helper(program, said(run->arena, &result), err);
}
