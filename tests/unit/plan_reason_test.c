/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/vec.h"
#include "document/document.h"
#include "plan/reason.h"

static struct arena *arena;
static struct err err;
static struct record record;
static struct plan plan;

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	record_init(arena, "web", "default", &record);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	err_clear(&err);
	arena_free(arena);
	return 0;
}

/* A ConfigMap of app web; `rest` is behind its metadata. */
static struct objects *object(const char *rest)
{
	const char *yaml = arena_printf(
		arena,
		"{apiVersion: v1, kind: ConfigMap, metadata: {name: a, "
		"namespace: n}%s}",
		rest);
	struct objects *out = arena_alloc(arena, sizeof(*out));
	struct docs docs = { 0 };

	assert_int_equal(doc_read_yaml(arena, "a.yaml",
				       (struct bytes){ yaml, strlen(yaml) },
				       NULL, &docs, &err),
			 0);
	assert_int_equal(objects_add_doc(arena, &docs.v[0], out, &err), 0);
	out->v[0].app = "web";
	return out;
}

static struct bytes json(const json_t *doc)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	doc_write_json(&text, doc);
	return (struct bytes){ str_keep(&text, arena), text.len };
}

/* "k drift, l pending", of what is to be done about a ConfigMap. */
static const char *judge(const char *was, const char *lives, const char *wants,
			 enum plan_cause cause)
{
	const struct record_members none = { 0 };
	const struct reason_wish wish = {
		.record = &record,
		.then = was ? object(was) : NULL,
	};
	const struct objects *want = object(wants);
	AUTO_STR struct str out = STR_INIT(STR_BIG);
	struct plan_step *step;

	record.members = (struct record_members){ 0 };
	*vec_push(arena, &record.members) = (struct record_member){
		.object = want->v[0],
		.uid = "",
	};
	plan_init(arena, want, &none, &plan);
	step = plan.v;
	step->cause = cause;
	step->item.live = json(object(lives)->v[0].doc);
	plan_set_action(&plan, step, PLAN_CHANGE);
	assert_int_equal(reason_judge(&plan, step, &wish, &err), 0);
	for (size_t i = 0; i < step->reasons->n; i++) {
		const struct reason_field *field = &step->reasons->v[i];

		str_printf(&out, "%s%s%s%s", i ? ", " : "", field->change.shown,
			   field->reason.drifted ? " drift" : "",
			   field->reason.pending ? " pending" : "");
	}
	return str_keep(&out, arena);
}

static void the_three_sides_tell(void **state)
{
	static const struct {
		const char *was, *lives, *wants, *said;
	} cases[] = {
		/* Git was changed. */
		{ ", data: {k: a}", ", data: {k: a}", ", data: {k: b}",
		  ".data.k pending" },
		/* The cluster was. */
		{ ", data: {k: a}", ", data: {k: b}", ", data: {k: a}",
		  ".data.k drift" },
		/* Both were. */
		{ ", data: {k: a}", ", data: {k: b}", ", data: {k: c}",
		  ".data.k drift pending" },
		/* One field each. */
		{ ", data: {k: a, l: a}", ", data: {k: b, l: a}",
		  ", data: {k: a, l: b}", ".data.k drift, .data.l pending" },
		/* Git wants what it did not; who set it before is no drift. */
		{ "", ", data: {k: b}", ", data: {k: c}", ".data.k pending" },
		/* Git does not want it any more. */
		{ ", data: {k: a, l: a}", ", data: {k: a, l: a}",
		  ", data: {k: a}", ".data.l pending" },
		/* Somebody has put it there, whom git never heard of. */
		{ ", data: {k: a}", ", data: {k: a, l: b}", ", data: {k: b}",
		  ".data.k pending, .data.l drift" },
		/* Somebody has removed it. */
		{ ", data: {k: a, l: a}", ", data: {k: a}",
		  ", data: {k: a, l: a}", ".data.l drift" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(judge(cases[i].was, cases[i].lives,
					  cases[i].wants, PLAN_AWAITED),
				    cases[i].said);
}

static void what_the_mark_says_needs_nothing_else(void **state)
{
	(void)state;
	assert_string_equal(judge(NULL, ", data: {k: b}", ", data: {k: a}",
				  PLAN_DRIFTED),
			    ".data.k drift");
}

static void without_a_past_the_owner_tells(void **state)
{
	static const char rest[] =
		", data: {k: b, l: a}, x: [{manager: alice, operation: Update, "
		"fieldsV1: {f:data: {f:k: {}}}}, {manager: gitops, "
		"operation: Apply, fieldsV1: {f:data: {f:l: {}}}}]";
	const struct record_members none = { 0 };
	const struct reason_wish wish = { .record = &record };
	const struct objects *want = object(", data: {k: a, l: b}");
	json_t *live = doc_copy(arena, object(rest)->v[0].doc);

	(void)state;
	doc_set(live, doc_get(live, "x", NULL), "metadata", "managedFields",
		NULL);
	doc_set(live, NULL, "x", NULL);
	*vec_push(arena, &record.members) = (struct record_member){
		.object = want->v[0],
		.uid = "",
	};
	plan_init(arena, want, &none, &plan);
	plan.v[0].item.live = json(live);
	plan.v[0].cause = PLAN_AWAITED;
	plan_set_action(&plan, plan.v, PLAN_CHANGE);
	assert_int_equal(reason_judge(&plan, plan.v, &wish, &err), 0);
	assert_int_equal(plan.v[0].reasons->n, 2);
	assert_true(plan.v[0].reasons->v[0].reason.drifted);
	assert_string_equal(plan.v[0].reasons->v[0].reason.who.manager,
			    "alice");
	assert_false(plan.v[0].reasons->v[1].reason.drifted);
	assert_true(plan.v[0].reasons->v[1].reason.pending);
}

/* k is ours and has another value; l is as git wants it, and would not stay
 * so. */
static void a_webhook_is_told_by_what_is_still_ours(void **state)
{
	static const char rest[] =
		", data: {k: b, l: a}, x: [{manager: gitops, operation: Apply, "
		"fieldsV1: {f:data: {f:k: {}, f:l: {}}}}]";
	const struct record_members none = { 0 };
	const struct reason_wish wish = { .record = &record };
	const struct objects *want = object(", data: {k: a, l: a}");
	json_t *live = doc_copy(arena, object(rest)->v[0].doc), *merged;
	const struct reason *k, *l;

	(void)state;
	doc_set(live, doc_get(live, "x", NULL), "metadata", "managedFields",
		NULL);
	doc_set(live, NULL, "x", NULL);
	merged = doc_copy(arena, live);
	doc_set_string(merged, "a", "data", "k", NULL);
	doc_set_string(merged, "c", "data", "l", NULL);
	record.members = (struct record_members){ 0 };
	*vec_push(arena, &record.members) = (struct record_member){
		.object = want->v[0],
		.uid = "1",
	};
	plan_init(arena, want, &none, &plan);
	plan.v[0].item.live = json(live);
	plan.v[0].item.merged = json(merged);
	plan.v[0].cause = PLAN_DRIFTED;
	plan_set_action(&plan, plan.v, PLAN_CHANGE);
	assert_int_equal(reason_judge(&plan, plan.v, &wish, &err), 0);
	assert_int_equal(plan.v[0].reasons->n, 2);
	k = &plan.v[0].reasons->v[0].reason;
	l = &plan.v[0].reasons->v[1].reason;
	assert_true(k->drifted && k->admitted && !k->pending);
	assert_true(l->pending && l->admitted && !l->drifted);
}

static void two_revisions_are_pending(void **state)
{
	const struct record_members none = { 0 };
	const struct reason_wish wish = { .then = object(", data: {k: a}") };
	const struct objects *want = object(", data: {k: b}");

	(void)state;
	plan_init(arena, want, &none, &plan);
	plan.v[0].item.live = json(wish.then->v[0].doc);
	plan_set_action(&plan, plan.v, PLAN_CHANGE);
	assert_int_equal(reason_judge(&plan, plan.v, &wish, &err), 0);
	assert_true(reason_pending(plan.v));
	assert_false(reason_drifted(plan.v));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_three_sides_tell),
		TEST(what_the_mark_says_needs_nothing_else),
		TEST(without_a_past_the_owner_tells),
		TEST(a_webhook_is_told_by_what_is_still_ours),
		TEST(two_revisions_are_pending),
	};

	doc_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
