/* SPDX-License-Identifier: Apache-2.0 */
#include "helm/helm.h"

#include <string.h>
#include <sys/stat.h>

#include "base/cache.h"
#include "base/file.h"
#include "base/process.h"
#include "base/vec.h"

#define TIMEOUT_MS 600000

/* ---- the program ---- */

static const char *last_line(struct arena *arena, struct bytes text)
{
	const char *end = text.data + text.len, *start;

	while (end > text.data && strchr("\n\r ", end[-1]))
		end--;
	for (start = end; start > text.data && start[-1] != '\n';)
		start--;
	return arena_strndup(arena, start, (size_t)(end - start));
}

/* "Error: ..." and the lines behind it; before it there may be warnings. */
static int fail_helm(struct run *run, const struct process_result *result,
		     struct err *err)
{
	const char *said = strstr(result->errors.data, "Error: ");
	const char *shown;
	size_t n;

	if (!said) {
		shown = last_line(run->arena, result->errors);
		return err_set(err, ERR_INPUT, "helm failed (status %d): %s",
			       result->status, shown);
	}
	said += strlen("Error: ");
	n = strlen(said);
	while (n && strchr("\n ", said[n - 1]))
		n--;
	return err_set(err, ERR_INPUT, "helm: %.*s", (int)n, said);
}

static const char *const *make_env(struct run *run, const char *dir,
				   const struct helm_words *more)
{
	static const char *const homes[] = {
		"HELM_CACHE_HOME",
		"HELM_CONFIG_HOME",
		"HELM_DATA_HOME",
		"HELM_PLUGINS",
	};
	const char *path = run_env(run, "PATH");
	struct arena *arena = run->arena;
	struct helm_words env = { 0 };

	*vec_push(arena, &env) = arena_printf(arena, "PATH=%s",
					      path ? path : "/usr/bin:/bin");
	*vec_push(arena, &env) = arena_printf(arena, "TMPDIR=%s", dir);
	*vec_push(arena, &env) = "KUBECONFIG=/dev/null";
	for (size_t i = 0; i < ARRAY_LEN(homes); i++)
		*vec_push(arena, &env) = arena_printf(arena, "%s=%s/home/%s",
						      homes[i], dir, homes[i]);
	for (size_t i = 0; i < more->n; i++)
		*vec_push(arena, &env) = more->v[i];
	*vec_push(arena, &env) = NULL;
	return env.v;
}

int helm_run(struct run *run, const char *dir, const struct helm_words *argv,
	     const struct helm_words *env, struct bytes *out, struct err *err)
{
	struct process_args args = {
		.argv = argv->v,
		.env = make_env(run, dir, env),
		.dir = dir,
		.timeout_ms = run_time_left_ms(run, TIMEOUT_MS),
		.output_cap = HELM_BYTES,
	};
	struct process_result result;

	if (!process_find(run, "helm")) {
		err_set(err, ERR_INPUT, "there is no program 'helm' on PATH");
		return err_hint(err, "install helm 3 or 4, or commit what the "
				     "chart makes");
	}
	if (run_check(run, err) < 0 ||
	    process_run(run, &args, &result, err) < 0)
		return -1;
	if (result.status)
		return fail_helm(run, &result, err);
	*out = result.output;
	return 0;
}

/* ---- template ---- */

/* An option with its value in one word, so that the value is never taken for
 * an option. */
static void add_option(struct arena *arena, struct helm_words *argv,
		       const char *name, const char *value)
{
	if (value && *value)
		*vec_push(arena, argv) = arena_printf(arena, "--%s=%s", name,
						      value);
}

static void add_flag(struct arena *arena, struct helm_words *argv,
		     const char *flag, bool set)
{
	if (set)
		*vec_push(arena, argv) = flag;
}

static int write_values(struct arena *arena, const char *dir,
			const struct helm_chart *chart, struct helm_words *argv,
			struct err *err)
{
	for (size_t i = 0; i < chart->n_values; i++) {
		const char *name = arena_printf(arena, "values-%zu.yaml", i);

		if (file_create(arena_printf(arena, "%s/%s", dir, name),
				chart->values[i], 0600, err) < 0)
			return -1;
		add_option(arena, argv, "values", name);
	}
	return 0;
}

static int template(struct run *run, const char *dir,
		    const struct helm_chart *chart, struct bytes *out,
		    struct err *err)
{
	const char *const *version = chart->api_versions;
	const struct helm_words env = { 0 };
	struct arena *arena = run->arena;
	struct helm_words argv = { 0 };

	*vec_push(arena, &argv) = "helm";
	*vec_push(arena, &argv) = "template";
	add_option(arena, &argv, "namespace", chart->namespace);
	add_option(arena, &argv, "name-template", chart->name_template);
	add_option(arena, &argv, "kube-version", chart->kube_version);
	for (; version && *version; version++)
		add_option(arena, &argv, "api-versions", *version);
	add_flag(arena, &argv, "--include-crds", chart->crds);
	add_flag(arena, &argv, "--skip-tests", chart->no_tests);
	add_flag(arena, &argv, "--no-hooks", chart->no_hooks);
	if (write_values(arena, dir, chart, &argv, err) < 0)
		return -1;
	*vec_push(arena, &argv) = "--";
	if (chart->release && *chart->release)
		*vec_push(arena, &argv) = chart->release;
	*vec_push(arena, &argv) = "chart";
	*vec_push(arena, &argv) = NULL;
	return helm_run(run, dir, &argv, &env, out, err);
}

int helm_template(struct run *run, const struct helm_chart *chart,
		  struct bytes *out, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const char *dir;

	if (cache_make_temporary(run, scratch, &dir, err) < 0 ||
	    helm_copy(chart->tree, chart->path,
		      arena_printf(scratch, "%s/chart", dir), err) < 0)
		return -1;
	return template(run, dir, chart, out, err);
}
