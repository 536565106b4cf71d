/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/tree_cases.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/vec.h"
#include "tree/trace.h"

/* ---- fixtures ---- */

/* A directory that is gone at the end of the test. */
static const char *make_temporary(struct arena *arena)
{
	const char *parent = getenv("TMPDIR");
	char *path = arena_printf(arena, "%s/tree_test.XXXXXX",
				  parent ? parent : "/tmp");

	assert_non_null(mkdtemp(path));
	return path;
}

static void remove_temporary(const char *path)
{
	AUTO_ERR struct err err = { 0 };

	assert_int_equal(file_remove_all(path, &err), 0);
}

static void write_text(const char *path, const char *text)
{
	AUTO_ERR struct err err = { 0 };
	struct bytes bytes = { text, strlen(text) };

	assert_int_equal(file_write(path, bytes, 0644, &err), 0);
}

/* `tree_files` under dir/root, and the sentinel beside it. */
static const char *lay_out(struct arena *arena, const char *dir)
{
	const char *root = arena_printf(arena, "%s/root", dir);
	AUTO_ERR struct err err = { 0 };

	assert_int_equal(file_make_dir(arena_printf(arena, "%s/outside", dir),
				       0755, &err),
			 0);
	write_text(arena_printf(arena, "%s/outside/secret", dir), "SENTINEL");
	for (size_t i = 0; i < ARRAY_LEN(tree_files); i++) {
		const struct tree_file *one = &tree_files[i];
		char *path = arena_printf(arena, "%s/%s", root, one->path);
		char *slash = strrchr(path, '/');
		const char *inner = arena_printf(arena, "%s/.git", path);

		*slash = '\0';
		assert_int_equal(file_make_dir(path, 0755, &err), 0);
		*slash = '/';
		if (one->kind == TREE_LINK)
			assert_int_equal(symlink(one->text, path), 0);
		else if (one->kind == TREE_GITLINK)
			assert_int_equal(file_make_dir(inner, 0755, &err), 0);
		else
			write_text(path, one->text);
	}
	return root;
}

/* ---- every backend ---- */

static void table_holds_every_case(void **state UNUSED)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct tree *tree = tree_from_table(arena, tree_files,
					    ARRAY_LEN(tree_files));

	tree_check_cases(tree);
	tree_check_list(tree);
	tree_check_resolve(tree);
}

static void directory_holds_every_case(void **state UNUSED)
{
	AUTO_ARENA struct arena *arena = arena_new();
	const char *dir = make_temporary(arena);
	AUTO_ERR struct err err = { 0 };
	struct tree *tree;

	assert_int_equal(tree_open_directory(arena, lay_out(arena, dir), &tree,
					     &err),
			 0);
	tree_check_cases(tree);
	tree_check_list(tree);
	tree_check_resolve(tree);
	remove_temporary(dir);
}

static void trace_holds_every_case(void **state UNUSED)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct tree *tree = tree_from_table(arena, tree_files,
					    ARRAY_LEN(tree_files));
	struct tree_trace *trace = tree_trace(arena, tree);

	tree_check_cases(&trace->tree);
	tree_check_list(&trace->tree);
	tree_check_resolve(&trace->tree);
}

static void trace_notes_what_is_asked(void **state UNUSED)
{
	static const struct tree_file files[] = {
		{ "app/link.yaml", "../base/one.yaml", TREE_LINK },
		{ "base/one.yaml", "a: 1\n", TREE_FILE },
		{ "base/two.yaml", "b: 2\n", TREE_FILE },
	};
	AUTO_ARENA struct arena *arena = arena_new();
	struct tree_trace *trace =
		tree_trace(arena,
			   tree_from_table(arena, files, ARRAY_LEN(files)));
	AUTO_ERR struct err err = { 0 }, missing = { 0 };
	struct tree_entries entries;
	struct bytes text;

	assert_int_equal(tree_read(&trace->tree, arena, "app/link.yaml", &text,
				   &err),
			 0);
	assert_string_equal(text.data, "a: 1\n");
	assert_true(map_has(trace->files, "app/link.yaml"));
	assert_true(map_has(trace->files, "base/one.yaml"));
	assert_int_equal(trace->files->n, 2);
	assert_int_equal(trace->missing->n, 0);
	assert_int_equal(trace->lists->n, 0);

	assert_int_equal(tree_list(&trace->tree, arena, "base", &entries, &err),
			 0);
	assert_true(map_has(trace->lists, "base"));
	assert_int_equal(trace->files->n, 2);

	assert_int_equal(tree_read(&trace->tree, arena, "base/x", &text,
				   &missing),
			 -1);
	assert_int_equal(missing.status, ERR_NOT_FOUND);
	assert_true(map_has(trace->missing, "base/x"));
}

/* ---- paths ---- */

static void join_cleans_and_keeps_inside(void **state UNUSED)
{
	static const struct {
		const char *base, *path, *joined; /* NULL: refused */
	} cases[] = {
		{ "", "a", "a" },
		{ "", "", "" },
		{ "", ".", "" },
		{ "a", "", "a" },
		{ "a/b", "c", "a/b/c" },
		{ "a/b", "./c//d/.", "a/b/c/d" },
		{ "a/b", "../c", "a/c" },
		{ "a/b", "../../c", "c" },
		{ "a/b", "../..", "" },
		{ "a/b", "c/..", "a/b" },
		{ "a", "..b", "a/..b" },
		{ "a", "...", "a/..." },
		{ "a", "b/", "a/b" },
		{ "a/b", "../../..", NULL },
		{ "a", "b/../../../x", NULL },
		{ "", "../x", NULL },
		{ "", "a/../../x", NULL },
		{ "root", "../../root/x", NULL },
		{ "a", "/etc/passwd", NULL },
		{ "a", "/", NULL },
		{ "a", "b\nc", NULL },
		{ "a", "b\x1b[0m", NULL },
		{ "a", "\x7f", NULL },
	};
	AUTO_ARENA struct arena *arena = arena_new();

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_ERR struct err err = { 0 };
		const char *joined = NULL;
		int failed = tree_join(arena, cases[i].base, cases[i].path,
				       &joined, &err);

		if (cases[i].joined) {
			assert_int_equal(failed, 0);
			assert_string_equal(joined, cases[i].joined);
		} else {
			assert_int_equal(failed, -1);
			assert_int_equal(err.status, ERR_INPUT);
		}
	}
}

/* Who walks a tree recurses as deep as its paths are long. */
static void paths_have_a_cap(void **state UNUSED)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_STR struct str path = STR_INIT(STR_BIG);
	struct tree_file file = { NULL, "deep\n", TREE_FILE };
	AUTO_ERR struct err err = { 0 };
	AUTO_ERR struct err join_err = { 0 };
	const char *joined;
	struct bytes text;
	struct tree *tree;

	for (int i = 0; i < 3000; i++)
		str_add(&path, "d/");
	str_add(&path, "f");
	file.path = str_text(&path);
	tree = tree_from_table(arena, &file, 1);
	assert_int_equal(tree_read(tree, arena, file.path, &text, &err), -1);
	assert_int_equal(err.status, ERR_INPUT);
	assert_non_null(strstr(err.msg, "longer than 4096 bytes"));
	assert_int_equal(tree_join(arena, "", file.path, &joined, &join_err),
			 -1);
	assert_int_equal(join_err.status, ERR_INPUT);
}

/* ---- what only a directory has ---- */

static void directory_never_shows_git(void **state UNUSED)
{
	AUTO_ARENA struct arena *arena = arena_new();
	const char *dir = make_temporary(arena);
	struct tree_entries entries = { 0 };
	AUTO_ERR struct err err = { 0 };
	struct bytes text;
	struct tree *tree;

	assert_int_equal(file_make_dir(arena_printf(arena, "%s/.git", dir),
				       0755, &err),
			 0);
	write_text(arena_printf(arena, "%s/.git/config", dir), "SENTINEL");
	write_text(arena_printf(arena, "%s/a.yaml", dir), "a\n");
	assert_int_equal(tree_open_directory(arena, dir, &tree, &err), 0);
	assert_int_equal(tree_list(tree, arena, "", &entries, &err), 0);
	assert_int_equal(entries.n, 1);
	assert_string_equal(entries.v[0].name, "a.yaml");
	assert_int_equal(tree_read(tree, arena, ".git/config", &text, &err),
			 -1);
	assert_int_equal(err.status, ERR_NOT_FOUND);
	remove_temporary(dir);
}

static void directory_reads_no_pipe_and_nothing_too_large(void **state UNUSED)
{
	AUTO_ARENA struct arena *arena = arena_new();
	const char *dir = make_temporary(arena);
	const char *large = arena_printf(arena, "%s/large.yaml", dir);
	AUTO_ERR struct err err = { 0 };
	AUTO_ERR struct err large_err = { 0 };
	struct bytes text;
	struct tree *tree;

	assert_int_equal(mkfifo(arena_printf(arena, "%s/pipe", dir), 0600), 0);
	write_text(large, "");
	assert_int_equal(truncate(large, TREE_FILE_CAP + 1), 0);
	assert_int_equal(tree_open_directory(arena, dir, &tree, &err), 0);
	assert_int_equal(tree_read(tree, arena, "pipe", &text, &err), -1);
	assert_string_equal(err.msg, "pipe: not a regular file");
	assert_int_equal(tree_read(tree, arena, "large.yaml", &text,
				   &large_err),
			 -1);
	assert_int_equal(large_err.status, ERR_INPUT);
	assert_non_null(strstr(large_err.msg, "larger than 8388608 bytes"));
	assert_int_equal(truncate(large, TREE_FILE_CAP), 0);
	assert_int_equal(tree_read(tree, arena, "large.yaml", &text, &err), 0);
	assert_int_equal(text.len, TREE_FILE_CAP);
	remove_temporary(dir);
}

static void directory_has_to_be_one(void **state UNUSED)
{
	AUTO_ARENA struct arena *arena = arena_new();
	const char *dir = make_temporary(arena);
	const char *file = arena_printf(arena, "%s/file", dir);
	AUTO_ERR struct err missing = { 0 };
	AUTO_ERR struct err err = { 0 };
	struct tree *tree;

	write_text(file, "");
	assert_int_equal(tree_open_directory(arena, file, &tree, &err), -1);
	assert_int_equal(err.status, ERR_INPUT);
	assert_int_equal(tree_open_directory(arena,
					     arena_printf(arena, "%s/no", dir),
					     &tree, &missing),
			 -1);
	assert_int_equal(missing.status, ERR_NOT_FOUND);
	remove_temporary(dir);
}

/* ---- backends that lie ---- */

static int lying_list(void *data, struct arena *arena, const char *path UNUSED,
		      struct tree_entries *out, struct err *err UNUSED)
{
	const char *const *names = data;

	for (; *names; names++)
		*vec_push(arena, out) = (struct tree_entry){ *names,
							     TREE_FILE };
	return 0;
}

static void entries_have_names_of_one_component(void **state UNUSED)
{
	static const char *const lists[][3] = {
		{ "..", NULL },  { ".", NULL },      { "", NULL },
		{ "a/b", NULL }, { "a", "a", NULL },
	};
	static const struct tree_backend backend = { .list = lying_list };
	AUTO_ARENA struct arena *arena = arena_new();

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		struct tree_entries entries = { 0 };
		AUTO_ERR struct err err = { 0 };
		struct tree tree = {
			.name = "liar",
			.backend = &backend,
			.data = arena_memdup(arena, lists[i], sizeof(lists[i])),
		};

		assert_int_equal(tree_list(&tree, arena, "", &entries, &err),
				 -1);
		assert_int_equal(err.status, ERR_INPUT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_holds_every_case),
		cmocka_unit_test(directory_holds_every_case),
		cmocka_unit_test(trace_holds_every_case),
		cmocka_unit_test(trace_notes_what_is_asked),
		cmocka_unit_test(join_cleans_and_keeps_inside),
		cmocka_unit_test(paths_have_a_cap),
		cmocka_unit_test(directory_never_shows_git),
		cmocka_unit_test(directory_reads_no_pipe_and_nothing_too_large),
		cmocka_unit_test(directory_has_to_be_one),
		cmocka_unit_test(entries_have_names_of_one_component),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
