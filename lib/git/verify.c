/* SPDX-License-Identifier: Apache-2.0 */
#include "git/verify.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cache.h"
#include "base/file.h"
#include "git/trust.h"

#define PROGRAM_MS    60000
#define OUTPUT_CAP    ((size_t)256 << 10)
#define FILE_CAP      ((size_t)16 << 20)
#define SIGNATURE_CAP ((size_t)256 << 10)

const char *repo_signed_name(enum repo_signed state)
{
	static const char *const names[] = {
		[REPO_SIGNED] = "good",     [REPO_UNSIGNED] = "unsigned",
		[REPO_UNKNOWN] = "unknown", [REPO_BAD] = "bad",
		[REPO_EXPIRED] = "expired", [REPO_REVOKED] = "revoked",
	};

	return names[state];
}

/* ---- trust ---- */

int repo_trust_run(struct repo_trust *trust, const char *const *argv,
		   struct bytes input, struct process_result *result,
		   struct err *err)
{
	struct run *run = trust->run;
	struct process_args args = {
		.argv = argv,
		.env = repo_program_env(run, NULL),
		.dir = trust->dir,
		.input = input,
		.timeout_ms = run_time_left_ms(run, PROGRAM_MS),
		.output_cap = OUTPUT_CAP,
	};

	if (run_check(run, err) < 0 || process_run(run, &args, result, err) < 0)
		return err_wrap(err, "verify a signature");
	return 0;
}

int repo_trust_file(struct repo_trust *trust, const char *name,
		    struct bytes bytes, const char **path, struct err *err)
{
	*path = arena_printf(trust->run->arena, "%s/%s", trust->dir, name);
	unlink(*path);
	return file_create(*path, bytes, 0600, err);
}

/* Programs run elsewhere. */
static int find_file(struct run *run, const char *name, const char **out,
		     struct err *err)
{
	char here[4096];

	*out = name;
	if (!name || *name == '/')
		return 0;
	if (!getcwd(here, sizeof(here)))
		return err_errno(err, ERR_FAILED, "find %s", name);
	*out = arena_printf(run->arena, "%s/%s", here, name);
	return 0;
}

int repo_trust_open(struct run *run, const struct repo_trust_args *args,
		    struct repo_trust **out, struct err *err)
{
	struct repo_trust *trust = arena_alloc(run->arena, sizeof(*trust));
	struct repo_trust_args *files = &trust->files;
	struct bytes ignored;

	trust->run = run;
	if (!args->keyring && !args->allowed_signers) {
		err_set(err, ERR_USAGE, "no keys to verify signatures with");
		return err_hint(err, "name a file of keys");
	}
	if (find_file(run, args->keyring, &files->keyring, err) < 0 ||
	    find_file(run, args->allowed_signers, &files->allowed_signers,
		      err) < 0 ||
	    find_file(run, args->revoked_keys, &files->revoked_keys, err) < 0 ||
	    cache_make_temporary(run, run->arena, &trust->dir, err) < 0)
		return -1;
	if (files->allowed_signers &&
	    file_read(run->arena, files->allowed_signers, FILE_CAP,
		      &trust->signers, err) < 0)
		return -1;
	if (files->revoked_keys && file_read(run->arena, files->revoked_keys,
					     FILE_CAP, &ignored, err) < 0)
		return -1;
	if (files->keyring && repo_openpgp_open(trust, err) < 0)
		return -1;
	*out = trust;
	return 0;
}

/* ---- what is signed ---- */

static struct bytes keep(struct arena *arena, const git_buf *buf)
{
	return (struct bytes){ arena_strndup(arena, buf->ptr, buf->size),
			       buf->size };
}

/* 1 where there is no signature. */
static int read_commit(struct repo *repo, git_oid *oid, struct signature *out,
		       struct err *err)
{
	git_buf armour = { 0 }, text = { 0 };
	git_commit *commit;
	int code = git_commit_extract_signature(&armour, &text, repo->git, oid,
						NULL);

	if (code < 0 && code != GIT_ENOTFOUND)
		return repo_fail(err, ERR_FAILED, "read a signature");
	if (code == 0) {
		out->armour = keep(repo->run->arena, &armour);
		out->text = keep(repo->run->arena, &text);
	}
	git_buf_dispose(&armour);
	git_buf_dispose(&text);
	if (git_commit_lookup(&commit, repo->git, oid) < 0)
		return repo_fail(err, ERR_FAILED, "read a commit");
	out->when = git_commit_time(commit);
	git_commit_free(commit);
	return code == GIT_ENOTFOUND;
}

static bool begins_signature(const char *line)
{
	return str_starts(line, "-----BEGIN PGP SIGNATURE-----") ||
	       str_starts(line, "-----BEGIN PGP MESSAGE-----") ||
	       str_starts(line, "-----BEGIN SSH SIGNATURE-----") ||
	       str_starts(line, "-----BEGIN SIGNED MESSAGE-----");
}

/* As git has it: the last line that begins one, and all behind it. */
static int read_tag(struct repo *repo, const git_oid *oid,
		    struct signature *out, struct err *err)
{
	const char *found = NULL, *line, *text;
	const git_signature *tagger;
	git_odb_object *object;
	git_odb *odb;
	git_tag *tag;
	size_t n;
	int code;

	if (git_repository_odb(&odb, repo->git) < 0)
		return repo_fail(err, ERR_FAILED, "open object database");
	code = git_odb_read(&object, odb, oid);
	git_odb_free(odb);
	if (code < 0)
		return repo_fail(err, ERR_FAILED, "read a tag");
	n = git_odb_object_size(object);
	text = arena_strndup(repo->run->arena, git_odb_object_data(object), n);
	git_odb_object_free(object);
	for (line = text; line; line = line ? line + 1 : NULL) {
		if (begins_signature(line))
			found = line;
		line = strchr(line, '\n');
	}
	if (git_tag_lookup(&tag, repo->git, oid) < 0)
		return repo_fail(err, ERR_FAILED, "read a tag");
	tagger = git_tag_tagger(tag);
	out->when = tagger ? tagger->when.time : 0;
	git_tag_free(tag);
	if (!found)
		return 1;
	out->text = (struct bytes){ text, (size_t)(found - text) };
	out->armour = (struct bytes){ found, n - out->text.len };
	return 0;
}

static int read_signature(struct repo *repo, const char *hex,
			  struct signature *out, struct err *err)
{
	git_object *object;
	git_object_t type;
	git_oid oid;

	if (git_oid_fromstr(&oid, hex) < 0 ||
	    git_object_lookup(&object, repo->git, &oid, GIT_OBJECT_ANY) < 0)
		return repo_fail(err, ERR_FAILED, "%s: object %s", repo->shown,
				 hex);
	type = git_object_type(object);
	git_object_free(object);
	if (type == GIT_OBJECT_COMMIT)
		return read_commit(repo, &oid, out, err);
	if (type == GIT_OBJECT_TAG)
		return read_tag(repo, &oid, out, err);
	return err_set(err, ERR_INPUT, "%s is no commit or tag", hex);
}

/* ---- the verdict ---- */

static void set_words(struct arena *arena, struct repo_verdict *verdict)
{
	const char *key = verdict->key ? verdict->key : "unknown";
	const char *by = verdict->owner ? arena_printf(arena, "%s (key %s)",
						       verdict->owner, key) :
					  arena_printf(arena, "key %s", key);

	if (verdict->words)
		return;
	switch (verdict->state) {
	case REPO_SIGNED:
		verdict->words = arena_printf(arena, "is signed by %s", by);
		break;
	case REPO_UNSIGNED:
		verdict->words = "is not signed";
		break;
	case REPO_UNKNOWN:
		verdict->words = arena_printf(
			arena, "is signed by %s, which is not trusted", by);
		break;
	case REPO_BAD:
		verdict->words = "has a signature that is not of it";
		break;
	case REPO_EXPIRED:
		verdict->words =
			arena_printf(arena,
				     "is signed by %s, which has expired", by);
		break;
	case REPO_REVOKED:
		verdict->words =
			arena_printf(arena,
				     "is signed by %s, which was revoked", by);
		break;
	}
}

/* A kind of signature that no file of keys was named for. */
static struct repo_verdict no_file(const char *words)
{
	return (struct repo_verdict){ .state = REPO_UNKNOWN, .words = words };
}

static int judge(struct repo_trust *trust, const struct signature *signature,
		 struct repo_verdict *out, struct err *err)
{
	const char *armour = signature->armour.data;
	bool openpgp = str_starts(armour, "-----BEGIN PGP ");
	bool ssh = str_starts(armour, "-----BEGIN SSH ");

	if (signature->armour.len > SIGNATURE_CAP) {
		out->state = REPO_BAD;
		return 0;
	}
	if (openpgp && trust->files.keyring)
		return repo_openpgp_verify(trust, signature, out, err);
	if (ssh && trust->files.allowed_signers)
		return repo_sshsig_verify(trust, signature, out, err);
	*out = no_file(openpgp ? "is signed with OpenPGP, and no keyring is "
				 "named" :
		       ssh     ? "is signed with SSH, and no allowed signers "
				 "are named" :
				 "is signed in a way that is not supported");
	return 0;
}

int repo_verify(struct repo *repo, struct repo_trust *trust, const char *oid,
		struct repo_verdict *out, struct err *err)
{
	struct signature signature = { 0 };
	struct repo_verdict verdict = { .state = REPO_UNSIGNED };
	int none = read_signature(repo, oid, &signature, err);

	if (none < 0 ||
	    (none == 0 && judge(trust, &signature, &verdict, err) < 0))
		return -1;
	set_words(repo->run->arena, &verdict);
	*out = verdict;
	return 0;
}

/* ---- tags ---- */

int repo_tag_of(struct repo *repo, const struct revision *revision,
		const char **oid, struct err *err)
{
	const char *name = revision->name;
	const char *ref = arena_printf(repo->run->arena, "%stags/%s",
				       repo->cache ? "refs/gitops/" : "refs/",
				       str_starts(name, "refs/tags/") ?
					       name + strlen("refs/tags/") :
					       name);
	char hex[GIT_OID_HEXSZ + 1], target[GIT_OID_HEXSZ + 1];
	const char *itself;
	git_tag *tag;
	git_oid id;

	*oid = NULL;
	if (git_reference_name_to_id(&id, repo->git, ref) < 0 ||
	    git_tag_lookup(&tag, repo->git, &id) < 0)
		return 0;
	git_oid_tostr(target, sizeof(target), git_tag_target_id(tag));
	itself = arena_strdup(repo->run->arena, git_tag_name(tag));
	git_tag_free(tag);
	if (!str_equal(target, revision->oid))
		return 0;
	if (!str_ends(ref, arena_printf(repo->run->arena, "tags/%s", itself)))
		return err_set(err, ERR_REFUSED,
			       "tag '%s' was made as '%s', and renamed", name,
			       itself);
	git_oid_tostr(hex, sizeof(hex), &id);
	*oid = arena_strdup(repo->run->arena, hex);
	return 0;
}
