/* SPDX-License-Identifier: Apache-2.0 */

/* Health by a rule of gitops.yaml. */

#include <fnmatch.h>
#include <strings.h>

#include "object/health_rule.h"

#define VALUE_MOST 80 /* of what is shown of a value */

static bool is_path(const char *value)
{
	return *value == '/';
}

/* A boolean is spelled in more than one way. */
static bool is_like(const json_t *seen, const char *pattern)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	if (str_equal(pattern, "*"))
		return true;
	if (!doc_add_scalar(&text, seen))
		return false;
	if (json_is_boolean(seen))
		return strcasecmp(pattern, str_text(&text)) == 0;
	return fnmatch(pattern, str_text(&text), 0) == 0;
}

static bool holds(const json_t *object, const struct health_test *test)
{
	const json_t *seen = doc_choose(object, test->path);

	for (size_t i = 0; seen && test->values[i]; i++) {
		const char *value = test->values[i];
		const json_t *other = is_path(value) ?
					      doc_choose(object, value) :
					      NULL;

		if (other ? doc_equal(seen, other) :
			    !is_path(value) && is_like(seen, value))
			return true;
	}
	return false;
}

static const struct health_test *find_holding(const json_t *object,
					      const struct health_tests *tests)
{
	for (size_t i = 0; i < tests->n; i++)
		if (holds(object, &tests->v[i]))
			return &tests->v[i];
	return NULL;
}

/* "'Pending'", as much of it as helps. */
static void add_value(struct str *out, const json_t *value)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	if (!value) {
		str_add(out, "not there");
	} else if (!doc_add_scalar(&text, value)) {
		str_add(out, json_is_array(value) ? "a list" : "a mapping");
	} else if (!json_is_string(value)) {
		str_add(out, str_text(&text));
	} else {
		if (str_cut_text(&text, VALUE_MOST))
			str_add(&text, "...");
		str_printf(out, "'%s'", str_text(&text));
	}
}

static void add_seen(struct str *out, const json_t *object,
		     const struct health_test *test)
{
	str_printf(out, "%s is ", test->path);
	add_value(out, doc_choose(object, test->path));
}

/* "expected 'Ready' or 'Done'", "expected that of /spec/replicas, 3" */
static void add_expected(struct str *out, const json_t *object,
			 const struct health_test *test)
{
	str_add(out, ", expected ");
	for (size_t i = 0; test->values[i]; i++) {
		const char *value = test->values[i];

		str_add(out, i ? " or " : "");
		if (is_path(value)) {
			str_printf(out, "that of %s, ", value);
			add_value(out, doc_choose(object, value));
		} else if (str_equal(value, "*")) {
			str_add(out, "anything");
		} else {
			str_printf(out, "'%s'", value);
		}
	}
}

struct health health_by_rule(struct arena *arena, const json_t *object,
			     const struct health_rule *rule)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	const struct health_test *test = find_holding(object,
						      &rule->in_progress);

	if (test) {
		add_seen(&text, object, test);
		return health_in_progress(arena, "%s", str_text(&text));
	}
	test = find_holding(object, &rule->failed);
	if (test) {
		add_seen(&text, object, test);
		return health_failed(arena, "%s", str_text(&text));
	}
	for (size_t i = 0; i < rule->healthy.n; i++) {
		test = &rule->healthy.v[i];
		if (holds(object, test))
			continue;
		add_seen(&text, object, test);
		add_expected(&text, object, test);
		return health_in_progress(arena, "%s", str_text(&text));
	}
	return health_current();
}
