/* SPDX-License-Identifier: Apache-2.0 */
#include <curl/curl.h>

#include "http/http.h"

char *http_library(struct arena *arena)
{
	return arena_printf(arena, "libcurl %s",
			    curl_version_info(CURLVERSION_NOW)->version);
}
