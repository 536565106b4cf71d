/* SPDX-License-Identifier: Apache-2.0 */

/*
 * OpenPGP by gpg, in a home of its own that holds the caller's keys and no
 * others.  Not by gpgv, which passes keys that have expired or were revoked.
 */

#include <string.h>

#include "base/file.h"
#include "git/trust.h"

#define KEYRING_CAP ((size_t)64 << 20)
#define STATUS      "[GNUPG:] "

/* What every call of gpg begins with. */
#define GPG                                                                    \
	"gpg", "--no-options", "--batch", "--no-tty", "--homedir", trust->dir, \
		"--no-autostart", "--disable-dirmngr",                         \
		"--no-auto-key-retrieve", "--no-auto-check-trustdb",           \
		"--lock-never", "--trust-model", "always", "--status-fd", "1"

/* The line of status behind `line`, and its first word; NULL at the end. */
static const char *next_status(const char *line)
{
	while (line) {
		if (str_starts(line, STATUS))
			return line + strlen(STATUS);
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return NULL;
}

static bool is_word(const char *line, const char *word)
{
	size_t n = strlen(word);

	return strncmp(line, word, n) == 0 &&
	       (line[n] == ' ' || line[n] == '\n' || !line[n]);
}

/* The n-th word of a line, from 0; "" where there are not as many. */
static const char *word_at(struct arena *arena, const char *line, unsigned n)
{
	while (n--) {
		line += strcspn(line, " \n");
		line += *line == ' ';
	}
	return arena_strndup(arena, line, strcspn(line, " \n"));
}

int repo_openpgp_open(struct repo_trust *trust, struct err *err)
{
	const char *argv[] = { GPG, "--import", NULL };
	struct process_result result;
	struct bytes keys;

	if (file_read(trust->run->arena, trust->files.keyring, KEYRING_CAP,
		      &keys, err) < 0)
		return err_wrap(err, "read the keyring");
	/* A keybox cannot be imported, but used as it is: as a copy of ours,
	 * since gpg may change it. */
	if (keys.len > 12 && memcmp(keys.data + 8, "KBXf", 4) == 0)
		return repo_trust_file(trust, "keys.kbx", keys, &trust->keybox,
				       err);
	if (repo_trust_run(trust, argv, keys, &result, err) < 0)
		return -1;
	for (const char *line = next_status(result.output.data); line;
	     line = next_status(line))
		if (is_word(line, "IMPORT_OK"))
			return 0;
	return err_set(err, ERR_INPUT, "%s: holds no OpenPGP key",
		       trust->files.keyring);
}

/* ---- the verdict ---- */

struct outcome {
	const char *word;
	enum repo_signed state;
};

static const struct outcome outcomes[] = {
	{ "GOODSIG", REPO_SIGNED },    { "BADSIG", REPO_BAD },
	{ "EXPSIG", REPO_EXPIRED },    { "EXPKEYSIG", REPO_EXPIRED },
	{ "REVKEYSIG", REPO_REVOKED }, { "ERRSIG", REPO_UNKNOWN },
};

static const struct outcome *find_outcome(const char *line)
{
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
		if (is_word(line, outcomes[i].word))
			return &outcomes[i];
	return NULL;
}

static const char *shown(struct arena *arena, const char *text, size_t n)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	str_add_shown(&out, text, n, false);
	return str_keep(&out, arena);
}

static void take_outcome(struct arena *arena, const struct outcome *outcome,
			 const char *line, struct repo_verdict *out)
{
	const char *owner = line + strcspn(line, " \n");

	out->state = outcome->state;
	out->key = word_at(arena, line, 1);
	/* Of ERRSIG there follow numbers: 9 is "no public key". */
	if (outcome->state == REPO_UNKNOWN) {
		if (!str_equal(word_at(arena, line, 6), "9"))
			out->words = "has a signature that gpg cannot check";
		return;
	}
	owner += *owner == ' ';
	owner += strcspn(owner, " \n");
	owner += *owner == ' ';
	out->owner = shown(arena, owner, strcspn(owner, "\n"));
}

static void read_status(struct arena *arena, const char *text,
			struct repo_verdict *out)
{
	unsigned signatures = 0;
	bool valid = false;

	*out = (struct repo_verdict){ .state = REPO_BAD };
	for (const char *line = next_status(text); line;
	     line = next_status(line)) {
		const struct outcome *outcome = find_outcome(line);

		if (outcome) {
			signatures++;
			take_outcome(arena, outcome, line, out);
		} else if (is_word(line, "VALIDSIG")) {
			valid = true;
			/* Of the primary key, whichever subkey it was. */
			out->key = word_at(arena, line, 10);
		} else if (is_word(line, "KEYREVOKED")) {
			out->state = REPO_REVOKED;
		}
	}
	/* Two signatures, of which one is good, say nothing. */
	if (signatures != 1 || (out->state == REPO_SIGNED && !valid))
		*out = (struct repo_verdict){ .state = REPO_BAD };
}

int repo_openpgp_verify(struct repo_trust *trust,
			const struct signature *signature,
			struct repo_verdict *out, struct err *err)
{
	const char *imported[] = { GPG, "--verify", NULL, "-", NULL };
	const char *keybox[] = { GPG,         "--no-default-keyring",
				 "--keyring", trust->keybox,
				 "--verify",  NULL,
				 "-",         NULL };
	const char **argv = trust->keybox ? keybox : imported;
	size_t n = (trust->keybox ? sizeof(keybox) : sizeof(imported)) /
		   sizeof(*argv);
	struct process_result result;

	if (repo_trust_file(trust, "signature", signature->armour, &argv[n - 3],
			    err) < 0 ||
	    repo_trust_run(trust, argv, signature->text, &result, err) < 0)
		return -1;
	read_status(trust->run->arena, result.output.data, out);
	/* Whatever it says: gpg has to agree with itself. */
	if (out->state == REPO_SIGNED && result.status != 0)
		out->state = REPO_BAD;
	return 0;
}
