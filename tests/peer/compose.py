# SPDX-License-Identifier: Apache-2.0
"""Random trees with kustomizations, layer upon layer: what a seed makes is the
same every time.

Most of what is drawn is sound, so that a build has a chance to get to its end;
a little is odd on purpose, because that is where two implementations differ.
"""

import json
import random

NAMES = ["web", "api", "db", "cache"]
KINDS = ["Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Service",
         "ConfigMap", "Secret", "ServiceAccount", "Role", "RoleBinding",
         "ClusterRole", "ClusterRoleBinding", "Ingress", "PersistentVolumeClaim",
         "HorizontalPodAutoscaler", "NetworkPolicy", "PodDisruptionBudget",
         "Namespace", "Widget", "ValidatingWebhookConfiguration", "Pod"]
LABEL_KEYS = ["app", "tier", "example.com/team", "version"]
WORDS = ["web", "prod", "a-b", "1", "1.0", "true", "yes", "on", "null", "~",
         "", "x y", "0755", "1e3", "2024-01-02", "a: b", "#c", "'q'", '"d"',
         "long " * 18, "two\nlines\n", "tail\n", "  lead", "é", "=", "off",
         "0x1f", "1_000", "12:30", "-", "{a}", "[b]", "*", "&a", "!t", "%",
         "@", "`", ".5", "5.", "+1", "nan", ".inf", "y", "N", "|", ">"]
IMAGES = ["nginx", "nginx:1.25", "nginx@sha256:" + "a" * 64,
          "registry.example.com:5000/team/app:v1.2", "ghcr.io/a/b:latest",
          "busybox:1", "nginx:1.25@sha256:" + "b" * 64]


class Tree:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.files = {}
        self.made = {}  # objects, by kind, name and namespace
        self.count = 0

    # ---- small things ----

    def some(self, chance):
        return self.r.random() < chance

    def word(self, odd=0.15):
        return self.r.choice(WORDS) if self.some(odd) else self.r.choice(
            ["web", "prod", "blue", "v1", "team-a"])

    def label_value(self):
        return self.word(0.1).strip()

    def labels(self, n=2):
        keys = self.r.sample(LABEL_KEYS, self.r.randint(1, n))
        return {key: self.label_value() for key in keys}

    def scalar(self):
        return self.r.choice([
            lambda: self.word(0.5), lambda: self.r.randint(-5, 70000),
            lambda: self.r.random() < 0.5, lambda: 1.5, lambda: 0,
            lambda: 10 ** self.r.randint(0, 18), lambda: 1e21,
            lambda: "x"])()

    def file(self, suffix=".yaml"):
        self.count += 1
        return f"f{self.count}{suffix}"

    # ---- writing ----

    def quote(self, text):
        """A text in one of the ways in which YAML can have it."""
        if self.some(0.2):
            return json.dumps(text, ensure_ascii=self.some(0.5))
        if self.some(0.2) and "\n" not in text and text.isprintable():
            return "'" + text.replace("'", "''") + "'"
        if text.isalnum() and text[0].isalpha() and text.lower() not in (
                "yes", "no", "true", "false", "on", "off", "null", "y", "n",
                "nan"):
            return text
        return json.dumps(text)

    def dump(self, value, indent=0, flow=None):
        """YAML of a value; a list is indented under its key, or not."""
        if flow is None:
            flow = self.some(0.06)
        if isinstance(value, dict):
            if not value:
                return " {}\n"
            if flow:
                return " " + self.flow(value) + "\n"
            out = "\n" if indent else ""
            for key, inner in value.items():
                if self.some(0.02):
                    out += " " * indent + "# a comment\n"
                out += " " * indent + self.key(key) + ":" + self.dump(
                    inner, indent + 2)
            return out
        if isinstance(value, list):
            if not value:
                return " []\n"
            if flow:
                return " " + self.flow(value) + "\n"
            indent -= 0 if self.some(0.5) or indent < 2 else 2
            out = "\n"
            for inner in value:
                if isinstance(inner, (dict, list)) and inner:
                    text = self.dump(inner, indent + 2, flow=False)
                    body = text.lstrip("\n")
                    out += " " * indent + "- " + body[indent + 2:]
                else:
                    out += " " * indent + "-" + self.dump(inner, indent + 2)
            return out
        return " " + self.scalar_text(value) + "\n"

    def key(self, key):
        return key if key.replace("-", "").replace("/", "").replace(
            ".", "").replace("$", "").isalnum() and not key[0].isdigit() \
            and key.lower() not in ("y", "n", "on", "off", "yes", "no", "true",
                                    "false", "null") else json.dumps(key)

    def scalar_text(self, value):
        if value is None:
            return self.r.choice(["null", "~", ""]).strip() or "null"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str):
            return self.quote(value)
        return repr(value)

    def flow(self, value):
        if isinstance(value, dict):
            return "{" + ", ".join(
                json.dumps(key) + ": " + self.flow(inner)
                for key, inner in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(self.flow(inner) for inner in value) + "]"
        if isinstance(value, str):
            return json.dumps(value)
        return self.scalar_text(value)

    # ---- objects ----

    def container(self, name):
        c = {"name": name, "image": self.r.choice(IMAGES)}
        if self.some(0.4):
            c["env"] = [{"name": f"E{i}", "value": self.word()}
                        for i in range(self.r.randint(1, 3))]
            if self.some(0.3):
                c["env"].append({"name": "FROM", "valueFrom": {
                    self.r.choice(["configMapKeyRef", "secretKeyRef"]): {
                        "name": self.r.choice(NAMES), "key": "a"}}})
        if self.some(0.3):
            c["envFrom"] = [{self.r.choice(["configMapRef", "secretRef"]): {
                "name": self.r.choice(NAMES)}}]
        if self.some(0.3):
            c["ports"] = [{"containerPort": p, "protocol": q} for p, q in
                          self.r.sample([(80, "TCP"), (53, "UDP"),
                                         (53, "TCP"), (443, "TCP")], 2)]
        if self.some(0.2):
            c["args"] = [self.word(0.3) for _ in range(3)]
        if self.some(0.2):
            c["resources"] = {"limits": {"cpu": self.r.choice([1, "100m"]),
                                         "memory": "64Mi"}}
        if self.some(0.2):
            c["volumeMounts"] = [{"name": "v", "mountPath": "/v"}]
        return c

    def pod_spec(self):
        spec = {"containers": [self.container(n) for n in self.r.sample(
            ["main", "side", "log"], self.r.randint(1, 2))]}
        if self.some(0.2):
            spec["initContainers"] = [self.container("init")]
        if self.some(0.3):
            spec["serviceAccountName"] = self.r.choice(NAMES)
        if self.some(0.3):
            spec["volumes"] = [self.r.choice([
                {"name": "v", "configMap": {"name": self.r.choice(NAMES)}},
                {"name": "v", "secret": {"secretName": self.r.choice(NAMES)}},
                {"name": "v", "persistentVolumeClaim": {
                    "claimName": self.r.choice(NAMES)}},
                {"name": "v", "projected": {"sources": [
                    {"configMap": {"name": self.r.choice(NAMES)}},
                    {"secret": {"name": self.r.choice(NAMES)}}]}},
                {"name": "v", "emptyDir": {}}])]
        if self.some(0.15):
            spec["imagePullSecrets"] = [{"name": self.r.choice(NAMES)}]
        if self.some(0.15):
            spec["tolerations"] = [{"key": "k", "operator": "Exists"}]
        if self.some(0.1):
            spec["nodeSelector"] = {"disk": "ssd"}
        return spec

    def template(self):
        t = {"metadata": {"labels": self.labels()}, "spec": self.pod_spec()}
        if self.some(0.1):
            del t["metadata"]
        return t

    def spec_of(self, kind):
        pick = self.r.choice
        if kind in ("Deployment", "StatefulSet", "DaemonSet"):
            s = {"template": self.template()}
            if self.some(0.6):
                s["selector"] = {"matchLabels": self.labels()}
            if kind != "DaemonSet" and self.some(0.6):
                s["replicas"] = self.r.randint(0, 5)
            if kind == "StatefulSet":
                s["serviceName"] = pick(NAMES)
                if self.some(0.4):
                    s["volumeClaimTemplates"] = [
                        {"metadata": {"name": "data", "labels": self.labels()},
                         "spec": {"storageClassName": "fast"}}]
            return {"spec": s}
        if kind == "CronJob":
            return {"spec": {"schedule": "*/5 * * * *", "jobTemplate": {
                "spec": {"template": self.template()}}}}
        if kind == "Job":
            return {"spec": {"template": self.template()}}
        if kind == "Pod":
            return {"spec": self.pod_spec()}
        if kind == "Service":
            s = {"ports": [{"port": 80, "targetPort": pick(["http", 8080])}]}
            if self.some(0.7):
                s["selector"] = self.labels()
            if self.some(0.3):
                s["ports"].append({"port": 443, "protocol": "TCP",
                                   "name": "tls"})
            return {"spec": s}
        if kind == "ConfigMap":
            return {"data": {k: self.word(0.4) for k in
                             self.r.sample(["a", "b", "c.txt", "yes"], 2)}}
        if kind == "Secret":
            return {"type": "Opaque", pick(["data", "stringData"]): {
                "a": pick(["YWJj", "eA=="])}}
        if kind in ("Role", "ClusterRole"):
            rule = {"apiGroups": [""], "resources": ["configmaps"],
                    "verbs": ["get"]}
            if self.some(0.5):
                rule["resourceNames"] = self.r.sample(NAMES, 2)
            return {"rules": [rule]}
        if kind in ("RoleBinding", "ClusterRoleBinding"):
            return {"roleRef": {"apiGroup": "rbac.authorization.k8s.io",
                                "kind": pick(["Role", "ClusterRole"]),
                                "name": pick(NAMES)},
                    "subjects": [self.subject() for _ in range(2)]}
        if kind == "Ingress":
            return {"spec": {"rules": [{"host": "a.example.com", "http": {
                "paths": [{"path": "/", "pathType": "Prefix", "backend": {
                    "service": {"name": pick(NAMES),
                                "port": {"number": 80}}}}]}}],
                "tls": [{"hosts": ["a.example.com"],
                         "secretName": pick(NAMES)}]}}
        if kind == "PersistentVolumeClaim":
            return {"spec": {"volumeName": pick(NAMES),
                             "storageClassName": "fast"}}
        if kind == "HorizontalPodAutoscaler":
            return {"spec": {"maxReplicas": 3, "scaleTargetRef": {
                "apiVersion": "apps/v1",
                "kind": pick(["Deployment", "StatefulSet"]),
                "name": pick(NAMES)}}}
        if kind == "NetworkPolicy":
            return {"spec": {"podSelector": {"matchLabels": self.labels()},
                             "ingress": [{"from": [{"podSelector": {
                                 "matchLabels": self.labels()}}]}]}}
        if kind == "PodDisruptionBudget":
            return {"spec": {"minAvailable": 1, "selector": {
                "matchLabels": self.labels()}}}
        if kind == "Widget":
            return {"spec": {"size": self.scalar(), "list": [
                {"name": n, "value": self.scalar()} for n in ("p", "q")],
                "image": pick(IMAGES), "nested": {"deep": {
                    "er": self.scalar()}}, "numbers": [1, 2, 3],
                "ref": {"name": pick(NAMES)}}}
        if kind == "ValidatingWebhookConfiguration":
            return {"webhooks": [{"name": "a.example.com", "clientConfig": {
                "service": {"name": pick(NAMES), "namespace": pick(
                    ["default", "prod", "system"])}}}]}
        return {}

    def subject(self):
        s = {"kind": self.r.choice(["ServiceAccount", "User"]),
             "name": self.r.choice(NAMES + ["default"])}
        if self.some(0.6):
            s["namespace"] = self.r.choice(["default", "prod", "other"])
        return s

    def api_version(self, kind):
        return {
            "Deployment": "apps/v1", "StatefulSet": "apps/v1",
            "DaemonSet": "apps/v1", "CronJob": "batch/v1", "Job": "batch/v1",
            "Role": "rbac.authorization.k8s.io/v1",
            "ClusterRole": "rbac.authorization.k8s.io/v1",
            "RoleBinding": "rbac.authorization.k8s.io/v1",
            "ClusterRoleBinding": "rbac.authorization.k8s.io/v1",
            "Ingress": "networking.k8s.io/v1",
            "NetworkPolicy": "networking.k8s.io/v1",
            "HorizontalPodAutoscaler": "autoscaling/v2",
            "PodDisruptionBudget": "policy/v1",
            "Widget": "example.com/v1",
            "ValidatingWebhookConfiguration":
                "admissionregistration.k8s.io/v1"}.get(kind, "v1")

    def object(self, kind, name, namespace):
        o = {"apiVersion": self.api_version(kind), "kind": kind,
             "metadata": {"name": name}}
        if namespace:
            o["metadata"]["namespace"] = namespace
        if self.some(0.4):
            o["metadata"]["labels"] = self.labels()
        if self.some(0.3):
            o["metadata"]["annotations"] = {
                k: self.word(0.3) for k in
                self.r.sample(["note", "example.com/a", "b"], 2)}
        if self.some(0.02):
            o["metadata"]["annotations"] = {
                "config.kubernetes.io/local-config":
                    self.r.choice(["true", "false"])}
        o.update(self.spec_of(kind))
        return o

    # ---- what is done to objects ----

    def selector(self, ids):
        kind, name, namespace = self.r.choice(ids)
        s = {}
        if self.some(0.6):
            s["kind"] = kind if self.some(0.8) else self.r.choice(
                ["Deployment|StatefulSet", ".*Set", "Conf.*"])
        if self.some(0.6):
            s["name"] = name if self.some(0.7) else self.r.choice(
                ["w.*", "(web|api)", ".*", "we"])
        if namespace and self.some(0.3):
            s["namespace"] = namespace
        if self.some(0.15):
            s["labelSelector"] = self.r.choice(
                ["app", "app=web", "tier in (a, prod)", "!app",
                 "app!=web,tier"])
        if self.some(0.1):
            s["annotationSelector"] = "note"
        if self.some(0.2):
            s["group"] = self.api_version(kind).rpartition("/")[0]
        return s or {"kind": kind}

    def merge_patch(self, kind, name, namespace):
        p = {"apiVersion": self.api_version(kind), "kind": kind,
             "metadata": {"name": name}}
        if namespace:
            p["metadata"]["namespace"] = namespace
        if self.some(0.3):
            p["metadata"]["labels"] = {"app": self.r.choice(
                [None, "patched"]), "new": "1"}
        if self.some(0.2):
            p["metadata"]["annotations"] = {"note": self.r.choice(
                [None, "x", "1"])}
        if self.some(0.05):
            p["$patch"] = self.r.choice(["delete", "replace", "merge"])
            return p
        if kind in ("Deployment", "StatefulSet", "DaemonSet"):
            p["spec"] = self.patch_of_workload()
        elif kind == "ConfigMap":
            p["data"] = {"a": self.r.choice([None, "new", "1"]), "z": "z"}
        elif kind == "Service":
            p["spec"] = {"ports": [self.r.choice([
                {"port": 80, "name": "http"}, {"port": 9090},
                {"$patch": "replace"}, {"$patch": "delete", "port": 80}])]}
        elif kind == "Widget":
            p["spec"] = self.r.choice([
                {"list": [{"name": "p", "extra": 1}]},
                {"nested": {"deep": None}}, {"numbers": []},
                {"nested": {"$patch": "replace", "n": 1}},
                {"size": None, "list": None}])
        elif kind == "Ingress":
            p["spec"] = {"tls": None}
        return p

    def patch_of_workload(self):
        pod = {}
        if self.some(0.7):
            c = {"name": self.r.choice(["main", "side", "log", "fresh"])}
            if self.some(0.5):
                c["image"] = self.r.choice(IMAGES)
            if self.some(0.4):
                c["env"] = self.r.choice([
                    [{"name": "E0", "value": "patched"}],
                    [{"name": "E1", "$patch": "delete"}],
                    [{"$patch": "replace"}, {"name": "N", "value": "1"}],
                    [], None])
            if self.some(0.3):
                c["ports"] = [self.r.choice([
                    {"containerPort": 80, "name": "http"},
                    {"containerPort": 53, "protocol": "UDP", "name": "dns"},
                    {"containerPort": 99}])]
            if self.some(0.2):
                c["args"] = ["replaced"]
            if self.some(0.15):
                c["resources"] = None
            if self.some(0.1):
                c["$patch"] = "delete"
            pod["containers"] = [c]
            if self.some(0.2):
                pod["containers"].append(self.container("fresh2"))
        if self.some(0.2):
            pod["volumes"] = [{"name": self.r.choice(["v", "w"]),
                               "emptyDir": {}}]
        if self.some(0.1):
            pod["tolerations"] = [{"key": "z"}]
        if self.some(0.1):
            pod["nodeSelector"] = {"disk": None, "zone": "a"}
        if self.some(0.1):
            pod["serviceAccountName"] = None
        spec = {"template": {"spec": pod}} if pod else {}
        if self.some(0.3):
            spec["replicas"] = self.r.choice([7, None, "3"])
        return spec

    def operations(self, one):
        made = self.made[one]
        fit = [
            {"op": "add", "path": "/metadata/labels", "value": {"j": "1"}},
            {"op": "add", "path": "/metadata/annotations",
             "value": {"a/b": self.word()}},
            {"op": "replace", "path": "/metadata/name", "value": "renamed"},
            {"op": "add", "path": "/extra",
             "value": [1, {"a": None}, self.scalar()]},
            {"op": "test", "path": "/kind", "value": one[0]},
            {"op": "copy", "from": "/metadata/name", "path": "/copied"},
            {"op": "move", "from": "/kind", "path": "/kind"}]
        if "spec" in made:
            fit += [{"op": "add", "path": "/spec/x", "value": self.scalar()},
                    {"op": "replace", "path": "/spec",
                     "value": {"x": self.scalar()}}]
            if "template" in made["spec"]:
                fit += [{"op": "add",
                         "path": "/spec/template/spec/containers/0/image",
                         "value": "patched:1"},
                        {"op": "add",
                         "path": "/spec/template/spec/containers/-",
                         "value": {"name": "added", "image": "added"}},
                        {"op": "remove",
                         "path": "/spec/template/spec/containers/0"},
                        {"op": "copy",
                         "from": "/spec/template/spec/containers/0",
                         "path": "/spec/template/spec/containers/-"}]
            if "replicas" in made["spec"]:
                fit.append({"op": "replace", "path": "/spec/replicas",
                            "value": self.scalar()})
        if "data" in made:
            fit += [{"op": "remove", "path": "/data"},
                    {"op": "add", "path": "/data/b~1c", "value": "x"}]
        odd = [{"op": "remove", "path": "/nowhere"},
               {"op": "add", "path": "/a/b", "value": 1},
               {"op": "replace", "path": "/nowhere", "value": None},
               {"op": "test", "path": "/kind", "value": 1}]
        return [self.r.choice(odd if self.some(0.03) else fit)
                for _ in range(self.r.randint(1, 3))]

    def patch(self, ids):
        one = kind, name, namespace = self.r.choice(ids)
        entry = {}
        if self.some(0.3):
            text = self.dump(self.operations(one)).lstrip("\n")
            if self.some(0.2):
                text = json.dumps(self.operations(one))
            entry["target"] = {"kind": kind, "name": name} \
                if self.some(0.9) else self.selector(ids)
        else:
            text = self.dump(self.merge_patch(kind, name, namespace))
            if self.some(0.3):
                entry["target"] = self.selector(ids)
            elif self.some(0.15):
                more = self.r.choice(ids)
                text += "---\n" + self.dump(self.merge_patch(*more))
            if self.some(0.1):
                entry["options"] = {"allowNameChange": True}
            if self.some(0.05):
                entry["options"] = {"allowKindChange": True}
        if self.some(0.4):
            name = self.file()
            self.put(name, text)
            entry["path"] = name
        else:
            entry["patch"] = text
        return entry

    def put(self, name, text):
        self.files[self.dir + name] = text

    def generator(self, secret, names):
        self.count += 1
        g = {"name": self.r.choice(NAMES) if self.some(0.1)
             else f"gen{self.count}"}
        if names and self.some(0.3):
            g["name"] = self.r.choice(names)
            g["behavior"] = self.r.choice(["merge", "replace", "create"])
        if self.some(0.15):
            g["namespace"] = "prod"
        if self.some(0.7):
            g["literals"] = [f"L{i}={self.word(0.4)}".replace("\n", " ")
                             for i in range(self.r.randint(1, 3))]
        if self.some(0.3):
            name = self.file(".txt")
            self.put(name, self.r.choice(
                ["text\n", "two\nlines", "", "tab\there\n", " \n", "é\n",
                 "x" * 100, "trail  \n"]))
            g["files"] = [name if self.some(0.5) else "key.txt=" + name]
        if self.some(0.2):
            name = self.file(".env")
            self.put(name, "# env\nA=1\nB = two \n\nC=\"q\"\n")
            g["envs"] = [name]
        if self.some(0.3):
            g["options"] = {k: v for k, v in {
                "disableNameSuffixHash": self.some(0.4),
                "immutable": self.some(0.3),
                "labels": self.labels(),
                "annotations": {"g": "1"}}.items() if self.some(0.5)}
        if secret and self.some(0.3):
            g["type"] = "kubernetes.io/tls"
        return g

    def paths_of(self, value, prefix=""):
        """Every path in a value, as replacements name them."""
        found = []
        for key, inner in value.items():
            part = key if "." not in key and "/" not in key else f"[{key}]"
            path = prefix + part
            found.append(path)
            if isinstance(inner, dict):
                found += self.paths_of(inner, path + ".")
            elif isinstance(inner, list) and inner:
                at = self.r.randrange(len(inner))
                member = inner[at]
                steps = [str(at), "*"]
                if isinstance(member, dict) and isinstance(
                        member.get("name"), str):
                    steps.append(f"[name={member['name']}]")
                step = f"{path}.{self.r.choice(steps)}"
                found.append(step)
                if isinstance(member, dict):
                    found += self.paths_of(member, step + ".")
        return found

    def replacement(self, ids):
        one = kind, name, namespace = self.r.choice(ids)
        source = {"kind": kind, "name": name}
        if self.some(0.7):
            source["fieldPath"] = self.r.choice(
                [p for p in self.paths_of(self.made[one])
                 if "*" not in p and "note" not in p and not p.endswith(
                     ("metadata", "metadata.annotations"))])
        if self.some(0.15):
            source["options"] = {"delimiter": self.r.choice([":", "-", "/"]),
                                 "index": self.r.choice([0, 0, 1])}
        targets = []
        for _ in range(self.r.randint(1, 2)):
            kind, name, _ = other = self.r.choice(ids)
            create = self.some(0.3)
            paths = [p for p in self.paths_of(self.made[other])
                     if not p.endswith(("metadata", ".annotations", ".labels",
                                        "apiVersion", "kind"))
                     or self.some(0.02)]
            if create:
                paths = ["metadata.labels.app", "metadata.annotations.note",
                         "metadata.annotations.[example.com/a]",
                         "spec.template.spec.containers.0.env.[name=E0].value",
                         "spec.list.[name=p].value", "spec.made.here",
                         "data.a"]
            target = {"select": {"kind": kind, "name": name}
                      if self.some(0.8) else self.selector(ids),
                      "fieldPaths": [self.r.choice(paths)]}
            if self.some(0.2):
                target["reject"] = [self.selector(ids)]
            options = {}
            if create:
                options["create"] = True
            if self.some(0.25):
                options["delimiter"] = self.r.choice([":", "-"])
                options["index"] = self.r.choice([0, 1, 2, -1])
            if options:
                target["options"] = options
            targets.append(target)
        if self.some(0.1):
            return {"sourceValue": self.word(), "targets": targets}
        return {"source": source, "targets": targets}

    def transformer(self, ids):
        spec = [{"path": "metadata/labels", "create": True}]
        kind, body = self.r.choice([
            ("LabelTransformer", {"labels": {"t": "1", "u": "x"},
                                  "fieldSpecs": spec}),
            ("AnnotationsTransformer",
             {"annotations": {"t": "1"}, "fieldSpecs": [
                 {"path": "metadata/annotations", "create": True}]}),
            ("PrefixTransformer", {"prefix": "t-", "fieldSpecs": [
                {"path": "metadata/name"}]}),
            ("SuffixTransformer", {"suffix": "-t", "fieldSpecs": [
                {"path": "metadata/name", "kind": "ConfigMap"}]}),
            ("NamespaceTransformer", {
                "metadata": {"name": "x", "namespace": "moved"},
                "unsetOnly": self.some(0.5),
                "setRoleBindingSubjects": self.r.choice(
                    ["defaultOnly", "allServiceAccounts", "none"]),
                "fieldSpecs": [{"path": "metadata/namespace",
                                "create": True}]}),
            ("ImageTagTransformer", {
                "imageTag": {"name": "nginx", "newTag": "t"},
                "fieldSpecs": [{"path": "spec/image"}]}),
            ("ReplicaCountTransformer", {
                "replica": {"name": ids[0][1], "count": 9},
                "fieldSpecs": [{"path": "spec/replicas", "create": True,
                                "kind": ids[0][0]}]}),
            ("PatchTransformer", {
                "target": self.selector(ids),
                "patch": '[{"op": "add", "path": "/t", "value": 1}]'}),
        ])
        out = {"apiVersion": "builtin", "kind": kind,
               "metadata": {"name": f"t{self.count}"}}
        self.count += 1
        out.update(body)
        return out

    # ---- layers ----

    def decorate(self, k, ids, names):
        """Fields that change what is there."""
        def field(key, chance, make):
            if self.some(chance):
                k[key] = make()

        field("namePrefix", 0.3, lambda: self.r.choice(["p-", "pre-", "x"]))
        field("nameSuffix", 0.2, lambda: self.r.choice(["-s", "-v1"]))
        field("namespace", 0.3, lambda: self.r.choice(["prod", "staging"]))
        field("commonLabels", 0.15, self.labels)
        field("commonAnnotations", 0.2,
              lambda: {"note": self.word(), "c": "1"})
        field("labels", 0.3, lambda: [
            {x: y for x, y in {
                "pairs": self.labels(), "includeSelectors": self.some(0.5),
                "includeTemplates": self.some(0.5)}.items()}
            for _ in range(self.r.randint(1, 2))])
        if "labels" in k and self.some(0.2):
            k["labels"][0]["fields"] = [
                {"path": "spec/extra/labels", "create": self.some(0.7),
                 "kind": "Widget"}]
        field("images", 0.3, lambda: [
            {x: y for x, y in {
                "name": self.r.choice(["nginx", "busybox", "ghcr.io/a/b",
                                       "registry.example.com:5000/team/app"]),
                "newName": "mirror.example.com/n", "newTag": self.r.choice(
                    ["v9", "1.0", "9"]),
                "digest": "sha256:" + "c" * 64}.items()
             if x == "name" or self.some(0.4)}
            for _ in range(self.r.randint(1, 2))])
        scaled = [n for kind, n, _ in ids
                  if kind in ("Deployment", "StatefulSet")] or (
                      ["nobody"] if self.some(0.02) else [])
        field("replicas", 0.2 if scaled else 0, lambda: [
            {"name": self.r.choice(scaled), "count": 4}])
        field("patches", 0.45, lambda: [
            self.patch(ids) for _ in range(self.r.randint(1, 2))])
        if self.some(0.08):
            k["patchesStrategicMerge"] = [
                self.dump(self.merge_patch(*self.r.choice(ids)))]
        if self.some(0.08):
            kind, name, _ = one = self.r.choice(ids)
            k["patchesJson6902"] = [{
                "target": {"version": "v1", "kind": kind, "name": name},
                "patch": self.dump(self.operations(one)).lstrip("\n")}]
        field("configMapGenerator", 0.3, lambda: [
            self.generator(False, names) for _ in range(
                self.r.randint(1, 2))])
        field("secretGenerator", 0.15, lambda: [
            self.generator(True, names)])
        field("generatorOptions", 0.1, lambda: {
            "disableNameSuffixHash": self.some(0.5),
            "labels": {"go": "1"}})
        field("replacements", 0.25, lambda: [
            self.replacement(ids) for _ in range(self.r.randint(1, 2))])
        field("transformers", 0.12, lambda: [
            self.dump(self.transformer(ids))])
        if self.some(0.06):
            k["vars"] = [{"name": "V", "objref": {
                "apiVersion": self.api_version(kind), "kind": kind,
                "name": name}} for kind, name, _ in [self.r.choice(ids)]]
        if self.some(0.06):
            self.put("conf.yaml", self.r.choice([
                "nameReference:\n- kind: ConfigMap\n  fieldSpecs:\n"
                "  - path: spec/ref/name\n    kind: Widget\n",
                "commonLabels:\n- path: spec/more\n  create: true\n"
                "  kind: Widget\n",
                "images:\n- path: spec/image\n  kind: Widget\n",
                "namePrefix:\n- path: metadata/name\n  kind: ConfigMap\n",
                "varReference:\n- path: data\n  kind: ConfigMap\n"]))
            k["configurations"] = ["conf.yaml"]

    def base(self, path):
        self.dir = path + "/" if path else ""
        namespace = self.r.choice([None, None, "prod", "default"])
        ids = []
        for _ in range(self.r.randint(2, 6)):
            one = (self.r.choice(KINDS), self.r.choice(NAMES))
            if one not in [i[:2] for i in ids + list(self.made)]:
                ids.append(one + (namespace if self.some(0.7) else None,))
        ids = [(kind, name, None if kind in (
            "ClusterRole", "ClusterRoleBinding", "Namespace",
            "ValidatingWebhookConfiguration") else ns)
            for kind, name, ns in ids]
        objects = [self.object(*i) for i in ids]
        self.made.update(zip(ids, objects))
        resources = []
        while objects:
            some, objects = objects[:2], objects[2:]
            name = self.file(".json" if self.some(0.05) else ".yaml")
            if name.endswith(".json"):
                self.put(name, json.dumps(some[0]))
                objects = some[1:] + objects
            elif self.some(0.06):
                self.put(name, self.dump({"apiVersion": "v1", "kind": "List",
                                          "items": some}))
            else:
                self.put(name, self.r.choice(["", "---\n"]) + "---\n".join(
                    self.dump(o) for o in some))
            resources.append(name)
        k = {"resources": resources}
        if self.some(0.3):
            k = {"apiVersion": "kustomize.config.k8s.io/v1beta1",
                 "kind": "Kustomization", **k}
        if self.some(0.5):
            self.decorate(k, ids, [n for kind, n, _ in ids
                                   if kind == "ConfigMap"])
        self.put(self.r.choice(["kustomization.yaml"] * 8 +
                               ["kustomization.yml", "Kustomization"]),
                 self.dump(k, flow=False))
        return ids

    def component(self, path, ids, names):
        self.dir = path + "/"
        k = {"apiVersion": "kustomize.config.k8s.io/v1alpha1",
             "kind": "Component"}
        self.decorate(k, ids, names)
        self.put("kustomization.yaml", self.dump(k, flow=False))

    def overlay(self, path, bases, ids, components):
        self.dir = path + "/"
        names = [n for kind, n, _ in ids if kind == "ConfigMap"]
        k = {"resources": ["../" + b for b in bases]}
        if components:
            k["components"] = ["../" + c for c in components]
        self.decorate(k, ids, names)
        if self.some(0.1):
            k["sortOptions"] = self.r.choice([
                {"order": "fifo"}, {"order": "legacy"},
                {"order": "legacy", "legacySortOptions": {
                    "orderFirst": ["Service", "ConfigMap"],
                    "orderLast": ["Deployment"]}}])
        if self.some(0.08):
            k["buildMetadata"] = self.r.sample(
                ["originAnnotations", "transformerAnnotations",
                 "managedByLabel"], 2)
        self.put("kustomization.yaml", self.dump(k, flow=False))


def compose(seed):
    """The files of a tree, and the directory to build."""
    t = Tree(seed)
    bases, ids = [], []
    for i in range(t.r.choice([1, 1, 1, 2])):
        bases.append(f"base{i}")
        ids += t.base(bases[-1])
    if t.some(0.2):
        return t.files, "base0"
    components = []
    if t.some(0.25):
        components = ["comp"]
        t.component("comp", ids, [n for kind, n, _ in ids
                                  if kind == "ConfigMap"])
    t.overlay("over", bases, ids, components)
    top = "over"
    if t.some(0.25):
        t.overlay("top", ["over"], ids, [])
        top = "top"
    return t.files, top
