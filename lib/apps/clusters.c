/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/internal.h"

#include "base/vec.h"
#include "document/document.h"

static const struct decode_field cluster_fields[] = {
	DECODE_TEXTS(struct cluster_entry, apps, "apps"),
	DECODE_TEXT(struct cluster_entry, context, "context"),
	DECODE_TEXT(struct cluster_entry, name, "name"),
	DECODE_NODE(struct cluster_entry, vars, "vars"),
};
const struct decode_table apps_cluster_table =
	DECODE_TABLE(struct cluster_entry, cluster_fields);

/* An empty list would be a cluster that is forgotten without a word. */
static int read_apps(struct arena *arena, const struct cluster_entry *entry,
		     const struct apps *apps, struct apps_cluster *out,
		     struct err *err)
{
	if (!entry->apps.v)
		return 0;
	if (!entry->apps.n) {
		node_fail(entry->at, err, "cluster %s: apps is empty",
			  out->name);
		return err_hint(err, "leave apps out for all of them");
	}
	for (size_t i = 0; i < entry->apps.n; i++) {
		const struct node *name = entry->apps.v[i];

		if (!apps_find(apps, name->text))
			return node_fail(name, err,
					 "cluster %s: there is no app '%s'%s",
					 out->name, name->text,
					 apps_suggest(arena, apps, name->text));
	}
	out->apps = apps_texts(arena, &entry->apps);
	return 0;
}

/* They are for apps that have variables. */
static int read_vars(struct arena *arena, const struct cluster_entry *entry,
		     const struct apps *apps, struct apps_cluster *out,
		     struct err *err)
{
	if (!entry->vars)
		return 0;
	if (apps_read_vars(arena, entry->vars, &out->vars, err) < 0)
		return -1;
	for (size_t i = 0; i < apps->n; i++)
		if (apps->v[i].vars && apps_cluster_has(out, apps->v[i].name))
			return 0;
	node_fail(entry->vars, err,
		  "cluster %s: vars: none of its apps has vars", out->name);
	return err_hint(err, "give the apps that are to have them vars of "
			     "their own, if only vars: {}");
}

int apps_read_clusters(struct arena *arena,
		       const struct cluster_entries *entries, struct apps *apps,
		       struct err *err)
{
	for (size_t i = 0; i < entries->n; i++) {
		const struct cluster_entry *entry = &entries->v[i];
		struct apps_cluster one = {
			.origin = apps_origin(arena, entry->at),
		};

		if (!entry->name)
			return node_fail(entry->at, err,
					 "this cluster has no name");
		if (apps_read_name(entry->name, "name", APPS_NAMESPACE_MOST,
				   &one.name, err) < 0)
			return -1;
		if (apps_find_cluster(apps, one.name))
			return node_fail(entry->name, err,
					 "there are two clusters named '%s'",
					 one.name);
		one.context = entry->context ? entry->context->text : one.name;
		if (read_apps(arena, entry, apps, &one, err) < 0 ||
		    read_vars(arena, entry, apps, &one, err) < 0)
			return -1;
		*vec_push(arena, &apps->clusters) = one;
	}
	return 0;
}

const struct apps_cluster *apps_find_cluster(const struct apps *apps,
					     const char *name)
{
	for (size_t i = 0; i < apps->clusters.n; i++)
		if (str_equal(apps->clusters.v[i].name, name))
			return &apps->clusters.v[i];
	return NULL;
}

bool apps_cluster_has(const struct apps_cluster *cluster, const char *app)
{
	if (!cluster->apps)
		return true;
	for (const char **name = cluster->apps; *name; name++)
		if (str_equal(*name, app))
			return true;
	return false;
}
