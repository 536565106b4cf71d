/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The fields that kustomize changes by default.
 * Made by tests/peer/tables from sigs.k8s.io/kustomize/api v0.21.2.
 */

#include "render/kustomize/config.h"

/* clang-format off */

static const struct fieldspec common_annotations[] = {
	{ NULL, NULL, "Deployment", "spec/template/metadata/annotations", true },
	{ NULL, NULL, "StatefulSet", "spec/template/metadata/annotations", true },
	{ "batch", NULL, "CronJob", "spec/jobTemplate/metadata/annotations", true },
	{ "batch", NULL, "CronJob", "spec/jobTemplate/spec/template/metadata/annotations", true },
	{ "batch", NULL, "Job", "spec/template/metadata/annotations", true },
	{ NULL, "v1", "ReplicationController", "spec/template/metadata/annotations", true },
	{ NULL, NULL, "DaemonSet", "spec/template/metadata/annotations", true },
	{ NULL, NULL, "ReplicaSet", "spec/template/metadata/annotations", true },
	{ NULL, NULL, NULL, "metadata/annotations", true },
};

static const struct fieldspec common_labels[] = {
	{ NULL, "v1", "Service", "spec/selector", true },
	{ "apps", NULL, "Deployment", "spec/template/spec/affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels", false },
	{ "apps", NULL, "Deployment", "spec/template/spec/affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels", false },
	{ "apps", NULL, "Deployment", "spec/template/spec/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels", false },
	{ "apps", NULL, "Deployment", "spec/template/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels", false },
	{ "apps", NULL, "Deployment", "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels", false },
	{ NULL, NULL, "Deployment", "spec/template/metadata/labels", true },
	{ NULL, NULL, "Deployment", "spec/selector/matchLabels", true },
	{ "apps", NULL, "StatefulSet", "spec/selector/matchLabels", true },
	{ "apps", NULL, "StatefulSet", "spec/template/spec/affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels", false },
	{ "apps", NULL, "StatefulSet", "spec/template/spec/affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels", false },
	{ "apps", NULL, "StatefulSet", "spec/template/spec/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels", false },
	{ "apps", NULL, "StatefulSet", "spec/template/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels", false },
	{ "apps", NULL, "StatefulSet", "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels", false },
	{ "apps", NULL, "StatefulSet", "spec/volumeClaimTemplates[]/metadata/labels", true },
	{ "apps", NULL, "StatefulSet", "spec/template/metadata/labels", true },
	{ "batch", NULL, "CronJob", "spec/jobTemplate/metadata/labels", true },
	{ "batch", NULL, "CronJob", "spec/jobTemplate/spec/template/metadata/labels", true },
	{ "batch", NULL, "CronJob", "spec/jobTemplate/spec/selector/matchLabels", false },
	{ "policy", NULL, "PodDisruptionBudget", "spec/selector/matchLabels", false },
	{ "batch", NULL, "Job", "spec/selector/matchLabels", false },
	{ "batch", NULL, "Job", "spec/template/metadata/labels", true },
	{ "networking.k8s.io", NULL, "NetworkPolicy", "spec/egress/to/podSelector/matchLabels", false },
	{ "networking.k8s.io", NULL, "NetworkPolicy", "spec/ingress/from/podSelector/matchLabels", false },
	{ "networking.k8s.io", NULL, "NetworkPolicy", "spec/podSelector/matchLabels", false },
	{ NULL, "v1", "ReplicationController", "spec/template/metadata/labels", true },
	{ NULL, "v1", "ReplicationController", "spec/selector", true },
	{ NULL, NULL, "DaemonSet", "spec/template/metadata/labels", true },
	{ NULL, NULL, "DaemonSet", "spec/selector/matchLabels", true },
	{ NULL, NULL, "ReplicaSet", "spec/template/metadata/labels", true },
	{ NULL, NULL, "ReplicaSet", "spec/selector/matchLabels", true },
	{ NULL, NULL, NULL, "metadata/labels", true },
};

static const struct fieldspec images[] = {
	{ NULL, NULL, NULL, "spec/containers[]/image", true },
	{ NULL, NULL, NULL, "spec/initContainers[]/image", true },
	{ NULL, NULL, NULL, "spec/volumes[]/image/reference", true },
	{ NULL, NULL, NULL, "spec/template/spec/containers[]/image", true },
	{ NULL, NULL, NULL, "spec/template/spec/initContainers[]/image", true },
	{ NULL, NULL, NULL, "spec/template/spec/volumes[]/image/reference", true },
	{ NULL, NULL, NULL, "spec/jobTemplate/spec/template/spec/volumes[]/image/reference", true },
};

static const struct fieldspec name_prefix[] = {
	{ NULL, NULL, NULL, "metadata/name", false },
};

static const struct fieldspec name_suffix[] = {
	{ NULL, NULL, NULL, "metadata/name", false },
};

static const struct fieldspec namespace[] = {
	{ NULL, NULL, "Namespace", "metadata/name", true },
	{ "apiextensions.k8s.io", NULL, "CustomResourceDefinition", "spec/conversion/webhook/clientConfig/service/namespace", false },
	{ "apiregistration.k8s.io", NULL, "APIService", "spec/service/namespace", true },
};

static const struct fieldspec replicas[] = {
	{ NULL, NULL, "Deployment", "spec/replicas", true },
	{ NULL, NULL, "StatefulSet", "spec/replicas", true },
	{ NULL, NULL, "ReplicaSet", "spec/replicas", true },
	{ NULL, NULL, "ReplicationController", "spec/replicas", true },
};

static const struct fieldspec template_labels[] = {
	{ NULL, NULL, "Deployment", "spec/template/metadata/labels", true },
	{ "apps", NULL, "StatefulSet", "spec/template/metadata/labels", true },
	{ "batch", NULL, "CronJob", "spec/jobTemplate/metadata/labels", true },
	{ "batch", NULL, "CronJob", "spec/jobTemplate/spec/template/metadata/labels", true },
	{ "batch", NULL, "Job", "spec/template/metadata/labels", true },
	{ NULL, "v1", "ReplicationController", "spec/template/metadata/labels", true },
	{ NULL, NULL, "DaemonSet", "spec/template/metadata/labels", true },
	{ NULL, NULL, "ReplicaSet", "spec/template/metadata/labels", true },
	{ NULL, NULL, NULL, "metadata/labels", true },
};

static const struct fieldspec var_reference[] = {
	{ NULL, NULL, "Service", "spec/ports/port", false },
	{ NULL, NULL, "Service", "spec/ports/targetPort", false },
	{ NULL, NULL, "PersistentVolume", "spec/nfs/server", false },
	{ NULL, NULL, "Deployment", "spec/template/spec/initContainers/volumeMounts/mountPath", false },
	{ NULL, NULL, "Deployment", "spec/template/spec/initContainers/env/value", false },
	{ NULL, NULL, "Deployment", "spec/template/spec/initContainers/command", false },
	{ NULL, NULL, "Deployment", "spec/template/spec/initContainers/args", false },
	{ NULL, NULL, "Deployment", "spec/template/spec/containers/volumeMounts/mountPath", false },
	{ NULL, NULL, "Deployment", "spec/template/spec/containers/env/value", false },
	{ NULL, NULL, "Deployment", "spec/template/spec/volumes/nfs/server", false },
	{ NULL, NULL, "Deployment", "spec/template/metadata/annotations", false },
	{ NULL, NULL, "Deployment", "spec/template/spec/containers/command", false },
	{ NULL, NULL, "Deployment", "spec/template/spec/containers/args", false },
	{ NULL, NULL, "StatefulSet", "spec/template/spec/containers/volumeMounts/mountPath", false },
	{ NULL, NULL, "StatefulSet", "spec/template/spec/containers/env/value", false },
	{ NULL, NULL, "StatefulSet", "spec/template/spec/initContainers/args", false },
	{ NULL, NULL, "StatefulSet", "spec/volumeClaimTemplates/spec/nfs/server", false },
	{ NULL, NULL, "StatefulSet", "spec/template/spec/initContainers/command", false },
	{ NULL, NULL, "StatefulSet", "spec/template/spec/containers/command", false },
	{ NULL, NULL, "StatefulSet", "spec/template/spec/containers/args", false },
	{ NULL, NULL, "StatefulSet", "spec/template/spec/initContainers/volumeMounts/mountPath", false },
	{ NULL, NULL, "StatefulSet", "spec/template/spec/initContainers/env/value", false },
	{ NULL, NULL, "CronJob", "spec/jobTemplate/spec/template/spec/initContainers/env/value", false },
	{ NULL, NULL, "CronJob", "spec/jobTemplate/spec/template/spec/initContainers/command", false },
	{ NULL, NULL, "CronJob", "spec/jobTemplate/spec/template/spec/initContainers/args", false },
	{ NULL, NULL, "CronJob", "spec/jobTemplate/spec/template/spec/containers/volumeMounts/mountPath", false },
	{ NULL, NULL, "CronJob", "spec/jobTemplate/spec/template/spec/containers/env/value", false },
	{ NULL, NULL, "CronJob", "spec/jobTemplate/spec/template/spec/containers/command", false },
	{ NULL, NULL, "CronJob", "spec/jobTemplate/spec/template/spec/initContainers/volumeMounts/mountPath", false },
	{ NULL, NULL, "CronJob", "spec/jobTemplate/spec/template/volumes/nfs/server", false },
	{ NULL, NULL, "CronJob", "spec/jobTemplate/spec/template/spec/containers/args", false },
	{ NULL, NULL, "DaemonSet", "spec/template/spec/containers/command", false },
	{ NULL, NULL, "DaemonSet", "spec/template/spec/volumes/nfs/server", false },
	{ NULL, NULL, "DaemonSet", "spec/template/spec/initContainers/volumeMounts/mountPath", false },
	{ NULL, NULL, "DaemonSet", "spec/template/spec/initContainers/env/value", false },
	{ NULL, NULL, "DaemonSet", "spec/template/spec/initContainers/command", false },
	{ NULL, NULL, "DaemonSet", "spec/template/spec/initContainers/args", false },
	{ NULL, NULL, "DaemonSet", "spec/template/spec/containers/volumeMounts/mountPath", false },
	{ NULL, NULL, "DaemonSet", "spec/template/spec/containers/env/value", false },
	{ NULL, NULL, "DaemonSet", "spec/template/spec/containers/args", false },
	{ NULL, NULL, "Ingress", "spec/tls/secretName", false },
	{ NULL, NULL, "Ingress", "spec/tls/hosts", false },
	{ NULL, NULL, "Ingress", "spec/rules/host", false },
	{ NULL, NULL, "Job", "spec/template/spec/initContainers/command", false },
	{ NULL, NULL, "Job", "spec/template/spec/volumes/nfs/server", false },
	{ NULL, NULL, "Job", "spec/template/spec/containers/args", false },
	{ NULL, NULL, "Job", "spec/template/spec/containers/command", false },
	{ NULL, NULL, "Job", "spec/template/spec/containers/env/value", false },
	{ NULL, NULL, "Job", "spec/template/spec/containers/volumeMounts/mountPath", false },
	{ NULL, NULL, "Job", "spec/template/spec/initContainers/args", false },
	{ NULL, NULL, "Job", "spec/template/spec/initContainers/env/value", false },
	{ NULL, NULL, "Job", "spec/template/spec/initContainers/volumeMounts/mountPath", false },
	{ NULL, NULL, "Pod", "spec/containers/volumeMounts/mountPath", false },
	{ NULL, NULL, "Pod", "spec/containers/args", false },
	{ NULL, NULL, "Pod", "spec/initContainers/command", false },
	{ NULL, NULL, "Pod", "spec/initContainers/env/value", false },
	{ NULL, NULL, "Pod", "spec/initContainers/volumeMounts/mountPath", false },
	{ NULL, NULL, "Pod", "spec/volumes/nfs/server", false },
	{ NULL, NULL, "Pod", "spec/initContainers/args", false },
	{ NULL, NULL, "Pod", "spec/containers/env/value", false },
	{ NULL, NULL, "Pod", "spec/containers/command", false },
	{ NULL, NULL, "ReplicaSet", "spec/template/spec/volumes/nfs/server", false },
	{ NULL, NULL, "ReplicaSet", "spec/template/spec/containers/volumeMounts/mountPath", false },
	{ NULL, NULL, "ReplicaSet", "spec/template/spec/containers/env/value", false },
	{ NULL, NULL, "ReplicaSet", "spec/template/spec/containers/command", false },
	{ NULL, NULL, "ReplicaSet", "spec/template/spec/containers/args", false },
	{ NULL, NULL, "ReplicaSet", "spec/template/spec/initContainers/args", false },
	{ NULL, NULL, "ReplicaSet", "spec/template/spec/initContainers/volumeMounts/mountPath", false },
	{ NULL, NULL, "ReplicaSet", "spec/template/spec/initContainers/env/value", false },
	{ NULL, NULL, "ReplicaSet", "spec/template/spec/initContainers/command", false },
	{ NULL, NULL, NULL, "metadata/labels", false },
	{ NULL, NULL, NULL, "metadata/annotations", false },
};

static const struct fieldspec volume_claim_template_labels[] = {
	{ "apps", NULL, "StatefulSet", "spec/volumeClaimTemplates[]/metadata/labels", true },
};

static const struct fieldspec reference_0[] = {
	{ NULL, NULL, "PersistentVolume", "spec/storageClassName", false },
	{ NULL, NULL, "PersistentVolumeClaim", "spec/storageClassName", false },
	{ NULL, NULL, "StatefulSet", "spec/volumeClaimTemplates/spec/storageClassName", false },
};

static const struct fieldspec reference_1[] = {
	{ "rbac.authorization.k8s.io", NULL, "RoleBinding", "subjects", false },
	{ "rbac.authorization.k8s.io", NULL, "ClusterRoleBinding", "subjects", false },
	{ NULL, NULL, "Deployment", "spec/template/spec/serviceAccountName", false },
	{ NULL, NULL, "StatefulSet", "spec/template/spec/serviceAccountName", false },
	{ NULL, NULL, "CronJob", "spec/jobTemplate/spec/template/spec/serviceAccountName", false },
	{ NULL, NULL, "DaemonSet", "spec/template/spec/serviceAccountName", false },
	{ NULL, NULL, "Job", "spec/template/spec/serviceAccountName", false },
	{ NULL, NULL, "Pod", "spec/serviceAccountName", false },
	{ NULL, NULL, "ReplicationController", "spec/template/spec/serviceAccountName", false },
};

static const struct fieldspec reference_2[] = {
	{ "rbac.authorization.k8s.io", NULL, "RoleBinding", "roleRef/name", false },
};

static const struct fieldspec reference_3[] = {
	{ "rbac.authorization.k8s.io", NULL, "RoleBinding", "roleRef/name", false },
	{ "rbac.authorization.k8s.io", NULL, "ClusterRoleBinding", "roleRef/name", false },
};

static const struct fieldspec reference_4[] = {
	{ NULL, NULL, "Role", "rules/resourceNames", false },
	{ NULL, NULL, "ClusterRole", "rules/resourceNames", false },
	{ NULL, NULL, "Deployment", "spec/template/spec/containers/env/valueFrom/configMapKeyRef/name", false },
	{ NULL, NULL, "Deployment", "spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name", false },
	{ NULL, NULL, "Deployment", "spec/template/spec/containers/envFrom/configMapRef/name", false },
	{ NULL, NULL, "Deployment", "spec/template/spec/initContainers/envFrom/configMapRef/name", false },
	{ NULL, NULL, "Deployment", "spec/template/spec/volumes/configMap/name", false },
	{ NULL, NULL, "Deployment", "spec/template/spec/volumes/projected/sources/configMap/name", false },
	{ NULL, NULL, "StatefulSet", "spec/template/spec/containers/env/valueFrom/configMapKeyRef/name", false },
	{ NULL, NULL, "StatefulSet", "spec/template/spec/initContainers/envFrom/configMapRef/name", false },
	{ NULL, NULL, "StatefulSet", "spec/template/spec/volumes/projected/sources/configMap/name", false },
	{ NULL, NULL, "StatefulSet", "spec/template/spec/containers/envFrom/configMapRef/name", false },
	{ NULL, NULL, "StatefulSet", "spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name", false },
	{ NULL, NULL, "StatefulSet", "spec/template/spec/volumes/configMap/name", false },
	{ NULL, NULL, "CronJob", "spec/jobTemplate/spec/template/spec/volumes/projected/sources/configMap/name", false },
	{ NULL, NULL, "CronJob", "spec/jobTemplate/spec/template/spec/containers/envFrom/configMapRef/name", false },
	{ NULL, NULL, "CronJob", "spec/jobTemplate/spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name", false },
	{ NULL, NULL, "CronJob", "spec/jobTemplate/spec/template/spec/containers/env/valueFrom/configMapKeyRef/name", false },
	{ NULL, NULL, "CronJob", "spec/jobTemplate/spec/template/spec/initContainers/envFrom/configMapRef/name", false },
	{ NULL, NULL, "CronJob", "spec/jobTemplate/spec/template/spec/volumes/configMap/name", false },
	{ NULL, "v1", "Pod", "spec/volumes/projected/sources/configMap/name", false },
	{ NULL, "v1", "Pod", "spec/initContainers/envFrom/configMapRef/name", false },
	{ NULL, "v1", "Pod", "spec/containers/envFrom/configMapRef/name", false },
	{ NULL, "v1", "Pod", "spec/initContainers/env/valueFrom/configMapKeyRef/name", false },
	{ NULL, "v1", "Pod", "spec/containers/env/valueFrom/configMapKeyRef/name", false },
	{ NULL, "v1", "Pod", "spec/volumes/configMap/name", false },
	{ NULL, NULL, "DaemonSet", "spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name", false },
	{ NULL, NULL, "DaemonSet", "spec/template/spec/containers/envFrom/configMapRef/name", false },
	{ NULL, NULL, "DaemonSet", "spec/template/spec/initContainers/envFrom/configMapRef/name", false },
	{ NULL, NULL, "DaemonSet", "spec/template/spec/volumes/projected/sources/configMap/name", false },
	{ NULL, NULL, "DaemonSet", "spec/template/spec/containers/env/valueFrom/configMapKeyRef/name", false },
	{ NULL, NULL, "DaemonSet", "spec/template/spec/volumes/configMap/name", false },
	{ NULL, NULL, "Ingress", "metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap", false },
	{ NULL, NULL, "Job", "spec/template/spec/volumes/configMap/name", false },
	{ NULL, NULL, "Job", "spec/template/spec/volumes/projected/sources/configMap/name", false },
	{ NULL, NULL, "Job", "spec/template/spec/initContainers/envFrom/configMapRef/name", false },
	{ NULL, NULL, "Job", "spec/template/spec/containers/env/valueFrom/configMapKeyRef/name", false },
	{ NULL, NULL, "Job", "spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name", false },
	{ NULL, NULL, "Job", "spec/template/spec/containers/envFrom/configMapRef/name", false },
	{ NULL, NULL, "Node", "spec/configSource/configMap", false },
	{ NULL, NULL, "PodTemplate", "template/spec/initContainers/envFrom/configMapRef/name", false },
	{ NULL, NULL, "PodTemplate", "template/spec/volumes/projected/sources/configMap/name", false },
	{ NULL, NULL, "PodTemplate", "template/spec/containers/envFrom/configMapRef/name", false },
	{ NULL, NULL, "PodTemplate", "template/spec/initContainers/env/valueFrom/configMapKeyRef/name", false },
	{ NULL, NULL, "PodTemplate", "template/spec/containers/env/valueFrom/configMapKeyRef/name", false },
	{ NULL, NULL, "PodTemplate", "template/spec/volumes/configMap/name", false },
	{ NULL, NULL, "ReplicaSet", "spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name", false },
	{ NULL, NULL, "ReplicaSet", "spec/template/spec/containers/env/valueFrom/configMapKeyRef/name", false },
	{ NULL, NULL, "ReplicaSet", "spec/template/spec/volumes/configMap/name", false },
	{ NULL, NULL, "ReplicaSet", "spec/template/spec/containers/envFrom/configMapRef/name", false },
	{ NULL, NULL, "ReplicaSet", "spec/template/spec/initContainers/envFrom/configMapRef/name", false },
	{ NULL, NULL, "ReplicaSet", "spec/template/spec/volumes/projected/sources/configMap/name", false },
};

static const struct fieldspec reference_5[] = {
	{ NULL, NULL, "StorageClass", "parameters/secretRef", false },
	{ NULL, NULL, "StorageClass", "parameters/userSecretName", false },
	{ NULL, NULL, "StorageClass", "parameters/adminSecretName", false },
	{ NULL, NULL, "StorageClass", "parameters/secretName", false },
	{ NULL, NULL, "ServiceAccount", "imagePullSecrets/name", false },
	{ NULL, NULL, "Role", "rules/resourceNames", false },
	{ NULL, NULL, "ClusterRole", "rules/resourceNames", false },
	{ "serving.knative.dev", "v1", "Service", "spec/template/spec/containers/env/valueFrom/secretKeyRef/name", false },
	{ NULL, NULL, "PersistentVolume", "spec/azureFile/secretName", false },
	{ NULL, NULL, "Deployment", "spec/template/spec/containers/env/valueFrom/secretKeyRef/name", false },
	{ NULL, NULL, "Deployment", "spec/template/spec/imagePullSecrets/name", false },
	{ NULL, NULL, "Deployment", "spec/template/spec/volumes/projected/sources/secret/name", false },
	{ NULL, NULL, "Deployment", "spec/template/spec/initContainers/envFrom/secretRef/name", false },
	{ NULL, NULL, "Deployment", "spec/template/spec/containers/envFrom/secretRef/name", false },
	{ NULL, NULL, "Deployment", "spec/template/spec/volumes/secret/secretName", false },
	{ NULL, NULL, "Deployment", "spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name", false },
	{ NULL, NULL, "StatefulSet", "spec/template/spec/volumes/secret/secretName", false },
	{ NULL, NULL, "StatefulSet", "spec/template/spec/containers/envFrom/secretRef/name", false },
	{ NULL, NULL, "StatefulSet", "spec/template/spec/initContainers/envFrom/secretRef/name", false },
	{ NULL, NULL, "StatefulSet", "spec/template/spec/volumes/projected/sources/secret/name", false },
	{ NULL, NULL, "StatefulSet", "spec/template/spec/imagePullSecrets/name", false },
	{ NULL, NULL, "StatefulSet", "spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name", false },
	{ NULL, NULL, "StatefulSet", "spec/template/spec/containers/env/valueFrom/secretKeyRef/name", false },
	{ NULL, NULL, "CronJob", "spec/jobTemplate/spec/template/spec/containers/env/valueFrom/secretKeyRef/name", false },
	{ NULL, NULL, "CronJob", "spec/jobTemplate/spec/template/spec/initContainers/envFrom/secretRef/name", false },
	{ NULL, NULL, "CronJob", "spec/jobTemplate/spec/template/spec/imagePullSecrets/name", false },
	{ NULL, NULL, "CronJob", "spec/jobTemplate/spec/template/spec/containers/envFrom/secretRef/name", false },
	{ NULL, NULL, "CronJob", "spec/jobTemplate/spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name", false },
	{ NULL, NULL, "CronJob", "spec/jobTemplate/spec/template/spec/volumes/projected/sources/secret/name", false },
	{ NULL, NULL, "CronJob", "spec/jobTemplate/spec/template/spec/volumes/secret/secretName", false },
	{ NULL, "v1", "Pod", "spec/volumes/secret/secretName", false },
	{ NULL, "v1", "Pod", "spec/containers/envFrom/secretRef/name", false },
	{ NULL, "v1", "Pod", "spec/initContainers/env/valueFrom/secretKeyRef/name", false },
	{ NULL, "v1", "Pod", "spec/volumes/projected/sources/secret/name", false },
	{ NULL, "v1", "Pod", "spec/containers/env/valueFrom/secretKeyRef/name", false },
	{ NULL, "v1", "Pod", "spec/initContainers/envFrom/secretRef/name", false },
	{ NULL, "v1", "Pod", "spec/imagePullSecrets/name", false },
	{ NULL, NULL, "DaemonSet", "spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name", false },
	{ NULL, NULL, "DaemonSet", "spec/template/spec/volumes/projected/sources/secret/name", false },
	{ NULL, NULL, "DaemonSet", "spec/template/spec/imagePullSecrets/name", false },
	{ NULL, NULL, "DaemonSet", "spec/template/spec/initContainers/envFrom/secretRef/name", false },
	{ NULL, NULL, "DaemonSet", "spec/template/spec/containers/envFrom/secretRef/name", false },
	{ NULL, NULL, "DaemonSet", "spec/template/spec/containers/env/valueFrom/secretKeyRef/name", false },
	{ NULL, NULL, "DaemonSet", "spec/template/spec/volumes/secret/secretName", false },
	{ NULL, NULL, "Ingress", "spec/tls/secretName", false },
	{ NULL, NULL, "Ingress", "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-tls-secret", false },
	{ NULL, NULL, "Ingress", "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret", false },
	{ NULL, NULL, "Ingress", "metadata/annotations/ingress.kubernetes.io\\/auth-secret", false },
	{ NULL, NULL, "Ingress", "spec/tls/secretName", false },
	{ NULL, NULL, "Job", "spec/template/spec/initContainers/envFrom/secretRef/name", false },
	{ NULL, NULL, "Job", "spec/template/spec/volumes/secret/secretName", false },
	{ NULL, NULL, "Job", "spec/template/spec/imagePullSecrets/name", false },
	{ NULL, NULL, "Job", "spec/template/spec/volumes/projected/sources/secret/name", false },
	{ NULL, NULL, "Job", "spec/template/spec/containers/envFrom/secretRef/name", false },
	{ NULL, NULL, "Job", "spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name", false },
	{ NULL, NULL, "Job", "spec/template/spec/containers/env/valueFrom/secretKeyRef/name", false },
	{ NULL, NULL, "PodTemplate", "template/spec/volumes/projected/sources/secret/name", false },
	{ NULL, NULL, "PodTemplate", "template/spec/volumes/secret/secretName", false },
	{ NULL, NULL, "PodTemplate", "template/spec/initContainers/envFrom/secretRef/name", false },
	{ NULL, NULL, "PodTemplate", "template/spec/imagePullSecrets/name", false },
	{ NULL, NULL, "PodTemplate", "template/spec/containers/envFrom/secretRef/name", false },
	{ NULL, NULL, "PodTemplate", "template/spec/initContainers/env/valueFrom/secretKeyRef/name", false },
	{ NULL, NULL, "PodTemplate", "template/spec/containers/env/valueFrom/secretKeyRef/name", false },
	{ NULL, NULL, "ReplicaSet", "spec/template/spec/containers/envFrom/secretRef/name", false },
	{ NULL, NULL, "ReplicaSet", "spec/template/spec/volumes/secret/secretName", false },
	{ NULL, NULL, "ReplicaSet", "spec/template/spec/containers/env/valueFrom/secretKeyRef/name", false },
	{ NULL, NULL, "ReplicaSet", "spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name", false },
	{ NULL, NULL, "ReplicaSet", "spec/template/spec/volumes/projected/sources/secret/name", false },
	{ NULL, NULL, "ReplicaSet", "spec/template/spec/imagePullSecrets/name", false },
	{ NULL, NULL, "ReplicaSet", "spec/template/spec/initContainers/envFrom/secretRef/name", false },
};

static const struct fieldspec reference_6[] = {
	{ "apps", NULL, "StatefulSet", "spec/serviceName", false },
	{ "apiregistration.k8s.io", NULL, "APIService", "spec/service/name", false },
	{ NULL, NULL, "Ingress", "spec/rules/http/paths/backend/serviceName", false },
	{ NULL, NULL, "Ingress", "spec/backend/serviceName", false },
	{ NULL, NULL, "Ingress", "spec/rules/http/paths/backend/service/name", false },
	{ NULL, NULL, "Ingress", "spec/defaultBackend/service/name", false },
	{ "admissionregistration.k8s.io", NULL, "MutatingWebhookConfiguration", "webhooks/clientConfig/service", false },
	{ "admissionregistration.k8s.io", NULL, "ValidatingWebhookConfiguration", "webhooks/clientConfig/service", false },
};

static const struct fieldspec reference_7[] = {
	{ NULL, NULL, "Deployment", "spec/template/spec/priorityClassName", false },
	{ NULL, NULL, "StatefulSet", "spec/template/spec/priorityClassName", false },
	{ NULL, NULL, "CronJob", "spec/jobTemplate/spec/template/spec/priorityClassName", false },
	{ NULL, NULL, "DaemonSet", "spec/template/spec/priorityClassName", false },
	{ NULL, NULL, "Job", "spec/template/spec/priorityClassName", false },
	{ NULL, NULL, "Pod", "spec/priorityClassName", false },
	{ NULL, NULL, "ReplicationController", "spec/template/spec/priorityClassName", false },
};

static const struct fieldspec reference_8[] = {
	{ NULL, NULL, "ClusterRole", "rules/resourceNames", false },
	{ NULL, NULL, "PersistentVolumeClaim", "spec/volumeName", false },
};

static const struct fieldspec reference_9[] = {
	{ NULL, NULL, "Deployment", "spec/template/spec/volumes/persistentVolumeClaim/claimName", false },
	{ NULL, NULL, "StatefulSet", "spec/template/spec/volumes/persistentVolumeClaim/claimName", false },
	{ NULL, NULL, "CronJob", "spec/jobTemplate/spec/template/spec/volumes/persistentVolumeClaim/claimName", false },
	{ NULL, NULL, "DaemonSet", "spec/template/spec/volumes/persistentVolumeClaim/claimName", false },
	{ NULL, NULL, "Job", "spec/template/spec/volumes/persistentVolumeClaim/claimName", false },
	{ NULL, NULL, "Pod", "spec/volumes/persistentVolumeClaim/claimName", false },
	{ NULL, NULL, "ReplicationController", "spec/template/spec/volumes/persistentVolumeClaim/claimName", false },
};

static const struct fieldspec reference_10[] = {
	{ NULL, NULL, "HorizontalPodAutoscaler", "spec/scaleTargetRef/name", false },
};

static const struct fieldspec reference_11[] = {
	{ NULL, NULL, "HorizontalPodAutoscaler", "spec/scaleTargetRef/name", false },
};

static const struct fieldspec reference_12[] = {
	{ "admissionregistration.k8s.io", NULL, "ValidatingAdmissionPolicyBinding", "spec/policyName", false },
};

static const struct fieldspec reference_13[] = {
	{ NULL, NULL, "Ingress", "spec/ingressClassName", false },
};

static const struct fieldspec reference_14[] = {
	{ NULL, NULL, "HorizontalPodAutoscaler", "spec/scaleTargetRef/name", false },
};

static const struct fieldspec reference_15[] = {
	{ NULL, NULL, "HorizontalPodAutoscaler", "spec/scaleTargetRef/name", false },
};

static const struct reference references[] = {
	{ "storage.k8s.io", "v1", "StorageClass", LIST(reference_0) },
	{ NULL, "v1", "ServiceAccount", LIST(reference_1) },
	{ "rbac.authorization.k8s.io", NULL, "Role", LIST(reference_2) },
	{ "rbac.authorization.k8s.io", NULL, "ClusterRole", LIST(reference_3) },
	{ NULL, "v1", "ConfigMap", LIST(reference_4) },
	{ NULL, "v1", "Secret", LIST(reference_5) },
	{ NULL, "v1", "Service", LIST(reference_6) },
	{ "scheduling.k8s.io", "v1", "PriorityClass", LIST(reference_7) },
	{ NULL, "v1", "PersistentVolume", LIST(reference_8) },
	{ NULL, "v1", "PersistentVolumeClaim", LIST(reference_9) },
	{ NULL, NULL, "Deployment", LIST(reference_10) },
	{ NULL, NULL, "StatefulSet", LIST(reference_11) },
	{ "admissionregistration.k8s.io", NULL, "ValidatingAdmissionPolicy", LIST(reference_12) },
	{ "networking.k8s.io/v1", "v1", "IngressClass", LIST(reference_13) },
	{ NULL, NULL, "ReplicaSet", LIST(reference_14) },
	{ NULL, NULL, "ReplicationController", LIST(reference_15) },
};

const struct config config_default = {
	.common_annotations = LIST(common_annotations),
	.common_labels = LIST(common_labels),
	.images = LIST(images),
	.name_prefix = LIST(name_prefix),
	.name_suffix = LIST(name_suffix),
	.namespace = LIST(namespace),
	.replicas = LIST(replicas),
	.template_labels = LIST(template_labels),
	.var_reference = LIST(var_reference),
	.volume_claim_template_labels = LIST(volume_claim_template_labels),
	.references = LIST(references),
};
