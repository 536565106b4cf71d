/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <git2/sys/odb_backend.h>
#include <zlib.h>

#include "base/str.h"
#include "git/inside.h"

/*
 * libgit2 never returns from a loose object whose deflated bytes end too
 * early (libgit2 7346), which is what a loss of power leaves behind.  So a
 * backend stands before its own: it inflates once, and lets through what comes
 * to an end.  Nothing else of the object is looked at here.
 */
struct loose_guard {
	git_odb_backend parent;
	const char *objects; /* the directory */
};

#define HEADER_BYTES ((size_t)64) /* what libgit2 inflates for a header */

static struct loose_guard *guard_of(git_odb_backend *backend)
{
	return (struct loose_guard *)backend;
}

/* Inflate until the end, or until `limit` bytes have come. */
static bool comes_to_an_end(int fd, size_t limit)
{
	unsigned char in[16384], out[16384];
	z_stream stream = { 0 };
	int code = Z_OK;

	if (inflateInit(&stream) != Z_OK)
		return false;
	while (code == Z_OK && stream.total_out < limit) {
		if (!stream.avail_in) {
			ssize_t n = read(fd, in, sizeof(in));

			if (n <= 0)
				break;
			stream.next_in = in;
			stream.avail_in = (uInt)n;
		}
		stream.next_out = out;
		stream.avail_out = sizeof(out);
		code = inflate(&stream, Z_NO_FLUSH);
	}
	inflateEnd(&stream);
	return code == Z_STREAM_END ||
	       (code == Z_OK && stream.total_out >= limit);
}

/* GIT_ENOTFOUND lets the next backend answer; -1 ends the reading. */
static int check(const struct loose_guard *guard, const char *hex, size_t limit)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const char *path = arena_printf(scratch, "%s/%.2s/%s", guard->objects,
					hex, hex + 2);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool good;

	if (fd < 0)
		return GIT_ENOTFOUND;
	good = comes_to_an_end(fd, limit);
	close(fd);
	if (good)
		return GIT_ENOTFOUND;
	git_error_set_str(GIT_ERROR_ODB, "the object is cut short or damaged");
	return -1;
}

static int on_read(void **data UNUSED, size_t *len UNUSED,
		   git_object_t *type UNUSED, git_odb_backend *backend,
		   const git_oid *oid)
{
	char hex[GIT_OID_HEXSZ + 1];

	git_oid_tostr(hex, sizeof(hex), oid);
	return check(guard_of(backend), hex, SIZE_MAX);
}

static int on_read_header(size_t *len UNUSED, git_object_t *type UNUSED,
			  git_odb_backend *backend, const git_oid *oid)
{
	char hex[GIT_OID_HEXSZ + 1];

	git_oid_tostr(hex, sizeof(hex), oid);
	return check(guard_of(backend), hex, HEADER_BYTES);
}

/* Every object that a short name may mean. */
static int on_read_prefix(git_oid *full UNUSED, void **data UNUSED,
			  size_t *len UNUSED, git_object_t *type UNUSED,
			  git_odb_backend *backend, const git_oid *oid,
			  size_t n)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const struct loose_guard *guard = guard_of(backend);
	char hex[GIT_OID_HEXSZ + 1];
	const struct dirent *one;
	int code = GIT_ENOTFOUND;
	DIR *dir;

	git_oid_tostr(hex, sizeof(hex), oid);
	dir = opendir(arena_printf(scratch, "%s/%.2s", guard->objects, hex));
	while (dir && code == GIT_ENOTFOUND && (one = readdir(dir))) {
		const char *name = arena_printf(scratch, "%.2s%s", hex,
						one->d_name);

		if (strlen(name) == GIT_OID_HEXSZ && strncmp(name, hex, n) == 0)
			code = check(guard, name, SIZE_MAX);
	}
	if (dir)
		closedir(dir);
	return code;
}

/* It is in the arena. */
static void on_free(git_odb_backend *backend UNUSED)
{
}

int repo_guard_loose(struct repo *repo, struct err *err)
{
	struct arena *arena = repo->run->arena;
	struct loose_guard *guard = arena_alloc(arena, sizeof(*guard));
	git_odb *odb;
	int code;

	if (git_repository_odb(&odb, repo->git) < 0)
		return repo_fail(err, ERR_FAILED, "open object database");
	git_odb_init_backend(&guard->parent, GIT_ODB_BACKEND_VERSION);
	guard->parent.read = on_read;
	guard->parent.read_header = on_read_header;
	guard->parent.read_prefix = on_read_prefix;
	guard->parent.free = on_free;
	guard->objects = arena_printf(arena, "%sobjects",
				      git_repository_commondir(repo->git));
	code = git_odb_add_backend(odb, &guard->parent, REPO_GUARD_PRIORITY);
	git_odb_free(odb);
	if (code < 0)
		return repo_fail(err, ERR_FAILED, "open object database");
	return 0;
}
