/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* FNM_CASEFOLD */
#include <fnmatch.h>
#include <string.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/vec.h"
#include "git/fetch.h"

/*
 * libssh2 reads one file, knows neither patterns nor markers, gives up at a
 * line it cannot read, and asks the server for keys of the first line's type.
 * So the files of OpenSSH (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT) are read
 * here, and it gets only what is for this host, in an order that works.
 */

#define FILE_CAP ((size_t)16 << 20)

/* Best first: libssh2 before 1.11 can check RSA with SHA-1 only, which
 * servers have given up. */
static const char *const key_types[] = {
	"ssh-ed25519",
	"ecdsa-sha2-nistp256",
	"ecdsa-sha2-nistp384",
	"ecdsa-sha2-nistp521",
	"ssh-rsa",
};

struct known_key {
	size_t type; /* index into key_types */
	const char *key;
};

struct known_keys {
	struct known_key *v;
	size_t n;
	size_t room;
};

struct known {
	struct arena *arena;
	const char *with_port; /* "[host]:2222", or the host on port 22 */
	const char *without;   /* the host */
	struct known_keys exact;
	struct known_keys loose; /* for `without`, on another port */
	struct known_keys revoked;
};

/* ---- one line ---- */

/* The next word of `*line`, or NULL at its end. */
static const char *next_word(struct arena *arena, const char **line)
{
	size_t n;
	const char *word;

	*line += strspn(*line, " \t");
	n = strcspn(*line, " \t\r");
	if (!n)
		return NULL;
	word = arena_strndup(arena, *line, n);
	*line += n;
	return word;
}

/* "|1|salt|hash", both in base64: HMAC-SHA-1 of the name. */
static bool matches_hash(const char *pattern, const char *name)
{
	AUTO_STR struct str salt = STR_INIT(256);
	AUTO_STR struct str hash = STR_INIT(256);
	uint8_t made[DIGEST_SHA1_BYTES];
	const char *middle;

	if (!str_starts(pattern, "|1|"))
		return false;
	pattern += 3;
	middle = strchr(pattern, '|');
	if (!middle ||
	    !str_decode_base64(&salt, pattern, (size_t)(middle - pattern)) ||
	    !str_decode_base64(&hash, middle + 1, strlen(middle + 1)) ||
	    hash.len != sizeof(made))
		return false;
	digest_hmac_sha1(str_text(&salt), salt.len, name, strlen(name), made);
	return memcmp(made, hash.data, sizeof(made)) == 0;
}

/* Only "*" and "?" mean anything in a pattern: "[host]:22" is a name. */
static bool matches_one(const char *pattern, const char *name)
{
	AUTO_STR struct str escaped = STR_INIT(STR_BIG);

	for (; *pattern; pattern++) {
		if (strchr("[]\\", *pattern))
			str_add_char(&escaped, '\\');
		str_add_char(&escaped, *pattern);
	}
	return fnmatch(str_text(&escaped), name, FNM_CASEFOLD) == 0;
}

/* A list "a,*.b,!c.b": one must match, and none that is negated. */
static bool matches(struct arena *arena, const char *patterns, const char *name)
{
	bool found = false;

	if (*patterns == '|')
		return matches_hash(patterns, name);
	while (*patterns) {
		size_t n = strcspn(patterns, ",");
		bool negated = *patterns == '!';
		const char *one = arena_strndup(arena, patterns + negated,
						n - negated);

		if (matches_one(one, name)) {
			if (negated)
				return false;
			found = true;
		}
		patterns += n + (patterns[n] == ',');
	}
	return found;
}

static void read_line(struct known *known, const char *line)
{
	struct arena *arena = known->arena;
	const char *first = next_word(arena, &line);
	const char *hosts, *type, *text;
	struct known_key key = { 0 };
	bool revoked;

	if (!first || *first == '#')
		return;
	/* What an authority of certificates has signed libssh2 cannot tell. */
	if (*first == '@' && !str_equal(first, "@revoked"))
		return;
	revoked = *first == '@';
	hosts = revoked ? next_word(arena, &line) : first;
	type = next_word(arena, &line);
	text = next_word(arena, &line);
	if (!hosts || !type || !text)
		return;
	while (key.type < ARRAY_LEN(key_types) &&
	       !str_equal(key_types[key.type], type))
		key.type++;
	if (key.type == ARRAY_LEN(key_types))
		return;
	key.key = text;
	if (revoked && (matches(arena, hosts, known->with_port) ||
			matches(arena, hosts, known->without)))
		*vec_push(arena, &known->revoked) = key;
	else if (!revoked && matches(arena, hosts, known->with_port))
		*vec_push(arena, &known->exact) = key;
	else if (!revoked && matches(arena, hosts, known->without))
		*vec_push(arena, &known->loose) = key;
}

/* ---- the files ---- */

static int read_known(struct known *known, const char *path, bool must,
		      struct err *err)
{
	AUTO_ERR struct err why = { 0 };
	struct bytes text;
	const char *line;

	if (file_read(known->arena, path, FILE_CAP, &text, &why) < 0) {
		if (why.status == ERR_NOT_FOUND && !must)
			return 0;
		err_append(err, &why);
		return -1;
	}
	for (line = text.data; *line;) {
		size_t n = strcspn(line, "\n");

		read_line(known, arena_strndup(known->arena, line, n));
		line += n + (line[n] == '\n');
	}
	return 0;
}

static int read_all(struct known *known, struct run *run, struct err *err)
{
	const char *own = run_env(run, "GITOPS_SSH_KNOWN_HOSTS");
	const char *home = run_env(run, "HOME");
	const char *path;

	if (own)
		return read_known(known, own, true, err);
	if (home) {
		path = arena_printf(run->arena, "%s/.ssh/known_hosts", home);
		if (read_known(known, path, false, err) < 0)
			return -1;
	}
	return read_known(known, "/etc/ssh/ssh_known_hosts", false, err);
}

static bool is_revoked(const struct known *known, const char *key)
{
	for (size_t i = 0; i < known->revoked.n; i++)
		if (str_equal(known->revoked.v[i].key, key))
			return true;
	return false;
}

int repo_known_hosts(struct run *run, const char *host, const char *port,
		     struct str *out, struct err *err)
{
	size_t len = strlen(host);
	/* Without the brackets that an address has in a URL. */
	const char *bare = *host == '[' ? arena_strndup(run->arena, host + 1,
							len - 2) :
					  host;
	struct known known = {
		.arena = run->arena,
		.without = bare,
		.with_port = bare,
	};
	const struct known_keys *keys;

	if (!str_equal(port, "22"))
		known.with_port = arena_printf(run->arena, "[%s]:%s", bare,
					       port);
	if (read_all(&known, run, err) < 0)
		return -1;
	/* As ssh(1) has it, a key for the host does for its other ports, but
	 * not where one of the port's own is known. */
	keys = known.exact.n ? &known.exact : &known.loose;
	for (size_t type = 0; type < ARRAY_LEN(key_types); type++)
		for (size_t i = 0; i < keys->n; i++)
			if (keys->v[i].type == type &&
			    !is_revoked(&known, keys->v[i].key))
				str_printf(out, "[%s]:%s %s %s\n", bare, port,
					   key_types[type], keys->v[i].key);
	return 0;
}
