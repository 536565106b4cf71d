/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/git_fixture.h"
#include "tests/unit/tree_cases.h"

#include <sys/stat.h>

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

/* Open `path` at `rev`; the commit's id, or NULL and err. */
static const char *open_at(struct git_fixture *fixture, const char *path,
			   const char *rev, struct revision *revision,
			   struct err *err)
{
	struct repo_args args = { .location = path, .rev = rev };
	struct repo *repo;

	if (repo_open(&fixture->run, &args, &repo, err) < 0 ||
	    repo_revision(repo, revision, err) < 0)
		return NULL;
	return revision->oid;
}

static void assert_rev(struct git_fixture *fixture, const char *rev,
		       const char *expected)
{
	AUTO_ERR struct err err = { 0 };
	struct revision revision = { 0 };
	const char *oid = open_at(fixture, fixture->path, rev, &revision, &err);

	if (!oid)
		fail_msg("%s: %s", rev ? rev : "(none)", err.msg);
	assert_string_equal(oid, expected);
}

static void assert_no_rev(struct git_fixture *fixture, const char *rev,
			  enum err_status status, const char *message,
			  const char *hint)
{
	AUTO_ERR struct err err = { 0 };
	struct revision revision;

	if (open_at(fixture, fixture->path, rev, &revision, &err))
		fail_msg("%s was found", rev ? rev : "(none)");
	if (!strstr(err.msg, message))
		fail_msg("%s: %s", rev ? rev : "(none)", err.msg);
	assert_int_equal(err.status, status);
	if (hint)
		assert_string_equal(err.hint ? err.hint : "", hint);
}

static void commit_holds_every_tree_case(void **state)
{
	struct git_fixture *fixture = *state;
	struct repo_args args = { .location = fixture->path };
	AUTO_ERR struct err err = { 0 };
	struct revision revision;
	struct repo *repo;
	struct tree *tree;

	fixture_commit(fixture, "refs/heads/main", tree_files,
		       ARRAY_LEN(tree_files), "all shapes\n\nbody\n");
	assert_int_equal(repo_open(&fixture->run, &args, &repo, &err), 0);
	assert_int_equal(repo_revision(repo, &revision, &err), 0);
	assert_int_equal(repo_tree(repo, &revision, &tree, &err), 0);
	assert_string_equal(revision.name, "HEAD");
	assert_string_equal(revision.author, "Ann <ann@example.com>");
	assert_string_equal(revision.subject, "all shapes");
	assert_int_equal(revision.when, 1700000000);
	assert_int_equal(strlen(tree->name), strlen("HEAD@1234567"));
	tree_check_cases(tree);
	tree_check_list(tree);
	tree_check_resolve(tree);
}

static void revisions_are_named_as_git_names_them(void **state)
{
	struct git_fixture *fixture = *state;
	const char *one, *two, *three, *side;

	one = fixture_commit_text(fixture, "refs/heads/main", "1\n");
	fixture_tag(fixture, "v1.0.0");
	two = fixture_commit_text(fixture, "refs/heads/main", "2\n");
	fixture_tag(fixture, "v1.1.0");
	three = fixture_commit_text(fixture, "refs/heads/main", "3\n");
	fixture_tag(fixture, "v2.0.0-rc.1");
	side = fixture_commit_text(fixture, "refs/heads/team/side", "s\n");

	assert_rev(fixture, NULL, three);
	assert_rev(fixture, "HEAD", three);
	assert_rev(fixture, "@", three);
	assert_rev(fixture, "main", three);
	assert_rev(fixture, "refs/heads/main", three);
	assert_rev(fixture, "team/side", side);
	assert_rev(fixture, "v1.0.0", one);
	assert_rev(fixture, "v1.0.0^{}", one);
	assert_rev(fixture, "v1.1.0^{commit}", two);
	assert_rev(fixture, "main~1", two);
	assert_rev(fixture, "main^^", one);
	assert_rev(fixture, "HEAD~2", one);
	assert_rev(fixture, two, two);
	assert_rev(fixture, arena_printf(fixture->run.arena, "%.8s", one), one);
	assert_rev(fixture, arena_printf(fixture->run.arena, "%.10s~1", three),
		   two);
	assert_rev(fixture, "semver:*", two);
	assert_rev(fixture, "semver:~1.0", one);
	assert_rev(fixture, "semver:>=1.0.0-0", three);
}

static void missing_revisions_say_what_is_near(void **state)
{
	struct git_fixture *fixture = *state;

	fixture_commit_text(fixture, "refs/heads/main", "1\n");
	fixture_tag(fixture, "v1.0.0");
	fixture_commit_text(fixture, "refs/heads/production", "1\n");
	assert_no_rev(fixture, "prodction", ERR_NOT_FOUND,
		      "no branch, tag or commit 'prodction'",
		      "the nearest name is 'production'");
	assert_no_rev(fixture, "zzz", ERR_NOT_FOUND,
		      "no branch, tag or commit 'zzz'", "");
	assert_no_rev(fixture, "main~7", ERR_NOT_FOUND,
		      "revision 'main~7' does not exist", NULL);
	assert_no_rev(fixture, "abcdef12", ERR_NOT_FOUND,
		      "no branch, tag or commit 'abcdef12'", NULL);
	assert_no_rev(fixture, "semver:^3", ERR_NOT_FOUND,
		      "none of 1 tags is a version in '^3'", NULL);
	assert_no_rev(fixture, "semver:nonsense", ERR_USAGE, "", NULL);
	assert_no_rev(fixture, "main:a.yaml", ERR_USAGE, "not supported", NULL);
	assert_no_rev(fixture, "main@{yesterday}", ERR_USAGE, "not supported",
		      NULL);
	assert_no_rev(fixture, "-x", ERR_USAGE, "not supported", NULL);
	assert_no_rev(fixture, "", ERR_USAGE, "empty", NULL);
	assert_no_rev(fixture, "a\nb", ERR_USAGE, "control", NULL);
}

static void an_empty_repository_is_said_to_be_empty(void **state)
{
	struct git_fixture *fixture = *state;

	assert_no_rev(fixture, NULL, ERR_NOT_FOUND,
		      "repository is empty: it has no commit yet", NULL);
	assert_no_rev(fixture, "main", ERR_NOT_FOUND,
		      "repository is empty: it has no commit yet", NULL);
	fixture_commit_text(fixture, "refs/heads/other", "1\n");
	assert_no_rev(fixture, NULL, ERR_NOT_FOUND,
		      "HEAD names a branch that does not exist",
		      "say which revision: --rev other");
}

static void what_is_no_commit_is_refused(void **state)
{
	struct git_fixture *fixture = *state;
	git_signature *who;
	git_object *blob;
	git_oid oid, tag;
	char hex[GIT_OID_HEXSZ + 1];

	fixture_commit_text(fixture, "refs/heads/main", "1\n");
	git_blob_create_from_buffer(&oid, fixture->git, "x", 1);
	git_object_lookup(&blob, fixture->git, &oid, GIT_OBJECT_BLOB);
	git_signature_new(&who, "Ann", "ann@example.com", 1, 0);
	assert_int_equal(git_tag_create(&tag, fixture->git, "blob", blob, who,
					"m", 0),
			 0);
	git_tag_create_lightweight(&tag, fixture->git, "light", blob, 0);
	git_signature_free(who);
	git_object_free(blob);
	assert_no_rev(fixture, "blob", ERR_INPUT,
		      "revision 'blob' names a tag of a blob, not a commit",
		      NULL);
	assert_no_rev(fixture, "light", ERR_INPUT,
		      "revision 'light' names a blob, not a commit", NULL);
	git_oid_tostr(hex, sizeof(hex), &oid);
	assert_no_rev(fixture, hex, ERR_INPUT, "names a blob, not a commit",
		      NULL);
}

static void repositories_are_looked_for_upward(void **state)
{
	struct git_fixture *fixture = *state;
	struct arena *arena = fixture->run.arena;
	const char *below = arena_printf(arena, "%s/x/y", fixture->path);
	const char *file_url = arena_printf(arena, "file://%s", fixture->path);
	AUTO_ERR struct err err = { 0 };
	AUTO_ERR struct err none = { 0 };
	AUTO_ERR struct err missing = { 0 };
	struct revision revision;
	const char *oid, *root, *path;

	oid = fixture_commit_text(fixture, "refs/heads/main", "1\n");
	assert_int_equal(file_make_dir(below, 0755, &err), 0);
	assert_string_equal(open_at(fixture, below, NULL, &revision, &err),
			    oid);
	assert_string_equal(open_at(fixture, file_url, NULL, &revision, &err),
			    oid);
	assert_int_equal(repo_find_worktree(&fixture->run, below, &root, &path,
					    &err),
			 0);
	assert_string_equal(path, "x/y");
	assert_int_equal(repo_find_worktree(&fixture->run, fixture->path, &root,
					    &path, &err),
			 0);
	assert_string_equal(path, "");
	assert_null(open_at(fixture, fixture->dir, NULL, &revision, &none));
	assert_int_equal(none.status, ERR_NOT_FOUND);
	assert_non_null(strstr(none.msg, "in no git repository"));
	assert_null(open_at(fixture,
			    arena_printf(arena, "%s/nowhere", fixture->dir),
			    NULL, &revision, &missing));
	assert_non_null(strstr(missing.msg, "no such directory"));
}

static void linked_worktrees_are_repositories(void **state)
{
	struct git_fixture *fixture = *state;
	struct arena *arena = fixture->run.arena;
	const char *path = arena_printf(arena, "%s/linked", fixture->dir);
	AUTO_ERR struct err err = { 0 };
	struct revision revision;
	const char *oid, *root, *below;
	git_worktree *worktree;

	oid = fixture_commit_text(fixture, "refs/heads/main", "1\n");
	assert_int_equal(git_worktree_add(&worktree, fixture->git, "linked",
					  path, NULL),
			 0);
	git_worktree_free(worktree);
	assert_string_equal(open_at(fixture, path, NULL, &revision, &err), oid);
	assert_int_equal(repo_find_worktree(&fixture->run, path, &root, &below,
					    &err),
			 0);
	assert_string_equal(strrchr(root, '/'), "/linked");
}

/* Only root can make files of others; it is what CI runs tests as. */
static void repositories_of_others_are_refused(void **state)
{
	struct git_fixture *fixture = *state;

	if (geteuid() != 0)
		skip();
	fixture_commit_text(fixture, "refs/heads/main", "1\n");
	assert_int_equal(chown(fixture->path, 12345, 12345), 0);
	assert_no_rev(fixture, NULL, ERR_ACCESS, "belongs to another user",
		      NULL);
}

static void damaged_objects_are_named(void **state)
{
	struct git_fixture *fixture = *state;
	struct arena *arena = fixture->run.arena;
	struct repo_args args = { .location = fixture->path };
	AUTO_ERR struct err err = { 0 };
	struct revision revision;
	struct bytes text;
	struct repo *repo;
	struct tree *tree;
	char hex[GIT_OID_HEXSZ + 1];
	const char *path;
	git_oid oid;

	fixture_commit_text(fixture, "refs/heads/main", "damaged\n");
	git_odb_hash(&oid, "damaged\n", 8, GIT_OBJECT_BLOB);
	git_oid_tostr(hex, sizeof(hex), &oid);
	path = arena_printf(arena, "%s/.git/objects/%.2s/%s", fixture->path,
			    hex, hex + 2);
	assert_int_equal(repo_open(&fixture->run, &args, &repo, &err), 0);
	assert_int_equal(repo_revision(repo, &revision, &err), 0);
	assert_int_equal(repo_tree(repo, &revision, &tree, &err), 0);
	chmod(path, 0644);
	assert_int_equal(truncate(path, 12), 0);
	assert_int_equal(tree_read(tree, arena, "a.yaml", &text, &err), -1);
	assert_non_null(strstr(err.msg, hex));
	assert_int_equal(err.status, ERR_FAILED);
}

static void large_blobs_are_not_unpacked(void **state)
{
	struct git_fixture *fixture = *state;
	struct arena *arena = fixture->run.arena;
	struct repo_args args = { .location = fixture->path };
	char *text = xcalloc(1, TREE_FILE_CAP + 2);
	struct tree_file file = { "big.yaml", text, TREE_FILE };
	AUTO_ERR struct err err = { 0 };
	struct revision revision;
	struct bytes bytes;
	struct repo *repo;
	struct tree *tree;

	memset(text, 'a', TREE_FILE_CAP + 1);
	fixture_commit(fixture, "refs/heads/main", &file, 1, "big");
	free(text);
	assert_int_equal(repo_open(&fixture->run, &args, &repo, &err), 0);
	assert_int_equal(repo_revision(repo, &revision, &err), 0);
	assert_int_equal(repo_tree(repo, &revision, &tree, &err), 0);
	assert_int_equal(tree_read(tree, arena, "big.yaml", &bytes, &err), -1);
	assert_string_equal(err.msg, "big.yaml: larger than 8388608 bytes");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(commit_holds_every_tree_case),
		TEST(revisions_are_named_as_git_names_them),
		TEST(missing_revisions_say_what_is_near),
		TEST(an_empty_repository_is_said_to_be_empty),
		TEST(what_is_no_commit_is_refused),
		TEST(repositories_are_looked_for_upward),
		TEST(linked_worktrees_are_repositories),
		TEST(repositories_of_others_are_refused),
		TEST(damaged_objects_are_named),
		TEST(large_blobs_are_not_unpacked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
