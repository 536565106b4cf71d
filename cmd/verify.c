/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/verify.h"

#include "base/file.h"
#include "base/map.h"
#include "cmd/common.h"
#include "git/history.h"

#define NAMED    10   /* commits that are not verified, of all */
#define LOOK_FAR 1000 /* commits, for one that is */

static const char *const modes[] = { "none", "head", "tag",
				     "all-since-last-sync", NULL };

const struct opt verify_opts[] = {
	OPT_STRING(struct verify_args, allowed_signers, 0, "allowed-signers",
		   "FILE", "SSH keys that --verify trusts"),
	OPT_STRING(struct verify_args, keyring, 0, "keyring", "FILE",
		   "OpenPGP keys that --verify trusts"),
	OPT_STRING(struct verify_args, revoked_keys, 0, "revoked-keys", "FILE",
		   "SSH keys that --verify trusts no more"),
	OPT_CHOICE(struct verify_args, mode, 0, "verify", "WHAT",
		   "take only what is signed by a trusted key", modes),
	OPT_FLAG(struct verify_args, fallback, 0, "verify-fallback",
		 "or the newest commit before it that is"),
	OPT_END,
};

/* ---- the options ---- */

bool verify_is_wanted(const struct verify_args *args)
{
	return args->mode > VERIFY_NONE;
}

int verify_check(const struct verify_args *args, bool worktree, struct err *err)
{
	const char *key = args->keyring         ? "keyring" :
			  args->allowed_signers ? "allowed-signers" :
			  args->revoked_keys    ? "revoked-keys" :
			  args->fallback        ? "verify-fallback" :
						  NULL;

	if (args->mode == VERIFY_UNSAID && key) {
		err_set(err, ERR_USAGE, "--%s: nothing is to be verified", key);
		return err_hint(err, "say what is, such as --verify head");
	}
	if (!verify_is_wanted(args))
		return 0;
	if (worktree)
		return err_set(err, ERR_USAGE,
			       "--worktree: uncommitted files have no "
			       "signature to verify");
	if (!args->keyring && !args->allowed_signers) {
		err_set(err, ERR_USAGE, "--verify: whose keys are trusted?");
		return err_hint(err, "name a file of OpenPGP keys with "
				     "--keyring, or of SSH keys with "
				     "--allowed-signers");
	}
	if (args->fallback && args->mode == VERIFY_TAG)
		return err_set(err, ERR_USAGE,
			       "--verify-fallback: there is no tag before a "
			       "tag");
	return 0;
}

int verify_check_alone(const struct verify_args *args, const char *command,
		       struct err *err)
{
	if (args->mode != VERIFY_ALL)
		return 0;
	err_set(err, ERR_USAGE,
		"--verify %s: %s knows of no sync, for it asks no cluster",
		modes[VERIFY_ALL], command);
	return err_hint(err, "say --verify head");
}

/* ---- one signature ---- */

/* Who is asked, for one look at a source. */
struct judge {
	struct run *run;
	struct repo *repo;
	struct repo_trust *trust;
};

static int check_outside(const struct source *source, const char *path,
			 struct err *err)
{
	if (!path || !source->dir || !file_is_below(path, source->dir))
		return 0;
	err_set(err, ERR_REFUSED,
		"%s: keys inside the repository are not trusted", path);
	return err_hint(err, "keep them where only you can change them");
}

static int open_judge(const struct source *source, struct repo *repo,
		      struct judge *judge, struct err *err)
{
	const struct verify_args *args = &source->args->verify;
	const struct repo_trust_args files = {
		.keyring = args->keyring,
		.allowed_signers = args->allowed_signers,
		.revoked_keys = args->revoked_keys,
	};

	*judge = (struct judge){ .run = source->run, .repo = repo };
	if (check_outside(source, args->keyring, err) < 0 ||
	    check_outside(source, args->allowed_signers, err) < 0 ||
	    check_outside(source, args->revoked_keys, err) < 0)
		return -1;
	if (repo_trust_open(source->run, &files, &judge->trust, err) < 0)
		return err_wrap(err, "--verify");
	return 0;
}

static int look(struct judge *judge, const char *oid,
		const struct repo_verdict **out, struct err *err)
{
	struct repo_verdict *verdict = arena_alloc(judge->run->arena,
						   sizeof(*verdict));

	*out = verdict;
	return repo_verify(judge->repo, judge->trust, oid, verdict, err);
}

static bool is_good(const struct repo_verdict *verdict)
{
	return verdict->state == REPO_SIGNED;
}

static const char *words_of(const struct judge *judge,
			    const struct revision *revision,
			    const struct repo_verdict *verdict)
{
	return arena_printf(judge->run->arena, "commit %.7s \"%s\" %s",
			    revision->oid, revision->subject, verdict->words);
}

static int refuse(const struct source *source, struct err *err)
{
	err_set(err, ERR_REFUSED, "%s", source->verify.refused);
	return err_hint(err,
			"nothing was changed; have it signed by a key that is "
			"trusted%s",
			source->args->verify.mode == VERIFY_TAG ?
				"" :
				", or take the newest commit that is with "
				"--verify-fallback");
}

/* ---- what is taken in its place ---- */

static int take(struct source *source, const struct judge *judge,
		const struct revision *revision,
		const struct repo_verdict *verdict, struct err *err)
{
	const char *name = source->revision.name;

	run_warn(judge->run, "%s: %.7s \"%s\" is taken in its place",
		 source->verify.refused, revision->oid, revision->subject);
	source->revision = *revision;
	source->revision.name = name;
	source->verify.verdict = verdict;
	return repo_tree(source->repo, &source->revision, &source->tree, err);
}

/* Its own signature is good, and all of those before it that count. */
static int is_fit(struct judge *judge, const char *oid, const struct map *clean,
		  const struct repo_verdict **verdict, bool *out,
		  struct err *err)
{
	*out = !clean || !map_has(clean, oid) || map_get(clean, oid);
	if (!*out)
		return 0;
	if (look(judge, oid, verdict, err) < 0)
		return -1;
	*out = is_good(*verdict);
	return 0;
}

/*
 * Back by the first parents: what was merged has never been the state of the
 * branch.  `clean` has the commits that were looked at, with NULL for those
 * that have something behind them that is not verified.
 */
static int fall_back(struct source *source, struct judge *judge,
		     const struct map *clean, struct err *err)
{
	struct repo_log_args args = {
		.tip = source->revision.oid,
		.limit = 1,
	};
	const struct repo_verdict *verdict;
	bool fit = false;

	for (size_t n = 0; n < LOOK_FAR; n++) {
		struct repo_log log;

		if (run_check(judge->run, err) < 0 ||
		    repo_log(judge->repo, &args, &log, err) < 0)
			return -1;
		if (n && log.n &&
		    is_fit(judge, args.tip, clean, &verdict, &fit, err) < 0)
			return -1;
		if (fit)
			return take(source, judge, &log.v[0].revision, verdict,
				    err);
		if (!log.n || !log.v[0].n_parents)
			break;
		args.tip = log.v[0].parents[0];
	}
	err_set(err, ERR_REFUSED, "%s, and nothing before it is verified",
		source->verify.refused);
	return err_hint(err, "nothing was changed; have it signed by a key "
			     "that is trusted");
}

/* Something is not verified: `refused` says what. */
static int fail(struct source *source, struct judge *judge,
		const struct map *clean, struct err *err)
{
	struct verify *verify = &source->verify;

	if (source->args->inspect) {
		run_warn(judge->run, "%s: a sync would refuse it",
			 verify->refused);
		return 0;
	}
	if (source->args->verify.fallback)
		return fall_back(source, judge, clean, err);
	return refuse(source, err);
}

/* ---- the commit, or the tag ---- */

static int verify_named_tag(struct source *source, struct judge *judge,
			    struct err *err)
{
	struct arena *arena = judge->run->arena;
	struct verify *verify = &source->verify;
	const char *name = source->revision.name, *oid;

	if (repo_tag_of(source->repo, &source->revision, &oid, err) < 0 ||
	    (oid && look(judge, oid, &verify->verdict, err) < 0))
		return -1;
	if (oid && is_good(verify->verdict))
		return 0;
	verify->refused = oid ? arena_printf(arena, "tag %s %s", name,
					     verify->verdict->words) :
				arena_printf(arena, "%s is no annotated tag",
					     name);
	return fail(source, judge, NULL, err);
}

static int verify_head(struct source *source, struct judge *judge,
		       struct err *err)
{
	const struct repo_verdict *verdict;

	if (look(judge, source->revision.oid, &verdict, err) < 0)
		return -1;
	source->verify.verdict = verdict;
	if (is_good(verdict))
		return 0;
	source->verify.refused = words_of(judge, &source->revision, verdict);
	/* How far back it may be taken the records will tell. */
	if (source->args->verify.mode == VERIFY_ALL &&
	    source->args->verify.fallback)
		return 0;
	return fail(source, judge, NULL, err);
}

int verify_source(struct source *source, struct err *err)
{
	const struct verify_args *args = &source->args->verify;
	struct judge judge;

	source->verify = (struct verify){ .asked = source->revision };
	if (!verify_is_wanted(args))
		return 0;
	if (open_judge(source, source->repo, &judge, err) < 0)
		return -1;
	return args->mode == VERIFY_TAG ?
		       verify_named_tag(source, &judge, err) :
		       verify_head(source, &judge, err);
}

int verify_tip(const struct source *source, struct repo *repo,
	       const struct revision *tip, struct err *err)
{
	const struct verify_args *args = &source->args->verify;
	const struct repo_verdict *verdict;
	struct judge judge;

	if (!verify_is_wanted(args))
		return 0;
	if (args->mode == VERIFY_TAG)
		return err_set(err, ERR_USAGE,
			       "--verify tag: a commit follows on a branch");
	if (open_judge(source, repo, &judge, err) < 0 ||
	    look(&judge, tip->oid, &verdict, err) < 0)
		return -1;
	if (is_good(verdict))
		return 0;
	err_set(err, ERR_REFUSED, "%s", words_of(&judge, tip, verdict));
	return err_hint(err, "a signature of yours behind it would vouch for "
			     "it: mend the branch first");
}

/* ---- all since the last sync ---- */

static const char *last_commit(const struct record *record)
{
	return record->syncs.n && *record->syncs.v[0].commit ?
		       record->syncs.v[0].commit :
		       NULL;
}

/* What all apps have been synced to; NULL where there is no such commit. */
static int find_floor(struct source *source, const struct apply_records *all,
		      const char **out, struct err *err)
{
	*out = NULL;
	for (size_t i = 0; i < all->n; i++) {
		const char *last = last_commit(&all->v[i]);

		if (!last)
			continue;
		if (!*out)
			*out = last;
		else if (repo_merge_base(source->repo, *out, last, out, err) <
			 0)
			return -1;
		if (!*out)
			return 0;
	}
	return 0;
}

static int list_commits(struct source *source, const struct apply_records *all,
			const char **floor, struct repo_log *log,
			struct err *err)
{
	struct repo_log_args args = { .tip = source->revision.oid };

	if (find_floor(source, all, floor, err) == 0) {
		args.until = *floor;
		if (repo_log(source->repo, &args, log, err) == 0 && !log->cut)
			return 0;
	}
	if (err->status == ERR_OK)
		err_set(err, ERR_REFUSED, "%s: the history is not all here",
			source->shown);
	err_wrap(err, "--verify %s", modes[VERIFY_ALL]);
	return err_hint(err, "see what became of the commit that was synced "
			     "last, and then sync once with --verify head");
}

/* Is all that is before it verified, as far as it counts?  Parents came first,
 * or are behind the last sync. */
static bool is_on_clean(const struct repo_log_entry *entry,
			const struct map *clean, const char *floor)
{
	for (size_t i = 0; i < entry->n_parents; i++)
		if (map_has(clean, entry->parents[i]) ?
			    !map_get(clean, entry->parents[i]) :
			    !floor)
			return false;
	return true;
}

/* The oldest first; `words` has, in the order of the log, what is not. */
static int look_at_all(struct judge *judge, const struct repo_log *log,
		       const char *floor, struct map *clean, const char **words,
		       struct err *err)
{
	for (size_t i = log->n; i--;) {
		const struct repo_log_entry *entry = &log->v[i];
		const char *oid = entry->revision.oid;
		const struct repo_verdict *verdict;
		bool good;

		run_progress(judge->run, "verify", log->n - i - 1, log->n);
		if (run_check(judge->run, err) < 0 ||
		    look(judge, oid, &verdict, err) < 0)
			return -1;
		good = is_good(verdict);
		words[i] = good ? NULL :
				  words_of(judge, &entry->revision, verdict);
		map_set(clean, oid,
			good && is_on_clean(entry, clean, floor) ? clean :
								   NULL);
	}
	return 0;
}

/* "... is not signed, and 3 more since the last sync" */
static const char *sum_up(const struct judge *judge, const char *const *words,
			  size_t n)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		if (!words[i] || found++ >= NAMED)
			continue;
		str_printf(&out, "%s%s", out.len ? "; " : "", words[i]);
	}
	if (found > NAMED)
		str_printf(&out, "; and %zu more", found - NAMED);
	return found ? str_keep(&out, judge->run->arena) : NULL;
}

static int verify_all(struct source *source, const struct apply_records *all,
		      struct err *err)
{
	struct map *clean = map_new(source->run->arena);
	struct repo_log log = { 0 };
	const char *floor, *refused;
	struct judge judge;
	const char **words;

	if (list_commits(source, all, &floor, &log, err) < 0 ||
	    open_judge(source, source->repo, &judge, err) < 0)
		return -1;
	words = arena_array(source->run->arena, log.n, sizeof(*words));
	if (look_at_all(&judge, &log, floor, clean, words, err) < 0)
		return -1;
	refused = sum_up(&judge, words, log.n);
	/* The commit itself may have been synced when nobody verified. */
	if (!refused)
		refused = source->verify.refused;
	if (!refused)
		return 0;
	source->verify.refused = refused;
	return fail(source, &judge, clean, err);
}

/* A key that has expired since must not take a cluster back. */
static int check_ahead(struct source *source, const struct apply_records *all,
		       struct err *err)
{
	for (size_t i = 0; i < all->n; i++) {
		const char *last = last_commit(&all->v[i]);
		AUTO_ERR struct err gone = { 0 };
		bool ahead = true;

		if (!last ||
		    (repo_is_behind(source->repo, last, source->revision.oid,
				    &ahead, &gone) == 0 &&
		     ahead))
			continue;
		err_set(err, ERR_REFUSED,
			"%s; app %s was synced at %.7s, and the newest commit "
			"before it that is verified is %.7s",
			source->verify.refused, all->v[i].app, last,
			source->revision.oid);
		return err_hint(err, "nothing was changed; an app is taken "
				     "back by gitops rollback alone");
	}
	return 0;
}

/* At the apps of the tree that was taken, but of none that was left out. */
static int turn(struct source *source, struct err *err)
{
	const struct apps was = source->apps;

	if (source_turn(source, err) < 0)
		return -1;
	for (size_t i = 0; i < source->apps.n; i++) {
		struct app *app = &source->apps.v[i];
		const struct app *before = apps_find(&was, app->name);

		app->chosen = app->chosen && before && before->chosen;
	}
	source_tell(source);
	return 0;
}

int verify_since(struct source *source, struct cluster *cluster,
		 struct err *err)
{
	const bool all = source->args->verify.mode == VERIFY_ALL;
	const struct source_args *args = source->args;
	struct apply_records records;

	if (!all && !(args->verify.fallback && source->verify.refused))
		return 0;
	if (source_load_records(source, cluster, &records, err) < 0 ||
	    (all && verify_all(source, &records, err) < 0))
		return -1;
	if (args->inspect || !source->verify.refused)
		return 0;
	if (check_ahead(source, &records, err) < 0)
		return -1;
	return all ? turn(source, err) : 0;
}

int verify_end(const struct source *source, struct err *err)
{
	if (!source->verify.refused || source->args->inspect)
		return 0;
	err_set(err, ERR_REFUSED, "%s", source->verify.refused);
	return err_hint(err, "%.7s was taken in its place",
			source->revision.oid);
}
