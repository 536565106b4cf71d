/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <errno.h>

#include "base/err.h"

static void a_fresh_error_holds_nothing(void **state)
{
	AUTO_ERR struct err err = { 0 };

	(void)state;
	assert_int_equal(err_count(&err), 0);
	assert_null(err.msg);
}

static void makers_return_minus_one_and_fill(void **state)
{
	AUTO_ERR struct err err = { 0 };

	(void)state;
	assert_int_equal(err_set(&err, ERR_INPUT, "%s:%d: bad", "a.yaml", 3),
			 -1);
	assert_int_equal(err.status, ERR_INPUT);
	assert_string_equal(err.msg, "a.yaml:3: bad");
	assert_int_equal(err_count(&err), 1);
}

static void wrap_reads_outside_in(void **state)
{
	AUTO_ERR struct err err = { 0 };

	(void)state;
	err_set(&err, ERR_NOT_FOUND, "no such ref");
	assert_int_equal(err_wrap(&err, "revision '%s'", "main"), -1);
	err_wrap(&err, "sync");
	assert_string_equal(err.msg, "sync: revision 'main': no such ref");
	assert_int_equal(err.status, ERR_NOT_FOUND);
}

static void errno_is_read_before_anything_changes_it(void **state)
{
	AUTO_ERR struct err err = { 0 };

	(void)state;
	errno = ENOSPC;
	err_errno(&err, ERR_FAILED, "write %s", "x");
	assert_string_equal(err.msg, "write x: No space left on device");
}

static void the_innermost_hint_wins(void **state)
{
	AUTO_ERR struct err err = { 0 };

	(void)state;
	err_set(&err, ERR_USAGE, "x");
	err_hint(&err, "do %s", "this");
	err_hint(&err, "do that");
	assert_string_equal(err.hint, "do this");
}

static void appended_errors_keep_their_order_and_their_own_status(void **state)
{
	AUTO_ERR struct err list = { 0 };
	struct err one = { 0 };

	(void)state;
	err_append(&list, &one);
	assert_int_equal(err_count(&list), 0);
	for (int i = 0; i < 3; i++) {
		err_set(&one, i ? ERR_REFUSED : ERR_INPUT, "error %d", i);
		err_append(&list, &one);
		assert_int_equal(one.status, ERR_OK);
		assert_null(one.msg);
	}
	assert_int_equal(err_count(&list), 3);
	assert_int_equal(list.status, ERR_INPUT);
	assert_string_equal(list.next->next->msg, "error 2");
	assert_int_equal(list.next->next->status, ERR_REFUSED);
}

static void a_list_can_be_appended_to_a_list(void **state)
{
	AUTO_ERR struct err list = { 0 };
	struct err other = { 0 }, one = { 0 };

	(void)state;
	for (int i = 0; i < 2; i++) {
		err_set(&one, ERR_INPUT, "a%d", i);
		err_append(&list, &one);
		err_set(&one, ERR_INPUT, "b%d", i);
		err_append(&other, &one);
	}
	err_append(&list, &other);
	assert_int_equal(err_count(&list), 4);
	assert_int_equal(err_count(&other), 0);
	err_wrap(&list, "all");
	assert_string_equal(list.next->next->next->msg, "all: b1");
}

static void a_cleared_error_can_be_set_again(void **state)
{
	AUTO_ERR struct err err = { 0 };

	(void)state;
	err_set(&err, ERR_INPUT, "one");
	err_hint(&err, "hint");
	err_clear(&err);
	assert_int_equal(err.status, ERR_OK);
	assert_null(err.hint);
	err_set(&err, ERR_USAGE, "two");
	assert_string_equal(err.msg, "two");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fresh_error_holds_nothing),
		cmocka_unit_test(makers_return_minus_one_and_fill),
		cmocka_unit_test(wrap_reads_outside_in),
		cmocka_unit_test(errno_is_read_before_anything_changes_it),
		cmocka_unit_test(the_innermost_hint_wins),
		cmocka_unit_test(
			appended_errors_keep_their_order_and_their_own_status),
		cmocka_unit_test(a_list_can_be_appended_to_a_list),
		cmocka_unit_test(a_cleared_error_can_be_set_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
