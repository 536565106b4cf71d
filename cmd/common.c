/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/common.h"

#include "base/clock.h"
#include "base/str.h"
#include "object/mark.h"
#include "report/mask.h"

const struct opt source_opts[] = {
	OPT_FLAG(struct source_args, allow_empty, 0, "allow-empty",
		 "an app may have no objects at all"),
	OPT_STRINGS(struct source_args, apps, 0, "app", "NAME",
		    "this app alone; repeatable"),
	OPT_STRING(struct source_args, config, 0, "config", "FILE",
		   "file of the tree, in place of gitops.yaml"),
	OPT_STRINGS(struct source_args, remotes, 0, "allow-remote", "HOST",
		    "fetch bases and charts from this host; repeatable"),
	OPT_FLAG(struct source_args, enable_helm, 0, "enable-helm",
		 "start the program helm for charts"),
	OPT_STRING(struct source_args, path, 0, "path", "PATH",
		   "directory or file of the tree to render"),
	OPT_STRING(struct source_args, rev, 0, "rev", "REVISION",
		   "branch, tag, commit or semver:RANGE"),
	OPT_FLAG(struct source_args, worktree, 0, "worktree",
		 "take the uncommitted files of a local path"),
	OPT_INCLUDE(struct source_args, verify, verify_opts),
	OPT_END,
};

const struct opt target_opts[] = {
	OPT_STRING(struct target_args, as, 0, "as", "USER",
		   "impersonate this user"),
	OPT_STRINGS(struct target_args, as_groups, 0, "as-group", "GROUP",
		    "impersonate this group; repeatable"),
	OPT_STRING(struct target_args, cluster, 0, "cluster", "CLUSTER",
		   "kube (default), or dir:PATH for files"),
	OPT_STRINGS(struct target_args, contexts, 0, "context", "NAME",
		    "context, or cluster of gitops.yaml; repeatable"),
	OPT_STRING(struct target_args, kubeconfig, 0, "kubeconfig", "FILE",
		   "kubeconfig to use"),
	OPT_STRING(struct target_args, namespace, 'n', "namespace", "NAME",
		   "namespace for objects that name none"),
	OPT_STRING(struct target_args, record_namespace, 0, "record-namespace",
		   "NAME", "namespace of the apps' records (default)"),
	OPT_END,
};

const struct opt change_opts[] = {
	OPT_FLAG(struct change_args, full, 0, "full",
		 "have the cluster try every object"),
	OPT_FLAG(struct change_args, no_force, 0, "no-force",
		 "leave contested fields to their managers"),
	OPT_END,
};

static const char *const when_choices[] = { "auto", "always", "never", NULL };

const char *const output_formats[] = { "text", "json", NULL };

const struct opt output_opts[] = {
	OPT_CHOICE(struct output_args, color, 0, "color", "WHEN",
		   "colour the output", when_choices),
	OPT_CHOICE(struct output_args, progress, 0, "progress", "WHEN",
		   "show how far the run is", when_choices),
	OPT_FLAG(struct output_args, quiet, 'q', "quiet",
		 "print nothing on success"),
	OPT_SECONDS(struct output_args, timeout, 0, "timeout", "DURATION",
		    "give up after this long (10m)"),
	OPT_COUNT(struct output_args, verbose, 'v', "verbose",
		  "say more; twice: each request, too"),
	OPT_END,
};

void output_open(struct run *run, const char *command, int format,
		 const struct output_args *args, struct report **report)
{
	const struct report_args report_args = {
		.command = command,
		.format = (enum report_format)format,
		.color = (enum report_when)args->color,
		.progress = (enum report_when)args->progress,
		.quiet = args->quiet,
		.who = output_who(run),
		.job = output_job(run),
		.out = stdout,
		.err = stderr,
	};

	run->verbose = args->verbose;
	if (args->timeout)
		run->deadline_ms = clock_ms() + args->timeout * 1000;
	report_open(run, &report_args, report);
}

/* The uncommitted files: of the repository, or of the directory itself. */
static int open_worktree(struct run *run, const struct source_args *args,
			 struct source *out, struct err *err)
{
	const struct repo_args repo_args = { .location = args->location };
	AUTO_ERR struct err none = { 0 }, no_commit = { 0 };
	const char *below;
	struct repo *repo;

	if (repo_is_remote(args->location)) {
		err_set(err, ERR_USAGE,
			"--worktree: '%s' is no path of this machine",
			args->location);
		return err_hint(err, "name a local directory, or leave out "
				     "--worktree");
	}
	if (args->rev)
		return err_set(err, ERR_USAGE,
			       "--worktree and --rev exclude each other");
	if (repo_find_worktree(run, args->location, &out->dir, &below, &none) <
	    0)
		out->dir = args->location;
	out->shown = out->dir;
	out->identity = out->dir;
	if (none.status == ERR_OK &&
	    repo_open(run, &repo_args, &repo, &no_commit) == 0)
		out->identity = repo_identity(repo);
	return tree_open_directory(run->arena, out->dir, &out->tree, err);
}

/* What the repository is at now. */
static int take_revision(struct source *out, struct err *err)
{
	const char *location = out->args->location;
	AUTO_ERR struct err none = { 0 };
	const char *below;

	if (repo_revision(out->repo, &out->revision, err) < 0 ||
	    repo_tree(out->repo, &out->revision, &out->tree, err) < 0)
		return -1;
	out->shown = repo_shown(out->repo);
	out->identity = repo_identity(out->repo);
	/* A bare repository has no working directory, which is no fault. */
	if (!repo_is_remote(location) &&
	    repo_find_worktree(out->run, location, &out->dir, &below, &none) <
		    0)
		out->dir = NULL;
	return verify_source(out, err);
}

static int open_revision(struct run *run, const struct source_args *args,
			 struct source *out, struct err *err)
{
	const struct repo_args repo_args = {
		.location = args->location,
		.rev = args->rev,
		.offline = args->offline,
	};

	if (repo_open(run, &repo_args, &out->repo, err) < 0)
		return -1;
	return take_revision(out, err);
}

/* The one app of a path. */
static int make_app(struct source *source, struct err *err)
{
	const struct source_args *args = source->args;
	const char **names = args->apps;

	if (names && names[1])
		return err_set(err, ERR_USAGE,
			       "--app: without " APPS_FILE
			       " there is one app only");
	return apps_of_path(source->run->arena, args->path ? args->path : "",
			    names ? names[0] : NULL, &source->apps, err);
}

/* What is recorded as one app must not be recorded as another as well. */
static int fail_path(const char *file, struct err *err)
{
	err_set(err, ERR_USAGE, "--path: %s says what the apps are", file);
	return err_hint(err, "choose one of them with --app NAME");
}

int source_apps(struct source *source, struct err *err)
{
	const struct source_args *args = source->args;
	const char *file = args->config ? args->config : APPS_FILE;
	struct arena *arena = source->run->arena;
	AUTO_ERR struct err none = { 0 };
	enum tree_kind kind;
	bool found;

	found = tree_resolve(source->tree, arena, file, &kind, NULL, &none) ==
			0 ||
		none.status != ERR_NOT_FOUND || args->config;
	if (found && args->path && !args->any_path)
		return fail_path(file, err);
	if (found && !args->path) {
		if (apps_read(arena, source->tree, file, &source->apps, err) <
		    0)
			return -1;
		return apps_choose(&source->apps,
				   args->any_app ? NULL : args->apps, err);
	}
	if (make_app(source, err) < 0)
		return -1;
	return apps_choose(&source->apps, NULL, err);
}

void source_tell(const struct source *source)
{
	report_source(source->report, source->shown,
		      source->revision.oid ? &source->revision : NULL);
	report_verdict(source->report, source->verify.verdict,
		       source->verify.refused);
}

int source_open(struct run *run, const struct source_args *args,
		struct report *report, struct source *out, struct err *err)
{
	*out = (struct source){ .run = run, .args = args, .report = report };
	if (verify_check(&args->verify, args->worktree, err) < 0)
		return -1;
	if (args->worktree ? open_worktree(run, args, out, err) < 0 :
			     open_revision(run, args, out, err) < 0)
		return -1;
	source_tell(out);
	return source_apps(out, err);
}

int source_take(struct run *run, const struct source_args *args,
		struct repo *repo, struct report *report, struct source *out,
		struct err *err)
{
	*out = (struct source){
		.run = run,
		.args = args,
		.report = report,
		.repo = repo,
	};
	if (take_revision(out, err) < 0)
		return -1;
	source_tell(out);
	return source_apps(out, err);
}

int source_follow(struct source *source, struct err *err)
{
	if (repo_revision(source->repo, &source->revision, err) < 0 ||
	    repo_tree(source->repo, &source->revision, &source->tree, err) < 0)
		return -1;
	return source_turn(source, err);
}

int source_turn(struct source *source, struct err *err)
{
	const char *namespace = source->apps.record_namespace;

	source->apps = (struct apps){ 0 };
	source->ready = NULL;
	if (source_apps(source, err) < 0)
		return -1;
	source->apps.record_namespace = namespace;
	return 0;
}

int source_at(const struct source *source, const char *rev, struct source **out,
	      struct err *err)
{
	struct arena *arena = source->run->arena;
	const struct repo_args args = {
		.location = source->args->location,
		.rev = rev,
		.offline = source->args->offline,
	};
	struct source_args *there = arena_memdup(arena, source->args,
						 sizeof(*there));
	struct source *at = arena_memdup(arena, source, sizeof(*at));

	there->any_app = true;
	there->worktree = false;
	at->args = there;
	at->ready = NULL;
	if (repo_open(source->run, &args, &at->repo, err) < 0 ||
	    source_follow(at, err) < 0)
		return -1;
	*out = at;
	return 0;
}

int target_open(struct run *run, const struct target_args *args,
		const struct change_args *change, struct source *source,
		struct report *report, struct cluster **out, struct err *err)
{
	const struct cluster_args cluster_args = {
		.cluster = args->cluster,
		.kubeconfig = args->kubeconfig,
		.context = args->contexts ? args->contexts[0] : NULL,
		.namespace = args->namespace,
		.as = args->as,
		.as_groups = args->as_groups,
		.no_force = change->no_force,
		.full = change->full,
		.tree_dir = source->dir,
	};

	for (size_t i = 0; i < source->apps.n; i++)
		if (source->apps.v[i].chosen)
			report_app(report, source->apps.v[i].name);
	if (cluster_open(run, &cluster_args, out, err) < 0)
		return -1;
	report_cluster(report, *out);
	if (args->record_namespace)
		source->apps.record_namespace = args->record_namespace;
	return 0;
}

struct apply_records source_records(struct source *source)
{
	struct arena *arena = source->run->arena;
	const struct apps *apps = &source->apps;
	struct apply_records out = { .repository = source->identity };

	out.v = arena_array(arena, apps->n, sizeof(*out.v));
	for (size_t i = 0; i < apps->n; i++)
		if (apps->v[i].chosen)
			record_init(arena, apps->v[i].name,
				    apps->record_namespace, &out.v[out.n++]);
	return out;
}

int source_load_records(struct source *source, struct cluster *cluster,
			struct apply_records *out, struct err *err)
{
	struct objects none = { 0 };

	*out = source_records(source);
	if (cluster_identify(cluster, &none, err) < 0)
		return -1;
	return apply_load_records(source->run, cluster, out, err);
}

/* ---- what is wanted ---- */

static int mark_all(struct run *run, const struct apply_records *records,
		    struct objects *objects, struct err *err)
{
	int status = 0;

	for (size_t i = 0; i < objects->n; i++) {
		struct object *object = &objects->v[i];
		const struct record *record = records->v;
		AUTO_ERR struct err one = { 0 };

		while (!str_equal(record->app, object->app))
			record++;
		if (mark_object(run->arena, object, record->set, &one) == 0)
			continue;
		err_append(err, &one);
		status = -1;
	}
	return status;
}

int source_objects(struct source *source, struct cluster *cluster,
		   const struct apply_records *records, struct objects *out,
		   struct err *err)
{
	const struct apps *apps = &source->apps;
	struct run *run = source->run;

	for (size_t i = 0; i < apps->n; i++)
		if (apps->v[i].chosen &&
		    source_app_objects(source, &apps->v[i], out, err) < 0)
			return -1;
	/* They are changed from here on. */
	source->ready = NULL;
	report_hide_secrets(run, out);
	if (cluster_identify(cluster, out, err) < 0)
		return -1;
	source->rules = (struct rules){ 0 };
	rule_give(run->arena, apps, out, &source->rules);
	if (cluster->marks && mark_all(run, records, out, err) < 0)
		return -1;
	return objects_sort(out, err);
}

int source_elsewhere(struct source *source, struct map **out, struct err *err)
{
	struct arena *arena = source->run->arena;
	const struct apps *apps = &source->apps;

	*out = map_new(arena);
	for (size_t i = 0; i < apps->n; i++) {
		struct app *app = &apps->v[i];
		struct objects objects = { 0 };

		if (app->chosen)
			continue;
		if (source_app_objects(source, app, &objects, err) < 0)
			return -1;
		for (size_t j = 0; j < objects.n; j++)
			map_set(*out, object_key(arena, &objects.v[j]),
				arena_strdup(arena, app->name));
	}
	return 0;
}
