/* SPDX-License-Identifier: Apache-2.0 */
#include <yaml.h>

#include "document/document.h"

char *doc_libraries(struct arena *arena)
{
	return arena_printf(arena, "libyaml %s\njansson %s",
			    yaml_get_version_string(), jansson_version_str());
}
