/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Signatures as git makes them: the same programs, the same settings, and the
 * text on their standard input.  None of them may ask for anything.
 */

#include <string.h>

#include "base/cache.h"
#include "base/file.h"
#include "base/process.h"
#include "git/inside.h"

#define PROGRAM_MS    60000
#define SIGNATURE_CAP ((size_t)64 << 10)

/* What the program said last. */
static const char *last_line(struct arena *arena, struct bytes text)
{
	AUTO_STR struct str shown = STR_INIT(STR_BIG);
	const char *end = text.data + text.len, *begin;

	while (end > text.data && (end[-1] == '\n' || end[-1] == '\r'))
		end--;
	begin = end;
	while (begin > text.data && begin[-1] != '\n')
		begin--;
	str_add_shown(&shown, begin, (size_t)(end - begin), false);
	return shown.len ? str_keep(&shown, arena) : "it says nothing";
}

static int run_signer(struct repo *repo, const char *const *argv,
		      struct bytes text, const char *armour, const char **out,
		      struct err *err)
{
	/* To be asked for a passphrase is to be refused. */
	static const char *const mute[] = {
		"SSH_ASKPASS=/bin/false",
		"SSH_ASKPASS_REQUIRE=force",
		NULL,
	};
	struct run *run = repo->run;
	struct process_args args = {
		.argv = argv,
		.env = repo_program_env(run, mute),
		.input = text,
		.timeout_ms = run_time_left_ms(run, PROGRAM_MS),
		.output_cap = SIGNATURE_CAP,
	};
	struct process_result result;
	size_t len;

	if (run_check(run, err) < 0 ||
	    process_run(run, &args, &result, err) < 0)
		return err_wrap(err, "sign the commit");
	if (result.status != 0 || !str_starts(result.output.data, armour)) {
		err_set(err, ERR_ACCESS, "sign the commit: %s: %s", argv[0],
			last_line(run->arena, result.errors));
		return err_hint(err, "unlock the key in its agent, or see "
				     "user.signingKey in git's configuration");
	}
	len = result.output.len;
	while (len && result.output.data[len - 1] == '\n')
		len--;
	*out = arena_strndup(run->arena, result.output.data, len);
	return 0;
}

static int sign_with_gpg(struct repo *repo, struct bytes text, const char *key,
			 const char **out, struct err *err)
{
	const char *program = repo_setting_path(repo, "gpg.openpgp.program");
	const char *argv[] = {
		NULL, "--batch", "--no-tty", "-bsau", key, NULL
	};

	if (!program)
		program = repo_setting_path(repo, "gpg.program");
	argv[0] = program ? program : "gpg";
	return run_signer(repo, argv, text, "-----BEGIN PGP ", out, err);
}

/* A public key as it is, whose other half is in the agent; not a file. */
static bool is_literal(const char *key)
{
	return str_starts(key, "key::") || str_starts(key, "ssh-");
}

static int sign_with_literal(struct repo *repo, struct bytes text,
			     const char *program, const char *key,
			     const char **out, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const char *argv[] = { program, "-Y", "sign", "-n", "git",
			       "-U",    "-f", NULL,   NULL };
	const char *dir, *line;

	if (str_starts(key, "key::"))
		key += strlen("key::");
	if (cache_make_temporary(repo->run, scratch, &dir, err) < 0)
		return -1;
	argv[7] = arena_printf(scratch, "%s/key.pub", dir);
	line = arena_printf(scratch, "%s\n", key);
	if (file_create(argv[7], (struct bytes){ line, strlen(line) }, 0600,
			err) < 0)
		return -1;
	return run_signer(repo, argv, text, "-----BEGIN SSH ", out, err);
}

static int sign_with_ssh(struct repo *repo, struct bytes text, const char *key,
			 const char **out, struct err *err)
{
	const char *program = repo_setting_path(repo, "gpg.ssh.program");
	const char *home = run_env(repo->run, "HOME");
	const char *argv[] = { program ? program : "ssh-keygen",
			       "-Y",
			       "sign",
			       "-n",
			       "git",
			       "-f",
			       NULL,
			       NULL };

	if (!key) {
		err_set(err, ERR_USAGE, "sign the commit: no key is named");
		return err_hint(err, "set user.signingKey in git's "
				     "configuration to the file of a key");
	}
	if (is_literal(key))
		return sign_with_literal(repo, text, argv[0], key, out, err);
	if (str_starts(key, "~/") && home)
		key = arena_printf(repo->run->arena, "%s%s", home, key + 1);
	if (*key != '/') {
		err_set(err, ERR_USAGE,
			"sign the commit: '%s' is no absolute path", key);
		return err_hint(err, "name the file from the root or from "
				     "'~/' in user.signingKey");
	}
	argv[6] = key;
	return run_signer(repo, argv, text, "-----BEGIN SSH ", out, err);
}

int repo_sign(struct repo *repo, struct bytes text, const char *key,
	      const char *committer, const char **out, struct err *err)
{
	const char *format = repo_setting(repo, "gpg.format");

	if (!key)
		key = repo_setting(repo, "user.signingkey");
	if (!format || str_equal(format, "openpgp"))
		return sign_with_gpg(repo, text, key ? key : committer, out,
				     err);
	if (str_equal(format, "ssh"))
		return sign_with_ssh(repo, text, key, out, err);
	err_set(err, ERR_USAGE, "gpg.format is '%s', which is not supported",
		format);
	return err_hint(err, "set it to 'openpgp' or 'ssh' in git's "
			     "configuration");
}
