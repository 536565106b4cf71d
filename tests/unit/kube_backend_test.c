/* SPDX-License-Identifier: Apache-2.0 */

/* What a cluster does with answers that a real API server gives seldom. */

#include "tests/unit/kube_script.h"

#define WIDGET                                                                 \
	"{apiVersion: acme.io/v1, kind: Widget, metadata: {name: w}}\n---\n"

static void the_old_discovery_is_understood(void **state)
{
	struct objects *objects = parse(WIDGET CONFIG_MAP("a"));
	AUTO_ERR struct err err = { 0 };

	(void)state;
	SCRIPT({ "GET", "/apis/acme.io/v1", 200,
		 "{\"resources\":[{\"name\":\"widgets\",\"kind\":\"Widget\","
		 "\"namespaced\":false,\"verbs\":[\"patch\"]},{\"name\":"
		 "\"widgets/status\",\"kind\":\"Other\",\"verbs\":[]}]}" },
	       { "GET", "/apis/acme.io/v2", 503, NULL },
	       { "GET", "/apis", 200,
		 "{\"kind\":\"APIGroupList\",\"groups\":[{\"name\":\"acme.io\","
		 "\"versions\":[{\"version\":\"v1\"},{\"version\":\"v2\"}]},"
		 "{\"name\":\"other.io\",\"versions\":[{\"version\":\"v1\"}]}"
		 "]}" },
	       { "GET", "/api/v1", 200,
		 "{\"resources\":[{\"name\":\"configmaps\",\"kind\":"
		 "\"ConfigMap\",\"namespaced\":true,\"verbs\":[\"patch\"]}]}" },
	       { "GET", "/api", 200,
		 "{\"kind\":\"APIVersions\",\"versions\":[\"v1\"]}" });
	assert_int_equal(cluster_identify(cluster, objects, &err), 0);
	assert_string_equal(objects->v[0].namespace, "");
	assert_string_equal(objects->v[1].namespace, "demo");
	assert_string_equal(str_text(&warned), "the server of API acme.io/v2 "
					       "does not answer just now\n");
}

#define STALE(name) GROUP(name, "v1", "\"freshness\":\"Stale\",", "")

static void row_41_43_a_group_that_is_down_matters_where_it_is_used(
	void **state)
{
	struct objects *objects = parse(WIDGET);
	AUTO_ERR struct err err = { 0 };

	(void)state;
	SCRIPT({ "GET", "/apis", 200,
		 GROUPS(STALE("metrics.k8s.io") "," GROUP(
			 "acme.io", "v1", "",
			 RESOURCE("widgets", "Widget", "Cluster"))) },
	       { "GET", "/api", 200, CORE });
	assert_int_equal(cluster_identify(cluster, objects, &err), 0);
	assert_string_equal(str_text(&warned),
			    "the server of API metrics.k8s.io/v1 does not "
			    "answer just now\n");
	SCRIPT({ "GET", "/apis", 200, GROUPS(STALE("acme.io")) },
	       { "GET", "/api", 200, CORE });
	assert_int_equal(cluster_identify(cluster, objects, &err), -1);
	assert_int_equal(err.status, ERR_TEMPORARY);
	assert_string_equal(err.msg, "web.yaml:1: Widget w: the server of "
				     "acme.io/v1 does not answer just now");
}

static void what_is_no_api_server_is_said_to_be_none(void **state)
{
	struct objects *objects = parse(WIDGET);
	AUTO_ERR struct err err = { 0 };

	(void)state;
	SCRIPT({ "GET", "/apis", 200, "<html>" },
	       { "GET", "/api", 200, "<html>" });
	assert_int_equal(cluster_identify(cluster, objects, &err), -1);
	assert_non_null(strstr(err.hint, "Kubernetes API server"));
}

#define ANSWER(name, namespace)                                                \
	"{\"metadata\":{\"name\":\"" name "\",\"namespace\":\"" namespace "\"}}"

static void a_coming_namespace_is_stood_in_for(void **state)
{
	struct cluster_item **items = want(
		"{apiVersion: v1, kind: Namespace, metadata: {name: demo}}"
		"\n---\n" CONFIG_MAP("a") CONFIG_MAP("b"));
	AUTO_ERR struct err err = { 0 };

	(void)state;
	SCRIPT({ "PATCH", "/api/v1/namespaces/demo?", 200, "{}" },
	       { "PATCH", "/api/v1/namespaces/default/configmaps/gitops-dry",
		 200, ANSWER("x", "default") },
	       { "PATCH", "/api/v1/namespaces/default/configmaps/gitops-dry",
		 403, "{\"kind\":\"Status\",\"message\":\"exceeded quota\"}" });
	assert_int_equal(cluster_try(cluster, items, 3, &err), 0);
	assert_string_equal(items[1]->merged.data, ANSWER("x", "demo"));
	assert_null(items[1]->unchecked);
	assert_int_equal(items[2]->err.status, ERR_OK);
	assert_string_equal(items[2]->unchecked,
			    "its Namespace comes in this sync");
	assert_non_null(strstr(str_text(&sent), "\"namespace\":\"default\""));
}

#define KUBECTLS(version)                                                      \
	"{\"metadata\":{\"name\":\"a\",\"namespace\":\"demo\","                \
	"\"resourceVersion\":\"" version "\",\"managedFields\":["              \
	"{\"manager\":\"kubectl\",\"operation\":\"Apply\",\"fieldsV1\":"       \
	"{\"f:data\":{\"f:k\":{}}}}]}}"

static void a_fold_reads_again_what_others_have_written(void **state)
{
	struct cluster_item **items = want(CONFIG_MAP("a"));
	AUTO_ERR struct err err = { 0 };

	(void)state;
	items[0]->live.data = KUBECTLS("1");
	items[0]->live.len = strlen(KUBECTLS("1"));
	SCRIPT({ "PATCH", ONE "a?fieldManager=gitops&force=true", 200, "{}" },
	       { "PATCH", ONE "a?fieldManager=gitops", 409, NULL },
	       { "GET", ONE "a", 200, KUBECTLS("2") },
	       { "PATCH", ONE "a?fieldManager=gitops", 200, "{}" });
	assert_int_equal(cluster_apply(cluster, items, 1, &err), 0);
	assert_int_equal(items[0]->err.status, ERR_OK);
	assert_true(items[0]->written);
	assert_non_null(strstr(str_text(&sent),
			       "[{\"op\":\"replace\",\"path\":"
			       "\"/metadata/managedFields\",\"value\":["
			       "{\"fieldsType\":\"FieldsV1\",\"fieldsV1\":"
			       "{\"f:data\":{\"f:k\":{}}},\"manager\":"
			       "\"gitops\",\"operation\":\"Apply\"}]},"
			       "{\"op\":\"replace\",\"path\":"
			       "\"/metadata/resourceVersion\",\"value\":"
			       "\"2\"}]"));
}

static void row_24_a_write_by_somebody_else_is_waited_out(void **state)
{
	struct cluster_item **items = want(CONFIG_MAP("a"));
	AUTO_ERR struct err err = { 0 };

	(void)state;
	SCRIPT({ "PATCH", ONE "a", 409,
		 "{\"kind\":\"Status\",\"message\":\"has been modified\"}" },
	       { "PATCH", ONE "a", 200, "{}" });
	assert_int_equal(cluster_apply(cluster, items, 1, &err), 0);
	assert_int_equal(items[0]->err.status, ERR_OK);
	assert_true(items[0]->written);
}

/* Not every API server of a cluster knows it at once (Kubernetes 125471). */
static void row_20_a_kind_that_just_came_is_waited_for(void **state)
{
	struct objects *objects = parse(
		"{apiVersion: apiextensions.k8s.io/v1, kind: "
		"CustomResourceDefinition, metadata: {name: widgets.acme.io}, "
		"spec: {group: acme.io, scope: Cluster, names: {kind: Widget, "
		"plural: widgets}, versions: [{name: v1, served: true}]}}"
		"\n---\n" WIDGET);
	struct cluster_item item = { .want = &objects->v[1] };
	struct cluster_item *items[] = { &item };
	AUTO_ERR struct err err = { 0 };

	(void)state;
	SCRIPT({ "GET", "/apis", 200,
		 GROUPS(GROUP("apiextensions.k8s.io", "v1", "",
			      RESOURCE("customresourcedefinitions",
				       "CustomResourceDefinition",
				       "Cluster"))) },
	       { "GET", "/api", 200, CORE },
	       { "PATCH", "/apis/acme.io/v1/widgets/w", 404,
		 "404 page not found" },
	       { "PATCH", "/apis/acme.io/v1/widgets/w", 200, "{}" });
	assert_int_equal(cluster_identify(cluster, objects, &err), 0);
	assert_int_equal(cluster_try(cluster, items, 1, &err), 0);
	assert_string_equal(item.unchecked, "its CustomResourceDefinition "
					    "comes in this sync");
	assert_int_equal(cluster_apply(cluster, items, 1, &err), 0);
	assert_true(item.written);
}

static void row_28_what_is_too_large_is_not_sent(void **state)
{
	struct cluster_item **items = want(CONFIG_MAP("a"));
	json_t *doc = doc_object(run.arena);
	char *much = arena_alloc(run.arena, (3 << 20) + 1);
	AUTO_ERR struct err err = { 0 };
	struct object large = *items[0]->want;

	(void)state;
	memset(much, 'x', 3 << 20);
	doc_set_string(doc, much, "data", NULL);
	large.doc = doc;
	items[0]->want = &large;
	SCRIPT({ "PATCH", "none", 0, NULL });
	assert_int_equal(cluster_apply(cluster, items, 1, &err), 0);
	assert_int_equal(items[0]->err.status, ERR_REFUSED);
	assert_false(items[0]->written);
	err_clear(&items[0]->err);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_old_discovery_is_understood),
		TEST(row_41_43_a_group_that_is_down_matters_where_it_is_used),
		TEST(what_is_no_api_server_is_said_to_be_none),
		TEST(a_coming_namespace_is_stood_in_for),
		TEST(a_fold_reads_again_what_others_have_written),
		TEST(row_24_a_write_by_somebody_else_is_waited_out),
		TEST(row_20_a_kind_that_just_came_is_waited_for),
		TEST(row_28_what_is_too_large_is_not_sent),
	};

	doc_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
