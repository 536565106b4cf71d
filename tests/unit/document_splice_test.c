/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <stdio.h>

#include "base/vec.h"
#include "document/document.h"
#include "document/splice.h"

static struct arena *arena;
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
	err_clear(&err);
	arena_free(arena);
	return 0;
}

static struct splice_file read(const char *text)
{
	struct splice_file file;

	if (splice_read(arena, "a.yaml", (struct bytes){ text, strlen(text) },
			&file, &err) < 0)
		fail_msg("%s: %s", text, err.msg);
	return file;
}

static int set(const char *text, size_t document, const char *pointer,
	       const char *value, struct bytes *out)
{
	struct splice_file file = read(text);
	struct splice_edit edit = { .text = value };

	if (splice_find(arena, &file, document, pointer, &edit.place, &err) < 0)
		return -1;
	return splice_apply(arena, &file, &edit, 1, out, &err);
}

struct edit_case {
	const char *text, *pointer, *value, *expected;
};

static void check_edits(const struct edit_case *cases, size_t n)
{
	struct bytes out;

	for (size_t i = 0; i < n; i++) {
		if (set(cases[i].text, 0, cases[i].pointer, cases[i].value,
			&out) < 0)
			fail_msg("%s: %s", cases[i].text, err.msg);
		assert_string_equal(out.data, cases[i].expected);
		assert_int_equal(out.len, strlen(cases[i].expected));
	}
}

static void all_but_the_value_stays(void **state)
{
	static const struct edit_case cases[] = {
		{ "a: x # why\nb: 1\n", "/a", "z", "a: z # why\nb: 1\n" },
		{ "a:   x", "/a", "yy", "a:   yy" },
		{ "a: x\r\nb: y\r\n", "/b", "z", "a: x\r\nb: z\r\n" },
		{ "a: x\r\n# \xc3\xa4\r\nb: \"y\"\r\n", "/b", "z",
		  "a: x\r\n# \xc3\xa4\r\nb: \"z\"\r\n" },
		{ "\xef\xbb\xbf"
		  "a: x\n",
		  "/a", "z",
		  "\xef\xbb\xbf"
		  "a: z\n" },
		{ "k: \xf0\x9f\x98\x80\n\xc3\xa4: x\n", "/\xc3\xa4", "z",
		  "k: \xf0\x9f\x98\x80\n\xc3\xa4: z\n" },
		{ "a: &v x\nb: *v\n", "/a", "z", "a: &v z\nb: *v\n" },
		{ "a: &v !!str\n  # here\n  x\n", "/a", "z",
		  "a: &v !!str\n  # here\n  z\n" },
		{ "a: ! 5\n", "/a", "6", "a: ! \"6\"\n" },
		{ "{a: x, b: [c, d]}", "/b/1", "e", "{a: x, b: [c, e]}" },
		{ "{\"a\":\"x\",\"b\":1}", "/b", "z", "{\"a\":\"x\",\"b\":z}" },
		{ "- - a\n  - b\n", "/0/1", "c", "- - a\n  - c\n" },
		{ "a: x\nb: |\n  a: x\n", "/a", "z", "a: z\nb: |\n  a: x\n" },
		{ "a/b: {\"~\": x}\n", "/a~1b/~0", "z", "a/b: {\"~\": z}\n" },
		{ "a: x  \t\n...\n", "/a", "z", "a: z  \t\n...\n" },
		{ "--- # one\na: x\n", "/a", "z", "--- # one\na: z\n" },
		{ "x", "", "z", "z" },
		{ "a: null\n", "/a", "z", "a: z\n" },
	};

	(void)state;
	check_edits(cases, sizeof(cases) / sizeof(cases[0]));
}

static void quotes_are_kept_or_added_where_needed(void **state)
{
	static const struct edit_case cases[] = {
		{ "a: 'x'\n", "/a", "it's", "a: 'it''s'\n" },
		{ "a: 'x'\n", "/a", "1.10", "a: '1.10'\n" },
		{ "a: \"x\"\n", "/a", "q\"\\", "a: \"q\\\"\\\\\"\n" },
		{ "a: x\n", "/a", "1.10", "a: \"1.10\"\n" },
		{ "a: x\n", "/a", "1e3", "a: \"1e3\"\n" },
		{ "a: x\n", "/a", "0x1f", "a: \"0x1f\"\n" },
		{ "a: x\n", "/a", "0o17", "a: \"0o17\"\n" },
		{ "a: x\n", "/a", "017", "a: \"017\"\n" },
		{ "a: x\n", "/a", "12:30", "a: \"12:30\"\n" },
		{ "a: x\n", "/a", "1_000", "a: \"1_000\"\n" },
		{ "a: x\n", "/a", "2024-01-31", "a: \"2024-01-31\"\n" },
		{ "a: x\n", "/a", "yes", "a: \"yes\"\n" },
		{ "a: x\n", "/a", "true", "a: \"true\"\n" },
		{ "a: x\n", "/a", "~", "a: \"~\"\n" },
		{ "a: x\n", "/a", "", "a: \"\"\n" },
		{ "a: x\n", "/a", ".inf", "a: \".inf\"\n" },
		{ "a: x\n", "/a", "a: b", "a: 'a: b'\n" },
		{ "a: x\n", "/a", "a #b", "a: 'a #b'\n" },
		{ "a: x\n", "/a", "#b", "a: '#b'\n" },
		{ "a: x\n", "/a", "*b", "a: '*b'\n" },
		{ "a: x\n", "/a", "- b", "a: '- b'\n" },
		{ "a: x\n", "/a", " b", "a: ' b'\n" },
		{ "a: x\n", "/a", "nginx:1.26", "a: nginx:1.26\n" },
		{ "a: x\n", "/a", "h:5000/a/b:1@sha256:00",
		  "a: h:5000/a/b:1@sha256:00\n" },
		{ "a: x\n", "/a", "1.26.1", "a: 1.26.1\n" },
		{ "a: x\n", "/a", "a,b", "a: a,b\n" },
		{ "[x]\n", "/0", "a,b", "[\"a,b\"]\n" },
		{ "{a: x}\n", "/a", "b}", "{a: \"b}\"}\n" },
		{ "{a: x}\n", "/a", ":b", "{a: \":b\"}\n" },
		{ "a: x\n", "/a", ":b", "a: :b\n" },
		{ "a: x\n", "/a", "<<", "a: \"<<\"\n" },
		{ "{a: x}\n", "/a", "nginx:1.26", "{a: nginx:1.26}\n" },
		{ "a: x\n", "/a", "\xc3\xa4", "a: \xc3\xa4\n" },
	};

	(void)state;
	check_edits(cases, sizeof(cases) / sizeof(cases[0]));
}

static void documents_are_counted_as_they_are_read(void **state)
{
	static const char text[] = "# nothing\n---\na: 1\n---\n\n--- # c\n"
				   "a: x\n---\na: y\n";
	struct bytes out;

	(void)state;
	assert_int_equal(set(text, 1, "/a", "z", &out), 0);
	assert_string_equal(out.data, "# nothing\n---\na: 1\n---\n\n--- # c\n"
				      "a: z\n---\na: y\n");
	assert_int_equal(set(text, 3, "/a", "z", &out), -1);
	assert_string_equal(err.msg, "a.yaml: has 3 documents, no number 4");
}

static void what_cannot_be_edited_is_refused_by_name(void **state)
{
	static const struct {
		const char *text, *pointer, *value, *msg;
	} cases[] = {
		{ "a: 1\nb: |\n  x\n", "/b", "y",
		  "a.yaml:2: /b: is a block scalar, which is not edited" },
		{ "b: >-\n  x\n", "/b", "y",
		  "a.yaml:1: /b: is a block scalar, which is not edited" },
		{ "b: x\n  y\n", "/b", "z",
		  "a.yaml:1: /b: stands on more than one line" },
		{ "b: \"x\n  y\"\n", "/b", "z",
		  "a.yaml:1: /b: stands on more than one line" },
		{ "a: &v x\nb: *v\n", "/b", "y",
		  "a.yaml:2: /b: is the alias '*v'" },
		{ "a: &v {x: 1}\nb: *v\n", "/b/x", "y",
		  "a.yaml:2: /b: is the alias '*v'" },
		{ "a: &v {x: 1}\nb:\n  <<: *v\n", "/b/x", "y",
		  "a.yaml:3: /b/x can only come from '<<'" },
		{ "a:\nb: 1\n", "/a", "y", "a.yaml:1: /a: is empty" },
		{ "a: {b: 1}\n", "/a", "y", "a.yaml:1: /a: is no scalar" },
		{ "a: !!int 1\n", "/a", "y",
		  "a.yaml:1: /a: has a tag of its own, which a new value may "
		  "not fit" },
		{ "a: &v x\n*v : 1\n", "/a", "y",
		  "a.yaml:1: /a: is a key elsewhere, by an alias" },
		{ "a: &v:x\n", "/a", "y",
		  "a.yaml:1: /a: stands right behind its anchor" },
		{ "a: 1\n", "/b", "y", "a.yaml:1: no /b" },
		{ "a: 1\n", "/a/b", "y", "a.yaml:1: no /a/b" },
		{ "a: [1]\n", "/a/1", "y", "a.yaml:1: no /a/1" },
		{ "a: [1]\n", "/a/-", "y", "a.yaml:1: no /a/-" },
		{ "a: 1\n", "a", "y", "'a' is no JSON pointer" },
		{ "\n\na: 1\n", "/a", "x\ny",
		  "a.yaml:3: /a: the new value holds a line break or a control "
		  "character" },
		{ "a: 1\n", "/a", "\x1b",
		  "a.yaml:1: /a: the new value holds a line break or a control "
		  "character" },
	};
	struct bytes out;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(set(cases[i].text, 0, cases[i].pointer,
				     cases[i].value, &out),
				 -1);
		assert_string_equal(err.msg, cases[i].msg);
		err_clear(&err);
	}
}

static void what_is_no_yaml_is_named(void **state)
{
	static const char text[] = "a: [\n";
	struct splice_file file;

	(void)state;
	assert_int_equal(splice_read(arena, "a.yaml",
				     (struct bytes){ text, strlen(text) },
				     &file, &err),
			 -1);
	assert_true(str_starts(err.msg, "a.yaml:2: "));
}

static void many_edits_make_one_file(void **state)
{
	struct splice_file file = read("a: x\nb: [y, z]\nc: w\n");
	struct splice_edit edits[] = {
		{ .text = "ccc" },
		{ .text = "2" },
		{ .text = "a" },
		{ .text = "a" },
	};
	struct bytes out;

	(void)state;
	assert_int_equal(splice_find(arena, &file, 0, "/c", &edits[0].place,
				     &err),
			 0);
	assert_int_equal(splice_find(arena, &file, 0, "/b/1", &edits[1].place,
				     &err),
			 0);
	assert_int_equal(splice_find(arena, &file, 0, "/a", &edits[2].place,
				     &err),
			 0);
	edits[3].place = edits[2].place;
	assert_int_equal(splice_apply(arena, &file, edits, 4, &out, &err), 0);
	assert_string_equal(out.data, "a: a\nb: [y, \"2\"]\nc: ccc\n");
	edits[3].text = "b";
	assert_int_equal(splice_apply(arena, &file, edits, 4, &out, &err), -1);
	assert_string_equal(err.msg,
			    "a.yaml:1: /a: two different values are to be set");
}

static void a_place_knows_its_pointer_line_and_comment(void **state)
{
	struct splice_file file = read("a:\r\n- b/c: x # {\"m\": 1}\r\n"
				       "- {d: &v y} # e\r\n- z# f\r\n- *v\r\n");
	const struct splice_place *place;
	struct bytes comment;

	(void)state;
	assert_int_equal(splice_find(arena, &file, 0, "/a/0/b~1c", &place,
				     &err),
			 0);
	assert_string_equal(splice_pointer(arena, place), "/a/0/b~1c");
	assert_int_equal(place->line, 2);
	comment = splice_comment(&file, place);
	assert_int_equal(comment.len, strlen("# {\"m\": 1}"));
	assert_memory_equal(comment.data, "# {\"m\": 1}", comment.len);
	assert_false(place->repeated);
	assert_int_equal(splice_find(arena, &file, 0, "/a/1/d", &place, &err),
			 0);
	assert_true(place->repeated);
	assert_int_equal(splice_comment(&file, place).len, 3);
	assert_int_equal(splice_find(arena, &file, 0, "/a/2", &place, &err), 0);
	assert_string_equal(place->text, "z# f");
	assert_int_equal(splice_comment(&file, place).len, 0);
}

/* ---- YAML within a text ---- */

static int set_inside(const char *text, const char *pointer, const char *value,
		      struct bytes *out)
{
	const struct splice_place *outer;
	struct splice_file file = read(text), inner;
	struct splice_edit edit = { .text = value };

	if (splice_find(arena, &file, 0, "/p", &outer, &err) < 0 ||
	    splice_enter(arena, &file, outer, &inner.documents, &err) < 0 ||
	    splice_find(arena, &inner, 0, pointer, &edit.place, &err) < 0)
		fail_msg("%s: %s", text, err.msg);
	return splice_apply(arena, &file, &edit, 1, out, &err);
}

static void what_stands_in_a_text_can_be_edited(void **state)
{
	static const struct edit_case cases[] = {
		{ "p: |\n  a: b # c\nd: e\n", "/a", "x:1",
		  "p: |\n  a: x:1 # c\nd: e\n" },
		{ "p: |2- # why\n    a:\n\n     \n    - 'b'\n\n\nd: e\n",
		  "/a/0", "x",
		  "p: |2- # why\n    a:\n\n     \n    - 'x'\n\n\nd: e\n" },
		{ "p: &q !!str |+\r\n  a: b\r\n\r\n  c: d\r\n\r\ne: f\r\n",
		  "/c", "1",
		  "p: &q !!str |+\r\n  a: b\r\n\r\n  c: \"1\"\r\n\r\n"
		  "e: f\r\n" },
		{ "\xef\xbb\xbfx: \xc3\xa4\np: |\n  \xc3\xa4: "
		  "\xe2\x82\xac\n  a: b",
		  "/a", "c",
		  "\xef\xbb\xbfx: \xc3\xa4\np: |\n  \xc3\xa4: "
		  "\xe2\x82\xac\n  a: c" },
		{ "p: '[{\"a\": \"b\"}]' # c\n", "/0/a", "x:1",
		  "p: '[{\"a\": \"x:1\"}]' # c\n" },
		{ "p: \"{a: b}\"\n", "/a", "x:1", "p: \"{a: x:1}\"\n" },
		{ "p: |\n  q: |\n    z\n  a: b\n", "/a", "c",
		  "p: |\n  q: |\n    z\n  a: c\n" },
	};
	struct bytes out;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (set_inside(cases[i].text, cases[i].pointer, cases[i].value,
			       &out) < 0)
			fail_msg("%s: %s", cases[i].text, err.msg);
		assert_string_equal(out.data, cases[i].expected);
	}
}

static void what_is_not_spelled_as_it_reads_is_refused(void **state)
{
	static const char *const texts[] = {
		"p: >\n  a:\n\n    b: 1\n",
		"p: \"a:\\n  b: 1\\n\"\n",
		"p: 'a: {b: ''1''}'\n",
		"p: '{a: {b: 1,\n  c: d}}'\n",
	};
	struct bytes out;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		assert_int_equal(set_inside(texts[i], "/a/b", "x", &out), -1);
		assert_string_equal(err.msg,
				    "a.yaml:1: /a/b: stands in a text that is "
				    "folded or has escapes");
		assert_string_equal(err.hint, "write the text that it stands "
					      "in as a block, behind: |");
		err_clear(&err);
	}
	/* What breaks the text around it is seen. */
	assert_int_equal(set_inside("p: \"{a: b}\"\n", "/a", "1", &out), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_but_the_value_stays, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			quotes_are_kept_or_added_where_needed, setup, teardown),
		cmocka_unit_test_setup_teardown(
			documents_are_counted_as_they_are_read, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			what_cannot_be_edited_is_refused_by_name, setup,
			teardown),
		cmocka_unit_test_setup_teardown(what_is_no_yaml_is_named, setup,
						teardown),
		cmocka_unit_test_setup_teardown(many_edits_make_one_file, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			a_place_knows_its_pointer_line_and_comment, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			what_stands_in_a_text_can_be_edited, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_is_not_spelled_as_it_reads_is_refused, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
