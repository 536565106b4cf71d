/* SPDX-License-Identifier: Apache-2.0 */
/* A range of versions, a line end, and a version to match. */
#include <assert.h>
#include <string.h>

#include "base/semver.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_ERR struct err err = { 0 };
	char *text = arena_strndup(arena, (const char *)data, size);
	char *line_end = strchr(text, '\n');
	struct semver_range *range;
	struct semver version;

	if (!line_end)
		return 0;
	*line_end = '\0';
	if (!semver_parse(arena, line_end + 1, &version))
		return 0;
	assert(semver_compare(&version, &version) == 0);
	if (semver_range_parse(arena, text, &range, &err) == 0)
		semver_match(range, &version);
	else
		assert(err.status == ERR_USAGE);
	return 0;
}
