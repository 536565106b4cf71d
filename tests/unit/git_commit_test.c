/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/git_fixture.h"

#include "base/vec.h"
#include "git/commit.h"

static struct err err;

static int setup(void **state)
{
	struct git_fixture *fixture = xcalloc(1, sizeof(*fixture));

	fixture_open(fixture, true);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	err_clear(&err);
	fixture_close(*state);
	free(*state);
	return 0;
}

static const struct tree_file files[] = {
	{ "a-b", "1", TREE_FILE },
	{ "a/x", "x", TREE_FILE },
	{ "a/y/z", "z", TREE_FILE },
	{ "b/x", "x", TREE_FILE },
	{ "link", "a/x", TREE_LINK },
	{ "module", "0123456789012345678901234567890123456789", TREE_GITLINK },
};

static struct repo *open_main(struct git_fixture *fixture)
{
	struct repo_args args = { .location = fixture->path };
	struct repo *repo;

	if (repo_open(&fixture->run, &args, &repo, &err) < 0)
		fail_msg("%s", err.msg);
	return repo;
}

static const char *hex_of(struct git_fixture *fixture, const git_oid *oid)
{
	char hex[GIT_OID_HEXSZ + 1];

	git_oid_tostr(hex, sizeof(hex), oid);
	return arena_strdup(fixture->run.arena, hex);
}

/* Of the fixture's commit; the tree has an executable, too. */
static const char *first_commit(struct git_fixture *fixture)
{
	fixture_commit(fixture, "refs/heads/main", files, ARRAY_LEN(files),
		       "one");
	return hex_of(fixture, &fixture->last);
}

static struct repo_edit file_edit(const char *path, const char *text)
{
	return (struct repo_edit){
		.kind = REPO_EDIT_FILE,
		.path = path,
		.bytes = { text, strlen(text) },
	};
}

static struct repo_commit_args args_of(const struct repo_edit *edits, size_t n)
{
	return (struct repo_commit_args){
		.edits = edits,
		.n_edits = n,
		.message = "two",
		.author = "Ann <ann@example.com>",
		.committer = "Bot <bot@example.com>",
	};
}

static const char *commit(struct git_fixture *fixture, struct repo *repo,
			  const char *base, const struct repo_edit *edits,
			  size_t n)
{
	struct repo_commit_args args = args_of(edits, n);
	const char *oid;

	(void)fixture;
	if (repo_commit(repo, base, &args, &oid, &err) < 0)
		fail_msg("%s", err.msg);
	return oid;
}

/* "MODE ID" of what is at a path; "" where there is nothing. */
static const char *at(struct git_fixture *fixture, const char *commit_hex,
		      const char *path)
{
	struct arena *arena = fixture->run.arena;
	const char *spec = arena_printf(arena, "%s^{tree}", commit_hex);
	git_tree_entry *entry;
	git_object *tree;
	const char *text = "";

	assert_int_equal(git_revparse_single(&tree, fixture->git, spec), 0);
	if (git_tree_entry_bypath(&entry, (git_tree *)tree, path) == 0) {
		text = arena_printf(arena, "%06o %s",
				    (unsigned)git_tree_entry_filemode(entry),
				    hex_of(fixture, git_tree_entry_id(entry)));
		git_tree_entry_free(entry);
	}
	git_object_free(tree);
	return text;
}

static void only_what_is_edited_changes(void **state)
{
	struct git_fixture *fixture = *state;
	const char *base = first_commit(fixture), *oid;
	struct repo *repo = open_main(fixture);
	const struct repo_edit edits[] = {
		file_edit("a/y/new", "n"),
		file_edit("a-b", "2"),
		file_edit("a/x", "xx"),
		file_edit("c/d/e", "e"),
		{ .kind = REPO_EDIT_REMOVE, .path = "nowhere/at/all" },
	};
	static const char *const same[] = { "b", "link", "module", "a/y/z" };

	oid = commit(fixture, repo, base, edits, ARRAY_LEN(edits));
	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		assert_string_equal(at(fixture, oid, same[i]),
				    at(fixture, base, same[i]));
	assert_true(str_starts(at(fixture, oid, "a/y/new"), "100644 "));
	assert_true(str_starts(at(fixture, oid, "c/d/e"), "100644 "));
	assert_string_not_equal(at(fixture, oid, "a-b"),
				at(fixture, base, "a-b"));
	assert_string_equal(at(fixture, oid, "nowhere"), "");
	/* No name was moved. */
	assert_string_equal(hex_of(fixture, &fixture->last), base);
}

static void removing_leaves_no_empty_directory(void **state)
{
	struct git_fixture *fixture = *state;
	const char *base = first_commit(fixture), *oid;
	struct repo *repo = open_main(fixture);
	const struct repo_edit edits[] = {
		{ .kind = REPO_EDIT_REMOVE, .path = "a/y/z" },
		{ .kind = REPO_EDIT_REMOVE, .path = "b" },
	};

	oid = commit(fixture, repo, base, edits, ARRAY_LEN(edits));
	assert_string_equal(at(fixture, oid, "a/y"), "");
	assert_string_equal(at(fixture, oid, "b"), "");
	assert_string_not_equal(at(fixture, oid, "a/x"), "");
}

static void restoring_is_exact(void **state)
{
	struct git_fixture *fixture = *state;
	const char *first = first_commit(fixture), *later, *oid;
	static const struct tree_file others[] = {
		{ "a", "a file now", TREE_FILE },
		{ "b/x", "changed", TREE_FILE },
		{ "b/new", "new", TREE_FILE },
		{ "c", "kept", TREE_FILE },
		{ "link", "no link", TREE_FILE },
	};
	static const char *const paths[] = { "a", "b", "link", "module",
					     "b/x" };
	struct repo_edit edits[ARRAY_LEN(paths) - 1];
	struct repo *repo;

	fixture_commit(fixture, "refs/heads/main", others, ARRAY_LEN(others),
		       "later");
	later = hex_of(fixture, &fixture->last);
	repo = open_main(fixture);
	for (size_t i = 0; i < ARRAY_LEN(edits); i++)
		edits[i] = (struct repo_edit){
			.kind = REPO_EDIT_RESTORE,
			.path = paths[i],
			.from = first,
		};
	oid = commit(fixture, repo, later, edits, ARRAY_LEN(edits));
	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		assert_string_equal(at(fixture, oid, paths[i]),
				    at(fixture, first, paths[i]));
	assert_string_equal(at(fixture, oid, "c"), at(fixture, later, "c"));
	/* What was not there then is not there now. */
	edits[0].path = "c";
	oid = commit(fixture, repo, later, edits, 1);
	assert_string_equal(at(fixture, oid, "c"), "");
	/* All of it. */
	edits[0].path = "";
	oid = commit(fixture, repo, later, edits, 1);
	assert_string_equal(at(fixture, oid, "a/y/z"),
			    at(fixture, first, "a/y/z"));
	assert_string_equal(at(fixture, oid, "c"), "");
}

static void nothing_changed_is_no_commit(void **state)
{
	struct git_fixture *fixture = *state;
	const char *base = first_commit(fixture);
	struct repo *repo = open_main(fixture);
	const struct repo_edit edits[] = {
		file_edit("a/x", "x"),
		{ .kind = REPO_EDIT_RESTORE, .path = "b", .from = base },
		{ .kind = REPO_EDIT_REMOVE, .path = "none" },
	};

	assert_null(commit(fixture, repo, base, edits, ARRAY_LEN(edits)));
	assert_null(commit(fixture, repo, base, edits, 0));
}

static void executables_stay_so(void **state)
{
	struct git_fixture *fixture = *state;
	const struct repo_edit edit = file_edit("run.sh", "two");
	git_treebuilder *builder;
	git_object *blob, *tree;
	git_signature *who;
	git_oid made, root;
	struct repo *repo;
	const char *oid;

	first_commit(fixture);
	repo = open_main(fixture);
	assert_int_equal(git_revparse_single(&tree, fixture->git,
					     "HEAD^{tree}"),
			 0);
	assert_int_equal(git_revparse_single(&blob, fixture->git, "HEAD:a/x"),
			 0);
	git_treebuilder_new(&builder, fixture->git, (git_tree *)tree);
	git_treebuilder_insert(NULL, builder, "run.sh", git_object_id(blob),
			       GIT_FILEMODE_BLOB_EXECUTABLE);
	git_treebuilder_write(&root, builder);
	git_treebuilder_free(builder);
	git_object_free(tree);
	git_object_free(blob);
	git_object_lookup(&tree, fixture->git, &root, GIT_OBJECT_TREE);
	git_signature_new(&who, "Ann", "ann@example.com", 1, 0);
	assert_int_equal(git_commit_create_v(&made, fixture->git, NULL, who,
					     who, NULL, "x", (git_tree *)tree,
					     0),
			 0);
	git_signature_free(who);
	git_object_free(tree);
	oid = commit(fixture, repo, hex_of(fixture, &made), &edit, 1);
	assert_true(str_starts(at(fixture, oid, "run.sh"), "100755 "));
}

static void what_cannot_be_edited_is_refused(void **state)
{
	struct git_fixture *fixture = *state;
	const char *base = first_commit(fixture), *oid;
	struct repo *repo = open_main(fixture);
	const struct {
		struct repo_edit edits[2];
		size_t n;
		const char *msg;
	} cases[] = {
		{ { file_edit("a", "1") }, 1, "a: is a directory, not a file" },
		{ { file_edit("link", "1") },
		  1,
		  "link: is a symbolic link, not a file" },
		{ { file_edit("module", "1") },
		  1,
		  "module: is a submodule, not a file" },
		{ { file_edit("a-b/c", "1") },
		  1,
		  "a-b/c: 'a-b' is no directory" },
		{ { file_edit("a/x", "1"), file_edit("a/x", "2") },
		  2,
		  "a/x: is to be changed twice, or with what is below it" },
		{ { { .kind = REPO_EDIT_REMOVE, .path = "a" },
		    file_edit("a/x", "2") },
		  2,
		  "a: is to be changed twice, or with what is below it" },
		{ { file_edit("a/../b", "1") }, 1, "a/../b: " },
		{ { file_edit(".git/config", "1") }, 1, ".git/config: " },
		{ { file_edit("a//b", "1") }, 1, "a//b: " },
		{ { file_edit("/a", "1") }, 1, "/a: " },
		{ { file_edit("a/", "1") }, 1, "a/: " },
		{ { file_edit("", "1") }, 1, "the whole tree can only" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct repo_commit_args args = args_of(cases[i].edits,
						       cases[i].n);

		assert_int_equal(repo_commit(repo, base, &args, &oid, &err),
				 -1);
		if (!str_starts(err.msg, cases[i].msg))
			fail_msg("%s: %s", cases[i].msg, err.msg);
		err_clear(&err);
	}
}

/* ---- messages ---- */

static const char *message_of(struct git_fixture *fixture, const char *hex)
{
	git_commit *object;
	const char *text;
	git_oid oid;

	git_oid_fromstr(&oid, hex);
	assert_int_equal(git_commit_lookup(&object, fixture->git, &oid), 0);
	text = arena_strdup(fixture->run.arena, git_commit_message(object));
	git_commit_free(object);
	return text;
}

static void messages_end_in_trailers(void **state)
{
	struct git_fixture *fixture = *state;
	const char *base = first_commit(fixture), *oid;
	struct repo *repo = open_main(fixture);
	const struct repo_edit edit = file_edit("a/x", "2");
	static const struct repo_trailer trailers[] = {
		{ "Gitops-Image", "web 1 -> 2" },
		{ "Gitops-Image", "two\nlines\tof it" },
	};
	static const struct {
		const char *message, *expected;
	} cases[] = {
		{ "release", "release\n\nGitops-Image: web 1 -> 2\n"
			     "Gitops-Image: two lines of it\n"
			     "Signed-off-by: Bot <bot@example.com>\n" },
		{ "\n release: x  \n\n\n\nbody\n\n",
		  " release: x\n\nbody\n\nGitops-Image: web 1 -> 2\n"
		  "Gitops-Image: two lines of it\n"
		  "Signed-off-by: Bot <bot@example.com>\n" },
		{ "release\n\nbody\n\nIssue: 1\nSigned-off-by: Bot "
		  "<bot@example.com>\n",
		  "release\n\nbody\n\nIssue: 1\nSigned-off-by: Bot "
		  "<bot@example.com>\nGitops-Image: web 1 -> 2\n"
		  "Gitops-Image: two lines of it\n" },
		{ "release: one", "release: one\n\nGitops-Image: web 1 -> 2\n"
				  "Gitops-Image: two lines of it\n"
				  "Signed-off-by: Bot <bot@example.com>\n" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct repo_commit_args args = args_of(&edit, 1);

		args.message = cases[i].message;
		args.trailers = trailers;
		args.n_trailers = ARRAY_LEN(trailers);
		args.sign_off = true;
		assert_int_equal(repo_commit(repo, base, &args, &oid, &err), 0);
		assert_string_equal(message_of(fixture, oid),
				    cases[i].expected);
	}
}

static void wrong_arguments_are_named(void **state)
{
	struct git_fixture *fixture = *state;
	const char *base = first_commit(fixture), *oid;
	struct repo *repo = open_main(fixture);
	const struct repo_edit edit = file_edit("a/x", "2");
	static const struct {
		const char *message, *author, *msg;
	} cases[] = {
		{ " \n", "A <a@b>", "the commit has no message" },
		{ "\xff", "A <a@b>", "the commit's message is no UTF-8" },
		{ "x", "A", "'A' is not 'Name <email>'" },
		{ "x", "A <a", "'A <a' is not 'Name <email>'" },
		{ "x", "A <a> b", "'A <a> b' is not 'Name <email>'" },
		{ "x", "<a@b>", "who commits is not known: no name" },
		{ "x", "A <>", "who commits is not known: no email address" },
		{ "x", "A\nB <a@b>", "who commits is not known: no name" },
		{ "x", NULL, "who commits is not known: no name" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct repo_commit_args args = args_of(&edit, 1);

		args.message = cases[i].message;
		args.author = cases[i].author;
		assert_int_equal(repo_commit(repo, base, &args, &oid, &err),
				 -1);
		assert_string_equal(err.msg, cases[i].msg);
		err_clear(&err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(only_what_is_edited_changes,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			removing_leaves_no_empty_directory, setup, teardown),
		cmocka_unit_test_setup_teardown(restoring_is_exact, setup,
						teardown),
		cmocka_unit_test_setup_teardown(nothing_changed_is_no_commit,
						setup, teardown),
		cmocka_unit_test_setup_teardown(executables_stay_so, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			what_cannot_be_edited_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(messages_end_in_trailers, setup,
						teardown),
		cmocka_unit_test_setup_teardown(wrong_arguments_are_named,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
