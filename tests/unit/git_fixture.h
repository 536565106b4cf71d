/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UNIT_GIT_FIXTURE_H
#define UNIT_GIT_FIXTURE_H

/* Repositories for tests, made with libgit2 in a temporary directory. */

#include "tests/unit/test.h"

#include <stdlib.h>
#include <unistd.h>

#include <git2.h>

#include "base/file.h"
#include "base/run.h"
#include "git/inside.h"
#include "tree/tree.h"

struct git_fixture {
	struct run run;
	const char *dir;  /* temporary */
	const char *path; /* of the repository */
	git_repository *git;
	git_oid last; /* the commit made last */
	int64_t clock;
};

static inline void fixture_open(struct git_fixture *fixture, bool bare)
{
	static const char *env[] = { "HOME=/nonexistent", NULL };
	const char *parent = getenv("TMPDIR");
	char *dir;

	*fixture = (struct git_fixture){ .clock = 1700000000 };
	run_init(&fixture->run, env);
	repo_init(&fixture->run);
	dir = arena_printf(fixture->run.arena, "%s/git_test.XXXXXX",
			   parent ? parent : "/tmp");
	assert_non_null(mkdtemp(dir));
	fixture->dir = dir;
	fixture->path = arena_printf(fixture->run.arena, "%s/repo", dir);
	assert_int_equal(git_repository_init(&fixture->git, fixture->path,
					     bare),
			 0);
	git_repository_set_head(fixture->git, "refs/heads/main");
}

static inline void fixture_close(struct git_fixture *fixture)
{
	AUTO_ERR struct err err = { 0 };

	git_repository_free(fixture->git);
	assert_int_equal(file_remove_all(fixture->dir, &err), 0);
	run_release(&fixture->run);
}

/* Commit these files, and no others, to `ref`. */
static inline void fixture_commit(struct git_fixture *fixture, const char *ref,
				  const struct tree_file *files, size_t n,
				  const char *message)
{
	git_signature *who;
	git_commit *parent = NULL;
	git_oid tree_oid, parent_oid;
	git_index *index;
	git_tree *tree;

	assert_int_equal(git_index_new(&index), 0);
	for (size_t i = 0; i < n; i++) {
		git_index_entry entry = { .path = files[i].path };

		entry.mode = files[i].kind == TREE_LINK ? GIT_FILEMODE_LINK :
			     files[i].kind == TREE_GITLINK ?
							  GIT_FILEMODE_COMMIT :
							  GIT_FILEMODE_BLOB;
		if (files[i].kind == TREE_GITLINK)
			git_oid_fromstr(&entry.id, files[i].text);
		else
			assert_int_equal(git_blob_create_from_buffer(
						 &entry.id, fixture->git,
						 files[i].text,
						 strlen(files[i].text)),
					 0);
		assert_int_equal(git_index_add(index, &entry), 0);
	}
	assert_int_equal(git_index_write_tree_to(&tree_oid, index,
						 fixture->git),
			 0);
	git_index_free(index);
	assert_int_equal(git_tree_lookup(&tree, fixture->git, &tree_oid), 0);
	git_signature_new(&who, "Ann", "ann@example.com", fixture->clock++, 0);
	if (git_reference_name_to_id(&parent_oid, fixture->git, ref) == 0)
		git_commit_lookup(&parent, fixture->git, &parent_oid);
	assert_int_equal(git_commit_create_v(&fixture->last, fixture->git, ref,
					     who, who, NULL, message, tree,
					     parent ? 1 : 0, parent),
			 0);
	git_commit_free(parent);
	git_signature_free(who);
	git_tree_free(tree);
}

/* One file "a.yaml" with this text. */
static inline const char *fixture_commit_text(struct git_fixture *fixture,
					      const char *ref, const char *text)
{
	struct tree_file file = { "a.yaml", text, TREE_FILE };
	char hex[GIT_OID_HEXSZ + 1];

	fixture_commit(fixture, ref, &file, 1, text);
	git_oid_tostr(hex, sizeof(hex), &fixture->last);
	return arena_strdup(fixture->run.arena, hex);
}

/* An annotated tag of the commit made last. */
static inline void fixture_tag(struct git_fixture *fixture, const char *name)
{
	git_object *commit;
	git_signature *who;
	git_oid oid;

	git_signature_new(&who, "Ann", "ann@example.com", fixture->clock++, 0);
	assert_int_equal(git_object_lookup(&commit, fixture->git,
					   &fixture->last, GIT_OBJECT_COMMIT),
			 0);
	assert_int_equal(git_tag_create(&oid, fixture->git, name, commit, who,
					"a tag", 0),
			 0);
	git_object_free(commit);
	git_signature_free(who);
}

#endif
