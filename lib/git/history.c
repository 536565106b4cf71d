/* SPDX-License-Identifier: Apache-2.0 */
#include "git/history.h"

#include <string.h>
#include <strings.h>

#include "base/map.h"
#include "base/vec.h"
#include "git/inside.h"

#define OURS "Gitops-"
#define LOOK 100000
#define OLD  100 /* so many too old in a row: there is nothing younger */

/*
 * From the tip to what is behind it.  libgit2's own walk knows no shallow
 * clones, and reads all there is before it hands out the first; it is used for
 * what it is exact at: the commits between two.
 */
struct walk {
	struct repo *repo;
	const struct repo_log_args *args;
	struct arena *arena; /* for the walk alone */
	struct map *seen;    /* ids that are or were in the heap */
	git_commit **heap;   /* the newest on top */
	size_t n, room;
	git_revwalk *between; /* in place of the heap, where `until` is given */
	bool shallow;         /* something behind it is not here */
	bool cut;             /* a limit was reached */
	size_t old;           /* so many in a row were before `since` */
};

static int fail_read(struct walk *walk, const git_oid *oid, struct err *err)
{
	char hex[GIT_OID_HEXSZ + 1];

	git_oid_tostr(hex, sizeof(hex), oid);
	return repo_fail(err, ERR_FAILED, "%s: commit %s", walk->repo->shown,
			 hex);
}

/* The caller's to free; NULL in `*out` where a shallow clone ends. */
static int read_commit(struct walk *walk, const git_oid *oid, git_commit **out,
		       struct err *err)
{
	int code = git_commit_lookup(out, walk->repo->git, oid);

	if (code == GIT_ENOTFOUND &&
	    git_repository_is_shallow(walk->repo->git)) {
		walk->shallow = true;
		*out = NULL;
		return 0;
	}
	if (code < 0)
		return fail_read(walk, oid, err);
	return 0;
}

/* ---- the newest of those that are next ---- */

static void sift_up(struct walk *walk, git_commit *commit)
{
	size_t i = walk->n++, up;

	for (; i; i = up) {
		up = (i - 1) / 2;
		if (git_commit_time(walk->heap[up]) >= git_commit_time(commit))
			break;
		walk->heap[i] = walk->heap[up];
	}
	walk->heap[i] = commit;
}

static git_commit *pop(struct walk *walk)
{
	git_commit *top = walk->heap[0], *last = walk->heap[--walk->n];
	size_t i = 0, down;

	for (; (down = 2 * i + 1) < walk->n; i = down) {
		if (down + 1 < walk->n &&
		    git_commit_time(walk->heap[down + 1]) >
			    git_commit_time(walk->heap[down]))
			down++;
		if (git_commit_time(last) >= git_commit_time(walk->heap[down]))
			break;
		walk->heap[i] = walk->heap[down];
	}
	walk->heap[i] = last;
	return top;
}

static int push(struct walk *walk, const git_oid *oid, struct err *err)
{
	char hex[GIT_OID_HEXSZ + 1];
	git_commit *commit;

	git_oid_tostr(hex, sizeof(hex), oid);
	if (map_set(walk->seen, hex, walk))
		return 0;
	if (read_commit(walk, oid, &commit, err) < 0)
		return -1;
	if (!commit)
		return 0;
	if (walk->n == walk->room)
		walk->heap = vec_grow(walk->arena, walk->heap, walk->n,
				      &walk->room, sizeof(struct git_commit *));
	sift_up(walk, commit);
	return 0;
}

/* ---- one after the other ---- */

static void free_walk(void *walk)
{
	git_revwalk_free(walk);
}

static int begin(struct walk *walk, struct err *err)
{
	git_oid tip, until;

	if (git_oid_fromstr(&tip, walk->args->tip) < 0)
		return repo_fail(err, ERR_USAGE, "commit '%s'",
				 walk->args->tip);
	if (!walk->args->until)
		return push(walk, &tip, err);
	if (git_oid_fromstr(&until, walk->args->until) < 0)
		return repo_fail(err, ERR_USAGE, "commit '%s'",
				 walk->args->until);
	if (git_revwalk_new(&walk->between, walk->repo->git) < 0)
		return fail_read(walk, &tip, err);
	arena_defer(walk->arena, free_walk, walk->between);
	git_revwalk_sorting(walk->between,
			    GIT_SORT_TOPOLOGICAL | GIT_SORT_TIME);
	if (git_revwalk_push(walk->between, &tip) < 0)
		return fail_read(walk, &tip, err);
	if (git_revwalk_hide(walk->between, &until) < 0)
		return fail_read(walk, &until, err);
	return 0;
}

/* The caller's to free; NULL in `*out` at the end. */
static int next_between(struct walk *walk, git_commit **out, struct err *err)
{
	git_oid oid;
	int code = git_revwalk_next(&oid, walk->between);

	*out = NULL;
	if (code == GIT_ITEROVER)
		return 0;
	if (code == 0)
		return read_commit(walk, &oid, out, err);
	repo_fail(err, ERR_FAILED, "%s: history of %s", walk->repo->shown,
		  walk->args->tip);
	return git_repository_is_shallow(walk->repo->git) ?
		       err_hint(err, "the clone is shallow: git fetch "
				     "--unshallow") :
		       -1;
}

static int next(struct walk *walk, git_commit **out, struct err *err)
{
	if (walk->between)
		return next_between(walk, out, err);
	*out = walk->n ? pop(walk) : NULL;
	for (unsigned i = 0; *out && i < git_commit_parentcount(*out); i++) {
		if (push(walk, git_commit_parent_id(*out, i), err) == 0)
			continue;
		git_commit_free(*out);
		return -1;
	}
	return 0;
}

/* ---- what a commit changes ---- */

/* Zero where there is nothing at the path. */
static int id_at(struct repo *repo, const git_commit *commit, const char *path,
		 git_oid *out, struct err *err)
{
	git_tree_entry *entry = NULL;
	git_tree *root;
	int code;

	if (git_commit_tree(&root, commit) < 0)
		return repo_fail(err, ERR_FAILED, "%s: read a tree",
				 repo->shown);
	*out = (git_oid){ 0 };
	code = *path ? git_tree_entry_bypath(&entry, root, path) : 0;
	if (code == 0)
		git_oid_cpy(out, entry ? git_tree_entry_id(entry) :
					 git_tree_id(root));
	git_tree_entry_free(entry);
	git_tree_free(root);
	if (code < 0 && code != GIT_ENOTFOUND)
		return repo_fail(err, ERR_FAILED, "%s: %s", repo->shown, path);
	return 0;
}

static int differs(struct walk *walk, const git_commit *a, const git_commit *b,
		   bool *out, struct err *err)
{
	const char *const *path = walk->args->paths;
	git_oid is, was = { 0 };

	for (*out = false; *path && !*out; path++) {
		if (id_at(walk->repo, a, *path, &is, err) < 0 ||
		    (b && id_at(walk->repo, b, *path, &was, err) < 0))
			return -1;
		*out = !git_oid_equal(&is, &was);
	}
	return 0;
}

/* A merge that took one side as it is has changed nothing. */
static int changes(struct walk *walk, const git_commit *commit, bool *out,
		   struct err *err)
{
	unsigned n = git_commit_parentcount(commit);
	git_commit *parent;
	int failed;

	*out = true;
	if (!walk->args->paths)
		return 0;
	if (!n)
		return differs(walk, commit, NULL, out, err);
	for (unsigned i = 0; i < n && *out; i++) {
		if (read_commit(walk, git_commit_parent_id(commit, i), &parent,
				err) < 0)
			return -1;
		/* Behind the end of a shallow clone nobody knows. */
		failed = parent ? differs(walk, commit, parent, out, err) : 0;
		git_commit_free(parent);
		if (failed)
			return -1;
	}
	return 0;
}

/* ---- entries ---- */

static const char *keep_oid(struct arena *arena, const git_oid *oid)
{
	char hex[GIT_OID_HEXSZ + 1];

	git_oid_tostr(hex, sizeof(hex), oid);
	return arena_strdup(arena, hex);
}

static const char *person(struct arena *arena, const git_signature *who)
{
	return arena_printf(arena, "%s <%s>", who ? who->name : "",
			    who ? who->email : "");
}

struct trailers {
	struct repo_trailer *v;
	size_t n, room;
};

/* One that is there already says nothing new. */
static void add_trailer(struct arena *arena, struct trailers *out,
			const char *name, const char *value)
{
	for (size_t i = 0; i < out->n; i++)
		if (str_equal(out->v[i].name, name) &&
		    str_equal(out->v[i].value, value))
			return;
	*vec_push(arena, out) = (struct repo_trailer){
		.name = arena_strdup(arena, name),
		.value = arena_strdup(arena, value),
	};
}

/* "Gitops-Image: web 1.0 -> 1.1" */
static bool add_line(struct arena *arena, const char *line, size_t n,
		     struct trailers *out)
{
	const char *colon = memchr(line, ':', n);
	const char *value, *end = line + n;

	if (!str_starts(line, OURS) || !colon || colon[1] != ' ' ||
	    memchr(line, ' ', (size_t)(colon - line)))
		return false;
	while (end[-1] == ' ' || end[-1] == '\r')
		end--;
	value = colon + 1 + strspn(colon + 1, " ");
	if (value >= end)
		return false;
	add_trailer(arena, out,
		    arena_strndup(arena, line, (size_t)(colon - line)),
		    arena_strndup(arena, value, (size_t)(end - value)));
	return true;
}

/*
 * A forge that squashes puts words of its own below the trailers of what it
 * squashes: ours count in every paragraph, ended by a line of dashes, too, that
 * has nothing else.  The first one is the subject.
 */
static void add_ours(struct arena *arena, const char *message,
		     struct trailers *out)
{
	size_t n, before = 0;
	bool alone = false;

	for (const char *line = message; *line; line += n + (line[n] == '\n')) {
		n = strcspn(line, "\n");
		if (strspn(line, "-\r") == n) {
			before = out->n;
			alone = true;
			continue;
		}
		alone = alone && add_line(arena, line, n, out);
		if (!alone)
			out->n = before;
	}
}

static void add_trailers(struct arena *arena, const char *message,
			 struct repo_log_entry *entry)
{
	git_message_trailer_array found = { 0 };
	struct trailers trailers = { 0 };

	add_ours(arena, message, &trailers);
	if (git_message_trailers(&found, message) == 0)
		for (size_t i = 0; i < found.count; i++)
			add_trailer(arena, &trailers, found.trailers[i].key,
				    found.trailers[i].value);
	git_message_trailer_array_free(&found);
	entry->trailers = trailers.v;
	entry->n_trailers = trailers.n;
}

static void fill_entry(struct arena *arena, git_commit *commit,
		       struct repo_log_entry *entry)
{
	const char *subject = git_commit_summary(commit);
	const char *body = git_commit_body(commit);
	size_t n = git_commit_parentcount(commit);
	const char **parents = arena_array(arena, n + 1, sizeof(*parents));
	const char *oid = keep_oid(arena, git_commit_id(commit));

	for (unsigned i = 0; i < n; i++)
		parents[i] = keep_oid(arena, git_commit_parent_id(commit, i));
	*entry = (struct repo_log_entry){
		.revision = {
			.oid = oid,
			.name = arena_strndup(arena, oid, 7),
			.author = person(arena, git_commit_author(commit)),
			.subject = arena_strdup(arena, subject ? subject : ""),
			.when = git_commit_time(commit),
		},
		.committer = person(arena, git_commit_committer(commit)),
		.body = arena_strdup(arena, body ? body : ""),
		.parents = parents,
		.n_parents = n,
	};
	add_trailers(arena, git_commit_message(commit), entry);
}

static int take(struct walk *walk, git_commit *commit, struct repo_log *out,
		struct err *err)
{
	struct arena *arena = walk->repo->run->arena;
	bool changed;

	if (git_commit_time(commit) < walk->args->since) {
		walk->old++;
		return 0;
	}
	walk->old = 0;
	if (changes(walk, commit, &changed, err) < 0)
		return -1;
	if (changed)
		fill_entry(arena, commit, vec_push(arena, out));
	return 0;
}

static int fill_log(struct walk *walk, struct repo_log *out, struct err *err)
{
	size_t look = walk->args->look ? walk->args->look : LOOK;
	size_t limit = walk->args->limit ? walk->args->limit : SIZE_MAX;
	git_commit *commit;
	int failed = 0;

	while (!failed && !walk->cut && walk->old < OLD) {
		if (run_check(walk->repo->run, err) < 0 ||
		    next(walk, &commit, err) < 0)
			return -1;
		if (!commit)
			break;
		if (!look-- || out->n == limit)
			walk->cut = true;
		else
			failed = take(walk, commit, out, err);
		git_commit_free(commit);
	}
	out->cut = walk->cut || walk->shallow;
	return failed;
}

int repo_log(struct repo *repo, const struct repo_log_args *args,
	     struct repo_log *out, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct walk walk = {
		.repo = repo,
		.args = args,
		.arena = scratch,
		.seen = map_new(scratch),
	};
	struct repo_log log = { 0 };
	int failed = begin(&walk, err);

	if (!failed)
		failed = fill_log(&walk, &log, err);
	while (walk.n)
		git_commit_free(pop(&walk));
	if (!failed)
		*out = log;
	return failed;
}

const char *repo_trailer(const struct repo_log_entry *entry, const char *name)
{
	for (size_t i = 0; i < entry->n_trailers; i++)
		if (strcasecmp(entry->trailers[i].name, name) == 0)
			return entry->trailers[i].value;
	return NULL;
}

/* ---- single questions ---- */

static int parse_two(const char *a, const char *b, git_oid *one, git_oid *two,
		     struct err *err)
{
	if (git_oid_fromstr(one, a) < 0)
		return repo_fail(err, ERR_USAGE, "commit '%s'", a);
	if (git_oid_fromstr(two, b) < 0)
		return repo_fail(err, ERR_USAGE, "commit '%s'", b);
	return 0;
}

int repo_path_id(struct repo *repo, const char *commit, const char *path,
		 const char **oid, struct err *err)
{
	git_commit *object;
	git_oid id;
	int failed;

	if (git_oid_fromstr(&id, commit) < 0 ||
	    git_commit_lookup(&object, repo->git, &id) < 0)
		return repo_fail(err, ERR_FAILED, "%s: commit %s", repo->shown,
				 commit);
	failed = id_at(repo, object, path, &id, err);
	git_commit_free(object);
	if (failed)
		return -1;
	*oid = git_oid_is_zero(&id) ? NULL : keep_oid(repo->run->arena, &id);
	return 0;
}

static int fail_history(struct repo *repo, struct err *err)
{
	repo_fail(err, ERR_FAILED, "%s: look into the history", repo->shown);
	return git_repository_is_shallow(repo->git) ?
		       err_hint(err, "the clone is shallow: git fetch "
				     "--unshallow") :
		       -1;
}

int repo_is_behind(struct repo *repo, const char *old, const char *new,
		   bool *out, struct err *err)
{
	git_oid ancestor, commit;
	int code;

	if (parse_two(old, new, &ancestor, &commit, err) < 0)
		return -1;
	code = git_oid_equal(&ancestor, &commit) ?
		       1 :
		       git_graph_descendant_of(repo->git, &commit, &ancestor);
	if (code < 0)
		return fail_history(repo, err);
	*out = code;
	return 0;
}

int repo_merge_base(struct repo *repo, const char *a, const char *b,
		    const char **oid, struct err *err)
{
	git_oid one, two, base;
	int code;

	if (parse_two(a, b, &one, &two, err) < 0)
		return -1;
	code = git_merge_base(&base, repo->git, &one, &two);
	if (code < 0 && code != GIT_ENOTFOUND)
		return fail_history(repo, err);
	*oid = code < 0 ? NULL : keep_oid(repo->run->arena, &base);
	return 0;
}
