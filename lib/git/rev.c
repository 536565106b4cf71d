/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/semver.h"
#include "base/str.h"
#include "base/vec.h"
#include "git/inside.h"

#define TAGS   "refs/tags/"
#define HEADS  "refs/heads/"
#define SEMVER "semver:"

#define REV_CAP      1024
#define HEX_SHORTEST 4 /* as git has it */

static bool all_hex(const char *text)
{
	return strspn(text, "0123456789abcdefABCDEF") == strlen(text);
}

int repo_rev_parse(struct arena *arena, const char *text, struct repo_rev *out,
		   struct err *err)
{
	struct repo_rev rev = {
		.text = arena_strdup(arena, text),
		.suffix = "",
	};
	size_t len;

	if (!*text || strlen(text) > REV_CAP)
		return err_set(err, ERR_USAGE, "revision is %s",
			       *text ? "too long" : "empty");
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return err_set(err, ERR_USAGE,
				       "revision holds a control character");
	if (str_starts(text, SEMVER)) {
		rev.range = rev.text + strlen(SEMVER);
		rev.base = rev.text;
		*out = rev;
		return 0;
	}
	/* A path, an index stage, a reflog: none of them is a commit that
	 * another machine would name alike. */
	if (strchr(text, ':') || strstr(text, "@{")) {
		err_set(err, ERR_USAGE, "revision '%s' is not supported", text);
		return err_hint(err, "name a branch, a tag, a commit or "
				     "semver:RANGE, and ~ or ^ behind it");
	}
	len = strcspn(text, "~^");
	rev.suffix = rev.text + len;
	rev.base = arena_strndup(arena, text, len);
	/* git's own short form. */
	if (!len || str_equal(rev.base, "@"))
		rev.base = "HEAD";
	if (*text == '-' || (!len && *text == '^'))
		return err_set(err, ERR_USAGE, "revision '%s' is not supported",
			       text);
	rev.hex = len >= HEX_SHORTEST && len <= GIT_OID_HEXSZ &&
		  all_hex(rev.base);
	rev.full = rev.hex && len == GIT_OID_HEXSZ;
	*out = rev;
	return 0;
}

/* ---- choosing ---- */

static const struct repo_ref *find(const struct repo_refs *refs,
				   const char *prefix, const char *name)
{
	for (size_t i = 0; i < refs->n; i++)
		if (str_starts(refs->v[i].name, prefix) &&
		    str_equal(refs->v[i].name + strlen(prefix), name))
			return &refs->v[i];
	return NULL;
}

/* The highest version; of two spellings of one, the last in bytewise order,
 * so that the answer never depends on the order of the list. */
static const struct repo_ref *highest(struct run *run, const char *range_text,
				      const struct repo_refs *refs)
{
	AUTO_ERR struct err ignored = { 0 };
	const struct repo_ref *best = NULL;
	struct semver best_version = { 0 };
	struct semver_range *range;

	/* It was parsed before, for its errors. */
	if (semver_range_parse(run->arena, range_text, &range, &ignored) < 0)
		return NULL;
	for (size_t i = 0; i < refs->n; i++) {
		const struct repo_ref *ref = &refs->v[i];
		struct semver version;
		int order;

		if (!str_starts(ref->name, TAGS) ||
		    !semver_parse(run->arena, ref->name + strlen(TAGS),
				  &version) ||
		    !semver_match(range, &version))
			continue;
		order = best ? semver_compare(&version, &best_version) : 1;
		if (order < 0 ||
		    (order == 0 && strcmp(ref->name, best->name) < 0))
			continue;
		best = ref;
		best_version = version;
	}
	return best;
}

const struct repo_ref *repo_rev_choose(struct run *run,
				       const struct repo_rev *rev,
				       const struct repo_refs *refs,
				       const char **shown)
{
	const struct repo_ref *ref, *head;

	*shown = rev->text;
	if (rev->range) {
		ref = highest(run, rev->range, refs);
		if (ref)
			*shown = arena_strdup(run->arena,
					      ref->name + strlen(TAGS));
		return ref;
	}
	if (str_equal(rev->base, "HEAD"))
		return find(refs, "", "HEAD");
	ref = str_starts(rev->base, "refs/") ? find(refs, "", rev->base) : NULL;
	if (ref)
		return ref;
	ref = find(refs, TAGS, rev->base);
	head = find(refs, HEADS, rev->base);
	if (!ref)
		ref = head;
	else if (head && !git_oid_equal(&ref->oid, &head->oid))
		run_warn(run,
			 "'%s' is a tag and a branch; the tag is taken (" HEADS
			 "%s is the branch)",
			 rev->base, rev->base);
	if (ref)
		return ref;
	/* git's "tags/v1", "heads/main", "origin/main". */
	ref = find(refs, "refs/", rev->base);
	return ref ? ref : find(refs, "refs/remotes/", rev->base);
}

/* The names of tags and branches, as they are asked for. */
static const char **list_names(struct arena *arena,
			       const struct repo_refs *refs, size_t *n_tags)
{
	const char **names = arena_array(arena, refs->n + 1, sizeof(*names));
	size_t n = 0;

	for (size_t i = 0; i < refs->n; i++) {
		const char *name = refs->v[i].name;

		if (str_starts(name, TAGS)) {
			names[n++] = name + strlen(TAGS);
			(*n_tags)++;
		} else if (str_starts(name, HEADS)) {
			names[n++] = name + strlen(HEADS);
		}
	}
	return names;
}

int repo_rev_missing(struct arena *arena, const struct repo_rev *rev,
		     const struct repo_refs *refs, struct err *err)
{
	size_t n_tags = 0;
	const char **names = list_names(arena, refs, &n_tags);
	const char *nearest;

	if (!refs->n)
		return err_set(err, ERR_NOT_FOUND,
			       "repository is empty: it has no commit yet");
	if (rev->range)
		return err_set(err, ERR_NOT_FOUND,
			       "none of %zu tags is a version in '%s'", n_tags,
			       rev->range);
	if (str_equal(rev->base, "HEAD")) {
		err_set(err, ERR_NOT_FOUND,
			"HEAD names a branch that does not exist");
		return err_hint(err, "say which revision: --rev %s",
				names[0] ? names[0] : "BRANCH");
	}
	err_set(err, ERR_NOT_FOUND, "no branch, tag or commit '%s'", rev->base);
	nearest = str_nearest(rev->base, names);
	if (nearest)
		err_hint(err, "the nearest name is '%s'", nearest);
	return -1;
}

/* ---- from a name to a commit ---- */

static int refuse_object(const struct repo_rev *rev, const git_object *object,
			 struct err *err)
{
	git_object_t type = git_object_type(object);
	const char *of = "";

	if (type == GIT_OBJECT_TAG) {
		of = "tag of a ";
		type = git_tag_target_type((const git_tag *)object);
	}
	return err_set(err, ERR_INPUT,
		       "revision '%s' names a %s%s, not a commit", rev->text,
		       of, git_object_type2string(type));
}

/* Where no object is behind the expression. */
static int refuse_expression(const struct repo_rev *rev, int code,
			     struct err *err)
{
	if (code == GIT_EAMBIGUOUS) {
		err_set(err, ERR_INPUT, "commit '%s' is ambiguous", rev->base);
		return err_hint(err, "write more of its digits");
	}
	if (code == GIT_ENOTFOUND)
		return err_set(err, ERR_NOT_FOUND,
			       "revision '%s' does not exist", rev->text);
	if (code == GIT_EINVALIDSPEC)
		return err_set(err, ERR_USAGE, "revision '%s' is not supported",
			       rev->text);
	return repo_fail(err, ERR_FAILED, "revision '%s'", rev->text);
}

/* As a name: of a branch, a tag or what else git would try. */
static int find_name(git_repository *git, const char *name, git_oid *out)
{
	git_reference *ref, *direct;
	int code = git_reference_dwim(&ref, git, name);

	if (code < 0)
		return code;
	code = git_reference_resolve(&direct, ref);
	git_reference_free(ref);
	if (code < 0)
		return code;
	git_oid_cpy(out, git_reference_target(direct));
	git_reference_free(direct);
	return 0;
}

int repo_rev_base(git_repository *git, const struct repo_rev *rev, git_oid *out,
		  struct err *err)
{
	git_object *object;
	int code;

	/* Not by git_revparse_single(), which in 1.5 loses the reference where
	 * its object cannot be read. */
	if (!rev->full && find_name(git, rev->base, out) == 0)
		return 0;
	code = git_revparse_single(&object, git, rev->base);
	if (code < 0)
		return refuse_expression(rev, code, err);
	git_oid_cpy(out, git_object_id(object));
	git_object_free(object);
	return 0;
}

int repo_rev_peel(git_repository *git, const struct repo_rev *rev,
		  const git_oid *base, git_oid *out, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	char hex[GIT_OID_HEXSZ + 1];
	git_object *named = NULL, *commit = NULL;
	const char *expression;
	int code, failed = 0;

	git_oid_tostr(hex, sizeof(hex), base);
	expression = arena_printf(scratch, "%s%s", hex,
				  rev->range ? "" : rev->suffix);
	code = git_revparse_single(&named, git, expression);
	/* The name is there, but what it leads to is not, or cannot be read:
	 * that is no mistake of who asks. */
	if (code == GIT_ENOTFOUND && str_equal(expression, hex))
		return err_set(err, ERR_FAILED,
			       "revision '%s': object %s is missing", rev->text,
			       hex);
	if (code == GIT_ERROR)
		return repo_fail(err, ERR_FAILED,
				 "revision '%s': read object %s", rev->text,
				 hex);
	if (code < 0)
		return refuse_expression(rev, code, err);
	code = git_object_peel(&commit, named, GIT_OBJECT_COMMIT);
	if (code == 0)
		git_oid_cpy(out, git_object_id(commit));
	else if (code == GIT_EPEEL || code == GIT_EINVALIDSPEC ||
		 code == GIT_EAMBIGUOUS)
		failed = refuse_object(rev, named, err);
	else
		failed = repo_fail(err, ERR_FAILED, "revision '%s'", rev->text);
	git_object_free(commit);
	git_object_free(named);
	return failed;
}
