/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The merge keys of the OpenAPI that kustomize carries, v1.21.2:
 * the definitions in which, or below which, a list merges.
 * Made by tests/peer/tables from sigs.k8s.io/kustomize/kyaml v0.21.2.
 */

#include "render/kustomize/schema.h"

/* clang-format off */

static const struct schema_field fields[] = {
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "webhooks", 166, true, true, { "name", NULL, NULL } },
	{ "items", 0, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "webhooks", 167, true, true, { "name", NULL, NULL } },
	{ "items", 2, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "webhooks", 168, true, true, { "name", NULL, NULL } },
	{ "items", 4, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "webhooks", 169, true, true, { "name", NULL, NULL } },
	{ "items", 6, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 8, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 10, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "status", 170, false, false, { NULL, NULL, NULL } },
	{ "items", 12, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "status", 171, false, false, { NULL, NULL, NULL } },
	{ "items", 14, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 16, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "spec", 172, false, false, { NULL, NULL, NULL } },
	{ "status", 173, false, false, { NULL, NULL, NULL } },
	{ "items", 18, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "spec", 174, false, false, { NULL, NULL, NULL } },
	{ "status", 175, false, false, { NULL, NULL, NULL } },
	{ "items", 20, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "spec", 176, false, false, { NULL, NULL, NULL } },
	{ "status", 177, false, false, { NULL, NULL, NULL } },
	{ "items", 22, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "spec", 178, false, false, { NULL, NULL, NULL } },
	{ "status", 179, false, false, { NULL, NULL, NULL } },
	{ "items", 24, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 37, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "spec", 180, false, false, { NULL, NULL, NULL } },
	{ "status", 181, false, false, { NULL, NULL, NULL } },
	{ "items", 40, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "spec", 182, false, false, { NULL, NULL, NULL } },
	{ "status", 183, false, false, { NULL, NULL, NULL } },
	{ "items", 42, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "spec", 184, false, false, { NULL, NULL, NULL } },
	{ "items", 44, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "spec", 185, false, false, { NULL, NULL, NULL } },
	{ "status", 186, false, false, { NULL, NULL, NULL } },
	{ "items", 46, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "spec", 187, false, false, { NULL, NULL, NULL } },
	{ "items", 48, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 50, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 52, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 54, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 56, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 58, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 60, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 62, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 64, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 66, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 68, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 70, true, false, { NULL, NULL, NULL } },
	{ "configMapGenerator", -1, true, true, { "name", NULL, NULL } },
	{ "secretGenerator", -1, true, true, { "name", NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 74, true, false, { NULL, NULL, NULL } },
	{ "items", 73, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "spec", 188, false, false, { NULL, NULL, NULL } },
	{ "items", 77, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 80, true, false, { NULL, NULL, NULL } },
	{ "items", 79, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 83, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 85, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "spec", 189, false, false, { NULL, NULL, NULL } },
	{ "status", 190, false, false, { NULL, NULL, NULL } },
	{ "items", 87, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "spec", 191, false, false, { NULL, NULL, NULL } },
	{ "status", 192, false, false, { NULL, NULL, NULL } },
	{ "items", 90, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 92, true, false, { NULL, NULL, NULL } },
	{ "aggregationRule", 193, false, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 95, true, false, { NULL, NULL, NULL } },
	{ "items", 94, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 99, true, false, { NULL, NULL, NULL } },
	{ "items", 98, true, false, { NULL, NULL, NULL } },
	{ "aggregationRule", 194, false, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 103, true, false, { NULL, NULL, NULL } },
	{ "items", 102, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 107, true, false, { NULL, NULL, NULL } },
	{ "items", 106, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 110, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 112, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 114, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "spec", 195, false, false, { NULL, NULL, NULL } },
	{ "items", 116, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 118, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 120, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 122, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "spec", 196, false, false, { NULL, NULL, NULL } },
	{ "items", 124, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "nodeTopology", 197, false, false, { NULL, NULL, NULL } },
	{ "items", 126, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 128, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 130, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "conditions", -1, true, true, { "type", NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 133, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 135, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 137, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 139, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 141, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "status", 198, false, false, { NULL, NULL, NULL } },
	{ "items", 143, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "spec", 199, false, false, { NULL, NULL, NULL } },
	{ "status", 200, false, false, { NULL, NULL, NULL } },
	{ "items", 145, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "spec", 201, false, false, { NULL, NULL, NULL } },
	{ "status", 202, false, false, { NULL, NULL, NULL } },
	{ "items", 148, true, false, { NULL, NULL, NULL } },
	{ "items", 147, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "spec", 203, false, false, { NULL, NULL, NULL } },
	{ "status", 204, false, false, { NULL, NULL, NULL } },
	{ "items", 151, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "template", 205, false, false, { NULL, NULL, NULL } },
	{ "items", 153, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "spec", 206, false, false, { NULL, NULL, NULL } },
	{ "status", 207, false, false, { NULL, NULL, NULL } },
	{ "items", 155, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 157, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "items", 159, true, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "spec", 208, false, false, { NULL, NULL, NULL } },
	{ "status", 209, false, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "secrets", -1, true, true, { "name", NULL, NULL } },
	{ "items", 162, true, false, { NULL, NULL, NULL } },
	{ "items", 161, true, false, { NULL, NULL, NULL } },
	{ "finalizers", -1, true, true, { NULL, NULL, NULL } },
	{ "ownerReferences", -1, true, true, { "uid", NULL, NULL } },
	{ "namespaceSelector", 197, false, false, { NULL, NULL, NULL } },
	{ "objectSelector", 197, false, false, { NULL, NULL, NULL } },
	{ "namespaceSelector", 197, false, false, { NULL, NULL, NULL } },
	{ "objectSelector", 197, false, false, { NULL, NULL, NULL } },
	{ "namespaceSelector", 197, false, false, { NULL, NULL, NULL } },
	{ "objectSelector", 197, false, false, { NULL, NULL, NULL } },
	{ "namespaceSelector", 197, false, false, { NULL, NULL, NULL } },
	{ "objectSelector", 197, false, false, { NULL, NULL, NULL } },
	{ "conditions", -1, true, true, { "type", NULL, NULL } },
	{ "conditions", -1, true, true, { "type", NULL, NULL } },
	{ "selector", 197, false, false, { NULL, NULL, NULL } },
	{ "template", 205, false, false, { NULL, NULL, NULL } },
	{ "conditions", -1, true, true, { "type", NULL, NULL } },
	{ "selector", 197, false, false, { NULL, NULL, NULL } },
	{ "template", 205, false, false, { NULL, NULL, NULL } },
	{ "conditions", -1, true, true, { "type", NULL, NULL } },
	{ "selector", 197, false, false, { NULL, NULL, NULL } },
	{ "template", 205, false, false, { NULL, NULL, NULL } },
	{ "conditions", -1, true, true, { "type", NULL, NULL } },
	{ "selector", 197, false, false, { NULL, NULL, NULL } },
	{ "template", 205, false, false, { NULL, NULL, NULL } },
	{ "volumeClaimTemplates", 148, true, false, { NULL, NULL, NULL } },
	{ "conditions", -1, true, true, { "type", NULL, NULL } },
	{ "metrics", 210, true, false, { NULL, NULL, NULL } },
	{ "currentMetrics", 211, true, false, { NULL, NULL, NULL } },
	{ "metrics", 212, true, false, { NULL, NULL, NULL } },
	{ "currentMetrics", 213, true, false, { NULL, NULL, NULL } },
	{ "jobTemplate", 214, false, false, { NULL, NULL, NULL } },
	{ "selector", 197, false, false, { NULL, NULL, NULL } },
	{ "template", 205, false, false, { NULL, NULL, NULL } },
	{ "conditions", -1, true, true, { "type", NULL, NULL } },
	{ "jobTemplate", 215, false, false, { NULL, NULL, NULL } },
	{ "egress", 216, true, false, { NULL, NULL, NULL } },
	{ "ingress", 217, true, false, { NULL, NULL, NULL } },
	{ "podSelector", 197, false, false, { NULL, NULL, NULL } },
	{ "selector", 197, false, false, { NULL, NULL, NULL } },
	{ "conditions", -1, true, true, { "type", NULL, NULL } },
	{ "selector", 197, false, false, { NULL, NULL, NULL } },
	{ "conditions", -1, true, true, { "type", NULL, NULL } },
	{ "clusterRoleSelectors", 197, true, false, { NULL, NULL, NULL } },
	{ "clusterRoleSelectors", 197, true, false, { NULL, NULL, NULL } },
	{ "drivers", -1, true, true, { "name", NULL, NULL } },
	{ "drivers", -1, true, true, { "name", NULL, NULL } },
	{ "matchExpressions", 218, true, false, { NULL, NULL, NULL } },
	{ "conditions", -1, true, true, { "type", NULL, NULL } },
	{ "podCIDRs", -1, true, true, { NULL, NULL, NULL } },
	{ "addresses", -1, true, true, { "type", NULL, NULL } },
	{ "conditions", -1, true, true, { "type", NULL, NULL } },
	{ "selector", 197, false, false, { NULL, NULL, NULL } },
	{ "conditions", -1, true, true, { "type", NULL, NULL } },
	{ "affinity", 219, false, false, { NULL, NULL, NULL } },
	{ "containers", 220, true, true, { "name", NULL, NULL } },
	{ "ephemeralContainers", 221, true, true, { "name", NULL, NULL } },
	{ "hostAliases", -1, true, true, { "ip", NULL, NULL } },
	{ "imagePullSecrets", -1, true, true, { "name", NULL, NULL } },
	{ "initContainers", 220, true, true, { "name", NULL, NULL } },
	{ "topologySpreadConstraints", 222, true, true, { "topologyKey", "whenUnsatisfiable", NULL } },
	{ "volumes", 223, true, true, { "name", NULL, NULL } },
	{ "conditions", -1, true, true, { "type", NULL, NULL } },
	{ "podIPs", -1, true, true, { "ip", NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "spec", 203, false, false, { NULL, NULL, NULL } },
	{ "template", 205, false, false, { NULL, NULL, NULL } },
	{ "conditions", -1, true, true, { "type", NULL, NULL } },
	{ "ports", -1, true, true, { "port", "protocol", NULL } },
	{ "conditions", -1, true, true, { "type", NULL, NULL } },
	{ "external", 224, false, false, { NULL, NULL, NULL } },
	{ "object", 225, false, false, { NULL, NULL, NULL } },
	{ "pods", 226, false, false, { NULL, NULL, NULL } },
	{ "external", 227, false, false, { NULL, NULL, NULL } },
	{ "object", 228, false, false, { NULL, NULL, NULL } },
	{ "pods", 229, false, false, { NULL, NULL, NULL } },
	{ "external", 230, false, false, { NULL, NULL, NULL } },
	{ "object", 231, false, false, { NULL, NULL, NULL } },
	{ "pods", 232, false, false, { NULL, NULL, NULL } },
	{ "external", 233, false, false, { NULL, NULL, NULL } },
	{ "object", 234, false, false, { NULL, NULL, NULL } },
	{ "pods", 235, false, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "spec", 185, false, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "spec", 185, false, false, { NULL, NULL, NULL } },
	{ "to", 236, true, false, { NULL, NULL, NULL } },
	{ "from", 236, true, false, { NULL, NULL, NULL } },
	{ "key", -1, false, true, { "key", NULL, NULL } },
	{ "podAffinity", 237, false, false, { NULL, NULL, NULL } },
	{ "podAntiAffinity", 238, false, false, { NULL, NULL, NULL } },
	{ "env", -1, true, true, { "name", NULL, NULL } },
	{ "ports", -1, true, true, { "containerPort", "protocol", NULL } },
	{ "volumeDevices", -1, true, true, { "devicePath", NULL, NULL } },
	{ "volumeMounts", -1, true, true, { "mountPath", NULL, NULL } },
	{ "env", -1, true, true, { "name", NULL, NULL } },
	{ "volumeDevices", -1, true, true, { "devicePath", NULL, NULL } },
	{ "volumeMounts", -1, true, true, { "mountPath", NULL, NULL } },
	{ "labelSelector", 197, false, false, { NULL, NULL, NULL } },
	{ "ephemeral", 239, false, false, { NULL, NULL, NULL } },
	{ "metricSelector", 197, false, false, { NULL, NULL, NULL } },
	{ "selector", 197, false, false, { NULL, NULL, NULL } },
	{ "selector", 197, false, false, { NULL, NULL, NULL } },
	{ "metricSelector", 197, false, false, { NULL, NULL, NULL } },
	{ "selector", 197, false, false, { NULL, NULL, NULL } },
	{ "selector", 197, false, false, { NULL, NULL, NULL } },
	{ "metric", 240, false, false, { NULL, NULL, NULL } },
	{ "metric", 240, false, false, { NULL, NULL, NULL } },
	{ "metric", 240, false, false, { NULL, NULL, NULL } },
	{ "metric", 240, false, false, { NULL, NULL, NULL } },
	{ "metric", 240, false, false, { NULL, NULL, NULL } },
	{ "metric", 240, false, false, { NULL, NULL, NULL } },
	{ "namespaceSelector", 197, false, false, { NULL, NULL, NULL } },
	{ "podSelector", 197, false, false, { NULL, NULL, NULL } },
	{ "preferredDuringSchedulingIgnoredDuringExecution", 241, true, false, { NULL, NULL, NULL } },
	{ "requiredDuringSchedulingIgnoredDuringExecution", 242, true, false, { NULL, NULL, NULL } },
	{ "preferredDuringSchedulingIgnoredDuringExecution", 241, true, false, { NULL, NULL, NULL } },
	{ "requiredDuringSchedulingIgnoredDuringExecution", 242, true, false, { NULL, NULL, NULL } },
	{ "volumeClaimTemplate", 243, false, false, { NULL, NULL, NULL } },
	{ "selector", 197, false, false, { NULL, NULL, NULL } },
	{ "podAffinityTerm", 242, false, false, { NULL, NULL, NULL } },
	{ "labelSelector", 197, false, false, { NULL, NULL, NULL } },
	{ "namespaceSelector", 197, false, false, { NULL, NULL, NULL } },
	{ "metadata", 165, false, false, { NULL, NULL, NULL } },
	{ "spec", 201, false, false, { NULL, NULL, NULL } },
};

static const struct schema_definition definitions[] = {
	{ 0, 2, "io.k8s.api.admissionregistration.v1.MutatingWebhookConfiguration" }, /* 0 */
	{ 2, 1, "io.k8s.api.admissionregistration.v1.MutatingWebhookConfigurationList" }, /* 1 */
	{ 3, 2, "io.k8s.api.admissionregistration.v1.ValidatingWebhookConfiguration" }, /* 2 */
	{ 5, 1, "io.k8s.api.admissionregistration.v1.ValidatingWebhookConfigurationList" }, /* 3 */
	{ 6, 2, "io.k8s.api.admissionregistration.v1beta1.MutatingWebhookConfiguration" }, /* 4 */
	{ 8, 1, "io.k8s.api.admissionregistration.v1beta1.MutatingWebhookConfigurationList" }, /* 5 */
	{ 9, 2, "io.k8s.api.admissionregistration.v1beta1.ValidatingWebhookConfiguration" }, /* 6 */
	{ 11, 1, "io.k8s.api.admissionregistration.v1beta1.ValidatingWebhookConfigurationList" }, /* 7 */
	{ 12, 1, "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition" }, /* 8 */
	{ 13, 1, "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionList" }, /* 9 */
	{ 14, 1, "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceDefinition" }, /* 10 */
	{ 15, 1, "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceDefinitionList" }, /* 11 */
	{ 16, 2, "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService" }, /* 12 */
	{ 18, 1, "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceList" }, /* 13 */
	{ 19, 2, "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1beta1.APIService" }, /* 14 */
	{ 21, 1, "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1beta1.APIServiceList" }, /* 15 */
	{ 22, 1, "io.k8s.api.apps.v1.ControllerRevision" }, /* 16 */
	{ 23, 1, "io.k8s.api.apps.v1.ControllerRevisionList" }, /* 17 */
	{ 24, 3, "io.k8s.api.apps.v1.DaemonSet" }, /* 18 */
	{ 27, 1, "io.k8s.api.apps.v1.DaemonSetList" }, /* 19 */
	{ 28, 3, "io.k8s.api.apps.v1.Deployment" }, /* 20 */
	{ 31, 1, "io.k8s.api.apps.v1.DeploymentList" }, /* 21 */
	{ 32, 3, "io.k8s.api.apps.v1.ReplicaSet" }, /* 22 */
	{ 35, 1, "io.k8s.api.apps.v1.ReplicaSetList" }, /* 23 */
	{ 36, 3, "io.k8s.api.apps.v1.StatefulSet" }, /* 24 */
	{ 39, 1, "io.k8s.api.apps.v1.StatefulSetList" }, /* 25 */
	{ 40, 1, "io.k8s.api.authentication.v1.TokenRequest" }, /* 26 */
	{ 41, 1, "io.k8s.api.authentication.v1.TokenReview" }, /* 27 */
	{ 42, 1, "io.k8s.api.authentication.v1beta1.TokenReview" }, /* 28 */
	{ 43, 1, "io.k8s.api.authorization.v1.LocalSubjectAccessReview" }, /* 29 */
	{ 44, 1, "io.k8s.api.authorization.v1.SelfSubjectAccessReview" }, /* 30 */
	{ 45, 1, "io.k8s.api.authorization.v1.SelfSubjectRulesReview" }, /* 31 */
	{ 46, 1, "io.k8s.api.authorization.v1.SubjectAccessReview" }, /* 32 */
	{ 47, 1, "io.k8s.api.authorization.v1beta1.LocalSubjectAccessReview" }, /* 33 */
	{ 48, 1, "io.k8s.api.authorization.v1beta1.SelfSubjectAccessReview" }, /* 34 */
	{ 49, 1, "io.k8s.api.authorization.v1beta1.SelfSubjectRulesReview" }, /* 35 */
	{ 50, 1, "io.k8s.api.authorization.v1beta1.SubjectAccessReview" }, /* 36 */
	{ 51, 1, "io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler" }, /* 37 */
	{ 52, 1, "io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerList" }, /* 38 */
	{ 53, 1, "io.k8s.api.autoscaling.v1.Scale" }, /* 39 */
	{ 54, 3, "io.k8s.api.autoscaling.v2beta1.HorizontalPodAutoscaler" }, /* 40 */
	{ 57, 1, "io.k8s.api.autoscaling.v2beta1.HorizontalPodAutoscalerList" }, /* 41 */
	{ 58, 3, "io.k8s.api.autoscaling.v2beta2.HorizontalPodAutoscaler" }, /* 42 */
	{ 61, 1, "io.k8s.api.autoscaling.v2beta2.HorizontalPodAutoscalerList" }, /* 43 */
	{ 62, 2, "io.k8s.api.batch.v1.CronJob" }, /* 44 */
	{ 64, 1, "io.k8s.api.batch.v1.CronJobList" }, /* 45 */
	{ 65, 3, "io.k8s.api.batch.v1.Job" }, /* 46 */
	{ 68, 1, "io.k8s.api.batch.v1.JobList" }, /* 47 */
	{ 69, 2, "io.k8s.api.batch.v1beta1.CronJob" }, /* 48 */
	{ 71, 1, "io.k8s.api.batch.v1beta1.CronJobList" }, /* 49 */
	{ 72, 1, "io.k8s.api.certificates.v1.CertificateSigningRequest" }, /* 50 */
	{ 73, 1, "io.k8s.api.certificates.v1.CertificateSigningRequestList" }, /* 51 */
	{ 74, 1, "io.k8s.api.certificates.v1beta1.CertificateSigningRequest" }, /* 52 */
	{ 75, 1, "io.k8s.api.certificates.v1beta1.CertificateSigningRequestList" }, /* 53 */
	{ 76, 1, "io.k8s.api.coordination.v1.Lease" }, /* 54 */
	{ 77, 1, "io.k8s.api.coordination.v1.LeaseList" }, /* 55 */
	{ 78, 1, "io.k8s.api.coordination.v1beta1.Lease" }, /* 56 */
	{ 79, 1, "io.k8s.api.coordination.v1beta1.LeaseList" }, /* 57 */
	{ 80, 1, "io.k8s.api.discovery.v1.EndpointSlice" }, /* 58 */
	{ 81, 1, "io.k8s.api.discovery.v1.EndpointSliceList" }, /* 59 */
	{ 82, 1, "io.k8s.api.discovery.v1beta1.EndpointSlice" }, /* 60 */
	{ 83, 1, "io.k8s.api.discovery.v1beta1.EndpointSliceList" }, /* 61 */
	{ 84, 1, "io.k8s.api.events.v1.Event" }, /* 62 */
	{ 85, 1, "io.k8s.api.events.v1.EventList" }, /* 63 */
	{ 86, 1, "io.k8s.api.events.v1beta1.Event" }, /* 64 */
	{ 87, 1, "io.k8s.api.events.v1beta1.EventList" }, /* 65 */
	{ 88, 1, "io.k8s.api.extensions.v1beta1.Ingress" }, /* 66 */
	{ 89, 1, "io.k8s.api.extensions.v1beta1.IngressList" }, /* 67 */
	{ 90, 1, "io.k8s.api.flowcontrol.v1beta1.FlowSchema" }, /* 68 */
	{ 91, 1, "io.k8s.api.flowcontrol.v1beta1.FlowSchemaList" }, /* 69 */
	{ 92, 1, "io.k8s.api.flowcontrol.v1beta1.PriorityLevelConfiguration" }, /* 70 */
	{ 93, 1, "io.k8s.api.flowcontrol.v1beta1.PriorityLevelConfigurationList" }, /* 71 */
	{ 94, 2, "io.k8s.api.apps.v1.Kustomization" }, /* 72 */
	{ 96, 1, "io.k8s.api.networking.v1.Ingress" }, /* 73 */
	{ 97, 1, "io.k8s.api.networking.v1.IngressClass" }, /* 74 */
	{ 98, 1, "io.k8s.api.networking.v1.IngressClassList" }, /* 75 */
	{ 99, 1, "io.k8s.api.networking.v1.IngressList" }, /* 76 */
	{ 100, 2, "io.k8s.api.networking.v1.NetworkPolicy" }, /* 77 */
	{ 102, 1, "io.k8s.api.networking.v1.NetworkPolicyList" }, /* 78 */
	{ 103, 1, "io.k8s.api.networking.v1beta1.Ingress" }, /* 79 */
	{ 104, 1, "io.k8s.api.networking.v1beta1.IngressClass" }, /* 80 */
	{ 105, 1, "io.k8s.api.networking.v1beta1.IngressClassList" }, /* 81 */
	{ 106, 1, "io.k8s.api.networking.v1beta1.IngressList" }, /* 82 */
	{ 107, 1, "io.k8s.api.node.v1.RuntimeClass" }, /* 83 */
	{ 108, 1, "io.k8s.api.node.v1.RuntimeClassList" }, /* 84 */
	{ 109, 1, "io.k8s.api.node.v1beta1.RuntimeClass" }, /* 85 */
	{ 110, 1, "io.k8s.api.node.v1beta1.RuntimeClassList" }, /* 86 */
	{ 111, 3, "io.k8s.api.policy.v1.PodDisruptionBudget" }, /* 87 */
	{ 114, 1, "io.k8s.api.policy.v1.PodDisruptionBudgetList" }, /* 88 */
	{ 115, 1, "io.k8s.api.policy.v1beta1.Eviction" }, /* 89 */
	{ 116, 3, "io.k8s.api.policy.v1beta1.PodDisruptionBudget" }, /* 90 */
	{ 119, 1, "io.k8s.api.policy.v1beta1.PodDisruptionBudgetList" }, /* 91 */
	{ 120, 1, "io.k8s.api.policy.v1beta1.PodSecurityPolicy" }, /* 92 */
	{ 121, 1, "io.k8s.api.policy.v1beta1.PodSecurityPolicyList" }, /* 93 */
	{ 122, 2, "io.k8s.api.rbac.v1.ClusterRole" }, /* 94 */
	{ 124, 1, "io.k8s.api.rbac.v1.ClusterRoleBinding" }, /* 95 */
	{ 125, 1, "io.k8s.api.rbac.v1.ClusterRoleBindingList" }, /* 96 */
	{ 126, 1, "io.k8s.api.rbac.v1.ClusterRoleList" }, /* 97 */
	{ 127, 1, "io.k8s.api.rbac.v1.Role" }, /* 98 */
	{ 128, 1, "io.k8s.api.rbac.v1.RoleBinding" }, /* 99 */
	{ 129, 1, "io.k8s.api.rbac.v1.RoleBindingList" }, /* 100 */
	{ 130, 1, "io.k8s.api.rbac.v1.RoleList" }, /* 101 */
	{ 131, 2, "io.k8s.api.rbac.v1beta1.ClusterRole" }, /* 102 */
	{ 133, 1, "io.k8s.api.rbac.v1beta1.ClusterRoleBinding" }, /* 103 */
	{ 134, 1, "io.k8s.api.rbac.v1beta1.ClusterRoleBindingList" }, /* 104 */
	{ 135, 1, "io.k8s.api.rbac.v1beta1.ClusterRoleList" }, /* 105 */
	{ 136, 1, "io.k8s.api.rbac.v1beta1.Role" }, /* 106 */
	{ 137, 1, "io.k8s.api.rbac.v1beta1.RoleBinding" }, /* 107 */
	{ 138, 1, "io.k8s.api.rbac.v1beta1.RoleBindingList" }, /* 108 */
	{ 139, 1, "io.k8s.api.rbac.v1beta1.RoleList" }, /* 109 */
	{ 140, 1, "io.k8s.api.scheduling.v1.PriorityClass" }, /* 110 */
	{ 141, 1, "io.k8s.api.scheduling.v1.PriorityClassList" }, /* 111 */
	{ 142, 1, "io.k8s.api.scheduling.v1beta1.PriorityClass" }, /* 112 */
	{ 143, 1, "io.k8s.api.scheduling.v1beta1.PriorityClassList" }, /* 113 */
	{ 144, 1, "io.k8s.api.storage.v1.CSIDriver" }, /* 114 */
	{ 145, 1, "io.k8s.api.storage.v1.CSIDriverList" }, /* 115 */
	{ 146, 2, "io.k8s.api.storage.v1.CSINode" }, /* 116 */
	{ 148, 1, "io.k8s.api.storage.v1.CSINodeList" }, /* 117 */
	{ 149, 1, "io.k8s.api.storage.v1.StorageClass" }, /* 118 */
	{ 150, 1, "io.k8s.api.storage.v1.StorageClassList" }, /* 119 */
	{ 151, 1, "io.k8s.api.storage.v1.VolumeAttachment" }, /* 120 */
	{ 152, 1, "io.k8s.api.storage.v1.VolumeAttachmentList" }, /* 121 */
	{ 153, 1, "io.k8s.api.storage.v1beta1.CSIDriver" }, /* 122 */
	{ 154, 1, "io.k8s.api.storage.v1beta1.CSIDriverList" }, /* 123 */
	{ 155, 2, "io.k8s.api.storage.v1beta1.CSINode" }, /* 124 */
	{ 157, 1, "io.k8s.api.storage.v1beta1.CSINodeList" }, /* 125 */
	{ 158, 2, "io.k8s.api.storage.v1beta1.CSIStorageCapacity" }, /* 126 */
	{ 160, 1, "io.k8s.api.storage.v1beta1.CSIStorageCapacityList" }, /* 127 */
	{ 161, 1, "io.k8s.api.storage.v1beta1.StorageClass" }, /* 128 */
	{ 162, 1, "io.k8s.api.storage.v1beta1.StorageClassList" }, /* 129 */
	{ 163, 1, "io.k8s.api.storage.v1beta1.VolumeAttachment" }, /* 130 */
	{ 164, 1, "io.k8s.api.storage.v1beta1.VolumeAttachmentList" }, /* 131 */
	{ 165, 1, "io.k8s.api.core.v1.Binding" }, /* 132 */
	{ 166, 2, "io.k8s.api.core.v1.ComponentStatus" }, /* 133 */
	{ 168, 1, "io.k8s.api.core.v1.ComponentStatusList" }, /* 134 */
	{ 169, 1, "io.k8s.api.core.v1.ConfigMap" }, /* 135 */
	{ 170, 1, "io.k8s.api.core.v1.ConfigMapList" }, /* 136 */
	{ 171, 1, "io.k8s.api.core.v1.Endpoints" }, /* 137 */
	{ 172, 1, "io.k8s.api.core.v1.EndpointsList" }, /* 138 */
	{ 173, 1, "io.k8s.api.core.v1.Event" }, /* 139 */
	{ 174, 1, "io.k8s.api.core.v1.EventList" }, /* 140 */
	{ 175, 1, "io.k8s.api.core.v1.LimitRange" }, /* 141 */
	{ 176, 1, "io.k8s.api.core.v1.LimitRangeList" }, /* 142 */
	{ 177, 2, "io.k8s.api.core.v1.Namespace" }, /* 143 */
	{ 179, 1, "io.k8s.api.core.v1.NamespaceList" }, /* 144 */
	{ 180, 3, "io.k8s.api.core.v1.Node" }, /* 145 */
	{ 183, 1, "io.k8s.api.core.v1.NodeList" }, /* 146 */
	{ 184, 1, "io.k8s.api.core.v1.PersistentVolume" }, /* 147 */
	{ 185, 3, "io.k8s.api.core.v1.PersistentVolumeClaim" }, /* 148 */
	{ 188, 1, "io.k8s.api.core.v1.PersistentVolumeClaimList" }, /* 149 */
	{ 189, 1, "io.k8s.api.core.v1.PersistentVolumeList" }, /* 150 */
	{ 190, 3, "io.k8s.api.core.v1.Pod" }, /* 151 */
	{ 193, 1, "io.k8s.api.core.v1.PodList" }, /* 152 */
	{ 194, 2, "io.k8s.api.core.v1.PodTemplate" }, /* 153 */
	{ 196, 1, "io.k8s.api.core.v1.PodTemplateList" }, /* 154 */
	{ 197, 3, "io.k8s.api.core.v1.ReplicationController" }, /* 155 */
	{ 200, 1, "io.k8s.api.core.v1.ReplicationControllerList" }, /* 156 */
	{ 201, 1, "io.k8s.api.core.v1.ResourceQuota" }, /* 157 */
	{ 202, 1, "io.k8s.api.core.v1.ResourceQuotaList" }, /* 158 */
	{ 203, 1, "io.k8s.api.core.v1.Secret" }, /* 159 */
	{ 204, 1, "io.k8s.api.core.v1.SecretList" }, /* 160 */
	{ 205, 3, "io.k8s.api.core.v1.Service" }, /* 161 */
	{ 208, 2, "io.k8s.api.core.v1.ServiceAccount" }, /* 162 */
	{ 210, 1, "io.k8s.api.core.v1.ServiceAccountList" }, /* 163 */
	{ 211, 1, "io.k8s.api.core.v1.ServiceList" }, /* 164 */
	{ 212, 2, "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" }, /* 165 */
	{ 214, 2, "io.k8s.api.admissionregistration.v1.MutatingWebhook" }, /* 166 */
	{ 216, 2, "io.k8s.api.admissionregistration.v1.ValidatingWebhook" }, /* 167 */
	{ 218, 2, "io.k8s.api.admissionregistration.v1beta1.MutatingWebhook" }, /* 168 */
	{ 220, 2, "io.k8s.api.admissionregistration.v1beta1.ValidatingWebhook" }, /* 169 */
	{ 222, 1, "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceStatus" }, /* 170 */
	{ 223, 1, "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1beta1.APIServiceStatus" }, /* 171 */
	{ 224, 2, "io.k8s.api.apps.v1.DaemonSetSpec" }, /* 172 */
	{ 226, 1, "io.k8s.api.apps.v1.DaemonSetStatus" }, /* 173 */
	{ 227, 2, "io.k8s.api.apps.v1.DeploymentSpec" }, /* 174 */
	{ 229, 1, "io.k8s.api.apps.v1.DeploymentStatus" }, /* 175 */
	{ 230, 2, "io.k8s.api.apps.v1.ReplicaSetSpec" }, /* 176 */
	{ 232, 1, "io.k8s.api.apps.v1.ReplicaSetStatus" }, /* 177 */
	{ 233, 3, "io.k8s.api.apps.v1.StatefulSetSpec" }, /* 178 */
	{ 236, 1, "io.k8s.api.apps.v1.StatefulSetStatus" }, /* 179 */
	{ 237, 1, "io.k8s.api.autoscaling.v2beta1.HorizontalPodAutoscalerSpec" }, /* 180 */
	{ 238, 1, "io.k8s.api.autoscaling.v2beta1.HorizontalPodAutoscalerStatus" }, /* 181 */
	{ 239, 1, "io.k8s.api.autoscaling.v2beta2.HorizontalPodAutoscalerSpec" }, /* 182 */
	{ 240, 1, "io.k8s.api.autoscaling.v2beta2.HorizontalPodAutoscalerStatus" }, /* 183 */
	{ 241, 1, "io.k8s.api.batch.v1.CronJobSpec" }, /* 184 */
	{ 242, 2, "io.k8s.api.batch.v1.JobSpec" }, /* 185 */
	{ 244, 1, "io.k8s.api.batch.v1.JobStatus" }, /* 186 */
	{ 245, 1, "io.k8s.api.batch.v1beta1.CronJobSpec" }, /* 187 */
	{ 246, 3, "io.k8s.api.networking.v1.NetworkPolicySpec" }, /* 188 */
	{ 249, 1, "io.k8s.api.policy.v1.PodDisruptionBudgetSpec" }, /* 189 */
	{ 250, 1, "io.k8s.api.policy.v1.PodDisruptionBudgetStatus" }, /* 190 */
	{ 251, 1, "io.k8s.api.policy.v1beta1.PodDisruptionBudgetSpec" }, /* 191 */
	{ 252, 1, "io.k8s.api.policy.v1beta1.PodDisruptionBudgetStatus" }, /* 192 */
	{ 253, 1, "io.k8s.api.rbac.v1.AggregationRule" }, /* 193 */
	{ 254, 1, "io.k8s.api.rbac.v1beta1.AggregationRule" }, /* 194 */
	{ 255, 1, "io.k8s.api.storage.v1.CSINodeSpec" }, /* 195 */
	{ 256, 1, "io.k8s.api.storage.v1beta1.CSINodeSpec" }, /* 196 */
	{ 257, 1, "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector" }, /* 197 */
	{ 258, 1, "io.k8s.api.core.v1.NamespaceStatus" }, /* 198 */
	{ 259, 1, "io.k8s.api.core.v1.NodeSpec" }, /* 199 */
	{ 260, 2, "io.k8s.api.core.v1.NodeStatus" }, /* 200 */
	{ 262, 1, "io.k8s.api.core.v1.PersistentVolumeClaimSpec" }, /* 201 */
	{ 263, 1, "io.k8s.api.core.v1.PersistentVolumeClaimStatus" }, /* 202 */
	{ 264, 8, "io.k8s.api.core.v1.PodSpec" }, /* 203 */
	{ 272, 2, "io.k8s.api.core.v1.PodStatus" }, /* 204 */
	{ 274, 2, "io.k8s.api.core.v1.PodTemplateSpec" }, /* 205 */
	{ 276, 1, "io.k8s.api.core.v1.ReplicationControllerSpec" }, /* 206 */
	{ 277, 1, "io.k8s.api.core.v1.ReplicationControllerStatus" }, /* 207 */
	{ 278, 1, "io.k8s.api.core.v1.ServiceSpec" }, /* 208 */
	{ 279, 1, "io.k8s.api.core.v1.ServiceStatus" }, /* 209 */
	{ 280, 3, "io.k8s.api.autoscaling.v2beta1.MetricSpec" }, /* 210 */
	{ 283, 3, "io.k8s.api.autoscaling.v2beta1.MetricStatus" }, /* 211 */
	{ 286, 3, "io.k8s.api.autoscaling.v2beta2.MetricSpec" }, /* 212 */
	{ 289, 3, "io.k8s.api.autoscaling.v2beta2.MetricStatus" }, /* 213 */
	{ 292, 2, "io.k8s.api.batch.v1.JobTemplateSpec" }, /* 214 */
	{ 294, 2, "io.k8s.api.batch.v1beta1.JobTemplateSpec" }, /* 215 */
	{ 296, 1, "io.k8s.api.networking.v1.NetworkPolicyEgressRule" }, /* 216 */
	{ 297, 1, "io.k8s.api.networking.v1.NetworkPolicyIngressRule" }, /* 217 */
	{ 298, 1, "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement" }, /* 218 */
	{ 299, 2, "io.k8s.api.core.v1.Affinity" }, /* 219 */
	{ 301, 4, "io.k8s.api.core.v1.Container" }, /* 220 */
	{ 305, 3, "io.k8s.api.core.v1.EphemeralContainer" }, /* 221 */
	{ 308, 1, "io.k8s.api.core.v1.TopologySpreadConstraint" }, /* 222 */
	{ 309, 1, "io.k8s.api.core.v1.Volume" }, /* 223 */
	{ 310, 1, "io.k8s.api.autoscaling.v2beta1.ExternalMetricSource" }, /* 224 */
	{ 311, 1, "io.k8s.api.autoscaling.v2beta1.ObjectMetricSource" }, /* 225 */
	{ 312, 1, "io.k8s.api.autoscaling.v2beta1.PodsMetricSource" }, /* 226 */
	{ 313, 1, "io.k8s.api.autoscaling.v2beta1.ExternalMetricStatus" }, /* 227 */
	{ 314, 1, "io.k8s.api.autoscaling.v2beta1.ObjectMetricStatus" }, /* 228 */
	{ 315, 1, "io.k8s.api.autoscaling.v2beta1.PodsMetricStatus" }, /* 229 */
	{ 316, 1, "io.k8s.api.autoscaling.v2beta2.ExternalMetricSource" }, /* 230 */
	{ 317, 1, "io.k8s.api.autoscaling.v2beta2.ObjectMetricSource" }, /* 231 */
	{ 318, 1, "io.k8s.api.autoscaling.v2beta2.PodsMetricSource" }, /* 232 */
	{ 319, 1, "io.k8s.api.autoscaling.v2beta2.ExternalMetricStatus" }, /* 233 */
	{ 320, 1, "io.k8s.api.autoscaling.v2beta2.ObjectMetricStatus" }, /* 234 */
	{ 321, 1, "io.k8s.api.autoscaling.v2beta2.PodsMetricStatus" }, /* 235 */
	{ 322, 2, "io.k8s.api.networking.v1.NetworkPolicyPeer" }, /* 236 */
	{ 324, 2, "io.k8s.api.core.v1.PodAffinity" }, /* 237 */
	{ 326, 2, "io.k8s.api.core.v1.PodAntiAffinity" }, /* 238 */
	{ 328, 1, "io.k8s.api.core.v1.EphemeralVolumeSource" }, /* 239 */
	{ 329, 1, "io.k8s.api.autoscaling.v2beta2.MetricIdentifier" }, /* 240 */
	{ 330, 1, "io.k8s.api.core.v1.WeightedPodAffinityTerm" }, /* 241 */
	{ 331, 2, "io.k8s.api.core.v1.PodAffinityTerm" }, /* 242 */
	{ 333, 2, "io.k8s.api.core.v1.PersistentVolumeClaimTemplate" }, /* 243 */
};

static const struct schema_type types[] = {
	{ "admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", 0 },
	{ "admissionregistration.k8s.io/v1", "MutatingWebhookConfigurationList", 1 },
	{ "admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", 2 },
	{ "admissionregistration.k8s.io/v1", "ValidatingWebhookConfigurationList", 3 },
	{ "admissionregistration.k8s.io/v1beta1", "MutatingWebhookConfiguration", 4 },
	{ "admissionregistration.k8s.io/v1beta1", "MutatingWebhookConfigurationList", 5 },
	{ "admissionregistration.k8s.io/v1beta1", "ValidatingWebhookConfiguration", 6 },
	{ "admissionregistration.k8s.io/v1beta1", "ValidatingWebhookConfigurationList", 7 },
	{ "apiextensions.k8s.io/v1", "CustomResourceDefinition", 8 },
	{ "apiextensions.k8s.io/v1", "CustomResourceDefinitionList", 9 },
	{ "apiextensions.k8s.io/v1beta1", "CustomResourceDefinition", 10 },
	{ "apiextensions.k8s.io/v1beta1", "CustomResourceDefinitionList", 11 },
	{ "apiregistration.k8s.io/v1", "APIService", 12 },
	{ "apiregistration.k8s.io/v1", "APIServiceList", 13 },
	{ "apiregistration.k8s.io/v1beta1", "APIService", 14 },
	{ "apiregistration.k8s.io/v1beta1", "APIServiceList", 15 },
	{ "apps/v1", "ControllerRevision", 16 },
	{ "apps/v1", "ControllerRevisionList", 17 },
	{ "apps/v1", "DaemonSet", 18 },
	{ "apps/v1", "DaemonSetList", 19 },
	{ "apps/v1", "Deployment", 20 },
	{ "apps/v1", "DeploymentList", 21 },
	{ "apps/v1", "ReplicaSet", 22 },
	{ "apps/v1", "ReplicaSetList", 23 },
	{ "apps/v1", "StatefulSet", 24 },
	{ "apps/v1", "StatefulSetList", 25 },
	{ "authentication.k8s.io/v1", "TokenRequest", 26 },
	{ "authentication.k8s.io/v1", "TokenReview", 27 },
	{ "authentication.k8s.io/v1beta1", "TokenReview", 28 },
	{ "authorization.k8s.io/v1", "LocalSubjectAccessReview", 29 },
	{ "authorization.k8s.io/v1", "SelfSubjectAccessReview", 30 },
	{ "authorization.k8s.io/v1", "SelfSubjectRulesReview", 31 },
	{ "authorization.k8s.io/v1", "SubjectAccessReview", 32 },
	{ "authorization.k8s.io/v1beta1", "LocalSubjectAccessReview", 33 },
	{ "authorization.k8s.io/v1beta1", "SelfSubjectAccessReview", 34 },
	{ "authorization.k8s.io/v1beta1", "SelfSubjectRulesReview", 35 },
	{ "authorization.k8s.io/v1beta1", "SubjectAccessReview", 36 },
	{ "autoscaling/v1", "HorizontalPodAutoscaler", 37 },
	{ "autoscaling/v1", "HorizontalPodAutoscalerList", 38 },
	{ "autoscaling/v1", "Scale", 39 },
	{ "autoscaling/v2beta1", "HorizontalPodAutoscaler", 40 },
	{ "autoscaling/v2beta1", "HorizontalPodAutoscalerList", 41 },
	{ "autoscaling/v2beta2", "HorizontalPodAutoscaler", 42 },
	{ "autoscaling/v2beta2", "HorizontalPodAutoscalerList", 43 },
	{ "batch/v1", "CronJob", 44 },
	{ "batch/v1", "CronJobList", 45 },
	{ "batch/v1", "Job", 46 },
	{ "batch/v1", "JobList", 47 },
	{ "batch/v1beta1", "CronJob", 48 },
	{ "batch/v1beta1", "CronJobList", 49 },
	{ "certificates.k8s.io/v1", "CertificateSigningRequest", 50 },
	{ "certificates.k8s.io/v1", "CertificateSigningRequestList", 51 },
	{ "certificates.k8s.io/v1beta1", "CertificateSigningRequest", 52 },
	{ "certificates.k8s.io/v1beta1", "CertificateSigningRequestList", 53 },
	{ "coordination.k8s.io/v1", "Lease", 54 },
	{ "coordination.k8s.io/v1", "LeaseList", 55 },
	{ "coordination.k8s.io/v1beta1", "Lease", 56 },
	{ "coordination.k8s.io/v1beta1", "LeaseList", 57 },
	{ "discovery.k8s.io/v1", "EndpointSlice", 58 },
	{ "discovery.k8s.io/v1", "EndpointSliceList", 59 },
	{ "discovery.k8s.io/v1beta1", "EndpointSlice", 60 },
	{ "discovery.k8s.io/v1beta1", "EndpointSliceList", 61 },
	{ "events.k8s.io/v1", "Event", 62 },
	{ "events.k8s.io/v1", "EventList", 63 },
	{ "events.k8s.io/v1beta1", "Event", 64 },
	{ "events.k8s.io/v1beta1", "EventList", 65 },
	{ "extensions/v1beta1", "Ingress", 66 },
	{ "extensions/v1beta1", "IngressList", 67 },
	{ "flowcontrol.apiserver.k8s.io/v1beta1", "FlowSchema", 68 },
	{ "flowcontrol.apiserver.k8s.io/v1beta1", "FlowSchemaList", 69 },
	{ "flowcontrol.apiserver.k8s.io/v1beta1", "PriorityLevelConfiguration", 70 },
	{ "flowcontrol.apiserver.k8s.io/v1beta1", "PriorityLevelConfigurationList", 71 },
	{ "kustomize.config.k8s.io/v1beta1", "Kustomization", 72 },
	{ "networking.k8s.io/v1", "Ingress", 73 },
	{ "networking.k8s.io/v1", "IngressClass", 74 },
	{ "networking.k8s.io/v1", "IngressClassList", 75 },
	{ "networking.k8s.io/v1", "IngressList", 76 },
	{ "networking.k8s.io/v1", "NetworkPolicy", 77 },
	{ "networking.k8s.io/v1", "NetworkPolicyList", 78 },
	{ "networking.k8s.io/v1beta1", "Ingress", 79 },
	{ "networking.k8s.io/v1beta1", "IngressClass", 80 },
	{ "networking.k8s.io/v1beta1", "IngressClassList", 81 },
	{ "networking.k8s.io/v1beta1", "IngressList", 82 },
	{ "node.k8s.io/v1", "RuntimeClass", 83 },
	{ "node.k8s.io/v1", "RuntimeClassList", 84 },
	{ "node.k8s.io/v1beta1", "RuntimeClass", 85 },
	{ "node.k8s.io/v1beta1", "RuntimeClassList", 86 },
	{ "policy/v1", "PodDisruptionBudget", 87 },
	{ "policy/v1", "PodDisruptionBudgetList", 88 },
	{ "policy/v1beta1", "Eviction", 89 },
	{ "policy/v1beta1", "PodDisruptionBudget", 90 },
	{ "policy/v1beta1", "PodDisruptionBudgetList", 91 },
	{ "policy/v1beta1", "PodSecurityPolicy", 92 },
	{ "policy/v1beta1", "PodSecurityPolicyList", 93 },
	{ "rbac.authorization.k8s.io/v1", "ClusterRole", 94 },
	{ "rbac.authorization.k8s.io/v1", "ClusterRoleBinding", 95 },
	{ "rbac.authorization.k8s.io/v1", "ClusterRoleBindingList", 96 },
	{ "rbac.authorization.k8s.io/v1", "ClusterRoleList", 97 },
	{ "rbac.authorization.k8s.io/v1", "Role", 98 },
	{ "rbac.authorization.k8s.io/v1", "RoleBinding", 99 },
	{ "rbac.authorization.k8s.io/v1", "RoleBindingList", 100 },
	{ "rbac.authorization.k8s.io/v1", "RoleList", 101 },
	{ "rbac.authorization.k8s.io/v1beta1", "ClusterRole", 102 },
	{ "rbac.authorization.k8s.io/v1beta1", "ClusterRoleBinding", 103 },
	{ "rbac.authorization.k8s.io/v1beta1", "ClusterRoleBindingList", 104 },
	{ "rbac.authorization.k8s.io/v1beta1", "ClusterRoleList", 105 },
	{ "rbac.authorization.k8s.io/v1beta1", "Role", 106 },
	{ "rbac.authorization.k8s.io/v1beta1", "RoleBinding", 107 },
	{ "rbac.authorization.k8s.io/v1beta1", "RoleBindingList", 108 },
	{ "rbac.authorization.k8s.io/v1beta1", "RoleList", 109 },
	{ "scheduling.k8s.io/v1", "PriorityClass", 110 },
	{ "scheduling.k8s.io/v1", "PriorityClassList", 111 },
	{ "scheduling.k8s.io/v1beta1", "PriorityClass", 112 },
	{ "scheduling.k8s.io/v1beta1", "PriorityClassList", 113 },
	{ "storage.k8s.io/v1", "CSIDriver", 114 },
	{ "storage.k8s.io/v1", "CSIDriverList", 115 },
	{ "storage.k8s.io/v1", "CSINode", 116 },
	{ "storage.k8s.io/v1", "CSINodeList", 117 },
	{ "storage.k8s.io/v1", "StorageClass", 118 },
	{ "storage.k8s.io/v1", "StorageClassList", 119 },
	{ "storage.k8s.io/v1", "VolumeAttachment", 120 },
	{ "storage.k8s.io/v1", "VolumeAttachmentList", 121 },
	{ "storage.k8s.io/v1beta1", "CSIDriver", 122 },
	{ "storage.k8s.io/v1beta1", "CSIDriverList", 123 },
	{ "storage.k8s.io/v1beta1", "CSINode", 124 },
	{ "storage.k8s.io/v1beta1", "CSINodeList", 125 },
	{ "storage.k8s.io/v1beta1", "CSIStorageCapacity", 126 },
	{ "storage.k8s.io/v1beta1", "CSIStorageCapacityList", 127 },
	{ "storage.k8s.io/v1beta1", "StorageClass", 128 },
	{ "storage.k8s.io/v1beta1", "StorageClassList", 129 },
	{ "storage.k8s.io/v1beta1", "VolumeAttachment", 130 },
	{ "storage.k8s.io/v1beta1", "VolumeAttachmentList", 131 },
	{ "v1", "Binding", 132 },
	{ "v1", "ComponentStatus", 133 },
	{ "v1", "ComponentStatusList", 134 },
	{ "v1", "ConfigMap", 135 },
	{ "v1", "ConfigMapList", 136 },
	{ "v1", "Endpoints", 137 },
	{ "v1", "EndpointsList", 138 },
	{ "v1", "Event", 139 },
	{ "v1", "EventList", 140 },
	{ "v1", "LimitRange", 141 },
	{ "v1", "LimitRangeList", 142 },
	{ "v1", "Namespace", 143 },
	{ "v1", "NamespaceList", 144 },
	{ "v1", "Node", 145 },
	{ "v1", "NodeList", 146 },
	{ "v1", "PersistentVolume", 147 },
	{ "v1", "PersistentVolumeClaim", 148 },
	{ "v1", "PersistentVolumeClaimList", 149 },
	{ "v1", "PersistentVolumeList", 150 },
	{ "v1", "Pod", 151 },
	{ "v1", "PodList", 152 },
	{ "v1", "PodTemplate", 153 },
	{ "v1", "PodTemplateList", 154 },
	{ "v1", "ReplicationController", 155 },
	{ "v1", "ReplicationControllerList", 156 },
	{ "v1", "ResourceQuota", 157 },
	{ "v1", "ResourceQuotaList", 158 },
	{ "v1", "Secret", 159 },
	{ "v1", "SecretList", 160 },
	{ "v1", "Service", 161 },
	{ "v1", "ServiceAccount", 162 },
	{ "v1", "ServiceAccountList", 163 },
	{ "v1", "ServiceList", 164 },
};

const struct schema_tables schema_default = {
	.fields = fields,
	.definitions = definitions,
	.n_definitions = ARRAY_LEN(definitions),
	.types = types,
	.n_types = ARRAY_LEN(types),
};
