/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A rollback as a pull request: one for the apps that go back together, so that
 * two of different apps are not in each other's way.
 */

#include <string.h>

#include "base/digest.h"
#include "cmd/pull.h"
#include "cmd/restore.h"
#include "cmd/rollback.h"
#include "forge/forge.h"

#define BRANCH      "gitops/rollback/"
#define BRANCH_MOST 150 /* bytes */

/* "gitops/rollback/web_api": a name of an app has no "_". */
static const char *branch_of(const struct restore *restore)
{
	struct arena *arena = restore->source->run->arena;
	AUTO_STR struct str name = STR_INIT(STR_BIG);
	char hex[DIGEST_SHA256_HEX];

	for (size_t i = 0; i < restore->goals.n; i++)
		str_printf(&name, "%s%s", i ? "_" : BRANCH,
			   restore->goals.v[i].app);
	if (name.len <= BRANCH_MOST)
		return str_keep(&name, arena);
	digest_sha256_hex(str_text(&name), name.len, hex);
	return arena_printf(arena, "%.*s_%.16s", BRANCH_MOST, str_text(&name),
			    hex);
}

static const char *body_of(void *data, const struct repo_commit_args *made)
{
	const struct restore *restore = data;
	struct arena *arena = restore->source->run->arena;
	const size_t n = restore->goals.n;
	struct report_back *goals = arena_array(arena, n, sizeof(*goals));
	const struct report_rollback rollback = {
		.reason = restore->reason,
		.goals = goals,
		.n_goals = n,
		.undone = restore->undone.v,
		.n_undone = restore->undone.n,
		.rejected = restore->rejected.v,
		.n_rejected = restore->rejected.n,
	};

	(void)made;
	for (size_t i = 0; i < n; i++)
		goals[i] = (struct report_back){
			restore->goals.v[i].app,
			&restore->goals.v[i].then->revision,
		};
	return report_rollback_body(restore->source->run, &rollback);
}

int rollback_pull(struct restore *restore, const struct rollback_how *how,
		  repo_make *make, struct report_pull *out, struct err *err)
{
	struct source *source = restore->source;
	const struct forge_args remote = {
		.kind = how->forge,
		.remote = repo_remote(source->repo),
	};
	const struct pull_args args = {
		.head = branch_of(restore),
		.ours = RESTORE_GOES,
		.make = make,
		.body = body_of,
		.data = restore,
		.config = &source->apps.release,
	};
	struct forge *forge;

	return forge_open(source->run, &remote, &forge, err) < 0 ?
		       -1 :
		       pull_offer(source->run, source->repo, forge, &args, out,
				  err);
}
