/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <stdlib.h>

#include "base/str.h"
#include "image/policy.h"

#define NOW  1700000000
#define MOST 16

static struct arena *arena;
static struct err err;

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	err_clear(&err);
	arena_free(arena);
	return 0;
}

static struct policy *policy_of(const struct policy_spec *spec)
{
	struct policy *policy;

	if (policy_parse(arena, spec, &policy, &err) < 0)
		fail_msg("%s", err.msg);
	return policy;
}

/*
 * "1.0 1.1@60 1.2@-": tags, each with the seconds since it was built, "-" for
 * none, and unknown where nothing is said.
 */
static size_t read_tags(const char *text, struct policy_tag *tags)
{
	size_t n = 0;

	for (; *text; n++) {
		size_t len = strcspn(text, " "), name = strcspn(text, " @");

		assert_true(n < MOST);
		tags[n] = (struct policy_tag){
			.tag = arena_strndup(arena, text, name),
		};
		if (name < len && text[name + 1] == '-')
			tags[n].date = POLICY_DATE_NONE;
		else if (name < len)
			tags[n].date = POLICY_DATE_KNOWN;
		if (tags[n].date == POLICY_DATE_KNOWN)
			tags[n].built_s = NOW -
					  strtol(text + name + 1, NULL, 10);
		text += len;
		text += *text == ' ';
	}
	return n;
}

static void expect(const struct policy *policy, const char *text,
		   const char *want, const char *why)
{
	struct policy_tag tags[MOST];
	struct policy_choice choice;

	policy_choose(arena, policy, NOW, tags, read_tags(text, tags), &choice);
	if (!str_equal(choice.chosen ? choice.chosen->tag : NULL, want))
		fail_msg("%s of %s: %s, not %s (%s)", policy_text(policy), text,
			 choice.chosen ? choice.chosen->tag : "none",
			 want ? want : "none", choice.why ? choice.why : "-");
	if (!str_equal(choice.why, why))
		fail_msg("%s of %s: %s", policy_text(policy), text, choice.why);
}

/* image-reflector-controller, internal/policy/{semver,alphabetical,
 * numerical}_test.go and docs/spec/v1/imagepolicies.md; what decides ties is
 * ours. */
static void tags_are_chosen_as_flux_v2_does(void **state)
{
	static const struct {
		const char *policy, *filter, *extract, *tags, *want, *why;
	} cases[] = {
		{ "semver 1.0.x", NULL, NULL, "1.0.0 1.0.1 1.0.2 1.1.0",
		  "1.0.2", NULL },
		{ "semver >=1.4.0 <2.0.0", NULL, NULL,
		  "1.3.0 v1.5.0 2.0.0 1.4.9", "v1.5.0", NULL },
		/* A prerelease only where the range names one. */
		{ "semver *", NULL, NULL, "1.0.0 1.1.0-rc.1 latest", "1.0.0",
		  NULL },
		{ "semver >=0-0", NULL, NULL, "1.0.0 1.1.0-rc.1", "1.1.0-rc.1",
		  NULL },
		/* Fewer than three parts are no version there. */
		{ "semver *", NULL, NULL, "1.0.0 1.1 2", "1.0.0", NULL },
		{ "semver ^3", NULL, NULL, "1.0.0 2.0.0", NULL,
		  "no tag matches" },
		{ "semver ^3", NULL, NULL, "", NULL, "there is no tag" },
		{ "semver *", "^main-(?P<v>.*)$", "$v",
		  "main-1.2.3 main-1.2.4 1.9.9", "main-1.2.4", NULL },
		/* Equal versions: the greater text. */
		{ "semver 1.x", NULL, NULL, "v1.0.0 1.0.0", "v1.0.0", NULL },
		{ "semver 1.x", NULL, NULL, "1.0.0 v1.0.0", "v1.0.0", NULL },
		{ "alphabetical asc", NULL, NULL, "a c b", "c", NULL },
		{ "alphabetical desc", NULL, NULL, "b a c", "a", NULL },
		{ "alphabetical asc", NULL, NULL, "Z a", "a", NULL },
		{ "alphabetical asc", "^RELEASE\\.(?P<t>.*)Z$", "$t",
		  "RELEASE.2021-01-05Z RELEASE.2021-02-01Z dev",
		  "RELEASE.2021-02-01Z", NULL },
		/* Two tags from which the same is extracted: the greater. */
		{ "alphabetical asc", "^[a-z]+-(.*)$", "$1", "a-1 b-1", "b-1",
		  NULL },
		{ "numerical asc", NULL, NULL, "9 10 8", "10", NULL },
		{ "numerical desc", NULL, NULL, "9 10 8", "8", NULL },
		{ "numerical asc", NULL, NULL, "1.10 1.9", "1.9", NULL },
		{ "numerical asc", NULL, NULL, "2024_01_31 2024_02_01",
		  "2024_02_01", NULL },
		{ "numerical asc", "^main-[a-f0-9]+-(?P<ts>[0-9]+)$", "$ts",
		  "main-abc-1606234201 main-def-1606334284 v1",
		  "main-def-1606334284", NULL },
		{ "numerical asc", NULL, NULL, "1 2 main", NULL,
		  "main is not a number: filter the tags first" },
		{ "numerical asc", NULL, NULL, "1 nan", NULL,
		  "nan is not a number: filter the tags first" },
		{ "digest latest", NULL, NULL, "1.0 latest", "latest", NULL },
		{ "digest latest", NULL, NULL, "1.0", NULL, "no tag matches" },
		/* Signatures are nobody's images. */
		{ "alphabetical asc", NULL, NULL, "a z.sig", "a", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct policy_spec spec = {
			.policy = cases[i].policy,
			.filter = cases[i].filter,
			.extract = cases[i].extract,
		};

		expect(policy_of(&spec), cases[i].tags, cases[i].want,
		       cases[i].why);
	}
}

/* flux, pkg/policy/pattern_test.go, pkg/update/images_test.go and
 * pkg/image/image_test.go */
static void tags_are_chosen_as_flux_v1_does(void **state)
{
	static const struct {
		const char *pattern, *tags, *want, *why;
	} cases[] = {
		{ "*", "a@30 b@10 c@20", "b", NULL },
		{ "glob:master-*", "master-1@30 master-2@20 dev@1", "master-2",
		  NULL },
		{ "master-*-rc", "master-1-rc@2 master-1@1", "master-1-rc",
		  NULL },
		{ "regexp:^v[0-9]+$", "v1@9 v2@8 v3-x@1", "v2", NULL },
		{ "regex:v", "av1@9 b@1", "av1", NULL },
		{ "glob:*", "latest@1 LATEST@1 a@5", "a", NULL },
		{ "regex:.*", "latest@1", NULL, "no tag matches" },
		{ "glob:latest", "latest@1 LATEST@0 a@0", "latest", NULL },
		/* At the same time: the smaller name. */
		{ "*", "b@5 a@5", "a", NULL },
		{ "semver:*", "1 1.10 1.9 x", "1.10", NULL },
		{ "semver:~1", "1.10.0 1.10", "1.10.0", NULL },
		{ "semver:>=1.0", "v1.2 1.2.0", "v1.2", NULL },
		/* "missing metadata for image tag" */
		{ "*", "a@1 b@-", NULL,
		  "nobody knows when b was built, and so not which is the "
		  "newest" },
		{ "glob:a*", "a@1 b@-", "a", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct policy *policy;

		assert_int_equal(policy_parse_flux_v1(arena, cases[i].pattern,
						      &policy, &err),
				 0);
		expect(policy, cases[i].tags, cases[i].want, cases[i].why);
	}
}

static void an_invalid_policy_matches_nothing_but_is_an_error(void **state)
{
	static const struct {
		struct policy_spec spec;
		const char *msg;
	} cases[] = {
		{ { .policy = "semver >=x.y" },
		  "policy 'semver >=x.y': '>=x.y' is no range of versions: "
		  "cannot read '>=x.y'" },
		{ { .policy = "semver" },
		  "policy 'semver': it wants a range of versions behind it" },
		{ { .policy = "regex [" }, NULL },
		{ { .policy = "regex (?=a)" }, NULL },
		{ { .policy = "glob v?.1" },
		  "policy 'glob v?.1': 'v?.1': no tag has a '?', and only * "
		  "stands for something else" },
		{ { .policy = "newest first" },
		  "policy 'newest first': 'first' is not understood" },
		{ { .policy = "alphabetical ASC" },
		  "policy 'alphabetical ASC': 'ASC' is neither asc nor desc" },
		{ { .policy = "digest a b" },
		  "policy 'digest a b': 'a b' is no tag" },
		{ { .policy = "oldest" },
		  "policy 'oldest': there is no such policy" },
		{ { .policy = "" }, "policy '': there is no such policy" },
		{ { .policy = "newest", .filter = "(" }, NULL },
		{ { .policy = "semver *", .extract = "$1" },
		  "policy 'semver *': extract without a filter, of whose "
		  "groups it is made" },
		{ { .policy = "newest", .filter = "(a)", .extract = "$1" },
		  "policy 'newest': extract, where it is dates that are "
		  "compared" },
		{ { .policy = "digest x", .filter = "a" },
		  "policy 'digest x': a digest of one tag has nothing to "
		  "filter" },
	};
	static const char *const flux[] = { "semver:latest", "regexp:[",
					    "regex:a**", "", "glob:" };
	struct policy *policy;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(policy_parse(arena, &cases[i].spec, &policy,
					      &err),
				 -1);
		assert_int_equal(err.status, ERR_INPUT);
		if (cases[i].msg)
			assert_string_equal(err.msg, cases[i].msg);
		err_clear(&err);
	}
	for (size_t i = 0; i < ARRAY_LEN(flux); i++) {
		assert_int_equal(policy_parse_flux_v1(arena, flux[i], &policy,
						      &err),
				 -1);
		err_clear(&err);
	}
}

static void an_age_is_asked_for_from_the_best_down(void **state)
{
	const struct policy_spec spec = { .policy = "semver *",
					  .min_age_s = 3600 };
	const struct policy *policy = policy_of(&spec);
	struct policy_tag tags[MOST];
	struct policy_choice choice;
	size_t n = read_tags("1.0.0 1.2.0 1.1.0 x", tags);

	(void)state;
	assert_true(policy_needs_dates(policy));
	policy_choose(arena, policy, NOW, tags, n, &choice);
	assert_null(choice.chosen);
	assert_null(choice.why);
	assert_int_equal(choice.n_wanted, 1);
	assert_int_equal(choice.wanted[0], 1);

	tags[1].date = POLICY_DATE_KNOWN;
	tags[1].built_s = NOW - 3599;
	policy_choose(arena, policy, NOW, tags, n, &choice);
	assert_int_equal(choice.n_wanted, 1);
	assert_int_equal(choice.wanted[0], 2);

	tags[2].date = POLICY_DATE_KNOWN;
	tags[2].built_s = NOW - 3600;
	policy_choose(arena, policy, NOW, tags, n, &choice);
	assert_int_equal(choice.n_wanted, 0);
	assert_ptr_equal(choice.chosen, &tags[2]);
	assert_int_equal(choice.verdicts[0], POLICY_LESSER);
	assert_int_equal(choice.verdicts[1], POLICY_TOO_YOUNG);
	assert_int_equal(choice.verdicts[2], POLICY_CHOSEN);
	assert_int_equal(choice.verdicts[3], POLICY_NO_VERSION);

	expect(policy, "1.0.0@1 2.0.0@-", NULL,
	       "none of the tags that match is known to be old enough");
	expect(policy, "1.0.0@9999 2.0.0@-", "1.0.0", NULL);
}

static void the_newest_wants_the_dates_of_all_that_match(void **state)
{
	const struct policy_spec spec = { .policy = "glob v*" };
	struct policy_tag tags[MOST];
	struct policy_choice choice;
	size_t n = read_tags("v1 v2@3 w3 v4@- v5", tags);

	(void)state;
	policy_choose(arena, policy_of(&spec), NOW, tags, n, &choice);
	assert_int_equal(choice.n_wanted, 2);
	assert_int_equal(choice.wanted[0], 0);
	assert_int_equal(choice.wanted[1], 4);
	assert_null(choice.why);
	/* 1970 and before is no date. */
	expect(policy_of(&spec), "v1@1700000000 v2@1", NULL,
	       "nobody knows when v1 was built, and so not which is the "
	       "newest");
}

static void each_tag_is_told_why_not(void **state)
{
	const struct policy_spec spec = { .policy = "numerical asc",
					  .filter = "^[0-9]" };
	static const enum policy_verdict want[] = {
		POLICY_LESSER,   POLICY_EXCLUDED, POLICY_REJECTED, POLICY_GONE,
		POLICY_FILTERED, POLICY_CHOSEN,   POLICY_LESSER,
	};
	struct policy_tag tags[MOST];
	struct policy_choice choice;
	size_t n = read_tags("1 9.sig 8 7 v6 5 4", tags);

	(void)state;
	tags[2].rejected = true;
	tags[3].gone = true;
	policy_choose(arena, policy_of(&spec), NOW, tags, n, &choice);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(choice.verdicts[i], want[i]);
	assert_int_equal(choice.n_ranked, 3);
	assert_int_equal(choice.ranked[0], 5);
	assert_int_equal(choice.ranked[1], 6);
	assert_int_equal(choice.ranked[2], 0);
	assert_string_equal(policy_verdict_text(POLICY_GONE),
			    "deleted meanwhile");
}

static void some_policies_need_dates(void **state)
{
	static const struct {
		struct policy_spec spec;
		bool dates, digest;
	} cases[] = {
		{ { .policy = "semver *" }, false, false },
		{ { .policy = "semver *", .min_age_s = 1 }, true, false },
		{ { .policy = "alphabetical asc" }, false, false },
		{ { .policy = "numerical asc" }, false, false },
		{ { .policy = "glob *" }, true, false },
		{ { .policy = "regex ." }, true, false },
		{ { .policy = "newest" }, true, false },
		{ { .policy = "digest x", .min_age_s = 1 }, false, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct policy *policy = policy_of(&cases[i].spec);

		assert_int_equal(policy_needs_dates(policy), cases[i].dates);
		assert_int_equal(policy_follows_digest(policy),
				 cases[i].digest);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tags_are_chosen_as_flux_v2_does),
		TEST(tags_are_chosen_as_flux_v1_does),
		TEST(an_invalid_policy_matches_nothing_but_is_an_error),
		TEST(an_age_is_asked_for_from_the_best_down),
		TEST(the_newest_wants_the_dates_of_all_that_match),
		TEST(each_tag_is_told_why_not),
		TEST(some_policies_need_dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
