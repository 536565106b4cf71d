/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "cluster/kube/immutable.h"
#include "document/document.h"

static struct arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

#define CAUSE(field, text)                                                     \
	"{\"reason\":\"R\",\"field\":\"" field "\",\"message\":\"" text "\"}"
#define SELECTOR CAUSE("spec.selector", "Invalid value: {}: field is immutable")
#define STATEFULSET                                                            \
	"Forbidden: updates to statefulset spec for fields other than "        \
	"'replicas', 'template', 'updateStrategy' are forbidden"

/* What a real server of v1.36 says, shortened. */
static const struct {
	long http;
	const char *causes;
	const char *fields; /* or NULL */
} cases[] = {
	{ 422, SELECTOR, "spec.selector" },
	{ 422,
	  SELECTOR
	  "," CAUSE("spec.template", "Invalid value: {}: field is immutable"),
	  "spec.selector, spec.template" },
	{ 422,
	  CAUSE("data", "Forbidden: field is immutable when `immutable` is "
			"set"),
	  "data" },
	{ 422, CAUSE("roleRef", "Invalid value: {}: cannot change roleRef"),
	  "roleRef" },
	{ 422,
	  CAUSE("spec", "Forbidden: spec is immutable after creation except "
			"resources.requests\\n@@ -1 +1 @@"),
	  "spec" },
	{ 422,
	  CAUSE("spec.clusterIPs[0]",
		"Invalid value: []string{\\\"1.2.3.4\\\"}: may not change once "
		"set"),
	  "spec.clusterIPs[0]" },
	{ 422,
	  CAUSE("parameters", "Forbidden: updates to parameters are "
			      "forbidden."),
	  "parameters" },
	/* A rule of a definition. */
	{ 422,
	  CAUSE("spec.size", "Invalid value: \\\"integer\\\": Value is "
			     "immutable"),
	  "spec.size" },
	{ 422, CAUSE("spec", STATEFULSET), "spec.serviceName" },
	/* Something else is wrong, too: a new one would be refused as well. */
	{ 422,
	  SELECTOR
	  "," CAUSE("spec.replicas", "Invalid value: -1: must be positive"),
	  NULL },
	{ 422, CAUSE("spec.x", "Required value"), NULL },
	/* The value says it, and the server does not. */
	{ 422,
	  CAUSE("metadata.name", "Invalid value: \\\"immutable: "
				 "immutable\\\": must be lower case"),
	  NULL },
	{ 422, CAUSE("spec.x", "Unsupported value: \\\"immutable\\\""), NULL },
	{ 422, "", NULL },
	{ 409, CAUSE("spec.x", "Forbidden: field is immutable"), NULL },
	{ 403, CAUSE("spec.x", "Forbidden: field is immutable"), NULL },
};

static const json_t *read(const char *text)
{
	AUTO_ERR struct err err = { 0 };
	json_t *value;

	assert_int_equal(doc_read_json(arena, "x",
				       (struct bytes){ text, strlen(text) },
				       &value, &err),
			 0);
	return value;
}

static const char live[] =
	"{\"spec\":{\"serviceName\":\"blue\",\"replicas\":1,\"podManagement\":"
	"\"x\",\"volumeClaimTemplates\":[{\"spec\":{\"a\":1},\"status\":{}}]}}";
static const char wish[] = "{\"spec\":{\"serviceName\":\"red\",\"replicas\":2,"
			   "\"volumeClaimTemplates\":[{\"spec\":{\"a\":1}}]}}";

static void only_immutable_fields_are_it(void **state)
{
	const struct object want = { .kind = "X", .doc = read(wish) };
	struct cluster_item item = {
		.want = &want,
		.live = { live, sizeof(live) - 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *text = arena_printf(
			arena,
			"{\"kind\":\"Status\",\"message\":\"no\",\"details\":"
			"{\"causes\":[%s]}}",
			cases[i].causes);
		struct kube_call call = { .path = "/x", .method = "PATCH" };
		const char *fields;

		call.response.status = cases[i].http;
		call.response.body = (struct bytes){ text, strlen(text) };
		fields = kube_immutable_fields(arena, &item, &call);
		if (!cases[i].fields)
			assert_null(fields);
		else
			assert_string_equal(fields, cases[i].fields);
	}
}

/* What is not there can be made in any way. */
static void one_that_does_not_live_is_not_it(void **state)
{
	const struct object want = { .kind = "X", .doc = read(wish) };
	const struct cluster_item item = { .want = &want };
	const char *text =
		"{\"kind\":\"Status\",\"details\":{\"causes\":[" CAUSE(
			"x", "Forbidden: immutable") "]}}";
	struct kube_call call = { .path = "/x", .method = "PATCH" };

	(void)state;
	call.response.status = 422;
	call.response.body = (struct bytes){ text, strlen(text) };
	assert_null(kube_immutable_fields(arena, &item, &call));
}

static void the_error_has_the_hint_it_was_given(void **state)
{
	struct cluster_item item = {
		.immutable = "spec.selector",
		.replace_hint = "say please",
	};

	(void)state;
	kube_refuse_immutable(&item);
	assert_int_equal(item.err.status, ERR_REFUSED);
	assert_string_equal(item.err.msg, "it has to be replaced: "
					  "spec.selector cannot be changed");
	assert_string_equal(item.err.hint, "say please");
	err_clear(&item.err);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(only_immutable_fields_are_it),
		TEST(one_that_does_not_live_is_not_it),
		TEST(the_error_has_the_hint_it_was_given),
	};

	doc_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
