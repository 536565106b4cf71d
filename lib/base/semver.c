/* SPDX-License-Identifier: Apache-2.0 */
#include "base/semver.h"

#include <ctype.h>
#include <string.h>

#include "base/vec.h"

/* Masterminds has the same limits. */
#define VERSION_MOST 256
#define RANGE_MOST   512
#define GROUPS_MOST  32

enum operator{
	OP_NONE, /* as OP_EQUAL, but may begin a hyphen range */
	OP_EQUAL,
	OP_NOT_EQUAL,
	OP_GREATER,
	OP_GREATER_EQUAL,
	OP_LESS,
	OP_LESS_EQUAL,
	OP_TILDE,
	OP_CARET,
};

/* One comparison.  What a wildcard or nothing stands for is 0 in `version`. */
struct term {
	enum operator op;
	struct semver version;
	bool short_;    /* some number is missing */
	bool any_minor; /* "1", "1.x": the minor number is the first missing */
	bool any_patch; /* "1.2", "1.2.x" */
};

struct group {
	struct term *v; /* all must hold */
	size_t n, room;
	bool prereleases; /* one of them names a prerelease */
};

struct semver_range {
	struct group *v; /* one must hold */
	size_t n, room;
};

/* A version as it is written. */
struct written {
	uint64_t number[3];
	bool given[3]; /* false for a wildcard, too */
	const char *prerelease;
	const char *build;
};

static bool is_space(char c)
{
	return c && strchr(" \t\n\f\r", c);
}

static const char *skip_space(const char *text)
{
	while (is_space(*text))
		text++;
	return text;
}

/* The rest behind a number or, where allowed, a wildcard; or NULL. */
static const char *read_number(const char *text, bool wildcards,
			       uint64_t *number, bool *given)
{
	if (wildcards && *text && strchr("xX*", *text)) {
		*given = false;
		return text + 1;
	}
	if (!isdigit((unsigned char)*text))
		return NULL;
	*number = 0;
	for (; isdigit((unsigned char)*text); text++) {
		uint64_t digit = (uint64_t)(*text - '0');

		if (*number > (UINT64_MAX - digit) / 10)
			return NULL;
		*number = *number * 10 + digit;
	}
	*given = true;
	return text;
}

/*
 * The rest behind "rc.1": parts of letters, digits and '-' with dots between
 * them; or NULL.  A number of a prerelease has no leading zero.
 */
static const char *read_parts(const char *text, bool numbers)
{
	for (;; text++) {
		const char *start = text;
		bool number = true;

		for (; isalnum((unsigned char)*text) || *text == '-'; text++)
			number = number && isdigit((unsigned char)*text);
		if (text == start ||
		    (numbers && number && *start == '0' && text > start + 1))
			return NULL;
		if (*text != '.')
			return text;
	}
}

/* The rest behind a version, or NULL. */
static const char *read_version(struct arena *arena, const char *text,
				bool wildcards, struct written *out)
{
	const char *start;

	*out = (struct written){ .prerelease = "", .build = "" };
	if (*text == 'v')
		text++;
	for (int i = 0; i < 3; i++) {
		if (i && *text != '.')
			break;
		text = read_number(text + (i > 0), wildcards, &out->number[i],
				   &out->given[i]);
		if (!text)
			return NULL;
	}
	if (*text == '-') {
		start = text + 1;
		text = read_parts(start, true);
		if (!text)
			return NULL;
		out->prerelease = arena_strndup(arena, start,
						(size_t)(text - start));
	}
	if (*text == '+') {
		start = text + 1;
		text = read_parts(start, false);
		if (!text)
			return NULL;
		out->build = arena_strndup(arena, start,
					   (size_t)(text - start));
	}
	return text;
}

bool semver_parse(struct arena *arena, const char *text, struct semver *out)
{
	struct written written;

	if (strnlen(text, VERSION_MOST + 1) > VERSION_MOST)
		return false;
	text = read_version(arena, text, false, &written);
	if (!text || *text)
		return false;
	*out = (struct semver){
		.major = written.number[0],
		.minor = written.number[1],
		.patch = written.number[2],
		.prerelease = written.prerelease,
		.build = written.build,
	};
	return true;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* Semantic Versioning 2.0.0, part 11.4. */
static int compare_prereleases(const char *a, const char *b)
{
	if (!*a || !*b)
		return !*a - !*b;
	for (;;) {
		size_t a_len = strcspn(a, "."), b_len = strcspn(b, ".");
		bool a_number = strspn(a, "0123456789") == a_len;
		bool b_number = strspn(b, "0123456789") == b_len;
		size_t least = a_len < b_len ? a_len : b_len;
		int order;

		if (a_number != b_number)
			return a_number ? -1 : 1;
		/* With no leading zero, the longer number is the larger. */
		if (a_number && a_len != b_len)
			return a_len < b_len ? -1 : 1;
		order = memcmp(a, b, least);
		if (order)
			return order;
		if (a_len != b_len)
			return a_len < b_len ? -1 : 1;
		a += a_len;
		b += b_len;
		if (!*a || !*b)
			return !*b - !*a;
		a++;
		b++;
	}
}

int semver_compare(const struct semver *a, const struct semver *b)
{
	int order = compare_numbers(a->major, b->major);

	if (!order)
		order = compare_numbers(a->minor, b->minor);
	if (!order)
		order = compare_numbers(a->patch, b->patch);
	if (!order)
		order = compare_prereleases(a->prerelease, b->prerelease);
	return order;
}

/* ---- reading a range ---- */

static const char *read_operator(const char *text, enum operator* op)
{
	/* A longer one before the shorter that begins it. */
	static const struct {
		const char *text;
		enum operator op;
	} operators[] = {
		{ "!=", OP_NOT_EQUAL },     { ">=", OP_GREATER_EQUAL },
		{ "=>", OP_GREATER_EQUAL }, { "<=", OP_LESS_EQUAL },
		{ "=<", OP_LESS_EQUAL },    { "~>", OP_TILDE },
		{ "=", OP_EQUAL },          { ">", OP_GREATER },
		{ "<", OP_LESS },           { "~", OP_TILDE },
		{ "^", OP_CARET },
	};

	for (size_t i = 0; i < sizeof(operators) / sizeof(*operators); i++) {
		size_t n = strlen(operators[i].text);

		if (strncmp(text, operators[i].text, n) == 0) {
			*op = operators[i].op;
			return text + n;
		}
	}
	*op = OP_NONE;
	return text;
}

static void add_term(struct arena *arena, struct group *group, enum operator op,
		     const struct written *written)
{
	struct term *term = vec_push(arena, group);
	bool major = written->given[0];
	bool minor = major && written->given[1];
	bool patch = minor && written->given[2];

	*term = (struct term){
		.op = op,
		.version = {
			.major = major ? written->number[0] : 0,
			.minor = minor ? written->number[1] : 0,
			.patch = patch ? written->number[2] : 0,
			.prerelease = written->prerelease,
			.build = "",
		},
		.short_ = !patch,
		.any_minor = major && !minor,
		.any_patch = minor && !patch,
	};
	if (*written->prerelease)
		group->prereleases = true;
}

/*
 * One comparison, or "1.2 - 1.4".  Returns the rest, or NULL.
 *
 * Masterminds rewrites the latter to ">= 1.2, <= 1.4", with the blanks before
 * it lost; so it begins a group, or follows a comma or its like, as `hyphen`
 * says.  That it may also follow what comes next is told in the same place.
 */
static const char *read_term(struct arena *arena, const char *text,
			     struct group *group, bool *hyphen)
{
	bool may = *hyphen;
	struct written first, last;
	enum operator op;
	const char *rest;

	text = skip_space(read_operator(text, &op));
	text = read_version(arena, text, true, &first);
	if (!text)
		return NULL;
	rest = skip_space(text);
	*hyphen = op == OP_NONE && rest != text && *rest == '-' &&
		  is_space(rest[1]);
	if (!*hyphen) {
		add_term(arena, group, op, &first);
		return text;
	}
	if (!may)
		return NULL;
	text = read_version(arena, skip_space(rest + 1), true, &last);
	if (!text)
		return NULL;
	add_term(arena, group, OP_GREATER_EQUAL, &first);
	add_term(arena, group, OP_LESS_EQUAL, &last);
	return text;
}

/* Comparisons up to "||" or the end.  Returns the rest, or NULL, and then
 * `*bad` is where reading ended. */
static const char *read_group(struct arena *arena, const char *text,
			      struct group *group, bool range_begins,
			      const char **bad)
{
	/* Masterminds takes "||1" for the beginning of a version. */
	bool hyphen = range_begins || is_space(*text) || *text == 'v';

	text = skip_space(text);
	for (;;) {
		const char *rest;

		*bad = text;
		text = read_term(arena, text, group, &hyphen);
		if (!text)
			return NULL;
		rest = skip_space(text);
		if (!*rest || strncmp(rest, "||", 2) == 0)
			return rest;
		*bad = rest;
		hyphen = hyphen || *rest == ',';
		if (*rest == ',')
			rest = skip_space(rest + 1);
		else if (rest == text)
			return NULL;
		text = rest;
	}
}

int semver_range_parse(struct arena *arena, const char *text,
		       struct semver_range **out, struct err *err)
{
	struct semver_range *range = arena_alloc(arena, sizeof(*range));
	const char *rest = text;

	if (strnlen(text, RANGE_MOST + 1) > RANGE_MOST)
		return err_set(err, ERR_USAGE,
			       "a range of versions of more than %d bytes",
			       RANGE_MOST);
	for (;;) {
		struct group *group = vec_push(arena, range);
		const char *bad;

		if (range->n > GROUPS_MOST)
			return err_set(err, ERR_USAGE,
				       "'%s' is no range of versions: more "
				       "than %d times ||",
				       text, GROUPS_MOST - 1);

		rest = read_group(arena, rest, group, rest == text, &bad);
		if (!rest && !*bad)
			return err_set(err, ERR_USAGE,
				       "'%s' is no range of versions: "
				       "a version is missing at its end",
				       text);
		if (!rest)
			return err_set(err, ERR_USAGE,
				       "'%s' is no range of versions: "
				       "cannot read '%s'",
				       text, bad);
		if (!*rest)
			break;
		rest += 2;
	}
	*out = range;
	return 0;
}

/* ---- matching ---- */

static bool match_tilde(const struct term *term, const struct semver *version)
{
	const struct semver *least = &term->version;

	if (semver_compare(version, least) < 0)
		return false;
	/* "*", and so also "~0.0.0": Masterminds cannot tell them apart. */
	if (!least->major && !least->minor && !least->patch &&
	    !term->any_minor && !term->any_patch)
		return true;
	return version->major == least->major &&
	       (term->any_minor || version->minor == least->minor);
}

/* Up to the next change of the leftmost number that is not 0. */
static bool match_caret(const struct term *term, const struct semver *version)
{
	const struct semver *least = &term->version;

	if (semver_compare(version, least) < 0)
		return false;
	if (version->major != least->major)
		return false;
	if (least->major > 0 || term->any_minor)
		return true;
	if (version->minor != least->minor)
		return false;
	if (least->minor > 0 || term->any_patch)
		return true;
	return version->patch == least->patch;
}

static bool match_equal(const struct term *term, const struct semver *version)
{
	if (term->short_)
		return match_tilde(term, version);
	return semver_compare(version, &term->version) == 0;
}

static bool match_not_equal(const struct term *term,
			    const struct semver *version)
{
	const struct semver *other = &term->version;

	if (!term->any_minor && !term->any_patch)
		return semver_compare(version, other) != 0;
	if (version->major != other->major)
		return true;
	if (term->any_minor)
		return false;
	if (version->minor != other->minor)
		return true;
	return compare_prereleases(version->prerelease, other->prerelease) != 0;
}

/* What is short stands for all that begins so: 11.1.0 is not ">11". */
static bool match_greater(const struct term *term, const struct semver *version)
{
	const struct semver *other = &term->version;

	if (version->major != other->major &&
	    (term->any_minor || term->any_patch))
		return version->major > other->major;
	if (term->any_minor)
		return false;
	if (term->any_patch)
		return version->minor > other->minor;
	return semver_compare(version, other) > 0;
}

static bool match_less_equal(const struct term *term,
			     const struct semver *version)
{
	const struct semver *other = &term->version;

	if (!term->short_)
		return semver_compare(version, other) <= 0;
	if (version->major != other->major)
		return version->major < other->major;
	return term->any_minor || version->minor <= other->minor;
}

static bool match_term(const struct term *term, const struct semver *version)
{
	switch (term->op) {
	case OP_NONE:
	case OP_EQUAL:
		return match_equal(term, version);
	case OP_NOT_EQUAL:
		return match_not_equal(term, version);
	case OP_GREATER:
		return match_greater(term, version);
	case OP_GREATER_EQUAL:
		return semver_compare(version, &term->version) >= 0;
	case OP_LESS:
		return semver_compare(version, &term->version) < 0;
	case OP_LESS_EQUAL:
		return match_less_equal(term, version);
	case OP_TILDE:
		return match_tilde(term, version);
	case OP_CARET:
		return match_caret(term, version);
	}
	return false;
}

static bool match_group(const struct group *group, const struct semver *version)
{
	if (*version->prerelease && !group->prereleases)
		return false;
	for (size_t i = 0; i < group->n; i++) {
		if (!match_term(&group->v[i], version))
			return false;
	}
	return true;
}

bool semver_match(const struct semver_range *range,
		  const struct semver *version)
{
	for (size_t i = 0; i < range->n; i++) {
		if (match_group(&range->v[i], version))
			return true;
	}
	return false;
}
