/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UNIT_TREE_CASES_H
#define UNIT_TREE_CASES_H

/*
 * What has to hold for every backend of a tree: one set of files with links
 * of every shape (CVE-2022-24904), and what reading each must say.  The tests
 * of the table, of the directory and of the object database all go through
 * it.  "SENTINEL" stands in files outside the tree and must never be read.
 */

#include "tests/unit/test.h"

#include "base/err.h"
#include "tree/tree.h"

#define LFS_TEXT                                                               \
	"version https://git-lfs.github.com/spec/v1\n"                         \
	"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca2"   \
	"4d17e2393\nsize 12345\n"

static const struct tree_file tree_files[] = {
	{ "app/.env", "../../outside/secret", TREE_LINK },
	{ "app/absolute.yaml", "/etc/passwd", TREE_LINK },
	{ "app/back.yaml", "../../root/app/deploy.yaml", TREE_LINK },
	{ "app/base", "../base", TREE_LINK },
	{ "app/broken.yaml", "nothing.yaml", TREE_LINK },
	{ "app/chain1", "chain2", TREE_LINK },
	{ "app/chain2", "chain3", TREE_LINK },
	{ "app/chain3", "./deploy.yaml", TREE_LINK },
	{ "app/deploy.yaml", "kind: Deployment\n", TREE_FILE },
	{ "app/empty", "", TREE_FILE },
	{ "app/kustomization.yaml", "../../../etc/hostname", TREE_LINK },
	{ "app/loop1", "loop2", TREE_LINK },
	{ "app/loop2", "loop1", TREE_LINK },
	{ "app/out", "../..", TREE_LINK },
	{ "app/patch.yaml", "out/outside/secret", TREE_LINK },
	{ "app/self", "self", TREE_LINK },
	{ "app/through.yaml", "base/../app/deploy.yaml", TREE_LINK },
	{ "app/values.yaml", "../app/../../outside/secret", TREE_LINK },
	{ "base/service.yaml", "kind: Service\n", TREE_FILE },
	{ "big.bin", LFS_TEXT, TREE_FILE },
	{ "deep/er/still/config.yaml", "kind: ConfigMap\n", TREE_FILE },
	{ "prefix/a.yaml", "a\n", TREE_FILE },
	{ "prefix-evil/a.yaml", "b\n", TREE_FILE },
	{ "vendor/module", "1111111111111111111111111111111111111111",
	  TREE_GITLINK },
};

struct tree_case {
	const char *path;
	const char *text; /* what it reads, or NULL */
	enum err_status status;
	const char *message; /* a part of it; "%" is the tree's name */
};

static const struct tree_case tree_cases[] = {
	{ "app/deploy.yaml", "kind: Deployment\n", ERR_OK, NULL },
	{ "app/empty", "", ERR_OK, NULL },
	{ "app//deploy.yaml", "kind: Deployment\n", ERR_OK, NULL },
	{ "./app/./deploy.yaml", "kind: Deployment\n", ERR_OK, NULL },
	{ "deep/er/still/config.yaml", "kind: ConfigMap\n", ERR_OK, NULL },
	{ "prefix/a.yaml", "a\n", ERR_OK, NULL },
	/* Links that stay inside. */
	{ "app/chain1", "kind: Deployment\n", ERR_OK, NULL },
	{ "app/base/service.yaml", "kind: Service\n", ERR_OK, NULL },
	{ "app/through.yaml", "kind: Deployment\n", ERR_OK, NULL },
	/* Links that do not. */
	{ "app/absolute.yaml", NULL, ERR_INPUT,
	  "app/absolute.yaml: link to '/etc/passwd' is absolute" },
	{ "app/back.yaml", NULL, ERR_INPUT, "leads outside the repository" },
	{ "app/values.yaml", NULL, ERR_INPUT, "leads outside the repository" },
	{ "app/kustomization.yaml", NULL, ERR_INPUT,
	  "app/kustomization.yaml: link to '../../../etc/hostname' leads "
	  "outside the repository" },
	{ "app/.env", NULL, ERR_INPUT, "leads outside the repository" },
	{ "app/patch.yaml", NULL, ERR_INPUT,
	  "app/out: link to '../..' leads outside the repository" },
	{ "app/out", NULL, ERR_INPUT, "leads outside the repository" },
	{ "app/out/outside/secret", NULL, ERR_INPUT,
	  "leads outside the repository" },
	{ "app/loop1", NULL, ERR_INPUT, "in a circle" },
	{ "app/self", NULL, ERR_INPUT, "in a circle" },
	{ "app/self/below", NULL, ERR_INPUT, "in a circle" },
	{ "app/broken.yaml", NULL, ERR_NOT_FOUND,
	  "app/broken.yaml: link to 'nothing.yaml', which is not in %" },
	{ "app/base/deploy.yaml", NULL, ERR_NOT_FOUND,
	  "app/base/deploy.yaml: not in %" },
	/* Paths that lead outside. */
	{ "app/base/../../x", NULL, ERR_INPUT,
	  "path 'app/base/../../x' leads outside the repository" },
	{ "..", NULL, ERR_INPUT, "path '..' leads outside the repository" },
	{ "app/../../root/app/deploy.yaml", NULL, ERR_INPUT,
	  "leads outside the repository" },
	/* What is no file. */
	{ "app", NULL, ERR_INPUT, "app: a directory where a file is" },
	{ "", NULL, ERR_INPUT, "a directory where a file is" },
	{ "app/base", NULL, ERR_INPUT, "a directory where a file is" },
	{ "app/deploy.yaml/x", NULL, ERR_NOT_FOUND,
	  "'app/deploy.yaml' is not a directory" },
	{ "app/depoy.yaml", NULL, ERR_NOT_FOUND, "app/depoy.yaml: not in %" },
	{ "vendor/module", NULL, ERR_INPUT,
	  "vendor/module: a submodule, which is not read" },
	{ "vendor/module/x.yaml", NULL, ERR_INPUT,
	  "vendor/module: a submodule, which is not read" },
	{ "big.bin", NULL, ERR_INPUT, "big.bin: a Git LFS pointer" },
};

/* `message` with "%" as the tree's name. */
static inline const char *tree_expected(struct arena *arena,
					const struct tree *tree,
					const char *message)
{
	const char *mark = strchr(message, '%');

	if (!mark)
		return message;
	return arena_printf(arena, "%.*s%s%s", (int)(mark - message), message,
			    tree->name, mark + 1);
}

static inline void tree_check_cases(const struct tree *tree)
{
	AUTO_ARENA struct arena *arena = arena_new();

	for (size_t i = 0; i < ARRAY_LEN(tree_cases); i++) {
		const struct tree_case *one = &tree_cases[i];
		AUTO_ERR struct err err = { 0 };
		struct bytes text = { 0 };
		int failed = tree_read(tree, arena, one->path, &text, &err);

		if (one->text) {
			assert_string_equal(err.msg ? err.msg : "", "");
			assert_int_equal(failed, 0);
			assert_string_equal(text.data, one->text);
			assert_int_equal(text.len, strlen(one->text));
			continue;
		}
		if (!failed)
			fail_msg("%s was read: %s", one->path, text.data);
		if (!strstr(err.msg, tree_expected(arena, tree, one->message)))
			fail_msg("%s: %s", one->path, err.msg);
		assert_int_equal(err.status, one->status);
		assert_null(strstr(err.msg, "SENTINEL"));
	}
}

static inline void tree_check_list(const struct tree *tree)
{
	static const struct tree_entry expected[] = {
		{ "app", TREE_DIR },      { "base", TREE_DIR },
		{ "big.bin", TREE_FILE }, { "deep", TREE_DIR },
		{ "prefix", TREE_DIR },   { "prefix-evil", TREE_DIR },
		{ "vendor", TREE_DIR },
	};
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_ERR struct err err = { 0 };
	struct tree_entries entries = { 0 };

	assert_int_equal(tree_list(tree, arena, "", &entries, &err), 0);
	assert_int_equal(entries.n, ARRAY_LEN(expected));
	for (size_t i = 0; i < entries.n; i++) {
		assert_string_equal(entries.v[i].name, expected[i].name);
		assert_int_equal(entries.v[i].kind, expected[i].kind);
	}
	/* Through a link, links as links, submodules as submodules. */
	assert_int_equal(tree_list(tree, arena, "app/base", &entries, &err), 0);
	assert_int_equal(entries.n, 1);
	assert_string_equal(entries.v[0].name, "service.yaml");
	assert_int_equal(tree_list(tree, arena, "vendor", &entries, &err), 0);
	assert_int_equal(entries.v[0].kind, TREE_GITLINK);
	assert_int_equal(tree_list(tree, arena, "app", &entries, &err), 0);
	assert_string_equal(entries.v[0].name, ".env");
	assert_int_equal(entries.v[0].kind, TREE_LINK);
	assert_int_equal(tree_list(tree, arena, "big.bin", &entries, &err), -1);
	assert_int_equal(err.status, ERR_INPUT);
}

static inline void tree_check_resolve(const struct tree *tree)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_ERR struct err err = { 0 };
	enum tree_kind kind;
	const char *real;

	assert_int_equal(tree_resolve(tree, arena, "app/base/../base", &kind,
				      &real, &err),
			 0);
	assert_int_equal(kind, TREE_DIR);
	assert_string_equal(real, "base");
	assert_int_equal(tree_resolve(tree, arena, "", &kind, NULL, &err), 0);
	assert_int_equal(kind, TREE_DIR);
	assert_int_equal(tree_resolve(tree, arena, "bose", &kind, &real, &err),
			 -1);
	assert_int_equal(err.status, ERR_NOT_FOUND);
	assert_string_equal(err.hint, "the nearest name there is 'base'");
}

#endif
