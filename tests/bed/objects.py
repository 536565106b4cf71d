# SPDX-License-Identifier: Apache-2.0
"""Manifests that several suites use, and where their objects live."""

import json

SECRET = "CANARY-database-password"


def system(prefix, replicas=2):
    """The files of a small system with every usual kind of object.  All its
    names begin with `prefix`, so that tests do not meet."""
    return {
        "deploy/namespace.yaml": f"""
            apiVersion: v1
            kind: Namespace
            metadata:
              name: {prefix}
              labels: {{team: blue}}
            """,
        "deploy/crd.yaml": crd(prefix),
        "deploy/widgets.yaml": f"""
            apiVersion: {prefix}.example.com/v1
            kind: Widget
            metadata: {{name: left, namespace: {prefix}}}
            spec: {{size: 3, colour: red}}
            ---
            apiVersion: {prefix}.example.com/v1
            kind: Widget
            metadata: {{name: right, namespace: {prefix}}}
            spec: {{size: 4}}
            """,
        "deploy/rbac.yaml": f"""
            apiVersion: v1
            kind: ServiceAccount
            metadata: {{name: web, namespace: {prefix}}}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {{name: web, namespace: {prefix}}}
            rules:
            - apiGroups: [""]
              resources: [configmaps]
              verbs: [get, list, watch]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {{name: web, namespace: {prefix}}}
            roleRef:
              apiGroup: rbac.authorization.k8s.io
              kind: Role
              name: web
            subjects:
            - {{kind: ServiceAccount, name: web, namespace: {prefix}}}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata: {{name: "{prefix}:nodes"}}
            rules:
            - apiGroups: [""]
              resources: [nodes]
              verbs: [get, list]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata: {{name: "{prefix}:nodes"}}
            roleRef:
              apiGroup: rbac.authorization.k8s.io
              kind: ClusterRole
              name: "{prefix}:nodes"
            subjects:
            - {{kind: ServiceAccount, name: web, namespace: {prefix}}}
            """,
        "deploy/config.yaml": f"""
            apiVersion: v1
            kind: ConfigMap
            metadata: {{name: settings, namespace: {prefix}}}
            data:
              mode: "on"
              app.conf: |
                workers = 4
                listen = :8080
            ---
            apiVersion: v1
            kind: Secret
            metadata: {{name: database, namespace: {prefix}}}
            stringData: {{password: {SECRET}}}
            """,
        "deploy/web.yaml": deployment(prefix, replicas=replicas),
        "deploy/service.yaml": f"""
            apiVersion: v1
            kind: Service
            metadata: {{name: web, namespace: {prefix}}}
            spec:
              selector: {{app: web}}
              ports:
              - {{name: http, port: 80, targetPort: http}}
            """,
        "deploy/edge.yaml": f"""
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {{name: web, namespace: {prefix}}}
            spec:
              rules:
              - host: {prefix}.example.com
                http:
                  paths:
                  - path: /
                    pathType: Prefix
                    backend: {{service: {{name: web, port: {{name: http}}}}}}
            ---
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {{name: web, namespace: {prefix}}}
            spec:
              scaleTargetRef:
                {{apiVersion: apps/v1, kind: Deployment, name: web}}
              minReplicas: 2
              maxReplicas: 5
              metrics:
              - type: Resource
                resource:
                  name: cpu
                  target: {{type: Utilization, averageUtilization: 80}}
            ---
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {{name: web, namespace: {prefix}}}
            spec:
              minAvailable: 1
              selector: {{matchLabels: {{app: web}}}}
            ---
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {{name: web, namespace: {prefix}}}
            spec:
              podSelector: {{matchLabels: {{app: web}}}}
              ingress:
              - ports:
                - {{port: 8080}}
            """,
        "deploy/README.md": "No manifest.\n",
    }


def paths(prefix):
    """Where the objects of system() live in the API."""
    space = f"namespaces/{prefix}"
    rbac = "/apis/rbac.authorization.k8s.io/v1"
    crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    net = f"/apis/networking.k8s.io/v1/{space}"
    widgets = f"/apis/{prefix}.example.com/v1/{space}/widgets"
    return {
        "Namespace": f"/api/v1/{space}",
        "CustomResourceDefinition": f"{crds}/widgets.{prefix}.example.com",
        "Widget left": f"{widgets}/left",
        "Widget right": f"{widgets}/right",
        "ServiceAccount": f"/api/v1/{space}/serviceaccounts/web",
        "Role": f"{rbac}/{space}/roles/web",
        "RoleBinding": f"{rbac}/{space}/rolebindings/web",
        "ClusterRole": f"{rbac}/clusterroles/{prefix}:nodes",
        "ClusterRoleBinding": f"{rbac}/clusterrolebindings/{prefix}:nodes",
        "ConfigMap": f"/api/v1/{space}/configmaps/settings",
        "Secret": f"/api/v1/{space}/secrets/database",
        "Deployment": f"/apis/apps/v1/{space}/deployments/web",
        "Service": f"/api/v1/{space}/services/web",
        "Ingress": f"{net}/ingresses/web",
        "HorizontalPodAutoscaler":
            f"/apis/autoscaling/v2/{space}/horizontalpodautoscalers/web",
        "PodDisruptionBudget":
            f"/apis/policy/v1/{space}/poddisruptionbudgets/web",
        "NetworkPolicy": f"{net}/networkpolicies/web",
    }


def versions(api, prefix):
    """resourceVersion of every object of system(); None where it is not."""
    found = {}
    for name, path in paths(prefix).items():
        live = api.find(path)
        found[name] = live and live["metadata"]["resourceVersion"]
    return found


def crd(prefix):
    return f"""
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {{name: widgets.{prefix}.example.com}}
        spec:
          group: {prefix}.example.com
          names: {{kind: Widget, plural: widgets, singular: widget}}
          scope: Namespaced
          versions:
          - name: v1
            served: true
            storage: true
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec:
                    type: object
                    required: [size]
                    properties:
                      size: {{type: integer, minimum: 1}}
                      colour: {{type: string, default: blue}}
        """


def deployment(namespace, name="web", replicas=2, image="nginx:1.27"):
    return f"""
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: {name}
          namespace: {namespace}
          labels: {{app: {name}}}
        spec:
          replicas: {replicas}
          selector: {{matchLabels: {{app: {name}}}}}
          template:
            metadata: {{labels: {{app: {name}}}}}
            spec:
              containers:
              - name: {name}
                image: {image}
                ports:
                - {{name: http, containerPort: 8080}}
                env:
                - name: POD
                  valueFrom: {{fieldRef: {{fieldPath: metadata.name}}}}
        """


def config_map(name, data, namespace=None):
    where = f", namespace: {namespace}" if namespace else ""
    return ("apiVersion: v1\nkind: ConfigMap\n"
            f"metadata: {{name: {name}{where}}}\n"
            f"data: {json.dumps(data)}\n")


def config_maps(prefix):
    """Path of the collection in the API."""
    return f"/api/v1/namespaces/{prefix}/configmaps"
