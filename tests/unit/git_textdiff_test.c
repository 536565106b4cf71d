/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "git/textdiff.h"

static struct arena *arena;

static int setup(void **state UNUSED)
{
	arena = arena_new();
	return 0;
}

static int teardown(void **state UNUSED)
{
	arena_free(arena);
	return 0;
}

/* The diff as patch(1) would read it. */
static const char *compare(const char *old_text, const char *new_text,
			   unsigned context, struct textdiff *diff)
{
	static const char marks[] = { '@', ' ', '+', '-' };
	struct bytes one = { old_text, strlen(old_text) };
	struct bytes other = { new_text, strlen(new_text) };
	AUTO_STR struct str out = STR_INIT(STR_BIG);
	AUTO_ERR struct err err = { 0 };

	assert_int_equal(textdiff_compare(arena, one, other, context, diff,
					  &err),
			 0);
	for (size_t i = 0; i < diff->n; i++) {
		if (diff->v[i].kind != TEXTDIFF_HUNK)
			str_add_char(&out, marks[diff->v[i].kind]);
		str_add_bytes(&out, diff->v[i].text.data, diff->v[i].text.len);
		str_add_char(&out, '\n');
	}
	return str_keep(&out, arena);
}

static void equal_texts_have_no_difference(void **state UNUSED)
{
	struct textdiff diff;

	assert_string_equal(compare("a\nb\n", "a\nb\n", 3, &diff), "");
	assert_string_equal(compare("", "", 3, &diff), "");
	assert_int_equal(diff.added + diff.removed, 0);
}

static void changes_come_with_their_surroundings(void **state UNUSED)
{
	struct textdiff diff;

	assert_string_equal(compare("kind: A\nspec:\n  replicas: 2\n  x: 1\n",
				    "kind: A\nspec:\n  replicas: 3\n  x: 1\n",
				    1, &diff),
			    "@@ -2,3 +2,3 @@\n"
			    " spec:\n"
			    "-  replicas: 2\n"
			    "+  replicas: 3\n"
			    "   x: 1\n");
	assert_int_equal(diff.added, 1);
	assert_int_equal(diff.removed, 1);
	assert_int_equal(diff.v[2].old_line, 3);
	assert_int_equal(diff.v[2].new_line, 0);
	assert_int_equal(diff.v[3].old_line, 0);
	assert_int_equal(diff.v[3].new_line, 3);
	assert_int_equal(diff.v[4].old_line, 4);
	assert_int_equal(diff.v[4].new_line, 4);
}

static void all_or_nothing_is_a_difference_too(void **state UNUSED)
{
	struct textdiff diff;

	assert_string_equal(compare("", "a\nb\n", 3, &diff),
			    "@@ -0,0 +1,2 @@\n+a\n+b\n");
	assert_string_equal(compare("a\n", "", 3, &diff),
			    "@@ -1 +0,0 @@\n-a\n");
}

static void distant_changes_are_hunks_of_their_own(void **state UNUSED)
{
	struct textdiff diff;

	assert_string_equal(compare("a\n1\n2\n3\n4\nb\n", "A\n1\n2\n3\n4\nB\n",
				    1, &diff),
			    "@@ -1,2 +1,2 @@\n-a\n+A\n 1\n"
			    "@@ -5,2 +5,2 @@\n 4\n-b\n+B\n");
}

static void missing_line_ends_are_no_lines(void **state UNUSED)
{
	struct textdiff diff;

	assert_string_equal(compare("a\nb", "a\nc", 3, &diff),
			    "@@ -1,2 +1,2 @@\n a\n-b\n+c\n");
}

static void bytes_of_any_kind_are_text(void **state UNUSED)
{
	struct bytes one = { "a\0b\n", 4 }, other = { "a\0c\n", 4 };
	AUTO_ERR struct err err = { 0 };
	struct textdiff diff;

	assert_int_equal(textdiff_compare(arena, one, other, 3, &diff, &err),
			 0);
	assert_int_equal(diff.n, 3);
	assert_int_equal(diff.v[1].text.len, 3);
	assert_memory_equal(diff.v[1].text.data, "a\0b", 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_texts_have_no_difference),
		cmocka_unit_test(changes_come_with_their_surroundings),
		cmocka_unit_test(all_or_nothing_is_a_difference_too),
		cmocka_unit_test(distant_changes_are_hunks_of_their_own),
		cmocka_unit_test(missing_line_ends_are_no_lines),
		cmocka_unit_test(bytes_of_any_kind_are_text),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
