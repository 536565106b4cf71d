/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/vec.h"
#include "document/document.h"
#include "object/mark.h"
#include "plan/status.h"

#define COMMIT "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d"

static struct arena *arena;
static struct err err;
static struct object wanted;
static struct record record;
static struct plan plan;

/* A ConfigMap of app web, marked, and a record that was synced once. */
static int setup(void **state)
{
	static const char yaml[] =
		"{apiVersion: v1, kind: ConfigMap, metadata: {name: a, "
		"namespace: n}, data: {k: v}}\n";
	struct docs docs = { 0 };
	struct objects want = { 0 };

	(void)state;
	arena = arena_new();
	assert_int_equal(doc_read_yaml(arena, "a.yaml",
				       (struct bytes){ yaml, sizeof(yaml) - 1 },
				       NULL, &docs, &err),
			 0);
	assert_int_equal(objects_add_doc(arena, &docs.v[0], &want, &err), 0);
	record_init(arena, "web", "default", &record);
	wanted = want.v[0];
	wanted.app = "web";
	assert_int_equal(mark_object(arena, &wanted, record.set, &err), 0);
	record.exists = true;
	*vec_push(arena, &record.syncs) = (struct record_sync){
		.number = 1,
		.commit = COMMIT,
		.result = "done",
	};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	err_clear(&err);
	arena_free(arena);
	return 0;
}

static void remember(const char *uid)
{
	*vec_push(arena, &record.members) = (struct record_member){
		.object = wanted,
		.uid = uid,
	};
}

/* What comes of the one step of the app. */
static struct status_app judge(enum plan_action action, const json_t *live,
			       const struct status_wish *wish)
{
	static const struct record_members none = { 0 };
	const struct objects want = { .v = &wanted, .n = 1 };
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	struct status status;

	plan_init(arena, &want, &none, &plan);
	if (live) {
		doc_write_json(&text, live);
		plan.v[0].item.live = (struct bytes){ str_keep(&text, arena),
						      text.len };
	}
	plan_set_action(&plan, &plan.v[0], action);
	status_judge(&plan, &record, 1, wish, &status);
	assert_int_equal(status.n, 1);
	assert_int_equal(status.v[0].drifted, plan.v[0].cause == PLAN_DRIFTED);
	assert_int_equal(status.v[0].awaited, plan.v[0].cause == PLAN_AWAITED);
	return status.v[0];
}

static const struct status_wish marked = { COMMIT, "git.example.com/a", true };
static const struct status_wish files = { COMMIT, "git.example.com/a", false };
static const struct status_wish newer = { "ff", "git.example.com/a", false };

static void expect(enum plan_action action, const json_t *live,
		   const struct status_wish *wish, const char *state)
{
	const struct status_app app = judge(action, live, wish);

	assert_string_equal(status_state(&app), state);
}

static void what_is_unchanged_is_in_sync(void **state)
{
	(void)state;
	expect(PLAN_UNCHANGED, wanted.doc, &marked, "in sync");
	expect(PLAN_KEEP, wanted.doc, &marked, "in sync");
}

static void the_mark_tells_drift_from_what_is_pending(void **state)
{
	json_t *live = doc_copy(arena, wanted.doc);

	(void)state;
	doc_set_string(live, "hand", "data", "k", NULL);
	expect(PLAN_CHANGE, live, &marked, "drifted");
	expect(PLAN_ADOPT, live, &marked, "drifted");

	/* The commit does not: other files may have changed. */
	record.syncs.v[0].commit = "another";
	expect(PLAN_CHANGE, live, &marked, "drifted");

	doc_set_string(live,
		       arena_printf(arena, "%.17s0123",
				    doc_get_string(live, "metadata",
						   "annotations",
						   MARK_ANNOTATION, NULL)),
		       "metadata", "annotations", MARK_ANNOTATION, NULL);
	expect(PLAN_CHANGE, live, &marked, "pending");
}

static void a_mark_that_was_taken_off_is_drift(void **state)
{
	json_t *live = doc_copy(arena, wanted.doc);

	(void)state;
	doc_set(live, NULL, "metadata", "annotations", NULL);
	expect(PLAN_CHANGE, live, &marked, "pending");
	remember("u1");
	expect(PLAN_CHANGE, live, &marked, "drifted");
}

static void without_marks_the_commit_tells(void **state)
{
	(void)state;
	expect(PLAN_CHANGE, wanted.doc, &files, "drifted");
	expect(PLAN_CHANGE, wanted.doc, &newer, "pending");
}

static void what_was_applied_and_is_gone_has_drifted(void **state)
{
	(void)state;
	expect(PLAN_CREATE, NULL, &marked, "pending");
	remember("");
	expect(PLAN_CREATE, NULL, &marked, "pending");
	expect(PLAN_CREATE, NULL, &files, "drifted");
	record.members.v[0].uid = "u1";
	expect(PLAN_CREATE, NULL, &marked, "drifted");
}

static void an_app_that_was_never_synced_says_so(void **state)
{
	(void)state;
	record.syncs.n = 0;
	expect(PLAN_CREATE, NULL, &marked, "never synced");
	expect(PLAN_UNCHANGED, wanted.doc, &marked, "never synced");
	assert_false(judge(PLAN_CREATE, NULL, &marked).same_commit);
}

static void it_is_told_what_the_record_is_of(void **state)
{
	(void)state;
	assert_true(judge(PLAN_UNCHANGED, wanted.doc, &files).same_commit);
	assert_false(judge(PLAN_UNCHANGED, wanted.doc, &newer).same_commit);
	assert_false(judge(PLAN_UNCHANGED, wanted.doc, &files).moved);
	record.repository = "git.example.com/b";
	assert_true(judge(PLAN_UNCHANGED, wanted.doc, &files).moved);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_unchanged_is_in_sync),
		TEST(the_mark_tells_drift_from_what_is_pending),
		TEST(a_mark_that_was_taken_off_is_drift),
		TEST(without_marks_the_commit_tells),
		TEST(what_was_applied_and_is_gone_has_drifted),
		TEST(an_app_that_was_never_synced_says_so),
		TEST(it_is_told_what_the_record_is_of),
	};

	doc_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
