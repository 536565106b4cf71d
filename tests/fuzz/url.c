/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The location of a repository, and what comes beside it on the command line:
 * a revision, and a path of the tree.  What is let through must hold nothing
 * that means something to a request line, a credential helper or a shell.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "git/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		__builtin_trap();
}

static void check_word(const char *text)
{
	for (; text && *text; text++)
		must((unsigned char)*text > 0x20 && *text != 0x7f &&
		     !strchr("'\"`\\!$|<>{}^?#*", *text));
}

static void check_location(struct arena *arena, const char *text)
{
	AUTO_ERR struct err err = { 0 };
	struct location one = { 0 };

	if (repo_location_parse(arena, text, &one, &err) < 0) {
		must(err.status == ERR_USAGE);
		return;
	}
	must(one.url && one.shown && *one.url != '-');
	must(repo_is_remote(text) == (one.kind != LOCATION_PATH));
	if (one.kind != LOCATION_HTTP && one.kind != LOCATION_SSH)
		return;
	check_word(one.url);
	check_word(one.user);
	check_word(one.host);
	check_word(one.path);
	must(one.host && one.port && one.path && *one.host != '-');
	must(strspn(one.port, "0123456789") == strlen(one.port));
	must(!one.user || !strchr(one.user, ':'));
	must(!one.user || (*one.user && *one.user != '-'));
	must(one.kind != LOCATION_HTTP || str_starts(one.url, "https://") ||
	     str_starts(one.url, "http://"));
}

static void check_rev(struct arena *arena, const char *text)
{
	AUTO_ERR struct err err = { 0 };
	struct repo_rev rev = { 0 };

	if (repo_rev_parse(arena, text, &rev, &err) < 0)
		return;
	must(rev.base && *rev.base && *rev.base != '-' && rev.suffix);
	must(!rev.full || strlen(rev.base) == GIT_OID_HEXSZ);
}

static void check_path(struct arena *arena, const char *text)
{
	AUTO_ERR struct err err = { 0 };
	const char *joined;

	if (tree_join(arena, "base/dir", text, &joined, &err) < 0)
		return;
	must(*joined != '/' && !strstr(joined, "//"));
	must(!str_starts(joined, "../") && !strstr(joined, "/../"));
	must(!str_equal(joined, "..") && !str_ends(joined, "/.."));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena *arena = arena_new();
	const char *text = arena_strndup(arena, (const char *)data, size);

	check_location(arena, text);
	check_rev(arena, text);
	check_path(arena, text);
	return 0;
}
