/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/str.h"

static void an_empty_str_is_text(void **state)
{
	AUTO_STR struct str str = STR_INIT(10);

	(void)state;
	assert_string_equal(str_text(&str), "");
	assert_int_equal(str_bytes(&str).len, 0);
	str_cut(&str, 0);
	str_clear(&str);
	str_add(&str, "");
	assert_string_equal(str_text(&str), "");
}

static void appends_follow_one_another(void **state)
{
	AUTO_STR struct str str = STR_INIT(STR_BIG);

	(void)state;
	str_add(&str, "a");
	str_add_char(&str, 'b');
	str_add_bytes(&str, "c\0d", 3);
	str_printf(&str, "%03d", 7);
	assert_int_equal(str.len, 8);
	assert_memory_equal(str.data, "abc\0d007", 9);
	str_cut(&str, 2);
	assert_string_equal(str_text(&str), "ab");
	str_clear(&str);
	assert_string_equal(str_text(&str), "");
}

static void the_cap_can_be_reached_but_not_passed(void **state)
{
	AUTO_STR struct str str = STR_INIT(5);

	(void)state;
	str_add(&str, "abc");
	str_add(&str, "de");
	assert_false(str.full);
	assert_string_equal(str_text(&str), "abcde");
	str_add_char(&str, 'f');
	assert_true(str.full);
	assert_string_equal(str_text(&str), "abcde");
}

static void what_is_held_has_no_hole(void **state)
{
	AUTO_STR struct str str = STR_INIT(5);

	(void)state;
	str_add(&str, "abc");
	str_add(&str, "too long");
	str_add(&str, "d"); /* would fit */
	assert_true(str.full);
	assert_string_equal(str_text(&str), "abc");
	str_clear(&str);
	assert_false(str.full);
	str_add(&str, "again");
	assert_string_equal(str_text(&str), "again");
}

static void printf_past_the_cap_adds_nothing(void **state)
{
	AUTO_STR struct str str = STR_INIT(5);
	AUTO_STR struct str none = STR_INIT(0);

	(void)state;
	str_add(&str, "abc");
	str_printf(&str, "%s", "def");
	assert_true(str.full);
	assert_string_equal(str_text(&str), "abc");
	str_printf(&none, "%d", 1);
	assert_true(none.full);
	assert_string_equal(str_text(&none), "");
}

static void printf_of_every_length_around_the_room(void **state)
{
	AUTO_STR struct str str = STR_INIT(STR_BIG);
	size_t len = 0;

	(void)state;
	for (int n = 0; n < 300; n++) {
		str_printf(&str, "%*d", n, 1);
		len += n ? (size_t)n : 1;
		assert_int_equal(str.len, len);
		assert_int_equal(strlen(str.data), len);
	}
}

static void megabytes_are_added_bit_by_bit(void **state)
{
	AUTO_STR struct str str = STR_INIT(STR_BIG);

	(void)state;
	for (int i = 0; i < 1 << 20; i++)
		str_add_bytes(&str, "12345678", 8);
	assert_int_equal(str.len, 8 << 20);
	assert_memory_equal(str.data + str.len - 8, "12345678", 9);
}

static void keep_copies_into_the_arena(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_STR struct str str = STR_INIT(10);
	char *kept;

	(void)state;
	assert_string_equal(str_keep(&str, arena), "");
	str_add(&str, "abc");
	kept = str_keep(&str, arena);
	str_release(&str);
	assert_string_equal(kept, "abc");
	str_add(&str, "usable");
	assert_int_equal(str.cap_bytes, 10);
	assert_string_equal(str_text(&str), "usable");
}

static void starts_ends_equal(void **state)
{
	(void)state;
	assert_true(str_starts("abc", "ab"));
	assert_true(str_starts("abc", ""));
	assert_false(str_starts("ab", "abc"));
	assert_true(str_ends("abc", "bc"));
	assert_true(str_ends("abc", ""));
	assert_false(str_ends("bc", "abc"));
	assert_true(str_equal("a", "a"));
	assert_true(str_equal(NULL, NULL));
	assert_false(str_equal(NULL, ""));
	assert_false(str_equal("a", "b"));
}

static void base64_has_the_vectors_of_rfc_4648(void **state)
{
	static const char *const vectors[][2] = {
		{ "", "" },
		{ "f", "Zg==" },
		{ "fo", "Zm8=" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" },
		{ "\xff\xfe\xfd", "//79" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		AUTO_STR struct str coded = STR_INIT(100);
		AUTO_STR struct str plain = STR_INIT(100);

		str_add_base64(&coded, vectors[i][0], strlen(vectors[i][0]));
		assert_string_equal(str_text(&coded), vectors[i][1]);
		assert_true(str_decode_base64(&plain, vectors[i][1],
					      strlen(vectors[i][1])));
		assert_string_equal(str_text(&plain), vectors[i][0]);
	}
}

static void base64_skips_line_ends_and_nothing_else(void **state)
{
	static const char *const broken[] = {
		"Zg=",      "Zg",    "Z",      "====",
		"Zg==Zg==", "Zm 9v", "Zm9v.",  "Zm-_",
		"Zg===",    "=Zg=",  "Zm9v\t", "\xff\xff\xff\xff",
	};
	AUTO_STR struct str str = STR_INIT(100);

	(void)state;
	assert_true(str_decode_base64(&str, "Zm9v\r\nYm\nFy\n", 12));
	assert_string_equal(str_text(&str), "foobar");
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		assert_false(
			str_decode_base64(&str, broken[i], strlen(broken[i])));
		assert_string_equal(str_text(&str), "foobar");
	}
}

static void base64_keeps_to_the_cap(void **state)
{
	AUTO_STR struct str str = STR_INIT(3);

	(void)state;
	assert_true(str_decode_base64(&str, "Zm9v", 4));
	assert_false(str.full);
	assert_true(str_decode_base64(&str, "Zg==", 4));
	assert_true(str.full);
	str_clear(&str);
	str_add_base64(&str, "a", 1);
	assert_true(str.full);
	assert_string_equal(str_text(&str), "");
}

static void shown(const char *text, size_t n, bool lines, const char *want)
{
	AUTO_STR struct str str = STR_INIT(1000);

	str_add_shown(&str, text, n, lines);
	assert_string_equal(str_text(&str), want);
}

static void controls_are_shown_as_escapes(void **state)
{
	(void)state;
	shown("plain", 5, false, "plain");
	shown("", 0, false, "");
	shown("\x1b]0;owned\a", 10, false, "\\x1b]0;owned\\x07");
	shown("a\rb\177", 4, true, "a\\x0db\\x7f");
	shown("a\0b", 3, true, "a\\x00b");
	shown("a\nb\tc", 5, false, "a\\x0ab\\x09c");
	shown("a\nb\tc", 5, true, "a\nb\tc");
}

static void utf8_is_shown_unless_it_misleads(void **state)
{
	(void)state;
	shown("Gr\xc3\xbc\xc3\x9f "
	      "\xe2\x82\xac \xf0\x9f\x98\x80",
	      15, false, "Gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80");
	shown("\xc2\x9b"
	      "31m",
	      5, false, "\\u{009b}31m");
	shown("a\xe2\x80\xaetxt.exe", 11, true, "a\\u{202e}txt.exe");
	shown("\xe2\x81\xa6\xe2\x81\xa9", 6, true, "\\u{2066}\\u{2069}");
	shown("\xe2\x80\xa8", 3, true, "\\u{2028}");
}

static void invalid_utf8_is_shown_by_byte(void **state)
{
	(void)state;
	shown("\xff", 1, false, "\\xff");
	shown("a\xc3", 2, false, "a\\xc3");
	shown("\xc0\x80", 2, false, "\\xc0\\x80");
	shown("\xe2\x82", 2, false, "\\xe2\\x82");
	shown("\xed\xa0\x80", 3, false, "\\xed\\xa0\\x80");
	shown("\x80z", 2, false, "\\x80z");
}

static void utf8_is_what_rfc_3629_says(void **state)
{
	static const struct {
		const char *text;
		bool valid;
	} cases[] = {
		{ "", true },
		{ "plain text of more than eight bytes", true },
		{ "more than eight bytes and then \xff", false },
		{ "\xc2\x80", true },
		{ "\xdf\xbf", true },
		{ "\xe0\xa0\x80", true },
		{ "\xed\x9f\xbf", true },
		{ "\xee\x80\x80", true },
		{ "\xf0\x90\x80\x80", true },
		{ "\xf4\x8f\xbf\xbf", true },
		{ "\xc1\xbf", false },         /* overlong */
		{ "\xe0\x9f\xbf", false },     /* overlong */
		{ "\xf0\x8f\xbf\xbf", false }, /* overlong */
		{ "\xed\xa0\x80", false },     /* surrogate */
		{ "\xed\xbf\xbf", false },     /* surrogate */
		{ "\xf4\x90\x80\x80", false }, /* above U+10FFFF */
		{ "\xf5\x80\x80\x80", false },
		{ "\x80", false },
		{ "\xc2", false },
		{ "\xc2\xc2", false },
		{ "\xe2\x82\x28", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(str_is_utf8(cases[i].text,
					     strlen(cases[i].text)),
				 cases[i].valid);
}

static void nearest_finds_a_slip_of_the_finger(void **state)
{
	static const char *const names[] = { "sync",   "diff",    "render",
					     "status", "history", NULL };

	(void)state;
	assert_string_equal(str_nearest("snyc", names), "sync");
	assert_string_equal(str_nearest("rendr", names), "render");
	assert_string_equal(str_nearest("statsu", names), "status");
	assert_string_equal(str_nearest("historyy", names), "history");
	assert_string_equal(str_nearest("diff", names), "diff");
	assert_null(str_nearest("apply", names));
	assert_null(str_nearest("x", names));
	assert_null(str_nearest("", names));
}

static void nearest_is_not_for_long_names(void **state)
{
	static const char *const names[] = {
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		NULL
	};

	(void)state;
	assert_null(str_nearest(names[0], names));
	assert_null(str_nearest("aaaa", names));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_str_is_text),
		cmocka_unit_test(appends_follow_one_another),
		cmocka_unit_test(the_cap_can_be_reached_but_not_passed),
		cmocka_unit_test(what_is_held_has_no_hole),
		cmocka_unit_test(printf_past_the_cap_adds_nothing),
		cmocka_unit_test(printf_of_every_length_around_the_room),
		cmocka_unit_test(megabytes_are_added_bit_by_bit),
		cmocka_unit_test(keep_copies_into_the_arena),
		cmocka_unit_test(starts_ends_equal),
		cmocka_unit_test(base64_has_the_vectors_of_rfc_4648),
		cmocka_unit_test(base64_skips_line_ends_and_nothing_else),
		cmocka_unit_test(base64_keeps_to_the_cap),
		cmocka_unit_test(controls_are_shown_as_escapes),
		cmocka_unit_test(utf8_is_shown_unless_it_misleads),
		cmocka_unit_test(invalid_utf8_is_shown_by_byte),
		cmocka_unit_test(utf8_is_what_rfc_3629_says),
		cmocka_unit_test(nearest_finds_a_slip_of_the_finger),
		cmocka_unit_test(nearest_is_not_for_long_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
