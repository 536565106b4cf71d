/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_KUBE_SCRIPT_H
#define TESTS_UNIT_KUBE_SCRIPT_H

/*
 * A kube cluster whose API server is a script, for one test program: the
 * functions of client.h are here, so that those of the library are not linked.
 *
 *	struct cluster_item **items = want("{apiVersion: v1, ...}");
 *	SCRIPT({ "GET", "/api/v1/...", 200, "{...}" });
 */

#include "tests/unit/test.h"

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

const char *kube_client_server(const struct kube_client *client)
{
	(void)client;
	return "digest";
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

int kube_client_until(struct kube_client *client, struct kube_call *calls,
		      size_t n, bool (*enough)(void *context), void *context,
		      struct err *err)
{
	(void)enough, (void)context;
	return kube_client_all(client, calls, n, err);
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
__attribute__((unused)) static struct cluster_item **want(const char *yaml)
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

#endif
