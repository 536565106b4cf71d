/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/kube_script.h"

/* What is deleted and made anew is tried under another name first. */

#define SAID(text) "{\"kind\":\"Status\",\"message\":\"" text "\"}"
#define CAUSE(text)                                                            \
	"{\"kind\":\"Status\",\"message\":\"no\",\"details\":{"                \
	"\"causes\":[{\"field\":\"data\",\"message\":\"" text "\"}]}}"
#define IMMUTABLE CAUSE("Forbidden: field is immutable")
#define TRIED     ONE "gitops-dry-run-"
#define LIVE      "{\"metadata\":{\"name\":\"a\",\"uid\":\"old\"}}"
#define MADE                                                                   \
	"{\"metadata\":{\"labels\":{\"of\":\"new\"},\"name\":\"x\",\"uid\":"   \
	"\"new\"}}"

static struct cluster_item *living(struct cluster_item ***items)
{
	*items = want(CONFIG_MAP("a"));
	(*items)[0]->live = (struct bytes){ LIVE, sizeof(LIVE) - 1 };
	(*items)[0]->may_replace = true;
	return (*items)[0];
}

static void what_cannot_be_changed_is_tried_elsewhere(void **state)
{
	struct cluster_item **items, *item = living(&items);
	AUTO_ERR struct err err = { 0 };

	(void)state;
	SCRIPT({ "PATCH", ONE "a?", 422, IMMUTABLE },
	       { "PATCH", TRIED, 200, MADE });
	assert_int_equal(cluster_try(cluster, items, 1, &err), 0);
	assert_int_equal(item->err.status, ERR_OK);
	assert_string_equal(item->immutable, "data");
	/* What is made of its UID does not look different. */
	assert_non_null(strstr(item->merged.data, "{\"of\":\"old\"}"));
	/* And once is enough. */
	SCRIPT({ "PATCH", "none", 0, NULL });
	assert_int_equal(cluster_try(cluster, items, 1, &err), 0);
	assert_non_null(item->merged.data);
}

static void without_leave_it_is_an_error(void **state)
{
	struct cluster_item **items, *item = living(&items);
	AUTO_ERR struct err err = { 0 };

	(void)state;
	item->may_replace = false;
	item->replace_hint = "say please";
	SCRIPT({ "PATCH", ONE "a?", 422, IMMUTABLE });
	assert_int_equal(cluster_try(cluster, items, 1, &err), 0);
	assert_string_equal(item->err.msg, "it has to be replaced: data "
					   "cannot be changed");
	assert_string_equal(item->err.hint, "say please");
	err_clear(&item->err);
}

static void what_the_server_would_not_make_is_an_error(void **state)
{
	struct cluster_item **items, *item = living(&items);
	AUTO_ERR struct err err = { 0 };

	(void)state;
	SCRIPT({ "PATCH", ONE "a?", 422, IMMUTABLE },
	       { "PATCH", TRIED, 422, CAUSE("Required value") });
	assert_int_equal(cluster_try(cluster, items, 1, &err), 0);
	assert_string_equal(item->err.msg, "data: Required value");
	err_clear(&item->err);
}

/* A quota that is full counts the one that will be gone by then. */
static void a_full_quota_says_nothing(void **state)
{
	struct cluster_item **items, *item = living(&items);
	AUTO_ERR struct err err = { 0 };

	(void)state;
	SCRIPT({ "PATCH", ONE "a?", 422, IMMUTABLE },
	       { "PATCH", TRIED, 403, SAID("exceeded quota") });
	assert_int_equal(cluster_try(cluster, items, 1, &err), 0);
	assert_int_equal(item->err.status, ERR_OK);
	assert_string_equal(item->unchecked,
			    "the server takes no second one beside it");
}

static void an_address_that_is_taken_says_nothing(void **state)
{
	struct cluster_item **items, *item = living(&items);
	AUTO_ERR struct err err = { 0 };

	(void)state;
	SCRIPT({ "PATCH", ONE "a?", 422, IMMUTABLE },
	       { "PATCH", TRIED, 422, SAID("port is already allocated") });
	assert_int_equal(cluster_try(cluster, items, 1, &err), 0);
	assert_int_equal(item->err.status, ERR_OK);
	assert_non_null(item->unchecked);
}

static void what_is_made_anew_is_not_tried_on_what_lives(void **state)
{
	struct cluster_item **items, *item = living(&items);
	AUTO_ERR struct err err = { 0 };

	(void)state;
	item->anew = true;
	SCRIPT({ "PATCH", TRIED, 200, MADE });
	assert_int_equal(cluster_try(cluster, items, 1, &err), 0);
	assert_null(item->immutable);
	assert_non_null(strstr(item->merged.data, "{\"of\":\"old\"}"));
}

static void what_is_left_is_not_asked_for(void **state)
{
	struct cluster_item **items, *item = living(&items);
	AUTO_ERR struct err err = { 0 };

	(void)state;
	item->leave = true;
	SCRIPT({ "PATCH", "none", 0, NULL });
	assert_int_equal(cluster_try(cluster, items, 1, &err), 0);
	assert_int_equal(item->merged.len, 0);
}

static void an_apply_tells_what_cannot_be_changed(void **state)
{
	struct cluster_item **items, *item = living(&items);
	AUTO_ERR struct err err = { 0 };

	(void)state;
	SCRIPT({ "PATCH", ONE "a?", 422, IMMUTABLE });
	assert_int_equal(cluster_apply(cluster, items, 1, &err), 0);
	assert_string_equal(item->immutable, "data");
	assert_int_equal(item->err.status, ERR_REFUSED);
	err_clear(&item->err);
}

/* Another delete could change how the first goes about it. */
static void what_is_being_deleted_is_only_waited_for(void **state)
{
	static const char going[] =
		"{\"metadata\":{\"name\":\"a\",\"uid\":\"old\","
		"\"deletionTimestamp\":\"2026-11-24T08:15:00Z\"}}";
	struct cluster_item **items, *item = living(&items);
	AUTO_ERR struct err err = { 0 };

	(void)state;
	item->live = (struct bytes){ going, sizeof(going) - 1 };
	SCRIPT({ "GET", ONE "a", 404, NULL });
	assert_int_equal(cluster_delete(cluster, items, 1, &err), 0);
	assert_int_equal(item->err.status, ERR_OK);
	assert_int_equal(item->live.len, 0);
	assert_true(item->written);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_cannot_be_changed_is_tried_elsewhere),
		TEST(without_leave_it_is_an_error),
		TEST(what_the_server_would_not_make_is_an_error),
		TEST(a_full_quota_says_nothing),
		TEST(an_address_that_is_taken_says_nothing),
		TEST(what_is_made_anew_is_not_tried_on_what_lives),
		TEST(what_is_left_is_not_asked_for),
		TEST(an_apply_tells_what_cannot_be_changed),
		TEST(what_is_being_deleted_is_only_waited_for),
	};

	doc_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
