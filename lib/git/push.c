/* SPDX-License-Identifier: Apache-2.0 */
#include "git/push.h"

#include <ctype.h>
#include <string.h>

#include "base/vec.h"
#include "git/fetch.h"

#define WORDS_CAP ((size_t)8 << 10)
#define HEADS     "refs/heads/"

/* ---- what the other side says ---- */

struct push {
	struct fetch fetch; /* first: the child is given this */
	git_repository *git;
	const char *branch;  /* "refs/heads/main" */
	git_oid is, was;     /* zero where it must not be there */
	bool outrun;         /* by somebody else */
	bool landed;         /* the branch is there already */
	bool answered;       /* the server told what became of the branch */
	const char *refusal; /* its words, or NULL */
	struct str words;    /* what it said on the way */
};

static bool says(const char *text, const char *words)
{
	size_t n = strlen(words);

	for (; *text; text++) {
		size_t i = 0;

		while (i < n && tolower((unsigned char)text[i]) == words[i])
			i++;
		if (i == n)
			return true;
	}
	return false;
}

/* Another was faster: in the words of git, JGit and libgit2. */
static bool is_outrun(const char *status)
{
	static const char *const words[] = {
		"non-fast-forward", "fetch first",         "stale info",
		"cannot lock",      "failed to lock",      "lock failure",
		"failed to update", "incorrect old value", "already exists",
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (says(status, words[i]))
			return true;
	return false;
}

/* The server's words for people, on one line. */
static const char *shown_words(struct push *push)
{
	AUTO_STR struct str shown = STR_INIT(WORDS_CAP * 6);
	struct str *words = &push->words;
	char *text = words->data;

	while (words->len && strchr("\r\n \t", text[words->len - 1]))
		str_cut(words, words->len - 1);
	for (size_t i = 0; i < words->len; i++)
		if (text[i] == '\n' || text[i] == '\r')
			text[i] = ' ';
	str_add_shown(&shown, str_text(words), words->len, false);
	return str_keep(&shown, push->fetch.run->arena);
}

static int refuse(struct push *push, struct err *err)
{
	struct arena *arena = push->fetch.run->arena;
	const char *branch = push->branch + strlen(HEADS);
	AUTO_STR struct str status = STR_INIT(WORDS_CAP * 6);
	const char *words = shown_words(push), *all;

	str_add_shown(&status, push->refusal, strlen(push->refusal), false);
	all = arena_printf(arena, "%s%s%s", str_text(&status),
			   *words ? ": " : "", words);
	if (says(all, "protected branch")) {
		err_set(err, ERR_REFUSED, "branch '%s' is protected: %s",
			branch, all);
		return err_hint(err, "push to another branch, and open a pull "
				     "request");
	}
	if (says(all, "hook declined"))
		return err_set(err, ERR_REFUSED,
			       "a hook of the server refuses the commit: %s",
			       all);
	if (says(all, "checked out")) {
		err_set(err, ERR_REFUSED,
			"branch '%s' is checked out over there: %s", branch,
			all);
		return err_hint(err, "push to a bare repository");
	}
	if (says(all, "permission") || says(all, "denied") ||
	    says(all, "not allowed"))
		return err_set(err, ERR_ACCESS,
			       "the server does not let us push to '%s': %s",
			       branch, all);
	return err_set(err, ERR_REFUSED,
		       "the server refuses the push to '%s': "
		       "%s",
		       branch, all);
}

/* ---- what libgit2 calls ---- */

static int on_words(const char *text, int n, void *payload)
{
	struct push *push = payload;

	repo_fetch_alive(&push->fetch);
	str_add_bytes(&push->words, text, n > 0 ? (size_t)n : 0);
	return 0;
}

static int on_progress(unsigned now UNUSED, unsigned total UNUSED,
		       size_t bytes UNUSED, void *payload)
{
	struct push *push = payload;

	repo_fetch_alive(&push->fetch);
	return run_check(push->fetch.run, &push->fetch.failure);
}

/* Right before anything is sent: is the branch where we think it is? */
static int on_negotiation(const git_push_update **updates, size_t n,
			  void *payload)
{
	struct push *push = payload;

	for (size_t i = 0; i < n; i++) {
		push->landed = git_oid_equal(&updates[i]->src, &push->is);
		push->outrun = !git_oid_equal(&updates[i]->src, &push->was);
	}
	return push->landed || push->outrun ? GIT_EUSER : 0;
}

static int on_status(const char *ref, const char *status, void *payload)
{
	struct push *push = payload;

	if (!str_equal(ref, push->branch))
		return 0;
	push->answered = true;
	if (status)
		push->refusal = arena_strdup(push->fetch.run->arena, status);
	return 0;
}

/* ---- the child ---- */

static int judge(struct push *push, int code, struct err *err)
{
	if (push->landed) {
		push->outrun = false;
		return 0;
	}
	if (push->outrun || code == GIT_ENONFASTFORWARD ||
	    (push->refusal && is_outrun(push->refusal))) {
		push->outrun = true;
		return 0;
	}
	if (push->refusal)
		return refuse(push, err);
	if (code < 0)
		return repo_fetch_failed(&push->fetch, code, err);
	if (!push->answered)
		return err_set(err, ERR_TEMPORARY,
			       "the server did not say what became of the "
			       "push");
	return 0;
}

/* libgit2 1.5 pushes names only: the commit is given one. */
static int name_commit(struct push *push, const char **out, git_reference **ref,
		       struct err *err)
{
	char hex[GIT_OID_HEXSZ + 1];

	git_oid_tostr(hex, sizeof(hex), &push->is);
	*out = arena_printf(push->fetch.run->arena, "refs/gitops/push/%s", hex);
	if (git_reference_create(ref, push->git, *out, &push->is, true, NULL) <
	    0)
		return repo_fail(err, ERR_FAILED, "name the commit");
	return 0;
}

static int upload(struct push *push, git_remote *remote,
		  const git_remote_callbacks *callbacks, struct err *err)
{
	git_strarray refspecs = { NULL, 1 };
	git_push_options opts;
	git_reference *ref = NULL;
	const char *name = "";
	char *spec;
	int failed;

	if (!git_oid_is_zero(&push->is) &&
	    name_commit(push, &name, &ref, err) < 0)
		return -1;
	spec = arena_printf(push->fetch.run->arena, "%s:%s", name,
			    push->branch);
	refspecs.strings = &spec;
	git_push_options_init(&opts, GIT_PUSH_OPTIONS_VERSION);
	opts.callbacks = *callbacks;
	opts.pb_parallelism = 1;
	failed = judge(push, git_remote_upload(remote, &refspecs, &opts), err);
	if (ref)
		git_reference_delete(ref);
	git_reference_free(ref);
	return failed;
}

static int prepare(struct push *push, git_remote_callbacks *callbacks,
		   struct err *err)
{
	if (repo_fetch_prepare(&push->fetch, callbacks, err) < 0)
		return -1;
	callbacks->sideband_progress = on_words;
	callbacks->push_transfer_progress = on_progress;
	callbacks->push_negotiation = on_negotiation;
	callbacks->push_update_reference = on_status;
	return 0;
}

static int push_work(struct run *run, void *data, struct str *answer,
		     struct err *err)
{
	struct push *push = data;
	git_remote_callbacks callbacks;
	git_remote *remote;
	int failed;

	push->fetch.run = run;
	repo_fetch_watch(&push->fetch);
	if (prepare(push, &callbacks, err) < 0 ||
	    repo_fetch_connect(&push->fetch, push->git, &callbacks,
			       GIT_DIRECTION_PUSH, &remote, err) < 0)
		return -1;
	failed = upload(push, remote, &callbacks, err);
	git_remote_free(remote);
	str_add(answer, push->outrun ? "outrun" : "pushed");
	return failed;
}

static int ask_work(struct run *run, void *data, struct str *answer,
		    struct err *err)
{
	struct push *push = data;
	struct repo_refs refs = { 0 };
	git_remote_callbacks callbacks;
	char hex[GIT_OID_HEXSZ + 1];
	git_remote *remote;
	int failed;

	push->fetch.run = run;
	repo_fetch_watch(&push->fetch);
	if (repo_fetch_prepare(&push->fetch, &callbacks, err) < 0 ||
	    repo_fetch_connect(&push->fetch, push->git, &callbacks,
			       GIT_DIRECTION_FETCH, &remote, err) < 0)
		return -1;
	failed = repo_fetch_list(&push->fetch, remote, &refs, err);
	git_remote_free(remote);
	for (size_t i = 0; i < refs.n; i++) {
		if (!str_equal(refs.v[i].name, push->branch))
			continue;
		git_oid_tostr(hex, sizeof(hex), &refs.v[i].oid);
		str_add(answer, hex);
	}
	return failed;
}

/* ---- where to ---- */

/* Where a branch is kept, and what it is called there. */
struct place {
	enum {
		PLACE_HERE,   /* a bare repository, which this is */
		PLACE_BESIDE, /* another one of this machine */
		PLACE_AWAY,
	} kind;
	struct location location;
	const char *branch; /* "refs/heads/main" */
	const char *remote; /* "origin", of an upstream */
};

static int find_upstream(struct repo *repo, const char *name, struct place *out,
			 struct err *err)
{
	struct arena *arena = repo->run->arena;
	const char *remote, *merge, *url;

	remote = repo_setting(repo,
			      arena_printf(arena, "branch.%s.remote", name));
	merge = repo_setting(repo,
			     arena_printf(arena, "branch.%s.merge", name));
	if (!remote || !merge) {
		err_set(err, ERR_USAGE,
			"branch '%s' has no upstream to push to", name);
		return err_hint(err, "git branch --set-upstream-to=origin/%s",
				name);
	}
	url = repo_setting(repo,
			   arena_printf(arena, "remote.%s.pushurl", remote));
	if (!url)
		url = repo_setting(repo, arena_printf(arena, "remote.%s.url",
						      remote));
	if (!url)
		return err_set(err, ERR_USAGE, "remote '%s' has no URL",
			       remote);
	if (repo_location_parse(arena, url, &out->location, err) < 0)
		return err_wrap(err, "remote '%s'", remote);
	out->branch = merge;
	out->remote = remote;
	out->kind = out->location.kind == LOCATION_HTTP ||
				    out->location.kind == LOCATION_SSH ?
			    PLACE_AWAY :
			    PLACE_BESIDE;
	return 0;
}

static int find_place(struct repo *repo, const char *name, struct place *out,
		      struct err *err)
{
	int valid = 0;

	*out = (struct place){ .location = repo->location };
	out->branch = arena_printf(repo->run->arena, HEADS "%s", name);
	if (git_reference_name_is_valid(&valid, out->branch) < 0 || !valid ||
	    *name == '-')
		return err_set(err, ERR_USAGE, "'%s' is no name for a branch",
			       name);
	out->kind = repo->cache ? PLACE_AWAY : PLACE_HERE;
	if (repo->cache || git_repository_is_bare(repo->git))
		return 0;
	return find_upstream(repo, name, out, err);
}

static struct push begin(struct repo *repo, struct place *place)
{
	struct push push = {
		.fetch = repo_fetch_of(repo),
		.git = repo->git,
		.branch = place->branch,
		.words = STR_INIT(WORDS_CAP),
	};

	push.fetch.location = &place->location;
	/* Beside it answers are kept until they are read. */
	push.fetch.cache = repo->cache ?
				   repo->cache :
				   arena_printf(repo->run->arena, "%sgitops",
						git_repository_path(repo->git));
	return push;
}

static int push_away(struct repo *repo, struct place *place, const git_oid *is,
		     const git_oid *was, enum repo_pushed *out, struct err *err)
{
	struct push push = begin(repo, place);
	struct bytes answer;

	if (is)
		git_oid_cpy(&push.is, is);
	if (was)
		git_oid_cpy(&push.was, was);
	if (repo_fetch_in_child(&push.fetch, push_work, &answer, err) < 0)
		return err_wrap(err, "push to %s", place->location.shown);
	*out = str_equal(answer.data, "outrun") ? REPO_OUTRUN : REPO_PUSHED;
	return 0;
}

/*
 * The user's own name for the branch over there follows, as after git push,
 * where it is named as git clone names it.  It is a note, and the next fetch
 * sets it right.
 */
static void note_push(struct repo *repo, const struct place *place,
		      const git_oid *is)
{
	struct arena *arena = repo->run->arena;
	git_reference *ref;
	const char *spec;

	if (!place->remote)
		return;
	spec = repo_setting(repo, arena_printf(arena, "remote.%s.fetch",
					       place->remote));
	if (!str_equal(spec,
		       arena_printf(arena, "+" HEADS "*:refs/remotes/%s/*",
				    place->remote)) ||
	    !str_starts(place->branch, HEADS))
		return;
	if (git_reference_create(&ref, repo->git,
				 arena_printf(arena, "refs/remotes/%s/%s",
					      place->remote,
					      place->branch + strlen(HEADS)),
				 is, true, "update by push") == 0)
		git_reference_free(ref);
}

static int push_to(struct repo *repo, struct place *place, const git_oid *is,
		   const git_oid *was, enum repo_pushed *out, struct err *err)
{
	switch (place->kind) {
	case PLACE_HERE:
		return repo_move_checked(repo, place->branch, was, is, out,
					 err);
	case PLACE_BESIDE:
		return repo_push_beside(repo, &place->location, place->branch,
					was, is, out, err);
	case PLACE_AWAY:
		break;
	}
	return push_away(repo, place, is, was, out, err);
}

int repo_push(struct repo *repo, const struct repo_push_args *args,
	      enum repo_pushed *out, struct err *err)
{
	git_oid is = { { 0 } }, was = { { 0 } };
	const git_oid *commit = args->commit ? &is : NULL;
	const git_oid *expected = args->expected ? &was : NULL;
	struct place place;

	if ((commit && git_oid_fromstr(&is, args->commit) < 0) ||
	    (expected && git_oid_fromstr(&was, args->expected) < 0))
		return repo_fail(err, ERR_USAGE, "push %s",
				 commit ? args->commit : args->branch);
	if (find_place(repo, args->branch, &place, err) < 0 ||
	    push_to(repo, &place, commit, expected, out, err) < 0)
		return -1;
	if (*out == REPO_PUSHED && commit)
		note_push(repo, &place, &is);
	return 0;
}

int repo_ask_tip(struct repo *repo, const char *branch, const char **oid,
		 struct err *err)
{
	struct place place;
	struct bytes answer;
	struct push push;

	if (find_place(repo, branch, &place, err) < 0)
		return -1;
	if (place.kind != PLACE_AWAY)
		return repo_tip_of(repo,
				   place.kind == PLACE_HERE ? NULL :
							      &place.location,
				   place.branch, oid, err);
	push = begin(repo, &place);
	if (repo_fetch_in_child(&push.fetch, ask_work, &answer, err) < 0)
		return err_wrap(err, "ask %s", place.location.shown);
	*oid = answer.len ? answer.data : NULL;
	return 0;
}
