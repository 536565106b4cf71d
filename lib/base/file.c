/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* flock(), mkostemp() */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define LOCK_POLL_MS 20

/* What errno means to the person who named the file. */
static enum err_status status_of(int cause)
{
	switch (cause) {
	case ENOENT:
	case ENOTDIR:
		return ERR_NOT_FOUND;
	case EACCES:
	case EPERM:
	case EROFS:
		return ERR_ACCESS;
	default:
		return ERR_FAILED;
	}
}

static int fail(struct err *err, const char *path)
{
	if (errno == ENOENT)
		return err_set(err, ERR_NOT_FOUND, "%s: no such file", path);
	return err_errno(err, status_of(errno), "%s", path);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define AUTO_CLOSE __attribute__((cleanup(close_fd)))

int file_read(struct arena *arena, const char *path, size_t cap_bytes,
	      struct bytes *out, struct err *err)
{
	AUTO_STR struct str text = STR_INIT(cap_bytes);
	char piece[16384];
	struct stat st;
	ssize_t n;
	/* Without O_NONBLOCK, opening a FIFO would wait for a writer. */
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 || fstat(fd, &st) < 0)
		return fail(err, path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_INPUT, "%s: not a regular file", path);
	/* st_size is no promise: the file may grow, and those of /proc say
	 * 0.  So the cap is on what is read. */
	while ((n = read(fd, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(err, path);
		str_add_bytes(&text, piece, (size_t)n);
		if (text.full)
			return err_set(err, ERR_INPUT,
				       "%s: larger than %zu bytes", path,
				       cap_bytes);
	}
	out->data = str_keep(&text, arena);
	out->len = text.len;
	return 0;
}

static int write_all(int fd, struct bytes bytes)
{
	while (bytes.len) {
		ssize_t n = write(fd, bytes.data, bytes.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		bytes.data += n;
		bytes.len -= (size_t)n;
	}
	return 0;
}

/* Make a rename last: it is in the directory, not in the file. */
static int sync_dir_of(struct arena *scratch, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *dir = ".";
	AUTO_CLOSE int fd = -1;

	if (slash == path)
		dir = "/";
	else if (slash)
		dir = arena_strndup(scratch, path, (size_t)(slash - path));
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	/* Some network file systems cannot, and say EINVAL. */
	if (fsync(fd) < 0 && errno != EINVAL)
		return -1;
	return 0;
}

int file_write(const char *path, struct bytes bytes, mode_t mode,
	       struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	char *beside = arena_printf(scratch, "%s.XXXXXX", path);
	AUTO_CLOSE int fd = mkostemp(beside, O_CLOEXEC);

	if (fd < 0)
		return err_errno(err, status_of(errno), "write %s", path);
	if (write_all(fd, bytes) < 0 || fchmod(fd, mode) < 0 || fsync(fd) < 0 ||
	    rename(beside, path) < 0) {
		err_errno(err, status_of(errno), "write %s", path);
		unlink(beside);
		return -1;
	}
	if (sync_dir_of(scratch, path) < 0)
		return err_errno(err, status_of(errno), "write %s", path);
	return 0;
}

int file_create(const char *path, struct bytes bytes, mode_t mode,
		struct err *err)
{
	AUTO_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
				 mode);

	if (fd < 0 || write_all(fd, bytes) < 0)
		return err_errno(err, status_of(errno), "write %s", path);
	return 0;
}

int file_make_dir(const char *path, mode_t mode, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	char *part = arena_strdup(scratch, path);
	char *end = part;
	struct stat st;

	do {
		int cause;
		char was;

		end += strspn(end, "/");
		end += strcspn(end, "/");
		was = *end;
		*end = '\0';
		/* Of a directory that is there, mkdir() may also say EROFS or
		 * EACCES. */
		cause = mkdir(part, mode) < 0 ? errno : 0;
		if (cause && (stat(part, &st) < 0 || !S_ISDIR(st.st_mode))) {
			errno = cause;
			return err_errno(err, status_of(cause),
					 "make directory %s", part);
		}
		*end = was;
	} while (*end);
	return 0;
}

static void unlock(void *handle)
{
	int fd = *(int *)handle;

	/* A child may still have the descriptor, and with it the lock. */
	flock(fd, LOCK_UN);
	close(fd);
}

/*
 * Whoever held the lock may have deleted the file, or put another in its
 * place: then ours is a lock on something that nobody else can find.
 */
static bool is_still_at(const char *path, int fd)
{
	struct stat here, there;

	return fstat(fd, &here) == 0 && stat(path, &there) == 0 &&
	       here.st_ino == there.st_ino && here.st_dev == there.st_dev;
}

/* A descriptor with the lock; -1 with errno, EWOULDBLOCK where another
 * process has it. */
static int try_lock(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	int cause;

	if (fd < 0)
		return -1;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		if (is_still_at(path, fd))
			return fd;
		errno = EWOULDBLOCK;
	}
	cause = errno;
	close(fd);
	errno = cause;
	return -1;
}

int file_lock(struct arena *arena, const char *path, long wait_ms,
	      struct err *err)
{
	const struct timespec pause = { 0, LOCK_POLL_MS * 1000000L };
	int64_t until = clock_ms() + wait_ms;
	int fd = try_lock(path);

	while (fd < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_errno(err, status_of(errno), "lock %s",
					 path);
		if (clock_ms() >= until)
			return err_set(err, ERR_TEMPORARY,
				       "%s: locked by another process", path);
		nanosleep(&pause, NULL);
		fd = try_lock(path);
	}
	arena_defer(arena, unlock, arena_memdup(arena, &fd, sizeof(fd)));
	return 0;
}

static int remove_at(int dir, const char *name);

/* -1 with errno. */
static int remove_entries(DIR *list)
{
	for (;;) {
		struct dirent *entry;

		errno = 0;
		entry = readdir(list);
		if (!entry)
			return errno ? -1 : 0;
		if (str_equal(entry->d_name, ".") ||
		    str_equal(entry->d_name, ".."))
			continue;
		if (remove_at(dirfd(list), entry->d_name) < 0)
			return -1;
	}
}

static int remove_content(int dir, const char *name)
{
	int fd = openat(dir, name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int status, cause;
	DIR *list;

	if (fd < 0)
		return -1;
	list = fdopendir(fd);
	if (!list) {
		close(fd);
		return -1;
	}
	status = remove_entries(list);
	cause = errno;
	closedir(list);
	errno = cause;
	return status;
}

static int remove_at(int dir, const char *name)
{
	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return 0;
	/* Of a directory, Linux says EISDIR and POSIX EPERM. */
	if (errno != EISDIR && errno != EPERM)
		return -1;
	if (remove_content(dir, name) < 0)
		return -1;
	return unlinkat(dir, name, AT_REMOVEDIR);
}

int file_remove_all(const char *path, struct err *err)
{
	if (remove_at(AT_FDCWD, path) < 0)
		return err_errno(err, status_of(errno), "remove %s", path);
	return 0;
}

bool file_is_below(const char *path, const char *dir)
{
	char *real_path = realpath(path, NULL), *real_dir = realpath(dir, NULL);
	bool below = false;

	if (real_path && real_dir) {
		size_t len = strlen(real_dir);

		/* "/" is above everything, and ends with the slash itself. */
		if (len == 1)
			len = 0;
		below = strncmp(real_path, real_dir, len) == 0 &&
			(real_path[len] == '/' || !real_path[len]);
	}
	free(real_path);
	free(real_dir);
	return below;
}
