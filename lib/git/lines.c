/* SPDX-License-Identifier: Apache-2.0 */
#include "git/lines.h"

#include <string.h>

#include "git/inside.h"
#include "git/textdiff.h"

#define WHOLE (1U << 30) /* lines of context: the file */

/* A line on its way through the log. */
struct trail {
	struct repo *repo;
	const char *path;
	const char *blob; /* the file, as it is where we are */
	unsigned number;  /* the line there */
};

/* The text of a blob; empty for none, and for what is no text. */
static int read_blob(struct repo *repo, struct arena *arena, const char *id,
		     struct bytes *out, struct err *err)
{
	git_blob *blob;
	git_oid oid;

	*out = (struct bytes){ "", 0 };
	if (!id)
		return 0;
	if (git_oid_fromstr(&oid, id) < 0 ||
	    git_blob_lookup(&blob, repo->git, &oid) < 0)
		return repo_fail(err, ERR_FAILED, "%s: file %s", repo->shown,
				 id);
	if (!git_blob_is_binary(blob) &&
	    git_blob_rawsize(blob) <= (git_object_size_t)TREE_FILE_CAP) {
		out->len = git_blob_rawsize(blob);
		out->data = arena_memdup(arena, git_blob_rawcontent(blob),
					 out->len);
	}
	git_blob_free(blob);
	return 0;
}

/*
 * The number of the line on the other side; 0 where it is not there.  `forth`:
 * it is one of the old side.
 */
static int map_line(const struct trail *trail, const char *old, const char *new,
		    bool forth, unsigned *out, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const unsigned number = trail->number; /* may be what `out` is */
	struct bytes old_text, new_text;
	struct textdiff diff = { 0 };

	if (read_blob(trail->repo, scratch, old, &old_text, err) < 0 ||
	    read_blob(trail->repo, scratch, new, &new_text, err) < 0 ||
	    textdiff_compare(scratch, old_text, new_text, WHOLE, &diff, err) <
		    0)
		return -1;
	*out = 0;
	for (size_t i = 0; i < diff.n; i++) {
		const struct textdiff_line *line = &diff.v[i];

		if (line->kind == TEXTDIFF_CONTEXT &&
		    number == (forth ? line->old_line : line->new_line))
			*out = forth ? line->new_line : line->old_line;
	}
	return 0;
}

static int begin(struct trail *trail, struct repo *repo,
		 const struct repo_line *line, struct err *err)
{
	*trail = (struct trail){
		.repo = repo,
		.path = line->path,
		.number = line->number,
	};
	return repo_path_id(repo, line->commit, line->path, &trail->blob, err);
}

/*
 * One commit back: is the line in one of its parents?  A merge has what either
 * side has brought.
 */
static int step_back(struct trail *trail, const struct repo_log_entry *entry,
		     bool *brought, struct err *err)
{
	const struct trail here = *trail;
	const char *blob;
	unsigned number;

	*brought = false;
	if (repo_path_id(here.repo, entry->revision.oid, here.path, &blob,
			 err) < 0)
		return -1;
	if (!str_equal(blob, here.blob))
		return 0; /* on another branch */
	*brought = true;
	for (size_t i = 0; *brought && i < entry->n_parents; i++) {
		const char *parent = entry->parents[i];
		AUTO_ERR struct err shallow = { 0 };

		if (repo_path_id(here.repo, parent, here.path, &blob,
				 &shallow) < 0)
			continue;
		number = here.number;
		if (!str_equal(blob, here.blob) &&
		    map_line(&here, blob, here.blob, false, &number, err) < 0)
			return -1;
		if (!number)
			continue;
		trail->blob = blob;
		trail->number = number;
		*brought = false;
	}
	return 0;
}

int repo_line_added(struct repo *repo, const struct repo_log *log,
		    const struct repo_line *line,
		    const struct repo_log_entry **out, struct err *err)
{
	struct trail trail;
	bool brought;

	*out = NULL;
	if (begin(&trail, repo, line, err) < 0)
		return -1;
	for (size_t i = 0; trail.blob && i < log->n; i++) {
		if (step_back(&trail, &log->v[i], &brought, err) < 0)
			return -1;
		if (!brought)
			continue;
		*out = &log->v[i];
		break;
	}
	return 0;
}

/* One commit forth, if it comes from where we are: is the line still there? */
static int step_forth(struct trail *trail, const struct repo_log_entry *entry,
		      bool *taken, struct err *err)
{
	const char *now, *was = NULL;

	*taken = false;
	if (repo_path_id(trail->repo, entry->revision.oid, trail->path, &now,
			 err) < 0)
		return -1;
	for (size_t i = 0; i < entry->n_parents; i++) {
		AUTO_ERR struct err shallow = { 0 };

		if (repo_path_id(trail->repo, entry->parents[i], trail->path,
				 &was, &shallow) == 0 &&
		    str_equal(was, trail->blob))
			break;
		was = NULL;
	}
	if (!was || str_equal(now, trail->blob))
		return 0;
	if (map_line(trail, trail->blob, now, true, &trail->number, err) < 0)
		return -1;
	trail->blob = now;
	*taken = !trail->number;
	return 0;
}

int repo_line_removed(struct repo *repo, const struct repo_log *log,
		      const struct repo_line *line,
		      const struct repo_log_entry **out, struct err *err)
{
	struct trail trail;
	bool taken = false;

	*out = NULL;
	if (begin(&trail, repo, line, err) < 0)
		return -1;
	for (size_t i = log->n; trail.blob && !taken && i-- > 0;) {
		if (step_forth(&trail, &log->v[i], &taken, err) < 0)
			return -1;
		if (taken)
			*out = &log->v[i];
	}
	return 0;
}

/* ---- what differs ---- */

static int tree_of(struct repo *repo, const char *commit, git_tree **out,
		   struct err *err)
{
	git_commit *object;
	git_oid oid;
	int code;

	if (git_oid_fromstr(&oid, commit) < 0 ||
	    git_commit_lookup(&object, repo->git, &oid) < 0)
		return repo_fail(err, ERR_FAILED, "%s: commit %s", repo->shown,
				 commit);
	code = git_commit_tree(out, object);
	git_commit_free(object);
	return code < 0 ? repo_fail(err, ERR_FAILED, "%s: read a tree",
				    repo->shown) :
			  0;
}

int repo_changed_files(struct repo *repo, const char *from, const char *to,
		       size_t most, const char *const **out, struct err *err)
{
	struct arena *arena = repo->run->arena;
	git_tree *old = NULL, *new = NULL;
	git_diff *diff = NULL;
	const char **names;
	size_t n;
	int failed;

	failed = tree_of(repo, from, &old, err) < 0 ||
		 tree_of(repo, to, &new, err) < 0;
	if (!failed &&
	    git_diff_tree_to_tree(&diff, repo->git, old, new, NULL) < 0)
		failed = repo_fail(err, ERR_FAILED, "%s: compare two trees",
				   repo->shown);
	git_tree_free(old);
	git_tree_free(new);
	if (failed)
		return -1;
	n = git_diff_num_deltas(diff);
	n = n < most ? n : most;
	names = arena_array(arena, n + 1, sizeof(*names));
	for (size_t i = 0; i < n; i++)
		names[i] = arena_strdup(
			arena, git_diff_get_delta(diff, i)->new_file.path);
	git_diff_free(diff);
	*out = names;
	return 0;
}
