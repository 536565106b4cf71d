/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "cluster/directory/directory.h"
#include "cluster/scope.h"

/* Kubernetes' own kinds that have no namespace, as GROUP/KIND.  Sorted. */
static const char *const cluster_kinds[] = {
	"/ComponentStatus",
	"/Namespace",
	"/Node",
	"/PersistentVolume",
	"admissionregistration.k8s.io/MutatingAdmissionPolicy",
	"admissionregistration.k8s.io/MutatingAdmissionPolicyBinding",
	"admissionregistration.k8s.io/MutatingWebhookConfiguration",
	"admissionregistration.k8s.io/ValidatingAdmissionPolicy",
	"admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding",
	"admissionregistration.k8s.io/ValidatingWebhookConfiguration",
	"apiextensions.k8s.io/CustomResourceDefinition",
	"apiregistration.k8s.io/APIService",
	"authentication.k8s.io/SelfSubjectReview",
	"authentication.k8s.io/TokenReview",
	"authorization.k8s.io/SelfSubjectAccessReview",
	"authorization.k8s.io/SelfSubjectRulesReview",
	"authorization.k8s.io/SubjectAccessReview",
	"certificates.k8s.io/CertificateSigningRequest",
	"certificates.k8s.io/ClusterTrustBundle",
	"extensions/PodSecurityPolicy",
	"flowcontrol.apiserver.k8s.io/FlowSchema",
	"flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration",
	"internal.apiserver.k8s.io/StorageVersion",
	"networking.k8s.io/IPAddress",
	"networking.k8s.io/IngressClass",
	"networking.k8s.io/ServiceCIDR",
	"node.k8s.io/RuntimeClass",
	"policy/PodSecurityPolicy",
	"rbac.authorization.k8s.io/ClusterRole",
	"rbac.authorization.k8s.io/ClusterRoleBinding",
	"resource.k8s.io/DeviceClass",
	"resource.k8s.io/DeviceTaintRule",
	"resource.k8s.io/ResourceSlice",
	"scheduling.k8s.io/PriorityClass",
	"storage.k8s.io/CSIDriver",
	"storage.k8s.io/CSINode",
	"storage.k8s.io/StorageClass",
	"storage.k8s.io/VolumeAttachment",
	"storage.k8s.io/VolumeAttributesClass",
	"storagemigration.k8s.io/StorageVersionMigration",
};

static int compare(const void *key, const void *member)
{
	return strcmp(key, *(const char *const *)member);
}

void cluster_place(struct arena *arena, struct objects *want,
		   const char *namespace)
{
	const struct map *definitions = cluster_definitions(arena, want);

	for (size_t i = 0; i < want->n; i++) {
		struct object *object = &want->v[i];
		const struct cluster_definition *definition =
			cluster_definition_of(definitions, object);
		bool namespaced;

		if (definition)
			namespaced = definition->namespaced;
		else if (!directory_scope(object, &namespaced))
			continue;
		if (!namespaced)
			object_set_namespace(arena, object, "");
		else if (!*object->namespace)
			object_set_namespace(arena, object, namespace);
	}
}

bool directory_scope(const struct object *object, bool *namespaced)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const char *key;

	if (!object_is_own_group(object->group))
		return false;
	key = arena_printf(scratch, "%s/%s", object->group, object->kind);
	*namespaced = !bsearch(key, cluster_kinds, ARRAY_LEN(cluster_kinds),
			       sizeof(*cluster_kinds), compare);
	return true;
}
