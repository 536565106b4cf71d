/* SPDX-License-Identifier: Apache-2.0 */
#include "git/land.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "git/history.h"
#include "git/inside.h"
#include "git/push.h"

#define TRIES         5
#define WAIT_LEAST_MS 100
#define LOCK_WAIT_MS  ((int64_t)60 * 1000)
#define HEADS         "refs/heads/"

struct landing {
	struct repo *repo;
	const char *branch; /* "main" */
	const char *ref;    /* "refs/heads/main" */
	const struct repo_land_args *args;
	repo_make *make;
	void *data;
	struct repo_landed *out;
};

/* ---- a commit on the tip ---- */

/* The tip and what was made on it; NULL in out->oid where that is nothing. */
static int make_commit(struct landing *landing, struct err *err)
{
	struct repo_commit_args args = { 0 };
	struct repo_landed *out = landing->out;
	struct revision tip;

	if (repo_revision(landing->repo, &tip, err) < 0 ||
	    landing->make(landing->data, landing->repo, &tip, &args, err) < 0)
		return -1;
	out->base = tip.oid;
	out->oid = NULL;
	if (!args.n_edits)
		return 0;
	args.onto = out->was;
	return repo_commit(landing->repo, tip.oid, &args, &out->oid, err);
}

/* ---- one after the other ---- */

/*
 * Those who were in each other's way do not come back together.  The process
 * and the clock are chance enough.
 */
static void wait_a_while(struct repo *repo, unsigned tries)
{
	int64_t most = (int64_t)WAIT_LEAST_MS << tries;
	int64_t ms = (clock_ms() + (int64_t)getpid() * 40503) % most;

	poll(NULL, 0, (int)run_time_left_ms(repo->run, ms));
}

/* The branch as it is now. */
static int look_again(struct landing *landing, struct err *err)
{
	struct repo *repo = landing->repo;
	struct repo_rev rev;

	if (repo_rev_parse(repo->run->arena, landing->ref, &rev, err) < 0)
		return -1;
	if (repo->cache) {
		if (repo_fetch(repo, &rev, err) < 0)
			return err_wrap(err, "fetch %s", repo->shown);
	} else if (git_reference_name_to_id(&repo->commit, repo->git,
					    landing->ref) < 0) {
		return repo_fail(err, ERR_NOT_FOUND, "%s: no branch '%s'",
				 repo->shown, landing->branch);
	}
	repo->name = landing->branch;
	repo->branch = landing->ref;
	return 0;
}

/* Is our commit in what the branch holds now? */
static bool has_landed(struct landing *landing)
{
	AUTO_ERR struct err ignored = { 0 };
	struct repo *repo = landing->repo;
	const char *tip;
	git_oid ours;

	if (landing->args->head)
		return landing->out->oid &&
		       repo_ask_tip(repo, landing->args->head, &tip,
				    &ignored) == 0 &&
		       str_equal(tip, landing->out->oid);
	if (!landing->out->oid || look_again(landing, &ignored) < 0 ||
	    git_oid_fromstr(&ours, landing->out->oid) < 0)
		return false;
	return git_oid_equal(&ours, &repo->commit) ||
	       git_graph_descendant_of(repo->git, &repo->commit, &ours) == 1;
}

/*
 * An answer that was lost says nothing: the branch does.  What the server
 * refused in words has not landed.
 */
static int doubt(struct landing *landing, struct err *err)
{
	if (err->status != ERR_TEMPORARY && err->status != ERR_FAILED)
		return -1;
	if (!has_landed(landing))
		return -1;
	err_clear(err);
	landing->out->pushed = true;
	return 0;
}

/* ---- a branch of ours, for a pull request ---- */

/* The commits of `head`, which may be on no branch that we have. */
static int fetch_head(struct landing *landing, struct err *err)
{
	struct repo other = *landing->repo;
	struct repo_rev rev;

	if (!other.cache)
		return 0;
	if (repo_rev_parse(other.run->arena,
			   arena_printf(other.run->arena, HEADS "%s",
					landing->args->head),
			   &rev, err) < 0)
		return -1;
	return repo_fetch(&other, &rev, err);
}

/* What somebody else has put there is not thrown away. */
static int refuse_foreign(struct landing *landing, const char *tip,
			  struct err *err)
{
	const struct repo_land_args *args = landing->args;
	char base[GIT_OID_HEXSZ + 1];
	struct repo_log_args how = { .tip = tip, .until = base };
	struct repo_log log;

	git_oid_tostr(base, sizeof(base), &landing->repo->commit);
	if (fetch_head(landing, err) < 0 ||
	    repo_log(landing->repo, &how, &log, err) < 0)
		return -1;
	for (size_t i = 0; i < log.n; i++) {
		const struct revision *one = &log.v[i].revision;

		/* A merge brings commits that are judged themselves: somebody
		 * has brought the branch up to date. */
		if (log.v[i].n_parents > 1 ||
		    (args->ours && repo_trailer(&log.v[i], args->ours)))
			continue;
		err_set(err, ERR_REFUSED,
			"branch '%s' has a commit of %s: %s %s", args->head,
			one->author, one->name, one->subject);
		return err_hint(err, "name another branch, or merge or delete "
				     "this one");
	}
	return 0;
}

/* Does `head` come to the same already?  Then no commit is added to it. */
static bool is_the_same(struct landing *landing, const char *tip)
{
	AUTO_ERR struct err ignored = { 0 };
	struct repo *repo = landing->repo;
	const char *was, *is;
	bool follows;

	return repo_path_id(repo, tip, "", &was, &ignored) == 0 &&
	       repo_path_id(repo, landing->out->oid, "", &is, &ignored) == 0 &&
	       str_equal(was, is) &&
	       repo_is_behind(repo, landing->out->base, tip, &follows,
			      &ignored) == 0 &&
	       follows;
}

static int check_head(struct landing *landing, struct err *err)
{
	const char *head = landing->args->head;

	if (!head)
		return 0;
	if (repo_ask_tip(landing->repo, head, &landing->out->was, err) < 0)
		return -1;
	return landing->out->was ?
		       refuse_foreign(landing, landing->out->was, err) :
		       0;
}

/* ---- one try ---- */

/* Where the commit goes, and what must be there. */
static struct repo_push_args push_of(const struct landing *landing)
{
	const struct repo_landed *out = landing->out;
	const char *head = landing->args->head;

	return (struct repo_push_args){
		.branch = head ? head : landing->branch,
		.commit = out->oid,
		.expected = head ? out->was : out->base,
	};
}

/* *outrun: make it again, on the new tip. */
static int try_once(struct landing *landing, bool *outrun, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct repo_landed *out = landing->out;
	struct repo *repo = landing->repo;
	struct repo_push_args args;
	enum repo_pushed pushed;

	*outrun = false;
	if (check_head(landing, err) < 0)
		return -1;
	/* Nobody replaces the cache while our objects are only there. */
	if (repo->cache && repo_lock_cache(repo->run, scratch, repo->cache,
					   LOCK_WAIT_MS, err) < 0)
		return -1;
	if (make_commit(landing, err) < 0)
		return -1;
	if (!out->oid)
		return 0;
	if (out->was && is_the_same(landing, out->was)) {
		out->oid = out->was;
		out->pushed = true;
		return 0;
	}
	args = push_of(landing);
	if (repo_push(repo, &args, &pushed, err) < 0)
		return -1;
	*outrun = pushed == REPO_OUTRUN;
	out->pushed = !*outrun;
	return 0;
}

/*
 * Has the branch moved while `head` was?  Then what was made may be in it by
 * now.  The last commit made stays, which a later run brings up to date.
 */
static bool is_late(struct landing *landing)
{
	AUTO_ERR struct err ignored = { 0 };
	const char *tip;

	return landing->args->head && landing->out->oid &&
	       landing->out->tries < TRIES &&
	       repo_ask_tip(landing->repo, landing->branch, &tip, &ignored) ==
		       0 &&
	       !str_equal(tip, landing->out->base);
}

static int land_shared(struct landing *landing, struct err *err)
{
	bool outrun;

	for (unsigned tries = 1;; tries++) {
		landing->out->tries = tries;
		if (try_once(landing, &outrun, err) < 0)
			return doubt(landing, err);
		if (!outrun && !is_late(landing))
			return 0;
		if (tries == TRIES)
			break;
		wait_a_while(landing->repo, tries);
		if (run_check(landing->repo->run, err) < 0 ||
		    look_again(landing, err) < 0)
			return -1;
	}
	err_set(err, ERR_TEMPORARY,
		"branch '%s' was moved by others each of %d times",
		landing->branch, TRIES);
	return err_hint(err, "run again");
}

/* ---- where files are ---- */

/* What a CI job is about has a name, though it is not checked out by that. */
static int refuse_detached(const struct run *run, struct err *err)
{
	const char *branch = run_env(run, "CI_COMMIT_BRANCH");

	if (!branch && str_equal(run_env(run, "GITHUB_REF_TYPE"), "branch"))
		branch = run_env(run, "GITHUB_REF_NAME");
	err_set(err, ERR_REFUSED,
		"HEAD is detached: a commit would be on no branch");
	if (branch)
		return err_hint(err,
				"check out the branch of this job: git switch "
				"-C %s",
				branch);
	return err_hint(err, "check out a branch: git switch BRANCH");
}

static int check_here(struct landing *landing, struct err *err)
{
	struct repo *repo = landing->repo;
	git_reference *head;
	bool same;

	if (git_repository_head_detached(repo->git) == 1)
		return refuse_detached(repo->run, err);
	if (git_repository_state(repo->git) != GIT_REPOSITORY_STATE_NONE) {
		err_set(err, ERR_REFUSED,
			"a merge, rebase or the like is under way");
		return err_hint(err, "end it first: see git status");
	}
	if (git_reference_lookup(&head, repo->git, "HEAD") < 0)
		return repo_fail(err, ERR_FAILED, "read HEAD");
	same = str_equal(git_reference_symbolic_target(head), landing->ref);
	git_reference_free(head);
	if (same)
		return 0;
	err_set(err, ERR_REFUSED, "branch '%s' is not checked out",
		landing->branch);
	return err_hint(err, "git switch %s", landing->branch);
}

/* What we would push must follow on what is there. */
static int check_upstream(struct landing *landing, const char **tip,
			  struct err *err)
{
	struct repo *repo = landing->repo;
	git_oid theirs;

	if (repo_ask_tip(repo, landing->branch, tip, err) < 0)
		return -1;
	if (!*tip)
		return 0;
	if (git_oid_fromstr(&theirs, *tip) == 0 &&
	    (git_oid_equal(&theirs, &repo->commit) ||
	     git_graph_descendant_of(repo->git, &repo->commit, &theirs) == 1))
		return 0;
	err_set(err, ERR_REFUSED,
		"the upstream of '%s' has commits that are not here",
		landing->branch);
	return err_hint(err, "git pull --rebase");
}

static int push_upstream(struct landing *landing, const char *tip,
			 struct err *err)
{
	struct repo_push_args args = {
		.branch = landing->branch,
		.commit = landing->out->oid,
		.expected = tip,
	};
	enum repo_pushed pushed;

	if (repo_push(landing->repo, &args, &pushed, err) < 0)
		return err_hint(err, "the commit is here: git push");
	landing->out->pushed = pushed == REPO_PUSHED;
	if (pushed == REPO_PUSHED)
		return 0;
	err_set(err, ERR_TEMPORARY,
		"the upstream of '%s' was moved while the commit was made",
		landing->branch);
	return err_hint(err, "the commit is here: git pull --rebase, then git "
			     "push");
}

static int land_here(struct landing *landing, bool push, struct err *err)
{
	struct repo *repo = landing->repo;
	const char *tip = NULL;
	git_oid was, is;

	landing->out->tries = 1;
	if (check_here(landing, err) < 0 || look_again(landing, err) < 0 ||
	    (push && check_upstream(landing, &tip, err) < 0) ||
	    make_commit(landing, err) < 0)
		return -1;
	if (!landing->out->oid)
		return 0;
	git_oid_cpy(&was, &repo->commit);
	if (git_oid_fromstr(&is, landing->out->oid) < 0)
		return repo_fail(err, ERR_FAILED, "read the commit's id");
	if (repo_advance_here(repo, landing->ref, &was, &is, err) < 0)
		return -1;
	return push ? push_upstream(landing, tip, err) : 0;
}

static int refuse_head(struct err *err)
{
	err_set(err, ERR_USAGE,
		"a working directory keeps no branch for a pull request");
	return err_hint(err, "name the URL of the repository");
}

/* ---- both ---- */

static int choose_branch(struct repo *repo, const struct repo_land_args *args,
			 struct landing *landing, struct err *err)
{
	struct arena *arena = repo->run->arena;

	landing->ref = args->branch ?
			       arena_printf(arena, HEADS "%s", args->branch) :
			       repo->branch;
	if (!landing->ref && !repo->cache &&
	    git_repository_head_detached(repo->git) == 1)
		landing->ref = HEADS "HEAD"; /* check_here() says so */
	if (!landing->ref) {
		err_set(err, ERR_USAGE, "'%s' is no branch to commit to",
			repo->name);
		return err_hint(err, "name a branch");
	}
	landing->branch = landing->ref + strlen(HEADS);
	return 0;
}

int repo_land(struct repo *repo, const struct repo_land_args *args,
	      repo_make *make, void *data, struct repo_landed *out,
	      struct err *err)
{
	struct landing landing = {
		.repo = repo,
		.args = args,
		.make = make,
		.data = data,
		.out = out,
	};
	int failed;

	*out = (struct repo_landed){ 0 };
	if (choose_branch(repo, args, &landing, err) < 0)
		return -1;
	out->branch = landing.branch;
	if (str_equal(args->head, landing.branch)) {
		err_set(err, ERR_USAGE,
			"branch '%s' cannot be merged into itself",
			landing.branch);
		return err_hint(err, "name another for the pull request");
	}
	/* A loss of power must not leave a branch without its commit. */
	git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
	if (!repo->cache && !git_repository_is_bare(repo->git))
		failed = args->head ? refuse_head(err) :
				      land_here(&landing, args->push, err);
	else if (!str_equal(repo->branch, landing.ref) &&
		 look_again(&landing, err) < 0)
		failed = -1;
	else
		failed = land_shared(&landing, err);
	if (failed)
		return -1;
	if (out->oid && !args->head &&
	    git_oid_fromstr(&repo->commit, out->oid) < 0)
		return repo_fail(err, ERR_FAILED, "read the commit's id");
	return 0;
}
