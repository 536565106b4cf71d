# SPDX-License-Identifier: Apache-2.0
"""What others do to objects: random writes by random managers, in all the
ways that an API server has, and objects of many shapes to do them to."""

import copy
import json

from bed.api import ApiError

MANAGERS = ("alice", "bob", "kubectl-edit", "kubectl-client-side-apply")

# Fields by which items of lists are told apart, kept in what is applied.
KEYS = {"name", "port", "protocol", "containerPort", "mountPath", "key",
        "topologyKey", "whenUnsatisfiable", "ip", "id"}

# Not to be written, or not by anybody but the server.
OWN = {"name", "namespace", "uid", "resourceVersion", "generation",
       "creationTimestamp", "managedFields", "selfLink"}

SPELLINGS = [{"1", "1000m", "1.0"}, {"500m", "0.5"}, {"1Gi", "1024Mi"},
             {"128Mi", "131072Ki"}, {"0", "0m"}]


# ---- objects ----

def crd(group, kind, spec, more=None):
    """A kind whose spec has this schema."""
    plural = kind.lower() + "s"
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group, "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural,
                      "singular": kind.lower()},
            "versions": [{
                "name": "v1", "served": True, "storage": True,
                "subresources": {"status": {}},
                "schema": {"openAPIV3Schema": {
                    "type": "object",
                    "properties": {
                        "spec": spec,
                        "status": {
                            "type": "object",
                            "x-kubernetes-preserve-unknown-fields": True},
                        **(more or {})}}}}]}}


STRING, INTEGER = {"type": "string"}, {"type": "integer"}
ENTRY = {"type": "object", "required": ["name"], "properties": {
    "name": STRING, "value": STRING,
    "weight": {"type": "integer", "default": 7}}}
OPEN = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}


def struct(**properties):
    return {"type": "object", "properties": properties}


def items(schema, **markers):
    return {"type": "array", "items": schema,
            **{f"x-kubernetes-{k.replace('_', '-')}": v
               for k, v in markers.items()}}


# By kind: the schema of its spec, and a wish.
CUSTOM = {
    "Plain": (
        struct(size=INTEGER, mode={"type": "string", "default": "fast"},
               on={"type": "boolean"}, words=items(STRING),
               entries=items(ENTRY),
               deep=struct(a=struct(b=STRING, c={"type": "integer",
                                                 "default": 3}))),
        {"size": 3, "on": False, "words": ["x", "y"],
         "entries": [{"name": "a", "value": "1"}, {"name": "b"}],
         "deep": {"a": {"b": "text"}}}),
    "Keyed": (
        struct(entries=items(ENTRY, list_type="map",
                             list_map_keys=["name"]),
               ports=items({"type": "object", "required": ["port"],
                            "properties": {
                                "port": INTEGER, "text": STRING,
                                "protocol": {"type": "string",
                                             "default": "TCP"}}},
                           list_type="map",
                           list_map_keys=["port", "protocol"])),
        {"entries": [{"name": "b", "value": "2"}, {"name": "a"},
                     {"name": "c", "value": ""}],
         "ports": [{"port": 80, "text": "web"},
                   {"port": 53, "protocol": "UDP"}]}),
    "Uniq": (
        struct(words=items(STRING, list_type="set"),
               numbers=items(INTEGER, list_type="set"),
               none=items(STRING, list_type="set")),
        {"words": ["b", "a", "c"], "numbers": [3, 1], "none": []}),
    "Solid": (
        struct(limits={**struct(cpu=STRING, memory=STRING),
                       "x-kubernetes-map-type": "atomic"},
               defaulted={**struct(a=STRING, b={"type": "string",
                                                "default": "x"}),
                          "x-kubernetes-map-type": "atomic"},
               words=items(STRING, list_type="atomic"),
               entries=items({**ENTRY, "x-kubernetes-map-type": "atomic"},
                             list_type="map", list_map_keys=["name"]),
               void=items(STRING, list_type="atomic")),
        {"limits": {"cpu": "1"}, "defaulted": {"a": "1"},
         "words": ["a", "b"], "void": [],
         "entries": [{"name": "a", "value": "1"}, {"name": "b"}]}),
    "Loose": (
        OPEN,
        {"a": {"b": {"c": 1, "d": "x"}, "e": {}}, "list": [1, {"x": "y"}],
         "zero": 0, "empty": "", "none": [], "text": "1000m"}),
    "Mapped": (
        struct(labels={"type": "object", "additionalProperties": STRING},
               groups={"type": "object", "additionalProperties":
                       struct(size=INTEGER, mode=STRING,
                              none=items(STRING, list_type="set"))},
               lists={"type": "object", "additionalProperties":
                      items(ENTRY, list_type="map",
                            list_map_keys=["name"])},
               any={"x-kubernetes-int-or-string": True},
               maybe={"type": "string", "nullable": True},
               embedded={**OPEN}),
        {"labels": {"a": "1", "b": "2"},
         "groups": {"x": {"size": 1, "mode": "m"}, "y": {"size": 2},
                    "z": {"none": []}},
         "lists": {"l": [{"name": "a"}, {"name": "b", "value": "1"}]},
         "any": "25%", "maybe": "x", "embedded": {"q": {"r": 1}}}),
}

POD = {
    "hostNetwork": False, "terminationGracePeriodSeconds": 30,
    "nodeSelector": {"disk": "ssd"}, "securityContext": {},
    "tolerations": [{"key": "a", "operator": "Exists"}],
    "topologySpreadConstraints": [
        {"maxSkew": 1, "topologyKey": "zone",
         "whenUnsatisfiable": "ScheduleAnyway",
         "labelSelector": {"matchLabels": {"app": "web"}}}],
    "volumes": [{"name": "tmp", "emptyDir": {}},
                {"name": "conf", "configMap": {"name": "c"}}],
    "containers": [
        {"name": "web", "image": "nginx:1", "args": ["-v", "--x=1"],
         "ports": [{"name": "http", "containerPort": 8080},
                   {"containerPort": 53, "protocol": "UDP"}],
         "env": [{"name": "A", "value": "1"}, {"name": "B", "value": ""},
                 {"name": "POD", "valueFrom": {
                     "fieldRef": {"fieldPath": "metadata.name"}}}],
         "resources": {"requests": {"cpu": "1000m", "memory": "128Mi"},
                       "limits": {"cpu": 2, "memory": "1Gi"}},
         "readinessProbe": {"httpGet": {"path": "/", "port": "http"},
                            "periodSeconds": 5},
         "volumeMounts": [{"name": "tmp", "mountPath": "/tmp",
                           "readOnly": False}],
         "securityContext": {"runAsNonRoot": True,
                             "capabilities": {"drop": ["ALL"]}}},
        {"name": "side", "image": "busybox"}]}

# apiVersion, kind, collection, and what it has besides metadata.
BUILT_IN = [
    ("v1", "ConfigMap", "configmaps",
     {"data": {"a": "1", "b": "two\n", "c": ""},
      "binaryData": {"bin": "AAEC"}}),
    ("v1", "Secret", "secrets",
     {"type": "Opaque", "data": {"a": "YQ==", "b": "Yg=="}}),
    ("v1", "Secret", "secrets",
     {"stringData": {"a": "CANARY-one", "b": "CANARY-two"},
      "data": {"c": "Yw=="}}),
    ("v1", "Service", "services",
     {"spec": {"selector": {"app": "web"}, "type": "ClusterIP",
               "ports": [{"name": "http", "port": 80, "targetPort": "http"},
                         {"name": "dns", "port": 53, "protocol": "UDP"}]}}),
    ("v1", "ServiceAccount", "serviceaccounts",
     {"automountServiceAccountToken": False,
      "imagePullSecrets": [{"name": "one"}, {"name": "two"}]}),
    ("v1", "ResourceQuota", "resourcequotas",
     {"spec": {"hard": {"cpu": "1000", "memory": "1024Gi",
                        "pods": "100"}}}),
    ("v1", "LimitRange", "limitranges",
     {"spec": {"limits": [{"type": "PersistentVolumeClaim",
                           "max": {"storage": "1024Mi"}}]}}),
    ("apps/v1", "Deployment", "deployments",
     {"spec": {"replicas": 2, "minReadySeconds": 0,
               "selector": {"matchLabels": {"app": "web"}},
               "template": {"metadata": {"labels": {"app": "web"}},
                            "spec": POD}}}),
    ("apps/v1", "StatefulSet", "statefulsets",
     {"spec": {"serviceName": "web", "replicas": 0,
               "selector": {"matchLabels": {"app": "web"}},
               "template": {"metadata": {"labels": {"app": "web"}},
                            "spec": POD}}}),
    ("batch/v1", "CronJob", "cronjobs",
     {"spec": {"schedule": "@daily", "suspend": False,
               "jobTemplate": {"spec": {"template": {"spec": {
                   "restartPolicy": "Never", "containers": [
                       {"name": "job", "image": "busybox",
                        "command": ["true"]}]}}}}}}),
    ("networking.k8s.io/v1", "Ingress", "ingresses",
     {"spec": {"tls": [{"hosts": ["a.example.com"], "secretName": "s"}],
               "rules": [{"host": "a.example.com", "http": {"paths": [
                   {"path": "/", "pathType": "Prefix", "backend": {
                       "service": {"name": "web",
                                   "port": {"number": 80}}}}]}}]}}),
    ("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies",
     {"spec": {"podSelector": {}, "policyTypes": ["Ingress"],
               "ingress": [{"ports": [{"port": 80}]}]}}),
    ("rbac.authorization.k8s.io/v1", "Role", "roles",
     {"rules": [{"apiGroups": [""], "resources": ["pods"],
                 "verbs": ["get", "list"]}]}),
    ("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings",
     {"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role",
                  "name": "r"},
      "subjects": [{"kind": "ServiceAccount", "name": "web"},
                   {"kind": "User", "name": "u"}]}),
    ("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets",
     {"spec": {"maxUnavailable": "25%",
               "selector": {"matchLabels": {"app": "web"}}}}),
    ("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers",
     {"spec": {"scaleTargetRef": {"apiVersion": "apps/v1",
                                  "kind": "Deployment", "name": "web"},
               "minReplicas": 1, "maxReplicas": 5,
               "metrics": [{"type": "Resource", "resource": {
                   "name": "memory", "target": {
                       "type": "AverageValue",
                       "averageValue": "1024Mi"}}}]}}),
]


class Target:
    """A wanted object, and where it lives."""

    def __init__(self, namespace, version, kind, plural, name, rest):
        self.wish = {"apiVersion": version, "kind": kind,
                     "metadata": {"name": name, "namespace": namespace,
                                  "labels": {"app": "web", "tier": "back"},
                                  "annotations": {"note": "a"}},
                     **copy.deepcopy(rest)}
        root = "/apis" if "/" in version else "/api"
        self.collection = f"{root}/{version}/namespaces/{namespace}/{plural}"
        self.path = f"{self.collection}/{name}"
        self.key = (kind, name)


def targets(namespace, group, each):
    """`each` objects of every shape, after their definitions."""
    found = []
    for number in range(each):
        for i, (version, kind, plural, rest) in enumerate(BUILT_IN):
            found.append(Target(namespace, version, kind, plural,
                                f"{kind.lower()}-{i}-{number}", rest))
        for kind, (_, spec) in CUSTOM.items():
            found.append(Target(namespace, f"{group}/v1", kind,
                                kind.lower() + "s",
                                f"{kind.lower()}-{number}", {"spec": spec}))
    return [crd(group, kind, spec)
            for kind, (spec, _) in CUSTOM.items()], found


# ---- places in objects ----

def places(value, at=()):
    """The path of every value in it."""
    inner = (value.items() if isinstance(value, dict) else
             enumerate(value) if isinstance(value, list) else ())
    for key, member in inner:
        yield (*at, key)
        yield from places(member, (*at, key))


def open_places(thing):
    """Those that somebody may write."""
    return [at for at in places(thing)
            if at[0] not in ("apiVersion", "kind", "status")
            and at != ("metadata",)
            and not (at[0] == "metadata" and at[1] in OWN)]


def value_at(value, at):
    for key in at:
        value = value[key]
    return value


def pointer(at):
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1")
                   for key in at)


def other_value(value, rng):
    """Something else of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return rng.choice([value + 1, max(value - 1, 0), 0])
    if isinstance(value, str):
        same = [s for spelling in SPELLINGS if value in spelling
                for s in sorted(spelling - {value})]
        return rng.choice([value + "x", "", "zz", *same * 3])
    if isinstance(value, list):
        return other_list(value, rng)
    out = copy.deepcopy(value)
    if out and rng.random() < 0.6:
        out.pop(rng.choice(sorted(out)))
    else:
        out["extra"] = rng.choice(["x", 1, {}, []])
    return out


def other_list(value, rng):
    out = copy.deepcopy(value)
    how = rng.choice(["reverse", "shuffle", "drop", "double", "more"])
    if how == "reverse":
        out.reverse()
    elif how == "shuffle":
        rng.shuffle(out)
    elif how == "drop" and out:
        out.pop(rng.randrange(len(out)))
    elif how == "double" and out:
        out.insert(0, copy.deepcopy(rng.choice(out)))
    else:
        item = copy.deepcopy(rng.choice(out)) if out else "x"
        if isinstance(item, dict):
            for key in sorted(item):
                if key in KEYS and not isinstance(item[key], dict):
                    item[key] = (item[key] + 1
                                 if isinstance(item[key], int)
                                 else f"{item[key]}-2")
        elif isinstance(item, str):
            item += "-2"
        elif isinstance(item, int):
            item += 10
        out.insert(rng.randrange(len(out) + 1), item)
    return out


def part_of(value, rng, keep=0.5):
    """A random part of a wish, with what identifies its items."""
    if isinstance(value, dict):
        return {k: part_of(v, rng, keep) for k, v in value.items()
                if k in KEYS or rng.random() < keep}
    if isinstance(value, list):
        return [part_of(v, rng, keep) for v in value if rng.random() < keep]
    return value


def scramble(value, rng, chance=0.3):
    """The same with other scalars here and there, but for keys."""
    if isinstance(value, dict):
        return {k: v if k in KEYS and not isinstance(v, (dict, list))
                else scramble(v, rng, chance) for k, v in value.items()}
    if isinstance(value, list):
        return [scramble(v, rng, chance) for v in value]
    return other_value(value, rng) if rng.random() < chance else value


# ---- what is done ----

class Mutator:
    """Does one random thing to one object at a time."""

    def __init__(self, api, target, rng):
        self.api, self.target, self.rng = api, target, rng
        self.manager = rng.choice(MANAGERS)

    def live(self):
        return self.api.get(self.target.path)

    def patch(self, *ops, manager=None):
        self.api.call("PATCH", f"{self.target.path}?fieldManager="
                      f"{manager or self.manager}", list(ops),
                      "application/json-patch+json")

    def apply(self, part, manager=None):
        body = {"apiVersion": self.target.wish["apiVersion"],
                "kind": self.target.wish["kind"], **part}
        body.setdefault("metadata", {})
        body["metadata"]["name"] = self.target.wish["metadata"]["name"]
        self.api.apply(self.target.path, body, manager or self.manager)

    def some_place(self, live, kinds=object):
        found = [at for at in open_places(live)
                 if isinstance(value_at(live, at), kinds)]
        return self.rng.choice(found) if found else None

    def replace(self, live, at, value, **more):
        self.patch({"op": "replace", "path": pointer(at), "value": value},
                   **more)

    def change(self):
        live = self.live()
        at = self.some_place(live)
        self.replace(live, at, other_value(value_at(live, at), self.rng))

    def change_scalar(self):
        live = self.live()
        at = self.some_place(live, (str, int, bool))
        self.replace(live, at, other_value(value_at(live, at), self.rng))

    def change_and_back(self):
        live = self.live()
        at = self.some_place(live)
        old = value_at(live, at)
        self.replace(live, at, other_value(old, self.rng))
        self.replace(live, at, old, manager=self.rng.choice(MANAGERS))

    def remove(self):
        self.patch({"op": "remove",
                    "path": pointer(self.some_place(self.live()))})

    def remove_and_back(self):
        live = self.live()
        at = self.some_place(live)
        self.patch({"op": "remove", "path": pointer(at)})
        self.patch({"op": "add", "path": pointer(at),
                    "value": value_at(live, at)},
                   manager=self.rng.choice(MANAGERS))

    def change_list(self):
        live = self.live()
        at = self.some_place(live, list)
        self.replace(live, at, other_list(value_at(live, at), self.rng))

    def add_key(self):
        live = self.live()
        at = self.some_place(live, dict)
        self.patch({"op": "add",
                    "path": pointer((*at, self.rng.choice("pqrs"))),
                    "value": self.rng.choice(["x", 1, {}, [], {"n": "1"}])})

    def annotate(self):
        self.api.merge(self.target.path, {"metadata": {self.rng.choice(
            ["labels", "annotations"]): {self.rng.choice("xyz"): "1"}}},
            self.manager)

    def unmark(self):
        self.api.merge(self.target.path, {"metadata": self.rng.choice([
            {"labels": {"applyset.kubernetes.io/part-of": None}},
            {"annotations": {"gitops/applied": None}},
            {"annotations": {"gitops/applied": "0123.4567"}}])},
            self.manager)

    def put(self):
        live = self.live()
        at = self.some_place(live)
        value_at(live, at[:-1])[at[-1]] = other_value(value_at(live, at),
                                                      self.rng)
        self.api.call("PUT", f"{self.target.path}?fieldManager="
                      f"{self.manager}", live)

    def share(self):
        """Apply a part of the wish with the same values."""
        self.apply(part_of(self.wanted(), self.rng))

    def steal(self):
        self.apply(scramble(part_of(self.wanted(), self.rng), self.rng))

    def steal_and_leave(self):
        self.steal()
        self.apply({})

    def steal_and_give_back(self):
        part = part_of(self.wanted(), self.rng)
        self.apply(scramble(copy.deepcopy(part), self.rng))
        self.apply(part)

    def wanted(self):
        return {k: v for k, v in copy.deepcopy(self.target.wish).items()
                if k not in ("apiVersion", "kind")}

    def apply_as_us(self):
        """Somebody takes our name, with or without our mark."""
        part = part_of(self.wanted(), self.rng, 0.9)
        live = self.live()["metadata"]
        if self.rng.random() < 0.8:
            part["metadata"] = {
                **part.get("metadata", {}),
                "labels": live.get("labels", {}),
                "annotations": {k: v for k, v in
                                live.get("annotations", {}).items()}}
        self.apply(part, "gitops")

    def forget_managers(self):
        self.patch({"op": "replace", "path": "/metadata/managedFields",
                    "value": [{}]})

    def half_fold(self):
        """A run of ours that ended between the fold and the apply."""
        self.patch({"op": "add", "path": "/metadata/labels/folded",
                    "value": "x"}, manager="kubectl-client-side-apply")
        live = self.live()
        kept, ours = [], None
        for entry in live["metadata"]["managedFields"]:
            if entry["manager"] == "gitops" and \
                    entry["operation"] == "Apply":
                ours = entry
            if entry["manager"] != "kubectl-client-side-apply":
                kept.append(entry)
        if ours:
            labels = ours["fieldsV1"].setdefault("f:metadata", {})
            labels.setdefault("f:labels", {})["f:folded"] = {}
            self.patch({"op": "replace", "path": "/metadata/managedFields",
                        "value": kept}, manager="gitops")

    def write_status(self):
        self.api.call("PATCH", f"{self.target.path}/status?fieldManager="
                      f"{self.manager}", {"status": {"phase": "x"},
                                          "spec": {"size": 99}},
                      "application/merge-patch+json")

    def scale(self):
        self.api.call("PATCH", f"{self.target.path}/scale?fieldManager="
                      "kubectl", {"spec": {"replicas": self.rng.choice(
                          [0, 2, 3])}}, "application/merge-patch+json")

    def delete(self):
        self.api.delete(self.target.path)

    WAYS = [change, change, change_scalar, change_scalar, change_and_back,
            change_and_back, remove, remove, remove_and_back,
            remove_and_back, change_list, change_list, change_list, add_key,
            add_key, annotate, unmark, put, share, steal, steal,
            steal_and_leave, steal_and_give_back, steal_and_give_back,
            apply_as_us, apply_as_us, forget_managers, half_fold,
            write_status, scale, delete]

    def mutate(self, tries=8):
        """The name of what was done; None where the server refused all."""
        for _ in range(tries):
            way = self.rng.choice(self.WAYS)
            try:
                way(self)
                return way.__name__
            except (ApiError, KeyError, IndexError, TypeError):
                continue
        return None


def other_wish(wish, rng):
    """The same object as somebody else would commit it."""
    wish = copy.deepcopy(wish)
    at = rng.choice(open_places(wish))
    parent = value_at(wish, at[:-1])
    if rng.random() < 0.4:
        del parent[at[-1]]
    else:
        parent[at[-1]] = other_value(parent[at[-1]], rng)
    return wish


def manifest(objects):
    return "---\n".join(json.dumps(o) + "\n" for o in objects)
