/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/vec.h"
#include "object/object.h"

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* The one document of a text that is not too long for a line. */
static struct doc parse(const char *text)
{
	struct docs docs = { 0 };
	struct err err = { 0 };

	assert_int_equal(doc_read_yaml(arena, "web.yaml",
				       (struct bytes){ text, strlen(text) },
				       NULL, &docs, &err),
			 0);
	assert_int_equal(docs.n, 1);
	return docs.v[0];
}

static struct object object(const char *group, const char *kind,
			    const char *namespace, const char *name)
{
	return (struct object){
		.group = group,
		.kind = kind,
		.namespace = namespace,
		.name = name,
		.origin = name,
	};
}

static void an_object_is_read_from_its_document(void **state)
{
	struct doc doc = parse("apiVersion: apps/v1\n"
			       "kind: Deployment\n"
			       "metadata: {name: web, namespace: demo}\n");
	struct err err = { 0 };
	struct object web;

	(void)state;
	assert_int_equal(object_from_doc(arena, &doc, &web, &err), 0);
	assert_string_equal(web.api_version, "apps/v1");
	assert_string_equal(web.group, "apps");
	assert_string_equal(web.version, "v1");
	assert_string_equal(web.kind, "Deployment");
	assert_string_equal(web.namespace, "demo");
	assert_string_equal(web.name, "web");
	assert_string_equal(web.origin, "web.yaml:1");
	assert_string_equal(object_key(arena, &web),
			    "apps/Deployment/demo/web");
	assert_string_equal(object_shown(arena, &web), "Deployment demo/web");
}

static void the_core_group_has_no_name(void **state)
{
	struct doc doc = parse("{apiVersion: v1, kind: Namespace, "
			       "metadata: {name: demo}}");
	struct err err = { 0 };
	struct object demo;

	(void)state;
	assert_int_equal(object_from_doc(arena, &doc, &demo, &err), 0);
	assert_string_equal(demo.group, "");
	assert_string_equal(demo.version, "v1");
	assert_string_equal(demo.namespace, "");
	assert_string_equal(object_shown(arena, &demo), "Namespace demo");
	assert_true(object_is(&demo, "", "Namespace"));
}

static const struct {
	const char *text;
	const char *msg;
} refused[] = {
	{ "[a]", "web.yaml:1: not an object but a list" },
	{ "a", "web.yaml:1: not an object but a scalar" },
	{ "kind: A", "web.yaml:1: apiVersion is missing" },
	{ "apiVersion: ''\nkind: A", "web.yaml:1: apiVersion is missing" },
	{ "apiVersion: v1", "web.yaml:1: kind is missing" },
	{ "{apiVersion: 1, kind: A}", "web.yaml:1: apiVersion is no string" },
	{ "{apiVersion: v1, kind: A}",
	  "web.yaml:1: A: metadata.name is missing" },
	{ "{apiVersion: v1, kind: A, metadata: {name: 7}}",
	  "web.yaml:1: metadata.name is no string" },
	{ "{apiVersion: v1, kind: A, metadata: {generateName: a-}}",
	  "web.yaml:1: A: generateName would make one more object on every "
	  "sync" },
	{ "{apiVersion: a/b/c, kind: A}",
	  "web.yaml:1: apiVersion 'a/b/c' is neither VERSION nor "
	  "GROUP/VERSION" },
	{ "{apiVersion: /v1, kind: A}",
	  "web.yaml:1: apiVersion '/v1' is neither VERSION nor "
	  "GROUP/VERSION" },
	{ "{apiVersion: '../v1', kind: A}",
	  "web.yaml:1: apiVersion '../v1' is neither VERSION nor "
	  "GROUP/VERSION" },
	{ "{apiVersion: v1, kind: '../A'}", "web.yaml:1: '../A' is no kind" },
	{ "{apiVersion: v1, kind: A, metadata: {name: ..}}",
	  "web.yaml:1: A: no server takes the name '..'" },
	{ "{apiVersion: v1, kind: A, metadata: {name: a/b}}",
	  "web.yaml:1: A: no server takes the name 'a/b'" },
	{ "{apiVersion: v1, kind: A, metadata: {name: a%2f}}",
	  "web.yaml:1: A: no server takes the name 'a%2f'" },
	{ "{apiVersion: v1, kind: A, metadata: {name: \"a\\eb\"}}",
	  "web.yaml:1: A: no server takes the name 'a\033b'" },
	{ "{apiVersion: v1, kind: A, metadata: {name: \"a\\0b\"}}",
	  "web.yaml:1: metadata.name has a NUL in it" },
	{ "{apiVersion: v1, kind: A, metadata: {name: a, namespace: ../b}}",
	  "web.yaml:1: A a: no server takes the namespace '../b'" },
	{ "{apiVersion: v1, kind: A, metadata: {name: a, namespace: _cluster}}",
	  "web.yaml:1: A a: no server takes the namespace '_cluster'" },
	{ "{apiVersion: v1, kind: A, metadata: {name: a, managedFields: []}}",
	  "web.yaml:1: A a: metadata.managedFields is the server's own" },
};

static void what_no_server_takes_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		AUTO_ERR struct err err = { 0 };
		struct doc doc = parse(refused[i].text);
		struct object out;

		assert_int_equal(object_from_doc(arena, &doc, &out, &err), -1);
		assert_int_equal(err.status, ERR_INPUT);
		assert_string_equal(err.msg, refused[i].msg);
	}
}

static void names_of_rbac_may_have_colons_and_capitals(void **state)
{
	struct doc doc = parse("{apiVersion: rbac.authorization.k8s.io/v1, "
			       "kind: ClusterRole, "
			       "metadata: {name: 'system:Node_~1'}}");
	struct err err = { 0 };
	struct object out;

	(void)state;
	assert_int_equal(object_from_doc(arena, &doc, &out, &err), 0);
	assert_string_equal(out.name, "system:Node_~1");
}

static void lists_are_flattened_to_any_depth(void **state)
{
	struct doc doc = parse(
		"{apiVersion: v1, kind: List, items: ["
		"{apiVersion: v1, kind: ConfigMapList, items: ["
		"{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}]}, "
		"{apiVersion: v1, kind: ConfigMap, metadata: {name: b}}]}");
	struct objects objects = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(objects_add_doc(arena, &doc, &objects, &err), 0);
	assert_int_equal(objects.n, 2);
	assert_string_equal(objects.v[0].name, "a");
	assert_string_equal(objects.v[1].name, "b");
	assert_string_equal(objects.v[1].origin, "web.yaml:1");
}

static void a_kind_ending_in_list_without_items_is_an_object(void **state)
{
	struct doc doc = parse("{apiVersion: acme.io/v1, kind: AllowList, "
			       "metadata: {name: a}}");
	struct objects objects = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(objects_add_doc(arena, &doc, &objects, &err), 0);
	assert_int_equal(objects.n, 1);
	assert_string_equal(objects.v[0].kind, "AllowList");
}

static void objects_are_sorted_by_stage_group_kind_namespace_name(void **state)
{
	static const char *const sorted[] = {
		"/Namespace//z",
		"apiextensions.k8s.io/CustomResourceDefinition//a",
		"networking.k8s.io/IngressClass//a",
		"/LimitRange/a/a",
		"/ServiceAccount/a/a",
		"rbac.authorization.k8s.io/Role/a/a",
		"/ConfigMap/a/b",
		"/ConfigMap/b/a",
		"/Secret/a/a",
		"/Service/a/a",
		"apps/Deployment/a/a",
		"batch/Job/a/a",
		"acme.io/Widget/a/a",
		"networking.k8s.io/Ingress/a/a",
		"apiregistration.k8s.io/APIService//a",
		"admissionregistration.k8s.io/ValidatingAdmissionPolicy//a",
		"admissionregistration.k8s.io/"
		"ValidatingWebhookConfiguration//a",
	};
	struct objects objects = { 0 };
	struct err err = { 0 };

	(void)state;
	for (size_t i = ARRAY_LEN(sorted); i-- > 0;) {
		char *part[4], *at = arena_strdup(arena, sorted[i]);

		for (size_t j = 0; j < 4; j++) {
			part[j] = at;
			at = strchr(at, '/');
			if (at)
				*at++ = '\0';
		}
		*vec_push(arena, &objects) = object(part[0], part[1], part[2],
						    part[3]);
	}
	assert_int_equal(objects_sort(&objects, &err), 0);
	for (size_t i = 0; i < objects.n; i++)
		assert_string_equal(object_key(arena, &objects.v[i]),
				    sorted[i]);
}

static void an_object_that_is_there_twice_is_refused(void **state)
{
	struct objects objects = { 0 };
	AUTO_ERR struct err err = { 0 };

	(void)state;
	*vec_push(arena, &objects) = object("apps", "Deployment", "a", "web");
	*vec_push(arena, &objects) = object("", "Service", "a", "web");
	*vec_push(arena, &objects) = object("apps", "Deployment", "a", "web");
	objects.v[0].origin = "a.yaml:1";
	objects.v[2].origin = "b.yaml:7";
	assert_int_equal(objects_sort(&objects, &err), -1);
	assert_int_equal(err_count(&err), 1);
	assert_string_equal(err.msg, "b.yaml:7: Deployment a/web is there "
				     "twice; also at a.yaml:1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_object_is_read_from_its_document),
		cmocka_unit_test(the_core_group_has_no_name),
		cmocka_unit_test(what_no_server_takes_is_refused),
		cmocka_unit_test(names_of_rbac_may_have_colons_and_capitals),
		cmocka_unit_test(lists_are_flattened_to_any_depth),
		cmocka_unit_test(
			a_kind_ending_in_list_without_items_is_an_object),
		cmocka_unit_test(
			objects_are_sorted_by_stage_group_kind_namespace_name),
		cmocka_unit_test(an_object_that_is_there_twice_is_refused),
	};

	doc_init();
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
