/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Answer questions about versions, patterns and references, a line each, as
 * the program in policy/ asks and answers them; for test_policy.py, which
 * compares.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/regex.h"
#include "base/semver.h"
#include "image/policy_inside.h"
#include "image/reference.h"

#define LINE_MOST 65536
#define ARGS_MOST 64

struct line {
	char *args[ARGS_MOST]; /* args[0] is the kind */
	size_t n;
};

static void answer_version(struct arena *arena, const struct line *line)
{
	struct semver v;

	if (semver_parse(arena, line->args[1], &v))
		printf("%" PRIu64 ".%" PRIu64 ".%" PRIu64 "-%s+%s\n", v.major,
		       v.minor, v.patch, v.prerelease, v.build);
	else
		puts("-");
}

static void answer_compare(struct arena *arena, const struct line *line)
{
	struct semver a, b;
	int order;

	if (!semver_parse(arena, line->args[1], &a) ||
	    !semver_parse(arena, line->args[2], &b)) {
		puts("-");
		return;
	}
	order = semver_compare(&a, &b);
	printf("%d\n", (order > 0) - (order < 0));
}

static void answer_range(struct arena *arena, const struct line *line)
{
	AUTO_ERR struct err err = { 0 };
	struct semver_range *range;
	struct semver version;

	if (semver_range_parse(arena, line->args[1], &range, &err) < 0)
		puts("error");
	else if (!semver_parse(arena, line->args[2], &version))
		puts("-");
	else
		puts(semver_match(range, &version) ? "true" : "false");
}

static void answer_choice(struct arena *arena, const struct policy_spec *spec,
			  char *const *tags, size_t n)
{
	struct policy_tag *all = arena_array(arena, n, sizeof(*all));
	AUTO_ERR struct err err = { 0 };
	struct policy_choice choice;
	struct policy *policy;

	for (size_t i = 0; i < n; i++)
		all[i].tag = tags[i];
	if (policy_parse(arena, spec, &policy, &err) < 0) {
		puts("error");
		return;
	}
	policy_choose(arena, policy, 0, all, n, &choice);
	puts(choice.chosen ? choice.chosen->tag : "-");
}

static void answer_semver(struct arena *arena, const struct line *line)
{
	static const char *const nothing[] = { NULL };
	const struct policy_spec spec = {
		.policy = arena_printf(arena, "semver %s", line->args[1]),
		.exclude = nothing,
	};

	answer_choice(arena, &spec, line->args + 2, line->n - 2);
}

static void answer_order(struct arena *arena, const struct line *line)
{
	static const char *const nothing[] = { NULL };
	const struct policy_spec spec = {
		.policy = arena_printf(arena, "%s %s", line->args[0],
				       line->args[1]),
		.filter = line->args[2],
		.extract = line->args[3],
		.exclude = nothing,
	};

	answer_choice(arena, &spec, line->args + 4, line->n - 4);
}

static void answer_glob(struct arena *arena, const struct line *line)
{
	(void)arena;
	puts(policy_glob(line->args[1], line->args[2]) ? "true" : "false");
}

static void answer_number(struct arena *arena, const struct line *line)
{
	double number;

	(void)arena;
	if (!policy_number(line->args[1], &number))
		puts("-");
	else if (number - number != 0)
		puts(number > 0 ? "+Inf" : "-Inf");
	else
		printf("%.17e\n", number);
}

static void answer_expand(struct arena *arena, const struct line *line)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);
	AUTO_ERR struct err err = { 0 };
	struct regex *regex;

	if (regex_compile(arena, line->args[1], &regex, &err) < 0)
		puts("error");
	else if (!regex_expand(regex, line->args[3], strlen(line->args[3]),
			       line->args[2], &out))
		puts("-");
	else
		printf("=%s\n", str_text(&out));
}

static void answer_reference(struct arena *arena, const struct line *line)
{
	AUTO_ERR struct err err = { 0 };
	struct image_ref ref;

	if (image_ref_parse(arena, line->args[1], &ref, &err) < 0) {
		puts("-");
		return;
	}
	printf("%s %s %s %s\n", ref.domain, ref.repository,
	       ref.tag ? ref.tag : "-", ref.digest ? ref.digest : "-");
	if (strcmp(image_ref_print(arena, &ref), line->args[1]) != 0)
		puts("is printed otherwise");
}

static const struct {
	const char *kind;
	void (*answer)(struct arena *arena, const struct line *line);
	size_t n; /* arguments, the kind included, at least */
} answers[] = {
	{ "alphabetical", answer_order, 4 },
	{ "compare", answer_compare, 3 },
	{ "expand", answer_expand, 4 },
	{ "glob", answer_glob, 3 },
	{ "number", answer_number, 2 },
	{ "numerical", answer_order, 4 },
	{ "range", answer_range, 3 },
	{ "reference", answer_reference, 2 },
	{ "semver", answer_semver, 2 },
	{ "version", answer_version, 2 },
};

static void answer(char *text)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct line line = { 0 };

	text[strcspn(text, "\n")] = '\0';
	while (text && line.n < ARGS_MOST) {
		line.args[line.n++] = text;
		text = strchr(text, '\t');
		if (text)
			*text++ = '\0';
	}
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		if (strcmp(answers[i].kind, line.args[0]) == 0 &&
		    line.n >= answers[i].n) {
			answers[i].answer(arena, &line);
			return;
		}
	}
	puts("not understood");
}

int main(void)
{
	static char text[LINE_MOST];

	while (fgets(text, sizeof(text), stdin))
		answer(text);
	return 0;
}
