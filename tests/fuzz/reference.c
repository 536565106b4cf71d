/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The name of an image.  What is let through is printed as it was read, and
 * holds nothing that means something to a URL, a header or a terminal.
 */
#include <stdint.h>
#include <string.h>

#include "base/str.h"
#include "image/reference.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		__builtin_trap();
}

static void only(const char *text, const char *more)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789.-";

	for (; *text; text++)
		must(strchr(plain, *text) || strchr(more, *text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_ERR struct err err = { 0 };
	const char *text = arena_strndup(arena, (const char *)data, size);
	struct image_ref ref, again;

	if (image_ref_parse(arena, text, &ref, &err) < 0) {
		must(err.status == ERR_INPUT && err.msg);
		return 0;
	}
	must(str_equal(image_ref_print(arena, &ref), text));
	only(ref.host, ":[]");
	only(ref.repository, "_/");
	must(*ref.host && *ref.repository && *ref.repository != '/');
	must(!strstr(ref.repository, "//") && !strstr(ref.repository, ".."));
	must(!ref.tag || image_is_tag(ref.tag));
	must(!ref.digest || image_is_digest(ref.digest));
	/* Its name alone means the same. */
	must(image_ref_parse(arena, ref.name, &again, &err) == 0);
	must(image_ref_same(&ref, &again) && !again.tag && !again.digest);
	return 0;
}
