/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "cluster/kube/conflict.h"
#include "cluster/kube/refuse.h"
#include "document/document.h"

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

#define STATUS(text) "{\"kind\":\"Status\",\"message\":\"" text "\"}"
#define CAUSES(text, causes)                                                   \
	"{\"kind\":\"Status\",\"message\":\"" text                             \
	"\",\"details\":{\"causes\":[" causes "]}}"
#define CAUSE(field, text)                                                     \
	"{\"reason\":\"R\",\"field\":\"" field "\",\"message\":\"" text "\"}"

#define TEN  "0123456789"
#define DUMP TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static const struct {
	long http;
	const char *body;
	enum err_status status;
	const char *msg;
	const char *hint; /* its beginning, or NULL */
} answers[] = {
	{ 500,
	  STATUS("failed to create typed patch object (demo/web; apps/v1, "
		 "Kind=Deployment): .spec.replica: field not declared in "
		 "schema"),
	  ERR_REFUSED, "unknown field .spec.replica", NULL },
	{ 500,
	  STATUS("failed to create typed patch object (a/b; v1, Kind=X): "
		 "errors:\\n  .spec.a: field not declared in schema\\n  "
		 ".spec.l: duplicate entries for key [name=\\\"x\\\"]"),
	  ERR_REFUSED,
	  "unknown field .spec.a; .spec.l: duplicate entries for key "
	  "[name=\"x\"]",
	  NULL },
	/* The value may be a Secret's. */
	{ 500,
	  STATUS("failed to create typed patch object (/x; /v1, "
		 "Kind=ConfigMap): .data.a: expected string, got "
		 "&value.valueUnstructured{Value:12345}"),
	  ERR_REFUSED, ".data.a: expected string", "quote what" },
	{ 400,
	  STATUS("Deployment in version \\\"v1\\\" cannot be handled as a "
		 "Deployment: strict decoding error: unknown field "
		 "\\\"spec.a\\\", duplicate field \\\"spec.b\\\""),
	  ERR_REFUSED, "unknown field \"spec.a\"; duplicate field \"spec.b\"",
	  NULL },
	{ 422,
	  CAUSES("X is invalid: [...]",
		 CAUSE("spec.replicas",
		       "Invalid value: -1") "," CAUSE("", "Required value")),
	  ERR_REFUSED, "spec.replicas: Invalid value: -1; Required value",
	  NULL },
	/* A value that is a whole template tells nobody anything. */
	{ 422,
	  CAUSES("X is invalid: [...]",
		 CAUSE("spec.template",
		       "Invalid value: {\\\"Name\\\": \\\"" DUMP
		       "\\\"}: field is immutable")),
	  ERR_REFUSED, "spec.template: Invalid value: ...: field is immutable",
	  NULL },
	{ 404,
	  "{\"kind\":\"Status\",\"message\":\"namespaces \\\"x\\\" not "
	  "found\",\"details\":{\"name\":\"x\",\"kind\":\"namespaces\"}}",
	  ERR_NOT_FOUND, "namespace x does not exist", "add a Namespace" },
	{ 403,
	  STATUS("configmaps \\\"a\\\" is forbidden: unable to create new "
		 "content in namespace demo because it is being terminated"),
	  ERR_REFUSED, "namespace demo is being deleted", "add a Namespace" },
	{ 403, STATUS("no"), ERR_ACCESS, "no", NULL },
	{ 400, STATUS("admission webhook \\\"w.x\\\" does not support dry run"),
	  ERR_REFUSED, "admission webhook \"w.x\" does not support dry run",
	  "declare the webhook's sideEffects" },
	{ 404, "404 page not found\n", ERR_NOT_FOUND,
	  "the server: 404, not found: 404 page not found", NULL },
	{ 502, "<html>", ERR_TEMPORARY, "the server: 502, bad gateway", NULL },
};

static void an_answer_becomes_its_cause_in_one_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		AUTO_ERR struct err err = { 0 };
		struct kube_call call = { .path = "/x", .method = "PATCH" };

		call.response.status = answers[i].http;
		call.response.body.data = answers[i].body;
		call.response.body.len = strlen(answers[i].body);
		assert_int_equal(kube_refuse(&call, &err), -1);
		assert_string_equal(err.msg, answers[i].msg);
		assert_int_equal(err.status, answers[i].status);
		assert_int_equal(err_count(&err), 1);
		if (answers[i].hint)
			assert_memory_equal(err.hint, answers[i].hint,
					    strlen(answers[i].hint));
		else
			assert_null(err.hint);
	}
}

static void no_answer_is_the_transports_own_err(void **state)
{
	AUTO_ERR struct err err = { 0 };
	struct kube_call call = { .path = "/x", .method = "PATCH" };

	(void)state;
	err_set(&call.response.err, ERR_TEMPORARY, "connection refused");
	kube_refuse(&call, &err);
	assert_string_equal(err.msg, "connection refused");
	assert_int_equal(call.response.err.status, ERR_OK);
}

static json_t *parse(const char *text)
{
	struct docs docs = { 0 };
	struct err err = { 0 };

	assert_int_equal(doc_read_yaml(arena, "test",
				       (struct bytes){ text, strlen(text) },
				       NULL, &docs, &err),
			 0);
	return docs.v[0].value;
}

static const char *json(const json_t *value)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	doc_write_json(&out, value);
	return str_keep(&out, arena);
}

static const char web[] =
	"{a: {x.y/z: 1, x: {y/z: 2}}, f: [p, q],"
	" l: [{name: w, v: 1, ports: [{port: 80, n: a},"
	" {port: 80, protocol: UDP, n: b}]}, {name: 'q\"],', v: 2}]}";

static const struct {
	const char *path;
	const char *left; /* NULL: there is no such field */
} drops[] = {
	{ ".a", "{f: [p, q], l: [{name: w, v: 1, ports: [{port: 80, n: a},"
		" {port: 80, protocol: UDP, n: b}]}, {name: 'q\"],', v: 2}]}" },
	{ ".a.x.y/z", "{a: {x: {y/z: 2}}, f: [p, q], l: [{name: w, v: 1,"
		      " ports: [{port: 80, n: a}, {port: 80, protocol: UDP,"
		      " n: b}]}, {name: 'q\"],', v: 2}]}" },
	{ ".f[=\"q\"]", "{a: {x.y/z: 1, x: {y/z: 2}}, f: [p], l: [{name: w,"
			" v: 1, ports: [{port: 80, n: a}, {port: 80,"
			" protocol: UDP, n: b}]}, {name: 'q\"],', v: 2}]}" },
	{ ".l[name=\"q\\\"],\"].v",
	  "{a: {x.y/z: 1, x: {y/z: 2}}, f: [p, q], l: [{name: w, v: 1,"
	  " ports: [{port: 80, n: a}, {port: 80, protocol: UDP, n: b}]},"
	  " {name: 'q\"],'}]}" },
	/* The first has no protocol, which is TCP by default. */
	{ ".l[name=\"w\"].ports[port=80,protocol=\"TCP\"].n",
	  "{a: {x.y/z: 1, x: {y/z: 2}}, f: [p, q], l: [{name: w, v: 1,"
	  " ports: [{port: 80}, {port: 80, protocol: UDP, n: b}]},"
	  " {name: 'q\"],', v: 2}]}" },
	{ ".l[name=\"w\"]", "{a: {x.y/z: 1, x: {y/z: 2}}, f: [p, q],"
			    " l: [{name: 'q\"],', v: 2}]}" },
	{ ".b", NULL },
	{ ".a.x.y", NULL },
	{ ".l[name=\"none\"].v", NULL },
	{ ".l[0]", NULL },
	{ ".l[name", NULL },
	{ ".l[name=\"w", NULL },
	{ ".l[", NULL },
	{ ".f[=\"r\"]", NULL },
	{ "", NULL },
	{ "a", NULL },
	{ "[", NULL },
};

static void a_contested_field_is_found_by_the_servers_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(drops); i++) {
		json_t *doc = parse(web);
		bool found = kube_drop_field(doc, drops[i].path);

		assert_int_equal(found, drops[i].left != NULL);
		assert_string_equal(json(doc),
				    json(parse(drops[i].left ? drops[i].left :
							       web)));
	}
}

#define CONFLICT(field, by)                                                    \
	"{\"reason\":\"FieldManagerConflict\",\"field\":\"" field              \
	"\",\"message\":\"conflict with " by " using apps/v1\"}"

#define SCALED                                                                 \
	CONFLICT(".spec.replicas",                                             \
		 "\\\"kubectl\\\" with subresource \\\"scale\\\"")
#define FOLDED CONFLICT(".spec.kept", "\\\"kubectl\\\"")
#define EDITED CONFLICT(".spec.a", "\\\"editor\\\"")

static const char *give_up(const char *answer, json_t *doc)
{
	return kube_give_up(arena, (struct bytes){ answer, strlen(answer) },
			    doc);
}

static void what_is_given_up_names_field_and_manager(void **state)
{
	static const char answer[] = CAUSES("Apply failed",
					    SCALED "," FOLDED "," EDITED);
	json_t *doc = parse("{spec: {replicas: 1, kept: 1, a: 1}}");

	(void)state;
	assert_string_equal(give_up(answer, doc),
			    ".spec.a (editor), .spec.replicas (kubectl)");
	assert_string_equal(json(doc), "{\"spec\":{\"kept\":1}}");
}

static void other_conflicts_give_nothing_up(void **state)
{
	json_t *doc = parse("{a: 1}");

	(void)state;
	assert_null(give_up(STATUS("the object has been modified"), doc));
	assert_null(give_up("", doc));
	assert_string_equal(
		give_up(CAUSES("x", CONFLICT(".a", "\\\"kubectl\\\"")), doc),
		"");
	assert_string_equal(json(doc), "{\"a\":1}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_becomes_its_cause_in_one_line),
		cmocka_unit_test(no_answer_is_the_transports_own_err),
		cmocka_unit_test(
			a_contested_field_is_found_by_the_servers_words),
		cmocka_unit_test(what_is_given_up_names_field_and_manager),
		cmocka_unit_test(other_conflicts_give_nothing_up),
	};

	doc_init();
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
