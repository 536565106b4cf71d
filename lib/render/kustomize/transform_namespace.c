/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "document/decode.h"
#include "render/kustomize/transform.h"

#define NAMESPACE_PATH "metadata/namespace"
#define NAME_PATH      "metadata/name"
#define SUBJECTS_PATH  "subjects/namespace"

static int set_namespace(struct arena *arena, struct node *node,
			 const void *data, struct err *err)
{
	const struct transform_namespace *args = data;

	if (node->kind != NODE_SCALAR)
		return node_fail(node, err,
				 "expected the name of a namespace, found a "
				 "collection");
	if (args->unset_only && *node_text(node))
		return 0;
	node_set_text(arena, node, args->namespace, NODE_STR);
	return 0;
}

static bool is_role_binding(const char *kind)
{
	return !strcmp(kind, "RoleBinding") ||
	       !strcmp(kind, "ClusterRoleBinding");
}

static int set_subject(struct build *build, struct node *subject,
		       const struct transform_namespace *args, struct err *err)
{
	bool accounts = args->subjects == SUBJECTS_SERVICE_ACCOUNTS;
	const char *field = accounts ? "kind" : "name";
	const char *wanted = accounts ? "ServiceAccount" : "default";
	struct node *namespace;

	if (!node_is(subject, NODE_MAPPING) && !node_is_null(subject))
		return node_fail(subject, err,
				 "expected a subject, found something else");
	if (!node_text_is(node_get(subject, field), wanted))
		return 0;
	namespace = node_get(subject, "namespace");
	if (!namespace) {
		namespace = node_plain(build->arena, "");
		node_add(build->arena, subject, "namespace", namespace);
	}
	return set_namespace(build->arena, namespace, args, err);
}

static int set_subjects(struct build *build, struct resource *resource,
			const struct transform_namespace *args, struct err *err)
{
	struct node *subjects = node_get(resource->root, "subjects");

	if (args->subjects == SUBJECTS_NONE || node_is_null(subjects))
		return 0;
	if (subjects->kind != NODE_SEQUENCE)
		return node_fail(subjects, err, "expected a list of subjects");
	for (size_t i = 0; i < subjects->n; i++)
		if (set_subject(build, subjects->items[i], args, err) < 0)
			return -1;
	return 0;
}

/* Fields that have rules of their own. */
static bool is_special(const struct fieldspec *spec, const char *api_version,
		       bool role_binding)
{
	if (!strcmp(spec->path, NAMESPACE_PATH))
		return true;
	/* The name of a Namespace, but not of what others call so. */
	if (!strcmp(spec->path, NAME_PATH) && strcmp(api_version, "v1") != 0)
		return true;
	return role_binding && spec->kind && is_role_binding(spec->kind) &&
	       !strcmp(spec->path, SUBJECTS_PATH);
}

int transform_namespace_of(struct build *build, struct resource *resource,
			   const struct transform_namespace *args,
			   struct err *err)
{
	static const struct fieldspec own = { .path = NAMESPACE_PATH,
					      .create = true };
	const struct fieldspec_setter setter = {
		.set = set_namespace,
		.data = args,
		.creates = true,
		.create_kind = NODE_SCALAR,
		.create_tag = NODE_STR,
	};
	const struct resource_kind *kind = resource_kind(build, resource);
	const char *api_version = kind->api_version;
	bool role_binding = is_role_binding(kind->kind);

	if (!kind->cluster && fieldspec_apply(build->arena, &own,
					      resource->root, &setter, err) < 0)
		return -1;
	if (role_binding && set_subjects(build, resource, args, err) < 0)
		return -1;
	for (size_t i = 0; i < args->specs.n; i++)
		if (!is_special(&args->specs.v[i], api_version, role_binding) &&
		    fieldspec_matches(&args->specs.v[i], resource->root) &&
		    fieldspec_apply(build->arena, &args->specs.v[i],
				    resource->root, &setter, err) < 0)
			return -1;
	return 0;
}

int transform_namespace(struct build *build, struct resource_set *set,
			const struct transform_namespace *args, struct err *err)
{
	for (size_t i = 0; i < set->n; i++) {
		struct resource *resource = set->v[i];

		/* Helm has been told the namespace. */
		if (node_is_empty(resource->root) || resource->from_helm)
			continue;
		resource_push_id(build, resource);
		if (build_check(build, NULL, err) < 0 ||
		    transform_namespace_of(build, resource, args, err) < 0)
			return -1;
	}
	resource_set_touch(set);
	if (resource_set_check(build, set, err) < 0)
		return err_wrap(err, "in namespace '%s'", args->namespace);
	return 0;
}
