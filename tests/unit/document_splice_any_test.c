/* SPDX-License-Identifier: Apache-2.0 */

/* Whatever the file is, an edit changes the value and no other byte. */

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

static unsigned long seed;

static unsigned random_below(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

static const char *any(const char *const *of, unsigned n)
{
	return of[random_below(n)];
}

#define ANY(of) any(of, sizeof(of) / sizeof((of)[0]))

static const char *const values[] = {
	"x",    "'it''s'",       "\"q\\\"\"", "nginx:1.25",
	"1.10", "\xc3\xa4",      "~",         "'\xf0\x9f\x98\x80'",
	"a b",  "http://a/?b#c",
};
static const char *const behind[] = { "", " # why", "   #",
				      "\t# \xe2\x82\xac" };
static const char *const ends[] = { "\n", "\r\n" };

static void add_flow(struct str *out, unsigned depth)
{
	if (!depth || !random_below(3)) {
		str_add(out, ANY(values));
		return;
	}
	str_add(out, "{k: ");
	add_flow(out, depth - 1);
	str_add(out, ", \"l\": [");
	add_flow(out, depth - 1);
	str_add(out, " , ");
	add_flow(out, depth - 1);
	str_add(out, "]}");
}

static void add_line(struct str *out, const char *end)
{
	static const char *const properties[] = { "",         "",       "",
						  "&v ",      "!!str ", "&v ! ",
						  "!!str &v " };

	str_add(out, ANY(properties));
	str_add(out, ANY(values));
	str_add(out, ANY(behind));
	str_add(out, end);
}

static void add_block(struct str *out, unsigned indent, unsigned depth,
		      const char *end)
{
	unsigned n = 1 + random_below(4);

	for (unsigned i = 0; i < n; i++) {
		if (!random_below(4))
			str_printf(out, "# \xc3\xa9%s%s", end, end);
		str_add_repeat(out, ' ', indent);
		str_printf(out, "k%u:", i);
		switch (random_below(depth ? 5 : 3)) {
		case 0:
			str_add(out, " ");
			add_flow(out, 2);
			str_printf(out, "%s%s", ANY(behind), end);
			break;
		case 1:
			str_printf(out, " |-%s", end);
			str_add_repeat(out, ' ', indent + 2);
			str_printf(out, "k0: x%s", end);
			break;
		case 2:
			str_add(out, " ");
			add_line(out, end);
			break;
		case 3:
			str_printf(out, "%s", end);
			add_block(out, indent + 2, depth - 1, end);
			break;
		default:
			str_printf(out, "%s", end);
			str_add_repeat(out, ' ', indent);
			str_add(out, "- ");
			add_line(out, end);
			break;
		}
	}
}

static void generate(struct str *out)
{
	const char *end = ANY(ends);

	if (!random_below(4))
		str_add(out, "\xef\xbb\xbf");
	if (!random_below(2))
		str_printf(out, "--- # first%s", end);
	add_block(out, 0, 3, end);
	if (!random_below(2)) {
		str_printf(out, "---%s", end);
		add_block(out, 0, 2, end);
	}
	if (!random_below(3))
		str_cut(out, out->len - strlen(end));
}

static size_t differences(const struct node *a, const struct node *b,
			  const char *value)
{
	size_t n = 0;

	assert_int_equal(a->kind, b->kind);
	if (a->kind == NODE_SCALAR) {
		if (a->n == b->n && !memcmp(a->text, b->text, a->n) &&
		    a->tag == b->tag)
			return 0;
		assert_string_equal(b->text, value);
		assert_int_equal(b->tag, NODE_STR);
		return 1;
	}
	assert_int_equal(a->n, b->n);
	for (size_t i = 0; i < a->n; i++) {
		if (a->kind == NODE_MAPPING) {
			assert_string_equal(a->entries[i].key,
					    b->entries[i].key);
			n += differences(a->entries[i].value,
					 b->entries[i].value, value);
		} else {
			n += differences(a->items[i], b->items[i], value);
		}
	}
	return n;
}

static struct nodes nodes_of(struct bytes bytes)
{
	const struct doc_source source = doc_source_file("a.yaml", bytes);
	struct nodes nodes = { 0 };

	if (doc_read_nodes(arena, &source, NULL, &nodes, &err) < 0)
		fail_msg("%s: %s", bytes.data, err.msg);
	return nodes;
}

/* How many values could be changed; `look` reads what holds them. */
static size_t check_edit(const struct splice_file *file,
			 const struct splice_place *place, const char *value,
			 struct nodes (*look)(struct bytes bytes))
{
	const struct splice_edit edit = { place, value };
	size_t behind_it = file->bytes.len - place->end, n = 0;
	struct nodes was, is;
	struct bytes out;

	if (splice_apply(arena, file, &edit, 1, &out, &err) < 0) {
		assert_int_equal(err.status, ERR_INPUT);
		assert_true(place->kind != SPLICE_SCALAR ||
			    place->style == NODE_LITERAL);
		err_clear(&err);
		return 0;
	}
	assert_memory_equal(out.data, file->bytes.data, place->begin);
	assert_memory_equal(out.data + out.len - behind_it,
			    file->bytes.data + place->end, behind_it);
	was = look(file->bytes);
	is = look(out);
	assert_int_equal(was.n, is.n);
	for (size_t i = 0; i < was.n; i++)
		n += differences(was.v[i], is.v[i], value);
	assert_true(n <= 1);
	return 1;
}

static size_t check_places(const struct splice_file *file,
			   const struct splice_place *place,
			   struct nodes (*look)(struct bytes bytes))
{
	size_t n = 0;

	for (; place; place = place->next)
		n += check_edit(file, place, ANY(values), look) +
		     check_edit(file, place, "3", look) +
		     check_places(file, place->first, look);
	return n;
}

static void any_file_differs_by_the_value_alone(void **state)
{
	struct splice_file file;

	(void)state;
	for (unsigned long i = 1; i < 300; i++) {
		AUTO_STR struct str text = STR_INIT(STR_BIG);

		seed = i;
		generate(&text);
		file = read(str_text(&text));
		for (size_t j = 0; j < file.documents.n; j++)
			check_places(&file, file.documents.v[j], nodes_of);
		arena_free(arena);
		arena = arena_new();
	}
}

/* As the text of a block. */
static void wrap(struct str *out, const char *text, const char *end)
{
	size_t n;

	str_printf(out, "o: x%sp: |2- # why%s", end, end);
	for (; *text; text += n + 1) {
		n = strcspn(text, "\n");
		if (n)
			str_add(out, "  ");
		str_add_bytes(out, text, n);
		str_add(out, end);
		if (!text[n])
			break;
	}
	str_printf(out, "q: z%s", end);
}

/* What "p" holds. */
static struct nodes nodes_inside(struct bytes bytes)
{
	const struct node *text = nodes_of(bytes).v[0]->entries[1].value;

	return nodes_of((struct bytes){ text->text, text->n });
}

static void any_text_differs_by_the_value_alone(void **state)
{
	size_t n = 0;

	(void)state;
	for (unsigned long i = 1; i < 200; i++) {
		AUTO_STR struct str text = STR_INIT(STR_BIG);
		AUTO_STR struct str whole = STR_INIT(STR_BIG);
		const struct splice_place *outer;
		struct splice_places documents;
		struct splice_file file;

		seed = i;
		add_block(&text, 0, 2, "\n");
		wrap(&whole, str_text(&text), ANY(ends));
		file = read(str_text(&whole));
		assert_int_equal(splice_find(arena, &file, 0, "/p", &outer,
					     &err),
				 0);
		assert_int_equal(splice_enter(arena, &file, outer, &documents,
					      &err),
				 0);
		assert_int_equal(documents.n, 1);
		n += check_places(&file, documents.v[0], nodes_inside);
		arena_free(arena);
		arena = arena_new();
	}
	assert_true(n > 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			any_file_differs_by_the_value_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(
			any_text_differs_by_the_value_alone, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
