/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/str.h"
#include "base/vec.h"
#include "cluster/kube/list.h"
#include "document/document.h"

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static int take(void *context, struct bytes item, struct err *err)
{
	struct str *out = context;

	(void)err;
	assert_int_equal(item.data[item.len], '\0');
	str_add_bytes(out, item.data, item.len);
	str_add_char(out, '|');
	return 0;
}

/*
 * The items of a text that comes in pieces of `piece` bytes, each with a "|"
 * behind it, then the token of the next page; or the error.
 */
static const char *split(const char *text, size_t piece)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);
	AUTO_ERR struct err err = { 0 };
	const char *next = NULL;
	struct kube_list list;
	int status = 0;

	kube_list_init(&list, take, &out);
	while (*text && status == 0) {
		size_t n = strlen(text) < piece ? strlen(text) : piece;
		char *copy = arena_memdup(arena, text, n);

		status = kube_list_feed(&list, copy, n, &err);
		text += n;
	}
	if (status == 0)
		status = kube_list_end(&list, arena, &next, &err);
	kube_list_release(&list);
	if (status < 0)
		return arena_strdup(arena, err.msg);
	str_add(&out, next ? next : "");
	return str_keep(&out, arena);
}

static const struct {
	const char *text;
	const char *items;
} lists[] = {
	{ "{\"items\":[]}", "" },
	{ "{\"items\":null}", "" },
	{ " { \"kind\" : \"L\" , \"items\" : [ { } , {\"a\":[1]} ] } \n",
	  "{ }|{\"a\":[1]}|" },
	{ "{\"metadata\":{\"resourceVersion\":\"7\",\"continue\":\"x\\u002by\","
	  "\"items\":[{}]},\"items\":[{\"b\":\"}]\\\"\\\\\"}]}",
	  "{\"b\":\"}]\\\"\\\\\"}|x+y" },
	{ "{\"items\":[{\"items\":[{\"metadata\":{\"continue\":\"no\"}}]}],"
	  "\"metadata\":{\"continue\":\"\"},\"other\":{\"items\":[{}]}}",
	  "{\"items\":[{\"metadata\":{\"continue\":\"no\"}}]}|" },
	{ "{\"a\":\"items\",\"b\":[{}],\"items\":[{\"c\":1}]}", "{\"c\":1}|" },
};

static void items_are_cut_out_wherever_the_pieces_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		for (size_t piece = 1; piece < 40; piece++)
			assert_string_equal(split(lists[i].text, piece),
					    lists[i].items);
}

#define BROKEN "the server's list is broken: "

static const struct {
	const char *text;
	const char *msg;
} broken[] = {
	{ "", BROKEN "it ends in the middle" },
	{ "{\"items\":[{\"a\":1}", BROKEN "it ends in the middle" },
	{ "{\"items\":[{\"a\":\"", BROKEN "it ends in the middle" },
	{ "{}", BROKEN "it has no items" },
	{ "{\"kind\":\"Status\"}", BROKEN "it has no items" },
	{ "[]", BROKEN "it is no single mapping" },
	{ "<html>", BROKEN "it is no single mapping" },
	{ "\"a\"", BROKEN "it is no single mapping" },
	{ "{\"items\":[]}{}", BROKEN "it is no single mapping" },
	{ "{\"items\":[]}x", BROKEN "it is no single mapping" },
	{ "{\"items\":{}}", BROKEN "its items are a mapping" },
	{ "{\"items\":[1]}", BROKEN "an item is no mapping" },
	{ "{\"items\":[\"a\"]}", BROKEN "an item is no mapping" },
	{ "{\"items\":[[]]}", BROKEN "an item is no mapping" },
	{ "{\"items\":[{]}", BROKEN "its brackets do not match" },
	{ "{\"items\":[}", BROKEN "its brackets do not match" },
	{ "}", BROKEN "a bracket is closed that was not opened" },
	{ "{\"metadata\":{\"continue\":},\"items\":[]}", "metadata:1: " },
};

static void what_is_no_list_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		const char *whole = split(broken[i].text, 1000);

		assert_memory_equal(whole, broken[i].msg,
				    strlen(broken[i].msg));
		assert_string_equal(split(broken[i].text, 1), whole);
	}
}

static void nesting_has_a_cap(void **state)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	(void)state;
	str_add(&text, "{\"items\":[");
	for (int i = 0; i < KUBE_LIST_DEPTH - 2; i++)
		str_add(&text, "{\"a\":");
	assert_string_equal(split(str_text(&text), 100),
			    BROKEN "it is nested too deeply");
}

static void an_item_has_a_cap(void **state)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);
	AUTO_ERR struct err err = { 0 };
	static const char begin[] = "{\"items\":[{\"a\":\"";
	char *much = arena_alloc(arena, 1 << 20);
	struct kube_list list;
	int status;

	(void)state;
	memset(much, 'x', 1 << 20);
	kube_list_init(&list, take, &out);
	status = kube_list_feed(&list, begin, strlen(begin), &err);
	for (int i = 0; i < 9 && status == 0; i++)
		status = kube_list_feed(&list, much, 1 << 20, &err);
	kube_list_release(&list);
	assert_int_equal(status, -1);
	assert_string_equal(err.msg, BROKEN "an item is larger than 8 MiB");
}

static void a_list_can_begin_anew(void **state)
{
	static const char half[] = "{\"metadata\":{\"continue\":\"t\"},"
				   "\"items\":[{\"a\":\"";
	static const char whole[] = "{\"items\":[{\"b\":1}]}";
	AUTO_STR struct str out = STR_INIT(STR_BIG);
	AUTO_ERR struct err err = { 0 };
	struct kube_list list;
	const char *next;

	(void)state;
	kube_list_init(&list, take, &out);
	assert_int_equal(kube_list_feed(&list, half, strlen(half), &err), 0);
	kube_list_reset(&list);
	assert_int_equal(kube_list_feed(&list, whole, strlen(whole), &err), 0);
	assert_int_equal(kube_list_end(&list, arena, &next, &err), 0);
	kube_list_release(&list);
	assert_null(next);
	assert_string_equal(str_text(&out), "{\"b\":1}|");
}

static const char *member(const char *mapping, const char *key)
{
	struct bytes found =
		kube_text_member((struct bytes){ mapping, strlen(mapping) },
				 key);

	return found.data ? arena_strndup(arena, found.data, found.len) : NULL;
}

static void a_member_is_found_without_parsing(void **state)
{
	static const char text[] =
		" { \"a\" : { \"x\" : \"]}\" } , \"b\":[1,{\"c\":2}], "
		"\"c\":3 ,\"d\":\"e\\\"f\", \"g\":true}";

	(void)state;
	assert_string_equal(member(text, "a"), "{ \"x\" : \"]}\" }");
	assert_string_equal(member(text, "b"), "[1,{\"c\":2}]");
	assert_string_equal(member(text, "c"), "3");
	assert_string_equal(member(text, "d"), "\"e\\\"f\"");
	assert_string_equal(member(text, "g"), "true");
	assert_null(member(text, "x"));
	assert_null(member("", "a"));
	assert_null(member("[1]", "a"));
	assert_null(member("{", "a"));
	assert_null(member("{\"", "a"));
	assert_null(member("{\"a", "a"));
	assert_null(member("{\"a\"", "a"));
	assert_null(member("{\"a\\", "a"));
	assert_null(member("{1:2}", "a"));
}

static void only_plain_strings_are_taken_as_they_stand(void **state)
{
	static const struct {
		const char *text, *string;
	} strings[] = {
		{ "\"web\"", "web" }, { "\"\"", "" },       { "\"", NULL },
		{ "1", NULL },        { "\"a\\n\"", NULL }, { "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(strings); i++) {
		const char *text = strings[i].text, *want = strings[i].string;
		struct bytes found =
			kube_text_string((struct bytes){ text, strlen(text) });

		if (!want)
			assert_null(found.data);
		else
			assert_memory_equal(found.data, want, strlen(want));
		assert_int_equal(found.len, want ? strlen(want) : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_are_cut_out_wherever_the_pieces_end),
		cmocka_unit_test(what_is_no_list_is_refused),
		cmocka_unit_test(nesting_has_a_cap),
		cmocka_unit_test(an_item_has_a_cap),
		cmocka_unit_test(a_list_can_begin_anew),
		cmocka_unit_test(a_member_is_found_without_parsing),
		cmocka_unit_test(only_plain_strings_are_taken_as_they_stand),
	};

	doc_init();
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
