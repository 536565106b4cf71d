/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "forge/inside.h"

static struct run run;
static struct err err;

static void begin(const char *const *env)
{
	run_init(&run, env);
	err = (struct err){ 0 };
}

static void end(void)
{
	err_clear(&err);
	run_release(&run);
}

static void remotes_are_told_apart(void **state)
{
	static const struct {
		const char *remote, *kind;
		enum forge_kind want;
		const char *api, *repo;
	} cases[] = {
		{ "https://github.com/acme/config.git", NULL, FORGE_GITHUB,
		  "https://api.github.com", "/repos/acme/config" },
		{ "git@github.com:acme/config.git", NULL, FORGE_GITHUB,
		  "https://api.github.com", "/repos/acme/config" },
		{ "github.com:acme/config", NULL, FORGE_GITHUB,
		  "https://api.github.com", "/repos/acme/config" },
		{ "ssh://git@ssh.github.com:443/acme/config", NULL,
		  FORGE_GITHUB, "https://api.github.com",
		  "/repos/acme/config" },
		{ "https://acme.ghe.com/o/r", NULL, FORGE_GITHUB,
		  "https://api.acme.ghe.com", "/repos/o/r" },
		{ "https://github.example.com:8443/o/r/", NULL, FORGE_GITHUB,
		  "https://github.example.com:8443/api/v3", "/repos/o/r" },
		{ "https://gitlab.com/acme/sub/config.git", NULL, FORGE_GITLAB,
		  "https://gitlab.com/api/v4",
		  "/projects/acme%2Fsub%2Fconfig" },
		{ "ssh://gitlab.example.com:2222/a/b", NULL, FORGE_GITLAB,
		  "https://gitlab.example.com/api/v4", "/projects/a%2Fb" },
		{ "https://example.com/gitlab/a/b",
		  "gitlab=https://example.com"
		  "/gitlab/",
		  FORGE_GITLAB, "https://example.com/gitlab/api/v4",
		  "/projects/a%2Fb" },
		{ "git@bitbucket.org:acme/config", NULL, FORGE_BITBUCKET,
		  "https://api.bitbucket.org/2.0",
		  "/repositories/acme/config" },
		{ "https://bitbucket.example.com/scm/OPS/config.git", NULL,
		  FORGE_BITBUCKET_SERVER,
		  "https://bitbucket.example.com/rest/api/latest",
		  "/projects/OPS/repos/config" },
		{ "https://example.com/bitbucket/scm/~ada/config.git",
		  "bitbucket-server", FORGE_BITBUCKET_SERVER,
		  "https://example.com/bitbucket/rest/api/latest",
		  "/projects/~ada/repos/config" },
		{ "ssh://git@git.example.com:7999/OPS/config.git",
		  "bitbucket-server=https://code.example.com/bb",
		  FORGE_BITBUCKET_SERVER,
		  "https://code.example.com/bb/rest/api/latest",
		  "/projects/OPS/repos/config" },
		{ "https://codeberg.org/acme/config", NULL, FORGE_GITEA,
		  "https://codeberg.org/api/v1", "/repos/acme/config" },
		{ "https://git.example.com/forge/acme/config", "forgejo",
		  FORGE_GITEA, "https://git.example.com/forge/api/v1",
		  "/repos/acme/config" },
		{ "http://[::1]:3000/acme/a.b", "gitea", FORGE_GITEA,
		  "http://[::1]:3000/api/v1", "/repos/acme/a.b" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct forge_args args = { cases[i].kind,
						 cases[i].remote };
		struct forge forge = { 0 };

		begin(NULL);
		if (forge_place(&run, &args, &forge, &err) < 0)
			fail_msg("%s: %s", args.remote, err.msg);
		if (forge.kind != cases[i].want ||
		    !str_equal(forge.api, cases[i].api) ||
		    !str_equal(forge.repo, cases[i].repo))
			fail_msg("%s: %d %s %s", args.remote, (int)forge.kind,
				 forge.api, forge.repo);
		end();
	}
}

static void what_is_no_place_says_so(void **state)
{
	static const struct {
		const char *remote, *kind, *message;
	} cases[] = {
		{ "https://git.example.com/a/b", NULL,
		  "git.example.com: cannot tell which forge this is" },
		{ "https://git.example.com/a/b", "gitee",
		  "--forge: there is no 'gitee'" },
		{ "https://github.com/a", NULL,
		  "'a' names no repository of GitHub" },
		{ "file:///srv/a/b", "gitea",
		  "'file:///srv/a/b' is on no "
		  "forge" },
		{ "https://notgithub.com/a/b", NULL,
		  "notgithub.com: cannot tell which forge this is" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct forge_args args = { cases[i].kind,
						 cases[i].remote };
		struct forge forge = { 0 };

		begin(NULL);
		assert_int_equal(forge_place(&run, &args, &forge, &err), -1);
		assert_int_equal(err.status, ERR_USAGE);
		assert_string_equal(err.msg, cases[i].message);
		end();
	}
}

/* Whose token goes where; "" for nobody's. */
static void a_token_goes_to_its_own_server(void **state)
{
	static const struct {
		const char *remote, *kind;
		const char *env[6];
		const char *want;
	} cases[] = {
		{ "https://github.com/a/b",
		  NULL,
		  { "GITHUB_TOKEN=hub-token", "GITLAB_TOKEN=lab-token" },
		  "Authorization: Bearer hub-token" },
		{ "https://github.evil.com/a/b",
		  NULL,
		  { "GITHUB_TOKEN=hub-token" },
		  "" },
		{ "https://github.com/a/b",
		  NULL,
		  { "GITHUB_TOKEN=hub-token",
		    "GITHUB_SERVER_URL=https://github.example.com" },
		  "" },
		{ "https://github.example.com/a/b",
		  NULL,
		  { "GITHUB_TOKEN=hub-token",
		    "GITHUB_SERVER_URL=https://github.example.com" },
		  "Authorization: Bearer hub-token" },
		{ "https://github.example.com:8443/a/b",
		  NULL,
		  { "GITHUB_TOKEN=hub-token",
		    "GITHUB_SERVER_URL=https://github.example.com" },
		  "" },
		{ "https://git.example.com/a/b",
		  NULL,
		  { "GITHUB_TOKEN=tea-token", "GITEA_ACTIONS=true",
		    "GITHUB_SERVER_URL=https://git.example.com" },
		  "Authorization: token tea-token" },
		{ "https://github.com/a/b",
		  NULL,
		  { "GITHUB_TOKEN=tea-token", "GITEA_ACTIONS=true",
		    "GITHUB_SERVER_URL=https://git.example.com" },
		  "" },
		{ "https://gitlab.com/a/b",
		  NULL,
		  { "GITLAB_TOKEN=lab-token" },
		  "Authorization: Bearer lab-token" },
		{ "https://gitlab.com/a/b",
		  NULL,
		  { "CI_JOB_TOKEN=job-token" },
		  "" },
		{ "https://bitbucket.org/a/b",
		  NULL,
		  { "BITBUCKET_TOKEN=bit-token" },
		  "Authorization: Bearer bit-token" },
		{ "https://bitbucket.org/a/b",
		  NULL,
		  { "BITBUCKET_TOKEN=bit-token", "GITOPS_FORGE_USERNAME=ada" },
		  "Authorization: Basic YWRhOmJpdC10b2tlbg==" },
		{ "https://bitbucket.example.com/scm/a/b",
		  NULL,
		  { "BITBUCKET_TOKEN=bit-token" },
		  "" },
		{ "https://git.example.com/a/b",
		  "gitea",
		  { "GITEA_TOKEN=tea-token", "FORGEJO_TOKEN=jo-token" },
		  "" },
		{ "https://codeberg.org/a/b",
		  NULL,
		  { "GITEA_TOKEN=tea-token", "FORGEJO_TOKEN=jo-token" },
		  "Authorization: token jo-token" },
		{ "https://git.example.com/a/b",
		  "gitlab",
		  { "GITLAB_TOKEN=lab-token", "GITOPS_FORGE_TOKEN=our-token" },
		  "Authorization: Bearer our-token" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct forge_args args = { cases[i].kind,
						 cases[i].remote };
		struct forge *forge;
		AUTO_STR struct str shown = STR_INIT(STR_BIG);

		begin(cases[i].env);
		if (forge_open(&run, &args, &forge, &err) < 0) {
			assert_int_equal(err.status, ERR_ACCESS);
			assert_string_equal(cases[i].want, "");
		} else {
			assert_string_equal(forge->headers[0], cases[i].want);
			run_redact(&run, &shown, "our-token bit-token", 19);
			assert_true(strstr(str_text(&shown), "***") ||
				    !strstr(cases[i].want, "bit"));
		}
		end();
	}
}

static void no_token_goes_out_in_the_clear(void **state)
{
	static const char *const env[] = { "GITOPS_FORGE_TOKEN=our-token",
					   NULL };
	const struct forge_args args = { "gitea=http://git.example.com",
					 "https://git.example.com/a/b" };
	struct forge *forge;

	(void)state;
	begin(env);
	assert_int_equal(forge_open(&run, &args, &forge, &err), -1);
	assert_string_equal(err.msg,
			    "http://git.example.com: http:// is not encrypted");
	end();
}

static void jobs_say_what_they_are_for(void **state)
{
	static const struct {
		const char *env[8];
		const char *kind, *remote, *commit, *url;
		int64_t pull;
	} cases[] = {
		{ { "HOME=/" }, NULL, NULL, NULL, NULL, 0 },
		{ { "GITHUB_ACTIONS=true",
		    "GITHUB_SERVER_URL=https://github.com",
		    "GITHUB_REPOSITORY=a/b", "GITHUB_REF=refs/pull/12/merge",
		    "GITHUB_SHA=abc", "GITHUB_RUN_ID=7" },
		  "github=https://github.com",
		  "https://github.com/a/b",
		  "abc",
		  "https://github.com/a/b/actions/runs/7",
		  12 },
		{ { "GITHUB_ACTIONS=true", "GITEA_ACTIONS=true",
		    "GITHUB_SERVER_URL=https://git.example.com",
		    "GITHUB_REPOSITORY=a/b", "GITHUB_REF=refs/heads/main",
		    "GITHUB_SHA=abc" },
		  "gitea=https://git.example.com",
		  "https://git.example.com/a/b",
		  "abc",
		  NULL,
		  0 },
		{ { "GITLAB_CI=true", "CI_SERVER_URL=https://x.org/gl",
		    "CI_PROJECT_URL=https://x.org/gl/a/b", "CI_COMMIT_SHA=abc",
		    "CI_MERGE_REQUEST_IID=3",
		    "CI_JOB_URL=https://x.org/gl/a/b/-/jobs/1" },
		  "gitlab=https://x.org/gl",
		  "https://x.org/gl/a/b",
		  "abc",
		  "https://x.org/gl/a/b/-/jobs/1",
		  3 },
		{ { "BITBUCKET_BUILD_NUMBER=5", "BITBUCKET_PR_ID=4",
		    "BITBUCKET_REPO_FULL_NAME=a/b", "BITBUCKET_COMMIT=abc" },
		  "bitbucket",
		  "https://bitbucket.org/a/b",
		  "abc",
		  "https://bitbucket.org/a/b/pipelines/results/5",
		  4 },
		{ { "JENKINS_URL=https://ci/", "CHANGE_ID=9",
		    "GIT_URL=https://github.com/a/b.git", "GIT_COMMIT=abc",
		    "BUILD_URL=https://ci/9/" },
		  NULL,
		  "https://github.com/a/b.git",
		  "abc",
		  "https://ci/9/",
		  9 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct forge_job job;

		begin(cases[i].env);
		forge_job(&run, &job);
		if (!str_equal(job.kind, cases[i].kind) ||
		    !str_equal(job.remote, cases[i].remote) ||
		    !str_equal(job.commit, cases[i].commit) ||
		    !str_equal(job.url, cases[i].url) ||
		    job.pull != cases[i].pull)
			fail_msg("%s: %s %s %s %lld", cases[i].env[0], job.kind,
				 job.remote, job.url, (long long)job.pull);
		end();
	}
}

static void texts_are_cut_between_characters(void **state)
{
	(void)state;
	begin(NULL);
	assert_string_equal(forge_cut(run.arena, "abcdef", 6), "abcdef");
	assert_string_equal(forge_cut(run.arena, "abcdef", 5), "ab...");
	assert_string_equal(forge_cut(run.arena, "a\xc3\xa4xyz", 5), "a...");
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(remotes_are_told_apart),
		cmocka_unit_test(what_is_no_place_says_so),
		cmocka_unit_test(a_token_goes_to_its_own_server),
		cmocka_unit_test(no_token_goes_out_in_the_clear),
		cmocka_unit_test(jobs_say_what_they_are_for),
		cmocka_unit_test(texts_are_cut_between_characters),
	};

	http_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
