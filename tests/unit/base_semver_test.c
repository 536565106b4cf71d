/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/semver.h"
#include "base/str.h"

static struct semver version_of(struct arena *arena, const char *text)
{
	struct semver version;

	if (!semver_parse(arena, text, &version))
		fail_msg("%s is no version", text);
	return version;
}

static void versions_are_read_also_short_and_with_v(void **state)
{
	static const struct {
		const char *text;
		uint64_t major, minor, patch;
		const char *prerelease, *build;
	} cases[] = {
		{ "1.2.3", 1, 2, 3, "", "" },
		{ "v1.2.3", 1, 2, 3, "", "" },
		{ "v1", 1, 0, 0, "", "" },
		{ "1.2", 1, 2, 0, "", "" },
		{ "0", 0, 0, 0, "", "" },
		{ "01.02.03", 1, 2, 3, "", "" },
		{ "1.2.3-rc.1", 1, 2, 3, "rc.1", "" },
		{ "1.2-beta", 1, 2, 0, "beta", "" },
		{ "1.2.3+sha.5114f85", 1, 2, 3, "", "sha.5114f85" },
		{ "1.2.3-a-b.-.0+01", 1, 2, 3, "a-b.-.0", "01" },
		{ "18446744073709551615.0.0", UINT64_MAX, 0, 0, "", "" },
	};
	AUTO_ARENA struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct semver version = version_of(arena, cases[i].text);

		assert_true(version.major == cases[i].major);
		assert_true(version.minor == cases[i].minor);
		assert_true(version.patch == cases[i].patch);
		assert_string_equal(version.prerelease, cases[i].prerelease);
		assert_string_equal(version.build, cases[i].build);
	}
}

static void what_is_no_version_is_told(void **state)
{
	static const char *const texts[] = {
		"",       "v",          "V1.2.3",   "latest",
		"1.",     "1.2.",       "1.2.3.4",  "1.x",
		"*",      " 1.2.3",     "1.2.3 ",   "1.2.3-",
		"1.2.3+", "1.2.3-a..b", "1.2.3-01", "1.2.3-a_b",
		"-1.2.3", "1.2.3+a+b",  "1,2",      "18446744073709551616.0.0",
	};
	AUTO_ARENA struct arena *arena = arena_new();
	struct semver version = { .major = 42 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		assert_false(semver_parse(arena, texts[i], &version));
		assert_int_equal(version.major, 42);
	}
}

static void precedence_is_that_of_the_standard(void **state)
{
	/* Semantic Versioning 2.0.0, part 11, and a few more */
	static const char *const sorted[] = {
		"0.0.1",         "0.1.0",
		"1.0.0-1",       "1.0.0-2",
		"1.0.0-11",      "1.0.0-99999999999999999999",
		"1.0.0--",       "1.0.0-alpha",
		"1.0.0-alpha.1", "1.0.0-alpha.beta",
		"1.0.0-beta",    "1.0.0-beta.2",
		"1.0.0-beta.11", "1.0.0-rc.1",
		"1.0.0",         "1.0.1",
		"1.2.0",         "2.0.0",
		"10.0.0",
	};
	AUTO_ARENA struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sorted); i++) {
		for (size_t j = 0; j < ARRAY_LEN(sorted); j++) {
			struct semver a = version_of(arena, sorted[i]);
			struct semver b = version_of(arena, sorted[j]);
			int order = semver_compare(&a, &b);

			assert_int_equal((order > 0) - (order < 0),
					 (i > j) - (i < j));
		}
	}
}

static void the_build_does_not_count(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct semver a = version_of(arena, "1.0.0+a");
	struct semver b = version_of(arena, "1.0.0+b");

	(void)state;
	assert_int_equal(semver_compare(&a, &b), 0);
}

/* Each was compared with Masterminds/semver 3.4. */
static const struct {
	const char *range;
	const char *in;  /* versions that match */
	const char *out; /* versions that do not */
} ranges[] = {
	{ "1.2.3", "1.2.3 v1.2.3 1.2.3+b", "1.2.4 1.2.3-rc" },
	{ "=1.2.3", "1.2.3", "1.2.2" },
	{ "1.2", "1.2.0 1.2.9", "1.3.0 1.1.9" },
	{ "1", "1.0.0 1.9.9", "2.0.0 0.9.9" },
	{ "1.x", "1.0.0 1.9.9", "2.0.0" },
	{ "v1.2.*", "1.2.0 1.2.9", "1.3.0" },
	{ "*", "0.0.0 9.9.9", "1.0.0-rc" },
	{ "x", "1.0.0", "1.0.0-rc" },
	{ ">=1.4.0 <2.0.0", "1.4.0 1.99.0", "1.3.9 2.0.0 1.5.0-rc" },
	{ ">=1.4.0, <2.0.0", "1.4.0 1.99.0", "1.3.9 2.0.0" },
	{ ">= 1.4 , < 2", "1.4.0 1.99.0", "1.3.9 2.0.0" },
	{ ">1.2.3", "1.2.4", "1.2.3" },
	{ ">11", "12.0.0", "11.0.0 11.1.0" },
	{ ">11.1", "11.2.1 12.0.0", "11.1.1 11.0.0" },
	{ ">*", "1.0.0 0.0.1", "0.0.0" },
	{ "<11", "10.9.9", "11.0.0 11.1.0" },
	{ "<=11", "11.2.3 0.1.0", "12.2.3" },
	{ "<=1.1", "1.1.9 0.9.0", "1.2.0 2.0.0" },
	{ "=<1.1", "1.1.9", "1.2.0" },
	{ "=>1.1", "1.1.0", "1.0.9" },
	{ "<=1.1.1", "1.1.1", "1.1.2" },
	{ "!=1.2.3", "1.2.4", "1.2.3" },
	{ "!=1.2", "1.3.0 2.2.0", "1.2.0 1.2.7" },
	{ "!=1", "2.0.0", "1.0.0 1.5.5" },
	{ "^1.2.3", "1.2.3 1.9.0", "1.2.2 2.0.0" },
	{ "^1.2", "1.2.0 1.9.0", "1.1.9 2.0.0" },
	{ "^1", "1.0.0 1.9.0", "2.0.0" },
	{ "^0.2.3", "0.2.3 0.2.9", "0.3.0 1.0.0" },
	{ "^0.2", "0.2.0 0.2.9", "0.3.0" },
	{ "^0.0.3", "0.0.3", "0.0.4 0.1.0" },
	{ "^0.0", "0.0.0 0.0.9", "0.1.0 1.0.0" },
	{ "^0", "0.0.0 0.9.0", "1.0.0" },
	{ "~1.2.3", "1.2.3 1.2.9", "1.3.0 1.2.2" },
	{ "~1.2", "1.2.0 1.2.9", "1.3.0" },
	{ "~1", "1.0.0 1.9.0", "2.0.0" },
	{ "~>1.2.3", "1.2.9", "1.3.0" },
	{ "~*", "0.0.0 3.2.1", "1.0.0-rc" },
	{ "1.2 - 1.4", "1.2.0 1.4.9", "1.5.0 1.1.9" },
	{ "1.2.3 - 1.4.5", "1.2.3 1.4.5", "1.4.6" },
	{ "1 - 2 !=1.5.0", "1.4.0 2.9.9", "1.5.0 3.0.0" },
	{ "1 - 2 2 - 3, 2.1 - 4", "2.1.0 2.9.9", "1.5.0 2.0.0 3.0.0" },
	{ "1 || 2 - 3", "1.9.0 2.0.0 3.9.0", "4.0.0" },
	{ "<1.0.0 || >=2.0.0", "0.9.0 2.0.0", "1.0.0 1.9.9" },
	{ "1.0.0||^2", "1.0.0 2.3.4", "1.0.1 3.0.0" },
	{ ">=1.0.0-0", "1.0.0-alpha 1.0.0 1.5.0-rc.1", "0.9.9" },
	{ ">=1.0.0 <2.0.0-0", "1.5.0-rc.1", "2.0.0 2.0.0-alpha.1x" },
	{ "^1.2.3-beta.2", "1.2.3-beta.4 1.2.3 1.3.0", "1.2.3-beta.1 2.0.0" },
	{ "~1.2.3-beta", "1.2.3-beta 1.2.3-rc 1.2.9", "1.2.3-alpha 1.3.0" },
	{ ">1.2.3-alpha.1", "1.2.3-alpha.2 1.2.3", "1.2.3-alpha.1" },
	{ ">=0-0", "0.0.1-alpha 1.0.0", "" },
	{ ">=1.0.0 || >=2.0.0-0", "2.0.0-rc 1.5.0", "1.5.0-rc" },
	{ "!=4.1-alpha", "4.1.0 4.1.0-beta", "4.1.0-alpha" },
};

static void each_of(const struct semver_range *range, const char *text,
		    struct arena *arena, const char *versions, bool want)
{
	while (*versions) {
		size_t n = strcspn(versions, " ");
		const char *one = arena_strndup(arena, versions, n);
		struct semver version = version_of(arena, one);

		if (semver_match(range, &version) != want)
			fail_msg("%s %s %s", one, want ? "not in" : "in", text);
		versions += n;
		versions += *versions == ' ';
	}
}

static void ranges_match_as_those_of_masterminds(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
		AUTO_ERR struct err err = { 0 };
		struct semver_range *range;

		assert_int_equal(semver_range_parse(arena, ranges[i].range,
						    &range, &err),
				 0);
		each_of(range, ranges[i].range, arena, ranges[i].in, true);
		each_of(range, ranges[i].range, arena, ranges[i].out, false);
	}
}

static void what_is_no_range_is_named(void **state)
{
	static const struct {
		const char *range;
		const char *msg;
	} cases[] = {
		{ "", "'' is no range of versions: "
		      "a version is missing at its end" },
		{ "1.2 ||", "'1.2 ||' is no range of versions: "
			    "a version is missing at its end" },
		{ ">=1.4 <2.b", "'>=1.4 <2.b' is no range of versions: "
				"cannot read '<2.b'" },
		{ "latest", "'latest' is no range of versions: "
			    "cannot read 'latest'" },
		{ ">=1.0<2.0", "'>=1.0<2.0' is no range of versions: "
			       "cannot read '<2.0'" },
		{ "1.2.3.4", "'1.2.3.4' is no range of versions: "
			     "cannot read '.4'" },
		{ "1.2 | 1.3", "'1.2 | 1.3' is no range of versions: "
			       "cannot read '| 1.3'" },
		{ "|| 1.2", "'|| 1.2' is no range of versions: "
			    "cannot read '|| 1.2'" },
		{ "1.2,", "'1.2,' is no range of versions: "
			  "a version is missing at its end" },
		{ "== 1.2", "'== 1.2' is no range of versions: "
			    "cannot read '== 1.2'" },
		/* Masterminds loses the blank before what it rewrites. */
		{ ">=1 1.2 - 1.4", "'>=1 1.2 - 1.4' is no range of versions: "
				   "cannot read '1.2 - 1.4'" },
		{ "1||2 - 3", "'1||2 - 3' is no range of versions: "
			      "cannot read '2 - 3'" },
		{ "1.2 - ", "'1.2 - ' is no range of versions: "
			    "cannot read '1.2 - '" },
	};
	AUTO_ARENA struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_ERR struct err err = { 0 };
		struct semver_range *range;

		assert_int_equal(semver_range_parse(arena, cases[i].range,
						    &range, &err),
				 -1);
		assert_int_equal(err.status, ERR_USAGE);
		assert_string_equal(err.msg, cases[i].msg);
	}
}

static void what_is_too_long_is_refused(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	AUTO_ERR struct err err = { 0 };
	struct semver_range *range;
	struct semver version;

	(void)state;
	str_add(&text, "1.0.0-");
	str_add_repeat(&text, 'a', 250);
	assert_true(semver_parse(arena, str_text(&text), &version));
	str_add_char(&text, 'a');
	assert_false(semver_parse(arena, str_text(&text), &version));
	str_clear(&text);
	str_add(&text, "1");
	for (int i = 1; i < 32; i++)
		str_add(&text, "||1");
	assert_int_equal(semver_range_parse(arena, str_text(&text), &range,
					    &err),
			 0);
	str_add(&text, "||1");
	assert_int_equal(semver_range_parse(arena, str_text(&text), &range,
					    &err),
			 -1);
	err_clear(&err);
	str_add_repeat(&text, ' ', 512);
	assert_int_equal(semver_range_parse(arena, str_text(&text), &range,
					    &err),
			 -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_are_read_also_short_and_with_v),
		cmocka_unit_test(what_is_no_version_is_told),
		cmocka_unit_test(precedence_is_that_of_the_standard),
		cmocka_unit_test(the_build_does_not_count),
		cmocka_unit_test(ranges_match_as_those_of_masterminds),
		cmocka_unit_test(what_is_no_range_is_named),
		cmocka_unit_test(what_is_too_long_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
