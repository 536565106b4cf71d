/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/compiler.h"
#include "object/quantity.h"

/* As resource.Quantity of apimachinery v0.36 compares and writes them. */
static const struct {
	const char *a;
	const char *b;
} same[] = {
	{ "1", "1000m" },       { "0.5", "500m" },
	{ ".5", "500m" },       { "5.", "5" },
	{ "+1", "1" },          { "-1", "-1000m" },
	{ "-0", "0" },          { "0", "0Gi" },
	{ "0001", "1" },        { "1.50", "1500m" },
	{ "1e3", "1k" },        { "1E3", "1k" },
	{ "1E", "1000P" },      { "12e-3", "12m" },
	{ "1000000n", "1m" },   { "1000u", "1m" },
	{ "1024Mi", "1Gi" },    { "1Ki", "1024" },
	{ "0.5Gi", "512Mi" },   { "1Ei", "1024Pi" },
	{ "1048576Mi", "1Ti" }, { "1000G", "1T" },
	{ "1000k", "1M" },      { "999999999999999999", "999999999999999999" },
};

static const struct {
	const char *a;
	const char *b;
} other[] = {
	{ "1", "2" },
	{ "1", "-1" },
	{ "1M", "1Mi" },
	{ "1M", "1m" },
	{ "1Ki", "1k" },
	{ "10", "1" },
	{ "2", "4" },
	{ "1", "1001m" },
	/* No quantities, equal or not. */
	{ "", "" },
	{ "x", "x" },
	{ "-", "-" },
	{ ".", "." },
	{ "Gi", "Gi" },
	{ "1 ", "1 " },
	{ " 1", " 1" },
	{ "1.2.3", "1.2.3" },
	{ "1Gib", "1Gib" },
	{ "1mi", "1mi" },
	{ "1K", "1K" },
	{ "1e", "1e" },
	{ "1e+", "1e+" },
	{ "1e3k", "1e3k" },
	{ "1e999999999999", "1e999999999999" },
	{ "0x10", "16" },
	{ "--1", "1" },
	/* More digits than are kept. */
	{ "1000000000000000000", "1000000000000000000" },
};

static void the_same_amount_is_equal(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		if (!quantity_equal(same[i].a, same[i].b) ||
		    !quantity_equal(same[i].b, same[i].a))
			fail_msg("'%s' is '%s'", same[i].a, same[i].b);
	}
}

static void anything_else_is_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(other); i++) {
		if (quantity_equal(other[i].a, other[i].b) ||
		    quantity_equal(other[i].b, other[i].a))
			fail_msg("'%s' is not '%s'", other[i].a, other[i].b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_amount_is_equal),
		cmocka_unit_test(anything_else_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
