/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/str.h"
#include "image/reference.h"

#define HEX32 "0123456789abcdef0123456789abcdef"
#define HEX64 HEX32 HEX32

static void names_stand_for_a_registry_and_a_repository(void **state)
{
	/* Docker's "ParseNormalizedNamed", and what it takes apart */
	static const struct {
		const char *text, *name, *tag, *digest, *domain, *repository;
	} cases[] = {
		{ "nginx", "nginx", NULL, NULL, "docker.io", "library/nginx" },
		{ "nginx:1.27", "nginx", "1.27", NULL, "docker.io",
		  "library/nginx" },
		{ "acme/web", "acme/web", NULL, NULL, "docker.io", "acme/web" },
		{ "docker.io/nginx", "docker.io/nginx", NULL, NULL, "docker.io",
		  "library/nginx" },
		{ "index.docker.io/acme/web:1", "index.docker.io/acme/web", "1",
		  NULL, "docker.io", "acme/web" },
		{ "ghcr.io/acme/web@sha256:" HEX64, "ghcr.io/acme/web", NULL,
		  "sha256:" HEX64, "ghcr.io", "acme/web" },
		{ "ghcr.io/acme/web:1.4@sha256:" HEX64, "ghcr.io/acme/web",
		  "1.4", "sha256:" HEX64, "ghcr.io", "acme/web" },
		{ "localhost/web", "localhost/web", NULL, NULL, "localhost",
		  "web" },
		{ "localhost:5000/a/b/c:x", "localhost:5000/a/b/c", "x", NULL,
		  "localhost:5000", "a/b/c" },
		{ "[::1]:5000/web:1", "[::1]:5000/web", "1", NULL, "[::1]:5000",
		  "web" },
		{ "Build/web", "Build/web", NULL, NULL, "build", "web" },
		{ "GHCR.io/a__b/c--d.e", "GHCR.io/a__b/c--d.e", NULL, NULL,
		  "ghcr.io", "a__b/c--d.e" },
		{ "web:5000", "web", "5000", NULL, "docker.io", "library/web" },
	};
	AUTO_ARENA struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_ERR struct err err = { 0 };
		struct image_ref ref;

		if (image_ref_parse(arena, cases[i].text, &ref, &err) < 0)
			fail_msg("%s", err.msg);
		assert_string_equal(ref.name, cases[i].name);
		assert_true(str_equal(ref.tag, cases[i].tag));
		assert_true(str_equal(ref.digest, cases[i].digest));
		assert_string_equal(ref.domain, cases[i].domain);
		assert_string_equal(ref.repository, cases[i].repository);
		assert_string_equal(image_ref_print(arena, &ref),
				    cases[i].text);
	}
}

static void what_is_no_reference_is_told(void **state)
{
	static const struct {
		const char *text, *msg;
	} cases[] = {
		{ "", "'' is no name of an image: it is empty" },
		{ "nginx:", "'nginx:' is no name of an image: "
			    "what follows the last colon is no tag" },
		{ "nginx:-x", "'nginx:-x' is no name of an image: "
			      "what follows the last colon is no tag" },
		{ "nginx@sha256:12",
		  "'nginx@sha256:12' is no name of an image: "
		  "what follows the @ is no digest such as sha256:..." },
		{ "acme/Web", "'acme/Web' is no name of an image: "
			      "a repository has no capital letters" },
		{ "my_host.io/web",
		  "'my_host.io/web' is no name of an image: "
		  "what comes before the first slash is no host" },
		{ HEX64, "'" HEX64 "' is no name of an image: "
			 "it is the identifier of a local image" },
		{ "web\x1b[2J", "'web\\x1b[2J' is no name of an image: "
				"a repository has no capital letters" },
		{ "a..b", "'a..b' is no name of an image: the repository is "
			  "not made of lower-case letters, digits and single "
			  "separators, or is too long" },
	};
	static const char *const more[] = {
		" nginx",
		"nginx ",
		"http://x.io/a",
		"a//b",
		"/a",
		"a/",
		"a___b",
		"-a",
		"x.io/",
		"x.io:/a",
		"a.-b",
		"nginx@",
		"-x.io/a",
		"nginx@md5:" HEX32,
		"x.io:5o/a",
		"nginx@SHA256:" HEX64,
	};
	AUTO_ARENA struct arena *arena = arena_new();
	struct image_ref ref;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_ERR struct err err = { 0 };

		assert_int_equal(image_ref_parse(arena, cases[i].text, &ref,
						 &err),
				 -1);
		assert_int_equal(err.status, ERR_INPUT);
		assert_string_equal(err.msg, cases[i].msg);
	}
	for (size_t i = 0; i < ARRAY_LEN(more); i++) {
		AUTO_ERR struct err err = { 0 };

		if (image_ref_parse(arena, more[i], &ref, &err) == 0)
			fail_msg("'%s' is taken", more[i]);
	}
}

static void the_hub_goes_by_several_names(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_ERR struct err err = { 0 };
	struct image_ref a, b, c;

	(void)state;
	assert_int_equal(image_ref_parse(arena, "nginx:1", &a, &err), 0);
	assert_int_equal(image_ref_parse(arena, "docker.io/library/nginx:2", &b,
					 &err),
			 0);
	assert_int_equal(image_ref_parse(arena, "acme/nginx", &c, &err), 0);
	assert_string_equal(a.host, "registry-1.docker.io");
	assert_true(image_ref_same(&a, &b));
	assert_false(image_ref_same(&a, &c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_stand_for_a_registry_and_a_repository),
		cmocka_unit_test(what_is_no_reference_is_told),
		cmocka_unit_test(the_hub_goes_by_several_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
