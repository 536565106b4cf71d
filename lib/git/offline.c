/* SPDX-License-Identifier: Apache-2.0 */

/* A remote repository as the cache has it, while its server is away. */

#include <string.h>

#include "base/vec.h"
#include "git/cache.h"
#include "git/fetch.h"

/* The names that the other side had when they were fetched. */
static int list_kept(struct repo *repo, struct repo_refs *refs, struct err *err)
{
	struct arena *arena = repo->run->arena;
	git_reference_iterator *iterator;
	git_reference *ref;

	if (git_reference_iterator_glob_new(&iterator, repo->git,
					    REPO_KEPT "*") < 0)
		return repo_fail(err, ERR_FAILED, "list references");
	while (git_reference_next(&ref, iterator) == 0) {
		const char *name = git_reference_name(ref) + strlen(REPO_KEPT);
		const bool below = strchr(name, '/') != NULL;

		*vec_push(arena, refs) = (struct repo_ref){
			.name = arena_printf(arena, "%s%s",
					     below ? "refs/" : "", name),
			.oid = *git_reference_target(ref),
		};
		git_reference_free(ref);
	}
	git_reference_iterator_free(iterator);
	return 0;
}

static int find(struct repo *repo, const struct repo_rev *rev, git_oid *base,
		struct err *err)
{
	AUTO_ERR struct err none = { 0 };
	struct repo_refs refs = { 0 };
	const struct repo_ref *ref;

	if (list_kept(repo, &refs, err) < 0)
		return -1;
	ref = repo_rev_choose(repo->run, rev, &refs, &repo->name);
	if (ref) {
		git_oid_cpy(base, &ref->oid);
		return 0;
	}
	if (rev->hex && repo_rev_base(repo->git, rev, base, &none) == 0)
		return 0;
	return repo_rev_missing(repo->run->arena, rev, &refs, err);
}

int repo_open_kept(struct repo *repo, const struct repo_rev *rev,
		   struct err *err)
{
	git_repository *git;
	git_oid base;

	if (!repo_cache_usable(repo->run, repo->cache)) {
		err_set(err, ERR_NOT_FOUND,
			"nothing of it is in the cache of this machine");
		return err_hint(err, "run it where it was synced from, or in a "
				     "clone");
	}
	if (repo_cache_open(repo->cache, &git, err) < 0)
		return -1;
	repo_keep_git(repo, git);
	if (find(repo, rev, &base, err) == 0 &&
	    repo_rev_peel(git, rev, &base, &repo->commit, err) == 0)
		return 0;
	return err_wrap(err, "offline");
}
