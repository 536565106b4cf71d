/* SPDX-License-Identifier: Apache-2.0 */

/* Charts from repositories, kept by what they are called. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cache.h"
#include "base/digest.h"
#include "base/vec.h"
#include "helm/helm.h"

/* What of the user's environment says how to reach a registry, and as whom. */
static const char *const passed_on[] = {
	"ALL_PROXY",       "DOCKER_CONFIG", "HOME",          "HTTPS_PROXY",
	"NO_PROXY",        "SSL_CERT_DIR",  "SSL_CERT_FILE", "XDG_CONFIG_HOME",
	"XDG_RUNTIME_DIR", "https_proxy",   "http_proxy",    "no_proxy",
};

/* Where `helm registry login` keeps what it has been told. */
static const char *registry_config(struct run *run)
{
	const char *config = run_env(run, "HELM_REGISTRY_CONFIG");
	const char *helm = run_env(run, "HELM_CONFIG_HOME");
	const char *xdg = run_env(run, "XDG_CONFIG_HOME");
	const char *home = run_env(run, "HOME");
	static const char name[] = "registry/config.json";

	if (config)
		return config;
	if (helm)
		return arena_printf(run->arena, "%s/%s", helm, name);
	if (xdg)
		return arena_printf(run->arena, "%s/helm/%s", xdg, name);
	return home ? arena_printf(run->arena, "%s/.config/helm/%s", home,
				   name) :
		      NULL;
}

static void choose_env(struct run *run, struct helm_words *env)
{
	const char *registry = registry_config(run);

	for (size_t i = 0; i < ARRAY_LEN(passed_on); i++) {
		const char *value = run_env(run, passed_on[i]);

		if (value)
			*vec_push(run->arena,
				  env) = arena_printf(run->arena, "%s=%s",
						      passed_on[i], value);
	}
	if (registry)
		*vec_push(run->arena, env) =
			arena_printf(run->arena, "HELM_REGISTRY_CONFIG=%s",
				     registry);
}

static int pull(struct run *run, const char *dir,
		const struct helm_source *source, struct err *err)
{
	bool oci = str_starts(source->repository, "oci://");
	struct arena *arena = run->arena;
	struct helm_words argv = { 0 }, env = { 0 };
	struct bytes ignored;
	size_t n = strlen(source->repository);

	n -= oci && str_ends(source->repository, "/");
	choose_env(run, &env);
	*vec_push(arena, &argv) = "helm";
	*vec_push(arena, &argv) = "pull";
	*vec_push(arena, &argv) = "--untar";
	*vec_push(arena, &argv) = "--untardir=chart";
	*vec_push(arena, &argv) = arena_printf(arena, "--version=%s",
					       source->version);
	if (!oci)
		*vec_push(arena, &argv) = arena_printf(arena, "--repo=%s",
						       source->repository);
	*vec_push(arena, &argv) = "--";
	*vec_push(arena, &argv) = oci ? arena_printf(arena, "%.*s/%s", (int)n,
						     source->repository,
						     source->name) :
					source->name;
	*vec_push(arena, &argv) = NULL;
	return helm_run(run, dir, &argv, &env, &ignored, err);
}

/* Another run may be at it: whoever is first puts his there. */
static int fetch(struct run *run, const char *cache,
		 const struct helm_source *source, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const char *fresh, *chart;

	if (cache_make_beside(scratch, cache, &fresh, err) < 0 ||
	    pull(run, fresh, source, err) < 0)
		return -1;
	chart = arena_printf(scratch, "%s/chart", fresh);
	if (rename(chart, cache) < 0 && errno != EEXIST && errno != ENOTEMPTY)
		return err_errno(err, ERR_FAILED, "keep %s", cache);
	return 0;
}

int helm_pull(struct run *run, const struct helm_source *source,
	      const struct tree **out, struct err *err)
{
	struct arena *arena = run->arena;
	const char *named = arena_printf(arena, "%s\n%s\n%s",
					 source->repository, source->name,
					 source->version);
	char digest[DIGEST_SHA256_HEX];
	const char *parent, *cache;
	struct stat st;
	struct tree *tree;

	if (cache_open(run, NULL, "charts", &parent, err) < 0)
		return -1;
	digest_sha256_hex(named, strlen(named), digest);
	cache = arena_printf(arena, "%s/%s", parent, digest);
	if (lstat(cache, &st) < 0 && fetch(run, cache, source, err) < 0)
		return -1;
	if (tree_open_directory(arena, cache, &tree, err) < 0)
		return -1;
	*out = tree;
	return 0;
}
