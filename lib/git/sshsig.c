/* SPDX-License-Identifier: Apache-2.0 */

/*
 * SSH signatures by ssh-keygen, as git has it do: for the namespace "git", and
 * with keys as they were valid at the time of the commit.
 */

#include <string.h>
#include <time.h>

#include "git/trust.h"

#define MAGIC "SSHSIG"

/* The blob begins with the magic, a version of 4 bytes, and the key with its
 * length before it: "ssh-ed25519 AAAA...". */
static bool read_key(struct arena *arena, struct bytes armour, const char **out)
{
	AUTO_STR struct str raw = STR_INIT(armour.len);
	AUTO_STR struct str line = STR_INIT(armour.len * 2);
	const char *body = memchr(armour.data, '\n', armour.len), *end;
	const unsigned char *at;
	size_t head = strlen(MAGIC) + 4, n, kind;

	end = body ? strstr(body, "-----END") : NULL;
	if (!end || !str_decode_base64(&raw, body, (size_t)(end - body)) ||
	    raw.len < head + 8 || memcmp(raw.data, MAGIC, strlen(MAGIC)) != 0)
		return false;
	at = (const unsigned char *)raw.data + head;
	n = (size_t)at[0] << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 |
	    at[3];
	kind = (size_t)at[4] << 24 | (size_t)at[5] << 16 | (size_t)at[6] << 8 |
	       at[7];
	if (n < 8 || n > raw.len - head - 4 || kind > n - 4)
		return false;
	str_add_bytes(&line, at + 8, kind);
	str_add_char(&line, ' ');
	str_add_base64(&line, at + 4, n);
	*out = str_keep(&line, arena);
	return strlen(*out) == line.len && !strpbrk(*out, "\r\n\"");
}

/* "SHA256:..." in what ssh-keygen says, or NULL. */
static const char *find_print(struct arena *arena, struct bytes output)
{
	const char *at = strstr(output.data, "SHA256:");

	return at ? arena_strndup(arena, at, strcspn(at, " \r\n")) : NULL;
}

/* Is the key in the file at all, whenever it is valid? */
static bool is_listed(const struct repo_trust *trust, const char *key)
{
	const char *line = trust->signers.data, *found;
	size_t n = strlen(key);

	for (; (found = strstr(line, key)); line = found + n) {
		const char *start = found;

		while (start > trust->signers.data && start[-1] != '\n')
			start--;
		if (*start != '#' && strchr(" \t\r\n", found[n]))
			return true;
	}
	return false;
}

static const char *verify_time(struct arena *arena, int64_t when)
{
	time_t seconds = (time_t)when;
	struct tm tm = { 0 };

	gmtime_r(&seconds, &tm);
	return arena_printf(arena, "-Overify-time=%04d%02d%02d%02d%02d%02dZ",
			    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
			    tm.tm_hour, tm.tm_min, tm.tm_sec);
}

struct check {
	struct repo_trust *trust;
	const struct signature *signature;
	const char *file; /* with the signature */
	const char *when;
	const char *key; /* as in authorized_keys */
};

/* Does it fit the text, whoever's it is? */
static int check_text(const struct check *check, struct repo_verdict *out,
		      bool *fits, struct err *err)
{
	const char *argv[] = { "ssh-keygen", "-Y", "check-novalidate", "-n",
			       "git",        "-s", check->file,        NULL };
	struct process_result result;

	if (repo_trust_run(check->trust, argv, check->signature->text, &result,
			   err) < 0)
		return -1;
	*fits = result.status == 0;
	out->key = find_print(check->trust->run->arena, result.output);
	return 0;
}

/* Whose key it was then: the lines of "find-principals". */
static int find_principals(const struct check *check, const char **out,
			   struct err *err)
{
	const char *argv[] = { "ssh-keygen",
			       "-Y",
			       "find-principals",
			       "-f",
			       check->trust->files.allowed_signers,
			       "-s",
			       check->file,
			       check->when,
			       NULL };
	struct process_result result;

	if (repo_trust_run(check->trust, argv, (struct bytes){ 0 }, &result,
			   err) < 0)
		return -1;
	*out = result.status == 0 ? result.output.data : "";
	return 0;
}

/* Keys in the file `revoked` are taken for nobody's, where one is given. */
static int check_principal(const struct check *check, const char *principal,
			   const char *revoked, bool *good, struct err *err)
{
	const char *argv[] = { "ssh-keygen",
			       "-Y",
			       "verify",
			       "-n",
			       "git",
			       "-f",
			       check->trust->files.allowed_signers,
			       "-I",
			       principal,
			       "-s",
			       check->file,
			       check->when,
			       revoked ? "-r" : NULL,
			       revoked,
			       NULL };
	struct process_result result;

	if (repo_trust_run(check->trust, argv, check->signature->text, &result,
			   err) < 0)
		return -1;
	*good = result.status == 0;
	return 0;
}

/* ssh-keygen does not say by its status why it refuses: a key that would be
 * good without the file of revoked ones is one of them. */
static int judge_principal(const struct check *check, const char *principal,
			   enum repo_signed *state, struct err *err)
{
	const char *revoked = check->trust->files.revoked_keys;
	bool good = false;

	/* It may be allowed for other things than git. */
	*state = REPO_UNKNOWN;
	if (check_principal(check, principal, revoked, &good, err) < 0)
		return -1;
	if (good) {
		*state = REPO_SIGNED;
		return 0;
	}
	if (!revoked)
		return 0;
	if (check_principal(check, principal, NULL, &good, err) < 0)
		return -1;
	if (good)
		*state = REPO_REVOKED;
	return 0;
}

static int check_signers(const struct check *check, struct repo_verdict *out,
			 struct err *err)
{
	struct arena *arena = check->trust->run->arena;
	const char *line;
	size_t n;

	if (find_principals(check, &line, err) < 0)
		return -1;
	out->state = is_listed(check->trust, check->key) ? REPO_EXPIRED :
							   REPO_UNKNOWN;
	for (; *line && out->state != REPO_SIGNED;
	     line += n + strspn(line + n, "\r\n")) {
		n = strcspn(line, "\r\n");
		out->owner = arena_strndup(arena, line, n);
		if (n &&
		    judge_principal(check, out->owner, &out->state, err) < 0)
			return -1;
	}
	return 0;
}

int repo_sshsig_verify(struct repo_trust *trust,
		       const struct signature *signature,
		       struct repo_verdict *out, struct err *err)
{
	struct check check = {
		.trust = trust,
		.signature = signature,
		.when = verify_time(trust->run->arena, signature->when),
	};
	bool fits = false;

	*out = (struct repo_verdict){ .state = REPO_BAD };
	if (repo_trust_file(trust, "signature", signature->armour, &check.file,
			    err) < 0)
		return -1;
	if (!read_key(trust->run->arena, signature->armour, &check.key))
		return 0;
	if (check_text(&check, out, &fits, err) < 0)
		return -1;
	if (!fits)
		return 0;
	return check_signers(&check, out, err);
}
