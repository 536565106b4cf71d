/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/pull.h"

#include <string.h>

#include "git/push.h"

/* One, under way. */
struct pull {
	struct run *run;
	struct repo *repo;
	struct forge *forge;
	const struct pull_args *args;
	struct repo_commit_args made; /* the newest */
	struct forge_pull_args wanted;
	struct forge_pull declined; /* its number is 0 where there is none */
	struct repo_landed landed;
};

const char *pull_below(const char *message)
{
	const char *end = message + strcspn(message, "\n");

	return end + strspn(end, "\n");
}

/* What is to be said of the commit that was made. */
static void describe(struct pull *pull)
{
	const struct apps_release *config = pull->args->config;
	const struct repo_commit_args *made = &pull->made;
	struct arena *arena = pull->run->arena;

	pull->wanted = (struct forge_pull_args){
		.head = pull->args->head,
		.base = pull->landed.branch,
		.title = arena_strndup(arena, made->message,
				       strcspn(made->message, "\n")),
		.body = arena_printf(arena, "%s\n%s",
				     pull->args->body(pull->args->data, made),
				     report_pull_trailers(pull->run,
							  made->trailers,
							  made->n_trailers)),
		.labels = config->labels,
		.reviewers = config->reviewers,
		.draft = config->draft,
		.auto_merge = config->auto_merge,
	};
}

/* Where none is open: has somebody said no to it? */
static int ask(struct pull *pull, struct err *err)
{
	struct forge_pull open;

	if (forge_pull_find(pull->forge, pull->wanted.head, pull->wanted.base,
			    &open, err) < 0)
		return -1;
	return open.number ? 0 :
			     forge_pull_declined(pull->forge, &pull->wanted,
						 &pull->declined, err);
}

/* A repo_make, which remembers what was made.  What was declined is not even
 * pushed. */
static int make(void *data, struct repo *repo, const struct revision *tip,
		struct repo_commit_args *out, struct err *err)
{
	struct pull *pull = data;

	pull->declined = (struct forge_pull){ 0 };
	if (pull->args->make(pull->args->data, repo, tip, out, err) < 0)
		return -1;
	pull->made = *out;
	if (!out->n_edits)
		return 0;
	describe(pull);
	if (ask(pull, err) < 0)
		return -1;
	if (pull->declined.number)
		out->n_edits = 0;
	return 0;
}

static struct report_pull tell(const struct pull *pull, const char *action,
			       const char *commit,
			       const struct forge_pull *there)
{
	return (struct report_pull){
		.action = action,
		.branch = pull->args->head,
		.commit = commit,
		.url = there->url,
		.number = there->number,
	};
}

/*
 * Nothing is to be done any more.  The branch goes, unless somebody has put
 * something there at this moment.
 */
static int withdraw(struct pull *pull, struct report_pull *out, struct err *err)
{
	const struct repo_landed *landed = &pull->landed;
	const struct repo_push_args args = {
		.branch = pull->args->head,
		.expected = landed->was,
	};
	struct forge_pull there;
	enum repo_pushed pushed;

	if (forge_pull_find(pull->forge, args.branch, landed->branch, &there,
			    err) < 0)
		return -1;
	if (there.number) {
		if (forge_pull_close(pull->forge, &there, err) < 0)
			return -1;
		*out = tell(pull, "closed", NULL, &there);
	}
	return landed->was ? repo_push(pull->repo, &args, &pushed, err) : 0;
}

static int offer(struct pull *pull, struct report_pull *out, struct err *err)
{
	static const char *const actions[] = {
		[FORGE_UNCHANGED] = "unchanged",
		[FORGE_CREATED] = "opened",
		[FORGE_UPDATED] = "updated",
		[FORGE_REMOVED] = "closed",
	};
	const struct repo_landed *landed = &pull->landed;
	struct forge_pull there;
	enum forge_done done;

	if (forge_pull_set(pull->forge, &pull->wanted, &there, &done, err) < 0)
		return -1;
	/* A new commit is an update, whatever the words are. */
	if (done == FORGE_UNCHANGED && !str_equal(landed->was, landed->oid))
		done = FORGE_UPDATED;
	*out = tell(pull, actions[done], landed->oid, &there);
	return 0;
}

int pull_offer(struct run *run, struct repo *repo, struct forge *forge,
	       const struct pull_args *args, struct report_pull *out,
	       struct err *err)
{
	const struct repo_land_args land = {
		.branch = args->base,
		.head = args->head,
		.ours = args->ours,
	};
	struct pull pull = {
		.run = run,
		.repo = repo,
		.forge = forge,
		.args = args,
	};

	*out = (struct report_pull){ 0 };
	if (repo_land(repo, &land, make, &pull, &pull.landed, err) < 0)
		return -1;
	if (pull.declined.number)
		*out = tell(&pull, "declined", NULL, &pull.declined);
	else if (pull.landed.oid)
		return offer(&pull, out, err);
	else
		return withdraw(&pull, out, err);
	return 0;
}
