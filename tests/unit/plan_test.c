/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "plan/moves.h"
#include "plan/plan.h"

static struct arena *arena;
static struct err err;

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	err_clear(&err);
	arena_free(arena);
	return 0;
}

static struct bytes text(const char *json)
{
	return (struct bytes){ json, strlen(json) };
}

/* A plan of one ConfigMap whose item the cluster has filled in. */
static struct plan *plan_of(const char *live, const char *merged)
{
	static const char want_yaml[] = "apiVersion: v1\n"
					"kind: ConfigMap\n"
					"metadata: {name: a, namespace: n}\n"
					"data: {k: v}\n";
	struct plan *plan = arena_alloc(arena, sizeof(*plan));
	struct objects *want = arena_alloc(arena, sizeof(*want));
	const struct record_members none = { 0 };
	struct docs docs = { 0 };

	assert_int_equal(doc_read_yaml(arena, "a.yaml", text(want_yaml), NULL,
				       &docs, &err),
			 0);
	assert_int_equal(objects_add_doc(arena, &docs.v[0], want, &err), 0);
	plan_init(arena, want, &none, plan);
	if (live)
		plan->v[0].item.live = text(live);
	if (merged)
		plan->v[0].item.merged = text(merged);
	return plan;
}

#define META(version, fields)                                                  \
	"\"metadata\":{\"name\":\"a\",\"namespace\":\"n\","                    \
	"\"resourceVersion\":\"" version "\",\"uid\":\"u\","                   \
	"\"managedFields\":[{\"manager\":\"gitops\",\"operation\":"            \
	"\"Apply\",\"apiVersion\":\"v1\",\"fieldsType\":\"FieldsV1\","         \
	"\"fieldsV1\":" fields "}]}"
#define OWNED "{\"f:data\":{\"f:k\":{}}}"
#define OBJECT(version, fields, data)                                          \
	"{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\"," META(                 \
		version, fields) ","                                           \
				 "\"data\":" data "}"

static void judge(struct plan *plan, enum plan_action expected)
{
	assert_int_equal(plan_judge(plan, &err), 0);
	assert_int_equal(plan->v[0].action, expected);
	for (int i = 0; i < PLAN_ACTIONS; i++)
		assert_int_equal(plan->count[i], i == (int)expected);
}

static void what_does_not_live_is_created(void **state)
{
	(void)state;
	judge(plan_of(NULL, NULL), PLAN_CREATE);
	judge(plan_of(NULL, OBJECT("1", OWNED, "{}")), PLAN_CREATE);
}

static void equal_values_of_our_own_are_unchanged(void **state)
{
	struct plan *plan = plan_of(OBJECT("1", OWNED, "{\"k\":\"v\"}"),
				    OBJECT("2", OWNED, "{\"k\":\"v\"}"));

	(void)state;
	judge(plan, PLAN_UNCHANGED);
	assert_false(plan_changes(plan));
}

static void other_values_are_a_change(void **state)
{
	struct plan *plan = plan_of(OBJECT("1", OWNED, "{\"k\":\"old\"}"),
				    OBJECT("2", OWNED, "{\"k\":\"v\"}"));

	(void)state;
	judge(plan, PLAN_CHANGE);
	assert_true(plan_changes(plan));
}

static void fields_that_are_not_ours_yet_are_adopted(void **state)
{
	(void)state;
	judge(plan_of(OBJECT("1", "{}", "{\"k\":\"v\"}"),
		      OBJECT("1", OWNED, "{\"k\":\"v\"}")),
	      PLAN_ADOPT);
}

static void fields_that_wait_to_be_folded_are_adopted(void **state)
{
	struct plan *plan = plan_of(OBJECT("1", OWNED, "{\"k\":\"v\"}"),
				    OBJECT("1", OWNED, "{\"k\":\"v\"}"));

	(void)state;
	plan->v[0].item.fold = true;
	judge(plan, PLAN_ADOPT);
}

static void what_is_proved_is_unchanged(void **state)
{
	struct plan *plan = plan_of(NULL, NULL);

	(void)state;
	plan->v[0].item.proved = true;
	judge(plan, PLAN_UNCHANGED);
}

static void what_was_not_tried_is_applied(void **state)
{
	struct plan *plan = plan_of(OBJECT("1", OWNED, "{\"k\":\"v\"}"), NULL);

	(void)state;
	judge(plan, PLAN_APPLY);

	/* The server's answer then says what it did. */
	plan->v[0].item.merged = text(OBJECT("1", OWNED, "{\"k\":\"v\"}"));
	judge(plan, PLAN_UNCHANGED);
}

static void errors_name_origin_and_object(void **state)
{
	struct plan *plan = plan_of(NULL, NULL);

	(void)state;
	err_set(&plan->v[0].item.err, ERR_REFUSED, "no such field");
	err_hint(&plan->v[0].item.err, "mend it");
	judge(plan, PLAN_FAILED);
	plan_errors(plan, &err);
	assert_int_equal(err.status, ERR_REFUSED);
	assert_string_equal(err.msg, "a.yaml:1: ConfigMap n/a: no such field");
	assert_string_equal(err.hint, "mend it");
	err_clear(&plan->v[0].item.err);
}

static void sides_leave_out_what_the_server_keeps(void **state)
{
	static const char live[] =
		"{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\","
		"\"metadata\":{\"name\":\"a\",\"namespace\":\"n\","
		"\"annotations\":{\"kubectl.kubernetes.io/"
		"last-applied-configuration\":\"{}\"},"
		"\"creationTimestamp\":\"2026-01-01T00:00:00Z\","
		"\"generation\":3,\"managedFields\":[],"
		"\"resourceVersion\":\"7\",\"selfLink\":\"/x\",\"uid\":\"u\"},"
		"\"status\":{\"a\":1}}";
	struct plan *plan = plan_of(live, NULL);
	AUTO_STR struct str out = STR_INIT(STR_BIG);
	json_t *before, *after;

	(void)state;
	assert_int_equal(plan_sides(&plan->v[0], arena, &before, &after, &err),
			 0);
	doc_write_json(&out, before);
	assert_string_equal(str_text(&out),
			    "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\","
			    "\"metadata\":{\"name\":\"a\",\"namespace\":"
			    "\"n\"}}");
	assert_true(doc_equal(after, plan->v[0].item.want->doc));
}

/* Of an object with these containers on both sides: "A, B" and so on. */
static const char *moves_of(const char *before, const char *after)
{
	static const char object[] = "{\"spec\":{\"containers\":[%s],"
				     "\"image\":\"none\"}}";
	struct plan *plan = plan_of(arena_printf(arena, object, before),
				    arena_printf(arena, object, after));
	AUTO_STR struct str out = STR_INIT(STR_BIG);
	struct map *moves = map_new(arena);

	plan->v[0].action = PLAN_CHANGE;
	plan_moves(&plan->v[0], moves);
	for (size_t i = 0; i < moves->n; i++)
		str_printf(&out, "%s%s", i ? ", " : "", moves->entries[i].key);
	return str_keep(&out, arena);
}

static void images_are_moved_by_their_names(void **state)
{
	(void)state;
	assert_string_equal(moves_of("{\"image\":\"a:1\"},{\"image\":\"b:1\"}",
				     "{\"image\":\"a:2\"},{\"image\":\"b:1\"}"),
			    "a 1 -> 2");
	assert_string_equal(moves_of("{\"image\":\"h:80/a\"}",
				     "{\"image\":\"h:80/a:2\"},"
				     "{\"image\":\"c:3\"}"),
			    "h:80/a - -> 2, c - -> 3");
	assert_string_equal(moves_of("{\"image\":\"a:1\"},{\"image\":\"a:2\"}",
				     "{\"image\":\"a:2\"},{\"image\":\"a:3\"}"),
			    "a 1 -> 3");
	assert_string_equal(moves_of("{\"image\":\"a:1\"}",
				     "{\"image\":\" no image \"}"),
			    "");
}

static void what_is_created_moves_nothing(void **state)
{
	struct plan *plan = plan_of(NULL, NULL);
	struct map *moves = map_new(arena);

	(void)state;
	plan->v[0].action = PLAN_CREATE;
	plan_moves(&plan->v[0], moves);
	assert_int_equal(moves->n, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_does_not_live_is_created),
		TEST(equal_values_of_our_own_are_unchanged),
		TEST(other_values_are_a_change),
		TEST(fields_that_are_not_ours_yet_are_adopted),
		TEST(fields_that_wait_to_be_folded_are_adopted),
		TEST(what_is_proved_is_unchanged),
		TEST(what_was_not_tried_is_applied),
		TEST(errors_name_origin_and_object),
		TEST(sides_leave_out_what_the_server_keeps),
		TEST(images_are_moved_by_their_names),
		TEST(what_is_created_moves_nothing),
	};

	doc_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
