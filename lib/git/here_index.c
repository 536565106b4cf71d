/* SPDX-License-Identifier: Apache-2.0 */
#include "git/here.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

#define INDEX_CAP    ((size_t)1 << 30)
#define LOCK_MS      2000 /* a lock of git is held that long at most */
#define LOCK_POLL_MS 20

static int take_lock(const char *lock, struct err *err)
{
	int64_t until = clock_ms() + LOCK_MS;
	int fd;

	for (;;) {
		fd = open(lock, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd >= 0 || errno != EEXIST || clock_ms() >= until)
			break;
		poll(NULL, 0, LOCK_POLL_MS);
	}
	if (fd >= 0) {
		close(fd);
		return 0;
	}
	if (errno != EEXIST)
		return err_errno(err, ERR_FAILED, "make %s", lock);
	err_set(err, ERR_TEMPORARY, "%s is held", lock);
	return err_hint(err, "another git works here; if none does, delete "
			     "it");
}

/* Where there is no index it is empty. */
static int open_copy(struct arena *arena, struct here_index *index,
		     struct err *err)
{
	AUTO_ERR struct err none = { 0 };
	struct bytes bytes;

	unlink(index->copy);
	if (file_read(arena, index->path, INDEX_CAP, &bytes, &none) == 0) {
		if (file_create(index->copy, bytes, 0600, err) < 0)
			return -1;
	} else if (none.status != ERR_NOT_FOUND) {
		err_append(err, &none);
		return -1;
	}
	if (git_index_open(&index->git, index->copy) < 0)
		return repo_fail(err, ERR_FAILED, "read the index");
	return 0;
}

int repo_index_open(struct repo *repo, struct arena *arena,
		    struct here_index *out, struct err *err)
{
	const char *dir = git_repository_path(repo->git);
	struct here_index index = {
		.path = arena_printf(arena, "%sindex", dir),
		.lock = arena_printf(arena, "%sindex.lock", dir),
		.copy = arena_printf(arena, "%sgitops-index", dir),
	};

	if (take_lock(index.lock, err) < 0)
		return -1;
	if (open_copy(arena, &index, err) < 0) {
		repo_index_close(&index);
		return -1;
	}
	*out = index;
	return 0;
}

int repo_index_write(const struct here_index *index, struct err *err)
{
	if (git_index_write(index->git) < 0)
		return repo_fail(err, ERR_FAILED, "write the index");
	if (rename(index->copy, index->path) < 0)
		return err_errno(err, ERR_FAILED, "replace %s", index->path);
	return 0;
}

void repo_index_close(struct here_index *index)
{
	git_index_free(index->git);
	index->git = NULL;
	unlink(index->copy);
	unlink(index->lock);
}
