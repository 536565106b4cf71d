/* SPDX-License-Identifier: Apache-2.0 */
#include <git2.h>

#include "git/repo.h"

char *repo_library(struct arena *arena)
{
	int major, minor, patch;

	git_libgit2_version(&major, &minor, &patch);
	return arena_printf(arena, "libgit2 %d.%d.%d", major, minor, patch);
}
