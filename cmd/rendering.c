/* SPDX-License-Identifier: Apache-2.0 */

/* From an app to its objects, as the repository wants them. */

#include "cmd/common.h"

#include <string.h>

#include "base/str.h"
#include "base/vec.h"
#include "tree/trace.h"

/* Is it in one of the places that the user names?  A repository must not
 * choose by itself what is fetched. */
static int check_allowed(const struct source *source, const char *url,
			 const char *what, struct err *err)
{
	const char *host;
	bool allowed;

	if (repo_is_within(source->run->arena, url, source->args->remotes,
			   &host, &allowed, err) < 0)
		return -1;
	if (allowed)
		return 0;
	err_set(err, ERR_INPUT, "%s: this %s is elsewhere", url, what);
	return err_hint(err,
			"have it fetched with --allow-remote %s, or commit it "
			"to this repository",
			host ? host : "HOST");
}

static int fetch_base(void *data, const struct kustomize_remote *remote,
		      const struct tree **out, struct err *err)
{
	const struct source *source = data;
	const struct repo_args args = {
		.location = remote->url,
		.rev = remote->commit,
		.offline = source->args->offline,
	};
	struct revision revision;
	struct repo *repo;
	struct tree *tree;

	if (check_allowed(source, remote->url, "base", err) < 0 ||
	    repo_open(source->run, &args, &repo, err) < 0 ||
	    repo_revision(repo, &revision, err) < 0 ||
	    repo_tree(repo, &revision, &tree, err) < 0)
		return -1;
	*out = tree;
	return 0;
}

static int pull_chart(void *data, const struct helm_source *chart,
		      const struct tree **out, struct err *err)
{
	const struct source *source = data;
	const char *url = chart->repository;
	const char *scheme = "";

	/* What is spoken with a registry is https, too. */
	if (str_starts(url, "oci://")) {
		url += strlen("oci://");
		scheme = "https://";
	}
	url = arena_printf(source->run->arena, "%s%s/%s", scheme, url,
			   chart->name);
	if (check_allowed(source, url, "chart", err) < 0)
		return -1;
	return helm_pull(source->run, chart, out, err);
}

static int inflate_chart(void *data, const struct helm_chart *chart,
			 struct bytes *out, struct err *err)
{
	const struct source *source = data;

	return helm_template(source->run, chart, out, err);
}

/* As this revision has them. */
static const struct map *vars_of(const struct source *source,
				 const struct app *app)
{
	const struct apps_cluster *cluster = NULL;

	if (source->cluster)
		cluster = apps_find_cluster(&source->apps, source->cluster);
	return app_vars(source->run->arena, app,
			cluster ? cluster->vars : NULL);
}

/* How its chart is rendered; NULL where it has none. */
static const struct render_chart *chart_of(struct arena *arena,
					   const struct app *app)
{
	const struct app_helm *helm = app->helm;
	struct render_chart *out;

	if (!helm)
		return NULL;
	out = arena_alloc(arena, sizeof(*out));
	*out = (struct render_chart){
		.origin = helm->origin,
		.release = helm->release_name,
		.namespace = app->namespace,
		.values_files = helm->values_files,
		.values = helm->values,
		.kube_version = helm->kube_version,
		.api_versions = helm->api_versions,
		.skip_crds = helm->skip_crds,
	};
	return out;
}

struct render_args source_render(struct source *source, const struct app *app)
{
	struct arena *arena = source->run->arena;

	source->outside = (struct kustomize_outside){
		.fetch = fetch_base,
		.data = source,
	};
	/* A chart that is an app is let through by gitops.yaml. */
	if (source->args->enable_helm || app->helm)
		source->outside.inflate = inflate_chart;
	if (source->args->enable_helm)
		source->outside.pull = pull_chart;
	return (struct render_args){
		.tree = source->tree,
		.path = app->path,
		.deadline_ms = source->run->deadline_ms,
		.chart = chart_of(arena, app),
		.allow_empty = source->args->allow_empty,
		.vars = vars_of(source, app),
		.outside = &source->outside,
	};
}

static int render_app(struct source *source, const struct app *app,
		      struct objects *out, struct err *err)
{
	const struct render_args args = source_render(source, app);
	struct rendered rendered;

	if (render_path(source->run->arena, &args, &rendered, err) < 0)
		return *app->origin ? err_wrap(err, "app %s", app->name) : -1;
	*out = rendered.objects;
	return 0;
}

/* An app is the same wherever it has the same variables. */
static const char *ready_key(const struct source *source, const struct app *app)
{
	struct arena *arena = source->run->arena;
	const struct map *vars = vars_of(source, app);
	AUTO_STR struct str key = STR_INIT(STR_BIG);

	str_add(&key, app->name);
	for (size_t i = 0; vars && i < vars->n; i++)
		str_printf(&key, "\n%s=%s", vars->entries[i].key,
			   (const char *)vars->entries[i].value);
	return str_keep(&key, arena);
}

int source_prepare(struct source *source, const struct app *app,
		   struct err *err)
{
	struct arena *arena = source->run->arena;
	const char *key = ready_key(source, app);
	struct objects objects;

	if (!source->ready)
		source->ready = map_new(arena);
	if (map_has(source->ready, key))
		return 0;
	if (render_app(source, app, &objects, err) < 0)
		return -1;
	map_set(source->ready, key,
		arena_memdup(arena, &objects, sizeof(objects)));
	return 0;
}

int source_app_objects(struct source *source, const struct app *app,
		       struct objects *out, struct err *err)
{
	struct arena *arena = source->run->arena;
	const struct objects *ready = NULL;
	struct objects objects;

	if (source->ready)
		ready = map_get(source->ready, ready_key(source, app));
	if (ready)
		objects = *ready;
	else if (render_app(source, app, &objects, err) < 0)
		return -1;
	for (size_t i = 0; i < objects.n; i++) {
		struct object *object = vec_push(arena, out);

		*object = objects.v[i];
		object->app = app->name;
		if (app->namespace && !*object->namespace)
			object_set_namespace(arena, object, app->namespace);
	}
	return 0;
}

const struct map *source_app_files(const struct source *source,
				   const struct app *app)
{
	AUTO_ERR struct err ignored = { 0 };
	struct objects unused = { 0 };
	struct source traced = *source;
	struct tree_trace *trace = tree_trace(source->run->arena, source->tree);

	traced.tree = &trace->tree;
	traced.ready = NULL;
	if (source_app_objects(&traced, app, &unused, &ignored) < 0)
		trace->files->n = 0;
	return trace->files;
}
