# SPDX-License-Identifier: Apache-2.0
"""The 1,010 objects of the measurements: 200 each of Deployment, Service,
ConfigMap, ServiceAccount and Ingress, in 10 Namespaces."""

TEXT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  namespace: {ns}
  labels: {{app: {name}, tier: backend}}
spec:
  replicas: 2
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}, tier: backend}}}}
    spec:
      serviceAccountName: {name}
      containers:
      - name: web
        image: registry.example.com/team/{name}:1.4.{i}
        ports:
        - {{name: http, containerPort: 8080}}
        env:
        - {{name: LOG_LEVEL, value: info}}
        - name: POD
          valueFrom: {{fieldRef: {{fieldPath: metadata.name}}}}
        envFrom:
        - configMapRef: {{name: {name}}}
        resources:
          requests: {{cpu: 100m, memory: 128Mi}}
          limits: {{memory: 256Mi}}
        readinessProbe:
          httpGet: {{path: /healthz, port: http}}
          periodSeconds: 5
---
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: {ns}, labels: {{app: {name}}}}}
spec:
  selector: {{app: {name}}}
  ports:
  - {{name: http, port: 80, targetPort: http}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: {name}, namespace: {ns}, labels: {{app: {name}}}}}
data:
  LISTEN: ":8080"
  settings.yaml: |
    service: {name}
    features:
      search: true
      export: false
    limits:
      connections: 100
      timeout: 30s
---
apiVersion: v1
kind: ServiceAccount
metadata: {{name: {name}, namespace: {ns}, labels: {{app: {name}}}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: {name}, namespace: {ns}, labels: {{app: {name}}}}}
spec:
  rules:
  - host: {name}.{ns}.example.com
    http:
      paths:
      - path: /
        pathType: Prefix
        backend: {{service: {{name: {name}, port: {{name: http}}}}}}
"""


def thousand(prefix, each=200, namespaces=10):
    """(files, number of objects)"""
    files = {"namespaces.yaml": "---\n".join(
        "apiVersion: v1\nkind: Namespace\n"
        f"metadata: {{name: {prefix}-{k}}}\n" for k in range(namespaces))}
    for i in range(each):
        ns = f"{prefix}-{i % namespaces}"
        files[f"apps/app-{i:03}.yaml"] = TEXT.format(
            name=f"app-{i:03}", ns=ns, i=i)
    return files, 5 * each + namespaces
