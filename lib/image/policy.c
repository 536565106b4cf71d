/* SPDX-License-Identifier: Apache-2.0 */
#include "image/policy.h"

#include <string.h>

#include "base/vec.h"
#include "image/policy_inside.h"
#include "image/reference.h"

/*
 * What is pushed beside an image under a tag of its own: signatures (Flux's
 * default), and what cosign and the referrers of OCI keep by digest.
 */
static const char *const never[] = {
	"^.*\\.sig$",
	"^sha256-[0-9a-f]{64}",
	NULL,
};

static const struct {
	const char *name;
	enum policy_kind kind;
	const char *argument; /* what is wanted behind the name, or NULL */
} kinds[] = {
	{ "alphabetical", POLICY_ALPHABETICAL, "asc or desc" },
	{ "digest", POLICY_DIGEST, "a tag" },
	{ "glob", POLICY_GLOB, "a pattern" },
	{ "newest", POLICY_NEWEST, NULL },
	{ "numerical", POLICY_NUMERICAL, "asc or desc" },
	{ "regex", POLICY_REGEX, "a regular expression" },
	{ "semver", POLICY_SEMVER, "a range of versions" },
};

bool policy_is_by_date(const struct policy *policy)
{
	return policy->kind == POLICY_GLOB || policy->kind == POLICY_REGEX ||
	       policy->kind == POLICY_NEWEST;
}

bool policy_needs_dates(const struct policy *policy)
{
	return policy_is_by_date(policy) ||
	       (policy->min_age_s > 0 && policy->kind != POLICY_DIGEST);
}

bool policy_follows_digest(const struct policy *policy)
{
	return policy->kind == POLICY_DIGEST;
}

const char *policy_only_tag(const struct policy *policy)
{
	return policy_follows_digest(policy) ? policy->pattern : NULL;
}

const char *policy_text(const struct policy *policy)
{
	return policy->text;
}

bool policy_glob(const char *pattern, const char *text)
{
	const char *star = NULL, *from = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = pattern++;
			from = text;
		} else if (*pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star + 1;
			text = ++from;
		} else {
			return false;
		}
	}
	return !pattern[strspn(pattern, "*")];
}

/* ---- reading ---- */

/* A glob that no tag can match is a slip: "v?.1" and "v[12]" are no patterns
 * here. */
static int read_glob(struct policy *policy, const char *pattern,
		     struct err *err)
{
	const char *p = pattern;

	for (; *p; p++) {
		char one[2] = { *p == '-' || *p == '.' ? '_' : *p, '\0' };

		if (*p != '*' && !image_is_tag(one))
			return err_set(err, ERR_INPUT,
				       "'%s': no tag has a '%c', and only * "
				       "stands for something else",
				       pattern, *p);
	}
	policy->pattern = pattern;
	return 0;
}

static int read_order(struct policy *policy, const char *order, struct err *err)
{
	policy->descending = str_equal(order, "desc");
	if (policy->descending || str_equal(order, "asc"))
		return 0;
	return err_set(err, ERR_INPUT, "'%s' is neither asc nor desc", order);
}

static int read_range(struct arena *arena, struct policy *policy,
		      const char *range, struct err *err)
{
	AUTO_ERR struct err why = { 0 };

	if (semver_range_parse(arena, range, &policy->range, &why) == 0)
		return 0;
	/* It stands in a file, and not on the command line. */
	return err_set(err, ERR_INPUT, "%s", why.msg);
}

static int read_argument(struct arena *arena, struct policy *policy,
			 const char *argument, struct err *err)
{
	switch (policy->kind) {
	case POLICY_SEMVER:
		return read_range(arena, policy, argument, err);
	case POLICY_GLOB:
		return read_glob(policy, argument, err);
	case POLICY_REGEX:
		return regex_compile(arena, argument, &policy->regex, err);
	case POLICY_ALPHABETICAL:
	case POLICY_NUMERICAL:
		return read_order(policy, argument, err);
	case POLICY_DIGEST:
		policy->pattern = argument;
		if (image_is_tag(argument))
			return 0;
		return err_set(err, ERR_INPUT, "'%s' is no tag", argument);
	case POLICY_NEWEST:
		break;
	}
	return 0;
}

static int read_policy(struct arena *arena, struct policy *policy,
		       struct err *err)
{
	const char *text = policy->text + strspn(policy->text, " \t");
	size_t n = strcspn(text, " \t"), end;
	const char *argument = text + n + strspn(text + n, " \t");

	for (end = strlen(argument); end && strchr(" \t", argument[end - 1]);)
		end--;
	argument = arena_strndup(arena, argument, end);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (strncmp(text, kinds[i].name, n) != 0 || kinds[i].name[n])
			continue;
		policy->kind = kinds[i].kind;
		if (!kinds[i].argument && *argument)
			return err_set(err, ERR_INPUT, "'%s' is not understood",
				       argument);
		if (kinds[i].argument && !*argument)
			return err_set(err, ERR_INPUT, "it wants %s behind it",
				       kinds[i].argument);
		return read_argument(arena, policy, argument, err);
	}
	err_set(err, ERR_INPUT, "there is no such policy");
	return err_hint(err, "use semver RANGE, glob PATTERN, regex PATTERN, "
			     "newest, alphabetical asc|desc, numerical "
			     "asc|desc or digest TAG");
}

static int read_filter(struct arena *arena, struct policy *policy,
		       const struct policy_spec *spec, struct err *err)
{
	if (spec->filter && policy->kind == POLICY_DIGEST)
		return err_set(err, ERR_INPUT,
			       "a digest of one tag has nothing to filter");
	if (spec->filter && *spec->filter &&
	    regex_compile(arena, spec->filter, &policy->filter, err) < 0)
		return err_wrap(err, "filter");
	if (!spec->extract || !*spec->extract)
		return 0;
	if (!policy->filter)
		return err_set(err, ERR_INPUT,
			       "extract without a filter, of whose groups it "
			       "is made");
	if (policy_is_by_date(policy))
		return err_set(err, ERR_INPUT,
			       "extract, where it is dates that are compared");
	policy->extract = arena_strdup(arena, spec->extract);
	return 0;
}

static int read_exclude(struct arena *arena, struct policy *policy,
			const char *const *patterns, struct err *err)
{
	size_t n = 0;

	if (!patterns)
		patterns = never;
	while (patterns[n])
		n++;
	policy->exclude = arena_array(arena, n + 1, sizeof(struct regex *));
	for (size_t i = 0; i < n; i++)
		if (regex_compile(arena, patterns[i], &policy->exclude[i],
				  err) < 0)
			return err_wrap(err, "exclude");
	return 0;
}

int policy_parse(struct arena *arena, const struct policy_spec *spec,
		 struct policy **out, struct err *err)
{
	struct policy *policy = arena_alloc(arena, sizeof(*policy));

	policy->text = arena_strdup(arena, spec->policy);
	policy->min_age_s = spec->min_age_s;
	if (read_policy(arena, policy, err) < 0 ||
	    read_filter(arena, policy, spec, err) < 0 ||
	    read_exclude(arena, policy, spec->exclude, err) < 0)
		return err_wrap(err, "policy '%s'", spec->policy);
	*out = policy;
	return 0;
}

int policy_parse_flux_v1(struct arena *arena, const char *pattern,
			 struct policy **out, struct err *err)
{
	static const struct {
		const char *prefix;
		const char *name;
	} prefixes[] = {
		{ "glob:", "glob" },
		{ "regex:", "regex" },
		{ "regexp:", "regex" },
		{ "semver:", "semver" },
	};
	const char *name = "glob", *rest = pattern;
	struct policy_spec spec = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		if (!str_starts(pattern, prefixes[i].prefix))
			continue;
		name = prefixes[i].name;
		rest = pattern + strlen(prefixes[i].prefix);
		break;
	}
	spec.policy = arena_printf(arena, "%s %s", name, rest);
	if (policy_parse(arena, &spec, out, err) < 0)
		return -1;
	(*out)->short_versions = true;
	return 0;
}
