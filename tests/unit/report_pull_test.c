/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "report/report.h"

#define HEAD "| image | from | to | files |\n|---|---|---|---|\n"

static struct splice_place at = { .line = 7 };

static struct release_place place(const struct release_file *file,
				  const char *name, const char *from,
				  const char *to)
{
	return (struct release_place){
		.file = file,
		.at = &at,
		.now = { .name = name },
		.moved = true,
		.from = from,
		.to = to,
	};
}

/* Nothing of the repository's is a mention, a link, markup, or ends a cell. */
static void moves_are_a_table_of_code(void **state)
{
	static const char *const env[] = { NULL };
	const struct release_file a = { .path = "a.yaml" };
	const struct release_file odd = { .path = "@ada|`x`\n<b>.yaml" };
	struct release_place places[] = {
		place(&a, "acme/web", "1.0", "1.1"),
		place(&odd, "acme/web", "1.0", "1.1"),
		place(&a, "acme/api", "-", "CANARY-tag"),
		{ .file = &a, .at = &at, .now = { .name = "acme/still" } },
	};
	const struct release_plan plan = {
		.places = { places, ARRAY_LEN(places), ARRAY_LEN(places) },
	};
	struct run run;
	char *body;

	(void)state;
	run_init(&run, env);
	run_add_secret(&run, "CANARY-tag", 10);
	body = report_pull_body(&run, &plan);
	assert_memory_equal(body, HEAD, strlen(HEAD));
	assert_non_null(strstr(body, HEAD "| `acme/web` | `1.0` | `1.1` | "
					  "`a.yaml:7`, `@ada\\|'x'\\x0a<b>.yaml"
					  ":7` |\n"
					  "| `acme/api` | `-` | `***` | "
					  "`a.yaml:7` |\n"
					  "\n"));
	assert_null(strstr(body, "still"));
	run_release(&run);
}

/* They are text: what a forge could take for something else is left out. */
static void trailers_are_plain(void **state)
{
	static const char *const env[] = { NULL };
	const struct repo_trailer trailers[] = {
		{ "Gitops-Rollback", "web 0123456789abcdef" },
		{ "Gitops-Reject", "ghcr.io/acme/web:1.1@sha256:abc" },
		{ "Gitops-Reject", "acme/web:CANARY-tag" },
		{ "Gitops-Image", "acme/web 1.0 -> 1.1" },
		{ "Gitops-Reject", "@ada" },
		{ "Gitops-Reject", "acme/@ada:1" },
		{ "Gitops-Reject", "http://example.com/web" },
		{ "Gitops-Reject", "<b>" },
		{ "Gitops-Reject", "[x](y)" },
		{ "Gitops-Reject", "acme/web#12" },
	};
	struct run run;

	(void)state;
	run_init(&run, env);
	run_add_secret(&run, "CANARY-tag", 10);
	assert_string_equal(report_pull_trailers(&run, trailers,
						 ARRAY_LEN(trailers)),
			    "Gitops-Rollback: web 0123456789abcdef\n"
			    "Gitops-Reject: ghcr.io/acme/web:1.1@sha256:abc\n"
			    "Gitops-Reject: acme/web:***\n"
			    "Gitops-Image: acme/web 1.0 -> 1.1\n");
	run_release(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moves_are_a_table_of_code),
		cmocka_unit_test(trailers_are_plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
