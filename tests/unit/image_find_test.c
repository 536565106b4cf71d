/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "image/find.h"

#define CAP ((size_t)64 << 10)

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

static struct splice_file read_file(const char *name, const char *text)
{
	const struct bytes bytes = { text, strlen(text) };
	struct splice_file file;

	if (splice_read(arena, name, bytes, &file, &err) < 0)
		fail_msg("%s", err.msg);
	return file;
}

static void add_place(struct str *out, const char *name,
		      const struct splice_place *place)
{
	if (place)
		str_printf(out, " %s=%s:%u", name, splice_pointer(arena, place),
			   place->line);
}

/* A line for each use. */
static const char *uses_of(const char *name, const char *text)
{
	struct splice_file file = read_file(name, text);
	AUTO_STR struct str out = STR_INIT(CAP);
	struct image_uses uses = { 0 };

	image_find(arena, &file, false, &uses);
	for (size_t i = 0; i < uses.n; i++) {
		const struct image_use *use = &uses.v[i];

		str_printf(&out, "%s%s|%s|%s", i ? "\n" : "",
			   use->label ? use->label : "-",
			   use->container ? use->container : "-",
			   use->fault ? use->fault :
					image_ref_print(arena, &use->ref));
		add_place(&out, "whole", use->whole);
		add_place(&out, "name", use->name);
		add_place(&out, "tag", use->tag);
		add_place(&out, "digest", use->digest);
	}
	return str_keep(&out, arena);
}

static const char *markers_of(const char *text)
{
	const struct splice_file file = read_file("a.yaml", text);
	static const char *const parts[] = { "whole", "tag", "name", "digest" };
	AUTO_STR struct str out = STR_INIT(CAP);
	struct image_markers markers = { 0 };

	image_find_markers(arena, &file, &markers);
	for (size_t i = 0; i < markers.n; i++) {
		const struct image_marker *one = &markers.v[i];

		str_printf(&out, "%s%s:%u ", i ? "\n" : "",
			   splice_pointer(arena, one->at), one->at->line);
		if (one->fault)
			str_add(&out, one->fault);
		else
			str_printf(&out, "%s/%s %s", one->namespace,
				   one->policy, parts[one->part]);
	}
	return str_keep(&out, arena);
}

struct find_case {
	const char *name, *text, *uses;
};

static void expect(const struct find_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_string_equal(uses_of(cases[i].name, cases[i].text),
				    cases[i].uses);
}

static void containers_are_found_in_any_object(void **state)
{
	static const struct find_case cases[] = {
		{ "a.yaml",
		  "apiVersion: apps/v1\nkind: Deployment\n"
		  "metadata: {name: web, namespace: shop}\n"
		  "spec:\n  template:\n    spec:\n"
		  "      initContainers:\n      - name: init\n"
		  "        image: busybox\n"
		  "      containers:\n      - name: web\n"
		  "        image: 'ghcr.io/acme/web:1.4'\n"
		  "      - {name: side, image: side:1}\n"
		  "      ephemeralContainers:\n      - image: dbg:2\n",
		  "Deployment shop/web|init|busybox "
		  "whole=/spec/template/spec/initContainers/0/image:9\n"
		  "Deployment shop/web|web|ghcr.io/acme/web:1.4 "
		  "whole=/spec/template/spec/containers/0/image:12\n"
		  "Deployment shop/web|side|side:1 "
		  "whole=/spec/template/spec/containers/1/image:13\n"
		  "Deployment shop/web|-|dbg:2 "
		  "whole=/spec/template/spec/ephemeralContainers/0/image:15" },
		{ "a.yaml",
		  "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: c}\n"
		  "spec: {jobTemplate: {spec: {template: {spec: {containers: "
		  "[{name: x, image: x:1}]}}}}}\n"
		  "---\n"
		  "apiVersion: acme.io/v1\nkind: Farm\nmetadata: {name: f}\n"
		  "spec:\n  pools:\n  - pod:\n      containers:\n"
		  "      - image: y@sha256:0123456789abcdef0123456789abcdef"
		  "0123456789abcdef0123456789abcdef\n",
		  "CronJob c|x|x:1 whole=/spec/jobTemplate/spec/template/spec/"
		  "containers/0/image:4\n"
		  "Farm f|-|y@sha256:0123456789abcdef0123456789abcdef"
		  "0123456789abcdef0123456789abcdef "
		  "whole=/spec/pools/0/pod/containers/0/image:13" },
		/* The members of a List are objects of their own. */
		{ "a.yaml",
		  "apiVersion: v1\nkind: List\nitems:\n"
		  "- apiVersion: v1\n  kind: Pod\n  metadata: {name: p}\n"
		  "  spec: {containers: [{name: a, image: a:1}]}\n",
		  "Pod p|a|a:1 whole=/items/0/spec/containers/0/image:7" },
		/* What cannot be read is told, what is empty is not. */
		{ "a.yaml",
		  "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"
		  "spec:\n  containers:\n  - image: &i $(image)\n"
		  "  - image: *i\n  - image:\n  - image: ''\n"
		  "  - image: [x]\n",
		  "Pod p|-|'$(image)' is no name of an image: the repository "
		  "is not made of lower-case letters, digits and single "
		  "separators, or is too long "
		  "whole=/spec/containers/0/image:6\n"
		  "Pod p|-|it is an alias: what it stands for is set elsewhere "
		  "whole=/spec/containers/1/image:7\n"
		  "Pod p|-|it is no text whole=/spec/containers/4/image:10" },
		/* Neither an object nor a list of containers. */
		{ "a.yaml", "containers:\n- image: a:1\n", "" },
		{ "a.yaml",
		  "apiVersion: v1\nkind: X\ncontainers: {image: a:1}\n", "" },
		{ "a.yaml", "apiVersion: v1\nkind: X\nimage: a:1\n", "" },
	};

	(void)state;
	expect(cases, ARRAY_LEN(cases));
}

static void images_of_kustomizations_are_found(void **state)
{
	static const char text[] =
		"images:\n- name: web\n  newTag: \"1.10\"\n"
		"- name: api\n  newName: ghcr.io/acme/api\n  newTag: 1.10\n"
		"- {name: db}\n"
		"- name: x\n  digest: sha256:12\n";
	static const char found[] =
		"-|-|web:1.10 tag=/images/0/newTag:3\n"
		"-|-|ghcr.io/acme/api:1.10 name=/images/1/newName:5 "
		"tag=/images/1/newTag:6\n"
		"-|-|db\n"
		"-|-|'x@sha256:12' is no name of an image: what follows the @ "
		"is no digest such as sha256:... digest=/images/3/digest:9";
	static const struct find_case cases[] = {
		{ "x/kustomization.yaml", text, found },
		{ "kustomization.yml", text, found },
		{ "x/Kustomization", text, found },
		{ "x/other.yaml", text, "" },
		{ "x/other.yaml",
		  "apiVersion: kustomize.config.k8s.io/v1alpha1\n"
		  "kind: Component\nimages: [{name: a, newTag: b}]\n",
		  "-|-|a:b tag=/images/0/newTag:3" },
		/* Flux's own kind of that name has none. */
		{ "kustomization.yaml",
		  "apiVersion: kustomize.toolkit.fluxcd.io/v1\n"
		  "kind: Kustomization\nimages: [{name: a, newTag: b}]\n",
		  "" },
	};

	(void)state;
	expect(cases, ARRAY_LEN(cases));
}

static void images_of_values_are_found(void **state)
{
	static const char text[] = "image: a:1\n"
				   "web:\n  image: ghcr.io/acme/web\n  tag: 2\n"
				   "db:\n  image:\n    repository: db\n"
				   "    tag: \"3\"\n"
				   "q:\n  image:\n    registry: quay.io\n"
				   "    repository: q/q\n    tag: ''\n"
				   "other: {image: {pullPolicy: Always}}\n"
				   "initContainers:\n- name: i\n  image: i:4\n";
	static const char found[] =
		"-|-|a:1 whole=/image:1\n"
		"-|-|ghcr.io/acme/web:2 name=/web/image:3 tag=/web/tag:4\n"
		"-|-|db:3 name=/db/image/repository:7 tag=/db/image/tag:8\n"
		"-|-|quay.io/q/q tag=/q/image/tag:13\n"
		"-|i|i:4 whole=/initContainers/0/image:17";
	static const struct find_case cases[] = {
		{ "chart/values.yaml", text, found },
		{ "values-prod.yaml", text, found },
		{ "values.prod.yml", text, found },
		{ "prod-values.yaml", text, found },
		{ "valuesque.yaml", text, "" },
		{ "values.json", text, "" },
		{ "a.yaml",
		  "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n"
		  "metadata: {name: r}\nspec:\n  chart: {image: no:1}\n"
		  "  values:\n    image: {repository: a, tag: 1.2}\n",
		  "HelmRelease r|-|a:1.2 name=/spec/values/image/repository:7 "
		  "tag=/spec/values/image/tag:7" },
	};

	(void)state;
	expect(cases, ARRAY_LEN(cases));
}

/* image-automation-controller, docs/spec/v1/imageupdateautomations.md; whose
 * a comment is, kyaml says. */
static void markers_of_flux_are_found(void **state)
{
	static const struct {
		const char *text, *markers;
	} cases[] = {
		{ "image: a:1 # {\"$imagepolicy\": \"flux-system:app\"}\n",
		  "/image:1 flux-system/app whole" },
		{ "tag: '1' # {\"$imagepolicy\": \"ns:app:tag\"}\r\n",
		  "/tag:1 ns/app tag" },
		{ "n: x #{\"$imagepolicy\":\"ns:app:name\"}\n"
		  "d: y ## {\"$imagepolicy\": \"ns:app:digest\"}\n",
		  "/n:1 ns/app name\n/d:2 ns/app digest" },
		{ "a:\n- b:1 # {\"$imagepolicy\": \"ns:app\"}\n"
		  "- # {\"$imagepolicy\": \"ns:dash\"}\n  c:2\n"
		  "# {\"$imagepolicy\": \"ns:above\"}\n- d:3\n",
		  "/a/0:2 ns/app whole\n/a/1:4 ns/dash whole\n"
		  "/a/2:6 ns/above whole" },
		{ "a: # {\"$imagepolicy\": \"ns:no\"}\n  b: 1\n", "" },
		/* Above a key it is the key's. */
		{ "# {\"$imagepolicy\": \"ns:no\"}\na: 1\n", "" },
		{ "a:\n  # {\"$imagepolicy\": \"ns:app\"}\n  b:1\n",
		  "/a:3 ns/app whole" },
		{ "a:\n  # two\n  # {\"$imagepolicy\": \"ns:app\"}\n  b:1\n",
		  "" },
		{ "a: {b: c, # {\"$imagepolicy\": \"ns:app\"}\n  d: e}\n",
		  "/a/b:1 ns/app whole" },
		{ "a: {b: c, d: e} # {\"$imagepolicy\": \"ns:no\"}\n", "" },
		{ "a:\n- x\n\n# {\"$imagepolicy\": \"ns:app\"}\n- y\n",
		  "/a/1:5 ns/app whole" },
		/* It cannot be edited, which whoever tries is told. */
		{ "a: >- # {\"$imagepolicy\": \"ns:app\"}\n  b\n",
		  "/a:1 ns/app whole" },
		{ "a: |\n  b\n  # {\"$imagepolicy\": \"ns:app\"}\n", "" },
		{ "a: \"# {\\\"$imagepolicy\\\": 1}\"\n", "" },
		{ "a: b # {\"$imagepolicy\": \"ns\"}\n",
		  "/a:1 expected NAMESPACE:POLICY, and perhaps :tag, :name or "
		  ":digest behind it" },
		{ "a: b # {\"$imagepolicy\": \"ns:app:sha\"}\n",
		  "/a:1 expected NAMESPACE:POLICY, and perhaps :tag, :name or "
		  ":digest behind it" },
		{ "a: b # see {\"$imagepolicy\": \"ns:app\"}\n",
		  "/a:1 the comment is not a JSON object of texts" },
		{ "a: b # {\"$imagepolicy\": \"ns:app\", \"x\": 1}\n",
		  "/a:1 the comment is not a JSON object of texts" },
		{ "a: &b c\nd: *b # {\"$imagepolicy\": \"ns:app\"}\n",
		  "/d:2 it is an alias: what it stands for is set elsewhere" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (!str_equal(markers_of(cases[i].text), cases[i].markers))
			fail_msg("%s: %s", cases[i].text,
				 markers_of(cases[i].text));
}

static void images_of_patches_are_found(void **state)
{
	static const struct find_case cases[] = {
		{ "patch.json",
		  "[{\"op\": \"replace\", \"path\": "
		  "\"/spec/template/spec/containers/0/image\",\n"
		  "\"value\": \"nginx:1\"}]\n",
		  "-|-|nginx:1 whole=/0/value:2" },
		{ "patch.yaml",
		  "- {op: test, path: /spec/initContainers/0/ima"
		  "ge, value: a:1}\n"
		  "- {op: add, path: /spec/containers/-,\n"
		  "   value: {name: b, image: 'b:1'}}\n"
		  "- {op: add, path: /spec/containers,\n"
		  "   value: [{name: c, image: \"c:1\"}]}\n"
		  "- {op: add, path: /spec/template, value:\n"
		  "   {spec: {containers: [{name: d, image: d:1}]}}}\n"
		  "- {op: remove, path: /spec/containers/0/image}\n"
		  "- {op: add, path: /metadata/image, value: e:1}\n",
		  "-|-|a:1 whole=/0/value:1\n"
		  "-|b|b:1 whole=/1/value/image:3\n"
		  "-|c|c:1 whole=/2/value/0/image:5\n"
		  "-|d|d:1 whole=/3/value/spec/containers/0/image:7" },
		{ "o/kustomization.yaml",
		  "patches:\n- path: patch.yaml\n"
		  "- target: {kind: Deployment, name: web, namespace: shop}\n"
		  "  patch: |-\n    - op: replace\n"
		  "      path: /spec/template/spec/containers/0/image\n"
		  "      value: nginx:1\n"
		  "- patch: |\n"
		  "    apiVersion: apps/v1\n    kind: Deployment\n"
		  "    metadata: {name: api}\n    spec: {template: {spec: {\n"
		  "      containers: [{name: x, image: x:1}]}}}\n"
		  "patchesStrategicMerge:\n- a.yaml\n- |\n"
		  "  apiVersion: apps/v1\n  kind: Deployment\n"
		  "  metadata: {name: db}\n  spec: {containers: [\n"
		  "    {image: y:1}]}\n"
		  "images:\n- name: z\n  newTag: v1\n",
		  "Deployment shop/web|-|nginx:1 whole=/0/value:7\n"
		  "Deployment api|x|x:1 "
		  "whole=/spec/template/spec/containers/0/image:13\n"
		  "Deployment db|-|y:1 whole=/spec/containers/0/image:21\n"
		  "-|-|z:v1 tag=/images/0/newTag:24" },
		{ "kustomization.yaml",
		  "patchesJson6902:\n- patch: '[{\"op\": \"replace\", \"path\":"
		  " \"/spec/containers/0/image\", \"value\": \"n:1\"}]'\n",
		  "-|-|n:1 whole=/0/value:2" },
		{ "kustomization.yaml", "patches:\n- patch: |\n    a: [\n",
		  "-|-|kustomization.yaml:4: did not find expected node "
		  "content while parsing a flow node" },
		{ "kustomization.yaml",
		  "helmCharts:\n- name: c\n  valuesInline:\n"
		  "    image: {repository: n, tag: v1}\n",
		  "-|-|n:v1 name=/helmCharts/0/valuesInline/image/repository:4"
		  " tag=/helmCharts/0/valuesInline/image/tag:4" },
		{ "gitops.yaml",
		  "apiVersion: gitops/v1\napps:\n- name: a\n"
		  "  images: [{image: n, policy: semver ^1}]\n"
		  "  helm: {values: {image: 'n:1'}}\n",
		  "-|-|n:1 whole=/apps/0/helm/values/image:5" },
	};

	(void)state;
	expect(cases, ARRAY_LEN(cases));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(containers_are_found_in_any_object),
		TEST(images_of_kustomizations_are_found),
		TEST(images_of_values_are_found),
		TEST(images_of_patches_are_found),
		TEST(markers_of_flux_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
