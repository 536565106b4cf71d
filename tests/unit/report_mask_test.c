/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "report/mask.h"

static struct run run;
static struct err err;

static int setup(void **state)
{
	(void)state;
	run_init(&run, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	err_clear(&err);
	run_release(&run);
	return 0;
}

static json_t *read(const char *yaml)
{
	struct docs docs = { 0 };

	if (!yaml)
		return NULL;
	assert_int_equal(doc_read_yaml(run.arena, "a.yaml",
				       (struct bytes){ yaml, strlen(yaml) },
				       NULL, &docs, &err),
			 0);
	return docs.v[0].value;
}

static const struct object secret = { .group = "", .kind = "Secret" };

/* What is shown of two sides of a Secret. */
static void assert_masked(const char *before, const char *after,
			  const char *shown_before, const char *shown_after)
{
	json_t *old = read(before), *new = read(after);
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	report_mask(map_new(run.arena), run.arena, &secret, &old, &new);
	if (old)
		doc_show_yaml(&text, old);
	assert_string_equal(str_text(&text), shown_before ? shown_before : "");
	str_clear(&text);
	if (new)
		doc_show_yaml(&text, new);
	assert_string_equal(str_text(&text), shown_after ? shown_after : "");
}

static void equal_values_have_the_same_number(void **state)
{
	(void)state;
	assert_masked("data: {a: c2FtZQ==, b: b2xk}",
		      "data: {a: c2FtZQ==, b: bmV3}",
		      "data:\n  a: '*** (4 bytes, #1)'\n"
		      "  b: '*** (3 bytes, #2)'\n",
		      "data:\n  a: '*** (4 bytes, #1)'\n"
		      "  b: '*** (3 bytes, #3)'\n");
	/* However they are written, and under whatever key. */
	assert_masked("data: {a: b2xk, b: bmV3}", "stringData: {c: old}",
		      "data:\n  a: '*** (3 bytes, #1)'\n"
		      "  b: '*** (3 bytes, #2)'\n",
		      "stringData:\n  c: '*** (3 bytes, #1)'\n");
}

static void added_and_removed_keys_are_seen_without_their_values(void **state)
{
	(void)state;
	assert_masked("data: {gone: b2xk}", "data: {here: bmV3}",
		      "data:\n  gone: '*** (3 bytes, #1)'\n",
		      "data:\n  here: '*** (3 bytes, #2)'\n");
	assert_masked("data: {gone: b2xk}", "type: Opaque",
		      "data:\n  gone: '*** (3 bytes, #1)'\n", "type: Opaque\n");
}

static void one_side_alone_is_masked(void **state)
{
	(void)state;
	assert_masked(NULL, "data: {a: bg==}\nstringData: {b: ''}", NULL,
		      "data:\n  a: '*** (1 byte, #1)'\n"
		      "stringData:\n  b: '*** (0 bytes, #2)'\n");
	assert_masked("data: {a: b2xk}", NULL,
		      "data:\n  a: '*** (3 bytes, #1)'\n", NULL);
}

static void values_of_any_type_are_masked(void **state)
{
	(void)state;
	assert_masked("data: {a: 123456, b: [x, y], c: {d: e}, f: true}",
		      "data: {a: 123456, b: [x, z], c: {d: e}, f: false}",
		      "data:\n  a: '*** (6 bytes, #1)'\n"
		      "  b: '*** (9 bytes, #2)'\n"
		      "  c: '*** (9 bytes, #4)'\n"
		      "  f: '*** (4 bytes, #5)'\n",
		      "data:\n  a: '*** (6 bytes, #1)'\n"
		      "  b: '*** (9 bytes, #3)'\n"
		      "  c: '*** (9 bytes, #4)'\n"
		      "  f: '*** (5 bytes, #6)'\n");
}

static void data_that_is_no_mapping_is_masked_as_a_whole(void **state)
{
	(void)state;
	assert_masked("data: hunter2", "data: {a: aHVudGVyMg==}",
		      "data: '*** (7 bytes, #1)'\n",
		      "data: '*** (20 bytes, #2)'\n");
	assert_masked("stringData: [hunter2]", "stringData: [hunter2]",
		      "stringData: '*** (11 bytes, #1)'\n",
		      "stringData: '*** (11 bytes, #1)'\n");
}

static void what_is_no_base64_is_masked_as_it_is(void **state)
{
	(void)state;
	assert_masked("data: {a: '%%'}", NULL,
		      "data:\n  a: '*** (2 bytes, #1)'\n", NULL);
}

static void a_change_of_the_encoding_alone_is_seen(void **state)
{
	(void)state;
	assert_masked("data: {a: c2FtZQ==}", "data: {a: \"c2Ft\\nZQ==\"}",
		      "data:\n  a: '*** (4 bytes, #1)'\n",
		      "data:\n  a: '*** (4 bytes, #1), written anew'\n");
	assert_masked("stringData: {a: 1}", "stringData: {a: '1'}",
		      "stringData:\n  a: '*** (1 byte, #1)'\n",
		      "stringData:\n  a: '*** (1 byte, #1), written anew'\n");
}

static void the_last_applied_annotation_is_masked(void **state)
{
	(void)state;
	assert_masked("metadata: {annotations: {a: b, "
		      "kubectl.kubernetes.io/last-applied-configuration: x}}",
		      "metadata: {annotations: {a: b}}",
		      "metadata:\n  annotations:\n    a: b\n"
		      "    kubectl.kubernetes.io/last-applied-configuration: "
		      "'*** (1 byte, #1)'\n",
		      "metadata:\n  annotations:\n    a: b\n");
}

static void a_run_counts_through_all_its_secrets(void **state)
{
	struct map *seen = map_new(run.arena);
	json_t *one = read("data: {a: b2xk}"), *two = read("data: {b: bmV3}");
	json_t *three = read("stringData: {c: old}"), *none = NULL;

	(void)state;
	report_mask(seen, run.arena, &secret, &one, &none);
	report_mask(seen, run.arena, &secret, &none, &two);
	report_mask(seen, run.arena, &secret, &three, &none);
	assert_string_equal(doc_get_string(two, "data", "b", NULL),
			    "*** (3 bytes, #2)");
	assert_string_equal(doc_get_string(three, "stringData", "c", NULL),
			    "*** (3 bytes, #1)");
}

static void other_kinds_are_left_alone(void **state)
{
	static const struct object others[] = {
		{ .group = "", .kind = "ConfigMap" },
		{ .group = "example.com", .kind = "Secret" },
	};
	json_t *before = read("data: {a: b}"), *after = NULL, *same = before;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		report_mask(map_new(run.arena), run.arena, &others[i], &before,
			    &after);
		assert_ptr_equal(before, same);
	}
}

static void the_documents_themselves_stay_whole(void **state)
{
	json_t *before = read("data: {a: b2xk}"), *after = NULL;
	const json_t *was = before;

	(void)state;
	report_mask(map_new(run.arena), run.arena, &secret, &before, &after);
	assert_string_equal(doc_get_string(was, "data", "a", NULL), "b2xk");
}

/* The wanted object of `yaml` alone, hidden. */
static void hide(const char *yaml)
{
	struct objects want = { 0 };
	struct doc doc = { .value = read(yaml), .origin = "apps/a.yaml:1" };

	assert_int_equal(objects_add_doc(run.arena, &doc, &want, &err), 0);
	report_hide_secrets(&run, &want);
}

static void assert_shown(const char *text, const char *shown)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	run_redact(&run, &out, text, strlen(text));
	assert_string_equal(str_text(&out), shown);
}

static void wanted_values_are_hidden_in_every_form(void **state)
{
	(void)state;
	hide("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n"
	     "data: {a: aHVudGVyMi1kYXRh, bad: '%%no-base64%%'}\n"
	     "stringData: {b: hunter2-string, pin: 1234567}\n");
	assert_shown("raw hunter2-data end", "raw *** end");
	assert_shown("coded aHVudGVyMi1kYXRh end", "coded *** end");
	assert_shown("string hunter2-string end", "string *** end");
	assert_shown("invalid %%no-base64%% end", "invalid *** end");
	assert_shown("number 1234567 end", "number *** end");
}

static void a_value_that_is_a_name_stays_visible(void **state)
{
	(void)state;
	hide("apiVersion: v1\nkind: Secret\n"
	     "metadata: {name: production-a, namespace: team-one}\n"
	     "stringData: {env: production, ns: team-one, short: abc}\n");
	assert_shown("Secret team-one/production-a",
		     "Secret team-one/production-a");
	assert_shown("abc", "abc");
}

static void other_objects_hide_nothing(void **state)
{
	(void)state;
	hide("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
	     "data: {a: plain-text}\n");
	assert_shown("plain-text", "plain-text");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(equal_values_have_the_same_number),
		TEST(added_and_removed_keys_are_seen_without_their_values),
		TEST(one_side_alone_is_masked),
		TEST(values_of_any_type_are_masked),
		TEST(data_that_is_no_mapping_is_masked_as_a_whole),
		TEST(what_is_no_base64_is_masked_as_it_is),
		TEST(a_change_of_the_encoding_alone_is_seen),
		TEST(the_last_applied_annotation_is_masked),
		TEST(a_run_counts_through_all_its_secrets),
		TEST(other_kinds_are_left_alone),
		TEST(the_documents_themselves_stay_whole),
		TEST(wanted_values_are_hidden_in_every_form),
		TEST(a_value_that_is_a_name_stays_visible),
		TEST(other_objects_hide_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
