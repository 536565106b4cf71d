/* SPDX-License-Identifier: Apache-2.0 */
#include "git/inside.h"

#include "base/str.h"

const char *repo_setting(struct repo *repo, const char *key)
{
	const char *found = NULL;
	git_buf value = { 0 };
	git_config *config;

	if (git_repository_config(&config, repo->git) < 0)
		return NULL;
	if (git_config_get_string_buf(&value, config, key) == 0 && value.size)
		found = arena_strdup(repo->run->arena, value.ptr);
	git_buf_dispose(&value);
	git_config_free(config);
	return found;
}

const char *repo_setting_path(struct repo *repo, const char *key)
{
	const char *path = repo_setting(repo, key);
	const char *home = run_env(repo->run, "HOME");

	if (!path || !home || !str_starts(path, "~/"))
		return path;
	return arena_printf(repo->run->arena, "%s%s", home, path + 1);
}

bool repo_setting_is_true(struct repo *repo, const char *key)
{
	const char *value = repo_setting(repo, key);
	int is_true;

	return value && git_config_parse_bool(&is_true, value) == 0 && is_true;
}
