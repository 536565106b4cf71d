/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "base/vec.h"
#include "git/fetch.h"

#define KEY_CAP ((size_t)64 << 10)

/* ---- the host's key ---- */

/*
 * libssh2 looks into $HOME/.ssh/known_hosts and nowhere else: so HOME is a
 * directory of ours with that one file in it.  This is a child that talks to
 * one host; what else would need HOME was read before.
 */
static int give_known_hosts(struct fetch *fetch, struct err *err)
{
	struct arena *arena = fetch->run->arena;
	const char *home = arena_printf(arena, "%s.home", fetch->cache);
	const char *dir = arena_printf(arena, "%s/.ssh", home);
	AUTO_STR struct str lines = STR_INIT(STR_BIG);

	if (repo_known_hosts(fetch->run, fetch->location->host,
			     fetch->location->port, &lines, err) < 0 ||
	    file_make_dir(dir, 0700, err) < 0 ||
	    file_write(arena_printf(arena, "%s/known_hosts", dir),
		       str_bytes(&lines), 0600, err) < 0)
		return err_wrap(err, "known hosts");
	fetch->host_known = lines.len > 0;
	if (setenv("HOME", home, true) < 0)
		return err_errno(err, ERR_FAILED, "set HOME");
	return 0;
}

/* "SHA256:..." as ssh-keygen -l prints it. */
static const char *fingerprint(struct arena *arena, const git_cert_hostkey *key)
{
	AUTO_STR struct str text = STR_INIT(128);

	str_add(&text, "SHA256:");
	str_add_base64(&text, key->hash_sha256, sizeof(key->hash_sha256));
	while (text.len && text.data[text.len - 1] == '=')
		str_cut(&text, text.len - 1);
	return str_keep(&text, arena);
}

static int on_certificate(git_cert *cert, int valid, const char *host UNUSED,
			  void *payload)
{
	struct fetch *fetch = payload;
	const struct location *at = fetch->location;
	const git_cert_hostkey *key = (const git_cert_hostkey *)cert;
	const char *print = "unknown";

	/* What libssh2 has found to be known is; nothing else ever is. */
	if (valid && cert->cert_type == GIT_CERT_HOSTKEY_LIBSSH2)
		return 0;
	if (cert->cert_type == GIT_CERT_HOSTKEY_LIBSSH2 &&
	    (key->type & GIT_CERT_SSH_SHA256))
		print = fingerprint(fetch->run->arena, key);
	err_set(&fetch->failure, ERR_ACCESS, "the host key %s is not %s", print,
		fetch->host_known ? "the one in known_hosts" :
				    "in known_hosts");
	if (fetch->host_known)
		err_hint(&fetch->failure,
			 "somebody may be in between: ask who runs the "
			 "server; if the key was changed, ssh-keygen -R "
			 "'[%s]:%s' and add the new one",
			 at->host, at->port);
	else
		err_hint(&fetch->failure,
			 "compare it with what the server's owner says, then: "
			 "ssh-keyscan -p %s %s >>~/.ssh/known_hosts",
			 at->port, at->host);
	return GIT_ECERTIFICATE;
}

/* ---- our keys ---- */

/*
 * Has the private key a passphrase?  We never ask for one, and libssh2 would
 * end the whole connection over it.
 */
static bool is_sealed(struct arena *arena, const char *path)
{
	static const char begin[] = "-----BEGIN OPENSSH PRIVATE KEY-----";
	static const char magic[] = "openssh-key-v1"; /* and its NUL */
	AUTO_STR struct str raw = STR_INIT(KEY_CAP);
	AUTO_ERR struct err ignored = { 0 };
	struct bytes text;
	const char *body, *end;

	if (file_read(arena, path, KEY_CAP, &text, &ignored) < 0)
		return false;
	if (!str_starts(text.data, begin))
		return strstr(text.data, "ENCRYPTED");
	body = text.data + strlen(begin);
	end = strstr(body, "-----END");
	/* The magic, then the cipher's name behind its length. */
	return end && str_decode_base64(&raw, body, (size_t)(end - body)) &&
	       raw.len > sizeof(magic) + 8 &&
	       memcmp(raw.data, magic, sizeof(magic)) == 0 &&
	       memcmp(raw.data + sizeof(magic), "\0\0\0\4none", 8) != 0;
}

static bool is_file(struct arena *arena, const char *path)
{
	AUTO_ERR struct err ignored = { 0 };
	struct bytes text;

	return file_read(arena, path, KEY_CAP, &text, &ignored) == 0;
}

/* Does an agent listen there?  libssh2 takes one that is gone for the end of
 * everything. */
static bool is_agent(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strlen(path);
	bool listens;
	int fd;

	if (len >= sizeof(address.sun_path))
		return false;
	memcpy(address.sun_path, path, len);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	listens = connect(fd, (const struct sockaddr *)&address,
			  sizeof(address)) == 0;
	close(fd);
	return listens;
}

static void prepare_keys(struct fetch *fetch)
{
	static const char *const names[] = { "id_ed25519", "id_ecdsa",
					     "id_rsa" };
	struct run *run = fetch->run;
	const char *own = run_env(run, "GITOPS_SSH_KEY");
	const char *home = run_env(run, "HOME");
	const char *agent = run_env(run, "SSH_AUTH_SOCK");
	struct fetch_keys *keys = &fetch->keys;

	keys->v = arena_array(run->arena, ARRAY_LEN(names) + 2,
			      sizeof(*keys->v));
	/* The one that was named stands alone. */
	if (own) {
		keys->v[keys->n++] = own;
		return;
	}
	if (agent && is_agent(agent))
		keys->v[keys->n++] = NULL;
	for (size_t i = 0; home && i < ARRAY_LEN(names); i++) {
		const char *path = arena_printf(run->arena, "%s/.ssh/%s", home,
						names[i]);

		if (!is_file(run->arena, path))
			continue;
		keys->rsa = str_equal(names[i], "id_rsa");
		if (is_sealed(run->arena, path))
			keys->sealed = path;
		else
			keys->v[keys->n++] = path;
	}
}

static int refuse_keys(struct fetch *fetch)
{
	struct fetch_keys *keys = &fetch->keys;
	struct err *err = &fetch->failure;

	if (!keys->n)
		err_set(err, ERR_ACCESS, "no ssh key to show to the server");
	else
		err_set(err, ERR_ACCESS,
			"the server takes none of our ssh keys as user %s",
			fetch->location->user);
	if (keys->sealed)
		err_hint(err, "%s has a passphrase: ssh-add it to an agent",
			 keys->sealed);
	else if (keys->rsa)
		err_hint(err, "most servers refuse RSA keys as libssh2 signs "
			      "with them before 1.11: use an ed25519 key");
	else
		err_hint(err, "start an ssh-agent, or name a key file in "
			      "GITOPS_SSH_KEY");
	return GIT_EAUTH;
}

static int on_credentials(git_credential **out, const char *url UNUSED,
			  const char *named UNUSED, unsigned allowed,
			  void *payload)
{
	struct fetch *fetch = payload;
	struct fetch_keys *keys = &fetch->keys;
	const char *user = fetch->location->user;
	const char *file;

	if (fetch->failure.status)
		return GIT_EAUTH;
	if (!(allowed & GIT_CREDENTIAL_SSH_KEY)) {
		err_set(&fetch->failure, ERR_ACCESS,
			"the server takes no ssh keys, and we have nothing "
			"else");
		return GIT_EAUTH;
	}
	if (keys->next == keys->n)
		return refuse_keys(fetch);
	file = keys->v[keys->next++];
	run_debug(fetch->run, "ssh key: %s", file ? file : "agent");
	if (!file)
		return git_credential_ssh_key_from_agent(out, user);
	return git_credential_ssh_key_new(out, user, NULL, file, NULL);
}

int repo_ssh_prepare(struct fetch *fetch, git_remote_callbacks *callbacks,
		     struct err *err)
{
	const char *agent = run_env(fetch->run, "SSH_AUTH_SOCK");
	const char *own = run_env(fetch->run, "GITOPS_SSH_KEY");

	if (own && !is_file(fetch->run->arena, own))
		return err_set(err, ERR_ACCESS,
			       "GITOPS_SSH_KEY: %s cannot be read", own);
	if (own && is_sealed(fetch->run->arena, own)) {
		err_set(err, ERR_ACCESS, "GITOPS_SSH_KEY: %s has a passphrase",
			own);
		return err_hint(err, "ssh-add it to an agent, and unset "
				     "GITOPS_SSH_KEY");
	}
	/* libssh2 looks there for the agent. */
	if (agent && setenv("SSH_AUTH_SOCK", agent, true) < 0)
		return err_errno(err, ERR_FAILED, "set SSH_AUTH_SOCK");
	fetch->keys = (struct fetch_keys){ 0 };
	prepare_keys(fetch);
	callbacks->certificate_check = on_certificate;
	callbacks->credentials = on_credentials;
	return give_known_hosts(fetch, err);
}
