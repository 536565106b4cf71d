/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/internal.h"
#include "document/document.h"

#define RELEASE_MOST 53 /* helm's own */
#define FILES_MOST   15 /* the inline ones are one, too */

static const struct decode_field helm_fields[] = {
	DECODE_TEXTS(struct helm_entry, api_versions, "apiVersions"),
	DECODE_NODE(struct helm_entry, kube_version, "kubeVersion"),
	DECODE_TEXT(struct helm_entry, release_name, "releaseName"),
	DECODE_BOOL(struct helm_entry, skip_crds, "skipCRDs"),
	DECODE_NODE(struct helm_entry, values, "values"),
	DECODE_TEXTS(struct helm_entry, values_files, "valuesFiles"),
};
const struct decode_table apps_helm_table = DECODE_TABLE(struct helm_entry,
							 helm_fields);

/* ".Release.Namespace" of a chart has to be where its objects go. */
static int check_namespace(const struct helm_entry *entry,
			   const struct app *app, struct err *err)
{
	if (app->namespace)
		return 0;
	node_fail(entry->at, err, "helm: app %s has no namespace", app->name);
	return err_hint(err, "say with 'namespace:' where the release goes");
}

static int read_files(struct arena *arena, const struct helm_entry *entry,
		      const struct app *app, struct app_helm *out,
		      struct err *err)
{
	const struct nodes *files = &entry->values_files;

	if (files->n > FILES_MOST)
		return node_fail(entry->at, err,
				 "valuesFiles: more than %d files", FILES_MOST);
	out->values_files = arena_array(arena, files->n + 1,
					sizeof(*out->values_files));
	for (size_t i = 0; i < files->n; i++)
		if (tree_join(arena, app->path, files->v[i]->text,
			      &out->values_files[i], err) < 0)
			return err_wrap(err, "%s: valuesFiles",
					apps_origin(arena, files->v[i]));
	return 0;
}

/* As it is spelled: 1.30 is no number. */
static int read_kube_version(const struct node *node, const char **out,
			     struct err *err)
{
	if (node && node->kind != NODE_SCALAR)
		return node_fail(node, err,
				 "kubeVersion: expected a version, "
				 "such as 1.30.0");
	*out = node ? node->text : NULL;
	return 0;
}

static int read_values(struct arena *arena, const struct node *node,
		       const char **out, struct err *err)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	json_t *value;

	if (!node)
		return 0;
	if (node->kind != NODE_MAPPING) {
		node_fail(node, err, "values: expected a mapping");
		return err_hint(err, "files of values are valuesFiles");
	}
	if (doc_from_node(arena, node, &value, err) < 0)
		return -1;
	doc_write_json(&text, value);
	*out = str_keep(&text, arena);
	return 0;
}

int apps_read_helm(struct arena *arena, const struct helm_entry *entry,
		   struct app *app, struct err *err)
{
	struct app_helm *helm;

	if (!entry)
		return 0;
	helm = arena_alloc(arena, sizeof(*helm));
	*helm = (struct app_helm){
		.origin = apps_origin(arena, entry->at),
		.release_name = app->name,
		.api_versions = apps_texts(arena, &entry->api_versions),
		.skip_crds = entry->skip_crds,
	};
	if (check_namespace(entry, app, err) < 0 ||
	    (entry->release_name &&
	     apps_read_name(entry->release_name, "releaseName", RELEASE_MOST,
			    &helm->release_name, err) < 0) ||
	    read_kube_version(entry->kube_version, &helm->kube_version, err) <
		    0 ||
	    read_files(arena, entry, app, helm, err) < 0 ||
	    read_values(arena, entry->values, &helm->values, err) < 0)
		return -1;
	app->helm = helm;
	return 0;
}

static bool are_same(const char *const *a, const char *const *b)
{
	for (; *a && *b && str_equal(*a, *b); a++)
		b++;
	return !*a && !*b;
}

bool apps_same_helm(const struct app_helm *a, const struct app_helm *b)
{
	if (!a || !b)
		return a == b;
	return str_equal(a->release_name, b->release_name) &&
	       str_equal(a->kube_version, b->kube_version) &&
	       str_equal(a->values, b->values) &&
	       a->skip_crds == b->skip_crds &&
	       are_same(a->values_files, b->values_files) &&
	       are_same(a->api_versions, b->api_versions);
}
