/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "report/report.h"

static struct arena *arena;
static struct report_notices notices;
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
	arena_free(arena);
	err_clear(&err);
	return 0;
}

static json_t *read(struct bytes text)
{
	json_t *doc;

	assert_int_equal(doc_read_json(arena, "document", text, &doc, &err), 0);
	return doc;
}

static void notice(const char *document, enum report_due due)
{
	report_notices(arena,
		       read((struct bytes){ document, strlen(document) }), due,
		       1767323045, &notices);
}

static void assert_chat(const char *text)
{
	assert_string_equal(doc_get_string(read(notices.chat), "text", NULL),
			    text);
}

static const char failed[] =
	"{\"command\": \"sync\", \"exitStatus\": 5, "
	"\"cluster\": {\"name\": \"prod\"}, "
	"\"apps\": [{\"name\": \"web\"}, {\"name\": \"db\"}], "
	"\"revision\": {\"commit\": \"1a2b3c4d5e\", \"name\": \"main\", "
	"\"subject\": \"a <b> & c\", \"author\": \"Ada <a@b>\"}, "
	"\"summary\": {\"changed\": 1, \"unchanged\": 2}, "
	"\"errors\": [{\"message\": \"applied, but\"}], "
	"\"objects\": [{\"kind\": \"Deployment\", \"namespace\": \"demo\", "
	"\"name\": \"web\", \"app\": \"web\", \"error\": null, \"health\": "
	"{\"state\": \"failed\", \"reason\": \"no\\nimage\"}}, "
	"{\"kind\": \"Namespace\", \"namespace\": \"\", \"name\": \"demo\", "
	"\"app\": \"web\", \"error\": {\"message\": \"denied\"}}], "
	"\"run\": {\"who\": \"ann@host\", \"job\": \"https://ci/7\", "
	"\"milliseconds\": 61500}}";

static void a_failure_is_told_in_these_words(void **state)
{
	(void)state;
	notice(failed, REPORT_DUE_FAILURE);
	assert_chat(":x: *gitops sync failed* on prod: web, db\n"
		    "main@1a2b3c4 \"a &lt;b&gt; &amp; c\" by Ada &lt;a@b&gt;\n"
		    "1 changed, 2 unchanged\n"
		    "\u2022 Deployment demo/web: no image\n"
		    "\u2022 Namespace demo: denied\n"
		    "run by ann@host in 1m1s, https://ci/7\n");
}

static void a_program_gets_the_same_as_data(void **state)
{
	json_t *doc;

	(void)state;
	notice(failed, REPORT_DUE_CHANGE);
	assert_int_equal(notices.n, 1);
	doc = read(notices.v[0]);
	assert_string_equal(doc_get_string(doc, "result", NULL), "failed");
	assert_string_equal(doc_get_string(doc, "cluster", NULL), "prod");
	assert_string_equal(doc_get_string(doc, "sentAt", NULL),
			    "2026-01-02T03:04:05Z");
	assert_string_equal(json_string_value(
				    doc_pointer(doc, "/failures/0/object")),
			    "Deployment demo/web");
	assert_string_equal(json_string_value(
				    doc_pointer(doc, "/failures/1/reason")),
			    "denied");
	assert_null(doc_get(doc, "objects", NULL));
}

static void a_cluster_that_left_nothing_is_told_of(void **state)
{
	(void)state;
	notice("{\"command\": \"sync\", \"exitStatus\": 2, \"clusters\": ["
	       "{\"name\": \"eu\", \"exitStatus\": 0, \"report\": "
	       "{\"summary\": {\"unchanged\": 3}}}, "
	       "{\"name\": \"us\", \"exitStatus\": 139}], "
	       "\"errors\": [], \"run\": {\"who\": \"ann@host\"}}",
	       REPORT_DUE_CHANGE);
	assert_int_equal(notices.n, 1);
	assert_chat(":x: *gitops sync failed* on us\nrun by ann@host\n");
}

static void nothing_done_is_told_on_demand_alone(void **state)
{
	static const char none[] =
		"{\"command\": \"sync\", \"exitStatus\": 0, "
		"\"summary\": {\"unchanged\": 3, \"kept\": 1}}";

	(void)state;
	for (int due = REPORT_DUE_NEVER; due < REPORT_DUE_ALWAYS; due++) {
		notice(none, (enum report_due)due);
		assert_int_equal(notices.n, 0);
	}
	notice(none, REPORT_DUE_ALWAYS);
	assert_chat(":white_check_mark: *gitops sync changed nothing*\n"
		    "1 kept, 3 unchanged\nrun by ?\n");
}

/* A release of two images, one of them in two places. */
static char *release(const char *commit, const char *pulls)
{
	return arena_printf(
		arena,
		"{\"command\": \"release\", \"exitStatus\": 0, \"revision\": "
		"{\"commit\": \"1a2b3c4d5e\", \"name\": \"main\"}, "
		"\"release\": {\"commit\": %s, \"pullRequests\": [%s], "
		"\"places\": ["
		"{\"image\": \"acme/web\", \"from\": \"1\", \"to\": \"2\"}, "
		"{\"image\": \"acme/web\", \"from\": \"1\", \"to\": \"2\"}, "
		"{\"image\": \"acme/db\", \"from\": null, \"to\": null}, "
		"{\"image\": \"acme/api\", \"from\": \"-\", \"to\": \"3\"}]}}",
		commit, pulls);
}

static void a_release_is_told_move_by_move(void **state)
{
	(void)state;
	notice(release("\"1a2b3c4d5e\"", ""), REPORT_DUE_CHANGE);
	assert_chat(":white_check_mark: *gitops release done*\n"
		    "main@1a2b3c4\n"
		    "\u2022 acme/web 1 -&gt; 2\n"
		    "\u2022 acme/api - -&gt; 3\n"
		    "run by ?\n");
	assert_non_null(doc_get(read(notices.v[0]), "release", NULL));
}

static void a_pull_request_is_told_of_when_it_is_touched(void **state)
{
	(void)state;
	notice(release("null", "{\"action\": \"opened\", "
			       "\"url\": \"https://forge/7\"}"),
	       REPORT_DUE_CHANGE);
	assert_chat(":white_check_mark: *gitops release done*\n"
		    "main@1a2b3c4\n"
		    "\u2022 acme/web 1 -&gt; 2\n"
		    "\u2022 acme/api - -&gt; 3\n"
		    "\u2022 opened: https://forge/7\n"
		    "run by ?\n");
	notice(release("null", "{\"action\": \"unchanged\"}"),
	       REPORT_DUE_CHANGE);
	assert_int_equal(notices.n, 0);
}

static void what_would_be_released_is_no_change(void **state)
{
	(void)state;
	notice(release("null", ""), REPORT_DUE_CHANGE);
	assert_int_equal(notices.n, 0);
	notice(release("null", ""), REPORT_DUE_ALWAYS);
	assert_chat(":white_check_mark: *gitops release changed nothing*\n"
		    "main@1a2b3c4\nrun by ?\n");
}

static void a_long_list_has_an_end(void **state)
{
	AUTO_STR struct str text = STR_INIT(65536);
	const char *chat;

	(void)state;
	str_add(&text, "{\"exitStatus\": 2, \"errors\": [");
	for (int i = 0; i < 13; i++)
		str_printf(&text, "%s{\"message\": \"fault %d\"}",
			   i ? ", " : "", i);
	str_add(&text, "]}");
	notice(str_text(&text), REPORT_DUE_CHANGE);
	chat = doc_get_string(read(notices.chat), "text", NULL);
	assert_non_null(strstr(chat, "fault 9\nand 3 more\n"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_failure_is_told_in_these_words),
		TEST(a_program_gets_the_same_as_data),
		TEST(a_cluster_that_left_nothing_is_told_of),
		TEST(nothing_done_is_told_on_demand_alone),
		TEST(a_release_is_told_move_by_move),
		TEST(a_pull_request_is_told_of_when_it_is_touched),
		TEST(what_would_be_released_is_no_change),
		TEST(a_long_list_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
