/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a cluster does with answers that a real API server gives seldom.  The
 * client is a script: the functions of client.h are here, so that those of
 * the library are not linked.
 */

#include "test.h"

#include "base/vec.h"
#include "cluster/kube/client.h"
#include "cluster/kube/kube.h"
#include "document/document.h"

/* One answer, to the first call it fits that was not answered yet. */
struct line {
	const char *method;
	const char *path; /* how it begins */
	long status;      /* 0: none, for no answer at all */
	const char *body;
};

struct kube_client {
	int unused;
};

static struct run run;
static struct cluster *cluster;
static const struct line *script;
static size_t n_script;
static bool used[64];
static struct str sent; /* "METHOD PATH BODY", a line each */
static struct str warned;

static const struct line *find_line(const struct kube_call *call)
{
	for (size_t i = 0; i < n_script; i++) {
		if (used[i] || !str_equal(script[i].method, call->method) ||
		    !str_starts(call->path, script[i].path))
			continue;
		used[i] = true;
		return &script[i];
	}
	fail_msg("unexpected: %s %s", call->method, call->path);
	return NULL;
}

static void answer(struct kube_call *call)
{
	const struct line *line = find_line(call);
	struct http_response *response = &call->response;
	size_t n = line->body ? strlen(line->body) : 0;

	str_printf(&sent, "%s %s %.*s\n", call->method, call->path,
		   (int)call->body.len, call->body.data ? call->body.data : "");
	*response = (struct http_response){
		.status = line->status,
		.body = { arena_strdup(call->arena, n ? line->body : ""), n },
	};
	if (!line->status)
		err_set(&response->err, ERR_TEMPORARY, "connection refused");
	if (line->status != 200 || !call->sink)
		return;
	/* As if it had broken off and been tried again. */
	if (call->sink(call->context, line->body, n / 2, &response->err) < 0 ||
	    call->sink(call->context, NULL, 0, &response->err) < 0 ||
	    call->sink(call->context, line->body, n, &response->err) < 0)
		response->status = 0;
}

int kube_client_open(struct run *r, const struct cluster_args *args,
		     struct kube_client **out, struct err *err)
{
	static struct kube_client client;

	(void)r, (void)args, (void)err;
	*out = &client;
	return 0;
}

const char *kube_client_context(const struct kube_client *client)
{
	(void)client;
	return "test";
}

const char *kube_client_namespace(const struct kube_client *client)
{
	(void)client;
	return "demo";
}

const struct http_counts *kube_client_counts(const struct kube_client *client)
{
	static const struct http_counts none;

	(void)client;
	return &none;
}

int kube_client_all(struct kube_client *client, struct kube_call *calls,
		    size_t n, struct err *err)
{
	(void)client, (void)err;
	for (size_t i = 0; i < n; i++)
		answer(&calls[i]);
	return 0;
}

int kube_client_fail(const struct kube_client *client, struct kube_call *call,
		     struct err *err)
{
	(void)client;
	err_clear(&call->response.err);
	return err_set(err, ERR_FAILED, "%s %s: %ld", call->method, call->path,
		       call->response.status);
}

int kube_client_one(struct kube_client *client, struct kube_call *call,
		    struct err *err)
{
	(void)client, (void)call, (void)err;
	return -1;
}

static void listen(void *payload, const struct event *event)
{
	(void)payload;
	if (event->kind == EVENT_WARNING)
		str_printf(&warned, "%s\n", event->text);
}

static int set_up(void **state)
{
	const struct cluster_args args = { 0 };
	struct err err = { 0 };

	(void)state;
	sent = warned = (struct str)STR_INIT(STR_BIG);
	run_init(&run, NULL);
	run.emit = listen;
	return kube_open(&run, &args, &cluster, &err);
}

static int tear_down(void **state)
{
	(void)state;
	run_release(&run);
	str_release(&sent);
	str_release(&warned);
	return 0;
}

#define SCRIPT(...)                                                            \
	do {                                                                   \
		static const struct line lines[] = { __VA_ARGS__ };            \
		script = lines;                                                \
		n_script = ARRAY_LEN(lines);                                   \
		memset(used, 0, sizeof(used));                                 \
		str_clear(&sent);                                              \
	} while (0)

#define RESOURCE(plural, kind, scope)                                          \
	"{\"resource\":\"" plural "\",\"responseKind\":{\"kind\":\"" kind      \
	"\"},\"scope\":\"" scope "\",\"verbs\":[\"list\",\"patch\"]}"
#define GROUP(name, version, more, resources)                                  \
	"{\"metadata\":{\"name\":\"" name                                      \
	"\"},\"versions\":[{\"version\":\"" version "\"," more                 \
	"\"resources\":[" resources "]}]}"
#define CORE                                                                   \
	"{\"kind\":\"APIGroupDiscoveryList\",\"items\":[{\"metadata\":{},"     \
	"\"versions\":[{\"version\":\"v1\",\"resources\":[" RESOURCE(          \
		"configmaps", "ConfigMap",                                     \
		"Namespaced") "," RESOURCE("namespaces", "Namespace",          \
					   "Cluster") "]}]}]}"
#define GROUPS(groups)                                                         \
	"{\"kind\":\"APIGroupDiscoveryList\",\"items\":[" groups "]}"

static struct objects *parse(const char *yaml)
{
	struct objects *objects = arena_alloc(run.arena, sizeof(*objects));
	struct docs docs = { 0 };
	struct err err = { 0 };

	assert_int_equal(doc_read_yaml(run.arena, "web.yaml",
				       (struct bytes){ yaml, strlen(yaml) },
				       NULL, &docs, &err),
			 0);
	for (size_t i = 0; i < docs.n; i++)
		assert_int_equal(objects_add_doc(run.arena, &docs.v[i], objects,
						 &err),
				 0);
	return objects;
}

/* The wanted objects, known to the server, one item each. */
static struct cluster_item **want(const char *yaml)
{
	struct objects *objects = parse(yaml);
	struct cluster_item **items = arena_array(run.arena, objects->n,
						  sizeof(*items));
	struct err err = { 0 };

	SCRIPT({ "GET", "/apis", 200, GROUPS("") },
	       { "GET", "/api", 200, CORE });
	assert_int_equal(cluster_identify(cluster, objects, &err), 0);
	for (size_t i = 0; i < objects->n; i++) {
		items[i] = arena_alloc(run.arena, sizeof(**items));
		items[i]->want = &objects->v[i];
	}
	return items;
}

#define CONFIG_MAP(name)                                                       \
	"{apiVersion: v1, kind: ConfigMap, metadata: {name: " name "}}\n---\n"
#define FIVE                                                                   \
	CONFIG_MAP("a")                                                        \
	CONFIG_MAP("b") CONFIG_MAP("c") CONFIG_MAP("d") CONFIG_MAP("e")
#define ITEM(name)                                                             \
	"{\"metadata\":{\"name\":\"" name "\",\"namespace\":\"demo\"}}"
#define PAGE(next, items)                                                      \
	"{\"metadata\":{\"continue\":\"" next "\"},\"items\":[" items "]}"
#define LIST "/api/v1/namespaces/demo/configmaps?"
#define ONE  "/api/v1/namespaces/demo/configmaps/"

static void assert_lives(const struct cluster_item *item, const char *name)
{
	assert_string_equal(
		item->live.data,
		arena_printf(run.arena,
			     "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\","
			     "\"metadata\":{\"name\":\"%s\",\"namespace\":"
			     "\"demo\"}}",
			     name));
}

static void all_pages_of_a_list_are_read(void **state)
{
	struct cluster_item **items = want(FIVE);
	AUTO_ERR struct err err = { 0 };

	(void)state;
	SCRIPT({ "GET", LIST "limit=500&continue=t+1", 500, NULL },
	       { "GET", LIST "limit=500&continue=t%2B1", 200,
		 PAGE("", ITEM("other") "," ITEM("e")) },
	       { "GET", LIST "limit=500", 200, PAGE("t+1", ITEM("a")) });
	assert_int_equal(cluster_read(cluster, items, 5, &err), 0);
	assert_lives(items[0], "a");
	assert_int_equal(items[1]->live.len, 0);
	assert_lives(items[4], "e");
}

static void an_expired_token_starts_the_list_anew(void **state)
{
	struct cluster_item **items = want(FIVE);
	AUTO_ERR struct err err = { 0 };

	(void)state;
	SCRIPT({ "GET", LIST "limit=500&continue=t", 410, NULL },
	       { "GET", LIST "limit=500", 200, PAGE("t", ITEM("a")) },
	       { "GET", "/api/v1/namespaces/demo/configmaps", 200,
		 PAGE("", ITEM("b")) });
	assert_int_equal(cluster_read(cluster, items, 5, &err), 0);
	assert_int_equal(items[0]->live.len, 0);
	assert_lives(items[1], "b");
	assert_non_null(strstr(str_text(&sent), "configmaps \n"));
}

static void half_a_list_is_none(void **state)
{
	struct cluster_item **items = want(FIVE);

	(void)state;
	for (int i = 0; i < 3; i++) {
		AUTO_ERR struct err err = { 0 };

		if (i == 0)
			SCRIPT({ "GET", LIST "limit=500&continue", 500, NULL },
			       { "GET", LIST, 200, PAGE("t", ITEM("a")) });
		else if (i == 1)
			SCRIPT({ "GET", LIST "limit=500&continue", 200,
				 PAGE("t", ITEM("b")) },
			       { "GET", LIST, 200, PAGE("t", ITEM("a")) });
		else
			SCRIPT({ "GET", LIST, 200, "{\"items\":[" });
		assert_int_equal(cluster_read(cluster, items, 5, &err), -1);
		assert_int_equal(err.status, ERR_FAILED);
	}
}

static void who_may_not_list_reads_one_by_one(void **state)
{
	struct cluster_item **items = want(FIVE);
	AUTO_ERR struct err err = { 0 };

	(void)state;
	SCRIPT({ "GET", LIST, 403, NULL }, { "GET", ONE "a", 404, NULL },
	       { "GET", ONE "b", 200, ITEM("b") },
	       { "GET", ONE "c", 404, NULL }, { "GET", ONE "d", 404, NULL },
	       { "GET", ONE "e", 403, "no" });
	assert_int_equal(cluster_read(cluster, items, 5, &err), 0);
	assert_int_equal(items[0]->live.len, 0);
	assert_int_equal(items[0]->err.status, ERR_OK);
	assert_string_equal(items[1]->live.data, ITEM("b"));
	assert_int_equal(items[4]->err.status, ERR_ACCESS);
	err_clear(&items[4]->err);
}

static void no_answer_to_anything_ends_the_run(void **state)
{
	struct cluster_item **items = want(CONFIG_MAP("a") CONFIG_MAP("b"));
	AUTO_ERR struct err err = { 0 };

	(void)state;
	SCRIPT({ "GET", ONE "a", 0, NULL }, { "GET", ONE "b", 0, NULL });
	assert_int_equal(cluster_read(cluster, items, 2, &err), -1);
	assert_int_equal(items[0]->err.status, ERR_OK);
	err_clear(&err);
	SCRIPT({ "GET", ONE "a", 200, ITEM("a") },
	       { "GET", ONE "b", 401, NULL });
	assert_int_equal(cluster_read(cluster, items, 2, &err), -1);
	err_clear(&err);
	SCRIPT({ "GET", ONE "a", 200, ITEM("a") }, { "GET", ONE "b", 0, NULL });
	assert_int_equal(cluster_read(cluster, items, 2, &err), 0);
	assert_int_equal(items[1]->err.status, ERR_TEMPORARY);
	err_clear(&items[1]->err);
}

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

static void a_group_that_is_down_matters_where_it_is_used(void **state)
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

static void a_write_by_somebody_else_is_waited_out(void **state)
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
static void a_kind_that_just_came_is_waited_for(void **state)
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

static void what_is_too_large_is_not_sent(void **state)
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

/* An object that is as it was applied. */
#define MARK "annotations: {gitops/applied: abcd.beef}"
#define MARKED(kind, name)                                                     \
	"{apiVersion: v1, kind: " kind ", metadata: {name: " name ", " MARK    \
	"}}\n---\n"
#define MARKED_FIVE                                                            \
	MARKED("ConfigMap", "a")                                               \
	MARKED("ConfigMap", "b")                                               \
	MARKED("ConfigMap", "c")                                               \
	MARKED("ConfigMap", "d") MARKED("ConfigMap", "e")
#define APPLIED(name, digest) "{" APPLIED_REST(name, digest)
#define APPLIED_REST(name, digest)                                             \
	"\"metadata\":{\"name\":\"" name "\",\"namespace\":\"demo\","          \
	"\"annotations\":{\"gitops/applied\":\"" digest "\"},"                 \
	"\"managedFields\":[{\"manager\":\"gitops\",\"operation\":\"Apply\","  \
	"\"apiVersion\":\"v1\",\"fieldsV1\":{\"f:metadata\":{"                 \
	"\"f:annotations\":{\"f:gitops/applied\":{}}}}}]}}"

static void what_is_proved_is_neither_kept_nor_tried(void **state)
{
	struct cluster_item **items = want(MARKED_FIVE);
	AUTO_ERR struct err err = { 0 };

	(void)state;
	SCRIPT({ "GET", LIST, 200,
		 PAGE("",
		      APPLIED("a", "abcd.beef") "," APPLIED("b",
							    "abcd.dead")) });
	assert_int_equal(cluster_read(cluster, items, 5, &err), 0);
	assert_true(items[0]->proved && cluster_item_lives(items[0]));
	assert_int_equal(items[0]->live.len, 0);
	assert_false(items[1]->proved || !items[1]->live.len);
	assert_false(items[2]->proved || cluster_item_lives(items[2]));
	/* Only the other is asked for. */
	SCRIPT({ "PATCH", ONE "b", 200, APPLIED("b", "abcd.beef") });
	assert_int_equal(cluster_try(cluster, items, 2, &err), 0);
	assert_int_equal(items[0]->merged.len, 0);
	assert_int_not_equal(items[1]->merged.len, 0);
}

static void one_that_is_read_singly_is_proved_as_well(void **state)
{
	struct cluster_item **items = want(MARKED("ConfigMap", "a"));
	AUTO_ERR struct err err = { 0 };

	(void)state;
	SCRIPT({ "GET", ONE "a", 200,
		 "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\"," APPLIED_REST(
			 "a", "abcd.beef") });
	assert_int_equal(cluster_read(cluster, items, 1, &err), 0);
	assert_true(items[0]->proved);
}

static void an_expired_token_takes_proofs_along(void **state)
{
	struct cluster_item **items = want(MARKED_FIVE);
	AUTO_ERR struct err err = { 0 };

	(void)state;
	SCRIPT({ "GET", LIST "limit=500&continue=t", 410, NULL },
	       { "GET", LIST, 200, PAGE("t", APPLIED("a", "abcd.beef")) },
	       { "GET", "/api/v1/namespaces/demo/configmaps", 200,
		 PAGE("", APPLIED("b", "abcd.beef")) });
	assert_int_equal(cluster_read(cluster, items, 5, &err), 0);
	assert_false(items[0]->proved);
	assert_true(items[1]->proved);
}

static void in_full_nothing_is_proved(void **state)
{
	const struct cluster_args args = { .full = true };
	struct cluster_item **items;
	AUTO_ERR struct err err = { 0 };

	(void)state;
	assert_int_equal(kube_open(&run, &args, &cluster, &err), 0);
	items = want(MARKED_FIVE);
	SCRIPT({ "GET", LIST, 200, PAGE("", APPLIED("a", "abcd.beef")) });
	assert_int_equal(cluster_read(cluster, items, 5, &err), 0);
	assert_false(items[0]->proved);
	assert_int_not_equal(items[0]->live.len, 0);
}

static void a_namespace_that_is_proved_does_not_come(void **state)
{
	struct cluster_item **items = want(MARKED("Namespace", "demo")
						   CONFIG_MAP("a"));
	AUTO_ERR struct err err = { 0 };

	(void)state;
	items[0]->proved = true;
	SCRIPT({ "PATCH", ONE "a?", 200, ITEM("a") });
	assert_int_equal(cluster_try(cluster, items, 2, &err), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_pages_of_a_list_are_read),
		TEST(an_expired_token_starts_the_list_anew),
		TEST(half_a_list_is_none),
		TEST(who_may_not_list_reads_one_by_one),
		TEST(no_answer_to_anything_ends_the_run),
		TEST(the_old_discovery_is_understood),
		TEST(a_group_that_is_down_matters_where_it_is_used),
		TEST(what_is_no_api_server_is_said_to_be_none),
		TEST(a_coming_namespace_is_stood_in_for),
		TEST(a_fold_reads_again_what_others_have_written),
		TEST(a_write_by_somebody_else_is_waited_out),
		TEST(a_kind_that_just_came_is_waited_for),
		TEST(what_is_too_large_is_not_sent),
		TEST(what_is_proved_is_neither_kept_nor_tried),
		TEST(one_that_is_read_singly_is_proved_as_well),
		TEST(an_expired_token_takes_proofs_along),
		TEST(in_full_nothing_is_proved),
		TEST(a_namespace_that_is_proved_does_not_come),
	};

	doc_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
