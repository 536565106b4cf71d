/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/git_fixture.h"

#include "git/lines.h"

#define MAIN "refs/heads/main"

static int setup(void **state)
{
	struct git_fixture *fixture = xcalloc(1, sizeof(*fixture));

	fixture_open(fixture, false);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	fixture_close(*state);
	free(*state);
	return 0;
}

/* A commit in which "a" holds this; its id. */
static const char *commit(struct git_fixture *fixture, const char *text)
{
	const struct tree_file file = { "a", text, TREE_FILE };
	char hex[GIT_OID_HEXSZ + 1];

	fixture_commit(fixture, MAIN, &file, 1, text);
	git_oid_tostr(hex, sizeof(hex), &fixture->last);
	return arena_strdup(fixture->run.arena, hex);
}

/* The commit that brought the line, or took it away; "" for none. */
static const char *find(struct git_fixture *fixture, const char *tip,
			const char *until, unsigned line, bool removed)
{
	const struct repo_args args = { .location = fixture->path };
	const struct repo_log_args log_args = { .tip = tip, .until = until };
	const struct repo_line one = { removed ? until : tip, "a", line };
	const struct repo_log_entry *found;
	AUTO_ERR struct err err = { 0 };
	struct repo_log log;
	struct repo *repo;

	assert_int_equal(repo_open(&fixture->run, &args, &repo, &err), 0);
	assert_int_equal(repo_log(repo, &log_args, &log, &err), 0);
	if (removed)
		assert_int_equal(repo_line_removed(repo, &log, &one, &found,
						   &err),
				 0);
	else
		assert_int_equal(repo_line_added(repo, &log, &one, &found,
						 &err),
				 0);
	return found ? found->revision.oid : "";
}

static void a_line_is_found_wherever_it_has_moved(void **state)
{
	struct git_fixture *fixture = *state;
	const char *first, *second, *tip;

	first = commit(fixture, "one\ntwo\n");
	second = commit(fixture, "one\nthree\ntwo\n");
	commit(fixture, "zero\none\nthree\ntwo\n");
	tip = commit(fixture, "zero\none\nthree\ntwo\nend\n");
	assert_string_equal(find(fixture, tip, NULL, 3, false), second);
	assert_string_equal(find(fixture, tip, NULL, 4, false), first);
	assert_string_equal(find(fixture, tip, NULL, 5, false), tip);
}

static void what_is_older_than_the_log_is_not_told(void **state)
{
	struct git_fixture *fixture = *state;
	const char *first, *tip;

	first = commit(fixture, "one\n");
	tip = commit(fixture, "one\ntwo\n");
	assert_string_equal(find(fixture, tip, first, 1, false), "");
	assert_string_equal(find(fixture, tip, first, 2, false), tip);
	assert_string_equal(find(fixture, tip, first, 9, false), tip);
}

static void a_line_that_comes_back_is_of_the_last_time(void **state)
{
	struct git_fixture *fixture = *state;
	const char *again;

	commit(fixture, "one\ntwo\n");
	commit(fixture, "one\n");
	again = commit(fixture, "one\ntwo\n");
	assert_string_equal(find(fixture, again, NULL, 2, false), again);
}

static void a_line_that_goes_is_followed_to_its_end(void **state)
{
	struct git_fixture *fixture = *state;
	const char *first, *gone, *tip;

	first = commit(fixture, "one\ntwo\n");
	commit(fixture, "zero\none\ntwo\n");
	gone = commit(fixture, "zero\none\n");
	tip = commit(fixture, "zero\none\nend\n");
	assert_string_equal(find(fixture, tip, first, 2, true), gone);
	assert_string_equal(find(fixture, tip, first, 1, true), "");
}

static void changed_files_are_listed_by_name(void **state)
{
	struct git_fixture *fixture = *state;
	const struct repo_args args = { .location = fixture->path };
	const char *const *files;
	AUTO_ERR struct err err = { 0 };
	const char *first, *tip;
	struct repo *repo;

	first = commit(fixture, "one\n");
	tip = commit(fixture, "two\n");
	assert_int_equal(repo_open(&fixture->run, &args, &repo, &err), 0);
	assert_int_equal(repo_changed_files(repo, first, tip, 9, &files, &err),
			 0);
	assert_string_equal(files[0], "a");
	assert_null(files[1]);
	assert_int_equal(repo_changed_files(repo, tip, tip, 9, &files, &err),
			 0);
	assert_null(files[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_line_is_found_wherever_it_has_moved, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_is_older_than_the_log_is_not_told, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_line_that_comes_back_is_of_the_last_time, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_line_that_goes_is_followed_to_its_end, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			changed_files_are_listed_by_name, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
