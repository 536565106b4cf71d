/* SPDX-License-Identifier: Apache-2.0 */

/* Branches of repositories on this machine, moved as git moves them: compared
 * and set in one step under git's own lock. */

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/vec.h"
#include "git/inside.h"
#include "git/push.h"

#define LOCK_MS      2000 /* a lock of git is held that long at most */
#define LOCK_POLL_MS 20

/* ---- one step ---- */

static int lock_patiently(struct repo *repo, const char *branch,
			  const git_oid *was, const git_oid *is,
			  const char *why)
{
	int64_t until = clock_ms() + LOCK_MS;
	git_reference *ref = NULL;
	int code;

	for (;;) {
		code = was ? git_reference_create_matching(&ref, repo->git,
							   branch, is, true,
							   was, why) :
			     git_reference_create(&ref, repo->git, branch, is,
						  false, why);
		git_reference_free(ref);
		ref = NULL;
		if (code != GIT_ELOCKED || clock_ms() >= until)
			return code;
		poll(NULL, 0, LOCK_POLL_MS);
	}
}

int repo_move_branch(struct repo *repo, const char *branch, const git_oid *was,
		     const git_oid *is, struct err *err)
{
	const git_signature *who;
	git_commit *commit;
	const char *why;
	int code;

	if (git_commit_lookup(&commit, repo->git, is) < 0)
		return repo_fail(err, ERR_FAILED, "read the new commit");
	who = git_commit_committer(commit);
	/* For the reflog. */
	git_repository_set_ident(repo->git, who->name, who->email);
	why = arena_printf(repo->run->arena, "commit: %s",
			   git_commit_summary(commit));
	code = lock_patiently(repo, branch, was, is, why);
	git_commit_free(commit);
	/* Not there any more, or there by now. */
	if (code == GIT_EMODIFIED || code == GIT_EEXISTS ||
	    code == GIT_ENOTFOUND)
		return 1;
	if (code == GIT_ELOCKED) {
		repo_fail(err, ERR_TEMPORARY, "move %s", branch);
		return err_hint(err, "another git works here; if none does, "
				     "delete the lock");
	}
	return code < 0 ? repo_fail(err, ERR_FAILED, "move %s", branch) : 0;
}

/*
 * git would run these when somebody pushes.  We would pass them by, which
 * their owner did not mean.
 */
static int refuse_hooks(struct repo *repo, struct err *err)
{
	static const char *const names[] = {
		"pre-receive", "update",       "post-receive",
		"post-update", "proc-receive", "reference-transaction",
	};
	const char *dir = repo_setting_path(repo, "core.hookspath");

	if (!dir)
		dir = arena_printf(repo->run->arena, "%shooks",
				   git_repository_commondir(repo->git));
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (access(arena_printf(repo->run->arena, "%s/%s", dir,
					names[i]),
			   X_OK) < 0)
			continue;
		err_set(err, ERR_REFUSED, "%s: its hook '%s' would not be run",
			repo->shown, names[i]);
		return err_hint(err, "push to it over ssh or https");
	}
	return 0;
}

/* Gone already is outrun, too. */
static int drop_branch(struct repo *repo, const char *branch,
		       const git_oid *was, struct err *err)
{
	git_reference *ref;
	int code = git_reference_lookup(&ref, repo->git, branch);

	if (code == GIT_ENOTFOUND)
		return 1;
	if (code < 0)
		return repo_fail(err, ERR_FAILED, "look up %s", branch);
	code = GIT_EMODIFIED;
	if (was && git_reference_target(ref) &&
	    git_oid_equal(git_reference_target(ref), was))
		code = git_reference_delete(ref);
	git_reference_free(ref);
	if (code == GIT_EMODIFIED)
		return 1;
	return code < 0 ? repo_fail(err, ERR_FAILED, "delete %s", branch) : 0;
}

int repo_move_checked(struct repo *repo, const char *branch, const git_oid *was,
		      const git_oid *is, enum repo_pushed *out, struct err *err)
{
	int moved;

	if (refuse_hooks(repo, err) < 0)
		return -1;
	/* As any server has it: what is moved on keeps what it had. */
	if (is && was && !git_oid_equal(is, was) &&
	    git_graph_descendant_of(repo->git, is, was) != 1) {
		*out = REPO_OUTRUN;
		return 0;
	}
	moved = is ? repo_move_branch(repo, branch, was, is, err) :
		     drop_branch(repo, branch, was, err);
	if (moved < 0)
		return -1;
	*out = moved ? REPO_OUTRUN : REPO_PUSHED;
	return 0;
}

/* ---- another repository of this machine ---- */

static int open_beside(struct repo *repo, const struct location *location,
		       struct repo *out, struct err *err)
{
	git_repository *git;

	if (git_repository_open_ext(&git, location->url,
				    GIT_REPOSITORY_OPEN_NO_SEARCH, NULL) < 0)
		return repo_fail(err, ERR_NOT_FOUND, "%s", location->shown);
	*out = (struct repo){ .run = repo->run, .shown = location->shown };
	repo_keep_git(out, git);
	return 0;
}

/* A pack of what is behind `is` and not behind `was`, right where it goes. */
static int copy_objects(struct repo *repo, struct repo *beside,
			const git_oid *was, const git_oid *is, struct err *err)
{
	const char *packs = arena_printf(repo->run->arena, "%sobjects/pack",
					 git_repository_commondir(beside->git));
	git_packbuilder *builder = NULL;
	git_revwalk *walk = NULL;
	int code = git_packbuilder_new(&builder, repo->git);

	if (code == 0)
		code = git_revwalk_new(&walk, repo->git);
	if (code == 0)
		code = git_revwalk_push(walk, is);
	if (code == 0 && was)
		code = git_revwalk_hide(walk, was);
	if (code == 0)
		code = git_packbuilder_insert_walk(builder, walk);
	if (code == 0)
		code = git_packbuilder_write(builder, packs, 0, NULL, NULL);
	git_revwalk_free(walk);
	git_packbuilder_free(builder);
	return code < 0 ?
		       repo_fail(err, ERR_FAILED, "copy to %s", beside->shown) :
		       0;
}

static int refuse_checked_out(struct repo *beside, const char *branch,
			      struct err *err)
{
	git_reference *head;
	const char *name;
	bool same;

	if (git_repository_is_bare(beside->git) ||
	    git_reference_lookup(&head, beside->git, "HEAD") < 0)
		return 0;
	name = git_reference_symbolic_target(head);
	same = str_equal(name, branch);
	git_reference_free(head);
	if (!same)
		return 0;
	err_set(err, ERR_REFUSED, "%s: its branch '%s' is checked out",
		beside->shown, branch + strlen("refs/heads/"));
	return err_hint(err, "push to a bare repository");
}

int repo_push_beside(struct repo *repo, const struct location *location,
		     const char *branch, const git_oid *was, const git_oid *is,
		     enum repo_pushed *out, struct err *err)
{
	struct repo beside;
	git_odb *odb;

	if (open_beside(repo, location, &beside, err) < 0 ||
	    refuse_checked_out(&beside, branch, err) < 0 ||
	    (is && copy_objects(repo, &beside, was, is, err) < 0))
		return -1;
	/* The pack that has come is not known yet. */
	if (git_repository_odb(&odb, beside.git) == 0) {
		git_odb_refresh(odb);
		git_odb_free(odb);
	}
	return repo_move_checked(&beside, branch, was, is, out, err);
}

int repo_tip_of(struct repo *repo, const struct location *location,
		const char *branch, const char **oid, struct err *err)
{
	struct repo beside = *repo;
	char hex[GIT_OID_HEXSZ + 1];
	git_oid tip;
	int code;

	if (location && open_beside(repo, location, &beside, err) < 0)
		return -1;
	code = git_reference_name_to_id(&tip, beside.git, branch);
	if (code < 0 && code != GIT_ENOTFOUND)
		return repo_fail(err, ERR_FAILED, "%s: %s", beside.shown,
				 branch);
	git_oid_tostr(hex, sizeof(hex), &tip);
	*oid = code < 0 ? NULL : arena_strdup(repo->run->arena, hex);
	return 0;
}
