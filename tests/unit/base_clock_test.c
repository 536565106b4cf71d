/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/clock.h"
#include "base/digest.h"

static void the_clock_goes_forward(void **state)
{
	int64_t first = clock_ms();

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_true(clock_ms() >= first);
	assert_true(clock_wall() > 1700000000);
}

static void wall_time_is_written_and_read_back(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_ERR struct err err = { 0 };
	int64_t back;

	(void)state;
	assert_string_equal(clock_rfc3339(arena, 0), "1970-01-01T00:00:00Z");
	assert_string_equal(clock_rfc3339(arena, 1769860800),
			    "2026-01-31T12:00:00Z");
	/* Each day for four hundred years, leap days and all. */
	for (int64_t at = -86400 * 365; at < INT64_C(86400) * 365 * 400;
	     at += 86400 + 61) {
		assert_int_equal(clock_parse_rfc3339(clock_rfc3339(arena, at),
						     &back, &err),
				 0);
		assert_int_equal(back, at);
	}
}

static void any_offset_is_read(void **state)
{
	static const struct {
		const char *text;
		int64_t wall;
	} cases[] = {
		{ "2026-01-31T12:00:00Z", 1769860800 },
		{ "2026-01-31t12:00:00z", 1769860800 },
		{ "2026-01-31T14:00:00+02:00", 1769860800 },
		{ "2026-01-31T06:30:00-05:30", 1769860800 },
		{ "2026-01-31T12:00:00.123456789Z", 1769860800 },
		{ "2024-02-29T00:00:00Z", 1709164800 },
		{ "1969-12-31T23:59:59Z", -1 },
		{ "2016-12-31T23:59:60Z", 1483228800 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_ERR struct err err = { 0 };
		int64_t wall = 0;

		assert_int_equal(clock_parse_rfc3339(cases[i].text, &wall,
						     &err),
				 0);
		assert_int_equal(wall, cases[i].wall);
	}
}

static void what_is_no_time_is_an_error(void **state)
{
	static const char *const broken[] = {
		"",
		"2026-01-31",
		"2026-01-31T12:00:00",
		"2026-01-31 12:00:00Z",
		"2026-13-01T00:00:00Z",
		"2026-00-01T00:00:00Z",
		"2026-01-00T00:00:00Z",
		"2026-02-29T00:00:00Z",
		"1900-02-29T00:00:00Z",
		"2026-01-31T24:00:00Z",
		"2026-01-31T12:60:00Z",
		"2026-01-31T12:00:61Z",
		"2026-01-31T12:00:00.Z",
		"2026-01-31T12:00:00+2:00",
		"2026-01-31T12:00:00+24:00",
		"2026-01-31T12:00:00Zx",
		"x026-01-31T12:00:00Z",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		AUTO_ERR struct err err = { 0 };
		int64_t wall = 42;

		assert_int_equal(clock_parse_rfc3339(broken[i], &wall, &err),
				 -1);
		assert_int_equal(err.status, ERR_INPUT);
		assert_int_equal(wall, 42);
	}
}

static void durations_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} cases[] = {
		{ "0", 0 },        { "90", 90 },
		{ "90s", 90 },     { "5m", 300 },
		{ "1h30m", 5400 }, { "1d", 86400 },
		{ "0s", 0 },       { "1h1m1s", 3661 },
		{ "24h", 86400 },  { "3650d", 315360000 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_ERR struct err err = { 0 };
		int64_t seconds = -1;

		assert_int_equal(clock_parse_duration(cases[i].text, &seconds,
						      &err),
				 0);
		assert_int_equal(seconds, cases[i].seconds);
	}
}

static void what_is_no_duration_is_an_error(void **state)
{
	static const char *const broken[] = {
		"",     "s",   "-5m", "5 m",    "5x",
		"1.5h", "1h3", "5ms", "99999d", "1000000000000000000000",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		AUTO_ERR struct err err = { 0 };
		int64_t seconds = 42;

		assert_int_equal(clock_parse_duration(broken[i], &seconds,
						      &err),
				 -1);
		assert_int_equal(err.status, ERR_USAGE);
		assert_int_equal(seconds, 42);
	}
}

static void durations_are_shown_by_their_largest_units(void **state)
{
	static const struct {
		int64_t seconds;
		int most;
		const char *shown;
	} cases[] = {
		{ 0, 1, "0s" },           { -5, 1, "0s" },
		{ 59, 1, "59s" },         { 60, 2, "1m" },
		{ 90, 1, "1m" },          { 90, 2, "1m30s" },
		{ 7261, 2, "2h1m" },      { 3601, 2, "1h1s" },
		{ 86400 * 12, 1, "12d" }, { 86400 + 61, 4, "1d1m1s" },
	};
	AUTO_ARENA struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(clock_duration(arena, cases[i].seconds,
						   cases[i].most),
				    cases[i].shown);
}

static void sha256_has_the_vectors_of_fips_180(void **state)
{
	char hex[DIGEST_SHA256_HEX];

	(void)state;
	digest_sha256_hex("abc", 3, hex);
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223"
				 "b00361a396177a9cb410ff61f20015ad");
	digest_sha256_hex("", 0, hex);
	assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb924"
				 "27ae41e4649b934ca495991b7852b855");
}

static void hmac_has_the_vectors_of_rfc_4231(void **state)
{
	static const uint8_t case_2[] = { 0x5b, 0xdc, 0xc1, 0x46 };
	static const uint8_t case_6[] = { 0x60, 0xe4, 0x31, 0x59 };
	static const char text[] =
		"Test Using Larger Than Block-Size Key - Hash Key First";
	uint8_t key[131], out[DIGEST_SHA256_BYTES];

	(void)state;
	digest_hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, out);
	assert_memory_equal(out, case_2, sizeof(case_2));
	memset(key, 0xaa, sizeof(key));
	digest_hmac_sha256(key, sizeof(key), text, strlen(text), out);
	assert_memory_equal(out, case_6, sizeof(case_6));
	digest_hmac_sha256(NULL, 0, "", 0, out);
	assert_int_equal(out[0], 0xb6);
}

static void random_bytes_differ(void **state)
{
	uint8_t a[16], b[16];

	(void)state;
	digest_random(a, sizeof(a));
	digest_random(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_clock_goes_forward),
		cmocka_unit_test(wall_time_is_written_and_read_back),
		cmocka_unit_test(any_offset_is_read),
		cmocka_unit_test(what_is_no_time_is_an_error),
		cmocka_unit_test(durations_are_read),
		cmocka_unit_test(what_is_no_duration_is_an_error),
		cmocka_unit_test(durations_are_shown_by_their_largest_units),
		cmocka_unit_test(sha256_has_the_vectors_of_fips_180),
		cmocka_unit_test(hmac_has_the_vectors_of_rfc_4231),
		cmocka_unit_test(random_bytes_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
