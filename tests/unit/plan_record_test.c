/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "document/document.h"
#include "plan/record.h"

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

static const struct record_members nothing;
static const struct record_syncs never;

/* Its parent, as it is written on what was read. */
static json_t *compose(const struct record *record,
		       const struct record_hold *hold)
{
	const struct record_state state = {
		.repository = "https://example.com/config.git",
		.members = &nothing,
		.syncs = &never,
		.hold = hold,
	};
	struct objects out = { 0 };

	record_compose(arena, record, &state, &out);
	assert_int_equal(out.n, 1);
	return out.v[0].doc ? doc_copy(arena, out.v[0].doc) : NULL;
}

static struct record new_record(void)
{
	struct record record;

	record_init(arena, "web", "default", &record);
	return record;
}

static int read_back(const json_t *doc, struct record *out)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	const char *kept;

	*out = new_record();
	doc_write_json(&text, doc);
	kept = str_keep(&text, arena);
	return record_read(arena, out, 0, (struct bytes){ kept, strlen(kept) },
			   &err);
}

static const struct record_hold held = {
	.when = 1700000000,
	.who = "ann@host",
	.why = "the \"disk\" is full\n<b>",
	.commit = "0123456789012345678901234567890123456789",
};

static void a_hold_is_read_as_it_was_written(void **state)
{
	struct record was = new_record(), is;

	(void)state;
	assert_int_equal(read_back(compose(&was, &held), &is), 0);
	assert_non_null(is.hold);
	assert_int_equal(is.hold->when, held.when);
	assert_string_equal(is.hold->who, held.who);
	assert_string_equal(is.hold->why, held.why);
	assert_string_equal(is.hold->commit, held.commit);
	/* Once more is no write. */
	assert_null(compose(&is, &held));
}

static void what_is_resumed_is_written_without(void **state)
{
	struct record was = new_record(), is;
	json_t *doc;

	(void)state;
	assert_int_equal(read_back(compose(&was, &held), &is), 0);
	doc = compose(&is, NULL);
	assert_non_null(doc);
	assert_null(doc_get(doc, "data", "hold", NULL));
	assert_int_equal(read_back(doc, &is), 0);
	assert_null(is.hold);
	assert_null(compose(&is, NULL));
}

/* What a later version may add, and what somebody has left out. */
static void a_hold_of_little_is_one(void **state)
{
	struct record was = new_record(), is;
	json_t *doc = compose(&was, NULL);

	(void)state;
	doc_set_string(doc, "{\"later\":1}", "data", "hold", NULL);
	assert_int_equal(read_back(doc, &is), 0);
	assert_non_null(is.hold);
	assert_string_equal(is.hold->who, "");
	assert_string_equal(is.hold->commit, "");
}

/* Not a reason to sync what somebody has suspended. */
static void a_hold_that_is_broken_is_an_error(void **state)
{
	struct record was = new_record(), is;
	json_t *doc = compose(&was, NULL);

	(void)state;
	doc_set_string(doc, "{\"when\":", "data", "hold", NULL);
	assert_int_equal(read_back(doc, &is), -1);
	assert_int_equal(err.status, ERR_INPUT);
	assert_non_null(strstr(err.msg, "data.hold"));
	assert_non_null(strstr(err.hint, "record of app web"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_hold_is_read_as_it_was_written),
		TEST(what_is_resumed_is_written_without),
		TEST(a_hold_of_little_is_one),
		TEST(a_hold_that_is_broken_is_an_error),
	};

	doc_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
