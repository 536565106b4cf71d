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

static void notice_about(const char *document, enum report_due due,
			 enum report_about about)
{
	const struct report_notice_args args = { due, about, 1767323045 };

	report_notices(arena,
		       read((struct bytes){ document, strlen(document) }),
		       &args, &notices);
}

static void notice(const char *document, enum report_due due)
{
	notice_about(document, due, REPORT_ABOUT_ANY);
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

/* ---- differences ---- */

#define ALICE                                                                  \
	"{\"manager\": \"alice\", \"operation\": \"Update\", "                 \
	"\"subresource\": null, \"time\": \"2026-01-02T03:00:00Z\"}"
#define ADA                                                                    \
	"{\"commit\": \"1a2b3c4d5e\", \"author\": \"Ada <a@b>\", "             \
	"\"subject\": \"two\", \"time\": \"2026-01-01T03:00:00Z\", "           \
	"\"origin\": \"web.yaml:3\"}"

static const char differs[] =
	"{\"command\": \"diff\", \"exitStatus\": 1, "
	"\"summary\": {\"change\": 1, \"delete\": 1, \"unchanged\": 4}, "
	"\"objects\": [{\"kind\": \"Deployment\", \"namespace\": \"demo\", "
	"\"name\": \"web\", \"app\": \"web\", \"action\": \"change\", "
	"\"drift\": null, \"pending\": null, \"changes\": ["
	"{\"path\": \".a\", \"before\": \"CANARY\", \"drift\": " ALICE
	", \"pending\": null}, "
	"{\"path\": \".b\", \"drift\": null, \"pending\": " ADA "}, "
	"{\"path\": \".c\", \"drift\": " ALICE ", \"pending\": " ADA "}]}, "
	"{\"kind\": \"Namespace\", \"namespace\": \"\", \"name\": \"demo\", "
	"\"action\": \"unchanged\"}, "
	"{\"kind\": \"Pod\", \"namespace\": \"demo\", \"name\": \"old\", "
	"\"action\": \"delete\", \"drift\": null, \"pending\": " ADA ", "
	"\"note\": \"git does not want it any more\", \"changes\": []}]}";

static void a_difference_is_told_with_who_has_made_it(void **state)
{
	(void)state;
	notice(differs, REPORT_DUE_CHANGE);
	assert_chat(":warning: *gitops diff found differences*\n"
		    "1 to change, 1 to delete, 4 unchanged\n"
		    "\u2022 change Deployment demo/web\n"
		    "    drift: .a, .c, by alice (Update) "
		    "2026-01-02T03:00:00Z\n"
		    "    pending: .b, .c, by 1a2b3c4 2026-01-01 Ada: two\n"
		    "\u2022 delete Pod demo/old\n"
		    "    pending: git does not want it any more, by 1a2b3c4 "
		    "2026-01-01 Ada: two\n"
		    "run by ?\n");
	assert_null(strstr(notices.v[0].data, "CANARY"));
}

static void only_what_is_asked_for_is_told(void **state)
{
	json_t *doc;

	(void)state;
	notice_about(differs, REPORT_DUE_CHANGE, REPORT_ABOUT_DRIFT);
	assert_chat(":warning: *gitops diff found drift*\n"
		    "1 to change, 1 to delete, 4 unchanged\n"
		    "\u2022 change Deployment demo/web\n"
		    "    drift: .a, .c, by alice (Update) "
		    "2026-01-02T03:00:00Z\n"
		    "run by ?\n");
	doc = read(notices.v[0]);
	assert_string_equal(doc_get_string(doc, "result", NULL), "different");
	assert_int_equal(json_array_size(doc_get(doc, "differences", NULL)), 1);
	assert_string_equal(json_string_value(doc_pointer(
				    doc, "/differences/0/fields/1/path")),
			    ".c");
	assert_string_equal(json_string_value(doc_pointer(
				    doc,
				    "/differences/0/fields/1/drift/manager")),
			    "alice");
	assert_true(json_is_null(
		doc_pointer(doc, "/differences/0/fields/1/pending")));
}

static void a_difference_is_no_failure(void **state)
{
	(void)state;
	notice(differs, REPORT_DUE_FAILURE);
	assert_int_equal(notices.n, 0);
}

/* What a receiver knows an alert again by. */
static void the_digest_is_that_of_what_differs(void **state)
{
	const char *one, *two, *drift;

	(void)state;
	notice(differs, REPORT_DUE_CHANGE);
	one = doc_get_string(read(notices.v[0]), "digest", NULL);
	notice(differs, REPORT_DUE_ALWAYS);
	two = doc_get_string(read(notices.v[0]), "digest", NULL);
	notice_about(differs, REPORT_DUE_CHANGE, REPORT_ABOUT_DRIFT);
	drift = doc_get_string(read(notices.v[0]), "digest", NULL);
	assert_string_equal(one, two);
	assert_string_not_equal(one, drift);
}

static void a_diff_without_a_difference_is_told_on_demand(void **state)
{
	static const char none[] = "{\"command\": \"diff\", \"exitStatus\": "
				   "0, \"summary\": {\"unchanged\": 3}}";

	(void)state;
	notice(none, REPORT_DUE_CHANGE);
	assert_int_equal(notices.n, 0);
	notice_about(none, REPORT_DUE_ALWAYS, REPORT_ABOUT_DRIFT);
	assert_chat(":white_check_mark: *gitops diff found no drift*\n"
		    "3 unchanged\nrun by ?\n");
}

static void many_differences_are_cut(void **state)
{
	AUTO_STR struct str text = STR_INIT(1 << 20);
	const char *chat;
	json_t *doc;

	(void)state;
	str_add(&text, "{\"command\": \"diff\", \"exitStatus\": 1, "
		       "\"objects\": [");
	for (int i = 0; i < 120; i++) {
		str_printf(&text,
			   "%s{\"kind\": \"Pod\", \"name\": \"%d\", "
			   "\"action\": \"change\", \"changes\": [",
			   i ? ", " : "", i);
		for (int j = 0; j < 25; j++)
			str_printf(&text,
				   "%s{\"path\": \".f%d\", \"pending\": null, "
				   "\"drift\": " ALICE "}",
				   j ? ", " : "", j);
		str_add(&text, "]}");
	}
	str_add(&text, "]}");
	notice(str_text(&text), REPORT_DUE_CHANGE);
	chat = doc_get_string(read(notices.chat), "text", NULL);
	assert_non_null(strstr(chat, ".f4 and 20 more, by alice"));
	assert_non_null(strstr(chat, "\nand 110 more\n"));
	doc = read(notices.v[0]);
	assert_int_equal(json_array_size(doc_get(doc, "differences", NULL)),
			 100);
	assert_int_equal(json_integer_value(
				 doc_get(doc, "moreDifferences", NULL)),
			 20);
	assert_int_equal(json_integer_value(
				 doc_pointer(doc, "/differences/0/moreFields")),
			 5);
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
		TEST(a_difference_is_told_with_who_has_made_it),
		TEST(only_what_is_asked_for_is_told),
		TEST(a_difference_is_no_failure),
		TEST(the_digest_is_that_of_what_differs),
		TEST(a_diff_without_a_difference_is_told_on_demand),
		TEST(many_differences_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
