/* SPDX-License-Identifier: Apache-2.0 */

/*
 * gitops release: move images to newer builds, as a commit.
 *
 *	repository -> tip -> tree -> apps -> places where images are set
 *	places, policies, registries -> plan -> edits
 *	edits -> commit -> branch; where another was faster, from the tip again
 *	with --sync: commit -> cluster
 */

#include "cmd/release.h"

#include <string.h>
#include <strings.h>

#include "base/vec.h"
#include "cmd/cmd.h"
#include "cmd/common.h"
#include "cmd/restore.h"
#include "cmd/tell.h"
#include "git/history.h"
#include "git/land.h"

#define LOOK_COMMITS 10000 /* that far back for what was rejected */

static const struct opt release_opts[] = {
	OPT_FLAG(struct release_opts, all, 0, "all",
		 "every image that has a policy"),
	OPT_STRING(struct release_opts, author, 0, "author", "WHO",
		   "author of the commit: \"Name <email>\""),
	OPT_FLAG(struct release_opts, dry_run, 0, "dry-run",
		 "show the difference, commit nothing"),
	OPT_STRINGS(struct release_opts, exclude, 0, "exclude", "IMAGE",
		    "leave this image as it is; repeatable"),
	OPT_STRING(struct release_opts, forge, 0, "forge", "KIND",
		   "what the repository is on; told by its host"),
	OPT_STRINGS(struct release_opts, images, 0, "image", "IMAGE",
		    "NAME, NAME:TAG or NAME@DIGEST; repeatable"),
	OPT_FLAG(struct release_opts, list, 0, "list",
		 "show what is set and what could be"),
	OPT_STRING(struct release_opts, message, 'm', "message", "TEXT",
		   "message of the commit"),
	OPT_FLAG(struct release_opts, no_push, 0, "no-push",
		 "do not push, whatever gitops.yaml says"),
	OPT_CHOICE(struct release_opts, format, 'o', "output", "FORMAT",
		   "format of the result", output_formats),
	OPT_FLAG(struct release_opts, pin_digests, 0, "pin-digests",
		 "write the digest behind the tag"),
	OPT_STRINGS(struct release_opts, plain_http, 0, "plain-http", "HOST",
		    "registry to ask without TLS; repeatable"),
	OPT_STRING(struct release_opts, platform, 0, "platform", "OS/CPU",
		   "whose build date counts (linux/amd64)"),
	OPT_FLAG(struct release_opts, pull_request, 0, "pull-request",
		 "open a pull request, whatever gitops.yaml says"),
	OPT_FLAG(struct release_opts, push, 0, "push",
		 "push to the branch, whatever gitops.yaml says"),
	OPT_FLAG(struct release_opts, sign, 0, "sign",
		 "sign the commit, as git is set up to"),
	OPT_FLAG(struct release_opts, sign_off, 0, "signoff",
		 "add a line Signed-off-by"),
	OPT_FLAG(struct release_opts, sync, 0, "sync",
		 "sync the apps of these images afterwards"),
	OPT_STRINGS(struct release_opts, workloads, 0, "workload", "KIND/NAME",
		    "images of this workload alone; repeatable"),
	OPT_INCLUDE(struct release_opts, source, source_opts),
	OPT_INCLUDE(struct release_opts, target, target_opts),
	OPT_INCLUDE(struct release_opts, change, change_opts),
	OPT_INCLUDE(struct release_opts, output, output_opts),
	OPT_INCLUDE(struct release_opts, tell, tell_opts),
	OPT_INCLUDE(struct release_opts, how, sync_how_opts),
	OPT_END,
};

/* ---- the command line ---- */

static int parse_images(struct run *run, const char *option, const char **texts,
			const struct image_ref **out, size_t *n,
			struct err *err)
{
	AUTO_ERR struct err why = { 0 };
	struct image_ref *images;

	for (*n = 0; texts && texts[*n];)
		++*n;
	images = arena_array(run->arena, *n, sizeof(*images));
	for (size_t i = 0; i < *n; i++) {
		if (image_ref_parse(run->arena, texts[i], &images[i], &why) < 0)
			return err_set(err, ERR_USAGE, "--%s: %s", option,
				       why.msg);
		for (size_t j = 0; j < i; j++)
			if (image_ref_same(&images[i], &images[j]))
				return err_set(err, ERR_USAGE,
					       "--%s: '%s' and '%s' are the "
					       "same image",
					       option, texts[j], texts[i]);
	}
	*out = images;
	return 0;
}

/* What is synced is a commit, and on the branch. */
static int check_sync(const struct release_opts *opts, struct err *err)
{
	if (!opts->sync)
		return 0;
	if (opts->list || opts->dry_run)
		return err_set(err, ERR_USAGE,
			       "--sync excludes --list and --dry-run, which "
			       "change nothing");
	return opts->pull_request ? releasing_refuse_sync(err) : 0;
}

static int check_args(const struct release_opts *opts, struct err *err)
{
	if (verify_check(&opts->source.verify, false, err) < 0 ||
	    verify_check_alone(&opts->source.verify, "release", err) < 0)
		return -1;
	if (opts->source.worktree) {
		err_set(err, ERR_USAGE, "--worktree: a release is a commit");
		return err_hint(err, "commit the files first");
	}
	if (!opts->images && !opts->all && !opts->list) {
		err_set(err, ERR_USAGE, "nothing is named to be released");
		return err_hint(err, "name images with --image, or take --all "
				     "that have a policy");
	}
	if (opts->push + opts->no_push + opts->pull_request > 1)
		return err_set(err, ERR_USAGE,
			       "--push, --no-push and --pull-request exclude "
			       "each other");
	return check_sync(opts, err);
}

static int read_args(struct releasing *releasing, struct err *err)
{
	const struct release_opts *opts = releasing->opts;
	struct release_args *args = &releasing->args;

	if (check_args(opts, err) < 0)
		return -1;
	*args = (struct release_args){
		.workloads = opts->workloads,
		.all = opts->all,
		.look = opts->list,
		.pin_digests = opts->pin_digests,
		.registry = { .plain_http = opts->plain_http,
			      .platform = opts->platform },
	};
	return parse_images(releasing->run, "image", opts->images,
			    &args->images, &args->n_images, err) < 0 ?
		       -1 :
		       parse_images(releasing->run, "exclude", opts->exclude,
				    &args->exclude, &args->n_exclude, err);
}

/* ---- the repository ---- */

/* The tree of a commit, and its apps. */
static int take_tree(struct releasing *releasing, struct repo *repo,
		     const struct revision *revision, struct err *err)
{
	struct source *source = &releasing->source;
	AUTO_ERR struct err none = { 0 };
	const char *below;

	*source = (struct source){
		.run = releasing->run,
		.args = &releasing->opts->source,
	};
	/* Keys that the repository holds are not the caller's. */
	if (!repo_is_remote(releasing->opts->source.location) &&
	    repo_find_worktree(releasing->run, releasing->opts->source.location,
			       &source->dir, &below, &none) < 0)
		source->dir = NULL;
	if (verify_tip(source, repo, revision, err) < 0 ||
	    repo_tree(repo, revision, &source->tree, err) < 0)
		return -1;
	return source_apps(source, err);
}

const char *releasing_base(const struct releasing *releasing)
{
	const struct apps_release *release = &releasing->source.apps.release;

	if (releasing->opts->source.rev)
		return releasing->opts->source.rev;
	/* Of pull requests it is the other side. */
	return release->push == APPS_PUSH_PULL_REQUEST ? NULL : release->branch;
}

/* Open the branch that releases go to, which gitops.yaml may name. */
static int open_branch(struct releasing *releasing, struct repo **repo,
		       struct revision *revision, struct err *err)
{
	const struct release_opts *opts = releasing->opts;
	struct repo_args args = {
		.location = opts->source.location,
		.rev = opts->source.rev,
	};
	const char *branch;

	if (repo_open(releasing->run, &args, repo, err) < 0 ||
	    repo_revision(*repo, revision, err) < 0 ||
	    take_tree(releasing, *repo, revision, err) < 0)
		return -1;
	branch = releasing_base(releasing);
	if (opts->source.rev || !branch)
		return 0;
	args.rev = branch;
	if (repo_open(releasing->run, &args, repo, err) < 0 ||
	    repo_revision(*repo, revision, err) < 0)
		return -1;
	return take_tree(releasing, *repo, revision, err);
}

/* What is fetched has no place of its own for a commit. */
static int check_push(const struct releasing *releasing, const char *why,
		      struct err *err)
{
	const struct release_opts *opts = releasing->opts;

	if (opts->list || opts->dry_run ||
	    !repo_is_remote(opts->source.location))
		return 0;
	err_set(err, ERR_USAGE,
		"%s: a commit that is not pushed to a URL is nowhere", why);
	return err_hint(err, "see what it would be with --dry-run, or release "
			     "in a clone");
}

/* The branch to release on, and its tree. */
static int open_tip(struct releasing *releasing, struct repo **repo,
		    struct revision *revision, struct err *err)
{
	const struct release_opts *opts = releasing->opts;

	if (opts->no_push && check_push(releasing, "--no-push", err) < 0)
		return -1;
	if (open_branch(releasing, repo, revision, err) < 0)
		return -1;
	if (releasing->source.apps.release.push != APPS_PUSH_NONE ||
	    opts->push || opts->pull_request)
		return 0;
	return check_push(releasing, "release.push is none", err);
}

/* "NAME OLD -> NEW": NEW was wanted again. */
static void forgive(struct releasing *releasing, const char *move)
{
	const char *end = strchr(move, ' ');
	const char *to = strstr(move, " -> ");

	if (!end || !to)
		return;
	to += strlen(" -> ");
	release_reject(releasing->release,
		       arena_printf(releasing->run->arena, "%.*s%c%s",
				    (int)(end - move), move,
				    image_is_digest(to) ? '@' : ':', to),
		       false);
}

/* Is anything left to a policy? */
static bool wants_policies(const struct release_args *args)
{
	bool wants = args->all || args->look;

	for (size_t i = 0; i < args->n_images; i++)
		wants |= !args->images[i].tag && !args->images[i].digest;
	return wants;
}

/* What was rolled back is not proposed again, unless somebody has. */
static int read_rejected(struct releasing *releasing, struct repo *repo,
			 const struct revision *tip, struct err *err)
{
	const struct repo_log_args args = {
		.tip = tip->oid,
		.look = LOOK_COMMITS,
	};
	struct repo_log log;

	release_forget(releasing->release);
	if (!wants_policies(&releasing->args))
		return 0;
	if (repo_log(repo, &args, &log, err) < 0)
		return -1;
	for (size_t i = 0; i < log.n; i++)
		for (size_t j = 0; j < log.v[i].n_trailers; j++) {
			const struct repo_trailer *trailer =
				&log.v[i].trailers[j];

			if (strcasecmp(trailer->name, RESTORE_REJECTS) == 0)
				release_reject(releasing->release,
					       trailer->value, true);
			else if (strcasecmp(trailer->name, RELEASE_MOVES) == 0)
				forgive(releasing, trailer->value);
		}
	return 0;
}

/* ---- the commit ---- */

/* The command line has the last word. */
static const char *message_of(const struct releasing *releasing)
{
	return releasing->opts->message ?
		       releasing->opts->message :
		       releasing->source.apps.release.message;
}

/* What is verified before it is synced has to be signed. */
static bool must_sign(const struct release_opts *opts)
{
	return opts->sign ||
	       (opts->sync && verify_is_wanted(&opts->source.verify));
}

static void describe(struct releasing *releasing, struct repo_commit_args *out)
{
	const struct release_opts *opts = releasing->opts;
	const struct release_plan *plan = &releasing->part;
	struct arena *arena = releasing->run->arena;
	struct repo_edit *edits = arena_array(arena, plan->n_edits,
					      sizeof(*edits));
	struct repo_trailer *trailers;
	const char **moves;
	size_t n;

	for (size_t i = 0; i < plan->n_edits; i++)
		edits[i] = (struct repo_edit){
			.kind = REPO_EDIT_FILE,
			.path = plan->edits[i].path,
			.bytes = plan->edits[i].after,
		};
	moves = release_moves(arena, plan, &n);
	trailers = arena_array(arena, n, sizeof(*trailers));
	for (size_t i = 0; i < n; i++)
		trailers[i] = (struct repo_trailer){ RELEASE_MOVES, moves[i] };
	*out = (struct repo_commit_args){
		.edits = edits,
		.n_edits = plan->n_edits,
		.message = release_message(arena, plan, message_of(releasing)),
		.trailers = trailers,
		.n_trailers = n,
		.author = opts->author,
		.sign_off = opts->sign_off,
		.signing = must_sign(opts) ? REPO_SIGN_ALWAYS :
					     REPO_SIGN_AS_CONFIGURED,
	};
}

int releasing_commit(void *data, struct repo *repo, const struct revision *tip,
		     struct repo_commit_args *out, struct err *err)
{
	struct releasing *releasing = data;

	if (take_tree(releasing, repo, tip, err) < 0 ||
	    read_rejected(releasing, repo, tip, err) < 0 ||
	    release_plan(releasing->release, releasing->source.tree,
			 &releasing->source.apps, &releasing->plan, err) < 0)
		return -1;
	releasing->part = releasing->plan;
	if (releasing->app)
		release_part(releasing->run->arena, &releasing->plan,
			     releasing->app, &releasing->part);
	describe(releasing, out);
	return 0;
}

/* The plan alone where nothing is to be changed, else its commit. */
static int carry_out(struct releasing *releasing, struct repo *repo,
		     struct revision *revision, struct repo_landed *landed,
		     struct err *err)
{
	const struct release_opts *opts = releasing->opts;
	const struct repo_land_args args = {
		.branch = releasing_base(releasing),
		.push = opts->push,
	};
	struct repo_commit_args unused;

	if (opts->list || opts->dry_run)
		return releasing_commit(releasing, repo, revision, &unused,
					err);
	if (opts->sync && releasing_wants_pull(releasing))
		return releasing_refuse_sync(err);
	if (releasing_wants_pull(releasing))
		return releasing_pull(releasing, repo, err);
	if (repo_land(repo, &args, releasing_commit, releasing, landed, err) <
	    0)
		return -1;
	return repo_revision(repo, revision, err);
}

static int tell(struct releasing *releasing, struct report *report,
		const struct repo_landed *landed, struct err *err)
{
	struct report_release result = {
		.plan = &releasing->plan,
		.look = releasing->opts->list,
		.dry_run = releasing->opts->dry_run,
		.commit = landed->oid,
		.branch = landed->branch,
		.pushed = landed->pushed,
		.pulls = releasing->pulls.v,
		.n_pulls = releasing->pulls.n,
	};

	result.counts = release_counts(releasing->release, &result.n_counts);
	return report_release(report, &result, err);
}

/* What was moved stays so, and a rerun asks for the rest. */
static void say_errors(const struct releasing *releasing,
		       const struct repo_landed *landed, struct err *err)
{
	AUTO_ERR struct err errors = { 0 };

	release_errors(&releasing->plan, &errors);
	if (errors.status == ERR_OK)
		return;
	if (landed->oid || releasing->pulls.n) {
		err_set(err, ERR_PARTIAL,
			"some images were moved, and some could not be asked "
			"for");
		err_hint(err, "run it again: what was moved stays");
	}
	err_append(err, &errors);
}

static int release_run(struct run *run, int argc, char **argv,
		       struct report **report, struct err *err)
{
	struct release_opts *opts = arena_alloc(run->arena, sizeof(*opts));
	struct releasing *releasing = arena_alloc(run->arena,
						  sizeof(*releasing));
	struct repo_landed landed = { 0 };
	struct revision revision;
	struct repo *repo;

	*opts = (struct release_opts){
		.source = SOURCE_DEFAULTS,
		.output = OUTPUT_DEFAULTS,
		.tell = TELL_DEFAULTS,
		.how = SYNC_HOW_DEFAULTS,
	};
	*releasing = (struct releasing){ .run = run, .opts = opts };
	if (opt_parse(run, release_opts, opts, argc, argv,
		      &opts->source.location, err) < 0)
		return -1;
	output_open(run, "release", opts->format, &opts->output, report);
	if (!opts->sync)
		opts->tell.metrics = NULL;
	tell_at_end(run, &opts->tell, *report);
	/* It is the tip, or nothing. */
	opts->source.verify.fallback = false;

	if (read_args(releasing, err) < 0 ||
	    open_tip(releasing, &repo, &revision, err) < 0)
		return -1;
	report_source(*report, repo_shown(repo), &revision);
	releasing->release = release_new(run, &releasing->args);
	if (carry_out(releasing, repo, &revision, &landed, err) < 0)
		return -1;
	report_source(*report, repo_shown(repo), &revision);
	if (tell(releasing, *report, &landed, err) < 0)
		return -1;
	say_errors(releasing, &landed, err);
	if (opts->sync)
		return releasing_sync(releasing, repo, *report, err);
	return err->status == ERR_OK ? 0 : -1;
}

const struct cmd cmd_release = {
	.name = "release",
	.operands = "[REPOSITORY]",
	.summary = "move images to newer builds, as a commit",
	.details = "Only the bytes of tags and digests are changed.  A local "
		   "repository gets\na commit on the branch that is checked "
		   "out; a URL is pushed to.",
	.opts = release_opts,
	.fn = release_run,
};
