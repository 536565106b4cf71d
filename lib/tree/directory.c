/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* O_PATH */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/vec.h"
#include "tree/tree.h"

/*
 * Somebody may change the directory while we read it.  So no path is handed
 * to the system as a whole: each component is opened from the one before,
 * never through a link, and a link that comes into the way is an error.
 */
struct directory {
	const char *path; /* as the user named it, for messages */
	int fd;
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define AUTO_CLOSE __attribute__((cleanup(close_fd)))

static int fail(const struct directory *dir, const char *path, struct err *err)
{
	enum err_status status = ERR_FAILED;

	if (errno == ENOENT || errno == ENOTDIR)
		status = ERR_NOT_FOUND;
	else if (errno == EACCES || errno == EPERM)
		status = ERR_ACCESS;
	return err_errno(err, status, "%s/%s", dir->path, path);
}

/*
 * Open the directory that holds the last component of `path`, which goes to
 * `*last`; "." for the root itself.  -1 with errno set.
 */
static int open_parent(const struct directory *dir, const char *path,
		       const char **last)
{
	int at = fcntl(dir->fd, F_DUPFD_CLOEXEC, 0);
	const char *slash;
	char name[NAME_MAX + 1];

	while (at >= 0 && (slash = strchr(path, '/'))) {
		size_t len = (size_t)(slash - path);
		int below = -1;

		if (len < sizeof(name)) {
			memcpy(name, path, len);
			name[len] = '\0';
			below = openat(at, name,
				       O_PATH | O_NOFOLLOW | O_DIRECTORY |
					       O_CLOEXEC);
		} else {
			errno = ENAMETOOLONG;
		}
		close_fd(&at);
		at = below;
		path = slash + 1;
	}
	*last = *path ? path : ".";
	return at;
}

/*
 * A directory with a .git of its own is another repository: what git would
 * record as a submodule, and never as files.
 */
static enum tree_kind kind_of(int parent, const char *name, mode_t mode)
{
	AUTO_CLOSE int fd = -1;
	struct stat st;

	if (S_ISREG(mode))
		return TREE_FILE;
	if (S_ISLNK(mode))
		return TREE_LINK;
	if (!S_ISDIR(mode))
		return TREE_OTHER;
	if (str_equal(name, "."))
		return TREE_DIR;
	fd = openat(parent, name,
		    O_PATH | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && fstatat(fd, ".git", &st, AT_SYMLINK_NOFOLLOW) == 0)
		return TREE_GITLINK;
	return TREE_DIR;
}

static int directory_stat(void *data, const char *path, enum tree_kind *kind,
			  struct err *err)
{
	const struct directory *dir = data;
	const char *name;
	struct stat st;
	AUTO_CLOSE int parent = open_parent(dir, path, &name);

	if (parent < 0 || fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return fail(dir, path, err);
	/* The repository is not part of what it holds; its configuration
	 * may have credentials in it. */
	if (str_equal(name, ".git"))
		return err_set(err, ERR_NOT_FOUND, "%s: belongs to git", path);
	*kind = kind_of(parent, name, st.st_mode);
	return 0;
}

static int read_file(const struct directory *dir, int fd, const char *path,
		     struct str *text, struct err *err)
{
	char piece[65536];
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return fail(dir, path, err);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_INPUT, "%s/%s: not a regular file",
			       dir->path, path);
	while ((n = read(fd, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(dir, path, err);
		str_add_bytes(text, piece, (size_t)n);
		if (text->full)
			break;
	}
	return 0;
}

static int read_link(const struct directory *dir, int parent, const char *name,
		     const char *path, struct str *text, struct err *err)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(parent, name, target, sizeof(target));

	if (n < 0)
		return fail(dir, path, err);
	str_add_bytes(text, target, (size_t)n);
	return 0;
}

static int directory_read(void *data, struct arena *arena, const char *path,
			  size_t cap_bytes, struct bytes *out, struct err *err)
{
	AUTO_STR struct str text = STR_INIT(cap_bytes);
	const struct directory *dir = data;
	const char *name;
	int failed;
	AUTO_CLOSE int parent = open_parent(dir, path, &name);
	/* O_NONBLOCK: a FIFO without a writer would hold us. */
	AUTO_CLOSE int fd = parent < 0 ? -1 :
					 openat(parent, name,
						O_RDONLY | O_NOFOLLOW |
							O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 && (parent < 0 || errno != ELOOP))
		return fail(dir, path, err);
	failed = fd < 0 ? read_link(dir, parent, name, path, &text, err) :
			  read_file(dir, fd, path, &text, err);
	if (failed)
		return -1;
	if (text.full)
		return err_set(err, ERR_INPUT, "%s/%s: larger than %zu bytes",
			       dir->path, path, cap_bytes);
	out->data = str_keep(&text, arena);
	out->len = text.len;
	return 0;
}

static int list_open(const struct directory *dir, DIR *open,
		     struct arena *arena, const char *path,
		     struct tree_entries *out, struct err *err)
{
	const struct dirent *one;

	while ((void)(errno = 0), (one = readdir(open))) {
		struct tree_entry entry;
		struct stat st;

		if (str_equal(one->d_name, ".") ||
		    str_equal(one->d_name, "..") ||
		    str_equal(one->d_name, ".git"))
			continue;
		/* Gone since readdir() saw it. */
		if (fstatat(dirfd(open), one->d_name, &st,
			    AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		entry.name = arena_strdup(arena, one->d_name);
		entry.kind = kind_of(dirfd(open), one->d_name, st.st_mode);
		*vec_push(arena, out) = entry;
	}
	return errno ? fail(dir, path, err) : 0;
}

static int directory_list(void *data, struct arena *arena, const char *path,
			  struct tree_entries *out, struct err *err)
{
	const struct directory *dir = data;
	const char *name;
	DIR *open;
	int fd = -1, failed;
	AUTO_CLOSE int parent = open_parent(dir, path, &name);

	if (parent >= 0)
		fd = openat(parent, name,
			    O_RDONLY | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail(dir, path, err);
	open = fdopendir(fd);
	if (!open) {
		close_fd(&fd);
		return fail(dir, path, err);
	}
	failed = list_open(dir, open, arena, path, out, err);
	closedir(open);
	return failed;
}

static void close_directory(void *handle)
{
	struct directory *dir = handle;

	close_fd(&dir->fd);
}

int tree_open_directory(struct arena *arena, const char *path,
			struct tree **out, struct err *err)
{
	static const struct tree_backend backend = {
		.stat = directory_stat,
		.read = directory_read,
		.list = directory_list,
	};
	struct directory *dir = arena_alloc(arena, sizeof(*dir));
	struct tree *tree = arena_alloc(arena, sizeof(*tree));

	dir->path = arena_strdup(arena, path);
	dir->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir->fd < 0) {
		if (errno == ENOENT)
			return err_set(err, ERR_NOT_FOUND,
				       "%s: no such directory", path);
		if (errno == ENOTDIR)
			return err_set(err, ERR_INPUT, "%s: not a directory",
				       path);
		return err_errno(err, errno == EACCES ? ERR_ACCESS : ERR_FAILED,
				 "%s", path);
	}
	arena_defer(arena, close_directory, dir);
	tree->name = dir->path;
	tree->backend = &backend;
	tree->data = dir;
	*out = tree;
	return 0;
}
