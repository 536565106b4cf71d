/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

/* A fresh directory for each test, gone after it. */
static char dir[64];
static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/base_file_test.XXXXXX");
	arena = arena_new();
	return mkdtemp(dir) ? 0 : -1;
}

static int tear_down(void **state)
{
	AUTO_ERR struct err err = { 0 };

	(void)state;
	arena_free(arena);
	return file_remove_all(dir, &err);
}

static const char *in_dir(const char *name)
{
	return arena_printf(arena, "%s/%s", dir, name);
}

static void write_text(const char *name, const char *text)
{
	AUTO_ERR struct err err = { 0 };

	assert_int_equal(file_write(in_dir(name),
				    (struct bytes){ text, strlen(text) }, 0644,
				    &err),
			 0);
}

static void what_is_written_is_read(void **state)
{
	AUTO_ERR struct err err = { 0 };
	struct bytes bytes;
	struct stat st;

	(void)state;
	assert_int_equal(file_write(in_dir("a"), (struct bytes){ "x\0y", 3 },
				    0600, &err),
			 0);
	assert_int_equal(file_read(arena, in_dir("a"), 100, &bytes, &err), 0);
	assert_int_equal(bytes.len, 3);
	assert_memory_equal(bytes.data, "x\0y", 4);
	assert_int_equal(stat(in_dir("a"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void a_write_replaces_and_leaves_nothing_beside(void **state)
{
	AUTO_ERR struct err err = { 0 };
	struct bytes bytes;

	(void)state;
	write_text("a", "old, and longer");
	write_text("a", "new");
	assert_int_equal(file_read(arena, in_dir("a"), 100, &bytes, &err), 0);
	assert_string_equal(bytes.data, "new");
	assert_int_equal(unlink(in_dir("a")), 0);
	assert_int_equal(rmdir(dir), 0);
	assert_int_equal(mkdir(dir, 0700), 0);
}

static void a_write_that_fails_leaves_the_old_file(void **state)
{
	AUTO_ERR struct err err = { 0 };

	(void)state;
	assert_int_equal(file_write(in_dir("no/such/dir"),
				    (struct bytes){ "x", 1 }, 0600, &err),
			 -1);
	assert_int_equal(err.status, ERR_NOT_FOUND);
	err_clear(&err);
	/* rename() cannot put a file over a directory. */
	assert_int_equal(mkdir(in_dir("d"), 0700), 0);
	assert_int_equal(file_write(in_dir("d"), (struct bytes){ "x", 1 }, 0600,
				    &err),
			 -1);
	assert_int_equal(rmdir(in_dir("d")), 0);
	assert_int_equal(rmdir(dir), 0);
	assert_int_equal(mkdir(dir, 0700), 0);
}

static void reading_keeps_to_the_cap(void **state)
{
	AUTO_ERR struct err err = { 0 };
	struct bytes bytes = { "untouched", 9 };

	(void)state;
	write_text("a", "12345");
	assert_int_equal(file_read(arena, in_dir("a"), 4, &bytes, &err), -1);
	assert_int_equal(err.status, ERR_INPUT);
	assert_string_equal(bytes.data, "untouched");
	err_clear(&err);
	assert_int_equal(file_read(arena, in_dir("a"), 5, &bytes, &err), 0);
	assert_string_equal(bytes.data, "12345");
	/* of a file whose size is said to be 0 */
	assert_int_equal(file_read(arena, "/proc/self/status", 10, &bytes,
				   &err),
			 -1);
	assert_int_equal(err.status, ERR_INPUT);
}

static void only_a_regular_file_is_read(void **state)
{
	AUTO_ERR struct err err = { 0 };
	struct bytes bytes;

	(void)state;
	assert_int_equal(file_read(arena, in_dir("none"), 10, &bytes, &err),
			 -1);
	assert_int_equal(err.status, ERR_NOT_FOUND);
	err_clear(&err);
	assert_int_equal(file_read(arena, dir, 10, &bytes, &err), -1);
	assert_int_equal(err.status, ERR_INPUT);
	err_clear(&err);
	/* which nobody writes to: it must not wait */
	assert_int_equal(mkfifo(in_dir("fifo"), 0600), 0);
	assert_int_equal(file_read(arena, in_dir("fifo"), 10, &bytes, &err),
			 -1);
	assert_int_equal(err.status, ERR_INPUT);
}

static void directories_are_made_with_their_parents(void **state)
{
	AUTO_ERR struct err err = { 0 };
	struct stat st;

	(void)state;
	assert_int_equal(file_make_dir(in_dir("a/b//c/"), 0700, &err), 0);
	assert_int_equal(file_make_dir(in_dir("a/b/c"), 0700, &err), 0);
	assert_int_equal(stat(in_dir("a/b/c"), &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(file_make_dir("/", 0700, &err), 0);
	write_text("file", "");
	assert_int_equal(file_make_dir(in_dir("file/x"), 0700, &err), -1);
}

static void removing_takes_all_and_follows_no_link(void **state)
{
	AUTO_ERR struct err err = { 0 };
	struct stat st;

	(void)state;
	assert_int_equal(file_make_dir(in_dir("tree/a/b"), 0700, &err), 0);
	assert_int_equal(file_make_dir(in_dir("kept"), 0700, &err), 0);
	write_text("tree/a/file", "x");
	write_text("kept/file", "x");
	assert_int_equal(symlink("../kept", in_dir("tree/link")), 0);
	assert_int_equal(symlink("nowhere", in_dir("tree/a/dangling")), 0);
	assert_int_equal(file_remove_all(in_dir("tree"), &err), 0);
	assert_int_equal(lstat(in_dir("tree"), &st), -1);
	assert_int_equal(stat(in_dir("kept/file"), &st), 0);
	/* nothing there is as good as removed */
	assert_int_equal(file_remove_all(in_dir("tree"), &err), 0);
	assert_int_equal(file_remove_all(in_dir("kept/file"), &err), 0);
}

/* Take the lock as another would, and give it up: the err_status.  flock()
 * does not care that it is the same process. */
static enum err_status try_lock(const char *path, long wait_ms)
{
	AUTO_ARENA struct arena *other = arena_new();
	AUTO_ERR struct err err = { 0 };

	return file_lock(other, path, wait_ms, &err) < 0 ? err.status : ERR_OK;
}

static void a_lock_keeps_others_out_until_it_is_given_up(void **state)
{
	struct arena *holder = arena_new();
	AUTO_ERR struct err err = { 0 };
	int64_t begin;

	(void)state;
	assert_int_equal(file_lock(holder, in_dir("lock"), 0, &err), 0);
	assert_int_equal(try_lock(in_dir("lock"), 0), ERR_TEMPORARY);
	begin = clock_ms();
	assert_int_equal(try_lock(in_dir("lock"), 100), ERR_TEMPORARY);
	assert_true(clock_ms() - begin >= 100);
	arena_free(holder);
	assert_int_equal(try_lock(in_dir("lock"), 0), ERR_OK);
}

static void a_lock_on_a_deleted_file_locks_nothing(void **state)
{
	AUTO_ARENA struct arena *first = arena_new();
	AUTO_ARENA struct arena *second = arena_new();
	AUTO_ERR struct err err = { 0 };

	(void)state;
	assert_int_equal(file_lock(first, in_dir("lock"), 0, &err), 0);
	assert_int_equal(unlink(in_dir("lock")), 0);
	assert_int_equal(file_lock(second, in_dir("lock"), 0, &err), 0);
	assert_int_equal(try_lock(in_dir("lock"), 0), ERR_TEMPORARY);
}

static void a_lock_is_not_taken_through_a_link(void **state)
{
	AUTO_ERR struct err err = { 0 };

	(void)state;
	write_text("target", "");
	assert_int_equal(symlink("target", in_dir("lock")), 0);
	assert_int_equal(file_lock(arena, in_dir("lock"), 0, &err), -1);
	assert_int_equal(err.status, ERR_FAILED);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_written_is_read),
		TEST(a_write_replaces_and_leaves_nothing_beside),
		TEST(a_write_that_fails_leaves_the_old_file),
		TEST(reading_keeps_to_the_cap),
		TEST(only_a_regular_file_is_read),
		TEST(directories_are_made_with_their_parents),
		TEST(removing_takes_all_and_follows_no_link),
		TEST(a_lock_keeps_others_out_until_it_is_given_up),
		TEST(a_lock_on_a_deleted_file_locks_nothing),
		TEST(a_lock_is_not_taken_through_a_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
