/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "object/fields.h"
#include "object/mark.h"
#include "object/proof.h"

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* YAML with ` for the double quotes inside of keys, so that it can be read. */
static json_t *parse(const char *text)
{
	char *yaml = arena_strdup(arena, text);
	struct docs docs = { 0 };
	struct err err = { 0 };

	for (char *at = yaml; *at; at++)
		if (*at == '`')
			*at = '"';
	if (doc_read_yaml(arena, "test", (struct bytes){ yaml, strlen(yaml) },
			  NULL, &docs, &err) < 0)
		fail_msg("%s: %s", err.msg, yaml);
	assert_int_equal(docs.n, 1);
	return docs.v[0].value;
}

#define THING "apiVersion: x/v1\nkind: Thing\n"
#define OURS  "manager: gitops, operation: Apply, apiVersion: x/v1"

/* An object that is marked, with this spec, or with none. */
static json_t *thing(const char *spec)
{
	json_t *out = parse(THING "metadata: {name: a, annotations: {"
				  "gitops/applied: abcd.beef}}\n");

	if (spec)
		doc_set(out, parse(spec), "spec", NULL);
	return out;
}

/* The same as it lives: our entry has this set of its spec, and others are
 * those of a list. */
static json_t *living(const char *spec, const char *set, const char *others)
{
	json_t *out = thing(spec);
	json_t *entries = others ? parse(others) : doc_array(arena);
	json_t *ours = parse("{" OURS ", fieldsType: FieldsV1}");

	doc_set(ours, parse("{'f:gitops/applied': {}}"), "fieldsV1",
		"f:metadata", "f:annotations", NULL);
	if (set)
		doc_set(ours, parse(set), "fieldsV1", "f:spec", NULL);
	json_array_append(entries, ours);
	doc_set(out, entries, "metadata", "managedFields", NULL);
	return out;
}

/* Proved where `expected` is NULL, else given up for that reason. */
static void check(const json_t *want, const json_t *live, const char *expected)
{
	const char *why = "";
	bool proved = proof_unchanged(arena, want, live, "gitops", &why);

	assert_int_equal(proved, why == NULL);
	if (!str_equal(why, expected))
		fail_msg("is '%s', expected '%s'", why ? why : "proved",
			 expected ? expected : "proved");
}

#define OTHER(fields)                                                          \
	"[{manager: other, operation: Update, apiVersion: x/v1, "              \
	"time: T, fieldsV1: {'f:spec': " fields "}}]"

static const struct {
	const char *want;
	const char *live;
	const char *set;
	const char *others;
	const char *why;
} cases[] = {
	/* clang-format off */
	/* Scalars. */
	{ "{a: 1, b: x, c: true, d: 1.5}",
	  "{a: 1, b: x, c: true, d: 1.5, z: default}",
	  "{'f:a':{}, 'f:b':{}, 'f:c':{}, 'f:d':{}}", NULL, NULL },
	{ "{a: 1}", "{a: 1.0}", "{'f:a':{}}", NULL, NULL },
	{ "{a: 1}", "{a: 2}", "{'f:a':{}}", NULL, ".spec.a: is not as wanted" },
	{ "{a: 1}", "{a: [1]}", "{'f:a':{}}", NULL,
	  ".spec.a: is not as wanted" },
	{ "{a: '1'}", "{a: 1}", "{'f:a':{}}", NULL,
	  ".spec.a: is not as wanted" },
	{ "{a: 1}", "{}", "{'f:a':{}}", NULL, ".spec.a: is missing" },
	{ "{a: 1}", "{a: 1}", "{'f:a':{'f:b':{}}}", NULL,
	  ".spec.a: its parts are ours" },
	{ "{a: null}", "{}", "{'f:a':{}}", NULL, ".spec.a: is wanted as null" },

	/* What the server leaves out where it is nothing. */
	{ "{a: false, b: 0, c: '', d: {}, e: [], g: 0.0}", "{}",
	  "{'f:a':{}, 'f:b':{}, 'f:c':{}, 'f:d':{}, 'f:e':{}, 'f:g':{}}", NULL,
	  NULL },
	{ "{a: {b: false}}", "{}", "{'f:a':{'f:b':{}}}", NULL, NULL },
	{ "{a: true}", "{}", "{'f:a':{}}", NULL, ".spec.a: is missing" },
	{ "{a: {b: x}}", "{}", "{'f:a':{}}", NULL, ".spec.a: is missing" },

	/* Quantities are written anew by the server. */
	{ "{a: 1000m}", "{a: '1'}", "{'f:a':{}}", NULL, NULL },
	{ "{a: 1}", "{a: '1'}", "{'f:a':{}}", NULL, NULL },
	{ "{a: 0.5}", "{a: 500m}", "{'f:a':{}}", NULL, NULL },
	{ "{a: 1Gi}", "{a: 1G}", "{'f:a':{}}", NULL,
	  ".spec.a: is not as wanted" },
	{ "{a: true}", "{a: '1'}", "{'f:a':{}}", NULL,
	  ".spec.a: is not as wanted" },

	/* Who owns what. */
	{ "{a: 1}", "{a: 1}", NULL, OTHER("{'f:a':{}}"),
	  ".spec: owned by other since T" },
	{ "{a: 1, b: 1}", "{a: 1, b: 1}", "{'f:b':{}}", OTHER("{'f:a':{}}"),
	  ".spec.a: owned by other since T" },
	{ "{a: 1, b: 1}", "{a: 1, b: 1}", "{'f:b':{}}", NULL,
	  ".spec.a: not owned by us" },
	{ "{a: 1}", "{a: 1, b: 1}", "{'f:a':{}, 'f:b':{}}", NULL,
	  ".spec.b: ours, and not wanted any more" },
	{ "{a: 1}", "{a: 1, b: 1}", "{'f:a':{}}", OTHER("{'f:b':{}}"), NULL },
	{ "{a: 1}", "{a: 1}", "{'f:a':{}}", OTHER("{'f:a':{}}"), NULL },
	{ "{a: []}", "{a: []}", "{}", NULL, ".spec: its lists are empty" },
	{ "{a: {b: []}}", "{a: {}}", "{'f:a':{}}", NULL,
	  ".spec.a: its lists are empty" },
	{ "{a: [], b: 1}", "{a: [], b: 1}", "{'f:b': {}}", NULL,
	  ".spec.a: not owned by us" },

	/* Maps, atomic or not. */
	{ "{a: {b: 1}}", "{a: {b: 1, c: 2}}", "{'f:a':{'.':{}, 'f:b':{}}}",
	  OTHER("{'f:a':{'f:c':{}}}"), NULL },
	{ "{a: {b: 1}}", "{a: [1]}", "{'f:a':{'f:b':{}}}", NULL,
	  ".spec.a: is no map" },
	{ "{a: {b: 1}}", "{a: {b: 1}}", "{'f:a':{'k:{`b`:1}':{}}}", NULL,
	  ".spec.a[b=1]: ours, and not wanted any more" },
	{ "{a: {b: {c: 1}}}", "{a: {b: {c: 1, default: 2}}}", "{'f:a':{}}",
	  NULL, NULL },
	{ "{a: {b: 1}}", "{a: {b: 2}}", "{'f:a':{}}", NULL,
	  ".spec.a: is not as wanted" },
	{ "{a: {b: 1}}", "{a: [1]}", "{'f:a':{}}", NULL,
	  ".spec.a: is not as wanted" },
	{ "{a: {}}", "{a: {b: 1}}", "{'f:a':{}}", OTHER("{'f:a':{'f:b':{}}}"),
	  NULL },

	{ "{a: {}}", "{a: x}", "{'f:a':{}}", NULL,
	  ".spec.a: is not as wanted" },

	/* Every field of a map was taken from us, and set back since. */
	{ "{a: {b: 1}}", "{a: {b: 1}}", "{'f:a':{}}",
	  OTHER("{'f:a':{'.':{}, 'f:b':{}}}"),
	  ".spec.a: parts of it are owned by other since T" },
	{ "{a: {b: 1}}", "{a: {b: 1}}", "{'f:a':{}}", OTHER("{'f:a':{}}"),
	  NULL },
	{ "{a: {b: 1}}", "{a: {b: 1}}", "{'f:a':{}}",
	  "[{manager: other, operation: Update, apiVersion: x/v2, "
	  "fieldsV1: {}}]",
	  ".spec.a: parts of it are owned by other" },
	{ "{a: {b: 1}}", "{a: {b: 1}}", "{'f:a':{}}",
	  "[{manager: other, operation: Update, apiVersion: x/v2, "
	  "subresource: status, fieldsV1: {}}]",
	  NULL },

	/* Lists that are atomic. */
	{ "{a: [x, {b: 1}]}", "{a: [x, {b: 1, default: 2}]}", "{'f:a':{}}",
	  NULL, NULL },
	{ "{a: [x]}", "{a: [x, y]}", "{'f:a':{}}", NULL,
	  ".spec.a: is not as wanted" },
	{ "{a: [x, y]}", "{a: [y, x]}", "{'f:a':{}}", NULL,
	  ".spec.a: is not as wanted" },
	{ "{a: [x]}", "{a: {}}", "{'f:a':{}}", NULL,
	  ".spec.a: is not as wanted" },
	{ "{a: []}", "{a: {}}", "{'f:a':{}}", NULL,
	  ".spec.a: is not as wanted" },
	{ "{a: []}", "{a: [x]}", "{'f:a':{}}", NULL,
	  ".spec.a: is not as wanted" },

	/* Lists of maps. */
	{ "{a: [{n: x, v: 1}, {n: y}]}",
	  "{a: [{n: z}, {n: x, v: 1, d: 2}, {n: y}]}",
	  "{'f:a':{'k:{`n`:`x`}':{'.':{}, 'f:n':{}, 'f:v':{}}, "
	  "'k:{`n`:`y`}':{'.':{}, 'f:n':{}}}}",
	  OTHER("{'f:a':{'k:{`n`:`z`}':{'.':{}, 'f:n':{}}}}"), NULL },
	{ "{a: [{n: x, v: 1}]}", "{a: [{n: x, v: 2}]}",
	  "{'f:a':{'k:{`n`:`x`}':{'.':{}, 'f:n':{}, 'f:v':{}}}}", NULL,
	  ".spec.a[n=\"x\"].v: is not as wanted" },
	{ "{a: [{n: x}, {n: y}]}", "{a: [{n: x}, {n: y}]}",
	  "{'f:a':{'k:{`n`:`x`}':{'.':{}, 'f:n':{}}}}", NULL,
	  ".spec.a: other items are ours" },
	{ "{a: [{n: x}]}", "{a: [{n: x}, {n: y}]}",
	  "{'f:a':{'k:{`n`:`x`}':{'f:n':{}}, 'k:{`n`:`y`}':{'f:n':{}}}}", NULL,
	  ".spec.a: other items are ours" },
	{ "{a: [{n: z}]}", "{a: [{n: x}, {n: z}]}",
	  "{'f:a':{'k:{`n`:`x`}':{'.':{}, 'f:n':{}}}}", NULL,
	  ".spec.a: it is not clear which items are ours" },
	{ "{a: [x]}", "{a: [{n: x}]}",
	  "{'f:a':{'k:{`n`:`x`}':{'.':{}, 'f:n':{}}}}", NULL,
	  ".spec.a: it is not clear which items are ours" },
	{ "{a: [{n: x}]}", "{a: []}",
	  "{'f:a':{'k:{`n`:`x`}':{'.':{}, 'f:n':{}}}}", NULL,
	  ".spec.a[n=\"x\"]: is not there once" },
	{ "{a: [{n: x}]}", "{a: [{n: x}, {n: x}]}",
	  "{'f:a':{'k:{`n`:`x`}':{'.':{}, 'f:n':{}}}}", NULL,
	  ".spec.a[n=\"x\"]: is not there once" },
	{ "{a: [{n: x}, {n: y}]}", "{a: [{n: y}, {n: x}]}",
	  "{'f:a':{'k:{`n`:`x`}':{'.':{}, 'f:n':{}}, "
	  "'k:{`n`:`y`}':{'.':{}, 'f:n':{}}}}", NULL,
	  ".spec.a[n=\"y\"]: is out of order" },
	/* A key field that got its default. */
	{ "{a: [{n: 53, p: UDP}]}", "{a: [{n: 53, p: TCP}, {n: 53, p: UDP}]}",
	  "{'f:a':{'k:{`n`:53,`p`:`UDP`}':{'.':{}, 'f:n':{}, 'f:p':{}}}}",
	  NULL, NULL },
	{ "{a: [{n: 53}]}", "{a: [{n: 53, p: TCP}]}",
	  "{'f:a':{'k:{`n`:53,`p`:`TCP`}':{'.':{}, 'f:n':{}}}}", NULL, NULL },
	{ "{a: [{n: 53}, {n: 53, p: UDP}]}",
	  "{a: [{n: 53, p: TCP}, {n: 53, p: UDP}]}",
	  "{'f:a':{'k:{`n`:53,`p`:`TCP`}':{'.':{}, 'f:n':{}}, "
	  "'k:{`n`:53,`p`:`UDP`}':{'.':{}, 'f:n':{}, 'f:p':{}}}}", NULL,
	  ".spec.a: it is not clear which items are ours" },
	/* Items that are atomic, such as owners. */
	{ "{a: [{u: x, v: 1}]}", "{a: [{u: x, v: 1}]}",
	  "{'f:a':{'k:{`u`:`x`}':{}}}", NULL, NULL },
	{ "{a: [{u: x, v: 1}]}", "{a: [{u: x, v: 2}]}",
	  "{'f:a':{'k:{`u`:`x`}':{}}}", NULL,
	  ".spec.a[u=\"x\"]: is not as wanted" },

	/* Sets. */
	{ "{a: [x, y]}", "{a: [x, z, y]}",
	  "{'f:a':{'v:`x`':{}, 'v:`y`':{}}}", OTHER("{'f:a':{'v:`z`':{}}}"),
	  NULL },
	{ "{a: [x, y]}", "{a: [y, x]}",
	  "{'f:a':{'v:`x`':{}, 'v:`y`':{}}}", NULL,
	  ".spec.a[=\"y\"]: is out of order" },
	{ "{a: [x, y]}", "{a: [x]}", "{'f:a':{'v:`x`':{}, 'v:`y`':{}}}", NULL,
	  ".spec.a[=\"y\"]: is not there once" },
	{ "{a: [x, x]}", "{a: [x]}", "{'f:a':{'v:`x`':{}}}", NULL,
	  ".spec.a: other items are ours" },

	/* What we do not know. */
	{ "{a: [x]}", "{a: [x]}", "{'f:a':{'i:0':{}}}", NULL,
	  ".spec.a: is a list of another kind" },
	{ "{a: [x]}", "{a: [x]}", "{'f:a':{'f:x':{}}}", NULL,
	  ".spec.a: is a list of another kind" },
	{ "{a: [x]}", "{a: [x]}", "{'f:a':{'v:nonsense':{}}}", NULL,
	  ".spec.a: is a list of another kind" },
	{ "{a: [x]}", "{a: [x]}", "{'f:a':{'k:1':{}}}", NULL,
	  ".spec.a: is a list of another kind" },
	/* clang-format on */
};

static void every_rule_has_its_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const json_t *live = living(cases[i].live, cases[i].set,
					    cases[i].others);

		print_message("%s\n", cases[i].want);
		check(thing(cases[i].want), live, cases[i].why);
	}
}

static void a_long_list_is_left_to_the_server(void **state)
{
	AUTO_STR struct str list = STR_INIT(STR_BIG);
	AUTO_STR struct str set = STR_INIT(STR_BIG);
	const char *spec;

	(void)state;
	for (int i = 0; i <= 1000; i++) {
		str_printf(&list, "%d,", i);
		str_printf(&set, "'v:%d':{},", i);
	}
	spec = arena_printf(arena, "{a: [%s]}", str_text(&list));
	check(thing(spec),
	      living(spec, arena_printf(arena, "{'f:a':{%s}}", str_text(&set)),
		     NULL),
	      ".spec.a: is a list of another kind");
}

static void it_is_the_object_that_was_applied(void **state)
{
	json_t *want = thing(NULL), *live = living(NULL, NULL, NULL);

	(void)state;
	check(want, live, NULL);
	doc_set_string(live, "abcd.dead", "metadata", "annotations",
		       MARK_ANNOTATION, NULL);
	check(want, live, "was not applied as it is wanted now");
	doc_set(live, NULL, "metadata", "annotations", NULL);
	check(want, live, "was not applied as it is wanted now");
	/* What is not marked is not proved. */
	doc_set(want, NULL, "metadata", "annotations", NULL);
	check(want, live, "was not applied as it is wanted now");
}

static void it_is_read_at_the_wanted_version(void **state)
{
	json_t *live = living(NULL, NULL, NULL);

	(void)state;
	doc_set_string(live, "x/v2", "apiVersion", NULL);
	check(thing(NULL), live, "was read at another version");
	live = living(NULL, NULL, NULL);
	doc_set_string(live, "Other", "kind", NULL);
	check(thing(NULL), live, "was read at another version");
	doc_set(live, NULL, "kind", NULL);
	check(thing(NULL), live, "was read at another version");
}

static void what_is_going_is_not_there(void **state)
{
	json_t *live = living(NULL, NULL, NULL);

	(void)state;
	doc_set_string(live, "T", "metadata", "deletionTimestamp", NULL);
	check(thing(NULL), live, "is being deleted");
}

static void metadata_says_which_object_it_is(void **state)
{
	json_t *want = thing(NULL), *live = living(NULL, NULL, NULL);

	(void)state;
	doc_set_string(want, "default", "metadata", "namespace", NULL);
	doc_set(want, json_null(), "metadata", "creationTimestamp", NULL);
	check(want, live, NULL);
	doc_set_string(want, "1", "metadata", "resourceVersion", NULL);
	check(want, live, ".metadata.resourceVersion: not owned by us");
	/* The same names elsewhere are fields as any other. */
	check(thing("{metadata: {name: a}}"),
	      living("{metadata: {name: a}}", "{'f:metadata':{}}", NULL), NULL);
	check(thing("{metadata: {name: a}, a: 1}"),
	      living("{metadata: {name: a}, a: 1}", "{'f:a':{}}", NULL),
	      ".spec.metadata: not owned by us");
	check(thing("{metadata: {name: a, x: 1}}"),
	      living("{metadata: {name: a, x: 1}}", "{'f:metadata':{'f:x':{}}}",
		     NULL),
	      ".spec.metadata.name: not owned by us");
}

/* The list of managedFields in place of that of living(). */
static void check_entries(const char *entries, const char *why)
{
	json_t *live = living(NULL, NULL, NULL);

	doc_set(live, parse(entries), "metadata", "managedFields", NULL);
	check(thing(NULL), live, why);
}

#define MARK                                                                   \
	"fieldsV1: {'f:metadata':{'f:annotations':{'f:gitops/applied':{}}}}"

static void one_entry_is_ours(void **state)
{
	(void)state;
	check_entries("[{" OURS ", " MARK "}]", NULL);
	check_entries("[]", "we own no field of it");
	check_entries("[{manager: gitops, operation: Update, "
		      "apiVersion: x/v1, " MARK "}]",
		      "we own no field of it");
	check_entries("[{" OURS ", subresource: scale, " MARK "}]",
		      "we own no field of it");
	check_entries("[{" OURS ", " MARK "}, {" OURS ", " MARK "}]",
		      "we own fields of it twice");
	check_entries("[{manager: gitops, operation: Apply, "
		      "apiVersion: x/v2, " MARK "}]",
		      "was applied at another version");
	check_entries("[{" OURS "}]", ".metadata: not owned by us");
	check_entries("[{" OURS ", fieldsV1: {'f:metadata': {'f:annotations': "
		      "{'f:other':{}}}}}]",
		      ".metadata.annotations.other: ours, and not wanted any "
		      "more");
}

static void what_is_to_be_folded_is_not_ours_yet(void **state)
{
	static const char *const folded[] = {
		"manager: kubectl, operation: Apply",
		"manager: kubectl, operation: Update",
		"manager: kubectl-client-side-apply, operation: Update",
		"manager: before-first-apply, operation: Update",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(folded); i++) {
		const char *manager = strchr(folded[i], ' ') + 1;
		const char *why = arena_printf(arena,
					       "has fields of %.*s, which "
					       "become ours",
					       (int)strcspn(manager, ","),
					       manager);

		check_entries(arena_printf(arena,
					   "[{" OURS ", " MARK "}, {%s, "
					   "apiVersion: x/v1, " MARK "}]",
					   folded[i]),
			      why);
	}
	/* Of before-first-apply what is not known to be ours stays. */
	check_entries("[{" OURS ", " MARK "}, {manager: before-first-apply, "
		      "operation: Update, apiVersion: x/v1, fieldsV1: "
		      "{'f:metadata': {'f:labels': {'f:theirs': {}}}}}]",
		      NULL);
	/* kubectl scale. */
	check_entries("[{" OURS ", " MARK "}, {manager: kubectl, operation: "
		      "Update, subresource: scale, apiVersion: x/v1, "
		      "fieldsV1: {'f:spec': {'f:replicas': {}}}}]",
		      NULL);
}

/* ---- Secrets: no digest ---- */

static json_t *secret(const char *rest)
{
	return parse(arena_printf(arena,
				  "apiVersion: v1\nkind: Secret\n"
				  "metadata: {name: a, annotations: "
				  "{gitops/applied: abcd}}\n%s",
				  rest));
}

static void check_secret(const char *want, const char *live, const char *set,
			 const char *why)
{
	json_t *living = secret(live);
	json_t *ours = parse("{manager: gitops, operation: Apply, "
			     "apiVersion: v1, " MARK "}");
	json_t *entries = doc_array(arena);

	doc_set(ours,
		fields_union(arena, doc_get(ours, "fieldsV1", NULL),
			     parse(set)),
		"fieldsV1", NULL);
	json_array_append(entries, ours);
	doc_set(living, entries, "metadata", "managedFields", NULL);
	check(secret(want), living, why);
}

static void of_a_secret_all_is_equal(void **state)
{
	(void)state;
	check_secret("data: {k: YQ==}\ntype: Opaque",
		     "data: {k: YQ==, z: Yg==}\ntype: Opaque",
		     "{'f:data':{'f:k':{}}, 'f:type':{}}", NULL);
	check_secret("data: {k: YQ==}", "data: {k: Yg==}",
		     "{'f:data':{'f:k':{}}}", ".data.k: is not as wanted");
	check_secret("data: {}", "data: {k: YQ==}", "{'f:data':{'f:k':{}}}",
		     ".data.k: ours, and not wanted any more");
	/* Nothing is taken for a default. */
	check_secret("a: {b: 1}", "a: {b: 1, c: 2}", "{'f:a':{}}",
		     ".a: is not as wanted");
	check_secret("a: 1000m", "a: '1'", "{'f:a':{}}",
		     ".a: is not as wanted");
	check_secret("a: false", "b: 1", "{'f:a':{}}", ".a: is missing");
	check_secret("a: [{n: 1}]", "a: [{n: 1, p: 2}]",
		     "{'f:a':{'k:{`n`:1,`p`:2}':{'.':{}, 'f:n':{}}}}",
		     ".a: it is not clear which items are ours");
}

static void texts_of_a_secret_are_its_data(void **state)
{
	(void)state;
	check_secret("stringData: {k: a}", "data: {k: YQ==}",
		     "{'f:stringData':{'f:k':{}}}", NULL);
	check_secret("stringData: {k: a}", "data: {k: Yg==}",
		     "{'f:stringData':{'f:k':{}}}",
		     ".stringData.k: is not as wanted");
	check_secret("stringData: {k: a}", "data: {z: YQ==}",
		     "{'f:stringData':{'f:k':{}}}",
		     ".stringData.k: is missing");
	check_secret("stringData: {k: a}", "data: {k: '*'}",
		     "{'f:stringData':{'f:k':{}}}",
		     ".stringData.k: is missing");
	check_secret("stringData: {k: a}", "data: {k: YQ==, l: YQ==}",
		     "{'f:stringData':{'f:k':{}, 'f:l':{}}}",
		     ".stringData.l: ours, and not wanted any more");
	/* Wanted by both: it is not clear which the server takes. */
	check_secret("stringData: {k: a}\ndata: {k: YQ==}", "data: {k: YQ==}",
		     "{'f:data':{'f:k':{}}, 'f:stringData':{'f:k':{}}}",
		     ".stringData.k: is missing");
}

static void texts_of_another_kind_are_what_they_are(void **state)
{
	json_t *want = thing(NULL), *live = living(NULL, NULL, NULL);
	json_t *entries = doc_get(live, "metadata", "managedFields", NULL);

	(void)state;
	doc_set_string(want, "a", "stringData", "k", NULL);
	doc_set_string(live, "a", "stringData", "k", NULL);
	doc_set(json_array_get(entries, 0), doc_object(arena), "fieldsV1",
		"f:stringData", "f:k", NULL);
	check(want, live, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_rule_has_its_case),
		TEST(a_long_list_is_left_to_the_server),
		TEST(it_is_the_object_that_was_applied),
		TEST(it_is_read_at_the_wanted_version),
		TEST(what_is_going_is_not_there),
		TEST(metadata_says_which_object_it_is),
		TEST(one_entry_is_ours),
		TEST(what_is_to_be_folded_is_not_ours_yet),
		TEST(of_a_secret_all_is_equal),
		TEST(texts_of_a_secret_are_its_data),
		TEST(texts_of_another_kind_are_what_they_are),
	};

	doc_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
