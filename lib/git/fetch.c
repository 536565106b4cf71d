/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "git/fetch.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"
#include "base/vec.h"
#include "git/cache.h"

#define SILENCE_MS ((int64_t)60 * 1000)
#define TOTAL_MS   ((int64_t)60 * 60 * 1000)

/* ---- the watchdog ---- */

/*
 * libgit2 1.5 waits for ever on a silent server, and may spin on a pack that
 * was cut (libgit2 #7346).  No flag would be looked at there, so the
 * child ends itself when nothing has come for a while; what it says is in
 * memory that the parent shares.
 */
static volatile sig_atomic_t *silent;

static void on_silence(int signal UNUSED)
{
	*silent = 1;
	_exit(1);
}

void repo_fetch_alive(const struct fetch *fetch)
{
	struct itimerval timer = {
		.it_value.tv_sec = (time_t)(fetch->silence_ms / 1000),
		.it_value.tv_usec = (suseconds_t)(fetch->silence_ms % 1000) *
				    1000,
	};

	setitimer(ITIMER_REAL, &timer, NULL);
}

void repo_fetch_watch(const struct fetch *fetch)
{
	struct sigaction action = { .sa_handler = on_silence };

	sigaction(SIGALRM, &action, NULL);
	repo_fetch_alive(fetch);
}

/* ---- what went wrong ---- */

/* What the other side's fault is, by the words of libgit2 and of git. */
static enum err_status judge(int code, const git_error *last)
{
	static const struct {
		const char *words;
		enum err_status status;
	} known[] = {
		{ "not found", ERR_NOT_FOUND },
		{ "does not exist", ERR_NOT_FOUND },
		{ "does not appear to be a git", ERR_NOT_FOUND },
		{ "not known",
		  ERR_NOT_FOUND }, /* of a name, says the resolver */
		{ "denied", ERR_ACCESS },
		{ "exchange encryption keys", ERR_FAILED },
	};

	if (code == GIT_EAUTH || code == GIT_ECERTIFICATE)
		return ERR_ACCESS;
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strstr(last->message, known[i].words))
			return known[i].status;
	return ERR_TEMPORARY;
}

static bool is_theirs(const git_error *last)
{
	if (!last)
		return false;
	return last->klass == GIT_ERROR_NET || last->klass == GIT_ERROR_SSH ||
	       (last->klass == GIT_ERROR_OS &&
		str_starts(last->message, "failed to connect"));
}

/*
 * A call of libgit2 has failed while it talked to the other side.  What is
 * not the other side's fault may be the cache's.
 */
int repo_fetch_failed(struct fetch *fetch, int code, struct err *err)
{
	const git_error *last = git_error_last();

	if (fetch->failure.status) {
		err_append(err, &fetch->failure);
		return -1;
	}
	/* libgit2 1.5 does not look whether the server says so. */
	if (last && strstr(last->message, "parsing REF pkt-line"))
		return err_set(err, ERR_INPUT,
			       "the repository keeps its objects as 'sha256', "
			       "which is not supported, or this is no git "
			       "server");
	if (is_theirs(last))
		return repo_fail(err, judge(code, last), "server");
	fetch->suspect = true;
	return repo_fail(err, ERR_FAILED, "receive");
}

/* ---- one fetch into one repository ---- */

static int on_progress(const git_indexer_progress *stats, void *payload)
{
	struct fetch *fetch = payload;

	repo_fetch_alive(fetch);
	run_progress(fetch->run, "fetch", stats->received_objects,
		     stats->total_objects);
	if (fetch->failure.status)
		return -1;
	return run_check(fetch->run, &fetch->failure);
}

/* Progress of the other side, for a terminal: not shown, but a sign of life. */
static int on_words(const char *text UNUSED, int n UNUSED, void *payload)
{
	repo_fetch_alive(payload);
	return 0;
}

int repo_fetch_prepare(struct fetch *fetch, git_remote_callbacks *callbacks,
		       struct err *err)
{
	git_remote_init_callbacks(callbacks, GIT_REMOTE_CALLBACKS_VERSION);
	callbacks->payload = fetch;
	callbacks->transfer_progress = on_progress;
	callbacks->sideband_progress = on_words;
	if (fetch->location->kind == LOCATION_HTTP)
		return repo_http_prepare(fetch, callbacks, err);
	return repo_ssh_prepare(fetch, callbacks, err);
}

int repo_fetch_list(struct fetch *fetch, git_remote *remote,
		    struct repo_refs *refs, struct err *err)
{
	const git_remote_head **heads;
	size_t n;
	int code = git_remote_ls(&heads, &n, remote);

	if (code < 0)
		return repo_fetch_failed(fetch, code, err);
	for (size_t i = 0; i < n; i++) {
		int valid = 0;

		/* "v1^{}" is where tag v1 leads to, and no name; any other
		 * that is none could not be kept. */
		if (git_reference_name_is_valid(&valid, heads[i]->name) < 0 ||
		    !valid)
			continue;
		*vec_push(fetch->run->arena, refs) = (struct repo_ref){
			.name = arena_strdup(fetch->run->arena, heads[i]->name),
			.target = arena_strdup(fetch->run->arena,
					       heads[i]->symref_target),
			.oid = heads[i]->oid,
		};
	}
	return 0;
}

static int download(struct fetch *fetch, git_remote *remote,
		    const git_remote_callbacks *callbacks,
		    const char *const *wants, size_t n, struct err *err)
{
	char *specs[2] = { NULL, NULL };
	git_strarray refspecs = { specs, n };
	git_fetch_options opts;
	int code;

	for (size_t i = 0; i < n; i++)
		specs[i] = arena_strdup(fetch->run->arena, wants[i]);
	git_fetch_options_init(&opts, GIT_FETCH_OPTIONS_VERSION);
	opts.callbacks = *callbacks;
	opts.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
	opts.update_fetchhead = 0;
	code = git_remote_download(remote, &refspecs, &opts);
	if (code == 0)
		code = git_remote_update_tips(remote, callbacks, 0,
					      GIT_REMOTE_DOWNLOAD_TAGS_NONE,
					      NULL);
	return code < 0 ? repo_fetch_failed(fetch, code, err) : 0;
}

int repo_fetch_connect(struct fetch *fetch, git_repository *git,
		       const git_remote_callbacks *callbacks,
		       git_direction direction, git_remote **remote,
		       struct err *err)
{
	git_remote_create_options create;
	git_remote_connect_options opts;
	int code;

	git_remote_create_options_init(&create,
				       GIT_REMOTE_CREATE_OPTIONS_VERSION);
	create.repository = git;
	create.flags = GIT_REMOTE_CREATE_SKIP_INSTEADOF |
		       GIT_REMOTE_CREATE_SKIP_DEFAULT_FETCHSPEC;
	git_remote_connect_options_init(&opts,
					GIT_REMOTE_CONNECT_OPTIONS_VERSION);
	opts.callbacks = *callbacks;
	opts.follow_redirects = GIT_REMOTE_REDIRECT_NONE;
	/* Each connection is shown the keys anew. */
	fetch->keys.next = 0;
	if (git_remote_create_with_opts(remote, fetch->location->url, &create) <
	    0)
		return repo_fail(err, ERR_FAILED, "name the remote");
	code = git_remote_connect_ext(*remote, direction, &opts);
	if (code < 0) {
		repo_fetch_failed(fetch, code, err);
		git_remote_free(*remote);
		*remote = NULL;
		return -1;
	}
	return 0;
}

/*
 * A commit that no name leads to directly.  A server may hand it out by its
 * id; most keep to what their names lead to, and then all of it is needed.
 */
static int download_commit(struct fetch *fetch, git_repository *git,
			   git_remote **remote,
			   const git_remote_callbacks *callbacks,
			   struct err *err)
{
	static const char *const all[] = {
		"+refs/heads/*:" REPO_KEPT "heads/*",
		"+refs/tags/*:" REPO_KEPT "tags/*",
	};
	const char *base = fetch->rev->base;
	const char *one = arena_printf(fetch->run->arena,
				       "+%s:" REPO_KEPT "commits/%s", base,
				       base);
	AUTO_ERR struct err refused = { 0 };

	if (fetch->rev->full) {
		if (download(fetch, *remote, callbacks, &one, 1, &refused) == 0)
			return 0;
		run_debug(fetch->run, "not by its id: %s", refused.msg);
		fetch->suspect = false;
		git_remote_free(*remote);
		*remote = NULL;
		if (run_check(fetch->run, err) < 0 ||
		    repo_fetch_connect(fetch, git, callbacks,
				       GIT_DIRECTION_FETCH, remote, err) < 0)
			return -1;
	}
	return download(fetch, *remote, callbacks, all, ARRAY_LEN(all), err);
}

static int fetch_commit(struct fetch *fetch, git_repository *git,
			git_remote **remote,
			const git_remote_callbacks *callbacks,
			const struct repo_refs *refs, struct err *err)
{
	AUTO_ERR struct err none = { 0 };
	git_oid base;

	if (download_commit(fetch, git, remote, callbacks, err) < 0)
		return -1;
	if (repo_rev_base(git, fetch->rev, &base, &none) == 0)
		return repo_rev_peel(git, fetch->rev, &base, &fetch->commit,
				     err);
	if (none.status == ERR_NOT_FOUND)
		return repo_rev_missing(fetch->run->arena, fetch->rev, refs,
					err);
	err_append(err, &none);
	return -1;
}

/* The branch that was asked for by its name or as HEAD. */
static const char *branch_of(const struct repo_rev *rev,
			     const struct repo_ref *ref)
{
	const char *name = ref->target ? ref->target : ref->name;

	return !*rev->suffix && str_starts(name, "refs/heads/") ? name : "";
}

static int fetch_with(struct fetch *fetch, git_repository *git,
		      git_remote **remote,
		      const git_remote_callbacks *callbacks, struct err *err)
{
	struct arena *arena = fetch->run->arena;
	const struct repo_ref *ref;
	struct repo_refs refs = { 0 };
	const char *want;

	if (repo_fetch_connect(fetch, git, callbacks, GIT_DIRECTION_FETCH,
			       remote, err) < 0 ||
	    repo_fetch_list(fetch, *remote, &refs, err) < 0)
		return -1;
	ref = repo_rev_choose(fetch->run, fetch->rev, &refs, &fetch->shown);
	if (!ref && (!refs.n || !fetch->rev->hex))
		return repo_rev_missing(arena, fetch->rev, &refs, err);
	if (!ref)
		return fetch_commit(fetch, git, remote, callbacks, &refs, err);
	fetch->branch = branch_of(fetch->rev, ref);
	want = arena_printf(arena, "+%s:" REPO_KEPT "%s", ref->name,
			    str_starts(ref->name, "refs/") ? ref->name + 5 :
							     ref->name);
	if (download(fetch, *remote, callbacks, &want, 1, err) < 0)
		return -1;
	/* What the name meant when it was asked for, not what it means now:
	 * somebody may be pushing. */
	return repo_rev_peel(git, fetch->rev, &ref->oid, &fetch->commit, err);
}

static int fetch_into(struct fetch *fetch, git_repository *git, struct err *err)
{
	git_remote_callbacks callbacks;
	git_remote *remote = NULL;
	int failed;

	fetch->suspect = false;
	if (repo_fetch_prepare(fetch, &callbacks, err) < 0)
		return -1;
	failed = fetch_with(fetch, git, &remote, &callbacks, err);
	git_remote_free(remote);
	return failed;
}

/* ---- into the cache ---- */

/* -1 with `suspect` set where a new cache may help. */
static int fetch_into_cache(struct fetch *fetch, struct err *err)
{
	git_repository *git;
	int failed;

	fetch->suspect = true;
	if (!repo_cache_usable(fetch->run, fetch->cache))
		return err_set(err, ERR_FAILED, "no cache");
	if (repo_cache_open(fetch->cache, &git, err) < 0)
		return -1;
	failed = fetch_into(fetch, git, err);
	git_repository_free(git);
	return failed;
}

static int fetch_into_new(struct fetch *fetch, struct err *err)
{
	git_repository *git;
	const char *path;
	int failed;

	if (repo_cache_begin(fetch->run, fetch->cache, &path, &git, err) < 0)
		return -1;
	failed = fetch_into(fetch, git, err);
	git_repository_free(git);
	if (!failed)
		failed = repo_cache_finish(fetch->run, fetch->cache, path, err);
	if (failed)
		repo_cache_abandon(path);
	return failed;
}

int repo_lock_cache(struct run *run, struct arena *arena, const char *cache,
		    int64_t wait_ms, struct err *err)
{
	const char *path = arena_printf(arena, "%s.lock", cache);

	if (file_lock(arena, path, (long)run_time_left_ms(run, wait_ms), err) ==
	    0)
		return 0;
	if (err->status == ERR_TEMPORARY)
		err_hint(err, "another gitops works on the same repository");
	return -1;
}

static int work(struct run *run, void *data, struct str *answer,
		struct err *err)
{
	struct fetch *fetch = data;
	AUTO_ERR struct err first = { 0 };
	char hex[GIT_OID_HEXSZ + 1];

	fetch->run = run;
	fetch->branch = "";
	repo_fetch_watch(fetch);
	if (repo_lock_cache(run, run->arena, fetch->cache,
			    fetch->silence_ms / 2, err) < 0)
		return -1;
	if (fetch_into_cache(fetch, &first) < 0) {
		if (!fetch->suspect) {
			err_append(err, &first);
			return -1;
		}
		run_debug(run, "a new cache: %s", first.msg);
		if (fetch_into_new(fetch, err) < 0)
			return -1;
	}
	git_oid_tostr(hex, sizeof(hex), &fetch->commit);
	str_printf(answer, "%s%s\n%s", hex, fetch->branch, fetch->shown);
	return 0;
}

/* ---- the parent ---- */

int repo_fetch_in_child(struct fetch *fetch,
			int (*work_on)(struct run *run, void *data,
				       struct str *answer, struct err *err),
			struct bytes *answer, struct err *err)
{
	void *shared = mmap(NULL, sizeof(*silent), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	AUTO_ERR struct err why = { 0 };
	int failed;

	if (shared == MAP_FAILED)
		return err_errno(err, ERR_FAILED, "share memory");
	silent = shared;
	failed = process_fork(fetch->run, TOTAL_MS, work_on, fetch, answer,
			      &why);
	if (failed && *silent)
		err_set(err, ERR_TEMPORARY,
			"the server said nothing for %lld ms",
			(long long)fetch->silence_ms);
	else
		err_append(err, &why);
	munmap(shared, sizeof(*silent));
	return failed;
}

/* Is the commit that is asked for by its whole id here already? */
static bool is_cached(struct repo *repo, const struct repo_rev *rev)
{
	AUTO_ERR struct err ignored = { 0 };
	git_repository *git;
	git_oid oid;

	if (!rev->full || !repo_cache_usable(repo->run, repo->cache) ||
	    git_oid_fromstr(&oid, rev->base) < 0 ||
	    repo_cache_open(repo->cache, &git, &ignored) < 0)
		return false;
	if (repo_rev_peel(git, rev, &oid, &repo->commit, &ignored) < 0) {
		git_repository_free(git);
		return false;
	}
	repo_keep_git(repo, git);
	return true;
}

struct fetch repo_fetch_of(const struct repo *repo)
{
	int64_t timeout_ms = repo->args.timeout_ms;

	return (struct fetch){
		.run = repo->run,
		.location = &repo->location,
		.silence_ms = timeout_ms ? timeout_ms : SILENCE_MS,
	};
}

/* The answer is an id, a branch, a line end and what the revision is called. */
static int take_answer(struct repo *repo, struct bytes answer, struct err *err)
{
	const char *branch = answer.data + (size_t)GIT_OID_HEXSZ;
	size_t n = strcspn(branch, "\n");

	if (git_oid_fromstrn(&repo->commit, answer.data, GIT_OID_HEXSZ) < 0)
		return repo_fail(err, ERR_FAILED, "read the child's answer");
	repo->branch = n ? arena_strndup(repo->run->arena, branch, n) : NULL;
	repo->name = branch + n + 1;
	return 0;
}

int repo_fetch(struct repo *repo, const struct repo_rev *rev, struct err *err)
{
	struct fetch fetch = repo_fetch_of(repo);
	git_repository *git;
	struct bytes answer;

	if (repo_cache_path(repo->run, repo->args.cache_dir, repo->location.url,
			    &repo->cache, err) < 0)
		return -1;
	if (is_cached(repo, rev))
		return 0;
	if (repo->args.offline)
		return repo_open_kept(repo, rev, err);
	fetch.rev = rev;
	fetch.cache = repo->cache;
	if (repo_fetch_in_child(&fetch, work, &answer, err) < 0 ||
	    take_answer(repo, answer, err) < 0 ||
	    repo_cache_open(repo->cache, &git, err) < 0)
		return -1;
	repo_keep_git(repo, git);
	return 0;
}
