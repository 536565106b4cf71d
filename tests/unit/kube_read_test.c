/* SPDX-License-Identifier: Apache-2.0 */

/* What is read of a cluster, and what is proved by it. */

#include "tests/unit/kube_script.h"

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

static void row_36_an_expired_token_starts_the_list_anew(void **state)
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

static void row_37_38_half_a_list_is_none(void **state)
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
		TEST(row_36_an_expired_token_starts_the_list_anew),
		TEST(row_37_38_half_a_list_is_none),
		TEST(who_may_not_list_reads_one_by_one),
		TEST(no_answer_to_anything_ends_the_run),
		TEST(what_is_proved_is_neither_kept_nor_tried),
		TEST(one_that_is_read_singly_is_proved_as_well),
		TEST(an_expired_token_takes_proofs_along),
		TEST(in_full_nothing_is_proved),
		TEST(a_namespace_that_is_proved_does_not_come),
	};

	doc_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
