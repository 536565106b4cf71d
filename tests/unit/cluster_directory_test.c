/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "cluster/directory/directory.h"
#include "document/document.h"

static struct run run;
static char dir[] = "/tmp/gitops-test-XXXXXX";
static const char *root;

static int set_up(void **state)
{
	(void)state;
	run_init(&run, NULL);
	strcpy(dir + strlen(dir) - 6, "XXXXXX");
	assert_non_null(mkdtemp(dir));
	root = arena_printf(run.arena, "%s/cluster", dir);
	return 0;
}

static int tear_down(void **state)
{
	AUTO_ERR struct err err = { 0 };

	(void)state;
	run_release(&run);
	return file_remove_all(dir, &err);
}

static struct cluster *open_cluster(const char *path)
{
	const struct cluster_args args = { 0 };
	struct err err = { 0 };
	struct cluster *cluster;

	assert_int_equal(directory_open(&run, path, &args, &cluster, &err), 0);
	return cluster;
}

/* The wanted objects of a stream, identified, one item each. */
static struct cluster_item **want(struct cluster *cluster, const char *yaml,
				  size_t *n)
{
	struct objects *objects = arena_alloc(run.arena, sizeof(*objects));
	struct docs docs = { 0 };
	struct err err = { 0 };
	struct cluster_item **items;

	assert_int_equal(doc_read_yaml(run.arena, "web.yaml",
				       (struct bytes){ yaml, strlen(yaml) },
				       NULL, &docs, &err),
			 0);
	for (size_t i = 0; i < docs.n; i++)
		assert_int_equal(objects_add_doc(run.arena, &docs.v[i], objects,
						 &err),
				 0);
	assert_int_equal(cluster->backend->identify(cluster->data, objects,
						    &err),
			 0);
	items = arena_array(run.arena, objects->n, sizeof(*items));
	for (size_t i = 0; i < objects->n; i++) {
		items[i] = arena_alloc(run.arena, sizeof(**items));
		items[i]->want = &objects->v[i];
	}
	*n = objects->n;
	return items;
}

static void clear(struct cluster_item **items, size_t n)
{
	for (size_t i = 0; i < n; i++)
		err_clear(&items[i]->err);
}

static void sync_all(struct cluster *cluster, struct cluster_item **items,
		     size_t n)
{
	struct err err = { 0 };

	assert_int_equal(cluster->backend->apply(cluster->data, items, n, &err),
			 0);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(items[i]->err.status, ERR_OK);
		assert_true(items[i]->written);
	}
}

static void read_all(struct cluster *cluster, struct cluster_item **items,
		     size_t n)
{
	struct err err = { 0 };

	assert_int_equal(cluster->backend->read(cluster->data, items, n, &err),
			 0);
}

static void write_file(const char *below, const char *text)
{
	AUTO_ERR struct err err = { 0 };
	char *path = arena_printf(run.arena, "%s/%s", root, below);
	char *parent = arena_strdup(run.arena, path);

	*strrchr(parent, '/') = '\0';
	assert_int_equal(file_make_dir(parent, 0700, &err), 0);
	assert_int_equal(file_write(path, (struct bytes){ text, strlen(text) },
				    0600, &err),
			 0);
}

static const char *file_text(const char *below)
{
	AUTO_ERR struct err err = { 0 };
	struct bytes bytes = { 0 };

	assert_int_equal(file_read(run.arena,
				   arena_printf(run.arena, "%s/%s", root,
						below),
				   1 << 20, &bytes, &err),
			 0);
	return bytes.data;
}

#define CONFIG_MAP                                                             \
	"{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, "              \
	"data: {b: '1', a: x}}\n"

static void each_object_has_a_file_of_its_own(void **state)
{
	static const struct {
		struct object object;
		const char *file;
	} files[] = {
		{ { .group = "",
		    .kind = "Namespace",
		    .namespace = "",
		    .name = "demo" },
		  "_cluster/namespace_demo.yaml" },
		{ { .group = "apps",
		    .kind = "Deployment",
		    .namespace = "demo",
		    .name = "web" },
		  "demo/deployment.apps_web.yaml" },
		{ { .group = "rbac.authorization.k8s.io",
		    .kind = "ClusterRole",
		    .namespace = "",
		    .name = "system:Node" },
		  "_cluster/clusterrole.rbac.authorization.k8s.io_system:Node"
		  ".yaml" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		assert_string_equal(directory_file(run.arena, &files[i].object),
				    files[i].file);
}

static void a_long_name_ends_in_a_digest(void **state)
{
	char name[254], *file, *other;
	struct object object = {
		.group = "apiextensions.k8s.io",
		.kind = "CustomResourceDefinition",
		.namespace = "",
		.name = name,
	};

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	file = directory_file(run.arena, &object);
	name[sizeof(name) - 2] = 'b';
	other = directory_file(run.arena, &object);
	assert_string_not_equal(file, other);
	assert_int_equal(strlen(strchr(file, '/') + 1), 248);
	assert_true(str_ends(file, ".yaml"));
	assert_int_equal(file[strlen(file) - 5 - 16 - 1], '~');
}

static void scopes_of_kubernetes_own_kinds_are_known(void **state)
{
	static const struct {
		const char *group, *kind;
		bool known, namespaced;
	} kinds[] = {
		{ "", "ConfigMap", true, true },
		{ "", "Namespace", true, false },
		{ "", "PersistentVolume", true, false },
		{ "apps", "Deployment", true, true },
		{ "networking.k8s.io", "IngressClass", true, false },
		{ "storagemigration.k8s.io", "StorageVersionMigration", true,
		  false },
		{ "gateway.networking.k8s.io", "GatewayClass", false, false },
		{ "acme.io", "Widget", false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct object object = { .group = kinds[i].group,
					 .kind = kinds[i].kind };
		bool namespaced = false;

		assert_int_equal(directory_scope(&object, &namespaced),
				 kinds[i].known);
		assert_int_equal(namespaced, kinds[i].namespaced);
	}
}

static void namespaces_are_filled_in_or_taken_away(void **state)
{
	static const char yaml[] = CONFIG_MAP
		"---\n"
		"{apiVersion: v1, kind: Namespace, "
		"metadata: {name: n, namespace: x}}\n---\n"
		"{apiVersion: apiextensions.k8s.io/v1, "
		"kind: CustomResourceDefinition, "
		"metadata: {name: widgets.acme.io}, spec: "
		"{group: acme.io, scope: Cluster, "
		"names: {kind: Widget, plural: widgets}}}\n---\n"
		"{apiVersion: acme.io/v1, kind: Widget, "
		"metadata: {name: w, namespace: x}}\n---\n"
		"{apiVersion: other.io/v1, kind: Thing, "
		"metadata: {name: t}}\n";
	struct cluster_item **items;
	size_t n;

	(void)state;
	items = want(open_cluster(root), yaml, &n);
	assert_int_equal(n, 5);
	assert_string_equal(items[0]->want->namespace, "default");
	assert_string_equal(doc_get_string(items[0]->want->doc, "metadata",
					   "namespace", NULL),
			    "default");
	assert_string_equal(items[1]->want->namespace, "");
	assert_null(
		doc_get(items[1]->want->doc, "metadata", "namespace", NULL));
	assert_string_equal(items[3]->want->namespace, "");
	assert_string_equal(items[4]->want->namespace, "");
}

static void looking_at_no_directory_makes_none(void **state)
{
	struct cluster *cluster = open_cluster(root);
	struct err err = { 0 };
	struct cluster_item **items;
	struct stat st;
	size_t n;

	(void)state;
	items = want(cluster, CONFIG_MAP, &n);
	read_all(cluster, items, n);
	assert_int_equal(items[0]->live.len, 0);
	assert_int_equal(items[0]->err.status, ERR_OK);
	assert_int_equal(cluster->backend->try(cluster->data, items, n, &err),
			 0);
	assert_string_equal(items[0]->merged.data,
			    "{\"apiVersion\":\"v1\",\"data\":{\"a\":\"x\","
			    "\"b\":\"1\"},\"kind\":\"ConfigMap\",\"metadata\":"
			    "{\"name\":\"a\",\"namespace\":\"default\"}}");
	assert_int_equal(stat(root, &st), -1);
}

static void what_was_applied_is_read_back(void **state)
{
	struct cluster *cluster = open_cluster(root);
	struct cluster_item **items;
	struct stat st;
	size_t n;

	(void)state;
	items = want(cluster, CONFIG_MAP, &n);
	sync_all(cluster, items, n);
	assert_string_equal(file_text("default/configmap_a.yaml"),
			    "apiVersion: v1\ndata:\n  a: x\n  b: \"1\"\n"
			    "kind: ConfigMap\nmetadata:\n  name: a\n"
			    "  namespace: default\n");
	assert_int_equal(stat(arena_printf(run.arena,
					   "%s/default/configmap_a.yaml", root),
			      &st),
			 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	read_all(cluster, items, n);
	assert_string_equal(items[0]->live.data, items[0]->merged.data);
}

static void an_edit_by_hand_is_what_lives(void **state)
{
	struct cluster *cluster = open_cluster(root);
	struct cluster_item **items;
	size_t n;

	(void)state;
	items = want(cluster, CONFIG_MAP, &n);
	sync_all(cluster, items, n);
	write_file("default/configmap_a.yaml",
		   "apiVersion: v1\nkind: ConfigMap\n"
		   "metadata: {name: a, namespace: default}\n"
		   "data: {a: edited}\n");
	read_all(cluster, items, n);
	assert_string_equal(items[0]->live.data,
			    "{\"apiVersion\":\"v1\",\"data\":{\"a\":"
			    "\"edited\"},\"kind\":\"ConfigMap\",\"metadata\":"
			    "{\"name\":\"a\",\"namespace\":\"default\"}}");
}

static void a_file_that_is_not_ours_is_an_error(void **state)
{
	static const struct {
		const char *text;
		const char *msg;
	} broken[] = {
		{ "a: [", "configmap_a.yaml:2: " },
		{ "", "configmap_a.yaml: expected ConfigMap default/a, found "
		      "0 objects" },
		{ "a: 1\n---\nb: 2\n",
		  "configmap_a.yaml: expected ConfigMap default/a, found 2 "
		  "objects" },
		{ "\n\nkind: ConfigMap\n", "configmap_a.yaml:3: apiVersion" },
		{ "{apiVersion: v1, kind: Secret, metadata: {name: a}}",
		  "configmap_a.yaml:1: expected ConfigMap default/a, found "
		  "Secret a" },
	};
	struct cluster *cluster = open_cluster(root);
	struct cluster_item **items;
	size_t n;

	(void)state;
	items = want(cluster, CONFIG_MAP, &n);
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		write_file("default/configmap_a.yaml", broken[i].text);
		read_all(cluster, items, n);
		assert_int_equal(items[0]->err.status, ERR_INPUT);
		assert_non_null(strstr(items[0]->err.msg, broken[i].msg));
		clear(items, n);
	}
}

static void what_cannot_be_written_is_known_before(void **state)
{
	struct cluster *cluster = open_cluster(root);
	struct err err = { 0 };
	struct cluster_item **items;
	size_t n;

	(void)state;
	items = want(cluster,
		     "{apiVersion: v1, kind: ConfigMap, "
		     "metadata: {name: a}, data: {a: \"\\x7f\"}}",
		     &n);
	assert_int_equal(cluster->backend->try(cluster->data, items, n, &err),
			 0);
	assert_int_equal(items[0]->err.status, ERR_INPUT);
	clear(items, n);
}

static void two_runs_do_not_share_a_directory(void **state)
{
	const struct cluster_args args = { 0 };
	AUTO_ERR struct err err = { 0 };
	struct cluster *cluster;
	struct run other;

	(void)state;
	assert_int_equal(mkdir(root, 0700), 0);
	run_init(&other, NULL);
	assert_int_equal(directory_open(&other, root, &args, &cluster, &err),
			 0);
	assert_int_equal(directory_open(&run, root, &args, &cluster, &err), -1);
	assert_int_equal(err.status, ERR_TEMPORARY);
	run_release(&other);
	err_clear(&err);
	assert_int_equal(directory_open(&run, root, &args, &cluster, &err), 0);
}

static void only_a_directory_is_taken(void **state)
{
	const struct cluster_args args = { 0 };
	AUTO_ERR struct err err = { 0 };
	struct cluster *cluster;

	(void)state;
	assert_int_equal(directory_open(&run, "", &args, &cluster, &err), -1);
	assert_int_equal(err.status, ERR_USAGE);
	err_clear(&err);
	assert_int_equal(directory_open(&run, "/dev/null", &args, &cluster,
					&err),
			 -1);
	assert_string_equal(err.msg, "--cluster dir:/dev/null: not a "
				     "directory");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_object_has_a_file_of_its_own),
		TEST(a_long_name_ends_in_a_digest),
		TEST(scopes_of_kubernetes_own_kinds_are_known),
		TEST(namespaces_are_filled_in_or_taken_away),
		TEST(looking_at_no_directory_makes_none),
		TEST(what_was_applied_is_read_back),
		TEST(an_edit_by_hand_is_what_lives),
		TEST(a_file_that_is_not_ours_is_an_error),
		TEST(what_cannot_be_written_is_known_before),
		TEST(two_runs_do_not_share_a_directory),
		TEST(only_a_directory_is_taken),
	};

	doc_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
