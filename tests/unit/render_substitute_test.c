/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "render/substitute.h"

static struct arena *arena;
static struct map *vars;
static struct err err;

static int setup(void **state)
{
	static const char *const pairs[][2] = {
		{ "name", "web" },
		{ "domain", "shop.example.com" },
		{ "tag", "v1.10" },
		{ "port", "8080" },
		{ "path", "/srv/a/b" },
		{ "mode", "010" },
		{ "answer", "yes" },
		{ "list", "[a, b]" },
		{ "empty", "" },
		{ "quote", "\"" },
		{ "accent", "\xc3\xa9t\xc3\xa9" },
		{ "broken", "a: b" },
		{ "_x1", "under" },
		{ "inner", "${name}" },
	};

	(void)state;
	arena = arena_new();
	vars = map_new(arena);
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		map_set(vars, pairs[i][0], arena_strdup(arena, pairs[i][1]));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	err_clear(&err);
	arena_free(arena);
	return 0;
}

/* ---- texts ---- */

struct text_case {
	const char *text;
	const char *result;
};

/* The README and the tests of fluxcd/pkg/envsubst v1.8.0, and its code where
 * that says more; peer/test_substitute.py holds ours against it. */
static const struct text_case texts[] = {
	{ "", "" },
	{ "no variable", "no variable" },
	{ "a${name}b${port}c", "awebb8080c" },
	{ "${_x1}", "under" },
	/* A value is not looked at again. */
	{ "${inner}", "${name}" },
	/* Without braces it is none, and each $$ is a $. */
	{ "$name $ $(name) }", "$name $ $(name) }" },
	{ "$$", "$" },
	{ "$${name}", "${name}" },
	{ "$$${name}", "$web" },
	{ "$$$${name}", "$${name}" },
	{ "end$", "end$" },
	{ "${#name} ${#empty} ${#accent}", "3 0 5" },
	/* Defaults: where it is not set, or empty. */
	{ "${none:=a}${none:-b}${none=c}", "abc" },
	{ "${empty:=a}${empty:-b}${empty=c}", "abc" },
	{ "${name:=a}${name:-b}${name=c}", "webwebweb" },
	{ "${none:=}", "" },
	{ "${none:=${name}}", "web" },
	{ "${none:=a ${name} b ${empty:-c}}", "a web b c" },
	{ "${none:=$x$$}", "$x$$" },
	{ "${none:=a=b:c-d/e}", "a=b:c-d/e" },
	/* Parts, in bytes. */
	{ "${name:0} ${name:1} ${name:3} ${name:9}", "web eb  " },
	{ "${name:0:2} ${name:1:1} ${name:1:9} ${name:9:1}", "we e eb " },
	{ "${name:1:-1} ${name:0:-1} ${name:2:-2}", "e we " },
	{ "${name:${none:=-2}}", "eb" },
	{ "${name:${none:=-9}:1}", "w" },
	{ "${name:0:9223372036854775807}", "web" },
	/* Capital and small. */
	{ "${name^} ${name^^} ${tag^^}", "Web WEB V1.10" },
	{ "${name,} ${none:=${name^^}}", "web WEB" },
	{ "${empty^}${empty,,}", "" },
	/* Replacing. */
	{ "${path/\\//:} ${path//\\//:}", ":srv/a/b :srv:a:b" },
	{ "${name/w/W} ${name/x/W} ${name/eb/}", "Web web w" },
	{ "${domain//e/}", "shop.xampl.com" },
	{ "${domain/#shop/www} ${domain/#www/x}",
	  "www.example.com shop.example.com" },
	{ "${domain/%com/org} ${domain/%shop/x}",
	  "shop.example.org shop.example.com" },
	{ "${name/${none:=e}/${port}}", "w8080b" },
	{ "${name/e}/x}", "web" },
	{ "${name//${empty}/-}", "-w-e-b-" },
	/* Stripping: the shortest and the longest, which is something. */
	{ "${domain#*.} ${domain##*.}", "example.com com" },
	{ "${domain%.*} ${domain%%.*}", "shop.example shop" },
	{ "${tag#v} ${tag#x} ${tag%.*}", "1.10 v1.10 v1" },
	{ "${path##*/} ${path%/*}", "b /srv/a" },
	{ "${name#?} ${name%??} ${name##*}", "eb w " },
	{ "${name#[a-w]} ${name#[^a-v]} ${name#[x]}", "eb eb web" },
	{ "${name%[bc]} ${name%[]]}", NULL },
	{ "${name%[bc]} ${tag%%[0-9]*}", "we v" },
	{ "${accent#?} ${accent%[\xc3\xa8-\xc3\xaa]}", "t\xc3\xa9 \xc3\xa9t" },
	{ "${name#\\w} ${name#${name:0:1}}", "eb eb" },
	/* What is none. */
	{ "${", NULL },
	{ "${}", NULL },
	{ "${name", NULL },
	{ "${ name}", NULL },
	{ "${-x}", NULL },
	{ "${#}", NULL },
	{ "${#name:1}", NULL },
	{ "${name-x}", NULL },
	{ "${name?x}", NULL },
	{ "${name:?x}", NULL },
	{ "${name:+x}", NULL },
	{ "${name:}", NULL },
	{ "${name:x}", NULL },
	{ "${name:0:}", NULL },
	{ "${name:0:x}", NULL },
	{ "${name: -1}", NULL },
	{ "${name^,}", NULL },
	{ "${name^^^}", NULL },
	{ "${name/x}", NULL },
	{ "${name///x}", NULL },
	{ "${name/#x/}", NULL },
	{ "${name#}", NULL },
	{ "${name#[}", NULL },
	{ "${name#a\\}", NULL },
	{ "${name:=${}", NULL },
	{ "${none:=x", NULL },
	{ "${a.b}", NULL },
	{ "${a[0]}", NULL },
};

static int substitute(const char *text, struct map *missing, struct str *out)
{
	return substitute_text((struct bytes){ text, strlen(text) }, vars,
			       missing, out, &err);
}

static void texts_are_those_of_flux(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		AUTO_STR struct str out = STR_INIT(STR_BIG);
		struct map *missing = map_new(arena);

		if (!texts[i].result) {
			assert_int_equal(substitute(texts[i].text, missing,
						    &out),
					 -1);
			assert_int_equal(err.status, ERR_INPUT);
			assert_non_null(err.hint);
			err_clear(&err);
			continue;
		}
		if (substitute(texts[i].text, missing, &out) < 0)
			fail_msg("%s: %s", texts[i].text, err.msg);
		assert_string_equal(str_text(&out), texts[i].result);
		assert_int_equal(missing->n, 0);
	}
}

static void all_that_are_missing_are_known(void **state)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);
	struct map *missing = map_new(arena);

	(void)state;
	/* Those in a default, too, whether it is needed or not. */
	assert_int_equal(substitute("${c}${name:=${b}}${#d}${a/x/y}${c}${e:=}",
				    missing, &out),
			 0);
	assert_int_equal(missing->n, 4);
	assert_string_equal(missing->entries[0].key, "c");
	assert_string_equal(missing->entries[1].key, "b");
	assert_string_equal(missing->entries[2].key, "d");
	assert_string_equal(missing->entries[3].key, "a");
}

static void an_error_shows_no_more_than_a_name(void **state)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	(void)state;
	assert_int_equal(substitute("${name!hunter2}", map_new(arena), &out),
			 -1);
	assert_string_equal(err.msg, "the expression '${name': expected '}', "
				     "or what is to be done with the value");
}

/* ---- caps ---- */

static char *repeat(const char *text, size_t n)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	while (n-- > 0)
		str_add(&out, text);
	return str_keep(&out, arena);
}

static void assert_capped(const char *text, const char *message)
{
	AUTO_STR struct str out = STR_INIT(SUBSTITUTE_BYTES);

	assert_int_equal(substitute(text, map_new(arena), &out), -1);
	assert_int_equal(err.status, ERR_INPUT);
	assert_string_equal(err.msg, message);
	err_clear(&err);
}

static void nothing_grows_without_an_end(void **state)
{
	(void)state;
	map_set(vars, "big", repeat("a", 65536));
	assert_capped(repeat("${big}", 200),
		      "with its variables it has more than 8 MiB");
	assert_capped("${big//a/${big}}",
		      "with its variables it has more than 8 MiB");
	assert_capped(repeat("${big##*a*a*}", 300),
		      "its variables come to more than 64 MiB");
	assert_capped("${a:=${big}${big}}",
		      "the expression '${a': its arguments are too long");
	assert_capped(repeat("${a:=", 33),
		      "more than 32 expressions inside each other");
}

/* ---- objects ---- */

static void read_doc(const char *text, struct doc *out)
{
	struct docs docs = { 0 };

	assert_int_equal(doc_read_manifests(arena, "a.yaml",
					    (struct bytes){ text,
							    strlen(text) },
					    NULL, &docs, &err),
			 0);
	*out = docs.v[0];
}

static const char *as_json(const json_t *value)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	doc_write_json(&out, value);
	return str_keep(&out, arena);
}

/* Under "data", as it is in a manifest and in the end. */
static const struct text_case values[] = {
	{ "${port}", "8080" },
	{ "'${port}'", "8080" },
	{ "p${port}", "\"p8080\"" },
	{ "'${quote}${port}${quote}'", "\"8080\"" },
	{ "${answer}", "true" },
	{ "${mode}", "8" },
	{ "${empty}", "null" },
	{ "${none:=2024-01-01}", "\"2024-01-01\"" },
	{ "${none:=1.50}", "1.5" },
	{ "${list}", "[\"a\",\"b\"]" },
	{ "[1, '${name}', 'yes']", "[1,\"web\",\"yes\"]" },
	{ "{'${name}': '${name}'}", "{\"web\":\"web\"}" },
	{ "\"a\\n${name}\\n\"", "\"a\\nweb\\n\"" },
	/* What is a text that looks like something else stays a text. */
	{ "{a: '010', b: 'yes', c: \"$x\"}",
	  "{\"a\":\"010\",\"b\":\"yes\",\"c\":\"$x\"}" },
};

static void a_result_is_what_it_looks_like(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		struct doc doc;

		read_doc(arena_printf(arena,
				      "kind: ConfigMap\nmetadata: {name: x}\n"
				      "data: %s\n",
				      values[i].text),
			 &doc);
		assert_int_equal(substitute_doc(arena, &doc, vars, &doc, &err),
				 0);
		assert_string_equal(as_json(doc_get(doc.value, "data", NULL)),
				    values[i].result);
		assert_string_equal(doc.origin, "a.yaml:1");
	}
}

static void annotations_stay_texts(void **state)
{
	struct doc doc;

	(void)state;
	read_doc("kind: ConfigMap\nmetadata:\n  name: x\n"
		 "  annotations: {a: '${port}', b: '${mode}'}\n",
		 &doc);
	assert_int_equal(substitute_doc(arena, &doc, vars, &doc, &err), 0);
	assert_string_equal(as_json(doc_get(doc.value, "metadata",
					    "annotations", NULL)),
			    "{\"a\":\"8080\",\"b\":\"010\"}");
}

static void an_object_may_be_left_alone(void **state)
{
	static const char *const where[] = { "annotations", "labels" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(where); i++) {
		struct doc doc, out;

		read_doc(arena_printf(arena,
				      "kind: ConfigMap\nmetadata:\n  name: x\n"
				      "  %s: {" SUBSTITUTE_KEY ": disabled}\n"
				      "data: {a: '${none} $$'}\n",
				      where[i]),
			 &doc);
		assert_int_equal(substitute_doc(arena, &doc, vars, &out, &err),
				 0);
		assert_ptr_equal(out.value, doc.value);
	}
}

static void assert_refused(const char *data, const char *const *messages)
{
	const struct err *one = &err;
	struct doc doc;

	read_doc(arena_printf(arena,
			      "kind: ConfigMap\nmetadata: {name: x}\n"
			      "data: {a: %s}\n",
			      data),
		 &doc);
	assert_int_equal(substitute_doc(arena, &doc, vars, &doc, &err), -1);
	for (; *messages; messages++, one = one->next) {
		assert_non_null(one);
		assert_string_equal(one->msg, *messages);
		assert_non_null(one->hint);
	}
	assert_null(one);
	err_clear(&err);
}

static void errors_have_the_place_of_the_object(void **state)
{
	(void)state;
	assert_refused("'${none} ${nil} ${none}'",
		       (const char *[]){
			       "a.yaml:1: ConfigMap x: the variable 'none' is "
			       "not set",
			       "a.yaml:1: ConfigMap x: the variable 'nil' is "
			       "not set",
			       NULL });
	assert_refused(
		"'${name'",
		(const char *[]){
			"a.yaml:1: ConfigMap x: the expression '${name': "
			"expected '}', or what is to be done with the "
			"value",
			NULL });
	assert_refused("'${broken}'",
		       (const char *[]){
			       "a.yaml:1: ConfigMap x with its variables:2: "
			       "mapping values are not allowed in this context",
			       NULL });
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(texts_are_those_of_flux),
		TEST(all_that_are_missing_are_known),
		TEST(an_error_shows_no_more_than_a_name),
		TEST(nothing_grows_without_an_end),
		TEST(a_result_is_what_it_looks_like),
		TEST(annotations_stay_texts),
		TEST(an_object_may_be_left_alone),
		TEST(errors_have_the_place_of_the_object),
	};

	doc_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
